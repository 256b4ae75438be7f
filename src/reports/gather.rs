//! What a report needs from the store, gathered page by page.

use geo::{BoundingRect, Intersects};
use geo_types::{Geometry, Point};
use jieming_domain::lang::Lang;
use jieming_reports::{Finding, Party};

use super::finding;
use crate::store::{
    Bbox, FindingBody, FindingFilter, FindingSort, PageRequest, Result, Store, UnitExtent,
};

/// Findings loaded at a time.
const PAGE: usize = 1_000;
/// Neighbours are drawn as far as this share of the units' box beyond it.
const MARGIN: f64 = 0.1;

/// The findings that pass, with geometry.
pub async fn findings(
    store: &dyn Store,
    filter: &FindingFilter,
    lang: Lang,
    passes: impl Fn(&FindingBody) -> bool + Send,
) -> Result<Vec<Finding>> {
    let mut all = Vec::new();
    let mut page = PageRequest::first(PAGE);
    loop {
        let got = store
            .findings(filter, FindingSort::default(), page, true)
            .await?;
        let fitting = got.items.into_iter().filter(|f| passes(&f.body));
        all.extend(fitting.map(|f| finding(f.id, f.body, Some(f.state), lang)));
        match got.next {
            Some(next) => {
                page = PageRequest {
                    limit: PAGE,
                    after: Some(next),
                };
            }
            None => return Ok(all),
        }
    }
}

/// Adds to each finding with an area the names of the places in it, in the order of the store.
pub async fn affected_names(store: &dyn Store, findings: &mut [Finding]) -> Result<()> {
    for f in findings {
        let Some(area @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) = &f.geometry else {
            continue;
        };
        let Some(bounds) = area.bounding_rect() else {
            continue;
        };
        let bbox = [
            bounds.min().x,
            bounds.min().y,
            bounds.max().x,
            bounds.max().y,
        ];
        for place in store.places_in_box(bbox, usize::MAX).await? {
            let inside = |[x, y]: [f64; 2]| area.intersects(&Point::new(x, y));
            if place.position.is_some_and(inside) && !f.places.contains(&place.name) {
                f.places.push(place.name);
            }
        }
    }
    Ok(())
}

/// The units themselves, then those of their level and kind that are near.
pub async fn neighbours(store: &dyn Store, own: &[UnitExtent]) -> Result<Vec<Party>> {
    let Some(first) = own.first() else {
        return Ok(Vec::new());
    };
    let near = store
        .units_in_box(&first.level, around(own, first.bbox))
        .await?;
    let others = near
        .into_iter()
        .filter(|u| u.kind == first.kind && own.iter().all(|o| o.unit_id != u.unit_id));
    Ok(own.iter().cloned().chain(others).map(party).collect())
}

/// The box of the units, and a little more.
fn around(own: &[UnitExtent], start: Bbox) -> Bbox {
    let [w, s, e, n] = own.iter().fold(start, |[w, s, e, n], u| {
        [
            w.min(u.bbox[0]),
            s.min(u.bbox[1]),
            e.max(u.bbox[2]),
            n.max(u.bbox[3]),
        ]
    });
    let (x, y) = (MARGIN * (e - w), MARGIN * (n - s));
    [w - x, s - y, e + x, n + y]
}

/// A unit without code is known by its name, in findings too.
fn party(u: UnitExtent) -> Party {
    Party {
        code: if u.code.is_empty() {
            u.name.clone()
        } else {
            u.code
        },
        name: u.name,
        geometry: u.geometry,
    }
}

/// For each unit: the file it came with, when, in which coordinates; then the audit's last run.
pub async fn sources(store: &dyn Store, own: &[UnitExtent], lang: Lang) -> Result<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for u in own {
        let mut facts = Vec::new();
        if let Some(s) = store.submission(&u.submission).await? {
            facts.push(lang.of(
                format!("{}，{} 接收", s.file, day(&s.received_at)),
                format!("{}, received {}", s.file, day(&s.received_at)),
            ));
        }
        facts.push(u.source_crs.clone());
        facts.extend(u.accuracy_m.map(|m| format!("±{m} m")));
        facts.retain(|f| !f.is_empty());
        lines.push(format!(
            "{}{}{}",
            u.name,
            lang.of("：", ": "),
            facts.join(lang.of("，", ", "))
        ));
    }
    if let Some(run) = store.last_run().await? {
        lines.push(lang.of(
            format!("第 {} 次审核，{}", run.number, day(&run.finished_at)),
            format!("audit run {}, {}", run.number, day(&run.finished_at)),
        ));
    }
    Ok(lines)
}

/// The day, where this program runs, of a moment in RFC 3339.
fn day(moment: &str) -> String {
    moment.parse::<jiff::Timestamp>().map_or_else(
        |_| moment.to_owned(),
        |t| {
            let here = t.to_zoned_datetime(jiff::tz::TimeZone::system());
            here.strftime("%Y-%m-%d").to_string()
        },
    )
}
