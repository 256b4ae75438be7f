//! The table of differences and their reasons.

use crate::tally::{Difference, Tally};
use std::collections::BTreeSet;
use std::fmt::Write;

const TABLE: &str = include_str!("explained.tsv");

/// The rows after the heading: suite, case, what it expects, what the engine says, reason.
fn rows() -> impl Iterator<Item = [&'static str; 5]> {
    TABLE.lines().skip(1).filter(|l| !l.is_empty()).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        <[&str; 5]>::try_from(cells).unwrap_or_else(|_| panic!("not five cells: {line}"))
    })
}

/// Fails on a difference without a row, and on a row without a difference.
pub fn settle(tally: &Tally) {
    let found: BTreeSet<Difference> = tally.differences.iter().cloned().collect();
    let told: BTreeSet<Difference> = rows()
        .filter(|r| r[0] == tally.suite)
        .map(|[_, case, expects, says, _]| Difference {
            case: case.into(),
            expects: expects.into(),
            says: says.into(),
        })
        .collect();
    let mut wrong = String::new();
    for d in found.difference(&told) {
        let _ = writeln!(
            wrong,
            "not explained: {}\t{}\t{}\t{}",
            tally.suite, d.case, d.expects, d.says
        );
    }
    for d in told.difference(&found) {
        let _ = writeln!(
            wrong,
            "no longer so: {}\t{}\t{}\t{}",
            tally.suite, d.case, d.expects, d.says
        );
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every row has a reason and is of one of the suites.
pub fn known(suites: &[&str]) {
    for row in rows() {
        assert!(suites.contains(&row[0]), "no suite {}", row[0]);
        assert!(!row[4].trim().is_empty(), "no reason: {row:?}");
    }
}
