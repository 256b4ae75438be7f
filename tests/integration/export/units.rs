//! Units out and in.

use jieming::ingest::{FileOptions, ImportOptions};
use jieming::store::{Store, SubmissionAs, UnitExtent};
use jieming_domain::unit::ExtentKind;

use super::*;
use crate::ingest::{World, collection, square, units};

/// Counties with a hole, two parts, a code with a leading zero, and none.
async fn world() -> World {
    let world = World::new().await;
    let hole = r#"{"type":"Polygon","coordinates":[[[114.123456789,30.1],[114.3,30.1],[114.3,30.30000000012],[114.1,30.3],[114.123456789,30.1]],[[114.15,30.15],[114.2,30.25],[114.25,30.15],[114.15,30.15]]]}"#;
    let parts = r#"{"type":"MultiPolygon","coordinates":[[[[114.4,30.1],[114.5,30.1],[114.5,30.2],[114.4,30.1]]],[[[114.6,30.1],[114.7,30.1],[114.7,30.2],[114.6,30.1]]]]}"#;
    let file = collection(&[
        (
            r#"{"code":"420102","name":"江岸区","parent":"420100"}"#,
            hole,
        ),
        (r#"{"code":"420103","name":"江汉“区”, 一"}"#, parts),
        (
            r#"{"code":"042","name":"㙓口䶮区"}"#,
            &square(114.8, 30.1, 0.01),
        ),
        (
            r#"{"code":"","name":"无代码区"}"#,
            &square(114.9, 30.1, 0.01),
        ),
    ]);
    let path = world.file("counties.geojson", file);
    let done = world
        .import(
            &path,
            &ImportOptions {
                file: FileOptions {
                    crs: Some("EPSG:4490".into()),
                    ..units().file
                },
                ..units()
            },
        )
        .await;
    assert_eq!(done.submission.rows.accepted, 4, "{:?}", done.submission);
    world
}

async fn all(store: &dyn Store, level: &str) -> Vec<UnitExtent> {
    store
        .coverage_units(level, ExtentKind::Legal)
        .await
        .unwrap()
}

/// The importer's options for what was exported: tables do not say their system, archives hold the legend too.
fn options(format: &str, crs: &str, level_field: bool) -> ImportOptions {
    let levels = if format == "csv" { "级别" } else { "level" };
    ImportOptions {
        file: FileOptions {
            level_field: level_field.then(|| levels.into()),
            crs: (format == "csv").then(|| crs.into()),
            ..FileOptions::default()
        },
        ..ImportOptions::new(SubmissionAs::Units)
    }
}

#[tokio::test]
async fn every_format_and_plane_comes_back_equal() {
    let world = world().await;
    let before = all(world.store.as_ref(), "county").await;
    for (format, crs, most) in [
        ("shp", "EPSG:4490", 1e-9),
        ("gpkg", "EPSG:4490", 1e-9),
        ("geojson", "EPSG:4490", 0.0),
        ("csv", "EPSG:4490", 0.0),
        ("fgb", "EPSG:4490", 1e-9),
        ("gpkg", "EPSG:4326", 1e-9),
        ("fgb", "EPSG:3857", 1e-8),
        ("gpkg", "EPSG:3857", 1e-8),
        ("shp", "EPSG:4547", 1e-8),
        ("gpkg", "EPSG:4547", 1e-8),
        ("shp", "EPSG:4526", 1e-8),
        ("csv", "EPSG:4526", 1e-8),
        ("gpkg", "EPSG:4526", 1e-8),
        ("fgb", "EPSG:32650", 1e-8),
    ] {
        let what = format!("{format} {crs}");
        let (path, done) = out(
            world.store.as_ref(),
            world.folder.path(),
            &asked("units-county", format, Some(crs)),
        )
        .await
        .unwrap();
        assert_eq!((done.written.rows, done.remarks().len()), (4, 0), "{what}");
        let again = World::new().await;
        let done = again.import(&path, &options(format, crs, true)).await;
        assert_eq!(done.submission.error, None, "{what}");
        assert_eq!(done.submission.rows.accepted, 4, "{what}");
        let after = all(again.store.as_ref(), "county").await;
        assert_eq!(after.len(), before.len(), "{what}");
        for (a, b) in before.iter().zip(&after) {
            assert_eq!(
                (&a.code, &a.name, &a.level, &a.parent_code),
                (&b.code, &b.name, &b.level, &b.parent_code),
                "{what}"
            );
            let d = difference(&a.geometry, &b.geometry);
            assert!(d <= most, "{what} {}: {d}", a.name);
        }
        // Degrees of the one frame are those of storage.
        let plane = crs.replace("EPSG:4326", "EPSG:4490");
        assert_eq!(after[0].plane, plane, "{what}");
        // Out of that plane into it once more: the very numbers.
        if after[0].source.is_some() {
            let (path, _) = out(
                again.store.as_ref(),
                again.folder.path(),
                &asked("units-county", "gpkg", Some(crs)),
            )
            .await
            .unwrap();
            let third = World::new().await;
            third.import(&path, &options("gpkg", crs, true)).await;
            for (a, b) in after.iter().zip(&all(third.store.as_ref(), "county").await) {
                let (a, b) = (a.source.as_ref().unwrap(), b.source.as_ref().unwrap());
                let d = difference(a, b);
                assert!(d < 1e-3, "{what}: {d} m");
                assert_eq!(d, 0.0, "{what}");
            }
        }
    }
    // The store has worked on beside GDAL, in the same process.
    assert_eq!(all(world.store.as_ref(), "county").await.len(), 4);
}

#[tokio::test]
async fn all_levels_stand_in_one_file() {
    let world = world().await;
    let city = world.file(
        "city.geojson",
        collection(&[(
            r#"{"code":"420100","name":"武汉市"}"#,
            &square(114.0, 30.0, 1.0),
        )]),
    );
    let mut options_of_city = units();
    options_of_city.file.level = Some("city".into());
    world.import(&city, &options_of_city).await;
    let asked = asked("units", "gpkg", None);
    let (path, done) = out(world.store.as_ref(), world.folder.path(), &asked)
        .await
        .unwrap();
    assert_eq!(done.written.rows, 5);
    let again = World::new().await;
    again.import(&path, &options("gpkg", "", true)).await;
    for (level, n) in [("city", 1), ("county", 4)] {
        assert_eq!(all(again.store.as_ref(), level).await.len(), n);
    }
}

#[tokio::test]
async fn administered_extents_are_a_collection_of_their_own() {
    let world = world().await;
    let path = world.file(
        "managed.geojson",
        collection(&[(
            r#"{"code":"420102","name":"江岸区"}"#,
            &square(114.1, 30.1, 0.1),
        )]),
    );
    let options = ImportOptions {
        extent_kind: ExtentKind::Administered,
        ..units()
    };
    world.import(&path, &options).await;
    let folder = world.folder.path();
    let store = world.store.as_ref();
    for request in [
        asked("units-county@administered", "csv", None),
        Asked {
            kind: Some(ExtentKind::Administered),
            ..asked("units-county", "csv", None)
        },
    ] {
        let (path, done) = out(store, folder, &request).await.unwrap();
        assert_eq!(done.written.rows, 1);
        assert!(
            path.ends_with("units-county_administered.csv"),
            "{}",
            path.display()
        );
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains(",administered,"), "{text}");
    }
}

