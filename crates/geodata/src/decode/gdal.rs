//! The parent side of the formats that GDAL reads: starts the child, keeps the clock, and turns what comes into rows.

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

use encoding_rs::{Encoding, UTF_8};

use super::{
    Decoder, EncodingSource, EncodingUse, FileNote, Format, LayerInfo, Limits, ReadOptions, Row,
    RowGeometry, RowProblem, Source, Value, container, dbf, dxf, encoding,
    row::names,
    staging::{Staged, format_of, sibling, stage, stem},
    wire::{self, Cell, Frame, Head, Shape},
};
use crate::{ReadError, Text, child::Call, crs::DeclaredCrs, error::ReadErrorKind, wkb};

/// Rows that wait between the child and the reader.
const AHEAD: usize = 256;
/// Bytes of complaints kept.
const COMPLAINTS: usize = 4096;

/// Opens a Shapefile (by any of its parts), a table, a GeoPackage or an unpacked geodatabase.
pub fn open(
    path: &Path,
    file: &str,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    let fail = |kind| ReadError::new(file, kind);
    let mut format = format_of(path).map_err(fail)?;
    let mut path = path.to_path_buf();
    let is = |p: &Path, x: &str| p.extension().is_some_and(|e| e.eq_ignore_ascii_case(x));
    if format == Format::Shapefile && is(&path, "shx") {
        path = sibling(&path, "shp").ok_or_else(|| {
            fail(ReadErrorKind::SiblingMissing {
                sibling: format!("{}.shp", stem(&path)),
            })
        })?;
    }
    let mut notes = Vec::new();
    if format == Format::Dbf
        && let Some(shp) = sibling(&path, "shp")
    {
        path = shp;
        format = Format::Shapefile;
    }
    let plain = matches!(format, Format::Shapefile | Format::Dbf);
    let one = plain || matches!(format, Format::MapInfo | Format::Dxf);
    let layer = if one { None } else { options.layer.clone() };
    let own_name = stem(&path);
    if one && options.layer.as_ref().is_some_and(|l| *l != own_name) {
        let kind = ReadErrorKind::LayerUnknown {
            layers: vec![own_name],
        };
        return Err(fail(kind).in_layer(options.layer.clone().unwrap_or_default()));
    }
    let (target, staged) = if format == Format::FileGdb {
        let whole = path.canonicalize();
        (whole.map_err(|e| fail(container::io_error(e)))?, None)
    } else {
        let s = stage(&path, format).map_err(fail)?;
        (s.main.clone(), Some(s))
    };
    let text = staged
        .as_ref()
        .filter(|_| plain)
        .and_then(|s| Some((s.dbf.clone()?, s.cpg.clone())));
    let (encoding, encoding_use) = match text {
        Some((table, cpg)) => {
            let (e, u, n) = dbf::encoding_of(&table, cpg.as_deref(), options.encoding.as_deref())
                .map_err(fail)?;
            notes.extend(n);
            (e, u)
        }
        None if format == Format::Dxf => {
            // What drawings say of their encoding is often wrong, so the copy is made UTF-8 for the driver.
            let bytes = std::fs::read(&target).map_err(|e| fail(container::io_error(e)))?;
            let d = encoding::to_utf8(bytes, options.encoding.as_deref()).map_err(fail)?;
            std::fs::write(&target, d.text).map_err(|e| fail(container::io_error(e)))?;
            notes.extend(d.notes);
            (UTF_8, d.encoding)
        }
        None => (
            UTF_8,
            EncodingUse {
                name: "UTF-8".into(),
                source: EncodingSource::Format,
                sure: 1.0,
            },
        ),
    };
    if format == Format::Shapefile && staged.as_ref().is_some_and(|s| s.dbf.is_none()) {
        notes.push(FileNote {
            rule: "file.shapefile.no_table",
            message: Text::new(
                "缺少 .dbf，只有图形没有属性",
                "the .dbf is missing: geometry without attributes",
            ),
        });
    }
    let limits = &options.limits;
    let call = Call {
        memory: limits.decoder_memory_bytes,
        cpu: limits.decoder_cpu_seconds,
        path: target,
        layer,
    };
    let mut run = Run::start(file, &call, decoder, limits, staged)?;
    let head = run.head(options)?;
    let undeclared = staged_without_prj(&run);
    let source = source(
        format,
        own_name,
        head,
        undeclared,
        encoding,
        encoding_use,
        notes,
        run,
    );
    if format == Format::Dxf {
        return drawing(source);
    }
    Ok(source)
}

