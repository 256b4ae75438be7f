//! Units, their extents, and the common lines of neighbours.

use geo::CoordsIter as _;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, codec, limit_of, token};
use crate::store::*;

pub(super) fn box_in(r: &SqliteRow) -> Result<Bbox> {
    Ok([
        r.try_get("west")?,
        r.try_get("south")?,
        r.try_get("east")?,
        r.try_get("north")?,
    ])
}

fn extent_in(r: &SqliteRow, with_source: bool) -> Result<UnitExtent> {
    let source = if with_source {
        r.try_get::<Option<&[u8]>, _>("source")?
            .map(|b| codec::polygons_in("extents.source", b))
            .transpose()?
    } else {
        None
    };
    Ok(UnitExtent {
        unit_id: r.try_get("unit_id")?,
        extent_id: r.try_get("id")?,
        code: r.try_get("code")?,
        name: r.try_get("name")?,
        level: r.try_get("level")?,
        kind: codec::word("extents.kind", r.try_get("kind")?)?,
        parent_code: r.try_get("parent_code")?,
        geometry: codec::polygons_in("extents.geometry", r.try_get("geometry")?)?,
        source,
        weights: None,
        plane: r.try_get("plane")?,
        source_crs: r.try_get("source_crs")?,
        method: r.try_get("method")?,
        accuracy_m: r.try_get("accuracy_m")?,
        area_m2: r.try_get("area_m2")?,
        bbox: box_in(r)?,
        submission: r.try_get("sha256")?,
        row: r.try_get::<i64, _>("row")? as u64,
    })
}

pub(super) fn extents_in(rows: &[SqliteRow]) -> Result<Vec<UnitExtent>> {
    rows.iter().map(|r| extent_in(r, true)).collect()
}

pub(super) async fn coverages(store: &SqliteStore) -> Result<Vec<Coverage>> {
    let rows = sqlx::query(include_str!("queries/extents/coverages.sql"))
        .fetch_all(&store.readers)
        .await?;
    rows.iter()
        .map(|r| {
            Ok(Coverage {
                level: r.try_get("level")?,
                kind: codec::word("extents.kind", r.try_get("kind")?)?,
                units: r.try_get::<i64, _>("units")? as u64,
                bbox: Some(box_in(r)?),
                largest_m2: r.try_get("largest")?,
            })
        })
        .collect()
}

pub(super) async fn of_coverage(
    store: &SqliteStore,
    level: &str,
    kind: ExtentKind,
) -> Result<Vec<UnitExtent>> {
    let rows = sqlx::query(include_str!("queries/extents/of_coverage.sql"))
        .bind(level)
        .bind(kind.as_str())
        .fetch_all(&store.readers)
        .await?;
    extents_in(&rows)
}

pub(super) async fn by_codes(
    store: &SqliteStore,
    codes: &[String],
    kind: ExtentKind,
) -> Result<Vec<UnitExtent>> {
    let codes = Json::from(codes.to_vec()).to_string();
    let rows = sqlx::query(include_str!("queries/extents/by_codes.sql"))
        .bind(codes)
        .bind(kind.as_str())
        .fetch_all(&store.readers)
        .await?;
    extents_in(&rows)
}

pub(super) async fn by_code(
    store: &SqliteStore,
    code: &str,
    level: Option<&str>,
) -> Result<Vec<UnitExtent>> {
    let rows = sqlx::query(include_str!("queries/extents/by_code.sql"))
        .bind(code)
        .bind(level)
        .fetch_all(&store.readers)
        .await?;
    extents_in(&rows)
}

pub(super) async fn in_box(
    store: &SqliteStore,
    level: &str,
    [w, s, e, n]: Bbox,
) -> Result<Vec<UnitExtent>> {
    let rows = sqlx::query(include_str!("queries/extents/in_box.sql"))
        .bind(level)
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .fetch_all(&store.readers)
        .await?;
    rows.iter().map(|r| weighed_in(r, false)).collect()
}

/// An extent with the weights of its vertices, when it has some that fit.
pub(super) fn weighed_in(r: &SqliteRow, with_source: bool) -> Result<UnitExtent> {
    let mut extent = extent_in(r, with_source)?;
    let weights: Option<&[u8]> = r.try_get("weights")?;
    let vertices = extent.geometry.coords_count();
    extent.weights = weights.and_then(|w| codec::weights_in(w, vertices));
    Ok(extent)
}

macro_rules! bind_filter {
    ($query:expr, $f:expr) => {
        $query
            .bind($f.level.as_deref())
            .bind($f.kind.map(ExtentKind::as_str))
            .bind($f.parent.as_deref())
            .bind($f.name.as_deref())
            .bind($f.bbox.map(|b| b[0]))
            .bind($f.bbox.map(|b| b[1]))
            .bind($f.bbox.map(|b| b[2]))
            .bind($f.bbox.map(|b| b[3]))
    };
}

