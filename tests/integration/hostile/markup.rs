//! XML, alone and in workbooks: entities, nesting, cells without end.

use super::Case;
use super::Wants::{Any, Finding, Refused, Rows, Stopped};
use super::archives::zipped;

/// Entities that make a thousand million of one.
const BOMB: &str = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\
<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\"><!ENTITY i \"&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;\">]>";
/// An entity that is a file of the system.
const EXTERNAL: &str = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";

fn kml(head: &str, name: &str) -> String {
    format!(
        "{head}<kml><Document><Placemark><name>{name}</name><Point><coordinates>114.26,30.55</coordinates></Point></Placemark></Document></kml>"
    )
}

fn gml(head: &str, name: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>{head}<c:FeatureCollection xmlns:c=\"http://example.org/c\" xmlns:gml=\"http://www.opengis.net/gml/3.2\">\
         <gml:featureMember><c:unit gml:id=\"u.1\"><c:code>420102</c:code><c:name>{name}</c:name><c:area>\
         <gml:Polygon srsName=\"urn:ogc:def:crs:EPSG::4490\"><gml:exterior><gml:LinearRing><gml:posList>30 114 30 115 31 115 30 114</gml:posList>\
         </gml:LinearRing></gml:exterior></gml:Polygon></c:area></c:unit></gml:featureMember></c:FeatureCollection>"
    )
}

/// A workbook with these rows in its only sheet.
pub fn xlsx(head: &str, rows: &str, shared: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let root = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    let rels = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let sheet =
        format!("{head}<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let strings = format!("{head}<sst xmlns=\"{main}\">{shared}</sst>");
    zipped(&[
        (
            "[Content_Types].xml",
            b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ])
}

/// A text cell at a place.
fn cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn header() -> String {
    format!(
        "<row r=\"1\">{}{}{}</row>",
        cell("A1", "名称"),
        cell("B1", "经度"),
        cell("C1", "纬度")
    )
}

fn ods(head: &str, rows: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?>{head}<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"a\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>"),
        ("content.xml", content.as_bytes()),
    ])
}

fn ods_cell(repeated: &str, text: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"string\"{repeated}><text:p>{text}</text:p></table:table-cell>"
    )
}

