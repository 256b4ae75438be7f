//! The decision for one file: what its numbers are taken as, and what the user is told about it.

use super::{
    CrsNote, CrsRefusal, Decision, DeclaredCrs, Extent, Plan, Question,
    frame::Zone,
    proj,
    system::{self, Name, Resolved},
};
use crate::Text;

/// West, south, east, north of China, generously, degrees.
const CHINA: [f64; 4] = [70.0, 0.0, 140.0, 56.0];
/// Eastings without zone prefix that a Gauss-Krüger zone can have, metres.
const EASTINGS: std::ops::RangeInclusive<f64> = 100_000.0..=900_000.0;
/// Northings in China and beyond, metres.
const NORTHINGS: std::ops::RangeInclusive<f64> = 100_000.0..=6_700_000.0;
/// How sure fields alone make us that numbers are GCJ-02: by what the file declares.
const SURE_UNDECLARED: f64 = 0.9;
const SURE_DECLARED: f64 = 0.6;

fn note(
    rule: &'static str,
    warning: bool,
    proposes: Option<String>,
    sure: f64,
    zh: String,
    en: String,
) -> CrsNote {
    CrsNote {
        rule,
        warning,
        proposes,
        sure,
        message: Text::new(zh, en),
    }
}

/// Decides what is done with the numbers of a file.
///
/// # Errors
/// [`CrsRefusal`] when the system named or declared cannot be carried to storage.
pub fn decide(question: &Question<'_>) -> Result<Decision, CrsRefusal> {
    let declared = match question.declared {
        DeclaredCrs::Epsg(code) => Some(format!("EPSG:{code}")),
        DeclaredCrs::Text(t) => Some(t.clone()),
        DeclaredCrs::Undeclared | DeclaredCrs::FormatDefault | DeclaredCrs::Unknown => None,
    };
    let (text, by_option) = match (question.option, declared) {
        (Some(o), _) => (Some(o.trim().to_owned()), true),
        (None, d) => (d, false),
    };
    let mut notes = Vec::new();
    let plan = match text {
        Some(text) if !by_option && unreadable(&text) && in_degrees(question.extent) => {
            let shown: String = text.chars().take(60).collect();
            notes.push(note(
                "file.crs.unreadable",
                true,
                Some("EPSG:4490".into()),
                0.5,
                format!("文件声明的坐标系“{shown}…”无法识别，坐标是度，按未声明处理；请用“坐标系”选项（--crs）指定"),
                format!("the system that the file declares ({shown:?}…) cannot be understood; the numbers are degrees and it is read as if undeclared: name the system with the option CRS (--crs)"),
            ));
            assumed(question, &mut notes)?
        }
        Some(text) => named(&text, question, &mut notes)?,
        None => assumed(question, &mut notes)?,
    };
    if !by_option {
        notes.extend(gcj02_suspected(question, &plan));
    }
    Ok(Decision { plan, notes })
}

/// A declaration that PROJ cannot read and that names no old datum: damaged, or a projection without a name.
fn unreadable(text: &str) -> bool {
    let lower = text.to_lowercase();
    let old = [
        "beijing", "北京", "xian", "西安", "krass", "krasov", "6378245", "6378140",
    ];
    matches!(system::name(text), Name::Other(_))
        && !old.iter().any(|w| lower.contains(w))
        && proj::describe(text).is_none()
}

fn plan(r: Resolved, source_crs: String) -> Plan {
    Plan {
        source_crs,
        method: r.method,
        accuracy_m: r.accuracy_m,
        plane: r.plane,
    }
}

