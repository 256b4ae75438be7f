//! FlatGeobuf, feature by feature: without index, because that needs all boxes in memory, and with rows that have no
//! geometry, which GDAL before 3.7 leaves out without a word.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, Feature as Row, FeatureArgs, Geometry as Flat,
    GeometryArgs, GeometryType, Header, HeaderArgs,
};
use geo_types::{Coord, Geometry, LineString, Polygon};

use super::{EncodeError, FieldKind, Rows, Table, Written, gdal};
use crate::decode::Value;

/// The magic of version 3.
const MAGIC: &[u8; 8] = b"fgb\x03fgb\x00";

pub fn write(table: &Table, rows: Rows<'_>, path: &Path) -> Result<Written, EncodeError> {
    let failed = EncodeError::io(path);
    let head = header(table)?;
    let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
    out.write_all(MAGIC).map_err(&failed)?;
    out.write_all(&head).map_err(&failed)?;
    let mut written = Written::default();
    let mut fbb = FlatBufferBuilder::new();
    let mut cells = Vec::new();
    for row in rows {
        let row = row?;
        cells.clear();
        for (i, (value, field)) in row.values.iter().zip(&table.fields).enumerate() {
            property(&mut cells, i, value, field.kind);
        }
        let geometry = row.geometry.as_ref().map(|g| match g {
            // All of one kind, as the head says.
            Geometry::Polygon(p) if table.only_areas => {
                areas(&mut fbb, std::slice::from_ref(p), GeometryType::Unknown)
            }
            Geometry::MultiPolygon(m) if table.only_areas => {
                areas(&mut fbb, &m.0, GeometryType::Unknown)
            }
            other => shape(&mut fbb, other),
        });
        let properties = Some(fbb.create_vector(&cells));
        let args = FeatureArgs {
            geometry,
            properties,
            columns: None,
        };
        let feature = Row::create(&mut fbb, &args);
        fbb.finish_size_prefixed(feature, None);
        out.write_all(fbb.finished_data()).map_err(&failed)?;
        fbb.reset();
        written.rows += 1;
    }
    out.flush().map_err(&failed)?;
    Ok(written)
}

fn column_type(kind: FieldKind) -> ColumnType {
    match kind {
        FieldKind::Text | FieldKind::Code => ColumnType::String,
        FieldKind::Integer => ColumnType::Long,
        FieldKind::Float => ColumnType::Double,
    }
}

fn header(table: &Table) -> Result<Vec<u8>, EncodeError> {
    let system = gdal::spatial_ref(&table.system)?;
    let mut fbb = FlatBufferBuilder::new();
    let mut columns = Vec::with_capacity(table.fields.len());
    for field in &table.fields {
        let name = Some(fbb.create_string(&field.key));
        let title = Some(fbb.create_string(field.label.get(table.chinese)));
        let args = ColumnArgs {
            name,
            title,
            type_: column_type(field.kind),
            ..ColumnArgs::default()
        };
        columns.push(Column::create(&mut fbb, &args));
    }
    let columns = Some(fbb.create_vector(&columns));
    let authority = system.auth_name();
    let code = authority.as_ref().and_then(|_| system.auth_code().ok());
    let args = CrsArgs {
        org: authority.map(|a| fbb.create_string(&a)),
        code: code.unwrap_or_default(),
        name: system.name().map(|n| fbb.create_string(&n)),
        wkt: Some(fbb.create_string(&system.to_wkt()?)),
        ..CrsArgs::default()
    };
    let crs = Some(Crs::create(&mut fbb, &args));
    let geometry_type = if table.only_areas {
        GeometryType::MultiPolygon
    } else {
        GeometryType::Unknown
    };
    let args = HeaderArgs {
        name: Some(fbb.create_string(&table.name)),
        title: Some(fbb.create_string(table.title.get(table.chinese))),
        geometry_type,
        columns,
        // 0: not known when the head is written.
        features_count: 0,
        index_node_size: 0,
        crs,
        ..HeaderArgs::default()
    };
    let header = Header::create(&mut fbb, &args);
    fbb.finish_size_prefixed(header, None);
    Ok(fbb.finished_data().to_vec())
}

