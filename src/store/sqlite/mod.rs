//! The store in one SQLite file: WAL, one connection that writes, a pool of connections that read.
//!
//! Statements lie in `queries/<table>/<verb>.sql`. Writes begin with `BEGIN IMMEDIATE`, so that two processes wait
//! for each other instead of failing half-way; none of them lasts longer than one batch or one acceptance.

mod audit;
mod codec;
mod findings;
mod ingest;
mod neighbourhood;
mod parameters;
mod places;
mod put_findings;
mod token;
mod units;
mod walk;
mod whole;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jieming_domain::actor::Actor;
use jieming_domain::unit::ExtentKind;
use serde_json::Value as Json;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{SqlSafeStr as _, Sqlite, SqliteConnection, Transaction};

use super::*;

/// The steps of the schema in order; files are only ever added.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "base",
        include_str!("../../../migrations/sqlite/0001_base.sql"),
    ),
    (
        2,
        "lines within tolerance",
        include_str!("../../../migrations/sqlite/0002_lines_within.sql"),
    ),
    (
        3,
        "vertex weights",
        include_str!("../../../migrations/sqlite/0003_vertex_weights.sql"),
    ),
    (
        4,
        "dirty extents",
        include_str!("../../../migrations/sqlite/0004_dirty_extents.sql"),
    ),
    (
        5,
        "dirty places",
        include_str!("../../../migrations/sqlite/0005_dirty_places.sql"),
    ),
    (
        6,
        "rows have positions",
        include_str!("../../../migrations/sqlite/0006_row_positions.sql"),
    ),
    (
        7,
        "places by columns",
        include_str!("../../../migrations/sqlite/0007_place_columns.sql"),
    ),
];

