//! GeoJSON, GeoJSON sequences and tables in JSON. The whole text is walked once for where its features stand, then
//! features are read in batches, in parallel, in order.

mod feature;
mod geometry;
mod scan;

use std::collections::VecDeque;

use rayon::prelude::*;

use self::{
    feature::{Kind, Names},
    scan::{Members, ScanError, Span, blanks, unquote, value},
};
use super::{EncodingUse, FileNote, Format, Row, RowGeometry, RowProblem, Source};
use crate::{ReadError, Text, crs::DeclaredCrs, error::ReadErrorKind};

/// Bytes of JSON read in one parallel batch.
const BATCH_BYTES: usize = 8 << 20;
/// Features in one batch.
const BATCH_ROWS: usize = 8192;
/// Features that one task reads one after another, sharing field names.
const TASK_BYTES: usize = 64 << 10;

/// Where the rows stand, and what was said around them.
struct Outline {
    format: Format,
    kind: Kind,
    spans: Vec<Span>,
    /// Records of a sequence that are no JSON value (span of the line).
    name: Option<String>,
    crs: DeclaredCrs,
    notes: Vec<FileNote>,
}

/// Opens JSON text that is valid UTF-8. `base` is how many bytes were cut off in front of it, for offsets in messages.
pub fn open(
    file: &str,
    text: Vec<u8>,
    base: u64,
    encoding: EncodingUse,
    mut notes: Vec<FileNote>,
) -> Result<Source, ReadError> {
    let outline = outline(&text).map_err(|kind| ReadError::new(file, shifted(kind, base)))?;
    notes.extend(outline.notes);
    let total = outline.spans.len() as u64;
    let mut rows = Batches {
        text,
        spans: outline.spans,
        kind: outline.kind,
        next: 0,
        ready: VecDeque::new(),
        z: false,
    };
    rows.fill();
    if rows.z {
        notes.push(FileNote {
            rule: "file.geometry.z_dropped",
            message: super::z_dropped(),
        });
    }
    let mut fields: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (name, _) in rows.ready.iter().take(1000).flat_map(|r| &r.values) {
        if known.insert(name.clone()) {
            fields.push(name.to_string());
        }
    }
    Ok(Source {
        format: outline.format,
        layer: outline.name,
        layers: Vec::new(),
        fields,
        declared_crs: outline.crs,
        encoding,
        row_count_hint: Some(total),
        notes,
        rows: Box::new(rows.map(Ok)),
    })
}

fn shifted(kind: ReadErrorKind, base: u64) -> ReadErrorKind {
    match kind {
        ReadErrorKind::Truncated {
            format,
            offset,
            expected,
        } => ReadErrorKind::Truncated {
            format,
            offset: offset + base,
            expected,
        },
        ReadErrorKind::Syntax {
            format,
            offset,
            found,
            expected,
        } => ReadErrorKind::Syntax {
            format,
            offset: offset.map(|o| o + base),
            found,
            expected,
        },
        other => other,
    }
}

/// The rows of an outline, in order, read ahead in parallel.
struct Batches {
    text: Vec<u8>,
    spans: Vec<Span>,
    kind: Kind,
    next: usize,
    ready: VecDeque<Row>,
    z: bool,
}

impl Batches {
    fn fill(&mut self) {
        let (mut tasks, mut bytes, mut from) = (Vec::new(), 0, self.next);
        let mut task_bytes = 0;
        let first = self.next;
        while self.next < self.spans.len() && bytes < BATCH_BYTES && self.next - first < BATCH_ROWS
        {
            let (a, b) = self.spans[self.next];
            bytes += b - a;
            task_bytes += b - a;
            self.next += 1;
            if task_bytes >= TASK_BYTES {
                tasks.push(from..self.next);
                (from, task_bytes) = (self.next, 0);
            }
        }
        if from < self.next {
            tasks.push(from..self.next);
        }
        let (text, spans, kind) = (&self.text, &self.spans, self.kind);
        let done: Vec<Vec<(Row, bool)>> = tasks
            .into_par_iter()
            .map(|range| {
                let mut names = Names::default();
                range
                    .map(|i| {
                        let (row, met) = read_one(text, spans[i], kind, i as u64 + 1, &mut names);
                        (row, met.z)
                    })
                    .collect()
            })
            .collect();
        for (row, z) in done.into_iter().flatten() {
            self.z |= z;
            self.ready.push_back(row);
        }
    }
}

