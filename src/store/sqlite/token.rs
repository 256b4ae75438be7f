//! Page tokens: the sort key and the row of the last item, opaque to callers. A float travels as its bits, so that
//! it compares equal when it comes back.

use crate::store::{Result, StoreError};

/// Key and row of the last item of a page.
pub(super) fn number(key: f64, row: i64) -> String {
    format!("{:x}.{row:x}", key.to_bits())
}

/// Reads [`number`] back.
pub(super) fn read_number(token: &str) -> Result<(f64, i64)> {
    let parts = token.split_once('.').and_then(|(k, r)| {
        Some((
            f64::from_bits(u64::from_str_radix(k, 16).ok()?),
            u64::from_str_radix(r, 16).ok()? as i64,
        ))
    });
    parts
        .filter(|(k, _)| k.is_finite())
        .ok_or_else(|| StoreError::BadToken(token.to_owned()))
}

/// Text keys of the last item of a page; the texts come back as they went.
pub(super) fn texts(keys: &[&str], row: i64) -> String {
    let hex = |s: &&str| s.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let mut parts: Vec<String> = keys.iter().map(hex).collect();
    parts.push(format!("{row:x}"));
    parts.join(".")
}

/// Reads [`texts`] back: exactly `N` texts and the row.
pub(super) fn read_texts<const N: usize>(token: &str) -> Result<([String; N], i64)> {
    let bad = || StoreError::BadToken(token.to_owned());
    let parts: Vec<&str> = token.split('.').collect();
    let (row, keys) = parts.split_last().ok_or_else(bad)?;
    let keys: Vec<String> = keys
        .iter()
        .map(|k| unhex(k))
        .collect::<Option<_>>()
        .ok_or_else(bad)?;
    Ok((
        keys.try_into().map_err(|_| bad())?,
        u64::from_str_radix(row, 16).map_err(|_| bad())? as i64,
    ))
}

fn unhex(s: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = s
        .as_bytes()
        .chunks(2)
        .map(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_went() {
        assert_eq!(read_number(&number(-0.1, 7)).unwrap(), (-0.1, 7));
        let (keys, row) = read_texts::<2>(&texts(&["", "江岸区.\n"], -3)).unwrap();
        assert_eq!((keys, row), ([String::new(), "江岸区.\n".to_owned()], -3));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for token in ["", "x", "1.2.3", "é.1", "7ff8000000000000.1"] {
            assert!(read_number(token).is_err(), "{token}");
        }
        assert!(read_texts::<1>("zz.1").is_err());
        assert!(read_texts::<2>("61.1").is_err());
    }
}
