//! One topological situation a test, drawn on squared paper: whole-number coordinates, one grid step a unit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo::Area;
use geo_types::{LineString, MultiPolygon, Polygon};
use jieming_coverage::{Coverage, DefectKind, Fault, Grid, Metric, Options, Outcome, Unit, check};

const OPTIONS: Options = Options {
    grid: Grid::UNIT,
    metric: Metric::Metres,
    gap_width: 0.0,
    lines: true,
};

type Ring = &'static [(i32, i32)];

fn ring(r: Ring) -> LineString<f64> {
    r.iter()
        .map(|&(x, y)| (f64::from(x), f64::from(y)))
        .collect()
}

/// A part is its rings, exterior first.
fn area(parts: &[&[Ring]]) -> MultiPolygon<f64> {
    MultiPolygon(
        parts
            .iter()
            .map(|p| Polygon::new(ring(p[0]), p[1..].iter().map(|r| ring(r)).collect()))
            .collect(),
    )
}

fn square(x: i32, y: i32, w: i32, h: i32) -> MultiPolygon<f64> {
    let line: LineString<f64> = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        .iter()
        .map(|&(x, y)| (f64::from(x), f64::from(y)))
        .collect();
    MultiPolygon(vec![Polygon::new(line, vec![])])
}

fn run(
    units: &[MultiPolygon<f64>],
    parents: &[MultiPolygon<f64>],
    exclusions: &[MultiPolygon<f64>],
) -> Outcome {
    let parent = (!parents.is_empty()).then_some(0);
    let coverage = Coverage {
        units: units.iter().map(|area| Unit { area, parent }).collect(),
        parents: parents.iter().collect(),
        exclusions: exclusions.iter().collect(),
    };
    check(&coverage, &OPTIONS)
}

/// Kind, units, area in squares, of every defect.
fn found(o: &Outcome) -> Vec<(DefectKind, Vec<usize>, f64)> {
    o.defects
        .iter()
        .map(|d| {
            (
                d.kind,
                d.units.clone(),
                d.polygon.as_ref().map_or(0.0, Area::unsigned_area),
            )
        })
        .collect()
}

#[test]
fn two_neighbours_with_one_line_are_whole() {
    let o = run(&[square(0, 0, 4, 4), square(4, 0, 4, 4)], &[], &[]);
    assert_eq!(found(&o), []);
    assert_eq!(o.lines.len(), 1);
    assert_eq!((o.lines[0].units, o.lines[0].disagreed), ([0, 1], 0.0));
    assert_eq!(o.lines[0].agreed.0.len(), 1);
}

#[test]
fn nothing_and_one_unit_are_whole() {
    assert_eq!(found(&run(&[], &[], &[])), []);
    assert_eq!(found(&run(&[square(0, 0, 4, 4)], &[], &[])), []);
    assert_eq!(found(&run(&[MultiPolygon(vec![])], &[], &[])), []);
}

#[test]
fn overlap_of_two_has_parties_area_and_width() {
    let o = run(&[square(0, 0, 6, 4), square(4, 0, 6, 4)], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Overlap, vec![0, 1], 8.0)]);
    assert!((o.defects[0].max_width - 2.0).abs() < 0.03);
    // Both outlines of the overlap are four long.
    assert_eq!(o.lines[0].disagreed, 4.0);
}

#[test]
fn three_claims_give_zones_by_claim() {
    let o = run(
        &[square(0, 0, 6, 6), square(4, 0, 6, 6), square(0, 4, 10, 6)],
        &[],
        &[],
    );
    assert_eq!(
        found(&o),
        [
            (DefectKind::Overlap, vec![0, 1], 8.0),
            (DefectKind::Overlap, vec![0, 1, 2], 4.0),
            (DefectKind::Overlap, vec![0, 2], 8.0),
            (DefectKind::Overlap, vec![1, 2], 8.0),
        ]
    );
}

#[test]
fn one_unit_given_twice_overlaps_itself_whole() {
    let o = run(&[square(0, 0, 4, 4), square(0, 0, 4, 4)], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Overlap, vec![0, 1], 16.0)]);
}

#[test]
fn unit_inside_another_is_an_overlap_but_in_its_hole_is_none() {
    let o = run(&[square(0, 0, 8, 8), square(2, 2, 3, 3)], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Overlap, vec![0, 1], 9.0)]);
    let holed = area(&[&[
        &[(0, 0), (8, 0), (8, 8), (0, 8)],
        &[(2, 2), (2, 5), (5, 5), (5, 2)],
    ]]);
    assert_eq!(found(&run(&[holed, square(2, 2, 3, 3)], &[], &[])), []);
}

