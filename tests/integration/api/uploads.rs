//! Handing in files.

use super::{App, Reply};
use axum::body::{Body, Bytes};
use axum::http::Request;
use futures::StreamExt;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BOUNDARY: &str = "----jieming";

/// A form: file name (or none) and content per field.
fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        let file = file
            .map(|f| format!("; filename=\"{f}\""))
            .unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(app: &App, body: Body) -> Reply {
    let request = Request::post("/api/v1/submissions?lang=en")
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
        .unwrap();
    app.send(request).await
}

const UNITS: &[u8] = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},
"features":[{"type":"Feature","properties":{"code":"420104","name":"硚口区"},"geometry":{"type":"Polygon",
"coordinates":[[[114.1,30.5],[114.2,30.5],[114.2,30.6],[114.1,30.6],[114.1,30.5]]]}}]}"#
    .as_bytes();

const PLACES: &[u8] = "名称,经度,纬度\n古田路,114.15,30.55\n,114.16,30.56\n".as_bytes();

async fn counts(app: &App) -> serde_json::Value {
    app.get("/api/v1/info").await.json()["counts"].clone()
}

#[tokio::test]
async fn each_file_gets_its_receipt() {
    let app = App::new().await;
    let body = form(&[
        ("file", Some("districts.geojson"), UNITS),
        ("file", Some("empty.geojson"), b""),
        ("as", None, b"units"),
        ("level", None, b"county"),
    ]);
    let reply = send(&app, body.clone().into()).await;
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.body)
    );
    let json = reply.json();
    let receipts = json["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 2);
    let taken = &receipts[0];
    assert_eq!(
        (taken["file"].as_str(), taken["as"].as_str()),
        (Some("districts.geojson"), Some("units"))
    );
    assert_eq!(taken["error"], json!(null), "{taken}");
    assert_eq!(taken["rows"]["accepted"], 1);
    assert_eq!(taken["duplicate"], false);
    assert_eq!(receipts[1]["file"], "empty.geojson");
    assert!(
        receipts[1]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("empty.geojson")
    );

    let unit = app.get("/api/v1/units/420104").await.json();
    assert_eq!(unit["properties"]["level"], "county");
    assert_eq!(
        unit["properties"]["source"]["submission"],
        taken["submission"]
    );
    let again = send(&app, body.into()).await.json();
    assert_eq!(again["receipts"][0]["duplicate"], true);
    assert_eq!(again["receipts"][0]["rows"], taken["rows"]);
    let kept = app
        .get(&format!(
            "/api/v1/submissions/{}",
            taken["submission"].as_str().unwrap()
        ))
        .await
        .json();
    assert_eq!(kept["rows"], taken["rows"]);
}

