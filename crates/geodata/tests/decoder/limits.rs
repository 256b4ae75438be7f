//! The bounds of the child: each is met by one that does harm under them, and by GDAL itself.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use jieming_geodata::{
    ReadError,
    decode::{Decoder, Limits, ReadOptions, open},
};

use super::{decoder, gbk};

const MEMORY: u64 = 512 << 20;

fn options() -> ReadOptions {
    let mut options = ReadOptions::usual();
    options.limits = Limits {
        decoder_silence_seconds: 10,
        decoder_cpu_seconds: 1,
        decoder_memory_bytes: MEMORY,
        ..Limits::USUAL
    };
    options
}

/// The last word of a reading.
fn end(path: &Path, options: &ReadOptions, decoder: &Decoder) -> Result<usize, ReadError> {
    let mut rows = 0;
    for row in open(path, options, decoder)?.rows {
        row?;
        rows += 1;
    }
    Ok(rows)
}

#[test]
fn a_child_that_does_harm_meets_its_bounds() {
    let dir = tempfile::TempDir::new().unwrap();
    let shp = gbk().write(dir.path(), "a");
    let mut decoder = decoder();
    for (what, code, words) in [
        ("allocate", "decoder.crashed", "SIGABRT"),
        ("loop", "decoder.crashed", "out of time"),
        ("sleep", "decoder.timeout", "no progress for 1 seconds"),
        ("flood", "decoder.output", "more output"),
        ("abort", "decoder.crashed", "SIGABRT"),
        ("segv", "decoder.crashed", "SIGSEGV"),
        ("kill", "decoder.crashed", "signal 9"),
        ("open", "decoder.crashed", "Too many open files"),
        ("write", "decoder.crashed", "SIGXFSZ"),
    ] {
        decoder.args = vec!["misbehave".into(), what.into()];
        let mut options = options();
        if what == "sleep" {
            options.limits.decoder_silence_seconds = 1;
        }
        let start = Instant::now();
        let e = end(&shp, &options, &decoder).unwrap_err();
        assert_eq!(e.code(), code, "{what}: {e}");
        assert!(
            e.en().contains(words) && e.zh().contains("a.shp"),
            "{what}: {e}"
        );
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
    }
}

/// A topology of many units that all take one long arc.
fn topology(folder: &Path) -> std::path::PathBuf {
    let mut arc = String::from("[114,30]");
    for i in 1..20_000 {
        write!(arc, ",[{},{}]", 114.0 + f64::from(i) / 1e6, 30 + i % 2).unwrap();
    }
    let one = r#"{"type":"Polygon","arcs":[[0]],"properties":{"name":"a"}}"#;
    let all = vec![one; 20_000].join(",");
    let path = folder.join("a.json");
    let text = format!(
        r#"{{"type":"Topology","objects":{{"a":{{"type":"GeometryCollection","geometries":[{all}]}}}},"arcs":[[{arc},[114,30]]]}}"#
    );
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn gdal_meets_the_same_bounds() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = topology(dir.path());
    // Of memory: less than its drivers need.
    let mut few = options();
    few.limits.decoder_memory_bytes = 64 << 20;
    let e = end(&path, &few, &decoder()).unwrap_err();
    let code = e.code();
    assert!(
        code == "decoder.crashed" || code == "decoder.refused",
        "{e}"
    );
    // Of time.
    let mut short = options();
    short.limits.decoder_memory_bytes = 8 << 30;
    let e = end(&path, &short, &decoder()).unwrap_err();
    assert_eq!(e.code(), "decoder.crashed", "{e}");
    assert!(e.en().contains("out of time"), "{e}");
}

#[test]
fn a_running_gdal_child_is_under_all_bounds() {
    let dir = tempfile::TempDir::new().unwrap();
    let path = topology(dir.path());
    let mut options = options();
    options.limits.decoder_cpu_seconds = 2;
    options.limits.decoder_memory_bytes = 8 << 30;
    let reading = std::thread::spawn(move || end(&path, &options, &decoder()).is_err());
    let own = std::process::id().to_string();
    let is_child = |folder: &Path| {
        // Parent and the words of the command line; other tests have children of other bounds.
        let stat = fs::read_to_string(folder.join("stat")).ok()?;
        let parent = stat
            .rsplit_once(')')?
            .1
            .split_whitespace()
            .nth(1)?
            .to_owned();
        let words = fs::read(folder.join("cmdline")).ok()?;
        let words = String::from_utf8_lossy(&words).into_owned();
        (parent == own && words.contains("\x00gdal\x008589934592\x002\x00")).then_some(())?;
        let limits = fs::read_to_string(folder.join("limits")).ok()?;
        let hard = |name: &str| {
            let line = limits.lines().find(|l| l.starts_with(name))?;
            line[name.len()..]
                .split_whitespace()
                .nth(1)
                .map(str::to_owned)
        };
        let of = [
            "Max cpu time",
            "Max address space",
            "Max open files",
            "Max file size",
            "Max core file size",
        ];
        let all: Option<Vec<String>> = of.into_iter().map(hard).collect();
        // Before it has confined itself it has its parent's.
        all.filter(|a| a[1] != "unlimited")
    };
    let start = Instant::now();
    let mut found = None;
    while found.is_none() && start.elapsed() < Duration::from_secs(10) {
        let all = fs::read_dir("/proc").unwrap().flatten();
        found = all
            .filter_map(|e| is_child(&e.path()))
            .find(|a| a[2] == "256" && a[3] != "unlimited");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(
        found.unwrap_or_default(),
        ["2", "8589934592", "256", "268435456", "0"]
    );
    assert!(reading.join().unwrap());
}
