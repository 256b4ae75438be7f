//! Findings: filters, order, pages, groups, detail.

use super::App;
use serde_json::Value;

async fn ids(app: &App, query: &str) -> Vec<String> {
    let reply = app.get(&format!("/api/v1/findings?{query}")).await;
    assert_eq!(
        reply.status,
        200,
        "{query}: {}",
        String::from_utf8_lossy(&reply.body)
    );
    let json = reply.json();
    json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn filters() {
    let app = App::new().await;
    for (query, expected) in [
        ("", vec!["f-large", "f-hole", "f-small"]),
        ("sort=area", vec!["f-small", "f-hole", "f-large"]),
        ("kind=overlap", vec!["f-large", "f-small"]),
        ("kind=overlap,gap", vec!["f-large", "f-hole", "f-small"]),
        ("gap_kind=hole", vec!["f-hole"]),
        ("gap_kind=inlet", vec![]),
        ("pair=420103,420102", vec!["f-large", "f-small"]),
        ("pair=420102", vec!["f-hole"]),
        ("unit=420103", vec!["f-large", "f-small"]),
        ("parent=420100&kind=gap", vec!["f-hole"]),
        ("severity=error", vec!["f-large"]),
        ("state=gone", vec!["f-gone"]),
        ("bbox=114.29,30.29,114.32,30.32", vec!["f-hole"]),
        ("level=county&limit=1", vec!["f-large"]),
        ("level=township", vec![]),
        ("level=", vec![]),
        ("rule=coverage.overlap", vec!["f-large", "f-small"]),
    ] {
        assert_eq!(ids(&app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_lead_through_everything_once() {
    let app = App::new().await;
    for path in [
        "/api/v1/findings",
        "/api/v1/findings/groups",
        "/api/v1/units",
        "/api/v1/places",
    ] {
        let whole = app.get(path).await.json();
        let key = path.rsplit('/').next().unwrap();
        let all = whole[key].as_array().unwrap();
        assert_eq!(whole["matched"], all.len());
        assert_eq!(whole["next"], Value::Null);
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = app.get(&format!("{path}?limit=1{after}")).await.json();
            assert_eq!(page["matched"], all.len(), "{path}");
            seen.extend(page[key].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(token) => after = format!("&after={token}"),
                None => break,
            }
            assert!(seen.len() <= all.len(), "{path} does not end");
        }
        assert_eq!(&seen, all, "{path}");
    }
}

#[tokio::test]
async fn every_key_is_there_and_the_message_follows_the_language() {
    let app = App::new().await;
    let json = app
        .get("/api/v1/findings?kind=overlap&lang=en")
        .await
        .json();
    let finding = &json["findings"][0];
    for key in [
        "id",
        "rule",
        "kind",
        "gap_kind",
        "units",
        "unit_names",
        "parent",
        "level",
        "severity",
        "state",
        "area_m2",
        "max_width_m",
        "length_m",
        "message",
        "bbox",
        "point",
        "first_seen",
        "last_seen",
        "place",
    ] {
        assert!(finding.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(finding["gap_kind"], Value::Null);
    assert_eq!(finding["units"], serde_json::json!(["420102", "420103"]));
    let english = finding["message"].as_str().unwrap();
    let chinese = app.get("/api/v1/findings?kind=overlap").await.json();
    assert_ne!(chinese["findings"][0]["message"], english);
    let header = app
        .get_with(
            "/api/v1/findings?kind=overlap",
            &[("accept-language", "en-GB,zh;q=0.5")],
        )
        .await;
    assert_eq!(header.json()["findings"][0]["message"], english);
}

#[tokio::test]
async fn groups_sum_up() {
    let app = App::new().await;
    let json = app.get("/api/v1/findings/groups").await.json();
    let groups = json["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0]["units"], serde_json::json!(["420102", "420103"]));
    assert_eq!(groups[0]["kinds"], serde_json::json!({"overlap": 2}));
    assert_eq!(groups[0]["count"], 2);
    assert_eq!(groups[0]["area_m2"], 9090.0);
    assert_eq!(groups[0]["severity"], "error");
}

#[tokio::test]
async fn geojson_of_all_and_of_one() {
    let app = App::new().await;
    let reply = app.get("/api/v1/findings.geojson?kind=overlap").await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    let json = reply.json();
    assert_eq!(json["type"], "FeatureCollection");
    assert_eq!(json["features"].as_array().unwrap().len(), 2);
    assert_eq!(json["features"][0]["geometry"]["type"], "MultiPolygon");
    assert_eq!(json["features"][0]["properties"]["id"], "f-large");

    let one = app.get("/api/v1/findings/f-large").await.json();
    assert_eq!(one["type"], "Feature");
    assert_eq!(one["properties"]["derived_from"], serde_json::json!([]));
    let inside = one["properties"]["places"].as_array().unwrap();
    assert_eq!(inside.len(), 1);
    assert_eq!(inside[0]["name"], "江汉路");
    assert_eq!(inside[0]["lon"], 114.505);

    let none = app.get("/api/v1/findings/nobody?lang=en").await;
    assert_eq!(
        (none.status.as_u16(), none.code().as_str()),
        (404, "finding_not_found")
    );
}

#[tokio::test]
async fn an_audit_can_be_asked_for() {
    let app = App::new().await;
    let reply = app.post("/api/v1/audit").await;
    assert_eq!(reply.status, 202);
    assert_eq!(reply.json()["run"], 3);
    for _ in 0..500 {
        if app.audits.load(std::sync::atomic::Ordering::SeqCst) == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("no audit ran");
}
