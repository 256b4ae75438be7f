//! What the content of a file is, by its first bytes. The name only helps where bytes cannot tell.

use std::path::Path;

use super::{Format, encoding};
use crate::Text;

/// Bytes that are looked at.
pub const HEAD: usize = 64 << 10;

/// What the content looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A zip archive of some kind.
    Zip,
    /// One gzip stream.
    Gzip,
    /// One xz stream.
    Xz,
    /// JSON text in any encoding.
    Json,
    /// FlatGeobuf.
    FlatGeobuf,
    /// The geometry file of a Shapefile.
    Shp,
    /// The index file of a Shapefile (same first bytes).
    Shx,
    /// A dBASE table.
    Dbf,
    /// A GeoPackage.
    GeoPackage,
    /// A workbook of Excel 97 to 2003, or another document in the same container.
    Xls,
    /// KML.
    Kml,
    /// GPX.
    Gpx,
    /// The land survey's boundary text.
    SurveyText,
    /// Text of a format that GDAL reads.
    Gdal(Format),
    /// Other text: perhaps a table.
    Text,
    /// A format known by name that is not read.
    Known(&'static str),
    /// Nothing known.
    Unknown(Text),
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

/// Tells the content from `head`, the first [`HEAD`] bytes of a file that is not empty.
pub fn sniff(head: &[u8], path: &Path) -> Content {
    const MAGIC: [(&[u8], &str); 12] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"BZh", "bzip2"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!", "RAR"),
        (b"PAR1", "Parquet"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"PMTiles", "PMTiles"),
        (b"ARROW1", "Arrow"),
    ];
    if let Some((_, name)) = MAGIC.iter().find(|(m, _)| head.starts_with(m)) {
        return Content::Known(name);
    }
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
            return Content::Zip;
        }
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => return Content::Xls,
        [0x1f, 0x8b, ..] => return Content::Gzip,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => return Content::Xz,
        [b'f', b'g', b'b', _, b'f', b'g', b'b', ..] => return Content::FlatGeobuf,
        [0, 0, 0x27, 0x0a, ..] if extension(path) == "shx" => return Content::Shx,
        [0, 0, 0x27, 0x0a, ..] => return Content::Shp,
        _ => {}
    }
    if head.starts_with(b"SQLite format 3\0") {
        let id = head.get(68..72).unwrap_or_default();
        let geopackage = matches!(id, b"GPKG" | b"GP10" | b"GP11")
            || memchr::memmem::find(head, b"gpkg_contents").is_some()
            || extension(path) == "gpkg";
        return if geopackage {
            Content::GeoPackage
        } else {
            Content::Known("SQLite")
        };
    }
    if head.get(257..262) == Some(b"ustar") {
        return Content::Known("tar");
    }
    if is_dbf(head) {
        return Content::Dbf;
    }
    text(head, path)
}

/// The head of a dBASE table: version, a date that exists, lengths that fit together, and field descriptions or the end mark.
fn is_dbf(b: &[u8]) -> bool {
    const VERSIONS: [u8; 12] = [
        0x02, 0x03, 0x04, 0x30, 0x31, 0x32, 0x43, 0x83, 0x8b, 0xcb, 0xf5, 0xfb,
    ];
    if b.len() < 33 || !VERSIONS.contains(&b[0]) || b[2] > 12 || b[3] > 31 {
        return false;
    }
    let header = usize::from(u16::from_le_bytes([b[8], b[9]]));
    let record = u16::from_le_bytes([b[10], b[11]]);
    // Some writers leave the end mark out; then the first field must have a name and a known type.
    let named = b
        .get(43)
        .is_some_and(|t| b"CNDLFMIBGPYT@O+0VQW".contains(t))
        && b[32].is_ascii_alphanumeric();
    header >= 33 && record >= 1 && (b.len() < header || named || b[32..header].contains(&0x0d))
}

