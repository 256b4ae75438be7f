//! The contract of the store, written once for any backend. A backend gives a way to open an empty store, and every
//! test below runs on it.

mod audit;
mod schema;
mod submissions;

use std::sync::Arc;

use geo_types::{MultiPolygon, polygon};
use jieming::store::sqlite::SqliteStore;
use jieming::store::*;
use jieming_domain::actor::Actor;
use jieming_domain::unit::ExtentKind;
use serde_json::json;

/// An empty store, and what keeps it alive.
pub struct Fresh {
    pub store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

/// Every backend that can be reached here.
pub async fn backends() -> Vec<Fresh> {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(
        SqliteStore::open(&folder.path().join("t.db"))
            .await
            .unwrap(),
    );
    vec![Fresh {
        store,
        _folder: folder,
    }]
}

pub fn actor() -> Actor {
    Actor::command_line("tester")
}

pub fn submission(sha: &str, kind: SubmissionAs) -> NewSubmission {
    NewSubmission {
        sha256: sha.into(),
        kind,
        file: format!("{sha}.geojson"),
        bytes: 7,
        options: json!({"level": "county"}),
    }
}

/// A square of `size` degrees with its south-west corner at x, y.
pub fn square(x: f64, y: f64, size: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![polygon![
        (x: x, y: y), (x: x + size, y: y), (x: x + size, y: y + size), (x: x, y: y + size), (x: x, y: y)
    ]])
}

pub fn extent(code: &str, name: &str, x: f64) -> NewExtent {
    NewExtent {
        level: "county".into(),
        kind: ExtentKind::Legal,
        code: code.into(),
        name: name.into(),
        parent_code: Some("420100".into()),
        geometry: square(x, 30.0, 0.1),
        source: None,
        plane: "EPSG:4490".into(),
        source_crs: "EPSG:4490".into(),
        method: "null shift".into(),
        accuracy_m: Some(1.0),
        area_m2: 1e8,
        row: 1,
        attributes: json!({"adcode": code}).into(),
    }
}

pub fn place(code: Option<&str>, name: &str, x: f64) -> NewPlace {
    NewPlace {
        code: code.map(str::to_owned),
        name: name.into(),
        category: Some("22200".into()),
        unit: Some("420102".into()),
        position: Some([x, 30.05]),
        geometry: None,
        source_position: Some((x.to_string(), "30.05".into())),
        source_crs: Some("EPSG:4490".into()),
        method: Some("null shift".into()),
        accuracy_m: Some(5.0),
        row: 1,
        attributes: json!({"name": name}).into(),
    }
}

pub async fn begin(store: &Arc<dyn Store>, sha: &str, kind: SubmissionAs) -> SubmissionId {
    match store
        .begin_submission(&actor(), submission(sha, kind))
        .await
        .unwrap()
    {
        Begun::Started(id) => id,
        Begun::Duplicate(_) => panic!("{sha} was there"),
    }
}

pub async fn accept_units(
    store: &Arc<dyn Store>,
    sha: &str,
    extents: Vec<NewExtent>,
) -> Submission {
    let id = begin(store, sha, SubmissionAs::Units).await;
    let n = extents.len() as u64;
    store.stage_extents(id, extents).await.unwrap();
    let rows = RowCounts {
        read: n,
        accepted: n,
        with_findings: 0,
        rejected: 0,
    };
    store
        .accept_submission(
            &actor(),
            id,
            Outcome {
                rows,
                ..Outcome::default()
            },
        )
        .await
        .unwrap()
}

pub async fn accept_places(store: &Arc<dyn Store>, sha: &str, places: Vec<NewPlace>) -> Submission {
    let id = begin(store, sha, SubmissionAs::Places).await;
    let n = places.len() as u64;
    store.stage_places(id, places).await.unwrap();
    let rows = RowCounts {
        read: n,
        accepted: n,
        with_findings: 0,
        rejected: 0,
    };
    store
        .accept_submission(
            &actor(),
            id,
            Outcome {
                rows,
                ..Outcome::default()
            },
        )
        .await
        .unwrap()
}
