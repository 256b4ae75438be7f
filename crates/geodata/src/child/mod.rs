//! The decoder child: GDAL and the library for workbooks in a process of its own, which the parent may stop at any time. It sets its own limits before
//! it touches the file, knows only the drivers of its list, and has no network and no virtual file systems.

mod raw;
pub(crate) mod workbook;

use std::{
    ffi::OsString,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use gdal::{
    Dataset, DatasetOptions, DriverManager, GdalOpenFlags,
    errors::{CplErrType, GdalError},
    vector::{Geometry, Layer, LayerAccess},
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

use crate::decode::{
    Format,
    wire::{self, Frame, Head, Layer as LayerFrame, Raw, Shape},
};

/// The drivers that may touch a file.
const DRIVERS: [&str; 7] = [
    "ESRI Shapefile",
    "GPKG",
    "OpenFileGDB",
    "MapInfo File",
    "GML",
    "DXF",
    "TopoJSON",
];
/// Files it may hold open: a Shapefile has a handful, a geodatabase some dozens.
const OPEN_FILES: u64 = 256;
/// Bytes it may write to one file: a Shapefile index that was missing.
const WRITTEN_BYTES: u64 = 256 << 20;

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// One of GDAL's drivers.
    Gdal,
    /// The library for workbooks, as this format.
    Workbook(Format),
}

impl Reader {
    const ALL: [(Self, &str); 4] = [
        (Self::Gdal, "gdal"),
        (Self::Workbook(Format::Xlsx), "xlsx"),
        (Self::Workbook(Format::Xls), "xls"),
        (Self::Workbook(Format::Ods), "ods"),
    ];

    fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|r| r.0 == self);
        found.map_or("gdal", |r| r.1)
    }
}

/// The words of the command line of the child, one way to write and one to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Who reads it.
    pub reader: Reader,
    /// Address space in bytes.
    pub memory: u64,
    /// Processor seconds.
    pub cpu: u64,
    /// The file, absolute.
    pub path: PathBuf,
    /// The layer, if one was named.
    pub layer: Option<String>,
}

impl Call {
    pub(crate) fn to_args(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![
            self.reader.word().into(),
            self.memory.to_string().into(),
            self.cpu.to_string().into(),
            self.path.clone().into(),
        ];
        args.extend(self.layer.clone().map(OsString::from));
        args
    }

    fn from_args(mut args: impl Iterator<Item = OsString>) -> Option<Self> {
        let word = args.next()?;
        let reader = Reader::ALL.iter().find(|r| *r.1 == *word)?.0;
        let mut number = || args.next()?.to_str()?.parse().ok();
        let (memory, cpu) = (number()?, number()?);
        let path = PathBuf::from(args.next()?);
        let layer = args.next().map(|l| l.to_string_lossy().into_owned());
        args.next().is_none().then_some(Self {
            reader,
            memory,
            cpu,
            path,
            layer,
        })
    }
}

/// Runs the child: `args` are the words after the hidden `decode` of the command line. Rows go to standard output in
/// the wire format, complaints to standard error.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(call) = Call::from_args(args) else {
        eprintln!("decode: for internal use only");
        return ExitCode::from(2);
    };
    if let Err(e) = confine(call.memory, call.cpu) {
        eprintln!("decode: cannot set limits: {e}");
        return ExitCode::FAILURE;
    }
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let done = out
        .write_all(wire::MAGIC)
        .and_then(|()| match call.reader {
            Reader::Gdal => run(&call, &mut out),
            Reader::Workbook(format) => {
                workbook::run(&call.path, format, call.layer.as_deref(), &mut out)
            }
        })
        .and_then(|()| out.flush());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("decode: {e}");
            ExitCode::FAILURE
        }
    }
}

