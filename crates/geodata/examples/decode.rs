//! `decode FILE [LAYER]`: what a file is, what it says of itself, and how many rows it has. With `child` as first word it is
//! the decoder child, which the tests start.

use std::{collections::BTreeMap, path::Path, process::ExitCode, time::Instant};

use jieming_geodata::decode::{Decoder, ReadOptions, RowGeometry, open};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.peek().is_some_and(|a| a == "child") {
        return jieming_geodata::child::main(args.skip(1));
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
