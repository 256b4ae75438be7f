//! The head and the text of a dBASE table, read by ourselves to learn its encoding. Rows come through the decoder.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use encoding_rs::Encoding;

use super::{EncodingSource, EncodingUse, FileNote, encoding};
use crate::{Text, error::ReadErrorKind};

/// Bytes of text that the guess is made from.
const TEXT_BYTES: usize = 4 << 20;
/// Records that are read for it.
const RECORDS: usize = 200_000;

/// The encoding that a language byte stands for, where it is one we can decode.
fn by_language(byte: u8) -> Option<&'static Encoding> {
    encoding::by_name(match byte {
        0x4d | 0x7a => "gbk",
        0x4f | 0x78 => "big5",
        0x13 | 0x7b => "shift_jis",
        0x4e | 0x79 => "euc-kr",
        0x50 | 0x7c => "windows-874",
        0x01..=0x03
        | 0x57..=0x59
        | 0x1b
        | 0x37
        | 0x16
        | 0x08..=0x0b
        | 0x0d..=0x12
        | 0x14
        | 0x15
        | 0x18..=0x1a
        | 0x1d
        | 0x22..=0x25
        | 0x36 => "windows-1252",
        0xc8 => "windows-1250",
        0x26 | 0x65 => "ibm866",
        0xc9 => "windows-1251",
        0xca => "windows-1254",
        0xcb => "windows-1253",
        0xcc => "windows-1257",
        _ => return None,
    })
}

/// The language byte, and the bytes of the text fields of the first records, names included, one per line.
fn text_of(path: &Path) -> std::io::Result<(u8, Vec<u8>)> {
    let mut file = BufReader::new(File::open(path)?);
    let mut head = [0; 32];
    file.read_exact(&mut head)?;
    let header = usize::from(u16::from_le_bytes([head[8], head[9]]));
    let record = usize::from(u16::from_le_bytes([head[10], head[11]]));
    let mut fields = vec![0; header.saturating_sub(32)];
    file.read_exact(&mut fields)?;
    let mut text = Vec::new();
    let mut spans = Vec::new();
    let mut at = 1;
    for f in fields.chunks_exact(32).take_while(|f| f[0] != 0x0d) {
        let name = &f[..11];
        let end = name.iter().position(|b| *b == 0).unwrap_or(11);
        text.extend_from_slice(&name[..end]);
        text.push(b'\n');
        let width = usize::from(f[16]);
        if matches!(f[11], b'C' | b'c') {
            // Long text fields keep the high byte of their width in the count of decimals.
            let width = width + usize::from(f[17]) * 256;
            spans.push(at..at + width);
            at += width;
        } else {
            at += width;
        }
    }
    file.seek(SeekFrom::Start(header as u64))?;
    let mut row = vec![0; record];
    for _ in 0..RECORDS {
        if record == 0 || text.len() > TEXT_BYTES || file.read_exact(&mut row).is_err() {
            break;
        }
        for s in &spans {
            if let Some(cell) = row.get(s.clone()) {
                let cell = cell.trim_ascii();
                let end = cell
                    .iter()
                    .rposition(|b| *b != 0 && *b != b' ')
                    .map_or(0, |n| n + 1);
                if !cell[..end].is_ascii() {
                    text.extend_from_slice(&cell[..end]);
                    text.push(b'\n');
                }
            }
        }
    }
    Ok((head[29], text))
}

/// Whether text is in an encoding, line by line; a field may cut its last character (up to three bytes) in half.
fn fits(e: &'static Encoding, text: &[u8]) -> bool {
    let (mut lines, mut bad) = (0, 0);
    for line in text.split(|b| *b == b'\n').filter(|l| !l.is_ascii()) {
        lines += 1;
        let whole = |cut: usize| {
            cut * 2 < line.len() && !e.decode_without_bom_handling(&line[..line.len() - cut]).1
        };
        bad += usize::from(!(0..=3).any(whole));
    }
    bad * 20 <= lines
}