#[tokio::test]
async fn an_audit_follows_what_was_taken_and_only_that() {
    let app = App::new().await;
    let refused = form(&[("file", Some("empty.csv"), b""), ("as", None, b"places")]);
    assert_eq!(send(&app, refused.into()).await.status, 200);
    assert!(!app.state.audit.status().waiting);
    let places = form(&[
        ("file", Some("places.csv"), PLACES),
        ("as", None, b"places"),
        ("crs", None, b"EPSG:4490"),
    ]);
    let receipt = send(&app, places.into()).await.json()["receipts"][0].clone();
    assert_eq!(receipt["rows"]["read"], 2, "{receipt}");
    assert_eq!(receipt["rows"]["rejected"], 1, "a row without a name");
    for _ in 0..500 {
        if app.audits.load(Ordering::SeqCst) == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("no audit ran");
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let app = App::new().await;
    let before = counts(&app).await;
    let body = form(&[
        ("file", Some("places.csv"), PLACES),
        ("as", None, b"places"),
        ("dry_run", None, b"true"),
    ]);
    let receipt = send(&app, body.into()).await.json()["receipts"][0].clone();
    assert_eq!(receipt["rows"]["read"], 2, "{receipt}");
    assert_eq!(counts(&app).await, before);
    assert!(!app.state.audit.status().waiting);
}

#[tokio::test]
async fn too_large_is_refused_while_it_arrives() {
    let app = App::with(|s| s.upload_bytes = 100_000).await;
    let sent = Arc::new(AtomicU64::new(0));
    let counter = sent.clone();
    let head = form(&[("as", None, b"units")]);
    let head = head[..head.len() - format!("--{BOUNDARY}--\r\n").len()].to_vec();
    let start = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.geojson\"\r\n\r\n"
    );
    let begin = futures::stream::iter([Bytes::from(head), Bytes::from(start)]);
    let endless = begin
        .chain(futures::stream::repeat(Bytes::from(vec![b' '; 10_000])))
        .map(move |chunk| {
            counter.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            Ok::<_, std::io::Error>(chunk)
        });
    let reply = send(&app, Body::from_stream(endless)).await;
    assert_eq!(
        (reply.status.as_u16(), reply.code().as_str()),
        (413, "too_large")
    );
    assert!(
        sent.load(Ordering::SeqCst) < 1_000_000,
        "it went on reading"
    );
    assert!(
        reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("upload_bytes")
    );
    let left = std::fs::read_dir(&app.state.settings.upload_folder)
        .map(|d| d.count())
        .unwrap_or(0);
    assert_eq!(left, 0, "what came is removed");
}

#[tokio::test]
async fn an_announced_size_is_refused_at_once() {
    let app = App::with(|s| s.upload_bytes = 1000).await;
    let request = Request::post("/api/v1/submissions")
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .header("content-length", "99999999999")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(request).await.code(), "too_large");
}

#[tokio::test]
async fn broken_forms_are_explained() {
    let app = App::new().await;
    let whole = form(&[("file", Some("a.geojson"), UNITS), ("as", None, b"units")]);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("no file", form(&[("as", None, b"units")]), "bad_body"),
        (
            "no kind",
            form(&[("file", Some("a.geojson"), UNITS)]),
            "bad_parameter",
        ),
        (
            "unknown field",
            form(&[("file", Some("a.geojson"), UNITS), ("sa", None, b"units")]),
            "bad_parameter",
        ),
        ("cut off", whole[..200].to_vec(), "bad_body"),
        ("no form at all", b"hello".to_vec(), "bad_body"),
        (
            "no name",
            form(&[("file", Some(""), UNITS), ("as", None, b"units")]),
            "bad_body",
        ),
    ];
    let before = counts(&app).await;
    for (what, body, code) in cases {
        let reply = send(&app, body.into()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (400, code),
            "{what}"
        );
    }
    let plain = Request::post("/api/v1/submissions")
        .body(Body::from("x"))
        .unwrap();
    assert_eq!(app.send(plain).await.code(), "bad_body");
    assert_eq!(counts(&app).await, before);
}

/// A piece of a file, or another word of the protocol.
async fn tus(app: &App, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{path}?lang=en"))
        .header("tus-resumable", "1.0.0");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body.to_vec())).unwrap())
        .await
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.headers.get(name).map_or("", |v| v.to_str().unwrap())
}

const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

