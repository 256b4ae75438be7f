//! What the audit of a neighbourhood asks: changes not looked at yet, and whatever is near them.

use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use sqlx::{Row, SqliteConnection};

use super::{SqliteStore, codec, findings, places, units};
use crate::store::*;

/// Notes the versions of extents that a submission has made visible, with those that they replaced, and whether it
/// changed places.
pub(super) async fn note_dirty(
    tx: &mut SqliteConnection,
    submission: SubmissionId,
    replaced: &[i64],
    places: bool,
) -> Result<()> {
    if places {
        sqlx::query(include_str!("queries/dirty_extents/insert_places.sql"))
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query(include_str!("queries/dirty_extents/insert.sql"))
        .bind(submission.0)
        .bind(codec::numbers(replaced.iter().copied()))
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn dirty(store: &SqliteStore, limit: usize) -> Result<Vec<Dirty>> {
    let rows = sqlx::query(include_str!("queries/dirty_extents/list.sql"))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&store.readers)
        .await?;
    let mut named: Vec<(i64, Option<i64>, Option<i64>, bool)> = Vec::with_capacity(rows.len());
    for r in &rows {
        named.push((
            r.try_get("id")?,
            r.try_get("before_id")?,
            r.try_get("after_id")?,
            r.try_get("places")?,
        ));
    }
    let ids = named.iter().flat_map(|(_, b, a, _)| [*b, *a]).flatten();
    let rows = sqlx::query(include_str!("queries/extents/by_ids.sql"))
        .bind(codec::numbers(ids))
        .fetch_all(&store.readers)
        .await?;
    let mut extents: FxHashMap<i64, UnitExtent> = units::extents_in(&rows)?
        .into_iter()
        .map(|e| (e.extent_id, e))
        .collect();
    Ok(named
        .into_iter()
        .map(|(id, before, after, places)| {
            let what = if places {
                Changed::Places
            } else {
                Changed::Extent {
                    before: before.and_then(|b| extents.remove(&b)).map(Box::new),
                    // A version that was itself replaced since stands in two rows.
                    after: after.and_then(|a| extents.get(&a).cloned()).map(Box::new),
                }
            };
            Dirty { id, what }
        })
        .collect())
}

pub(super) async fn forget_dirty(store: &SqliteStore, up_to: i64) -> Result<()> {
    let mut tx = store.write().await?;
    sqlx::query(include_str!("queries/dirty_extents/delete.sql"))
        .bind(up_to)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn units_near(
    store: &SqliteStore,
    level: Option<&str>,
    kind: ExtentKind,
    [w, s, e, n]: Bbox,
) -> Result<Vec<UnitExtent>> {
    let rows = sqlx::query(include_str!("queries/extents/near.sql"))
        .bind(kind.as_str())
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .bind(level)
        .fetch_all(&store.readers)
        .await?;
    rows.iter().map(|r| units::weighed_in(r, true)).collect()
}

pub(super) async fn units_named(
    store: &SqliteStore,
    keys: &[String],
    kind: ExtentKind,
) -> Result<Vec<UnitExtent>> {
    let rows = sqlx::query(include_str!("queries/extents/named.sql"))
        .bind(Json::from(keys.to_vec()).to_string())
        .bind(kind.as_str())
        .fetch_all(&store.readers)
        .await?;
    units::extents_in(&rows)
}

pub(super) async fn common(
    store: &SqliteStore,
    level: &str,
    kind: ExtentKind,
    plane: &str,
) -> Result<CoverageCommon> {
    let r = sqlx::query(include_str!("queries/extents/common.sql"))
        .bind(level)
        .bind(kind.as_str())
        .bind(plane)
        .fetch_one(&store.readers)
        .await?;
    Ok(CoverageCommon {
        several_planes: r.try_get("several_planes")?,
        with_parent: r.try_get("with_parent")?,
        without_parent: r.try_get("without_parent")?,
    })
}

pub(super) async fn codes(
    store: &SqliteStore,
    level: &str,
    kind: ExtentKind,
) -> Result<Vec<(i64, String)>> {
    Ok(
        sqlx::query_as(include_str!("queries/extents/coverage_codes.sql"))
            .bind(level)
            .bind(kind.as_str())
            .fetch_all(&store.readers)
            .await?,
    )
}

pub(super) async fn child_levels(
    store: &SqliteStore,
    parents: &[String],
    kind: ExtentKind,
) -> Result<Vec<String>> {
    Ok(
        sqlx::query_scalar(include_str!("queries/extents/child_levels.sql"))
            .bind(Json::from(parents.to_vec()).to_string())
            .bind(kind.as_str())
            .fetch_all(&store.readers)
            .await?,
    )
}

pub(super) async fn findings_near(
    store: &SqliteStore,
    scope: &str,
    [w, s, e, n]: Bbox,
    of_units: &[i64],
) -> Result<Vec<Finding>> {
    let rows = sqlx::query(include_str!("queries/findings/near.sql"))
        .bind(scope)
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .bind(codec::numbers(of_units.iter().copied()))
        .fetch_all(&store.readers)
        .await?;
    findings::findings_in(store, &rows).await
}

pub(super) async fn places_near_or_claiming(
    store: &SqliteStore,
    [w, s, e, n]: Bbox,
    keys: &[String],
) -> Result<Vec<AuditPlace>> {
    let rows = sqlx::query(include_str!("queries/places/near_or_claiming.sql"))
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .bind(Json::from(keys.to_vec()).to_string())
        .fetch_all(&store.readers)
        .await?;
    places::audited_in(&rows)
}
