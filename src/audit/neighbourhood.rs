//! The audit of what changed: each accepted change is looked at with its surroundings, loaded by box, and only the findings
//! that touch it are reconciled. The outcome is that of an audit of everything (see [`jieming_coverage::local`]).
//!
//! Not everything can be told from near. A whole audit follows instead when
//!
//! - no audit of everything was finished before, or very many extents changed at once;
//! - a unit changed its plane or accuracy, or others name it by a name that it lost or took; a new one is the parent of others
//!   or changes what the codes of the whole list say of them;
//! - extents of a coverage lie in different planes, or only some know their parent;
//! - the surroundings of the change, or of a finding on it, hold more than [`MOST_UNITS`] units.

use std::collections::BTreeSet;
use std::sync::Arc;

use geo::{BoundingRect, CoordsIter as _, Intersects};
use geo_types::{Coord, Geometry, MultiPolygon, Rect};
use jieming_coverage::local::{changed_box, parts_the_outside, polygon_touches, with_segments};
use jieming_coverage::{Grid, Metric, Options, Unit};
use jieming_domain::actor::Actor;
use jieming_domain::finding::Kind;
use jieming_domain::unit::{ExtentKind, parent_by_code};
use jieming_geodata::crs::{ParameterSet, Plane};
use rustc_hash::FxHashMap;

use super::boxes::{both, carried, join, joined, of_rect, within};
use super::database::{
    AuditError, blocking, examine_all_places, new_id, parents_of, reported, run_database, subject,
};
use super::registry::Listed;
use super::{coverage, identity, places_near, registry};
use crate::store::{
    Bbox, Changed, Finding, FindingBody, FindingFilter, FindingSort, FindingState, LineChanges,
    PageRequest, Party, Run, ScopeChanges, Store, UnitExtent,
};

/// Changes looked at one by one; from there on everything is.
const MOST_CHANGES: usize = 64;
/// Units around a change; with more the whole is quicker.
const MOST_UNITS: usize = 4_000;

/// Audits what changed since the last audit, and everything when that cannot be told from near. Gives the last run; when
/// nothing changed, the one that is there.
///
/// # Errors
/// As [`run_database`].
pub async fn run_changes(
    store: Arc<dyn Store>,
    actor: &Actor,
    progress: impl Fn(f64) + Send + Sync,
) -> Result<Option<Run>, AuditError> {
    let dirty = store.dirty(MOST_CHANGES + 1).await?;
    let mut last = store.last_run().await?;
    if last.is_none() || dirty.len() > MOST_CHANGES {
        return run_database(store, actor, progress).await.map(Some);
    }
    let mut places_judged = false;
    for change in &dirty {
        let changes = match &change.what {
            // All deliveries that stand in the list are there by now.
            Changed::Places if places_judged => Vec::new(),
            Changed::Places => {
                places_judged = true;
                vec![examine_all_places(&store).await?]
            }
            Changed::Extent { before, after } => {
                // Each is written before the next: later ones are compared with the findings as they are then.
                let (before, after) = (before.as_deref(), after.as_deref());
                match examine_change(&store, before, after).await? {
                    Some(changes) => changes,
                    None => return run_database(store, actor, progress).await.map(Some),
                }
            }
        };
        let run = store.begin_run(actor).await?;
        last = Some(store.reconcile(actor, run, changes).await?);
        store.forget_dirty(change.id).await?;
    }
    Ok(last)
}

