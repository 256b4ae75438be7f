//! Workbooks: Office Open XML, Excel 97 to 2003, OpenDocument. The first row with more than one filled cell names the fields.
//!
//! They are read in the child: a sheet of two cells may claim the ground between them, a thousand million cells, and the
//! library makes them all.

use std::{path::Path, sync::Arc};

use encoding_rs::UTF_8;

use super::{
    Decoder, EncodingSource, EncodingUse, FileNote, Format, LayerInfo, ReadOptions, Source,
    container,
    run::{ChildRows, Run, most_output},
};
use crate::{
    ReadError, Text,
    child::{Call, Reader},
    crs::DeclaredCrs,
    error::ReadErrorKind,
};

/// Memory that the child may take for a workbook, and for each byte of it: a damaged one of 5 KB must not take all that others may.
/// It is address space, of which the allocator sets a gigabyte aside.
const MEMORY: (u64, u64) = (2 << 30, 100);

/// What the child says of a workbook that it cannot read, as of any damaged file.
fn damaged(mut error: ReadError, format: Format) -> ReadError {
    if let ReadErrorKind::DecoderRefused { message } = *error.kind {
        error.kind = Box::new(ReadErrorKind::Syntax {
            format: match format {
                Format::Xls => "XLS",
                Format::Ods => "ODS",
                _ => "XLSX",
            },
            offset: None,
            found: Text::new(message.clone(), message),
            expected: Text::new("完好的工作簿", "a sound workbook"),
        });
    }
    error
}

/// Opens a workbook and picks its sheet: the one named, or the only one with cells.
pub fn open(
    path: &Path,
    file: &str,
    format: Format,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    let limits = &options.limits;
    let path = path
        .canonicalize()
        .map_err(|e| ReadError::new(file, container::io_error(e)))?;
    let most = most_output(
        &path,
        true,
        limits.unpack_ratio,
        limits.decoder_output_bytes,
    );
    let bytes = std::fs::metadata(&path).map_or(0, |m| m.len());
    let memory = bytes.saturating_mul(MEMORY.1).saturating_add(MEMORY.0);
    let call = Call {
        reader: Reader::Workbook(format),
        memory: memory.min(limits.decoder_memory_bytes),
        cpu: limits.decoder_cpu_seconds,
        path,
        layer: options.layer.clone(),
    };
    let mut run = Run::start(file, &call, decoder, limits, most, None)?;
    let head = run.head(options).map_err(|e| damaged(e, format))?;
    let mut notes = Vec::new();
    if let (above @ 1.., row) = head.title {
        notes.push(FileNote {
            rule: "file.table.title_rows",
            message: Text::new(
                format!("表头在第 {row} 行，其上 {above} 行标题未读取"),
                format!("the header is row {row}; {above} title rows above it are not read"),
            ),
        });
    }
    let raw: Vec<String> = head
        .fields
        .iter()
        .map(|f| String::from_utf8_lossy(&f.bytes).into_owned())
        .collect();
    // The child has made them unique.
    let columns = raw.iter().map(|f| Arc::from(f.as_str())).collect();
    let chosen = head.layers.get(head.chosen as usize);
    let layer = chosen.map(|l| l.name.clone()).unwrap_or_default();
    let layers = head.layers.iter().map(|l| LayerInfo {
        name: l.name.clone(),
        rows: u64::try_from(l.rows).ok(),
        geometry: None,
    });
    Ok(Source {
        format,
        layer: Some(layer),
        layers: layers.collect(),
        fields: raw,
        declared_crs: DeclaredCrs::Undeclared,
        encoding: EncodingUse {
            name: "UTF-8".into(),
            source: EncodingSource::Format,
            sure: 1.0,
        },
        row_count_hint: chosen.and_then(|l| u64::try_from(l.rows).ok()),
        notes,
        rows: Box::new(ChildRows::new(run, columns, UTF_8, None, false)),
    })
}
