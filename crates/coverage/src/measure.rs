//! How long a plane unit is: enough of a metric to compare widths, lengths and depths of small zones.
//! Areas and lengths that people sign are computed on the ellipsoid by the caller.

/// How long one unit of the plane is on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// The plane is in metres; scale distortion of the projection (below 1 part in 2,500 inside a zone) is left alone.
    Metres,
    /// The plane is longitude and latitude in degrees on an ellipsoid.
    Degrees {
        /// Semi-major axis in metres.
        semi_major: f64,
        /// Flattening.
        flattening: f64,
    },
}

impl Metric {
    /// Degrees on the GRS 80 ellipsoid, which CGCS2000 shares to a fraction of a millimetre.
    pub const GRS80_DEGREES: Metric = Metric::Degrees {
        semi_major: 6_378_137.0,
        flattening: 1.0 / 298.257_222_101,
    };

    /// Metres per plane unit eastward and northward at plane ordinate `y`: the radii of curvature of the parallel and
    /// of the meridian.
    pub fn scale_at(&self, y: f64) -> [f64; 2] {
        match *self {
            Metric::Metres => [1.0, 1.0],
            Metric::Degrees {
                semi_major,
                flattening,
            } => {
                let phi = y.clamp(-90.0, 90.0).to_radians();
                let e2 = flattening * (2.0 - flattening);
                let w2 = 1.0 - e2 * phi.sin().powi(2);
                let prime_vertical = semi_major / w2.sqrt();
                let meridian = semi_major * (1.0 - e2) / w2.powf(1.5);
                // At a pole the parallel has no length; a hair keeps divisions finite.
                [
                    (prime_vertical * phi.cos()).max(1e-6).to_radians(),
                    meridian.to_radians(),
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_at_wuhan() {
        let [x, y] = Metric::GRS80_DEGREES.scale_at(30.6);
        assert!((x - 95_907.0).abs() < 40.0, "{x}");
        assert!((y - 110_861.0).abs() < 40.0, "{y}");
    }
}
