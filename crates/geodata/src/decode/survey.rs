//! The land survey's boundary text (界址点 TXT), by which parcels are handed over: a section with the coordinate system, then
//! for each parcel a line that ends with `@` and its points, northing before easting.
//!
//! ```text
//! [属性描述]
//! 坐标系=2000国家大地坐标系
//! 几度分带=3
//! 带号=38
//! [地块坐标]
//! 5,0.62,XC-1,新村,面,H50G,农用地,013,@     points, area in ha, number, name, kind, sheet, use, class
//! J1,1,3386666.250,38528770.237             point, ring, northing, easting
//! ```

use std::{collections::HashMap, sync::Arc};

use geo::{
    BoundingRect,
    coordinate_position::{CoordPos, CoordinatePosition},
};
use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon, Rect,
};

use super::{Format, Row, RowGeometry, RowProblem, Source, Value, encoding::Decoded};
use crate::{
    Text,
    crs::{
        DeclaredCrs,
        frame::{Frame, Zone},
    },
};

/// The fields of a parcel's line after the number of points, in the standard's order.
const FIELDS: [&str; 7] = [
    "地块面积",
    "地块编号",
    "地块名称",
    "记录图形属性",
    "图幅号",
    "地块用途",
    "地类编码",
];
/// Rings of one parcel: each is looked for in those before it.
const MOST_RINGS: usize = 5_000;
/// Boxes of rings and edges looked at in a whole file: parcels of rings that nearly lie in each other must not take for ever.
const MOST_LOOKS: usize = 2_000_000_000;
/// Points of a ring that are looked for in an earlier one: rings do not cross, so few tell.
const LOOKED_FOR: usize = 16;

/// What the first section says.
#[derive(Debug, Default)]
struct Head {
    system: String,
    width: Option<u32>,
    zone: Option<u32>,
}

/// A parcel on its way.
struct Parcel {
    said: Option<usize>,
    fields: Vec<String>,
    /// Points by ring, rings in order of appearance.
    rings: Vec<(String, Vec<Coord<f64>>)>,
    /// Where the ring of a name stands.
    places: HashMap<String, usize>,
    points: usize,
    bad: Option<String>,
}

/// Reads a text whole.
pub fn open(decoded: Decoded) -> Source {
    let text = String::from_utf8_lossy(&decoded.text);
    let (mut head, mut parcels, mut easting) = (Head::default(), Vec::<Parcel>::new(), None);
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if line.starts_with('[') {
            continue;
        }
        if let Some(fields) = line.strip_suffix('@') {
            parcels.push(Parcel::new(fields));
        } else if let Some(parcel) = parcels.last_mut() {
            parcel.point(line);
            easting = easting.or(parcel.rings.last().and_then(|r| r.1.first()).map(|c| c.x));
        } else if let Some((key, value)) = line.split_once('=') {
            head.take(key.trim(), value.trim());
        }
    }
    let mut looks = 0;
    let rows: Vec<Row> = (1..)
        .zip(parcels)
        .map(|(n, p)| p.row(n, &mut looks))
        .collect();
    Source {
        format: Format::SurveyText,
        layer: None,
        layers: Vec::new(),
        fields: FIELDS.map(str::to_owned).to_vec(),
        declared_crs: head.crs(easting),
        encoding: decoded.encoding,
        row_count_hint: Some(rows.len() as u64),
        notes: decoded.notes,
        rows: Box::new(rows.into_iter().map(Ok)),
    }
}

impl Head {
    fn take(&mut self, key: &str, value: &str) {
        let number = || {
            value
                .trim_matches(|c: char| !c.is_ascii_digit())
                .parse()
                .ok()
        };
        match key {
            "坐标系" => self.system = value.to_owned(),
            "几度分带" => self.width = number(),
            "带号" => self.zone = number(),
            _ => {}
        }
    }

