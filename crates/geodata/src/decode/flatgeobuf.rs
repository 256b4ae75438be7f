//! FlatGeobuf: a header and features one after another, each with its length. Every feature is verified before it is
//! looked at; a broken one is a bad row, a broken length ends the walk.

use std::sync::Arc;

use flatbuffers::VerifierOptions;
use flatgeobuf::{ColumnType, Geometry as Flat, GeometryType, packed_r_tree::PackedRTree};
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::{
    EncodingSource, EncodingUse, FileNote, Format, Row, RowGeometry, RowProblem, Source, Value,
    row::names,
};
use crate::{ReadError, Text, crs::DeclaredCrs, error::ReadErrorKind};

const NAME: &str = "FlatGeobuf";
const MAX_DEPTH: usize = 32;
/// Bytes of the magic in front of the header.
const MAGIC: usize = 8;

fn cut(bytes: &[u8], zh: &str, en: &str) -> ReadErrorKind {
    ReadErrorKind::Truncated {
        format: NAME,
        offset: bytes.len() as u64,
        expected: Text::new(zh, en),
    }
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    let b = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(b.try_into().ok()?)).ok()
}

/// What a piece may hold: parts may be shared by offset, and a million that are one would cost a million times its length.
fn bounds(buffer: &[u8]) -> VerifierOptions {
    VerifierOptions {
        max_apparent_size: 4 * buffer.len() + 65_536,
        ..VerifierOptions::default()
    }
}

struct Column {
    name: Arc<str>,
    kind: ColumnType,
}

fn columns<'a>(all: impl Iterator<Item = flatgeobuf::Column<'a>>) -> Vec<Column> {
    let (raw, kinds): (Vec<String>, Vec<ColumnType>) =
        all.map(|c| (c.name().to_owned(), c.type_())).unzip();
    names::columns(raw.iter().map(String::as_str))
        .into_iter()
        .zip(kinds)
        .map(|(name, kind)| Column { name, kind })
        .collect()
}

/// Opens the bytes of a FlatGeobuf file.
pub fn open(file: &str, bytes: Vec<u8>, mut notes: Vec<FileNote>) -> Result<Source, ReadError> {
    let fail = |kind| ReadError::new(file, kind);
    if bytes.get(3) != Some(&3) {
        return Err(fail(ReadErrorKind::Unsupported {
            format: "FlatGeobuf of another version than 3",
        }));
    }
    let header_cut = || fail(cut(&bytes, "文件头不完整", "the header is not whole"));
    let size = length(&bytes, MAGIC).ok_or_else(header_cut)?;
    let after = MAGIC + 4 + size;
    let buffer = bytes.get(MAGIC..after).ok_or_else(header_cut)?;
    let verified = flatgeobuf::size_prefixed_root_as_header_with_opts(&bounds(buffer), buffer);
    let header = verified.map_err(|e| {
        fail(ReadErrorKind::Syntax {
            format: NAME,
            offset: Some(MAGIC as u64),
            found: Text::new(
                format!("损坏的文件头（{e}）"),
                format!("a damaged header ({e})"),
            ),
            expected: Text::new("完好的文件头", "a sound header"),
        })
    })?;
    let count = header.features_count();
    let node = header.index_node_size();
    // Each feature costs its index 40 bytes at least: a count beyond that is a lie.
    let mut at = after;
    if node >= 2 && count > 0 {
        let believable = usize::try_from(count)
            .ok()
            .filter(|n| n.saturating_mul(40) <= bytes.len());
        let n = believable
            .ok_or_else(|| fail(cut(&bytes, "空间索引不完整", "the index is not whole")))?;
        at += PackedRTree::index_size(n, node);
    }
    let geometry_type = header.geometry_type();
    if header.has_z() || header.has_m() {
        notes.push(FileNote {
            rule: "file.geometry.z_dropped",
            message: super::z_dropped(),
        });
    }
    let crs = match header.crs() {
        None => DeclaredCrs::Undeclared,
        Some(c) => {
            let epsg = c.org().is_none_or(|o| o.eq_ignore_ascii_case("EPSG"));
            match (
                u32::try_from(c.code()).ok().filter(|n| *n > 0 && epsg),
                c.wkt(),
            ) {
                (Some(code), _) => DeclaredCrs::Epsg(code),
                (None, Some(wkt)) if !wkt.is_empty() => DeclaredCrs::Text(wkt.to_owned()),
                (None, _) => DeclaredCrs::Undeclared,
            }
        }
    };
    let columns: Vec<Column> = header
        .columns()
        .map(|c| columns(c.iter()))
        .unwrap_or_default();
    let layer = header.name().filter(|n| !n.is_empty()).map(str::to_owned);
    Ok(Source {
        format: Format::FlatGeobuf,
        layer,
        layers: Vec::new(),
        fields: columns.iter().map(|c| c.name.to_string()).collect(),
        declared_crs: crs,
        encoding: EncodingUse {
            name: "UTF-8".into(),
            source: EncodingSource::Format,
            sure: 1.0,
        },
        row_count_hint: (count > 0).then_some(count),
        notes,
        rows: Box::new(Features {
            file: file.to_owned(),
            bytes,
            at,
            number: 0,
            count,
            geometry_type,
            columns,
        }),
    })
}