/// What one change does to the findings; `None`: only the whole can tell.
async fn examine_change(
    store: &Arc<dyn Store>,
    before: Option<&UnitExtent>,
    after: Option<&UnitExtent>,
) -> Result<Option<Vec<ScopeChanges>>, AuditError> {
    let Some(after) = after else {
        return Ok(None);
    };
    let surveyed = |u: &UnitExtent| {
        let accuracy = u.accuracy_m.map(f64::to_bits);
        (u.code.clone(), u.plane.clone(), accuracy)
    };
    if before.is_some_and(|b| surveyed(b) != surveyed(after)) {
        return Ok(None);
    }
    let renamed = before.is_some_and(|b| b.name != after.name);
    let moved = before.is_some_and(|b| parent_of(b) != parent_of(after));
    let listed = match before {
        None => match listed(store, after).await? {
            Some(listed) => Some(Saying::New(listed)),
            None => return Ok(None),
        },
        Some(_) if renamed || moved => Some(Saying::Again),
        Some(_) => None,
    };
    let registry: Arc<Vec<ParameterSet>> = Arc::new(store.parameter_sets().await?);
    let Some(plane) = plane_of(after, &registry) else {
        return Ok(None);
    };
    let grid = if plane.is_geographic() {
        Grid::DEGREES
    } else {
        Grid::METRES
    };
    let all_of = |u: &UnitExtent| changed_box(None, Some(in_plane(u)), grid);
    let mut changed = match before {
        // Findings say names and parents: those all along the unit.
        Some(b) if renamed || moved => joined(all_of(b), all_of(after)),
        _ => changed_box(before.map(in_plane), Some(in_plane(after)), grid),
    };
    if let (Some(b), true) = (before, moved) {
        // What the one parent lacks from now on, and the other no longer.
        for parent in parents_of(store, &[b.clone(), after.clone()], after.kind).await? {
            if parent.plane != after.plane {
                return Ok(None);
            }
            changed = joined(changed, all_of(&parent));
        }
    }
    let Some(changed) = changed else {
        return Ok(Some(Vec::new()));
    };
    let names: Vec<String> = before
        .iter()
        .chain(&[after])
        .map(|u| u.name.clone())
        .collect();
    let mut levels = vec![after.level.clone()];
    let mut own_keys = vec![after.code.clone(), after.name.clone()];
    own_keys.retain(|k| !k.is_empty());
    for level in store.child_levels(&own_keys, after.kind).await? {
        if before.is_none() {
            return Ok(None);
        }
        if level != after.level {
            levels.push(level);
        }
    }
    // Whoever was found by the old name, or is by the new one, may be anywhere.
    if renamed && !store.child_levels(&names, after.kind).await?.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    let mut seen: Option<Bbox> = None;
    for level in levels {
        let own_level = level == after.level;
        let mut changed = changed;
        if renamed && !own_level {
            // What lies outside a parent may lie far from it, and says its name.
            for b in said_of_parent(store, &level, after).await? {
                let Some(b) = box_in(&plane, b) else {
                    return Ok(None);
                };
                changed = both(changed, b);
            }
        }
        let near = Surroundings {
            store,
            level,
            kind: after.kind,
            plane: &plane,
            plane_text: &after.plane,
            registry: &registry,
            grid,
            listed: listed.filter(|_| own_level),
        };
        match near.examine(before, after, changed).await? {
            Some((changes, touched)) => {
                out.push(changes);
                seen = Some(seen.map_or(touched, |s| join(s, touched)));
            }
            None => return Ok(None),
        }
    }
    if let (Some(touched), ExtentKind::Legal) = (seen, after.kind) {
        let mut keys = names;
        keys.push(after.code.clone());
        keys.retain(|k| !k.is_empty());
        out.push(places_near::examine(store, &keys, touched).await?);
    }
    Ok(Some(out))
}

/// The unit above, as the data say it or the code tells it.
fn parent_of(u: &UnitExtent) -> Option<String> {
    u.parent_code.clone().or_else(|| parent_by_code(&u.code))
}

/// What the codes of all units of its coverage say of a new one; `None` when they say something else of another unit
/// because of it.
async fn listed(store: &Arc<dyn Store>, new: &UnitExtent) -> Result<Option<Listed>, AuditError> {
    let codes = store.coverage_codes(&new.level, new.kind).await?;
    let with: Vec<&str> = codes.iter().map(|c| c.1.as_str()).collect();
    let others = codes.iter().filter(|c| c.0 != new.unit_id);
    let without: Vec<&str> = others.map(|c| c.1.as_str()).collect();
    let mut all = Listed::all(&with);
    let own = codes.iter().position(|c| c.0 == new.unit_id);
    let own = own.map(|i| all.remove(i));
    Ok(own.filter(|_| all == Listed::all(&without)))
}

/// What is to be said anew of a unit alone: its code, its place in the hierarchy.
#[derive(Clone, Copy)]
enum Saying {
    /// Of a new unit: what the list of all says of it.
    New(Listed),
    /// Of one with another name or parent: what was said of its code, which is the same.
    Again,
}

/// The plane of an extent's own numbers.
fn plane_of(u: &UnitExtent, registry: &[ParameterSet]) -> Option<Plane> {
    match u.source {
        None => Some(Plane::storage()),
        Some(_) => Plane::parse(&u.plane, registry).ok(),
    }
}

fn in_plane(u: &UnitExtent) -> &MultiPolygon<f64> {
    u.source.as_ref().unwrap_or(&u.geometry)
}

/// One coverage around a change.
struct Surroundings<'a> {
    store: &'a Arc<dyn Store>,
    level: String,
    kind: ExtentKind,
    plane: &'a Plane,
    plane_text: &'a str,
    registry: &'a Arc<Vec<ParameterSet>>,
    grid: Grid,
    /// Of a unit of this level that is new or called or placed otherwise.
    listed: Option<Saying>,
}

