//! Cases of two clipping libraries: inputs, and results of Boolean operations on them.
//!
//! Every feature is a unit. What an operation keeps is ground claimed by certain units, so each result has an area that
//! overlaps and units give.

use crate::data;
use crate::geometry::{area, features, grid};
use crate::ledger::{Condition, Ledger};
use crate::tally::Tally;
use geo::Area;
use std::path::Path;

/// Whether an operation on `n` units keeps ground that these claim.
fn keeps(operation: &str, n: usize) -> Option<Condition> {
    Some(match operation {
        "union" => Box::new(|_| true),
        "intersection" => Box::new(move |set| set.len() == n),
        "difference" | "diff" => Box::new(|set| set == [0]),
        "diff_ba" => Box::new(|set| set == [1]),
        "xor" => Box::new(|set| set.len() % 2 == 1),
        _ => return None,
    })
}

/// One folder a case: the inputs in a file, and a file for each result, named by its operation.
pub fn folders(folder: &Path, tally: &mut Tally) {
    let folder = folder.join("polygon-clipping");
    for args in data::files(&folder, &["args.geojson"]) {
        let place = args.parent().expect("a file in a folder");
        let case = data::name(&folder, place);
        tally.case();
        let units: Vec<_> = features(&data::text(&args))
            .iter()
            .map(|f| area(&f.0))
            .collect();
        let Some(ledger) = Ledger::of(&units, grid(&units), &case, tally) else {
            continue;
        };
        for result in data::files(place, &[".geojson"]) {
            let named = data::name(place, &result);
            if named == "args" {
                continue;
            }
            let expected = features(&data::text(&result))
                .iter()
                .map(|f| area(&f.0).unsigned_area())
                .sum();
            // One result for all operations: there is one input, and they keep what it claims.
            let operation = if named == "all" { "union" } else { &named };
            let keeps = keeps(operation, units.len()).expect("a known operation");
            tally.area(&case, &named, expected, ledger.area(keeps), ledger.slack);
        }
    }
}

/// One collection a case: two inputs, then results that name their operation.
pub fn collections(folder: &Path, tally: &mut Tally) {
    let folder = folder.join("martinez");
    for file in data::files(&folder, &[".geojson"]) {
        let case = data::name(&folder, &file);
        tally.case();
        let all = features(&data::text(&file));
        let units: Vec<_> = all[..2].iter().map(|f| area(&f.0)).collect();
        let Some(ledger) = Ledger::of(&units, grid(&units), &case, tally) else {
            continue;
        };
        for (result, properties) in &all[2..] {
            let named = properties
                .as_ref()
                .and_then(|p| p.get("operation")?.as_str());
            let Some(keeps) = named.and_then(|n| keeps(n, 2)) else {
                tally.pass_over();
                continue;
            };
            let expected = area(result).unsigned_area();
            tally.area(
                &case,
                named.unwrap_or_default(),
                expected,
                ledger.area(keeps),
                ledger.slack,
            );
        }
    }
}