struct Features {
    file: String,
    bytes: Vec<u8>,
    at: usize,
    number: u64,
    count: u64,
    geometry_type: GeometryType,
    columns: Vec<Column>,
}

impl Iterator for Features {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            let missing = self.count.saturating_sub(self.number);
            if missing > 0 {
                self.count = 0;
                let kind = cut(
                    &self.bytes,
                    &format!("还缺 {missing} 个要素"),
                    &format!("{missing} features are missing"),
                );
                return Some(Err(ReadError::new(self.file.clone(), kind)));
            }
            return None;
        }
        let end = length(&self.bytes, self.at).and_then(|n| self.at.checked_add(4)?.checked_add(n));
        let Some(buffer) = end.and_then(|e| self.bytes.get(self.at..e)) else {
            self.at = self.bytes.len();
            self.count = 0;
            let n = self.number + 1;
            let kind = cut(
                &self.bytes,
                &format!("第 {n} 个要素不完整"),
                &format!("feature {n} is not whole"),
            );
            return Some(Err(ReadError::new(self.file.clone(), kind)));
        };
        self.number += 1;
        let row = row(buffer, self.number, self.geometry_type, &self.columns);
        self.at += buffer.len();
        Some(Ok(row))
    }
}

fn row(buffer: &[u8], number: u64, geometry_type: GeometryType, shared: &[Column]) -> Row {
    let mut row = Row {
        number,
        values: Vec::new(),
        geometry: RowGeometry::Null,
        problems: Vec::new(),
    };
    let broken = |found: String| RowProblem {
        rule: "row.feature.damaged",
        field: None,
        found: Text::new(
            format!("损坏的要素（{found}）"),
            format!("a damaged feature ({found})"),
        ),
        expected: Text::new("完好的要素", "a sound feature"),
        remedy: Text::new("重新导出", "export it again"),
    };
    let feature = match flatgeobuf::size_prefixed_root_as_feature_with_opts(&bounds(buffer), buffer)
    {
        Ok(f) => f,
        Err(e) => {
            row.problems.push(broken(e.to_string()));
            row.geometry = RowGeometry::Unreadable {
                found: Text::new("损坏的要素", "a damaged feature"),
                expected: Text::new("完好的要素", "a sound feature"),
            };
            return row;
        }
    };
    let own = feature
        .columns()
        .map(|c| columns(c.iter()))
        .unwrap_or_default();
    let table = if own.is_empty() { shared } else { &own };
    let mut met = vec![false; table.len()];
    if let Some(p) = feature.properties()
        && properties(p.bytes(), table, &mut row.values, &mut met).is_none()
    {
        row.problems.push(broken("properties".into()));
    }
    let repeated = names::keep_last(&mut row.values, 0);
    row.problems
        .extend(repeated.iter().map(|n| RowProblem::repeated(n)));
    // Columns that are absent are null: every row has the same fields.
    for (c, _) in table.iter().zip(met).filter(|(_, met)| !met) {
        row.values.push((c.name.clone(), Value::Null));
    }
    if let Some(g) = feature.geometry() {
        row.geometry = match geometry(&g, geometry_type, 0) {
            Some(g) => RowGeometry::Geometry(g),
            None => RowGeometry::Unreadable {
                found: Text::new(
                    "无法读取的几何（类型或坐标个数不对）",
                    "a geometry of another type or with odd counts",
                ),
                expected: Text::new(
                    "点、线、面及其集合",
                    "points, lines, areas and collections of them",
                ),
            },
        };
    }
    row
}