impl Surroundings<'_> {
    /// The changes of the coverage's findings, and the box that was looked at; `None`: only the whole can tell.
    async fn examine(
        &self,
        before: Option<&UnitExtent>,
        after: &UnitExtent,
        changed: Rect<f64>,
    ) -> Result<Option<(ScopeChanges, Bbox)>, AuditError> {
        let (store, level, kind) = (self.store, self.level.as_str(), self.kind);
        let common = store.coverage_common(level, kind, self.plane_text).await?;
        if common.several_planes || (common.with_parent && common.without_parent) {
            return Ok(None);
        }
        // Noding may lead any segment that comes near through other points.
        let Some(at_change) = self.storage_box(changed) else {
            return Ok(None);
        };
        let around = store.units_near(Some(level), kind, at_change).await?;
        let areas = around.iter().chain(before).chain([after]);
        let views: Vec<Unit> = areas
            .map(|u| Unit {
                area: in_plane(u),
                parent: None,
            })
            .collect();
        // Findings are told apart by the box in storage, so the one in the plane has to hold it.
        let wide = with_segments(changed, &views, self.grid);
        let Some(touched) = self.storage_box(wide) else {
            return Ok(None);
        };
        let Some(dirty) = box_in(self.plane, touched) else {
            return Ok(None);
        };
        let mut seen = touched;
        if after.level == self.level && !common.with_parent {
            // Open ground may have become enclosed.
            match self.window(before, after.unit_id, dirty).await? {
                Some(window) => seen = join(seen, window),
                None => return Ok(None),
            }
        }
        let scope = format!("{}/{level}", kind.as_str());
        let own = after.unit_id;
        let mut of_units = vec![own];
        if self.listed.is_some() {
            // A unit above that had none below has one now.
            let above = parents_of(store, std::slice::from_ref(after), kind).await?;
            of_units.extend(above.iter().map(|p| p.unit_id));
        }
        let mut earlier = store.findings_near(&scope, touched, &of_units).await?;
        earlier.retain(|f| {
            let of_above = |u: &Party| u.unit_id.is_some_and(|id| of_units[1..].contains(&id));
            let first_child =
                f.body.rule == registry::NO_CHILDREN && f.body.units.iter().any(of_above);
            first_child || self.is_own(&f.body, own) || concerns(&f.body, &touched, own)
        });

        let listed = self.listed.map(|saying| match saying {
            Saying::New(listed) => listed,
            Saying::Again => {
                let said = |rule: &str| {
                    let of_rule = |f: &Finding| f.body.rule == rule && self.is_own(&f.body, own);
                    let mut still = earlier.iter().filter(|f| f.state != FindingState::Gone);
                    still.any(of_rule)
                };
                Listed {
                    coded: said(registry::NO_CODE),
                    malformed: said(registry::MALFORMED),
                }
            }
        });
        // Everything around the units at the change, for their lines, and around earlier findings.
        let units = store.units_near(Some(level), kind, touched).await?;
        let inner: BTreeSet<i64> = units.iter().map(|u| u.unit_id).collect();
        let mut reach = units.iter().fold(seen, |r, u| join(r, u.bbox));
        for f in earlier.iter().filter(|f| f.state != FindingState::Gone) {
            let b = f.body.geometry.as_ref().and_then(|g| g.bounding_rect());
            reach = b.map_or(reach, |b| join(reach, of_rect(b)));
        }
        loop {
            let units = store.units_near(Some(level), kind, reach).await?;
            if units.len() > MOST_UNITS {
                return Ok(None);
            }
            let parents = parents_of(store, &units, kind).await?;
            if parents.iter().any(|p| p.plane != self.plane_text) {
                return Ok(None);
            }
            let weighed = weights_of_others(&units, after);
            let (name, registry, among) = (level.to_owned(), self.registry.clone(), inner.clone());
            let (near, wide) = blocking(move || {
                let subject = subject(name, kind, units, parents, &registry);
                coverage::examine_near(&subject, dirty, own, &among, listed)
            })
            .await?;
            let Some(wide) = self.storage_box(wide) else {
                return Ok(None);
            };
            if !within(wide, reach) {
                reach = join(reach, wide);
                continue;
            }
            let mut found = near.findings;
            found.retain(|f| (self.is_own(f, own) || concerns(f, &touched, own)) && reported(f));
            let mut changes = identity::reconcile(scope, found, earlier, new_id);
            changes.weights = near.weights;
            for own in &mut changes.weights {
                let vertices = after.geometry.coords_iter();
                for (w, c) in own.weights.iter_mut().zip(vertices) {
                    if let Some(theirs) = weighed.get(&place(c)) {
                        *w = *theirs;
                    }
                }
            }
            changes.lines = Some(LineChanges {
                level: self.level.clone(),
                kind,
                among: Some(inner.into_iter().collect()),
                lines: near.lines,
            });
            return Ok(Some((changes, touched)));
        }
    }

    /// Whether a finding is what the list says of a unit that is new or called or placed otherwise.
    fn is_own(&self, body: &FindingBody, own: i64) -> bool {
        let of_list = !body.rule.starts_with("coverage.");
        self.listed.is_some() && of_list && body.units.iter().any(|u| u.unit_id == Some(own))
    }

    /// A box that holds all ground that the change has enclosed; `None` when too many units meet it.
    async fn window(
        &self,
        before: Option<&UnitExtent>,
        own: i64,
        dirty: Rect<f64>,
    ) -> Result<Option<Bbox>, AuditError> {
        let options = Options {
            grid: self.grid,
            metric: if self.plane.is_geographic() {
                Metric::GRS80_DEGREES
            } else {
                Metric::Metres
            },
            gap_width: 0.0,
            causes: false,
        };
        // A little wider than the change, so that it lies inside; then wider and wider.
        let mut by = Coord {
            x: dirty.width().max(1e-6) * 0.1,
            y: dirty.height().max(1e-6) * 0.1,
        };
        loop {
            let window = Rect::new(dirty.min() - by, dirty.max() + by);
            let Some(seen) = self.storage_box(window) else {
                return Ok(None);
            };
            let units = self
                .store
                .units_near(Some(&self.level), self.kind, seen)
                .await?;
            if units.len() > MOST_UNITS {
                return Ok(None);
            }
            let before = before.cloned();
            let parted = blocking(move || {
                let unit = |u| Unit {
                    area: in_plane(u),
                    parent: None,
                };
                let after: Vec<Unit> = units.iter().map(unit).collect();
                let others = units.iter().filter(|u| u.unit_id != own);
                let before: Vec<Unit> = others.chain(&before).map(unit).collect();
                parts_the_outside(&before, &after, window, &options)
            });
            if !parted.await? {
                return Ok(Some(seen));
            }
            by = by * 2.0 + Coord { x: 1e-6, y: 1e-6 };
        }
    }

    /// The box in storage that holds a box of the plane.
    fn storage_box(&self, r: Rect<f64>) -> Option<Bbox> {
        if self.plane.is_storage() {
            return Some(of_rect(r));
        }
        carried(of_rect(r), |x, y| self.plane.to_storage(x, y).ok())
    }
}

