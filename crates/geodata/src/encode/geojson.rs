//! GeoJSON (RFC 7946): outer rings counter-clockwise, every key always present, numbers as they are.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use geo::orient::{Direction, Orient as _};
use geo_types::Geometry;
use serde_json::{Map, Value as Json};

use super::{EncodeError, Rows, Table, Written};
use crate::decode::Value;

pub fn write(table: &Table, rows: Rows<'_>, path: &Path) -> Result<Written, EncodeError> {
    let failed = EncodeError::io(path);
    let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
    let name = Json::from(table.name.as_str());
    write!(
        out,
        "{{\"type\":\"FeatureCollection\",\"name\":{name},\"features\":["
    )
    .map_err(&failed)?;
    let mut written = Written::default();
    for row in rows {
        let row = row?;
        let before: &[u8] = if written.rows == 0 { b"\n" } else { b",\n" };
        let keys = table.fields.iter().map(|f| f.key.clone());
        let properties: Map<String, Json> = keys.zip(row.values.into_iter().map(json)).collect();
        let feature = serde_json::json!({
            "type": "Feature",
            "properties": properties,
            "geometry": row.geometry.map(shape),
        });
        out.write_all(before).map_err(&failed)?;
        serde_json::to_writer(&mut out, &feature).map_err(|e| failed(e.into()))?;
        written.rows += 1;
    }
    out.write_all(b"\n]}\n").map_err(&failed)?;
    out.flush().map_err(&failed)?;
    Ok(written)
}

fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(t) => t.into(),
        Value::Integer(n) => n.into(),
        Value::Float(x) => x.into(),
        Value::Bool(b) => b.into(),
    }
}

fn shape(geometry: Geometry<f64>) -> geojson::Geometry {
    let wound = match geometry {
        Geometry::Polygon(p) => p.orient(Direction::Default).into(),
        // A single part is written as what it is.
        Geometry::MultiPolygon(mut m) if m.0.len() == 1 => match m.0.pop() {
            Some(p) => p.orient(Direction::Default).into(),
            None => Geometry::MultiPolygon(m),
        },
        Geometry::MultiPolygon(m) => m.orient(Direction::Default).into(),
        other => other,
    };
    geojson::Geometry::new((&wound).into())
}
