//! Text encodings: told from the bytes, or named by the caller; the result is always valid UTF-8.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::{EncodingSource, EncodingUse, FileNote};
use crate::{Text, error::ReadErrorKind};

/// Bytes that the guess is made from.
const SAMPLE: usize = 1 << 20;

/// Text made UTF-8.
pub struct Decoded {
    /// Valid UTF-8 without byte-order mark.
    pub text: Vec<u8>,
    /// Bytes of the mark that were cut off.
    pub mark: u64,
    /// Which encoding, and how it is known.
    pub encoding: EncodingUse,
    /// Broken bytes, if any.
    pub notes: Vec<FileNote>,
}

/// A label (any WHATWG spelling, `cp936`, `936`, `UTF8`, `LATIN1`, `ISO 8859-1`, `SJIS`) to its encoding.
pub fn by_name(label: &str) -> Option<&'static Encoding> {
    let l = label.trim().to_ascii_lowercase();
    let e = Encoding::for_label(l.as_bytes()).or_else(|| {
        let bare: String = l.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let number = bare.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        match (bare.as_str(), number) {
            ("65001" | "cp65001" | "utf8", _) => Some(UTF_8),
            ("gb231280" | "euccn" | "gb", _) | (_, "936" | "54936") => Some(GB18030),
            ("sjis" | "ms932", _) | (_, "932") => Some(encoding_rs::SHIFT_JIS),
            (_, "950") => Some(encoding_rs::BIG5),
            (_, "949") => Some(encoding_rs::EUC_KR),
            ("latin1", _) | (_, "88591" | "1252" | "850" | "437") => {
                Some(encoding_rs::WINDOWS_1252)
            }
            (_, "1250" | "1251" | "1253" | "1254" | "1255" | "1256" | "1257" | "1258" | "874") => {
                Encoding::for_label(format!("windows-{number}").as_bytes())
            }
            _ => number
                .strip_prefix("8859")
                .and_then(|n| Encoding::for_label(format!("iso-8859-{n}").as_bytes())),
        }
    })?;
    Some(if e == GBK { GB18030 } else { e })
}

/// How much of some bytes is UTF-8.
struct Utf8Census {
    /// Whole sequences of two bytes and more.
    good: usize,
    /// Whole sequences of three bytes and more. Double-byte encodings hardly ever make these by accident: their common
    /// characters begin with bytes that begin nothing, or a pair, in UTF-8.
    long: usize,
    /// Places that are no UTF-8.
    bad: usize,
    /// Offset of the first such place.
    first_bad: Option<usize>,
}

fn census(bytes: &[u8]) -> Utf8Census {
    let mut c = Utf8Census {
        good: 0,
        long: 0,
        bad: 0,
        first_bad: None,
    };
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        c.good += bytes_from(0xc0, chunk.valid());
        c.long += bytes_from(0xe0, chunk.valid());
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            // A sequence cut by the end of a sample is no fault.
            if at + chunk.invalid().len() < bytes.len() || chunk.invalid().len() > 3 {
                c.bad += 1;
                c.first_bad.get_or_insert(at);
            } else {
                c.bad += usize::from(chunk.invalid()[0] < 0xc2);
            }
            at += chunk.invalid().len();
        }
    }
    c
}

/// Bytes from `least` on, counted in stretches that the compiler does in steps of many.
fn bytes_from(least: u8, text: &str) -> usize {
    let count = |s: &[u8]| s.iter().map(|b| u8::from(*b >= least)).sum::<u8>();
    text.as_bytes()
        .chunks(u8::MAX as usize)
        .map(|s| usize::from(count(s)))
        .sum()
}

/// Shares of a text in GBK: common characters (GB 2312 level 1) among all two-byte ones.
fn common_chinese(bytes: &[u8]) -> f64 {
    let (mut all, mut common, mut i) = (0u32, 0u32, 0);
    while i + 1 < bytes.len() {
        if bytes[i] < 0x80 {
            i += 1;
            continue;
        }
        all += 1;
        // Rows 16-55: the 3,755 common characters; rows 1-9: punctuation.
        if bytes[i + 1] >= 0xa1
            && (matches!(bytes[i], 0xb0..=0xd7) || matches!(bytes[i], 0xa1..=0xa3))
        {
            common += 1;
        }
        i += 2;
    }
    if all == 0 {
        0.0
    } else {
        f64::from(common) / f64::from(all)
    }
}

/// Characters of a head from which UTF-16 without a mark is told.
const UNITS: usize = 4096;

