//! The printed report: one HTML file without outside parts, made for A4. Everything from outside goes through [`esc`].

mod figure;
mod frame;
mod shape;

use std::io::{self, Write};

use jieming_domain::finding::Kind;
use jieming_domain::message;

use crate::{Finding, Report, Scope, by_size, text};

/// Text for element content and quoted attributes.
pub(crate) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Controls have no place in HTML, and direction overrides could show one name as another.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The colour of a kind.
pub(crate) fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Overlap => "#c2362b",
        Kind::Gap => "#1f6fb2",
        Kind::Spill => "#7d3c98",
        Kind::Mismatch => "#0b7a75",
        Kind::Invalid => "#3b3f45",
        Kind::Code => "#6b7280",
        Kind::Hierarchy => "#8a6d3b",
        Kind::Name => "#b7740a",
    }
}

/// What the report is called, without its subject.
fn heading(report: &Report) -> &'static str {
    match report.scope {
        Scope::Audit { .. } => report
            .lang
            .of("行政区域数据核查报告", "Boundary data audit"),
        Scope::Unit { .. } => report
            .lang
            .of("行政区域核查报告", "Report on an administrative unit"),
        Scope::Line { .. } => report
            .lang
            .of("行政区域界线核查报告", "Report on a boundary line"),
    }
}

/// Who or what it is about.
fn subject(report: &Report) -> String {
    match &report.scope {
        Scope::Audit { subject } => subject.clone(),
        Scope::Unit { code, name } => text::party(name, code),
        Scope::Line { codes, names, .. } => {
            let [a, b] = [0, 1].map(|k| text::party(&names[k], &codes[k]));
            format!("{a} — {b}")
        }
    }
}

/// Heading and subject, for file properties and window titles.
pub(crate) fn title(report: &Report) -> String {
    format!("{}: {}", heading(report), subject(report))
}

/// The facts at the top, name and value.
pub(crate) fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let lang = report.lang;
    let mut rows = vec![(lang.of("对象", "Subject"), subject(report))];
    if let Some(level) = report.level.as_deref().filter(|l| !l.is_empty()) {
        rows.push((lang.of("层级", "Level"), text::level(lang, level)));
    }
    rows.push((lang.of("生成时间", "Made"), report.made_at.clone()));
    rows.push((
        lang.of("坐标与量算", "Coordinates"),
        report.crs_note.clone(),
    ));
    if !report.sources.is_empty() {
        rows.push((lang.of("数据来源", "Sources"), report.sources.join("\n")));
    }
    if let Some(e) = report.effort {
        let value = lang.of(
            format!(
                "{} 个单元，{} 个顶点，用时 {:.1} 秒",
                e.units, e.vertices, e.seconds
            ),
            format!(
                "{} units, {} vertices, {:.1} s",
                e.units, e.vertices, e.seconds
            ),
        );
        rows.push((lang.of("核查范围", "Extent"), value));
    }
    if let Scope::Line {
        line: Some(line), ..
    } = &report.scope
    {
        rows.push((
            lang.of("界线长度", "Length of the line"),
            message::length(line.length_m),
        ));
        rows.push((
            lang.of("双方完全一致", "Agrees exactly"),
            agreed(line.length_m, line.agreed_m),
        ));
        rows.push((
            lang.of("在限差之内", "Differs within tolerance"),
            agreed(line.length_m, line.within_m),
        ));
    }
    rows
}

/// A length with its share of the whole; never rounded up to all of it.
fn agreed(length_m: f64, agreed_m: f64) -> String {
    format!(
        "{} ({:.1}%)",
        message::length(agreed_m),
        share(length_m, agreed_m)
    )
}

fn share(length_m: f64, agreed_m: f64) -> f64 {
    if length_m <= 0.0 {
        0.0
    } else {
        (agreed_m / length_m * 1000.0).floor().clamp(0.0, 1000.0) / 10.0
    }
}

/// Writes the report.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    let sorted = by_size(&report.findings);
    write!(
        out,
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{}</title>\n<style>\n{}</style></head>\n<body>{}\n",
        lang.of("zh-CN", "en"),
        esc(&title(report)),
        include_str!("style.css"),
        figure::definitions()
    )?;
    write!(
        out,
        "<header><h1>{}</h1><p>{}</p></header>\n<dl>",
        heading(report),
        esc(&subject(report))
    )?;
    for (name, value) in facts(report).into_iter().skip(1) {
        write!(out, "<dt>{name}</dt><dd>{}</dd>", esc(&value))?;
    }
    out.write_all(b"</dl>\n")?;
    summary(report, out)?;
    common_line(report, out)?;
    neighbours(report, out)?;
    if let Some(svg) = figure::overview(report, &sorted) {
        writeln!(
            out,
            "<h2>{}</h2><figure class=\"overview\">{svg}{}</figure>",
            lang.of("总图", "Overview"),
            legend(report)
        )?;
    }
    figures(report, &sorted, out)?;
    table(report, &sorted, out)?;
    signatures(report, out)?;
    out.write_all(b"</body></html>\n")
}

