//! Collections out: units, places and findings as files for other programs.
//!
//! The store gives pages as of one moment, the writer ([`jieming_geodata::encode`]) takes them on a thread of its own; no
//! more than three pages are in memory. A file is there when it is whole.

mod collection;
mod findings;
mod places;
mod request;
mod units;

use std::path::Path;

use geo_types::Geometry;
use jieming_geodata::Text;
use jieming_geodata::crs::Plane;
use jieming_geodata::decode::Value;
use jieming_geodata::encode::{self, EncodeError, Feature, Field, FieldKind, Table, Written};
use tokio::sync::mpsc;

pub use collection::Collection;
pub use request::{Asked, Request};

use crate::store::{Pages, Store, StoreError};

/// What kind of refusal or failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No such collection.
    Collection,
    /// The format is unknown.
    Format,
    /// The coordinate system is unknown, needs parameters, or cannot be declared in this format.
    Crs,
    /// The kind of extent does not apply.
    Kind,
    /// The data cannot be carried to the coordinate system.
    Data,
    /// A fault of the program or the machine.
    Work,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", .text.en)]
pub struct ExportError {
    /// What kind of refusal or failure.
    pub why: Why,
    /// For people.
    pub text: Text,
}

impl ExportError {
    fn new(why: Why, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let text = Text::new(zh, en);
        Self { why, text }
    }
}

impl From<StoreError> for ExportError {
    fn from(e: StoreError) -> Self {
        Self::new(Why::Work, e.to_string(), e.to_string())
    }
}

impl From<EncodeError> for ExportError {
    fn from(e: EncodeError) -> Self {
        let why = match &e {
            EncodeError::Refused(_) => Why::Data,
            EncodeError::Io { .. } | EncodeError::Gdal(_) | EncodeError::Rows(_) => Why::Work,
        };
        let text = e.text();
        Self { why, text }
    }
}

/// What was written, and what of it a reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// Rows and texts that were cut.
    pub written: Written,
    /// Rows whose position the coordinate system does not reach: written without geometry.
    pub outside: u64,
}

impl Done {
    /// Remarks for people; none when all is as it was.
    pub fn remarks(&self) -> Vec<Text> {
        let mut out = Vec::new();
        if let Some((row, field)) = &self.written.first_cut {
            let (n, most) = (self.written.cut, encode::SHAPEFILE_TEXT);
            out.push(Text::new(
                format!(
                    "{n} 处文本超过 {most} 字节，已截短（首处：第 {row} 行“{}”）；其他格式不截短",
                    field.zh
                ),
                format!(
                    "{n} texts longer than {most} bytes were cut (the first: row {row}, {}); other formats keep them whole",
                    field.en
                ),
            ));
        }
        if self.outside > 0 {
            let n = self.outside;
            out.push(Text::new(
                format!("{n} 行的位置超出该坐标系的有效范围，只写出属性"),
                format!("{n} rows lie where the system does not reach: written without geometry"),
            ));
        }
        out
    }
}

/// Writes a collection to a file; what stood there is replaced when the new file is whole.
///
/// # Errors
/// [`ExportError`]; then what stood there still stands.
pub async fn export(
    store: &dyn Store,
    request: &Request,
    path: &Path,
) -> Result<Done, ExportError> {
    let to = (request.format, path);
    let plane = request.plane.clone();
    match &request.collection {
        Collection::Units { level, kind } => {
            let table = units::table(request);
            let row = move |unit| units::row(unit, &plane).map(|f| (f, true));
            let (pages, writing) = begin(to, table, row);
            let walked = store.walk_extents(level.as_deref(), *kind, &pages).await;
            end(walked, pages, writing).await
        }
        Collection::Places => {
            let table = places::table(request);
            let mut form = places::Form::new(request);
            let (pages, writing) = begin(to, table, move |place| Ok(form.row(place)));
            let walked = store.walk_places(&pages).await;
            end(walked, pages, writing).await
        }
        Collection::Findings => {
            let table = findings::table(request);
            let words = request.clone();
            let (pages, writing) = begin(to, table, move |f| Ok(findings::row(f, &words)));
            let walked = store.walk_findings(&pages).await;
            end(walked, pages, writing).await
        }
    }
}

