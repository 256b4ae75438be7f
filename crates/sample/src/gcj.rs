//! GCJ-02, the offset of Chinese web maps, for the batch of names that has it. The widely published public formula;
//! software mathematical functions, so that every machine gives the same digits.

use geo_types::Coord;

/// GCJ-02 longitude, latitude (degrees) of a WGS 84 longitude, latitude (degrees) in China.
pub fn from_wgs84(p: Coord<f64>) -> Coord<f64> {
    const PI: f64 = std::f64::consts::PI;
    let (x, y) = (p.x - 105.0, p.y - 35.0);
    let sin = libm::sin;
    let waves = |v: f64, a: f64, b: f64, c: f64| {
        (a * sin(v * PI) + 40.0 * sin(v / 3.0 * PI)) * 2.0 / 3.0
            + (b * sin(v / 12.0 * PI) + c * sin(v / 30.0 * PI)) * 2.0 / 3.0
    };
    let ripple = (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + ripple
        + waves(y, 20.0, 160.0, 320.0);
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + ripple
        + waves(x, 20.0, 150.0, 300.0);
    const A: f64 = 6_378_245.0;
    const E2: f64 = 0.006_693_421_622_965_943;
    let phi = p.y / 180.0 * PI;
    let w = 1.0 - E2 * sin(phi) * sin(phi);
    let root_w = w.sqrt();
    Coord {
        x: p.x + east * 180.0 / (A / root_w * libm::cos(phi) * PI),
        y: p.y + north * 180.0 / (A * (1.0 - E2) / (w * root_w) * PI),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_as_computed_for_wuhan() {
        for (lon, lat, dx, dy) in [
            (114.30, 30.60, 0.005438, -0.002416),
            (114.31, 30.35, 0.005430, -0.002467),
            (115.00, 30.85, 0.005311, -0.002326),
        ] {
            let q = from_wgs84(Coord { x: lon, y: lat });
            assert!(
                (q.x - lon - dx).abs() < 2e-6 && (q.y - lat - dy).abs() < 2e-6,
                "{lon} {lat}: {q:?}"
            );
        }
    }
}
