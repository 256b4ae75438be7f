//! `jieming import` as scripts meet it.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value as Json;

use super::*;

fn jieming(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jieming"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn receipt(out: &Output) -> Json {
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {out:?}"))
}

#[test]
fn the_receipt_is_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let content = collection(&[
        (
            r#"{"code":"420102","name":"江岸区"}"#,
            &square(114.0, 30.0, 0.1),
        ),
        (r#"{"code":"420103","name":"江汉区"}"#, "null"),
    ]);
    write(dir.path(), "u.geojson", content);
    let out = jieming(
        dir.path(),
        &[
            "import",
            "u.geojson",
            "--as",
            "units",
            "--format",
            "json",
            "--lang",
            "en",
        ],
    );
    assert_eq!(out.status.code(), Some(0));
    let r = receipt(&out);
    assert_eq!(r["submission"].as_str().unwrap().len(), 64);
    assert_eq!(
        r["rows"],
        serde_json::json!({"read": 2, "accepted": 1, "with_findings": 0, "rejected": 1})
    );
    assert_eq!(r["error"], Json::Null);
    let on_row = r["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["row"] == 2)
        .unwrap();
    for key in [
        "row", "field", "rule", "level", "found", "expected", "remedy",
    ] {
        assert!(on_row.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (on_row["rule"].as_str(), on_row["level"].as_str()),
        (Some("geometry.missing"), Some("error"))
    );
    let again = jieming(
        dir.path(),
        &[
            "import",
            "u.geojson",
            "--as",
            "units",
            "--format",
            "json",
            "--lang",
            "en",
        ],
    );
    let again = receipt(&again);
    assert_eq!(
        (&again["rows"], &again["findings"]),
        (&r["rows"], &r["findings"])
    );
    assert_eq!(again["duplicate"], true);
}

#[test]
fn a_dry_run_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "p.csv", "name,lon,lat\n甲,114.3,30.6\n");
    let out = jieming(
        dir.path(),
        &[
            "import",
            "p.csv",
            "--as",
            "places",
            "--dry-run",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        (
            out.status.code(),
            receipt(&out)["rows"]["accepted"].as_u64()
        ),
        (Some(0), Some(1))
    );
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "not even a data folder"
    );
}

#[test]
fn refusals_speak_in_both_languages_and_as_json() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "empty.geojson", "");
    let zh = jieming(
        dir.path(),
        &["import", "empty.geojson", "--as", "units", "--lang", "zh"],
    );
    assert_eq!(zh.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&zh.stdout).contains("文件为空"));
    let json = jieming(
        dir.path(),
        &[
            "import",
            "empty.geojson",
            "--as",
            "units",
            "--format",
            "json",
            "--lang",
            "en",
        ],
    );
    let r = receipt(&json);
    assert_eq!(
        (json.status.code(), r["error"]["code"].as_str()),
        (Some(1), Some("file.empty"))
    );
    assert!(
        r["error"]["message"]
            .as_str()
            .unwrap()
            .contains("empty.geojson")
    );
    let missing = jieming(
        dir.path(),
        &[
            "import",
            "nowhere.geojson",
            "--as",
            "units",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        (
            missing.status.code(),
            receipt(&missing)["error"]["code"].as_str()
        ),
        (Some(1), Some("file.io"))
    );
    let usage = jieming(dir.path(), &["import", "empty.geojson"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn one_refused_file_does_not_stop_the_others() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "bad.csv", "");
    write(dir.path(), "good.csv", "name,lon,lat\n甲,114.3,30.6\n");
    let out = jieming(
        dir.path(),
        &[
            "import", "bad.csv", "good.csv", "--as", "places", "--format", "json",
        ],
    );
    assert_eq!(out.status.code(), Some(1));
    let receipts: Vec<Json> = out
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(receipts.len(), 2);
    assert_eq!(receipts[1]["rows"]["accepted"], 1);
}

#[tokio::test]
async fn killed_half_way_nothing_is_half_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut csv = String::from("name,lon,lat\n");
    for i in 0..60_000 {
        csv.push_str(&format!("地{i},{},30.6\n", 114.0 + f64::from(i) * 1e-6));
    }
    write(dir.path(), "p.csv", &csv);
    let database = dir.path().join("jieming-data/jieming.db");
    let mut child = Command::new(env!("CARGO_BIN_EXE_jieming"))
        .args(["import", "p.csv", "--as", "places"])
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Wait until rows are staged, then pull the plug.
    let staged = || {
        let size = |p: PathBuf| std::fs::metadata(p).map(|m| m.len()).unwrap_or(0);
        size(database.clone()) + size(dir.path().join("jieming-data/jieming.db-wal")) > 1_000_000
    };
    for _ in 0..600 {
        if staged() || child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let store = SqliteStore::open(&database).await.unwrap();
    let seen = store.overview().await.unwrap();
    assert!(
        seen.places == 0 || seen.places == 60_000,
        "{} places",
        seen.places
    );
    assert_eq!(seen.places > 0, seen.submissions > 0);
    store.close().await;
    let out = jieming(
        dir.path(),
        &["import", "p.csv", "--as", "places", "--format", "json"],
    );
    assert_eq!(receipt(&out)["rows"]["accepted"], 60_000);
    let store = SqliteStore::open(&database).await.unwrap();
    let seen = store.overview().await.unwrap();
    assert_eq!((seen.places, seen.submissions), (60_000, 1));
}

#[test]
fn gdal_formats_go_through_the_child() {
    let dir = tempfile::tempdir().unwrap();
    // A table alone, as the simplest file that the child reads: written here byte by byte.
    write(
        dir.path(),
        "t.gpkg",
        b"SQLite format 3\0 and then nothing that could be read",
    );
    let out = jieming(
        dir.path(),
        &[
            "import",
            "t.gpkg",
            "--as",
            "units",
            "--format",
            "json",
            "--dry-run",
        ],
    );
    let r = receipt(&out);
    assert_eq!(out.status.code(), Some(1), "{r}");
    assert!(
        r["error"]["code"].as_str().unwrap().starts_with("decoder.")
            || r["error"]["code"] == "file.truncated",
        "{r}"
    );
}
