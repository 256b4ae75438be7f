//! Measures on the ellipsoid of CGCS2000, from longitude and latitude in degrees.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, PolygonArea, Winding};

/// Semi-major axis in metres.
pub const SEMI_MAJOR: f64 = 6_378_137.0;
/// Flattening.
pub const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// Signed area in m² of a ring of (longitude, latitude) in degrees, counter-clockwise positive. The ring may be open or
/// closed. Edges are geodesics (C. F. F. Karney, Algorithms for geodesics, Journal of Geodesy 87, 2013), as in other
/// software's ellipsoidal areas, so that the figures can be compared.
pub fn ring_area_m2(ring: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(|| Geodesic::new(SEMI_MAJOR, FLATTENING));
    let mut polygon = PolygonArea::new(&ELLIPSOID, Winding::CounterClockwise);
    let mut first = None;
    for (longitude, latitude) in ring {
        if first == Some((longitude, latitude)) {
            continue;
        }
        first.get_or_insert((longitude, latitude));
        polygon.add_point(latitude, longitude);
    }
    if first.is_none() {
        0.0
    } else {
        polygon.compute(true).1
    }
}

/// Distance in m between two points of (longitude, latitude) in degrees that are near each other (relative error below
/// 1e-6 up to 10 km).
pub fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let phi = ((a.1 + b.1) / 2.0).to_radians();
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let w2 = 1.0 - e2 * phi.sin().powi(2);
    let east = (b.0 - a.0).to_radians() * SEMI_MAJOR / w2.sqrt() * phi.cos();
    let north = (b.1 - a.1).to_radians() * SEMI_MAJOR * (1.0 - e2) / w2.powf(1.5);
    east.hypot(north)
}

#[cfg(test)]
mod tests {
    use super::*;

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
