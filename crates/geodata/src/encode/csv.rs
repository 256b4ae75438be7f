//! CSV for spreadsheet programs: UTF-8 with BOM, CRLF, geometry as WKT in the last column.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{EncodeError, FieldKind, Rows, Table, Written};
use crate::decode::Value;
use crate::wkt;

/// Heading of the geometry column, which readers of tables look for.
const GEOMETRY: &str = "WKT";

pub fn write(table: &Table, rows: Rows<'_>, path: &Path) -> Result<Written, EncodeError> {
    let failed = EncodeError::io(path);
    let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
    out.write_all("\u{feff}".as_bytes()).map_err(&failed)?;
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let heading = |e: csv::Error| failed(std::io::Error::other(e));
    let headings = table.fields.iter().map(|f| f.label.get(table.chinese));
    csv.write_record(headings.chain([GEOMETRY]))
        .map_err(heading)?;
    let mut written = Written::default();
    for row in rows {
        let row = row?;
        let cells = table.fields.iter().zip(row.values);
        let cells = cells.map(|(field, value)| match value {
            Value::Text(t) => (table.cell)(t, field.kind == FieldKind::Code),
            other => other.to_text().unwrap_or_default(),
        });
        let shape = row.geometry.as_ref().map(wkt::write).unwrap_or_default();
        csv.write_record(cells.chain([shape])).map_err(heading)?;
        written.rows += 1;
    }
    csv.flush().map_err(&failed)?;
    Ok(written)
}
