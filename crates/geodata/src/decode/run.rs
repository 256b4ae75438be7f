//! A running decoder child: starts it, keeps the clock, and turns what comes into rows.

use std::{
    collections::VecDeque,
    io::{BufReader, Read},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

use encoding_rs::Encoding;

use super::{
    Decoder, Limits, ReadOptions, Row, RowGeometry, RowProblem, Value, dbf,
    staging::Staged,
    wire::{self, Cell, Frame, Head, Shape},
};
use crate::{ReadError, Text, child::Call, error::ReadErrorKind, wkb, wkt};

/// Rows that wait between the child and the reader.
const AHEAD: usize = 256;
/// Bytes of complaints kept.
const COMPLAINTS: usize = 4096;
/// Bytes that a child may send whatever the length of the file.
const OUTPUT_FREE: u64 = 64 << 20;

/// What the reading thread found.
enum Arrival {
    Frame(Frame, u64),
    End,
    Broken(String),
}

/// A running child. Dropping it ends it.
pub(super) struct Run {
    file: String,
    /// None where the frames come from elsewhere.
    child: Option<Child>,
    frames: Receiver<Arrival>,
    complaints: Arc<Mutex<Vec<u8>>>,
    silence: Duration,
    bytes_left: u64,
    rows: u64,
    /// Kept until the rows are read.
    pub(super) staged: Option<Staged>,
}

impl Run {
    pub(super) fn start(
        file: &str,
        call: &Call,
        decoder: &Decoder,
        limits: &Limits,
        most_output: u64,
        staged: Option<Staged>,
    ) -> Result<Self, ReadError> {
        let unavailable =
            |message: String| ReadError::new(file, ReadErrorKind::DecoderUnavailable { message });
        let mut command = Command::new(&decoder.program);
        command
            .args(&decoder.args)
            .args(call.to_args())
            .current_dir("/");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
            .env_clear()
            .env("PROJ_NETWORK", "OFF")
            .env("GDAL_DRIVER_PATH", "disable")
            .env("LC_ALL", "C.UTF-8");
        for key in [
            "PATH",
            "GDAL_DATA",
            "PROJ_LIB",
            "PROJ_DATA",
            "LD_LIBRARY_PATH",
        ] {
            if let Some(value) = std::env::var_os(key) {
                command.env(key, value);
            }
        }
        let mut child = command.spawn().map_err(|e| unavailable(e.to_string()))?;
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(unavailable("no pipes".into()));
        };
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let kept = complaints.clone();
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = COMPLAINTS.saturating_sub(kept.len());
                kept.extend_from_slice(&buffer[..n.min(room)]);
            }
        });
        let (send, frames) = sync_channel(AHEAD);
        thread::spawn(move || read_frames(stdout, |a| send.send(a).is_ok()));
        Ok(Self {
            file: file.to_owned(),
            child: Some(child),
            frames,
            complaints,
            silence: Duration::from_secs(limits.decoder_silence_seconds),
            bytes_left: most_output,
            rows: 0,
            staged,
        })
    }

    /// What a child might have sent.
    #[cfg(feature = "fuzzing")]
    pub(super) fn of_bytes(mut bytes: &[u8], limits: &Limits) -> Self {
        let mut all = Vec::new();
        while !matches!(all.last(), Some(Arrival::End | Arrival::Broken(_))) {
            all.push(arrival(&mut bytes));
        }
        let (send, frames) = sync_channel(all.len());
        for a in all {
            let _ = send.send(a);
        }
        Self {
            file: "a".into(),
            child: None,
            frames,
            complaints: Arc::default(),
            silence: Duration::from_secs(limits.decoder_silence_seconds),
            bytes_left: limits.decoder_output_bytes,
            rows: 0,
            staged: None,
        }
    }

    fn fail(&self, kind: ReadErrorKind) -> ReadError {
        ReadError::new(self.file.clone(), kind)
    }

    fn next(&mut self) -> Result<Frame, ReadError> {
        match self.frames.recv_timeout(self.silence) {
            Ok(Arrival::Frame(frame, bytes)) => {
                let Some(left) = self.bytes_left.checked_sub(bytes) else {
                    self.stop();
                    return Err(self.fail(ReadErrorKind::DecoderOutput {
                        message: "more output than the limit allows".into(),
                    }));
                };
                self.bytes_left = left;
                Ok(frame)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.stop();
                Err(self.fail(ReadErrorKind::DecoderTimeout {
                    seconds: self.silence.as_secs(),
                    rows: self.rows,
                }))
            }
            Ok(Arrival::End) | Err(RecvTimeoutError::Disconnected) => Err(self.died()),
            Ok(Arrival::Broken(message)) => {
                self.stop();
                Err(self.fail(ReadErrorKind::DecoderOutput { message }))
            }
        }
    }

    fn stop(&mut self) {
        // Failing to end it means that it has ended.
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The stream ended without its last frame.
    fn died(&mut self) -> ReadError {
        let status = self.child.as_mut().and_then(|c| c.wait().ok());
        let how = match status {
            Some(s) if s.signal() == Some(9) || s.signal() == Some(24) => {
                format!(
                    "signal {}: out of time or memory",
                    s.signal().unwrap_or_default()
                )
            }
            Some(s) => s.to_string(),
            None => "unknown".into(),
        };
        let said = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // The last thing said that is no hint to programmers.
        let said = String::from_utf8_lossy(&said)
            .lines()
            .rfind(|l| !l.trim().is_empty() && !l.starts_with("note:"))
            .map(|l| format!("; {l}"))
            .unwrap_or_default();
        self.fail(ReadErrorKind::DecoderCrashed {
            how: format!("{how}{said}"),
            rows: self.rows,
        })
    }

    pub(super) fn head(&mut self, options: &ReadOptions) -> Result<Head, ReadError> {
        match self.next()? {
            Frame::Head(h) => Ok(h),
            Frame::Refused { message } => Err(self.fail(ReadErrorKind::DecoderRefused {
                message: message.trim().to_owned(),
            })),
            Frame::Layers {
                unknown: true,
                layers,
            } => {
                let e = self.fail(ReadErrorKind::LayerUnknown { layers });
                Err(e.in_layer(options.layer.clone().unwrap_or_default()))
            }
            Frame::Layers {
                unknown: false,
                layers,
            } if layers.is_empty() => Err(self.fail(ReadErrorKind::DecoderRefused {
                message: "no layers".into(),
            })),
            Frame::Layers {
                unknown: false,
                layers,
            } => Err(self.fail(ReadErrorKind::LayerAmbiguous { layers })),
            _ => Err(self.fail(ReadErrorKind::DecoderOutput {
                message: "no head".into(),
            })),
        }
    }
}

