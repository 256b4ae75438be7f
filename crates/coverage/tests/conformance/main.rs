//! The engine against other people's test cases: coverage vectors and XML cases of JTS and GEOS, the cases of two
//! clipping libraries, hard inputs without expected results.
//!
//! The cases are not part of the repository. They are read from the folder in `CONFORMANCE_DATA`, by default
//! `../shared/data/conformance` beside the workspace; without it every test here passes and says so.
//!
//! Where the engine and a case differ, `explained.tsv` says why. A difference that it does not hold fails the test, and
//! so does a row that no longer occurs: the table is what the engine is known to do otherwise, no more and no less.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod clipping;
mod data;
mod explained;
mod geometry;
mod inputs;
mod ledger;
mod outline;
mod overlay;
mod relations;
mod tally;
mod vectors;

use std::path::Path;
use std::sync::Once;
use tally::Tally;

/// Runs one suite when the cases are there, and holds its differences against the table.
fn run(suite: &'static str, cases: impl FnOnce(&Path, &mut Tally)) {
    let Some(folder) = data::folder() else {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tally::say("conformance data not present, skipped"));
        return;
    };
    let mut tally = Tally::new(suite);
    cases(&folder, &mut tally);
    tally::say(&tally.line());
    explained::settle(&tally);
}

#[test]
fn coverage_vectors() {
    run("vectors", vectors::cases);
}

#[test]
fn overlay_xml() {
    run("overlay", overlay::cases);
}

#[test]
fn polygon_clipping() {
    run("clipping", clipping::folders);
}

#[test]
fn martinez() {
    run("martinez", clipping::collections);
}

#[test]
fn hard_inputs() {
    run("inputs", inputs::cases);
}

#[test]
fn every_row_of_the_table_is_of_a_suite() {
    explained::known(&["vectors", "overlay", "clipping", "martinez", "inputs"]);
}