/// Index and value one after another; `None` when they do not fit.
fn properties(
    mut b: &[u8],
    columns: &[Column],
    values: &mut Vec<(Arc<str>, Value)>,
    met: &mut [bool],
) -> Option<()> {
    fn take<const N: usize>(b: &mut &[u8]) -> Option<[u8; N]> {
        let (head, rest) = b.split_first_chunk::<N>()?;
        *b = rest;
        Some(*head)
    }
    while !b.is_empty() {
        let index = usize::from(u16::from_le_bytes(take(&mut b)?));
        let column = columns.get(index)?;
        let value = match column.kind {
            ColumnType::Byte => Value::Integer(i8::from_le_bytes(take(&mut b)?).into()),
            ColumnType::UByte => Value::Integer(take::<1>(&mut b)?[0].into()),
            ColumnType::Bool => Value::Bool(take::<1>(&mut b)?[0] != 0),
            ColumnType::Short => Value::Integer(i16::from_le_bytes(take(&mut b)?).into()),
            ColumnType::UShort => Value::Integer(u16::from_le_bytes(take(&mut b)?).into()),
            ColumnType::Int => Value::Integer(i32::from_le_bytes(take(&mut b)?).into()),
            ColumnType::UInt => Value::Integer(u32::from_le_bytes(take(&mut b)?).into()),
            ColumnType::Long => Value::Integer(i64::from_le_bytes(take(&mut b)?)),
            ColumnType::ULong => {
                let n = u64::from_le_bytes(take(&mut b)?);
                i64::try_from(n).map_or_else(|_| Value::Text(n.to_string()), Value::Integer)
            }
            ColumnType::Float => Value::Float(f32::from_le_bytes(take(&mut b)?).into()),
            ColumnType::Double => Value::Float(f64::from_le_bytes(take(&mut b)?)),
            ColumnType::String | ColumnType::Json | ColumnType::DateTime | ColumnType::Binary => {
                let n = u32::from_le_bytes(take(&mut b)?) as usize;
                let text = b.get(..n)?;
                b = &b[n..];
                if column.kind == ColumnType::Binary {
                    Value::Null
                } else {
                    Value::Text(String::from_utf8_lossy(text).into_owned())
                }
            }
            _ => return None,
        };
        met[index] = true;
        values.push((column.name.clone(), value));
    }
    Some(())
}

fn coords(g: &Flat<'_>) -> Vec<Coord<f64>> {
    let Some(xy) = g.xy() else { return Vec::new() };
    (0..xy.len() / 2)
        .map(|i| Coord {
            x: xy.get(2 * i),
            y: xy.get(2 * i + 1),
        })
        .collect()
}

/// The coordinates cut at the ends; `None` when an end lies beyond them.
fn lines(g: &Flat<'_>) -> Option<Vec<LineString<f64>>> {
    let all = coords(g);
    let ends: Vec<usize> = match g.ends() {
        Some(e) if !e.is_empty() => e.iter().map(|n| n as usize).collect(),
        _ if all.is_empty() => Vec::new(),
        _ => vec![all.len()],
    };
    let mut from = 0;
    ends.into_iter()
        .map(|to| {
            let part = all.get(from..to)?;
            from = to;
            Some(LineString(part.to_vec()))
        })
        .collect()
}

fn polygon(g: &Flat<'_>) -> Option<Polygon<f64>> {
    let mut rings = lines(g)?.into_iter();
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Some(Polygon::new(exterior, rings.collect()))
}

fn geometry(g: &Flat<'_>, kind: GeometryType, depth: usize) -> Option<Geometry<f64>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let kind = if kind == GeometryType::Unknown {
        g.type_()
    } else {
        kind
    };
    let parts = || {
        g.parts()
            .map(|p| p.iter().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    Some(match kind {
        GeometryType::Point => match coords(g).first() {
            Some(c) => Point(*c).into(),
            None => MultiPoint(Vec::new()).into(),
        },
        GeometryType::MultiPoint => MultiPoint(coords(g).into_iter().map(Point).collect()).into(),
        GeometryType::LineString => LineString(coords(g)).into(),
        GeometryType::MultiLineString => MultiLineString(lines(g)?).into(),
        GeometryType::Polygon | GeometryType::Triangle => polygon(g)?.into(),
        GeometryType::MultiPolygon | GeometryType::PolyhedralSurface | GeometryType::TIN => {
            MultiPolygon(parts().iter().map(polygon).collect::<Option<_>>()?).into()
        }
        GeometryType::GeometryCollection => {
            let all: Option<Vec<_>> = parts()
                .iter()
                .map(|p| geometry(p, p.type_(), depth + 1))
                .collect();
            Geometry::GeometryCollection(GeometryCollection(all?))
        }
        _ => return None,
    })
}
