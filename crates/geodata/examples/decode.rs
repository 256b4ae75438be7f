//! `decode FILE [LAYER]`: what a file is, what it says of itself, and how many rows it has. With `child` as first word it is
//! the decoder child, which the tests start; with `misbehave` and what it is to do, one that does harm under the child's bounds.

use std::{collections::BTreeMap, path::Path, process::ExitCode, time::Instant};

use jieming_geodata::decode::{Decoder, ReadOptions, RowGeometry, open};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.peek().is_some_and(|a| a == "child") {
        return jieming_geodata::child::main(args.skip(1));
    }
    if args.peek().is_some_and(|a| a == "misbehave") {
        return misbehave(args.skip(1));
    }
    let (Some(file), Ok(program)) = (args.next(), std::env::current_exe()) else {
        eprintln!("decode FILE [LAYER]");
        return ExitCode::from(2);
    };
    let decoder = Decoder {
        program,
        args: vec!["child".into()],
    };
    let mut options = ReadOptions::usual();
    options.layer = args.next().map(|l| l.to_string_lossy().into_owned());
    let start = Instant::now();
    let source = match open(Path::new(&file), &options, &decoder) {
        Ok(s) => s,
        Err(e) => {
            println!("refused [{}] {}\n        {}", e.code(), e.en(), e.zh());
            return ExitCode::FAILURE;
        }
    };
    println!(
        "{:?} layer {:?} of {} crs {:?}",
        source.format,
        source.layer,
        source.layers.len(),
        source.declared_crs
    );
    println!("encoding {:?}\nfields {:?}", source.encoding, source.fields);
    for n in &source.notes {
        println!("note [{}] {}", n.rule, n.message);
    }
    let (mut rows, mut vertices) = (0u64, 0usize);
    let mut kinds = BTreeMap::<&str, u64>::new();
    let mut problems = BTreeMap::<&str, u64>::new();
    for row in source.rows {
        let row = match row {
            Ok(r) => r,
            Err(e) => {
                println!("stopped [{}] {}", e.code(), e.en());
                return ExitCode::FAILURE;
            }
        };
        if rows == 0 {
            println!("first {:?}", row.values.iter().take(12).collect::<Vec<_>>());
        }
        rows += 1;
        let kind = match &row.geometry {
            RowGeometry::Absent => "absent",
            RowGeometry::Null => "null",
            RowGeometry::Geometry(g) => {
                vertices += jieming_geodata::wkb::write(g).len() / 16;
                "geometry"
            }
            RowGeometry::Unreadable { .. } => "unreadable",
        };
        *kinds.entry(kind).or_default() += 1;
        for p in &row.problems {
            *problems.entry(p.rule).or_default() += 1;
        }
    }
    println!(
        "rows {rows} {kinds:?} problems {problems:?} about {vertices} vertices in {:?}",
        start.elapsed()
    );
    ExitCode::SUCCESS
}

/// The call's own words follow: who reads, memory, processor time, the file.
fn misbehave(mut args: impl Iterator<Item = std::ffi::OsString>) -> ExitCode {
    let what = args.next().unwrap_or_default();
    let mut number = args.skip(1).map(|a| a.to_string_lossy().parse::<u64>());
    let (Some(Ok(memory)), Some(Ok(cpu))) = (number.next(), number.next()) else {
        eprintln!("misbehave: no bounds");
        return ExitCode::from(2);
    };
    if let Err(e) = jieming_geodata::child::confine(memory, cpu) {
        eprintln!("misbehave: {e}");
        return ExitCode::from(2);
    }
    let raise = |signal| {
        let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
    };
    match what.to_str().unwrap_or_default() {
        "allocate" => {
            let mut all = Vec::new();
            loop {
                all.push(vec![1u8; 1 << 20]);
                std::hint::black_box(&all);
            }
        }
        "loop" => loop {
            std::hint::black_box(0);
        },
        "sleep" => loop {
            std::thread::sleep(std::time::Duration::from_secs(60));
        },
        "flood" => {
            // Frames of nulls that the parent takes for rows, after a head that says nothing.
            let mut out = std::io::stdout().lock();
            let head = [
                1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0,
            ];
            let _ = std::io::Write::write_all(&mut out, b"JMD2\x1f\0\0\0");
            let _ = std::io::Write::write_all(&mut out, &head);
            while std::io::Write::write_all(&mut out, b"\x07\0\0\0\x02\0\0\0\0\0\0").is_ok() {}
        }
        "abort" => std::process::abort(),
        "segv" => {
            // The first is taken by the handler that looks for overflowing stacks.
            raise(rustix::process::Signal::SEGV);
            raise(rustix::process::Signal::SEGV);
        }
        "kill" => raise(rustix::process::Signal::KILL),
        "open" => {
            let mut all = Vec::new();
            loop {
                match std::fs::File::open("/dev/null") {
                    Ok(f) => all.push(f),
                    Err(e) => {
                        eprintln!("{} files, then {e}", all.len());
                        return ExitCode::FAILURE;
                    }
                }
            }
        }
        "write" => {
            let file =
                std::env::temp_dir().join(format!("jieming-misbehave-{}", std::process::id()));
            if let Ok(f) = std::fs::File::create(&file) {
                let _ = std::fs::remove_file(&file);
                eprintln!("writing {:?}", f.set_len(1 << 40));
            }
        }
        other => eprintln!("misbehave: {other}?"),
    }
    ExitCode::FAILURE
}
