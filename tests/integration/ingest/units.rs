//! Units.

use jieming::ingest::{FileOptions, ImportOptions, Unwatched, read_units};
use jieming::store::RowState;
use jieming_domain::unit::ExtentKind;

use super::*;

#[tokio::test]
async fn every_row_is_judged_by_itself() {
    let world = World::new().await;
    let content = collection(&[
        (
            r#"{"adcode":420102,"name":"江岸区","parent":{"adcode":420100}}"#,
            &square(114.0, 30.0, 0.1),
        ),
        (r#"{"adcode":420103,"name":"江汉区"}"#, "null"),
        (
            r#"{"adcode":420104,"name":"硚口区"}"#,
            r#"{"type":"Point","coordinates":[114,30]}"#,
        ),
        (r#"{"adcode":420105,"name":""}"#, &square(114.1, 30.0, 0.1)),
        (
            r#"{"adcode":null,"name":"无码区"}"#,
            &square(114.2, 30.0, 0.1),
        ),
        (
            r#"{"adcode":420106,"name":"飞区"}"#,
            &square(514.2, 30.0, 0.1),
        ),
        (
            r#"{"adcode":420107,"name":"线"}"#,
            r#"{"type":"Polygon","coordinates":[[[114,30],[114,31],[114,30]]]}"#,
        ),
    ]);
    let path = world.file("u.geojson", content);
    let done = world
        .import(
            &path,
            &ImportOptions {
                file: crs("EPSG:4490"),
                ..units()
            },
        )
        .await;
    let rows = done.submission.rows;
    assert_eq!(
        (rows.read, rows.accepted, rows.rejected),
        (7, 3, 4),
        "{:?}",
        done.findings
    );
    assert_eq!(rows.with_findings, 2);
    assert_eq!(rules(&done.findings, 1), [""; 0]);
    assert_eq!(rules(&done.findings, 2), ["geometry.missing"]);
    assert_eq!(rules(&done.findings, 3), ["geometry.kind"]);
    assert_eq!(rules(&done.findings, 4), ["unit.name.missing"]);
    assert_eq!(rules(&done.findings, 5), ["unit.code.missing"]);
    assert_eq!(rules(&done.findings, 6), ["geometry.unusable"]);
    assert_eq!(rules(&done.findings, 7), ["geometry.unusable"]);
    let kept = world
        .store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap();
    let seen: Vec<(&str, &str)> = kept
        .iter()
        .map(|u| (u.code.as_str(), u.name.as_str()))
        .collect();
    assert_eq!(
        seen,
        [("", "无码区"), ("420102", "江岸区"), ("420105", "420105")]
    );
    assert_eq!(kept[1].parent_code.as_deref(), Some("420100"));
    assert!(
        (kept[1].area_m2 - 1.064e8).abs() < 1e6,
        "{}",
        kept[1].area_m2
    );
    let stored = world
        .store
        .submission_rows(done.submission.id, None, jieming::store::PageRequest::all())
        .await;
    let states: Vec<RowState> = stored.unwrap().items.iter().map(|r| r.row.state).collect();
    use RowState::*;
    assert_eq!(
        states,
        [
            Accepted,
            Rejected,
            Rejected,
            WithFindings,
            WithFindings,
            Rejected,
            Rejected
        ]
    );
}

fn crs(text: &str) -> FileOptions {
    FileOptions {
        crs: Some(text.into()),
        level: Some("county".into()),
        ..FileOptions::default()
    }
}

#[tokio::test]
async fn rows_of_one_code_are_one_unit() {
    let world = World::new().await;
    let path = world.file(
        "u.geojson",
        collection(&[
            (r#"{"code":"A1","name":"甲"}"#, &square(114.0, 30.0, 0.1)),
            (r#"{"code":"A2","name":"乙"}"#, &square(114.1, 30.0, 0.1)),
            (r#"{"code":"A1","name":"甲"}"#, &square(114.3, 30.0, 0.1)),
            (r#"{"code":"A2","name":"丙"}"#, &square(114.5, 30.0, 0.1)),
        ]),
    );
    let file = read_units(&path, &FileOptions::default(), &reading(), &Unwatched).unwrap();
    assert_eq!(file.units.len(), 2);
    assert_eq!(
        (file.units[0].rows.as_slice(), file.units[0].storage.0.len()),
        ([1, 3].as_slice(), 2)
    );
    assert_eq!(file.units[1].other_names, ["丙"]);
    assert_eq!(rules(&file.findings, 3), [""; 0]);
    assert_eq!(rules(&file.findings, 4), ["unit.code.duplicate"]);
    assert_eq!((file.rows.read, file.rows.accepted), (4, 4));
}

#[tokio::test]
async fn levels_keep_units_apart_and_names_stand_in_for_codes() {
    let world = World::new().await;
    let path = world.file(
        "u.geojson",
        collection(&[
            (
                r#"{"name":"仙桃市","level":"city"}"#,
                &square(113.0, 30.0, 0.1),
            ),
            (
                r#"{"name":"仙桃市","level":"district"}"#,
                &square(113.0, 30.0, 0.1),
            ),
            (
                r#"{"name":"潜江市","level":"district"}"#,
                &square(113.1, 30.0, 0.1),
            ),
        ]),
    );
    let by_level = FileOptions {
        level_field: Some("level".into()),
        ..FileOptions::default()
    };
    let file = read_units(&path, &by_level, &reading(), &Unwatched).unwrap();
    let seen: Vec<(&str, &str)> = file
        .units
        .iter()
        .map(|u| (u.level.as_str(), u.name.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("city", "仙桃市"),
            ("county", "仙桃市"),
            ("county", "潜江市")
        ]
    );
    let one_level = read_units(&path, &FileOptions::default(), &reading(), &Unwatched).unwrap();
    assert_eq!(
        one_level.units.len(),
        2,
        "without a level the name says it is one unit"
    );
    assert!(rules(&one_level.findings, 0).contains(&"unit.code.missing"));
}

#[tokio::test]
async fn the_plane_of_the_survey_is_kept() {
    let world = World::new().await;
    let path = world.file(
        "u.geojson",
        collection(&[(
            r#"{"code":"420102","name":"江岸区"}"#,
            &square(528_770.0, 3_386_666.0, 100.0),
        )]),
    );
    let done = world
        .import(
            &path,
            &ImportOptions {
                file: crs("EPSG:4547"),
                ..units()
            },
        )
        .await;
    assert_eq!(done.submission.rows.accepted, 1, "{:?}", done.findings);
    let unit = world
        .store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap()
        .remove(0);
    let corner = unit.source.as_ref().unwrap().0[0].exterior().0[0];
    assert_eq!((corner.x, corner.y), (528_770.0, 3_386_666.0));
    assert_eq!(unit.plane, "EPSG:4547");
    let corner = unit.geometry.0[0].exterior().0[0];
    assert!(
        (corner.x - 114.3).abs() < 1e-5 && (corner.y - 30.6).abs() < 1e-5,
        "{corner:?}"
    );
    assert!((unit.area_m2 - 10_000.0).abs() < 10.0, "{}", unit.area_m2);
}

#[tokio::test]
async fn a_changed_delivery_supersedes_and_the_same_one_does_nothing() {
    let world = World::new().await;
    let feature = |x| {
        collection(&[(
            r#"{"code":"420102","name":"江岸区"}"#,
            &square(x, 30.0, 0.1),
        )])
    };
    let first = world.file("a.geojson", feature(114.0));
    let second = world.file("b.geojson", feature(114.5));
    let options = ImportOptions {
        file: crs("EPSG:4490"),
        ..units()
    };
    let a = world.import(&first, &options).await;
    let again = world.import(&first, &options).await;
    assert!(again.duplicate && !a.duplicate);
    assert_eq!(
        (again.submission.sha256.clone(), again.findings),
        (a.submission.sha256.clone(), a.findings)
    );
    world.import(&second, &options).await;
    let now = world
        .store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap();
    assert_eq!((now.len(), now[0].bbox[0]), (1, 114.5));
    let kept = world
        .context
        .data
        .place_of(&a.submission.sha256)
        .join("a.geojson");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), feature(114.0));
}

#[tokio::test]
async fn options_name_columns_that_exist() {
    let world = World::new().await;
    let path = world.file(
        "u.geojson",
        collection(&[(r#"{"code":"A1"}"#, &square(114.0, 30.0, 0.1))]),
    );
    let wrong = FileOptions {
        code_field: Some("kode".into()),
        ..FileOptions::default()
    };
    let refused = read_units(&path, &wrong, &reading(), &Unwatched).unwrap_err();
    assert_eq!(refused.code, "field.missing");
    assert!(
        refused.en.contains("kode") && refused.en.contains("code") && refused.zh.contains("kode")
    );
    assert_eq!(
        (refused.before.rows.read, refused.before.rows.rejected),
        (1, 1)
    );
}

#[tokio::test]
async fn web_map_exports_are_not_taken_for_wgs84_in_silence() {
    let world = World::new().await;
    let properties =
        r#"{"adcode":420102,"name":"江岸区","center":[114.3,30.6],"acroutes":[100000,420000]}"#;
    let path = world.file(
        "u.geojson",
        collection(&[(properties, &square(114.0, 30.0, 0.1))]),
    );
    let file = read_units(&path, &FileOptions::default(), &reading(), &Unwatched).unwrap();
    assert!(
        rules(&file.findings, 0).contains(&"file.crs.gcj02_suspected"),
        "{:?}",
        file.findings
    );
    let moved = read_units(&path, &crs("GCJ-02"), &reading(), &Unwatched).unwrap();
    assert!(!rules(&moved.findings, 0).contains(&"file.crs.gcj02_suspected"));
    let (from, to) = (
        moved.units[0].in_plane().0[0].exterior().0[0],
        moved.units[0].storage.0[0].exterior().0[0],
    );
    assert!(
        (from.x - to.x - 0.0055).abs() < 0.001 && (from.y - to.y + 0.0024).abs() < 0.001,
        "{from:?} {to:?}"
    );
}

#[tokio::test]
async fn an_old_datum_without_parameters_is_refused_with_a_receipt() {
    let world = World::new().await;
    let path = world.file(
        "u.geojson",
        collection(&[(r#"{"code":"A1"}"#, &square(114.0, 30.0, 0.1))]),
    );
    let done = world
        .import(
            &path,
            &ImportOptions {
                file: crs("EPSG:4214"),
                ..units()
            },
        )
        .await;
    let (code, zh, en) = done.submission.error.clone().unwrap();
    assert_eq!(code, "crs.parameters_needed");
    assert!(zh.contains("u.geojson") && en.contains("u.geojson"));
    assert!(world.store.coverages().await.unwrap().is_empty());
    let kept = world
        .store
        .submission(&done.submission.sha256)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.error.unwrap().0, code);
}

#[tokio::test]
async fn names_lose_what_nobody_sees() {
    let world = World::new().await;
    let square =
        r#"{"type":"Polygon","coordinates":[[[114,30],[115,30],[115,31],[114,31],[114,30]]]}"#;
    let bad = collection(&[(r#"{"code":"420101","name":"江\u202e岸\u200b区"}"#, square)]);
    let done = world.import(&world.file("a.geojson", bad), &units()).await;
    assert_eq!(rules(&done.findings, 1), ["field.trimmed"]);
    let kept = world
        .store
        .coverage_units("county", jieming_domain::unit::ExtentKind::Legal)
        .await
        .unwrap();
    assert_eq!(kept[0].name, "江岸区");
}
