//! Well-known text, as it stands in a column of a table: the seven simple kinds, `SRID=n;` in front, Z and M dropped.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use crate::Text;

const MAX_DEPTH: usize = 32;
const KINDS: [&str; 7] = [
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
];

/// Why a text is no WKT: what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WktError {
    /// What was found, with the byte offset in the text.
    pub found: Text,
    /// What was expected.
    pub expected: Text,
}

/// Whether a text starts like WKT: cheap, for telling a WKT column from another.
pub fn looks_like(text: &str) -> bool {
    let t = text.trim_start();
    let t = t
        .get(..5)
        .filter(|p| p.eq_ignore_ascii_case("SRID="))
        .and_then(|_| t.split_once(';'))
        .map_or(t, |p| p.1);
    let word: String = t
        .trim_start()
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    let word = word.to_ascii_uppercase();
    let rest = t.trim_start()[word.len()..].trim_start();
    KINDS.contains(&word.as_str())
        && (rest.starts_with('(')
            || ["Z", "M", "E", "z", "m", "e"]
                .iter()
                .any(|c| rest.starts_with(c)))
}

/// Reads a geometry.
pub fn read(text: &str) -> Result<Geometry<f64>, WktError> {
    let mut r = Reader { text, at: 0 };
    if let Some(p) = text.trim_start().get(..5)
        && p.eq_ignore_ascii_case("SRID=")
        && let Some(i) = text.find(';')
    {
        r.at = i + 1;
    }
    let g = r.geometry(0)?;
    r.blanks();
    if r.at < text.len() {
        Err(r.wrong("文本结尾", "the end of the text"))
    } else {
        Ok(g)
    }
}

/// Writes a geometry, numbers as short as they can be without loss.
pub fn write(geometry: &Geometry<f64>) -> String {
    let mut out = String::new();
    put(&mut out, geometry);
    out
}

fn put(out: &mut String, geometry: &Geometry<f64>) {
    let line = |out: &mut String, l: &LineString<f64>| listed(out, &l.0, coordinate);
    let area = |out: &mut String, p: &Polygon<f64>| {
        let rings: Vec<&LineString<f64>> = std::iter::once(p.exterior())
            .chain(p.interiors())
            .filter(|r| !r.0.is_empty())
            .collect();
        listed(out, &rings, |out, r| line(out, r));
    };
    match geometry {
        Geometry::Point(p) => {
            out.push_str("POINT ");
            listed(out, &[p.0], coordinate);
        }
        Geometry::Line(l) => {
            out.push_str("LINESTRING ");
            listed(out, &[l.start, l.end], coordinate);
        }
        Geometry::LineString(l) => {
            out.push_str("LINESTRING ");
            line(out, l);
        }
        Geometry::Polygon(p) => {
            out.push_str("POLYGON ");
            area(out, p);
        }
        Geometry::Rect(r) => put(out, &r.to_polygon().into()),
        Geometry::Triangle(t) => put(out, &t.to_polygon().into()),
        Geometry::MultiPoint(m) => {
            out.push_str("MULTIPOINT ");
            listed(out, &m.0, |out, p| listed(out, &[p.0], coordinate));
        }
        Geometry::MultiLineString(m) => {
            out.push_str("MULTILINESTRING ");
            listed(out, &m.0, line);
        }
        Geometry::MultiPolygon(m) => {
            out.push_str("MULTIPOLYGON ");
            listed(out, &m.0, area);
        }
        Geometry::GeometryCollection(c) => {
            out.push_str("GEOMETRYCOLLECTION ");
            listed(out, &c.0, put);
        }
    }
}

fn coordinate(out: &mut String, c: &Coord<f64>) {
    use std::fmt::Write as _;
    // Writing into a text cannot fail.
    let _ = write!(out, "{} {}", c.x, c.y);
}

