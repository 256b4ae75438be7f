//! Corrected cells and corrected submissions.

use jieming::ingest::{CELLS, Correction, ImportOptions, Imported};
use jieming::store::{PageRequest, Place, PlaceFilter};
use jieming_domain::message::Param;
use jieming_domain::unit::ExtentKind;

use super::*;

async fn held(world: &World) -> Vec<Place> {
    let filter = PlaceFilter::default();
    let all = world.store.places(&filter, PageRequest::all()).await;
    let mut items = all.unwrap().items;
    items.sort_by_key(|p| p.row);
    items
}

/// Every correction that the findings propose.
fn proposed(done: &Imported) -> Vec<Correction> {
    let of = |f: &RowFinding| match (f.row, f.params.get(CELLS)) {
        (Some(row), Some(Param::List(flat))) => flat
            .chunks(2)
            .map(|c| Correction {
                row,
                column: c[0].clone(),
                value: c[1].clone(),
            })
            .collect(),
        _ => Vec::new(),
    };
    done.findings.iter().flat_map(of).collect()
}

fn corrected(base: &ImportOptions, earlier: &Imported, cells: Vec<Correction>) -> ImportOptions {
    let mut options = base.clone();
    options.file.corrections = cells;
    options.corrects = Some(earlier.submission.sha256.clone());
    options
}

const FORM: &str = "DMDM,BZMC,DMLB,DJ,BW,SYSJ,CLFF\n\
    42010600122100000001,丹枫苑,22100,114.300000,30.600000,现今地名,图解测量\n\
    42010600122100000002,丹桂苑,22100,30.600100,114.300100,现今地名,实地测量\n\
    ４２０１０６ 001 22100 000003, 银杏苑,22100,38528770.237,3386666.250,现在,实地测量\n\
    42010600122100000004,香樟苑,23610,114.300300,30.600000,现今地名,实地测量\n\
    42010600122100000005,玉兰苑,22100,114.300400,30.600000,现今地名,实地测量\n";

#[tokio::test]
async fn accepting_every_proposal_leaves_no_finding_and_no_second_record() {
    let world = World::new().await;
    let path = world.file("p.csv", FORM);
    let first = world.import(&path, &places()).await;
    let cells = proposed(&first);
    let columns: Vec<(u64, &str)> = cells.iter().map(|c| (c.row, c.column.as_str())).collect();
    let want = [
        (2, "DJ"),
        (2, "BW"),
        (3, "BZMC"),
        (3, "DJ"),
        (3, "BW"),
        (3, "SYSJ"),
        (3, "DMDM"),
        (4, "DMLB"),
    ];
    assert_eq!(columns, want, "{:?}", first.findings);
    let before = held(&world).await;
    let options = corrected(&places(), &first, cells);
    let second = world.import(&path, &options).await;
    assert!(!second.duplicate);
    assert_eq!(
        second.submission.rows.with_findings, 0,
        "{:?}",
        second.findings
    );
    let after = held(&world).await;
    assert_eq!(
        (before.len(), after.len()),
        (5, 5),
        "the third got its code and is no second record"
    );
    assert_eq!(after[2].code.as_deref(), Some("42010600122100000003"));
    assert_eq!(after[2].name, "银杏苑");
    for (a, b) in before.iter().zip(&after) {
        let ([x, y], [u, v]) = (a.position.unwrap(), b.position.unwrap());
        assert!((x - u).abs() < 1e-8 && (y - v).abs() < 1e-8, "{}", a.name);
    }
    // The same once more is the same submission; a correction of the correction goes the same way.
    assert!(world.import(&path, &options).await.duplicate);
    let mut cells = options.file.corrections.clone();
    cells.push(Correction {
        row: 5,
        column: "DMDM".into(),
        value: "42010600122100000009".into(),
    });
    let third = world
        .import(&path, &corrected(&places(), &second, cells))
        .await;
    assert_eq!(third.submission.error, None);
    let codes: Vec<_> = held(&world)
        .await
        .into_iter()
        .filter_map(|p| p.code)
        .collect();
    assert_eq!(codes.len(), 5);
    assert!(codes.contains(&"42010600122100000009".to_owned()));
}