    /// The coordinate system, when the section names datum and zone; eastings tell whether the zone stands in front.
    fn crs(&self, easting: Option<f64>) -> DeclaredCrs {
        let says = |words: &[&str]| words.iter().any(|w| self.system.contains(w));
        let frame = if says(&["2000"]) {
            Frame::One
        } else if says(&["80", "西安"]) {
            Frame::Xian80
        } else if says(&["54", "北京"]) {
            Frame::Beijing54
        } else {
            return DeclaredCrs::Undeclared;
        };
        let in_front = easting.and_then(Zone::of_easting);
        let number = self.zone.or(in_front.map(|z| z.number));
        let width = self.width.or(in_front.map(|z| z.width));
        let zone = number.zip(width).map(|(number, width)| Zone {
            width,
            number,
            prefix: in_front.is_some(),
        });
        zone.and_then(|z| z.epsg_on(frame))
            .map_or(DeclaredCrs::Undeclared, DeclaredCrs::Epsg)
    }
}

/// The columns of a line; writers use the full-width comma as well.
fn columns(line: &str) -> Vec<&str> {
    line.split([',', '，']).map(str::trim).collect()
}

impl Parcel {
    fn new(line: &str) -> Parcel {
        let all = columns(line);
        Parcel {
            said: all.first().and_then(|n| n.parse().ok()),
            fields: all.iter().skip(1).map(|f| (*f).to_owned()).collect(),
            rings: Vec::new(),
            places: HashMap::new(),
            points: 0,
            bad: None,
        }
    }

    fn point(&mut self, line: &str) {
        if self.bad.is_some() {
            return;
        }
        let number = |s: &&str| s.parse::<f64>().ok();
        let all = columns(line);
        let [_, ring, north, east, ..] = all[..] else {
            self.bad.get_or_insert_with(|| line.to_owned());
            return;
        };
        let (Some(y), Some(x)) = (number(&north), number(&east)) else {
            self.bad.get_or_insert_with(|| line.to_owned());
            return;
        };
        self.points += 1;
        let c = Coord { x, y };
        // The ring of the point before, nearly always.
        if let Some(last) = self.rings.last_mut().filter(|r| r.0 == ring) {
            last.1.push(c);
            return;
        }
        match self.places.get(ring) {
            Some(&i) => self.rings[i].1.push(c),
            None if self.rings.len() < MOST_RINGS => {
                self.places.insert(ring.to_owned(), self.rings.len());
                self.rings.push((ring.to_owned(), vec![c]));
            }
            None => {
                self.bad.get_or_insert_with(|| line.to_owned());
            }
        }
    }

    fn row(self, number: u64, looks: &mut usize) -> Row {
        let mut problems = Vec::new();
        if let Some(said) = self.said
            && said != self.points
            && self.bad.is_none()
        {
            problems.push(RowProblem {
                rule: "row.survey.count",
                field: None,
                found: Text::new(
                    format!("写明 {said} 个界址点，实际 {} 个", self.points),
                    format!("{said} points are said, {} follow", self.points),
                ),
                expected: Text::new("点数与行数一致", "as many lines as points said"),
                remedy: Text::new("核对是否缺行", "check whether lines are missing"),
            });
        }
        let kind = self.fields.get(3).cloned().unwrap_or_default();
        let values = FIELDS.iter().zip(&self.fields);
        let values = values
            .filter(|(_, v)| !v.is_empty())
            .map(|(name, v)| (Arc::from(*name), Value::Text(v.clone())))
            .collect();
        let geometry = match self.bad {
            Some(line) => {
                let line: String = line.chars().take(40).collect();
                RowGeometry::Unreadable {
                    found: Text::new(format!("“{line}”"), format!("{line:?}")),
                    expected: Text::new(
                        "点号,圈号,X（纵坐标）,Y（横坐标）",
                        "point, ring, northing, easting",
                    ),
                }
            }
            None if self.rings.is_empty() => RowGeometry::Null,
            None => match kind.as_str() {
                "点" => {
                    let points = self.rings.into_iter().flat_map(|r| r.1);
                    RowGeometry::Geometry(MultiPoint(points.map(Into::into).collect()).into())
                }
                "线" => {
                    let lines = self.rings.into_iter().map(|r| LineString(r.1));
                    RowGeometry::Geometry(MultiLineString(lines.collect()).into())
                }
                _ => {
                    let open = |r: &&(String, Vec<Coord<f64>>)| r.1.first() != r.1.last();
                    let unclosed = self.rings.iter().filter(open).count();
                    if unclosed > 0 {
                        problems.push(RowProblem::unclosed(unclosed));
                    }
                    let n = self.rings.len();
                    let rings = self.rings.into_iter().map(|r| LineString(r.1));
                    match areas(rings, looks) {
                        Some(area) => RowGeometry::Geometry(area),
                        None => RowGeometry::Unreadable {
                            found: Text::new(
                                format!("{n} 个环，互相套叠过多"),
                                format!("{n} rings, too many of them around each other"),
                            ),
                            expected: Text::new("每个地块少量的环", "a few rings for each parcel"),
                        },
                    }
                }
            },
        };
        Row {
            number,
            values,
            geometry,
            problems,
        }
    }
}

