//! GCJ-02 and BD-09: the offsets of Chinese web maps. The formula is the widely published, reverse-engineered one; the
//! inverse is found by iteration. Longitude and latitude in degrees throughout; WGS 84 stands for CGCS2000.

use std::f64::consts::PI;

/// The ellipsoid of the formula (Krassowsky 1940): semi-major axis in metres, squared eccentricity.
const AXIS: f64 = 6_378_245.0;
const ECC2: f64 = 0.006_693_421_622_965_943;
/// West, south, east, north within which the offset applies.
const AREA: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];
/// The iteration stops here, degrees: 0.01 mm.
const CLOSE: f64 = 1e-10;
const MAX_STEPS: usize = 40;

fn inside(lon: f64, lat: f64) -> bool {
    (AREA[0]..=AREA[2]).contains(&lon) && (AREA[1]..=AREA[3]).contains(&lat)
}

/// A sum of sines with weights 20 and 20, and pairs (weight, period in radians per unit).
fn waves(base: f64, along: f64, pairs: [(f64, f64); 2]) -> f64 {
    let ripple = 20.0 * (6.0 * base * PI).sin() + 20.0 * (2.0 * base * PI).sin();
    let long = 20.0 * (along * PI).sin() + 40.0 * (along / 3.0 * PI).sin();
    let longest = pairs
        .iter()
        .map(|(w, k)| w * (along * k).sin())
        .sum::<f64>();
    (ripple + long + longest) * 2.0 / 3.0
}

/// WGS 84 to GCJ-02; outside China nothing changes.
pub fn to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    if !inside(lon, lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + waves(x, y, [(160.0, PI / 12.0), (320.0, PI / 30.0)]);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + waves(x, x, [(150.0, PI / 12.0), (300.0, PI / 30.0)]);
    let phi = lat.to_radians();
    let w2 = 1.0 - ECC2 * phi.sin() * phi.sin();
    let w = w2.sqrt();
    let dlat = north * 180.0 / ((AXIS * (1.0 - ECC2)) / (w2 * w) * PI);
    let dlon = east * 180.0 / (AXIS / w * phi.cos() * PI);
    (lon + dlon, lat + dlat)
}

fn gcj02_to_bd09(lon: f64, lat: f64) -> (f64, f64) {
    const K: f64 = PI * 3000.0 / 180.0;
    let z = lon.hypot(lat) + 0.000_02 * (lat * K).sin();
    let theta = lat.atan2(lon) + 0.000_003 * (lon * K).cos();
    (z * theta.cos() + 0.0065, z * theta.sin() + 0.006)
}

/// WGS 84 to BD-09; outside China nothing changes.
pub fn to_bd09(lon: f64, lat: f64) -> (f64, f64) {
    if !inside(lon, lat) {
        return (lon, lat);
    }
    let (x, y) = to_gcj02(lon, lat);
    gcj02_to_bd09(x, y)
}

/// The point that `forward` sends to the given one, by correcting with what is still missing.
fn inverse(forward: fn(f64, f64) -> (f64, f64), lon: f64, lat: f64) -> (f64, f64) {
    let (mut x, mut y) = (lon, lat);
    let mut best = (f64::INFINITY, lon, lat);
    for _ in 0..MAX_STEPS {
        let (fx, fy) = forward(x, y);
        let (ex, ey) = (lon - fx, lat - fy);
        let miss = ex.abs().max(ey.abs());
        if miss < best.0 {
            best = (miss, x, y);
        }
        if miss < CLOSE {
            break;
        }
        (x, y) = (x + ex, y + ey);
    }
    (best.1, best.2)
}

/// GCJ-02 to WGS 84.
pub fn from_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    inverse(to_gcj02, lon, lat)
}

/// BD-09 to WGS 84.
pub fn from_bd09(lon: f64, lat: f64) -> (f64, f64) {
    inverse(to_bd09, lon, lat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shifts_in_wuhan_are_the_published_ones() {
        for (lon, lat, dlon, dlat) in [
            (114.30, 30.60, 0.005_438, -0.002_416),
            (114.31, 30.35, 0.005_430, -0.002_467),
            (114.35, 31.20, 0.005_568, -0.002_005),
            (115.00, 30.85, 0.005_311, -0.002_326),
            (113.75, 30.25, 0.005_748, -0.002_546),
        ] {
            let (x, y) = to_gcj02(lon, lat);
            assert!(
                (x - lon - dlon).abs() < 1e-6 && (y - lat - dlat).abs() < 1e-6,
                "{lon} {lat}: {} {}",
                x - lon,
                y - lat
            );
        }
        // About 1,208 m, direction 73°.
        let (x, y) = to_bd09(114.30, 30.60);
        let (east, north) = ((x - 114.30) * 95_850.0, (y - 30.60) * 110_860.0);
        assert!((east.hypot(north) - 1208.0).abs() < 10.0, "{east} {north}");
        assert_eq!(to_gcj02(2.35, 48.85), (2.35, 48.85));
    }

    proptest! {
        #[test]
        fn the_inverse_returns_within_a_ten_millionth_of_a_degree(lon in 73.0..136.5f64, lat in 3.0..54.5f64) {
            for (there, back) in [(to_gcj02 as fn(f64, f64) -> _, from_gcj02 as fn(f64, f64) -> _), (to_bd09, from_bd09)] {
                let (x, y) = there(lon, lat);
                let (a, b): (f64, f64) = back(x, y);
                prop_assert!((a - lon).abs() < 1e-7 && (b - lat).abs() < 1e-7, "{} {}", a - lon, b - lat);
            }
        }
    }
}