/// What a child may send: so many bytes for each of the file's, and some in any case. A view of a database that never ends, or
/// a topology that repeats its arcs, is stopped by it long before the bound for all files.
pub(super) fn most_output(path: &Path, alone: bool, ratio: u64, most: u64) -> u64 {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
    let folder = if path.is_dir() {
        Some(path)
    } else {
        path.parent().filter(|_| !alone)
    };
    let bytes: u64 = match folder.map(std::fs::read_dir) {
        Some(Ok(all)) => all.flatten().map(|e| length(&e.path())).sum(),
        _ => length(path),
    };
    let allowed = bytes.saturating_mul(ratio).saturating_add(OUTPUT_FREE);
    allowed.min(most)
}

impl Drop for Run {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read_frames(stdout: ChildStdout, mut send: impl FnMut(Arrival) -> bool) {
    let mut from = BufReader::with_capacity(1 << 16, stdout);
    if let Err(e) = wire::receive_magic(&mut from) {
        let gone = e.kind() == std::io::ErrorKind::UnexpectedEof;
        send(if gone {
            Arrival::End
        } else {
            Arrival::Broken(e.to_string())
        });
        return;
    }
    loop {
        let arrival = arrival(&mut from);
        let last = !matches!(arrival, Arrival::Frame(..));
        if !send(arrival) || last {
            return;
        }
    }
}

fn arrival(from: &mut impl Read) -> Arrival {
    match wire::receive(from) {
        Ok(Some((frame, bytes))) => Arrival::Frame(frame, bytes),
        Ok(None) => Arrival::End,
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Arrival::End,
        Err(e) => Arrival::Broken(e.to_string()),
    }
}

/// Rows as they come from the child.
pub(super) struct ChildRows {
    run: Run,
    columns: Vec<Arc<str>>,
    encoding: &'static Encoding,
    number: u64,
    hint: Option<u64>,
    /// Any complaint means that rows are missing.
    strict: bool,
    done: bool,
    problems: VecDeque<String>,
}

impl ChildRows {
    /// The rows after the head. Fewer than `hint`, or none at all, after a complaint are an error; with `strict` any number is.
    pub(super) fn new(
        run: Run,
        columns: Vec<Arc<str>>,
        encoding: &'static Encoding,
        hint: Option<u64>,
        strict: bool,
    ) -> Self {
        Self {
            run,
            columns,
            encoding,
            number: 0,
            hint,
            strict,
            done: false,
            problems: VecDeque::new(),
        }
    }
}

impl Iterator for ChildRows {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.run.next() {
                Ok(Frame::Row {
                    cells,
                    shape,
                    curved,
                }) => {
                    self.number += 1;
                    self.run.rows = self.number;
                    return Some(Ok(self.row(cells, shape, curved)));
                }
                Ok(Frame::Note { message }) => self.problems.push_back(message),
                Ok(Frame::End { .. }) => {
                    self.done = true;
                    // Rows that the container counts and that never came, after a complaint: the file is cut.
                    let short = self.hint.is_some_and(|n| n > self.number);
                    if (short || self.strict || self.number == 0)
                        && let Some(message) = self.problems.pop_front()
                    {
                        let message = format!("after row {}: {message}", self.number);
                        return Some(Err(self
                            .run
                            .fail(ReadErrorKind::DecoderRefused { message })));
                    }
                    return None;
                }
                Ok(_) => {
                    self.done = true;
                    return Some(Err(self.run.fail(ReadErrorKind::DecoderOutput {
                        message: "a frame out of place".into(),
                    })));
                }
                Err(e) => {
                    self.done = true;
                    return Some(Err(e));
                }
            }
        }
        None
    }
}

