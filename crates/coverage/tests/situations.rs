//! One topological situation a test, drawn on squared paper: whole-number coordinates, one grid step a unit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo::Area;
use geo_types::{LineString, MultiPolygon, Polygon};
use jieming_coverage::{
    Coverage, DefectKind, Fault, Grid, Metric, Options, Outcome, Owner, Step, Stretch, Unit, check,
};

const OPTIONS: Options = Options {
    grid: Grid::UNIT,
    metric: Metric::Metres,
    gap_width: 0.0,
    causes: true,
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
    assert_eq!(o.topology.lines(0.0).len(), 1);
    assert_eq!(
        (
            o.topology.lines(0.0)[0].units,
            o.topology.lines(0.0)[0].disagreed
        ),
        ([0, 1], 0.0)
    );
    assert_eq!(o.topology.lines(0.0)[0].agreed.0.len(), 1);
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
    assert_eq!(o.topology.lines(0.0)[0].disagreed, 4.0);
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
    // Each of the four reaches past the next one's corner.
    let corner = |a, b| (DefectKind::Mismatch, vec![a, b], 0.0);
    assert_eq!(
        found(&run(&units, &[], &[])),
        [
            (DefectKind::Hole, vec![0, 1, 2, 3], 4.0),
            corner(0, 1),
            corner(0, 3),
            corner(1, 2),
            corner(2, 3)
        ]
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

fn stretch(unit: usize, ring: u32, vertices: [u32; 2]) -> Stretch {
    Stretch {
        owner: Owner::Unit(unit),
        part: 0,
        ring,
        vertices,
    }
}

#[test]
fn vertices_on_the_neighbours_edge_are_a_mismatch_of_that_edge() {
    let split = area(&[&[&[(4, 0), (8, 0), (8, 4), (4, 4), (4, 3), (4, 1)]]]);
    let o = run(&[square(0, 0, 4, 4), split], &[], &[]);
    assert_eq!(
        found(&o),
        [
            (DefectKind::Mismatch, vec![0, 1], 0.0),
            (DefectKind::Mismatch, vec![0, 1], 0.0)
        ]
    );
    let places: Vec<[f64; 2]> = o.defects.iter().map(|d| d.place).collect();
    assert_eq!(places, [[4.0, 1.0], [4.0, 3.0]]);
    // Both are lacking on the first one's right edge.
    assert!(o.defects.iter().all(|d| d.edges == [stretch(0, 0, [1, 2])]));
}

#[test]
fn a_t_junction_is_one_mismatch_of_all_three() {
    let o = run(
        &[square(0, 0, 4, 4), square(4, 0, 4, 2), square(4, 2, 4, 2)],
        &[],
        &[],
    );
    assert_eq!(found(&o), [(DefectKind::Mismatch, vec![0, 1, 2], 0.0)]);
    // With a vertex there all is well.
    let with = area(&[&[&[(0, 0), (4, 0), (4, 2), (4, 4), (0, 4)]]]);
    assert_eq!(
        found(&run(
            &[with, square(4, 0, 4, 2), square(4, 2, 4, 2)],
            &[],
            &[]
        )),
        []
    );
}

#[test]
fn causes_are_the_stretches_around_a_defect() {
    let o = run(&[square(0, 0, 4, 4), square(3, 1, 4, 2)], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Overlap, vec![0, 1], 2.0)]);
    // The first one's right edge, and of the second from its top left over its start to the bottom.
    assert_eq!(
        o.defects[0].edges,
        [stretch(0, 0, [1, 2]), stretch(1, 0, [2, 1])]
    );
    let lake = area(&[&[
        &[(0, 0), (9, 0), (9, 9), (0, 9)],
        &[(3, 3), (3, 6), (6, 6), (6, 3)],
    ]]);
    let o = run(&[lake], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Hole, vec![0], 9.0)]);
    assert_eq!(o.defects[0].edges, [stretch(0, 1, [0, 0])]);
}

/// Four squares around a point: five nodes, four inner edges, four outer ones round the corners.
#[test]
fn topology_of_four_squares() {
    let o = run(
        &[
            square(0, 0, 2, 2),
            square(2, 0, 2, 2),
            square(2, 2, 2, 2),
            square(0, 2, 2, 2),
        ],
        &[],
        &[],
    );
    let graph = o.topology.graph();
    assert_eq!((graph.nodes.len(), graph.edges.len()), (5, 8));
    for (unit, rings) in graph.rings.iter().enumerate() {
        let [steps] = &rings[..] else {
            panic!("{rings:?}")
        };
        assert_eq!(steps.len(), 3);
        let ends = |s: &Step| {
            let [a, b] = graph.edges[s.edge].nodes;
            if s.forward { [a, b] } else { [b, a] }
        };
        for (k, step) in steps.iter().enumerate() {
            assert_eq!(
                ends(step)[1],
                ends(&steps[(k + 1) % 3])[0],
                "a ring is closed"
            );
            let e = &graph.edges[step.edge];
            assert_eq!(if step.forward { &e.left } else { &e.right }, &[unit]);
        }
    }
    let junctions = o.topology.tri_junctions();
    assert_eq!(junctions.len(), 1);
    assert_eq!(
        (junctions[0].at, &junctions[0].units[..]),
        ([2.0, 2.0], &[0, 1, 2, 3][..])
    );
    // Meeting in a point does not make neighbours.
    assert_eq!(o.topology.neighbours(), [[1, 3], [0, 2], [1, 3], [0, 2]]);
}

