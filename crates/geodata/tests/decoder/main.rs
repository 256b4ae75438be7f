//! The formats that go through the decoder child, on files drawn byte by byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exchange;
mod limits;
mod packed;
mod shapefile;

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jieming_geodata::{
    ReadError,
    crs::DeclaredCrs,
    decode::{Decoder, EncodingSource, Format, ReadOptions, Row, RowGeometry, Source, Value, open},
};
use shapefile::Table;
use tempfile::TempDir;

/// The example program, built beside the tests, plays the child.
fn decoder() -> Decoder {
    let tests = std::env::current_exe().unwrap();
    let program = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/decode");
    assert!(
        program.exists(),
        "run the tests of the whole package: {} is not built",
        program.display()
    );
    Decoder {
        program,
        args: vec!["child".into()],
    }
}

/// A child that is no decoder but a shell script.
fn impostor(dir: &Path, script: &str) -> Decoder {
    let program = dir.join("impostor.sh");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    Decoder {
        program,
        args: Vec::new(),
    }
}

fn read(path: &Path) -> Result<Source, ReadError> {
    open(path, &ReadOptions::usual(), &decoder())
}

fn rows(source: Source) -> Vec<Row> {
    source.rows.map(Result::unwrap).collect()
}

fn text(row: &Row, field: &str) -> String {
    row.get(field).and_then(Value::to_text).unwrap_or_default()
}

/// Two districts with Chinese names in GBK.
fn gbk() -> Table {
    Table::new(&[("XZQDM", 12), ("XZQMC", 20)])
        .row(
            &[b"042001", &encoding("武昌区")],
            Some(&[(0., 0.), (0., 1.), (1., 1.), (1., 0.), (0., 0.)]),
        )
        .row(&[b"042002", &encoding("汉阳区")], None)
}