fn swatch(kind: Kind) -> String {
    format!(
        "<span class=\"k\" style=\"background:{}\"></span>",
        colour(kind)
    )
}

fn legend(report: &Report) -> String {
    let items: String = report
        .counts()
        .iter()
        .map(|&(kind, _, _)| {
            format!(
                "<span>{}{}</span>",
                swatch(kind),
                text::kind_word(report.lang, kind)
            )
        })
        .collect();
    format!("<div class=\"legend\">{items}</div>")
}

fn summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    write!(out, "<h2>{}</h2>", lang.of("概要", "Summary"))?;
    let counts = report.counts();
    if counts.is_empty() {
        return writeln!(out, "<p>{}</p>", lang.of("未发现问题。", "No findings."));
    }
    write!(
        out,
        "<table><thead><tr><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
        lang.of("类型", "Kind"),
        lang.of("数量", "Count"),
        lang.of("面积合计", "Total area"),
        lang.of("最大宽度", "Greatest width")
    )?;
    for &(kind, count, area) in &counts {
        let width = report
            .findings
            .iter()
            .filter(|f| f.kind == kind)
            .filter_map(|f| f.max_width_m)
            .fold(0.0, f64::max);
        let shown = |value: f64, as_text: fn(f64) -> String| {
            if value > 0.0 {
                as_text(value)
            } else {
                "—".to_owned()
            }
        };
        write!(
            out,
            "<tr><td>{}{}</td><td class=\"n\">{count}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            swatch(kind),
            text::kind_word(lang, kind),
            shown(area, message::area),
            shown(width, message::length)
        )?;
    }
    writeln!(
        out,
        "</tbody><tfoot><tr><td>{}</td><td class=\"n\">{}</td><td></td><td></td></tr></tfoot></table>",
        lang.of("合计", "All"),
        report.findings.len()
    )
}

fn common_line(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    let Scope::Line { line, .. } = &report.scope else {
        return Ok(());
    };
    write!(out, "<h2>{}</h2>", lang.of("共同界线", "Common line"))?;
    let Some(line) = line else {
        return writeln!(
            out,
            "<p>{}</p>",
            lang.of(
                "两个单元没有共同界线。",
                "The two units have no common line."
            )
        );
    };
    let (all, same) = (
        message::length(line.length_m),
        agreed(line.length_m, line.agreed_m),
    );
    let within = message::length(line.within_m);
    let rest = message::length((line.length_m - line.agreed_m - line.within_m).max(0.0));
    let sentence = lang.of(
        format!("界线全长 {all}，其中双方数据完全一致 {same}，在限差之内不同 {within}，超出限差 {rest}。"),
        format!("The line is {all} long. The data of both sides agree exactly on {same}, differ within the tolerance on {within} and beyond it on {rest}."),
    );
    writeln!(
        out,
        "<p>{sentence}</p><div class=\"agree\"><i style=\"width:{:.1}%\"></i></div>",
        share(line.length_m, line.agreed_m)
    )
}

fn neighbours(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    if report.lines.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "<h2>{}</h2><table><thead><tr><th>{}</th><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
        lang.of("相邻界线", "Lines with neighbours"),
        lang.of("相邻单元", "Neighbour"),
        lang.of("代码", "Code"),
        lang.of("界线长度", "Length"),
        lang.of("双方完全一致", "Agrees exactly"),
        lang.of("发现数", "Findings")
    )?;
    for line in &report.lines {
        write!(
            out,
            "<tr><td>{}</td><td class=\"c\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            esc(&line.name),
            esc(&line.code),
            message::length(line.length_m),
            agreed(line.length_m, line.agreed_m),
            line.findings
        )?;
    }
    writeln!(out, "</tbody></table>")
}

