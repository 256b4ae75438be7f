//! Measures on the ellipsoid of CGCS2000, from longitude and latitude in degrees.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, PolygonArea, Winding};

/// Semi-major axis in metres.
pub const SEMI_MAJOR: f64 = 6_378_137.0;
/// Flattening.
pub const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// First eccentricity squared.
const E2: f64 = FLATTENING * (2.0 - FLATTENING);
/// Rings within a box of this many degrees are computed by the local series.
const LOCAL: f64 = 0.05;

/// Signed area in m² of a ring of (longitude, latitude) in degrees, counter-clockwise positive. The ring may be open or
/// closed. Edges are geodesics (C. F. F. Karney, Algorithms for geodesics, Journal of Geodesy 87, 2013), as in other
/// software's ellipsoidal areas, so that the figures can be compared. Rings smaller than [`LOCAL`] degrees are computed
/// by a series around their middle that agrees to 1e-9 of the area and, per edge, to 1e-5 of what its bow encloses.
pub fn ring_area_m2(ring: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let mut points: Vec<(f64, f64)> = ring.into_iter().collect();
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    let Some(&first) = points.first() else {
        return 0.0;
    };
    let (mut low, mut high) = (first, first);
    for p in &points {
        low = (low.0.min(p.0), low.1.min(p.1));
        high = (high.0.max(p.0), high.1.max(p.1));
    }
    let small = high.0 - low.0 < LOCAL && high.1 - low.1 < LOCAL;
    // Near the poles meridians converge too fast for a series in degrees.
    if small && low.1.abs().max(high.1.abs()) < 70.0 {
        local_area_m2(&points, ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0))
    } else {
        geodesic_area_m2(&points)
    }
}

fn geodesic_area_m2(points: &[(f64, f64)]) -> f64 {
    static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(|| Geodesic::new(SEMI_MAJOR, FLATTENING));
    let mut polygon = PolygonArea::new(&ELLIPSOID, Winding::CounterClockwise);
    for &(longitude, latitude) in points {
        polygon.add_point(latitude, longitude);
    }
    polygon.compute(true).1
}

/// The area by the line integral of `F(φ) dλ` with `F' = M N cos φ`, expanded around the middle, over edges that are
/// straight in degrees, and the slivers between these and the geodesics.
///
/// A geodesic obeys `λ″ = 2 (M sin φ / N cos φ) φ′ λ′` and `φ″ = −(N sin φ cos φ / M) λ′² − (M′/M) φ′²`, so over a short
/// edge it leaves the straight line by `(t² − t)/2` times that bend, which encloses `−1/12` of the cross product of edge
/// and bend.
fn local_area_m2(points: &[(f64, f64)], middle: (f64, f64)) -> f64 {
    let phi = middle.1.to_radians();
    let (sin, cos) = phi.sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    // Radii of curvature of the meridian and of the prime vertical, and M'/M.
    let m = SEMI_MAJOR * (1.0 - E2) / (w2 * w);
    let n = SEMI_MAJOR / w;
    let m_slope = 3.0 * E2 * sin * cos / w2;
    // D = M N cos φ = a² (1 − e²) cos φ / w2², and its first two derivatives.
    let d0 = m * n * cos;
    let q = 4.0 * E2 * cos / w2;
    // D' / D = −tan φ + 4 e² sin φ cos φ / w2
    let s1 = -sin / cos + q * sin;
    // The derivative of that.
    let s2 = -1.0 / (cos * cos)
        + 4.0 * E2 * (cos * cos - sin * sin) / w2
        + 8.0 * E2 * E2 * sin * sin * cos * cos / (w2 * w2);
    let (d1, d2) = (d0 * s1, d0 * (s1 * s1 + s2));
    // The bend's coefficients at the middle, and how they change with latitude.
    let east = [2.0 * m / n * sin / cos, 2.0 * m / n / (cos * cos)];
    let north = [-n / m * sin * cos, -n / m * (cos * cos - sin * sin)];
    let local = |p: (f64, f64)| ((p.0 - middle.0).to_radians(), (p.1 - middle.1).to_radians());
    let mut area = 0.0;
    let mut from = local(points[points.len() - 1]);
    for &p in points {
        let to = local(p);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (a, b) = (from.1, to.1);
        // Means of y, y², y³ along the straight edge.
        let (y1, y2, y3) = (
            (a + b) / 2.0,
            (a * a + a * b + b * b) / 3.0,
            (a + b) * (a * a + b * b) / 4.0,
        );
        area -= dx * (d0 * y1 + d1 * y2 / 2.0 + d2 * y3 / 6.0);
        let bend = (
            (east[0] + east[1] * y1) * dy * dx,
            (north[0] + north[1] * y1) * dx * dx - m_slope * dy * dy,
        );
        area += (d0 + d1 * y1) * (dx * bend.1 - dy * bend.0) / 12.0;
        from = to;
    }
    area
}

