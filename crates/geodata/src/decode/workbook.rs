//! Workbooks: Office Open XML, Excel 97 to 2003, OpenDocument. The first row with more than one filled cell names the fields.

use std::{fs::File, io::BufReader, panic::AssertUnwindSafe, path::Path};

use calamine::{Data, Ods, Range, Reader, SheetVisible, Xls, Xlsx};

use super::{
    EncodingSource, EncodingUse, FileNote, Format, LayerInfo, Row, RowGeometry, RowProblem, Source,
    Value, row::names,
};
use crate::{ReadError, Text, crs::DeclaredCrs, error::ReadErrorKind, wkt};

fn damaged(file: &str, format: Format, message: String) -> ReadError {
    ReadError::new(
        file,
        ReadErrorKind::Syntax {
            format: match format {
                Format::Xls => "XLS",
                Format::Ods => "ODS",
                _ => "XLSX",
            },
            offset: None,
            found: Text::new(message.clone(), message),
            expected: Text::new("完好的工作簿", "a sound workbook"),
        },
    )
}

/// The visible sheets of a workbook with their cells.
fn visible<R: Reader<BufReader<File>>>(mut book: R) -> Result<Sheets, String>
where
    R::Error: std::fmt::Display,
{
    let visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone())
        .collect();
    let cells = |n: String| match book.worksheet_range(&n) {
        Ok(range) => Ok((n, range)),
        Err(e) => Err(e.to_string()),
    };
    visible.into_iter().map(cells).collect()
}

/// Names and cells.
type Sheets = Vec<(String, Range<Data>)>;

/// The visible sheets of a file. A panic of the library on damaged input counts as damage.
fn sheets(path: &Path, file: &str, format: Format) -> Result<Sheets, ReadError> {
    let read = || -> Result<Sheets, String> {
        let reader = BufReader::new(File::open(path).map_err(|e| e.to_string())?);
        match format {
            Format::Xls => visible(Xls::new(reader).map_err(|e| e.to_string())?),
            Format::Ods => visible(Ods::new(reader).map_err(|e| e.to_string())?),
            _ => visible(Xlsx::new(reader).map_err(|e| e.to_string())?),
        }
    };
    match std::panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(all)) => Ok(all),
        Ok(Err(message)) => Err(damaged(file, format, message)),
        Err(_) => Err(damaged(file, format, "damaged structure".into())),
    }
}