/// The box of a plane that holds a box in storage.
fn box_in(plane: &Plane, b: Bbox) -> Option<Rect<f64>> {
    let b = if plane.is_storage() {
        b
    } else {
        carried(b, |x, y| plane.from_storage(x, y).ok())?
    };
    Some(Rect::new((b[0], b[1]), (b[2], b[3])))
}

/// The boxes of findings on units of a level that say the name of this one, their parent.
async fn said_of_parent(
    store: &Arc<dyn Store>,
    level: &str,
    parent: &UnitExtent,
) -> Result<Vec<Bbox>, AuditError> {
    let filter = FindingFilter {
        level: Some(level.to_owned()),
        extent_kind: Some(parent.kind),
        parent: Some(parent.code.clone()),
        ..FindingFilter::default()
    };
    let all = PageRequest::all();
    let found = store.findings(&filter, FindingSort::default(), all, false);
    let boxes = found.await?.items.into_iter().filter_map(|f| f.bbox);
    Ok(boxes.collect())
}

fn place(c: Coord<f64>) -> [u64; 2] {
    [c.x.to_bits(), c.y.to_bits()]
}

/// The weights that other units have for their vertices: maps leave a vertex out for both sides of a line or for none, so
/// a vertex that is theirs keeps their weight.
fn weights_of_others(units: &[UnitExtent], own: &UnitExtent) -> FxHashMap<[u64; 2], f32> {
    let [w, s, e, n] = own.bbox;
    let others = units.iter().filter(|u| u.unit_id != own.unit_id);
    let mut out = FxHashMap::default();
    for unit in others {
        let weights = unit.weights.iter().flatten();
        for (c, weight) in unit.geometry.coords_iter().zip(weights) {
            if (w..=e).contains(&c.x) && (s..=n).contains(&c.y) {
                out.insert(place(c), *weight);
            }
        }
    }
    out
}

/// Whether a finding can be another one after the change: it touches the box, or is a fault of the unit itself.
fn concerns(body: &FindingBody, touched: &Bbox, own: i64) -> bool {
    let is_own = body.units.iter().any(|u| u.unit_id == Some(own));
    if !body.rule.starts_with("coverage.") {
        return is_own && body.rule == registry::PARTS;
    }
    let [w, s, e, n] = *touched;
    let rect = Rect::new((w, s), (e, n));
    let touches = match &body.geometry {
        Some(Geometry::Polygon(p)) => polygon_touches(p, &rect),
        Some(g) => g.intersects(&rect),
        None => false,
    };
    touches || (is_own && body.kind == Kind::Invalid)
}