/// Areas of rings: one that lies in an earlier area is its hole, any other a further part. `None` when that takes too many looks.
fn areas(rings: impl Iterator<Item = LineString<f64>>, looks: &mut usize) -> Option<Geometry<f64>> {
    let mut parts: Vec<(Option<Rect<f64>>, Polygon<f64>)> = Vec::new();
    for ring in rings {
        let alone = Polygon::new(ring, Vec::new());
        let own = alone.bounding_rect();
        let mut home = None;
        for (i, (whole, part)) in parts.iter().enumerate() {
            *looks += 1;
            if whole.zip(own).is_some_and(|(w, o)| around(w, o))
                && lies_in(part, alone.exterior(), looks)
            {
                home = Some(i);
            }
            if home.is_some() || *looks > MOST_LOOKS {
                break;
            }
        }
        if *looks > MOST_LOOKS {
            return None;
        }
        match home {
            Some(i) => parts[i].1.interiors_push(alone.into_inner().0),
            None => parts.push((own, alone)),
        }
    }
    let mut parts: Vec<Polygon<f64>> = parts.into_iter().map(|p| p.1).collect();
    if parts.len() == 1 {
        return Some(parts.remove(0).into());
    }
    Some(MultiPolygon(parts).into())
}

/// Whether a ring lies in an area, by points all along it: none outside, one inside.
fn lies_in(part: &Polygon<f64>, ring: &LineString<f64>, looks: &mut usize) -> bool {
    let edges = part.exterior().0.len() + part.interiors().iter().map(|r| r.0.len()).sum::<usize>();
    let mut inside = false;
    for point in ring
        .0
        .iter()
        .step_by(ring.0.len().div_ceil(LOOKED_FOR).max(1))
    {
        *looks += edges;
        match part.coordinate_position(point) {
            _ if *looks > MOST_LOOKS => return false,
            CoordPos::Outside => return false,
            CoordPos::Inside => inside = true,
            CoordPos::OnBoundary => {}
        }
    }
    inside
}

