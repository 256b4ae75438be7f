//! What goes into the store and comes out of it.

use std::borrow::Cow;
use std::sync::Arc;

use geo_types::{Geometry, MultiLineString, MultiPolygon};
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::lang::Lang;
use jieming_domain::message::{Param, Params, Values};
use jieming_domain::rules;
use jieming_domain::unit::ExtentKind;
use serde_json::Value as Json;

pub use jieming_geodata::crs::ParameterSet;

use super::Attributes;

/// West, south, east, north in degrees.
pub type Bbox = [f64; 4];
/// Moment as written: RFC 3339, UTC, milliseconds.
pub type Timestamp = String;

/// Number of a submission in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubmissionId(pub i64);

/// What a file is handed in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubmissionAs {
    /// Extents of units.
    Units,
    /// Place names.
    Places,
}

impl SubmissionAs {
    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Places => "places",
        }
    }
}

/// A file about to be taken in.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// SHA-256 of the bytes as received, lower-case hex.
    pub sha256: String,
    /// What it is handed in as.
    pub kind: SubmissionAs,
    /// File name as the sender gave it, without folders.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Every option that changes the outcome, in a fixed order: same bytes and same options give the same receipt.
    pub options: Json,
}

/// Answer to [`super::Store::begin_submission`].
#[derive(Debug, Clone)]
pub enum Begun {
    /// Go on staging under this number.
    Started(SubmissionId),
    /// The same bytes with the same options were accepted before.
    Duplicate(Box<Submission>),
}

/// Counts of rows. `read == accepted + rejected`; `with_findings` are part of the accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCounts {
    /// Rows met.
    pub read: u64,
    /// Rows taken in.
    pub accepted: u64,
    /// Accepted rows that have findings.
    pub with_findings: u64,
    /// Rows not taken in.
    pub rejected: u64,
}

/// A choice that was made while reading, for the receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// `crs`, `encoding`, `mapping`, `layer`, `profile`, `angles` or `format`.
    pub what: String,
    /// The outcome, such as `EPSG:4326`.
    pub value: String,
    /// How it came about, Chinese.
    pub how_zh: String,
    /// How it came about, English.
    pub how_en: String,
    /// Whether the file or the caller said so (`true`), or it was inferred.
    pub sure: bool,
}

/// How an accepted submission ended.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Rows.
    pub rows: RowCounts,
    /// Choices made.
    pub decisions: Vec<Decision>,
    /// What accepted extents legally hold from, `YYYY-MM-DD`; `None` when not said.
    pub valid_from: Option<String>,
    /// An earlier submission that this one corrects: what is visible of it and not in this one is superseded.
    /// Named by the SHA-256 of its bytes; see [`Store::corrected`].
    pub corrects: Option<String>,
}

/// Why a whole file was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Stable short code, such as `file.truncated`.
    pub code: String,
    /// The message in Chinese.
    pub zh: String,
    /// The message in English.
    pub en: String,
    /// Rows met before.
    pub rows: RowCounts,
    /// Choices made before.
    pub decisions: Vec<Decision>,
}

/// A finished submission.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Its number.
    pub id: SubmissionId,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// What it was handed in as.
    pub kind: SubmissionAs,
    /// File name as the sender gave it.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// The options it was read with.
    pub options: Json,
    /// When it came.
    pub received_at: Timestamp,
    /// Who sent it.
    pub actor: String,
    /// Rows.
    pub rows: RowCounts,
    /// Choices made.
    pub decisions: Vec<Decision>,
    /// Code, Chinese and English message when refused.
    pub error: Option<(String, String, String)>,
}

/// An extent to be staged.
#[derive(Debug, Clone)]
pub struct NewExtent {
    /// Level word, `""` when the file has one level without a name.
    pub level: String,
    /// Kind of extent.
    pub kind: ExtentKind,
    /// Code, `""` when missing; then the name identifies the unit.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the unit above, if said or told by the code.
    pub parent_code: Option<String>,
    /// In EPSG:4490 degrees.
    pub geometry: MultiPolygon<f64>,
    /// In the source's plane, or `None` when that is EPSG:4490 itself, number by number.
    pub source: Option<MultiPolygon<f64>>,
    /// The plane of `source` as text (`EPSG:4547`, a WKT, …).
    pub plane: String,
    /// What the source's coordinate system was said or taken to be.
    pub source_crs: String,
    /// How the source numbers became 4490.
    pub method: String,
    /// Accuracy of the positions in metres, as far as known.
    pub accuracy_m: Option<f64>,
    /// Ellipsoidal area in m².
    pub area_m2: f64,
    /// Row of the file (the first one, for units of several rows).
    pub row: u64,
    /// Attributes as received.
    pub attributes: Attributes,
}

