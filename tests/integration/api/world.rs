//! A small world: two counties that overlap a little beside a city, three townships, four places, four findings.

use geo::{Geometry, MultiLineString, MultiPolygon, Rect, coord, line_string};
use jieming::store::*;
use jieming_domain::actor::Actor;
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::message::params;
use jieming_domain::unit::ExtentKind;
use serde_json::json;

/// A box in degrees.
pub fn area(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![
        Rect::new(coord! {x: west, y: south}, coord! {x: east, y: north}).to_polygon(),
    ])
}

pub fn extent(
    level: &str,
    code: &str,
    name: &str,
    parent: Option<&str>,
    geometry: MultiPolygon<f64>,
) -> NewExtent {
    NewExtent {
        level: level.into(),
        kind: ExtentKind::Legal,
        code: code.into(),
        name: name.into(),
        parent_code: parent.map(str::to_owned),
        geometry,
        source: None,
        plane: "EPSG:4490".into(),
        source_crs: "EPSG:4490".into(),
        method: "null".into(),
        accuracy_m: Some(0.5),
        area_m2: 1e8,
        row: 1,
        attributes: json!({}).into(),
    }
}

fn place(name: &str, unit: &str, position: [f64; 2]) -> NewPlace {
    NewPlace {
        code: None,
        name: name.into(),
        category: Some("village".into()),
        unit: Some(unit.into()),
        position: Some(position),
        geometry: None,
        source_position: Some((position[0].to_string(), position[1].to_string())),
        source_crs: Some("EPSG:4490".into()),
        method: Some("null".into()),
        accuracy_m: Some(10.0),
        row: 1,
        attributes: json!({"备注": "原样"}).into(),
    }
}

pub fn submission(letter: char, kind: SubmissionAs, file: &str) -> NewSubmission {
    NewSubmission {
        sha256: letter.to_string().repeat(64),
        kind,
        file: file.into(),
        bytes: 1234,
        options: json!({}),
    }
}

pub async fn begin(store: &dyn Store, new: NewSubmission) -> SubmissionId {
    match store
        .begin_submission(&Actor::command_line("li"), new)
        .await
        .unwrap()
    {
        Begun::Started(id) => id,
        Begun::Duplicate(_) => panic!("the database is not fresh"),
    }
}

pub fn party(code: &str, name: &str) -> Party {
    Party {
        unit_id: None,
        code: code.into(),
        name: name.into(),
    }
}

/// A finding with a box for its area.
pub fn finding(
    id: &str,
    kind: Kind,
    units: Vec<Party>,
    size: [f64; 4],
    area_m2: f64,
) -> NewFinding {
    let [w, s, e, n] = size;
    let rule = if kind == Kind::Overlap {
        "coverage.overlap"
    } else {
        "coverage.gap.hole"
    };
    NewFinding {
        id: id.into(),
        derived_from: Vec::new(),
        body: FindingBody {
            rule: rule.into(),
            kind,
            gap_kind: (kind == Kind::Gap).then_some(GapKind::Hole),
            level: "county".into(),
            extent_kind: ExtentKind::Legal,
            units,
            parent: Some("420100".into()),
            severity: if area_m2 > 5000.0 {
                Severity::Error
            } else {
                Severity::Warning
            },
            area_m2: Some(area_m2),
            max_width_m: Some(12.5),
            length_m: Some(300.0),
            geometry: Some(Geometry::MultiPolygon(area(w, s, e, n))),
            point: Some([(w + e) / 2.0, (s + n) / 2.0]),
            place: None,
            params: params([
                (
                    "units",
                    vec!["江岸区".to_owned(), "江汉区".to_owned()].into(),
                ),
                ("area_m2", area_m2.into()),
            ]),
            edges: Vec::new(),
        },
    }
}

