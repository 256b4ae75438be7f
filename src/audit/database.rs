//! The audit of all that is held in the database.

use std::sync::Arc;

use jieming_domain::actor::Actor;
use jieming_domain::severity::thresholds;
use jieming_domain::unit::{ExtentKind, parent_by_code};
use jieming_geodata::crs::{ParameterSet, Plane};

use super::coverage::{self, Wanted};
use super::places::{Ground, JudgedPlace};
use super::subject::{Subject, SubjectUnit};
use super::{identity, places, registry};
use crate::store::{
    AuditPlace, FindingBody, LineChanges, Run, ScopeChanges, Store, StoreError, UnitExtent,
};

/// Places are judged by where the law puts the lines.
const LEGAL: ExtentKind = ExtentKind::Legal;
/// The scope of findings on places.
pub(super) const PLACES: &str = "places";

/// Why an audit did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The checking thread ended early.
    #[error("the audit was cut: {0}")]
    Cut(String),
}

/// Audits every coverage and all places, reconciles the findings with the earlier ones in one transaction, and gives
/// the run. `progress` hears of the share done, 0 to 1.
///
/// # Errors
/// [`AuditError`]; the run is then closed as failed and nothing else changes.
pub async fn run_database(
    store: Arc<dyn Store>,
    actor: &Actor,
    progress: impl Fn(f64) + Send + Sync,
) -> Result<Run, AuditError> {
    // Changes that come while this runs are left for the next.
    let seen = store.newest_dirty().await?;
    let run = store.begin_run(actor).await?;
    let done = match examine_all(&store, &progress).await {
        Ok(changes) => store
            .reconcile(actor, run, changes)
            .await
            .map_err(AuditError::from),
        Err(e) => Err(e),
    };
    if let (Ok(_), Some(seen)) = (&done, seen) {
        store.forget_dirty(seen).await?;
    }
    if let Err(e) = &done {
        // The reason matters more than a second failure while writing it down.
        let _ = store.fail_run(actor, run, &e.to_string()).await;
    }
    done
}

async fn examine_all(
    store: &Arc<dyn Store>,
    progress: &(impl Fn(f64) + Send + Sync),
) -> Result<Vec<ScopeChanges>, AuditError> {
    let coverages = store.coverages().await?;
    let steps = (coverages.len() + 1) as f64;
    let registry: Arc<Vec<ParameterSet>> = Arc::new(store.parameter_sets().await?);
    let mut changes = Vec::new();
    let mut grounds = Vec::new();
    let mut seen = vec![PLACES.to_owned()];
    for (i, c) in coverages.iter().enumerate() {
        let scope = format!("{}/{}", c.kind.as_str(), c.level);
        let units = store.coverage_units(&c.level, c.kind).await?;
        let parents = parents_of(store, &units, c.kind).await?;
        let earlier = store.findings_in_scope(&scope).await?;
        grounds.extend(units.iter().filter(|_| c.kind == LEGAL).map(ground));
        let (level, kind, parameters) = (c.level.clone(), c.kind, registry.clone());
        let scope_name = scope.clone();
        changes.push(
            blocking(move || {
                let subject = subject(level, kind, units, parents, &parameters);
                let examined = coverage::examine(&subject, 0.0, Wanted::FindingsAndLines);
                let mut found = examined.findings;
                found.retain(reported);
                found.extend(registry::examine(&subject));
                let mut changes = identity::reconcile(scope_name, found, earlier, new_id);
                changes.lines = Some(LineChanges {
                    level: subject.level.as_ref().to_owned(),
                    kind: subject.kind,
                    among: None,
                    lines: examined.lines,
                });
                changes.weights = examined.weights;
                changes
            })
            .await?,
        );
        seen.push(scope);
        progress((i + 1) as f64 / steps);
    }
    changes.push(judge_places(store, grounds).await?);
    // A coverage whose units are all gone takes its findings with it.
    for scope in store.finding_scopes().await? {
        if !seen.contains(&scope) {
            let earlier = store.findings_in_scope(&scope).await?;
            changes.push(identity::reconcile(scope, Vec::new(), earlier, new_id));
        }
    }
    Ok(changes)
}

