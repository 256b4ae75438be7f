//! Place names.

use jieming::store::{PageRequest, Place, PlaceFilter};

use super::*;

async fn all(world: &World) -> Vec<Place> {
    let mut items = world
        .store
        .places(&PlaceFilter::default(), PageRequest::all())
        .await
        .unwrap()
        .items;
    items.sort_by_key(|p| p.row);
    items
}

#[tokio::test]
async fn rows_of_a_table() {
    let world = World::new().await;
    let csv = "名称,经度,纬度,所在区\n\
               黄鹤楼,114°18′00″,30°33′00.00″,武昌区\n\
               晴川阁,114.2913,30.5613,\n\
               ,114.3,30.6,武昌区\n\
               无处,,,武昌区\n\
               零点,0,0,武昌区\n\
               坏点,不详,30.6,武昌区\n\
               颠倒,30.6,114.3,武昌区\n\
               天边,514.3,30.6,武昌区\n";
    let done = world.import(&world.file("p.csv", csv), &places()).await;
    let rows = done.submission.rows;
    assert_eq!(
        (rows.read, rows.accepted, rows.rejected, rows.with_findings),
        (8, 7, 1, 5),
        "{:?}",
        done.findings
    );
    let of = |row| rules(&done.findings, row);
    assert_eq!(of(1), [""; 0]);
    assert_eq!(of(3), ["name.missing"]);
    assert_eq!(of(4), ["position.missing"]);
    assert_eq!(
        of(5),
        ["position.missing"],
        "0 means none in the national export"
    );
    assert_eq!(of(6), ["position.unreadable"]);
    assert_eq!(of(7), ["position.swapped"]);
    assert_eq!(of(8), ["position.outside"]);
    let kept = all(&world).await;
    let close = |p: &Place, x: f64, y: f64| {
        let [a, b] = p.position.unwrap();
        assert!(
            (a - x).abs() < 1e-9 && (b - y).abs() < 1e-9,
            "{}: {a}, {b}",
            p.name
        );
    };
    close(&kept[0], 114.3, 30.55);
    close(&kept[5], 114.3, 30.6);
    assert_eq!(
        kept[0].source_position,
        Some(("114°18′00″".into(), "30°33′00.00″".into()))
    );
    assert!(kept[2].position.is_none() && kept[6].position.is_none());
    assert_eq!(
        kept[6].source_position,
        Some(("514.3".into(), "30.6".into())),
        "nothing is lost"
    );
    assert_eq!(
        kept[0].unit_code.as_deref(),
        Some("武昌区"),
        "as claimed, while no such unit is known"
    );
}

