//! GPX 1.0 and 1.1: way points, tracks and routes, each a layer.

use geo_types::{Geometry, LineString, MultiLineString, Point};

use super::{
    Document, FileNote, Format, LayerInfo, Node, ReadError, ReadErrorKind, Row, RowGeometry,
    Source, Text, Values, decoded, failed, position, source, unreadable, walk,
};

/// The layers in the order in which one is chosen when none is named: surveyors mark places as way points, and receivers
/// write the way between them all the same.
const LAYERS: [&str; 3] = ["waypoints", "tracks", "routes"];

/// Opens a document; `layer` is one of `waypoints`, `tracks`, `routes`.
pub fn open(
    file: &str,
    bytes: Vec<u8>,
    encoding: Option<&str>,
    layer: Option<&str>,
) -> Result<Source, ReadError> {
    let mut decoded = decoded(bytes, encoding).map_err(|e| failed(file, e))?;
    let mut rows = Rows::default();
    walk("GPX", &decoded.text, &mut rows).map_err(|e| failed(file, e))?;
    decoded.text = String::new();
    let mut lists = [rows.waypoints, rows.tracks, rows.routes];
    let layers: Vec<LayerInfo> = LAYERS
        .iter()
        .zip(&lists)
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| LayerInfo {
            name: (*name).to_owned(),
            rows: Some(list.len() as u64),
            geometry: Some(true),
        })
        .collect();
    let chosen = match layer {
        None => lists.iter().position(|l| !l.is_empty()).unwrap_or(0),
        Some(named) => LAYERS.iter().position(|l| *l == named).ok_or_else(|| {
            let layers = layers.iter().map(|l| l.name.clone()).collect();
            failed(file, ReadErrorKind::LayerUnknown { layers }).in_layer(named)
        })?,
    };
    let others: Vec<&LayerInfo> = layers.iter().filter(|l| l.name != LAYERS[chosen]).collect();
    if layer.is_none() && !others.is_empty() {
        let list: Vec<String> = others
            .iter()
            .map(|l| format!("{} ({})", l.name, l.rows.unwrap_or_default()))
            .collect();
        let list = list.join(", ");
        decoded.notes.push(FileNote {
            rule: "file.gpx.layers",
            message: Text::new(
                format!(
                    "读取的是 {}；未读取：{list}。如需读取请用“图层”选项（--layer）指定",
                    LAYERS[chosen]
                ),
                format!(
                    "{} are read; not read: {list}. Name another with the option layer (--layer)",
                    LAYERS[chosen]
                ),
            ),
        });
    }
    let list = std::mem::take(&mut lists[chosen]);
    let name = Some(LAYERS[chosen].to_owned());
    Ok(source(Format::Gpx, name, layers, decoded, list))
}

#[derive(Default)]
struct Rows {
    waypoints: Vec<Row>,
    tracks: Vec<Row>,
    routes: Vec<Row>,
}

/// The position of a way point or of a point of a track.
fn point(node: &Node) -> Result<geo_types::Coord<f64>, RowGeometry> {
    let [lon, lat] = ["lon", "lat"].map(|a| node.attribute(a).unwrap_or(""));
    position(lon, lat).ok_or_else(|| {
        let found = format!("lon=\"{lon}\" lat=\"{lat}\"");
        unreadable(&found, "以度为单位的 lon 与 lat", "lon and lat in degrees")
    })
}

fn line(node: &Node, of: &str) -> Result<LineString<f64>, RowGeometry> {
    node.children_named(of)
        .map(point)
        .collect::<Result<Vec<_>, _>>()
        .map(LineString)
}

impl Document for Rows {
    fn is_row(&self, name: &str) -> bool {
        matches!(name, "wpt" | "trk" | "rte")
    }

    fn is_container(&self, _: &str) -> bool {
        false
    }

    fn other(&mut self, _: &str) {}

    fn row(&mut self, node: Node, _: &[String]) {
        let mut values = Values::default();
        for field in [
            "name", "cmt", "desc", "sym", "type", "number", "ele", "time", "sat", "hdop",
        ] {
            values.put_child(&node, field);
        }
        for extension in node
            .child("extensions")
            .into_iter()
            .flat_map(|e| &e.children)
        {
            values.put(&extension.name, extension.words());
        }
        let (geometry, list): (Result<Geometry<f64>, RowGeometry>, _) = match node.name.as_str() {
            "wpt" => (point(&node).map(|c| Point(c).into()), &mut self.waypoints),
            "rte" => (line(&node, "rtept").map(Into::into), &mut self.routes),
            _ => {
                let segments = node.children_named("trkseg").map(|s| line(s, "trkpt"));
                let lines = segments.collect::<Result<Vec<_>, _>>();
                (lines.map(|l| MultiLineString(l).into()), &mut self.tracks)
            }
        };
        let (values, problems) = values.done();
        list.push(Row {
            number: list.len() as u64 + 1,
            values,
            geometry: geometry.map_or_else(|bad| bad, RowGeometry::Geometry),
            problems,
        });
    }
}
