//! The integer grid on which topology is decided. Snapping happens once; afterwards coordinates are `i64` and every
//! predicate is exact in `i128`.

/// A point of the grid; x east, y north, in grid steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pt {
    /// Steps east of the plane's origin.
    pub x: i64,
    /// Steps north of the plane's origin.
    pub y: i64,
}

impl Pt {
    /// Bits that one coordinate may take. Three times this, and a little, must fit into `i128`
    /// (the numerator of a rounded crossing).
    pub const BITS: u32 = 40;
}

/// Cross product of the vectors `o→a` and `o→b`: positive when `b` lies left of the line from `o` to `a`. Exact.
#[inline]
pub fn cross(o: Pt, a: Pt, b: Pt) -> i128 {
    i128::from(a.x - o.x) * i128::from(b.y - o.y) - i128::from(a.y - o.y) * i128::from(b.x - o.x)
}

/// The grid: how many steps make one plane unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    steps_per_unit: f64,
}

impl Grid {
    /// For planes in metres: steps of 0.1 mm; reaches 54,900 km from the origin.
    pub const METRES: Grid = Grid {
        steps_per_unit: 1e4,
    };
    /// For planes in degrees: steps of 1e-9 degree (0.11 mm on the meridian); reaches 549 degrees from the origin.
    pub const DEGREES: Grid = Grid {
        steps_per_unit: 1e9,
    };
    /// Whole plane units, for tests drawn on squared paper.
    pub const UNIT: Grid = Grid {
        steps_per_unit: 1.0,
    };

    /// The nearest grid point, or `None` when a coordinate is not finite or lies beyond [`Pt::BITS`].
    #[inline]
    pub fn snap(&self, x: f64, y: f64) -> Option<Pt> {
        Some(Pt {
            x: rounded(x * self.steps_per_unit)?,
            y: rounded(y * self.steps_per_unit)?,
        })
    }

    /// The plane coordinates of a grid point.
    #[inline]
    pub fn plane(&self, p: Pt) -> [f64; 2] {
        [
            p.x as f64 / self.steps_per_unit,
            p.y as f64 / self.steps_per_unit,
        ]
    }

    /// Length of one step in plane units.
    pub fn step(&self) -> f64 {
        1.0 / self.steps_per_unit
    }
}

/// The nearest whole number, halves away from zero, if it fits into [`Pt::BITS`]. Not `f64::round`, which is a call into
/// the C library on processors that might lack an instruction for it.
#[inline]
fn rounded(v: f64) -> Option<i64> {
    const LIMIT: i64 = 1 << (Pt::BITS - 1);
    // Written so that NaN fails.
    if v.abs() < (LIMIT + 1) as f64 {
        let whole = v as i64;
        let rest = v - whole as f64;
        let n = whole + i64::from(rest >= 0.5) - i64::from(rest <= -0.5);
        return (n.abs() <= LIMIT).then_some(n);
    }
    None
}

/// Whether the segment `a`–`b` runs through the pixel of `c`: the half-open square of one step around it
/// (left and lower side belong to it). Exact. `a` and `b` differ.
///
/// As `a`, `b`, `c` are grid points, the segment can only enter the pixel if `c` lies in the segment's box; there the
/// line meets the open square exactly when twice the cross product is smaller than |dx|+|dy|, and touches a corner when
/// equal. Of the corners only the lower left one belongs to the pixel.
#[inline]
pub fn passes_pixel(a: Pt, b: Pt, c: Pt) -> bool {
    if c.x < a.x.min(b.x) || c.x > a.x.max(b.x) || c.y < a.y.min(b.y) || c.y > a.y.max(b.y) {
        return false;
    }
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let reach = dx.abs() + dy.abs();
    // A float look first: differences are below 2^41 and exact, each product is off by at most one part in 2^53.
    let (px, py) = (
        dx as f64 * (c.y - a.y) as f64,
        dy as f64 * (c.x - a.x) as f64,
    );
    if 2.0 * (px - py).abs() > reach as f64 + (px.abs() + py.abs()) * 1e-15 + 1.0 {
        return false;
    }
    let twice = 2 * cross(a, b, c);
    let reach = i128::from(reach);
    if twice.abs() != reach {
        return twice.abs() < reach;
    }
    if twice < 0 {
        dx < 0 && dy > 0
    } else {
        dx > 0 && dy < 0
    }
}

/// Whether `c` lies within about two steps of the segment `a`–`b`: every point within one and a half steps does, none
/// farther than five.
///
/// A segment that is led through the centres of pixels moves by at most 1/√2 step, so it can come into the pixel of a
/// point only when that lay within √2 steps of it.
#[inline]
pub fn passes_closely(a: Pt, b: Pt, c: Pt) -> bool {
    if c.x < a.x.min(b.x) - 2
        || c.x > a.x.max(b.x) + 2
        || c.y < a.y.min(b.y) - 2
        || c.y > a.y.max(b.y) + 2
    {
        return false;
    }
    let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
    let (px, py) = (dx * (c.y - a.y) as f64, dy * (c.x - a.x) as f64);
    (px - py).abs() <= 2.0 * (dx.abs() + dy.abs()) + (px.abs() + py.abs()) * 1e-15
}

