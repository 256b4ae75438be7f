//! Submissions: staging, acceptance, receipts.

use jieming_domain::actor::Actor;
use serde_json::json;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::{SqliteStore, codec, limit_of, log, move_on, neighbourhood, now, places};
use crate::store::*;

/// Rows per insert: below SQLite's bound of 32,766 values for the widest table.
const ROWS_PER_INSERT: usize = 500;

pub(super) async fn begin(store: &SqliteStore, actor: &Actor, new: NewSubmission) -> Result<Begun> {
    let options = new.options.to_string();
    let mut tx = store.write().await?;
    // What was interrupted long ago and never tried again.
    let long_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    sqlx::query(include_str!("queries/submissions/delete_stale.sql"))
        .bind(format!("{long_ago:.3}"))
        .execute(&mut *tx)
        .await?;
    let same = sqlx::query(include_str!("queries/submissions/find_same.sql"))
        .bind(&new.sha256)
        .bind(new.kind.as_str())
        .bind(&options)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(row) = same {
        if row.try_get::<String, _>("state")? == "accepted" {
            return Ok(Begun::Duplicate(Box::new(submission_in(&row)?)));
        }
        sqlx::query(include_str!("queries/submissions/delete.sql"))
            .bind(row.try_get::<i64, _>("id")?)
            .execute(&mut *tx)
            .await?;
    }
    let id: i64 = sqlx::query_scalar(include_str!("queries/submissions/insert.sql"))
        .bind(&new.sha256)
        .bind(new.kind.as_str())
        .bind(&new.file)
        .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
        .bind(&options)
        .bind(now())
        .bind(&actor.name)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Begun::Started(SubmissionId(id)))
}

pub(super) async fn stage_extents(
    store: &SqliteStore,
    id: SubmissionId,
    batch: Vec<NewExtent>,
) -> Result<()> {
    let mut tx = store.write().await?;
    for part in batch.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO extents (submission_id, row, level, kind, identity, code, name, parent_code, geometry, source, \
             plane, source_crs, method, accuracy_m, area_m2, west, south, east, north, attributes) ",
        );
        insert.push_values(part, |mut b, e| {
            let [w, s, east, n] = box_of(&e.geometry);
            b.push_bind(id.0)
                .push_bind(e.row as i64)
                .push_bind(e.level.as_str())
                .push_bind(e.kind.as_str())
                .push_bind(if e.code.is_empty() {
                    e.name.as_str()
                } else {
                    e.code.as_str()
                })
                .push_bind(e.code.as_str())
                .push_bind(e.name.as_str())
                .push_bind(e.parent_code.as_deref())
                .push_bind(codec::polygons_out(&e.geometry))
                .push_bind(e.source.as_ref().map(codec::polygons_out))
                .push_bind(e.plane.as_str())
                .push_bind(e.source_crs.as_str())
                .push_bind(e.method.as_str())
                .push_bind(e.accuracy_m)
                .push_bind(e.area_m2)
                .push_bind(w)
                .push_bind(s)
                .push_bind(east)
                .push_bind(n)
                .push_bind(e.attributes.text());
        });
        insert.build().execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn box_of(geometry: &geo_types::MultiPolygon<f64>) -> Bbox {
    let mut b = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    for c in geometry.iter().flat_map(|p| p.exterior().coords()) {
        b = [b[0].min(c.x), b[1].min(c.y), b[2].max(c.x), b[3].max(c.y)];
    }
    if b[0] > b[2] { [0.0; 4] } else { b }
}

pub(super) async fn stage_places(
    store: &SqliteStore,
    id: SubmissionId,
    batch: Vec<NewPlace>,
) -> Result<()> {
    let mut tx = store.write().await?;
    for part in batch.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO places (submission_id, row, identity, code, name, category, unit, lon, lat, geometry, \
             source_first, source_second, source_crs, method, accuracy_m, attributes) ",
        );
        insert.push_values(part, |mut b, p| {
            let (first, second) = p
                .source_position
                .as_ref()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .unzip();
            b.push_bind(id.0)
                .push_bind(p.row as i64)
                .push_bind(identity_of(p))
                .push_bind(p.code.as_deref())
                .push_bind(p.name.as_str())
                .push_bind(p.category.as_deref())
                .push_bind(p.unit.as_deref())
                .push_bind(p.position.map(|x| x[0]))
                .push_bind(p.position.map(|x| x[1]))
                .push_bind(p.geometry.as_ref().map(codec::geometry_out))
                .push_bind(first)
                .push_bind(second)
                .push_bind(p.source_crs.as_deref())
                .push_bind(p.method.as_deref())
                .push_bind(p.accuracy_m)
                .push_bind(p.attributes.text());
        });
        insert.build().execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A place is known again by its code; without one by name and position (to a centimetre).
