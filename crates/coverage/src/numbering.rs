//! Numbers for grid points, in the order of a Z-curve: points near each other in the plane have numbers near each other,
//! so that all that is kept by number stays near in memory as well; and the numbers depend on nothing but the points.
//! (G. M. Morton, A computer oriented geodetic data base and a new technique in file sequencing, IBM, 1966.)

use crate::grid::Pt;
use rayon::prelude::*;

/// Different points, and for each point given its number among them.
pub(crate) fn number(points: &[Pt]) -> (Vec<Pt>, Vec<u32>) {
    let curve = Curve::around(points);
    let mut order: Vec<(u64, u32)> = points
        .par_iter()
        .enumerate()
        .map(|(i, p)| (curve.key(*p), i as u32))
        .collect();
    order.par_sort_unstable();
    // Places of the curve may be wider than one step of the grid; then several points share one.
    order
        .par_chunk_by_mut(|a, b| a.0 == b.0)
        .filter(|same| same.len() > 1)
        .for_each(|same| same.sort_unstable_by_key(|&(_, i)| points[i as usize]));
    let mut pts: Vec<Pt> = Vec::with_capacity(points.len());
    let mut numbers = vec![0; points.len()];
    for (_, i) in order {
        let p = points[i as usize];
        if pts.last() != Some(&p) {
            pts.push(p);
        }
        numbers[i as usize] = (pts.len() - 1) as u32;
    }
    pts.shrink_to_fit();
    (pts, numbers)
}

/// A Z-curve over a box.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    least: Pt,
    /// Low bits left away, so that the rest of a coordinate fits into 31 bits.
    shift: u32,
}

impl Curve {
    /// The curve over the box of the points.
    pub fn around(points: &[Pt]) -> Curve {
        let bounds = points
            .par_iter()
            .map(|p| [p.x, p.y, p.x, p.y])
            .reduce_with(|a, b| {
                [
                    a[0].min(b[0]),
                    a[1].min(b[1]),
                    a[2].max(b[2]),
                    a[3].max(b[3]),
                ]
            })
            .unwrap_or_default();
        let extent = (bounds[2] - bounds[0]).max(bounds[3] - bounds[1]).max(1);
        Curve {
            least: Pt {
                x: bounds[0],
                y: bounds[1],
            },
            shift: (64 - extent.leading_zeros()).saturating_sub(31),
        }
    }

    /// The place of a point on the curve. The point must lie in the box.
    pub fn key(&self, p: Pt) -> u64 {
        let part = |v: i64| spread((v >> self.shift) as u64);
        part(p.x - self.least.x) | part(p.y - self.least.y) << 1
    }
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
            let (pts, numbers) = number(&points);
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
            prop_assert_eq!(number(&turned).0, pts);
        }
    }
}
