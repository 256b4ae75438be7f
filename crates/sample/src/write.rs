//! A sample as files: units as GeoJSON, names as CSV and GeoJSON, the truth as JSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use geo_types::{LineString, MultiPolygon};
use serde_json::{Value, json};

use crate::places::{Fault, Place, PlaceFile};
use crate::plane::{degrees, round_to};
use crate::{Level, Sample, Unit, gcj};

/// Writes a sample's files into a folder, which is made if it is missing: `city.geojson`, `counties.geojson`,
/// `townships.geojson`, `places.csv`, `places.geojson`, `places_gcj02.csv`, `truth.json`, `README.txt`.
///
/// # Errors
/// Whatever the file system says.
pub fn write(sample: &Sample, dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for (name, level) in [
        ("city.geojson", Level::City),
        ("counties.geojson", Level::County),
        ("townships.geojson", Level::Township),
    ] {
        units(&mut file(dir, name)?, sample.units(level))?;
    }
    form(&mut file(dir, "places.csv")?, sample)?;
    places_geojson(&mut file(dir, "places.geojson")?, sample)?;
    gcj02(&mut file(dir, "places_gcj02.csv")?, sample)?;
    truth(&mut file(dir, "truth.json")?, sample)?;
    file(dir, "README.txt")?.write_all(readme(sample).as_bytes())
}

fn file(dir: &Path, name: &str) -> io::Result<BufWriter<File>> {
    File::create(dir.join(name)).map(BufWriter::new)
}

fn ring(out: &mut impl Write, line: &LineString<f64>) -> io::Result<()> {
    for (k, c) in line.0.iter().enumerate() {
        write!(out, "{}[{},{}]", if k == 0 { "[" } else { "," }, c.x, c.y)?;
    }
    out.write_all(b"]")
}

/// A geometry object; coordinates have at most nine decimals and are written as they are.
fn geometry(out: &mut impl Write, area: &MultiPolygon<f64>) -> io::Result<()> {
    let polygon = |out: &mut dyn FnMut(&LineString<f64>, bool) -> io::Result<()>,
                   p: &geo_types::Polygon<f64>| {
        out(p.exterior(), true)?;
        p.interiors().iter().try_for_each(|hole| out(hole, false))
    };
    let one = area.0.len() == 1;
    write!(
        out,
        r#"{{"type":"{}","coordinates":{}"#,
        if one { "Polygon" } else { "MultiPolygon" },
        if one { "" } else { "[" }
    )?;
    for (k, p) in area.iter().enumerate() {
        if k > 0 {
            out.write_all(b",")?;
        }
        out.write_all(b"[")?;
        polygon(
            &mut |line, first| {
                if !first {
                    out.write_all(b",")?;
                }
                ring(out, line)
            },
            p,
        )?;
        out.write_all(b"]")?;
    }
    out.write_all(if one { b"}" } else { b"]}" })
}

fn units(out: &mut impl Write, units: &[Unit]) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    for (k, unit) in units.iter().enumerate() {
        if k > 0 {
            out.write_all(b",\n")?;
        }
        let properties = json!({"code": unit.code, "name": unit.name, "level": unit.level.as_str(), "parent": unit.parent});
        write!(
            out,
            r#"{{"type":"Feature","properties":{properties},"geometry":"#
        )?;
        geometry(out, &unit.area)?;
        out.write_all(b"}")?;
    }
    out.write_all(b"\n]}\n")
}

/// Longitude and latitude with the six decimals of the national export.
fn position(place: &Place) -> (f64, f64) {
    let mut p = degrees(place.at);
    if place.file == PlaceFile::Gcj02 {
        p = gcj::from_wgs84(p);
    }
    (round_to(p.x, 1e6), round_to(p.y, 1e6))
}

/// 所在行政区: the township by name, which is unique within the city.
fn claimed_unit<'a>(sample: &'a Sample, place: &Place) -> &'a str {
    &sample.townships[place.claims].name
}

fn method(place: &Place) -> &'static str {
    if place.measured {
        "实地测量"
    } else {
        "图解测量"
    }
}

/// What fields of free text say.
const INVENTED: &str = "虚构示例";

/// None of the values needs quotes: invented names hold no commas, quotes or line ends.
fn form(out: &mut impl Write, sample: &Sample) -> io::Result<()> {
    out.write_all("\u{feff}地名代码,标准名称,罗马字母拼写,地名类别,东经,至东经,北纬,至北纬,地名普查状态,比例尺,使用时间,地名的含义,地名的历史沿革,地理实体概况,密级,坐标系,测量方法,资料来源,登记时间,登记人,登记单位,所在行政区\r\n".as_bytes())?;
    for p in sample.places.iter().filter(|p| p.file == PlaceFile::Form) {
        let (lon, lat) = position(p);
        let unit = claimed_unit(sample, p);
        write!(
            out,
            "{},{},{},{},{lon:.6},0,{lat:.6},0,增加,1:50000,现今地名,{INVENTED},{INVENTED},{INVENTED},公开,2000国家大地坐标系,{},{INVENTED},2016-05-20,示例员,{unit},{unit}\r\n",
            p.code,
            p.name,
            p.spelling,
            p.category,
            method(p),
        )?;
    }
    Ok(())
}

fn gcj02(out: &mut impl Write, sample: &Sample) -> io::Result<()> {
    out.write_all(
        "\u{feff}标准名称,地名代码,地名类别,东经,北纬,测量方法,所在行政区\r\n".as_bytes(),
    )?;
    for p in sample.places.iter().filter(|p| p.file == PlaceFile::Gcj02) {
        let (lon, lat) = position(p);
        write!(
            out,
            "{},{},{},{lon:.6},{lat:.6},{},{}\r\n",
            p.name,
            p.code,
            p.category,
            method(p),
            claimed_unit(sample, p)
        )?;
    }
    Ok(())
}

