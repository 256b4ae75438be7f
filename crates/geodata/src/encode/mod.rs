//! Formats out: one table of features at a time, row by row, so that memory does not grow with the table.
//!
//! Numbers are x = east, y = north (longitude, latitude), as GIS files hold them, in the table's system: degrees or metres.
//! A file is written beside its target and renamed when it is whole; GDAL sees nothing but files of ours in that folder.

mod csv;
mod flatgeobuf;
mod gdal;
mod geojson;
mod names;
mod raw;
mod shapefile;

use std::path::{Path, PathBuf};

use geo_types::Geometry;

pub use names::short_names;

use crate::Text;
use crate::decode::Value;

/// Bytes of a text that a Shapefile can hold.
pub const SHAPEFILE_TEXT: usize = 254;

/// Name of the table beside the shapes of a zip that explains the short names of their columns.
pub const EXPLAINED: &str = "fields.csv";

/// A format that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A zip with one Shapefile for each kind of geometry, and a table of their field names.
    Shapefile,
    /// GeoPackage.
    GeoPackage,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// CSV with BOM and CRLF; areas as WKT.
    Csv,
    /// FlatGeobuf, without index, so that it can be written as it comes.
    FlatGeobuf,
}

impl Format {
    /// Every format, as the command line has them.
    pub const ALL: &[Self] = &[
        Self::Shapefile,
        Self::GeoPackage,
        Self::GeoJson,
        Self::Csv,
        Self::FlatGeobuf,
    ];
    /// Their words.
    pub const WORDS: &[&str] = &["shp", "gpkg", "geojson", "csv", "fgb"];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shapefile => "shp",
            Self::GeoPackage => "gpkg",
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
        }
    }

    /// The format of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|f| f.as_str() == word)
    }

    /// The ending of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Shapefile => "zip",
            other => other.as_str(),
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Shapefile => "application/zip",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::FlatGeobuf => "application/octet-stream",
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A code: text, never a number, whatever its characters.
    Code,
    /// Whole numbers.
    Integer,
    /// Numbers with a fraction.
    Float,
}

/// A field of a table.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name in formats without limit: short, ASCII.
    pub key: String,
    /// What it is called; the heading of CSV.
    pub label: Text,
    /// The official short name, if there is one; else it is made of the initials of the Chinese label.
    pub short: Option<String>,
    /// What it holds.
    pub kind: FieldKind,
}

/// The geometry that the rows of a table usually have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// Points.
    Point,
    /// Lines, single or several.
    Line,
    /// Areas, single or several.
    Area,
    /// Several points as one.
    Points,
}

/// What is written.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name of the layer and of the members of an archive.
    pub name: String,
    /// What it is called, for people.
    pub title: Text,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// The usual geometry.
    pub shape: Shape,
    /// Whether all rows are areas: then the layer says so.
    pub only_areas: bool,
    /// The system of the numbers as other programs know it: `EPSG:n`, WKT or a PROJ text.
    pub system: String,
    /// Whether headings of CSV are Chinese.
    pub chinese: bool,
    /// Makes a text of CSV harmless for spreadsheet programs; the second word says whether it is a code.
    pub cell: fn(String, bool) -> String,
}

/// Whether a file can say that its numbers stand in this system.
///
/// # Errors
/// [`EncodeError::Refused`] for a text that no other program knows.
pub fn check_system(system: &str) -> Result<(), EncodeError> {
    gdal::spatial_ref(system).map(drop)
}

/// A row.
#[derive(Debug, Clone)]
pub struct Feature {
    /// One value for each field.
    pub values: Vec<Value>,
    /// In the table's system; `None` when the row has none.
    pub geometry: Option<Geometry<f64>>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Texts that had to be cut because the format holds no more than [`SHAPEFILE_TEXT`] bytes.
    pub cut: u64,
    /// The first of these: row, from 1, and label of its field.
    pub first_cut: Option<(u64, Text)>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The disk.
    #[error("{}: {reason}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// GDAL.
    #[error("{0}")]
    Gdal(String),
    /// What was asked for cannot be.
    #[error("{}", .0.en)]
    Refused(Text),
    /// Whoever gives the rows has failed.
    #[error("{}", .0.en)]
    Rows(Text),
}

impl EncodeError {
    fn io(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |reason| Self::Io {
            path: path.clone(),
            reason,
        }
    }

    /// For people.
    pub fn text(&self) -> Text {
        match self {
            Self::Refused(text) | Self::Rows(text) => text.clone(),
            Self::Io { .. } | Self::Gdal(_) => {
                Text::new(format!("写入失败：{self}"), format!("cannot write: {self}"))
            }
        }
    }
}

/// The rows of a table as they come.
pub type Rows<'a> = &'a mut dyn Iterator<Item = Result<Feature, EncodeError>>;

/// Writes a table to a file. What stood there before is replaced when the new file is whole; on failure it stays.
///
/// # Errors
/// [`EncodeError`]; nothing is left behind.
pub fn write(
    format: Format,
    table: &Table,
    rows: Rows<'_>,
    path: &Path,
) -> Result<Written, EncodeError> {
    let parent = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new()
        .prefix(".jieming-export-")
        .tempdir_in(parent)
        .map_err(EncodeError::io(parent))?;
    let part = folder.path().join(format!("whole.{}", format.extension()));
    let written = match format {
        Format::Shapefile => shapefile::write(table, rows, folder.path(), &part),
        Format::GeoPackage => gdal::write(table, rows, &part),
        Format::FlatGeobuf => flatgeobuf::write(table, rows, &part),
        Format::GeoJson => geojson::write(table, rows, &part),
        Format::Csv => csv::write(table, rows, &part),
    }?;
    std::fs::rename(&part, path).map_err(EncodeError::io(path))?;
    Ok(written)
}
