//! Coverage cases: validation, gaps, union, unique edges, and what a cleaner or a simplifier is given.
//!
//! The engine validates; it neither cleans nor simplifies. Of cleaner cases it must find what is to be repaired, of
//! simplifier cases only what makes the input no coverage.

use crate::data;
use crate::geometry::{area, grid, read, units};
use crate::ledger::{Ledger, look};
use crate::tally::Tally;
use geo::{Area, Distance, Euclidean};
use geo_types::{Geometry, Line, LineString, MultiPolygon};
use jieming_coverage::{Defect, DefectKind, Graph};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

pub fn cases(folder: &Path, tally: &mut Tally) {
    let text = data::text(&folder.join("coverage-vectors.json"));
    let all: Vec<Value> = serde_json::from_str(&text).expect("a list of cases");
    for case in &all {
        let word = |k: &str| case[k].as_str().unwrap_or_default();
        let name = format!("{}.{}", word("source"), word("test"));
        tally.case();
        match word("source") {
            "CoverageValidatorTest" => validator(case, &name, tally),
            "CoveragePolygonValidatorTest" => target(case, &name, tally),
            "CoverageGapFinderTest" => gaps(case, &name, tally),
            "CoverageCleanerTest" => repaired(case, &name, tally),
            "CoverageSimplifierTest" => simplified(case, &name, tally),
            "CoverageUnionTest" => union(case, &name, tally),
            "CoverageRingEdgesTest" => edges(case, &name, tally),
            "OverlayNGInvalidTest" => intersection(case, &name, tally),
            // The line simplifier knows no areas.
            _ => tally.pass_over(),
        }
    }
}

fn geometry(v: &Value) -> Option<Geometry<f64>> {
    v.as_str()
        .map(|t| read(t).unwrap_or_else(|| panic!("not read: {t}")))
}

/// The units of a case: a list of texts, or one text of a collection.
fn coverage(v: &Value) -> Vec<MultiPolygon<f64>> {
    match v {
        Value::Array(list) => list.iter().filter_map(geometry).map(|g| area(&g)).collect(),
        v => geometry(v).map(|g| units(&g)).unwrap_or_default(),
    }
}

/// What makes the coverage no coverage. Gaps count up to a width, as in the case.
fn defects(units: &[MultiPolygon<f64>], gap_width: f64) -> Vec<Defect> {
    let outcome = look(units, grid(units), gap_width).expect("an answer");
    let mut all = outcome.defects;
    all.retain(|d| match d.kind {
        DefectKind::Hole | DefectKind::Inlet | DefectKind::Corridor => d.max_width <= gap_width,
        _ => true,
    });
    all
}

fn told(defects: &[&Defect]) -> String {
    let all: BTreeSet<String> = defects
        .iter()
        .map(|d| format!("{:?} {:?}", d.kind, d.units))
        .collect();
    match all.len() {
        0 => "no defect".into(),
        _ => all.into_iter().collect::<Vec<_>>().join("; "),
    }
}

/// Whether a defect comes to a line that a case names.
fn touches(d: &Defect, line: &Geometry<f64>) -> bool {
    const NEAR: f64 = 1e-6;
    if let Some(p) = &d.polygon {
        return Euclidean.distance(&Geometry::Polygon(p.clone()), line) < NEAR;
    }
    Euclidean.distance(&Geometry::Point(d.place.into()), line) < NEAR
}

fn gap_width(case: &Value) -> f64 {
    case["gap_width"].as_f64().unwrap_or(0.0)
}

fn validator(case: &Value, name: &str, tally: &mut Tally) {
    let found = defects(&coverage(&case["coverage"]), gap_width(case));
    let all: Vec<&Defect> = found.iter().collect();
    let Some(expected) = case["expected_invalid_edges"].as_array() else {
        tally.check(all.is_empty(), name, "valid", &told(&all));
        return;
    };
    let expected: Vec<Option<Geometry<f64>>> = expected.iter().map(geometry).collect();
    for (unit, line) in expected.iter().enumerate() {
        of_unit(&all, unit, line.as_ref(), name, tally);
    }
    strays(&all, &expected, name, tally);
}

/// The defects of one unit against the edges of it that the case holds invalid.
fn of_unit(
    all: &[&Defect],
    unit: usize,
    line: Option<&Geometry<f64>>,
    name: &str,
    tally: &mut Tally,
) {
    let of: Vec<&Defect> = all
        .iter()
        .copied()
        .filter(|d| d.units.contains(&unit))
        .collect();
    match line {
        Some(line) => tally.check(
            of.iter().any(|d| touches(d, line)),
            name,
            &format!("unit {unit}: invalid edges"),
            &told(&of),
        ),
        None => tally.check(
            of.is_empty(),
            name,
            &format!("unit {unit}: valid"),
            &told(&of),
        ),
    }
}

/// Every defect has to do with an edge that the case holds invalid.
fn strays(all: &[&Defect], expected: &[Option<Geometry<f64>>], name: &str, tally: &mut Tally) {
    let stray: Vec<&Defect> = all
        .iter()
        .copied()
        .filter(|d| !expected.iter().flatten().any(|line| touches(d, line)))
        .collect();
    tally.check(
        stray.is_empty(),
        name,
        "nothing off the invalid edges",
        &told(&stray),
    );
}

