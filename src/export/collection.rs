//! What can be exported, by name.

use jieming_domain::unit::{ExtentKind, LEVELS};

use super::{ExportError, Why};
use crate::store::Store;

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collection {
    /// Extents of one level, or of all.
    Units {
        /// Level word; `None`: all levels.
        level: Option<String>,
        /// Kind of extent.
        kind: ExtentKind,
    },
    /// Places.
    Places,
    /// Findings that are not gone.
    Findings,
}

/// What follows the level in the name of administered extents, as in the names of tiles.
const ADMINISTERED: &str = "@administered";

impl Collection {
    /// The collection of a name: `units`, `units-county`, `units-county@administered`, `places`, `findings`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "places" => return Some(Self::Places),
            "findings" => return Some(Self::Findings),
            _ => {}
        }
        let (name, kind) = match name.strip_suffix(ADMINISTERED) {
            Some(rest) => (rest, ExtentKind::Administered),
            None => (name, ExtentKind::Legal),
        };
        let rest = name.strip_prefix("units")?;
        let level = if rest.is_empty() {
            None
        } else {
            Some(rest.strip_prefix('-').filter(|l| !l.is_empty())?.to_owned())
        };
        Some(Self::Units { level, kind })
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Self::Places => "places".to_owned(),
            Self::Findings => "findings".to_owned(),
            Self::Units { level, kind } => {
                let level = level.as_ref().map(|l| format!("-{l}"));
                let suffix = match kind {
                    ExtentKind::Legal => "",
                    ExtentKind::Administered => ADMINISTERED,
                };
                format!("units{}{suffix}", level.unwrap_or_default())
            }
        }
    }

    /// Its name as that of a layer or a file: letters, digits, `-` and `_`.
    pub fn file_name(&self) -> String {
        const MOST: usize = 60;
        let plain = |c: char| {
            if c.is_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        };
        self.name().chars().map(plain).take(MOST).collect()
    }
}

/// The collection of a name, when it is one of the usual ones or of the database.
///
/// # Errors
/// Says which there are.
pub(super) async fn find(store: &dyn Store, name: &str) -> Result<Collection, ExportError> {
    let parsed = Collection::parse(name);
    let coverages = store.coverages().await?;
    let mut levels = coverages.iter().map(|c| c.level.as_str());
    let there = match &parsed {
        Some(Collection::Units { level: Some(l), .. }) => {
            LEVELS.iter().any(|(usual, _)| usual == l) || levels.any(|known| known == l)
        }
        Some(_) => true,
        None => false,
    };
    if let (true, Some(known)) = (there, parsed) {
        return Ok(known);
    }
    let mut known: Vec<String> = vec!["units".into()];
    for coverage in coverages.iter().filter(|c| !c.level.is_empty()) {
        let name = format!("units-{}", coverage.level);
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known.extend(["places".into(), "findings".into()]);
    let shown: String = name.chars().take(80).collect();
    Err(ExportError::new(
        Why::Collection,
        format!("没有名为“{shown}”的数据集；可用：{}", known.join("、")),
        format!("no collection {shown:?}; there are: {}", known.join(", ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "units",
            "units-county",
            "units-county@administered",
            "units-网格",
            "places",
            "findings",
        ] {
            assert_eq!(Collection::parse(name).unwrap().name(), name);
        }
        for name in ["", "unit", "units-", "unitscounty", "Places"] {
            assert_eq!(Collection::parse(name), None, "{name}");
        }
        let odd = Collection::parse("units-../a b@administered").unwrap();
        assert_eq!(odd.file_name(), "units-___a_b_administered");
    }
}