/// UTF-16 without a mark, where nearly all characters are Chinese, ASCII or their marks, and lines or cells stand between them:
/// other text taken so is characters from everywhere.
pub fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let usual = |little: bool| {
        let pairs = bytes.chunks_exact(2).take(UNITS);
        let units = pairs.map(|p| {
            let p = [p[0], p[1]];
            if little {
                u16::from_le_bytes(p)
            } else {
                u16::from_be_bytes(p)
            }
        });
        let (mut all, mut good, mut between) = (0usize, 0usize, 0usize);
        for u in units {
            all += 1;
            good += usize::from(
                matches!(u, 9 | 10 | 13 | 0x20..=0x7e | 0x2018..=0x201d | 0x2032..=0x2033 | 0xb0
                | 0x3000..=0x303f | 0x4e00..=0x9fff | 0xff01..=0xff5e),
            );
            between += usize::from(matches!(u, 9 | 10 | 0x2c | 0x3b | 0x7c));
        }
        all >= 8 && good * 50 >= all * 49 && between >= 2
    };
    match (usual(true), usual(false)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// Guesses the encoding of bytes without mark. The last value is how sure.
pub fn guess(bytes: &[u8]) -> (&'static Encoding, EncodingSource, f64) {
    if bytes.is_ascii() {
        return (UTF_8, EncodingSource::ValidUtf8, 1.0);
    }
    let head = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |from: usize| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    if head.len() >= 4 && head.len().is_multiple_of(2) || head.len() == SAMPLE {
        let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
        if odd * 3 > half && even * 10 < half {
            return (UTF_16LE, EncodingSource::Guess, 0.8);
        }
        if even * 3 > half && odd * 10 < half {
            return (UTF_16BE, EncodingSource::Guess, 0.8);
        }
    }
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, EncodingSource::ValidUtf8, 1.0);
    }
    if let Some(e) = bare_utf16(bytes) {
        return (e, EncodingSource::Guess, 0.8);
    }
    let c = census(bytes);
    if c.bad == 0 {
        return (UTF_8, EncodingSource::ValidUtf8, 1.0);
    }
    // Text in another encoding hardly ever holds whole UTF-8 sequences: a few broken places among many are damage.
    if c.good >= 4 && c.bad * 8 <= c.good || c.long >= 4 && c.bad <= c.long * 2 {
        return (UTF_8, EncodingSource::Guess, 0.9);
    }
    // The sample must not be only the ASCII part of a long file.
    let from = c.first_bad.unwrap_or(0).saturating_sub(SAMPLE / 4);
    let sample = &bytes[from..bytes.len().min(from + SAMPLE)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let found = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    let whole = |e: &'static Encoding| !e.decode_without_bom_handling(sample).1;
    let share = common_chinese(sample);
    if found == GBK || found == GB18030 || (share > 0.9 && whole(GB18030)) {
        let sure = if whole(GB18030) && share > 0.8 {
            0.9
        } else {
            0.6
        };
        return (GB18030, EncodingSource::Guess, sure);
    }
    (
        found,
        EncodingSource::Guess,
        if whole(found) { 0.6 } else { 0.4 },
    )
}

/// Makes text UTF-8, by the encoding named, the mark, or a guess.
pub fn to_utf8(mut bytes: Vec<u8>, option: Option<&str>) -> Result<Decoded, ReadErrorKind> {
    let marked = Encoding::for_bom(&bytes);
    let (encoding, source, sure) = match (option, marked) {
        (Some(label), _) => {
            let e = by_name(label).ok_or_else(|| ReadErrorKind::EncodingUnknown {
                encoding: label.to_owned(),
            })?;
            (e, EncodingSource::Option, 1.0)
        }
        (None, Some((e, _))) => (e, EncodingSource::Mark, 1.0),
        (None, None) => guess(&bytes),
    };
    let mark = marked.filter(|(e, _)| *e == encoding).map_or(0, |(_, n)| n);
    bytes.drain(..mark);
    let mut notes = Vec::new();
    let text = if encoding == UTF_8 {
        match String::from_utf8(bytes) {
            Ok(s) => s.into_bytes(),
            Err(e) => {
                let at = e.utf8_error().valid_up_to() + mark;
                let bytes = e.into_bytes();
                notes.push(broken(census(&bytes).bad.max(1), Some(at)));
                String::from_utf8_lossy(&bytes).into_owned().into_bytes()
            }
        }
    } else {
        let (text, broke) = encoding.decode_without_bom_handling(&bytes);
        if broke {
            notes.push(broken(text.matches('\u{fffd}').count().max(1), None));
        }
        text.into_owned().into_bytes()
    };
    Ok(Decoded {
        text,
        mark: mark as u64,
        encoding: EncodingUse {
            name: encoding.name().to_owned(),
            source,
            sure,
        },
        notes,
    })
}

