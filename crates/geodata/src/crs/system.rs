//! From a text that names a system to the way of its numbers.

use super::{
    CrsRefusal, Extent, Method, ParameterSet,
    frame::{self, Frame},
    parameters,
    plane::{self, BY, Plane, Step},
    proj::{self, Described, Kind},
};
use crate::Text;

/// A named system, with what its way is worth.
pub struct Resolved {
    /// The plane.
    pub plane: Plane,
    /// What is done.
    pub method: Text,
    /// What the way adds in metres.
    pub accuracy_m: f64,
    /// EPSG code, where it is one of our own table.
    pub epsg: Option<u32>,
}

/// What CGCS2000 and WGS 84 may differ by, metres.
pub(super) const ONE_FRAME_M: f64 = 0.1;
/// What the inverse of the public offset formula is worth, metres.
const OFFSET_M: f64 = 2.0;
/// Where PROJ does not say what an operation is worth, metres.
const UNKNOWN_M: f64 = 5.0;

/// A text reduced to what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// An EPSG code.
    Epsg(u32),
    /// Longitude, latitude on WGS 84.
    Crs84,
    /// The offset of AMap and Tencent.
    Gcj02,
    /// The offset of Baidu.
    Bd09,
    /// Anything else, as it stands.
    Other(String),
}

/// Reads codes, URNs, URLs and the everyday names of systems.
pub fn name(text: &str) -> Name {
    let t = text.trim();
    let plain: String = t
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    match plain.as_str() {
        "gcj02" | "gcj2002" | "火星坐标" | "火星坐标系" | "amap" | "高德" => {
            return Name::Gcj02;
        }
        "bd09" | "bd09ll" | "百度" | "百度坐标" | "百度坐标系" => return Name::Bd09,
        "wgs84" | "wgs1984" | "crs84" | "ogccrs84" => return Name::Crs84,
        "cgcs2000" | "国家2000" | "2000国家大地坐标系" | "国家大地2000" => {
            return Name::Epsg(4490);
        }
        "beijing54" | "beijing1954" | "北京54" | "北京1954" => return Name::Epsg(4214),
        "xian80" | "xian1980" | "西安80" | "西安1980" => return Name::Epsg(4610),
        _ => {}
    }
    if !t.contains(['[', '+']) && t.len() < 120 {
        let lower = t.to_ascii_lowercase();
        if lower.ends_with("crs84") || lower.ends_with("crs84h") {
            return Name::Crs84;
        }
        let code = lower
            .rsplit([':', '/', ' ', '#'])
            .next()
            .and_then(|c| c.parse().ok());
        if let Some(code) = code
            && (lower.contains("epsg") || lower.bytes().all(|b| b.is_ascii_digit()))
        {
            return Name::Epsg(code);
        }
    }
    Name::Other(t.to_owned())
}

fn refusal(code: &'static str, zh: String, en: String) -> CrsRefusal {
    CrsRefusal {
        code,
        message: Text::new(zh, en),
    }
}

/// The system that a text names. `extent` (in its numbers) lets operations and parameters be judged by their area.
pub fn resolve(
    text: &str,
    registry: &[ParameterSet],
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    if let Some(set) = registry.iter().find(|s| s.name == text.trim()) {
        return parameters::resolve(set, extent);
    }
    let null = |plane, epsg| Resolved {
        plane,
        method: Text::new("零平移（视为同一框架）", "null shift (taken as one frame)"),
        accuracy_m: ONE_FRAME_M,
        epsg,
    };
    match name(text) {
        Name::Crs84 => {
            let plane = Plane::new("OGC:CRS84".into(), true, Vec::new(), None, None);
            Ok(null(plane, Some(4326)))
        }
        Name::Gcj02 => Ok(offset("GCJ-02", Step::Gcj02)),
        Name::Bd09 => Ok(offset("BD-09", Step::Bd09)),
        Name::Epsg(code) => match plane::own(code) {
            Some(plane) => Ok(null(plane, Some(code))),
            None => described(&format!("EPSG:{code}"), registry, extent),
        },
        Name::Other(t) => described(&t, registry, extent),
    }
}

