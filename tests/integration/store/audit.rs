//! Runs, findings with a lasting identity, lines; filters and pages.

use geo_types::{Geometry, MultiLineString, line_string};
use jieming::store::*;
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::message::params;

use super::*;

fn party(code: &str) -> Party {
    Party {
        unit_id: None,
        code: code.into(),
        name: format!("{code}区").into(),
    }
}

fn body(kind: Kind, units: &[&str], x: f64, area: f64) -> FindingBody {
    FindingBody {
        rule: format!("coverage.{kind}").into(),
        kind,
        gap_kind: (kind == Kind::Gap).then_some(GapKind::Hole),
        level: "county".into(),
        extent_kind: ExtentKind::Legal,
        units: units.iter().map(|u| party(u)).collect(),
        parent: Some("420100".into()),
        severity: if area > 50.0 {
            Severity::Error
        } else {
            Severity::Warning
        },
        area_m2: Some(area),
        max_width_m: Some(area / 10.0),
        length_m: None,
        geometry: Some(Geometry::MultiPolygon(square(x, 30.0, 0.001))),
        point: Some([x, 30.0]),
        place: None,
        params: params([("area_m2", area.into())]),
        edges: Vec::new(),
    }
}

fn new(id: &str, body: FindingBody) -> NewFinding {
    NewFinding {
        id: id.into(),
        derived_from: vec![],
        body,
    }
}

async fn run(store: &Arc<dyn Store>, change: ScopeChanges) -> Run {
    let run = store.begin_run(&actor()).await.unwrap();
    store.reconcile(&actor(), run, vec![change]).await.unwrap()
}

fn changes() -> ScopeChanges {
    ScopeChanges {
        scope: "county/legal".into(),
        new: vec![],
        still: vec![],
        unchanged: vec![],
        gone: vec![],
        lines: None,
        weights: vec![],
    }
}

async fn seeded(store: &Arc<dyn Store>) {
    let findings = vec![
        new("f1", body(Kind::Overlap, &["A", "B"], 114.0, 100.0)),
        new("f2", body(Kind::Gap, &["A", "B"], 114.1, 10.0)),
        new("f3", body(Kind::Overlap, &["B", "C"], 114.2, 60.0)),
        new("f4", body(Kind::Gap, &["A", "B", "C"], 114.3, 60.0)),
    ];
    run(
        store,
        ScopeChanges {
            new: findings,
            ..changes()
        },
    )
    .await;
}

async fn ids(store: &Arc<dyn Store>, filter: FindingFilter, sort: &str) -> Vec<String> {
    let page = store
        .findings(&filter, sort.parse().unwrap(), PageRequest::all(), false)
        .await
        .unwrap();
    assert_eq!(page.matched as usize, page.items.len());
    page.items.into_iter().map(|f| f.id).collect()
}

#[tokio::test]
async fn findings_live_through_runs() {
    for fresh in backends().await {
        let store = &fresh.store;
        seeded(store).await;
        let still = vec![("f1".into(), body(Kind::Overlap, &["A", "B"], 114.0, 120.0))];
        let second = run(
            store,
            ScopeChanges {
                still,
                gone: vec!["f2".into()],
                ..changes()
            },
        )
        .await;
        assert_eq!(
            (second.number, second.new, second.open, second.gone),
            (2, 0, 1, 1)
        );
        let f1 = store.finding("f1").await.unwrap().unwrap();
        assert_eq!(
            (f1.state, f1.first_run, f1.last_run),
            (FindingState::Open, 1, 2)
        );
        assert_eq!(f1.body.area_m2, Some(120.0));
        assert_eq!(
            store.finding("f2").await.unwrap().unwrap().state,
            FindingState::Gone
        );
        let back = vec![("f2".into(), body(Kind::Gap, &["A", "B"], 114.1, 10.0))];
        run(
            store,
            ScopeChanges {
                still: back,
                ..changes()
            },
        )
        .await;
        let f2 = store.finding("f2").await.unwrap().unwrap();
        assert_eq!(
            (f2.state, f2.first_run, f2.last_run),
            (FindingState::Open, 1, 3)
        );
        let same = |ids: &[&str]| ScopeChanges {
            unchanged: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..changes()
        };
        let fourth = run(store, same(&["f3", "f1"])).await;
        assert_eq!((fourth.new, fourth.open, fourth.gone), (0, 2, 0));
        let f3 = store.finding("f3").await.unwrap().unwrap();
        assert_eq!(
            (f3.state, f3.first_run, f3.last_run),
            (FindingState::Open, 1, 4)
        );
        assert_eq!(f3.body, body(Kind::Overlap, &["B", "C"], 114.2, 60.0));
        let nobody = store.begin_run(&actor()).await.unwrap();
        let strange = vec![same(&["f1", "f9"])];
        let refused = store.reconcile(&actor(), nobody, strange).await;
        assert!(refused.is_err_and(|e| e.to_string().contains("f9")));
        let scope = store.findings_in_scope("county/legal").await.unwrap();
        assert_eq!(
            scope.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(),
            ["f1", "f2", "f3", "f4"]
        );
        assert_eq!(
            scope[3].body,
            body(Kind::Gap, &["A", "B", "C"], 114.3, 60.0)
        );
        assert_eq!(store.last_run().await.unwrap().unwrap().number, 4);
    }
}

