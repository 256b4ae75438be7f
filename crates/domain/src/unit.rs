//! Units (行政区), kinds of their extents, codes and levels.

/// Of what kind an extent is. Legal and administered extents are two layers; where they differ, somebody must explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ExtentKind {
    /// As drawn by the approved line (法定).
    #[default]
    Legal,
    /// As managed in practice (实际管理).
    Administered,
}

impl ExtentKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Legal, Self::Administered];

    /// The word in files, the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Legal => "legal",
            Self::Administered => "administered",
        }
    }

    /// The word shown in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Legal => "法定",
            Self::Administered => "实际管理",
        }
    }
}

impl std::str::FromStr for ExtentKind {
    type Err = crate::finding::UnknownWord;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "legal" => Ok(Self::Legal),
            "administered" => Ok(Self::Administered),
            _ => Err(crate::finding::UnknownWord {
                found: s.to_owned(),
                expected: &["legal", "administered"],
            }),
        }
    }
}

/// What a unit's code looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeForm {
    /// Six digits of GB/T 2260 ending in `0000`.
    Province,
    /// Six digits ending in `00`.
    Prefecture,
    /// Six digits.
    County,
    /// Nine digits of GB/T 10114: county and township level.
    Township,
    /// Twelve digits of the statistics code: down to the village.
    Village,
    /// Anything else: codes of other countries, of functional zones, of an office's own list.
    Other,
}

/// The form of a code. Codes are text: `042` is not `42`.
pub fn code_form(code: &str) -> CodeForm {
    if !code.bytes().all(|b| b.is_ascii_digit()) || !plausible_province(code) {
        return CodeForm::Other;
    }
    match code.len() {
        6 if code.ends_with("0000") => CodeForm::Province,
        6 if code.ends_with("00") => CodeForm::Prefecture,
        6 => CodeForm::County,
        9 => CodeForm::Township,
        12 => CodeForm::Village,
        _ => CodeForm::Other,
    }
}

// First two digits of GB/T 2260: 11-15, 21-23, 31-37, 41-46, 50-54, 61-65, 71, 81, 82.
fn plausible_province(code: &str) -> bool {
    let Some(Ok(p)) = code.get(..2).map(str::parse::<u8>) else {
        return false;
    };
    matches!(p, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82)
}

/// The codes of a file that break the Chinese pattern, as indices. Nobody's code is wrong in a file of other codes:
/// only when at least nine tenths follow the Chinese pattern are the rest called malformed.
pub fn malformed_codes<S: AsRef<str>>(codes: &[S]) -> Vec<usize> {
    let given: Vec<usize> = (0..codes.len())
        .filter(|&i| !codes[i].as_ref().is_empty())
        .collect();
    let odd: Vec<usize> = given
        .iter()
        .copied()
        .filter(|&i| code_form(codes[i].as_ref()) == CodeForm::Other)
        .collect();
    if odd.len() * 10 <= given.len() {
        odd
    } else {
        Vec::new()
    }
}

/// The code of the unit above, as the code itself tells it: `420102003` → `420102` → `420100` → `420000`.
/// `None` for provinces and for codes of other forms. Counties that a province runs itself belong to the province:
/// those whose third and fourth digit are 90 (`429004` → `420000`), and all of the four municipalities, whose
/// "prefectures" (`110100` 市辖区) are headings of the code list and no units.
pub fn parent_by_code(code: &str) -> Option<String> {
    match code_form(code) {
        CodeForm::Village => Some(code[..9].to_owned()),
        CodeForm::Township => Some(code[..6].to_owned()),
        CodeForm::County if run_by_province(code) => Some(format!("{}0000", &code[..2])),
        CodeForm::County => Some(format!("{}00", &code[..4])),
        CodeForm::Prefecture => Some(format!("{}0000", &code[..2])),
        CodeForm::Province | CodeForm::Other => None,
    }
}

/// Whether a county-level code has no prefecture above it (GB/T 2260).
fn run_by_province(code: &str) -> bool {
    matches!(&code[..2], "11" | "12" | "31" | "50") || &code[2..4] == "90"
}

/// The beginning that the codes of all units below this one share: `4201` for `420100`. `None` for codes of other forms.
pub fn codes_below(code: &str) -> Option<&str> {
    match code_form(code) {
        CodeForm::Province => code.get(..2),
        CodeForm::Prefecture => code.get(..4),
        CodeForm::County | CodeForm::Township | CodeForm::Village => Some(code),
        CodeForm::Other => None,
    }
}

/// The usual levels, largest first, with their Chinese name. Levels are text; a file may bring others.
pub const LEVELS: &[(&str, &str)] = &[
    ("province", "省级"),
    ("city", "地级"),
    ("county", "县级"),
    ("township", "乡级"),
    ("village", "村级"),
];

/// The Chinese name of a level, or the level itself when it is none of the usual ones.
pub fn level_zh(level: &str) -> &str {
    LEVELS
        .iter()
        .find(|(l, _)| *l == level)
        .map_or(level, |(_, zh)| zh)
}

/// The place of a level in the usual order (0 = largest); unknown levels come last.
pub fn level_rank(level: &str) -> usize {
    LEVELS
        .iter()
        .position(|(l, _)| *l == level)
        .unwrap_or(LEVELS.len())
}

/// The level word that a file's value means: `district` and `区县` are `county`, and so on; other values stay.
pub fn normal_level(value: &str) -> String {
    let v = value.trim();
    let known = match v.to_ascii_lowercase().as_str() {
        "province" | "省" | "省级" => "province",
        "city" | "prefecture" | "市" | "地级" | "地级市" | "市级" => "city",
        "county" | "district" | "县" | "区县" | "县级" => "county",
        "township" | "town" | "street" | "乡镇" | "乡级" | "街道" => "township",
        "village" | "community" | "村" | "村级" | "社区" => "village",
        _ => return v.to_owned(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(code_form("420000"), CodeForm::Province);
        assert_eq!(code_form("420100"), CodeForm::Prefecture);
        assert_eq!(code_form("420102"), CodeForm::County);
        assert_eq!(code_form("420102003"), CodeForm::Township);
        assert_eq!(code_form("11.01.01.2001"), CodeForm::Other);
        assert_eq!(code_form("011013"), CodeForm::Other);
        assert_eq!(code_form("E09000001"), CodeForm::Other);
    }

    #[test]
    fn only_odd_ones_out_are_malformed() {
        assert!(malformed_codes(&["32.04", "32.05", "420102"]).is_empty());
        let mut codes: Vec<String> = (1..=20).map(|i| format!("4201{i:02}")).collect();
        codes.push("42010".into());
        codes.push(String::new());
        assert_eq!(malformed_codes(&codes), [20]);
    }

    #[test]
    fn beginnings() {
        assert_eq!(codes_below("420100"), Some("4201"));
        assert_eq!(codes_below("420000"), Some("42"));
        assert_eq!(codes_below("420102"), Some("420102"));
        assert_eq!(codes_below("11.01"), None);
    }

    #[test]
    fn parents() {
        assert_eq!(parent_by_code("420102003001"), Some("420102003".into()));
        assert_eq!(parent_by_code("420102003"), Some("420102".into()));
        assert_eq!(parent_by_code("420102"), Some("420100".into()));
        assert_eq!(parent_by_code("420000"), None);
        assert_eq!(parent_by_code("429004"), Some("420000".into()));
        assert_eq!(parent_by_code("429021"), Some("420000".into()));
        assert_eq!(parent_by_code("110105"), Some("110000".into()));
        assert_eq!(parent_by_code("500229"), Some("500000".into()));
        assert_eq!(parent_by_code("A1"), None);
    }
}
