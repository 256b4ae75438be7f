//! KML (OGC 12-007r2): every placemark a row, with the folders it lies in.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::{
    Document, FileNote, Format, Node, ReadError, Row, RowGeometry, RowProblem, Source, Text,
    Values, decoded, failed, position, source, unreadable, walk,
};

/// Characters of a row's folders.
const MAX_FOLDER: usize = 250;

/// Opens a document. `options` may name the text encoding.
pub fn open(file: &str, bytes: Vec<u8>, encoding: Option<&str>) -> Result<Source, ReadError> {
    let mut decoded = decoded(bytes, encoding).map_err(|e| failed(file, e))?;
    let mut placemarks = Placemarks::default();
    walk("KML", &decoded.text, &mut placemarks).map_err(|e| failed(file, e))?;
    decoded.text = String::new();
    let Placemarks { rows, z, links } = placemarks;
    if z {
        decoded.notes.push(FileNote {
            rule: "file.geometry.z_dropped",
            message: crate::decode::z_dropped(),
        });
    }
    if links > 0 {
        decoded.notes.push(FileNote {
            rule: "file.kml.links",
            message: Text::new(
                format!("{links} 处网络链接或叠加图层未读取"),
                format!("{links} network links or overlays are not read"),
            ),
        });
    }
    Ok(source(Format::Kml, None, Vec::new(), decoded, rows))
}

/// The names of the folders around a row, joined; not longer than a few names are, as every row has them.
fn folder(within: &[String]) -> String {
    let whole = within.join("/");
    match whole.char_indices().nth(MAX_FOLDER) {
        Some((at, _)) => format!("{}…", &whole[..at]),
        None => whole,
    }
}

#[derive(Default)]
struct Placemarks {
    rows: Vec<Row>,
    z: bool,
    links: usize,
}

impl Document for Placemarks {
    fn is_row(&self, name: &str) -> bool {
        name == "Placemark"
    }

    fn is_container(&self, name: &str) -> bool {
        matches!(name, "Document" | "Folder")
    }

    fn other(&mut self, name: &str) {
        let linked = [
            "NetworkLink",
            "GroundOverlay",
            "PhotoOverlay",
            "ScreenOverlay",
        ];
        self.links += usize::from(linked.contains(&name));
    }

    fn row(&mut self, node: Node, within: &[String]) {
        let mut values = Values::default();
        values.put_child(&node, "name");
        values.put_child(&node, "description");
        values.put_child(&node, "address");
        let when = node.child("TimeStamp").and_then(|t| t.child("when"));
        values.put("when", when.and_then(Node::words));
        values.put(
            "folder",
            Some(folder(within).as_str()).filter(|f| !f.is_empty()),
        );
        for data in node
            .child("ExtendedData")
            .into_iter()
            .flat_map(|d| &d.children)
        {
            match data.name.as_str() {
                "Data" => {
                    let value = data.child("value").and_then(Node::words);
                    values.put(data.attribute("name").unwrap_or("value"), value);
                }
                "SchemaData" => {
                    for simple in data.children_named("SimpleData") {
                        values.put(simple.attribute("name").unwrap_or("value"), simple.words());
                    }
                }
                // Any element of another namespace may stand here.
                other => values.put(other, data.words()),
            }
        }
        let mut shapes = Shapes::default();
        for child in &node.children {
            shapes.take(child);
        }
        let (values, mut problems) = values.done();
        if shapes.unclosed > 0 {
            problems.push(RowProblem::unclosed(shapes.unclosed));
        }
        self.z |= shapes.z;
        self.rows.push(Row {
            number: self.rows.len() as u64 + 1,
            values,
            geometry: shapes.geometry(),
            problems,
        });
    }
}

/// The geometries of a placemark.
#[derive(Default)]
struct Shapes {
    all: Vec<Geometry<f64>>,
    bad: Option<RowGeometry>,
    z: bool,
    unclosed: usize,
}

