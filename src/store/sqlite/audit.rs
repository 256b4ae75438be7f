//! Runs of the audit and the reconciliation of findings.

use geo_types::Geometry;
use jieming_domain::actor::Actor;
use serde_json::json;
use sqlx::{Row, SqliteConnection};

use super::put_findings::{Of, Put, put_new, put_still, put_unchanged};
use super::{SqliteStore, codec, log, move_on, now};
use crate::store::*;

pub(super) async fn begin(store: &SqliteStore, actor: &Actor) -> Result<i64> {
    let at = now();
    let mut tx = store.write().await?;
    let number: i64 = sqlx::query_scalar(include_str!("queries/runs/begin.sql"))
        .bind(&at)
        .fetch_one(&mut *tx)
        .await?;
    log(
        &mut tx,
        &at,
        actor,
        "audit.begin",
        &number.to_string(),
        &json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(number)
}

pub(super) async fn fail(store: &SqliteStore, actor: &Actor, run: i64, reason: &str) -> Result<()> {
    let mut tx = store.write().await?;
    sqlx::query(include_str!("queries/runs/fail.sql"))
        .bind(run)
        .bind(reason)
        .execute(&mut *tx)
        .await?;
    log(
        &mut tx,
        &now(),
        actor,
        "audit.fail",
        &run.to_string(),
        &json!({"reason": reason}),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn last(store: &SqliteStore) -> Result<Option<Run>> {
    sqlx::query(include_str!("queries/runs/last.sql"))
        .fetch_optional(&store.readers)
        .await?
        .map(|r| run_in(&r))
        .transpose()
}

fn run_in(r: &sqlx::sqlite::SqliteRow) -> Result<Run> {
    let count = |column: &str| r.try_get::<i64, _>(column).map(|n| n as u64);
    Ok(Run {
        number: r.try_get("number")?,
        started_at: r.try_get("started_at")?,
        finished_at: r.try_get("finished_at")?,
        new: count("new_count")?,
        open: count("open_count")?,
        gone: count("gone_count")?,
    })
}

pub(super) async fn reconcile(
    store: &SqliteStore,
    actor: &Actor,
    run: i64,
    changes: Vec<ScopeChanges>,
) -> Result<Run> {
    let at = now();
    let mut tx = store.write().await?;
    let (mut new, mut open, mut gone) = (0_i64, 0_i64, 0_i64);
    for change in &changes {
        let of = Of {
            scope: &change.scope,
            run,
            at: &at,
        };
        let added = change.new.iter().map(|f| Put {
            id: &f.id,
            derived_from: &f.derived_from,
            body: &f.body,
        });
        put_new(&mut tx, of, added).await?;
        new += change.new.len() as i64;
        let still = change.still.iter().map(|(id, body)| Put {
            id,
            derived_from: &[],
            body,
        });
        put_still(&mut tx, of, still).await?;
        put_unchanged(&mut tx, of, &change.unchanged).await?;
        open += (change.still.len() + change.unchanged.len()) as i64;
        for id in &change.gone {
            let done = sqlx::query(include_str!("queries/findings/leave.sql"))
                .bind(id)
                .execute(&mut *tx)
                .await?;
            gone += done.rows_affected() as i64;
        }
        if let Some(lines) = &change.lines {
            replace_lines(&mut tx, lines).await?;
        }
        for w in &change.weights {
            // An extent that has gone meanwhile takes its weights along.
            sqlx::query(include_str!("queries/vertex_weights/put.sql"))
                .bind(w.extent_id)
                .bind(codec::weights_out(&w.weights))
                .execute(&mut *tx)
                .await?;
        }
    }
    let row = sqlx::query(include_str!("queries/runs/finish.sql"))
        .bind(run)
        .bind(&at)
        .bind(new)
        .bind(open)
        .bind(gone)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| StoreError::Missing(format!("run {run}")))?;
    let run_done = run_in(&row)?;
    let details = json!({"new": new, "open": open, "gone": gone});
    log(
        &mut tx,
        &at,
        actor,
        "audit.finish",
        &run.to_string(),
        &details,
    )
    .await?;
    move_on(&mut tx).await?;
    tx.commit().await?;
    Ok(run_done)
}

async fn replace_lines(tx: &mut SqliteConnection, changes: &LineChanges) -> Result<()> {
    let LineChanges {
        level,
        kind,
        among,
        lines,
    } = changes;
    let delete = match among {
        None => sqlx::query(include_str!("queries/lines/delete.sql"))
            .bind(level)
            .bind(kind.as_str()),
        Some(units) => sqlx::query(include_str!("queries/lines/delete_pairs.sql"))
            .bind(level)
            .bind(kind.as_str())
            .bind(codec::numbers(units.iter().copied())),
    };
    delete.execute(&mut *tx).await?;
    for l in lines {
        let [a, b] = &l.units;
        let (a, b) = if a.code <= b.code { (a, b) } else { (b, a) };
        sqlx::query(include_str!("queries/lines/insert.sql"))
            .bind(level)
            .bind(kind.as_str())
            .bind(a.unit_id)
            .bind(&a.code)
            .bind(&a.name)
            .bind(b.unit_id)
            .bind(&b.code)
            .bind(&b.name)
            .bind(l.length_m)
            .bind(l.agreed_m)
            .bind(l.within_m)
            .bind(codec::geometry_out(&Geometry::MultiLineString(
                l.geometry.clone(),
            )))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
