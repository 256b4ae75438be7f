//! Workbooks in the child: the sheet asked for, cell by cell, with what stands above its header left out.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    panic::AssertUnwindSafe,
    path::Path,
};

use calamine::{Data, Ods, Range, Reader, SheetVisible, Xls, Xlsx};

use crate::{
    decode::{
        Format,
        row::names,
        wire::{self, Cell, Frame, Head, Layer, Raw, Shape},
    },
    wkt,
};

/// Names and cells.
type Sheets = Vec<(String, Range<Data>)>;

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

/// The visible sheets of a file. A panic of the library on damaged input counts as damage.
fn sheets(path: &Path, format: Format) -> Result<Sheets, String> {
    let read = || -> Result<Sheets, String> {
        let reader = BufReader::new(File::open(path).map_err(|e| e.to_string())?);
        match format {
            Format::Xls => visible(Xls::new(reader).map_err(|e| e.to_string())?),
            Format::Ods => visible(Ods::new(reader).map_err(|e| e.to_string())?),
            _ => visible(Xlsx::new(reader).map_err(|e| e.to_string())?),
        }
    };
    std::panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err("damaged structure".into()))
}

/// Sends a workbook: the sheet named, or the only one with cells.
pub(crate) fn run(
    path: &Path,
    format: Format,
    layer: Option<&str>,
    out: &mut impl Write,
) -> io::Result<()> {
    let all = match sheets(path, format) {
        Ok(all) => all,
        Err(message) => return wire::send(out, &Frame::Refused { message }),
    };
    let mut several = |unknown, layers| wire::send(out, &Frame::Layers { unknown, layers });
    let filled: Vec<&str> = all
        .iter()
        .filter(|(_, r)| !r.is_empty())
        .map(|(n, _)| n.as_str())
        .collect();
    let chosen = match (layer, filled.as_slice()) {
        (Some(l), _) => match all.iter().position(|(n, _)| n == l) {
            Some(i) => i,
            None => return several(true, all.into_iter().map(|(n, _)| n).collect()),
        },
        (None, []) => 0,
        (None, [one]) => all.iter().position(|(n, _)| n == one).unwrap_or(0),
        (None, names) => return several(false, names.iter().map(ToString::to_string).collect()),
    };
    let layers = all.iter().map(|(name, r)| Layer {
        name: name.clone(),
        rows: i64::try_from(r.height().saturating_sub(1)).unwrap_or(-1),
        geometry: false,
    });
    let mut head = Head {
        layers: layers.collect(),
        chosen: u32::try_from(chosen).unwrap_or(0),
        fields: Vec::new(),
        epsg: 0,
        wkt: String::new(),
        crs_unknown: false,
        z: false,
        title: (0, 0),
    };
    let range = all.into_iter().nth(chosen);
    sheet(range.map_or_else(Range::empty, |s| s.1), &mut head, out)
}

fn sheet(range: Range<Data>, head: &mut Head, out: &mut impl Write) -> io::Result<()> {
    let filled = |row: &[Data]| row.iter().filter(|c| !matches!(c, Data::Empty)).count();
    let at = range
        .rows()
        .position(|r| filled(r) > 1)
        .or_else(|| range.rows().position(|r| filled(r) == 1));
    let Some(at) = at else {
        wire::send(out, &Frame::Head(head.clone()))?;
        return wire::send(out, &Frame::End { rows: 0 });
    };
    let above = range.rows().take(at).filter(|r| filled(r) > 0).count();
    let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    head.title = (short(above), short(at + 1));
    let raw: Vec<String> = range
        .rows()
        .nth(at)
        .map(|r| r.iter().map(|c| text_of(c).unwrap_or_default()).collect())
        .unwrap_or_default();
    let columns = names::columns(raw.iter().map(String::as_str));
    let geometry = (0..columns.len()).find(|i| {
        let mut cells = range
            .rows()
            .skip(at + 1)
            .take(50)
            .filter_map(|r| r.get(*i))
            .filter_map(text_of)
            .peekable();
        cells.peek().is_some() && cells.all(|c| wkt::looks_like(&c))
    });
    let fields = columns.iter().enumerate().filter(|f| Some(f.0) != geometry);
    head.fields = fields
        .map(|(_, name)| Raw {
            bytes: name.as_bytes().to_vec(),
        })
        .collect();
    wire::send(out, &Frame::Head(head.clone()))?;
    let mut rows = 0;
    for cells in range.rows().skip(at + 1).filter(|r| filled(r) > 0) {
        let shape = match geometry.map(|i| cells.get(i).and_then(text_of)) {
            None => Shape::Absent,
            Some(None) => Shape::Null,
            Some(Some(text)) => Shape::Wkt(text),
        };
        let cells = (0..columns.len())
            .filter(|i| Some(*i) != geometry)
            .map(|i| cells.get(i).map_or(Cell::Null, cell))
            .collect();
        let curved = false;
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
    wire::send(out, &Frame::End { rows })
}

/// The text of a cell, as headers and geometries are.
fn text_of(data: &Data) -> Option<String> {
    let text = match cell(data) {
        Cell::Null | Cell::Error(_) => return None,
        Cell::Text(t) => String::from_utf8_lossy(&t.bytes).trim().to_owned(),
        Cell::Integer(n) => n.to_string(),
        Cell::Float(x) => x.to_string(),
        Cell::Bool(b) => b.to_string(),
    };
    Some(text).filter(|t| !t.is_empty())
}

fn cell(data: &Data) -> Cell {
    let text = |s: &str| {
        Cell::Text(Raw {
            bytes: s.as_bytes().to_vec(),
        })
    };
    match data {
        Data::Empty => Cell::Null,
        Data::Error(e) => Cell::Error(e.to_string()),
        Data::String(s) if s.trim().is_empty() => Cell::Null,
        Data::String(s) => text(s),
        Data::Int(n) => Cell::Integer(*n),
        // Workbooks know only floating point: a whole number was typed as one.
        Data::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Cell::Integer(*x as i64),
        Data::Float(x) => Cell::Float(*x),
        Data::Bool(b) => Cell::Bool(*b),
        Data::DateTimeIso(s) | Data::DurationIso(s) => text(s),
        Data::DateTime(d) => {
            let (y, m, day, h, min, s, _) = d.to_ymd_hms_milli();
            text(&if (h, min, s) == (0, 0, 0) {
                format!("{y:04}-{m:02}-{day:02}")
            } else {
                format!("{y:04}-{m:02}-{day:02}T{h:02}:{min:02}:{s:02}")
            })
        }
    }
}
