//! Planes and the way between their numbers and storage.

use std::sync::Arc;

use geo_types::{Coord, Geometry};

use super::{CrsRefusal, ParameterSet, PointProblem, frame, offset, proj, system};
use crate::Text;

/// One step from source numbers towards storage; every step can be undone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// The two numbers change places.
    Swap,
    /// A PROJ pipeline, run forward or backward on the way to storage.
    Proj { pipeline: String, forward: bool },
    /// GCJ-02 to CGCS2000.
    Gcj02,
    /// BD-09 to CGCS2000.
    Bd09,
    /// A plane similarity.
    Plane4 {
        shift: [f64; 2],
        rotation: f64,
        scale: f64,
    },
}

impl Step {
    fn apply(&self, there: bool, points: &mut [(f64, f64)]) -> bool {
        let each = |points: &mut [(f64, f64)], f: &dyn Fn(f64, f64) -> (f64, f64)| {
            points.iter_mut().for_each(|p| *p = f(p.0, p.1))
        };
        match self {
            Self::Swap => each(points, &|x, y| (y, x)),
            Self::Proj { pipeline, forward } => {
                return proj::run(pipeline, *forward == there, points);
            }
            Self::Gcj02 if there => each(points, &offset::from_gcj02),
            Self::Gcj02 => each(points, &offset::to_gcj02),
            Self::Bd09 if there => each(points, &offset::from_bd09),
            Self::Bd09 => each(points, &offset::to_bd09),
            Self::Plane4 {
                shift,
                rotation,
                scale,
            } => {
                let (sin, cos) = (rotation / 3600.0).to_radians().sin_cos();
                each(points, &|x, y| {
                    if there {
                        (
                            shift[0] + scale * (x * cos - y * sin),
                            shift[1] + scale * (x * sin + y * cos),
                        )
                    } else {
                        let (x, y) = ((x - shift[0]) / scale, (y - shift[1]) / scale);
                        (x * cos + y * sin, y * cos - x * sin)
                    }
                });
            }
        }
        true
    }
}

/// The plane (or the geographic frame) in which source numbers stand, with its way to storage coordinates and back.
/// Cheap to clone; safe to use from many threads.
#[derive(Debug, Clone)]
pub struct Plane(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: String,
    geographic: bool,
    steps: Vec<Step>,
    /// Where the way holds, EPSG:4490 degrees.
    area: Option<[f64; 4]>,
    /// The central meridian of a transverse Mercator.
    meridian: Option<f64>,
}

impl PartialEq for Plane {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text && self.0.steps == other.0.steps
    }
}

/// Degrees from its central meridian beyond which a transverse Mercator is surely the wrong one.
const REACH: f64 = 30.0;

impl Plane {
    pub(super) fn new(
        text: String,
        geographic: bool,
        steps: Vec<Step>,
        area: Option<[f64; 4]>,
        meridian: Option<f64>,
    ) -> Self {
        Self(Arc::new(Inner {
            text,
            geographic,
            steps,
            area,
            meridian,
        }))
    }

    /// Storage itself: EPSG:4490 longitude and latitude in degrees.
    pub fn storage() -> Self {
        Self::new("EPSG:4490".into(), true, Vec::new(), None, None)
    }

    /// From the text that [`Plane::text`] gave, or any text `--crs` takes.
    ///
    /// # Errors
    /// [`CrsRefusal`] when the text names no system, or one that needs parameters that are not registered.
    pub fn parse(text: &str, registry: &[ParameterSet]) -> Result<Self, CrsRefusal> {
        if let Some(rest) = text.strip_prefix(SWAPPED) {
            return Self::parse(rest, registry).map(|p| p.swapped());
        }
        if let Some((source, by)) = text.split_once(BY) {
            return system::resolve_by(source, by, registry).map(|r| r.plane);
        }
        system::resolve(text, registry, None).map(|r| r.plane)
    }

    /// The same plane for numbers that stand in the other order.
    pub(super) fn swapped(&self) -> Self {
        let mut steps = vec![Step::Swap];
        steps.extend(self.0.steps.iter().cloned());
        Self::new(
            format!("{SWAPPED}{}", self.0.text),
            self.0.geographic,
            steps,
            self.0.area,
            self.0.meridian,
        )
    }

