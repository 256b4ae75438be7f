//! Staging, acceptance, versions.

use jieming::store::*;
use jieming_domain::finding::Severity;
use jieming_domain::message::params;
use jieming_domain::unit::ExtentKind;

use super::*;

async fn legal(store: &Arc<dyn Store>) -> Vec<UnitExtent> {
    store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_is_staged_is_not_seen() {
    for fresh in backends().await {
        let store = &fresh.store;
        let id = begin(store, "aa", SubmissionAs::Units).await;
        let before = store.generation().await.unwrap();
        store
            .stage_extents(id, vec![extent("420102", "江岸区", 114.0)])
            .await
            .unwrap();
        assert!(legal(store).await.is_empty());
        assert!(
            store
                .units_in_box("county", [113.0, 29.0, 115.0, 31.0])
                .await
                .unwrap()
                .is_empty()
        );
        assert!(store.submission("aa").await.unwrap().is_none());
        assert_eq!(store.generation().await.unwrap(), before);
        store
            .accept_submission(&actor(), id, Outcome::default())
            .await
            .unwrap();
        assert_eq!(legal(store).await.len(), 1);
        assert_eq!(
            store
                .units_in_box("county", [114.05, 30.05, 114.06, 30.06])
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(store.generation().await.unwrap(), before + 1);
    }
}

#[tokio::test]
async fn an_interrupted_import_leaves_nothing_and_can_be_repeated() {
    for fresh in backends().await {
        let store = &fresh.store;
        let id = begin(store, "aa", SubmissionAs::Units).await;
        store
            .stage_extents(id, vec![extent("420102", "江岸区", 114.0)])
            .await
            .unwrap();
        let again = begin(store, "aa", SubmissionAs::Units).await;
        store
            .stage_extents(again, vec![extent("420103", "江汉区", 114.1)])
            .await
            .unwrap();
        // The first attempt was taken over: it can no longer be accepted.
        let late = store
            .accept_submission(&actor(), id, Outcome::default())
            .await;
        assert!(matches!(late, Err(StoreError::Missing(_))), "{late:?}");
        store
            .accept_submission(&actor(), again, Outcome::default())
            .await
            .unwrap();
        let codes: Vec<String> = legal(store).await.into_iter().map(|u| u.code).collect();
        assert_eq!(codes, ["420103"]);
    }
}

#[tokio::test]
async fn the_same_bytes_and_options_are_one_submission() {
    for fresh in backends().await {
        let store = &fresh.store;
        let first = accept_units(store, "aa", vec![extent("420102", "江岸区", 114.0)]).await;
        let before = store.generation().await.unwrap();
        match store
            .begin_submission(&actor(), submission("aa", SubmissionAs::Units))
            .await
            .unwrap()
        {
            Begun::Duplicate(s) => assert_eq!((s.id, s.rows), (first.id, first.rows)),
            Begun::Started(_) => panic!("taken in twice"),
        }
        assert_eq!(store.generation().await.unwrap(), before);
        let other = NewSubmission {
            options: json!({"level": "city"}),
            ..submission("aa", SubmissionAs::Units)
        };
        assert!(matches!(
            store.begin_submission(&actor(), other).await.unwrap(),
            Begun::Started(_)
        ));
    }
}

#[tokio::test]
async fn a_changed_delivery_makes_versions_of_what_changed() {
    for fresh in backends().await {
        let store = &fresh.store;
        accept_units(
            store,
            "aa",
            vec![
                extent("420102", "江岸区", 114.0),
                extent("420103", "江汉区", 114.1),
            ],
        )
        .await;
        let before = legal(store).await;
        accept_units(
            store,
            "bb",
            vec![
                extent("420102", "江岸区", 114.0),
                extent("420103", "江汉区", 114.2),
            ],
        )
        .await;
        let after = legal(store).await;
        assert_eq!(after.len(), 2);
        assert_eq!(
            after[0].extent_id, before[0].extent_id,
            "unchanged: no new version"
        );
        assert_eq!(after[0].submission, "aa");
        assert_ne!(after[1].extent_id, before[1].extent_id);
        assert_eq!(
            after[1].unit_id, before[1].unit_id,
            "the unit stays the same"
        );
        assert_eq!(after[1].geometry, square(114.2, 30.0, 0.1));
        let at_old_place = store
            .units_in_box("county", [114.12, 30.0, 114.18, 30.1])
            .await
            .unwrap();
        assert!(
            at_old_place.is_empty(),
            "the superseded extent is off the map"
        );
    }
}

#[tokio::test]
async fn kinds_of_extent_are_layers_of_their_own() {
    for fresh in backends().await {
        let store = &fresh.store;
        accept_units(store, "aa", vec![extent("420102", "江岸区", 114.0)]).await;
        let managed = NewExtent {
            kind: ExtentKind::Administered,
            ..extent("420102", "江岸区", 114.3)
        };
        accept_units(store, "bb", vec![managed]).await;
        let both = store.unit_extents("420102", None).await.unwrap();
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].kind, ExtentKind::Legal, "legal first");
        assert_eq!(both[0].unit_id, both[1].unit_id);
        assert_eq!(store.coverages().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn planes_come_back_as_they_went() {
    for fresh in backends().await {
        let store = &fresh.store;
        let source = square(528_770.237, 3_386_666.25, 0.001);
        let given = NewExtent {
            source: Some(source.clone()),
            plane: "EPSG:4547".into(),
            ..extent("420102", "江岸区", 114.3)
        };
        accept_units(store, "aa", vec![given]).await;
        let got = legal(store).await.remove(0);
        assert_eq!(
            (got.source, got.plane.as_str()),
            (Some(source), "EPSG:4547")
        );
        assert_eq!(got.geometry, square(114.3, 30.0, 0.1));
        assert_eq!(got.bbox, [114.3, 30.0, 114.3 + 0.1, 30.1]);
    }
}

#[tokio::test]
async fn places_are_known_again() {
    for fresh in backends().await {
        let store = &fresh.store;
        let twin = || place(None, "新村", 114.01);
        accept_places(
            store,
            "aa",
            vec![place(Some("p1"), "黄鹤楼", 114.05), twin(), twin()],
        )
        .await;
        let all = || async {
            store
                .places(&PlaceFilter::default(), PageRequest::all())
                .await
                .unwrap()
                .items
        };
        assert_eq!(all().await.len(), 3, "alike, but two rows of one file");
        accept_places(
            store,
            "bb",
            vec![place(Some("p1"), "黄鹤楼景区", 114.06), twin(), twin()],
        )
        .await;
        let mut names: Vec<String> = all().await.into_iter().map(|p| p.name).collect();
        names.sort();
        assert_eq!(names, ["新村", "新村", "黄鹤楼景区"]);
        let near = store
            .places_in_box([114.04, 30.0, 114.055, 30.1], 10)
            .await
            .unwrap();
        assert!(near.is_empty(), "the superseded position is off the map");
    }
}

#[tokio::test]
async fn rows_and_findings_of_a_submission() {
    for fresh in backends().await {
        let store = &fresh.store;
        let id = begin(store, "aa", SubmissionAs::Units).await;
        let row = |row, state| RowResult {
            row,
            state,
            name: format!("n{row}"),
            code: String::new(),
            position: None,
        };
        let finding = |row: Option<u64>, rule: &str| RowFinding {
            row,
            field: Some("adcode".into()),
            rule: rule.into(),
            severity: Severity::Warning,
            found: Some("42010".into()),
            params: params([
                ("code", "42010".into()),
                ("n", 2.5.into()),
                ("units", vec!["甲".to_owned()].into()),
            ]),
        };
        let rows = vec![
            row(1, RowState::Accepted),
            row(2, RowState::WithFindings),
            row(3, RowState::Rejected),
        ];
        store
            .stage_rows(
                id,
                rows,
                vec![finding(Some(3), "geometry.missing"), finding(Some(2), "x")],
            )
            .await
            .unwrap();
        store
            .stage_rows(id, vec![], vec![finding(None, "file.note")])
            .await
            .unwrap();
        store
            .accept_submission(&actor(), id, Outcome::default())
            .await
            .unwrap();
        let findings = store.row_findings(id).await.unwrap();
        assert_eq!(
            findings.iter().map(|f| f.row).collect::<Vec<_>>(),
            [None, Some(2), Some(3)]
        );
        assert_eq!(findings[1], finding(Some(2), "x"));
        let page = store
            .submission_rows(id, None, PageRequest::first(2))
            .await
            .unwrap();
        assert_eq!((page.items.len(), page.matched), (2, 3));
        assert_eq!(page.items[1].findings.len(), 1);
        let rest = store
            .submission_rows(
                id,
                None,
                PageRequest {
                    limit: 2,
                    after: page.next,
                },
            )
            .await
            .unwrap();
        assert_eq!((rest.items[0].row.row, rest.next), (3, None));
        let rejected = store
            .submission_rows(id, Some(RowState::Rejected), PageRequest::all())
            .await
            .unwrap();
        assert_eq!((rejected.items.len(), rejected.matched), (1, 1));
    }
}

#[tokio::test]
async fn a_refused_file_keeps_its_reason_and_nothing_else() {
    for fresh in backends().await {
        let store = &fresh.store;
        let id = begin(store, "aa", SubmissionAs::Units).await;
        store
            .stage_extents(id, vec![extent("420102", "江岸区", 114.0)])
            .await
            .unwrap();
        let why = Refusal {
            code: "file.truncated".into(),
            zh: "文件不完整".into(),
            en: "the file is cut".into(),
            rows: RowCounts {
                read: 1,
                rejected: 1,
                ..RowCounts::default()
            },
            decisions: vec![],
        };
        store.refuse_submission(&actor(), id, why).await.unwrap();
        assert!(legal(store).await.is_empty());
        let kept = store.submission("aa").await.unwrap().unwrap();
        assert_eq!(kept.error.unwrap().0, "file.truncated");
        // What was refused may be tried again: perhaps the parameters it needs are there now.
        begin(store, "aa", SubmissionAs::Units).await;
    }
}

#[tokio::test]
async fn every_write_is_in_the_log() {
    for fresh in backends().await {
        let store = &fresh.store;
        accept_units(store, "aa", vec![extent("420102", "江岸区", 114.0)]).await;
        let run = store.begin_run(&actor()).await.unwrap();
        store.reconcile(&actor(), run, vec![]).await.unwrap();
        let log = store.log(PageRequest::all()).await.unwrap();
        let actions: Vec<&str> = log.items.iter().map(|e| e.action.as_str()).collect();
        assert_eq!(
            actions,
            ["audit.finish", "audit.begin", "submission.accept"]
        );
        assert!(
            log.items
                .iter()
                .all(|e| e.actor == "tester" && e.via == "command-line")
        );
    }
}

#[tokio::test]
async fn two_processes_write_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let a: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
    let b: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
    let mut tasks = Vec::new();
    for (n, store) in [a.clone(), b].into_iter().enumerate() {
        tasks.push(tokio::spawn(async move {
            for i in 0..10 {
                let code = format!("4201{n}{i}");
                accept_units(
                    &store,
                    &format!("{n}-{i}"),
                    vec![extent(&code, &code, 114.0)],
                )
                .await;
            }
        }));
    }
    for t in tasks {
        t.await.unwrap();
    }
    assert_eq!(legal(&a).await.len(), 20);
}
