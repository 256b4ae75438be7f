//! Formulas, findings, and collections without rows.

use jieming::ingest::ImportOptions;
use jieming::store::SubmissionAs;

use super::*;
use crate::api::App;
use crate::ingest::{World, units};

#[tokio::test]
async fn cells_compute_nothing() {
    let world = World::new().await;
    let names = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"];
    let rows: Vec<String> = names
        .iter()
        .map(|n| format!("\"{n}\",114.3,30.6,\"=HYPERLINK(\"\"x\"\")\"\n"))
        .collect();
    let file = format!("name,lon,lat,remark\n{}", rows.concat());
    let path = world.file("bad.csv", file);
    world
        .import(&path, &ImportOptions::new(SubmissionAs::Places))
        .await;
    let (path, _) = out(
        world.store.as_ref(),
        world.folder.path(),
        &asked("places", "csv", None),
    )
    .await
    .unwrap();
    let mut csv = csv::Reader::from_path(path).unwrap();
    let mut met = 0;
    for record in csv.records() {
        for cell in record.unwrap().iter() {
            assert!(!cell.starts_with(['=', '+', '@']), "{cell}");
            assert!(!cell.starts_with('-'), "{cell}");
            met += usize::from(cell.starts_with('\''));
        }
    }
    assert_eq!(met, 8);
}

#[tokio::test]
async fn findings_in_every_format() {
    let app = App::new().await;
    let folder = tempfile::tempdir().unwrap();
    for format in ["shp", "gpkg", "geojson", "csv", "fgb"] {
        let asked = asked("findings", format, None);
        let (path, done) = out(app.store.as_ref(), folder.path(), &asked)
            .await
            .unwrap();
        // Three are there, one is gone.
        assert_eq!(done.written.rows, 3, "{format}");
        match format {
            "geojson" => {
                let json: serde_json::Value =
                    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
                let first = &json["features"][0]["properties"];
                assert_eq!(first["units"], "420102;420103");
                assert_eq!(first["rule"], "coverage.overlap");
                assert!(first["message"].as_str().unwrap().contains("江岸区"));
            }
            "csv" => {
                let text = std::fs::read_to_string(path).unwrap();
                assert!(text.starts_with("\u{feff}编号,规则,类型,"), "{text}");
                assert!(text.contains("MULTIPOLYGON ((("), "{text}");
                assert!(text.contains(",114.505,30.5,"), "{text}");
            }
            "shp" => {
                let legend = members(&path).remove("fields.csv").unwrap();
                let legend = String::from_utf8(legend).unwrap();
                assert!(legend.contains("\r\nwidth_m,最大宽度(米),"), "{legend}");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn nothing_is_a_whole_file_too() {
    let world = World::new().await;
    for collection in ["units", "units-township", "places", "findings"] {
        for format in ["shp", "gpkg", "geojson", "csv", "fgb"] {
            let (path, done) = out(
                world.store.as_ref(),
                world.folder.path(),
                &asked(collection, format, None),
            )
            .await
            .unwrap_or_else(|e| panic!("{collection} {format}: {e}"));
            assert_eq!(done.written.rows, 0);
            assert!(path.metadata().unwrap().len() > 0, "{collection} {format}");
            if collection == "units-township" {
                let options = units();
                let read = world.import(&path, &options).await;
                assert_eq!(read.submission.rows.read, 0, "{format}");
                assert_eq!(read.submission.error, None, "{format}");
            }
        }
    }
}
