//! Defects planted into clean coverages are found, all of them and nothing else, with their areas.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo::{Area, Euclidean, Length};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jieming_coverage::{Coverage, DefectKind, Grid, Metric, Options, Unit, check};
use proptest::prelude::*;

/// Steps of the grid in metres.
const STEP: f64 = 1e-4;

/// A partition of a crooked quilt: cells between moved lattice points, each side with further points.
struct Quilt {
    columns: usize,
    rows: usize,
    /// Lattice points, row by row.
    points: Vec<Coord<f64>>,
    /// Rings of the cells, without closing point: corner, side, corner, side, … from the lower left.
    cells: Vec<Vec<Coord<f64>>>,
}

impl Quilt {
    fn new(columns: usize, rows: usize, size: f64, at: Coord<f64>, moves: &[(f64, f64)]) -> Quilt {
        let moved = |i: usize| moves[i % moves.len()];
        let points: Vec<Coord<f64>> = (0..(columns + 1) * (rows + 1))
            .map(|i| {
                let (dx, dy) = moved(i);
                let (x, y) = ((i % (columns + 1)) as f64, (i / (columns + 1)) as f64);
                Coord {
                    x: at.x + size * (x + 0.25 * dx),
                    y: at.y + size * (y + 0.25 * dy),
                }
            })
            .collect();
        let point = |c: usize, r: usize| points[r * (columns + 1) + c];
        // The middle of a side leaves the straight line a little; both cells have the same.
        let side = |a: Coord<f64>, b: Coord<f64>, i: usize| {
            let t = 0.05 * moved(7 * i + 3).0;
            Coord {
                x: (a.x + b.x) / 2.0 + t * (b.y - a.y),
                y: (a.y + b.y) / 2.0 - t * (b.x - a.x),
            }
        };
        let flat = |c: usize, r: usize| side(point(c, r), point(c + 1, r), 2 * (r * 31 + c));
        let upright = |c: usize, r: usize| side(point(c, r), point(c, r + 1), 2 * (r * 31 + c) + 1);
        let cells = (0..columns * rows)
            .map(|k| {
                let (c, r) = (k % columns, k / columns);
                vec![
                    point(c, r),
                    flat(c, r),
                    point(c + 1, r),
                    upright(c + 1, r),
                    point(c + 1, r + 1),
                    flat(c, r + 1),
                    point(c, r + 1),
                    upright(c, r),
                ]
            })
            .collect();
        Quilt {
            columns,
            rows,
            points,
            cells,
        }
    }

    /// The two cells at the inner sides, and where each side stands in the first one's ring: the upper side, or the right one.
    fn inner_sides(&self) -> Vec<(usize, usize, usize)> {
        let n = self.cells.len();
        let upper = (0..n).filter(|k| k / self.columns + 1 < self.rows);
        let right = (0..n).filter(|k| k % self.columns + 1 < self.columns);
        upper
            .map(|k| (k, k + self.columns, 4))
            .chain(right.map(|k| (k, k + 1, 2)))
            .collect()
    }

    fn units(&self) -> Vec<MultiPolygon<f64>> {
        self.cells
            .iter()
            .map(|ring| MultiPolygon(vec![Polygon::new(LineString(ring.clone()), vec![])]))
            .collect()
    }
}

/// What must be found: kind, the two units, area, perimeter.
type Planted = (DefectKind, Vec<usize>, f64, f64);

/// Moves the first cell's middle point of a side off the other's: over it (an overlap) or back from it (a hole), by a share
/// of the side's length; the ground between the two is the defect.
fn plant(quilt: &mut Quilt, (a, b, at): (usize, usize, usize), share: f64) -> Planted {
    let ring = &quilt.cells[a];
    let (p, m, q) = (ring[at], ring[at + 1], ring[(at + 2) % ring.len()]);
    // To the right of the way along a counter-clockwise ring lies the other cell.
    let moved = Coord {
        x: m.x + share * (q.y - p.y),
        y: m.y - share * (q.x - p.x),
    };
    quilt.cells[a][at + 1] = moved;
    let between = Polygon::new(LineString(vec![p, moved, q, m, p]), vec![]);
    let kind = if share > 0.0 {
        DefectKind::Overlap
    } else {
        DefectKind::Hole
    };
    let perimeter = Euclidean.length(between.exterior());
    let mut units = vec![a, b];
    units.sort_unstable();
    (kind, units, between.unsigned_area(), perimeter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn planted_defects_are_found_and_nothing_else(
        columns in 2usize..6,
        rows in 2usize..6,
        size in 1.0f64..5_000.0,
        (x, y) in (-3e6f64..3e6, -3e6f64..3e6),
        moves in prop::collection::vec((-1.0f64..1.0, -1.0f64..1.0), 40..60),
        planted in prop::collection::vec((any::<prop::sample::Index>(), 1e-4f64..0.1, any::<bool>()), 0..12),
    ) {
        let mut quilt = Quilt::new(columns, rows, size, Coord { x, y }, &moves);
        prop_assert_eq!(quilt.points.len(), (columns + 1) * (rows + 1));
        let mut sides = quilt.inner_sides();
        let mut expected: Vec<Planted> = Vec::new();
        for (which, share, over) in planted {
            if sides.is_empty() {
                break;
            }
            let side = sides.swap_remove(which.index(sides.len()));
            // At least a few steps of the grid, or there may be nothing left of it.
            let share = share.max(40.0 * STEP / size);
            expected.push(plant(&mut quilt, side, if over { share } else { -share }));
        }
        let units = quilt.units();
        let coverage = Coverage {
            units: units.iter().map(|area| Unit { area, parent: None }).collect(),
            ..Coverage::default()
        };
        let options = Options { grid: Grid::METRES, metric: Metric::Metres, gap_width: 0.0, causes: false };
        let outcome = check(&coverage, &options);
        let mut found: Vec<(DefectKind, Vec<usize>, f64)> = outcome.defects.iter()
            .map(|d| (d.kind, d.units.clone(), d.polygon.as_ref().map_or(0.0, Area::unsigned_area)))
            .collect();
        found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        expected.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        prop_assert_eq!(
            found.iter().map(|f| (f.0, f.1.clone())).collect::<Vec<_>>(),
            expected.iter().map(|e| (e.0, e.1.clone())).collect::<Vec<_>>()
        );
        for (f, e) in found.iter().zip(&expected) {
            let tolerance = (1e-6 * e.2).max(e.3 * STEP);
            prop_assert!((f.2 - e.2).abs() <= tolerance, "{:?}: {} for {}", e.0, f.2, e.2);
        }
    }
}
