//! What is kept, spoken of in use cases. One trait, [`Store`]; [`sqlite`] is its first backend.
//!
//! - Every method is one transaction. Every write that others can see takes an [`Actor`] and leaves an entry in the
//!   audit log in the same transaction, and moves [`Store::generation`] on.
//! - Geometry goes in and out in EPSG:4490: longitude, latitude in degrees. Extents also carry the numbers of the
//!   plane they were surveyed in, because topology is decided there.
//! - "Visible" means accepted and not superseded. Rows of a submission that is still being staged are never visible.
//! - Lists are paged by key: `after` is the `next` of the page before, opaque to callers.

mod attributes;
mod error;
pub mod model;
pub mod query;
pub mod sqlite;

pub use attributes::{Attributes, Scalar};
pub use error::StoreError;
pub use model::*;
pub use query::*;

use async_trait::async_trait;
use jieming_domain::actor::Actor;
use jieming_domain::unit::ExtentKind;

/// Result of a store method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Where the pages of a walk go, none of them empty. A walk ends early, without complaint, when nobody takes them.
pub type Pages<T> = tokio::sync::mpsc::Sender<Vec<T>>;

/// The store. Object-safe: shared as `Arc<dyn Store>`.
#[async_trait]
pub trait Store: Send + Sync {
    // ---- submissions (ingest)

    /// Begins a submission, or gives the earlier accepted one of the same bytes and options. What an interrupted or
    /// refused earlier attempt left behind is removed.
    async fn begin_submission(&self, actor: &Actor, new: NewSubmission) -> Result<Begun>;
    /// Stages extents of a submission; invisible until accepted.
    async fn stage_extents(&self, submission: SubmissionId, batch: Vec<NewExtent>) -> Result<()>;
    /// Stages places of a submission; invisible until accepted.
    async fn stage_places(&self, submission: SubmissionId, batch: Vec<NewPlace>) -> Result<()>;
    /// Stages the result of each row, and findings on rows and on the file.
    async fn stage_rows(
        &self,
        submission: SubmissionId,
        rows: Vec<RowResult>,
        findings: Vec<RowFinding>,
    ) -> Result<()>;
    /// Makes everything staged visible, supersedes earlier versions of the same units and places, in one transaction.
    async fn accept_submission(
        &self,
        actor: &Actor,
        id: SubmissionId,
        outcome: Outcome,
    ) -> Result<Submission>;
    /// Closes a submission as refused: nothing of it becomes visible, the reason is kept.
    async fn refuse_submission(
        &self,
        actor: &Actor,
        id: SubmissionId,
        refusal: Refusal,
    ) -> Result<Submission>;
    /// The accepted submission of these bytes (SHA-256) that this one can correct: of the same kind of rows, layer, level and
    /// kind of extent, and of several the one that still holds records.
    async fn corrected(&self, by: SubmissionId, sha256: &str) -> Result<Option<SubmissionId>>;
    /// Submissions, newest first.
    async fn submissions(&self, page: PageRequest) -> Result<Page<Submission>>;
    /// The newest finished submission of these bytes.
    async fn submission(&self, sha256: &str) -> Result<Option<Submission>>;
    /// Findings of a submission on its file and rows, in row order (file-level ones first).
    async fn row_findings(&self, id: SubmissionId) -> Result<Vec<RowFinding>>;
    /// Rows of a submission with their findings, in row order.
    async fn submission_rows(
        &self,
        id: SubmissionId,
        state: Option<RowState>,
        page: PageRequest,
    ) -> Result<Page<RowResultWithFindings>>;

    // ---- audit

    /// Every (level, kind) that has visible extents.
    async fn coverages(&self) -> Result<Vec<Coverage>>;
    /// All visible extents of one coverage, ordered by code, name, id.
    async fn coverage_units(&self, level: &str, kind: ExtentKind) -> Result<Vec<UnitExtent>>;
    /// Visible extents of the units with these codes, at any level (a code may stand at two levels).
    async fn units_by_code(&self, codes: &[String], kind: ExtentKind) -> Result<Vec<UnitExtent>>;
    /// Every visible place, ordered by id; those without position too.
    async fn audit_places(&self) -> Result<Vec<AuditPlace>>;
    /// Names and positions (EPSG:4490 longitude, latitude) of the visible places that bear one of these names.
    async fn places_named(&self, names: &[String]) -> Result<Vec<(String, [f64; 2])>>;
    /// Every finding of a scope, gone ones too, with geometry, ordered by age.
    async fn findings_in_scope(&self, scope: &str) -> Result<Vec<Finding>>;
    /// Every scope that has findings.
    async fn finding_scopes(&self) -> Result<Vec<String>>;
    /// Changes that no audit has seen yet, oldest first, at most `limit`.
    async fn dirty(&self, limit: usize) -> Result<Vec<Dirty>>;
    /// The number of the newest change that no audit has seen yet.
    async fn newest_dirty(&self) -> Result<Option<i64>>;
    /// Says that an audit has seen the changes up to this number.
    async fn forget_dirty(&self, up_to: i64) -> Result<()>;
    /// Visible extents whose box meets this one, of a level or of all, with the numbers of their plane; ordered by
    /// code, name, id.
    async fn units_near(
        &self,
        level: Option<&str>,
        kind: ExtentKind,
        bbox: Bbox,
    ) -> Result<Vec<UnitExtent>>;
    /// Visible extents of units that have one of these as their code or name.
    async fn units_named(&self, keys: &[String], kind: ExtentKind) -> Result<Vec<UnitExtent>>;
    /// What the visible extents of a coverage have in common.
    async fn coverage_common(
        &self,
        level: &str,
        kind: ExtentKind,
        plane: &str,
    ) -> Result<CoverageCommon>;
    /// Numbers and codes of the units of a coverage that have a visible extent, by number.
    async fn coverage_codes(&self, level: &str, kind: ExtentKind) -> Result<Vec<(i64, String)>>;
    /// Levels with units that name one of these as their parent.
    async fn child_levels(&self, parents: &[String], kind: ExtentKind) -> Result<Vec<String>>;
    /// Findings of a scope, gone ones too, with geometry, whose box meets this one or which one of the units is party
    /// to; ordered by age.
    async fn findings_near(
        &self,
        scope: &str,
        bbox: Bbox,
        of_units: &[i64],
    ) -> Result<Vec<Finding>>;
    /// Visible places in this box, and places whose claim ends with one of these, ordered by id.
    async fn places_near_or_claiming(&self, bbox: Bbox, keys: &[String])
    -> Result<Vec<AuditPlace>>;
    /// Begins a run and gives its number (1, 2, …). The run is unfinished until reconciled or failed.
    async fn begin_run(&self, actor: &Actor) -> Result<i64>;
    /// Writes the outcome of a run, in one transaction: new findings, those still open, those gone, those that
    /// reopen, the common lines and vertex weights of the coverages audited, and the end of the run.
    async fn reconcile(&self, actor: &Actor, run: i64, changes: Vec<ScopeChanges>) -> Result<Run>;
    /// Closes a run that did not come to its end.
    async fn fail_run(&self, actor: &Actor, run: i64, reason: &str) -> Result<()>;
    /// The newest finished run.
    async fn last_run(&self) -> Result<Option<Run>>;