#[tokio::test]
async fn a_run_ends_once() {
    for fresh in backends().await {
        let store = &fresh.store;
        let number = store.begin_run(&actor()).await.unwrap();
        assert!(store.last_run().await.unwrap().is_none());
        store.reconcile(&actor(), number, vec![]).await.unwrap();
        let twice = ScopeChanges {
            new: vec![new("f1", body(Kind::Overlap, &["A", "B"], 114.0, 1.0))],
            ..changes()
        };
        assert!(
            store
                .reconcile(&actor(), number, vec![twice])
                .await
                .is_err()
        );
        assert!(
            store.finding("f1").await.unwrap().is_none(),
            "nothing of a failed write remains"
        );
    }
}

#[tokio::test]
async fn filters() {
    for fresh in backends().await {
        let store = &fresh.store;
        seeded(store).await;
        let all = FindingFilter::default;
        assert_eq!(ids(store, all(), "-area").await, ["f1", "f3", "f4", "f2"]);
        assert_eq!(ids(store, all(), "area").await, ["f2", "f3", "f4", "f1"]);
        assert_eq!(
            ids(
                store,
                FindingFilter {
                    kinds: vec![Kind::Gap],
                    ..all()
                },
                "id"
            )
            .await,
            ["f2", "f4"]
        );
        assert_eq!(
            ids(
                store,
                FindingFilter {
                    unit: Some("C".into()),
                    ..all()
                },
                "id"
            )
            .await,
            ["f3", "f4"]
        );
        let pair = Some(vec!["B".into(), "A".into()]);
        assert_eq!(
            ids(
                store,
                FindingFilter {
                    parties: pair,
                    ..all()
                },
                "id"
            )
            .await,
            ["f1", "f2"]
        );
        let bbox = Some([114.15, 29.0, 114.25, 31.0]);
        assert_eq!(
            ids(store, FindingFilter { bbox, ..all() }, "id").await,
            ["f3"]
        );
        let severe = FindingFilter {
            severities: vec![Severity::Error],
            ..all()
        };
        assert_eq!(ids(store, severe, "-id").await, ["f4", "f3", "f1"]);
        run(
            store,
            ScopeChanges {
                gone: vec!["f3".into()],
                ..changes()
            },
        )
        .await;
        let states = vec![FindingState::New, FindingState::Open];
        assert_eq!(
            ids(store, FindingFilter { states, ..all() }, "id").await,
            ["f1", "f2", "f4"]
        );
        assert_eq!(
            store
                .findings_in_box([114.0, 29.0, 114.35, 31.0], usize::MAX)
                .await
                .unwrap()
                .len(),
            3
        );
        assert_eq!(
            ids(
                store,
                FindingFilter {
                    level: Some("city".into()),
                    ..all()
                },
                "id"
            )
            .await,
            [""; 0]
        );
    }
}