/// Finds the encoding of a table: the option, then `.cpg`, then the language byte, each only if the text agrees,
/// then a guess over the whole text.
pub fn encoding_of(
    dbf: &Path,
    cpg: Option<&str>,
    option: Option<&str>,
) -> Result<(&'static Encoding, EncodingUse, Vec<FileNote>), ReadErrorKind> {
    let used = |e: &'static Encoding, source, sure| EncodingUse {
        name: e.name().to_owned(),
        source,
        sure,
    };
    if let Some(label) = option {
        let e = encoding::by_name(label).ok_or_else(|| ReadErrorKind::EncodingUnknown {
            encoding: label.to_owned(),
        })?;
        return Ok((e, used(e, EncodingSource::Option, 1.0), Vec::new()));
    }
    let (language, text) = text_of(dbf).unwrap_or_default();
    let mut notes = Vec::new();
    let mut lied = None;
    let declared = [
        (
            cpg.and_then(encoding::by_name),
            EncodingSource::CodePageFile,
            ".cpg",
            cpg.unwrap_or_default().trim().to_owned(),
        ),
        (
            by_language(language),
            EncodingSource::LanguageByte,
            "LDID",
            format!("0x{language:02x}"),
        ),
    ];
    for (e, source, what, value) in declared {
        let Some(e) = e else { continue };
        // Code pages of one byte fit everything; text that is whole UTF-8 is UTF-8 whatever they say.
        let one_byte = e.is_single_byte();
        let utf8 = !text.is_ascii() && std::str::from_utf8(&text).is_ok();
        if fits(e, &text) && !(one_byte && utf8) {
            return Ok((e, used(e, source, if one_byte { 0.7 } else { 0.95 }), notes));
        }
        lied.get_or_insert((what, value));
    }
    let (mut e, source, sure) = encoding::guess(&text);
    if e == encoding_rs::UTF_16LE || e == encoding_rs::UTF_16BE {
        e = encoding_rs::UTF_8;
    }
    if e != encoding_rs::GB18030
        && source == EncodingSource::Guess
        && fits(encoding_rs::UTF_8, &text)
    {
        e = encoding_rs::UTF_8;
    }
    if let Some((what, value)) = lied {
        notes.push(FileNote {
            rule: "file.encoding.declaration_wrong",
            message: Text::new(
                format!("{what} 声明的编码“{value}”与内容不符，按 {} 读取；不对请用“文字编码”选项（--encoding）指定", e.name()),
                format!("the encoding {value:?} that {what} declares does not fit the text: read as {}; if that is wrong, name it with the option encoding (--encoding)", e.name()),
            ),
        });
    }
    Ok((e, used(e, source, sure), notes))
}

/// Text of a cell or name; a last character cut in half by the width of the field is dropped.
pub fn decode(e: &'static Encoding, bytes: &[u8]) -> String {
    let (t, broke) = e.decode_without_bom_handling(bytes);
    match t.strip_suffix('\u{fffd}').filter(|_| broke) {
        Some(whole) => whole.to_owned(),
        None => t.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GBK, UTF_8};

    #[test]
    fn a_cut_last_character_is_forgiven_and_no_more() {
        let gbk = GBK.encode("武昌区").0.into_owned();
        assert!(fits(GBK, &gbk) && fits(GBK, &gbk[..5]) && !fits(UTF_8, &gbk));
        assert!(fits(UTF_8, &"武昌区".as_bytes()[..8]));
        assert_eq!(decode(GBK, &gbk[..5]), "武昌");
        assert_eq!(decode(UTF_8, &"武昌区".as_bytes()[..7]), "武昌");
        // Bytes in quite another encoding are shown as broken, never made to vanish.
        assert!(decode(UTF_8, &gbk).contains('\u{fffd}'));
    }
}