/// A visible extent.
#[derive(Debug, Clone)]
pub struct UnitExtent {
    /// Lasting number of the unit (the same for all versions and kinds).
    pub unit_id: i64,
    /// Number of this version of its extent.
    pub extent_id: i64,
    /// Code, `""` when missing.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: String,
    /// Kind of extent.
    pub kind: ExtentKind,
    /// Code of the unit above.
    pub parent_code: Option<String>,
    /// In EPSG:4490 degrees.
    pub geometry: MultiPolygon<f64>,
    /// In the source's plane; `None` when `geometry` is already in it (or when not loaded).
    pub source: Option<MultiPolygon<f64>>,
    /// How much each vertex of `geometry` matters to a map, in m²: see [`VertexWeights`]. `None` until an audit has seen
    /// this version; only loaded by [`super::Store::units_in_box`].
    pub weights: Option<Vec<f32>>,
    /// The plane topology is decided in: that of `source`, else `EPSG:4490`.
    pub plane: String,
    /// What the source's coordinate system was said or taken to be.
    pub source_crs: String,
    /// How the source numbers became 4490.
    pub method: String,
    /// Accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// Ellipsoidal area in m².
    pub area_m2: f64,
    /// Box in degrees.
    pub bbox: Bbox,
    /// SHA-256 of the submission it came with.
    pub submission: String,
    /// Row there.
    pub row: u64,
}

/// A coverage: the extents of one level and kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Level.
    pub level: String,
    /// Kind.
    pub kind: ExtentKind,
    /// Number of units.
    pub units: u64,
    /// Box of all.
    pub bbox: Option<Bbox>,
    /// Largest area of a unit in m²: larger means higher when the names of levels do not tell.
    pub largest_m2: f64,
}

/// A place to be staged.
#[derive(Debug, Clone)]
pub struct NewPlace {
    /// Code as received, if any.
    pub code: Option<String>,
    /// Name; never empty.
    pub name: String,
    /// Category code or word.
    pub category: Option<String>,
    /// Code, else name, of the unit it claims to be in.
    pub unit: Option<String>,
    /// Longitude and latitude in EPSG:4490 degrees.
    pub position: Option<[f64; 2]>,
    /// Geometry in 4490 when it is more than that point.
    pub geometry: Option<Geometry<f64>>,
    /// Numbers of the source as text, first and second as they stood.
    pub source_position: Option<(String, String)>,
    /// What the source's coordinate system was said or taken to be.
    pub source_crs: Option<String>,
    /// How the source numbers became 4490.
    pub method: Option<String>,
    /// Accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// Row of the file.
    pub row: u64,
    /// Attributes as received.
    pub attributes: Attributes,
}

/// A visible place.
#[derive(Debug, Clone)]
pub struct Place {
    /// Number of this version of the place.
    pub id: i64,
    /// Code.
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// Category.
    pub category: Option<String>,
    /// Code of the claimed unit where it is known, else what the place claims.
    pub unit_code: Option<String>,
    /// Name of the claimed unit where it is known.
    pub unit_name: Option<String>,
    /// Longitude, latitude.
    pub position: Option<[f64; 2]>,
    /// Geometry when it is more than the point; only loaded by [`super::Store::place`].
    pub geometry: Option<Geometry<f64>>,
    /// Source numbers as they stood.
    pub source_position: Option<(String, String)>,
    /// Source coordinate system.
    pub source_crs: Option<String>,
    /// How they became 4490.
    pub method: Option<String>,
    /// Accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// SHA-256 of the submission.
    pub submission: String,
    /// Row there.
    pub row: u64,
    /// Attributes as received; only loaded by [`super::Store::place`].
    pub attributes: Json,
    /// Findings on it that are not gone.
    pub findings: u64,
    /// The worst severity among them.
    pub severity: Option<Severity>,
}