/// A system that the user or the file names: its numbers may still stand in the other order or in the twin zone style.
fn named(text: &str, q: &Question<'_>, notes: &mut Vec<CrsNote>) -> Result<Plan, CrsRefusal> {
    let shown = match system::name(text) {
        Name::Epsg(code) => format!("EPSG:{code}"),
        Name::Crs84 => "CRS84".into(),
        Name::Gcj02 => "GCJ-02".into(),
        Name::Bd09 => "BD-09".into(),
        Name::Other(t) => t.chars().take(80).collect(),
    };
    let e = q.extent;
    // The order and the zone style of the numbers are settled first: the area of an operation is judged with them.
    let probe = system::resolve(text, q.registry, None);
    let (geographic, epsg) = match &probe {
        Ok(r) => (r.plane.is_geographic(), r.epsg),
        // What is refused for want of data may be found with it: a set or an operation that holds it.
        Err(_) => return system::resolve(text, q.registry, Some(e)).map(|r| plan(r, shown)),
    };
    let swapped = !e.is_empty()
        && if geographic {
            degrees_swapped(e)
        } else {
            metres_swapped(e, epsg)
        };
    let extent = if swapped { e.swapped() } else { *e };
    if swapped {
        notes.push(note(
            "file.crs.axes_swapped",
            true,
            None,
            0.99,
            format!("坐标顺序与 {shown} 不符（{}），已按互换后的顺序读取", range(e)),
            format!("the numbers stand in the other order than {shown} has them ({}); read with the order changed", range(e)),
        ));
    }
    let (twin, shown) = match epsg.and_then(Zone::of_epsg).and_then(|z| twin(z, &extent)) {
        Some((code, fits)) => {
            let en_fit = if fits {
                "the twin with the other style is used"
            } else {
                "the zone in the numbers is used"
            };
            let zh_fit = if fits {
                "已按同一带的另一种写法"
            } else {
                "已按坐标中的带号"
            };
            notes.push(note(
                "file.crs.zone_style",
                !fits,
                Some(format!("EPSG:{code}")),
                if fits { 0.99 } else { 0.8 },
                format!(
                    "横坐标（{}）与 {shown} 的带号写法不符，{zh_fit} EPSG:{code} 读取",
                    range(&extent)
                ),
                format!(
                    "the eastings ({}) do not fit the zone style of {shown}; {en_fit}: EPSG:{code}",
                    range(&extent)
                ),
            ));
            (Some(format!("EPSG:{code}")), format!("EPSG:{code}"))
        }
        None => (None, shown),
    };
    let with_data = system::resolve(twin.as_deref().unwrap_or(text), q.registry, Some(&extent));
    let mut r = match (with_data, probe) {
        (Ok(r), _) => r,
        // Its area of use stays with the plan: every point outside it is refused on its own.
        (Err(refused), Ok(best)) if refused.code == "crs.no_operation" => {
            notes.push(note(
                "file.crs.outside_area",
                true,
                None,
                0.9,
                format!("{}；超出适用范围的行将被退回", refused.message.zh),
                format!(
                    "{}; rows outside the area of use are rejected",
                    refused.message.en
                ),
            ));
            best
        }
        (Err(refused), _) => return Err(refused),
    };
    if swapped {
        r.plane = r.plane.swapped();
    }
    if geographic && !swapped && !in_degrees(e) && !e.is_empty() {
        notes.push(not_degrees(e));
    }
    Ok(plan(r, shown))
}

/// Nothing named: degrees are taken as CRS84, anything else is proposed and left to the user.
fn assumed(q: &Question<'_>, notes: &mut Vec<CrsNote>) -> Result<Plan, CrsRefusal> {
    let e = q.extent;
    let mut r = system::resolve("CRS84", q.registry, None)?;
    let by_format = *q.declared == DeclaredCrs::FormatDefault;
    if !e.is_empty() && degrees_swapped(e) {
        r.plane = r.plane.swapped();
        notes.push(note(
            "file.crs.axes_swapped",
            true,
            None,
            0.95,
            format!("第一个数是纬度、第二个数是经度（{}），已按互换后的顺序读取", range(e)),
            format!("the first number is the latitude and the second the longitude ({}); read with the order changed", range(e)),
        ));
    } else if !e.is_empty() && !in_degrees(e) {
        notes.push(not_degrees(e));
    } else if !by_format {
        notes.push(note(
            "file.crs.assumed",
            false,
            Some("EPSG:4490".into()),
            0.7,
            "未声明坐标系，按 CGCS2000/WGS 84 经纬度读取；不对请用“坐标系”选项（--crs）指定".into(),
            "no coordinate system is declared: read as longitude and latitude on CGCS2000/WGS 84; if that is wrong, name it with the option CRS (--crs)".into(),
        ));
    }
    let mut p = plan(
        r,
        if by_format {
            "CRS84 (format default)".into()
        } else {
            "CRS84 (assumed)".into()
        },
    );
    p.method = Text::new(
        "未声明，假定为 CRS84，零平移",
        "undeclared, assumed CRS84, null shift",
    );
    Ok(p)
}

