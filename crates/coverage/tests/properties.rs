//! What must hold for every coverage, tried on random ones: whole-number polygons that cross, touch and repeat.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo::{Area, BooleanOps};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jieming_coverage::{Coverage, DefectKind, Grid, Metric, Options, Outcome, Unit, check};
use proptest::prelude::*;

const OPTIONS: Options = Options {
    grid: Grid::UNIT,
    metric: Metric::Metres,
    gap_width: 0.0,
    causes: true,
};

fn run(units: &[MultiPolygon<f64>], parents: &[MultiPolygon<f64>]) -> Outcome {
    run_with(units, parents, &OPTIONS)
}

fn run_with(
    units: &[MultiPolygon<f64>],
    parents: &[MultiPolygon<f64>],
    options: &Options,
) -> Outcome {
    let parent = (!parents.is_empty()).then_some(0);
    let coverage = Coverage {
        units: units.iter().map(|area| Unit { area, parent }).collect(),
        parents: parents.iter().collect(),
        exclusions: vec![],
    };
    check(&coverage, options)
}

/// Any ring whatever: crossing itself, folding back, small.
fn wild(size: i32) -> impl Strategy<Value = Polygon<f64>> {
    prop::collection::vec((0..size, 0..size), 3..8).prop_map(|v| {
        Polygon::new(
            v.into_iter()
                .map(|(x, y)| (f64::from(x), f64::from(y)))
                .collect(),
            vec![],
        )
    })
}

fn units(size: i32) -> impl Strategy<Value = Vec<MultiPolygon<f64>>> {
    prop::collection::vec(
        prop::collection::vec(wild(size), 1..3).prop_map(MultiPolygon),
        1..6,
    )
}

/// Kind, units and outline of a defect.
type Essence = (DefectKind, Vec<usize>, Vec<(i64, i64)>);

/// What each defect is, in an order that depends on that alone.
fn essence(o: &Outcome, rename: &dyn Fn(usize) -> usize) -> Vec<Essence> {
    let mut out: Vec<_> = o
        .defects
        .iter()
        .map(|d| {
            let mut units: Vec<usize> = d.units.iter().map(|&u| rename(u)).collect();
            units.sort();
            let points = match &d.polygon {
                Some(p) => {
                    let mut v: Vec<(i64, i64)> = std::iter::once(p.exterior())
                        .chain(p.interiors())
                        .flat_map(|r| r.0[1..].iter().map(|c| (c.x as i64, c.y as i64)))
                        .collect();
                    v.sort();
                    v
                }
                None => vec![(d.place[0] as i64, d.place[1] as i64)],
            };
            (d.kind, units, points)
        })
        .collect();
    out.sort();
    out
}

/// Sum of the areas of defects of one kind, weighted.
fn area_of(o: &Outcome, weight: impl Fn(&jieming_coverage::Defect) -> f64) -> f64 {
    o.defects
        .iter()
        .map(|d| weight(d) * d.polygon.as_ref().map_or(0.0, Area::unsigned_area))
        .sum()
}

fn turned(p: &Polygon<f64>, by: usize, reverse: bool) -> Polygon<f64> {
    let mut v: Vec<Coord<f64>> = p.exterior().0.clone();
    v.pop();
    let n = v.len();
    v.rotate_left(by % n);
    if reverse {
        v.reverse();
    }
    Polygon::new(LineString(v), vec![])
}

