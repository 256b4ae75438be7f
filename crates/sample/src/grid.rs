//! An index of line segments by square cells: what a new line would cross, and how far a point is from any line.

use std::collections::HashMap;

use geo_types::Coord;

use crate::plane::{meet, to_segment};

type Segment = (Coord<f64>, Coord<f64>);

/// Segments by the cells of a square grid.
pub struct Grid {
    cell: f64,
    cells: HashMap<(i32, i32), Vec<Segment>>,
}

impl Grid {
    /// An empty index with cells of `cell` metres.
    pub fn new(cell: f64) -> Self {
        Self {
            cell,
            cells: HashMap::new(),
        }
    }

    fn key(&self, v: f64) -> i32 {
        (v / self.cell).floor() as i32
    }

    /// Adds every segment of a line.
    pub fn add(&mut self, line: &[Coord<f64>]) {
        for w in line.windows(2) {
            let (x0, x1) = (self.key(w[0].x.min(w[1].x)), self.key(w[0].x.max(w[1].x)));
            let (y0, y1) = (self.key(w[0].y.min(w[1].y)), self.key(w[0].y.max(w[1].y)));
            for x in x0..=x1 {
                for y in y0..=y1 {
                    self.cells.entry((x, y)).or_default().push((w[0], w[1]));
                }
            }
        }
    }

    /// Visits the segments near a box (some twice) until `stop` says so; true when it did.
    fn any(
        &self,
        low: Coord<f64>,
        high: Coord<f64>,
        mut stop: impl FnMut(&Segment) -> bool,
    ) -> bool {
        for x in self.key(low.x)..=self.key(high.x) {
            for y in self.key(low.y)..=self.key(high.y) {
                if self
                    .cells
                    .get(&(x, y))
                    .is_some_and(|list| list.iter().any(&mut stop))
                {
                    return true;
                }
            }
        }
        false
    }

    /// Visits every segment near a box, some more than once.
    pub fn visit(
        &self,
        low: Coord<f64>,
        high: Coord<f64>,
        mut see: impl FnMut(Coord<f64>, Coord<f64>),
    ) {
        self.any(low, high, |&(a, b)| {
            see(a, b);
            false
        });
    }

    /// Whether the segment `a b` meets any segment of the index other than at a common end.
    pub fn crosses(&self, a: Coord<f64>, b: Coord<f64>) -> bool {
        let low = Coord {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
        };
        let high = Coord {
            x: a.x.max(b.x),
            y: a.y.max(b.y),
        };
        self.any(low, high, |&(c, d)| {
            let shared = a == c || a == d || b == c || b == d;
            !shared && meet(a, b, c, d)
        })
    }

    /// Whether any line passes within `radius` of `p`.
    pub fn within(&self, p: Coord<f64>, radius: f64) -> bool {
        let low = Coord {
            x: p.x - radius,
            y: p.y - radius,
        };
        let high = Coord {
            x: p.x + radius,
            y: p.y + radius,
        };
        self.any(low, high, |&(c, d)| to_segment(p, c, d) <= radius)
    }

    /// Distance of `p` to the nearest line, looked for no further than `most`.
    pub fn nearest(&self, p: Coord<f64>, most: f64) -> f64 {
        let mut best = most;
        let low = Coord {
            x: p.x - most,
            y: p.y - most,
        };
        let high = Coord {
            x: p.x + most,
            y: p.y + most,
        };
        self.any(low, high, |&(c, d)| {
            best = best.min(to_segment(p, c, d));
            false
        });
        best
    }
}