type Writing = tokio::task::JoinHandle<Result<Done, EncodeError>>;

/// Starts the writer. `row` also says whether the position could be carried over.
fn begin<T: Send + 'static>(
    (format, path): (encode::Format, &Path),
    table: Table,
    row: impl FnMut(T) -> Result<(Feature, bool), EncodeError> + Send + 'static,
) -> (Pages<T>, Writing) {
    let (pages, taken) = mpsc::channel(1);
    let path = path.to_path_buf();
    let writing = tokio::task::spawn_blocking(move || {
        let mut rows = Arrivals {
            pages: taken,
            page: Vec::new().into_iter(),
            ended: false,
            row,
            outside: 0,
        };
        let written = encode::write(format, &table, &mut rows, &path)?;
        let outside = rows.outside;
        Ok(Done { written, outside })
    });
    (pages, writing)
}

/// Tells the writer that all was given, if it was, and waits for it.
async fn end<T>(
    walked: crate::store::Result<()>,
    pages: Pages<T>,
    writing: Writing,
) -> Result<Done, ExportError> {
    if walked.is_ok() {
        // A writer that has failed takes nothing more; its own word comes below.
        let _ = pages.send(Vec::new()).await;
    }
    drop(pages);
    let done = writing
        .await
        .map_err(|e| ExportError::new(Why::Work, e.to_string(), e.to_string()))?;
    walked?;
    Ok(done?)
}

/// Rows out of pages as they come. An empty page says that there are no more; without it the walk was broken off.
struct Arrivals<T, F> {
    pages: mpsc::Receiver<Vec<T>>,
    page: std::vec::IntoIter<T>,
    ended: bool,
    row: F,
    outside: u64,
}

impl<T, F: FnMut(T) -> Result<(Feature, bool), EncodeError>> Iterator for Arrivals<T, F> {
    type Item = Result<Feature, EncodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            if let Some(item) = self.page.next() {
                let row = (self.row)(item).map(|(feature, reached)| {
                    self.outside += u64::from(!reached);
                    feature
                });
                return Some(row);
            }
            match self.pages.blocking_recv() {
                Some(page) if page.is_empty() => self.ended = true,
                Some(page) => self.page = page.into_iter(),
                None => {
                    self.ended = true;
                    return Some(Err(EncodeError::Rows(Text::new(
                        "导出中断",
                        "the export was broken off",
                    ))));
                }
            }
        }
        None
    }
}

/// Degrees by which a way to a plane and back may miss: about a millimetre.
const THERE_AND_BACK: f64 = 1e-8;

/// A geometry in EPSG:4490 carried to a plane; `None` where the plane does not reach.
fn carried(plane: &Plane, geometry: &Geometry<f64>) -> Option<Geometry<f64>> {
    use geo::CoordsIter as _;
    if plane.is_storage() {
        return Some(geometry.clone());
    }
    let there = plane.geometry_from_storage(geometry).ok()?;
    // Only the way back knows the area in which the plane holds.
    let back = plane.geometry_to_storage(&there).ok()?;
    let near = geometry
        .coords_iter()
        .zip(back.coords_iter())
        .all(|(a, b)| (a.x - b.x).abs() <= THERE_AND_BACK && (a.y - b.y).abs() <= THERE_AND_BACK);
    near.then_some(there)
}

/// A field with a fixed English name, which is its short name too unless another is given.
fn field(key: &str, short: &str, zh: &str, en: &str, kind: FieldKind) -> Field {
    Field {
        key: key.to_owned(),
        label: Text::new(zh, en),
        short: Some(short.to_owned()),
        kind,
    }
}

fn text(value: impl Into<String>) -> Value {
    let value = value.into();
    if value.is_empty() {
        Value::Null
    } else {
        Value::Text(value)
    }
}

fn number(value: Option<f64>) -> Value {
    value
        .filter(|v| v.is_finite())
        .map_or(Value::Null, Value::Float)
}

/// A text as a cell that computes nothing in a spreadsheet program. Plain numbers do not, with a sign neither.
fn cell(value: String, code: bool) -> String {
    if code {
        return jieming_reports::code_cell(value);
    }
    let digits = value.strip_prefix(['-', '+']).unwrap_or(&value);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain {
        value
    } else {
        jieming_reports::text_cell(value)
    }
}