/// How a finding is called in captions and the first columns: number and kind.
fn figures(report: &Report, sorted: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    let drawn: Vec<(usize, String)> = (0..sorted.len())
        .take(report.figures)
        .filter_map(|k| Some((k, figure::of(report, sorted[k])?)))
        .collect();
    if drawn.is_empty() {
        return Ok(());
    }
    write!(out, "<h2>{}</h2>", lang.of("附图", "Figures"))?;
    let (count, all) = (drawn.len(), sorted.len());
    if count < all {
        let note = lang.of(
            format!("共 {all} 项发现，按面积从大到小绘出 {count} 项；全部 {all} 项列于后表。"),
            format!("Of {all} findings the {count} largest that have a place are drawn; all {all} stand in the table below."),
        );
        write!(out, "<p class=\"note\">{note}</p>")?;
    }
    out.write_all(b"<div class=\"figures\">\n")?;
    for (k, svg) in drawn {
        let f = sorted[k];
        let mut measures = Vec::new();
        if let Some(a) = f.area_m2 {
            measures.push(format!("{} {}", lang.of("面积", "area"), message::area(a)));
        }
        if let Some(w) = f.max_width_m {
            measures.push(format!(
                "{} {}",
                lang.of("最大宽度", "greatest width"),
                message::length(w)
            ));
        }
        if let Some(l) = f.length_m {
            measures.push(format!(
                "{} {}",
                lang.of("长度", "length"),
                message::length(l)
            ));
        }
        writeln!(
            out,
            "<figure>{svg}<figcaption><b>{}{} {}</b> {}<br>{}</figcaption></figure>",
            lang.of("图 ", "Fig. "),
            k + 1,
            esc(&text::kind(lang, f.kind, f.gap_kind)),
            esc(&lang.list(&text::parties(f))),
            if measures.is_empty() {
                esc(&f.message)
            } else {
                measures.join(lang.of("，", ", "))
            }
        )?;
    }
    out.write_all(b"</div>\n")
}

/// Names shown in a row; the rest is counted.
const NAMES_SHOWN: usize = 6;

fn names(report: &Report, f: &Finding) -> String {
    let shown = report.lang.list(
        &f.places
            .iter()
            .take(NAMES_SHOWN)
            .map(|n| esc(n))
            .collect::<Vec<_>>(),
    );
    match f.places.len().checked_sub(NAMES_SHOWN + 1) {
        Some(_) => report.lang.of(
            format!("{shown} 等 {} 个", f.places.len()),
            format!("{shown} and {} more", f.places.len() - NAMES_SHOWN),
        ),
        None => shown,
    }
}

fn table(report: &Report, sorted: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    if sorted.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>{}</h2><div class=\"scroll\"><table><thead><tr><th class=\"n\">{}</th><th>{}</th><th>{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        lang.of("发现一览", "All findings"),
        lang.of("序号", "No."),
        lang.of("类型", "Kind"),
        lang.of("单元", "Units"),
        lang.of("面积", "Area"),
        lang.of("最大宽度", "Width"),
        lang.of("位置(经度, 纬度)", "Place (lon, lat)"),
        lang.of("涉及地名", "Place names")
    )?;
    for (k, f) in sorted.iter().enumerate() {
        let mut marks = vec![text::severity(lang, f.severity)];
        marks.extend(f.state.map(|s| text::state(lang, s)));
        let units: Vec<String> = text::parties(f).iter().map(|p| esc(p)).collect();
        // Measures say it for polygons; the sentence says it for the rest.
        let sentence = if f.area_m2.is_none() {
            format!("<br><small>{}</small>", esc(&f.message))
        } else {
            String::new()
        };
        writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td>{}{}<br><small>{}<br><span class=\"id\">{}</span></small></td><td>{}{sentence}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"c\">{}</td><td>{}</td></tr>",
            k + 1,
            swatch(f.kind),
            esc(&text::kind(lang, f.kind, f.gap_kind)),
            marks.join(" · "),
            esc(&f.id),
            units.join("<br>"),
            f.area_m2.map(message::area).unwrap_or_default(),
            f.max_width_m.map(message::length).unwrap_or_default(),
            f.point
                .map(|p| format!("{:.6},<br>{:.6}", p[0], p[1]))
                .unwrap_or_default(),
            names(report, f)
        )?;
    }
    out.write_all(b"</tbody></table></div>\n")
}

fn signatures(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    let sides: [String; 2] = match &report.scope {
        Scope::Line { names, codes, .. } => [0, 1].map(|k| {
            if names[k].is_empty() {
                codes[k].clone()
            } else {
                names[k].clone()
            }
        }),
        Scope::Unit { code, name } => [
            if name.is_empty() {
                code.clone()
            } else {
                name.clone()
            },
            lang.of("相邻方 / 上级主管部门", "Neighbour / superior department")
                .to_owned(),
        ],
        // An audit of files has no parties.
        Scope::Audit { .. } => return Ok(()),
    };
    write!(
        out,
        "<section class=\"sign\"><h2>{}</h2><div class=\"sides\">",
        lang.of("签署", "Signatures")
    )?;
    for side in sides {
        write!(out, "<div class=\"side\"><h3>{}</h3>", esc(&side))?;
        let rows = [
            (lang.of("单位(盖章)", "Office (seal)"), ""),
            (lang.of("代表(签字)", "Representative"), ""),
            (lang.of("日期", "Date"), lang.of("年　　　月　　　日", "")),
        ];
        for (name, inside) in rows {
            write!(
                out,
                "<div class=\"row\"><span>{name}</span><i>{inside}</i></div>"
            )?;
        }
        out.write_all(b"</div>")?;
    }
    out.write_all(b"</div></section>\n")
}
