//! What relations between two areas say of the ground that both, or one of them, claim.
//!
//! Points and lines in common are not looked at, so a relation is held to what it says of ground, and no more.

use crate::ledger::Ledger;
use crate::tally::Tally;
use geo_types::Geometry;

/// Ground that a relation says is there (`true`) or not (`false`): common, only the first's, only the second's.
type Says = [Option<bool>; 3];

const NOTHING: Says = [None, None, None];

/// What a relation says when it holds, and what when it does not.
fn says(relation: &str, pattern: &str, holds: bool) -> Says {
    match (relation, holds) {
        ("disjoint" | "touches", true) | ("intersects", false) => [Some(false), None, None],
        ("contains" | "covers", true) => [None, None, Some(false)],
        ("contains" | "covers", false) => [None, None, Some(true)],
        ("within" | "coveredby", true) => [None, Some(false), None],
        ("within" | "coveredby", false) => [None, Some(true), None],
        ("equalstopo", true) => [Some(true), Some(false), Some(false)],
        ("overlaps", true) => [Some(true), Some(true), Some(true)],
        ("relate", true) => matrix(pattern),
        _ => NOTHING,
    }
}

/// Interiors with each other, interior with exterior, exterior with interior.
fn matrix(pattern: &str) -> Says {
    let signs: Vec<char> = pattern.chars().collect();
    [0, 2, 6].map(|i| match signs.get(i) {
        Some('2') => Some(true),
        Some('F' | '0' | '1') => Some(false),
        _ => None,
    })
}

/// Holds the books against a relation; `false` when it says nothing of ground.
pub fn check(
    [relation, pattern, result]: [&str; 3],
    [first, second]: [usize; 2],
    both: [&Option<Geometry<f64>>; 2],
    books: &Ledger,
    case: &str,
    tally: &mut Tally,
) -> bool {
    // An empty area has its own rules: nothing contains it, not even itself.
    let areas = both.iter().all(|g| match g {
        Some(Geometry::Polygon(p)) => !p.exterior().0.is_empty(),
        Some(Geometry::MultiPolygon(m)) => !m.0.is_empty(),
        _ => false,
    });
    let said = says(relation, pattern, result == "true");
    if !areas || said == NOTHING {
        return false;
    }
    let ground = [
        books.area(|set| set.len() == 2),
        books.area(|set| set == [first]),
        books.area(|set| set == [second]),
    ]
    .map(|area| area > 0.0);
    let named = [
        "common ground",
        "ground of the first alone",
        "ground of the second alone",
    ];
    for ((said, there), name) in said.into_iter().zip(ground).zip(named) {
        let Some(said) = said else { continue };
        let word = |there: bool| {
            if there {
                name.to_string()
            } else {
                format!("no {name}")
            }
        };
        tally.check(said == there, case, &word(said), &word(there));
    }
    true
}
