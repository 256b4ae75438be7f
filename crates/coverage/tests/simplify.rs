//! Weights of vertices: at every threshold the lines are the same subdivision with fewer vertices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jieming_coverage::grid::{Pt, cross};
use jieming_coverage::{
    Coverage, DefectKind, Fault, Grid, Metric, Options, Outcome, Unit, Weights, check,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const METRES: Options = Options {
    grid: Grid::METRES,
    metric: Metric::Metres,
    gap_width: 0.0,
    causes: false,
};

fn coverage(units: &[MultiPolygon<f64>]) -> Coverage<'_> {
    Coverage {
        units: units
            .iter()
            .map(|area| Unit { area, parent: None })
            .collect(),
        ..Coverage::default()
    }
}

fn weigh(units: &[MultiPolygon<f64>], options: &Options) -> (Outcome, Weights) {
    let coverage = coverage(units);
    let outcome = check(&coverage, options);
    let weights = outcome.topology.weights(&coverage);
    (outcome, weights)
}

fn open(ring: &LineString<f64>) -> &[Coord<f64>] {
    &ring.0[..ring.0.len() - 1]
}

/// The units without the vertices below a threshold.
fn thinned(units: &[MultiPolygon<f64>], weights: &Weights, t: f32) -> Vec<MultiPolygon<f64>> {
    let ring = |r: &LineString<f64>| {
        let kept = open(r).iter().filter(|c| weights.of(c.x, c.y) >= t);
        kept.copied().collect::<LineString<f64>>()
    };
    let polygon = |p: &Polygon<f64>| {
        Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect())
    };
    units
        .iter()
        .map(|u| MultiPolygon(u.0.iter().map(polygon).collect()))
        .collect()
}

/// Thresholds that tell all the moments apart, or a number of them.
fn thresholds(weights: impl Iterator<Item = f32>, most: usize) -> Vec<f32> {
    let mut found: Vec<f32> = weights.filter(|w| w.is_finite()).collect();
    found.sort_by(f32::total_cmp);
    found.dedup();
    let step = found.len().div_ceil(most).max(1);
    let mut out: Vec<f32> = found.iter().map(|w| w.next_up()).step_by(step).collect();
    out.push(f32::MAX);
    out
}

type Corner = (i32, i32);

/// A sheet of squares with moved corners, coloured: a unit is what has one colour. It has islands, enclaves, crooked
/// lines, and places where four units meet or one meets itself.
#[derive(Debug, Clone)]
struct Sheet {
    side: usize,
    colours: Vec<usize>,
    moved: Vec<(i32, i32)>,
}

fn sheet() -> impl Strategy<Value = Sheet> {
    (3usize..9, 2usize..6, 0i32..=24).prop_flat_map(|(side, colours, reach)| {
        let corners = (side + 1) * (side + 1);
        (
            prop::collection::vec(0..colours, side * side),
            prop::collection::vec((-reach..=reach, -reach..=reach), corners),
        )
            .prop_map(move |(colours, moved)| Sheet {
                side,
                colours,
                moved,
            })
    })
}

impl Sheet {
    fn corner(&self, (x, y): (usize, usize)) -> Coord<f64> {
        let (dx, dy) = self.moved[y * (self.side + 1) + x];
        Coord {
            x: f64::from(100 * x as i32 + dx),
            y: f64::from(100 * y as i32 + dy),
        }
    }

    /// The pieces of one colour that hang together by sides.
    fn pieces(&self) -> Vec<usize> {
        let n = self.side;
        let mut piece = vec![usize::MAX; n * n];
        for start in 0..n * n {
            if piece[start] != usize::MAX {
                continue;
            }
            let mut todo = vec![start];
            piece[start] = start;
            while let Some(c) = todo.pop() {
                let (x, y) = (c % n, c / n);
                let near = [
                    (x > 0).then(|| c - 1),
                    (x + 1 < n).then(|| c + 1),
                    (y > 0).then(|| c - n),
                    (y + 1 < n).then(|| c + n),
                ];
                for d in near.into_iter().flatten() {
                    if piece[d] == usize::MAX && self.colours[d] == self.colours[c] {
                        piece[d] = start;
                        todo.push(d);
                    }
                }
            }
        }
        piece
    }