#[tokio::test]
async fn pairs_tell_their_order() {
    let world = World::new().await;
    let lat_first = world.file(
        "a.json",
        r#"[{"name":"甲","position":[30.6,114.3]},{"name":"乙","position":[30.7,114.4]}]"#,
    );
    let lon_first = world.file("b.json", r#"[{"name":"丙","position":"114.5,30.8"}]"#);
    let nested = world.file(
        "c.json",
        r#"[{"name":"丁","location":{"lng":114.6,"lat":30.9}}]"#,
    );
    for path in [&lat_first, &lon_first, &nested] {
        let done = world.import(path, &places()).await;
        assert_eq!(done.submission.rows.with_findings, 0, "{:?}", done.findings);
    }
    let mut got: Vec<(String, [f64; 2])> = all(&world)
        .await
        .into_iter()
        .map(|p| (p.name, p.position.unwrap()))
        .collect();
    got.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
    let want = [
        ("甲", [114.3, 30.6]),
        ("乙", [114.4, 30.7]),
        ("丙", [114.5, 30.8]),
        ("丁", [114.6, 30.9]),
    ];
    assert_eq!(got, want.map(|(n, p)| (n.to_owned(), p)));
}

#[tokio::test]
async fn the_registration_form() {
    let world = World::new().await;
    let csv = "DMDM,BZMC,DMLB,DJ,BW,SYSJ,CLFF\n\
               42010600122100000001,丹枫苑,22100,114.300000,30.600000,现今地名,图解测量\n\
               42010600122100000001,丹桂苑,22100,114.300100,30.600000,现今地名,实地测量\n\
               4201060012210000000,银杏苑,22100,114.300200,30.600000,现在,实地测量\n\
               42010600122100000004,香樟苑,23610,114.300300,30.600000,,实地测量\n";
    let done = world.import(&world.file("p.csv", csv), &places()).await;
    assert!(
        done.submission
            .decisions
            .iter()
            .any(|d| d.what == "profile" && d.value == "census-cn")
    );
    let of = |row| rules(&done.findings, row);
    assert_eq!(of(1), [""; 0], "{:?}", done.findings);
    assert_eq!(of(2), ["place.code.duplicate"]);
    assert_eq!(of(3), ["field.enumeration", "place.code.malformed"]);
    assert_eq!(of(4), ["field.required", "place.category.mismatch"]);
    assert!(
        of(0).contains(&"field.required"),
        "columns that are absent altogether are said once"
    );
    let kept = all(&world).await;
    assert_eq!(kept.len(), 4, "both rows of one code are kept");
    assert_eq!(
        kept[0].unit_code.as_deref(),
        Some("420106"),
        "the county of the code"
    );
    assert!((kept[0].accuracy_m.unwrap() - 25.0).abs() < 0.5);
}

#[tokio::test]
async fn lines_and_areas_keep_their_shape() {
    let world = World::new().await;
    let path = world.file(
        "p.geojson",
        collection(&[
            (
                r#"{"name":"长江","unit":"420100"}"#,
                r#"{"type":"LineString","coordinates":[[114,30],[114.2,30],[114.2,30.2]]}"#,
            ),
            (r#"{"name":"东湖"}"#, &square(114.3, 30.5, 0.1)),
            (r#"{"name":"空"}"#, "null"),
        ]),
    );
    let done = world.import(&path, &places()).await;
    assert_eq!(done.submission.rows.accepted, 3);
    assert_eq!(rules(&done.findings, 3), ["position.missing"]);
    let kept = all(&world).await;
    assert_eq!(kept[0].position, Some([114.2, 30.0]));
    let lake = world.store.place(kept[1].id).await.unwrap().unwrap();
    assert!(matches!(
        lake.geometry,
        Some(geo_types::Geometry::Polygon(_))
    ));
    let [x, y] = lake.position.unwrap();
    assert!(x > 114.3 && x < 114.4 && y > 30.5 && y < 30.6);
}

#[tokio::test]
async fn mapping_by_option() {
    let world = World::new().await;
    let csv = "a,b,c\n甲,30.6,114.3\n";
    let path = world.file("p.csv", csv);
    let mut options = places();
    options.file.map = [("standard_name", "a"), ("lat_from", "b"), ("lon_from", "c")]
        .map(|(f, c)| (f.to_owned(), c.to_owned()))
        .to_vec();
    let done = world.import(&path, &options).await;
    assert_eq!(done.submission.rows.accepted, 1);
    assert_eq!(all(&world).await[0].position, Some([114.3, 30.6]));
    options.file.map.push(("nonsense".into(), "a".into()));
    let refused = world.import(&path, &options).await;
    assert_eq!(refused.submission.error.unwrap().0, "field.unknown");
}

#[tokio::test]
async fn a_file_without_rows() {
    let world = World::new().await;
    let done = world
        .import(&world.file("p.csv", "name,lon,lat\n"), &places())
        .await;
    assert_eq!(
        (done.submission.rows.read, rules(&done.findings, 0)),
        (0, vec!["file.empty"])
    );
}

#[tokio::test]
async fn batches_meet() {
    let world = World::new().await;
    let mut csv = String::from("name,lon,lat\n");
    for i in 0..9_000 {
        csv.push_str(&format!("地{i},{},30.6\n", 114.0 + f64::from(i) * 1e-5));
    }
    let done = world.import(&world.file("p.csv", csv), &places()).await;
    assert_eq!(done.submission.rows.accepted, 9_000);
    let rows = world
        .store
        .submission_rows(done.submission.id, None, PageRequest::all())
        .await
        .unwrap();
    assert!(rows.items.iter().zip(1..).all(|(r, n)| r.row.row == n));
    assert_eq!(world.store.overview().await.unwrap().places, 9_000);
}

#[tokio::test]
async fn tables_without_a_header_by_position() {
    let world = World::new().await;
    let path = world.file("p.csv", "丹枫苑,114.3,30.6\n丹桂苑,114.31,30.61\n");
    let bare = world.check(&path, &places()).await;
    assert_eq!(bare.submission.rows.rejected, 2);
    let names: Vec<_> = bare.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["column_1", "column_2", "column_3"]);
    let mut mapped = places();
    mapped.file.map = [
        ("standard_name", "column_1"),
        ("lon_from", "column_2"),
        ("lat_from", "column_3"),
    ]
    .map(|(f, c)| (f.to_owned(), c.to_owned()))
    .into();
    let done = world.import(&path, &mapped).await;
    assert_eq!(
        (done.submission.rows.accepted, done.submission.rows.rejected),
        (2, 0),
        "{:?}",
        done.findings
    );
    let kept = all(&world).await;
    assert_eq!(
        (kept[1].name.as_str(), kept[1].position),
        ("丹桂苑", Some([114.31, 30.61]))
    );
}

/// One text file per category, tab-separated, the first line the labels of the form; 0 in 至东经 and 至北纬 for points.
#[tokio::test]
async fn the_national_export_file_by_file() {
    let world = World::new().await;
    let head = "地名代码\t标准名称\t罗马字母拼写\t东经\t至东经\t北纬\t至北纬\t类别代码\t地名含义\n";
    let bridge = "42010600123610000001\t鹦鹉洲桥\tYīngwǔzhōu Qiáo\t114.270000\t114.290000\t30.540000\t30.550000\t23610\t因洲得名\n";
    let village = "42011600121210000007\t木兰村\tMùláncūn\t114.380000\t0\t31.050000\t0\t21210\t\n";
    let files = [("c2361桥梁.txt", bridge), ("c2121村.txt", village)];
    for (name, row) in files {
        let done = world
            .import(&world.file(name, format!("{head}{row}")), &places())
            .await;
        assert_eq!(
            done.submission.rows.accepted, 1,
            "{name}: {:?}",
            done.findings
        );
        assert!(
            done.submission
                .decisions
                .iter()
                .any(|d| d.value == "census-cn")
        );
    }
    let mut kept = all(&world).await;
    kept.sort_by(|a, b| a.code.cmp(&b.code));
    let close = |p: &Place, x: f64, y: f64| {
        let [a, b] = p.position.unwrap();
        (a - x).abs() < 1e-9 && (b - y).abs() < 1e-9
    };
    assert!(close(&kept[0], 114.28, 30.545), "the middle of its box");
    assert!(close(&kept[1], 114.38, 31.05));
    assert_eq!(kept[0].category.as_deref(), Some("23610"));
}
