//! Reports out of a small database.

use std::sync::Arc;

use geo_types::{MultiPolygon, polygon};
use jieming_domain::actor::Actor;
use jieming_domain::finding::Kind;
use jieming_domain::lang::Lang;
use jieming_domain::unit::ExtentKind;
use jieming_reports::Scope;
use serde_json::json;

use super::{line, unit};
use crate::audit::run_database;
use crate::store::sqlite::SqliteStore;
use crate::store::*;

/// A rectangle in degrees.
fn area(west: f64, east: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![polygon![
        (x: west, y: 30.0), (x: east, y: 30.0), (x: east, y: 30.1), (x: west, y: 30.1), (x: west, y: 30.0)
    ]])
}

fn extent(code: &str, name: &str, west: f64, east: f64) -> NewExtent {
    NewExtent {
        level: "county".into(),
        kind: ExtentKind::Legal,
        code: code.into(),
        name: name.into(),
        parent_code: None,
        geometry: area(west, east),
        source: None,
        plane: "EPSG:4490".into(),
        source_crs: "EPSG:4490".into(),
        method: "null shift".into(),
        accuracy_m: Some(1.0),
        area_m2: 1e8,
        row: 1,
        attributes: json!({}).into(),
    }
}

async fn begin(store: &dyn Store, actor: &Actor, sha: &str, kind: SubmissionAs) -> SubmissionId {
    let new = NewSubmission {
        sha256: sha.into(),
        kind,
        file: format!("{sha}.geojson"),
        bytes: 1,
        options: json!({}),
    };
    match store.begin_submission(actor, new).await.unwrap() {
        Begun::Started(id) => id,
        Begun::Duplicate(_) => panic!("{sha} twice"),
    }
}

/// 甲 and 乙 overlap in a strip with a name in it; 丙 is beside 乙 without any finding; 丁 is far away.
async fn world() -> (tempfile::TempDir, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(
        SqliteStore::open(&folder.path().join("t.db"))
            .await
            .unwrap(),
    );
    let actor = Actor::command_line("tester");
    let units = vec![
        extent("990101", "甲区", 114.0, 114.11),
        extent("990102", "乙区", 114.1, 114.2),
        extent("990103", "丙区", 114.2, 114.3),
        extent("990104", "丁区", 116.0, 116.1),
    ];
    let id = begin(store.as_ref(), &actor, "units", SubmissionAs::Units).await;
    store.stage_extents(id, units).await.unwrap();
    store
        .accept_submission(&actor, id, Outcome::default())
        .await
        .unwrap();
    let place = |name: &str, x: f64| NewPlace {
        code: None,
        name: name.into(),
        category: None,
        unit: Some("990101".into()),
        position: Some([x, 30.05]),
        geometry: None,
        source_position: None,
        source_crs: None,
        method: None,
        accuracy_m: Some(1.0),
        row: 1,
        attributes: json!({}).into(),
    };
    let id = begin(store.as_ref(), &actor, "places", SubmissionAs::Places).await;
    let places = vec![place("中间桥", 114.105), place("甲内村", 114.05)];
    store.stage_places(id, places).await.unwrap();
    store
        .accept_submission(&actor, id, Outcome::default())
        .await
        .unwrap();
    run_database(store.clone(), &actor, |_| {}).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn a_line_has_its_findings_names_and_both_sides_in_order() {
    let (_folder, store) = world().await;
    let report = line(store.as_ref(), "990102", "990101", Lang::Zh)
        .await
        .unwrap()
        .unwrap();
    let Scope::Line { codes, names, .. } = &report.scope else {
        panic!("{:?}", report.scope)
    };
    assert_eq!(codes, &["990101", "990102"]);
    assert_eq!(names, &["甲区", "乙区"]);
    let overlaps: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.kind == Kind::Overlap)
        .collect();
    assert_eq!(overlaps.len(), 1);
    assert_eq!(overlaps[0].places, ["中间桥"]);
    assert_eq!(
        (&*report.parties[0].code, &*report.parties[1].code),
        ("990101", "990102")
    );
    assert!(
        report.parties.iter().all(|p| p.code != "990104"),
        "too far to be drawn"
    );
    assert!(report.sources[0].contains("units.geojson"));
}

#[tokio::test]
async fn a_unit_has_its_own_findings_and_lines() {
    let (_folder, store) = world().await;
    let of = |code: &'static str| {
        let store = store.clone();
        async move { unit(store.as_ref(), code, Lang::En).await.unwrap() }
    };
    let own = of("990102").await.unwrap();
    assert_eq!(own.parties[0].code, "990102");
    assert!(own.findings.iter().any(|f| f.kind == Kind::Overlap));
    assert!(
        own.lines
            .iter()
            .any(|l| l.code == "990103" && l.agreed_m == l.length_m && l.length_m > 1e4)
    );
    let quiet = of("990103").await.unwrap();
    assert!(quiet.findings.iter().all(|f| f.kind != Kind::Overlap));
    assert!(of("990199").await.is_none());
}

#[tokio::test]
async fn unknown_units_have_no_line() {
    let (_folder, store) = world().await;
    assert!(
        line(store.as_ref(), "990101", "990199", Lang::Zh)
            .await
            .unwrap()
            .is_none()
    );
    // Two known units without a common line have a report that says so.
    let apart = line(store.as_ref(), "990101", "990104", Lang::Zh)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(apart.scope, Scope::Line { line: None, .. }));
}