fn read_one(
    b: &[u8],
    span: Span,
    kind: Kind,
    number: u64,
    names: &mut Names,
) -> (Row, geometry::Met) {
    let (mut row, met) = feature::read(b, span, kind_of(b, span, kind), number, names);
    if b[span.0..span.1].last() != Some(&b'}') {
        row.problems.push(RowProblem {
            rule: "row.json.syntax",
            field: None,
            found: Text::new(
                "这条记录不是完整的 JSON 对象",
                "the record is no whole JSON object",
            ),
            expected: Text::new("一个完整的要素", "one whole feature"),
            remedy: Text::new("用原软件重新导出", "export it again"),
        });
        if row.geometry == RowGeometry::Null {
            row.geometry = RowGeometry::Unreadable {
                found: Text::new("记录中断", "a cut record"),
                expected: Text::new("一个完整的要素", "one whole feature"),
            };
        }
    }
    (row, met)
}

/// In sequences and arrays bare geometries may stand among features.
fn kind_of(b: &[u8], span: Span, kind: Kind) -> Kind {
    if kind == Kind::Feature && b.get(span.0) == Some(&b'{') {
        for m in Members::of(&b[..span.1], span.0).flatten() {
            if &b[m.key.0..m.key.1] == b"\"type\"" {
                let t = unquote(&b[m.value.0..m.value.1]);
                return if geometry::TYPES.contains(&t.as_str()) {
                    Kind::Geometry
                } else {
                    kind
                };
            }
        }
    }
    kind
}

impl Iterator for Batches {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.ready.is_empty() {
            self.fill();
        }
        self.ready.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.ready.len() + self.spans.len() - self.next;
        (left, Some(left))
    }
}

const GEOJSON: &str = "GeoJSON";

fn snippet(b: &[u8], at: usize) -> Text {
    let h: String = String::from_utf8_lossy(&b[at.min(b.len())..b.len().min(at + 60)])
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(24)
        .collect();
    Text::new(format!("“{h}”"), format!("`{h}`"))
}

fn scan_error(b: &[u8], e: ScanError, rows: usize) -> ReadErrorKind {
    match e {
        ScanError::End => ReadErrorKind::Truncated {
            format: GEOJSON,
            offset: b.len() as u64,
            expected: if rows > 0 {
                Text::new(
                    format!("前面有 {rows} 个完整的要素，下一个没有结束"),
                    format!("{rows} whole features before it, the next one is not closed"),
                )
            } else {
                Text::new("括号没有全部闭合", "brackets are still open")
            },
        },
        ScanError::At(at, what) => ReadErrorKind::Syntax {
            format: GEOJSON,
            offset: Some(at as u64),
            found: snippet(b, at),
            expected: Text::new(what, what),
        },
    }
}

/// The members at the top of a JSON object that matter.
#[derive(Default)]
struct Top {
    kind: Option<String>,
    name: Option<String>,
    crs: Option<Span>,
    features: Option<Vec<Span>>,
    features_other: bool,
    esri: bool,
    has_geometry: bool,
    end: usize,
}

fn outline(b: &[u8]) -> Result<Outline, ReadErrorKind> {
    let at = blanks(b, 0);
    match b.get(at) {
        Some(0x1e) => Ok(records(b)),
        Some(b'[') => array(b, at),
        Some(b'{') => {
            let top = match top(b, at) {
                Ok(top) => top,
                Err(e) => {
                    return if is_line_sequence(b, at) {
                        Ok(lines(b))
                    } else {
                        Err(e)
                    };
                }
            };
            let rest = blanks(b, top.end);
            match b.get(rest) {
                Some(b'{') => Ok(lines(b)),
                Some(0x1e) => Ok(records(b)),
                _ => object(b, at, top, rest),
            }
        }
        _ => Err(ReadErrorKind::Syntax {
            format: GEOJSON,
            offset: Some(at as u64),
            found: snippet(b, at),
            expected: Text::new("“{”或“[”", "'{' or '['"),
        }),
    }
}