fn broken(n: usize, at: Option<usize>) -> FileNote {
    let (zh, en) = at.map_or((String::new(), String::new()), |a| {
        (
            format!("，第一处在第 {a} 字节"),
            format!(", the first at byte {a}"),
        )
    });
    FileNote {
        rule: "file.encoding.broken_bytes",
        message: Text::new(
            format!(
                "有 {n} 处字节不符合所用编码{zh}，已用“\u{fffd}”代替；如整体乱码请用“文字编码”选项（--encoding）指定编码"
            ),
            format!(
                "{n} places are no text in the encoding used{en}; replaced by '\u{fffd}'. If all looks wrong, name the encoding with the option encoding (--encoding)"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "地名,行政区,经度,纬度\n黄鹤楼,武昌区,114.3,30.54\n汉口站,江汉区,114.25,30.62\n东湖风景区,洪山区,114.4,30.56\n";

    fn named(bytes: &[u8]) -> (String, String) {
        let d = to_utf8(bytes.to_vec(), None).unwrap();
        (d.encoding.name, String::from_utf8(d.text).unwrap())
    }

    #[test]
    fn encodings_are_told_apart() {
        let gbk = GBK.encode(TEXT).0.into_owned();
        assert_eq!(named(&gbk), ("gb18030".into(), TEXT.into()));
        assert_eq!(named(TEXT.as_bytes()), ("UTF-8".into(), TEXT.into()));
        assert_eq!(named(format!("\u{feff}{TEXT}").as_bytes()).1, TEXT);
        let utf16 = |le: bool, mark: bool| {
            let t = if mark {
                format!("\u{feff}{TEXT}")
            } else {
                TEXT.to_owned()
            };
            t.encode_utf16()
                .flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() })
                .collect::<Vec<_>>()
        };
        assert_eq!(named(&utf16(true, true)), ("UTF-16LE".into(), TEXT.into()));
        assert_eq!(named(&utf16(false, true)), ("UTF-16BE".into(), TEXT.into()));
        // Without a mark, and with few zeros, as the characters are Chinese.
        assert_eq!(named(&utf16(true, false)), ("UTF-16LE".into(), TEXT.into()));
        assert_eq!(
            named(&utf16(false, false)),
            ("UTF-16BE".into(), TEXT.into())
        );
        for other in [TEXT.as_bytes(), &gbk, &[0x7f; 400], b"a,b\n1,2\n3,4\n5,6\n"] {
            assert_eq!(bare_utf16(other), None);
        }
    }

    #[test]
    fn a_few_broken_bytes_leave_utf8() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.insert(3, 0xff);
        let d = to_utf8(bytes, None).unwrap();
        assert_eq!(d.encoding.name, "UTF-8");
        assert!(
            d.notes[0].message.en.contains("first at byte 3"),
            "{}",
            d.notes[0].message
        );
    }

    #[test]
    fn names_cut_in_the_middle_of_a_character_leave_utf8() {
        // A property name of ten bytes, cut by a tool, in each of some rows; the values are whole.
        let mut bytes = Vec::new();
        for name in ["江岸区", "江汉区", "硚口区", "汉阳区"] {
            bytes.extend_from_slice(b"{\"FID_\xe5..\xe7.\x8c\": 1, \"NAME\": \"");
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b"\"}\n");
        }
        assert_eq!(named(&bytes).0, "UTF-8");
    }

    #[test]
    fn the_option_wins_and_unknown_names_are_refused() {
        let gbk = GBK.encode("武").0.into_owned();
        assert_eq!(to_utf8(gbk, Some("CP936")).unwrap().text, "武".as_bytes());
        assert!(to_utf8(vec![1], Some("klingon")).is_err());
        for label in [
            "UTF8",
            "65001",
            "936",
            "GBK",
            "gb2312",
            "ISO 8859-1",
            "88591",
            "SJIS",
            "932",
            "ANSI 1252",
            "EUC-KR",
            "BIG5",
            "ISO8859_15",
        ] {
            assert!(by_name(label).is_some(), "{label}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let d = to_utf8(bytes, None).unwrap();
            prop_assert!(std::str::from_utf8(&d.text).is_ok());
        }
    }
}
