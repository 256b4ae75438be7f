//! Databases and topologies: what a query, or an arc taken again and again, can be made to give without end.

use std::fmt::Write as _;

use sqlx::{Connection as _, SqliteConnection};

use super::Case;
use super::Wants::{Any, Refused, Rows, Stopped};

/// The tables of a GeoPackage, with one of two units.
const TABLES: &str = "
PRAGMA application_id = 0x47504B47;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 4326, 'EPSG', 4326, 'undefined', '');
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
CREATE TABLE units (fid INTEGER PRIMARY KEY, code TEXT, name TEXT);
INSERT INTO units VALUES (1, '420102', '江岸区'), (2, '420103', '江汉区');
";

async fn geopackage(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut db = SqliteConnection::connect(&url).await.unwrap();
    for statement in [TABLES, sql] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut db)
            .await
            .unwrap();
    }
    db.close().await.unwrap();
    std::fs::read(path).unwrap()
}

fn listed(table: &str) -> String {
    format!(
        "INSERT INTO gpkg_contents VALUES ('{table}', 'attributes', '{table}', '', '2024-01-01T00:00:00Z', 0, 0, 0, 0, NULL);"
    )
}

fn topology(arc: usize, times: usize) -> String {
    let mut points = String::from("[114,30]");
    for i in 1..arc {
        write!(
            points,
            ",[{},{}]",
            114.0 + i as f64 / 1e6,
            30.0 + (i % 2) as f64
        )
        .unwrap();
    }
    let one = r#"{"type":"Polygon","arcs":[[0]],"properties":{"name":"a"}}"#;
    let all = vec![one; times].join(",");
    format!(
        r#"{{"type":"Topology","objects":{{"a":{{"type":"GeometryCollection","geometries":[{all}]}}}},"arcs":[[{points},[114,30]]]}}"#
    )
}

pub async fn cases() -> Vec<Case> {
    let plain = geopackage(&listed("units")).await;
    let endless = "CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, 'a' AS name, x AS code FROM c;";
    let trigger = "CREATE TRIGGER t AFTER INSERT ON units BEGIN DELETE FROM units; END;
        CREATE VIEW shown AS SELECT fid, code, name || (SELECT count(*) FROM units) AS name FROM units;";
    let extension = "CREATE VIEW loaded AS SELECT 1 AS fid, load_extension('/tmp/a.so') AS name;";
    let large = "CREATE VIEW large AS SELECT 1 AS fid, zeroblob(1000000000) AS b, hex(zeroblob(400000000)) AS name;";
    vec![
        Case::new(
            "plain.gpkg",
            "a sound one, to compare",
            plain.clone(),
            Rows(2),
        )
        .places(),
        Case::new(
            "trigger.gpkg",
            "a trigger, and a view that is the only layer",
            geopackage(&(trigger.to_owned() + &listed("shown"))).await,
            Any,
        )
        .places(),
        Case::new(
            "endless.gpkg",
            "a view that never ends",
            geopackage(&(endless.to_owned() + &listed("endless"))).await,
            Stopped,
        )
        .places(),
        Case::new(
            "extension.gpkg",
            "a view that loads a program",
            geopackage(&(extension.to_owned() + &listed("loaded"))).await,
            Any,
        )
        .places(),
        Case::new(
            "large.gpkg",
            "a view of one row of a gigabyte",
            geopackage(&(large.to_owned() + &listed("large"))).await,
            Stopped,
        )
        .places(),
        Case::new(
            "cut.gpkg",
            "cut in the middle",
            plain[..plain.len() / 2].to_vec(),
            Any,
        )
        .places(),
        Case::new(
            "zeros.gpkg",
            "pages of zeros",
            [&plain[..4096], &vec![0; plain.len() - 4096]].concat(),
            Any,
        )
        .places(),
        Case::new(
            "head.gpkg",
            "the first bytes only",
            plain[..100].to_vec(),
            Refused("decoder.refused"),
        )
        .places(),
        Case::new(
            "arcs.json",
            "an arc of 20,000 points that 500 units take",
            topology(20_000, 500),
            Stopped,
        ),
        Case::new(
            "cut-topology.json",
            "cut in the middle",
            topology(1_000, 3)[..900].to_owned(),
            Any,
        ),
    ]
}