/// Fills a database.
pub async fn fill(store: &dyn Store) {
    let actor = Actor::command_line("li");
    let units = begin(store, submission('a', SubmissionAs::Units, "units.geojson")).await;
    let extents = vec![
        extent(
            "city",
            "420100",
            "武汉市",
            None,
            area(114.0, 30.0, 115.0, 31.0),
        ),
        extent(
            "county",
            "420102",
            "江岸区",
            Some("420100"),
            area(114.0, 30.0, 114.51, 31.0),
        ),
        extent(
            "county",
            "420103",
            "江汉区",
            Some("420100"),
            area(114.5, 30.0, 115.0, 31.0),
        ),
        extent(
            "township",
            "420102001",
            "大智街道",
            Some("420102"),
            area(114.0, 30.0, 114.2, 30.5),
        ),
        extent(
            "township",
            "420102002",
            "一元街道",
            Some("420102"),
            area(114.2, 30.0, 114.5, 30.5),
        ),
        extent(
            "township",
            "420102003",
            "车站街道",
            Some("420102"),
            area(114.0, 30.5, 114.5, 31.0),
        ),
    ];
    store.stage_extents(units, extents).await.unwrap();
    let outcome = Outcome {
        rows: RowCounts {
            read: 6,
            accepted: 6,
            with_findings: 0,
            rejected: 0,
        },
        ..Outcome::default()
    };
    store
        .accept_submission(&actor, units, outcome)
        .await
        .unwrap();

    let places = begin(store, submission('b', SubmissionAs::Places, "places.csv")).await;
    let batch = vec![
        place("中山大道", "420102", [114.25, 30.25]),
        place("中山公园", "420103", [114.75, 30.25]),
        place("江汉路", "420103", [114.505, 30.5]),
        place("黎黄陂路", "420102", [114.1, 30.1]),
    ];
    store.stage_places(places, batch).await.unwrap();
    let rows = vec![
        RowResult {
            row: 1,
            state: RowState::Accepted,
            name: "中山大道".into(),
            code: String::new(),
            position: None,
        },
        RowResult {
            row: 2,
            state: RowState::WithFindings,
            name: "=中山公园".into(),
            code: String::new(),
            position: None,
        },
        RowResult {
            row: 3,
            state: RowState::Rejected,
            name: String::new(),
            code: String::new(),
            position: None,
        },
    ];
    let on_rows = vec![RowFinding {
        row: Some(2),
        field: Some("经度".into()),
        rule: "position.unreadable".into(),
        severity: Severity::Warning,
        found: Some("114度".into()),
        params: Default::default(),
    }];
    store.stage_rows(places, rows, on_rows).await.unwrap();
    let outcome = Outcome {
        rows: RowCounts {
            read: 5,
            accepted: 4,
            with_findings: 1,
            rejected: 1,
        },
        decisions: vec![Decision {
            what: "crs".into(),
            value: "EPSG:4490".into(),
            how_zh: "文件声明".into(),
            how_en: "declared by the file".into(),
            sure: true,
        }],
        corrects: None,
        valid_from: None,
    };
    store
        .accept_submission(&actor, places, outcome)
        .await
        .unwrap();
    audit(store).await;
}

/// What an audit of this world would write.
async fn audit(store: &dyn Store) {
    let actor = Actor::service("audit");
    let counties = store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap();
    let [a, b] = [0, 1].map(|i| Party {
        unit_id: Some(counties[i].unit_id),
        ..party(&counties[i].code, &counties[i].name)
    });
    let found = vec![
        finding(
            "f-large",
            Kind::Overlap,
            vec![a.clone(), b.clone()],
            [114.5, 30.0, 114.51, 31.0],
            9000.0,
        ),
        finding(
            "f-small",
            Kind::Overlap,
            vec![a.clone(), b.clone()],
            [114.5, 30.2, 114.5003, 30.2003],
            90.0,
        ),
        finding(
            "f-hole",
            Kind::Gap,
            vec![a.clone()],
            [114.3, 30.3, 114.31, 30.31],
            500.0,
        ),
        finding(
            "f-gone",
            Kind::Gap,
            vec![b.clone()],
            [114.8, 30.3, 114.81, 30.31],
            50.0,
        ),
    ];
    let still = found[..3]
        .iter()
        .map(|f| (f.id.clone(), f.body.clone()))
        .collect();
    let run = store.begin_run(&actor).await.unwrap();
    let changes = ScopeChanges {
        scope: "county/legal".into(),
        new: found,
        still: vec![],
        unchanged: vec![],
        gone: vec![],
        weights: vec![],
        lines: Some(LineChanges {
            level: "county".into(),
            kind: ExtentKind::Legal,
            among: None,
            lines: vec![NewLine {
                units: [a, b],
                length_m: 111_000.0,
                agreed_m: 100_000.0,
                within_m: 0.0,
                geometry: MultiLineString(vec![
                    line_string![(x: 114.5, y: 30.0), (x: 114.5, y: 31.0)],
                ]),
            }],
        }),
    };
    store.reconcile(&actor, run, vec![changes]).await.unwrap();
    let run = store.begin_run(&actor).await.unwrap();
    let changes = ScopeChanges {
        scope: "county/legal".into(),
        new: vec![],
        still,
        unchanged: vec![],
        gone: vec!["f-gone".into()],
        lines: None,
        weights: vec![],
    };
    store.reconcile(&actor, run, vec![changes]).await.unwrap();
}
