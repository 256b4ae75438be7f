//! The documents: what must be in them, and what must not come through from hostile names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use geo_types::{Geometry, polygon};
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::lang::Lang;
use jieming_reports::{Finding, Format, Party, Report, Scope, write};

fn text(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    write(report, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn previews() {
    // JIEMING_PREVIEW names a folder for looking at the documents with other programs.
    let Some(dir) = std::env::var_os("JIEMING_PREVIEW") else {
        return;
    };
    let city = support::city();
    for lang in [Lang::Zh, Lang::En] {
        for (name, report) in ["line", "unit", "audit"]
            .into_iter()
            .zip(support::reports(&city, lang))
        {
            for format in [
                Format::Html,
                Format::Xlsx,
                Format::GeoJson,
                Format::Csv,
                Format::Json,
            ] {
                let mut out = Vec::new();
                write(&report, format, &mut out).unwrap();
                std::fs::write(
                    std::path::Path::new(&dir).join(format!(
                        "{name}-{}.{}",
                        lang.as_str(),
                        format.as_str()
                    )),
                    out,
                )
                .unwrap();
            }
        }
    }
}

const HOSTILE: &str = "<script>alert('x')</script>\"&\u{202e}";

fn hostile() -> Report {
    let area = polygon![(x: 114.0, y: 30.0), (x: 114.0, y: 30.01), (x: 114.01, y: 30.01), (x: 114.01, y: 30.0)];
    let finding = Finding {
        id: HOSTILE.to_owned(),
        rule: "coverage.overlap".into(),
        kind: Kind::Overlap,
        gap_kind: None,
        units: vec!["0042".into()],
        unit_names: vec![HOSTILE.into()],
        parent: Some("990101001001".to_owned()),
        level: Some(HOSTILE.into()),
        severity: Severity::Error,
        state: None,
        area_m2: Some(1.0 / 3.0),
        max_width_m: Some(f64::NAN),
        length_m: None,
        message: "=HYPERLINK(\"http://x\")".to_owned(),
        geometry: Some(Geometry::Polygon(area.clone())),
        point: Some([114.005, 30.005]),
        places: vec![HOSTILE.to_owned(), "=1+1".to_owned()],
        edges: Vec::new(),
    };
    let mut point = finding.clone();
    point.units = vec!["12345".into()];
    point.geometry = None;
    point.kind = Kind::Name;
    point.area_m2 = None;
    Report {
        lang: Lang::Zh,
        scope: Scope::Unit {
            code: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
        },
        level: None,
        made_at: "2026-01-02".to_owned(),
        crs_note: HOSTILE.to_owned(),
        sources: vec![HOSTILE.to_owned()],
        parties: vec![Party {
            code: "0042".to_owned(),
            name: HOSTILE.to_owned(),
            geometry: area.into(),
        }],
        findings: vec![finding, point],
        lines: Vec::new(),
        effort: None,
        figures: 10,
    }
}

#[test]
fn html_lets_no_markup_through() {
    let html = text(&hostile(), Format::Html);
    assert!(
        !html.contains("<script") && !html.contains('\u{202e}') && html.contains("&lt;script&gt;")
    );
    assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    assert_eq!(html.matches("<figcaption>").count(), 2);
}

#[test]
fn csv_is_harmless_and_keeps_codes() {
    let csv = text(&hostile(), Format::Csv);
    assert!(csv.starts_with('\u{feff}'));
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
    assert_eq!(
        (&rows[0][5], &rows[0][7], &rows[1][5]),
        ("\t0042", "\t990101001001", "12345")
    );
    assert_eq!((&rows[0][8], &rows[0][9]), ("0.333333", ""));
    assert!(
        rows.iter()
            .flat_map(|r| r.iter())
            .all(|cell| !cell.starts_with(['=', '+', '@']))
    );
    assert!(rows[0][14].starts_with("'=HYPERLINK"));
}

#[test]
fn geojson_has_every_key_and_turns_outer_rings_left() {
    let json: serde_json::Value = serde_json::from_str(&text(&hostile(), Format::GeoJson)).unwrap();
    let features = json["features"].as_array().unwrap();
    for f in features {
        let keys: Vec<&str> = f["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
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
            "area_m2",
            "max_width_m",
            "length_m",
            "message",
        ] {
            assert!(keys.contains(&key), "{key}");
        }
        assert!(f["properties"]["max_width_m"].is_null(), "NaN is null");
    }
    let ring: Vec<[f64; 2]> =
        serde_json::from_value(features[0]["geometry"]["coordinates"][0].clone()).unwrap();
    let twice: f64 = ring
        .windows(2)
        .map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1])
        .sum();
    assert!(twice > 0.0 && ring.first() == ring.last());
    assert_eq!(features[1]["geometry"]["type"], "Point");
}

#[test]
fn json_sums_up() {
    let json: serde_json::Value = serde_json::from_str(&text(&hostile(), Format::Json)).unwrap();
    assert_eq!(json["summary"]["kinds"]["overlap"]["count"], 1);
    assert_eq!(json["summary"]["findings"], 2);
    assert_eq!(json["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn figures_are_limited_and_the_table_is_not() {
    let city = support::city();
    let [line, _, mut everything] = support::reports(&city, Lang::En);
    let (all, drawn) = (everything.findings.len(), 12);
    everything.figures = drawn;
    let html = text(&everything, Format::Html);
    assert_eq!(html.matches("<figcaption>").count(), drawn);
    assert!(html.contains(&format!("Of {all} findings the {drawn} largest")));
    assert!(everything.findings.iter().all(|f| html.contains(&f.id)));
    assert!(!html.contains("Signatures"), "files sign nothing");
    let html = text(&line, Format::Html);
    assert!(
        html.contains("Signatures") && html.contains("Common line") && html.contains("(91.7%)")
    );
}

#[test]
fn spreadsheets_open_and_are_the_same_for_the_same_report() {
    let make = || {
        let mut out = Vec::new();
        write(&hostile(), Format::Xlsx, &mut out).unwrap();
        out
    };
    assert!(make().starts_with(b"PK"));
    assert_eq!(make(), make());
}

#[test]
fn empty_reports_are_whole() {
    for lang in [Lang::Zh, Lang::En] {
        let report = Report {
            lang,
            findings: Vec::new(),
            parties: Vec::new(),
            scope: Scope::Audit {
                subject: "x".to_owned(),
            },
            ..hostile()
        };
        assert!(text(&report, Format::Html).contains(lang.of("未发现问题", "No findings")));
        assert!(text(&report, Format::GeoJson).contains("\"features\":["));
        for format in [Format::Csv, Format::Json] {
            text(&report, format);
        }
    }
}

#[test]
fn gap_kinds_are_named() {
    let mut report = hostile();
    report.findings[0].kind = Kind::Gap;
    report.findings[0].gap_kind = Some(GapKind::Corridor);
    assert!(text(&report, Format::Html).contains("空白·走廊"));
}
