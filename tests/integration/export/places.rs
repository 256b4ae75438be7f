//! Places out and in.

use geo::Geometry;
use jieming::ingest::{FileOptions, ImportOptions};
use jieming::store::{PageRequest, Place, PlaceFilter, SubmissionAs};
use serde_json::Value as Json;

use super::*;
use crate::ingest::World;

const FORM: &str = "\
地名代码,标准名称,地名类别,罗马字母拼写,东经,北纬,所在(跨)行政区,地名的来历,标牌个数,高程(米),坐标系,自定义列\r\n\
42010200001,黄鹤楼,21110,Huánghè Lóu,114.302457891,30.544812345,420106,\"因\"\"楼\"\"得名, 据传\",3,-5.2,2000国家大地坐标系,甲\r\n\
0420102,中山大道,22200,Zhōngshān Dàdào,114.29,30.58,420102,,,,,\r\n\
,没有位置,21000,,,,江岸区,,,,,乙\r\n";

async fn world() -> World {
    let world = World::new().await;
    let path = world.file("places.csv", FORM);
    let done = world.import(&path, &plain("csv", "EPSG:4490")).await;
    assert_eq!(done.submission.rows.accepted, 3, "{:?}", done.submission);
    world
}

fn plain(format: &str, crs: &str) -> ImportOptions {
    ImportOptions {
        file: FileOptions {
            crs: (format == "csv").then(|| crs.into()),
            ..FileOptions::default()
        },
        ..ImportOptions::new(SubmissionAs::Places)
    }
}

pub async fn all(store: &dyn Store) -> Vec<Place> {
    let page = store
        .places(&PlaceFilter::default(), PageRequest::all())
        .await
        .unwrap();
    let mut out = Vec::new();
    for p in page.items {
        out.push(store.place(p.id).await.unwrap().unwrap());
    }
    out
}

fn attribute<'a>(place: &'a Place, names: &[&str]) -> &'a str {
    names
        .iter()
        .find_map(|n| place.attributes.get(n)?.as_str())
        .unwrap_or_default()
}

#[tokio::test]
async fn every_format_comes_back_equal() {
    let world = world().await;
    let before = all(world.store.as_ref()).await;
    for (format, crs, most) in [
        ("shp", "EPSG:4490", 1e-9),
        ("gpkg", "EPSG:4490", 1e-9),
        ("geojson", "EPSG:4490", 0.0),
        ("csv", "EPSG:4490", 0.0),
        ("fgb", "EPSG:4490", 1e-9),
        ("csv", "EPSG:4547", 1e-8),
        ("shp", "EPSG:4526", 1e-8),
        ("gpkg", "EPSG:3857", 1e-8),
    ] {
        let what = format!("{format} {crs}");
        let asked = asked("places", format, Some(crs));
        let (path, done) = out(world.store.as_ref(), world.folder.path(), &asked)
            .await
            .unwrap();
        assert_eq!((done.written.rows, done.outside), (3, 0), "{what}");
        let again = World::new().await;
        let done = again.import(&path, &plain(format, crs)).await;
        assert_eq!(done.submission.error, None, "{what}");
        let after = all(again.store.as_ref()).await;
        assert_eq!(after.len(), 3, "{what}");
        for (a, b) in before.iter().zip(&after) {
            assert_eq!(
                (&a.code, &a.name, &a.category, &a.unit_code),
                (&b.code, &b.name, &b.category, &b.unit_code),
                "{what}"
            );
            for names in [
                ["罗马字母拼写", "roman_spelling", "LMZMPX"],
                ["地名的来历", "origin", "DMDLL"],
                ["标牌个数", "sign_count", ""],
                ["高程(米)", "elevation", ""],
            ] {
                assert_eq!(attribute(a, &names), attribute(b, &names), "{what}");
            }
            match (a.position, b.position) {
                (Some(a), Some(b)) => {
                    let d = (a[0] - b[0]).abs().max((a[1] - b[1]).abs());
                    assert!(d <= most, "{what}: {d}");
                }
                (a, b) => assert_eq!(a, b, "{what}"),
            }
        }
    }
}

