//! `jieming audit` on files, as scripts meet it.

mod changes;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::ingest::{collection, square, write};

/// Every key that a finding has in GeoJSON, whatever its kind.
const KEYS: [&str; 14] = [
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
    "state",
];

fn audit(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jieming"))
        .arg("audit")
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// The findings of an audit in GeoJSON with nothing hidden.
fn findings(folder: &Path, args: &[&str]) -> Vec<Json> {
    let mut all = args.to_vec();
    all.extend([
        "--format",
        "geojson",
        "--min-area",
        "0",
        "--min-width",
        "0",
        "--lang",
        "en",
    ]);
    let out = audit(folder, &all);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let report: Json = serde_json::from_slice(&out.stdout).unwrap();
    report["features"].as_array().unwrap().clone()
}

#[test]
fn findings_have_every_key_and_an_id_that_outlives_the_order_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (
        (
            r#"{"code":"420102","name":"江岸区"}"#,
            square(114.0, 30.0, 0.1),
        ),
        (
            r#"{"code":"420103","name":"江汉区"}"#,
            square(114.09, 30.0, 0.1),
        ),
    );
    write(
        dir.path(),
        "ab.geojson",
        collection(&[(a.0, &a.1), (b.0, &b.1)]),
    );
    write(
        dir.path(),
        "ba.geojson",
        collection(&[(b.0, &b.1), (a.0, &a.1)]),
    );
    let found = findings(dir.path(), &["ab.geojson"]);
    assert_eq!(found.len(), 1, "{found:?}");
    let p = &found[0]["properties"];
    for key in KEYS {
        // `state` belongs to the database only.
        assert_eq!(p.get(key).is_some(), key != "state", "{key} of {p}");
    }
    assert_eq!(
        (&p["kind"], &p["gap_kind"]),
        (&"overlap".into(), &Json::Null)
    );
    assert_eq!(p["units"], serde_json::json!(["420102", "420103"]));
    let other = findings(dir.path(), &["ba.geojson"]);
    assert_eq!(p["id"], other[0]["properties"]["id"]);
}

#[test]
fn the_exit_status_tells_findings_usage_and_failure_apart() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (square(114.0, 30.0, 0.1), square(114.05, 30.0, 0.1));
    write(
        dir.path(),
        "u.geojson",
        collection(&[(r#"{"code":"420102"}"#, &a), (r#"{"code":"420103"}"#, &b)]),
    );
    let status = |args: &[&str]| audit(dir.path(), args).status.code();
    assert_eq!(status(&["u.geojson"]), Some(0));
    assert_eq!(status(&["u.geojson", "--fail-on", "error"]), Some(3));
    assert_eq!(status(&["u.geojson", "--fail-on", "disaster"]), Some(2));
    assert_eq!(status(&["missing.geojson"]), Some(1));
}

/// One bureau surveyed in a Gauss-Krüger plane, its neighbour in degrees. The line between them is straight over 3 km
/// for both; only the first has a vertex in its middle. In degrees that vertex stands north of the neighbour's line, by
/// less than the two kinds of straightness differ: a note, not a dispute.
#[test]
fn what_two_planes_make_of_one_straight_line_is_a_note() {
    let dir = tempfile::tempdir().unwrap();
    // Easting and northing in EPSG:4547 (central meridian 114) of a line from west to east, 20 km from the meridian.
    let (west, middle, east, y) = (520_000.0, 521_500.0, 523_000.0, 3_390_000.0);
    let (north, south) = (y + 1_000.0, y - 1_000.0);
    let metres = |points: &[(f64, f64)]| {
        let text: Vec<String> = points.iter().map(|(x, y)| format!("[{x},{y}]")).collect();
        format!(
            r#"{{"type":"Polygon","coordinates":[[{},{}]]}}"#,
            text.join(","),
            text[0]
        )
    };
    let plane = jieming_geodata::crs::Plane::parse("EPSG:4547", &[]).unwrap();
    let degrees = |points: &[(f64, f64)]| {
        let there: Vec<(f64, f64)> = points
            .iter()
            .map(|&(x, y)| plane.to_storage(x, y).unwrap())
            .collect();
        metres(&there)
    };
    let upper = [
        (west, y),
        (middle, y),
        (east, y),
        (east, north),
        (west, north),
    ];
    let lower = [(west, y), (west, south), (east, south), (east, y)];
    let named = |code: &str| format!(r#"{{"code":"{code}"}}"#);
    let in_plane = |feature: String| {
        feature.replacen(
            r#""features""#,
            r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},"features""#,
            1,
        )
    };
    write(
        dir.path(),
        "a.geojson",
        in_plane(collection(&[(&named("420102"), &metres(&upper))])),
    );
    write(
        dir.path(),
        "b.geojson",
        in_plane(collection(&[(&named("420103"), &metres(&lower))])),
    );
    write(
        dir.path(),
        "c.geojson",
        collection(&[(&named("420103"), &degrees(&lower))]),
    );

    // Both in the plane: the middle vertex stands on the line.
    assert!(
        findings(dir.path(), &["a.geojson", "b.geojson"])
            .iter()
            .all(|f| f["properties"]["kind"] != "overlap" && f["properties"]["kind"] != "gap")
    );
    let mixed = findings(dir.path(), &["a.geojson", "c.geojson"]);
    let [one] = &mixed[..] else {
        panic!("{mixed:?}")
    };
    let p = &one["properties"];
    assert_eq!(p["kind"], "gap");
    assert_eq!(p["severity"], "info");
    let width = p["max_width_m"].as_f64().unwrap();
    assert!((0.05..0.11).contains(&width), "{width}");
}