/// A place as the audit needs it.
#[derive(Debug, Clone)]
pub struct AuditPlace {
    /// Number of this version of the place.
    pub id: i64,
    /// Lasting identity: the same for a later delivery of the same place.
    pub identity: String,
    /// Name.
    pub name: String,
    /// Longitude, latitude.
    pub position: Option<[f64; 2]>,
    /// Accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// What the place claims: a unit's code or name as received.
    pub unit: Option<String>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Taken in, nothing to say.
    Accepted,
    /// Taken in, with findings.
    WithFindings,
    /// Not taken in.
    Rejected,
}

impl RowState {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::WithFindings => "with_findings",
            Self::Rejected => "rejected",
        }
    }
}

impl std::str::FromStr for RowState {
    type Err = jieming_domain::finding::UnknownWord;
    fn from_str(s: &str) -> std::result::Result<Self, Self::Err> {
        match s {
            "accepted" => Ok(Self::Accepted),
            "with_findings" => Ok(Self::WithFindings),
            "rejected" => Ok(Self::Rejected),
            _ => Err(jieming_domain::finding::UnknownWord {
                found: s.to_owned(),
                expected: &["accepted", "with_findings", "rejected"],
            }),
        }
    }
}

/// One row of a submission.
#[derive(Debug, Clone, PartialEq)]
pub struct RowResult {
    /// Number of the row, from 1.
    pub row: u64,
    /// What became of it.
    pub state: RowState,
    /// Its name, as far as read.
    pub name: String,
    /// Its code, as far as read.
    pub code: String,
    /// Where it is, EPSG:4490 longitude and latitude, as far as read: also of a row that was rejected.
    pub position: Option<[f64; 2]>,
}

/// A finding on a row or (`row` is `None`) on the whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFinding {
    /// Number of the row.
    pub row: Option<u64>,
    /// Column, or field.
    pub field: Option<String>,
    /// Rule of the catalogue.
    pub rule: String,
    /// Severity.
    pub severity: Severity,
    /// The value found.
    pub found: Option<String>,
    /// For the texts of the rule. A text that differs by language stands under `key` + `_zh` and `key` + `_en`.
    pub params: Params,
}

/// A row with its findings.
#[derive(Debug, Clone, PartialEq)]
pub struct RowResultWithFindings {
    /// The row.
    pub row: RowResult,
    /// Its findings.
    pub findings: Vec<RowFinding>,
}

/// State of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingState {
    /// First seen in the newest run.
    New,
    /// Seen before and still there.
    Open,
    /// Not there any more.
    Gone,
}

impl FindingState {
    /// Every state.
    pub const ALL: &[Self] = &[Self::New, Self::Open, Self::Gone];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Gone => "gone",
        }
    }
}

impl std::str::FromStr for FindingState {
    type Err = jieming_domain::finding::UnknownWord;
    fn from_str(s: &str) -> std::result::Result<Self, Self::Err> {
        match s {
            "new" => Ok(Self::New),
            "open" => Ok(Self::Open),
            "gone" => Ok(Self::Gone),
            _ => Err(jieming_domain::finding::UnknownWord {
                found: s.to_owned(),
                expected: &["new", "open", "gone"],
            }),
        }
    }
}

/// A unit that is party to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Lasting number of the unit, when it is one of the database.
    pub unit_id: Option<i64>,
    /// Code (or name, for units without code).
    pub code: Arc<str>,
    /// Name.
    pub name: Arc<str>,
}

impl Party {
    /// What to call it in a sentence.
    pub fn label(&self) -> &str {
        match (self.name.is_empty(), self.code.is_empty()) {
            (false, _) => &self.name,
            (true, false) => &self.code,
            (true, true) => "?",
        }
    }
}

/// What the audit says of one finding: everything but its history.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingBody {
    /// Rule of the catalogue.
    pub rule: Cow<'static, str>,
    /// Kind.
    pub kind: Kind,
    /// Kind of gap.
    pub gap_kind: Option<GapKind>,
    /// Level of the units.
    pub level: Arc<str>,
    /// Kind of extent it was found in.
    pub extent_kind: ExtentKind,
    /// Parties, ordered by code.
    pub units: Vec<Party>,
    /// Code of the unit above (name, when it has no code).
    pub parent: Option<String>,
    /// Severity.
    pub severity: Severity,
    /// Ellipsoidal area in m².
    pub area_m2: Option<f64>,
    /// Diameter of the largest inscribed circle in m.
    pub max_width_m: Option<f64>,
    /// Length in m.
    pub length_m: Option<f64>,
    /// In EPSG:4490 degrees.
    pub geometry: Option<Geometry<f64>>,
    /// A point on or in it: where the map flies to.
    pub point: Option<[f64; 2]>,
    /// The place concerned: number and name.
    pub place: Option<(i64, String)>,
    /// What the message says beyond the fields above.
    pub params: Params,
    /// The stretches of outlines that cause it. Of file audits that ask for them; not kept in a database, where the next
    /// version of an extent has other vertices.
    pub edges: Vec<OutlineStretch>,
}