#[tokio::test]
async fn a_shapefile_has_all_its_parts() {
    let world = world().await;
    let asked = asked("units-county", "shp", Some("EPSG:4526"));
    let (path, _) = out(world.store.as_ref(), world.folder.path(), &asked)
        .await
        .unwrap();
    assert!(path.ends_with("units-county.shp.zip"));
    let members = members(&path);
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    let expected = ["fields.csv"]
        .into_iter()
        .map(str::to_owned)
        .chain(["cpg", "dbf", "prj", "shp", "shx"].map(|e| format!("units-county.{e}")));
    assert_eq!(names, expected.collect::<Vec<_>>());
    assert_eq!(members["units-county.cpg"], b"UTF-8");
    let prj = String::from_utf8(members["units-county.prj"].clone()).unwrap();
    assert!(prj.contains("CGCS2000_3_Degree_GK_Zone_38"), "{prj}");
    let legend = String::from_utf8(members["fields.csv"].clone()).unwrap();
    assert!(legend.starts_with("\u{feff}字段名,中文名称,English,类型\r\n"));
    assert!(legend.contains("\r\nparent,上级代码,parent,代码（文本）\r\n"));
    // Easting with its zone first, as GIS files hold it.
    let shp = &members["units-county.shp"];
    let at = |i: usize| f64::from_le_bytes(shp[i..i + 8].try_into().unwrap());
    assert!((38_000_000.0..39_000_000.0).contains(&at(36)), "{}", at(36));
    assert!((3_000_000.0..4_000_000.0).contains(&at(44)), "{}", at(44));
    // Nothing but the file is left.
    let left: Vec<_> = std::fs::read_dir(world.folder.path())
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().into_string().ok())
        .filter(|n| n.starts_with(".jieming"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn geopackages_are_written_while_the_database_works() {
    let world = world().await;
    let (store, folder) = (world.store.as_ref(), world.folder.path());
    let one = |i: usize| async move {
        let folder = folder.join(format!("out{i}"));
        std::fs::create_dir(&folder).unwrap();
        let (path, done) = out(store, &folder, &asked("units-county", "gpkg", None))
            .await
            .unwrap();
        assert_eq!(done.written.rows, 4);
        path
    };
    let import = async {
        for i in 0..8 {
            let name = format!("town{i}.geojson");
            let properties = format!(r#"{{"code":"42010200{i}","name":"街道{i}"}}"#);
            let area = square(114.0 + f64::from(i), 30.0, 0.5);
            let path = world.file(&name, collection(&[(properties.as_str(), area.as_str())]));
            let mut options = units();
            options.file.level = Some("township".into());
            let done = world.import(&path, &options).await;
            assert_eq!(done.submission.rows.accepted, 1, "{:?}", done.submission);
        }
    };
    let exports = futures::future::join_all((0..8).map(one));
    let (paths, ()) = futures::join!(exports, import);
    assert_eq!(all(store, "township").await.len(), 8);
    for path in paths {
        let again = World::new().await;
        let read = again.import(&path, &options("gpkg", "", true)).await;
        assert_eq!(read.submission.rows.accepted, 4);
    }
}

#[tokio::test]
async fn old_systems_by_registered_parameters() {
    use jieming::store::ParameterSet;
    let mut world = world().await;
    for (name, source, method) in [
        (
            "wuhan54",
            "EPSG:2437",
            "helmert7 dx=15.8 dy=-154.4 dz=-82.3 rx=0.1 ry=0.2 rz=0.3 ppm=1.5 convention=position_vector",
        ),
        (
            "local",
            "local",
            "wkt +proj=tmerc +lon_0=114.3 +x_0=800000 +y_0=-3000000 +ellps=GRS80",
        ),
        (
            "fitted",
            "EPSG:2384",
            "plane4 dx=10 dy=-20.5 rotation=3.2 scale=1.00001 target=4547",
        ),
    ] {
        let set = ParameterSet {
            name: name.into(),
            source: source.into(),
            method: method.parse().unwrap(),
            area: [113.0, 29.0, 117.0, 32.0],
            accuracy_m: 0.1,
            common_points: Vec::new(),
        };
        let actor = jieming_domain::actor::Actor::command_line("li");
        world
            .store
            .add_parameter_set(&actor, set.clone())
            .await
            .unwrap();
        world.context.reading.registry.push(set);
    }
    let store = world.store.as_ref();
    let before = all(store, "county").await;
    for (format, crs, said) in [
        ("gpkg", "wuhan54", None),
        ("shp", "EPSG:2437", None),
        ("fgb", "EPSG:4214", None),
        ("gpkg", "local", Some("local")),
        ("csv", "fitted", Some("fitted")),
    ] {
        let what = format!("{format} {crs}");
        let asked = asked("units-county", format, Some(crs));
        let (path, _) = out(store, world.folder.path(), &asked)
            .await
            .unwrap_or_else(|e| panic!("{what}: {e}"));
        let mut again = World::new().await;
        again.context.reading.registry = world.context.reading.registry.clone();
        let mut options = options(format, "", true);
        options.file.crs = said.map(str::to_owned);
        let read = again.import(&path, &options).await;
        assert_eq!(read.submission.error, None, "{what}");
        let after = all(again.store.as_ref(), "county").await;
        for (a, b) in before.iter().zip(&after) {
            // A millimetre.
            let d = difference(&a.geometry, &b.geometry);
            assert!(d < 1e-8, "{what} {}: {d}", a.name);
        }
    }
    // A way that cannot be undone where the parameters do not hold is not gone.
    let far = collection(&[(
        r#"{"code":"110000","name":"北京市"}"#,
        &square(116.0, 39.5, 1.0),
    )]);
    let path = world.file("far.geojson", far);
    world.import(&path, &units()).await;
    let asked = asked("units-county", "gpkg", Some("wuhan54"));
    let e = out(world.store.as_ref(), world.folder.path(), &asked)
        .await
        .unwrap_err();
    assert!(e.text.zh.contains("北京市"), "{}", e.text.zh);
}