/// Whether one box lies in the other.
fn around(outer: Rect<f64>, inner: Rect<f64>) -> bool {
    let (a, b, c, d) = (outer.min(), outer.max(), inner.min(), inner.max());
    a.x <= c.x && a.y <= c.y && b.x >= d.x && b.y >= d.y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::encoding::to_utf8;

    fn read(text: &str) -> Source {
        open(to_utf8(text.as_bytes().to_vec(), None).unwrap())
    }

    const HEAD: &str = "[属性描述]\r\n格式版本号=1.01\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n带号=38\r\n精度=0.001\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n";

    #[test]
    fn parcels_with_holes_and_parts() {
        let square = |ring: u32, x: f64, y: f64, side: f64| -> String {
            [
                (0.0, 0.0),
                (side, 0.0),
                (side, side),
                (0.0, side),
                (0.0, 0.0),
            ]
            .iter()
            .map(|(dx, dy)| format!("J1,{ring},{},{}\r\n", y + dy, x + dx))
            .collect()
        };
        let text = format!(
            "{HEAD}15,1.2,XC-1,新村,面,,农用地,013,@\r\n{}{}{}",
            square(1, 38_528_000.0, 3_386_000.0, 100.0),
            square(2, 38_528_020.0, 3_386_020.0, 10.0),
            square(3, 38_529_000.0, 3_386_000.0, 50.0),
        );
        let source = read(&text);
        assert_eq!(source.declared_crs, DeclaredCrs::Epsg(4526));
        let rows: Vec<Row> = source.rows.map(Result::unwrap).collect();
        assert_eq!(rows[0].get("地块名称"), Some(&Value::Text("新村".into())));
        assert_eq!(rows[0].get("图幅号"), None);
        let RowGeometry::Geometry(Geometry::MultiPolygon(m)) = &rows[0].geometry else {
            panic!("{:?}", rows[0].geometry)
        };
        let holes: Vec<usize> = m.0.iter().map(|p| p.interiors().len()).collect();
        assert_eq!(holes, [1, 0]);
        // East first, whatever the file writes first.
        assert_eq!(m.0[0].exterior().0[1].x, 38_528_100.0);
        assert!(rows[0].problems.is_empty());
    }

    #[test]
    fn faults_are_told_parcel_by_parcel() {
        let text = format!(
            "{HEAD}4,,A,,面,,,,@\nJ1,1,0,0\nJ2,1,0,9\nJ3,1,9,9\n3,,B,,面,,,,@\nJ1,1,x,0\n2，，C，，线，，，，@\nJ1，1，1，2\nJ2，1，3，4\n0,,D,,面,,,,@\n"
        );
        let rows: Vec<Row> = read(&text).rows.map(Result::unwrap).collect();
        let rules: Vec<&str> = rows[0].problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["row.survey.count", "row.ring.unclosed"]);
        let RowGeometry::Unreadable { found, .. } = &rows[1].geometry else {
            panic!("{:?}", rows[1].geometry)
        };
        assert_eq!(found.en, "\"J1,1,x,0\"");
        assert!(matches!(
            rows[2].geometry,
            RowGeometry::Geometry(Geometry::MultiLineString(_))
        ));
        assert_eq!(rows[3].geometry, RowGeometry::Null);
    }

    #[test]
    fn a_parcel_of_ever_new_rings_is_refused_in_good_time() {
        let points: String = (0..200_000).map(|i| format!("J,{i},1,2\n")).collect();
        let rows: Vec<Row> = read(&format!("{HEAD}1,,A,,面,,,,@\n{points}"))
            .rows
            .map(Result::unwrap)
            .collect();
        assert!(matches!(rows[0].geometry, RowGeometry::Unreadable { .. }));
    }

    #[test]
    fn rings_that_all_cross_and_points_that_change_their_ring_take_no_long() {
        let start = std::time::Instant::now();
        let square = |ring: usize| {
            let at = ring as f64 / 10.0;
            let corners = [(0., 0.), (900., 0.), (900., 900.), (0., 900.), (0., 0.)];
            corners
                .map(|(x, y)| format!("J,{ring},{},{}\n", y + at, x + at))
                .concat()
        };
        let crossing: String = (0..4_900).map(square).collect();
        let turns: String = (0..300_000)
            .map(|i| format!("J,{},{},1\n", i % 4_900, i % 977))
            .collect();
        for points in [crossing, turns] {
            let rows = read(&format!("{HEAD}1,,A,,面,,,,@\n{points}")).rows;
            assert_eq!(rows.count(), 1);
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn the_system_is_what_the_head_and_the_eastings_say() {
        let crs = |system: &str, width, zone, easting| {
            let system = system.to_owned();
            Head {
                system,
                width,
                zone,
            }
            .crs(Some(easting))
        };
        let (plain, prefixed) = (528_770.0, 38_528_770.0);
        let (three, six) = (Some(3), Some(6));
        assert_eq!(
            crs("2000国家大地坐标系", three, Some(38), plain),
            DeclaredCrs::Epsg(4547)
        );
        assert_eq!(
            crs("CGCS2000", three, None, prefixed),
            DeclaredCrs::Epsg(4526)
        );
        assert_eq!(
            crs("1980西安坐标系", three, Some(38), plain),
            DeclaredCrs::Epsg(2383)
        );
        assert_eq!(
            crs("80国家大地坐标系", three, Some(38), prefixed),
            DeclaredCrs::Epsg(2362)
        );
        assert_eq!(
            crs("1954北京坐标系", six, Some(20), 20_212_000.0),
            DeclaredCrs::Epsg(21420)
        );
        assert_eq!(crs("武汉2000", None, None, plain), DeclaredCrs::Undeclared);
        assert_eq!(crs("", three, Some(38), plain), DeclaredCrs::Undeclared);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\[|J1,|1,|9\\.5|,|，|@|\n|=|坐标系|[a-z]){0,60}") {
            let _: Vec<_> = read(&text).rows.collect();
        }
    }
}
