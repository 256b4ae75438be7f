//! Delimited text: CSV, TSV and their kin. The delimiter, quoting and whether there is a header are told from the
//! first lines; every cell is text.

use std::{io::Cursor, sync::Arc};

use super::{
    EncodingUse, FileNote, Format, Row, RowGeometry, RowProblem, Source, Value, row::names,
};
use crate::{ReadError, Text, crs::DeclaredCrs, error::ReadErrorKind, wkt};

/// Bytes from which the dialect is told.
const SAMPLE: usize = 64 << 10;
/// Column names under which WKT is looked for.
const WKT_NAMES: [&str; 9] = [
    "wkt",
    "geom",
    "geometry",
    "the_geom",
    "shape",
    "geo",
    "wkt_geom",
    "polygon",
    "geometrywkt",
];

/// How cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialect {
    delimiter: u8,
    quoting: bool,
}

fn records(text: &[u8], d: Dialect, most: usize) -> Vec<Vec<String>> {
    let mut reader = reader(text, d);
    reader
        .byte_records()
        .take(most)
        .filter_map(Result::ok)
        .map(|r| {
            r.iter()
                .map(|c| String::from_utf8_lossy(c).into_owned())
                .collect()
        })
        .collect()
}

fn reader<R: AsRef<[u8]>>(text: R, d: Dialect) -> csv::Reader<Cursor<R>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(d.delimiter)
        .quoting(d.quoting)
        .from_reader(Cursor::new(text))
}

/// The delimiter that gives most rows the same number of cells, more than one.
fn dialect(text: &[u8]) -> Option<Dialect> {
    let sample = &text[..text.len().min(SAMPLE)];
    let mut best = None;
    let mut best_score = 0.0;
    for delimiter in [b',', b'\t', b';', b'|'] {
        if memchr::memchr(delimiter, sample).is_none() {
            continue;
        }
        let d = Dialect {
            delimiter,
            quoting: quotes(text, delimiter),
        };
        let rows = records(sample, d, 100);
        // The last row of a sample may be cut.
        let rows = if rows.len() > 2 && sample.len() >= SAMPLE {
            &rows[..rows.len() - 1]
        } else {
            &rows[..]
        };
        let Some(width) = rows.first().map(Vec::len).filter(|w| *w > 1) else {
            continue;
        };
        let same = rows.iter().filter(|r| r.len() == width).count() as f64 / rows.len() as f64;
        let score = same * (1.0 + (width as f64).ln() / 4.0);
        if score > best_score && same >= 0.3 {
            (best, best_score) = (Some(d), score);
        }
    }
    best
}

/// Whether quotes enclose cells. In tab-separated dumps a quote is often just a character: then some cell that begins
/// with one does not end with one, or what stands between two of them runs over tabs and lines. The whole text tells,
/// as one such cell far down would swallow the rows after it.
fn quotes(text: &[u8], delimiter: u8) -> bool {
    if delimiter != b'\t' {
        return true;
    }
    let begins_cell = |i: usize| i == 0 || matches!(text[i - 1], b'\t' | b'\n' | b'\r');
    let ends_cell = |i: usize| matches!(text.get(i), None | Some(b'\t' | b'\n' | b'\r'));
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'"', &text[at..]).map(|i| at + i) {
        at = open + 1;
        if !begins_cell(open) {
            continue;
        }
        // Two quotes in a row are one of the text.
        let close = loop {
            match memchr::memchr(b'"', &text[at..]).map(|i| at + i) {
                Some(i) if text.get(i + 1) == Some(&b'"') => at = i + 2,
                found => break found,
            }
        };
        let Some(close) = close.filter(|&c| ends_cell(c + 1)) else {
            return false;
        };
        let cell = &text[open + 1..close];
        if cell.contains(&b'\n') && cell.contains(&b'\t') {
            return false;
        }
        at = close + 1;
    }
    true
}