    fn units(&self) -> Vec<MultiPolygon<f64>> {
        let n = self.side as i32;
        let piece = self.pieces();
        let of = |x: i32, y: i32| {
            let inside = (0..n).contains(&x) && (0..n).contains(&y);
            inside.then(|| piece[(y * n + x) as usize])
        };
        // Sides with the piece at the left, by piece and start.
        let mut sides: BTreeMap<(usize, Corner), Vec<Corner>> = BTreeMap::new();
        for y in 0..n {
            for x in 0..n {
                let mine = of(x, y).unwrap();
                let around = [
                    ((x, y - 1), (x, y), (x + 1, y)),
                    ((x + 1, y), (x + 1, y), (x + 1, y + 1)),
                    ((x, y + 1), (x + 1, y + 1), (x, y + 1)),
                    ((x - 1, y), (x, y + 1), (x, y)),
                ];
                for ((ox, oy), from, to) in around {
                    if of(ox, oy) != Some(mine) {
                        sides.entry((mine, from)).or_default().push(to);
                    }
                }
            }
        }
        let mut rings: BTreeMap<usize, Vec<LineString<f64>>> = BTreeMap::new();
        while let Some(&(mine, start)) = sides.keys().next() {
            let (mut at, mut came, mut ring) = (start, (0, 0), vec![]);
            loop {
                ring.push(self.corner((at.0 as usize, at.1 as usize)));
                let ways = sides.get_mut(&(mine, at)).unwrap();
                // Where a piece meets itself at a corner, round the square it came along.
                let left = |to: &(i32, i32)| came.0 * (to.1 - at.1) - came.1 * (to.0 - at.0);
                let pick = (0..ways.len()).max_by_key(|i| left(&ways[*i])).unwrap();
                let to = ways.swap_remove(pick);
                if ways.is_empty() {
                    sides.remove(&(mine, at));
                }
                came = (to.0 - at.0, to.1 - at.1);
                at = to;
                if at == start {
                    break;
                }
            }
            ring.push(ring[0]);
            rings.entry(mine).or_default().push(LineString(ring));
        }
        let mut units: BTreeMap<usize, Vec<Polygon<f64>>> = BTreeMap::new();
        for (mine, mut rings) in rings {
            // The ring with the least corner is the outer one: traced first, as rows run from below.
            let exterior = rings.remove(0);
            units
                .entry(self.colours[mine])
                .or_default()
                .push(Polygon::new(exterior, rings));
        }
        units.into_values().map(MultiPolygon).collect()
    }
}

/// Kinds of defects, without what a sheet may have from the start.
fn kinds(o: &Outcome) -> BTreeSet<DefectKind> {
    let touch = DefectKind::Invalid(Fault::SelfTouch);
    o.defects
        .iter()
        .map(|d| d.kind)
        .filter(|k| *k != touch)
        .collect()
}

/// Units at the left and the right, ends.
type Edge = (Vec<usize>, Vec<usize>, [[u64; 2]; 2]);

/// The edges without their vertices: what must not change.
fn shape(o: &Outcome) -> Vec<Edge> {
    let graph = o.topology.graph();
    let mut out: Vec<_> = graph
        .edges
        .iter()
        .map(|e| {
            let mut ends = e.nodes.map(|n| graph.nodes[n].map(f64::to_bits));
            let (mut left, mut right) = (e.left.clone(), e.right.clone());
            if ends[0] > ends[1] {
                ends.reverse();
                std::mem::swap(&mut left, &mut right);
            }
            // Which way a closed line runs does not matter.
            if ends[0] == ends[1] && left > right {
                std::mem::swap(&mut left, &mut right);
            }
            (left, right, ends)
        })
        .collect();
    out.sort();
    out
}

fn meet(a: [Pt; 2], b: [Pt; 2]) -> bool {
    let shared = a.iter().any(|p| b.contains(p));
    let sides = |s: [Pt; 2], t: [Pt; 2]| t.map(|p| cross(s[0], s[1], p).signum());
    let (of_b, of_a) = (sides(a, b), sides(b, a));
    let within = |s: [Pt; 2], p: Pt| {
        let between = |a: i64, b: i64, v: i64| (a.min(b)..=a.max(b)).contains(&v);
        between(s[0].x, s[1].x, p.x) && between(s[0].y, s[1].y, p.y)
    };
    let inner = |s: [Pt; 2], p: Pt| !s.contains(&p) && within(s, p);
    let touch = (0..2).any(|i| of_b[i] == 0 && inner(a, b[i]) || of_a[i] == 0 && inner(b, a[i]));
    let same = a == b || a == [b[1], b[0]];
    same || touch || (!shared && of_b[0] * of_b[1] < 0 && of_a[0] * of_a[1] < 0)
}