fn listed<T>(out: &mut String, items: &[T], item: impl Fn(&mut String, &T)) {
    if items.is_empty() {
        out.push_str("EMPTY");
        return;
    }
    for (i, x) in items.iter().enumerate() {
        out.push(if i == 0 { '(' } else { ',' });
        item(out, x);
    }
    out.push(')');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn wrong(&self, zh: &str, en: &str) -> WktError {
        let here: String = self.rest().chars().take(20).collect();
        let n = self.at;
        WktError {
            found: if here.is_empty() {
                Text::new(
                    format!("第 {n} 字节处文本中断"),
                    format!("the text stops at byte {n}"),
                )
            } else {
                Text::new(
                    format!("第 {n} 字节处的“{here}”"),
                    format!("{here:?} at byte {n}"),
                )
            },
            expected: Text::new(zh, en),
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let hit = self.rest().starts_with(c);
        if hit {
            self.at += c.len_utf8();
        }
        hit
    }

    fn need(&mut self, c: char) -> Result<(), WktError> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(self.wrong(&format!("“{c}”"), &format!("{c:?}")))
        }
    }

    fn word(&mut self) -> String {
        self.blanks();
        let n = self
            .rest()
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let w = self.rest()[..n].to_ascii_uppercase();
        self.at += n;
        w
    }

    fn number(&mut self) -> Result<f64, WktError> {
        self.blanks();
        let n = self
            .rest()
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
            .count();
        let v = self.rest()[..n]
            .parse()
            .map_err(|_| self.wrong("数字", "a number"))?;
        self.at += n;
        Ok(v)
    }

    fn coord(&mut self) -> Result<Coord<f64>, WktError> {
        let c = Coord {
            x: self.number()?,
            y: self.number()?,
        };
        loop {
            self.blanks();
            if self.rest().starts_with([',', ')']) || self.rest().is_empty() {
                return Ok(c);
            }
            self.number()?;
        }
    }

    /// `EMPTY`, or items between parentheses with commas.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, WktError>,
    ) -> Result<Vec<T>, WktError> {
        let start = self.at;
        if self.word() == "EMPTY" {
            return Ok(Vec::new());
        }
        self.at = start;
        self.need('(')?;
        let mut all = vec![item(self)?];
        while self.eat(',') {
            all.push(item(self)?);
        }
        self.need(')')?;
        Ok(all)
    }

    fn line(&mut self) -> Result<LineString<f64>, WktError> {
        self.list(Self::coord).map(LineString)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, WktError> {
        let mut rings = self.list(Self::line)?.into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry<f64>, WktError> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("嵌套不超过 32 层", "at most 32 levels of nesting"));
        }
        let start = self.at;
        let mut kind = self.word();
        if let Some(stem) = ["ZM", "Z", "M"].iter().find_map(|s| kind.strip_suffix(s))
            && KINDS.contains(&stem)
        {
            kind = stem.to_owned();
        }
        let after = self.at;
        if !matches!(self.word().as_str(), "Z" | "M" | "ZM") {
            self.at = after;
        }
        Ok(match kind.as_str() {
            "POINT" => match self.list(Self::coord)?.first() {
                Some(c) => Point(*c).into(),
                None => MultiPoint(Vec::new()).into(),
            },
            "LINESTRING" => self.line()?.into(),
            "POLYGON" => self.polygon()?.into(),
            "MULTIPOINT" => {
                let points = self.list(|r| {
                    if r.eat('(') {
                        let c = r.coord()?;
                        r.need(')')?;
                        Ok(Point(c))
                    } else {
                        r.coord().map(Point)
                    }
                })?;
                MultiPoint(points).into()
            }
            "MULTILINESTRING" => MultiLineString(self.list(Self::line)?).into(),
            "MULTIPOLYGON" => MultiPolygon(self.list(Self::polygon)?).into(),
            "GEOMETRYCOLLECTION" => Geometry::GeometryCollection(GeometryCollection(
                self.list(|r| r.geometry(depth + 1))?,
            )),
            _ => {
                self.at = start;
                return Err(self.wrong("几何类型，如 POLYGON", "a geometry kind such as POLYGON"));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_read() {
        let poly = read("SRID=4490;Polygon Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1), EMPTY)").unwrap();
        let Geometry::Polygon(p) = poly else { panic!() };
        assert_eq!(p.exterior().0.len(), 4);
        assert_eq!(p.interiors().len(), 1);
        assert_eq!(
            read("POINTZ(114.3 30.6 20)").unwrap(),
            Point::new(114.3, 30.6).into()
        );
        assert_eq!(
            read("multipoint(1 2,(3 4))").unwrap(),
            MultiPoint(vec![Point::new(1., 2.), Point::new(3., 4.)]).into()
        );
        assert_eq!(read(" POINT EMPTY ").unwrap(), MultiPoint(vec![]).into());
        assert!(
            matches!(read("GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))").unwrap(), Geometry::GeometryCollection(c) if c.0.len() == 2)
        );
        assert!(
            looks_like(" srid=4326;MULTIPOLYGON (((")
                && looks_like("POINT EMPTY")
                && !looks_like("Point Street")
                && !looks_like("武汉")
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "POINT (114.3 30.6)",
            "MULTIPOINT ((1 2),(3 -4.5))",
            "LINESTRING (0 0,1 0.000000001)",
            "MULTILINESTRING ((0 0,1 1),(2 2,3 3))",
            "POLYGON ((0 0,4 0,4 4,0 0),(1 1,2 1,2 2,1 1))",
            "MULTIPOLYGON (((0 0,4 0,4 4,0 0)),((8 8,9 8,9 9,8 8)))",
            "MULTIPOLYGON EMPTY",
            "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (0 0,1 1))",
        ] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
    }

    #[test]
    fn faults_are_named_with_their_place() {
        assert_eq!(
            read("POLYGON((0 0, 1 x))").unwrap_err().found.en,
            "\"x))\" at byte 16"
        );
        assert!(read("POLYGON((0 0, 1 1)").is_err());
        assert!(read("POINT(1 2) 3").is_err());
        assert!(read("").is_err());
        assert!(read(&"GEOMETRYCOLLECTION(".repeat(100_000)).is_err());
    }
}
