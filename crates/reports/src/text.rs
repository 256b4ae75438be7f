//! Words and measures of the printed and the spreadsheet reports, in both languages, and the columns of their tables.

use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::lang::Lang;

use crate::{Finding, State};

/// A kind, with the kind of gap: 空白·孔洞.
pub fn kind(lang: Lang, kind: Kind, gap: Option<GapKind>) -> String {
    let word = kind_word(lang, kind);
    match gap {
        Some(g) => lang.of(
            format!("{word}·{}", g.zh()),
            format!("{word} ({})", g.as_str()),
        ),
        None => word.to_owned(),
    }
}

/// A kind alone.
pub fn kind_word(lang: Lang, kind: Kind) -> &'static str {
    let en = match kind {
        Kind::Overlap => "Overlap",
        Kind::Gap => "Gap",
        Kind::Spill => "Spill",
        Kind::Mismatch => "Edge mismatch",
        Kind::Invalid => "Invalid shape",
        Kind::Code => "Code",
        Kind::Hierarchy => "Hierarchy",
        Kind::Name => "Place name",
    };
    lang.of(kind.zh(), en)
}

/// A severity.
pub fn severity(lang: Lang, severity: Severity) -> &'static str {
    let en = match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    lang.of(severity.zh(), en)
}

/// A state.
pub fn state(lang: Lang, state: State) -> &'static str {
    match state {
        State::New => lang.of("新增", "new"),
        State::Open => lang.of("未解决", "open"),
        State::Gone => lang.of("已消失", "gone"),
    }
}

/// A level; unknown words stand as they are.
pub fn level(lang: Lang, level: &str) -> String {
    match level {
        "province" => lang.of("省级", "province"),
        "city" | "prefecture" => lang.of("地级", "prefecture"),
        "county" => lang.of("县级", "county"),
        "township" => lang.of("乡级", "township"),
        "village" => lang.of("村级", "village"),
        other => other,
    }
    .to_owned()
}

/// A party as name and code; whichever is missing is left out.
pub fn party(name: &str, code: &str) -> String {
    match (name.is_empty(), code.is_empty() || code == name) {
        (false, false) => format!("{name} ({code})"),
        (true, _) => code.to_owned(),
        (false, true) => name.to_owned(),
    }
}

/// Every party of a finding.
pub fn parties(f: &Finding) -> Vec<String> {
    (0..f.units.len().max(f.unit_names.len()))
        .map(|k| {
            party(
                f.unit_names.get(k).map_or("", AsRef::as_ref),
                f.units.get(k).map_or("", AsRef::as_ref),
            )
        })
        .collect()
}

/// A cell of a table.
pub enum Cell {
    /// Text from outside or from us.
    Text(String),
    /// A code, or several: never a number.
    Code(String),
    /// A measure.
    Number(f64),
    /// Nothing.
    Empty,
}

/// A column: heading in Chinese and English, width in characters, content.
pub struct Column {
    /// Heading, Chinese.
    pub zh: &'static str,
    /// Heading, English.
    pub en: &'static str,
    /// Width in characters.
    pub width: f64,
    /// Number format of the spreadsheet.
    pub format: &'static str,
    /// The cell of a finding.
    pub cell: fn(Lang, &Finding) -> Cell,
}

fn measure(value: Option<f64>) -> Cell {
    value
        .filter(|v| v.is_finite())
        .map_or(Cell::Empty, Cell::Number)
}

fn words(text: String) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text)
    }
}

/// The columns of the finding tables.
pub const COLUMNS: &[Column] = &[
    Column {
        zh: "编号",
        en: "Id",
        width: 16.0,
        format: "@",
        cell: |_, f| Cell::Code(f.id.clone()),
    },
    Column {
        zh: "类型",
        en: "Kind",
        width: 12.0,
        format: "@",
        cell: |lang, f| Cell::Text(kind(lang, f.kind, f.gap_kind)),
    },
    Column {
        zh: "严重程度",
        en: "Severity",
        width: 10.0,
        format: "@",
        cell: |lang, f| Cell::Text(severity(lang, f.severity).to_owned()),
    },
    Column {
        zh: "状态",
        en: "State",
        width: 9.0,
        format: "@",
        cell: |lang, f| {
            f.state
                .map_or(Cell::Empty, |s| Cell::Text(state(lang, s).to_owned()))
        },
    },
    Column {
        zh: "层级",
        en: "Level",
        width: 9.0,
        format: "@",
        cell: |lang, f| {
            words(
                f.level
                    .as_deref()
                    .map(|l| level(lang, l))
                    .unwrap_or_default(),
            )
        },
    },
    Column {
        zh: "单元代码",
        en: "Unit codes",
        width: 24.0,
        format: "@",
        cell: |_, f| Cell::Code(f.units.join("; ")),
    },
    Column {
        zh: "单元名称",
        en: "Unit names",
        width: 28.0,
        format: "@",
        cell: |lang, f| words(lang.list(&f.unit_names)),
    },
    Column {
        zh: "上级代码",
        en: "Parent code",
        width: 14.0,
        format: "@",
        cell: |_, f| f.parent.clone().map_or(Cell::Empty, Cell::Code),
    },
    Column {
        zh: "面积(平方米)",
        en: "Area (m²)",
        width: 16.0,
        format: "#,##0.00",
        cell: |_, f| measure(f.area_m2),
    },
    Column {
        zh: "最大宽度(米)",
        en: "Greatest width (m)",
        width: 14.0,
        format: "#,##0.00",
        cell: |_, f| measure(f.max_width_m),
    },
    Column {
        zh: "长度(米)",
        en: "Length (m)",
        width: 12.0,
        format: "#,##0.00",
        cell: |_, f| measure(f.length_m),
    },
    Column {
        zh: "经度",
        en: "Longitude",
        width: 13.0,
        format: "0.000000",
        cell: |_, f| measure(f.point.map(|p| p[0])),
    },
    Column {
        zh: "纬度",
        en: "Latitude",
        width: 12.0,
        format: "0.000000",
        cell: |_, f| measure(f.point.map(|p| p[1])),
    },
    Column {
        zh: "涉及地名",
        en: "Place names",
        width: 30.0,
        format: "@",
        cell: |lang, f| words(lang.list(&f.places)),
    },
    Column {
        zh: "说明",
        en: "Message",
        width: 60.0,
        format: "@",
        cell: |_, f| words(f.message.clone()),
    },
    Column {
        zh: "规则",
        en: "Rule",
        width: 24.0,
        format: "@",
        cell: |_, f| Cell::Text(f.rule.clone().into_owned()),
    },
];