#[tokio::test]
async fn a_corrected_file_takes_the_place_of_the_earlier_one() {
    let world = World::new().await;
    let one = world.file(
        "a.csv",
        "名称,经度,纬度\n甲,114.1,30.1\n乙,114.2,\n丙,114.3,30.3\n",
    );
    let other = world.file("other.csv", "名称,经度,纬度\n甲,114.5,30.5\n");
    world.import(&other, &places()).await;
    let first = world.import(&one, &places()).await;
    assert_eq!(held(&world).await.len(), 4);
    // 乙 got a latitude, 丙 went, 丁 came.
    let two = world.file(
        "b.csv",
        "名称,经度,纬度\n甲,114.1,30.1\n乙,114.2,30.2\n丁,114.4,30.4\n",
    );
    world
        .import(&two, &corrected(&places(), &first, Vec::new()))
        .await;
    let mut names: Vec<_> = held(&world)
        .await
        .into_iter()
        .map(|p| (p.name, p.position))
        .collect();
    names.sort_by(|a, b| {
        a.0.cmp(&b.0)
            .then(a.1.map(|p| p[0]).partial_cmp(&b.1.map(|p| p[0])).unwrap())
    });
    let want = [
        ("丁", [114.4, 30.4]),
        ("乙", [114.2, 30.2]),
        ("甲", [114.1, 30.1]),
        ("甲", [114.5, 30.5]),
    ];
    assert_eq!(
        names,
        want.map(|(n, p)| (n.to_owned(), Some(p))),
        "what others delivered stays"
    );
}

#[tokio::test]
async fn units_that_a_correction_leaves_out_go() {
    let world = World::new().await;
    let square = |x: u32| {
        format!(
            r#"{{"type":"Polygon","coordinates":[[[{x},30],[{},30],[{},31],[{x},31],[{x},30]]]}}"#,
            x + 1,
            x + 1
        )
    };
    let feature = |code: &str, x: u32| {
        (
            format!(r#"{{"code":"{code}","name":"甲{code}"}}"#),
            square(x),
        )
    };
    let file = |all: &[(String, String)]| {
        let all: Vec<(&str, &str)> = all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        collection(&all)
    };
    let first = world
        .import(
            &world.file(
                "a.geojson",
                file(&[feature("420101", 110), feature("420102", 111)]),
            ),
            &units(),
        )
        .await;
    let second = world.file("b.geojson", file(&[feature("420101", 110)]));
    world
        .import(&second, &corrected(&units(), &first, Vec::new()))
        .await;
    let left = world
        .store
        .coverage_units("county", ExtentKind::Legal)
        .await
        .unwrap();
    assert_eq!(
        left.iter().map(|u| u.code.as_str()).collect::<Vec<_>>(),
        ["420101"]
    );
    assert_eq!(
        world.store.dirty(10).await.unwrap().len(),
        3,
        "two came, one went"
    );
}

#[tokio::test]
async fn corrections_that_meet_nothing_are_said() {
    let world = World::new().await;
    let path = world.file("a.csv", "名称,经度,纬度\n甲,114.1,30.1\n");
    let mut options = places();
    let cell = |row, column: &str, value: &str| Correction {
        row,
        column: column.into(),
        value: value.into(),
    };
    options.file.corrections = vec![cell(1, "纬度", "30.2"), cell(7, "纬度", "30.2")];
    let done = world.import(&path, &options).await;
    assert_eq!(
        rules(&done.findings, 0)
            .iter()
            .filter(|r| **r == "correction.unused")
            .count(),
        1
    );
    assert_eq!(held(&world).await[0].position, Some([114.1, 30.2]));
    options.corrects = Some("0".repeat(64));
    let actor = Actor::command_line("tester");
    let refused = import(&world.context, &actor, &path, "a.csv", &options).await;
    assert!(refused.is_err_and(|e| e.to_string().contains("0000")));
}

#[tokio::test]
async fn rows_tell_where_they_are_and_columns_what_they_hold() {
    let world = World::new().await;
    let done = world
        .import(
            &world.file("a.csv", "甲列,lng,lat\n,114.1,30.1\n"),
            &places(),
        )
        .await;
    let columns: Vec<_> = done
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.field.as_deref(), c.samples.len()))
        .collect();
    assert_eq!(
        columns,
        [
            ("甲列", None, 0),
            ("lng", Some("lon_from"), 1),
            ("lat", Some("lat_from"), 1)
        ]
    );
    let rows = world
        .store
        .submission_rows(done.submission.id, None, PageRequest::all())
        .await
        .unwrap();
    assert_eq!(
        rows.items[0].row.position,
        Some([114.1, 30.1]),
        "of a row that was rejected"
    );
    let bad = collection(&[(
        r#"{"code":"420101"}"#,
        r#"{"type":"LineString","coordinates":[[114,30],[115,31]]}"#,
    )]);
    let done = world.import(&world.file("a.geojson", bad), &units()).await;
    let rows = world
        .store
        .submission_rows(done.submission.id, None, PageRequest::all())
        .await
        .unwrap();
    assert!(rows.items[0].row.position.is_some());
}