/// The number of the column and its value; null is left out.
fn property(cells: &mut Vec<u8>, index: usize, value: &Value, kind: FieldKind) {
    let Ok(index) = u16::try_from(index) else {
        return;
    };
    let bytes: Vec<u8> = match (kind, value) {
        (_, Value::Null) => return,
        (FieldKind::Integer, Value::Integer(n)) => n.to_le_bytes().to_vec(),
        (FieldKind::Float, value) => match value.to_f64() {
            Some(x) => x.to_le_bytes().to_vec(),
            None => return,
        },
        (_, value) => match value {
            Value::Text(t) => prefixed(t),
            other => prefixed(&other.to_text().unwrap_or_default()),
        },
    };
    cells.extend(index.to_le_bytes());
    cells.extend(bytes);
}

fn prefixed(text: &str) -> Vec<u8> {
    let mut bytes = u32::try_from(text.len())
        .unwrap_or_default()
        .to_le_bytes()
        .to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

type Built<'a> = WIPOffset<Flat<'a>>;

/// Coordinates one after another, and where parts end when there are several.
fn flat<'a, 'l>(
    fbb: &mut FlatBufferBuilder<'a>,
    lines: impl Iterator<Item = &'l LineString<f64>>,
    type_: GeometryType,
) -> Built<'a> {
    let mut xy: Vec<f64> = Vec::new();
    let mut ends: Vec<u32> = Vec::new();
    for line in lines {
        xy.extend(line.0.iter().flat_map(|c| [c.x, c.y]));
        ends.push(u32::try_from(xy.len() / 2).unwrap_or(u32::MAX));
    }
    let xy = Some(fbb.create_vector(&xy));
    let ends = (ends.len() > 1).then(|| fbb.create_vector(&ends));
    let args = GeometryArgs {
        xy,
        ends,
        type_,
        ..GeometryArgs::default()
    };
    Flat::create(fbb, &args)
}

fn points<'a>(
    fbb: &mut FlatBufferBuilder<'a>,
    coords: impl Iterator<Item = Coord<f64>>,
    type_: GeometryType,
) -> Built<'a> {
    let line = LineString(coords.collect());
    flat(fbb, std::iter::once(&line), type_)
}

fn area<'a>(fbb: &mut FlatBufferBuilder<'a>, p: &Polygon<f64>, type_: GeometryType) -> Built<'a> {
    flat(
        fbb,
        std::iter::once(p.exterior()).chain(p.interiors()),
        type_,
    )
}

fn areas<'a>(
    fbb: &mut FlatBufferBuilder<'a>,
    all: &[Polygon<f64>],
    type_: GeometryType,
) -> Built<'a> {
    let parts: Vec<_> = all
        .iter()
        .map(|p| area(fbb, p, GeometryType::Polygon))
        .collect();
    several(fbb, &parts, type_)
}

fn several<'a>(
    fbb: &mut FlatBufferBuilder<'a>,
    parts: &[Built<'a>],
    type_: GeometryType,
) -> Built<'a> {
    let parts = Some(fbb.create_vector(parts));
    let args = GeometryArgs {
        parts,
        type_,
        ..GeometryArgs::default()
    };
    Flat::create(fbb, &args)
}

/// A geometry that says its kind.
fn shape<'a>(fbb: &mut FlatBufferBuilder<'a>, geometry: &Geometry<f64>) -> Built<'a> {
    match geometry {
        Geometry::Point(p) => points(fbb, std::iter::once(p.0), GeometryType::Point),
        Geometry::MultiPoint(m) => points(fbb, m.0.iter().map(|p| p.0), GeometryType::MultiPoint),
        Geometry::Line(l) => points(fbb, [l.start, l.end].into_iter(), GeometryType::LineString),
        Geometry::LineString(l) => flat(fbb, std::iter::once(l), GeometryType::LineString),
        Geometry::MultiLineString(m) => flat(fbb, m.0.iter(), GeometryType::MultiLineString),
        Geometry::Polygon(p) => area(fbb, p, GeometryType::Polygon),
        Geometry::MultiPolygon(m) => areas(fbb, &m.0, GeometryType::MultiPolygon),
        Geometry::Rect(r) => area(fbb, &r.to_polygon(), GeometryType::Polygon),
        Geometry::Triangle(t) => area(fbb, &t.to_polygon(), GeometryType::Polygon),
        Geometry::GeometryCollection(c) => {
            let parts: Vec<_> = c.0.iter().map(|g| shape(fbb, g)).collect();
            several(fbb, &parts, GeometryType::GeometryCollection)
        }
    }
}
