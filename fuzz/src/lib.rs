//! What the targets have in common: a file is read as the service reads one, with its limits, to its last row.

use std::cell::RefCell;
use std::path::PathBuf;

use jieming_geodata::decode::{Decoder, Format, ReadOptions, open};

thread_local! {
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// The path of a file of this name with these bytes; the next call may write over it.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    FOLDER.with(|f| {
        let mut f = f.borrow_mut();
        let folder = f.get_or_insert_with(|| tempfile::tempdir().expect("a temporary folder"));
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file in memory");
        path
    })
}

/// Reads a file of this name with these bytes. Formats that go through the decoder child end where it would start.
/// Whatever comes is looked at, a refusal in both languages.
pub fn read(name: &str, bytes: &[u8]) {
    let path = written(name, bytes);
    let nobody = Decoder {
        program: "/nonexistent/decoder".into(),
        args: Vec::new(),
    };
    match open(&path, &ReadOptions::usual(), &nobody) {
        Ok(source) => {
            for row in source.rows {
                match row {
                    Ok(row) => assert!(row.number > 0),
                    Err(e) => refused(&e),
                }
            }
        }
        Err(e) => refused(&e),
    }
}

fn refused(e: &jieming_geodata::ReadError) {
    assert!(!e.code().is_empty() && !e.zh().is_empty() && !e.en().is_empty());
}

/// Reads a workbook as the decoder child does.
pub fn workbook(bytes: &[u8]) {
    let format = match bytes {
        [0xd0, 0xcf, ..] => Format::Xls,
        _ if bytes.windows(11).any(|w| w == b"content.xml") => Format::Ods,
        _ => Format::Xlsx,
    };
    jieming_geodata::fuzzing::workbook(&written("a.xlsx", bytes), format);
}
