//! Findings into their tables, many to a statement: an audit may find half a million.

use geo::CoordsIter as _;
use geo_types::Geometry;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::codec;
use super::findings::parties_key;
use crate::store::*;

/// Findings written by one statement. SQLite binds 32,766 values; a finding has 29.
const ROWS_PER_INSERT: usize = 500;
/// Findings that one statement marks as still there.
const IDS_PER_UPDATE: usize = 10_000;

/// A finding on its way.
pub(super) struct Put<'a> {
    pub id: &'a str,
    pub derived_from: &'a [String],
    pub body: &'a FindingBody,
}

/// When, and to what, findings are written.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub scope: &'a str,
    pub run: i64,
    pub at: &'a str,
}

/// Writes findings that were not there before.
pub(super) async fn put_new(
    tx: &mut SqliteConnection,
    of: Of<'_>,
    all: impl Iterator<Item = Put<'_>>,
) -> Result<()> {
    let all: Vec<Put> = all.collect();
    for part in all.chunks(ROWS_PER_INSERT) {
        let seqs = put(tx, of, part, "new", " RETURNING id, seq").await?;
        put_beside(tx, part, &seqs).await?;
    }
    Ok(())
}

/// Notes that findings are still there and say what they said.
pub(super) async fn put_unchanged(
    tx: &mut SqliteConnection,
    of: Of<'_>,
    ids: &[String],
) -> Result<()> {
    for part in ids.chunks(IDS_PER_UPDATE) {
        let list = Json::from(part).to_string();
        require_all(tx, &list).await?;
        sqlx::query(include_str!("queries/findings/same.sql"))
            .bind(&list)
            .bind(of.run)
            .bind(of.at)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Refuses a JSON list of ids of which one is not known.
async fn require_all(tx: &mut SqliteConnection, ids: &str) -> Result<()> {
    let missing: Option<String> =
        sqlx::query_scalar(include_str!("queries/findings/first_missing.sql"))
            .bind(ids)
            .fetch_optional(tx)
            .await?;
    match missing {
        Some(id) => Err(StoreError::Missing(format!("finding {id}"))),
        None => Ok(()),
    }
}

/// Writes what findings that are still there say now.
pub(super) async fn put_still(
    tx: &mut SqliteConnection,
    of: Of<'_>,
    all: impl Iterator<Item = Put<'_>>,
) -> Result<()> {
    let all: Vec<Put> = all.collect();
    for part in all.chunks(ROWS_PER_INSERT) {
        let ids = Json::from(part.iter().map(|p| p.id).collect::<Vec<_>>()).to_string();
        require_all(tx, &ids).await?;
        let seqs = put(
            tx,
            of,
            part,
            "open",
            include_str!("queries/findings/again.sql"),
        )
        .await?;
        let numbers = codec::numbers(seqs.values().copied());
        for sql in [
            include_str!("queries/findings/unbox.sql"),
            include_str!("queries/finding_units/delete.sql"),
        ] {
            sqlx::query(sql).bind(&numbers).execute(&mut *tx).await?;
        }
        put_beside(tx, part, &seqs).await?;
    }
    Ok(())
}

fn bbox_of(body: &FindingBody) -> Option<Bbox> {
    let of_point = body.point.map(|[x, y]| [x, y, x, y]);
    body.geometry.as_ref().and_then(box_of).or(of_point)
}

/// Gives the number of each finding by its id.
async fn put<'a>(
    tx: &mut SqliteConnection,
    of: Of<'_>,
    part: &[Put<'a>],
    state: &str,
    rest: &str,
) -> Result<FxHashMap<String, i64>> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO findings (id, scope, rule, kind, gap_kind, level, extent_kind, parties, parent, severity, area_m2, \
         max_width_m, length_m, geometry, west, south, east, north, lon, lat, place_id, place_name, params, state, \
         derived_from, first_run, last_run, first_seen, last_seen) ",
    );
    insert.push_values(part, |mut b, f| {
        let body = f.body;
        let bbox = bbox_of(body);
        b.push_bind(f.id)
            .push_bind(of.scope)
            .push_bind(&*body.rule)
            .push_bind(body.kind.as_str())
            .push_bind(body.gap_kind.map(|g| g.as_str()))
            .push_bind(&*body.level)
            .push_bind(body.extent_kind.as_str())
            .push_bind(parties_key(body.units.iter().map(|u| &*u.code)))
            .push_bind(body.parent.as_deref())
            .push_bind(codec::severity_out(body.severity))
            .push_bind(body.area_m2)
            .push_bind(body.max_width_m)
            .push_bind(body.length_m)
            .push_bind(body.geometry.as_ref().map(codec::geometry_out));
        for i in 0..4 {
            b.push_bind(bbox.map(|x| x[i]));
        }
        b.push_bind(body.point.map(|p| p[0]))
            .push_bind(body.point.map(|p| p[1]))
            .push_bind(body.place.as_ref().map(|p| p.0))
            .push_bind(body.place.as_ref().map(|p| p.1.as_str()))
            .push_bind(codec::params_out(&body.params))
            .push_bind(state)
            .push_bind(Json::from(f.derived_from.to_vec()).to_string())
            .push_bind(of.run)
            .push_bind(of.run)
            .push_bind(of.at)
            .push_bind(of.at);
    });
    insert.push(rest);
    let rows = insert.build().fetch_all(&mut *tx).await?;
    rows.iter()
        .map(|r| Ok((r.try_get("id")?, r.try_get("seq")?)))
        .collect()
}

/// The boxes and parties of findings.
async fn put_beside(
    tx: &mut SqliteConnection,
    part: &[Put<'_>],
    seqs: &FxHashMap<String, i64>,
) -> Result<()> {
    let seq = |f: &Put| seqs.get(f.id).copied().unwrap_or_default();
    let boxes: Vec<(i64, Bbox)> = part
        .iter()
        .filter_map(|f| Some((seq(f), bbox_of(f.body)?)))
        .collect();
    if !boxes.is_empty() {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO findings_box (seq, west, east, south, north) ",
        );
        insert.push_values(boxes, |mut b, (seq, [w, s, e, n])| {
            b.push_bind(seq)
                .push_bind(w)
                .push_bind(e)
                .push_bind(s)
                .push_bind(n);
        });
        insert.build().execute(&mut *tx).await?;
    }
    let units: Vec<(i64, i64, &Party)> = part
        .iter()
        .flat_map(|f| {
            (0_i64..)
                .zip(&f.body.units)
                .map(move |(k, u)| (seq(f), k, u))
        })
        .collect();
    for part in units.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO finding_units (seq, number, unit_id, code, name) ",
        );
        insert.push_values(part, |mut b, (seq, number, unit)| {
            b.push_bind(*seq)
                .push_bind(*number)
                .push_bind(unit.unit_id)
                .push_bind(&*unit.code)
                .push_bind(&*unit.name);
        });
        insert.build().execute(&mut *tx).await?;
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