fn migrator() -> Migrator {
    let step = |&(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(MIGRATIONS.iter().map(step).collect())
}

/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(60);

/// The SQLite backend.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens (or makes) the database file and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self> {
        let url = path.display().to_string();
        let failed = |reason: String| StoreError::Open {
            url: url.clone(),
            reason,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-65536");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY * 10)
            .connect_with(options.clone())
            .await
            .map_err(|e| failed(e.to_string()))?;
        migrator()
            .run(&writer)
            .await
            .map_err(|e| failed(e.to_string()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .connect_with(options.pragma("query_only", "on"))
            .await
            .map_err(|e| failed(e.to_string()))?;
        Ok(Self { writer, readers })
    }

    /// Closes all connections; the write-ahead log is folded into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn write(&self) -> Result<Transaction<'_, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Now, as written in every table.
fn now() -> Timestamp {
    format!("{:.3}", jiff::Timestamp::now())
}

/// Writes the audit-log entry of the deed that this transaction does.
async fn log(
    tx: &mut SqliteConnection,
    at: &str,
    actor: &Actor,
    action: &str,
    subject: &str,
    details: &Json,
) -> Result<()> {
    sqlx::query(include_str!("queries/audit_log/insert.sql"))
        .bind(at)
        .bind(&actor.name)
        .bind(actor.via.as_str())
        .bind(action)
        .bind(subject)
        .bind(details.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Readers will see something new.
async fn move_on(tx: &mut SqliteConnection) -> Result<()> {
    sqlx::query(include_str!("queries/generation/move_on.sql"))
        .execute(tx)
        .await?;
    Ok(())
}

fn limit_of(page: &PageRequest) -> i64 {
    i64::try_from(page.limit)
        .unwrap_or(i64::MAX - 1)
        .min(i64::MAX - 1)
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin_submission(&self, actor: &Actor, new: NewSubmission) -> Result<Begun> {
        ingest::begin(self, actor, new).await
    }
    async fn stage_extents(&self, submission: SubmissionId, batch: Vec<NewExtent>) -> Result<()> {
        ingest::stage_extents(self, submission, batch).await
    }
    async fn stage_places(&self, submission: SubmissionId, batch: Vec<NewPlace>) -> Result<()> {
        ingest::stage_places(self, submission, batch).await
    }
    async fn stage_rows(
        &self,
        submission: SubmissionId,
        rows: Vec<RowResult>,
        findings: Vec<RowFinding>,
    ) -> Result<()> {
        ingest::stage_rows(self, submission, rows, findings).await
    }
    async fn accept_submission(
        &self,
        actor: &Actor,
        id: SubmissionId,
        outcome: Outcome,
    ) -> Result<Submission> {
        ingest::accept(self, actor, id, outcome).await
    }
    async fn refuse_submission(
        &self,
        actor: &Actor,
        id: SubmissionId,
        refusal: Refusal,
    ) -> Result<Submission> {
        ingest::refuse(self, actor, id, refusal).await
    }
    async fn corrected(&self, by: SubmissionId, sha256: &str) -> Result<Option<SubmissionId>> {
        ingest::corrected(&self.readers, by, sha256).await
    }
    async fn submissions(&self, page: PageRequest) -> Result<Page<Submission>> {
        ingest::list(self, page).await
    }
    async fn submission(&self, sha256: &str) -> Result<Option<Submission>> {
        ingest::newest(self, sha256).await
    }
    async fn row_findings(&self, id: SubmissionId) -> Result<Vec<RowFinding>> {
        ingest::row_findings(self, id).await
    }
    async fn submission_rows(
        &self,
        id: SubmissionId,
        state: Option<RowState>,
        page: PageRequest,
    ) -> Result<Page<RowResultWithFindings>> {
        ingest::rows(self, id, state, page).await
    }
    async fn coverages(&self) -> Result<Vec<Coverage>> {
        units::coverages(self).await
    }
    async fn coverage_units(&self, level: &str, kind: ExtentKind) -> Result<Vec<UnitExtent>> {
        units::of_coverage(self, level, kind).await
    }
    async fn units_by_code(&self, codes: &[String], kind: ExtentKind) -> Result<Vec<UnitExtent>> {
        units::by_codes(self, codes, kind).await
    }
    async fn audit_places(&self) -> Result<Vec<AuditPlace>> {
        places::for_audit(self).await
    }
    async fn places_named(&self, names: &[String]) -> Result<Vec<(String, [f64; 2])>> {
        places::named(self, names).await
    }
    async fn findings_in_scope(&self, scope: &str) -> Result<Vec<Finding>> {
        findings::in_scope(self, scope).await
    }
    async fn finding_scopes(&self) -> Result<Vec<String>> {
        Ok(
            sqlx::query_scalar(include_str!("queries/findings/scopes.sql"))
                .fetch_all(&self.readers)
                .await?,
        )
    }
    async fn dirty(&self, limit: usize) -> Result<Vec<Dirty>> {
        neighbourhood::dirty(self, limit).await
    }
    async fn newest_dirty(&self) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar("SELECT max(id) FROM dirty_extents")
            .fetch_one(&self.readers)
            .await?)
    }
    async fn forget_dirty(&self, up_to: i64) -> Result<()> {
        neighbourhood::forget_dirty(self, up_to).await
    }
    async fn units_near(
        &self,
        level: Option<&str>,
        kind: ExtentKind,
        bbox: Bbox,
    ) -> Result<Vec<UnitExtent>> {
        neighbourhood::units_near(self, level, kind, bbox).await
    }
    async fn units_named(&self, keys: &[String], kind: ExtentKind) -> Result<Vec<UnitExtent>> {
        neighbourhood::units_named(self, keys, kind).await
    }
    async fn coverage_common(
        &self,
        level: &str,
        kind: ExtentKind,
        plane: &str,
    ) -> Result<CoverageCommon> {
        neighbourhood::common(self, level, kind, plane).await
    }
    async fn coverage_codes(&self, level: &str, kind: ExtentKind) -> Result<Vec<(i64, String)>> {
        neighbourhood::codes(self, level, kind).await
    }
    async fn child_levels(&self, parents: &[String], kind: ExtentKind) -> Result<Vec<String>> {
        neighbourhood::child_levels(self, parents, kind).await
    }
    async fn findings_near(
        &self,
        scope: &str,
        bbox: Bbox,
        of_units: &[i64],
    ) -> Result<Vec<Finding>> {
        neighbourhood::findings_near(self, scope, bbox, of_units).await
    }
    async fn places_near_or_claiming(
        &self,
        bbox: Bbox,
        keys: &[String],
    ) -> Result<Vec<AuditPlace>> {
        neighbourhood::places_near_or_claiming(self, bbox, keys).await
    }
    async fn begin_run(&self, actor: &Actor) -> Result<i64> {
        audit::begin(self, actor).await
    }
    async fn reconcile(&self, actor: &Actor, run: i64, changes: Vec<ScopeChanges>) -> Result<Run> {
        audit::reconcile(self, actor, run, changes).await
    }
    async fn fail_run(&self, actor: &Actor, run: i64, reason: &str) -> Result<()> {
        audit::fail(self, actor, run, reason).await
    }
    async fn last_run(&self) -> Result<Option<Run>> {
        audit::last(self).await
    }
    async fn findings(
        &self,
        filter: &FindingFilter,
        sort: FindingSort,
        page: PageRequest,
        with_geometry: bool,
    ) -> Result<Page<Finding>> {
        findings::page(self, filter, sort, page, with_geometry).await
    }
    async fn finding_groups(
        &self,
        filter: &FindingFilter,
        sort: GroupSort,
        page: PageRequest,
    ) -> Result<Page<FindingGroup>> {
        findings::groups(self, filter, sort, page).await
    }
    async fn finding(&self, id: &str) -> Result<Option<Finding>> {
        findings::by_id(self, id).await
    }
    async fn findings_in_box(&self, bbox: Bbox, limit: usize) -> Result<Vec<Finding>> {
        findings::in_box(self, bbox, limit).await
    }
    async fn units(&self, filter: &UnitFilter, page: PageRequest) -> Result<Page<UnitSummary>> {
        units::page(self, filter, page).await
    }
    async fn unit_extents(&self, code: &str, level: Option<&str>) -> Result<Vec<UnitExtent>> {
        units::by_code(self, code, level).await
    }
    async fn units_in_box(&self, level: &str, bbox: Bbox) -> Result<Vec<UnitExtent>> {
        units::in_box(self, level, bbox).await
    }
    async fn lines(&self, filter: &LineFilter, page: PageRequest) -> Result<Page<Line>> {
        units::lines(self, filter, page).await
    }
    async fn line(&self, a: &str, b: &str) -> Result<Option<Line>> {
        units::line(self, a, b).await
    }
    async fn places(&self, filter: &PlaceFilter, page: PageRequest) -> Result<Page<Place>> {
        places::page(self, filter, page).await
    }
    async fn place(&self, id: i64) -> Result<Option<Place>> {
        places::by_id(self, id).await
    }
    async fn places_in_box(&self, bbox: Bbox, limit: usize) -> Result<Vec<Place>> {
        places::in_box(self, bbox, limit).await
    }
    async fn walk_extents(
        &self,
        level: Option<&str>,
        kind: ExtentKind,
        pages: &Pages<UnitExtent>,
    ) -> Result<()> {
        walk::extents(self, level, kind, pages).await
    }
    async fn walk_places(&self, pages: &Pages<Place>) -> Result<()> {
        walk::places(self, pages).await
    }
    async fn walk_findings(&self, pages: &Pages<Finding>) -> Result<()> {
        walk::findings(self, pages).await
    }
    async fn generation(&self) -> Result<i64> {
        Ok(
            sqlx::query_scalar(include_str!("queries/generation/get.sql"))
                .fetch_one(&self.readers)
                .await?,
        )
    }
    async fn overview(&self) -> Result<Overview> {
        whole::overview(self).await
    }
    async fn log(&self, page: PageRequest) -> Result<Page<LogEntry>> {
        whole::log(self, page).await
    }
    async fn add_parameter_set(&self, actor: &Actor, set: ParameterSet) -> Result<()> {
        whole::add_parameter_set(self, actor, set).await
    }
    async fn parameter_sets(&self) -> Result<Vec<ParameterSet>> {
        whole::parameter_sets(self).await
    }
    async fn remove_parameter_set(&self, actor: &Actor, name: &str) -> Result<bool> {
        whole::remove_parameter_set(self, actor, name).await
    }
}
