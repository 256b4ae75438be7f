//! The invented city's plane: metres east and north of its centre, and the way from there to longitude and latitude.
//!
//! The way is a plain scaling (no projection formulas), so straight edges stay straight and nothing depends on a machine's
//! mathematical library.

use geo_types::Coord;

/// The centre itself.
pub const ORIGIN: Coord<f64> = Coord { x: 0.0, y: 0.0 };
/// Longitude and latitude of the city's centre (EPSG:4490, degrees).
pub const CENTRE: Coord<f64> = Coord { x: 114.0, y: 30.5 };
/// Degrees of longitude per metre east, at the centre's latitude.
const LON_PER_M: f64 = 1.0 / 95_919.0;
/// Degrees of latitude per metre north.
const LAT_PER_M: f64 = 1.0 / 110_857.0;

/// Metres from the centre to longitude, latitude in degrees, rounded to 1e-9 (0.1 mm).
pub fn degrees(p: Coord<f64>) -> Coord<f64> {
    Coord {
        x: round_to(CENTRE.x + p.x * LON_PER_M, 1e9),
        y: round_to(CENTRE.y + p.y * LAT_PER_M, 1e9),
    }
}

/// `value` with as many decimals as `per_unit` has zeros.
pub fn round_to(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

/// Difference of two points.
pub fn minus(a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
    Coord {
        x: a.x - b.x,
        y: a.y - b.y,
    }
}

/// Length of a vector.
pub fn length(v: Coord<f64>) -> f64 {
    (v.x * v.x + v.y * v.y).sqrt()
}

/// Distance of two points.
pub fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    length(minus(a, b))
}

/// Twice the signed area of the triangle `a b c`: positive when it turns left.
pub fn turn(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// The vector of length one, turned left by a right angle from `a` to `b`.
pub fn left_normal(a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
    let d = minus(b, a);
    let l = length(d).max(f64::MIN_POSITIVE);
    Coord {
        x: -d.y / l,
        y: d.x / l,
    }
}

/// `a + (b - a) t`.
pub fn lerp(a: Coord<f64>, b: Coord<f64>, t: f64) -> Coord<f64> {
    Coord {
        x: a.x + (b.x - a.x) * t,
        y: a.y + (b.y - a.y) * t,
    }
}

/// Signed area of a ring, given open or closed; positive when it runs counter-clockwise.
pub fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else {
        return 0.0;
    };
    let mut twice = 0.0;
    for k in 0..ring.len() {
        twice += turn(origin, ring[k], ring[(k + 1) % ring.len()]);
    }
    twice / 2.0
}

/// Whether the ring (open or closed) contains the point, by counting crossings.
pub fn inside(ring: &[Coord<f64>], p: Coord<f64>) -> bool {
    let mut odd = false;
    for k in 0..ring.len() {
        let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
        if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
            odd = !odd;
        }
    }
    odd
}

/// Distance of `p` to the segment `a b`.
pub fn to_segment(p: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let d = minus(b, a);
    let l2 = d.x * d.x + d.y * d.y;
    let t = if l2 > 0.0 {
        (((p.x - a.x) * d.x + (p.y - a.y) * d.y) / l2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    distance(p, lerp(a, b, t))
}

/// Whether two segments have a point in common.
pub fn meet(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> bool {
    let (s1, s2, s3, s4) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    if (s1 > 0.0) != (s2 > 0.0)
        && (s3 > 0.0) != (s4 > 0.0)
        && s1 != 0.0
        && s2 != 0.0
        && s3 != 0.0
        && s4 != 0.0
    {
        return true;
    }
    let on = |p: Coord<f64>, q: Coord<f64>, r: Coord<f64>, s: f64| {
        s == 0.0
            && r.x >= p.x.min(q.x)
            && r.x <= p.x.max(q.x)
            && r.y >= p.y.min(q.y)
            && r.y <= p.y.max(q.y)
    };
    on(a, b, c, s1) || on(a, b, d, s2) || on(c, d, a, s3) || on(c, d, b, s4)
}