/// Inlets and corridors of units without a parent.
fn open_gaps(units: &[MultiPolygon<f64>], gap_width: f64) -> Vec<Polygon<f64>> {
    let options = Options {
        gap_width,
        ..OPTIONS
    };
    let kinds = [DefectKind::Inlet, DefectKind::Corridor];
    let found = run_with(units, &[], &options).defects.into_iter();
    found
        .filter(|d| kinds.contains(&d.kind))
        .filter_map(|d| d.polygon)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// What is found at one width lies within one thing found at any greater width. Arcs are polylines, so mouths are good
    /// to a few parts in a thousand of the width.
    #[test]
    fn a_greater_width_loses_nothing(units in units(40), narrow in 0.5f64..8.0, more in 0.01f64..12.0) {
        let wide = narrow + more;
        let (few, many) = (open_gaps(&units, narrow), open_gaps(&units, wide));
        for gap in few {
            let area = gap.unsigned_area();
            let outside = many.iter().map(|m| gap.difference(m).unsigned_area()).fold(area, f64::min);
            prop_assert!(outside <= 0.02 * wide * wide && outside <= 0.1 * area + 1e-3, "{} of {} at {} is not within one at {}: {:?}", outside, area, narrow, wide, gap);
        }
    }

    /// Any order of units, parts, start vertices and directions gives the same defects.
    #[test]
    fn order_does_not_matter(units in units(14), by in 0usize..7, reverse: bool) {
        let n = units.len();
        let changed: Vec<MultiPolygon<f64>> = units.iter().rev()
            .map(|m| MultiPolygon(m.0.iter().rev().map(|p| turned(p, by, reverse)).collect())).collect();
        let (a, b) = (run(&units, &[]), run(&changed, &[]));
        prop_assert_eq!(essence(&a, &|u| u), essence(&b, &|u| n - 1 - u));
    }

    /// Moving everything by whole grid steps changes nothing but the place.
    #[test]
    fn place_does_not_matter(units in units(14), dx in -1_000_000i64..1_000_000, dy in -1_000_000i64..1_000_000) {
        let (fx, fy) = (dx as f64, dy as f64);
        let moved: Vec<MultiPolygon<f64>> = units.iter()
            .map(|m| MultiPolygon(m.0.iter().map(|p| {
                Polygon::new(p.exterior().0.iter().map(|c| (c.x + fx, c.y + fy)).collect(), vec![])
            }).collect())).collect();
        let a = essence(&run(&units, &[]), &|u| u);
        let b: Vec<_> = essence(&run(&moved, &[]), &|u| u).into_iter()
            .map(|(k, u, p)| (k, u, p.into_iter().map(|(x, y)| (x - dx, y - dy)).collect::<Vec<_>>())).collect();
        prop_assert_eq!(a, b);
    }

    /// Parent = (what units claim inside) + gaps; and what one unit claims = inside + spill. With a parent that is a
    /// rectangle and one unit, both can be had from the unit's own even-odd area.
    #[test]
    fn one_unit_ledger(unit in wild(16)) {
        let parent = MultiPolygon(vec![Polygon::new(vec![(3., 3.), (12., 3.), (12., 12.), (3., 12.)].into(), vec![])]);
        let alone = MultiPolygon(vec![unit]);
        let o = run(std::slice::from_ref(&alone), std::slice::from_ref(&parent));
        let gaps = area_of(&o, |d| f64::from(matches!(d.kind, DefectKind::Hole | DefectKind::Inlet | DefectKind::Corridor | DefectKind::Shortfall)));
        let spill = area_of(&o, |d| f64::from(d.kind == DefectKind::Spill));
        // The unit against itself gives its even-odd area on the same grid, as one overlap of two; but noding against
        // the parent's line may move it by half a step, so the parent takes part there too.
        let twice = Coverage {
            units: vec![Unit { area: &alone, parent: None }, Unit { area: &alone, parent: None }],
            parents: vec![&parent], exclusions: vec![] };
        let claimed = area_of(&check(&twice, &OPTIONS), |d| f64::from(d.kind == DefectKind::Overlap));
        // Counted by faces: parent - gaps = claimed - spill.
        prop_assert!((81.0 - gaps - (claimed - spill)).abs() < 1e-9, "{gaps} {spill} {claimed}");
    }

    /// A square cut into two along any line through lattice points is whole, whatever vertices stand on the cut.
    #[test]
    fn a_cut_is_no_defect(cut in prop::collection::vec(0i32..20, 0..12)) {
        // A staircase from the top to the bottom: shared vertex by vertex.
        let line: Vec<(f64, f64)> = cut.iter().enumerate().map(|(i, &x)| (f64::from(x) + 1.0, f64::from(i as i32 + 1))).collect();
        let mut left: Vec<(f64, f64)> = vec![(0., 0.), (10., 0.)];
        left.extend(&line);
        left.extend([(10., 20.), (0., 20.)]);
        let mut right: Vec<(f64, f64)> = vec![(22., 0.), (22., 20.), (10., 20.)];
        right.extend(line.iter().rev());
        right.push((10., 0.));
        let unit = |v: Vec<(f64, f64)>| MultiPolygon(vec![Polygon::new(v.into(), vec![])]);
        let o = run(&[unit(left), unit(right)], &[]);
        prop_assert_eq!(o.defects.len(), 0, "{:?}", o.defects);
    }

    /// The ledger of many units: what they claim together is the ground under them plus, for every overlap, its area once
    /// for each party but one. Exactly, as all of it lies on one grid.
    #[test]
    fn the_ledger_of_many_units(units in units(14)) {
        let o = run(&units, &[]);
        let graph = o.topology.graph();
        let claimed: f64 = graph.rings.iter().flatten().map(|ring| ring.iter().map(|step| {
            let swept = swept(&graph.edges[step.edge].line);
            if step.forward { swept } else { -swept }
        }).sum::<f64>()).sum();
        // The ground under the units lies inside the edges that have nobody at one side.
        let ground: f64 = graph.edges.iter().map(|e| match (e.left.is_empty(), e.right.is_empty()) {
            (false, true) => swept(&e.line),
            (true, false) => -swept(&e.line),
            _ => 0.0,
        }).sum();
        let twice = area_of(&o, |d| if d.kind == DefectKind::Overlap { d.units.len() as f64 - 1.0 } else { 0.0 });
        prop_assert_eq!(claimed, ground + twice);
    }

    /// Parent = what is claimed inside + gaps, and each unit = inside + spill: the same ground counted with the parent as
    /// one unit more.
    #[test]
    fn the_ledger_of_a_parent(units in units(14), parent in wild(14)) {
        let parent = MultiPolygon(vec![parent]);
        let o = run(&units, std::slice::from_ref(&parent));
        let mut all = units.clone();
        all.push(parent);
        let whole = run(&all, &[]);
        let n = units.len();
        let graph = whole.topology.graph();
        let own = |u: usize| -> f64 { graph.rings[u].iter().flatten().map(|step| {
            let swept = swept(&graph.edges[step.edge].line);
            if step.forward { swept } else { -swept }
        }).sum() };
        let shared = |with: &dyn Fn(&[usize]) -> bool| area_of(&whole, |d| f64::from(d.kind == DefectKind::Overlap && with(&d.units)));
        let gaps = area_of(&o, |d| f64::from(matches!(d.kind, DefectKind::Hole | DefectKind::Inlet | DefectKind::Corridor | DefectKind::Shortfall)));
        prop_assert_eq!(gaps, own(n) - shared(&|u| u.contains(&n)));
        for unit in 0..n {
            let spill = area_of(&o, |d| f64::from(d.kind == DefectKind::Spill && d.units == [unit]));
            prop_assert_eq!(spill, own(unit) - shared(&|u| u.contains(&n) && u.contains(&unit)));
        }
    }

    /// Any order and direction of interior rings, too.
    #[test]
    fn interior_rings_in_any_order(rings in prop::collection::vec(wild(14), 1..5), other in wild(14), reverse: bool) {
        let mut rings: Vec<LineString<f64>> = rings.into_iter().map(|p| p.into_inner().0).collect();
        let exterior = rings.remove(0);
        let a = MultiPolygon(vec![Polygon::new(exterior.clone(), rings.clone())]);
        rings.reverse();
        if reverse { rings.iter_mut().for_each(|r| r.0.reverse()); }
        let b = MultiPolygon(vec![Polygon::new(exterior, rings)]);
        let other = MultiPolygon(vec![other]);
        prop_assert_eq!(essence(&run(&[a, other.clone()], &[]), &|u| u), essence(&run(&[b, other], &[]), &|u| u));
    }
}

/// The area that a line sweeps as seen from the origin, counter-clockwise positive.
fn swept(line: &LineString<f64>) -> f64 {
    line.0
        .windows(2)
        .map(|w| w[0].x * w[1].y - w[0].y * w[1].x)
        .sum::<f64>()
        / 2.0
}
