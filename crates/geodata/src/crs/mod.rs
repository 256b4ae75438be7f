//! Coordinate reference systems: from what a file says to what is done with its numbers.
//!
//! Rules, in this order:
//! 1. What the user names (`--crs`) wins over what the file declares, what the file declares over what its numbers look like.
//! 2. CGCS2000 (4490, 4480), WGS 84 (4326, CRS84, 4979) and every projection on them are one frame: a null shift, recorded.
//! 3. Beijing 1954 and Xian 1980, in any spelling and zone, need a registered [`ParameterSet`]; without one: refused.
//! 4. GCJ-02 and BD-09 only by name; fields that betray them make a note that proposes them.
//! 5. Any other datum only by a PROJ operation, without ballpark steps, whose area of use contains the data.
//!
//! Numbers are always x = east, y = north (longitude, latitude) as GIS files hold them, degrees or metres.

mod decide;
mod declared;
pub(crate) mod frame;
mod mixed;
mod offset;
mod parameters;
mod plane;
mod proj;
mod system;

pub use decide::decide;
pub use declared::DeclaredCrs;
pub use mixed::{Guess, guess};
pub use parameters::{CommonPoint, Method, MethodError, ParameterSet, Residuals};
pub use plane::Plane;

use geo_types::{Geometry, LineString};

use crate::Text;

/// What the decision is made from.
pub struct Question<'a> {
    /// What the file says.
    pub declared: &'a DeclaredCrs,
    /// What the user says (`--crs`): `EPSG:n`, `n`, `GCJ-02`, `BD-09`, `CRS84`, a registered name, WKT or a PROJ text.
    pub option: Option<&'a str>,
    /// Field names of the file: some betray where it comes from.
    pub fields: &'a [String],
    /// The extent of the numbers (of all rows, or of the first thousand).
    pub extent: &'a Extent,
    /// The registered parameter sets.
    pub registry: &'a [ParameterSet],
}

/// What was decided.
#[derive(Debug, Clone)]
pub struct Decision {
    /// How numbers become storage coordinates.
    pub plan: Plan,
    /// What the user should know; `file.crs.gcj02_suspected` is a warning.
    pub notes: Vec<CrsNote>,
}

/// A file-level remark on the coordinate reference system.
#[derive(Debug, Clone, PartialEq)]
pub struct CrsNote {
    /// Stable rule id: `file.crs.assumed`, `file.crs.gcj02_suspected`, `file.crs.zone_proposed`, `file.crs.axes_swapped`, …
    pub rule: &'static str,
    /// True when a person should look; false for a mere record.
    pub warning: bool,
    /// The value for `--crs` that it proposes, if any.
    pub proposes: Option<String>,
    /// How sure, from 0 to 1.
    pub sure: f64,
    /// What was found and what to do.
    pub message: Text,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", .message.en)]
pub struct CrsRefusal {
    /// Stable code: `crs.parameters_needed`, `crs.unknown`, `crs.no_operation`, `crs.outside_area`, `crs.not_geographic`, …
    pub code: &'static str,
    /// What was found, expected, and what to do.
    pub message: Text,
}

/// A coordinate that the plan cannot carry over.
#[derive(Debug, Clone, PartialEq)]
pub struct PointProblem {
    /// Stable rule id: `row.coordinate.not_finite`, `row.coordinate.outside_domain`.
    pub rule: &'static str,
    /// What was found.
    pub found: Text,
    /// What was expected.
    pub expected: Text,
}

/// The box of a set of numbers, fed point by point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Smallest x, or +∞ when empty.
    pub min_x: f64,
    /// Smallest y.
    pub min_y: f64,
    /// Greatest x, or −∞ when empty.
    pub max_x: f64,
    /// Greatest y.
    pub max_y: f64,
}

impl Extent {
    /// Nothing yet.
    pub const EMPTY: Self = Self {
        min_x: f64::INFINITY,
        min_y: f64::INFINITY,
        max_x: f64::NEG_INFINITY,
        max_y: f64::NEG_INFINITY,
    };

    /// Whether no finite point was added.
    pub fn is_empty(&self) -> bool {
        self.min_x > self.max_x
    }