pub fn cases() -> Vec<Case> {
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let names = row(ods_cell("", "名称") + &ods_cell("", "经度") + &ods_cell("", "纬度"));
    let folders = format!(
        "<kml>{}{}{}</kml>",
        "<Folder>".repeat(100_000),
        "<Placemark><name>甲</name></Placemark>".repeat(100),
        "</Folder>".repeat(100_000)
    );
    let inside = format!(
        "<kml><Placemark>{}{}<name>甲</name></Placemark></kml>",
        "<MultiGeometry>".repeat(100_000),
        "</MultiGeometry>".repeat(100_000)
    );
    let twice: String = (0..10_000)
        .map(|i| format!("<Data name=\"k{}\"><value>1</value></Data>", i / 2))
        .collect();
    let formula = "<row r=\"2\"><c r=\"A2\" t=\"str\"><f>CONCAT(\"a\",\"b\")</f><v>甲</v></c><c r=\"B2\"><f>100+14.3</f><v>114.3</v></c><c r=\"C2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>";
    let wide_header: String = (0..16_384)
        .map(|_| "<c t=\"inlineStr\"><is><t>名</t></is></c>")
        .collect();
    let book = xlsx("", &(header() + formula), "");
    vec![
        Case::new("entities.kml", "entities that make a thousand million of one", kml(BOMB, "甲&i;"), Rows(1)).places(),
        Case::new("external.kml", "an entity that is a file of the system", kml(EXTERNAL, "甲&x;"), Rows(1)).places(),
        Case::new("deep-folders.kml", "folders 100,000 deep", folders, Rows(100)).places(),
        Case::new("deep-geometry.kml", "geometries 100,000 deep in a placemark", inside, Rows(1)).places(),
        Case::new("repeated.kml", "5,000 fields, each twice", format!("<kml><Placemark><name>甲</name><ExtendedData>{twice}</ExtendedData></Placemark></kml>"), Finding(1, "row.key.duplicate")).places(),
        Case::new("numbers.kml", "coordinates that are no numbers", "<kml><Placemark><name>甲</name><Point><coordinates>NaN,1e999</coordinates></Point></Placemark></kml>", Rows(1)).places(),
        Case::new("cut.kml", "cut in the middle", kml("", "甲")[..60].to_owned(), Refused("file.syntax")).places(),
        Case::new("cut.gpx", "cut in the middle", "<gpx><wpt lat=\"30\" lon=\"114\"><name>甲</name></wpt><wpt lat=\"3", Any).places(),
        Case::new("entities.gml", "entities that make a thousand million of one", gml(BOMB, "甲&i;"), Any),
        Case::new("external.gml", "an entity that is a file of the system", gml(EXTERNAL, "甲&x;"), Any),
        Case::new("cut-second.gml", "cut in its second feature", { let whole = gml("", "甲"); let end = whole.find("</gml:featureMember>").unwrap() + 20; whole[..end].to_owned() + "<gml:featureMember><c:unit gml:id=\"u.2\"><c:co" }, Refused("decoder.refused")),
        Case::new("linked.gml", "geometry to be fetched from elsewhere", gml("", "甲").replace("<c:area>", "<c:area xlink:href=\"http://127.0.0.1:9/a\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"), Any),
        Case::new("cut.gml", "cut in the middle", gml("", "甲")[..400].to_owned(), Refused("decoder.refused")),
        Case::new("entities.xlsx", "entities in the sheet and the shared strings", xlsx(BOMB, &(header() + "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c></row>"), "<si><t>甲&i;</t></si>"), Any).places(),
        Case::new("external.xlsx", "an entity that is a file of the system", xlsx(EXTERNAL, &(header() + &format!("<row r=\"2\">{}</row>", cell("A2", "甲&x;"))), ""), Any).places(),
        Case::new("far.xlsx", "two cells, the first and the last that there can be", xlsx("", &format!("<row r=\"1\">{}</row><row r=\"1048576\">{}</row>", cell("A1", "名称"), cell("XFD1048576", "甲")), ""), Stopped).places(),
        Case::new("beyond.xlsx", "a cell beyond the last one", xlsx("", &(header() + &format!("<row r=\"4294967295\">{}</row>", cell("ZZZZZ4294967295", "甲"))), ""), Stopped).places(),
        Case::new("wide.xlsx", "16,384 columns of one name", xlsx("", &format!("<row r=\"1\">{wide_header}</row><row r=\"2\">{}</row>", cell("A2", "甲")), ""), Any).places(),
        Case::new("formulas.xlsx", "formulas, one of which is an error", book.clone(), Finding(1, "row.cell.error")).places(),
        Case::new("strings.xlsx", "a cell that names a shared string which is not there", xlsx("", &(header() + "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>999999999</v></c></row>"), ""), Any).places(),
        Case::new("cut.xlsx", "cut in the middle", book[..book.len() / 2].to_vec(), Refused("archive.damaged")).places(),
        Case::new("workbook.csv", "a workbook under the name of a table", book, Finding(1, "row.cell.error")).places(),
        Case::new("entities.ods", "entities in the content", ods(BOMB, &(names.clone() + &row(ods_cell("", "甲&i;")))), Any).places(),
        Case::new("external.ods", "an entity that is a file of the system", ods(EXTERNAL, &(names.clone() + &row(ods_cell("", "甲&x;")))), Any).places(),
        Case::new("repeated.ods", "a cell that is repeated over a million rows of 16,384 columns", ods("", &format!("{names}<table:table-row table:number-rows-repeated=\"1048576\">{}</table:table-row>", ods_cell(" table:number-columns-repeated=\"16384\"", "甲"))), Stopped).places(),
        Case::new("numbers.ods", "a cell repeated a number of times that is none", ods("", &(names + &row(ods_cell(" table:number-columns-repeated=\"99999999999999999999\"", "甲")))), Any).places(),
    ]
}