impl ChildRows {
    fn row(&self, cells: Vec<Cell>, shape: Shape, curved: bool) -> Row {
        let mut problems = Vec::new();
        for (name, cell) in self.columns.iter().zip(&cells) {
            if let Cell::Error(e) = cell {
                problems.push(RowProblem::formula(name, e));
            }
        }
        let value = |c: Cell| match c {
            Cell::Null | Cell::Error(_) => Value::Null,
            Cell::Text(t) => Value::Text(dbf::decode(self.encoding, &t.bytes)),
            Cell::Integer(n) => Value::Integer(n),
            Cell::Float(x) => Value::Float(x),
            Cell::Bool(b) => Value::Bool(b),
        };
        let values = self
            .columns
            .iter()
            .cloned()
            .zip(cells.into_iter().map(value))
            .collect();
        let unreadable = |found: String| RowGeometry::Unreadable {
            found: Text::new(found.clone(), found),
            expected: Text::new(
                "点、线、面及其集合",
                "points, lines, areas and collections of them",
            ),
        };
        let geometry = match shape {
            Shape::Absent => RowGeometry::Absent,
            Shape::Null => RowGeometry::Null,
            Shape::Wkb(b) => match wkb::read(&b) {
                Ok(g) => RowGeometry::Geometry(g),
                Err(e) => unreadable(e.to_string()),
            },
            Shape::Wkt(text) => match wkt::read(&text) {
                Ok(g) => RowGeometry::Geometry(g),
                Err(e) => RowGeometry::Unreadable {
                    found: e.found,
                    expected: e.expected,
                },
            },
            Shape::Unreadable(name) => unreadable(name),
        };
        if curved {
            problems.push(RowProblem {
                rule: "row.geometry.curved",
                field: None,
                found: Text::new("曲线，已按折线读取", "curves, read as straight pieces"),
                expected: Text::new("直线段", "straight segments"),
                remedy: Text::new(
                    "如需精确，请在原软件中离散化",
                    "if it matters, turn them into segments at the source",
                ),
            });
        }
        Row {
            number: self.number,
            values,
            geometry,
            problems,
        }
    }
}
