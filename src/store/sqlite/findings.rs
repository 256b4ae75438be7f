//! Reading findings: single, grouped, by box.

use jieming_domain::finding::Kind;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, codec, limit_of, token};
use crate::store::*;

/// Parties asked for at once, so that one statement's list stays of a handy size.
const PARTIES_AT_ONCE: usize = 20_000;

fn box_in(r: &SqliteRow) -> Result<Option<Bbox>> {
    let west: Option<f64> = r.try_get("west")?;
    Ok(match west {
        Some(w) => Some([
            w,
            r.try_get("south")?,
            r.try_get("east")?,
            r.try_get("north")?,
        ]),
        None => None,
    })
}

pub(super) fn finding_in(r: &SqliteRow) -> Result<Finding> {
    let lon: Option<f64> = r.try_get("lon")?;
    let lat: Option<f64> = r.try_get("lat")?;
    let place: Option<i64> = r.try_get("place_id")?;
    let derived = match codec::json_in("findings.derived_from", r.try_get("derived_from")?)? {
        Json::Array(ids) => ids
            .iter()
            .filter_map(|i| i.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    Ok(Finding {
        id: r.try_get("id")?,
        seq: r.try_get("seq")?,
        scope: r.try_get("scope")?,
        body: FindingBody {
            rule: r.try_get("rule")?,
            kind: codec::word("findings.kind", r.try_get("kind")?)?,
            gap_kind: codec::optional_word("findings.gap_kind", r.try_get("gap_kind")?)?,
            level: r.try_get("level")?,
            extent_kind: codec::word("findings.extent_kind", r.try_get("extent_kind")?)?,
            units: Vec::new(),
            parent: r.try_get("parent")?,
            severity: codec::severity_in(r.try_get("severity")?),
            area_m2: r.try_get("area_m2")?,
            max_width_m: r.try_get("max_width_m")?,
            length_m: r.try_get("length_m")?,
            geometry: r
                .try_get::<Option<&[u8]>, _>("geometry")?
                .map(|b| codec::geometry_in("findings.geometry", b))
                .transpose()?,
            point: lon.zip(lat).map(|(x, y)| [x, y]),
            place: place.zip(r.try_get::<Option<String>, _>("place_name")?),
            params: codec::params_in("findings.params", r.try_get("params")?)?,
            edges: Vec::new(),
        },
        bbox: box_in(r)?,
        state: codec::word("findings.state", r.try_get("state")?)?,
        derived_from: derived,
        first_seen: r.try_get("first_seen")?,
        last_seen: r.try_get("last_seen")?,
        first_run: r.try_get("first_run")?,
        last_run: r.try_get("last_run")?,
    })
}

pub(super) async fn findings_in(store: &SqliteStore, rows: &[SqliteRow]) -> Result<Vec<Finding>> {
    let mut items: Vec<Finding> = rows.iter().map(finding_in).collect::<Result<_>>()?;
    let mut parties = parties_of(store, items.iter().map(|f| f.seq)).await?;
    for f in &mut items {
        f.body.units = parties.remove(&f.seq).unwrap_or_default();
    }
    Ok(items)
}

async fn parties_of(
    store: &SqliteStore,
    seqs: impl Iterator<Item = i64>,
) -> Result<FxHashMap<i64, Vec<Party>>> {
    let seqs: Vec<i64> = seqs.collect();
    let mut out: FxHashMap<i64, Vec<Party>> = FxHashMap::default();
    for part in seqs.chunks(PARTIES_AT_ONCE) {
        let rows = sqlx::query(include_str!("queries/finding_units/of_findings.sql"))
            .bind(codec::numbers(part.iter().copied()))
            .fetch_all(&store.readers)
            .await?;
        for r in &rows {
            out.entry(r.try_get("seq")?).or_default().push(party_in(r)?);
        }
    }
    Ok(out)
}

/// A party of a finding.
pub(super) fn party_in(r: &SqliteRow) -> Result<Party> {
    Ok(Party {
        unit_id: r.try_get("unit_id")?,
        code: r.try_get("code")?,
        name: r.try_get("name")?,
    })
}

/// The key of a group: codes of its parties, sorted, joined by line feeds.
pub(super) fn parties_key<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let mut codes: Vec<&str> = codes.collect();
    codes.sort_unstable();
    codes.join("\n")
}

macro_rules! bind_filter {
    ($query:expr, $f:expr) => {
        $query
            .bind($f.level.as_deref())
            .bind($f.extent_kind.map(ExtentKind::as_str))
            .bind(codec::list(&$f.kinds, |k| Json::from(k.as_str())))
            .bind(codec::list(&$f.gap_kinds, |k| Json::from(k.as_str())))
            .bind(codec::list(&$f.rules, |r| Json::from(r.as_str())))
            .bind($f.unit.as_deref())
            .bind(
                $f.parties
                    .as_ref()
                    .map(|p| parties_key(p.iter().map(String::as_str))),
            )
            .bind($f.parent.as_deref())
            .bind(codec::list(&$f.severities, |s| {
                Json::from(codec::severity_out(*s))
            }))
            .bind(codec::list(&$f.states, |s| Json::from(s.as_str())))
            .bind($f.place)
            .bind($f.bbox.map(|b| b[0]))
            .bind($f.bbox.map(|b| b[1]))
            .bind($f.bbox.map(|b| b[2]))
            .bind($f.bbox.map(|b| b[3]))
            .bind($f.min_area_m2)
    };
}

fn sign(descending: bool) -> f64 {
    if descending { -1.0 } else { 1.0 }
}

pub(super) async fn page(
    store: &SqliteStore,
    filter: &FindingFilter,
    sort: FindingSort,
    page: PageRequest,
    with_geometry: bool,
) -> Result<Page<Finding>> {
    let (key, seq) = page
        .after
        .as_deref()
        .map(token::read_number)
        .transpose()?
        .unzip();
    let word = match sort.key {
        FindingKey::Area => "area",
        FindingKey::Width => "width",
        FindingKey::Length => "length",
        FindingKey::Id => "id",
        FindingKey::Severity => "severity",
    };
    let rows = bind_filter!(
        sqlx::query(include_str!("queries/findings/page.sql")),
        filter
    )
    .bind(word)
    .bind(sign(sort.descending))
    .bind(key)
    .bind(seq)
    .bind(limit_of(&page))
    .bind(with_geometry)
    .fetch_all(&store.readers)
    .await?;
    let items = findings_in(store, &rows).await?;
    let matched: i64 = bind_filter!(
        sqlx::query_scalar(include_str!("queries/findings/count.sql")),
        filter
    )
    .fetch_one(&store.readers)
    .await?;
    let next = match rows.last().filter(|_| rows.len() == page.limit) {
        Some(r) => Some(token::number(r.try_get("key")?, r.try_get("seq")?)),
        None => None,
    };
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

pub(super) async fn groups(
    store: &SqliteStore,
    filter: &FindingFilter,
    sort: GroupSort,
    page: PageRequest,
) -> Result<Page<FindingGroup>> {
    let (key, first, words) = match page
        .after
        .as_deref()
        .map(token::read_texts::<2>)
        .transpose()?
    {
        Some(([number, words], _)) => {
            let (key, first) = token::read_number(&number)?;
            (Some(key), Some(first), Some(words))
        }
        None => (None, None, None),
    };
    let word = match sort.key {
        GroupKey::Area => "area",
        GroupKey::Count => "count",
        GroupKey::Width => "width",
        GroupKey::Units => "units",
    };
    let rows = bind_filter!(
        sqlx::query(include_str!("queries/findings/groups.sql")),
        filter
    )
    .bind(word)
    .bind(sign(sort.descending))
    .bind(key)
    .bind(first)
    .bind(limit_of(&page))
    .bind(words)
    .fetch_all(&store.readers)
    .await?;
    let mut firsts = Vec::with_capacity(rows.len());
    for r in &rows {
        firsts.push(r.try_get::<i64, _>("first")?);
    }
    let mut parties = parties_of(store, firsts.iter().copied()).await?;
    let mut items = Vec::with_capacity(rows.len());
    for (r, first) in rows.iter().zip(&firsts) {
        let mut kinds = Vec::new();
        for kind in Kind::ALL {
            let n: i64 = r.try_get(format!("n_{kind}").as_str())?;
            if n > 0 {
                kinds.push((*kind, n as u64));
            }
        }
        items.push(FindingGroup {
            units: parties.remove(first).unwrap_or_default(),
            parent: r.try_get("parent")?,
            level: r.try_get("level")?,
            kinds,
            count: r.try_get::<i64, _>("n")? as u64,
            area_m2: r.try_get("area")?,
            max_width_m: r.try_get("width")?,
            severity: codec::severity_in(r.try_get("severity")?),
            bbox: box_in(r)?,
        });
    }
    let matched: i64 = bind_filter!(
        sqlx::query_scalar(include_str!("queries/findings/count_groups.sql")),
        filter
    )
    .fetch_one(&store.readers)
    .await?;
    let next = match rows.last().filter(|_| rows.len() == page.limit) {
        Some(r) => {
            let number = token::number(r.try_get("key")?, r.try_get("first")?);
            Some(token::texts(&[&number, r.try_get("words")?], 0))
        }
        None => None,
    };
    Ok(Page {
        items,
        matched: matched as u64,
        next,
    })
}

pub(super) async fn by_id(store: &SqliteStore, id: &str) -> Result<Option<Finding>> {
    let rows = sqlx::query(include_str!("queries/findings/get.sql"))
        .bind(id)
        .fetch_all(&store.readers)
        .await?;
    Ok(findings_in(store, &rows).await?.pop())
}

pub(super) async fn in_scope(store: &SqliteStore, scope: &str) -> Result<Vec<Finding>> {
    let rows = sqlx::query(include_str!("queries/findings/in_scope.sql"))
        .bind(scope)
        .fetch_all(&store.readers)
        .await?;
    findings_in(store, &rows).await
}

pub(super) async fn in_box(
    store: &SqliteStore,
    [w, s, e, n]: Bbox,
    limit: usize,
) -> Result<Vec<Finding>> {
    let rows = sqlx::query(include_str!("queries/findings/in_box.sql"))
        .bind(w)
        .bind(s)
        .bind(e)
        .bind(n)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&store.readers)
        .await?;
    findings_in(store, &rows).await
}