fn top(b: &[u8], at: usize) -> Result<Top, ReadErrorKind> {
    let mut top = Top::default();
    // `features` is walked member by member, so that a fault in it is found at its place.
    let mut p = blanks(b, at + 1);
    let mut first = true;
    loop {
        match b.get(p) {
            None => {
                return Err(scan_error(
                    b,
                    ScanError::End,
                    top.features.as_ref().map_or(0, Vec::len),
                ));
            }
            Some(b'}') => {
                top.end = p + 1;
                return Ok(top);
            }
            Some(b',') if !first => p = blanks(b, p + 1),
            Some(_) if first => {}
            Some(_) => return Err(scan_error(b, ScanError::At(p, "',' or '}'"), 0)),
        }
        if b.get(p) == Some(&b'}') {
            continue;
        }
        first = false;
        if b.get(p).is_some_and(|c| *c != b'"') {
            return Err(scan_error(b, ScanError::At(p, "'\"'"), 0));
        }
        let key_end = if p < b.len() {
            scan::string(b, p)
        } else {
            Err(ScanError::End)
        }
        .map_err(|e| scan_error(b, e, 0))?;
        let key = &b[p..key_end];
        p = blanks(b, key_end);
        match b.get(p) {
            Some(b':') => p = blanks(b, p + 1),
            None => return Err(scan_error(b, ScanError::End, 0)),
            Some(_) => return Err(scan_error(b, ScanError::At(p, "':'"), 0)),
        }
        if key == b"\"features\"" && b.get(p) == Some(&b'[') {
            let mut spans = Vec::new();
            let mut members = Members::of(b, p);
            for m in members.by_ref() {
                spans.push(m.map_err(|e| scan_error(b, e, spans.len()))?.value);
            }
            p = blanks(b, members.end());
            top.features = Some(spans);
            continue;
        }
        let end = value(b, p).map_err(|e| scan_error(b, e, 0))?;
        if end == p {
            return Err(scan_error(b, ScanError::At(p, "value"), 0));
        }
        let raw = &b[p..end];
        match key {
            b"\"type\"" if raw[0] == b'"' => top.kind = Some(unquote(raw)),
            b"\"name\"" if raw[0] == b'"' => top.name = Some(unquote(raw)),
            b"\"crs\"" => top.crs = Some((p, end)),
            b"\"features\"" => top.features_other = true,
            b"\"spatialReference\"" | b"\"geometryType\"" => top.esri = true,
            b"\"geometry\"" => top.has_geometry = true,
            _ => {}
        }
        p = blanks(b, end);
    }
}

fn unrecognised(zh: String, en: String) -> ReadErrorKind {
    ReadErrorKind::Unrecognised {
        found: Text::new(zh, en),
    }
}

