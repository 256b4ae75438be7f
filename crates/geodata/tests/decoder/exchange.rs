//! Exchange formats that the child reads: MapInfo, GML, DXF, TopoJSON.

use std::fs;

use gdal::{
    DriverManager,
    vector::{LayerAccess as _, LayerOptions},
};
use geo_types::Geometry;
use jieming_geodata::crs::DeclaredCrs;
use jieming_geodata::decode::{Format, Row, RowGeometry};

use super::{read, rows, text};

fn is_area(row: &Row) -> bool {
    matches!(
        row.geometry,
        RowGeometry::Geometry(Geometry::Polygon(_) | Geometry::MultiPolygon(_))
    )
}

#[test]
fn mif_with_its_mid_in_chinese() {
    let dir = tempfile::tempdir().unwrap();
    let mif = "Version 300\nCharset \"WindowsSimpChinese\"\nDelimiter \",\"\nCoordSys Earth Projection 1, 0\nColumns 2\n  XZQDM Char(12)\n  XZQMC Char(40)\nData\n\nRegion 1\n  5\n114.0 30.0\n114.1 30.0\n114.1 30.1\n114.0 30.1\n114.0 30.0\n    Pen (1,2,0)\n";
    fs::write(dir.path().join("区.MIF"), mif).unwrap();
    let mid = encoding_rs::GBK
        .encode("\"420102\",\"江岸区\"\n")
        .0
        .into_owned();
    let path = dir.path().join("区.MIF");
    assert!(read(&path).is_err_and(|e| e.to_string().contains("区.mid")));
    fs::write(dir.path().join("区.mid"), mid).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::MapInfo);
    assert_eq!(source.layer.as_deref(), Some("区"));
    let rows = rows(source);
    assert_eq!(
        (text(&rows[0], "XZQDM"), text(&rows[0], "XZQMC")),
        ("420102".into(), "江岸区".into())
    );
    assert!(is_area(&rows[0]));
}

#[test]
fn a_table_of_mapinfo_stands_with_its_siblings_alone_or_in_a_zip() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("layer.tab");
    let driver = DriverManager::get_driver_by_name("MapInfo File").unwrap();
    let mut made = driver.create_vector_only(&path).unwrap();
    let layer = made.create_layer(LayerOptions {
        name: "layer",
        ty: gdal_sys::OGRwkbGeometryType::wkbPolygon,
        ..Default::default()
    });
    let layer = layer.unwrap();
    layer
        .create_defn_fields(&[("code", gdal::vector::OGRFieldType::OFTString)])
        .unwrap();
    let area = gdal::vector::Geometry::from_wkt("POLYGON((114 30,115 30,115 31,114 30))").unwrap();
    let mut feature = gdal::vector::Feature::new(layer.defn()).unwrap();
    feature.set_geometry(area).unwrap();
    feature.set_field_string(0, "420100").unwrap();
    feature.create(&layer).unwrap();
    drop(feature);
    made.close().unwrap();

    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::MapInfo);
    let alone = rows(source);
    assert_eq!(text(&alone[0], "code"), "420100");
    assert!(is_area(&alone[0]));

    let zip = dir.path().join("a.zip");
    let mut w = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
    for ext in ["tab", "dat", "map", "id"] {
        let name = format!("图/layer.{}", ext.to_uppercase());
        w.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut w, &fs::read(path.with_extension(ext)).unwrap()).unwrap();
    }
    w.finish().unwrap();
    assert_eq!(text(&rows(read(&zip).unwrap())[0], "code"), "420100");
    fs::remove_file(path.with_extension("dat")).unwrap();
    assert!(read(&path).is_err_and(|e| e.to_string().contains("layer.dat")));
}

#[test]
fn gml_keeps_longitude_first() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.gml");
    let ring = "<gml:Polygon srsName=\"urn:ogc:def:crs:EPSG::4490\"><gml:exterior><gml:LinearRing><gml:posList>30 114 30 115 31 115 30 114</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>";
    let gml = format!(
        "<?xml version=\"1.0\"?><c:FeatureCollection xmlns:c=\"http://example.org/c\" xmlns:gml=\"http://www.opengis.net/gml/3.2\">\
         <gml:featureMember><c:unit gml:id=\"u.1\"><c:code>420102</c:code><c:area>{ring}</c:area></c:unit></gml:featureMember></c:FeatureCollection>"
    );
    fs::write(&path, gml).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::Gml);
    assert_eq!(source.declared_crs, DeclaredCrs::Epsg(4490));
    let rows = rows(source);
    assert_eq!(text(&rows[0], "code"), "420102");
    let RowGeometry::Geometry(Geometry::Polygon(p)) = &rows[0].geometry else {
        panic!("{:?}", rows[0].geometry)
    };
    assert_eq!(p.exterior().0[0], geo_types::Coord { x: 114.0, y: 30.0 });
}

