//! Files that are made to do harm, each handed in like any other: it ends in an answer row by row or in a clear refusal,
//! within bounded time and memory. `docs/hostile-files.md` holds the outcomes; with `JIEMING_WRITE_DOCS=1` this test
//! writes them, else it compares.

mod archives;
mod binary;
mod databases;
mod markup;
mod text;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use jieming::ingest::{ImportOptions, Imported, Unwatched, read_only};
use jieming::store::SubmissionAs;

use jieming_domain::actor::Actor;

use crate::ingest::{World, places, units};

/// Seconds that one file may take, in a debug build on a busy machine.
const MOST_SECONDS: u64 = 60;
/// Memory that this process may have taken at its peak, in KiB.
const MOST_MEMORY: u64 = 3 << 20;
/// Bytes that one archive of the test may unpack to: small, so that bombs need not be large.
const UNPACKED: u64 = 64 << 20;
/// Seconds that the decoder child may be silent.
const SILENCE: u64 = 3;

/// What a file is refused with that takes more than a child may have.
const STOPPED: [&str; 5] = [
    "decoder.crashed",
    "decoder.timeout",
    "decoder.output",
    "decoder.refused",
    "file.syntax",
];

/// A file, the files beside it, and what it is.
pub struct Case {
    name: &'static str,
    about: &'static str,
    as_units: bool,
    /// Checked row by row as in a dry run, and not kept: so that the test is quick.
    only_read: bool,
    files: Vec<(String, Vec<u8>)>,
    /// What the outcome must hold besides what the table says.
    wants: Wants,
}

/// What must come of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// A refusal with this code.
    Refused(&'static str),
    /// So many rows, none lost.
    Rows(u64),
    /// So many rows, one of which at least has this finding.
    Finding(u64, &'static str),
    /// A refusal by one of the child's bounds; which one is met first depends on the machine.
    Stopped,
    /// Either.
    Any,
}

impl Case {
    fn new(
        name: &'static str,
        about: &'static str,
        bytes: impl Into<Vec<u8>>,
        wants: Wants,
    ) -> Self {
        let files = vec![(name.to_owned(), bytes.into())];
        Self {
            name,
            about,
            as_units: true,
            only_read: false,
            files,
            wants,
        }
    }

    /// A table of places.
    fn places(mut self) -> Self {
        self.as_units = false;
        self
    }

    fn only_read(mut self) -> Self {
        self.only_read = true;
        self
    }

    /// With another file beside it.
    fn beside(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes));
        self
    }
}

/// The outcome in a line, without what differs from run to run.
fn outcome(imported: &Imported, folder: &Path) -> (String, String) {
    let rows = imported.submission.rows;
    let (what, message) = match &imported.submission.error {
        Some((code, zh, en)) => {
            // The words of GDAL and of the system differ from version to version.
            let driver = code == "decoder.refused" || code == "decoder.crashed";
            let (zh, en) = if driver {
                (without(zh, '（', "）；"), without(en, '(', "); "))
            } else {
                (zh.clone(), en.clone())
            };
            (format!("refused `{code}`"), format!("{zh} / {en}"))
        }
        None => {
            let rules: BTreeSet<&str> = imported.findings.iter().map(|f| f.rule.as_str()).collect();
            let rules: Vec<String> = rules.iter().map(|r| format!("`{r}`")).collect();
            let (read, accepted, rejected) = (rows.read, rows.accepted, rows.rejected);
            (
                format!("{read} rows: {accepted} accepted, {rejected} rejected"),
                rules.join(" "),
            )
        }
    };
    let message = message
        .replace(&*folder.to_string_lossy(), "")
        .replace('|', "\\|")
        .replace('\n', " ");
    let message: String = message
        .chars()
        .filter(|c| !jieming_domain::name::hidden(*c))
        .collect();
    let short = match message.char_indices().nth(400) {
        Some((at, _)) => format!("{}…", &message[..at]),
        None => message,
    };
    (what, short)
}