#[tokio::test]
async fn a_large_file_comes_in_pieces_and_goes_on_after_a_break() {
    let app = App::with(|s| s.upload_bytes = 10_000).await;
    let length = PLACES.len().to_string();
    // "桥.csv"
    let name = ("upload-metadata", "filename 5qGlLmNzdg==,filetype dGV4dA==");
    let begun = tus(
        &app,
        "POST",
        "/api/v1/uploads",
        &[("upload-length", &length), name],
        b"",
    )
    .await;
    assert_eq!(
        begun.status,
        201,
        "{}",
        String::from_utf8_lossy(&begun.body)
    );
    let address = header(&begun, "location").to_owned();
    let at = |offset: &'static str| [PIECE, ("upload-offset", offset)];
    let first = tus(&app, "PATCH", &address, &at("0"), &PLACES[..20]).await;
    assert_eq!(
        (first.status.as_u16(), header(&first, "upload-offset")),
        (204, "20")
    );
    // A piece that was sent twice is told apart.
    let twice = tus(&app, "PATCH", &address, &at("0"), &PLACES[..20]).await;
    assert_eq!(
        (twice.status.as_u16(), twice.code().as_str()),
        (409, "conflict")
    );
    let unfinished = form(&[
        ("as", None, b"places"),
        (
            "upload",
            None,
            address.rsplit('/').next().unwrap().as_bytes(),
        ),
    ]);
    let early = send(&app, unfinished.clone().into()).await;
    assert_eq!(early.status, 400);
    assert!(
        String::from_utf8_lossy(&early.body).contains("20 of"),
        "says how far it is"
    );
    let asked = tus(&app, "HEAD", &address, &[], b"").await;
    assert_eq!(
        (
            header(&asked, "upload-offset"),
            header(&asked, "upload-length")
        ),
        ("20", length.as_str())
    );
    let more = [PLACES[20..].to_vec(), b"too much".to_vec()].concat();
    assert_eq!(
        tus(&app, "PATCH", &address, &at("20"), &more).await.status,
        400
    );
    let asked = tus(&app, "HEAD", &address, &[], b"").await;
    let offset = header(&asked, "upload-offset").to_owned();
    let rest: usize = offset.parse().unwrap();
    let last = tus(
        &app,
        "PATCH",
        &address,
        &[PIECE, ("upload-offset", &offset)],
        &PLACES[rest..],
    )
    .await;
    assert_eq!(header(&last, "upload-offset"), length);
    for _ in 0..2 {
        let taken = send(&app, unfinished.clone().into()).await.json();
        let receipt = &taken["receipts"][0];
        assert_eq!(
            (receipt["file"].as_str(), receipt["rows"]["read"].as_u64()),
            (Some("桥.csv"), Some(2)),
            "{taken}"
        );
    }
    assert_eq!(tus(&app, "DELETE", &address, &[], b"").await.status, 204);
    assert_eq!(tus(&app, "HEAD", &address, &[], b"").await.status, 404);
    assert_eq!(
        send(&app, unfinished.into()).await.code(),
        "upload_not_found"
    );
}

#[tokio::test]
async fn pieces_are_bound_by_the_same_limits() {
    let app = App::with(|s| s.upload_bytes = 100).await;
    let name = ("upload-metadata", "filename YS5jc3Y=");
    let begin =
        async |headers: &[(&str, &str)]| tus(&app, "POST", "/api/v1/uploads", headers, b"").await;
    assert_eq!(begin(&[("upload-length", "101"), name]).await.status, 413);
    assert_eq!(begin(&[("upload-length", "-1"), name]).await.status, 400);
    assert_eq!(
        begin(&[("upload-length", "10")]).await.status,
        400,
        "no name"
    );
    assert_eq!(
        begin(&[
            ("upload-length", "10"),
            ("upload-metadata", "filename Li4=")
        ])
        .await
        .status,
        400,
        ".."
    );
    for id in ["x", "..%2f..%2fetc", &"a".repeat(32), &"g".repeat(32)] {
        let reply = tus(
            &app,
            "PATCH",
            &format!("/api/v1/uploads/{id}"),
            &[PIECE, ("upload-offset", "0")],
            b"x",
        )
        .await;
        assert_eq!(reply.status, 404, "{id}");
    }
    let begun = begin(&[("upload-length", "10"), name]).await;
    let address = header(&begun, "location");
    assert_eq!(
        tus(&app, "PATCH", address, &[("upload-offset", "0")], b"x")
            .await
            .status,
        400,
        "not as a piece"
    );
    // Eight times what one upload may have, and two hundred files, no more.
    for _ in 1..200 {
        assert_eq!(begin(&[("upload-length", "1"), name]).await.status, 201);
    }
    assert_eq!(begin(&[("upload-length", "1"), name]).await.status, 503);
}