impl Values for FindingBody {
    fn value(&self, key: &str) -> Option<Cow<'_, Param>> {
        let number = |n: Option<f64>| n.map(Param::Number);
        let told = self.params.get(key).map(Cow::Borrowed);
        told.or_else(|| {
            let own = match key {
                "units" if !self.units.is_empty() => {
                    let labels = self.units.iter().map(|u| u.label().to_owned());
                    Some(Param::List(labels.collect()))
                }
                "area_m2" => number(self.area_m2),
                "length_m" => number(self.length_m),
                "max_width_m" => number(self.max_width_m),
                _ => None,
            };
            own.map(Cow::Owned)
        })
    }
}

impl FindingBody {
    /// The sentence.
    pub fn message(&self, lang: Lang) -> String {
        rules::message(&self.rule, self, lang)
    }
}

/// A stretch of a unit's outline as received: from one vertex of a ring to another, along the ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineStretch {
    /// Code of the unit (name, when it has none).
    pub unit: String,
    /// Which part of the unit, from 0, over all its features in the order of the file.
    pub part: u32,
    /// Which ring of the part; 0 is the outer one.
    pub ring: u32,
    /// First and last vertex, from 0. Over the ring's end when the first is not below the last.
    pub vertices: [u32; 2],
}

/// A finding that is seen for the first time.
#[derive(Debug, Clone)]
pub struct NewFinding {
    /// Its id, chosen by the audit, never used before.
    pub id: String,
    /// Ids of the earlier findings it came from by a split or a merger.
    pub derived_from: Vec<String>,
    /// What it says.
    pub body: FindingBody,
}

/// What a run changes in one scope. Findings of the scope that are named nowhere here stay as they are.
#[derive(Debug, Clone)]
pub struct ScopeChanges {
    /// The scope, such as `county/legal` or `places`: the audit's own word.
    pub scope: String,
    /// First seen now.
    pub new: Vec<NewFinding>,
    /// Seen before (also gone ones that return: they reopen under their id), with what is true now.
    pub still: Vec<(String, FindingBody)>,
    /// Ids of those seen before of which the very same is true now.
    pub unchanged: Vec<String>,
    /// Ids of those not there any more.
    pub gone: Vec<String>,
    /// The common lines of this coverage. `None`: leave them.
    pub lines: Option<LineChanges>,
    /// The weights of vertices, replacing the earlier ones of the same extents. Those of extents not named stay.
    pub weights: Vec<VertexWeights>,
}

/// Common lines that replace earlier ones.
#[derive(Debug, Clone)]
pub struct LineChanges {
    /// Level of the units.
    pub level: String,
    /// Kind of their extents.
    pub kind: ExtentKind,
    /// Only lines between two of these units (by number) are replaced; `None`: all of the level and kind.
    pub among: Option<Vec<i64>>,
    /// The lines now.
    pub lines: Vec<NewLine>,
}

/// A change that no audit has seen yet.
#[derive(Debug, Clone)]
pub struct Dirty {
    /// Number of the change; later ones are greater.
    pub id: i64,
    /// What changed.
    pub what: Changed,
}

/// What a change concerns.
#[derive(Debug, Clone)]
pub enum Changed {
    /// A unit's extent.
    Extent {
        /// The version that was replaced; `None`: the unit is new.
        before: Option<Box<UnitExtent>>,
        /// The version that took its place; `None`: it is gone by now.
        after: Option<Box<UnitExtent>>,
    },
    /// A delivery of places.
    Places,
}

/// What the visible extents of a coverage have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageCommon {
    /// Some lie in another plane than the one asked for.
    pub several_planes: bool,
    /// Some know their parent.
    pub with_parent: bool,
    /// Some do not.
    pub without_parent: bool,
}

