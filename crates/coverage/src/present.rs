//! Points of the grid that go one by one, asked for those still there in a box: a k-d tree that keeps its shape and counts.

use crate::grid::Pt;

/// Points to a leaf.
const LEAF: usize = 8;

/// The points that are still there.
pub(crate) struct Present {
    /// Numbers of points; leaf `i` holds those at `i * LEAF` and on.
    order: Vec<u32>,
    /// Where a point stands in `order`.
    place: Vec<u32>,
    there: Vec<bool>,
    /// Least and greatest corner, and how many points are there: of the root at 1, of the children of `n` at `2n` and
    /// `2n + 1`.
    nodes: Vec<(Pt, Pt, u32)>,
}

impl Present {
    /// Those of the points that have these numbers, each once. Cost: n log n.
    pub(crate) fn new(points: &[Pt], numbers: Vec<u32>) -> Present {
        let leaves = numbers.len().div_ceil(LEAF).next_power_of_two();
        let mut order = numbers;
        split(&mut order, points, leaves);
        let (mut place, mut there) = (vec![0; points.len()], vec![false; points.len()]);
        for (i, &p) in order.iter().enumerate() {
            place[p as usize] = i as u32;
            there[p as usize] = true;
        }
        let most = Pt {
            x: i64::MAX,
            y: i64::MAX,
        };
        let least = Pt {
            x: i64::MIN,
            y: i64::MIN,
        };
        let mut nodes = vec![(most, least, 0); 2 * leaves];
        for (leaf, numbers) in order.chunks(LEAF).enumerate() {
            for &p in numbers {
                let (p, n) = (points[p as usize], nodes[leaves + leaf]);
                nodes[leaves + leaf] = (lower(n.0, p), upper(n.1, p), n.2 + 1);
            }
        }
        for n in (1..leaves).rev() {
            let (a, b) = (nodes[2 * n], nodes[2 * n + 1]);
            nodes[n] = (lower(a.0, b.0), upper(a.1, b.1), a.2 + b.2);
        }
        Present {
            order,
            place,
            there,
            nodes,
        }
    }

    /// The numbers of all points, those that went too.
    pub(crate) fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.order.iter().copied()
    }

    /// A point goes. Cost: log n.
    pub(crate) fn remove(&mut self, point: u32) {
        if !std::mem::replace(&mut self.there[point as usize], false) {
            return;
        }
        let mut n = self.nodes.len() / 2 + self.place[point as usize] as usize / LEAF;
        while n > 0 {
            self.nodes[n].2 -= 1;
            n /= 2;
        }
    }

    /// A point that is there, among those whose leaves meet the box, for which `wanted` holds.
    pub(crate) fn find(&self, least: Pt, most: Pt, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let leaves = self.nodes.len() / 2;
        // A way down leaves one sibling a step behind, so this holds any tree.
        let mut todo = [1; 64];
        let mut left = 1;
        while left > 0 {
            left -= 1;
            let n = todo[left];
            let (low, high, count) = self.nodes[n];
            if count == 0
                || low.x > most.x
                || high.x < least.x
                || low.y > most.y
                || high.y < least.y
            {
                continue;
            }
            if n < leaves {
                [todo[left], todo[left + 1]] = [2 * n, 2 * n + 1];
                left += 2;
                continue;
            }
            let from = (n - leaves) * LEAF;
            let to = (from + LEAF).min(self.order.len());
            let found = self.order[from..to]
                .iter()
                .find(|&&p| self.there[p as usize] && wanted(p));
            if found.is_some() {
                return found.copied();
            }
        }
        None
    }
}

/// Puts points into order so that every half of the leaves lies at one side of a line, across the longer side of the box.
fn split(order: &mut [u32], points: &[Pt], leaves: usize) {
    let half = leaves / 2 * LEAF;
    if leaves < 2 || order.len() <= half {
        if leaves >= 2 {
            split(order, points, leaves / 2);
        }
        return;
    }
    let Some(&first) = order.first() else { return };
    let first = points[first as usize];
    let (low, high) = order.iter().fold((first, first), |(l, h), &p| {
        (lower(l, points[p as usize]), upper(h, points[p as usize]))
    });
    let wide = high.x - low.x >= high.y - low.y;
    order.select_nth_unstable_by_key(half, |&p| {
        let p = points[p as usize];
        if wide { (p.x, p.y) } else { (p.y, p.x) }
    });
    let (a, b) = order.split_at_mut(half);
    split(a, points, leaves / 2);
    split(b, points, leaves / 2);
}

fn lower(a: Pt, b: Pt) -> Pt {
    Pt {
        x: a.x.min(b.x),
        y: a.y.min(b.y),
    }
}

fn upper(a: Pt, b: Pt) -> Pt {
    Pt {
        x: a.x.max(b.x),
        y: a.y.max(b.y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_walk_over_all_finds(
            points in prop::collection::vec((0i64..40, 0i64..40), 0..120),
            gone in prop::collection::vec(0usize..120, 0..100),
            (x, y, w, h) in (0i64..40, 0i64..40, 0i64..20, 0i64..20),
        ) {
            let points: Vec<Pt> = points.into_iter().map(|(x, y)| Pt { x, y }).collect();
            let some = (0..points.len() as u32).filter(|p| p % 3 > 0);
            let mut there: Vec<bool> = (0..points.len()).map(|p| p % 3 > 0).collect();
            let mut tree = Present::new(&points, some.collect());
            for g in gone.into_iter().filter(|g| *g < points.len()) {
                tree.remove(g as u32);
                there[g] = false;
            }
            let (least, most) = (Pt { x, y }, Pt { x: x + w, y: y + h });
            let inside = |p: u32| {
                let p = points[p as usize];
                (least.x..=most.x).contains(&p.x) && (least.y..=most.y).contains(&p.y)
            };
            let walked = (0..points.len() as u32).any(|p| there[p as usize] && inside(p));
            let found = tree.find(least, most, inside);
            prop_assert_eq!(found.is_some(), walked);
            prop_assert!(found.is_none_or(|p| there[p as usize] && inside(p)));
        }
    }
}
