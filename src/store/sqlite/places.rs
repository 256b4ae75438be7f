//! Place names.

use serde_json::Value as Json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, codec, limit_of, token};
use crate::store::*;

pub(super) fn position_in(r: &SqliteRow) -> Result<Option<[f64; 2]>> {
    let lon: Option<f64> = r.try_get("lon")?;
    let lat: Option<f64> = r.try_get("lat")?;
    Ok(lon.zip(lat).map(|(x, y)| [x, y]))
}

fn place_in(r: &SqliteRow) -> Result<Place> {
    let claimed: Option<String> = r.try_get("unit")?;
    let first: Option<String> = r.try_get("source_first")?;
    Ok(Place {
        id: r.try_get("id")?,
        code: r.try_get("code")?,
        name: r.try_get("name")?,
        category: r.try_get("category")?,
        unit_code: r.try_get::<Option<String>, _>("unit_code")?.or(claimed),
        unit_name: r.try_get("unit_name")?,
        position: position_in(r)?,
        geometry: None,
        source_position: first.zip(r.try_get("source_second")?),
        source_crs: r.try_get("source_crs")?,
        method: r.try_get("method")?,
        accuracy_m: r.try_get("accuracy_m")?,
        submission: r.try_get("sha256")?,
        row: r.try_get::<i64, _>("row")? as u64,
        attributes: Json::Null,
        findings: r.try_get::<i64, _>("findings")? as u64,
        severity: r
            .try_get::<Option<i64>, _>("severity")?
            .map(codec::severity_in),
    })
}

pub(super) async fn for_audit(store: &SqliteStore) -> Result<Vec<AuditPlace>> {
    let rows = sqlx::query(include_str!("queries/places/for_audit.sql"))
        .fetch_all(&store.readers)
        .await?;
    audited_in(&rows)
}

pub(super) fn audited_in(rows: &[SqliteRow]) -> Result<Vec<AuditPlace>> {
    rows.iter()
        .map(|r| {
            Ok(AuditPlace {
                id: r.try_get("id")?,
                identity: r.try_get("identity")?,
                name: r.try_get("name")?,
                position: position_in(r)?,
                accuracy_m: r.try_get("accuracy_m")?,
                unit: r.try_get("unit")?,
            })
        })
        .collect()
}

macro_rules! bind_filter {
    ($query:expr, $f:expr) => {
        $query
            .bind($f.name.as_deref().filter(|n| !n.is_empty()))
            .bind($f.unit.as_deref())
            .bind(
                $f.unit
                    .as_deref()
                    .and_then(jieming_domain::unit::codes_below),
            )
            .bind($f.bbox.map(|b| b[0]))
            .bind($f.bbox.map(|b| b[1]))
            .bind($f.bbox.map(|b| b[2]))
            .bind($f.bbox.map(|b| b[3]))
    };
}

pub(super) async fn page(
    store: &SqliteStore,
    filter: &PlaceFilter,
    page: PageRequest,
) -> Result<Page<Place>> {
    let after = page
        .after
        .as_deref()
        .map(token::read_texts::<1>)
        .transpose()?;
    let (name, id) = after.map(|([name], id)| (name, id)).unzip();
    let rows = bind_filter!(sqlx::query(include_str!("queries/places/page.sql")), filter)
        .bind(name)
        .bind(id)
        .bind(limit_of(&page))
        .fetch_all(&store.readers)
        .await?;
    let items: Vec<Place> = rows.iter().map(place_in).collect::<Result<_>>()?;
    let matched: i64 = bind_filter!(
        sqlx::query_scalar(include_str!("queries/places/count.sql")),
        filter
    )
    .fetch_one(&store.readers)
    .await?;
    let next = items
        .last()
        .filter(|_| items.len() == page.limit)
        .map(|p| token::texts(&[&p.name], p.id));
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

pub(super) async fn by_id(store: &SqliteStore, id: i64) -> Result<Option<Place>> {
    let row = sqlx::query(include_str!("queries/places/get.sql"))
        .bind(id)
        .fetch_optional(&store.readers)
        .await?;
    row.as_ref().map(whole_in).transpose()
}

/// A place with geometry and attributes.
pub(super) fn whole_in(r: &SqliteRow) -> Result<Place> {
    let mut place = place_in(r)?;
    place.geometry = r
        .try_get::<Option<&[u8]>, _>("geometry")?
        .map(|b| codec::geometry_in("places.geometry", b))
        .transpose()?;
    place.attributes = codec::json_in("places.attributes", r.try_get("attributes")?)?;
    Ok(place)
}

pub(super) async fn in_box(
    store: &SqliteStore,
    [w, s, e, n]: Bbox,
    limit: usize,
) -> Result<Vec<Place>> {
    let rows = sqlx::query(include_str!("queries/places/in_box.sql"))
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&store.readers)
        .await?;
    rows.iter().map(place_in).collect()
}

pub(super) async fn named(
    store: &SqliteStore,
    names: &[String],
) -> Result<Vec<(String, [f64; 2])>> {
    let rows: Vec<(String, f64, f64)> = sqlx::query_as(include_str!("queries/places/named.sql"))
        .bind(Json::from(names.to_vec()).to_string())
        .fetch_all(&store.readers)
        .await?;
    Ok(rows.into_iter().map(|(n, x, y)| (n, [x, y])).collect())
}