/// One unit against its neighbours, which need be no coverage among themselves.
fn target(case: &Value, name: &str, tally: &mut Tally) {
    let mut all = coverage(&case["target"]);
    // A target of several polygons is one unit.
    all = vec![all.into_iter().flatten().collect()];
    all.extend(coverage(&case["adjacent"]));
    let found = defects(&all, gap_width(case));
    let line = geometry(&case["expected_invalid_edges"]);
    let of: Vec<&Defect> = found.iter().filter(|d| d.units.contains(&0)).collect();
    of_unit(&of, 0, line.as_ref(), name, tally);
    strays(&of, std::slice::from_ref(&line), name, tally);
    if line.is_none() {
        tally.check(of.is_empty(), name, "valid", &told(&of));
    }
}

fn gaps(case: &Value, name: &str, tally: &mut Tally) {
    let found = defects(&coverage(&case["coverage"]), gap_width(case));
    let holes = found.iter().filter(|d| d.kind == DefectKind::Hole);
    let found: f64 = holes
        .filter_map(|d| d.polygon.as_ref())
        .map(Area::unsigned_area)
        .sum();
    let expected = geometry(&case["expected_gap_lines"]).map(|g| match g {
        Geometry::LineString(l) => geo_types::Polygon::new(l, vec![]).unsigned_area(),
        g => area(&g).unsigned_area(),
    });
    tally.area(name, "gaps", expected.unwrap_or_default(), found, 1e-6);
}

/// What is cleaned must have been found. The input of a cleaner that leaves it as it is has nothing to find.
fn repaired(case: &Value, name: &str, tally: &mut Tally) {
    let width = gap_width(case);
    let found = defects(&coverage(&case["coverage"]), width);
    let all: Vec<&Defect> = found.iter().collect();
    tally.check(!all.is_empty(), name, "something to clean", &told(&all));
}

fn simplified(case: &Value, name: &str, tally: &mut Tally) {
    let found = defects(&coverage(&case["coverage"]), 0.0);
    let all: Vec<&Defect> = found.iter().collect();
    tally.check(all.is_empty(), name, "valid", &told(&all));
}

fn union(case: &Value, name: &str, tally: &mut Tally) {
    let all = coverage(&case["coverage"]);
    let Some(ledger) = Ledger::of(&all, grid(&all), name, tally) else {
        return;
    };
    let Some(expected) = geometry(&case["expected"]) else {
        let found: Vec<&Defect> = ledger.outcome.defects.iter().collect();
        tally.check(!found.is_empty(), name, "an error", &told(&found));
        return;
    };
    let expected = area(&expected);
    tally.area(
        name,
        "area",
        expected.unsigned_area(),
        ledger.union(),
        ledger.slack,
    );
    let outline = segments(outline(&ledger.outcome.topology.graph()));
    let rings = expected.iter().flat_map(crate::geometry::rings);
    let wanted = segments(rings.flat_map(LineString::lines));
    let says = format!(
        "{} of {} segments",
        outline.intersection(&wanted).count(),
        wanted.len()
    );
    tally.check(outline == wanted, name, "the outline", &says);
}

/// Edges with units at one side only.
fn outline(graph: &Graph) -> impl Iterator<Item = Line<f64>> + '_ {
    let outer = graph
        .edges
        .iter()
        .filter(|e| e.left.is_empty() || e.right.is_empty());
    outer.flat_map(|e| e.line.lines())
}

/// A point on the squared paper of these cases.
fn point(c: geo_types::Coord<f64>) -> (i64, i64) {
    ((c.x * 1e6).round() as i64, (c.y * 1e6).round() as i64)
}

/// Segments as a set, whatever way they run.
fn segments(lines: impl Iterator<Item = Line<f64>>) -> BTreeSet<[(i64, i64); 2]> {
    lines
        .map(|l| {
            let (a, b) = (point(l.start), point(l.end));
            [a.min(b), a.max(b)]
        })
        .collect()
}

/// A line as its points, whatever way it runs and wherever a closed one begins.
fn shape(line: &LineString<f64>) -> Vec<(i64, i64)> {
    let forth: Vec<_> = line.0.iter().map(|&c| point(c)).collect();
    let back: Vec<_> = forth.iter().rev().copied().collect();
    if !line.is_closed() {
        return forth.min(back);
    }
    let turns = [forth, back].into_iter().flat_map(|mut ring| {
        ring.pop();
        (0..ring.len()).map(move |i| {
            let mut turned = ring.clone();
            turned.rotate_left(i);
            turned
        })
    });
    turns.min().unwrap_or_default()
}

fn edges(case: &Value, name: &str, tally: &mut Tally) {
    let all = coverage(&case["coverage"]);
    let graph = look(&all, grid(&all), 0.0)
        .expect("an answer")
        .topology
        .graph();
    let found: BTreeSet<_> = graph.edges.iter().map(|e| shape(&e.line)).collect();
    let Some(Geometry::MultiLineString(expected)) = geometry(&case["expected_edges"]) else {
        panic!("{name}: no lines");
    };
    let wanted: BTreeSet<_> = expected.iter().map(shape).collect();
    let says = format!(
        "{} of {} edges, {} others",
        found.intersection(&wanted).count(),
        wanted.len(),
        found.difference(&wanted).count()
    );
    tally.check(found == wanted, name, "unique edges", &says);
}

fn intersection(case: &Value, name: &str, tally: &mut Tally) {
    let both = ["a", "b"].map(|k| area(&geometry(&case[k]).expect("two geometries")));
    let Some(ledger) = Ledger::of(&both, grid(&both), name, tally) else {
        return;
    };
    let expected = geometry(&case["expected"]).map_or(0.0, |g| area(&g).unsigned_area());
    let found = ledger.area(|set| set.len() == 2);
    tally.area(name, "intersection", expected, found, ledger.slack);
}
