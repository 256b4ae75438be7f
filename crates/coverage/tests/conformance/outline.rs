//! Whether ground that is said to be enclosed has claimed ground at the other side of all its edges.

use crate::geometry;
use geo_types::{Coord, Line, LineString};
use jieming_coverage::{Defect, Graph, Grid};
use std::collections::HashSet;

type Point = [i64; 2];

/// The segments between claimed and unclaimed ground, in grid steps.
pub struct Outline {
    grid: Grid,
    points: Vec<Point>,
    segments: HashSet<[Point; 2]>,
}

impl Outline {
    pub fn of(graph: &Graph, grid: Grid) -> Outline {
        let mut outline = Outline {
            grid,
            points: Vec::new(),
            segments: HashSet::new(),
        };
        let of_one_side = |left: &[usize], right: &[usize]| left.is_empty() != right.is_empty();
        for e in graph
            .edges
            .iter()
            .filter(|e| of_one_side(&e.left, &e.right))
        {
            for l in e.line.lines() {
                let ends = outline.ends(l);
                outline.points.extend(ends);
                outline.segments.insert(pair(ends));
            }
        }
        outline.points.sort_unstable();
        outline.points.dedup();
        outline
    }

    fn point(&self, c: Coord<f64>) -> Point {
        let step = self.grid.step();
        [c.x, c.y].map(|v| (v / step).round() as i64)
    }

    fn ends(&self, l: Line<f64>) -> [Point; 2] {
        [self.point(l.start), self.point(l.end)]
    }

    pub fn encloses(&self, d: &Defect) -> bool {
        let rings = d.polygon.iter().flat_map(geometry::rings);
        let mut all = rings.flat_map(LineString::lines);
        all.all(|l| self.runs_along(self.ends(l)))
    }

    /// A defect's outline leaves out points in a straight row, so one line of it may be several of these segments.
    fn runs_along(&self, [a, b]: [Point; 2]) -> bool {
        if self.segments.contains(&pair([a, b])) {
            return true;
        }
        let within = |v: i64, i: usize| (a[i].min(b[i])..=a[i].max(b[i])).contains(&v);
        let mut on: Vec<Point> = self
            .points
            .iter()
            .copied()
            .filter(|&[x, y]| within(x, 0) && within(y, 1) && straight([a, b], [x, y]))
            .collect();
        // Along a straight line the order by coordinates is the order on the line, or its reverse.
        on.sort_unstable();
        let ends = [on.first(), on.last()].map(Option::<&Point>::copied);
        ends == pair([a, b]).map(Some)
            && on
                .windows(2)
                .all(|w| self.segments.contains(&pair([w[0], w[1]])))
    }
}

fn pair([a, b]: [Point; 2]) -> [Point; 2] {
    [a.min(b), a.max(b)]
}

fn straight([a, b]: [Point; 2], p: Point) -> bool {
    let d = |to: Point, i: usize| i128::from(to[i] - a[i]);
    d(b, 0) * d(p, 1) == d(b, 1) * d(p, 0)
}
