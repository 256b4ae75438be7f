//! Reports on a unit and on a line.

use super::App;

#[tokio::test]
async fn every_format_of_both_reports() {
    let app = App::new().await;
    for path in [
        "/api/v1/reports/unit/420102",
        "/api/v1/reports/line/420102,420103",
    ] {
        for (format, media, begins) in [
            ("html", "text/html; charset=utf-8", "<!doctype html>"),
            ("csv", "text/csv; charset=utf-8", "\u{feff}"),
            ("geojson", "application/geo+json", "{"),
            (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "PK",
            ),
        ] {
            let reply = app.get(&format!("{path}?format={format}")).await;
            assert_eq!(reply.status, 200, "{path} {format}");
            assert_eq!(reply.header("content-type"), media);
            let start = String::from_utf8_lossy(&reply.body[..20]).to_lowercase();
            assert!(
                start.starts_with(&begins.to_lowercase()),
                "{path} {format}: {start}"
            );
            let shown = if format == "html" {
                "inline"
            } else {
                "attachment"
            };
            assert!(reply.header("content-disposition").starts_with(shown));
        }
    }
}

#[tokio::test]
async fn the_line_in_two_languages_and_without_scripts() {
    let app = App::new().await;
    let zh = app.get("/api/v1/reports/line/420103,420102").await;
    let text = String::from_utf8(zh.body.clone()).unwrap();
    assert!(text.contains("江岸区") && text.contains("江汉区") && text.contains("f-large"));
    assert!(
        zh.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    let en = app.get("/api/v1/reports/line/420103,420102?lang=en").await;
    assert_ne!(en.body, zh.body);
    let header = app
        .get_with("/api/v1/reports/unit/420102", &[("accept-language", "en")])
        .await;
    assert!(
        String::from_utf8(header.body)
            .unwrap()
            .contains("lang=\"en\"")
    );
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let app = App::new().await;
    for (path, status, code) in [
        ("/api/v1/reports/unit/999999", 404, "unit_not_found"),
        ("/api/v1/reports/line/420102,999999", 404, "line_not_found"),
        ("/api/v1/reports/line/420102", 400, "bad_parameter"),
        ("/api/v1/reports/line/420102,420102", 400, "bad_parameter"),
        (
            "/api/v1/reports/unit/420102?format=pdf",
            400,
            "bad_parameter",
        ),
        (
            "/api/v1/reports/unit/420102?format=json",
            400,
            "bad_parameter",
        ),
    ] {
        let reply = app.get(path).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code().as_str()),
            (status, code),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_empty_form_is_read_back_as_handed_in() {
    use crate::ingest::World;
    use jieming::ingest::ImportOptions;
    use jieming::store::SubmissionAs;

    let app = App::new().await;
    let reply = app.get("/api/v1/templates/places.xlsx?lang=zh").await;
    assert_eq!(reply.status, 200);
    let name = percent_encoding::utf8_percent_encode(
        "地名普查登记表.xlsx",
        percent_encoding::NON_ALPHANUMERIC,
    )
    .to_string();
    assert!(reply.header("content-disposition").ends_with(&name));
    let world = World::new().await;
    let path = world.folder.path().join("form.xlsx");
    std::fs::write(&path, &reply.body).unwrap();
    let done = world
        .import(&path, &ImportOptions::new(SubmissionAs::Places))
        .await;
    let rows = done.submission.rows;
    assert_eq!(
        (rows.read, rows.rejected),
        (0, 0),
        "{:?}",
        done.submission.error
    );
}