/// Sets the bounds of this process, which it cannot lift again: address space in bytes, processor seconds, 256 open files, 256 MiB
/// written to a file, no core; and its end with that of its parent.
///
/// # Errors
/// What the system says.
pub fn confine(memory: u64, cpu: u64) -> std::io::Result<()> {
    let at_most = |r, n| {
        setrlimit(
            r,
            Rlimit {
                current: Some(n),
                maximum: Some(n),
            },
        )
    };
    at_most(Resource::As, memory)?;
    at_most(Resource::Cpu, cpu)?;
    at_most(Resource::Core, 0)?;
    at_most(Resource::Nofile, OPEN_FILES)?;
    at_most(Resource::Fsize, WRITTEN_BYTES)?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

/// GDAL's latest complaints.
#[derive(Clone, Default)]
struct Complaints(Arc<Mutex<Vec<String>>>);

impl Complaints {
    const KEPT: usize = 20;

    fn listen() -> Self {
        let all = Self::default();
        let own = all.clone();
        gdal::config::set_error_handler(move |class, _, message| {
            // Warnings do not keep rows back.
            if !matches!(class, CplErrType::Failure | CplErrType::Fatal) {
                return;
            }
            let mut kept = own.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < Self::KEPT && !kept.iter().any(|m| m == message) {
                kept.push(message.to_owned());
            }
        });
        all
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn settle(restore_index: bool) {
    for (key, value) in [
        ("GDAL_DRIVER_PATH", "disable"),
        ("GDAL_PAM_ENABLED", "NO"),
        // Restoring rewrites an index that is there, too: the parent stages copies, and only then asks for it.
        (
            "SHAPE_RESTORE_SHX",
            if restore_index { "YES" } else { "NO" },
        ),
        ("OGR_SQLITE_LOAD_EXTENSIONS", ""),
        // Neither schemas nor what a document links to are fetched.
        ("GML_DOWNLOAD_SCHEMA", "NO"),
        ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
        // The parent has made it so.
        ("DXF_ENCODING", "UTF-8"),
        ("GDAL_HTTP_MAX_RETRY", "0"),
        ("CPL_TMPDIR", "/nonexistent"),
    ] {
        // A setting that cannot be set leaves GDAL's default, which the other walls still hold.
        let _ = gdal::config::set_config_option(key, value);
    }
    DriverManager::register_all();
    let others: Vec<_> = DriverManager::all()
        .filter(|d| !DRIVERS.contains(&d.short_name().as_str()))
        .collect();
    others.iter().for_each(DriverManager::deregister_driver);
}

fn refuse(out: &mut impl Write, message: String) -> std::io::Result<()> {
    wire::send(out, &Frame::Refused { message })
}

fn run(call: &Call, out: &mut impl Write) -> std::io::Result<()> {
    let complaints = Complaints::listen();
    settle(restores_index(&call.path));
    if !call.path.is_absolute()
        || call.path.starts_with("/vsi")
        || call.path.to_string_lossy().starts_with("/vsi")
    {
        return refuse(out, "not a plain file".into());
    }
    let dataset = match open(&call.path) {
        Ok(d) => d,
        Err(e) => {
            // GDAL is silent when a sound container holds nothing that it takes for vector data.
            let message = match (complaints.take().pop(), e) {
                (Some(said), _) => said,
                (None, GdalError::NullPointer { .. }) => {
                    "no layer with rows was found in it".into()
                }
                (None, e) => e.to_string(),
            };
            return refuse(out, message.replace(&*call.path.to_string_lossy(), ""));
        }
    };
    let layers: Vec<LayerFrame> = dataset
        .layers()
        .map(|l| LayerFrame {
            name: l.name(),
            rows: l
                .try_feature_count()
                .and_then(|n| i64::try_from(n).ok())
                .unwrap_or(-1),
            geometry: l.defn().geometry_type() != gdal_sys::OGRwkbGeometryType::wkbNone,
        })
        .collect();
    let Some(chosen) = choose(&layers, call.layer.as_deref()) else {
        let unknown = call.layer.is_some();
        return wire::send(
            out,
            &Frame::Layers {
                unknown,
                layers: layers.into_iter().map(|l| l.name).collect(),
            },
        );
    };
    let mut layer = match dataset.layer(chosen) {
        Ok(l) => l,
        Err(e) => return refuse(out, e.to_string()),
    };
    let plan = Plan::of(&layer);
    let (epsg, wkt, crs_unknown) = crs(&layer);
    let head = Head {
        layers,
        chosen: chosen as u32,
        fields: plan.names.clone(),
        epsg,
        wkt,
        crs_unknown,
        z: plan.z,
        title: (0, 0),
    };
    wire::send(out, &Frame::Head(head))?;
    // What was said on the way here counts only when no row follows, or in a document that was read to its end already.
    let early = complaints.take();
    let mut rows = 0;
    for feature in layer.features() {
        let cells = plan
            .fields
            .iter()
            .enumerate()
            .map(|(i, kind)| raw::cell(&feature, i, *kind))
            .collect();
        let (shape, curved) = if plan.geometry {
            // Not `geometry()`: that wraps the null pointer of a row without geometry.
            shape(feature.geometry_by_index(0).ok())
        } else {
            (Shape::Absent, false)
        };
        wire::send(
            out,
            &Frame::Row {
                cells,
                shape,
                curved,
            },
        )?;
        rows += 1;
    }
    let whole = call.path.extension().is_some_and(|e| e == "gml");
    let early = early.into_iter().filter(|_| rows == 0 || whole);
    for message in early.chain(complaints.take()) {
        wire::send(
            out,
            &Frame::Note {
                message: message.replace(&*call.path.to_string_lossy(), ""),
            },
        )?;
    }
    wire::send(out, &Frame::End { rows })
}

fn open(path: &Path) -> gdal::errors::Result<Dataset> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    // Text of a Shapefile is wanted as it stands; a GeoPackage is opened as a file that nobody writes.
    let options: &[&str] = match extension.to_str() {
        Some("gpkg") => &["IMMUTABLE=YES"],
        Some("shp" | "dbf") => &["ENCODING="],
        _ => &[],
    };
    Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(&DRIVERS),
            open_options: Some(options),
            sibling_files: None,
        },
    )
}