fn object(b: &[u8], at: usize, top: Top, rest: usize) -> Result<Outline, ReadErrorKind> {
    let mut notes = Vec::new();
    if rest < b.len() {
        let n = b.len() - rest;
        notes.push(FileNote {
            rule: "file.json.trailing_bytes",
            message: Text::new(
                format!("JSON 结束后还有 {n} 字节（第 {rest} 字节起），未读取"),
                format!("{n} bytes after the end of the JSON (from byte {rest}) are not read"),
            ),
        });
    }
    let crs = top
        .crs
        .map_or(DeclaredCrs::FormatDefault, |s| declared(&b[s.0..s.1]));
    let whole = vec![(at, top.end)];
    let (kind, spans) = match (top.kind.as_deref(), top.features) {
        (Some("Topology"), _) => return Err(ReadErrorKind::Unsupported { format: "TopoJSON" }),
        (Some("Feature"), _) => (Kind::Feature, whole),
        (Some(t), _) if geometry::TYPES.contains(&t) => (Kind::Geometry, whole),
        (_, Some(_)) if top.esri => {
            return Err(ReadErrorKind::Unsupported {
                format: "Esri JSON",
            });
        }
        (Some("FeatureCollection") | None, Some(spans)) => {
            (Kind::Feature, features_only(b, spans, &mut notes))
        }
        (Some("FeatureCollection"), None) => {
            let (zh, en) = if top.features_other {
                ("features 不是数组", "features that is no array")
            } else {
                ("没有 features", "no features")
            };
            return Err(ReadErrorKind::Syntax {
                format: GEOJSON,
                offset: None,
                found: Text::new(zh, en),
                expected: Text::new("features 数组", "an array of features"),
            });
        }
        (None, None) if top.has_geometry => (Kind::Feature, whole),
        (Some(t), _) => {
            return Err(unrecognised(
                format!("type 为“{t}”的 JSON 对象"),
                format!("a JSON object of type {t:?}"),
            ));
        }
        (None, None) => {
            return Err(unrecognised(
                "没有 GeoJSON 的 type 的 JSON 对象".into(),
                "a JSON object without a GeoJSON type".into(),
            ));
        }
    };
    Ok(Outline {
        format: Format::GeoJson,
        kind,
        spans,
        name: top.name,
        crs,
        notes,
    })
}

/// Drops members of a collection that are no features (null, other types), and says so.
fn features_only(b: &[u8], spans: Vec<Span>, notes: &mut Vec<FileNote>) -> Vec<Span> {
    let mut others = Vec::new();
    let mut good = Vec::with_capacity(spans.len());
    for (i, span) in spans.into_iter().enumerate() {
        if is_feature(b, span) {
            good.push(span)
        } else {
            others.push(i + 1)
        }
    }
    if !others.is_empty() {
        let list = others
            .iter()
            .take(10)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let n = others.len();
        notes.push(FileNote {
            rule: "file.json.not_features",
            message: Text::new(
                format!("features 中有 {n} 个成员不是要素（第 {list} 个），未读取；应为 type 是 Feature 的对象"),
                format!("{n} members of features are no features (number {list}) and were not read; expected objects of type Feature"),
            ),
        });
    }
    good
}

fn is_feature(b: &[u8], span: Span) -> bool {
    if b[span.0] != b'{' {
        return false;
    }
    let mut other = false;
    for m in Members::of(&b[..span.1], span.0).flatten() {
        match &b[m.key.0..m.key.1] {
            b"\"type\"" => {
                let raw = &b[m.value.0..m.value.1];
                if raw == b"\"Feature\"" {
                    return true;
                }
                let t = unquote(raw);
                other =
                    raw[0] != b'"' || !(t == "Feature" || geometry::TYPES.contains(&t.as_str()));
                return !other;
            }
            b"\"geometry\"" | b"\"properties\"" => {}
            _ => {}
        }
    }
    !other
}

fn array(b: &[u8], at: usize) -> Result<Outline, ReadErrorKind> {
    let mut spans: Vec<Span> = Vec::new();
    for m in Members::of(b, at) {
        spans.push(m.map_err(|e| scan_error(b, e, spans.len()))?.value);
    }
    let mut notes = Vec::new();
    let Some(first) = spans.iter().find(|s| b[s.0] == b'{') else {
        return Err(unrecognised(
            "不含对象的 JSON 数组".into(),
            "a JSON array without objects".into(),
        ));
    };
    let geo = Members::of(b, first.0).flatten().any(|m| {
        &b[m.key.0..m.key.1] == b"\"type\"" && {
            let t = unquote(&b[m.value.0..m.value.1]);
            t == "Feature" || geometry::TYPES.contains(&t.as_str())
        }
    });
    let (format, kind, crs) = if geo {
        spans = features_only(b, spans, &mut notes);
        (Format::GeoJson, Kind::Feature, DeclaredCrs::FormatDefault)
    } else {
        (Format::JsonTable, Kind::Object, DeclaredCrs::Undeclared)
    };
    Ok(Outline {
        format,
        kind,
        spans,
        name: None,
        crs,
        notes,
    })
}

