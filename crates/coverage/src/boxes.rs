//! Boxes over runs of segments: segments that are neighbours in number are neighbours in the plane (see
//! [`crate::numbering`]), so boxes around each few, and around each few of those, find what is near without any
//! further index.

use crate::grid::Pt;
use crate::segments::Segments;
use rayon::prelude::*;

/// A closed box: west, south, east, north in grid steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Box2(pub [i64; 4]);

impl Box2 {
    const NONE: Box2 = Box2([i64::MAX, i64::MAX, i64::MIN, i64::MIN]);

    #[inline]
    pub fn of(a: Pt, b: Pt) -> Box2 {
        Box2([a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y)])
    }

    /// The box with a margin of so many steps.
    #[inline]
    pub fn grown(&self, by: i64) -> Box2 {
        let [w, s, e, n] = self.0;
        Box2([w - by, s - by, e + by, n + by])
    }

    #[inline]
    pub fn meets(&self, o: &Box2) -> bool {
        self.0[0] <= o.0[2] && o.0[0] <= self.0[2] && self.0[1] <= o.0[3] && o.0[1] <= self.0[3]
    }

    #[inline]
    fn with(&self, o: &Box2) -> Box2 {
        Box2([
            self.0[0].min(o.0[0]),
            self.0[1].min(o.0[1]),
            self.0[2].max(o.0[2]),
            self.0[3].max(o.0[3]),
        ])
    }
}

/// Segments to a leaf, and boxes to a box.
pub(crate) const FAN: usize = 8;

/// Boxes around each [`FAN`] segments, around each [`FAN`] of these boxes, and so on.
pub(crate) struct Boxes {
    /// From the leaves up; the last level has at most [`FAN`] boxes.
    levels: Vec<Vec<Box2>>,
}

impl Boxes {
    pub fn new(segments: &Segments) -> Boxes {
        let n = segments.ends.len();
        let leaves: Vec<Box2> = (0..n.div_ceil(FAN))
            .into_par_iter()
            .map(|leaf| {
                leaf_members(leaf, n).fold(Box2::NONE, |b, i| {
                    let (p, q) = segments.pair(i);
                    b.with(&Box2::of(p, q))
                })
            })
            .collect();
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|l| l.len() > FAN) {
            let above = last
                .par_chunks(FAN)
                .map(|c| c.iter().fold(Box2::NONE, |b, o| b.with(o)))
                .collect();
            levels.push(above);
        }
        Boxes { levels }
    }

    /// Number of leaves.
    pub fn leaves(&self) -> usize {
        self.levels[0].len()
    }

    /// The box of a leaf.
    pub fn leaf(&self, leaf: usize) -> &Box2 {
        &self.levels[0][leaf]
    }

    /// The leaves from `first` on whose boxes meet `wanted`.
    pub fn meeting(&self, wanted: &Box2, first: usize, each: &mut impl FnMut(usize)) {
        let top = self.levels.len() - 1;
        for k in 0..self.levels[top].len() {
            self.descend(top, k, wanted, first, each);
        }
    }

    fn descend(
        &self,
        level: usize,
        k: usize,
        wanted: &Box2,
        first: usize,
        each: &mut impl FnMut(usize),
    ) {
        // The last leaf below box `k` of this level.
        let last = (k + 1) * FAN.pow(level as u32) - 1;
        if last < first || !self.levels[level][k].meets(wanted) {
            return;
        }
        if level == 0 {
            each(k);
            return;
        }
        let below = k * FAN..((k + 1) * FAN).min(self.levels[level - 1].len());
        for k in below {
            self.descend(level - 1, k, wanted, first, each);
        }
    }
}

/// The segments of a leaf.
pub(crate) fn leaf_members(leaf: usize, segments: usize) -> std::ops::Range<usize> {
    leaf * FAN..((leaf + 1) * FAN).min(segments)
}