#[test]
fn island_in_lake_in_island() {
    let outer = area(&[&[
        &[(0, 0), (12, 0), (12, 12), (0, 12)],
        &[(2, 2), (2, 10), (10, 10), (10, 2)],
    ]]);
    let o = run(&[outer, square(4, 4, 4, 4)], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Hole, vec![0, 1], 48.0)]);
    let hole = o.defects[0].polygon.as_ref().unwrap();
    assert_eq!(hole.interiors().len(), 1);
}

#[test]
fn hole_between_four_units() {
    let units = [
        square(0, 0, 6, 4),
        square(6, 0, 4, 6),
        square(4, 6, 6, 4),
        square(0, 4, 4, 6),
    ];
    assert_eq!(
        found(&run(&units, &[], &[])),
        [(DefectKind::Hole, vec![0, 1, 2, 3], 4.0)]
    );
}

#[test]
fn holes_that_touch_in_a_point_are_two() {
    // Two unclaimed squares meet in (4,4).
    let unit = area(&[&[
        &[(0, 0), (8, 0), (8, 8), (0, 8)],
        &[(2, 2), (2, 4), (4, 4), (4, 2)],
        &[(4, 4), (4, 6), (6, 6), (6, 4)],
    ]]);
    let o = run(&[unit], &[], &[]);
    assert_eq!(
        found(&o),
        [
            (DefectKind::Hole, vec![0], 4.0),
            (DefectKind::Hole, vec![0], 4.0)
        ]
    );
}

#[test]
fn exclusion_is_no_gap_but_the_rest_around_it_is() {
    let holed = area(&[&[
        &[(0, 0), (8, 0), (8, 8), (0, 8)],
        &[(2, 2), (2, 6), (6, 6), (6, 2)],
    ]]);
    assert_eq!(
        found(&run(
            std::slice::from_ref(&holed),
            &[],
            &[square(2, 2, 4, 4)]
        )),
        []
    );
    assert_eq!(
        found(&run(&[holed], &[], &[square(2, 2, 4, 3)])),
        [(DefectKind::Hole, vec![0], 4.0)]
    );
}

#[test]
fn gaps_by_how_they_meet_the_parents_line() {
    let parent = [square(0, 0, 20, 10)];
    let kinds = |units: &[MultiPolygon<f64>]| -> Vec<DefectKind> {
        run(units, &parent, &[])
            .defects
            .iter()
            .map(|d| d.kind)
            .collect()
    };
    // Two units with a strip between them from side to side.
    assert_eq!(
        kinds(&[square(0, 0, 9, 10), square(11, 0, 9, 10)]),
        [DefectKind::Corridor]
    );
    // The strip ends inside.
    let inlet = area(&[&[&[
        (0, 0),
        (9, 0),
        (9, 7),
        (11, 7),
        (11, 0),
        (20, 0),
        (20, 10),
        (0, 10),
    ]]]);
    assert_eq!(kinds(&[inlet]), [DefectKind::Inlet]);
    let shortfall = area(&[&[&[(0, 2), (20, 2), (20, 10), (0, 10)]]]);
    assert_eq!(kinds(&[shortfall]), [DefectKind::Shortfall]);
    let hole = area(&[&[
        &[(0, 0), (20, 0), (20, 10), (0, 10)],
        &[(4, 4), (4, 6), (6, 6), (6, 4)],
    ]]);
    assert_eq!(kinds(&[hole]), [DefectKind::Hole]);
    // Touching the line in a point only does not open a hole.
    let touching = area(&[&[
        &[(0, 0), (20, 0), (20, 10), (0, 10)],
        &[(4, 0), (3, 2), (5, 2)],
    ]]);
    assert_eq!(kinds(&[touching]), [DefectKind::Hole]);
    // A parent without any unit.
    assert_eq!(kinds(&[]), [DefectKind::Shortfall]);
}

#[test]
fn spill_is_what_reaches_outside_the_own_parent() {
    let o = run(&[square(0, 0, 12, 10)], &[square(0, 0, 10, 10)], &[]);
    assert_eq!(found(&o), [(DefectKind::Spill, vec![0], 20.0)]);
    assert_eq!(o.defects[0].parent, Some(0));
    // Into the neighbouring parent: a spill there, and no gap there.
    let (a, b) = (square(0, 0, 12, 10), square(12, 0, 8, 10));
    let (p, q) = (square(0, 0, 10, 10), square(10, 0, 10, 10));
    let coverage = Coverage {
        units: vec![
            Unit {
                area: &a,
                parent: Some(0),
            },
            Unit {
                area: &b,
                parent: Some(1),
            },
        ],
        parents: vec![&p, &q],
        exclusions: vec![],
    };
    assert_eq!(
        found(&check(&coverage, &OPTIONS)),
        [(DefectKind::Spill, vec![0], 20.0)]
    );
}

