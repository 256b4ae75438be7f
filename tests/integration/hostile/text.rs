//! Text: delimited, JSON, the land survey's.

use std::fmt::Write as _;

use super::Case;
use super::Wants::{Any, Finding, Refused, Rows};

/// Rows of the large table, and vertices of the large polygon.
const MILLION: usize = 1_000_000;

const SQUARE: &str = "[[[114.1,30.5],[114.2,30.5],[114.2,30.6],[114.1,30.6],[114.1,30.5]]]";

fn feature(properties: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}"#
    )
}

fn collection(features: &str) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)
}

fn unit(name: &str) -> String {
    feature(&format!(r#"{{"code":"420104","name":"{name}"}}"#), SQUARE)
}

pub fn cases() -> Vec<Case> {
    let mut all = tables();
    all.extend(json());
    all.extend(survey());
    all
}

fn tables() -> Vec<Case> {
    let csv = |rows: &str| format!("名称,经度,纬度\n{rows}");
    let utf16 = |big: bool| -> Vec<u8> {
        csv("黄鹤楼,114.30,30.54\n汉口站,114.25,30.62\n")
            .encode_utf16()
            .flat_map(|u| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            })
            .collect()
    };
    let mut large = csv("");
    for i in 0..MILLION {
        writeln!(large, "a{i},114.{:06},30.5", i % MILLION).unwrap();
    }
    let wide = |name: &dyn Fn(usize) -> String| {
        let header: Vec<String> = (0..100_000).map(name).collect();
        format!(
            "名称,经度,纬度,{}\n甲,114.3,30.5\n乙,114.3,30.6\n",
            header.join(",")
        )
    };
    vec![
        Case::new("empty.csv", "no bytes", "", Refused("file.empty")).places(),
        Case::new("blank.csv", "blanks and lines only", "  \n\n \n", Refused("file.unrecognised")).places(),
        Case::new("header.csv", "a header and no rows", csv(""), Rows(0)).places(),
        Case::new("controls.csv", "control characters in names", csv("黄\u{7}鹤\u{1b}[31m楼,114.3,30.5\n"), Finding(1, "field.trimmed")).places(),
        Case::new("nul.csv", "NUL bytes in names, among enough text", csv(&format!("黄\0鹤楼,114.3,30.5\n{}", "乙,114.3,30.5\n".repeat(40))), Finding(41, "field.trimmed")).places(),
        Case::new("bidi.csv", "marks that turn the direction of text in a name", csv("黄\u{202e}鹤楼\u{202c}\u{2066}x\u{2069},114.3,30.5\n"), Finding(1, "field.trimmed")).places(),
        Case::new("zero-width.csv", "characters of no width in names, and a name of nothing else", csv("黄\u{200b}鹤\u{2060}楼\u{feff},114.3,30.5\n\u{200b}\u{200d},114.3,30.5\n"), Finding(2, "field.trimmed")).places(),
        Case::new("formulas.csv", "cells that a spreadsheet would run", csv("\"=cmd|' /C calc'!A1\",114.3,30.5\n\"=HYPERLINK(\"\"http://a\"\")\",114.3,30.5\n@SUM(1),114.3,30.5\n+1,114.3,30.5\n"), Rows(4)).places(),
        Case::new("numbers.csv", "numbers beyond all bounds, and words that are numbers to a computer", csv("a,1e999,30\nb,NaN,30\nc,Infinity,-inf\nd,114.3,-1e-320\ne,99999999999999999999999999,30\nf,0x1p3,30\n"), Rows(6)).places(),
        Case::new("utf16le-bare.csv", "UTF-16 without a mark, little end first", utf16(false), Rows(2)).places(),
        Case::new("utf16be-bare.csv", "UTF-16 without a mark, big end first", utf16(true), Rows(2)).places(),
        Case::new("broken-bytes.csv", "bytes that are text in no encoding", [csv("").into_bytes(), vec![0xff, 0xfe, 0x81, b',', b'1', b',', b'2', b'\n']].concat(), Any).places(),
        Case::new("open-quote.csv", "a quote that is never closed", csv("\"a,114.3,30.5\nb,114.3,30.5\n"), Any).places(),
        Case::new("long-cell.csv", "a cell of 10 MB", csv(&format!("{},114.3,30.5\n", "长".repeat(3_500_000))), Rows(1)).places(),
        Case::new("wide.csv", "100,000 columns", wide(&|i| format!("c{i}")), Any).places(),
        Case::new("wide-same.csv", "100,000 columns of one name", wide(&|_| "名".into()), Any).places(),
        Case::new("short-rows.csv", "10,000 columns, 5,000 rows of two cells", format!("名称,经度,纬度{}\n{}", ",x".repeat(10_000), "a,1\n".repeat(5_000)), Any).places(),
        Case::new("million-rows.csv", "1,000,000 rows", large, Rows(MILLION as u64)).places().only_read(),
        Case::new("picture.csv", "a picture under another name", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Refused("file.unsupported")).places(),
        Case::new("program.csv", "a program under another name", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec(), Refused("file.unrecognised")).places(),
        Case::new("table.xlsx", "delimited text under the name of a workbook", csv("甲,114.3,30.5\n"), Rows(1)).places(),
        Case::new("login.xlsx", "a web page under the name of a workbook", "<!DOCTYPE html><html><body>please sign in", Refused("file.unsupported")).places(),
        Case::new("cut.csv", "cut in the middle of a row", csv("甲,114.3,30.5\n乙,11"), Rows(2)).places(),
    ]
}

fn json() -> Vec<Case> {
    let whole = collection(&[unit("甲"), unit("乙")].join(","));
    let cut = |share: usize| whole.as_bytes()[..whole.len() * share / 10].to_vec();
    let mut ring = String::from("[[");
    for i in 0..MILLION {
        let angle = std::f64::consts::TAU * i as f64 / MILLION as f64;
        let (x, y) = (114.0 + angle.cos(), 30.0 + angle.sin());
        write!(ring, "[{x},{y}],").unwrap();
    }
    ring.push_str("[115,30]]]");
    let nested = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    let twice: Vec<String> = (0..10_000)
        .map(|i| format!(r#""k{}":{i}"#, i / 2))
        .collect();
    let geometries = r#"{"type":"GeometryCollection","geometries":["#;
    vec![
        Case::new(
            "cut-1.geojson",
            "cut after a tenth",
            cut(1),
            Refused("file.truncated"),
        ),
        Case::new(
            "cut-5.geojson",
            "cut in the middle",
            cut(5),
            Refused("file.truncated"),
        ),
        Case::new(
            "cut-9.geojson",
            "cut near its end",
            cut(9),
            Refused("file.truncated"),
        ),
        Case::new(
            "bidi.geojson",
            "marks of direction in a unit's name",
            collection(&unit("硚\u{202e}口区")),
            Finding(1, "field.trimmed"),
        ),
        Case::new(
            "escapes.geojson",
            "control characters written as escapes",
            collection(&unit("硚\\u0000口区\\u001b")),
            Finding(1, "field.trimmed"),
        ),
        Case::new(
            "deep-arrays.json",
            "a million brackets",
            "[".repeat(MILLION),
            Any,
        ),
        Case::new(
            "deep-coordinates.geojson",
            "coordinates nested 100,000 deep",
            collection(&feature(
                "{}",
                &("[".repeat(100_000) + &"]".repeat(100_000)),
            )),
            Finding(1, "geometry.unusable"),
        ),
        Case::new(
            "deep-properties.geojson",
            "properties nested 100,000 deep",
            collection(&feature(&nested, SQUARE)),
            Rows(1),
        ),
        Case::new(
            "deep-collections.geojson",
            "geometries within geometries, 100,000 deep",
            collection(&format!(
                r#"{{"type":"Feature","properties":{{}},"geometry":{}{}}}"#,
                geometries.repeat(100_000),
                "]}".repeat(100_000)
            )),
            Rows(1),
        ),
        Case::new(
            "repeated-keys.geojson",
            "5,000 keys, each twice",
            collection(&feature(&format!("{{{}}}", twice.join(",")), SQUARE)),
            Finding(1, "row.key.duplicate"),
        ),
        Case::new(
            "numbers.geojson",
            "coordinates that are no numbers, or too large to be any",
            collection(
                &[
                    feature("{\"name\":\"a\"}", "[[[1e999,0],[1,0],[1,1],[1e999,0]]]"),
                    feature("{\"name\":\"b\"}", "[[[NaN,0],[Infinity,0],[1,1],[NaN,0]]]"),
                    feature(
                        "{\"name\":\"c\"}",
                        "[[[1e308,-1e308],[1,0],[1,1],[1e308,-1e308]]]",
                    ),
                ]
                .join(","),
            ),
            Rows(3),
        ),
        Case::new(
            "million-vertices.geojson",
            "a ring of 1,000,000 vertices",
            collection(&feature("{\"name\":\"a\"}", &ring)),
            Rows(1),
        ),
        Case::new(
            "no-rings.geojson",
            "a polygon without rings, one of one point, one of none",
            collection(
                &[
                    feature("{\"name\":\"a\"}", "[]"),
                    feature("{\"name\":\"b\"}", "[[[1,2]]]"),
                    feature("{\"name\":\"c\"}", "[[]]"),
                ]
                .join(","),
            ),
            Rows(3),
        ),
        Case::new(
            "boundary.shp",
            "GeoJSON under the name of a Shapefile",
            collection(&unit("甲")),
            Rows(1),
        ),
    ]
}

fn survey() -> Vec<Case> {
    let head = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n[地块坐标]\n";
    let square = |ring: usize, x: f64, y: f64, size: f64| {
        let corners = [(0., 0.), (size, 0.), (size, size), (0., size), (0., 0.)];
        let points = corners
            .iter()
            .map(|(a, b)| format!("J,{ring},{},{}\n", 3_386_000. + y + b, 38_528_000. + x + a));
        points.collect::<String>()
    };
    // Each overlaps every other, and none lies in another.
    let crossing: String = (0..4_000)
        .map(|i| square(i, i as f64 / 10., i as f64 / 10., 1000.))
        .collect();
    let turns: String = (0..400_000)
        .map(|i| {
            format!(
                "J,{},{},{}\n",
                i % 4_000,
                3_386_000 + i % 977,
                38_528_000 + i % 991
            )
        })
        .collect();
    vec![
        Case::new(
            "cut.txt",
            "boundary text cut in the middle of a point",
            format!("{head}5,1,A,甲,面,,,,@\n{}", &square(1, 0., 0., 9.)[..60]),
            Rows(1),
        ),
        Case::new(
            "rings.txt",
            "4,000 rings that all cross each other",
            format!("{head}20000,1,A,甲,面,,,,@\n{crossing}"),
            Any,
        ),
        Case::new(
            "turns.txt",
            "points that change their ring each time",
            format!("{head}400000,1,A,甲,面,,,,@\n{turns}"),
            Any,
        ),
        Case::new(
            "numbers.txt",
            "points that are no numbers",
            format!("{head}3,1,A,甲,面,,,,@\nJ,1,NaN,1\nJ,1,inf,2\nJ,1,1e999,3\n"),
            Rows(1),
        ),
    ]
}
