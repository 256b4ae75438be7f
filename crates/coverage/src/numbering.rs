//! Numbers for grid points, in the order of a Z-curve: points near each other in the plane have numbers near each other,
//! so that all that is kept by number stays near in memory as well; and the numbers depend on nothing but the points.
//! (G. M. Morton, A computer oriented geodetic data base and a new technique in file sequencing, IBM, 1966.)

use crate::grid::Pt;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bits of a place that tell which of the points given it is of.
const INDEX_BITS: u32 = u32::BITS;

/// The place of a point on the curve together with which of the points given it is.
pub(crate) fn indexed(place: u128, index: u32) -> u128 {
    place << INDEX_BITS | u128::from(index)
}

/// Different points in the order of the curve, and for each point given its number among them. `points` are [`indexed`]
/// places, each index below their count once.
pub(crate) fn number(curve: Curve, mut points: Vec<u128>) -> (Vec<Pt>, Vec<u32>) {
    points.par_sort_unstable();
    let place = |p: &u128| p >> INDEX_BITS;
    let differ = |w: &&[u128]| place(&w[0]) != place(&w[1]);
    // Lots that part no equal places, so that each can be numbered by itself.
    let wanted = points.len() / rayon::current_num_threads() + 1;
    let mut lots: Vec<&[u128]> = Vec::new();
    let mut rest = &points[..];
    while !rest.is_empty() {
        let least = wanted.min(rest.len());
        let more = rest[least - 1..].windows(2).take_while(|w| !differ(w));
        let (lot, after) = rest.split_at(least + more.count());
        lots.push(lot);
        rest = after;
    }
    let counts: Vec<usize> = lots
        .par_iter()
        .map(|lot| 1 + lot.windows(2).filter(differ).count())
        .collect();
    let mut pts = vec![Pt { x: 0, y: 0 }; counts.iter().sum()];
    let numbers: Vec<AtomicU32> = points.iter().map(|_| AtomicU32::new(0)).collect();
    let mut shares: Vec<(&[u128], u32, &mut [Pt])> = Vec::with_capacity(lots.len());
    let (mut of_rest, mut first) = (&mut pts[..], 0);
    for (lot, count) in lots.into_iter().zip(counts) {
        let (share, after) = of_rest.split_at_mut(count);
        shares.push((lot, first, share));
        (of_rest, first) = (after, first + count as u32);
    }
    shares.into_par_iter().for_each(|(lot, first, pts)| {
        let equal = lot.chunk_by(|a, b| place(a) == place(b));
        for ((equal, n), pt) in equal.zip(first..).zip(pts) {
            *pt = curve.point(place(&equal[0]));
            for p in equal {
                // The order of the stores means nothing: each index occurs once.
                numbers[*p as u32 as usize].store(n, Ordering::Relaxed);
            }
        }
    });
    let numbers = numbers.into_iter().map(AtomicU32::into_inner).collect();
    (pts, numbers)
}

/// Different points, and for each of the points given its number among them.
#[cfg(test)]
pub(crate) fn number_all(points: &[Pt]) -> (Vec<Pt>, Vec<u32>) {
    let curve = Curve::around(points);
    let of = |(p, i): (&Pt, u32)| indexed(curve.place(*p), i);
    number(curve, points.iter().zip(0..).map(of).collect())
}

/// A Z-curve over all grid points east and north of a corner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    least: Pt,
}

impl Curve {
    /// The curve that begins at the south-west corner `least`.
    pub fn from(least: Pt) -> Curve {
        Curve { least }
    }

    /// The curve over the box of the points.
    pub fn around(points: &[Pt]) -> Curve {
        let corner = |a: Pt, b: Pt| Pt {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
        };
        let least = points.par_iter().copied().reduce_with(corner);
        Curve::from(least.unwrap_or(Pt { x: 0, y: 0 }))
    }

    /// The place of a point on the curve: the bits of x and y in turn, [`Pt::BITS`] + 1 of each. The point must lie east
    /// and north of the curve's corner.
    pub fn place(&self, p: Pt) -> u128 {
        let [x, y] = [p.x - self.least.x, p.y - self.least.y].map(|v| v as u64);
        let low = spread(x) | spread(y) << 1;
        let high = spread(x >> 32) | spread(y >> 32) << 1;
        u128::from(high) << 64 | u128::from(low)
    }

    /// The point at a place.
    pub fn point(&self, place: u128) -> Pt {
        let (low, high) = (place as u64, (place >> 64) as u64);
        let part = |shift: u32| (gathered(high >> shift) << 32 | gathered(low >> shift)) as i64;
        Pt {
            x: self.least.x + part(0),
            y: self.least.y + part(1),
        }
    }
}

/// Every other of the bits, from the lowest, moved together: undoes [`spread`].
fn gathered(v: u64) -> u64 {
    let mut v = v & 0x5555_5555_5555_5555;
    v = (v | v >> 1) & 0x3333_3333_3333_3333;
    v = (v | v >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    v = (v | v >> 4) & 0x00ff_00ff_00ff_00ff;
    v = (v | v >> 8) & 0x0000_ffff_0000_ffff;
    (v | v >> 16) & 0xffff_ffff
}

/// The low 32 bits with a zero after each.
fn spread(v: u64) -> u64 {
    let mut v = v & 0xffff_ffff;
    v = (v | v << 16) & 0x0000_ffff_0000_ffff;
    v = (v | v << 8) & 0x00ff_00ff_00ff_00ff;
    v = (v | v << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    v = (v | v << 2) & 0x3333_3333_3333_3333;
    (v | v << 1) & 0x5555_5555_5555_5555
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Pt> {
        let m = 1i64 << (Pt::BITS - 1);
        prop_oneof![
            (-m..=m, -m..=m).prop_map(|(x, y)| Pt { x, y }),
            (0i64..5, 0i64..5).prop_map(|(x, y)| Pt { x, y })
        ]
    }

    proptest! {
        #[test]
        fn equal_points_and_only_they_share_a_number(points in prop::collection::vec(point(), 0..200)) {
            let (pts, numbers) = number_all(&points);
            for (p, n) in points.iter().zip(&numbers) {
                prop_assert_eq!(pts[*n as usize], *p);
            }
            let mut different = points.clone();
            different.sort();
            different.dedup();
            prop_assert_eq!(pts.len(), different.len());
            // Whatever the order they come in.
            let mut turned = points.clone();
            turned.reverse();
            prop_assert_eq!(number_all(&turned).0, pts);
        }
    }
}