/// Sends a stream without end after these bytes; gives the answer and how much was taken of it.
async fn endless(app: &App, begin: Vec<u8>, again: Vec<u8>) -> (Reply, u64) {
    let sent = Arc::new(AtomicU64::new(0));
    let counter = sent.clone();
    let stream = futures::stream::iter([Bytes::from(begin)])
        .chain(futures::stream::repeat(Bytes::from(again)))
        .map(move |chunk| {
            counter.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            Ok::<_, std::io::Error>(chunk)
        });
    let reply = send(app, Body::from_stream(stream)).await;
    (reply, sent.load(Ordering::SeqCst))
}

fn left_over(app: &App) -> usize {
    std::fs::read_dir(&app.state.settings.upload_folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn heads_and_parts_without_end_are_refused_while_they_arrive() {
    let app = App::new().await;
    let part = |name: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n")
            .into_bytes()
    };
    let open_head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"");
    let cases: [(&str, Vec<u8>, Vec<u8>, u64); 6] = [
        (
            "a boundary that never comes",
            Vec::new(),
            vec![b'x'; 10_000],
            1_000_000,
        ),
        (
            "a head that never ends",
            open_head.clone().into_bytes(),
            vec![b'x'; 10_000],
            1_000_000,
        ),
        (
            "heads without end",
            format!("--{BOUNDARY}\r\n").into_bytes(),
            b"X-More: 1\r\n".repeat(900),
            1_000_000,
        ),
        (
            "a text without end",
            [open_head.as_bytes(), b"as\"\r\n\r\n"].concat(),
            vec![b'x'; 10_000],
            1_000_000,
        ),
        (
            "parts without end",
            Vec::new(),
            part("as").repeat(50),
            20_000_000,
        ),
        (
            "a long name",
            part(&"n".repeat(5_000)),
            part("as"),
            1_000_000,
        ),
    ];
    for (what, begin, again, most) in cases {
        let (reply, sent) = endless(&app, begin, again).await;
        let answer = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (400, "bad_body"),
            "{what}: {answer}"
        );
        assert!(sent < most, "{what}: {sent} bytes were taken");
        assert_eq!(left_over(&app), 0, "{what}: what came is removed");
    }
}

#[tokio::test]
async fn many_files_are_bounded_and_the_bound_is_told() {
    let app = App::new().await;
    let names: Vec<String> = (0..1001).map(|i| format!("{i}.shp")).collect();
    let parts: Vec<(&str, Option<&str>, &[u8])> = names
        .iter()
        .map(|n| ("file", Some(n.as_str()), b"".as_slice()))
        .collect();
    let reply = send(&app, form(&parts).into()).await;
    assert_eq!(reply.code(), "bad_body");
    assert!(
        reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("1000")
    );
    assert_eq!(left_over(&app), 0);
    // Names that would lead out of the folder, or are longer than one may be.
    for (name, status) in [("../../../etc/cron.d/x.csv", 200), (&*"n".repeat(300), 400)] {
        let body = form(&[("file", Some(name), b""), ("as", None, b"places")]);
        assert_eq!(send(&app, body.into()).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn a_form_without_a_boundary_is_explained() {
    let app = App::new().await;
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain",
    ] {
        let request = Request::post("/api/v1/submissions?lang=en").header("content-type", kind);
        let reply = app.send(request.body(Body::from("x")).unwrap()).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (400, "bad_body"),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_sender_that_stops_in_the_middle_is_let_go() {
    let app = App::with(|s| s.upload_time = std::time::Duration::from_millis(300)).await;
    let begin = form(&[("file", Some("a.geojson"), UNITS)])[..200].to_vec();
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(begin))])
        .chain(futures::stream::pending());
    let reply = send(&app, Body::from_stream(stream)).await;
    assert_eq!(reply.code(), "timeout");
    assert_eq!(left_over(&app), 0, "what came is removed");
    // One that sends a byte now and then is no better.
    let drops = futures::stream::unfold((), |()| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
    });
    assert_eq!(send(&app, Body::from_stream(drops)).await.code(), "timeout");
}
