use super::*;
use crate::decode::Source;
use geo_types::Geometry;

fn rows(source: Source) -> Vec<Row> {
    source.rows.map(Result::unwrap).collect()
}

fn kml(text: &str) -> Source {
    open_kml("a.kml", text.as_bytes().to_vec(), None).unwrap()
}

fn text_of(row: &Row, field: &str) -> Option<String> {
    row.get(field).and_then(Value::to_text)
}

const PLACES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>外业</name>
<Style id="s"><name>no place</name></Style>
<Folder><name>江岸区</name>
  <Placemark><name>黄鹤楼 &amp; <![CDATA[公园]]></name><description><![CDATA[<b>景区</b>]]></description>
    <ExtendedData><Data name="DMLB"><value>26210</value></Data>
      <SchemaData schemaUrl="x"><SimpleData name="BZMC">黄鹤楼公园</SimpleData></SchemaData></ExtendedData>
    <Point><coordinates>114.3, 30.54,23.5</coordinates></Point></Placemark>
  <Folder><name>里</name><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>
    0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>
    1,1 2,1 2,2</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark></Folder>
</Folder>
<Placemark><name>轨迹</name><gx:Track><when>2024-05-01</when><gx:coord>1 2 3</gx:coord><gx:coord>2 3 4</gx:coord></gx:Track></Placemark>
<Placemark><name>两点</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point><Point><coordinates>3,4</coordinates></Point></MultiGeometry></Placemark>
<Placemark><name>坏</name><Point><coordinates>114.3;30.5</coordinates></Point></Placemark>
<Placemark><name>无图形</name></Placemark>
<NetworkLink><name>别处</name></NetworkLink>
</Document></kml>"#;

#[test]
fn placemarks_are_rows_with_their_folders_and_data() {
    let source = kml(PLACES);
    assert_eq!(source.row_count_hint, Some(6));
    let rules: Vec<&str> = source.notes.iter().map(|n| n.rule).collect();
    assert_eq!(rules, ["file.geometry.z_dropped", "file.kml.links"]);
    assert_eq!(
        source.fields,
        ["name", "description", "folder", "DMLB", "BZMC"]
    );
    let rows = rows(source);
    assert_eq!(text_of(&rows[0], "name").as_deref(), Some("黄鹤楼 & 公园"));
    assert_eq!(
        text_of(&rows[0], "description").as_deref(),
        Some("<b>景区</b>")
    );
    assert_eq!(text_of(&rows[0], "folder").as_deref(), Some("外业/江岸区"));
    assert_eq!(text_of(&rows[0], "DMLB").as_deref(), Some("26210"));
    assert_eq!(text_of(&rows[0], "BZMC").as_deref(), Some("黄鹤楼公园"));
    assert_eq!(
        rows[0].geometry,
        RowGeometry::Geometry(geo_types::Point::new(114.3, 30.54).into())
    );
    assert_eq!(
        text_of(&rows[1], "folder").as_deref(),
        Some("外业/江岸区/里")
    );
    let RowGeometry::Geometry(Geometry::Polygon(p)) = &rows[1].geometry else {
        panic!("{:?}", rows[1].geometry)
    };
    assert_eq!((p.exterior().0.len(), p.interiors()[0].0.len()), (5, 4));
    assert_eq!(rows[1].problems[0].rule, "row.ring.unclosed");
    let kinds: Vec<bool> = [2, 3]
        .map(|i| {
            matches!(
                rows[i].geometry,
                RowGeometry::Geometry(Geometry::LineString(_) | Geometry::MultiPoint(_))
            )
        })
        .to_vec();
    assert_eq!(kinds, [true, true]);
    let RowGeometry::Unreadable { found, .. } = &rows[4].geometry else {
        panic!("{:?}", rows[4].geometry)
    };
    assert_eq!(found.en, "\"114.3;30.5\"");
    assert_eq!(rows[5].geometry, RowGeometry::Null);
}

#[test]
fn a_document_in_gbk_says_so_or_is_guessed() {
    let text = "<?xml version=\"1.0\" encoding=\"GB2312\"?><kml><Placemark><name>硚口区</name></Placemark></kml>";
    let bytes = encoding_rs::GBK.encode(text).0.into_owned();
    let source = open_kml("a.kml", bytes, None).unwrap();
    assert_eq!(source.encoding.name, "gb18030");
    assert_eq!(text_of(&rows(source)[0], "name").as_deref(), Some("硚口区"));
}

