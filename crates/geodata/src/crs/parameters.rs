//! Registered datum parameters: the only way from Beijing 1954, Xian 1980 or a city's local system to storage.

/// A registered way from a source system to CGCS2000, with where it holds and how well.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSet {
    /// The name used with `--crs`.
    pub name: String,
    /// The source system: `EPSG:2437`, `EPSG:4214`, or for a local plane any name that the files use.
    pub source: String,
    /// The parameters.
    pub method: Method,
    /// West, south, east, north in EPSG:4490 degrees: where the parameters hold.
    pub area: [f64; 4],
    /// Accuracy of a converted point, metres.
    pub accuracy_m: f64,
    /// Points known in both systems.
    pub common_points: Vec<CommonPoint>,
}

/// The kinds of parameters. `Display` and `FromStr` give and take the text of `jieming crs add`, such as
/// `helmert7 dx=-15.4 dy=.. dz=.. rx=.. ry=.. rz=.. ppm=.. convention=position_vector`.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// Geocentric translation, metres.
    Helmert3 {
        /// Shift along X, Y, Z in metres, source to CGCS2000.
        shift: [f64; 3],
    },
    /// Seven parameters, source to CGCS2000.
    Helmert7 {
        /// Shift along X, Y, Z in metres.
        shift: [f64; 3],
        /// Rotations about X, Y, Z in arc-seconds.
        rotation: [f64; 3],
        /// Scale in parts per million.
        ppm: f64,
        /// True: the position vector convention (EPSG 1033); false: coordinate frame (EPSG 1032).
        position_vector: bool,
    },
    /// Plane four-parameter fit: x' = dx + scale·(x·cos r − y·sin r), y' = dy + scale·(x·sin r + y·cos r), x = east.
    Plane4 {
        /// Shift east and north in metres.
        shift: [f64; 2],
        /// Rotation, counter-clockwise, in arc-seconds.
        rotation: f64,
        /// Scale factor, near 1.
        scale: f64,
        /// The target plane: an EPSG code on CGCS2000 such as 4547.
        target: u32,
    },
    /// A system of its own: WKT or PROJ text on the CGCS2000 datum (a local Gauss-Krüger plane), or WKT with `TOWGS84`.
    Wkt(String),
}

/// A point known in both systems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CommonPoint {
    /// In the source system: x = east, y = north (or longitude, latitude).
    pub source: (f64, f64),
    /// In EPSG:4490: longitude, latitude in degrees.
    pub target: (f64, f64),
}

/// How well a set fits its common points.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// Distance of each common point from its target, metres.
    pub metres: Vec<f64>,
    /// Root mean square, metres.
    pub rms_m: f64,
    /// Greatest, metres.
    pub max_m: f64,
}

impl ParameterSet {
    /// Applies the set to its own common points.
    pub fn residuals(&self) -> Result<Residuals, super::CrsRefusal> {
        unimplemented!()
    }
}