fn is_number(cell: &str) -> bool {
    let c = cell.trim();
    !c.is_empty() && c.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A first row that has numbers where the following rows have numbers is data.
fn has_header(rows: &[Vec<String>]) -> bool {
    let Some((first, rest)) = rows.split_first() else {
        return true;
    };
    if rest.is_empty() {
        return true;
    }
    let numeric = |i: usize| {
        rest.iter()
            .take(20)
            .filter(|r| r.get(i).is_some_and(|c| is_number(c)))
            .count()
            * 2
            > rest.len().min(20)
    };
    let (mut numbers, mut columns) = (0, 0);
    for (i, cell) in first.iter().enumerate() {
        if numeric(i) {
            columns += 1;
            numbers += usize::from(is_number(cell));
        }
    }
    numbers == 0 || numbers * 2 < columns
}

/// Opens delimited text that is valid UTF-8.
pub fn open(
    file: &str,
    text: Vec<u8>,
    encoding: EncodingUse,
    mut notes: Vec<FileNote>,
    named_table: bool,
) -> Result<Source, ReadError> {
    let sample = &text[..text.len().min(SAMPLE)];
    let found = dialect(&text);
    if found.is_none() && !named_table {
        let line: String = String::from_utf8_lossy(sample)
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        return Err(ReadError::new(
            file,
            ReadErrorKind::Unrecognised {
                found: Text::new(
                    format!("没有分隔符的文本，首行“{line}”"),
                    format!("text without a delimiter, first line {line:?}"),
                ),
            },
        ));
    }
    let d = found.unwrap_or(Dialect {
        delimiter: b',',
        quoting: true,
    });
    let head = records(sample, d, 200);
    let header = has_header(&head);
    let first = head.first().cloned().unwrap_or_default();
    let columns = if header {
        names::columns(first.iter().map(String::as_str))
    } else {
        notes.push(FileNote {
            rule: "file.table.no_header",
            message: Text::new(
                "首行是数据而不是字段名，字段按位置命名为 column_1、column_2……",
                "the first row is data, not field names: fields are named by position, column_1, column_2, …",
            ),
        });
        names::columns(std::iter::repeat_n("", first.len()))
    };
    let geometry = columns.iter().enumerate().find_map(|(i, name)| {
        let plain = name.to_ascii_lowercase();
        let cells = head
            .iter()
            .skip(usize::from(header))
            .filter_map(|r| r.get(i))
            .filter(|c| !c.trim().is_empty());
        let hits = cells
            .take(20)
            .map(|c| wkt::looks_like(c))
            .collect::<Vec<_>>();
        let good = hits.iter().filter(|h| **h).count();
        (good > 0 && (WKT_NAMES.contains(&plain.as_str()) || good == hits.len())).then_some(i)
    });
    let rows = Rows {
        reader: reader(text, d).into_byte_records(),
        columns: columns.clone(),
        geometry,
        skip: header,
        number: 0,
        file: file.to_owned(),
    };
    Ok(Source {
        format: Format::DelimitedText,
        layer: None,
        layers: Vec::new(),
        fields: columns.iter().map(ToString::to_string).collect(),
        declared_crs: DeclaredCrs::Undeclared,
        encoding,
        row_count_hint: None,
        notes,
        rows: Box::new(rows),
    })
}

struct Rows {
    reader: csv::ByteRecordsIntoIter<Cursor<Vec<u8>>>,
    columns: Vec<Arc<str>>,
    geometry: Option<usize>,
    skip: bool,
    number: u64,
    file: String,
}

impl Iterator for Rows {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.reader.next()? {
                Ok(r) => r,
                Err(e) => {
                    let offset = e.position().map(csv::Position::byte);
                    let kind = ReadErrorKind::Syntax {
                        format: "CSV",
                        offset,
                        found: Text::new(e.to_string(), e.to_string()),
                        expected: Text::new("分隔的文本行", "delimited rows"),
                    };
                    return Some(Err(ReadError::new(self.file.clone(), kind)));
                }
            };
            if std::mem::take(&mut self.skip) {
                continue;
            }
            if record.iter().all(|c| c.trim_ascii().is_empty()) {
                // Lines of delimiters only: left over from a spreadsheet.
                continue;
            }
            self.number += 1;
            return Some(Ok(self.row(&record)));
        }
    }
}

impl Rows {
    fn row(&self, record: &csv::ByteRecord) -> Row {
        // A row that is short has only the fields that it has: a wide header must not cost its width with each of many short rows.
        let here = record.len().min(self.columns.len());
        let mut row = Row {
            number: self.number,
            values: Vec::with_capacity(here),
            geometry: RowGeometry::Absent,
            problems: Vec::new(),
        };
        if self.geometry.is_some() {
            row.geometry = RowGeometry::Null;
        }
        for (i, name) in self.columns.iter().take(here).enumerate() {
            let cell = record.get(i).map(String::from_utf8_lossy);
            if Some(i) == self.geometry {
                row.geometry = geometry(cell.as_deref());
                continue;
            }
            let value = match cell {
                Some(c) if !c.trim().is_empty() => Value::Text(c.into_owned()),
                _ => Value::Null,
            };
            row.values.push((name.clone(), value));
        }
        let (n, m) = (record.len(), self.columns.len());
        let beyond = record.iter().skip(m).any(|c| !c.trim_ascii().is_empty());
        if n < m || beyond {
            row.problems.push(RowProblem {
                rule: "row.cells.count",
                field: None,
                found: Text::new(format!("{n} 个单元格"), format!("{n} cells")),
                expected: Text::new(
                    format!("{m} 个（与表头一致）"),
                    format!("{m}, as in the header"),
                ),
                remedy: Text::new("检查分隔符和引号", "check delimiters and quotes"),
            });
        }
        row
    }
}