impl Shapes {
    /// Takes an element that is a geometry; others are none of its business.
    fn take(&mut self, node: &Node) {
        match node.name.as_str() {
            "Point" => {
                let points = self.coordinates(node);
                self.all.extend(points.first().map(|c| Point(*c).into()));
            }
            "LineString" | "LinearRing" => {
                let line = LineString(self.coordinates(node));
                self.all.push(line.into());
            }
            "Polygon" => {
                let exterior = node
                    .child("outerBoundaryIs")
                    .and_then(|b| b.child("LinearRing"));
                let exterior = exterior
                    .map(|r| self.ring(r))
                    .unwrap_or(LineString(Vec::new()));
                let mut interiors = Vec::new();
                for boundary in node.children_named("innerBoundaryIs") {
                    for ring in boundary.children_named("LinearRing") {
                        interiors.push(self.ring(ring));
                    }
                }
                self.all.push(Polygon::new(exterior, interiors).into());
            }
            // Nodes are no deeper than rows may be.
            "MultiGeometry" | "MultiTrack" => {
                for child in &node.children {
                    self.take(child);
                }
            }
            "Track" => {
                let mut line = Vec::new();
                for coord in node.children_named("coord") {
                    let mut numbers = coord.text.split_whitespace();
                    match position(numbers.next().unwrap_or(""), numbers.next().unwrap_or("")) {
                        Some(c) => line.push(c),
                        None => self.refuse(&coord.text),
                    }
                }
                self.all.push(LineString(line).into());
            }
            _ => {}
        }
    }

    fn ring(&mut self, node: &Node) -> LineString<f64> {
        let line = LineString(self.coordinates(node));
        self.unclosed += usize::from(line.0.first() != line.0.last());
        line
    }

    fn refuse(&mut self, found: &str) {
        self.bad.get_or_insert_with(|| {
            unreadable(
                found,
                "以空格分隔的“经度,纬度[,高程]”",
                "\"longitude,latitude[,height]\" between blanks",
            )
        });
    }

    /// The positions of a geometry. Blanks around commas are wrong, common, and clear.
    fn coordinates(&mut self, node: &Node) -> Vec<Coord<f64>> {
        let text = node.child("coordinates").map_or("", |c| c.text.as_str());
        let mut tuples: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match tuples.last_mut() {
                Some(last) if last.ends_with(',') || word.starts_with(',') => last.push_str(word),
                _ => tuples.push(word.to_owned()),
            }
        }
        let mut out = Vec::with_capacity(tuples.len());
        for tuple in &tuples {
            let mut numbers = tuple.split(',');
            let (x, y) = (numbers.next().unwrap_or(""), numbers.next().unwrap_or(""));
            match position(x, y) {
                Some(c) => out.push(c),
                None => self.refuse(tuple),
            }
            let height = numbers.next().and_then(|h| h.trim().parse::<f64>().ok());
            self.z |= height.is_some_and(|h| h != 0.0);
        }
        out
    }

    fn geometry(self) -> RowGeometry {
        if let Some(bad) = self.bad {
            return bad;
        }
        let mut all = self.all;
        if all.len() == 1 {
            return all.pop().map_or(RowGeometry::Null, RowGeometry::Geometry);
        }
        let kind = |g: &Geometry<f64>| std::mem::discriminant(g);
        let Some(first) = all.first().map(kind) else {
            return RowGeometry::Null;
        };
        let alike = all.iter().all(|g| kind(g) == first);
        let (mut points, mut lines, mut areas, mut rest) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for g in all {
            match g {
                Geometry::Point(p) if alike => points.push(p),
                Geometry::LineString(l) if alike => lines.push(l),
                Geometry::Polygon(p) if alike => areas.push(p),
                g => rest.push(g),
            }
        }
        RowGeometry::Geometry(if !points.is_empty() {
            MultiPoint(points).into()
        } else if !lines.is_empty() {
            MultiLineString(lines).into()
        } else if !areas.is_empty() {
            MultiPolygon(areas).into()
        } else {
            Geometry::GeometryCollection(GeometryCollection(rest))
        })
    }
}
