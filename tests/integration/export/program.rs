//! `jieming export` as scripts meet it.

use std::process::{Command, Output};

use crate::ingest::{collection, square, write};

fn jieming(folder: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jieming"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn from_import_to_export_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let file = collection(&[(
        r#"{"code":"420102","name":"江岸区"}"#,
        &square(114.0, 30.0, 0.1),
    )]);
    write(dir.path(), "u.geojson", file);
    let import = ["import", "u.geojson", "--as", "units", "--level", "county"];
    assert!(jieming(dir.path(), &import).status.success());
    for (output, more) in [
        ("out.gpkg", vec!["--crs", "EPSG:4547"]),
        ("out.zip", vec!["--crs", "4526", "--kind", "legal"]),
        ("out", vec!["--format", "fgb"]),
    ] {
        let mut words = vec!["export", "--collection", "units-county", "--output", output];
        words.extend(more);
        words.extend(["--lang", "en"]);
        let done = jieming(dir.path(), &words);
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        assert!(done.stdout.is_empty());
        assert_eq!(
            String::from_utf8(done.stderr).unwrap(),
            format!("{output}: 1 rows\n")
        );
    }
    for (words, status, zh) in [
        (
            ["export", "--collection", "x", "--output", "x.csv"],
            2,
            "没有名为“x”的数据集",
        ),
        (
            ["export", "--collection", "places", "--output", "x.dwg"],
            2,
            "不认识的格式",
        ),
        (
            ["export", "--collection", "places", "--output", "no/x.csv"],
            1,
            "写入失败",
        ),
    ] {
        let done = jieming(dir.path(), &words);
        assert_eq!(done.status.code(), Some(status), "{done:?}");
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains(zh), "{said}");
    }
}