#[test]
fn a_vertex_on_the_neighbours_edge_is_no_defect() {
    let split = area(&[&[&[(4, 0), (8, 0), (8, 4), (4, 4), (4, 3), (4, 1)]]]);
    assert_eq!(found(&run(&[square(0, 0, 4, 4), split], &[], &[])), []);
}

#[test]
fn bow_tie_is_invalid_and_still_checked() {
    let bow = area(&[&[&[(0, 0), (4, 4), (4, 0), (0, 4)]]]);
    let o = run(&[bow, square(0, 0, 1, 4)], &[], &[]);
    let kinds: Vec<_> = o.defects.iter().map(|d| (d.kind, d.place)).collect();
    assert!(
        kinds.contains(&(DefectKind::Invalid(Fault::SelfCrossing), [2.0, 2.0])),
        "{kinds:?}"
    );
    assert!(kinds.iter().any(|(k, _)| *k == DefectKind::Overlap));
}

#[test]
fn faults_of_rings() {
    let fault = |a: MultiPolygon<f64>| -> Vec<Fault> {
        let o = run(&[a], &[], &[]);
        o.defects
            .iter()
            .filter_map(|d| match d.kind {
                DefectKind::Invalid(f) => Some(f),
                _ => None,
            })
            .collect()
    };
    assert_eq!(fault(area(&[&[&[(0, 0), (4, 0)]]])), [Fault::Collapsed]);
    assert_eq!(fault(area(&[&[&[(1, 1)]]])), [Fault::Collapsed]);
    // Two squares in one ring, touching in (4,4).
    assert_eq!(
        fault(area(&[&[&[
            (0, 0),
            (4, 0),
            (4, 4),
            (8, 4),
            (8, 8),
            (4, 8),
            (4, 4),
            (0, 4)
        ]]])),
        [Fault::SelfTouch]
    );
    // A spike comes back to where it began, along the same edge.
    assert_eq!(
        fault(area(&[&[&[
            (0, 0),
            (4, 0),
            (4, 2),
            (9, 2),
            (4, 2),
            (4, 4),
            (0, 4)
        ]]])),
        [Fault::SelfTouch, Fault::DoubledEdge]
    );
    // Interior ring outside.
    assert_eq!(
        fault(area(&[&[
            &[(0, 0), (4, 0), (4, 4), (0, 4)],
            &[(6, 0), (8, 0), (8, 2), (6, 2)]
        ]])),
        [Fault::HoleOutside]
    );
    assert_eq!(
        fault(area(&[&[
            &[(0, 0), (9, 0), (9, 9), (0, 9)],
            &[(1, 1), (8, 1), (8, 8), (1, 8)],
            &[(3, 3), (5, 3), (5, 5), (3, 5)]
        ]])),
        [Fault::NestedHoles]
    );
    assert_eq!(
        fault(area(&[
            &[&[(0, 0), (4, 0), (4, 4), (0, 4)]],
            &[&[(3, 0), (7, 0), (7, 4), (3, 4)]]
        ])),
        [Fault::PartsOverlap]
    );
    let nan = MultiPolygon(vec![Polygon::new(
        vec![(0., 0.), (f64::NAN, 1.), (4., 0.), (4., 4.), (0., 1e300)].into(),
        vec![],
    )]);
    assert_eq!(fault(nan), [Fault::Coordinate]);
    // Parts that share an edge are no fault.
    assert_eq!(
        fault(area(&[
            &[&[(0, 0), (4, 0), (4, 4), (0, 4)]],
            &[&[(4, 0), (8, 0), (8, 4), (4, 4)]]
        ])),
        []
    );
}

#[test]
fn inlets_and_corridors_without_a_parent_are_sought_by_width() {
    let deep = area(&[&[&[
        (0, 0),
        (90, 0),
        (90, 70),
        (92, 70),
        (92, 0),
        (200, 0),
        (200, 100),
        (0, 100),
    ]]]);
    let far = square(0, 101, 200, 50);
    let coverage = |w: f64| {
        let c = Coverage {
            units: vec![
                Unit {
                    area: &deep,
                    parent: None,
                },
                Unit {
                    area: &far,
                    parent: None,
                },
            ],
            parents: vec![],
            exclusions: vec![],
        };
        let o = check(
            &c,
            &Options {
                gap_width: w,
                ..OPTIONS
            },
        );
        o.defects
            .iter()
            .map(|d| (d.kind, d.units.clone(), (d.max_width * 10.0).round() / 10.0))
            .collect::<Vec<_>>()
    };
    assert_eq!(coverage(0.0), []);
    assert_eq!(coverage(1.5), [(DefectKind::Corridor, vec![0, 1], 1.0)]);
    assert_eq!(
        coverage(3.0),
        [
            (DefectKind::Inlet, vec![0], 2.0),
            (DefectKind::Corridor, vec![0, 1], 1.0)
        ]
    );
}
