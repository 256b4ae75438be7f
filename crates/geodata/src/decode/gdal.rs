//! The parent side of the formats that GDAL reads: copies for the driver, encodings, and what comes before the rows.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8};

use super::{
    Decoder, EncodingSource, EncodingUse, FileNote, Format, LayerInfo, ReadOptions, Row, Source,
    container, dbf, dxf, encoding,
    row::names,
    run::{ChildRows, Run, most_output},
    staging::{format_of, sibling, stage, stem},
    wire::{self, Head},
};
use crate::{
    ReadError, Text,
    child::{Call, Reader},
    crs::DeclaredCrs,
    error::ReadErrorKind,
};

/// Bytes that the child may send of a drawing: it is kept whole, and blocks may stand in it any number of times.
const DRAWING: u64 = 1 << 30;

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
    let alone = format == Format::FileGdb;
    let most = if format == Format::Dxf {
        DRAWING.min(limits.decoder_output_bytes)
    } else {
        limits.decoder_output_bytes
    };
    let most = most_output(&target, alone, limits.unpack_ratio, most);
    let call = Call {
        reader: Reader::Gdal,
        memory: limits.decoder_memory_bytes,
        cpu: limits.decoder_cpu_seconds,
        path: target,
        layer,
    };
    let mut run = Run::start(file, &call, decoder, limits, most, staged)?;
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
        rows: Box::new(ChildRows::new(
            run,
            columns,
            encoding,
            hint,
            // The driver takes a cut document for a short one, and its count is that of what it could read.
            format == Format::Gml,
        )),
    }
}

/// What a child sent, read as far as it goes: for fuzzing.
#[cfg(feature = "fuzzing")]
pub(crate) fn of_frames(bytes: &[u8], format: Format) -> Result<u64, ReadError> {
    let options = ReadOptions::usual();
    let mut run = Run::of_bytes(bytes, &options.limits);
    let head = run.head(&options)?;
    let encoding = EncodingUse {
        name: "UTF-8".into(),
        source: EncodingSource::Format,
        sure: 1.0,
    };
    let name = "a".to_owned();
    let mut source = source(format, name, head, true, UTF_8, encoding, Vec::new(), run);
    if format == Format::Dxf {
        source = drawing(source)?;
    }
    let mut rows = 0;
    for row in source.rows {
        row?;
        rows += 1;
    }
    Ok(rows)
}
