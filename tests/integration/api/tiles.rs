//! Tiles: content, tags, compression, limits.

use super::{App, Reply, world};
use flate2::read::GzDecoder;
use geo::coord;
use jieming::store::{LineChanges, Store};
use jieming_domain::actor::Actor;
use jieming_domain::finding::Kind;
use jieming_domain::unit::ExtentKind;
use jieming_tiles::TileId;
use jieming_tiles::decode::{DecodedGeometry, DecodedLayer, decode};
use serde_json::json;
use std::io::Read;

fn address(collection: &str, z: u8, lon: f64, lat: f64) -> String {
    let tile = TileId::containing(z, coord! {x: lon, y: lat}).unwrap();
    format!("/tiles/{collection}/{z}/{}/{}.mvt", tile.x(), tile.y())
}

fn layers(reply: &Reply) -> Vec<DecodedLayer> {
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        "application/vnd.mapbox-vector-tile"
    );
    decode(&reply.body).unwrap()
}

#[tokio::test]
async fn tilejson_of_every_collection() {
    let app = App::new().await;
    let all = app
        .get_with("/tiles", &[("host", "127.0.0.1:8123")])
        .await
        .json();
    let names: Vec<&str> = all["tilesets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "units-city",
            "units-county",
            "units-township",
            "findings",
            "places"
        ]
    );
    let county = app
        .get_with("/tiles/units-county.json", &[("host", "127.0.0.1:8123")])
        .await
        .json();
    assert_eq!(county["tilejson"], "3.0.0");
    assert_eq!(
        county["tiles"],
        json!(["http://127.0.0.1:8123/tiles/units-county/{z}/{x}/{y}.mvt"])
    );
    assert_eq!(county["bounds"], json!([114.0, 30.0, 115.0, 31.0]));
    // One degree of latitude at 30 degrees is 0.82 pixels at zoom 0, 6.6 at zoom 3.
    assert_eq!(county["minzoom"], 3);
    assert_eq!(county["maxzoom"], 18);
    assert_eq!(county["vector_layers"][0]["id"], "units");
    for missing in [
        "/tiles/units-village.json",
        "/tiles/nothing.json",
        "/tiles/findings",
    ] {
        assert_eq!(
            app.get(missing).await.code(),
            "collection_not_found",
            "{missing}"
        );
    }
}

#[tokio::test]
async fn units_with_one_label_each() {
    let app = App::new().await;
    let tile = layers(&app.get(&address("units-county", 6, 114.5, 30.5)).await);
    let units = tile.iter().find(|l| l.name == "units").unwrap();
    let codes: Vec<_> = units
        .features
        .iter()
        .map(|f| f.text("code").unwrap())
        .collect();
    assert_eq!(codes, ["420102", "420103"]);
    assert_eq!(units.features[0].text("name"), Some("江岸区"));
    assert_eq!(units.features[0].text("parent_code"), Some("420100"));
    let labels = tile.iter().find(|l| l.name == "labels").unwrap();
    assert_eq!(labels.features.len(), 2);
}

#[tokio::test]
async fn findings_as_areas_and_points() {
    let app = App::new().await;
    let tile = layers(&app.get(&address("findings", 6, 114.5, 30.5)).await);
    let count = |name: &str| {
        tile.iter()
            .find(|l| l.name == name)
            .map_or(0, |l| l.features.len())
    };
    // The smallest has no area at this zoom; the one that is gone is not there.
    assert_eq!((count("findings"), count("finding_points")), (2, 3));
    let near = layers(&app.get(&address("findings", 16, 114.50015, 30.20015)).await);
    let areas = near.iter().find(|l| l.name == "findings").unwrap();
    let small = areas
        .features
        .iter()
        .find(|f| f.text("id") == Some("f-small"))
        .unwrap();
    assert_eq!(small.text("kind"), Some("overlap"));
    assert_eq!(small.text("state"), Some("open"));
    assert!(matches!(small.geometry, DecodedGeometry::Polygons(_)));
}

#[tokio::test]
async fn places_have_their_names() {
    let app = App::new().await;
    let tile = layers(&app.get(&address("places", 10, 114.25, 30.25)).await);
    let names: Vec<_> = tile[0]
        .features
        .iter()
        .map(|f| f.text("name").unwrap())
        .collect();
    assert!(names.contains(&"中山大道"));
}

#[tokio::test]
async fn compressed_when_taken_and_not_sent_twice() {
    let app = App::new().await;
    let path = address("units-county", 6, 114.5, 30.5);
    let plain = app.get(&path).await;
    let gzip = app
        .get_with(&path, &[("accept-encoding", "gzip, br")])
        .await;
    assert_eq!(
        (
            plain.header("content-encoding"),
            gzip.header("content-encoding")
        ),
        ("", "gzip")
    );
    let mut unpacked = Vec::new();
    GzDecoder::new(gzip.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
    assert_ne!(plain.header("etag"), gzip.header("etag"));
    assert_eq!(plain.header("vary"), "accept-encoding");
    assert!(plain.header("etag").starts_with('"'), "strong tags only");
    let again = app
        .get_with(&path, &[("if-none-match", plain.header("etag"))])
        .await;
    assert_eq!(again.status, 304);
    assert!(again.body.is_empty());
    assert_eq!(again.header("etag"), plain.header("etag"));
    let other = app.get_with(&path, &[("if-none-match", "\"other\"")]).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_tag_changes_with_the_bytes_and_only_then() {
    let app = App::new().await;
    let far = address("findings", 12, 114.505, 30.9);
    let near = address("findings", 12, 114.8, 30.8);
    let before = (
        app.get(&far).await.header("etag").to_owned(),
        app.get(&near).await.status,
    );
    assert_eq!(before.1, 204);
    let actor = Actor::service("audit");
    let run = app.store.begin_run(&actor).await.unwrap();
    let found = world::finding(
        "f-new",
        Kind::Gap,
        vec![world::party("420103", "江汉区")],
        [114.8, 30.8, 114.81, 30.81],
        700.0,
    );
    let changes = jieming::store::ScopeChanges {
        scope: "county/legal".into(),
        new: vec![found],
        still: vec![],
        unchanged: vec![],
        gone: vec![],
        lines: Some(LineChanges {
            level: "county".into(),
            kind: ExtentKind::Legal,
            among: None,
            lines: vec![],
        }),
        weights: vec![],
    };
    app.store
        .reconcile(&actor, run, vec![changes])
        .await
        .unwrap();
    assert_eq!(app.get(&near).await.status, 200);
    let after = app.get(&far).await;
    let state = layers(&after)[0].features[0]
        .text("state")
        .unwrap()
        .to_owned();
    assert_eq!(
        (after.header("etag") == before.0, state.as_str()),
        (true, "open")
    );
}

#[tokio::test]
async fn empty_and_missing_tiles() {
    let app = App::new().await;
    let empty = app.get(&address("units-county", 6, -60.0, 10.0)).await;
    assert_eq!(empty.status, 204);
    assert!(empty.body.is_empty());
    for path in [
        "/tiles/units-county/0/0/0.mvt",
        "/tiles/units-county/3/8/0.mvt",
        "/tiles/units-county/19/0/0.mvt",
        "/tiles/units-county/3/0/99999999999.mvt",
    ] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (404, "tile_not_found"),
            "{path}"
        );
    }
    assert_eq!(
        app.get("/tiles/units-county/3/-1/0.mvt").await.code(),
        "bad_parameter"
    );
    assert_eq!(
        app.get("/tiles/nothing/3/1/0.mvt").await.code(),
        "collection_not_found"
    );
}
