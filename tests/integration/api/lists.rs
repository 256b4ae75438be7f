//! Info, units, lines, places, submissions.

use super::App;
use serde_json::{Value, json};

#[tokio::test]
async fn info_says_what_is_held() {
    let app = App::with(|s| s.basemap = Some("https://t.example/{z}/{x}/{y}.png".into())).await;
    let info = app.get("/api/v1/info").await.json();
    assert_eq!(info["name"], "jieming");
    assert_eq!(info["basemap"], "https://t.example/{z}/{x}/{y}.png");
    assert_eq!(info["bounds"], json!([114.0, 30.0, 115.0, 31.0]));
    assert_eq!(
        info["counts"],
        json!({"units": 6, "places": 4, "findings_open": 3, "submissions": 2})
    );
    let levels: Vec<&str> = info["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["city", "county", "township"]);
    assert_eq!(info["levels"][1]["tiles"], "/tiles/units-county.json");
    assert_eq!(info["audit"]["run"], 2);
    assert_eq!(info["audit"]["running"], false);
    assert_eq!(info["audit"]["progress"], Value::Null);
}

#[tokio::test]
async fn units_by_level_parent_and_name() {
    let app = App::new().await;
    for (query, expected) in [
        ("level=county", vec!["420102", "420103"]),
        ("parent=420102", vec!["420102001", "420102002", "420102003"]),
        ("name=%E6%B1%9F%E6%B1%89", vec!["420103"]),
        (
            "name=420102",
            vec!["420102", "420102001", "420102002", "420102003"],
        ),
        ("level=county&bbox=114.8,30.1,114.9,30.2", vec!["420103"]),
        ("kind=administered", vec![]),
    ] {
        let json = app.get(&format!("/api/v1/units?{query}")).await.json();
        let codes: Vec<&str> = json["units"]
            .as_array()
            .unwrap()
            .iter()
            .map(|u| u["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, expected, "{query}");
    }
    let json = app.get("/api/v1/units?level=county").await.json();
    assert_eq!(json["units"][0]["parent_name"], "武汉市");
    assert_eq!(
        json["units"][0]["findings"],
        json!({"gap": 1, "overlap": 2})
    );
}

#[tokio::test]
async fn a_unit_with_its_neighbours_and_source() {
    let app = App::new().await;
    let json = app.get("/api/v1/units/420102").await.json();
    assert_eq!(json["geometry"]["type"], "MultiPolygon");
    let p = &json["properties"];
    assert_eq!(
        (p["name"].as_str(), p["level"].as_str()),
        (Some("江岸区"), Some("county"))
    );
    assert_eq!(
        p["neighbours"],
        json!([{"code": "420103", "name": "江汉区", "length_m": 111_000.0}])
    );
    assert_eq!(p["source"]["submission"], "a".repeat(64));
    assert_eq!(
        app.get("/api/v1/units/420102?level=county").await.status,
        200
    );
    assert_eq!(
        app.get("/api/v1/units/420102?level=city").await.code(),
        "unit_not_found"
    );
    assert_eq!(app.get("/api/v1/units/none").await.status, 404);
}

#[tokio::test]
async fn lines_of_a_unit() {
    let app = App::new().await;
    let json = app.get("/api/v1/lines?unit=420103").await.json();
    assert_eq!(json["lines"].as_array().unwrap().len(), 1);
    let line = &json["lines"][0];
    assert_eq!(line["units"], json!(["420102", "420103"]));
    assert_eq!(line["agreed_m"], 100_000.0);
    assert_eq!(line["findings"], 2);
    assert_eq!(
        app.get("/api/v1/lines?unit=420100").await.json()["lines"],
        json!([])
    );
}

#[tokio::test]
async fn places_by_prefix_and_one_as_received() {
    let app = App::new().await;
    let json = app
        .get("/api/v1/places?name=%E4%B8%AD%E5%B1%B1")
        .await
        .json();
    assert_eq!(json["matched"], 2);
    let first = &json["places"][0];
    let one = app
        .get(&format!("/api/v1/places/{}", first["id"]))
        .await
        .json();
    assert_eq!(one["properties"]["name"], first["name"]);
    assert_eq!(one["properties"]["attributes"], json!({"备注": "原样"}));
    assert_eq!(one["properties"]["source"]["crs"], "EPSG:4490");
    assert_eq!(one["geometry"]["type"], "Point");
    assert_eq!(
        app.get("/api/v1/places/999999").await.code(),
        "place_not_found"
    );
    assert_eq!(app.get("/api/v1/places/x").await.code(), "bad_parameter");
    let box_only = app
        .get("/api/v1/places?bbox=114.7,30.2,114.8,30.3")
        .await
        .json();
    assert_eq!(box_only["matched"], 1);
}

#[tokio::test]
async fn receipts_and_rows() {
    let app = App::new().await;
    let list = app.get("/api/v1/submissions").await.json();
    assert_eq!(list["submissions"][0]["file"], "places.csv");
    let sha = "b".repeat(64);
    let receipt = app.get(&format!("/api/v1/submissions/{sha}")).await.json();
    assert_eq!(
        receipt["rows"],
        json!({"read": 5, "accepted": 4, "with_findings": 1, "rejected": 1})
    );
    assert_eq!(receipt["as"], "places");
    assert_eq!(receipt["duplicate"], false);
    assert_eq!(receipt["error"], Value::Null);
    assert_eq!(receipt["decisions"][0]["how"], "文件声明");
    assert_eq!(receipt["findings"][0]["found"], "114度");

    let rows = app
        .get(&format!(
            "/api/v1/submissions/{sha}/rows?state=with_findings"
        ))
        .await
        .json();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1);
    assert_eq!(rows["rows"][0]["findings"][0]["row"], 2);

    let csv = app
        .get(&format!(
            "/api/v1/submissions/{sha}/rows?format=csv&lang=en"
        ))
        .await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").starts_with("attachment"));
    let text = String::from_utf8(csv.body).unwrap();
    assert!(text.starts_with("\u{feff}row,state,name"));
    assert!(text.contains("2,with_findings,'=中山公园,"));
    assert_eq!(text.lines().count(), 4);

    assert_eq!(
        app.get(&format!("/api/v1/submissions/{}", "c".repeat(64)))
            .await
            .code(),
        "submission_not_found"
    );
    assert_eq!(
        app.get("/api/v1/submissions/abc").await.code(),
        "bad_parameter"
    );
}
