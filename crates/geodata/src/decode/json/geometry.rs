//! GeoJSON geometry straight into `geo_types`: a hand-written reader of nested arrays of numbers.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::scan::{Members, ScanError, blanks, unquote, value};
use crate::{Text, decode::RowGeometry};

const MAX_DEPTH: usize = 32;
/// The geometry types of GeoJSON.
pub const TYPES: [&str; 7] = [
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
];

/// What was met on the way and is worth telling.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Positions with more than two numbers.
    pub z: bool,
    /// Rings whose last point was not the first; they were closed.
    pub unclosed: usize,
    /// Numbers that are NaN, infinite, or null.
    pub not_finite: usize,
}

struct Fault {
    found: Text,
    expected: Text,
}

fn fault(
    zh: impl Into<String>,
    en: impl Into<String>,
    expected_zh: &str,
    expected_en: &str,
) -> Fault {
    Fault {
        found: Text::new(zh, en),
        expected: Text::new(expected_zh, expected_en),
    }
}

fn here(b: &[u8], at: usize) -> String {
    let end = b.len().min(at + 24);
    let s = String::from_utf8_lossy(&b[at.min(end)..end]).into_owned();
    s.trim_end_matches('\u{fffd}')
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn stands(b: &[u8], at: usize, expected_zh: &str, expected_en: &str) -> Fault {
    let h = here(b, at);
    if h.is_empty() {
        return fault("数据中断", "the data stop", expected_zh, expected_en);
    }
    fault(format!("“{h}”"), format!("`{h}`"), expected_zh, expected_en)
}

/// Reads the value that begins at `at` as a geometry, `null` as [`RowGeometry::Null`].
pub fn read(b: &[u8], at: usize) -> (RowGeometry, Met) {
    let mut met = Met::default();
    if b[at..].starts_with(b"null") {
        return (RowGeometry::Null, met);
    }
    let geometry = match geometry(b, at, 0, &mut met) {
        Ok(g) => RowGeometry::Geometry(g),
        Err(f) => RowGeometry::Unreadable {
            found: f.found,
            expected: f.expected,
        },
    };
    (geometry, met)
}

fn scan_fault(b: &[u8], e: ScanError) -> Fault {
    match e {
        ScanError::End => fault(
            "数据中断",
            "the data stop",
            "完整的几何对象",
            "a whole geometry object",
        ),
        ScanError::At(at, what) => stands(b, at, what, what),
    }
}

fn geometry(b: &[u8], at: usize, depth: usize, met: &mut Met) -> Result<Geometry<f64>, Fault> {
    if b.get(at) != Some(&b'{') {
        return Err(stands(
            b,
            at,
            "几何对象或 null",
            "a geometry object or null",
        ));
    }
    if depth > MAX_DEPTH {
        return Err(fault(
            "嵌套过深的集合",
            "collections nested too deep",
            "不超过 32 层",
            "at most 32 levels",
        ));
    }
    let (mut kind, mut coordinates, mut geometries) = (None::<String>, None, None);
    let mut shape = None;
    let mut members = Members::of(b, at);
    while let Some((key, at)) = members.begin().map_err(|e| scan_fault(b, e))? {
        let key = &b[key.0..key.1];
        if key == b"\"coordinates\""
            && let Some(kind) = kind.as_deref().filter(|k| is_shape(k))
        {
            // The type stands before them, as it nearly always does: no need to walk the numbers twice.
            let mut r = Reader::new(b, at, met);
            shape = Some(r.shape(kind)?);
            members.passed(r.at);
            continue;
        }
        let span = members.pass(at).map_err(|e| scan_fault(b, e))?;
        match key {
            b"\"type\"" => kind = Some(unquote(&b[span.0..span.1])),
            b"\"coordinates\"" => coordinates = Some(at),
            b"\"geometries\"" => geometries = Some(at),
            _ => {}
        }
    }
    let Some(kind) = kind else {
        return Err(fault(
            "没有 type 的几何对象",
            "a geometry without type",
            "七种几何类型之一",
            "one of the seven types",
        ));
    };
    if kind == "GeometryCollection" {
        let Some(at) = geometries.filter(|at| b[*at] == b'[') else {
            return Err(fault(
                "没有 geometries 数组",
                "no geometries array",
                "geometries 数组",
                "an array of geometries",
            ));
        };
        let mut all = Vec::new();
        for m in Members::of(b, at) {
            let m = m.map_err(|e| scan_fault(b, e))?;
            if !b[m.value.0..].starts_with(b"null") {
                all.push(geometry(b, m.value.0, depth + 1, met)?);
            }
        }
        return Ok(Geometry::GeometryCollection(GeometryCollection(all)));
    }
    if !TYPES.contains(&kind.as_str()) {
        return Err(fault(
            format!("几何类型“{kind}”"),
            format!("geometry type {kind:?}"),
            "七种几何类型之一",
            "one of the seven types",
        ));
    }
    if let Some(shape) = shape {
        return Ok(shape);
    }
    let Some(at) = coordinates else {
        return Err(fault(
            "没有 coordinates",
            "no coordinates",
            "coordinates 数组",
            "an array of coordinates",
        ));
    };
    Reader::new(b, at, met).shape(&kind)
}

/// Whether a type is one that has coordinates.
fn is_shape(kind: &str) -> bool {
    TYPES.contains(&kind) && kind != "GeometryCollection"
}

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The usual coordinate in one pass: sign, digits, point, digits, few enough to be exact (mantissa below 2^53 and a
/// power of ten below 10^23: one division, correctly rounded). Anything else is `None` and left to the library.
fn plain_number(b: &[u8], mut at: usize) -> Option<(f64, usize)> {
    let negative = b.get(at) == Some(&b'-');
    at += usize::from(negative);
    let (mut mantissa, mut digits, mut decimals) = (0u64, 0u32, 0usize);
    let mut point = false;
    loop {
        match b.get(at) {
            Some(c @ b'0'..=b'9') => {
                mantissa = mantissa * 10 + u64::from(c - b'0');
                digits += 1;
                decimals += usize::from(point);
            }
            Some(b'.') if !point && digits > 0 => point = true,
            Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t') => break,
            _ => return None,
        }
        if digits > 18 {
            return None;
        }
        at += 1;
    }
    if digits == 0 || (point && decimals == 0) || mantissa >= 1 << 53 {
        return None;
    }
    let x = mantissa as f64 / TENS.get(decimals)?;
    Some((if negative { -x } else { x }, at))
}

struct Reader<'a, 'm> {
    b: &'a [u8],
    at: usize,
    met: &'m mut Met,
    /// Where lines grow.
    line: Vec<Coord<f64>>,
}

impl<'a, 'm> Reader<'a, 'm> {
    fn new(b: &'a [u8], at: usize, met: &'m mut Met) -> Self {
        Self {
            b,
            at,
            met,
            line: Vec::new(),
        }
    }
}

impl Reader<'_, '_> {
    fn blanks(&mut self) -> Option<u8> {
        self.at = blanks(self.b, self.at);
        self.b.get(self.at).copied()
    }

    fn is_empty_array(&self) -> bool {
        self.b.get(self.at) == Some(&b'[') && self.b.get(blanks(self.b, self.at + 1)) == Some(&b']')
    }

    fn list<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        self.list_into(&mut all, item)?;
        Ok(all)
    }

    fn list_into<T>(
        &mut self,
        all: &mut Vec<T>,
        mut item: impl FnMut(&mut Self) -> Result<T, Fault>,
    ) -> Result<(), Fault> {
        if self.blanks() != Some(b'[') {
            return Err(stands(
                self.b,
                self.at,
                "更深一层的数组",
                "an array one level deeper",
            ));
        }
        self.at += 1;
        loop {
            match self.blanks() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b',') if !all.is_empty() => {
                    self.at += 1;
                    if self.blanks() == Some(b']') {
                        continue;
                    }
                }
                _ if all.is_empty() => {}
                _ => return Err(stands(self.b, self.at, "“,”或“]”", "',' or ']'")),
            }
            all.push(item(self)?);
        }
    }

    fn number(&mut self) -> Result<f64, Fault> {
        let c = self.blanks();
        if let Some((x, end)) = plain_number(self.b, self.at) {
            self.at = end;
            return Ok(x);
        }
        if !matches!(
            c,
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'N' | b'n' | b'I' | b'i')
        ) {
            return Err(stands(self.b, self.at, "一个数字", "a number"));
        }
        let end = value(self.b, self.at).map_err(|e| scan_fault(self.b, e))?;
        let text = &self.b[self.at..end];
        let number = match text {
            b"null" => Some(f64::NAN),
            _ => std::str::from_utf8(text)
                .ok()
                .and_then(|t| t.parse::<f64>().ok()),
        };
        let Some(x) = number else {
            return Err(stands(self.b, self.at, "一个数字", "a number"));
        };
        if !x.is_finite() {
            self.met.not_finite += 1;
        }
        self.at = end;
        Ok(x)
    }

    fn position(&mut self) -> Result<Coord<f64>, Fault> {
        if self.blanks() != Some(b'[') {
            return Err(stands(
                self.b,
                self.at,
                "坐标对 [x, y]",
                "a position [x, y]",
            ));
        }
        let start = self.at;
        self.at += 1;
        let x = match self.blanks() {
            Some(b'[') => {
                return Err(stands(
                    self.b,
                    start,
                    "少一层的坐标对 [x, y]",
                    "a position [x, y], one level less deep",
                ));
            }
            Some(b']') => {
                return Err(stands(
                    self.b,
                    start,
                    "至少两个数字",
                    "at least two numbers",
                ));
            }
            _ => self.number()?,
        };
        if self.blanks() != Some(b',') {
            return Err(stands(
                self.b,
                start,
                "至少两个数字",
                "at least two numbers",
            ));
        }
        self.at += 1;
        let c = Coord {
            x,
            y: self.number()?,
        };
        loop {
            match self.blanks() {
                Some(b']') => {
                    self.at += 1;
                    return Ok(c);
                }
                Some(b',') => {
                    self.at += 1;
                    self.blanks();
                    self.at = value(self.b, self.at).map_err(|e| scan_fault(self.b, e))?;
                    self.met.z = true;
                }
                _ => return Err(stands(self.b, self.at, "“,”或“]”", "',' or ']'")),
            }
        }
    }

    /// The coordinates of a type that [`is_shape`].
    fn shape(&mut self, kind: &str) -> Result<Geometry<f64>, Fault> {
        Ok(match kind {
            "Point" => {
                if self.is_empty_array() {
                    self.at = value(self.b, self.at).map_err(|e| scan_fault(self.b, e))?;
                    MultiPoint(Vec::new()).into()
                } else {
                    Point(self.position()?).into()
                }
            }
            "MultiPoint" => MultiPoint(self.list(|r| r.position().map(Point))?).into(),
            "LineString" => self.line()?.into(),
            "MultiLineString" => MultiLineString(self.list(Self::line)?).into(),
            "Polygon" => self.polygon()?.into(),
            _ => MultiPolygon(self.list(Self::polygon)?).into(),
        })
    }

    fn line(&mut self) -> Result<LineString<f64>, Fault> {
        // Grown elsewhere and copied: lines are most of what a file holds in memory, and growing leaves spare room.
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        self.list_into(&mut line, Self::position)?;
        let exact = LineString(line.clone());
        self.line = line;
        Ok(exact)
    }

    fn ring(&mut self) -> Result<LineString<f64>, Fault> {
        let line = self.line()?;
        if line.0.first() != line.0.last()
            && line.0.iter().all(|c| c.x.is_finite() && c.y.is_finite())
        {
            self.met.unclosed += 1;
        }
        Ok(line)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, Fault> {
        let mut rings = self.list(Self::ring)?.into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, rings.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn g(text: &str) -> (RowGeometry, Met) {
        read(text.as_bytes(), 0)
    }

    fn unreadable(text: &str) -> (String, String) {
        let (RowGeometry::Unreadable { found, expected }, _) = g(text) else {
            panic!("{text} was read")
        };
        (found.en, expected.en)
    }

    #[test]
    fn types_are_read_and_z_is_dropped() {
        let (geometry, met) =
            g(r#"{"coordinates":[ 114.3 , 30.6, 23.5 ],"bbox":[0,0,1,1],"type":"Point"}"#);
        assert_eq!(
            geometry,
            RowGeometry::Geometry(Point::new(114.3, 30.6).into())
        );
        assert!(met.z);
        let (geometry, met) = g(r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}"#);
        let RowGeometry::Geometry(Geometry::Polygon(p)) = geometry else {
            panic!()
        };
        assert_eq!(p.exterior().0.len(), 4);
        assert_eq!(met.unclosed, 1);
        let (geometry, _) = g(
            r#"{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}]}"#,
        );
        assert!(matches!(
            geometry,
            RowGeometry::Geometry(Geometry::GeometryCollection(_))
        ));
        assert_eq!(g("null").0, RowGeometry::Null);
    }

    #[test]
    fn numbers_beyond_json_are_kept_and_counted() {
        let (geometry, met) =
            g(r#"{"type":"LineString","coordinates":[[NaN,1],[-Infinity,2],[null,1e999]]}"#);
        assert_eq!(met.not_finite, 4);
        let RowGeometry::Geometry(Geometry::LineString(l)) = geometry else {
            panic!()
        };
        assert!(l.0[0].x.is_nan() && l.0[1].x == f64::NEG_INFINITY && l.0[2].y == f64::INFINITY);
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_reads_numbers_as_the_library_does(text in "-?[0-9]{1,9}(\\.[0-9]{1,17})?") {
            let all = format!("{text},");
            if let Some((x, end)) = plain_number(all.as_bytes(), 0) {
                proptest::prop_assert_eq!(x.to_bits(), text.parse::<f64>().unwrap().to_bits());
                proptest::prop_assert_eq!(end, text.len());
            }
        }
    }

    #[test]
    fn wrong_depths_and_kinds_say_what_was_found() {
        assert_eq!(
            unreadable(r#"{"type":"Polygon","coordinates":[5]}"#).1,
            "an array one level deeper"
        );
        assert_eq!(
            unreadable(r#"{"type":"Point","coordinates":[[1,2]]}"#).1,
            "a position [x, y], one level less deep"
        );
        assert_eq!(
            unreadable(r#"{"type":"Point","coordinates":[1]}"#).1,
            "at least two numbers"
        );
        assert_eq!(
            unreadable(r#"{"type":"Point","coordinates":["1.5",2]}"#),
            ("`\"1.5\",2]}`".into(), "a number".into())
        );
        assert_eq!(
            unreadable(r#"{"type":"Foo","coordinates":[1,2]}"#).0,
            "geometry type \"Foo\""
        );
        assert_eq!(unreadable("\"is_a_string\"").1, "a geometry object or null");
        assert_eq!(
            unreadable(&r#"{"type":"GeometryCollection","geometries":["#.repeat(5000)).0,
            "the data stop"
        );
        let deep =
            r#"{"type":"GeometryCollection","geometries":["#.repeat(5000) + &"]}".repeat(5000);
        assert_eq!(unreadable(&deep).0, "collections nested too deep");
        let deep = format!(
            r#"{{"type":"Polygon","coordinates":{}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(
            unreadable(&deep).1,
            "a position [x, y], one level less deep"
        );
    }
}
