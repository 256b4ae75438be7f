use super::*;
use crate::decode::{EncodingSource, Value};

fn try_open(text: &str) -> Result<Source, ReadError> {
    let encoding = EncodingUse {
        name: "UTF-8".into(),
        source: EncodingSource::ValidUtf8,
        sure: 1.0,
    };
    open(
        "a.geojson",
        text.as_bytes().to_vec(),
        0,
        encoding,
        Vec::new(),
    )
}

fn rows(text: &str) -> Vec<Row> {
    try_open(text).unwrap().rows.map(Result::unwrap).collect()
}

fn feature(n: usize) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"n":{n}}},"geometry":{{"type":"Point","coordinates":[114.{n},30.6]}}}}"#
    )
}

#[test]
fn every_shape_of_geojson_gives_its_rows() {
    let (a, b) = (feature(1), feature(2));
    assert_eq!(
        rows(&format!(
            r#"{{"features":[{a},{b}],"type":"FeatureCollection"}}"#
        ))
        .len(),
        2
    );
    assert_eq!(rows(&a).len(), 1);
    assert_eq!(rows(r#"{"type":"Point","coordinates":[1,2]}"#).len(), 1);
    for seq in [
        format!("{a}\n{b}\n"),
        format!("\x1e{a}\n\x1e{b}\n"),
        format!("{a}{b}"),
        format!("[{a},{b}]"),
    ] {
        let r = rows(&seq);
        assert_eq!(r.len(), 2, "{seq}");
        assert_eq!(r[1].get("n"), Some(&Value::Integer(2)));
    }
    assert_eq!(
        try_open(&format!("{a}\n{b}\n")).unwrap().format,
        Format::GeoJsonSeq
    );
}

#[test]
fn order_and_numbers_are_kept_over_many_batches() {
    let text: String = (0..30_000).map(|n| feature(n) + "\n").collect();
    let r = rows(&text);
    assert_eq!(r.len(), 30_000);
    assert!(r.iter().enumerate().all(|(i, r)| r.number == i as u64 + 1 && r.get("n") == Some(&Value::Integer(i as i64))));
}

#[test]
fn a_cut_file_is_refused_with_its_offset() {
    let whole = format!(
        r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
        feature(1),
        feature(2)
    );
    for cut in 1..whole.len() {
        let Err(e) = try_open(&whole[..cut]) else {
            panic!("{cut} was read")
        };
        assert_eq!(e.code(), "file.truncated", "{cut}: {e}");
        assert!(e.to_string().contains(&format!("byte {cut}")), "{e}");
    }
}

#[test]
fn one_bad_record_of_a_sequence_stops_no_other() {
    let text = format!(
        "{}\n{{\"type\":\"Feature\",\"geom\n{}\n",
        feature(1),
        feature(3)
    );
    let r = rows(&text);
    assert_eq!(r.len(), 3);
    assert_eq!(r[1].problems[0].rule, "row.json.syntax");
    assert!(matches!(r[1].geometry, RowGeometry::Unreadable { .. }));
    assert!(r[2].problems.is_empty());
}

#[test]
fn what_is_no_feature_is_noted() {
    let s = try_open(&format!(
        r#"{{"type":"FeatureCollection","features":[null,{},{{"type":"Foo"}}]}}"#,
        feature(1)
    ))
    .unwrap();
    assert_eq!(s.notes[0].rule, "file.json.not_features");
    assert_eq!(s.rows.count(), 1);
}

#[test]
fn other_json_is_refused_by_name() {
    let code = |t: &str| try_open(t).err().map(|e| (e.code(), e.to_string()));
    assert!(
        code(r#"{"type":"Topology","arcs":[]}"#)
            .unwrap()
            .1
            .contains("TopoJSON")
    );
    assert!(
        code(r#"{"geometryType":"esriGeometryPolygon","features":[]}"#)
            .unwrap()
            .1
            .contains("Esri JSON")
    );
    assert_eq!(code(r#"{"a":1}"#).unwrap().0, "file.unrecognised");
    assert_eq!(code("[1,2]").unwrap().0, "file.unrecognised");
    assert_eq!(
        code(r#"{"type":"FeatureCollection","features":{}}"#)
            .unwrap()
            .0,
        "file.syntax"
    );
}

#[test]
fn the_crs_member_is_read_in_its_spellings() {
    let crs = |member: &str| {
        try_open(&format!(
            r#"{{"type":"FeatureCollection",{member}"features":[]}}"#
        ))
        .unwrap()
        .declared_crs
    };
    assert_eq!(crs(""), DeclaredCrs::FormatDefault);
    assert_eq!(crs(r#""crs":null,"#), DeclaredCrs::Unknown);
    assert_eq!(
        crs(r#""crs":{"type":"EPSG","properties":{"code":4547}},"#),
        DeclaredCrs::Epsg(4547)
    );
    assert_eq!(
        crs(r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4547"}},"#),
        DeclaredCrs::Text("urn:ogc:def:crs:EPSG::4547".into())
    );
}

#[test]
fn a_table_in_json_has_no_geometry() {
    let s = try_open(r#"[{"name":"武汉站","position":[30.60837,114.42628]},{"name":"黄鹤楼"}]"#)
        .unwrap();
    assert_eq!(
        (s.format, s.fields.clone()),
        (
            Format::JsonTable,
            vec!["name".to_owned(), "position".to_owned()]
        )
    );
    assert!(
        s.rows
            .map(Result::unwrap)
            .all(|r| r.geometry == RowGeometry::Absent)
    );
}