pub(super) async fn page(
    store: &SqliteStore,
    filter: &UnitFilter,
    page: PageRequest,
) -> Result<Page<UnitSummary>> {
    let after = page
        .after
        .as_deref()
        .map(token::read_texts::<2>)
        .transpose()?;
    let ([code, level], id) = match after {
        Some(([code, level], id)) => ([Some(code), Some(level)], Some(id)),
        None => ([None, None], None),
    };
    let rows = bind_filter!(
        sqlx::query(include_str!("queries/extents/page.sql")),
        filter
    )
    .bind(code)
    .bind(level)
    .bind(id)
    .bind(limit_of(&page))
    .fetch_all(&store.readers)
    .await?;
    let mut items = Vec::with_capacity(rows.len());
    for r in &rows {
        items.push(UnitSummary {
            unit_id: r.try_get("unit_id")?,
            code: r.try_get("code")?,
            name: r.try_get("name")?,
            level: r.try_get("level")?,
            kind: codec::word("extents.kind", r.try_get("kind")?)?,
            parent_code: r.try_get("parent_code")?,
            parent_name: r.try_get("parent_name")?,
            area_m2: r.try_get("area_m2")?,
            bbox: box_in(r)?,
            findings: Vec::new(),
        });
    }
    count_findings(store, &mut items).await?;
    let matched: i64 = bind_filter!(
        sqlx::query_scalar(include_str!("queries/extents/count.sql")),
        filter
    )
    .fetch_one(&store.readers)
    .await?;
    let next = match rows.last().filter(|_| rows.len() == page.limit) {
        Some(r) => Some(token::texts(
            &[r.try_get("code")?, r.try_get("level")?],
            r.try_get("id")?,
        )),
        None => None,
    };
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

async fn count_findings(store: &SqliteStore, items: &mut [UnitSummary]) -> Result<()> {
    let at: FxHashMap<(i64, ExtentKind), usize> = items
        .iter()
        .enumerate()
        .map(|(i, u)| ((u.unit_id, u.kind), i))
        .collect();
    let rows = sqlx::query(include_str!("queries/finding_units/count_by_kind.sql"))
        .bind(codec::numbers(items.iter().map(|u| u.unit_id)))
        .fetch_all(&store.readers)
        .await?;
    for r in &rows {
        let key = (
            r.try_get("unit_id")?,
            codec::word("findings.extent_kind", r.try_get("extent_kind")?)?,
        );
        if let Some(&i) = at.get(&key) {
            let kind = codec::word("findings.kind", r.try_get("kind")?)?;
            items[i]
                .findings
                .push((kind, r.try_get::<i64, _>("n")? as u64));
        }
    }
    Ok(())
}

fn line_in(r: &SqliteRow) -> Result<Line> {
    Ok(Line {
        units: [
            Party {
                unit_id: r.try_get("a_id")?,
                code: r.try_get("a_code")?,
                name: r.try_get("a_name")?,
            },
            Party {
                unit_id: r.try_get("b_id")?,
                code: r.try_get("b_code")?,
                name: r.try_get("b_name")?,
            },
        ],
        level: r.try_get("level")?,
        kind: codec::word("lines.kind", r.try_get("kind")?)?,
        length_m: r.try_get("length_m")?,
        agreed_m: r.try_get("agreed_m")?,
        within_m: r.try_get("within_m")?,
        findings: r.try_get::<i64, _>("findings")? as u64,
        geometry: None,
    })
}

pub(super) async fn lines(
    store: &SqliteStore,
    filter: &LineFilter,
    page: PageRequest,
) -> Result<Page<Line>> {
    let after = page
        .after
        .as_deref()
        .map(token::read_texts::<3>)
        .transpose()?;
    let ([level, a, b], id) = match after {
        Some((keys, id)) => (keys.map(Some), Some(id)),
        None => ([None, None, None], None),
    };
    let rows = sqlx::query(include_str!("queries/lines/page.sql"))
        .bind(filter.unit.as_deref())
        .bind(filter.level.as_deref())
        .bind(level)
        .bind(a)
        .bind(b)
        .bind(id)
        .bind(limit_of(&page))
        .fetch_all(&store.readers)
        .await?;
    let items: Vec<Line> = rows.iter().map(line_in).collect::<Result<_>>()?;
    let matched: i64 = sqlx::query_scalar(include_str!("queries/lines/count.sql"))
        .bind(filter.unit.as_deref())
        .bind(filter.level.as_deref())
        .fetch_one(&store.readers)
        .await?;
    let next = match rows.last().filter(|_| rows.len() == page.limit) {
        Some(r) => {
            let keys = [
                r.try_get("level")?,
                r.try_get("a_code")?,
                r.try_get("b_code")?,
            ];
            Some(token::texts(&keys, r.try_get("id")?))
        }
        None => None,
    };
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

pub(super) async fn line(store: &SqliteStore, a: &str, b: &str) -> Result<Option<Line>> {
    let row = sqlx::query(include_str!("queries/lines/get.sql"))
        .bind(a)
        .bind(b)
        .fetch_optional(&store.readers)
        .await?;
    let Some(r) = row else { return Ok(None) };
    let mut line = line_in(&r)?;
    line.geometry = Some(codec::lines_in("lines.geometry", r.try_get("geometry")?)?);
    Ok(Some(line))
}
