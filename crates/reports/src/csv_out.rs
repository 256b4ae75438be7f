//! CSV for spreadsheet programs: UTF-8 with BOM, CRLF.
//!
//! Two traps of those programs are met here. A text that begins like a formula (`=`, `+`, `-`, `@`, tab, return) gets an
//! apostrophe in front, so that a hostile name computes nothing. A code of digits alone that the program would shorten (a
//! leading zero, or more than eleven digits) gets a tab in front, which makes it text and which readers of codes trim.

use std::io::{self, Write};

use jieming_domain::lang::Lang;

use crate::Finding;
use crate::text::{COLUMNS, Cell};

/// Writes one row per finding.
pub fn write(lang: Lang, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    csv.write_record(COLUMNS.iter().map(|c| lang.of(c.zh, c.en)))?;
    for f in findings {
        csv.write_record(COLUMNS.iter().map(|c| match (c.cell)(lang, f) {
            Cell::Text(t) => harmless(t),
            Cell::Code(t) => code(t),
            // Six decimals serve degrees; measures have no use for more.
            Cell::Number(n) => format!("{}", (n * 1e6).round() / 1e6),
            Cell::Empty => String::new(),
        }))?;
    }
    csv.flush()
}

/// A text as a cell that computes nothing in a spreadsheet program.
pub fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text
    }
}

/// A code as a cell that a spreadsheet program takes as text.
pub fn code(text: String) -> String {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits && (text.starts_with('0') || text.len() > 11) {
        format!("\t{text}")
    } else {
        harmless(text)
    }
}
