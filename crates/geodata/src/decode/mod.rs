//! From the bytes of an upload to rows.
//!
//! A format is known by its content, never by its name alone. Rows come in file order, numbered from 1; a row that
//! cannot be read in full carries [`RowProblem`]s and is still delivered. Only what makes the walk itself impossible
//! (a cut file, a decoder that died) is a [`ReadError`].

mod container;
mod dbf;
mod dxf;
mod encoding;
mod flatgeobuf;
pub(crate) mod gdal;
mod json;
mod markup;
mod open;
pub(crate) mod row;
mod run;
mod sniff;
mod staging;
mod survey;
mod table;
pub(crate) mod wire;
mod workbook;

pub use row::{Row, RowGeometry, RowProblem, Value};

use std::{ffi::OsString, path::Path, path::PathBuf};

use crate::{ReadError, Text, crs::DeclaredCrs};

/// What the caller wants from a file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The layer, sheet or archive member to read; needed when a file holds several.
    pub layer: Option<String>,
    /// The text encoding to use instead of the detected one (any WHATWG label: `gbk`, `gb18030`, `utf-8`, `shift_jis`).
    pub encoding: Option<String>,
    /// Upper bounds on what is read.
    pub limits: Limits,
}

/// Upper bounds. Each refusal names the bound that was met.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of the file as received.
    pub file_bytes: u64,
    /// Bytes of everything unpacked from one archive or compressed file.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte, judged beyond the first 10 MiB unpacked.
    pub unpack_ratio: u64,
    /// Members of one archive.
    pub archive_members: usize,
    /// Seconds the decoder child may take between two rows, and before the first one.
    pub decoder_silence_seconds: u64,
    /// Processor seconds of the decoder child in all.
    pub decoder_cpu_seconds: u64,
    /// Address space of the decoder child, in bytes.
    pub decoder_memory_bytes: u64,
    /// Bytes that the decoder child may send in all.
    pub decoder_output_bytes: u64,
}

impl Limits {
    /// Bounds for a machine with 4 GB: files up to 2 GiB, 8 GiB unpacked, a ratio of 200, 10,000 members.
    pub const USUAL: Self = Self {
        file_bytes: 2 << 30,
        unpacked_bytes: 8 << 30,
        unpack_ratio: 200,
        archive_members: 10_000,
        decoder_silence_seconds: 60,
        decoder_cpu_seconds: 1_800,
        decoder_memory_bytes: 4 << 30,
        decoder_output_bytes: 16 << 30,
    };
}

impl ReadOptions {
    /// No layer, no encoding named, [`Limits::USUAL`].
    pub fn usual() -> Self {
        Self {
            layer: None,
            encoding: None,
            limits: Limits::USUAL,
        }
    }
}

/// The command that starts the decoder child: this program with the hidden word `decode`.
#[derive(Debug, Clone)]
pub struct Decoder {
    /// The program, usually [`std::env::current_exe`].
    pub program: PathBuf,
    /// The words before those of one call, usually `["decode"]`.
    pub args: Vec<OsString>,
}

/// The format that the content of a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// GeoJSON: a collection, one feature, or a bare geometry.
    GeoJson,
    /// One GeoJSON feature or geometry per line or record separator.
    GeoJsonSeq,
    /// A JSON array of plain objects, without geometry.
    JsonTable,
    /// FlatGeobuf.
    FlatGeobuf,
    /// Text with delimiters: CSV, TSV and their kin.
    DelimitedText,
    /// An Office Open XML workbook.
    Xlsx,
    /// A workbook of Excel 97 to 2003.
    Xls,
    /// An OpenDocument workbook.
    Ods,
    /// KML, also packed as KMZ.
    Kml,
    /// GPX.
    Gpx,
    /// MapInfo, as TAB with its siblings or as MIF with its MID.
    MapInfo,
    /// Geography Markup Language.
    Gml,
    /// Drawing exchange format of AutoCAD.
    Dxf,
    /// TopoJSON.
    TopoJson,
    /// The land survey's boundary text (界址点 TXT).
    SurveyText,
    /// ESRI Shapefile with its siblings.
    Shapefile,
    /// A dBASE table on its own.
    Dbf,
    /// OGC GeoPackage.
    GeoPackage,
    /// ESRI File Geodatabase, in a zip.
    FileGdb,
}

/// How the text encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingSource {
    /// The caller named it.
    Option,
    /// A byte-order mark.
    Mark,
    /// The `.cpg` file beside a table.
    CodePageFile,
    /// The language byte in the head of a table.
    LanguageByte,
    /// The format allows one encoding only.
    Format,
    /// The bytes are valid UTF-8 (or plain ASCII).
    ValidUtf8,
    /// Guessed from the bytes.
    Guess,
}

/// The text encoding of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodingUse {
    /// WHATWG name, such as `UTF-8` or `gb18030`.
    pub name: String,
    /// How it was found.
    pub source: EncodingSource,
    /// How sure: 1.0 = beyond doubt, 0.5 = a guess.
    pub sure: f64,
}

/// Something worth knowing about the whole file; never a reason to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct FileNote {
    /// Stable rule id, such as `file.encoding.broken_bytes`.
    pub rule: &'static str,
    /// What was found, where, and what was done about it.
    pub message: Text,
}

/// A layer, sheet or archive member that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// The name to pass as [`ReadOptions::layer`].
    pub name: String,
    /// Rows, where the container says so.
    pub rows: Option<u64>,
    /// Whether its rows carry geometry, where the container says so.
    pub geometry: Option<bool>,
}

/// Rows in file order. An error ends the iteration: the rows before it are good, those after it are lost.
pub type Rows = Box<dyn Iterator<Item = Result<Row, ReadError>> + Send>;

/// An opened file, ready to be walked once.
pub struct Source {
    /// What the content is.
    pub format: Format,
    /// The layer being read, where the format has layers.
    pub layer: Option<String>,
    /// All layers of the file (empty where the format has none).
    pub layers: Vec<LayerInfo>,
    /// Field names in order, as far as known before the walk. For formats without a header (GeoJSON) those of the
    /// first rows; later rows may bring more.
    pub fields: Vec<String>,
    /// What the file says about its coordinate reference system.
    pub declared_crs: DeclaredCrs,
    /// The text encoding used.
    pub encoding: EncodingUse,
    /// Rows, where known before the walk: for progress bars only.
    pub row_count_hint: Option<u64>,
    /// Notes on the whole file.
    pub notes: Vec<FileNote>,
    /// The rows.
    pub rows: Rows,
}

/// Opens the file at `path`, whatever supported format its content is, plain or packed.
///
/// `decoder` is started for what GDAL reads and for workbooks only.
pub fn open(path: &Path, options: &ReadOptions, decoder: &Decoder) -> Result<Source, ReadError> {
    open::open(path, options, decoder)
}

/// The note for geometry with more than two dimensions.
fn z_dropped() -> Text {
    Text::new(
        "坐标含高程或测量值（Z/M），只保留平面坐标",
        "the positions carry Z or M; only the plane coordinates are kept",
    )
}
