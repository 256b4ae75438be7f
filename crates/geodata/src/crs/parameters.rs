//! Registered datum parameters: the only way from Beijing 1954, Xian 1980 or a city's local system to storage.

use super::{
    CrsRefusal, Extent,
    frame::{self, Frame},
    plane::{self, BY, Plane, Step},
    proj::{self, Described, Kind},
    system::Resolved,
};
use crate::Text;

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
    /// Applies the set to its own common points: how far each lands from its target.
    ///
    /// # Errors
    /// [`CrsRefusal`] when the set cannot be used at all: an unknown source, a target that is no plane on CGCS2000.
    pub fn residuals(&self) -> Result<Residuals, CrsRefusal> {
        let unbounded = Self {
            area: [-180.0, -90.0, 180.0, 90.0],
            ..self.clone()
        };
        let plane = resolve(&unbounded, None)?.plane;
        let mut metres = Vec::with_capacity(self.common_points.len());
        for p in &self.common_points {
            let (lon, lat) = plane.to_storage(p.source.0, p.source.1).map_err(|e| {
                refusal(
                    "crs.common_point",
                    format!("公共点 {:?} 无法换算：{}", p.source, e.found.zh),
                    format!(
                        "the common point {:?} cannot be converted: {}",
                        p.source, e.found.en
                    ),
                )
            })?;
            metres.push(distance(lon, lat, p.target.0, p.target.1));
        }
        let n = metres.len().max(1) as f64;
        let rms_m = (metres.iter().map(|m| m * m).sum::<f64>() / n).sqrt();
        let max_m = metres.iter().copied().fold(0.0, f64::max);
        Ok(Residuals {
            metres,
            rms_m,
            max_m,
        })
    }
}

/// Metres between two near points in degrees, on the GRS 80 ellipsoid (its radii of curvature at the middle latitude).
fn distance(lon1: f64, lat1: f64, lon2: f64, lat2: f64) -> f64 {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_380_022_900_788;
    let phi = f64::midpoint(lat1, lat2).to_radians();
    let w2 = 1.0 - E2 * phi.sin() * phi.sin();
    let north = (lat2 - lat1).to_radians() * A * (1.0 - E2) / (w2 * w2.sqrt());
    let east = (lon2 - lon1).to_radians() * A / w2.sqrt() * phi.cos();
    north.hypot(east)
}

fn refusal(code: &'static str, zh: String, en: String) -> CrsRefusal {
    CrsRefusal {
        code,
        message: Text::new(zh, en),
    }
}

/// The way of a set named by the user, for numbers in the set's own source system.
pub(super) fn resolve(set: &ParameterSet, extent: Option<&Extent>) -> Result<Resolved, CrsRefusal> {
    match &set.method {
        Method::Plane4 {
            shift,
            rotation,
            scale,
            target,
        } => {
            let target = plane::own(*target).filter(|p| !p.is_geographic()).ok_or_else(|| {
                refusal(
                    "crs.target",
                    format!("参数组“{}”的目标 EPSG:{target} 不是 CGCS2000 的投影平面；例如 4547", set.name),
                    format!("the target EPSG:{target} of {:?} is no plane on CGCS2000; for example 4547", set.name),
                )
            })?;
            let mut steps = vec![Step::Plane4 {
                shift: *shift,
                rotation: *rotation,
                scale: *scale,
            }];
            steps.extend(target.steps().iter().cloned());
            finish(set, set.name.clone(), false, steps, extent)
        }
        Method::Wkt(text) => {
            let d = known(set, text)?;
            let geographic = d.kind == Kind::Geographic;
            let steps = match (&d.to_wgs84, frame::of(&d)) {
                (Some(pipeline), _) => vec![Step::Proj {
                    pipeline: pipeline.clone(),
                    forward: true,
                }],
                (None, Frame::One) => vec![Step::Proj {
                    pipeline: d.from_base,
                    forward: false,
                }],
                (None, _) => {
                    return Err(refusal(
                        "crs.parameters_needed",
                        format!(
                            "参数组“{}”的 WKT 基于“{}”，且不含 TOWGS84 参数",
                            set.name, d.datum
                        ),
                        format!(
                            "the WKT of {:?} stands on {} and has no TOWGS84 parameters",
                            set.name, d.datum
                        ),
                    ));
                }
            };
            finish(set, set.name.clone(), geographic, steps, extent)
        }
        Method::Helmert3 { .. } | Method::Helmert7 { .. } => {
            let d = known(set, &set.source)?;
            shifted(set, set.name.clone(), &d, extent)
        }
    }
}

/// The way of a set for numbers in the system `text`, which stands on the datum of the set.
pub(super) fn resolve_for(
    set: &ParameterSet,
    text: &str,
    d: &Described,
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    match set.method {
        Method::Helmert3 { .. } | Method::Helmert7 { .. } => {
            let source = d
                .epsg
                .map_or_else(|| text.to_owned(), |c| format!("EPSG:{c}"));
            shifted(set, format!("{source}{BY}{}", set.name), d, extent)
        }
        _ => resolve(set, extent),
    }
}

