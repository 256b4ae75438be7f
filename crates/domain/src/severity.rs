//! From which size a finding is reported, and how much it matters. Truth and severity are separate: the engine reports
//! all above its resolution, these thresholds (data) only hide and rank.

use std::sync::LazyLock;

use crate::finding::{Kind, Severity};

/// Thresholds of one kind at one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Smaller areas (m²) are not reported by default.
    pub min_area_m2: f64,
    /// Narrower ones (m) are not reported by default.
    pub min_width_m: f64,
    /// Wider ones (m) are substantial, unless the survey is less accurate than that.
    pub substantial_width_m: f64,
    /// Severity of slivers.
    pub below: Severity,
    /// Severity of substantial ones.
    pub above: Severity,
}

struct Row {
    kind: Kind,
    level: &'static str,
    thresholds: Thresholds,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    include_str!("../../../data/severity.csv")
        .lines()
        .skip(1)
        .filter_map(row)
        .collect()
});

fn row(line: &'static str) -> Option<Row> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let [kind, level, area, width, substantial, below, above] = cells.as_slice() else {
        return None;
    };
    Some(Row {
        kind: kind.parse().ok()?,
        level,
        thresholds: Thresholds {
            min_area_m2: area.parse().ok()?,
            min_width_m: width.parse().ok()?,
            substantial_width_m: substantial.parse().ok()?,
            below: below.parse().ok()?,
            above: above.parse().ok()?,
        },
    })
}

/// The thresholds of a kind at a level; `None` for kinds without a size (codes, hierarchy, names).
pub fn thresholds(kind: Kind, level: &str) -> Option<Thresholds> {
    let of = |l: &str| {
        TABLE
            .iter()
            .find(|r| r.kind == kind && r.level == l)
            .map(|r| r.thresholds)
    };
    of(level).or_else(|| of("*"))
}

/// How much an overlap, gap or spill of this size matters. `accuracy_m` is that of the survey, when known: what is
/// narrower than twice the accuracy (both sides may be off) is never called substantial.
pub fn severity(kind: Kind, level: &str, width_m: f64, accuracy_m: Option<f64>) -> Severity {
    let Some(t) = thresholds(kind, level) else {
        return Severity::Warning;
    };
    let limit = t.substantial_width_m.max(2.0 * accuracy_m.unwrap_or(0.0));
    if width_m > limit { t.above } else { t.below }
}

/// Accuracy in metres of a position, by survey method as the form writes it.
pub fn accuracy_of_method(method: &str) -> Option<f64> {
    include_str!("../../../data/accuracy.csv")
        .lines()
        .skip(1)
        .find_map(|line| {
            let (name, metres) = line.split_once(',')?;
            if name == method.trim() {
                metres.parse().ok()
            } else {
                None
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(
            TABLE.len(),
            include_str!("../../../data/severity.csv").lines().count() - 1
        );
    }

    #[test]
    fn slivers_and_substantial_ones() {
        assert_eq!(
            severity(Kind::Overlap, "township", 1.5, None),
            Severity::Warning
        );
        assert_eq!(
            severity(Kind::Overlap, "township", 2.5, None),
            Severity::Error
        );
        assert_eq!(
            severity(Kind::Overlap, "county", 2.5, None),
            Severity::Warning
        );
        assert_eq!(severity(Kind::Gap, "", 2.5, Some(25.0)), Severity::Warning);
        assert!(thresholds(Kind::Code, "county").is_none());
    }

    #[test]
    fn methods() {
        assert_eq!(accuracy_of_method("图解测量"), Some(25.0));
        assert_eq!(accuracy_of_method("猜的"), None);
    }
}
