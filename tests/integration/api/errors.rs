//! What requests get that cannot be answered.

use super::App;
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn parameters_are_named() {
    let app = App::new().await;
    for (path, name) in [
        ("/api/v1/findings?kind=holes", "kind"),
        ("/api/v1/findings?severity=bad", "severity"),
        ("/api/v1/findings?state=old", "state"),
        ("/api/v1/findings?bbox=1,2,3", "bbox"),
        ("/api/v1/findings?limit=0", "limit"),
        ("/api/v1/findings?sort=colour", "sort"),
        ("/api/v1/findings/groups?sort=severity", "sort"),
        ("/api/v1/findings?after=!!", "after"),
        ("/api/v1/findings?lang=fr", "lang"),
        ("/api/v1/findings?knid=gap", "knid"),
        ("/api/v1/findings?place=x", "place"),
        ("/api/v1/units?kind=real", "kind"),
        ("/api/v1/places?limit=10001", "limit"),
        ("/api/v1/info?x=1", "x"),
        ("/api/v1/findings?unit=%FF", "unit"),
    ] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (400, "bad_parameter"),
            "{path}"
        );
        let message = reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(name), "{path}: {message}");
    }
}

#[tokio::test]
async fn errors_have_one_shape_in_two_languages() {
    let app = App::new().await;
    let zh = app.get("/api/v1/findings/nobody").await.json();
    let en = app.get("/api/v1/findings/nobody?lang=en").await;
    assert!(zh["error"]["message"].as_str().unwrap().contains("没有"));
    assert!(
        en.json()["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("no finding")
    );
    assert_eq!(en.json()["error"]["request_id"], en.header("x-request-id"));
    let own = app
        .get_with("/api/v1/findings/nobody", &[("x-request-id", "abc-1")])
        .await;
    assert_eq!(own.json()["error"]["request_id"], "abc-1");
    let odd = app
        .get_with(
            "/api/v1/findings/nobody",
            &[("x-request-id", "a b<script>")],
        )
        .await;
    assert_ne!(odd.json()["error"]["request_id"], "a b<script>");
}

#[tokio::test]
async fn unknown_addresses_and_methods() {
    let app = App::new().await;
    for path in [
        "/api/v1/nothing",
        "/api/v2/info",
        "/nothing.html",
        "/api/v1/submissions/x/y/z",
    ] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (404, "route_not_found"),
            "{path}"
        );
    }
    for path in ["/api/v1/info", "/api/v1/units/1", "/", "/nothing"] {
        let request = Request::delete(path).body(Body::empty()).unwrap();
        let reply = app.send(request).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (405, "method_not_allowed"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_of_other_addresses_are_refused() {
    let app = App::new().await;
    let rebound = app
        .get_with("/api/v1/info", &[("host", "evil.example:8080")])
        .await;
    assert_eq!(
        (rebound.status.as_u16(), rebound.code().as_str()),
        (403, "foreign_origin")
    );
    let request = Request::post("/api/v1/audit")
        .header("host", "127.0.0.1:8080")
        .header("origin", "http://evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(request).await.code(), "foreign_origin");
    let own = Request::post("/api/v1/audit")
        .header("host", "127.0.0.1:8080")
        .header("origin", "http://127.0.0.1:8080")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(own).await.status, 202);
}

#[tokio::test]
async fn a_slow_request_is_ended() {
    let app = App::with(|s| s.request_time = std::time::Duration::ZERO).await;
    let reply = app.get("/api/v1/info").await;
    assert_eq!(
        (reply.status.as_u16(), reply.code().as_str()),
        (503, "timeout")
    );
}