fn known(set: &ParameterSet, text: &str) -> Result<Described, CrsRefusal> {
    proj::describe(text).filter(|d| d.kind != Kind::Other).ok_or_else(|| {
        refusal(
            "crs.unknown",
            format!("参数组“{}”的源坐标系“{text}”无法识别；应为 EPSG 代码、WKT 或 PROJ 文本", set.name),
            format!("the source {text:?} of {:?} is unknown; expected an EPSG code, WKT or a PROJ text", set.name),
        )
    })
}

/// Source plane to its ellipsoid, through geocentric space, to CGCS2000.
fn shifted(
    set: &ParameterSet,
    text: String,
    d: &Described,
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    let helmert = match &set.method {
        Method::Helmert7 {
            shift: [x, y, z],
            rotation: [rx, ry, rz],
            ppm,
            position_vector,
        } => {
            let convention = if *position_vector {
                "position_vector"
            } else {
                "coordinate_frame"
            };
            format!(
                "+proj=helmert +x={x} +y={y} +z={z} +rx={rx} +ry={ry} +rz={rz} +s={ppm} +convention={convention}"
            )
        }
        Method::Helmert3 { shift: [x, y, z] } => format!("+proj=helmert +x={x} +y={y} +z={z}"),
        _ => String::new(),
    };
    let (a, rf) = d.ellipsoid;
    let pipeline = format!(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +a={a} +rf={rf} \
         +step {helmert} +step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    );
    let steps = vec![
        Step::Proj {
            pipeline: d.from_base.clone(),
            forward: false,
        },
        Step::Proj {
            pipeline,
            forward: true,
        },
    ];
    finish(set, text, d.kind == Kind::Geographic, steps, extent)
}

fn finish(
    set: &ParameterSet,
    text: String,
    geographic: bool,
    steps: Vec<Step>,
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    let plane = Plane::new(text, geographic, steps, Some(set.area), None);
    if let Some(e) = extent.filter(|e| !e.is_empty()) {
        let mut corners = e.corners();
        if plane.all_to_storage(&mut corners).is_err() {
            let [w, s, east, n] = set.area;
            return Err(refusal(
                "crs.outside_area",
                format!(
                    "数据超出参数组“{}”的适用范围（经度 {w}～{east}，纬度 {s}～{n}）",
                    set.name
                ),
                format!(
                    "the data lie outside the area of {:?} (longitude {w} to {east}, latitude {s} to {n})",
                    set.name
                ),
            ));
        }
    }
    Ok(Resolved {
        plane,
        method: Text::new(
            format!("登记的参数组“{}”", set.name),
            format!("registered parameter set {:?}", set.name),
        ),
        accuracy_m: set.accuracy_m,
        epsg: None,
    })
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Helmert3 { shift: [x, y, z] } => write!(f, "helmert3 dx={x} dy={y} dz={z}"),
            Self::Helmert7 {
                shift: [x, y, z],
                rotation: [rx, ry, rz],
                ppm,
                position_vector,
            } => {
                let convention = if *position_vector {
                    "position_vector"
                } else {
                    "coordinate_frame"
                };
                write!(
                    f,
                    "helmert7 dx={x} dy={y} dz={z} rx={rx} ry={ry} rz={rz} ppm={ppm} convention={convention}"
                )
            }
            Self::Plane4 {
                shift: [x, y],
                rotation,
                scale,
                target,
            } => {
                write!(
                    f,
                    "plane4 dx={x} dy={y} rotation={rotation} scale={scale} target={target}"
                )
            }
            Self::Wkt(text) => write!(f, "wkt {text}"),
        }
    }
}

/// Why a text is no method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MethodError(String);