/// A drawing: areas and their labels need all of it.
fn drawing(mut source: Source) -> Result<Source, ReadError> {
    let none: Box<dyn Iterator<Item = _> + Send> = Box::new(std::iter::empty());
    let rows: Vec<Row> = std::mem::replace(&mut source.rows, none).collect::<Result<_, _>>()?;
    let (rows, note) = dxf::labelled(rows);
    if note.is_some() {
        source.fields.push(dxf::LABEL.to_owned());
    }
    source.notes.extend(note);
    source.row_count_hint = Some(rows.len() as u64);
    source.rows = Box::new(rows.into_iter().map(Ok));
    Ok(source)
}

fn staged_without_prj(run: &Run) -> bool {
    run.staged.as_ref().is_some_and(|s| !s.prj)
}

#[allow(clippy::too_many_arguments)]
fn source(
    format: Format,
    own_name: String,
    head: Head,
    undeclared: bool,
    encoding: &'static Encoding,
    encoding_use: EncodingUse,
    mut notes: Vec<FileNote>,
    run: Run,
) -> Source {
    let plain = matches!(format, Format::Shapefile | Format::Dbf);
    let one = plain || matches!(format, Format::MapInfo | Format::Dxf);
    if head.z {
        notes.push(FileNote {
            rule: "file.geometry.z_dropped",
            message: super::z_dropped(),
        });
    }
    let raw: Vec<String> = head
        .fields
        .iter()
        .map(|f| dbf::decode(encoding, &f.bytes))
        .collect();
    let columns = names::columns(raw.iter().map(String::as_str));
    let chosen = head.layers.get(head.chosen as usize);
    let declared_crs = if head.crs_unknown {
        DeclaredCrs::Unknown
    } else if head.epsg > 0 {
        DeclaredCrs::Epsg(head.epsg)
    } else if format == Format::TopoJson {
        DeclaredCrs::FormatDefault
    } else if head.wkt.is_empty() || (plain && undeclared) {
        DeclaredCrs::Undeclared
    } else {
        DeclaredCrs::Text(head.wkt)
    };
    let hint = chosen.and_then(|l| u64::try_from(l.rows).ok());
    let layer = if one {
        own_name
    } else {
        chosen.map(|l| l.name.clone()).unwrap_or_default()
    };
    let layers = if one {
        Vec::new()
    } else {
        let info = |l: wire::Layer| LayerInfo {
            name: l.name,
            rows: u64::try_from(l.rows).ok(),
            geometry: Some(l.geometry),
        };
        head.layers.into_iter().map(info).collect()
    };
    Source {
        format,
        layer: Some(layer),
        layers,
        fields: columns.iter().map(ToString::to_string).collect(),
        declared_crs,
        encoding: encoding_use,
        row_count_hint: hint,
        notes,
        rows: Box::new(ChildRows {
            run,
            columns,
            encoding,
            number: 0,
            hint,
            done: false,
            problems: VecDeque::new(),
        }),
    }
}

/// What the reading thread found.
enum Arrival {
    Frame(Frame, u64),
    End,
    Broken(String),
}

/// A running child. Dropping it ends it.
struct Run {
    file: String,
    child: Child,
    frames: Receiver<Arrival>,
    complaints: Arc<Mutex<Vec<u8>>>,
    silence: Duration,
    bytes_left: u64,
    rows: u64,
    /// Kept until the rows are read.
    staged: Option<Staged>,
}

impl Run {
    fn start(
        file: &str,
        call: &Call,
        decoder: &Decoder,
        limits: &Limits,
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
            child,
            frames,
            complaints,
            silence: Duration::from_secs(limits.decoder_silence_seconds),
            bytes_left: limits.decoder_output_bytes,
            rows: 0,
            staged,
        })
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
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The stream ended without its last frame.
    fn died(&mut self) -> ReadError {
        let status = self.child.wait().ok();
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
        let said = String::from_utf8_lossy(&said)
            .lines()
            .next_back()
            .map(|l| format!("; {l}"))
            .unwrap_or_default();
        self.fail(ReadErrorKind::DecoderCrashed {
            how: format!("{how}{said}"),
            rows: self.rows,
        })
    }

    fn head(&mut self, options: &ReadOptions) -> Result<Head, ReadError> {
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
        let arrival = match wire::receive(&mut from) {
            Ok(Some((frame, bytes))) => Arrival::Frame(frame, bytes),
            Ok(None) => Arrival::End,
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Arrival::End,
            Err(e) => Arrival::Broken(e.to_string()),
        };
        let last = !matches!(arrival, Arrival::Frame(..));
        if !send(arrival) || last {
            return;
        }
    }
}

/// Rows as they come from the child.
struct ChildRows {
    run: Run,
    columns: Vec<Arc<str>>,
    encoding: &'static Encoding,
    number: u64,
    hint: Option<u64>,
    done: bool,
    problems: VecDeque<String>,
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
                    if self.hint.is_some_and(|n| n > self.number)
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
        let value = |c: Cell| match c {
            Cell::Null => Value::Null,
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
            Shape::Unreadable(name) => unreadable(name),
        };
        let mut problems = Vec::new();
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