/// How much the vertices of an extent matter to a map.
#[derive(Debug, Clone, PartialEq)]
pub struct VertexWeights {
    /// Number of the version of the extent.
    pub extent_id: i64,
    /// m²: a map that shows nothing below this area leaves the vertex out. Infinity for what stays. One for each vertex
    /// in the order of storage: polygon by polygon, the exterior first, those that close rings too. Units that share a
    /// vertex have the same weight for it.
    pub weights: Vec<f32>,
}

/// A common line of two neighbours as measured in a run.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// The units in order of code.
    pub units: [Party; 2],
    /// Length in m of the line between them, agreed or not.
    pub length_m: f64,
    /// Length in m that is the same edge on both sides.
    pub agreed_m: f64,
    /// Length in m on which the sides differ by no more than the level's tolerance.
    pub within_m: f64,
    /// The line in EPSG:4490.
    pub geometry: MultiLineString<f64>,
}

/// A common line of two neighbours.
#[derive(Debug, Clone)]
pub struct Line {
    /// The units in order of code.
    pub units: [Party; 2],
    /// Level.
    pub level: String,
    /// Kind of extent.
    pub kind: ExtentKind,
    /// Length in m.
    pub length_m: f64,
    /// Length in m that is the same edge on both sides.
    pub agreed_m: f64,
    /// Length in m on which the sides differ by no more than the level's tolerance.
    pub within_m: f64,
    /// Findings between exactly these two that are not gone.
    pub findings: u64,
    /// The line in EPSG:4490; only loaded by [`super::Store::line`].
    pub geometry: Option<MultiLineString<f64>>,
}

/// A finding with its history.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Lasting id.
    pub id: String,
    /// Age: smaller is older.
    pub seq: i64,
    /// Scope.
    pub scope: String,
    /// What it says.
    pub body: FindingBody,
    /// Box in degrees.
    pub bbox: Option<Bbox>,
    /// State.
    pub state: FindingState,
    /// Ids of findings it came from.
    pub derived_from: Vec<String>,
    /// When first seen.
    pub first_seen: Timestamp,
    /// When last seen.
    pub last_seen: Timestamp,
    /// Run that first saw it.
    pub first_run: i64,
    /// Run that last saw it.
    pub last_run: i64,
}

/// Findings between the same parties.
#[derive(Debug, Clone)]
pub struct FindingGroup {
    /// Parties, ordered by code.
    pub units: Vec<Party>,
    /// Unit above.
    pub parent: Option<String>,
    /// Level.
    pub level: String,
    /// Findings by kind, only those that occur.
    pub kinds: Vec<(Kind, u64)>,
    /// Findings.
    pub count: u64,
    /// Total area in m².
    pub area_m2: f64,
    /// Greatest width in m.
    pub max_width_m: Option<f64>,
    /// Worst severity.
    pub severity: Severity,
    /// Box of all.
    pub bbox: Option<Bbox>,
}

/// A run of the audit.
#[derive(Debug, Clone)]
pub struct Run {
    /// Number, from 1.
    pub number: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Findings first seen.
    pub new: u64,
    /// Findings still there (reopened ones included).
    pub open: u64,
    /// Findings not there any more.
    pub gone: u64,
}

/// A unit in a list.
#[derive(Debug, Clone)]
pub struct UnitSummary {
    /// Lasting number.
    pub unit_id: i64,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: String,
    /// Kind of extent.
    pub kind: ExtentKind,
    /// Code of the unit above.
    pub parent_code: Option<String>,
    /// Name of the unit above where it is known.
    pub parent_name: Option<String>,
    /// Ellipsoidal area in m².
    pub area_m2: f64,
    /// Box in degrees.
    pub bbox: Bbox,
    /// Findings that are not gone, by kind, only those that occur.
    pub findings: Vec<(Kind, u64)>,
}

/// Counts, levels and bounds.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Coverages, largest units first.
    pub coverages: Vec<Coverage>,
    /// Visible extents.
    pub units: u64,
    /// Visible places.
    pub places: u64,
    /// Findings that are not gone.
    pub findings_open: u64,
    /// Finished submissions.
    pub submissions: u64,
    /// Box of all units and places.
    pub bounds: Option<Bbox>,
}

/// An entry of the audit log.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// By which door.
    pub via: String,
    /// What, such as `submission.accept`.
    pub action: String,
    /// Of what, such as a SHA-256.
    pub subject: String,
    /// More.
    pub details: Json,
}
