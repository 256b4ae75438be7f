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

    /// The box of a leaf.
    pub fn leaf(&self, leaf: usize) -> &Box2 {
        &self.levels[0][leaf]
    }

    /// The leaves whose boxes meet `wanted`.
    pub fn meeting(&self, wanted: &Box2, each: &mut impl FnMut(usize)) {
        let top = self.levels.len() - 1;
        for k in 0..self.levels[top].len() {
            self.descend(top, k, wanted, each);
        }
    }

    /// Every two leaves, a leaf with itself too, whose boxes come within `margin` steps of each other and of which at
    /// least one is `wanted`: each pair once, the lower number first. All cores collect into values of their own.
    ///
    /// Both sides go down together, so that what is far apart is left behind high up.
    pub fn close_pairs<T: Default + Send>(
        &self,
        margin: i64,
        wanted: &[bool],
        each: impl Fn(usize, usize, &mut T) + Sync,
    ) -> Vec<T> {
        let mut wanted_at = vec![wanted.to_vec()];
        for level in 1..self.levels.len() {
            let any = |c: &[bool]| c.contains(&true);
            wanted_at.push(wanted_at[level - 1].chunks(FAN).map(any).collect());
        }
        let walk = Walk {
            boxes: self,
            margin,
            wanted: wanted_at,
        };
        // From the top down until there is enough to share out.
        let mut level = self.levels.len() - 1;
        let mut tasks: Vec<(usize, usize)> = Vec::new();
        let top = self.levels[level].len();
        for a in 0..top {
            tasks.extend(
                (a..top)
                    .map(|b| (a, b))
                    .filter(|&(a, b)| walk.close(level, a, b)),
            );
        }
        while level > 0 && tasks.len() < 4096 {
            let mut below = Vec::new();
            for &(a, b) in &tasks {
                walk.below(level, a, b, &mut |a, b| below.push((a, b)));
            }
            tasks = below;
            level -= 1;
        }
        let lot = tasks.len().div_ceil(64).max(1);
        tasks
            .par_chunks(lot)
            .map(|tasks| {
                let mut out = T::default();
                for &(a, b) in tasks {
                    walk.down(level, a, b, &mut |a, b| each(a, b, &mut out));
                }
                out
            })
            .collect()
    }

    fn descend(&self, level: usize, k: usize, wanted: &Box2, each: &mut impl FnMut(usize)) {
        if !self.levels[level][k].meets(wanted) {
            return;
        }
        if level == 0 {
            each(k);
            return;
        }
        for k in self.below(level, k) {
            self.descend(level - 1, k, wanted, each);
        }
    }

    /// The boxes of the level below that box `k` of this level holds.
    fn below(&self, level: usize, k: usize) -> std::ops::Range<usize> {
        k * FAN..((k + 1) * FAN).min(self.levels[level - 1].len())
    }
}

/// A walk down both sides of pairs of boxes.
struct Walk<'a> {
    boxes: &'a Boxes,
    margin: i64,
    /// For each level which boxes hold a wanted leaf.
    wanted: Vec<Vec<bool>>,
}

impl Walk<'_> {
    fn close(&self, level: usize, a: usize, b: usize) -> bool {
        let (wanted, boxes) = (&self.wanted[level], &self.boxes.levels[level]);
        (wanted[a] || wanted[b]) && boxes[a].grown(self.margin).meets(&boxes[b])
    }

    /// The close pairs of the level below.
    fn below(&self, level: usize, a: usize, b: usize, each: &mut impl FnMut(usize, usize)) {
        let (of_a, of_b) = (self.boxes.below(level, a), self.boxes.below(level, b));
        for i in of_a {
            let first = if a == b { i } else { of_b.start };
            for j in first..of_b.end {
                if self.close(level - 1, i, j) {
                    each(i, j);
                }
            }
        }
    }

    fn down(&self, level: usize, a: usize, b: usize, each: &mut impl FnMut(usize, usize)) {
        if level == 0 {
            each(a, b);
            return;
        }
        // One level after the other, so that closures do not nest.
        let mut pairs = Vec::new();
        self.below(level, a, b, &mut |a, b| pairs.push((a, b)));
        for (a, b) in pairs {
            self.down(level - 1, a, b, each);
        }
    }
}

/// The segments of a leaf.
pub(crate) fn leaf_members(leaf: usize, segments: usize) -> std::ops::Range<usize> {
    leaf * FAN..((leaf + 1) * FAN).min(segments)
}