fn places_geojson(out: &mut impl Write, sample: &Sample) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    for (k, p) in sample
        .places
        .iter()
        .filter(|p| p.file == PlaceFile::GeoJson)
        .enumerate()
    {
        let (lon, lat) = position(p);
        let unit = claimed_unit(sample, p);
        let properties = json!({"DMDM": p.code, "BZMC": p.name, "LMZMPX": p.spelling, "DMLB": p.category, "SYSJ": "现今地名", "DMDHY": INVENTED,
            "DMDLSYG": INVENTED, "DLSTGK": INVENTED, "ZBX": "2000国家大地坐标系", "CLFF": method(p), "DJSJ": "2016-05-20", "DJR": "示例员", "DJDW": unit, "SZXZQ": unit});
        let lead = if k > 0 { ",\n" } else { "" };
        write!(
            out,
            r#"{lead}{{"type":"Feature","properties":{properties},"geometry":{{"type":"Point","coordinates":[{lon},{lat}]}}}}"#
        )?;
    }
    out.write_all(b"\n]}\n")
}

fn truth(out: &mut impl Write, sample: &Sample) -> io::Result<()> {
    let o = &sample.options;
    let options = json!({"seed": o.seed, "counties": o.counties, "townships": o.townships, "places": o.places, "vertices": o.vertices, "overlaps": o.overlaps,
        "gaps": o.gaps, "spills": o.spills, "slivers": o.slivers, "misplaced": o.misplaced, "uncertain": o.uncertain, "gcj_batch": o.gcj_batch});
    let notes = json!({
        "crs": "EPSG:4490, longitude latitude, degrees",
        "area_m2": "ellipsoidal (WGS 84, geodesic edges)",
        "level": "county: counties.geojson within city.geojson; township: townships.geojson within counties.geojson",
        "consequence_of": "follows from a defect of the other level; an audit may report it or not, depending on whether units of different parents are compared",
        "names": "outside: well inside another unit; uncertain: nearer to the line than 25 m, taken from a map; in_gap: on ground nobody claims; in_overlap: affected, not wrong",
    });
    write!(
        out,
        "{{\n\"options\":{options},\n\"notes\":{notes},\n\"defects\":["
    )?;
    for (k, d) in sample.defects.iter().enumerate() {
        let head = json!({"id": d.id, "planted_as": d.planted_as, "level": d.level.as_str(), "kind": d.kind, "gap_kind": d.gap_kind, "units": d.units,
            "parent": d.parent, "consequence_of": d.consequence_of, "area_m2": d.area_m2});
        let head = head.to_string();
        write!(
            out,
            "{}\n{},\"polygon\":",
            if k > 0 { "," } else { "" },
            head.strip_suffix('}').unwrap_or(&head)
        )?;
        geometry(out, &d.area)?;
        out.write_all(b"}")?;
    }
    out.write_all(b"\n],\n\"names\":[")?;
    for (k, p) in sample
        .places
        .iter()
        .filter(|p| p.fault != Fault::None)
        .enumerate()
    {
        write!(
            out,
            "{}\n{}",
            if k > 0 { "," } else { "" },
            name_truth(sample, p)
        )?;
    }
    out.write_all(b"\n],\n\"gcj02\":[")?;
    for (k, p) in sample
        .places
        .iter()
        .filter(|p| p.file == PlaceFile::Gcj02)
        .enumerate()
    {
        let t = degrees(p.at);
        let row = json!({"code": p.code, "name": p.name, "claims": sample.townships[p.claims].code, "lon": round_to(t.x, 1e6), "lat": round_to(t.y, 1e6)});
        write!(out, "{}\n{row}", if k > 0 { "," } else { "" })?;
    }
    out.write_all(b"\n]\n}\n")
}

fn name_truth(sample: &Sample, p: &Place) -> Value {
    let (lon, lat) = position(p);
    let code = |t: usize| sample.townships[t].code.clone();
    json!({"file": if p.file == PlaceFile::Form { "places.csv" } else { "places.geojson" }, "code": p.code, "name": p.name, "kind": p.fault.as_str(),
        "claims": code(p.claims), "lies_in": p.lies_in.map(code), "to_line_m": p.to_line.map(|d| round_to(d, 1e2)), "lon": lon, "lat": lat})
}

fn readme(sample: &Sample) -> String {
    let o = &sample.options;
    format!(
        "虚构数据，非真实地名、代码与界线。由 jieming sample --seed {seed} 生成。\n\
         Invented data: no real names, codes or lines. Made by jieming sample --seed {seed}.\n\n\
         city.geojson       {city}，1 个地级单元 / the city\n\
         counties.geojson   {counties} 个县级单元 / districts and counties (parent: city)\n\
         townships.geojson  {townships} 个乡级单元 / townships (parent: counties)\n\
         places.csv         地名登记表列名，CGCS2000 / place names, columns of the census form\n\
         places.geojson     地名，全国导出字段名 / place names, field names of the national export\n\
         places_gcj02.csv   未注明坐标系的一批（实为 GCJ-02）/ a batch that does not say it is in GCJ-02\n\
         truth.json         全部埋设问题的真值 / the truth about everything planted\n",
        seed = o.seed,
        city = sample.city.name,
        counties = o.counties,
        townships = o.townships,
    )
}