    /// The steps to storage.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0.steps
    }

    /// A text that names the plane and that [`Plane::parse`] reads back: kept with each record.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether its numbers are those of storage already: nothing moves on the way.
    pub fn is_storage(&self) -> bool {
        self.0.steps.is_empty()
    }

    /// Whether its numbers are degrees.
    pub fn is_geographic(&self) -> bool {
        self.0.geographic
    }

    /// Plane numbers to EPSG:4490 longitude, latitude in degrees.
    ///
    /// # Errors
    /// Numbers that are not finite or lie outside the domain of the plane.
    pub fn to_storage(&self, x: f64, y: f64) -> Result<(f64, f64), PointProblem> {
        let mut one = [(x, y)];
        self.all_to_storage(&mut one).map_err(|e| e.1)?;
        Ok(one[0])
    }

    /// EPSG:4490 longitude, latitude in degrees to plane numbers.
    ///
    /// # Errors
    /// Numbers that are not finite or lie outside the domain of the plane.
    pub fn from_storage(&self, lon: f64, lat: f64) -> Result<(f64, f64), PointProblem> {
        let mut one = [(lon, lat)];
        self.all_from_storage(&mut one).map_err(|e| e.1)?;
        Ok(one[0])
    }

    /// Many points in place to storage; the first problem with its index stops it (the points are then undefined).
    ///
    /// # Errors
    /// As [`Plane::to_storage`].
    pub fn all_to_storage(&self, points: &mut [(f64, f64)]) -> Result<(), (usize, PointProblem)> {
        let given = self.checked(
            points,
            self.0.geographic,
            self.0.steps.first() == Some(&Step::Swap),
        )?;
        let done = self.0.steps.iter().all(|s| s.apply(true, points));
        for (i, &(lon, lat)) in points.iter().enumerate() {
            let here = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
            let near = self.0.meridian.is_none_or(|m| (lon - m).abs() <= REACH);
            let inside = self
                .0
                .area
                .is_none_or(|a| proj::contains(a, [lon, lat, lon, lat]));
            if !(done && here && near && inside) {
                return Err((i, self.outside(given.get(i).copied().unwrap_or((lon, lat)))));
            }
        }
        Ok(())
    }

    /// Many points in place from storage; the first problem with its index stops it (the points are then undefined).
    ///
    /// # Errors
    /// As [`Plane::from_storage`].
    pub fn all_from_storage(&self, points: &mut [(f64, f64)]) -> Result<(), (usize, PointProblem)> {
        let given = self.checked(points, true, false)?;
        let done = self.0.steps.iter().rev().all(|s| s.apply(false, points));
        match points
            .iter()
            .position(|(x, y)| !(done && x.is_finite() && y.is_finite()))
        {
            Some(i) => Err((i, self.outside(given.get(i).copied().unwrap_or(points[i])))),
            None => Ok(()),
        }
    }

    /// Checks numbers before the way; gives a copy for messages when there are steps that will overwrite them.
    fn checked(
        &self,
        points: &[(f64, f64)],
        degrees: bool,
        swapped: bool,
    ) -> Result<Vec<(f64, f64)>, (usize, PointProblem)> {
        for (i, &(x, y)) in points.iter().enumerate() {
            if !(x.is_finite() && y.is_finite()) {
                return Err((
                    i,
                    PointProblem {
                        rule: "row.coordinate.not_finite",
                        found: Text::new(format!("坐标 {x}, {y}"), format!("coordinates {x}, {y}")),
                        expected: Text::new("有限的数字", "finite numbers"),
                    },
                ));
            }
            let (lon, lat) = if swapped { (y, x) } else { (x, y) };
            if degrees && !((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)) {
                return Err((i, self.outside((x, y))));
            }
        }
        Ok(if self.0.steps.is_empty() {
            Vec::new()
        } else {
            points.to_vec()
        })
    }

    fn outside(&self, (x, y): (f64, f64)) -> PointProblem {
        let expected = if self.0.geographic {
            Text::new(
                "经度 −180～180、纬度 −90～90（度）",
                "longitude -180 to 180 and latitude -90 to 90 in degrees",
            )
        } else {
            let t = &self.0.text;
            let t: String = t.chars().take(40).collect();
            Text::new(
                format!("{t} 有效范围内的坐标"),
                format!("coordinates within the domain of {t}"),
            )
        };
        PointProblem {
            rule: "row.coordinate.outside_domain",
            found: Text::new(format!("坐标 {x}, {y}"), format!("coordinates {x}, {y}")),
            expected,
        }
    }

    /// A geometry in plane numbers to EPSG:4490.
    ///
    /// # Errors
    /// The first vertex that cannot be carried over.
    pub fn geometry_to_storage(
        &self,
        geometry: &Geometry<f64>,
    ) -> Result<Geometry<f64>, PointProblem> {
        converted(geometry, |p| self.all_to_storage(p))
    }

    /// The same for a geometry that may go: gives it in EPSG:4490, and as it was where that has other numbers.
    ///
    /// # Errors
    /// The first vertex that cannot be carried over.
    pub fn into_storage(
        &self,
        mut geometry: Geometry<f64>,
    ) -> Result<(Geometry<f64>, Option<Geometry<f64>>), PointProblem> {
        if !self.0.steps.is_empty() {
            let stored = self.geometry_to_storage(&geometry)?;
            return Ok((stored, Some(geometry)));
        }
        // The numbers stay; they are looked at where they stand.
        let mut problem = None;
        each_vertex(&mut geometry, &mut |c| {
            if problem.is_none() {
                problem = self.all_to_storage(&mut [(c.x, c.y)]).err();
            }
        });
        problem.map_or(Ok((geometry, None)), |(_, p)| Err(p))
    }

    /// A geometry in EPSG:4490 to plane numbers.
    ///
    /// # Errors
    /// The first vertex that cannot be carried over.
    pub fn geometry_from_storage(
        &self,
        geometry: &Geometry<f64>,
    ) -> Result<Geometry<f64>, PointProblem> {
        converted(geometry, |p| self.all_from_storage(p))
    }
}