/// Every place against the legal extents, when only places have changed.
pub(super) async fn examine_all_places(store: &Arc<dyn Store>) -> Result<ScopeChanges, AuditError> {
    let mut grounds = Vec::new();
    for c in store.coverages().await? {
        if c.kind == LEGAL {
            let units = store.coverage_units(&c.level, c.kind).await?;
            grounds.extend(units.iter().map(ground));
        }
    }
    judge_places(store, grounds).await
}

async fn judge_places(
    store: &Arc<dyn Store>,
    grounds: Vec<Ground>,
) -> Result<ScopeChanges, AuditError> {
    let judged: Vec<JudgedPlace> = store
        .audit_places()
        .await?
        .into_iter()
        .filter_map(judged_place)
        .collect();
    let earlier = store.findings_in_scope(PLACES).await?;
    blocking(move || {
        let found = places::examine(&judged, &grounds, LEGAL);
        identity::reconcile(PLACES.to_owned(), found, earlier, new_id)
    })
    .await
}

/// A place as it is judged; one without position or claim is not.
pub(super) fn judged_place(p: AuditPlace) -> Option<JudgedPlace> {
    Some(JudgedPlace {
        id: p.id,
        name: p.name,
        position: p.position?,
        accuracy_m: p.accuracy_m,
        claims: p.unit?,
    })
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AuditError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| AuditError::Cut(e.to_string()))
}

pub(super) fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// Above the minima of the severity table: below is rounding noise that would drown the rest.
pub(super) fn reported(f: &FindingBody) -> bool {
    match (thresholds(f.kind, &f.level), f.area_m2, f.max_width_m) {
        (Some(t), Some(area), Some(width)) => area >= t.min_area_m2 && width >= t.min_width_m,
        _ => true,
    }
}

/// The extents of the units that these name as their parents, or that their codes tell.
pub(super) async fn parents_of(
    store: &Arc<dyn Store>,
    units: &[UnitExtent],
    kind: ExtentKind,
) -> Result<Vec<UnitExtent>, StoreError> {
    let mut codes: Vec<String> = units
        .iter()
        .filter_map(|u| u.parent_code.clone().or_else(|| parent_by_code(&u.code)))
        .collect();
    codes.sort();
    codes.dedup();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let own = units.first().map(|u| u.level.clone());
    let mut found = store.units_by_code(&codes, kind).await?;
    found.retain(|u| Some(&u.level) != own.as_ref());
    // A code may stand at several levels (province-run county-level units): one area is enough.
    found.sort_by(|a, b| (&a.code, &a.level).cmp(&(&b.code, &b.level)));
    found.dedup_by(|a, b| a.code == b.code);
    Ok(found)
}

pub(super) fn ground(u: &UnitExtent) -> Ground {
    let unit = with_area(u, u.geometry.clone());
    Ground {
        party: unit.party(),
        level: u.level.clone(),
        parent: u.parent_code.clone(),
        area: unit.area,
    }
}

/// Topology is decided in the plane of the survey when all units and parents share it, else in degrees.
pub(super) fn subject(
    level: String,
    kind: ExtentKind,
    units: Vec<UnitExtent>,
    parents: Vec<UnitExtent>,
    registry: &[ParameterSet],
) -> Subject {
    let all = || units.iter().chain(&parents);
    let text = units.first().map(|u| u.plane.clone()).unwrap_or_default();
    let one_plane = all().all(|u| u.plane == text && u.source.is_some());
    let plane = one_plane
        .then(|| Plane::parse(&text, registry).ok())
        .flatten();
    let convert = |list: &[UnitExtent]| {
        list.iter()
            .map(|u| {
                let area = match (&plane, &u.source) {
                    (Some(_), Some(source)) => source.clone(),
                    _ => u.geometry.clone(),
                };
                with_area(u, area)
            })
            .collect()
    };
    let mixed = plane.is_none() && all().any(|u| u.plane != text);
    let (units, parents) = (convert(&units), convert(&parents));
    Subject::new(
        level,
        kind,
        plane.unwrap_or_else(Plane::storage),
        mixed,
        units,
        parents,
        Vec::new(),
    )
}

fn with_area(u: &UnitExtent, area: geo_types::MultiPolygon<f64>) -> SubjectUnit {
    SubjectUnit {
        unit_id: Some(u.unit_id),
        extent_id: Some(u.extent_id),
        code: u.code.as_str().into(),
        name: u.name.as_str().into(),
        other_names: Vec::new(),
        parent: u.parent_code.clone(),
        area,
        accuracy_m: u.accuracy_m,
    }
}