fn offset(name: &str, step: Step) -> Resolved {
    Resolved {
        plane: Plane::new(name.into(), true, vec![step], None, None),
        method: Text::new(
            format!("{name} 迭代反算"),
            format!("inverse of {name}, iterated"),
        ),
        accuracy_m: OFFSET_M,
        epsg: None,
    }
}

/// What the user is told a system is called.
fn called(text: &str, d: &Described) -> String {
    match (d.epsg, d.name.as_str()) {
        (Some(code), name) => format!("EPSG:{code} {name}"),
        (None, "" | "unknown") => text.chars().take(60).collect(),
        (None, name) => name.to_owned(),
    }
}

fn described(
    text: &str,
    registry: &[ParameterSet],
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    let shown: String = text.chars().take(60).collect();
    let Some(d) = proj::describe(text) else {
        let (zh, en) = registered(registry);
        return Err(refusal(
            "crs.unknown",
            format!(
                "不认识的坐标系“{shown}”；应为 EPSG 代码、GCJ-02、BD-09、WKT、PROJ 文本或用 jieming crs add 登记的名称{zh}"
            ),
            format!(
                "unknown coordinate system {shown:?}; expected an EPSG code, GCJ-02, BD-09, WKT, a PROJ text, or a name registered with jieming crs add{en}"
            ),
        ));
    };
    if d.kind == Kind::Other {
        return Err(refusal(
            "crs.not_plane",
            format!(
                "坐标系“{}”不是地理或投影坐标系；请用 --crs 指定",
                called(text, &d)
            ),
            format!(
                "{} is neither a geographic nor a projected system; name one with --crs",
                called(text, &d)
            ),
        ));
    }
    let geographic = d.kind == Kind::Geographic;
    match frame::of(&d) {
        Frame::One => Ok(Resolved {
            plane: Plane::new(
                d.epsg
                    .map_or_else(|| text.to_owned(), |c| format!("EPSG:{c}")),
                geographic,
                vec![Step::Proj {
                    pipeline: d.from_base.clone(),
                    forward: false,
                }],
                None,
                d.central_meridian.filter(|m| m.abs() < 150.0),
            ),
            method: Text::new("零平移（视为同一框架）", "null shift (taken as one frame)"),
            accuracy_m: ONE_FRAME_M,
            epsg: d.epsg,
        }),
        Frame::Beijing54 | Frame::Xian80 => by_parameters(text, &d, registry, extent),
        Frame::Other => by_operation(text, &d, extent),
    }
}

