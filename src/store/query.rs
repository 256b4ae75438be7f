//! Filters, sorting and pages.

use jieming_domain::finding::{GapKind, Kind, Severity, UnknownWord};
use jieming_domain::unit::ExtentKind;

use super::model::{Bbox, FindingState};

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items.
    pub limit: usize,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageRequest {
    /// The first page of at most `limit` items.
    pub fn first(limit: usize) -> Self {
        Self { limit, after: None }
    }

    /// Everything at once.
    pub fn all() -> Self {
        Self::first(usize::MAX)
    }
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many items match in all pages.
    pub matched: u64,
    /// Token of the next page; `None` at the end.
    pub next: Option<String>,
}

/// Which findings. Empty lists and `None` mean "any".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindingFilter {
    /// Level.
    pub level: Option<String>,
    /// Kind of extent.
    pub extent_kind: Option<ExtentKind>,
    /// Kinds.
    pub kinds: Vec<Kind>,
    /// Kinds of gap.
    pub gap_kinds: Vec<GapKind>,
    /// Rules.
    pub rules: Vec<String>,
    /// A unit that is party (by code).
    pub unit: Option<String>,
    /// Exactly these parties (by code, any order).
    pub parties: Option<Vec<String>>,
    /// The parent (by code).
    pub parent: Option<String>,
    /// Boxes that meet this one.
    pub bbox: Option<Bbox>,
    /// Severities.
    pub severities: Vec<Severity>,
    /// States.
    pub states: Vec<FindingState>,
    /// The place concerned.
    pub place: Option<i64>,
    /// An area of at least this many m².
    pub min_area_m2: Option<f64>,
}

/// A key and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<K> {
    /// The key.
    pub key: K,
    /// Largest first.
    pub descending: bool,
}

/// Order of findings.
pub type FindingSort = Sort<FindingKey>;
/// Order of groups.
pub type GroupSort = Sort<GroupKey>;

/// What findings are ordered by; ties by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKey {
    /// Area.
    Area,
    /// Greatest width.
    Width,
    /// Length.
    Length,
    /// Age.
    Id,
    /// Severity.
    Severity,
}

/// What groups are ordered by; ties by parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKey {
    /// Total area.
    Area,
    /// Number of findings.
    Count,
    /// Greatest width.
    Width,
    /// Codes of the parties.
    Units,
}

impl Default for FindingSort {
    fn default() -> Self {
        Self {
            key: FindingKey::Area,
            descending: true,
        }
    }
}

impl Default for GroupSort {
    fn default() -> Self {
        Self {
            key: GroupKey::Area,
            descending: true,
        }
    }
}

fn split(s: &str) -> (bool, &str) {
    s.strip_prefix('-').map_or((false, s), |rest| (true, rest))
}

impl std::str::FromStr for FindingSort {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        let (descending, word) = split(s);
        let key = match word {
            "area" => FindingKey::Area,
            "width" => FindingKey::Width,
            "length" => FindingKey::Length,
            "id" => FindingKey::Id,
            "severity" => FindingKey::Severity,
            _ => {
                return Err(UnknownWord {
                    found: s.to_owned(),
                    expected: &["area", "width", "length", "id", "severity"],
                });
            }
        };
        Ok(Self { key, descending })
    }
}

impl std::str::FromStr for GroupSort {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        let (descending, word) = split(s);
        let key = match word {
            "area" => GroupKey::Area,
            "count" => GroupKey::Count,
            "width" => GroupKey::Width,
            "units" => GroupKey::Units,
            _ => {
                return Err(UnknownWord {
                    found: s.to_owned(),
                    expected: &["area", "count", "width", "units"],
                });
            }
        };
        Ok(Self { key, descending })
    }
}

/// Which units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitFilter {
    /// Level.
    pub level: Option<String>,
    /// Kind of extent.
    pub kind: Option<ExtentKind>,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Beginning of the name or of the code.
    pub name: Option<String>,
    /// Boxes that meet this one.
    pub bbox: Option<Bbox>,
}

/// Which lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineFilter {
    /// Code of one of the two.
    pub unit: Option<String>,
    /// Level.
    pub level: Option<String>,
}

/// Which places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlaceFilter {
    /// Beginning of the name.
    pub name: Option<String>,
    /// Code or name of the claimed unit, units below it included.
    pub unit: Option<String>,
    /// Positions in this box.
    pub bbox: Option<Bbox>,
}
