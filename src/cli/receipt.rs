//! A receipt for people.

use std::fmt::Write as _;

use jieming_domain::lang::Lang;
use jieming_domain::message;
use jieming_domain::rules;

use crate::ingest::Imported;
use crate::store::{RowFinding, SubmissionAs};

/// Findings shown one by one; more are counted.
const SHOWN: usize = 40;

/// The receipt as text.
pub(super) fn text(imported: &Imported, lang: Lang, dry_run: bool) -> String {
    let s = &imported.submission;
    let mut out = String::new();
    let what = match s.kind {
        SubmissionAs::Units => lang.of("行政区", "units"),
        SubmissionAs::Places => lang.of("地名", "places"),
    };
    let _ = writeln!(out, "{} → {what}", s.file);
    let _ = writeln!(out, "  SHA-256 {}", s.sha256);
    if let Some((code, zh, en)) = &s.error {
        let _ = writeln!(
            out,
            "  {}: {} [{code}]",
            lang.of("未接收", "refused"),
            lang.of(zh, en)
        );
    }
    if imported.duplicate {
        let (zh, en) = (
            "此前已按相同选项导入，没有重复写入",
            "taken in before with the same options; nothing was written twice",
        );
        let _ = writeln!(out, "  {} ({})", lang.of(zh, en), s.received_at);
    }
    let r = s.rows;
    let _ = match lang {
        Lang::Zh => writeln!(
            out,
            "  {} 行：接收 {}（{} 行有发现），拒绝 {}",
            r.read, r.accepted, r.with_findings, r.rejected
        ),
        Lang::En => writeln!(
            out,
            "  {} rows: {} accepted ({} with findings), {} rejected",
            r.read, r.accepted, r.with_findings, r.rejected
        ),
    };
    if dry_run {
        let _ = writeln!(
            out,
            "  {}",
            lang.of("只检查，没有保存", "checked only, nothing was kept")
        );
    }
    for d in &s.decisions {
        let doubt = if d.sure {
            ""
        } else {
            lang.of("（推断）", " (inferred)")
        };
        let what = match (lang, d.what.as_str()) {
            (Lang::Zh, "crs") => "坐标系",
            (Lang::Zh, "encoding") => "编码",
            (Lang::Zh, "mapping") => "字段",
            (Lang::Zh, "layer") => "图层",
            (Lang::Zh, "profile") => "规则",
            (Lang::Zh, "format") => "格式",
            (Lang::Zh, "angles") => "角度写法",
            (_, other) => other,
        };
        let _ = writeln!(
            out,
            "  {what}: {} — {}{doubt}",
            d.value,
            lang.of(&d.how_zh, &d.how_en)
        );
    }
    for f in imported.findings.iter().take(SHOWN) {
        let _ = writeln!(out, "  {}", line(f, lang));
    }
    if imported.findings.len() > SHOWN {
        let n = imported.findings.len() - SHOWN;
        let _ = match lang {
            Lang::Zh => writeln!(out, "  …… 还有 {n} 条；用 --format json 查看全部"),
            Lang::En => writeln!(out, "  … {n} more; --format json shows all"),
        };
    }
    out
}

fn line(f: &RowFinding, lang: Lang) -> String {
    let mut out = match (f.row, lang) {
        (Some(row), Lang::Zh) => format!("第 {row} 行"),
        (Some(row), Lang::En) => format!("row {row}"),
        (None, _) => lang.of("文件", "file").to_owned(),
    };
    if let Some(field) = &f.field {
        let _ = write!(out, " [{field}]");
    }
    let severity = lang.of(f.severity.zh(), f.severity.as_str());
    let _ = write!(
        out,
        " {severity}: {}",
        rules::message(&f.rule, &f.params, lang)
    );
    // A rule without a sentence of its own says what was found.
    if rules::find(&f.rule).is_none()
        && let Some(found) = message::value(&f.params, "found", lang)
    {
        let _ = write!(out, " {}", message::show("found", &found, lang));
    }
    let expected = rules::expected(&f.rule, &f.params, lang);
    let remedy = rules::remedy(&f.rule, &f.params, lang);
    if !expected.is_empty() {
        let _ = write!(out, "{}{expected}", lang.of("；应为：", "; expected: "));
    }
    if !remedy.is_empty() {
        let _ = write!(out, "{}{remedy}", lang.of("；处理：", "; remedy: "));
    }
    out
}