/// An island in a lake: two closed edges without a fork, and the lake's unit has two rings.
#[test]
fn topology_of_an_enclave() {
    let lake = area(&[&[
        &[(0, 0), (9, 0), (9, 9), (0, 9)],
        &[(3, 3), (3, 6), (6, 6), (6, 3)],
    ]]);
    let o = run(&[lake, square(3, 3, 3, 3)], &[], &[]);
    let graph = o.topology.graph();
    assert_eq!((graph.nodes.len(), graph.edges.len()), (2, 2));
    assert!(
        graph
            .edges
            .iter()
            .all(|e| e.nodes[0] == e.nodes[1] && e.line.0.len() == 5)
    );
    assert_eq!((graph.rings[0].len(), graph.rings[1].len()), (2, 1));
    assert_eq!(o.topology.neighbours(), [[1], [0]]);
}

#[test]
fn a_line_agrees_within_a_tolerance_or_not() {
    // Common from (4,2) up; below, the right one keeps a step away.
    let right = area(&[&[&[(5, 0), (8, 0), (8, 6), (4, 6), (4, 2), (5, 2)]]]);
    let left = area(&[&[&[(0, 0), (4, 0), (4, 2), (4, 6), (0, 6)]]]);
    let around = area(&[&[&[(4, -2), (5, -2), (5, 0), (4, 0)]]]);
    let o = run(&[left, right, around], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Hole, vec![0, 1, 2], 2.0)]);
    let of = |tolerance: f64| {
        let lines = o.topology.lines(tolerance);
        lines
            .into_iter()
            .find(|l| l.units == [0, 1])
            .map(|l| (l.within, l.disagreed))
            .unwrap()
    };
    let (within, apart) = of(0.5);
    assert!(within == 0.0 && apart > 0.0);
    assert_eq!(of(1.0), (apart, 0.0));
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
    // A spike that goes on along the edge and comes back to a vertex on it.
    assert_eq!(
        fault(area(&[&[&[(0, 0), (6, 0), (4, 0), (4, 4), (0, 4)]]])),
        [Fault::SelfTouch, Fault::DoubledEdge]
    );
    // A vertex that rests on the ring's own edge further on.
    assert_eq!(
        fault(area(&[&[&[
            (0, 0),
            (9, 0),
            (9, 4),
            (6, 4),
            (4, 0),
            (2, 4),
            (0, 4)
        ]]])),
        [Fault::SelfTouch]
    );
    // A sharp corner with other lines' crossings nearby is none.
    let sharp = area(&[&[&[(0, 0), (900, 2), (900, 3)]]]);
    let across = area(&[&[&[(100, -50), (110, -50), (110, 50), (100, 50)]]]);
    let o = run(&[sharp, across], &[], &[]);
    assert!(
        o.defects.iter().all(|d| d.kind == DefectKind::Overlap),
        "{:?}",
        o.defects
    );
    // Two interior rings side by side, and one that is the exterior again: nothing is claimed, nothing is a hole.
    assert_eq!(
        fault(area(&[&[
            &[(0, 0), (9, 0), (9, 9), (0, 9)],
            &[(2, 2), (4, 2), (4, 6), (2, 6)],
            &[(4, 2), (6, 2), (6, 6), (4, 6)]
        ]])),
        [Fault::DoubledEdge]
    );
    let emptied = area(&[&[
        &[(0, 0), (6, 0), (6, 6), (0, 6)],
        &[(0, 0), (6, 0), (6, 6), (0, 6)],
    ]]);
    assert_eq!(
        found(&run(&[emptied], &[], &[])),
        [(DefectKind::Invalid(Fault::DoubledEdge), vec![0], 0.0)]
    );
    // An interior ring along a side opens the ground to the outside.
    let bay = area(&[&[
        &[(0, 0), (6, 0), (6, 6), (0, 6)],
        &[(2, 2), (4, 2), (4, 6), (2, 6)],
    ]]);
    assert_eq!(
        found(&run(&[bay], &[], &[])),
        [(DefectKind::Invalid(Fault::DoubledEdge), vec![0], 0.0)]
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
    let defects = |w: f64| {
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
    };
    let coverage = |w: f64| {
        defects(w)
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
    // The inlet lies along three sides of the slit, the corridor along the facing sides.
    let found = defects(3.0);
    assert_eq!(found[0].edges, [stretch(0, 0, [1, 4])]);
    assert_eq!(
        found[1].edges,
        [stretch(0, 0, [6, 7]), stretch(1, 0, [0, 1])]
    );
}

/// The example of ARCHITECTURE.md.
#[test]
fn three_units_on_squared_paper() {
    let (a, c) = (square(0, 0, 4, 4), square(4, 2, 4, 2));
    let o = run(&[a.clone(), square(3, 0, 5, 2), c.clone()], &[], &[]);
    assert_eq!(found(&o), [(DefectKind::Overlap, vec![0, 1], 2.0)]);
    assert_eq!(o.defects[0].max_width, 1.0);
    assert_eq!(o.counts.faces, 4);
    // A's bottom and right side; B from its top over its left side to the end of its bottom.
    assert_eq!(
        o.defects[0].edges,
        [stretch(0, 0, [0, 2]), stretch(1, 0, [2, 1])]
    );
    let junctions = o.topology.tri_junctions();
    assert_eq!(junctions.len(), 1);
    assert_eq!(
        (junctions[0].at, &junctions[0].units[..]),
        ([4.0, 2.0], &[0, 1, 2][..])
    );
    let agreed = o
        .topology
        .lines(0.0)
        .into_iter()
        .find(|l| l.units == [0, 2])
        .unwrap();
    assert_eq!(agreed.agreed.0, [ring(&[(4, 2), (4, 4)])]);
    let mended = run(&[a, square(4, 0, 4, 2), c], &[], &[]);
    assert_eq!(found(&mended), [(DefectKind::Mismatch, vec![0, 1, 2], 0.0)]);
    assert_eq!(mended.defects[0].place, [4.0, 2.0]);
}
