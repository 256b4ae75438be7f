//! Names as they are kept: without what nobody sees.

/// A name without blanks around it, control characters, and marks that turn or hide text (right-to-left overrides, zero-width
/// blanks, byte-order marks): they make two names look alike that are not, and turn the text around them in lists and
/// reports. Joiners (U+200C, U+200D) stay: some scripts need them.
pub fn cleaned(raw: &str) -> String {
    let kept: String = raw.chars().filter(|c| !hidden(*c)).collect();
    let kept = kept.trim();
    // Joiners join nothing when there is nothing.
    if kept.chars().all(|c| matches!(c, '\u{200c}' | '\u{200d}')) {
        return String::new();
    }
    kept.to_owned()
}

/// Whether a character shows nothing and has no place in a name.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_goes() {
        for (raw, kept) in [
            ("  黄鹤楼\t", "黄鹤楼"),
            ("黄\u{202e}鹤楼", "黄鹤楼"),
            ("\u{feff}黄\u{200b}鹤\u{0}楼\r\n", "黄鹤楼"),
            ("黄 鹤楼", "黄 鹤楼"),
            ("نام\u{200c}ها", "نام\u{200c}ها"),
            ("\u{2066}\u{2069}", ""),
            ("\u{200d}\u{200c}", ""),
        ] {
            assert_eq!(cleaned(raw), kept, "{raw:?}");
        }
    }
}
