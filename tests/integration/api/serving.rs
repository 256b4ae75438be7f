//! The server itself: pages, headers, a real port, stopping.

use super::App;
use jieming::api::{bind, serve_until};
use std::time::Duration;

#[tokio::test]
async fn health_and_headers() {
    let app = App::with(|s| s.basemap = Some("https://t.example/{z}/{x}/{y}.png".into())).await;
    for path in ["/healthz", "/readyz"] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()["status"].as_str()),
            (200, Some("ok"))
        );
    }
    let page = app.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    for part in [
        "worker-src 'self' blob:",
        "img-src 'self' data: blob: https://t.example",
        "object-src 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' '"));
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert!(!page.header("x-request-id").is_empty());
}

#[tokio::test]
async fn the_page_is_not_sent_twice() {
    let app = App::new().await;
    let page = app.get("/").await;
    let tag = page.header("etag");
    if tag.is_empty() {
        // Built without pages: then it says how to build them.
        assert!(String::from_utf8_lossy(&page.body).contains("make run"));
        return;
    }
    assert_eq!(
        app.get_with("/", &[("if-none-match", tag)]).await.status,
        304
    );
}

#[tokio::test]
async fn stops_after_running_requests_are_answered() {
    let app = App::new().await;
    let listener = bind("127.0.0.1:0".parse().unwrap(), 0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve_until(app.state.clone(), listener, async move {
        let _ = stopped.await;
    }));
    let url = format!("http://{address}/api/v1/info");
    let reply = tokio::task::spawn_blocking(move || {
        ureq::get(&url).call().unwrap().body_mut().read_to_string()
    });
    assert!(reply.await.unwrap().unwrap().contains("jieming"));
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