#[tokio::test]
async fn the_table_is_the_registration_form() {
    let world = world().await;
    let store = world.store.as_ref();
    let (path, _) = out(store, world.folder.path(), &asked("places", "csv", None))
        .await
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("\u{feff}地名代码,标准名称,别名,"),
        "{text}"
    );
    assert!(text.contains("\r\n") && text.ends_with("\r\n"));
    let heading = text.lines().next().unwrap();
    for label in ["东经", "北纬", "所在(跨)行政区", "登记单位", "其他列"] {
        assert!(heading.split(',').any(|h| h == label), "{label}: {heading}");
    }
    // A code that a spreadsheet program would shorten is text, a negative height stays a number.
    assert!(text.contains("\t0420102,中山大道"), "{text}");
    assert!(text.contains(",-5.2,"), "{text}");
    assert!(text.contains(r#""{""自定义列"":""甲""}""#), "{text}");
    let again = World::new().await;
    let done = again.import(&path, &plain("csv", "EPSG:4490")).await;
    let profile = done
        .submission
        .decisions
        .iter()
        .find(|d| d.what == "profile")
        .unwrap();
    assert_eq!(profile.value, "census-cn");
    // Columns of the sender do not nest with every round.
    let (path, _) = out(
        again.store.as_ref(),
        again.folder.path(),
        &asked("places", "csv", None),
    )
    .await
    .unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn kinds_of_geometry_are_parted_for_shapefiles() {
    let world = World::new().await;
    let feature = |name: &str, geometry: &str| {
        format!(r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{geometry}}}"#)
    };
    let point = r#"{"type":"Point","coordinates":[114.1,30.1]}"#;
    let line = r#"{"type":"LineString","coordinates":[[114.1,30.1],[114.2,30.2]]}"#;
    let area = r#"{"type":"Polygon","coordinates":[[[114.1,30.1],[114.2,30.1],[114.2,30.2],[114.1,30.1]]]}"#;
    let both = format!(r#"{{"type":"GeometryCollection","geometries":[{line},{area}]}}"#);
    let features = [
        feature("点", point),
        feature("路", line),
        feature("湖", area),
        feature("河湖", &both),
    ];
    let file = format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    );
    let path = world.file("mixed.geojson", file);
    world.import(&path, &plain("geojson", "")).await;
    let (folder, store) = (world.folder.path(), world.store.as_ref());
    let (path, done) = out(store, folder, &asked("places", "shp", None))
        .await
        .unwrap();
    assert_eq!(done.written.rows, 4);
    let names: Vec<String> = members(&path).into_keys().collect();
    assert_eq!(names.len(), 16, "{names:?}");
    for (layer, n) in [("places_point", 1), ("places_line", 2), ("places_area", 2)] {
        let again = World::new().await;
        let mut options = plain("shp", "");
        options.file.layer = Some(layer.into());
        let done = again.import(&path, &options).await;
        assert_eq!(done.submission.rows.accepted, n, "{layer}");
    }
    // The others hold all kinds in one.
    for format in ["gpkg", "fgb", "geojson", "csv"] {
        let (path, _) = out(store, folder, &asked("places", format, None))
            .await
            .unwrap();
        let again = World::new().await;
        again.import(&path, &plain(format, "EPSG:4490")).await;
        let kinds: Vec<&str> = all(again.store.as_ref())
            .await
            .iter()
            .map(|p| match p.geometry {
                None => "point",
                Some(Geometry::LineString(_)) => "line",
                Some(Geometry::Polygon(_)) => "area",
                Some(Geometry::GeometryCollection(_)) => "both",
                _ => "other",
            })
            .collect();
        let mut sorted = kinds.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["area", "both", "line", "point"], "{format}");
    }
}

#[tokio::test]
async fn a_place_out_of_reach_costs_its_point_only() {
    let world = World::new().await;
    let file = "name,lon,lat\n近,114.3,30.6\n远,-60,-30\n";
    let path = world.file("far.csv", file);
    world.import(&path, &plain("csv", "EPSG:4490")).await;
    let asked = asked("places", "gpkg", Some("EPSG:4547"));
    let (_, done) = out(world.store.as_ref(), world.folder.path(), &asked)
        .await
        .unwrap();
    assert_eq!((done.written.rows, done.outside), (2, 1));
    let remarks = done.remarks();
    assert!(remarks[0].zh.starts_with("1 行的位置超出"), "{remarks:?}");
    assert!(remarks[0].en.starts_with("1 rows lie"), "{remarks:?}");
}

#[tokio::test]
async fn long_texts_are_cut_between_characters_and_counted() {
    let world = World::new().await;
    let long = "沿".repeat(200);
    let path = world.file(
        "long.csv",
        format!("标准名称,东经,北纬,地名的来历\n长来历,114.3,30.6,a{long}\n短,114.3,30.7,短\n"),
    );
    world.import(&path, &plain("csv", "EPSG:4490")).await;
    let (folder, store) = (world.folder.path(), world.store.as_ref());
    let (path, done) = out(store, folder, &asked("places", "shp", None))
        .await
        .unwrap();
    assert_eq!(done.written.cut, 1);
    let remark = &done.remarks()[0];
    assert!(remark.zh.contains("地名的来历"), "{remark:?}");
    assert!(remark.en.contains("254 bytes"), "{remark:?}");
    let again = World::new().await;
    again.import(&path, &plain("shp", "")).await;
    let back = all(again.store.as_ref()).await;
    let cut = back.iter().find(|p| p.name == "长来历").unwrap();
    assert_eq!(attribute(cut, &["DMDLL"]), format!("a{}", "沿".repeat(84)));
    for format in ["gpkg", "fgb", "geojson", "csv"] {
        let (path, done) = out(store, folder, &asked("places", format, None))
            .await
            .unwrap();
        assert_eq!(done.written.cut, 0);
        let again = World::new().await;
        again.import(&path, &plain(format, "EPSG:4490")).await;
        let back = all(again.store.as_ref()).await;
        let whole = back.iter().find(|p| p.name == "长来历").unwrap();
        let text = attribute(whole, &["地名的来历", "origin"]);
        assert_eq!(text, format!("a{long}"), "{format}");
    }
}

#[tokio::test]
async fn many_rows_come_page_by_page() {
    let world = World::new().await;
    let mut file = "name,lon,lat\n".to_owned();
    for i in 0..5_000 {
        file += &format!("地名{i},114.{i:04},30.5\n");
    }
    let path = world.file("many.csv", file);
    world.import(&path, &plain("csv", "EPSG:4490")).await;
    let (path, done) = out(
        world.store.as_ref(),
        world.folder.path(),
        &asked("places", "geojson", None),
    )
    .await
    .unwrap();
    assert_eq!(done.written.rows, 5_000);
    let json: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let features = json["features"].as_array().unwrap();
    let mut names: Vec<&str> = features
        .iter()
        .map(|f| f["properties"]["standard_name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 5_000);
}