/// A drawing of AutoCAD 2007 and later, which is UTF-8.
fn drawing(entities: &str) -> String {
    format!(
        "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1021\n  0\nENDSEC\n  0\nSECTION\n  2\nENTITIES\n{entities}  0\nENDSEC\n  0\nEOF\n"
    )
}

fn polyline(closed: bool, points: &[(i32, i32)]) -> String {
    let mut out = format!(
        "  0\nLWPOLYLINE\n  8\nJZX\n100\nAcDbEntity\n100\nAcDbPolyline\n 90\n{}\n 70\n{}\n",
        points.len(),
        i32::from(closed)
    );
    for (x, y) in points {
        out += &format!(" 10\n{x}.0\n 20\n{y}.0\n");
    }
    out
}

fn label(words: &str, x: i32, y: i32) -> String {
    format!(
        "  0\nTEXT\n  8\nZJ\n100\nAcDbEntity\n100\nAcDbText\n 10\n{x}.0\n 20\n{y}.0\n 40\n2.5\n  1\n{words}\n"
    )
}

#[test]
fn closed_polylines_are_areas_with_the_text_in_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("图.dxf");
    let entities = polyline(true, &[(0, 0), (90, 0), (90, 90), (0, 90)])
        + &polyline(true, &[(20, 20), (40, 20), (40, 40), (20, 40)])
        + &polyline(false, &[(0, 100), (50, 120)])
        + &label("甲村", 60, 60)
        + &label("乙村", 30, 30)
        + &label("(飞地)", 35, 35)
        + &label("图廓外", 200, 200);
    fs::write(&path, drawing(&entities)).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::Dxf);
    assert_eq!(source.declared_crs, DeclaredCrs::Undeclared);
    assert_eq!(source.notes.last().map(|n| n.rule), Some("file.dxf.labels"));
    assert!(source.fields.iter().any(|f| f == "label"));
    let rows = rows(source);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (text(&rows[0], "label"), text(&rows[1], "label")),
        ("甲村".into(), "乙村 (飞地)".into())
    );
    assert!(is_area(&rows[0]) && is_area(&rows[1]) && !is_area(&rows[2]));
    assert_eq!(rows[1].problems[0].rule, "row.label.several");
    assert_eq!(text(&rows[3], "Text"), "图廓外");

    let gbk = encoding_rs::GBK.encode(&drawing(&entities)).0.into_owned();
    fs::write(&path, gbk).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.encoding.name, "gb18030");
    assert_eq!(text(&super::rows(source)[0], "label"), "甲村");
}

#[test]
fn topojson_arcs_become_areas() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let topology = r#"{"type":"Topology","objects":{"区":{"type":"GeometryCollection","geometries":[
        {"type":"Polygon","arcs":[[0]],"properties":{"adcode":420102,"name":"江岸区"}}]}},
        "arcs":[[[114,30],[115,30],[115,31],[114,30]]]}"#;
    fs::write(&path, topology).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::TopoJson);
    assert_eq!(source.declared_crs, DeclaredCrs::FormatDefault);
    assert_eq!(source.layer.as_deref(), Some("区"));
    let rows = rows(source);
    assert_eq!(
        (text(&rows[0], "adcode"), text(&rows[0], "name")),
        ("420102".into(), "江岸区".into())
    );
    assert!(is_area(&rows[0]));
}

#[test]
fn entities_of_a_document_are_not_files_of_the_system() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret.txt");
    fs::write(&secret, "the secret").unwrap();
    let type_of = format!(
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file://{}\">]>",
        secret.display()
    );
    let gml = format!(
        "<?xml version=\"1.0\"?>{type_of}<c:FeatureCollection xmlns:c=\"http://example.org/c\" xmlns:gml=\"http://www.opengis.net/gml/3.2\">\
         <gml:featureMember><c:unit gml:id=\"u.1\"><c:code>420102</c:code><c:name>甲&x;</c:name></c:unit></gml:featureMember></c:FeatureCollection>"
    );
    let kml = format!("{type_of}<kml><Placemark><name>甲&x;</name></Placemark></kml>");
    for (name, text) in [("a.gml", gml), ("a.kml", kml)] {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let rows = read(&path).map(|s| s.rows.map(|r| format!("{r:?}")).collect::<String>());
        let rows = rows.unwrap_or_else(|e| e.to_string());
        assert!(!rows.contains("the secret"), "{name}: {rows}");
    }
}