#[tokio::test]
async fn pages_meet_without_loss_or_repetition() {
    for fresh in backends().await {
        let store = &fresh.store;
        seeded(store).await;
        for sort in ["area", "-area", "width", "-severity", "id", "length"] {
            let whole = ids(store, FindingFilter::default(), sort).await;
            let mut paged = Vec::new();
            let mut after = None;
            loop {
                let request = PageRequest { limit: 1, after };
                let filter = FindingFilter::default();
                let page = store
                    .findings(&filter, sort.parse().unwrap(), request, true)
                    .await
                    .unwrap();
                paged.extend(page.items.into_iter().map(|f| f.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole, "{sort}");
        }
        let bad = PageRequest {
            limit: 1,
            after: Some("nonsense".into()),
        };
        let answer = store
            .findings(
                &FindingFilter::default(),
                FindingSort::default(),
                bad,
                false,
            )
            .await;
        assert!(matches!(answer, Err(StoreError::BadToken(_))));
    }
}

#[tokio::test]
async fn groups_add_up() {
    for fresh in backends().await {
        let store = &fresh.store;
        seeded(store).await;
        let filter = FindingFilter::default();
        let page = store
            .finding_groups(&filter, "-area".parse().unwrap(), PageRequest::all())
            .await
            .unwrap();
        let shown: Vec<(usize, u64, f64)> = page
            .items
            .iter()
            .map(|g| (g.units.len(), g.count, g.area_m2))
            .collect();
        assert_eq!(shown, [(2, 2, 110.0), (2, 1, 60.0), (3, 1, 60.0)]);
        assert_eq!(page.items[0].kinds, [(Kind::Overlap, 1), (Kind::Gap, 1)]);
        assert_eq!(page.items[0].severity, Severity::Error);
        for sort in ["units", "-units", "count", "-width"] {
            let whole = store
                .finding_groups(&filter, sort.parse().unwrap(), PageRequest::all())
                .await
                .unwrap()
                .items;
            let mut paged = Vec::new();
            let mut after = None;
            loop {
                let request = PageRequest { limit: 1, after };
                let page = store
                    .finding_groups(&filter, sort.parse().unwrap(), request)
                    .await
                    .unwrap();
                assert_eq!(page.matched, 3);
                paged.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let codes = |g: &[FindingGroup]| g.iter().map(|g| g.units.clone()).collect::<Vec<_>>();
            assert_eq!(codes(&paged), codes(&whole), "{sort}");
        }
    }
}

#[tokio::test]
async fn units_count_their_findings_and_lines_their_neighbours() {
    for fresh in backends().await {
        let store = &fresh.store;
        accept_units(
            store,
            "aa",
            vec![extent("A", "甲", 114.0), extent("B", "乙", 114.1)],
        )
        .await;
        let extents = store
            .coverage_units("county", ExtentKind::Legal)
            .await
            .unwrap();
        let parties: Vec<Party> = extents
            .iter()
            .map(|u| Party {
                unit_id: Some(u.unit_id),
                code: u.code.as_str().into(),
                name: u.name.as_str().into(),
            })
            .collect();
        let overlap = FindingBody {
            units: parties.clone(),
            ..body(Kind::Overlap, &[], 114.1, 5.0)
        };
        let line = NewLine {
            units: [parties[1].clone(), parties[0].clone()],
            length_m: 1000.0,
            agreed_m: 900.0,
            within_m: 12.5,
            geometry: MultiLineString(vec![line_string![(x: 114.1, y: 30.0), (x: 114.1, y: 30.1)]]),
        };
        let lines = Some(LineChanges {
            level: "county".to_owned(),
            kind: ExtentKind::Legal,
            among: None,
            lines: vec![line],
        });
        run(
            store,
            ScopeChanges {
                new: vec![new("f1", overlap)],
                lines,
                ..changes()
            },
        )
        .await;
        let page = store
            .units(&UnitFilter::default(), PageRequest::first(1))
            .await
            .unwrap();
        assert_eq!((page.items[0].code.as_str(), page.matched), ("A", 2));
        assert_eq!(page.items[0].findings, [(Kind::Overlap, 1)]);
        let rest = store
            .units(
                &UnitFilter::default(),
                PageRequest {
                    limit: 5,
                    after: page.next,
                },
            )
            .await
            .unwrap();
        assert_eq!(
            rest.items
                .iter()
                .map(|u| u.code.as_str())
                .collect::<Vec<_>>(),
            ["B"]
        );
        let line = store.line("B", "A").await.unwrap().unwrap();
        assert_eq!(
            (line.units[0].code.as_ref(), line.findings, line.agreed_m),
            ("A", 1, 900.0)
        );
        assert!(line.geometry.is_some());
        let of_b = store
            .lines(
                &LineFilter {
                    unit: Some("B".into()),
                    level: None,
                },
                PageRequest::all(),
            )
            .await
            .unwrap();
        assert_eq!(of_b.items.len(), 1);
        assert!(store.line("A", "C").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn places_by_name_unit_and_box() {
    for fresh in backends().await {
        let store = &fresh.store;
        accept_units(store, "aa", vec![extent("420102", "江岸区", 114.0)]).await;
        let by_name = NewPlace {
            unit: Some("江岸区".into()),
            ..place(None, "黄鹤楼", 114.02)
        };
        let elsewhere = NewPlace {
            unit: Some("429004".into()),
            ..place(None, "仙桃站", 114.03)
        };
        let lost = NewPlace {
            position: None,
            ..place(None, "黄石路", 0.0)
        };
        accept_places(
            store,
            "bb",
            vec![place(None, "黄埔路", 114.01), by_name, elsewhere, lost],
        )
        .await;
        let names = |filter: PlaceFilter| async move {
            let page = store.places(&filter, PageRequest::all()).await.unwrap();
            assert_eq!(page.matched as usize, page.items.len());
            let mut names: Vec<String> = page.items.into_iter().map(|p| p.name).collect();
            names.sort();
            names
        };
        let all = PlaceFilter::default;
        assert_eq!(
            names(PlaceFilter {
                name: Some("黄".into()),
                ..all()
            })
            .await,
            ["黄埔路", "黄石路", "黄鹤楼"]
        );
        let unit = |u: &str| PlaceFilter {
            unit: Some(u.into()),
            ..all()
        };
        assert_eq!(names(unit("420102")).await, ["黄埔路", "黄石路", "黄鹤楼"]);
        assert_eq!(
            names(unit("420100")).await,
            ["黄埔路", "黄石路"],
            "codes below; a name has no prefix"
        );
        let bbox = Some([114.015, 30.0, 114.05, 30.1]);
        assert_eq!(
            names(PlaceFilter { bbox, ..all() }).await,
            ["仙桃站", "黄鹤楼"]
        );
        let found = store
            .places(
                &PlaceFilter {
                    name: Some("黄鹤".into()),
                    ..all()
                },
                PageRequest::all(),
            )
            .await
            .unwrap();
        assert_eq!(found.items[0].unit_code.as_deref(), Some("420102"));
        let one = store.place(found.items[0].id).await.unwrap().unwrap();
        assert_eq!(one.attributes, json!({"name": "黄鹤楼"}));
        assert_eq!(store.audit_places().await.unwrap().len(), 4);
    }
}

#[tokio::test]
async fn the_overview_counts() {
    for fresh in backends().await {
        let store = &fresh.store;
        assert_eq!(store.overview().await.unwrap().bounds, None);
        accept_units(store, "aa", vec![extent("420102", "江岸区", 114.0)]).await;
        accept_places(store, "bb", vec![place(None, "黄埔路", 10.0)]).await;
        seeded(store).await;
        let o = store.overview().await.unwrap();
        assert_eq!(
            (o.units, o.places, o.findings_open, o.submissions),
            (1, 1, 4, 2)
        );
        assert_eq!(
            o.bounds,
            Some([114.0, 30.0, 114.1, 30.1]),
            "a lost place does not widen the map"
        );
    }
}

#[tokio::test]
async fn weights_of_vertices_belong_to_a_version_of_an_extent() {
    for fresh in backends().await {
        let store = &fresh.store;
        let around = [113.0, 29.0, 116.0, 31.0];
        accept_units(store, "a", vec![extent("420102", "江岸区", 114.0)]).await;
        let load = async || store.units_in_box("county", around).await.unwrap();
        let first = load().await;
        assert_eq!(first[0].weights, None);
        let weigh = async |extent_id: i64, weights: &[f32]| {
            let weights = vec![VertexWeights {
                extent_id,
                weights: weights.to_vec(),
            }];
            run(
                store,
                ScopeChanges {
                    weights,
                    ..changes()
                },
            )
            .await;
        };
        let of_square = [f32::INFINITY, 0.25, 3e9, 1.0, f32::INFINITY];
        weigh(first[0].extent_id, &of_square).await;
        assert_eq!(load().await[0].weights.as_deref(), Some(&of_square[..]));
        // A run that says nothing about them leaves them; a later one replaces them.
        run(store, changes()).await;
        assert_eq!(load().await[0].weights.as_deref(), Some(&of_square[..]));
        weigh(first[0].extent_id, &[1.0; 5]).await;
        assert_eq!(load().await[0].weights.as_deref(), Some(&[1.0; 5][..]));
        // As many as vertices, or none.
        weigh(first[0].extent_id, &[1.0; 4]).await;
        assert_eq!(load().await[0].weights, None);
        weigh(first[0].extent_id, &of_square).await;
        // What is no extent any more is passed over.
        weigh(4711, &of_square).await;
        accept_units(store, "b", vec![extent("420102", "江岸区", 114.1)]).await;
        let second = load().await;
        assert_eq!((second.len(), &second[0].weights), (1, &None));
    }
}