/// A cell of the WKT column.
fn geometry(cell: Option<&str>) -> RowGeometry {
    match cell.map(str::trim) {
        None | Some("") => RowGeometry::Null,
        Some(text) => match wkt::read(text) {
            Ok(g) => RowGeometry::Geometry(g),
            Err(e) => RowGeometry::Unreadable {
                found: e.found,
                expected: e.expected,
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::EncodingSource;

    fn open_text(text: &str) -> Source {
        let encoding = EncodingUse {
            name: "UTF-8".into(),
            source: EncodingSource::ValidUtf8,
            sure: 1.0,
        };
        open(
            "a.csv",
            text.as_bytes().to_vec(),
            encoding,
            Vec::new(),
            true,
        )
        .unwrap()
    }

    fn rows(text: &str) -> Vec<Row> {
        open_text(text).rows.map(Result::unwrap).collect()
    }

    #[test]
    fn delimiters_are_told_and_codes_stay_text() {
        for d in [",", "\t", ";", "|"] {
            let text = format!(
                "code{d}name{d}lon\n042001{d}\"武昌, 区; a|b\"{d}114.3\n042002{d}汉口{d}114.2\n"
            );
            let r = rows(&text);
            assert_eq!(r.len(), 2, "{d:?}");
            assert_eq!(r[0].get("code"), Some(&Value::Text("042001".into())));
            assert_eq!(
                r[0].get("name"),
                Some(&Value::Text("武昌, 区; a|b".into())),
                "{d:?}"
            );
        }
    }

    #[test]
    fn a_file_without_header_is_noticed() {
        let s =
            open_text("CN\t231100\tChangfeng\t31.0\t116.9\nCN\t231200\t5\" pipe\t31.1\t116.8\n");
        assert_eq!(s.fields[0], "column_1");
        assert_eq!(s.notes[0].rule, "file.table.no_header");
        assert_eq!(s.rows.count(), 2);
        assert_eq!(open_text("name,lon\na,1\n").rows.count(), 1);
    }

    #[test]
    fn a_stray_quote_far_down_a_tab_separated_file_swallows_nothing() {
        let mut text = String::from("id\tname\tother\n");
        for i in 0..5000 {
            text += &format!("{i}\tplace {i}\t\"full\" name\n");
        }
        for stray in ["\"Abdah", "'\"x", "\"a\tb\"c"] {
            let all = format!("{text}5000\t{stray}\tz\n5001\tlast\t\"y\n5002\tvery last\tw\n");
            assert_eq!(rows(&all).len(), 5003, "{stray}");
        }
        // Where quotes do enclose, a cell may run over lines.
        assert_eq!(
            rows("id\tname\n1\t\"two\nlines \"\"here\"\"\"\n2\tx\n").len(),
            2
        );
    }

    #[test]
    fn wkt_columns_become_geometry_and_bad_cells_stay_in_their_row() {
        let r = rows("name,geom\na,\"POLYGON((0 0,1 0,1 1,0 0))\"\nb,\"POLYGON((0 0\"\nc,\n");
        assert!(matches!(r[0].geometry, RowGeometry::Geometry(_)));
        assert!(matches!(r[1].geometry, RowGeometry::Unreadable { .. }));
        assert_eq!(r[2].geometry, RowGeometry::Null);
    }

    #[test]
    fn ragged_rows_are_noted() {
        let r = rows("a,b,c\n1,2\n1,2,3,4\n1,2,3,\n");
        let noted: Vec<_> = r.iter().map(|r| r.problems.len()).collect();
        assert_eq!(noted, [1, 1, 0]);
    }

    #[test]
    fn repeated_and_empty_headers_get_names() {
        assert_eq!(
            open_text("name,name,,x\na,b,c,d\n").fields,
            ["name", "name_2", "column_3", "x"]
        );
    }
}
