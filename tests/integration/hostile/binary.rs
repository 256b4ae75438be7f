//! Binary formats that lie about their lengths: dBASE, Shapefile, FlatGeobuf, old workbooks, drawings.

use super::Case;
use super::Wants::{Any, Refused, Rows, Stopped};

const FLATGEOBUF: &[u8] = include_bytes!("../../../fuzz/seeds/flatgeobuf/plain.fgb");
/// Found by fuzzing: 5 KB of which the library makes gigabytes.
const LARGE_XLS: &[u8] = include_bytes!("../../../fuzz/seeds/workbook/large.xls");
/// Found by fuzzing: the library panicked.
const DAMAGED_XLS: &[u8] = include_bytes!("../../../fuzz/seeds/workbook/damaged.xls");
const XLS: &[u8] = include_bytes!("../../../crates/geodata/tests/decoder/names.xls");

/// A table of names with two rows.
fn dbf() -> Vec<u8> {
    let mut b = vec![3, 126, 1, 1];
    b.extend(2u32.to_le_bytes());
    b.extend(97u16.to_le_bytes());
    b.extend(33u16.to_le_bytes());
    b.resize(32, 0);
    for (name, width) in [("CODE", 12), ("NAME", 20)] {
        let mut f = name.as_bytes().to_vec();
        f.resize(11, 0);
        f.push(b'C');
        f.resize(16, 0);
        f.push(width);
        f.resize(32, 0);
        b.extend(f);
    }
    b.push(0x0d);
    for (code, name) in [("420102", "江岸区"), ("420103", "江汉区")] {
        b.push(b' ');
        b.extend(format!("{code:<12}").bytes());
        let mut cell = name.as_bytes().to_vec();
        cell.resize(20, b' ');
        b.extend(cell);
    }
    b.push(0x1a);
    b
}

fn shp_head(bytes: usize) -> Vec<u8> {
    let mut b = 9994i32.to_be_bytes().to_vec();
    b.resize(24, 0);
    b.extend((bytes as i32 / 2).to_be_bytes());
    b.extend(1000i32.to_le_bytes());
    b.extend(5i32.to_le_bytes());
    for v in [114.0, 30.0, 115.0, 31.0, 0.0, 0.0, 0.0, 0.0f64] {
        b.extend(v.to_le_bytes());
    }
    b
}

/// One square; `parts` and `points` as the record says them, `words` as its head does.
fn shp(parts: i32, points: i32, words: Option<i32>) -> (Vec<u8>, Vec<u8>) {
    let mut shape = 5i32.to_le_bytes().to_vec();
    for v in [114.0, 30.0, 115.0, 31.0f64] {
        shape.extend(v.to_le_bytes());
    }
    shape.extend(parts.to_le_bytes());
    shape.extend(points.to_le_bytes());
    shape.extend(0i32.to_le_bytes());
    for (x, y) in [
        (114.0f64, 30.0f64),
        (114.0, 31.0),
        (115.0, 31.0),
        (115.0, 30.0),
        (114.0, 30.0),
    ] {
        shape.extend(x.to_le_bytes());
        shape.extend(y.to_le_bytes());
    }
    let words = words.unwrap_or(shape.len() as i32 / 2).to_be_bytes();
    let mut main = shp_head(108 + shape.len());
    main.extend(1i32.to_be_bytes());
    main.extend(words);
    main.extend(&shape);
    let mut index = shp_head(108);
    index.extend(50i32.to_be_bytes());
    index.extend(words);
    (main, index)
}

fn shapefile(
    name: &'static str,
    about: &'static str,
    shape: (Vec<u8>, Vec<u8>),
    wants: super::Wants,
) -> Case {
    let stem = name.trim_end_matches(".shp");
    let mut table = dbf();
    table[4] = 1;
    Case::new(name, about, shape.0, wants)
        .beside(&format!("{stem}.shx"), shape.1)
        .beside(&format!("{stem}.dbf"), table)
}