fn registered(registry: &[ParameterSet]) -> (String, String) {
    if registry.is_empty() {
        return (String::new(), String::new());
    }
    let names = registry
        .iter()
        .map(|s| s.name.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    (
        format!("（已登记：{names}）"),
        format!(" (registered: {names})"),
    )
}

/// Old datums: the one registered set for them whose area holds the data.
fn by_parameters(
    text: &str,
    d: &Described,
    registry: &[ParameterSet],
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    let own = frame::of(d);
    let mut usable: Vec<Resolved> = Vec::new();
    let mut names = Vec::new();
    for set in registry
        .iter()
        .filter(|s| !matches!(s.method, Method::Wkt(_)))
    {
        let same = match proj::describe(&set.source) {
            // A geocentric shift serves every zone of its datum; a plane fit only its own plane.
            Some(s) if matches!(set.method, Method::Plane4 { .. }) => {
                s.from_base == d.from_base && frame::of(&s) == own
            }
            Some(s) => frame::of(&s) == own,
            None => false,
        };
        if same && let Ok(r) = parameters::resolve_for(set, text, d, extent) {
            names.push(set.name.clone());
            usable.push(r);
        }
    }
    let called = called(text, d);
    match usable.len() {
        1 => usable
            .pop()
            .ok_or_else(|| refusal("crs.unknown", called.clone(), called)),
        0 => {
            let (zh, en) = registered(registry);
            let datum = if own == Frame::Beijing54 {
                ("1954 年北京坐标系", "Beijing 1954")
            } else {
                ("1980 西安坐标系", "Xian 1980")
            };
            Err(refusal(
                "crs.parameters_needed",
                format!(
                    "坐标系“{called}”属于{}，到 CGCS2000 没有公开的转换参数（差数十米至一百多米）；请用 jieming crs add 登记当地参数{zh}，再导入",
                    datum.0
                ),
                format!(
                    "{called} stands on {}, for which no parameters to CGCS2000 are published (the difference is tens of metres to over 100 m); register local ones with jieming crs add{en}, then import again",
                    datum.1
                ),
            ))
        }
        _ => {
            let names = names.join(", ");
            Err(refusal(
                "crs.parameters_ambiguous",
                format!(
                    "坐标系“{called}”有多组可用的登记参数（{names}）；请用 --crs 指定其中一组的名称"
                ),
                format!(
                    "several registered parameter sets fit {called} ({names}); name one with --crs"
                ),
            ))
        }
    }
}

/// Another datum: PROJ's best operation whose area of use contains the data.
fn by_operation(
    text: &str,
    d: &Described,
    extent: Option<&Extent>,
) -> Result<Resolved, CrsRefusal> {
    let called = called(text, d);
    let area = extent
        .filter(|e| !e.is_empty())
        .and_then(|e| e.in_degrees(&d.from_base));
    let Some(op) = proj::operations(text, area).into_iter().next() else {
        return Err(refusal(
            "crs.no_operation",
            format!(
                "坐标系“{called}”（{}）没有适用范围包含这批数据的转换；请用 --crs 指定正确的坐标系，或用 jieming crs add 登记参数",
                d.datum
            ),
            format!(
                "for {called} ({}) there is no operation whose area of use contains the data; name the right system with --crs, or register parameters with jieming crs add",
                d.datum
            ),
        ));
    };
    // The operation stands in the text: read again without the data, another one might be chosen.
    let source = d
        .epsg
        .map_or_else(|| text.to_owned(), |c| format!("EPSG:{c}"));
    let plane_text = format!("{source}{BY}{}", op.pipeline);
    Ok(Resolved {
        plane: piped(d, plane_text, op.pipeline, Some(op.area)),
        method: Text::new(
            format!("PROJ 操作“{}”", op.name),
            format!("PROJ operation {:?}", op.name),
        ),
        accuracy_m: op.accuracy_m.unwrap_or(UNKNOWN_M).max(ONE_FRAME_M),
        epsg: d.epsg,
    })
}

fn piped(d: &Described, text: String, pipeline: String, area: Option<[f64; 4]>) -> Plane {
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
    Plane::new(
        text,
        d.kind == Kind::Geographic,
        steps,
        area,
        d.central_meridian.filter(|m| m.abs() < 150.0),
    )
}

/// A plane's text read back: the source system, and the registered name or pipeline chosen for it.
pub fn resolve_by(
    source: &str,
    by: &str,
    registry: &[ParameterSet],
) -> Result<Resolved, CrsRefusal> {
    let unknown = || {
        refusal(
            "crs.unknown",
            format!("不认识的坐标系“{source}”（{by}）"),
            format!("unknown coordinate system {source:?} by {by:?}"),
        )
    };
    let d = proj::describe(source).ok_or_else(unknown)?;
    if by.starts_with("+proj=") {
        let text = format!("{source}{BY}{by}");
        let method = Text::new("PROJ 操作", "PROJ operation");
        return Ok(Resolved {
            plane: piped(&d, text, by.to_owned(), None),
            method,
            accuracy_m: UNKNOWN_M,
            epsg: d.epsg,
        });
    }
    let set = registry.iter().find(|s| s.name == by).ok_or_else(unknown)?;
    parameters::resolve_for(set, source, &d, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_their_spellings() {
        for t in [
            "EPSG:4547",
            "epsg 4547",
            "4547",
            "urn:ogc:def:crs:EPSG::4547",
            "urn:ogc:def:crs:EPSG:9.1:4547",
            "http://www.opengis.net/def/crs/EPSG/0/4547",
            "http://www.opengis.net/gml/srs/epsg.xml#4547",
        ] {
            assert_eq!(name(t), Name::Epsg(4547), "{t}");
        }
        for t in [
            "CRS84",
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "OGC:CRS84",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            "WGS 84",
        ] {
            assert_eq!(name(t), Name::Crs84, "{t}");
        }
        assert_eq!((name("gcj-02"), name("BD09")), (Name::Gcj02, Name::Bd09));
        assert_eq!(
            name("+proj=longlat +ellps=GRS80"),
            Name::Other("+proj=longlat +ellps=GRS80".into())
        );
    }
}
