//! Places near a changed unit, judged again.

use std::collections::BTreeSet;
use std::sync::Arc;

use jieming_domain::unit::ExtentKind;

use super::boxes::join;
use super::database::{AuditError, PLACES, blocking, ground, judged_place, new_id};
use super::places::JudgedPlace;
use super::{identity, places};
use crate::store::{Bbox, ScopeChanges, Store};

/// Degrees around a change within which places are judged again: farther than any accuracy that the form knows.
const PLACE_REACH: f64 = 0.02;

/// Places that claim the unit (by one of `keys`: its code, its name, its name before) or lie where it changed, against the
/// units that they claim.
pub(super) async fn examine(
    store: &Arc<dyn Store>,
    keys: &[String],
    touched: Bbox,
) -> Result<ScopeChanges, AuditError> {
    // A place is judged by its distance from the line, up to its accuracy.
    let [w, s, e, n] = touched;
    let wide = [
        w - PLACE_REACH,
        s - PLACE_REACH,
        e + PLACE_REACH,
        n + PLACE_REACH,
    ];
    let judged: Vec<JudgedPlace> = store
        .places_near_or_claiming(wide, keys)
        .await?
        .into_iter()
        .filter_map(judged_place)
        .collect();
    let numbers: BTreeSet<i64> = judged.iter().map(|p| p.id).collect();
    let mut earlier = Vec::new();
    if !judged.is_empty() {
        let bounds = judged.iter().fold(wide, |b, p| {
            join(
                b,
                [p.position[0], p.position[1], p.position[0], p.position[1]],
            )
        });
        earlier = store.findings_near(PLACES, bounds, &[]).await?;
        earlier.retain(|f| {
            f.body
                .place
                .as_ref()
                .is_some_and(|p| numbers.contains(&p.0))
        });
    }
    // A claim may be a whole path: any ending of it may be the unit.
    let endings: BTreeSet<String> = judged
        .iter()
        .flat_map(|p| {
            p.claims
                .char_indices()
                .map(|(i, _)| p.claims[i..].to_owned())
        })
        .collect();
    let endings: Vec<String> = endings.into_iter().collect();
    let mut units = if endings.is_empty() {
        Vec::new()
    } else {
        store.units_named(&endings, ExtentKind::Legal).await?
    };
    for p in &judged {
        let [x, y] = p.position;
        units.extend(
            store
                .units_near(None, ExtentKind::Legal, [x, y, x, y])
                .await?,
        );
    }
    units.sort_by(|a, b| {
        (&a.level, &a.code, &a.name, a.extent_id).cmp(&(&b.level, &b.code, &b.name, b.extent_id))
    });
    units.dedup_by_key(|u| u.extent_id);
    blocking(move || {
        let grounds: Vec<_> = units.iter().map(ground).collect();
        let found = places::examine(&judged, &grounds, ExtentKind::Legal);
        identity::reconcile(PLACES.to_owned(), found, earlier, new_id)
    })
    .await
}
