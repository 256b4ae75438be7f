//! Reports: plain data in, documents out. No database, no clock, no files: dates are given as text, output goes to any
//! [`std::io::Write`].
//!
//! One [`Report`] serves three scopes: an audit as a whole, one unit, and the common line of two units. [`write`] renders it in
//! one of the [`Format`]s, so that `jieming audit` and `jieming report` share one writer per format:
//!
//! - [`Format::Html`]: for print on A4, with figures; the document that both sides sign;
//! - [`Format::Xlsx`]: one sheet per kind of finding, codes as text;
//! - [`Format::GeoJson`]: a `FeatureCollection`, one feature per finding, every key always present;
//! - [`Format::Csv`]: UTF-8 with BOM for spreadsheet programs, cells that look like formulas made harmless;
//! - [`Format::Json`]: counts and findings.
//!
//! All coordinates are longitude, latitude in degrees (EPSG:4490); areas are ellipsoidal square metres, lengths metres. Names
//! and codes are outside input: every writer escapes them for its format.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod csv_out;
mod geojson;
mod html;
mod json;
mod rows;
mod template;
mod text;
mod xlsx;

pub use csv_out::{code as code_cell, harmless as text_cell};
pub use template::write_place_template;

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use geo_types::{Geometry, MultiLineString, MultiPolygon};
use jieming_domain::finding::{GapKind, Kind, Severity, UnknownWord};
use jieming_domain::lang::Lang;

/// What a report is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Scope {
    /// Everything that an audit looked at.
    Audit {
        /// What was audited, for the title: file names, or the name of the database.
        subject: String,
    },
    /// One unit.
    Unit {
        /// Code.
        code: String,
        /// Name.
        name: String,
    },
    /// The common line of two units.
    Line {
        /// Codes, in order.
        codes: [String; 2],
        /// Names, in the order of the codes.
        names: [String; 2],
        /// The line, when the units have one.
        line: Option<CommonLine>,
    },
}

/// The common line of two neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonLine {
    /// Length in metres, agreed or not.
    pub length_m: f64,
    /// Length in metres that is the same edge on both sides.
    pub agreed_m: f64,
    /// Length in metres on which the sides differ by no more than the level's tolerance.
    pub within_m: f64,
    /// The line in degrees.
    pub geometry: Option<MultiLineString<f64>>,
}

/// A unit that is drawn: a party or a neighbour.
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Area in degrees.
    pub geometry: MultiPolygon<f64>,
}

/// One row of a unit's list of lines.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighbourLine {
    /// Code of the neighbour.
    pub code: String,
    /// Name of the neighbour.
    pub name: String,
    /// Length in metres.
    pub length_m: f64,
    /// Length in metres that is the same edge on both sides.
    pub agreed_m: f64,
    /// Findings between the two.
    pub findings: usize,
}

/// Whether a finding was there before. File audits have no history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// First seen in the newest run.
    New,
    /// Seen before and still there.
    Open,
    /// Not there any more.
    Gone,
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Identity.
    pub id: String,
    /// Rule, such as `coverage.overlap`.
    pub rule: Cow<'static, str>,
    /// Kind.
    pub kind: Kind,
    /// Kind of gap.
    pub gap_kind: Option<GapKind>,
    /// Codes of the parties.
    pub units: Vec<Arc<str>>,
    /// Names of the parties, in the order of the codes.
    pub unit_names: Vec<Arc<str>>,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Level; `None` or empty when the file has one level without a name.
    pub level: Option<Arc<str>>,
    /// Severity.
    pub severity: Severity,
    /// State, where there is a history.
    pub state: Option<State>,
    /// Ellipsoidal area in m².
    pub area_m2: Option<f64>,
    /// Diameter of the largest inscribed circle in m.
    pub max_width_m: Option<f64>,
    /// Length in m.
    pub length_m: Option<f64>,
    /// The sentence, in the report's language.
    pub message: String,
    /// Geometry in degrees.
    pub geometry: Option<Geometry<f64>>,
    /// A point on or in it, degrees.
    pub point: Option<[f64; 2]>,
    /// Names of places affected, or of the place concerned.
    pub places: Vec<String>,
    /// The stretches of outlines that cause it, where they were asked for; written to GeoJSON and JSON.
    pub edges: Vec<OutlineStretch>,
}