fn identity_of(p: &NewPlace) -> String {
    match (&p.code, p.position) {
        (Some(code), _) => code.clone(),
        (None, Some([lon, lat])) => format!("{}@{lon:.7},{lat:.7}", p.name),
        (None, None) => format!("{}@", p.name),
    }
}

pub(super) async fn stage_rows(
    store: &SqliteStore,
    id: SubmissionId,
    rows: Vec<RowResult>,
    findings: Vec<RowFinding>,
) -> Result<()> {
    let mut tx = store.write().await?;
    for part in rows.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO submission_rows (submission_id, row, state, name, code, lon, lat) ",
        );
        insert.push_values(part, |mut b, r| {
            b.push_bind(id.0)
                .push_bind(r.row as i64)
                .push_bind(r.state.as_str())
                .push_bind(r.name.as_str())
                .push_bind(r.code.as_str())
                .push_bind(r.position.map(|p| p[0]))
                .push_bind(r.position.map(|p| p[1]));
        });
        insert.build().execute(&mut *tx).await?;
    }
    insert_findings(&mut tx, id, &findings).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert_findings(
    tx: &mut SqliteConnection,
    id: SubmissionId,
    findings: &[RowFinding],
) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut number: i64 = sqlx::query_scalar(include_str!("queries/row_findings/last_number.sql"))
        .bind(id.0)
        .fetch_one(&mut *tx)
        .await?;
    for part in findings.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO row_findings (submission_id, row, number, field, rule, severity, found, params) ",
        );
        insert.push_values(part, |mut b, f| {
            number += 1;
            b.push_bind(id.0)
                .push_bind(f.row.unwrap_or(0) as i64)
                .push_bind(number)
                .push_bind(f.field.as_deref())
                .push_bind(f.rule.as_str())
                .push_bind(f.severity.as_str())
                .push_bind(f.found.as_deref())
                .push_bind(codec::params_out(&f.params));
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// The submission that `by` can correct.
pub(super) async fn corrected<'c>(
    database: impl sqlx::Executor<'c, Database = Sqlite>,
    by: SubmissionId,
    sha256: &str,
) -> Result<Option<SubmissionId>> {
    let id: Option<i64> = sqlx::query_scalar(include_str!("queries/submissions/corrected.sql"))
        .bind(by.0)
        .bind(sha256)
        .fetch_optional(database)
        .await?;
    Ok(id.map(SubmissionId))
}

pub(super) async fn accept(
    store: &SqliteStore,
    actor: &Actor,
    id: SubmissionId,
    outcome: Outcome,
) -> Result<Submission> {
    let at = now();
    let from = outcome.valid_from.as_deref();
    let mut tx = store.write().await?;
    // Extents and places go the same way; a submission has only one of the two.
    sqlx::query(include_str!("queries/places/number_repeated.sql"))
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    // Of extents, of places: what the corrected submission had and this one has not. Before unchanged ones are dropped,
    // which stay as they are.
    let mut left_over: [Vec<i64>; 2] = Default::default();
    let corrected = match &outcome.corrects {
        Some(sha) => corrected(&mut *tx, id, sha).await?,
        None => None,
    };
    if let Some(corrected) = corrected {
        for (k, sql) in [
            include_str!("queries/extents/left_over.sql"),
            include_str!("queries/places/left_over.sql"),
        ]
        .into_iter()
        .enumerate()
        {
            left_over[k] = sqlx::query_scalar(sql)
                .bind(id.0)
                .bind(corrected.0)
                .fetch_all(&mut *tx)
                .await?;
        }
        let gone = codec::numbers(left_over[0].iter().copied());
        sqlx::query(include_str!("queries/dirty_extents/insert_gone.sql"))
            .bind(gone)
            .execute(&mut *tx)
            .await?;
    }
    for sql in [
        include_str!("queries/extents/drop_unchanged.sql"),
        include_str!("queries/places/drop_unchanged.sql"),
    ] {
        sqlx::query(sql)
            .bind(id.0)
            .bind(from)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query(include_str!("queries/units/insert_staged.sql"))
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    // Of extents, of places.
    let mut replaced: [Vec<i64>; 2] = Default::default();
    for (k, (which, supersede, unbox)) in [
        (
            include_str!("queries/extents/superseded_by.sql"),
            include_str!("queries/extents/supersede.sql"),
            Some(include_str!("queries/extents/unbox.sql")),
        ),
        (
            include_str!("queries/places/superseded_by.sql"),
            include_str!("queries/places/supersede.sql"),
            // Places are found by an index of the table itself.
            None,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut old: Vec<i64> = sqlx::query_scalar(which)
            .bind(id.0)
            .fetch_all(&mut *tx)
            .await?;
        old.append(&mut left_over[k]);
        if !old.is_empty() {
            replaced[k].clone_from(&old);
            let old = codec::numbers(old);
            sqlx::query(supersede)
                .bind(&old)
                .bind(&at)
                .bind(from)
                .execute(&mut *tx)
                .await?;
            if let Some(unbox) = unbox {
                sqlx::query(unbox).bind(&old).execute(&mut *tx).await?;
            }
        }
    }
    let superseded = replaced.iter().map(Vec::len).sum::<usize>();
    let mut published = [0; 2];
    for (k, (publish, make_box)) in [
        (
            include_str!("queries/extents/publish.sql"),
            Some(include_str!("queries/extents/box.sql")),
        ),
        (include_str!("queries/places/publish.sql"), None),
    ]
    .into_iter()
    .enumerate()
    {
        let done = sqlx::query(publish)
            .bind(id.0)
            .bind(&at)
            .bind(from)
            .execute(&mut *tx)
            .await?;
        published[k] = done.rows_affected();
        if let Some(make_box) = make_box {
            sqlx::query(make_box).bind(id.0).execute(&mut *tx).await?;
        }
    }
    let places_changed = published[1] > 0 || !replaced[1].is_empty();
    neighbourhood::note_dirty(&mut tx, id, &replaced[0], places_changed).await?;
    if let Some(corrected) = corrected {
        // What is the same in both is of this one now: the next correction is one of this submission.
        for sql in [
            include_str!("queries/extents/take_over.sql"),
            include_str!("queries/places/take_over.sql"),
        ] {
            sqlx::query(sql)
                .bind(id.0)
                .bind(corrected.0)
                .execute(&mut *tx)
                .await?;
        }
    }
    finish(
        &mut tx,
        id,
        "accepted",
        outcome.rows,
        &outcome.decisions,
        None,
    )
    .await?;
    let done = get(&mut tx, id).await?;
    let details = json!({
        "file": done.file, "as": done.kind.as_str(), "rows": outcome.rows.read, "published": published[0] + published[1],
        "superseded": superseded, "valid_from": from,
    });
    log(
        &mut tx,
        &at,
        actor,
        "submission.accept",
        &done.sha256,
        &details,
    )
    .await?;
    move_on(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

pub(super) async fn refuse(
    store: &SqliteStore,
    actor: &Actor,
    id: SubmissionId,
    why: Refusal,
) -> Result<Submission> {
    let mut tx = store.write().await?;
    for sql in [
        "DELETE FROM submission_rows WHERE submission_id = ?",
        "DELETE FROM extents WHERE submission_id = ?",
        "DELETE FROM places WHERE submission_id = ?",
    ] {
        sqlx::query(sql).bind(id.0).execute(&mut *tx).await?;
    }
    finish(&mut tx, id, "refused", why.rows, &why.decisions, Some(&why)).await?;
    let done = get(&mut tx, id).await?;
    log(
        &mut tx,
        &now(),
        actor,
        "submission.refuse",
        &done.sha256,
        &json!({"file": done.file, "code": why.code}),
    )
    .await?;
    move_on(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

async fn finish(
    tx: &mut SqliteConnection,
    id: SubmissionId,
    state: &str,
    rows: RowCounts,
    decisions: &[Decision],
    error: Option<&Refusal>,
) -> Result<()> {
    let done = sqlx::query(include_str!("queries/submissions/finish.sql"))
        .bind(id.0)
        .bind(state)
        .bind(rows.read as i64)
        .bind(rows.accepted as i64)
        .bind(rows.with_findings as i64)
        .bind(rows.rejected as i64)
        .bind(codec::decisions_out(decisions))
        .bind(error.map(|e| e.code.as_str()))
        .bind(error.map(|e| e.zh.as_str()))
        .bind(error.map(|e| e.en.as_str()))
        .execute(tx)
        .await?;
    // Another process took the submission over while this one was reading.
    if done.rows_affected() == 0 {
        return Err(StoreError::Missing(format!("submission {}", id.0)));
    }
    Ok(())
}

async fn get(tx: &mut SqliteConnection, id: SubmissionId) -> Result<Submission> {
    submission_in(
        &sqlx::query(include_str!("queries/submissions/get.sql"))
            .bind(id.0)
            .fetch_one(tx)
            .await?,
    )
}

pub(super) async fn newest(store: &SqliteStore, sha256: &str) -> Result<Option<Submission>> {
    sqlx::query(include_str!("queries/submissions/newest.sql"))
        .bind(sha256)
        .fetch_optional(&store.readers)
        .await?
        .map(|r| submission_in(&r))
        .transpose()
}

pub(super) async fn list(store: &SqliteStore, page: PageRequest) -> Result<Page<Submission>> {
    let after = page
        .after
        .as_deref()
        .map(super::token::read_texts::<0>)
        .transpose()?
        .map(|(_, id)| id);
    let rows = sqlx::query(include_str!("queries/submissions/list.sql"))
        .bind(after)
        .bind(limit_of(&page))
        .fetch_all(&store.readers)
        .await?;
    let items: Vec<Submission> = rows.iter().map(submission_in).collect::<Result<_>>()?;
    let matched: i64 = sqlx::query_scalar(include_str!("queries/submissions/count.sql"))
        .fetch_one(&store.readers)
        .await?;
    let next = items
        .last()
        .filter(|_| items.len() == page.limit)
        .map(|s| super::token::texts(&[], s.id.0));
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

fn submission_in(r: &SqliteRow) -> Result<Submission> {
    let error = match r.try_get::<Option<String>, _>("error_code")? {
        Some(code) => Some((code, r.try_get("error_zh")?, r.try_get("error_en")?)),
        None => None,
    };
    let count = |column: &str| r.try_get::<i64, _>(column).map(|n| n as u64);
    Ok(Submission {
        id: SubmissionId(r.try_get("id")?),
        sha256: r.try_get("sha256")?,
        kind: if r.try_get::<String, _>("kind")? == "units" {
            SubmissionAs::Units
        } else {
            SubmissionAs::Places
        },
        file: r.try_get("file")?,
        bytes: count("bytes")?,
        options: codec::json_in("submissions.options", &r.try_get::<String, _>("options")?)?,
        received_at: r.try_get("received_at")?,
        actor: r.try_get("actor")?,
        rows: RowCounts {
            read: count("rows_read")?,
            accepted: count("rows_accepted")?,
            with_findings: count("rows_with_findings")?,
            rejected: count("rows_rejected")?,
        },
        decisions: codec::decisions_in(&r.try_get::<String, _>("decisions")?)?,
        error,
    })
}

fn finding_in(r: &SqliteRow) -> Result<RowFinding> {
    Ok(RowFinding {
        row: Some(r.try_get::<i64, _>("row")? as u64).filter(|n| *n > 0),
        field: r.try_get("field")?,
        rule: r.try_get("rule")?,
        severity: codec::word(
            "row_findings.severity",
            &r.try_get::<String, _>("severity")?,
        )?,
        found: r.try_get("found")?,
        params: codec::params_in("row_findings.params", &r.try_get::<String, _>("params")?)?,
    })
}

pub(super) async fn row_findings(store: &SqliteStore, id: SubmissionId) -> Result<Vec<RowFinding>> {
    sqlx::query(include_str!("queries/row_findings/of_submission.sql"))
        .bind(id.0)
        .fetch_all(&store.readers)
        .await?
        .iter()
        .map(finding_in)
        .collect()
}

pub(super) async fn rows(
    store: &SqliteStore,
    id: SubmissionId,
    state: Option<RowState>,
    page: PageRequest,
) -> Result<Page<RowResultWithFindings>> {
    let after = page
        .after
        .as_deref()
        .map(super::token::read_texts::<0>)
        .transpose()?
        .map(|(_, row)| row);
    let state = state.map(RowState::as_str);
    let found = sqlx::query(include_str!("queries/submission_rows/page.sql"))
        .bind(id.0)
        .bind(state)
        .bind(after)
        .bind(limit_of(&page))
        .fetch_all(&store.readers)
        .await?;
    let mut items = Vec::with_capacity(found.len());
    for r in &found {
        items.push(RowResultWithFindings {
            row: RowResult {
                row: r.try_get::<i64, _>("row")? as u64,
                state: codec::word("submission_rows.state", &r.try_get::<String, _>("state")?)?,
                name: r.try_get("name")?,
                code: r.try_get("code")?,
                position: places::position_in(r)?,
            },
            findings: Vec::new(),
        });
    }
    let numbers = codec::numbers(items.iter().map(|i| i.row.row as i64));
    let findings = sqlx::query(include_str!("queries/row_findings/of_rows.sql"))
        .bind(id.0)
        .bind(numbers)
        .fetch_all(&store.readers)
        .await?;
    for r in &findings {
        let finding = finding_in(r)?;
        let at = items.binary_search_by_key(&finding.row, |i| Some(i.row.row));
        if let Ok(i) = at {
            items[i].findings.push(finding);
        }
    }
    let matched: i64 = sqlx::query_scalar(include_str!("queries/submission_rows/count.sql"))
        .bind(id.0)
        .bind(state)
        .fetch_one(&store.readers)
        .await?;
    let next = items
        .last()
        .filter(|_| items.len() == page.limit)
        .map(|i| super::token::texts(&[], i.row.row as i64));
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}
