//! Whole collections page by page, as of one moment: a transaction that reads sees one state of the database however
//! long it lasts, and keeps nobody from writing.

use rustc_hash::FxHashMap;
use sqlx::Row;

use super::{SqliteStore, findings, places, units};
use crate::store::*;

/// Extents of a page: some have a hundred thousand vertices.
const EXTENTS: i64 = 16;
/// Places of a page.
const PLACES: i64 = 2_000;
/// Findings of a page.
const FINDINGS: i64 = 500;

pub(super) async fn extents(
    store: &SqliteStore,
    level: Option<&str>,
    kind: ExtentKind,
    pages: &Pages<UnitExtent>,
) -> Result<()> {
    let mut tx = store.readers.begin().await?;
    let mut after = (String::new(), 0_i64);
    loop {
        let rows = sqlx::query(include_str!("queries/extents/walk.sql"))
            .bind(level)
            .bind(kind.as_str())
            .bind(&after.0)
            .bind(after.1)
            .bind(EXTENTS)
            .fetch_all(&mut *tx)
            .await?;
        let page = units::extents_in(&rows)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = (last.code.clone(), last.extent_id);
        if pages.send(page).await.is_err() {
            return Ok(());
        }
    }
}

pub(super) async fn places(store: &SqliteStore, pages: &Pages<Place>) -> Result<()> {
    let mut tx = store.readers.begin().await?;
    let mut after = (String::new(), 0_i64);
    loop {
        let rows = sqlx::query(include_str!("queries/places/walk.sql"))
            .bind(&after.0)
            .bind(after.1)
            .bind(PLACES)
            .fetch_all(&mut *tx)
            .await?;
        let page: Vec<Place> = rows.iter().map(places::whole_in).collect::<Result<_>>()?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = (last.name.clone(), last.id);
        if pages.send(page).await.is_err() {
            return Ok(());
        }
    }
}

pub(super) async fn findings(store: &SqliteStore, pages: &Pages<Finding>) -> Result<()> {
    let mut tx = store.readers.begin().await?;
    let mut after = 0_i64;
    loop {
        let rows = sqlx::query(include_str!("queries/findings/walk.sql"))
            .bind(after)
            .bind(FINDINGS)
            .fetch_all(&mut *tx)
            .await?;
        let mut page: Vec<Finding> = rows
            .iter()
            .map(findings::finding_in)
            .collect::<Result<_>>()?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.seq;
        let seqs = super::codec::numbers(page.iter().map(|f| f.seq));
        let parties = sqlx::query(include_str!("queries/finding_units/of_findings.sql"))
            .bind(seqs)
            .fetch_all(&mut *tx)
            .await?;
        let mut of: FxHashMap<i64, Vec<Party>> = FxHashMap::default();
        for r in &parties {
            let seq = r.try_get("seq")?;
            of.entry(seq).or_default().push(findings::party_in(r)?);
        }
        for f in &mut page {
            f.body.units = of.remove(&f.seq).unwrap_or_default();
        }
        if pages.send(page).await.is_err() {
            return Ok(());
        }
    }
}