fn changed(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn drawing(entities: &str) -> String {
    format!(
        "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1021\n  0\nENDSEC\n{entities}  0\nEOF\n"
    )
}

pub fn cases() -> Vec<Case> {
    let mut all = tables();
    all.extend(shapes());
    all.extend(others());
    all
}

fn tables() -> Vec<Case> {
    let table = |name, about, bytes, wants| Case::new(name, about, bytes, wants).places();
    let cut = |n: usize| dbf()[..n].to_vec();
    vec![
        table(
            "records.dbf",
            "a head that counts 2,147,483,647 rows",
            changed(dbf(), 4, &[0xff, 0xff, 0xff, 0x7f]),
            Any,
        ),
        table(
            "head.dbf",
            "a head that is longer than the file",
            changed(dbf(), 8, &[0xff, 0xff]),
            Any,
        ),
        table(
            "width.dbf",
            "rows that are longer than the file",
            changed(dbf(), 10, &[0xff, 0xff]),
            Any,
        ),
        table(
            "no-width.dbf",
            "rows of one byte",
            changed(dbf(), 10, &[1, 0]),
            Any,
        ),
        table(
            "field.dbf",
            "a field wider than its row",
            changed(dbf(), 48, &[255]),
            Any,
        ),
        table("cut-head.dbf", "cut in its head", cut(50), Any),
        table("cut-rows.dbf", "cut in its second row", cut(140), Any),
        table(
            "controls.dbf",
            "control characters in a name",
            changed(dbf(), 110, &[7, 27, 8]),
            Any,
        ),
    ]
}

fn shapes() -> Vec<Case> {
    let (whole, index) = shp(1, 5, None);
    let cut = |n: usize| (whole[..n].to_vec(), index.clone());
    let far = changed(index.clone(), 100, &0x7000_0000i32.to_be_bytes());
    vec![
        shapefile(
            "whole.shp",
            "a sound one, to compare",
            shp(1, 5, None),
            Rows(1),
        ),
        shapefile(
            "points.shp",
            "a shape of 2,147,483,647 points",
            shp(1, i32::MAX, None),
            Any,
        ),
        shapefile(
            "parts.shp",
            "a shape of 2,147,483,647 rings",
            shp(i32::MAX, 5, None),
            Any,
        ),
        shapefile(
            "minus.shp",
            "a shape of minus five points",
            shp(1, -5, None),
            Any,
        ),
        shapefile(
            "content.shp",
            "a record of 2 GB",
            shp(1, 5, Some(0x3fff_ffff)),
            Any,
        ),
        shapefile(
            "minus-content.shp",
            "a record of minus one word",
            shp(1, 5, Some(-1)),
            Any,
        ),
        shapefile(
            "offset.shp",
            "an index that points beyond the file",
            (whole.clone(), far),
            Any,
        ),
        shapefile("cut-head.shp", "cut in its head", cut(60), Any),
        shapefile("cut-shape.shp", "cut in its shape", cut(170), Any),
        Case::new("alone.shp", "without index and table", whole.clone(), Any),
        Case::new(
            "index.shx",
            "an index without its shapes",
            index.clone(),
            Any,
        ),
    ]
}

fn others() -> Vec<Case> {
    let f = FLATGEOBUF;
    let head = 12 + u32::from_le_bytes([f[8], f[9], f[10], f[11]]) as usize;
    let xls = |n: usize| XLS[..n].to_vec();
    // A block of a line that stands in rows and columns without end, and one that holds itself.
    let block = |inner: &str| {
        format!(
            "  0\nSECTION\n  2\nBLOCKS\n  0\nBLOCK\n  2\nB\n 10\n0\n 20\n0\n{inner}  0\nENDBLK\n  0\nENDSEC\n"
        )
    };
    let line = "  0\nLINE\n  8\n0\n 10\n0\n 20\n0\n 11\n1\n 21\n1\n";
    let insert = |more: &str| format!("  0\nINSERT\n  8\n0\n  2\nB\n 10\n0\n 20\n0\n{more}");
    let entities = |e: &str| format!("  0\nSECTION\n  2\nENTITIES\n{e}  0\nENDSEC\n");
    let array =
        drawing(&(block(line) + &entities(&insert(" 70\n32767\n 71\n32767\n 44\n1\n 45\n1\n"))));
    let itself = drawing(&(block(&insert("")) + &entities(&insert(""))));
    vec![
        Case::new(
            "cut-head.fgb",
            "cut in its head",
            f[..40].to_vec(),
            Refused("file.truncated"),
        ),
        Case::new(
            "cut-feature.fgb",
            "cut in its first feature",
            f[..head + 30].to_vec(),
            Any,
        ),
        Case::new(
            "head.fgb",
            "a head of 4 GB",
            changed(f.to_vec(), 8, &[0xff; 4]),
            Refused("file.truncated"),
        ),
        Case::new(
            "feature.fgb",
            "a feature of 4 GB",
            changed(f.to_vec(), head, &[0xff; 4]),
            Any,
        ),
        Case::new(
            "zeros.fgb",
            "a feature of zeros",
            changed(f.to_vec(), head + 4, &[0; 64]),
            Any,
        ),
        Case::new(
            "cut-head.xls",
            "cut in its head",
            xls(600),
            Refused("file.syntax"),
        )
        .places(),
        Case::new("cut-half.xls", "cut in the middle", xls(XLS.len() / 2), Any).places(),
        Case::new(
            "loop.xls",
            "a table of blocks that leads in a circle",
            changed(XLS.to_vec(), 512, &[0; 64]),
            Any,
        )
        .places(),
        Case::new(
            "large.xls",
            "5 KB that claim gigabytes of cells",
            LARGE_XLS,
            Stopped,
        )
        .places(),
        Case::new(
            "damaged.xls",
            "a structure on which the library panics",
            DAMAGED_XLS,
            Refused("file.syntax"),
        )
        .places(),
        Case::new(
            "array.dxf",
            "a block in 32,767 rows and as many columns",
            array,
            Stopped,
        ),
        Case::new("itself.dxf", "a block that holds itself", itself, Any),
        Case::new(
            "cut.dxf",
            "cut in a block",
            drawing(&block(line))[..90].to_owned(),
            Any,
        ),
        Case::new(
            "count.dxf",
            "a polyline of 2,147,483,647 vertices",
            drawing(&entities(
                "  0\nLWPOLYLINE\n  8\n0\n 90\n2147483647\n 70\n1\n 10\n0\n 20\n0\n",
            )),
            Any,
        ),
    ]
}