    /// Adds a point; numbers that are not finite are passed over.
    pub fn add(&mut self, x: f64, y: f64) {
        if x.is_finite() && y.is_finite() {
            self.min_x = self.min_x.min(x);
            self.min_y = self.min_y.min(y);
            self.max_x = self.max_x.max(x);
            self.max_y = self.max_y.max(y);
        }
    }

    /// Adds every vertex of a geometry.
    pub fn add_geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(p) => self.add(p.x(), p.y()),
            Geometry::Line(l) => [l.start, l.end].iter().for_each(|c| self.add(c.x, c.y)),
            Geometry::LineString(l) => self.add_line(l),
            Geometry::Polygon(p) => self.add_line(p.exterior()),
            Geometry::MultiPoint(m) => m.0.iter().for_each(|p| self.add(p.x(), p.y())),
            Geometry::MultiLineString(m) => m.0.iter().for_each(|l| self.add_line(l)),
            Geometry::MultiPolygon(m) => m.0.iter().for_each(|p| self.add_line(p.exterior())),
            Geometry::GeometryCollection(c) => c.0.iter().for_each(|g| self.add_geometry(g)),
            Geometry::Rect(r) => [r.min(), r.max()].iter().for_each(|c| self.add(c.x, c.y)),
            Geometry::Triangle(t) => t.to_array().iter().for_each(|c| self.add(c.x, c.y)),
        }
    }

    fn add_line(&mut self, line: &LineString<f64>) {
        line.0.iter().for_each(|c| self.add(c.x, c.y));
    }

    /// The box with its axes exchanged.
    fn swapped(&self) -> Self {
        Self {
            min_x: self.min_y,
            min_y: self.min_x,
            max_x: self.max_y,
            max_y: self.max_x,
        }
    }

    /// Corners and middles of the sides: where a conversion of the box is tried.
    fn corners(&self) -> Vec<(f64, f64)> {
        let (mx, my) = (
            f64::midpoint(self.min_x, self.max_x),
            f64::midpoint(self.min_y, self.max_y),
        );
        let mut all = Vec::with_capacity(9);
        for x in [self.min_x, mx, self.max_x] {
            all.extend([self.min_y, my, self.max_y].map(|y| (x, y)));
        }
        all
    }

    /// The box in degrees of the base of its system: west, south, east, north.
    fn in_degrees(&self, from_base: &str) -> Option<[f64; 4]> {
        let mut points = self.corners();
        let good = proj::run(from_base, false, &mut points);
        let mut e = Self::EMPTY;
        points.iter().for_each(|p| e.add(p.0, p.1));
        (good && !e.is_empty()).then_some([e.min_x, e.min_y, e.max_x, e.max_y])
    }
}

/// How the numbers of one file become storage coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What the source is taken as: `EPSG:4526`, `GCJ-02`, `CRS84 (assumed)`, … for people and for the record.
    pub source_crs: String,
    /// What was done: `null shift`, `inverse GCJ-02 (iterated)`, `parameter set wuhan54`, … for the record.
    pub method: Text,
    /// What the way to storage adds to the uncertainty of a position, in metres (1σ order of magnitude).
    pub accuracy_m: f64,
    plane: Plane,
}

impl Plan {
    /// One point of the source to EPSG:4490 longitude, latitude in degrees.
    pub fn to_storage(&self, x: f64, y: f64) -> Result<(f64, f64), PointProblem> {
        self.plane.to_storage(x, y)
    }

    /// A geometry of the source to EPSG:4490.
    ///
    /// # Errors
    /// The first vertex that cannot be carried over.
    pub fn geometry_to_storage(
        &self,
        geometry: &Geometry<f64>,
    ) -> Result<Geometry<f64>, PointProblem> {
        self.plane.geometry_to_storage(geometry)
    }

    /// The same for a geometry that may go: see [`Plane::into_storage`].
    ///
    /// # Errors
    /// The first vertex that cannot be carried over.
    pub fn into_storage(
        &self,
        geometry: Geometry<f64>,
    ) -> Result<(Geometry<f64>, Option<Geometry<f64>>), PointProblem> {
        self.plane.into_storage(geometry)
    }

    /// The plane in which the source numbers stand (after a swap of axes, if one was applied).
    pub fn plane(&self) -> &Plane {
        &self.plane
    }
}