fn refused(text: &str) -> ReadErrorKind {
    match open_kml("a.kml", text.as_bytes().to_vec(), None) {
        Err(e) => *e.kind,
        Ok(_) => panic!("{text:.80} was read"),
    }
}

#[test]
fn cut_and_broken_documents_are_refused_with_the_place() {
    let whole = "<kml><Placemark><name>a</name></Placemark>";
    assert!(matches!(
        refused(whole),
        ReadErrorKind::Truncated { offset: 42, .. }
    ));
    let ReadErrorKind::Syntax { found, .. } = refused(&format!("{whole}<Placemark></kml>")) else {
        panic!("no fault")
    };
    assert!(found.en.contains("(1 whole records before it)"), "{found}");
}

#[test]
fn entities_and_depth_do_no_harm() {
    let laughs =
        "<!DOCTYPE kml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let source = kml(&format!(
        "{laughs}<kml><Placemark><name>&b;&#x6b66;&lt; A&B</name></Placemark></kml>"
    ));
    assert_eq!(
        text_of(&rows(source)[0], "name").as_deref(),
        Some("&b;武< A&B")
    );
    let deep = format!(
        "<kml>{}<Placemark><name>a</name>{}{}</Placemark>{}</kml>",
        "<Folder>".repeat(200_000),
        "<MultiGeometry>".repeat(200_000),
        "</MultiGeometry>".repeat(200_000),
        "</Folder>".repeat(200_000),
    );
    assert_eq!(rows(kml(&deep)).len(), 1);
}

#[test]
fn a_folder_of_a_long_name_does_not_stand_whole_in_each_of_its_rows() {
    let names = format!("<name>{}</name>", "长".repeat(1_000_000));
    let rows_of_it = "<Placemark><name>x</name></Placemark>".repeat(20_000);
    let kml = format!("<kml><Folder>{names}<Folder>{names}{rows_of_it}</Folder></Folder></kml>");
    let all = rows(open_kml("a.kml", kml.into_bytes(), None).unwrap());
    assert_eq!(all.len(), 20_000);
    let folder = all[19_999].get("folder").and_then(Value::to_text).unwrap();
    assert!(folder.len() < 1_000 && folder.ends_with('…'));
}

const WALK: &str = r#"<gpx version="1.1"><metadata><name>a walk</name></metadata>
<wpt lat="30.54" lon="114.3"><ele>23</ele><time>2024-05-01T08:00:00Z</time><name>001</name><cmt>黄鹤楼</cmt>
  <extensions><acc>3.5</acc></extensions></wpt>
<wpt lat="30.5" lon="x"><name>002</name></wpt>
<trk><name>way</name><trkseg><trkpt lat="1" lon="2"/><trkpt lat="2" lon="3"/></trkseg><trkseg><trkpt lat="5" lon="6"/></trkseg></trk>
</gpx>"#;

#[test]
fn way_points_come_first_and_tracks_when_asked_for() {
    let open = |layer| open_gpx("a.gpx", WALK.as_bytes().to_vec(), None, layer);
    let source = open(None).unwrap();
    assert_eq!(source.layer.as_deref(), Some("waypoints"));
    assert_eq!(source.notes[0].rule, "file.gpx.layers");
    assert!(source.notes[0].message.en.contains("not read: tracks (1)"));
    assert_eq!(source.fields, ["name", "cmt", "ele", "time", "acc"]);
    let points = rows(source);
    assert_eq!(
        points[0].geometry,
        RowGeometry::Geometry(geo_types::Point::new(114.3, 30.54).into())
    );
    assert!(matches!(points[1].geometry, RowGeometry::Unreadable { .. }));
    let source = open(Some("tracks")).unwrap();
    assert!(source.notes.is_empty());
    let RowGeometry::Geometry(Geometry::MultiLineString(l)) = &rows(source)[0].geometry else {
        panic!("no lines")
    };
    assert_eq!(l.0.iter().map(|l| l.0.len()).collect::<Vec<_>>(), [2, 1]);
    assert!(matches!(
        *open(Some("way")).map(|_| ()).unwrap_err().kind,
        ReadErrorKind::LayerUnknown { .. }
    ));
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_it_is_read_or_refused(text in "(<(kml|Placemark|name|Point|coordinates|/kml|/Placemark|/name|gpx|wpt lat='1'|/wpt)>|[a&;\\]<0-9, ]{0,4}){0,40}") {
        let _ = open_kml("a", text.clone().into_bytes(), None).map(rows);
        let _ = open_gpx("a", text.into_bytes(), None, None).map(rows);
    }
}