fn range(e: &Extent) -> String {
    format!(
        "x {:.6}…{:.6}, y {:.6}…{:.6}",
        e.min_x, e.max_x, e.min_y, e.max_y
    )
}

fn in_degrees(e: &Extent) -> bool {
    e.min_x >= -180.0 && e.max_x <= 180.0 && e.min_y >= -90.0 && e.max_y <= 90.0
}

/// Latitude first, beyond doubt: no second number can be a latitude, every first one can.
fn degrees_swapped(e: &Extent) -> bool {
    let beyond = e.min_y > 90.0 || e.max_y < -90.0;
    beyond && e.min_y >= -180.0 && e.max_y <= 180.0 && e.min_x >= -90.0 && e.max_x <= 90.0
}

fn is_easting(low: f64, high: f64) -> bool {
    let plain = EASTINGS.contains(&low) && EASTINGS.contains(&high);
    plain || (Zone::of_easting(low).is_some() && Zone::of_easting(low) == Zone::of_easting(high))
}

/// Northing first in a Gauss-Krüger plane: the first numbers can only be northings, the second only eastings.
fn metres_swapped(e: &Extent, epsg: Option<u32>) -> bool {
    epsg.and_then(Zone::of_epsg).is_some()
        && !is_easting(e.min_x, e.max_x)
        && is_easting(e.min_y, e.max_y)
        && NORTHINGS.contains(&e.min_x)
        && NORTHINGS.contains(&e.max_x)
}

/// Eastings in the other zone style than the code has: the code to use, and whether it is the same zone.
fn twin(zone: Zone, e: &Extent) -> Option<(u32, bool)> {
    if e.is_empty() {
        return None;
    }
    match (
        zone.prefix,
        Zone::of_easting(e.min_x),
        Zone::of_easting(e.max_x),
    ) {
        (false, Some(a), Some(b)) if a == b => Some((
            a.epsg()?,
            a.meridian() == zone.meridian() && a.width == zone.width,
        )),
        (true, None, None) if EASTINGS.contains(&e.min_x) && EASTINGS.contains(&e.max_x) => Some((
            Zone {
                prefix: false,
                ..zone
            }
            .epsg()?,
            true,
        )),
        _ => None,
    }
}