/// Whether segments of the graph's lines at a threshold meet elsewhere than at their ends.
fn crosses(o: &Outcome, weights: &Weights, grid: Grid, t: f32) -> bool {
    let mut segments: Vec<[Pt; 2]> = vec![];
    let graph = o.topology.graph();
    for e in &graph.edges {
        let last = e.line.0.len() - 1;
        let kept = e
            .line
            .0
            .iter()
            .enumerate()
            .filter(|(i, c)| *i == 0 || *i == last || weights.of(c.x, c.y) >= t);
        let points: Vec<Pt> = kept.map(|(_, c)| grid.snap(c.x, c.y).unwrap()).collect();
        segments.extend(points.windows(2).map(|w| [w[0], w[1]]));
    }
    (0..segments.len()).any(|i| (0..i).any(|j| meet(segments[i], segments[j])))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_clean_coverage_stays_clean(sheet in sheet()) {
        let units = sheet.units();
        let (before, weights) = weigh(&units, &METRES);
        prop_assert!(kinds(&before).is_empty(), "{:?}", before.defects);
        let all: Vec<f32> = units.iter().flat_map(|u| weights.of_area(u)).collect();
        let nodes = before.topology.graph().nodes;
        prop_assert!(nodes.iter().all(|[x, y]| weights.of(*x, *y) == f32::INFINITY));
        let mut fewer = usize::MAX;
        for t in thresholds(all.into_iter(), 12) {
            let now = thinned(&units, &weights, t);
            for ring in now.iter().flatten().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
                prop_assert!(open(ring).len() >= 3, "{t}");
            }
            let vertices = now.iter().flatten().map(|p| p.exterior().0.len()).sum();
            prop_assert!(vertices <= fewer);
            fewer = vertices;
            let after = check(&coverage(&now), &METRES);
            prop_assert!(kinds(&after).is_empty(), "{t}: {:?}", after.defects);
            prop_assert_eq!(shape(&before), shape(&after), "{}", t);
            prop_assert_eq!(before.counts.faces, after.counts.faces);
            prop_assert!(!crosses(&before, &weights, METRES.grid, t));
        }
    }

    #[test]
    fn the_order_of_units_does_not_matter(sheet in sheet()) {
        let units = sheet.units();
        let turned: Vec<_> = units.iter().rev().cloned().collect();
        let (a, b) = (weigh(&units, &METRES).1, weigh(&turned, &METRES).1);
        for u in &units {
            prop_assert_eq!(a.of_area(u), b.of_area(u));
        }
    }

    #[test]
    fn a_dirty_coverage_gets_no_new_crossing(
        rings in prop::collection::vec(prop::collection::vec((0i32..60, 0i32..60), 3..14), 1..6),
    ) {
        let units: Vec<_> = rings.into_iter().map(|v| {
            let ring = v.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            MultiPolygon(vec![Polygon::new(ring, vec![])])
        }).collect();
        let (outcome, weights) = weigh(&units, &METRES);
        let all = units.iter().flat_map(|u| weights.of_area(u));
        for t in thresholds(all, 8) {
            prop_assert!(!crosses(&outcome, &weights, METRES.grid, t), "{}", t);
        }
    }
}

fn unit(points: &[(f64, f64)]) -> MultiPolygon<f64> {
    MultiPolygon(vec![Polygon::new(points.to_vec().into(), vec![])])
}

#[test]
fn weights_are_areas_of_triangles() {
    // The line between two halves has one bump of 10 m by 4 m; the corners of the square are worth half of a half.
    let line = [
        (50.0, 0.0),
        (50.0, 40.0),
        (54.0, 45.0),
        (50.0, 50.0),
        (50.0, 100.0),
    ];
    let mut left = vec![(0.0, 0.0)];
    left.extend(line);
    left.push((0.0, 100.0));
    let mut right = vec![(100.0, 100.0)];
    right.extend(line.iter().rev());
    right.push((100.0, 0.0));
    let units = [unit(&left), unit(&right)];
    let (_, w) = weigh(&units, &METRES);
    assert_eq!(w.of(54.0, 45.0), 20.0);
    // What was the foot of the bump stands on a straight line then.
    assert_eq!((w.of(50.0, 40.0), w.of(50.0, 50.0)), (20.0, 20.0));
    assert_eq!(w.of(50.0, 0.0), f32::INFINITY);
    assert_eq!(w.of(1.0, 1.0), f32::INFINITY);
    assert_eq!(w.of(f64::NAN, 1.0), f32::INFINITY);
    // Of the two corners of a half one stays: the line in the middle is straight already.
    let corners = [w.of(0.0, 0.0), w.of(0.0, 100.0)];
    assert!(corners.contains(&f32::INFINITY) && corners.iter().any(|w| w.is_finite()));
}

