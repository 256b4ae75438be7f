//! Formats in containers: OpenDocument and old Excel workbooks, KMZ.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use jieming_geodata::decode::{Format, RowGeometry};

use super::{read, rows, text};

/// A zip with these members.
fn zipped(path: &Path, members: &[(&str, &[u8])]) -> PathBuf {
    let mut w = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in members {
        w.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        w.write_all(bytes).unwrap();
    }
    w.finish().unwrap();
    path.to_owned()
}

#[test]
fn an_old_workbook_is_read_by_its_content() {
    let dir = tempfile::tempdir().unwrap();
    // `names.xls`: two sheets, a title above the header, a code typed as a number, dates.
    let path = dir.path().join("地名.dat");
    std::fs::write(&path, include_bytes!("names.xls")).unwrap();
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::Xls);
    assert_eq!(source.layer.as_deref(), Some("地名表"));
    assert_eq!(
        source.fields,
        ["标准名称", "地名代码", "东经", "北纬", "登记日期"]
    );
    assert_eq!(source.notes[0].rule, "file.table.title_rows");
    let rows = rows(source);
    assert_eq!(text(&rows[0], "地名代码"), "42010626210000001");
    assert_eq!(text(&rows[1], "地名代码"), "4201");
    assert_eq!(text(&rows[0], "东经"), "114.3024");
    assert_eq!(text(&rows[1], "登记日期"), "2024-05-02");
}

#[test]
fn what_is_in_the_container_of_old_workbooks_and_is_none_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xls");
    let whole = include_bytes!("names.xls");
    for cut in [8, 600, 2000, whole.len() - 1500] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        if let Err(e) = read(&path) {
            assert!(e.to_string().contains("XLS"), "{cut}: {e}");
        }
    }
    std::fs::write(&path, &whole[..600]).unwrap();
    assert!(read(&path).is_err());
}

#[test]
fn an_open_document_is_a_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let cell = |v: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{v}</text:p></table:table-cell>"
        )
    };
    let number = |v: &str| {
        format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{v}\"><text:p>{v}</text:p></table:table-cell>"
        )
    };
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"甲\">{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(cell("名称") + &cell("经度") + &cell("位置")),
        row(cell("汉阳树") + &number("114.27") + &cell("POINT(114.27 30.5)"))
            + &row(cell("古琴台") + &number("114.26") + &cell("POINT(114.26")),
    );
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    let path = zipped(
        &dir.path().join("a.ods"),
        &[
            (
                "mimetype",
                b"application/vnd.oasis.opendocument.spreadsheet",
            ),
            ("META-INF/manifest.xml", manifest.as_bytes()),
            ("content.xml", content.as_bytes()),
        ],
    );
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::Ods);
    assert_eq!(source.layer.as_deref(), Some("甲"));
    let rows = rows(source);
    assert_eq!(
        (rows.len(), text(&rows[0], "名称"), text(&rows[0], "经度")),
        (2, "汉阳树".into(), "114.27".into())
    );
    // A column of WKT is the geometry, and a bad cell of it stays in its row.
    assert!(matches!(rows[0].geometry, RowGeometry::Geometry(_)));
    assert!(matches!(rows[1].geometry, RowGeometry::Unreadable { .. }));
}

#[test]
fn a_packed_kml_is_read_beside_its_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let kml = "<kml><Placemark><name>古琴台</name><Point><coordinates>114.26,30.55</coordinates></Point></Placemark></kml>";
    let path = zipped(
        &dir.path().join("a.kmz"),
        &[
            ("files/icon.png", b"\x89PNG\r\n\x1a\n"),
            ("doc.kml", kml.as_bytes()),
        ],
    );
    let source = read(&path).unwrap();
    assert_eq!(source.format, Format::Kml);
    let rows = rows(source);
    assert_eq!(text(&rows[0], "name"), "古琴台");
    assert!(matches!(rows[0].geometry, RowGeometry::Geometry(_)));
}