/// Between a source system and the way chosen for it: a registered name, or a pipeline.
pub(super) const BY: &str = " by ";
/// In front of the text of a plane whose numbers stand in the other order.
const SWAPPED: &str = "swapped ";

fn converted(
    geometry: &Geometry<f64>,
    way: impl Fn(&mut [(f64, f64)]) -> Result<(), (usize, PointProblem)>,
) -> Result<Geometry<f64>, PointProblem> {
    let mut out = geometry.clone();
    let mut points = Vec::new();
    each_vertex(&mut out, &mut |c| points.push((c.x, c.y)));
    way(&mut points).map_err(|e| e.1)?;
    let mut next = points.into_iter();
    each_vertex(&mut out, &mut |c| {
        if let Some((x, y)) = next.next() {
            *c = Coord { x, y };
        }
    });
    Ok(out)
}

/// Visits every vertex in order, the closing ones of rings included.
pub(super) fn each_vertex(geometry: &mut Geometry<f64>, f: &mut impl FnMut(&mut Coord<f64>)) {
    match geometry {
        Geometry::Point(p) => f(&mut p.0),
        Geometry::Line(l) => {
            f(&mut l.start);
            f(&mut l.end);
        }
        Geometry::LineString(l) => l.0.iter_mut().for_each(f),
        Geometry::Polygon(p) => polygon(p, f),
        Geometry::MultiPoint(m) => m.0.iter_mut().for_each(|p| f(&mut p.0)),
        Geometry::MultiLineString(m) => m.0.iter_mut().flat_map(|l| l.0.iter_mut()).for_each(f),
        Geometry::MultiPolygon(m) => m.0.iter_mut().for_each(|p| polygon(p, f)),
        Geometry::GeometryCollection(c) => c.0.iter_mut().for_each(|g| each_vertex(g, f)),
        Geometry::Rect(r) => {
            let mut p = r.to_polygon();
            polygon(&mut p, f);
            *geometry = p.into();
        }
        Geometry::Triangle(t) => {
            let mut p = t.to_polygon();
            polygon(&mut p, f);
            *geometry = p.into();
        }
    }
}

fn polygon(p: &mut geo_types::Polygon<f64>, f: &mut impl FnMut(&mut Coord<f64>)) {
    p.exterior_mut(|r| r.0.iter_mut().for_each(&mut *f));
    p.interiors_mut(|rings| {
        rings
            .iter_mut()
            .flat_map(|r| r.0.iter_mut())
            .for_each(&mut *f)
    });
}

/// The plane of a code of the one frame, from our own table.
pub(super) fn own(code: u32) -> Option<Plane> {
    let (kind, pipeline) = frame::pipeline(code)?;
    let steps = if pipeline.is_empty() {
        Vec::new()
    } else {
        vec![Step::Proj {
            pipeline,
            forward: false,
        }]
    };
    let meridian = frame::Zone::of_epsg(code)
        .map(frame::Zone::meridian)
        .or_else(|| match code {
            32601..=32660 => Some(f64::from(code - 32600) * 6.0 - 183.0),
            32701..=32760 => Some(f64::from(code - 32700) * 6.0 - 183.0),
            _ => None,
        });
    // Near ±180° a zone reaches over the line: then its distance says nothing.
    let meridian = meridian.filter(|m| m.abs() < 150.0);
    Some(Plane::new(
        format!("EPSG:{code}"),
        kind == proj::Kind::Geographic,
        steps,
        None,
        meridian,
    ))
}