fn encoding(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn bytes_of(dir: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut all: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| {
            (
                p.clone(),
                fs::read(&p).unwrap(),
                fs::metadata(&p).unwrap().modified().unwrap(),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_shapefile_in_gbk_keeps_codes_names_and_null_geometry() {
    let dir = TempDir::new().unwrap();
    let shp = gbk().write(dir.path(), "线");
    let source = read(&shp).unwrap();
    assert_eq!(
        (
            source.format,
            source.layer.as_deref(),
            source.row_count_hint
        ),
        (Format::Shapefile, Some("线"), Some(2))
    );
    assert_eq!(
        (source.encoding.name.as_str(), source.encoding.source),
        ("gb18030", EncodingSource::Guess)
    );
    assert_eq!(source.declared_crs, DeclaredCrs::Undeclared);
    let r = rows(source);
    assert_eq!(
        (text(&r[0], "XZQDM"), text(&r[0], "XZQMC")),
        ("042001".into(), "武昌区".into())
    );
    assert!(
        matches!(&r[0].geometry, RowGeometry::Geometry(geo_types::Geometry::Polygon(p)) if p.exterior().0.len() == 5)
    );
    assert_eq!(r[1].geometry, RowGeometry::Null);
}

#[test]
fn decoding_never_touches_the_upload() {
    // With an index, without one, and with one whose length is a lie: drivers like to mend such things.
    for index in ["whole", "missing", "wrong"] {
        let dir = TempDir::new().unwrap();
        let shp = gbk().write(dir.path(), "a");
        let shx = shp.with_extension("shx");
        match index {
            "missing" => fs::remove_file(&shx).unwrap(),
            "wrong" => {
                let mut b = fs::read(&shx).unwrap();
                b[27] = 0x7f;
                fs::write(&shx, b).unwrap();
            }
            _ => {}
        }
        let before = bytes_of(dir.path());
        match read(&shp) {
            Ok(s) => assert_eq!(rows(s).len(), 2, "{index}"),
            Err(e) => assert_eq!((index, e.code()), ("wrong", "decoder.refused")),
        }
        let _ = read(&shp.with_extension("dbf"));
        assert_eq!(bytes_of(dir.path()), before, "{index}");
    }
}

#[test]
fn code_pages_are_believed_only_if_the_text_agrees() {
    for (cpg, name, notes) in [("GBK", "gb18030", 0), ("UTF-8", "gb18030", 1)] {
        let dir = TempDir::new().unwrap();
        let shp = gbk().write(dir.path(), "a");
        fs::write(shp.with_extension("cpg"), cpg).unwrap();
        let s = read(&shp).unwrap();
        assert_eq!(
            (s.encoding.name.as_str(), s.notes.len()),
            (name, notes),
            "{cpg}: {:?}",
            s.notes
        );
        assert_eq!(text(&rows(s)[0], "XZQMC"), "武昌区");
    }
}

#[test]
fn a_table_alone_has_no_geometry() {
    let dir = TempDir::new().unwrap();
    let shp = gbk().write(dir.path(), "a");
    fs::remove_file(&shp).unwrap();
    let s = read(&shp.with_extension("dbf")).unwrap();
    assert_eq!(s.format, Format::Dbf);
    assert!(rows(s).iter().all(|r| r.geometry == RowGeometry::Absent));
}

#[test]
fn zipped_shapefiles_with_names_in_gbk_are_read_and_several_need_a_choice() {
    let dir = TempDir::new().unwrap();
    let shp = gbk().write(dir.path(), "district");
    let pack = |names: &[&str]| {
        let mut w = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            for ext in ["shp", "shx", "dbf"] {
                w.start_file(
                    format!("数据/{name}.{ext}"),
                    zip::write::SimpleFileOptions::default(),
                )
                .unwrap();
                w.write_all(&fs::read(shp.with_extension(ext)).unwrap())
                    .unwrap();
            }
        }
        let path = dir.path().join(format!("{}.zip", names.len()));
        fs::write(&path, w.finish().unwrap().into_inner()).unwrap();
        path
    };
    assert_eq!(rows(read(&pack(&["武汉"])).unwrap()).len(), 2);
    let two = pack(&["武汉", "黄冈"]);
    let e = read(&two).err().unwrap();
    assert_eq!(e.code(), "layer.ambiguous");
    assert!(e.zh().contains("数据/黄冈.shp") && e.en().contains("--layer"));
    let mut options = ReadOptions::usual();
    options.layer = Some("黄冈".into());
    assert_eq!(open(&two, &options, &decoder()).unwrap().rows.count(), 2);
    options.layer = Some("襄阳".into());
    assert_eq!(
        open(&two, &options, &decoder()).err().unwrap().code(),
        "layer.unknown"
    );
}

#[test]
fn cut_shapefiles_end_in_rows_or_a_clear_word() {
    let dir = TempDir::new().unwrap();
    let shp = gbk().write(dir.path(), "a");
    let whole = fs::read(&shp).unwrap();
    for cut in (4..whole.len()).step_by(7) {
        fs::write(&shp, &whole[..cut]).unwrap();
        match read(&shp) {
            Ok(s) => {
                for r in s.rows {
                    if let Err(e) = r {
                        assert!(!e.en().is_empty());
                    }
                }
            }
            Err(e) => assert!(e.zh().contains("a.shp"), "{e}"),
        }
    }
}

#[test]
fn a_child_that_dies_hangs_or_babbles_is_a_read_error() {
    let dir = TempDir::new().unwrap();
    let shp = gbk().write(&dir.path().join(""), "a");
    let mut options = ReadOptions::usual();
    options.limits.decoder_silence_seconds = 1;
    for (script, code) in [
        ("kill -SEGV $$", "decoder.crashed"),
        ("exit 3", "decoder.crashed"),
        ("printf JMD2; kill -KILL $$", "decoder.crashed"),
        ("exec sleep 60", "decoder.timeout"),
        ("echo hello world", "decoder.output"),
        ("exec yes", "decoder.output"),
        (
            "printf 'JMD2\\377\\377\\377\\377'; exec sleep 60",
            "decoder.output",
        ),
        (
            "yes complaint | head -c 1000000 >&2; exit 1",
            "decoder.crashed",
        ),
    ] {
        let start = Instant::now();
        let e = open(&shp, &options, &impostor(dir.path(), script))
            .err()
            .unwrap();
        assert_eq!(e.code(), code, "{script}: {e}");
        assert!(start.elapsed() < Duration::from_secs(20), "{script}");
    }
    let nobody = Decoder {
        program: dir.path().join("missing"),
        args: Vec::new(),
    };
    assert_eq!(
        open(&shp, &options, &nobody).err().unwrap().code(),
        "decoder.unavailable"
    );
}

#[test]
fn output_beyond_the_bound_stops_the_child() {
    let dir = TempDir::new().unwrap();
    let mut table = Table::new(&[("NAME", 200)]);
    for _ in 0..500 {
        table = table.row(&[&[b'x'; 200]], None);
    }
    let shp = table.write(dir.path(), "a");
    let mut options = ReadOptions::usual();
    options.limits.decoder_output_bytes = 20_000;
    let last = open(&shp, &options, &decoder())
        .unwrap()
        .rows
        .last()
        .unwrap();
    assert_eq!(last.err().unwrap().code(), "decoder.output");
}

#[test]
fn a_file_database_that_is_none_is_refused() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.gpkg");
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(4096, 7);
    fs::write(&path, bytes).unwrap();
    assert_eq!(read(&path).err().unwrap().code(), "decoder.refused");
}

#[test]
fn what_is_renamed_is_known_by_its_content() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.shp");
    fs::write(&path, r#"{"type":"Point","coordinates":[114.3,30.6]}"#).unwrap();
    assert_eq!(read(&path).unwrap().format, Format::GeoJson);
    fs::write(&path, "").unwrap();
    assert_eq!(read(&path).err().unwrap().code(), "file.empty");
    fs::write(&path, "<html><body>please sign in").unwrap();
    let e = read(&path).err().unwrap();
    assert_eq!(e.code(), "file.unsupported");
    assert!(e.zh().contains("HTML"));
    assert_eq!(
        read(&dir.path().join("none.csv")).err().unwrap().code(),
        "file.io"
    );
}