/// Where the segments `a`–`b` and `c`–`d` cross in their interiors, rounded to the grid (halves up). Exact decision.
#[inline]
pub fn crossing(a: Pt, b: Pt, c: Pt, d: Pt) -> Option<Pt> {
    let (c1, d1) = (sign(a, b, c), sign(a, b, d));
    if c1 * d1 >= 0 {
        return None;
    }
    let (a1, b1) = (sign(c, d, a), sign(c, d, b));
    if a1 * b1 >= 0 {
        return None;
    }
    let (dx, dy) = (i128::from(b.x - a.x), i128::from(b.y - a.y));
    let (ex, ey) = (i128::from(d.x - c.x), i128::from(d.y - c.y));
    let mut den = dx * ey - dy * ex;
    let mut num = i128::from(c.x - a.x) * ey - i128::from(c.y - a.y) * ex;
    if den < 0 {
        (den, num) = (-den, -num);
    }
    let round = |v: i128| (2 * v + den).div_euclid(2 * den) as i64;
    Some(Pt {
        x: a.x + round(dx * num),
        y: a.y + round(dy * num),
    })
}

/// Sign of [`cross`], decided in floats where they are sure.
#[inline]
fn sign(o: Pt, a: Pt, b: Pt) -> i32 {
    let l = (a.x - o.x) as f64 * (b.y - o.y) as f64;
    let r = (a.y - o.y) as f64 * (b.x - o.x) as f64;
    let det = l - r;
    let bound = (l.abs() + r.abs()) * 4e-16;
    if det > bound {
        1
    } else if det < -bound {
        -1
    } else {
        cross(o, a, b).signum() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pt(x: i64, y: i64) -> Pt {
        Pt { x, y }
    }

    #[test]
    fn refuses_what_is_no_place() {
        assert_eq!(Grid::DEGREES.snap(f64::NAN, 0.0), None);
        assert_eq!(Grid::DEGREES.snap(0.0, f64::INFINITY), None);
        assert_eq!(Grid::DEGREES.snap(1e300, 0.0), None);
        assert_eq!(
            Grid::DEGREES.snap(114.3, -30.5),
            Some(pt(114_300_000_000, -30_500_000_000))
        );
    }

    #[test]
    fn snaps_to_the_nearest_halves_away_from_zero() {
        for v in [
            0.0,
            0.49999999999999994,
            0.5,
            1.5,
            2.5,
            -0.5,
            -2.5,
            7.25e10,
            4503599627370495.5,
        ] {
            let rounded = super::rounded(v);
            assert_eq!(rounded, (v.abs() < 1e12).then_some(v.round() as i64), "{v}");
        }
        let limit = (1i64 << (Pt::BITS - 1)) as f64;
        assert_eq!(super::rounded(-limit), Some(-limit as i64));
        assert_eq!(super::rounded(limit + 0.4), Some(limit as i64));
        assert_eq!(super::rounded(limit + 0.5), None);
    }

    #[test]
    fn pixel_corners() {
        // The line y = x + 1 touches the upper left corner of the pixel of (0,0) ... and the lower right one of (-1,1)+.
        assert!(!passes_pixel(pt(-2, -1), pt(2, 3), pt(0, 0)));
        // The line y = -x - 1 touches the lower left corner, which belongs to the pixel.
        assert!(passes_pixel(pt(-3, 2), pt(2, -3), pt(0, 0)));
        assert!(passes_pixel(pt(2, -3), pt(-3, 2), pt(0, 0)));
        // The line y = -x + 1 touches the upper right corner, which does not.
        assert!(!passes_pixel(pt(-2, 3), pt(3, -2), pt(0, 0)));
        assert!(passes_pixel(pt(-5, 0), pt(5, 1), pt(0, 0)));
        assert!(!passes_pixel(pt(1, 0), pt(5, 1), pt(0, 0)));
    }

    fn far() -> impl Strategy<Value = Pt> {
        let m = 1i64 << (Pt::BITS - 1);
        (-m..=m, -m..=m).prop_map(|(x, y)| pt(x, y))
    }
    fn near() -> impl Strategy<Value = Pt> {
        (-6i64..=6, -6i64..=6).prop_map(|(x, y)| pt(x, y))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn both_segments_pass_the_pixel_of_their_crossing(a in far(), b in far(), c in far(), d in far()) {
            if let Some(p) = crossing(a, b, c, d) {
                prop_assert!(passes_pixel(a, b, p) && passes_pixel(c, d, p));
                prop_assert_eq!(crossing(c, d, b, a), Some(p));
            }
        }
        #[test]
        fn near_crossings_too(a in near(), b in near(), c in near(), d in near()) {
            if let Some(p) = crossing(a, b, c, d) {
                prop_assert!(passes_pixel(a, b, p) && passes_pixel(c, d, p));
                prop_assert_eq!(crossing(d, c, a, b), Some(p));
            }
        }
        #[test]
        fn a_pixel_is_met_when_a_dense_walk_meets_it(a in near(), b in near(), c in near()) {
            prop_assume!(a != b); // a segment has two ends
            let n = 5040i64; // every fraction with a small denominator
            let inside = (0..=n).any(|t| {
                let x2 = 2 * (a.x * n + (b.x - a.x) * t) - 2 * c.x * n;
                let y2 = 2 * (a.y * n + (b.y - a.y) * t) - 2 * c.y * n;
                -n <= x2 && x2 < n && -n <= y2 && y2 < n
            });
            if inside { prop_assert!(passes_pixel(a, b, c)); }
        }
    }
}