/// Opens a workbook and picks its sheet: the one named, or the only one with cells.
pub fn open(
    path: &Path,
    file: &str,
    format: Format,
    layer: Option<&str>,
) -> Result<Source, ReadError> {
    let mut notes = Vec::new();
    let all = sheets(path, file, format)?;
    let layers: Vec<LayerInfo> = all
        .iter()
        .map(|(name, r)| LayerInfo {
            name: name.clone(),
            rows: Some(r.height().saturating_sub(1) as u64),
            geometry: None,
        })
        .collect();
    let filled: Vec<&str> = all
        .iter()
        .filter(|(_, r)| !r.is_empty())
        .map(|(n, _)| n.as_str())
        .collect();
    let names = || all.iter().map(|(n, _)| n.clone()).collect();
    let chosen = match (layer, filled.as_slice()) {
        (Some(l), _) => all.iter().position(|(n, _)| n == l).ok_or_else(|| {
            ReadError::new(file, ReadErrorKind::LayerUnknown { layers: names() }).in_layer(l)
        })?,
        (None, []) => 0,
        (None, [one]) => all.iter().position(|(n, _)| n == one).unwrap_or(0),
        (None, several) => {
            let layers = several.iter().map(ToString::to_string).collect();
            return Err(ReadError::new(
                file,
                ReadErrorKind::LayerAmbiguous { layers },
            ));
        }
    };
    let (name, range) = all
        .into_iter()
        .nth(chosen)
        .unwrap_or_else(|| (String::new(), Range::empty()));
    let filled = |row: &[Data]| row.iter().filter(|c| !matches!(c, Data::Empty)).count();
    let head = range
        .rows()
        .position(|r| filled(r) > 1)
        .or_else(|| range.rows().position(|r| filled(r) == 1));
    let Some(head) = head else {
        return Ok(source(format, name, layers, Vec::new(), notes, Vec::new()));
    };
    let above = range.rows().take(head).filter(|r| filled(r) > 0).count();
    if above > 0 {
        notes.push(FileNote {
            rule: "file.table.title_rows",
            message: Text::new(
                format!("表头在第 {} 行，其上 {above} 行标题未读取", head + 1),
                format!(
                    "the header is row {}; {above} title rows above it are not read",
                    head + 1
                ),
            ),
        });
    }
    let raw: Vec<String> = range
        .rows()
        .nth(head)
        .map(|r| r.iter().map(|c| text_of(c).unwrap_or_default()).collect())
        .unwrap_or_default();
    let columns = names::columns(raw.iter().map(String::as_str));
    let geometry = (0..columns.len()).find(|i| {
        let mut cells = range
            .rows()
            .skip(head + 1)
            .take(50)
            .filter_map(|r| r.get(*i))
            .filter_map(text_of)
            .peekable();
        cells.peek().is_some() && cells.all(|c| wkt::looks_like(&c))
    });
    let mut rows = Vec::new();
    for cells in range.rows().skip(head + 1).filter(|r| filled(r) > 0) {
        let mut row = Row {
            number: rows.len() as u64 + 1,
            values: Vec::with_capacity(columns.len()),
            geometry: RowGeometry::Absent,
            problems: Vec::new(),
        };
        for (i, name) in columns.iter().enumerate() {
            let cell = cells.get(i).unwrap_or(&Data::Empty);
            if Some(i) == geometry {
                row.geometry = match text_of(cell).as_deref().map(wkt::read) {
                    None => RowGeometry::Null,
                    Some(Ok(g)) => RowGeometry::Geometry(g),
                    Some(Err(e)) => RowGeometry::Unreadable {
                        found: e.found,
                        expected: e.expected,
                    },
                };
                continue;
            }
            if let Data::Error(e) = cell {
                row.problems.push(RowProblem {
                    rule: "row.cell.error",
                    field: Some(name.to_string()),
                    found: Text::new(format!("公式错误 {e}"), format!("formula error {e}")),
                    expected: Text::new("一个值", "a value"),
                    remedy: Text::new(
                        "在表格软件中修正公式",
                        "mend the formula in the spreadsheet",
                    ),
                });
            }
            row.values.push((name.clone(), value(cell)));
        }
        rows.push(row);
    }
    let fields = columns.iter().map(ToString::to_string).collect();
    Ok(source(format, name, layers, fields, notes, rows))
}

fn source(
    format: Format,
    name: String,
    layers: Vec<LayerInfo>,
    fields: Vec<String>,
    notes: Vec<FileNote>,
    rows: Vec<Row>,
) -> Source {
    Source {
        format,
        layer: Some(name),
        layers,
        fields,
        declared_crs: DeclaredCrs::Undeclared,
        encoding: EncodingUse {
            name: "UTF-8".into(),
            source: EncodingSource::Format,
            sure: 1.0,
        },
        row_count_hint: Some(rows.len() as u64),
        notes,
        rows: Box::new(rows.into_iter().map(Ok)),
    }
}

fn text_of(cell: &Data) -> Option<String> {
    value(cell).to_text()
}

fn value(cell: &Data) -> Value {
    match cell {
        Data::Empty | Data::Error(_) => Value::Null,
        Data::String(s) if s.trim().is_empty() => Value::Null,
        Data::String(s) => Value::Text(s.clone()),
        Data::Int(n) => Value::Integer(*n),
        // Workbooks know only floating point: a whole number was typed as one.
        Data::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Value::Integer(*x as i64),
        Data::Float(x) => Value::Float(*x),
        Data::Bool(b) => Value::Bool(*b),
        Data::DateTimeIso(s) | Data::DurationIso(s) => Value::Text(s.clone()),
        Data::DateTime(d) => {
            let (y, m, day, h, min, s, _) = d.to_ymd_hms_milli();
            Value::Text(if (h, min, s) == (0, 0, 0) {
                format!("{y:04}-{m:02}-{day:02}")
            } else {
                format!("{y:04}-{m:02}-{day:02}T{h:02}:{min:02}:{s:02}")
            })
        }
    }
}