    // ---- reading: findings

    /// Findings; `with_geometry` also loads polygons (otherwise `geometry` is `None`).
    async fn findings(
        &self,
        filter: &FindingFilter,
        sort: FindingSort,
        page: PageRequest,
        with_geometry: bool,
    ) -> Result<Page<Finding>>;
    /// Findings grouped by parties, parent and level.
    async fn finding_groups(
        &self,
        filter: &FindingFilter,
        sort: GroupSort,
        page: PageRequest,
    ) -> Result<Page<FindingGroup>>;
    /// One finding with geometry.
    async fn finding(&self, id: &str) -> Result<Option<Finding>>;
    /// Findings that are not gone, whose box meets this one, with geometry (for tiles): at most `limit`, the gravest and
    /// among these the largest first.
    async fn findings_in_box(&self, bbox: Bbox, limit: usize) -> Result<Vec<Finding>>;

    // ---- reading: units, lines, places

    /// Units with measures and counts of findings, ordered by code, level.
    async fn units(&self, filter: &UnitFilter, page: PageRequest) -> Result<Page<UnitSummary>>;
    /// Visible extents with this code (or, for units without code, this name), legal ones first.
    async fn unit_extents(&self, code: &str, level: Option<&str>) -> Result<Vec<UnitExtent>>;
    /// Visible extents of a level whose box meets this one, with geometry in 4490 only (`source` is `None`), and with the
    /// weights of its vertices where there are as many.
    async fn units_in_box(&self, level: &str, bbox: Bbox) -> Result<Vec<UnitExtent>>;
    /// Common lines between neighbours, without geometry, ordered by level and codes.
    async fn lines(&self, filter: &LineFilter, page: PageRequest) -> Result<Page<Line>>;
    /// The common line of two units, with geometry, in either order.
    async fn line(&self, a: &str, b: &str) -> Result<Option<Line>>;
    /// Places, ordered by name then id.
    async fn places(&self, filter: &PlaceFilter, page: PageRequest) -> Result<Page<Place>>;
    /// One visible place with geometry and attributes.
    async fn place(&self, id: i64) -> Result<Option<Place>>;
    /// Visible places with a position in this box, at most `limit`, ordered by id.
    async fn places_in_box(&self, bbox: Bbox, limit: usize) -> Result<Vec<Place>>;

    // ---- whole collections, page by page, as of one moment

    /// Visible extents of a level or of all, with the numbers of their plane, ordered by code, id.
    async fn walk_extents(
        &self,
        level: Option<&str>,
        kind: ExtentKind,
        pages: &Pages<UnitExtent>,
    ) -> Result<()>;
    /// Visible places with geometry and attributes, ordered by name, id. The unit is what the place claims; findings are
    /// not counted.
    async fn walk_places(&self, pages: &Pages<Place>) -> Result<()>;
    /// Findings that are not gone, with geometry, ordered by age.
    async fn walk_findings(&self, pages: &Pages<Finding>) -> Result<()>;

    // ---- the whole

    /// Moves on with every write that readers can see: base of caches and ETags.
    async fn generation(&self) -> Result<i64>;
    /// Counts, levels and bounds.
    async fn overview(&self) -> Result<Overview>;
    /// The audit log, newest first.
    async fn log(&self, page: PageRequest) -> Result<Page<LogEntry>>;

    // ---- coordinate parameter sets

    /// Adds a parameter set; a name can be taken once.
    async fn add_parameter_set(&self, actor: &Actor, set: ParameterSet) -> Result<()>;
    /// All parameter sets by name.
    async fn parameter_sets(&self) -> Result<Vec<ParameterSet>>;
    /// Removes a parameter set; whether there was one.
    async fn remove_parameter_set(&self, actor: &Actor, name: &str) -> Result<bool>;
}
