//! Shapefiles in a zip: one for each kind of geometry, UTF-8, with a table that explains the short names of the fields.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use gdal_sys::OGRwkbGeometryType;
use geo_types::{Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use zip::write::SimpleFileOptions;

use super::gdal::Sink;
use super::{
    EXPLAINED, EncodeError, FieldKind, Rows, SHAPEFILE_TEXT, Shape, Table, Written, names, raw,
};
use crate::decode::Value;

/// Parts of a Shapefile, as GDAL writes them.
const PARTS: [&str; 5] = ["shp", "shx", "dbf", "prj", "cpg"];

impl Shape {
    fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Line => "line",
            Self::Area => "area",
            Self::Points => "points",
        }
    }

    fn ogr(self) -> OGRwkbGeometryType::Type {
        match self {
            Self::Point => OGRwkbGeometryType::wkbPoint,
            Self::Line => OGRwkbGeometryType::wkbLineString,
            Self::Area => OGRwkbGeometryType::wkbPolygon,
            Self::Points => OGRwkbGeometryType::wkbMultiPoint,
        }
    }
}

pub fn write(
    table: &Table,
    rows: Rows<'_>,
    folder: &Path,
    path: &Path,
) -> Result<Written, EncodeError> {
    let _quiet = raw::Quiet::begin();
    let short = names::short_names(&table.fields);
    let sink = |shape: Shape| {
        let path = folder.join(format!("{}.shp", shape.word()));
        let options = ["ENCODING=UTF-8", "RESIZE=YES"];
        Sink::create(
            "ESRI Shapefile",
            &path,
            shape.word(),
            table,
            &short,
            shape.ogr(),
            &options,
        )
    };
    let mut sinks: BTreeMap<Shape, Sink> = BTreeMap::new();
    let mut written = Written::default();
    for row in rows {
        let mut row = row?;
        written.rows += 1;
        for (field, value) in table.fields.iter().zip(&mut row.values) {
            if let Value::Text(t) = value
                && t.len() > SHAPEFILE_TEXT
            {
                t.truncate(t.floor_char_boundary(SHAPEFILE_TEXT));
                written.cut += 1;
                let here = || (written.rows, field.label.clone());
                written.first_cut.get_or_insert_with(here);
            }
        }
        let shapes = match row.geometry {
            Some(g) => by_shape(g),
            None => Vec::new(),
        };
        let mut add = |shape, geometry: Option<&Geometry<f64>>| {
            use std::collections::btree_map::Entry;
            let sink = match sinks.entry(shape) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(sink(shape)?),
            };
            sink.add(&row.values, geometry)
        };
        if shapes.is_empty() {
            add(table.shape, None)?;
        }
        for (shape, geometry) in &shapes {
            add(*shape, Some(geometry))?;
        }
    }
    if sinks.is_empty() {
        sinks.insert(table.shape, sink(table.shape)?);
    }
    let shapes: Vec<Shape> = sinks.keys().copied().collect();
    for sink in sinks.into_values() {
        sink.finish()?;
    }
    pack(table, &short, &shapes, folder, path)?;
    Ok(written)
}

/// A geometry as the kinds of Shapefiles know it; a collection falls into one of each kind that it has.
fn by_shape(geometry: Geometry<f64>) -> Vec<(Shape, Geometry<f64>)> {
    match geometry {
        Geometry::Point(_) => vec![(Shape::Point, geometry)],
        Geometry::MultiPoint(_) => vec![(Shape::Points, geometry)],
        Geometry::LineString(_) | Geometry::MultiLineString(_) => vec![(Shape::Line, geometry)],
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => vec![(Shape::Area, geometry)],
        other => {
            let mut parts = Parts::default();
            parts.take(other);
            let mut out: Vec<(Shape, Geometry<f64>)> = Vec::new();
            if !parts.points.is_empty() {
                out.push((Shape::Points, MultiPoint(parts.points).into()));
            }
            if !parts.lines.is_empty() {
                out.push((Shape::Line, MultiLineString(parts.lines).into()));
            }
            if !parts.areas.is_empty() {
                out.push((Shape::Area, MultiPolygon(parts.areas).into()));
            }
            out
        }
    }
}

#[derive(Default)]
struct Parts {
    points: Vec<Point<f64>>,
    lines: Vec<LineString<f64>>,
    areas: Vec<Polygon<f64>>,
}

impl Parts {
    fn take(&mut self, geometry: Geometry<f64>) {
        match geometry {
            Geometry::Point(p) => self.points.push(p),
            Geometry::MultiPoint(m) => self.points.extend(m.0),
            Geometry::Line(l) => self.lines.push(LineString(vec![l.start, l.end])),
            Geometry::LineString(l) => self.lines.push(l),
            Geometry::MultiLineString(m) => self.lines.extend(m.0),
            Geometry::Polygon(p) => self.areas.push(p),
            Geometry::MultiPolygon(m) => self.areas.extend(m.0),
            Geometry::Rect(r) => self.areas.push(r.to_polygon()),
            Geometry::Triangle(t) => self.areas.push(t.to_polygon()),
            Geometry::GeometryCollection(c) => c.0.into_iter().for_each(|g| self.take(g)),
        }
    }
}

fn pack(
    table: &Table,
    short: &[String],
    shapes: &[Shape],
    folder: &Path,
    path: &Path,
) -> Result<(), EncodeError> {
    let failed = EncodeError::io(path);
    let zipped = |e: zip::result::ZipError| failed(e.into());
    let out = BufWriter::new(File::create(path).map_err(&failed)?);
    let mut zip = zip::ZipWriter::new(out);
    let options = SimpleFileOptions::default().large_file(true);
    for shape in shapes {
        let name = match shapes {
            [_] => table.name.clone(),
            _ => format!("{}_{}", table.name, shape.word()),
        };
        for part in PARTS {
            let from = folder.join(format!("{}.{part}", shape.word()));
            let mut file = match File::open(&from) {
                Ok(file) => file,
                Err(e) => return Err(EncodeError::io(&from)(e)),
            };
            zip.start_file(format!("{name}.{part}"), options)
                .map_err(zipped)?;
            std::io::copy(&mut file, &mut zip).map_err(&failed)?;
            drop(file);
            // What is packed need not take its room twice.
            let _ = std::fs::remove_file(&from);
        }
    }
    zip.start_file(EXPLAINED, options).map_err(zipped)?;
    zip.write_all(&legend(table, short).map_err(&failed)?)
        .map_err(&failed)?;
    let mut out = zip.finish().map_err(zipped)?;
    out.flush().map_err(&failed)
}

/// The short names with what they stand for.
fn legend(table: &Table, short: &[String]) -> std::io::Result<Vec<u8>> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut bytes);
    csv.write_record(["字段名", "中文名称", "English", "类型"])?;
    for (field, short) in table.fields.iter().zip(short) {
        let kind = match field.kind {
            FieldKind::Text => "文本",
            FieldKind::Code => "代码（文本）",
            FieldKind::Integer => "整数",
            FieldKind::Float => "小数",
        };
        csv.write_record([short, &field.label.zh, &field.label.en, kind])?;
    }
    csv.flush()?;
    drop(csv);
    Ok(bytes)
}
