//! Runs of the audit and the reconciliation of findings.

use geo::CoordsIter as _;
use geo_types::Geometry;
use jieming_domain::actor::Actor;
use serde_json::{Value as Json, json};
use sqlx::{Row, SqliteConnection};

use super::findings::parties_key;
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
        for f in &change.new {
            put(
                &mut tx,
                true,
                &change.scope,
                &f.id,
                &f.derived_from,
                &f.body,
                run,
                &at,
            )
            .await?;
            new += 1;
        }
        for (id, body) in &change.still {
            put(&mut tx, false, &change.scope, id, &[], body, run, &at).await?;
            open += 1;
        }
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

#[allow(clippy::too_many_arguments)] // one row of one table
async fn put(
    tx: &mut SqliteConnection,
    new: bool,
    scope: &str,
    id: &str,
    derived_from: &[String],
    body: &FindingBody,
    run: i64,
    at: &str,
) -> Result<()> {
    let sql = if new {
        include_str!("queries/findings/insert.sql")
    } else {
        include_str!("queries/findings/update.sql")
    };
    let bbox = body
        .geometry
        .as_ref()
        .and_then(box_of)
        .or(body.point.map(|[x, y]| [x, y, x, y]));
    let seq: i64 = sqlx::query_scalar(sql)
        .bind(id)
        .bind(scope)
        .bind(&body.rule)
        .bind(body.kind.as_str())
        .bind(body.gap_kind.map(|g| g.as_str()))
        .bind(&body.level)
        .bind(body.extent_kind.as_str())
        .bind(parties_key(body.units.iter().map(|u| &*u.code)))
        .bind(body.parent.as_deref())
        .bind(codec::severity_out(body.severity))
        .bind(body.area_m2)
        .bind(body.max_width_m)
        .bind(body.length_m)
        .bind(body.geometry.as_ref().map(codec::geometry_out))
        .bind(bbox.map(|b| b[0]))
        .bind(bbox.map(|b| b[1]))
        .bind(bbox.map(|b| b[2]))
        .bind(bbox.map(|b| b[3]))
        .bind(body.point.map(|p| p[0]))
        .bind(body.point.map(|p| p[1]))
        .bind(body.place.as_ref().map(|p| p.0))
        .bind(body.place.as_ref().map(|p| p.1.as_str()))
        .bind(codec::params_out(&body.params))
        .bind(Json::from(derived_from.to_vec()).to_string())
        .bind(run)
        .bind(at)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| StoreError::Missing(format!("finding {id}")))?;
    if !new {
        sqlx::query(include_str!("queries/findings/unbox.sql"))
            .bind(seq)
            .execute(&mut *tx)
            .await?;
        sqlx::query(include_str!("queries/finding_units/delete.sql"))
            .bind(seq)
            .execute(&mut *tx)
            .await?;
    }
    if let Some([w, s, e, n]) = bbox {
        sqlx::query(include_str!("queries/findings/box.sql"))
            .bind(seq)
            .bind(w)
            .bind(e)
            .bind(s)
            .bind(n)
            .execute(&mut *tx)
            .await?;
    }
    for (number, unit) in (0_i64..).zip(&body.units) {
        sqlx::query(include_str!("queries/finding_units/insert.sql"))
            .bind(seq)
            .bind(number)
            .bind(unit.unit_id)
            .bind(&unit.code)
            .bind(&unit.name)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn box_of(geometry: &Geometry<f64>) -> Option<Bbox> {
    geometry.coords_iter().fold(None, |b: Option<Bbox>, c| {
        Some(match b {
            Some([w, s, e, n]) => [w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)],
            None => [c.x, c.y, c.x, c.y],
        })
    })
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