/// A stretch of a unit's outline: from one vertex of a ring to another, along the ring.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutlineStretch {
    /// Code of the unit.
    pub unit: String,
    /// Which part of the unit, from 0.
    pub part: u32,
    /// Which ring of the part; 0 is the outer one.
    pub ring: u32,
    /// First and last vertex, from 0. Over the ring's end when the first is not below the last.
    pub vertices: [u32; 2],
}

/// What an audit took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Units looked at.
    pub units: usize,
    /// Vertices of their outlines.
    pub vertices: usize,
    /// Seconds it took.
    pub seconds: f64,
}

/// A report's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Language of headings, labels and words.
    pub lang: Lang,
    /// What it is about.
    pub scope: Scope,
    /// Level of the units, as stored (`county`); shown in the report's language.
    pub level: Option<String>,
    /// When it was made, ISO 8601 (at least a date).
    pub made_at: String,
    /// What to say about coordinates, such as `CGCS2000 (EPSG:4490)`.
    pub crs_note: String,
    /// Where the data came from: files, dates. One line each.
    pub sources: Vec<String>,
    /// Units that are drawn. The parties of a line come first, in order; the unit of a unit report comes first.
    pub parties: Vec<Party>,
    /// The findings, in any order.
    pub findings: Vec<Finding>,
    /// The lines of a unit with its neighbours.
    pub lines: Vec<NeighbourLine>,
    /// What the audit took.
    pub effort: Option<Effort>,
    /// Figures are drawn of at most this many findings, the largest; all findings stand in the table.
    pub figures: usize,
}

impl Report {
    /// As many figures as print well.
    pub const FIGURES: usize = 60;

    /// Number, kind and total area (m²) of the findings by kind, in the catalogue's order; only kinds that occur.
    pub fn counts(&self) -> Vec<(Kind, usize, f64)> {
        counts(self.findings.iter())
    }
}

/// Number and total area (m²) by kind; only kinds that occur.
pub(crate) fn counts<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<(Kind, usize, f64)> {
    let mut rows: Vec<(Kind, usize, f64)> = Kind::ALL.iter().map(|&k| (k, 0, 0.0)).collect();
    for f in findings {
        if let Some(row) = rows.iter_mut().find(|r| r.0 == f.kind) {
            row.1 += 1;
            row.2 += f.area_m2.unwrap_or(0.0);
        }
    }
    rows.retain(|r| r.1 > 0);
    rows
}

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// HTML for print.
    Html,
    /// Spreadsheet.
    Xlsx,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// CSV.
    Csv,
    /// Summary and findings without geometry.
    Json,
}

impl Format {
    /// The word of the command line and the API, which is also the file name extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The media type for HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownWord;
    fn from_str(s: &str) -> Result<Self, UnknownWord> {
        match s {
            "html" => Ok(Self::Html),
            "xlsx" => Ok(Self::Xlsx),
            "geojson" => Ok(Self::GeoJson),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(UnknownWord {
                found: s.to_owned(),
                expected: &["html", "xlsx", "geojson", "csv", "json"],
            }),
        }
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The output refused bytes.
    #[error("cannot write the report: {0}")]
    Io(#[from] std::io::Error),
    /// The spreadsheet could not be put together.
    #[error("cannot make the spreadsheet: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

/// Writes a report in a format.
///
/// GeoJSON, CSV and JSON keep the order of the findings and hold few at a time; HTML and XLSX sort the largest first.
///
/// # Errors
/// [`ReportError`] when the output fails.
pub fn write(report: &Report, format: Format, out: &mut dyn Write) -> Result<(), ReportError> {
    match format {
        Format::Html => html::write(report, out)?,
        Format::Xlsx => xlsx::write(report, out)?,
        Format::GeoJson => geojson::write(&report.findings, out)?,
        Format::Csv => csv_out::write(report.lang, &report.findings, out)?,
        Format::Json => json::write(report, out)?,
    }
    Ok(())
}

/// The findings in the order of a printed report: the largest first, those without area by severity, then by id.
pub(crate) fn by_size(findings: &[Finding]) -> Vec<&Finding> {
    let mut list: Vec<&Finding> = findings.iter().collect();
    list.sort_by(|a, b| {
        let size = |f: &Finding| f.area_m2.unwrap_or(-1.0);
        size(b)
            .total_cmp(&size(a))
            .then(b.severity.cmp(&a.severity))
            .then_with(|| a.id.cmp(&b.id))
    });
    list
}
