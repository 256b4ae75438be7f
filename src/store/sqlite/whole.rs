//! Counts, the audit log, coordinate parameter sets.

use jieming_domain::actor::Actor;
use sqlx::Row;

use super::{
    SqliteStore, codec, limit_of, log as write_log, move_on, now, parameters, token, units,
};
use crate::store::*;

pub(super) async fn overview(store: &SqliteStore) -> Result<Overview> {
    let coverages = units::coverages(store).await?;
    let places = sqlx::query(include_str!("queries/places/summary.sql"))
        .fetch_one(&store.readers)
        .await?;
    let open: i64 = sqlx::query_scalar(include_str!("queries/findings/count_open.sql"))
        .fetch_one(&store.readers)
        .await?;
    let submissions: i64 = sqlx::query_scalar(include_str!("queries/submissions/count.sql"))
        .fetch_one(&store.readers)
        .await?;
    let mut bounds: Option<Bbox> = None;
    let of_places = if places.try_get::<Option<f64>, _>("west")?.is_some() {
        Some(units::box_in(&places)?)
    } else {
        None
    };
    // Places in a wrong position must not drag the map away from the units.
    let of_units = coverages.iter().filter_map(|c| c.bbox);
    for b in of_units {
        bounds = Some(match bounds {
            Some(a) => [
                a[0].min(b[0]),
                a[1].min(b[1]),
                a[2].max(b[2]),
                a[3].max(b[3]),
            ],
            None => b,
        });
    }
    Ok(Overview {
        units: coverages.iter().map(|c| c.units).sum(),
        places: places.try_get::<i64, _>("n")? as u64,
        findings_open: open as u64,
        submissions: submissions as u64,
        bounds: bounds.or(of_places),
        coverages,
    })
}

pub(super) async fn log(store: &SqliteStore, page: PageRequest) -> Result<Page<LogEntry>> {
    let after = page
        .after
        .as_deref()
        .map(token::read_texts::<0>)
        .transpose()?
        .map(|(_, id)| id);
    let rows = sqlx::query(include_str!("queries/audit_log/list.sql"))
        .bind(after)
        .bind(limit_of(&page))
        .fetch_all(&store.readers)
        .await?;
    let mut items = Vec::with_capacity(rows.len());
    for r in &rows {
        items.push(LogEntry {
            id: r.try_get("id")?,
            at: r.try_get("at")?,
            actor: r.try_get("actor")?,
            via: r.try_get("via")?,
            action: r.try_get("action")?,
            subject: r.try_get("subject")?,
            details: codec::json_in("audit_log.details", r.try_get("details")?)?,
        });
    }
    let matched: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_log")
        .fetch_one(&store.readers)
        .await?;
    let next = items
        .last()
        .filter(|_| items.len() == page.limit)
        .map(|e| token::texts(&[], e.id));
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

pub(super) async fn add_parameter_set(
    store: &SqliteStore,
    actor: &Actor,
    set: ParameterSet,
) -> Result<()> {
    let definition = parameters::out(&set);
    let mut tx = store.write().await?;
    let done = sqlx::query(include_str!("queries/parameter_sets/insert.sql"))
        .bind(&set.name)
        .bind(definition.to_string())
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Exists(set.name));
    }
    write_log(&mut tx, &now(), actor, "crs.add", &set.name, &definition).await?;
    move_on(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn parameter_sets(store: &SqliteStore) -> Result<Vec<ParameterSet>> {
    let rows = sqlx::query(include_str!("queries/parameter_sets/list.sql"))
        .fetch_all(&store.readers)
        .await?;
    rows.iter()
        .map(|r| {
            let definition = codec::json_in("parameter_sets.definition", r.try_get("definition")?)?;
            parameters::read(r.try_get("name")?, &definition)
        })
        .collect()
}

pub(super) async fn remove_parameter_set(
    store: &SqliteStore,
    actor: &Actor,
    name: &str,
) -> Result<bool> {
    let mut tx = store.write().await?;
    let done = sqlx::query(include_str!("queries/parameter_sets/delete.sql"))
        .bind(name)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    write_log(
        &mut tx,
        &now(),
        actor,
        "crs.remove",
        name,
        &serde_json::json!({}),
    )
    .await?;
    move_on(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}