fn text(head: &[u8], path: &Path) -> Content {
    let utf16 = matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || matches!(head, [a, 0, b, 0, ..] | [0, a, 0, b, ..] if a.is_ascii_graphic() && (b.is_ascii_graphic() || b.is_ascii_whitespace()))
        || (std::str::from_utf8(head).is_err() && encoding::bare_utf16(head).is_some());
    let body: Vec<u8> = if utf16 {
        head.iter()
            .copied()
            .filter(|b| *b != 0 && *b != 0xff && *b != 0xfe)
            .collect()
    } else {
        head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).to_vec()
    };
    let start = body
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .unwrap_or(body.len());
    let body = &body[start..];
    match body {
        [] => return Content::Unknown(Text::new("只有空白", "blanks only")),
        [b'{', ..] if is_topology(body) => return Content::Gdal(Format::TopoJson),
        [b'{' | b'[', ..] if !is_bracket_section(body) => return Content::Json,
        [0x1e, ..] => return Content::Json,
        [b'<', ..] => return markup(body),
        _ => {}
    }
    let control = body
        .iter()
        .filter(|b| **b < 9 || (14..32).contains(*b))
        .count();
    // Text may hold a few control characters: names copied from elsewhere do. The last character of a head may be cut.
    let utf8 = std::str::from_utf8(body).map_or_else(|e| e.error_len().is_none(), |_| true);
    let few = if utf8 && !body.contains(&0) { 10 } else { 200 };
    if !utf16 && (control * few > body.len() || (few > 10 && control > 0 && body.len() < 200)) {
        let hex: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let hex = hex.join(" ");
        return Content::Unknown(Text::new(
            format!("二进制数据，开头为 {hex}"),
            format!("binary data that begin with {hex}"),
        ));
    }
    let upper = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_ascii_uppercase();
    let known = if upper.contains("INSERT INTO") || upper.contains("CREATE TABLE") {
        Some("SQL")
    } else if upper.starts_with("[属性描述]")
        || (upper.starts_with('[') && (upper.contains("@\n") || upper.contains("@\r")))
    {
        return Content::SurveyText;
    } else if upper.starts_with("!TABLE")
        || (upper.starts_with("VERSION ") && upper.contains("COLUMNS"))
    {
        return Content::Gdal(Format::MapInfo);
    } else if upper.starts_with('0') && upper.lines().nth(1).is_some_and(|l| l.trim() == "SECTION")
    {
        return Content::Gdal(Format::Dxf);
    } else if ["GEOGCS[", "PROJCS[", "GEOGCRS[", "PROJCRS["]
        .iter()
        .any(|k| upper.starts_with(k))
    {
        Some("PRJ (a coordinate system description)")
    } else {
        None
    };
    let _ = path;
    known.map_or(Content::Text, Content::Known)
}

/// Whether the type of a JSON object is that of TopoJSON, as far as its head tells.
fn is_topology(body: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(body, b"\"Topology\"") else {
        return false;
    };
    let before = body[..at].trim_ascii_end();
    before
        .strip_suffix(b":")
        .is_some_and(|b| b.trim_ascii_end().ends_with(b"\"type\""))
        && memchr::memmem::find(before, b"\"features\"").is_none()
}

/// `[属性描述]` and the like: a section of a text file, no JSON array.
fn is_bracket_section(body: &[u8]) -> bool {
    body[0] == b'[' && body.get(1).is_some_and(|b| *b >= 0x80)
}

fn markup(body: &[u8]) -> Content {
    let s = String::from_utf8_lossy(&body[..body.len().min(8192)]).to_ascii_lowercase();
    // The root's name comes before whatever its content holds.
    let gml = Content::Gdal(Format::Gml);
    let root = [
        ("<kml", Content::Kml),
        ("<gpx", Content::Gpx),
        ("opengis.net/gml", gml.clone()),
        ("<gml", gml),
    ];
    if let Some((_, content)) = root.into_iter().find(|(k, _)| s.contains(k)) {
        return content;
    }
    let known = [
        ("<html", "HTML (a web page)"),
        ("<!doctype html", "HTML (a web page)"),
        ("<osm", "OSM XML"),
        ("<svg", "SVG"),
        ("<worksheet", "XML"),
        ("<?xml", "XML"),
    ];
    match known.iter().find(|(k, _)| s.contains(k)) {
        Some((_, name)) => Content::Known(name),
        None => Content::Known("XML"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Content {
        sniff(bytes, Path::new("x"))
    }

    #[test]
    fn content_is_known_whatever_the_name() {
        assert_eq!(of(b" \n{\"type\""), Content::Json);
        assert_eq!(of("\u{feff}[{}]".as_bytes()), Content::Json);
        assert_eq!(of(b"{\0\"\0t\0"), Content::Json);
        assert_eq!(of(b"\x1e{}"), Content::Json);
        assert_eq!(of(b"<?xml version=\"1.0\"?><kml>"), Content::Kml);
        assert_eq!(
            of(b"<!DOCTYPE html><html>login"),
            Content::Known("HTML (a web page)")
        );
        assert_eq!(of("[属性描述]\n坐标系=".as_bytes()), Content::SurveyText);
        assert_eq!(of(b"name,lon,lat\n"), Content::Text);
        assert_eq!(of(b"INSERT INTO a VALUES (1);"), Content::Known("SQL"));
        assert!(matches!(
            of(b"\x01\x02\x03\x00\x00\x07"),
            Content::Unknown(_)
        ));
        assert!(matches!(of(b" \n "), Content::Unknown(_)));
        assert_eq!(of(b"PK\x03\x04...."), Content::Zip);
    }
}