/// A Shapefile without its index: it is made anew, beside the staged copy.
fn restores_index(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "shp") && !path.with_extension("shx").exists()
}

/// The layer named; else the only one, or the only one with geometry.
fn choose(layers: &[LayerFrame], name: Option<&str>) -> Option<usize> {
    if let Some(name) = name {
        return layers.iter().position(|l| l.name == name);
    }
    if layers.len() == 1 {
        return Some(0);
    }
    let mut with = layers
        .iter()
        .enumerate()
        .filter(|(_, l)| l.geometry)
        .map(|(i, _)| i);
    with.next().filter(|_| with.next().is_none())
}

/// What is read from each feature.
struct Plan {
    names: Vec<Raw>,
    fields: Vec<raw::Kind>,
    geometry: bool,
    z: bool,
}

impl Plan {
    fn of(layer: &Layer<'_>) -> Self {
        let kind = layer.defn().geometry_type();
        let (names, fields) = raw::fields(layer);
        let z = gdal::vector::geometry_type_has_z(kind) || gdal::vector::geometry_type_has_m(kind);
        Self {
            names,
            fields,
            geometry: kind != gdal_sys::OGRwkbGeometryType::wkbNone,
            z,
        }
    }
}

fn crs(layer: &Layer<'_>) -> (u32, String, bool) {
    let Some(srs) = layer.spatial_ref() else {
        return (0, String::new(), false);
    };
    let unknown = srs.name().is_some_and(|n| n.starts_with("Undefined"));
    let epsg = match (srs.auth_name().as_deref(), srs.auth_code()) {
        (Some("EPSG"), Ok(code)) => u32::try_from(code).unwrap_or(0),
        _ => 0,
    };
    (epsg, srs.to_wkt().unwrap_or_default(), unknown)
}

/// A geometry as plane WKB of a simple kind, and whether it was a curve.
fn shape(geometry: Option<&Geometry>) -> (Shape, bool) {
    let Some(geometry) = geometry else {
        return (Shape::Null, false);
    };
    let straight = raw::straightened(geometry);
    let curved = straight.is_some();
    let mut plane = straight.unwrap_or_else(|| geometry.clone());
    plane.flatten_to_2d();
    match plane.wkb() {
        Ok(b) => (Shape::Wkb(b), curved),
        Err(_) => (Shape::Unreadable(geometry.geometry_name()), curved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_as_written() {
        let call = Call {
            reader: Reader::Workbook(Format::Ods),
            memory: 1 << 30,
            cpu: 60,
            path: "/tmp/界线.shp".into(),
            layer: Some("县".into()),
        };
        assert_eq!(
            Call::from_args(call.to_args().into_iter()),
            Some(call.clone())
        );
        assert_eq!(Call::from_args(["x".into()].into_iter()), None);
        let more = call.to_args().into_iter().chain(["extra".into()]);
        assert_eq!(Call::from_args(more), None);
    }
}