/// A message without what stands in its brackets.
fn without(message: &str, open: char, close: &str) -> String {
    let parts = message.split_once(open);
    match parts.and_then(|(before, rest)| Some((before, rest.rsplit_once(close)?.1))) {
        Some((before, after)) => format!("{before}{open}…{close}{after}"),
        None => message.to_owned(),
    }
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

async fn hand_in(case: &Case) -> (Imported, World) {
    let mut world = World::new().await;
    let limits = &mut world.context.reading.limits;
    limits.unpacked_bytes = UNPACKED;
    limits.decoder_silence_seconds = SILENCE;
    limits.decoder_cpu_seconds = 20;
    limits.decoder_output_bytes = 16 << 20;
    limits.decoder_memory_bytes = 3 << 30;
    let folder = world.folder.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    for (name, bytes) in &case.files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let options: ImportOptions = if case.as_units { units() } else { places() };
    assert_eq!(options.kind == SubmissionAs::Units, case.as_units);
    let path = folder.join(case.name);
    let imported = if case.only_read {
        let actor = Actor::command_line("tester");
        let reading = &world.context.reading;
        read_only(&path, case.name, &actor, &options, reading, &Unwatched).unwrap()
    } else {
        world.import(&path, &options).await
    };
    (imported, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_file_ends_in_rows_or_a_clear_refusal() {
    let cases = [
        text::cases(),
        markup::cases(),
        archives::cases(),
        binary::cases(),
        databases::cases().await,
    ];
    let mut table = String::from(HEAD);
    let mut wrong = Vec::new();
    let all = stream::iter(cases.iter().flatten()).map(async |case: &Case| {
        let start = Instant::now();
        let (imported, world) = hand_in(case).await;
        (case, imported, world, start.elapsed())
    });
    // Some wait for a child to be stopped; the others need not.
    let mut all = std::pin::pin!(all.buffered(4));
    while let Some((case, imported, world, took)) = all.next().await {
        if took > Duration::from_secs(MOST_SECONDS) {
            wrong.push(format!("{} took {took:?}", case.name));
        }
        if std::env::var_os("HOSTILE_TIMES").is_some() {
            eprintln!(
                "{:>8.2} s {:>6} MiB  {}",
                took.as_secs_f64(),
                peak_memory() >> 10,
                case.name
            );
        }
        let (what, message) = outcome(&imported, world.folder.path());
        let (what, message) = match (case.wants, &imported.submission.error) {
            (Wants::Stopped, Some(_)) => (
                "refused by a bound of the child".to_owned(),
                "memory, time, silence or output, whichever is met first".to_owned(),
            ),
            _ => (what, message),
        };
        let rows = imported.submission.rows;
        let code = imported.submission.error.as_ref().map(|e| e.0.as_str());
        let finding = |rule: &str| imported.findings.iter().any(|f| f.rule == rule);
        let good = match case.wants {
            Wants::Refused(wanted) => code == Some(wanted),
            Wants::Rows(n) => code.is_none() && rows.read == n,
            Wants::Finding(n, rule) => code.is_none() && rows.read == n && finding(rule),
            Wants::Stopped => code.is_some_and(|c| STOPPED.contains(&c)),
            Wants::Any => true,
        };
        if !good {
            wrong.push(format!("{}: {what} {message}", case.name));
        }
        if let Some((_, zh, en)) = &imported.submission.error {
            assert!(
                !zh.is_empty() && !en.is_empty() && zh != en,
                "{}",
                case.name
            );
        }
        writeln!(
            table,
            "| `{}` | {} | {what} | {message} |",
            case.name, case.about
        )
        .unwrap();
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hostile-files.md");
    if std::env::var_os("JIEMING_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(docs.parent().unwrap()).unwrap();
        std::fs::write(&docs, &table).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let peak = peak_memory();
    assert!(peak < MOST_MEMORY, "{peak} KiB at the peak");
    let kept = std::fs::read_to_string(&docs).unwrap_or_default();
    let differs = table
        .lines()
        .zip(kept.lines().chain(std::iter::repeat("")))
        .find(|(a, b)| a != b);
    assert!(
        kept == table,
        "docs/hostile-files.md is not what came out; JIEMING_WRITE_DOCS=1 writes it. First difference: {differs:?}"
    );
}

const HEAD: &str = "# Hostile files

Each is made and handed in by `tests/integration/hostile` as an upload is, under the usual bounds (unpacked 64 MiB, a silent
decoder 3 s, so that the test is quick). `JIEMING_WRITE_DOCS=1 cargo test --test integration hostile` writes this table; without
it the test compares. Rows that are read and rejected have findings of their own.

| File | What it is | Outcome | Findings, or the message in both languages |
|---|---|---|---|
";
