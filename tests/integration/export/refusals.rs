//! What is refused, and with which words.

use jieming::export::Why;

use super::*;
use crate::api::App;

#[tokio::test]
async fn unknown_words_are_answered_with_those_that_are_known() {
    let app = App::new().await;
    let store = app.store.as_ref();
    for (request, why, zh, en) in [
        (
            asked("unit", "csv", None),
            Why::Collection,
            "没有名为“unit”的数据集",
            "units-township",
        ),
        (
            asked("units-street", "csv", None),
            Why::Collection,
            "units-county",
            "findings",
        ),
        (
            asked("places", "mdb", None),
            Why::Format,
            "不认识的格式“mdb”",
            "shp, gpkg, geojson, csv, fgb",
        ),
        (
            asked("places", "gpkg", Some("EPSG:999999")),
            Why::Crs,
            "不认识的坐标系",
            "unknown coordinate system",
        ),
        (
            asked("places", "gpkg", Some("EPSG:2437")),
            Why::Crs,
            "jieming crs add",
            "jieming crs add",
        ),
        (
            asked("places", "csv", Some("EPSG:4610")),
            Why::Crs,
            "需要当地转换参数",
            "needs local parameters",
        ),
        (
            asked("places", "csv", Some("GCJ-02")),
            Why::Crs,
            "偏移",
            "offset of a web map",
        ),
        (
            asked("places", "geojson", Some("EPSG:4547")),
            Why::Crs,
            "GeoJSON（RFC 7946）",
            "cannot declare",
        ),
        (
            Asked {
                kind: Some(Default::default()),
                ..asked("places", "csv", None)
            },
            Why::Kind,
            "只适用于行政区",
            "units only",
        ),
    ] {
        let e = Request::new(store, &request).await.unwrap_err();
        assert_eq!(e.why, why, "{request:?}");
        assert!(e.text.zh.contains(zh), "{}", e.text.zh);
        assert!(e.text.en.contains(en), "{}", e.text.en);
    }
}

#[tokio::test]
async fn what_cannot_be_written_leaves_what_was_there() {
    let app = App::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.gpkg");
    std::fs::write(&path, "earlier").unwrap();
    // The zone of 75° does not hold Wuhan.
    let words = asked("units-county", "gpkg", Some("EPSG:4534"));
    let request = Request::new(app.store.as_ref(), &words).await.unwrap();
    let e = export(app.store.as_ref(), &request, &path)
        .await
        .unwrap_err();
    assert_eq!(e.why, Why::Data);
    assert!(e.text.zh.contains("江岸区"), "{}", e.text.zh);
    assert_eq!(std::fs::read(&path).unwrap(), b"earlier");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let words = asked("units-county", "gpkg", None);
    let request = Request::new(app.store.as_ref(), &words).await.unwrap();
    let nowhere = folder.path().join("no/such/out.gpkg");
    let e = export(app.store.as_ref(), &request, &nowhere)
        .await
        .unwrap_err();
    assert_eq!(e.why, Why::Work);
}

#[tokio::test]
async fn downloads() {
    let app = App::new().await;
    for (format, media, name) in [
        ("shp", "application/zip", "units-county.shp.zip"),
        (
            "gpkg",
            "application/geopackage+sqlite3",
            "units-county.gpkg",
        ),
        ("geojson", "application/geo+json", "units-county.geojson"),
        ("csv", "text/csv; charset=utf-8", "units-county.csv"),
        ("fgb", "application/octet-stream", "units-county.fgb"),
    ] {
        let reply = app
            .get(&format!(
                "/api/v1/collections/units-county/export?format={format}"
            ))
            .await;
        assert_eq!(reply.status, 200, "{format}");
        assert_eq!(reply.header("content-type"), media);
        assert_eq!(reply.header("export-rows"), "2");
        assert_eq!(reply.header("export-texts-cut"), "0");
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
        let disposition = reply.header("content-disposition");
        assert!(
            disposition.starts_with(&format!(
                "attachment; filename=\"{name}\"; filename*=UTF-8''"
            )),
            "{disposition}"
        );
    }
    let reply = app
        .get("/api/v1/collections/places/export?format=gpkg&crs=EPSG:4526")
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("export-rows")),
        (200, "4")
    );
    for (path, status, code, zh, en) in [
        (
            "units-x/export",
            404,
            "collection_not_found",
            "可用",
            "there are",
        ),
        (
            "places/export?format=dwg",
            400,
            "bad_parameter",
            "格式",
            "format",
        ),
        (
            "places/export?format=csv&crs=EPSG:2437",
            400,
            "bad_parameter",
            "转换参数",
            "parameters",
        ),
        (
            "places/export?kind=legal",
            400,
            "bad_parameter",
            "行政区",
            "units",
        ),
        (
            "places/export?fromat=csv",
            400,
            "bad_parameter",
            "fromat",
            "fromat",
        ),
    ] {
        for (lang, words) in [("zh", zh), ("en", en)] {
            let join = if path.contains('?') { '&' } else { '?' };
            let reply = app
                .get(&format!("/api/v1/collections/{path}{join}lang={lang}"))
                .await;
            assert_eq!(
                (reply.status.as_u16(), reply.code().as_str()),
                (status, code)
            );
            let message = reply.json()["error"]["message"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(message.contains(words), "{message}");
        }
    }
}