/// Numbers that are no degrees though nothing else is declared: what they look like.
fn not_degrees(e: &Extent) -> CrsNote {
    let swapped = !is_easting(e.min_x, e.max_x) && is_easting(e.min_y, e.max_y);
    let (low, high) = if swapped {
        (e.min_y, e.max_y)
    } else {
        (e.min_x, e.max_x)
    };
    let zone = Zone::of_easting(low).filter(|z| Zone::of_easting(high) == Some(*z));
    let (proposes, zh, en) = if let Some(code) = zone.and_then(Zone::epsg) {
        let p = format!("EPSG:{code}");
        (
            Some(p.clone()),
            format!(
                "像带号 {} 的高斯-克吕格坐标；若为 CGCS2000 请用“坐标系”选项选 {p}（--crs），若为北京 54 或西安 80 请用相应代码并登记参数",
                zone.map_or(0, |z| z.number)
            ),
            format!(
                "they look like Gauss-Krüger zone {}; if on CGCS2000, choose {p} as CRS (--crs); if on Beijing 1954 or Xian 1980, name that and register parameters",
                zone.map_or(0, |z| z.number)
            ),
        )
    } else if is_easting(low, high) {
        (
            None,
            "像不带带号的高斯-克吕格坐标，无法判断中央经线；请用“坐标系”选项（--crs）指定（例如 EPSG:4547）".into(),
            "they look like Gauss-Krüger without zone prefix, which does not tell the central meridian; name it with the option CRS (--crs) (for example EPSG:4547)".into(),
        )
    } else if e.min_x.abs() <= 20_037_509.0
        && e.max_x.abs() <= 20_037_509.0
        && e.min_y.abs() <= 20_048_967.0
        && e.max_y.abs() <= 20_048_967.0
        && e.max_x.abs() > 900_000.0
    {
        (
            Some("EPSG:3857".into()),
            "像 Web 墨卡托；若是请用“坐标系”选项选 EPSG:3857（--crs）".into(),
            "they look like Web Mercator; if so, choose EPSG:3857 as CRS (--crs)".into(),
        )
    } else {
        (
            None,
            "请用“坐标系”选项（--crs）指定坐标系".into(),
            "name the system with the option CRS (--crs)".into(),
        )
    };
    note(
        "file.crs.zone_proposed",
        true,
        proposes,
        0.6,
        format!("坐标（{}）不是经纬度：{zh}", range(e)),
        format!("the numbers ({}) are no degrees: {en}", range(e)),
    )
}

/// Fields that only the exports of AMap and DataV have.
fn gcj02_suspected(q: &Question<'_>, plan: &Plan) -> Option<CrsNote> {
    let e = q.extent;
    let in_china = !e.is_empty()
        && e.min_x >= CHINA[0]
        && e.min_y >= CHINA[1]
        && e.max_x <= CHINA[2]
        && e.max_y <= CHINA[3];
    let degrees = plan.plane.is_geographic()
        && !matches!(plan.plane.text(), "GCJ-02" | "BD-09")
        && plan.accuracy_m <= super::system::ONE_FRAME_M;
    if !in_china || !degrees {
        return None;
    }
    let lower: Vec<String> = q.fields.iter().map(|f| f.to_ascii_lowercase()).collect();
    let has = |w: &str| lower.iter().any(|f| f == w);
    let own = [
        "adcode",
        "acroutes",
        "childrennum",
        "subfeatureindex",
        "citycode",
    ];
    let shared = ["center", "centroid", "parent.adcode", "level", "districts"];
    let hits: Vec<&str> = own
        .iter()
        .chain(&shared)
        .copied()
        .filter(|w| has(w))
        .collect();
    if !own.iter().any(|w| has(w)) {
        return None;
    }
    let undeclared = matches!(
        q.declared,
        DeclaredCrs::Undeclared | DeclaredCrs::FormatDefault | DeclaredCrs::Unknown
    );
    let base = if undeclared {
        SURE_UNDECLARED
    } else {
        SURE_DECLARED
    };
    let sure = if hits.len() > 1 { base } else { base - 0.2 };
    let list = hits.join(", ");
    Some(note(
        "file.crs.gcj02_suspected",
        true,
        Some("GCJ-02".into()),
        sure,
        format!(
            "字段 {list} 是高德/DataV 导出数据的特征，其坐标通常是 GCJ-02（在武汉偏移约 600 米）；本次按 {} 读取，请核实并用“坐标系”选项选 GCJ-02或 EPSG:4490（--crs）",
            plan.source_crs
        ),
        format!(
            "the fields {list} are those of AMap/DataV exports, whose coordinates are usually GCJ-02 (some 600 m off in Wuhan); read here as {}: check, and decide with the CRS (--crs) GCJ-02 or EPSG:4490",
            plan.source_crs
        ),
    ))
}

#[cfg(test)]
mod tests;