impl std::str::FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        let (kind, rest) = text
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((text.trim(), ""));
        if kind.eq_ignore_ascii_case("wkt") {
            return Ok(Self::Wkt(rest.trim().to_owned()));
        }
        let mut words = std::collections::HashMap::new();
        for word in rest.split_whitespace() {
            let (k, v) = word
                .split_once('=')
                .ok_or_else(|| MethodError(format!("{word:?} is no KEY=VALUE")))?;
            words.insert(k.to_ascii_lowercase(), v.to_owned());
        }
        let mut number = |key: &str| {
            let v = words
                .remove(key)
                .ok_or_else(|| MethodError(format!("{kind} needs {key}=NUMBER")))?;
            v.parse::<f64>()
                .ok()
                .filter(|x| x.is_finite())
                .ok_or_else(|| MethodError(format!("{key}={v} is no number")))
        };
        let method = match kind.to_ascii_lowercase().as_str() {
            "helmert3" => Self::Helmert3 {
                shift: [number("dx")?, number("dy")?, number("dz")?],
            },
            "helmert7" => {
                let shift = [number("dx")?, number("dy")?, number("dz")?];
                let rotation = [number("rx")?, number("ry")?, number("rz")?];
                let ppm = number("ppm")?;
                let position_vector = match words.remove("convention").as_deref() {
                    Some("position_vector") => true,
                    Some("coordinate_frame") => false,
                    // The sign of the rotations hangs on it: never assumed.
                    _ => {
                        return Err(MethodError(
                            "helmert7 needs convention=position_vector or coordinate_frame".into(),
                        ));
                    }
                };
                Self::Helmert7 {
                    shift,
                    rotation,
                    ppm,
                    position_vector,
                }
            }
            "plane4" => {
                let shift = [number("dx")?, number("dy")?];
                let (rotation, scale, target) =
                    (number("rotation")?, number("scale")?, number("target")?);
                if scale <= 0.0 || target.fract() != 0.0 || !(1.0..=1e6).contains(&target) {
                    return Err(MethodError(
                        "plane4 needs a positive scale and an EPSG code as target".into(),
                    ));
                }
                Self::Plane4 {
                    shift,
                    rotation,
                    scale,
                    target: target as u32,
                }
            }
            _ => {
                return Err(MethodError(format!(
                    "{kind:?} is none of helmert3, helmert7, plane4, wkt"
                )));
            }
        };
        match words.into_keys().next() {
            Some(key) => Err(MethodError(format!("{kind} knows no {key}"))),
            None => Ok(method),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wuhan(method: Method, source: &str) -> ParameterSet {
        ParameterSet {
            name: "wuhan".into(),
            source: source.into(),
            method,
            area: [113.0, 29.0, 116.0, 32.0],
            accuracy_m: 0.1,
            common_points: Vec::new(),
        }
    }

    #[test]
    fn methods_are_read_as_written() {
        for text in [
            "helmert3 dx=15.8 dy=-154.4 dz=-82.3",
            "helmert7 dx=1 dy=2 dz=3 rx=0.1 ry=0.2 rz=0.3 ppm=1.5 convention=coordinate_frame",
            "plane4 dx=10 dy=-20.5 rotation=3.2 scale=1.00001 target=4547",
            "wkt +proj=tmerc +lon_0=114.3 +ellps=GRS80",
        ] {
            let m: Method = text.parse().unwrap();
            assert_eq!(m.to_string(), text);
        }
        for bad in [
            "helmert7 dx=1 dy=2 dz=3 rx=0 ry=0 rz=0 ppm=0",
            "helmert3 dx=a dy=1 dz=1",
            "plane4 dx=1",
            "grid x=1",
            "helmert3 dx=1 dy=1 dz=1 q=1",
        ] {
            assert!(bad.parse::<Method>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_plane_fit_has_no_residual_on_points_made_with_it_and_one_on_a_wrong_point() {
        let mut set = wuhan(
            Method::Plane4 {
                shift: [500.0, -300.0],
                rotation: 12.0,
                scale: 1.00002,
                target: 4547,
            },
            "武汉地方",
        );
        let plane = resolve(&set, None).unwrap().plane;
        for (lon, lat) in [(114.1, 30.4), (114.5, 30.7), (114.3, 30.9)] {
            let source = plane.from_storage(lon, lat).unwrap();
            set.common_points.push(CommonPoint {
                source,
                target: (lon, lat),
            });
        }
        assert!(
            set.residuals().unwrap().max_m < 1e-4,
            "{:?}",
            set.residuals()
        );
        set.common_points[1].target.1 += 1e-5;
        let r = set.residuals().unwrap();
        assert!(
            (r.max_m - 1.109).abs() < 0.01 && r.metres[0] < 1e-4,
            "{r:?}"
        );
    }

    #[test]
    fn seven_parameters_move_by_what_they_say() {
        let m = Method::Helmert7 {
            shift: [0.0, 0.0, 100.0],
            rotation: [0.0; 3],
            ppm: 0.0,
            position_vector: true,
        };
        let set = wuhan(m, "EPSG:4610");
        let plane = resolve(&set, None).unwrap().plane;
        let (lon, lat) = plane.to_storage(114.3, 30.6).unwrap();
        // 100 m along the axis of the earth is 100·cos φ northward.
        assert!((lon - 114.3).abs() < 1e-9);
        assert!(
            (distance(114.3, 30.6, lon, lat) - 86.07).abs() < 1.0,
            "{lat}"
        );
        assert!(set.residuals().unwrap().metres.is_empty());
        assert!(
            resolve(
                &wuhan(
                    Method::Plane4 {
                        shift: [0.0; 2],
                        rotation: 0.0,
                        scale: 1.0,
                        target: 2437
                    },
                    "x"
                ),
                None
            )
            .is_err()
        );
    }
}