#[test]
fn a_vertex_waits_for_what_lies_in_its_triangle() {
    // An islet in a bay: the bay's bottom has to stay until its triangle is another one, that does not hold the islet.
    let bay = [
        (0.0, 0.0),
        (100.0, 0.0),
        (100.0, 50.0),
        (60.0, 50.0),
        (50.0, 10.0),
        (40.0, 50.0),
        (0.0, 50.0),
    ];
    let islet = [(49.0, 40.0), (51.0, 40.0), (50.0, 42.0)];
    let (_, alone) = weigh(&[unit(&bay)], &METRES);
    let units = [unit(&bay), unit(&islet)];
    let (before, both) = weigh(&units, &METRES);
    assert_eq!(alone.of(50.0, 10.0), 400.0);
    assert!(both.of(50.0, 10.0) > 400.0);
    assert!(islet.iter().all(|&(x, y)| both.of(x, y) == f32::INFINITY));
    let all = units.iter().flat_map(|u| both.of_area(u));
    for t in thresholds(all, 100) {
        let after = check(&coverage(&thinned(&units, &both, t)), &METRES);
        assert!(after.defects.is_empty(), "{t}: {:?}", after.defects);
        assert_eq!(shape(&before), shape(&after));
    }
}

#[test]
fn a_unit_that_lacks_a_vertex_keeps_the_segment() {
    // B and C meet at a point of A's straight side where A has no vertex; near it the side bends.
    let a = unit(&[
        (0.0, 0.0),
        (50.0, 0.0),
        (51.0, 40.0),
        (51.0, 60.0),
        (50.0, 100.0),
        (0.0, 100.0),
    ]);
    let b = unit(&[
        (50.0, 0.0),
        (100.0, 0.0),
        (100.0, 50.0),
        (51.0, 50.0),
        (51.0, 40.0),
    ]);
    let c = unit(&[
        (51.0, 50.0),
        (100.0, 50.0),
        (100.0, 100.0),
        (50.0, 100.0),
        (51.0, 60.0),
    ]);
    let units = [a, b, c];
    let (before, w) = weigh(&units, &METRES);
    assert_eq!(kinds(&before), BTreeSet::from([DefectKind::Mismatch]));
    assert_eq!(w.of(51.0, 40.0), f32::INFINITY);
    assert_eq!(w.of(51.0, 60.0), f32::INFINITY);
    let after = check(&coverage(&thinned(&units, &w, f32::MAX)), &METRES);
    assert_eq!(kinds(&after), kinds(&before));
}

#[test]
fn a_parents_vertex_holds_nothing_back() {
    let child = unit(&[
        (0.0, 0.0),
        (50.0, 1.0),
        (100.0, 0.0),
        (100.0, 100.0),
        (0.0, 100.0),
    ]);
    let parent = unit(&[
        (0.0, 0.0),
        (25.0, 0.5),
        (50.0, 1.0),
        (75.0, 0.5),
        (100.0, 0.0),
        (100.0, 100.0),
        (0.0, 100.0),
    ]);
    let units = [child];
    let coverage = Coverage {
        parents: vec![&parent],
        ..coverage(&units)
    };
    let w = check(&coverage, &METRES).topology.weights(&coverage);
    assert_eq!(w.of(50.0, 1.0), 50.0);
    assert_eq!(w.of(25.0, 0.5), 0.0);
}

#[test]
fn degrees_are_weighed_in_square_metres() {
    let options = Options {
        grid: Grid::DEGREES,
        metric: Metric::GRS80_DEGREES,
        gap_width: 0.0,
        causes: false,
    };
    let d = 1e-3;
    let (w, s) = (114.0, 30.6);
    let units = [unit(&[
        (w, s),
        (w + d, s),
        (w + 2.0 * d, s - d),
        (w + 2.0 * d, s + 2.0 * d),
        (w, s + 2.0 * d),
    ])];
    let (_, weights) = weigh(&units, &options);
    // 95.9 m by 110.9 m, halved.
    let found = weights.of(w + d, s);
    assert!((found - 5_316.0).abs() < 10.0, "{found}");
}