/// Whether the first line alone is a whole JSON object.
fn is_line_sequence(b: &[u8], at: usize) -> bool {
    let end = memchr::memchr(b'\n', &b[at..]).map_or(b.len(), |n| at + n);
    end < b.len() && value(&b[..end], at).is_ok_and(|e| blanks(b, e) > end)
}

fn sequence(b: &[u8], spans: Vec<Span>) -> Outline {
    // A `crs` member in the first record counts for all: some writers repeat it.
    let crs = spans.first().filter(|s| b[s.0] == b'{').and_then(|s| {
        Members::of(&b[..s.1], s.0)
            .flatten()
            .find(|m| &b[m.key.0..m.key.1] == b"\"crs\"")
            .map(|m| declared(&b[m.value.0..m.value.1]))
    });
    let plain = spans.iter().find(|s| b[s.0] == b'{').is_some_and(|s| {
        !Members::of(&b[..s.1], s.0).flatten().any(|m| {
            matches!(
                &b[m.key.0..m.key.1],
                b"\"type\"" | b"\"geometry\"" | b"\"coordinates\""
            )
        })
    });
    if plain {
        return Outline {
            format: Format::JsonTable,
            kind: Kind::Object,
            spans,
            name: None,
            crs: DeclaredCrs::Undeclared,
            notes: Vec::new(),
        };
    }
    Outline {
        format: Format::GeoJsonSeq,
        kind: Kind::Feature,
        spans,
        name: None,
        crs: crs.unwrap_or(DeclaredCrs::FormatDefault),
        notes: Vec::new(),
    }
}

/// One record per line if the first line is whole, else values one after another.
fn lines(b: &[u8]) -> Outline {
    let start = blanks(b, 0);
    let mut spans = Vec::new();
    if is_line_sequence(b, start) {
        let mut at = start;
        while at < b.len() {
            let end = memchr::memchr(b'\n', &b[at..]).map_or(b.len(), |n| at + n);
            push_trimmed(b, at, end, &mut spans);
            at = end + 1;
        }
    } else {
        let mut at = start;
        while at < b.len() {
            let end = value(b, at).unwrap_or(b.len()).max(at + 1);
            spans.push((at, end));
            at = blanks(b, end);
        }
    }
    sequence(b, spans)
}

/// Records between record separators (RFC 8142).
fn records(b: &[u8]) -> Outline {
    let mut spans = Vec::new();
    let mut at = 0;
    for end in memchr::memchr_iter(0x1e, b).chain([b.len()]) {
        push_trimmed(b, at, end, &mut spans);
        at = end + 1;
    }
    sequence(b, spans)
}

fn push_trimmed(b: &[u8], at: usize, mut end: usize, spans: &mut Vec<Span>) {
    let from = blanks(&b[..end], at);
    while end > from && matches!(b[end - 1], b' ' | b'\r' | b'\n' | b'\t' | b',') {
        end -= 1;
    }
    if from < end {
        spans.push((from, end));
    }
}

/// The old `crs` member: a name, an EPSG code, or null.
fn declared(raw: &[u8]) -> DeclaredCrs {
    let Ok(v) = serde_json::from_slice::<serde_json::Value>(raw) else {
        return DeclaredCrs::FormatDefault;
    };
    let properties = &v["properties"];
    let name = properties["name"]
        .as_str()
        .or_else(|| v["name"].as_str())
        .or_else(|| v.as_str());
    match (name, properties["code"].as_u64()) {
        (Some(name), _) => DeclaredCrs::Text(name.trim().to_owned()),
        (None, Some(code)) => u32::try_from(code).map_or(DeclaredCrs::Unknown, DeclaredCrs::Epsg),
        (None, None) if v.is_null() => DeclaredCrs::Unknown,
        (None, None) => DeclaredCrs::FormatDefault,
    }
}

#[cfg(test)]
mod tests;