/// Distance in m between two points of (longitude, latitude) in degrees that are near each other (relative error below
/// 1e-6 up to 10 km).
pub fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let phi = ((a.1 + b.1) / 2.0).to_radians();
    let (sin, cos) = phi.sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let w = w2.sqrt();
    let east = (b.0 - a.0).to_radians() * SEMI_MAJOR / w * cos;
    let north = (b.1 - a.1).to_radians() * SEMI_MAJOR * (1.0 - E2) / (w2 * w);
    (east * east + north * north).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(w: f64, s: f64, size: f64) -> [(f64, f64); 4] {
        [(w, s), (w + size, s), (w + size, s + size), (w, s + size)]
    }

    #[test]
    fn known_areas() {
        // The whole ellipsoid has 510,065,621.7 km²; an octant has an eighth.
        let octant: Vec<(f64, f64)> = (0..=900)
            .map(|i| (0.0, 90.0 - f64::from(i) / 10.0))
            .chain([(90.0, 0.0)])
            .chain((1..=900).map(|i| (90.0, f64::from(i) / 10.0)))
            .collect();
        assert!((ring_area_m2(octant) / 1e6 - 510_065_621.7 / 8.0).abs() < 0.1);
        // One degree at Wuhan; its northern and southern edge are geodesics, not parallels. The figure is PROJ's.
        let quad = ring_area_m2(square(114.0, 30.0, 1.0));
        assert!((quad - 10_642_455_822.16).abs() < 1.0, "{quad}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// The series against the exact geodesics: polygons of all shapes, slivers among them.
        #[test]
        fn small_rings_agree_with_exact_geodesics(
            at in (-179.0f64..179.0, -70.0f64..69.9), size in 1e-5f64..0.049,
            points in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 3..12), flat in 1e-6f64..1.0,
        ) {
            let ring: Vec<_> = points.iter().map(|(x, y)| (at.0 + x * size, at.1 + y * size * flat)).collect();
            let (low, high) = ring.iter().fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)),
                |(l, h), p| ((p.0.min(l.0), p.1.min(l.1)), (p.0.max(h.0), p.1.max(h.1))));
            let local = local_area_m2(&ring, ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0));
            let exact = geodesic_area_m2(&ring);
            // The exact way adds up areas down to the equator: its own rounding is a few tenths of a m².
            let box_area = (size * 111e3).powi(2);
            prop_assert!((local - exact).abs() < 0.3 + 2e-9 * box_area, "{} {}", local, exact);
        }
    }

    #[test]
    fn turning_and_closing() {
        let mut ring = square(114.0, 30.0, 0.001).to_vec();
        let area = ring_area_m2(ring.clone());
        assert!(area > 10_000.0 && area < 11_000.0);
        ring.push(ring[0]);
        assert!((ring_area_m2(ring.clone()) - area).abs() < 1e-6);
        ring.reverse();
        assert!((ring_area_m2(ring) + area).abs() < 1e-3);
        assert_eq!(ring_area_m2([]), 0.0);
    }

    #[test]
    fn distances() {
        // A degree of latitude at 30.5°N has 110,861 m, of longitude 95,989 m.
        assert!((distance_m((114.0, 30.0), (114.0, 31.0)) - 110_861.0).abs() < 20.0);
        assert!((distance_m((114.0, 30.5), (115.0, 30.5)) - 95_990.0).abs() < 20.0);
    }
}
