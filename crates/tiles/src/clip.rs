//! Rings of integer tile units cut to the buffered tile box.
//!
//! The cut is half-plane by half-plane (Sutherland and Hodgman): simple, exact in memory, and the same for both sides
//! of a shared edge. It leaves bridges along the box where a ring comes in several times; they have no area, and
//! [`crate::polygon`] removes them.

use crate::{BUFFER, EXTENT};

/// Least and greatest coordinate of the buffered tile box, on both axes.
pub(crate) const LOW: i64 = -(BUFFER as i64);
/// See [`LOW`].
pub(crate) const HIGH: i64 = (EXTENT + BUFFER) as i64;

/// A half-plane of the box: the coordinate it limits and the limit.
#[derive(Clone, Copy)]
struct Side {
    axis: usize,
    limit: i64,
    below: bool,
}

const SIDES: [Side; 4] = [
    Side {
        axis: 0,
        limit: LOW,
        below: false,
    },
    Side {
        axis: 0,
        limit: HIGH,
        below: true,
    },
    Side {
        axis: 1,
        limit: LOW,
        below: false,
    },
    Side {
        axis: 1,
        limit: HIGH,
        below: true,
    },
];

impl Side {
    fn holds(self, p: [i64; 2]) -> bool {
        if self.below {
            p[self.axis] <= self.limit
        } else {
            p[self.axis] >= self.limit
        }
    }

    /// Where an edge meets the limit, rounded to the grid; the same for `a, b` and `b, a`.
    fn cross(self, a: [i64; 2], b: [i64; 2]) -> [i64; 2] {
        let (a, b) = if a <= b { (a, b) } else { (b, a) };
        let other = 1 - self.axis;
        let run = i128::from(b[self.axis] - a[self.axis]);
        let rise = i128::from(b[other] - a[other]);
        let part = i128::from(self.limit - a[self.axis]);
        let (run, part) = if run < 0 { (-run, -part) } else { (run, part) };
        let moved = (2 * rise * part + run).div_euclid(2 * run);
        let mut p = [0; 2];
        p[self.axis] = self.limit;
        p[other] = a[other] + moved as i64;
        p
    }
}

/// The part of a ring within the buffered tile box; the ring is open (last point not repeated), so is the result.
/// May come back with fewer than three points, with bridges along the box, or empty.
pub(crate) fn clip_ring(mut ring: Vec<[i64; 2]>) -> Vec<[i64; 2]> {
    for side in SIDES {
        if ring.iter().all(|&p| side.holds(p)) {
            continue;
        }
        let mut kept = Vec::with_capacity(ring.len());
        let mut from = match ring.last() {
            Some(&p) => p,
            None => return ring,
        };
        for &to in &ring {
            match (side.holds(from), side.holds(to)) {
                (true, true) => kept.push(to),
                (true, false) => kept.push(side.cross(from, to)),
                (false, true) => kept.extend([side.cross(from, to), to]),
                (false, false) => {}
            }
            from = to;
        }
        ring = kept;
    }
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(ring: &[[i64; 2]]) -> i64 {
        let next = |i: usize| ring[(i + 1) % ring.len()];
        (0..ring.len())
            .map(|i| ring[i][0] * next(i)[1] - next(i)[0] * ring[i][1])
            .sum::<i64>()
            / 2
    }

    #[test]
    fn inside_stays_as_it_is() {
        let ring = vec![[0, 0], [10, 0], [10, 10]];
        assert_eq!(clip_ring(ring.clone()), ring);
    }

    #[test]
    fn around_the_tile_gives_the_box() {
        let ring = vec![[-9000, -9000], [9000, -9000], [9000, 9000], [-9000, 9000]];
        let cut = clip_ring(ring);
        assert_eq!(area(&cut), (HIGH - LOW) * (HIGH - LOW));
    }

    #[test]
    fn outside_leaves_nothing() {
        assert!(clip_ring(vec![[5000, 0], [6000, 0], [5500, 100]]).is_empty());
        assert!(clip_ring(Vec::new()).is_empty());
    }

    #[test]
    fn crossing_point_does_not_depend_on_direction() {
        for side in SIDES {
            for (a, b) in [
                ([-1000, 17], [5001, 1234]),
                ([3, -907], [4093, 7001]),
                ([-70, -70], [9999, 4444]),
            ] {
                if side.holds(a) != side.holds(b) {
                    assert_eq!(side.cross(a, b), side.cross(b, a));
                }
            }
        }
    }

    #[test]
    fn far_coordinates_do_not_overflow() {
        let far = 1i64 << 31;
        let cut = clip_ring(vec![[-far, -far], [far, -far], [far, far], [-far, far]]);
        assert_eq!(area(&cut), (HIGH - LOW) * (HIGH - LOW));
    }
}
