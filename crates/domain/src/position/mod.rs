//! Positions as text: decimal degrees, degrees minutes seconds, packed numbers, pairs.

mod packed;

pub use packed::{Writing, angle_in, packed};

/// Why a text is no angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AngleError {
    /// Nothing that could be a number.
    #[error("no number")]
    NoNumber,
    /// Minutes or seconds of 60 and more.
    #[error("minutes or seconds of 60 or more")]
    Sixty,
    /// Not a number, or infinite.
    #[error("not finite")]
    NotFinite,
}

/// Reads `114.3`, `114°18′00.00″`, `114度18分0秒`, `114 18 0 E`, `W 1.5`: degrees, west and south negative. Plane
/// coordinates (`38517094.4549`) pass as they are.
pub fn angle(text: &str) -> Result<f64, AngleError> {
    let text = half_width(text);
    let trimmed = text.trim();
    if let Ok(n) = trimmed.parse::<f64>() {
        return if n.is_finite() {
            Ok(n)
        } else {
            Err(AngleError::NotFinite)
        };
    }
    let mut negative = false;
    let mut numbers: Vec<f64> = Vec::with_capacity(3);
    let mut digits = String::new();
    let flush = |digits: &mut String, numbers: &mut Vec<f64>| {
        if digits.is_empty() {
            return Ok(());
        }
        let n = digits.parse::<f64>().map_err(|_| AngleError::NoNumber)?;
        digits.clear();
        numbers.push(n);
        Ok(())
    };
    for c in trimmed.chars() {
        match c {
            '0'..='9' | '.' => digits.push(c),
            '-' if numbers.is_empty() && digits.is_empty() => negative = true,
            '+' if numbers.is_empty() && digits.is_empty() => {}
            'W' | 'w' | 'S' | 's' | '西' | '南' => negative = true,
            'E' | 'e' | 'N' | 'n' | '东' | '北' | '经' | '纬' => {}
            '°' | 'º' | '˚' | '∘' | '度' | '′' | '\'' | '’' | '‘' | '´' | '`' | '分' | '″'
            | '"' | '”' | '“' | '〞' | '秒' | ':' | '-' => {
                flush(&mut digits, &mut numbers)?;
            }
            c if c.is_whitespace() => flush(&mut digits, &mut numbers)?,
            _ => return Err(AngleError::NoNumber),
        }
    }
    flush(&mut digits, &mut numbers)?;
    if numbers.is_empty() || numbers.len() > 3 {
        return Err(AngleError::NoNumber);
    }
    if numbers[1..].iter().any(|n| *n >= 60.0) {
        return Err(AngleError::Sixty);
    }
    let value = numbers.iter().rev().fold(0.0, |sum, n| sum / 60.0 + n);
    if !value.is_finite() {
        return Err(AngleError::NotFinite);
    }
    Ok(if negative { -value } else { value })
}

/// Full-width digits, letters and marks as half-width ones: phones and forms mix them.
fn half_width(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect()
}

/// Two angles in one text, as they stand, with the order that the text itself names: `114.3,30.6`, `[30.6, 114.3]`,
/// `114.3 30.6`, `N30°36′0″ E114°18′0″`, `东经114度18分，北纬30度36分`. `POINT` is not for here.
pub fn pair(text: &str) -> Option<(f64, f64, Option<PairOrder>)> {
    let text = half_width(text);
    let inner = text
        .trim()
        .trim_start_matches(['[', '('])
        .trim_end_matches([']', ')']);
    let marks = [',', ';', '、', '/'];
    let parts: Vec<String> = if inner.contains(marks) {
        inner.split(marks).map(str::to_owned).collect()
    } else if let Some(at) = second_begins(inner) {
        let (first, second) = inner.split_at(at);
        vec![first.to_owned(), second.to_owned()]
    } else {
        let words: Vec<&str> = inner.split_whitespace().collect();
        match words.len() {
            // Degrees, minutes and seconds twice, with blanks between all.
            n @ (4 | 6) => words.chunks(n / 2).map(|half| half.join(" ")).collect(),
            _ => words.into_iter().map(str::to_owned).collect(),
        }
    };
    // A third number is a height.
    let (first, second) = match parts.as_slice() {
        [a, b] | [a, b, _] => (a, b),
        _ => return None,
    };
    let order = packed::named_order(first, second);
    Some((angle(first).ok()?, angle(second).ok()?, order))
}

/// Where the second of two angles begins, when a letter or a word in front of it says so.
fn second_begins(text: &str) -> Option<usize> {
    let is_mark = |c: char| matches!(c, 'E' | 'W' | 'N' | 'S' | '东' | '西' | '北' | '南');
    let after = text.find(|c: char| c.is_ascii_digit())?;
    let second = after + text[after..].find(is_mark)?;
    let rest = &text[second..];
    if rest.contains(|c: char| c.is_ascii_digit()) {
        // `114°18′E 30°36′N`: the first mark closes the first angle.
        let first_marked = text[..after].contains(is_mark);
        let width = rest.chars().next().map_or(0, char::len_utf8);
        return Some(if first_marked { second } else { second + width });
    }
    None
}

/// In which order the pairs of a file stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairOrder {
    /// Longitude (east) first.
    LonLat,
    /// Latitude (north) first.
    LatLon,
}

/// The order that the pairs themselves tell: a latitude is never beyond 90°. `None` when they do not tell, or
/// contradict each other.
pub fn pair_order(pairs: impl Iterator<Item = (f64, f64)>) -> Option<PairOrder> {
    let (mut first_beyond, mut second_beyond) = (false, false);
    for (a, b) in pairs {
        first_beyond |= a.abs() > 90.0 && a.abs() <= 180.0;
        second_beyond |= b.abs() > 90.0 && b.abs() <= 180.0;
    }
    match (first_beyond, second_beyond) {
        (true, false) => Some(PairOrder::LonLat),
        (false, true) => Some(PairOrder::LatLon),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn ordinary_forms() {
        for (text, value) in [
            ("114.3", 114.3),
            (" -30.5 ", -30.5),
            ("110°58′28.72″", 110.974_644_444_444),
            ("110º58'28.72\"", 110.974_644_444_444),
            ("110度58分28.72秒", 110.974_644_444_444),
            ("１１０°５８′", 110.966_666_666_667),
            ("东经114°18′", 114.3),
            ("30°36′0″N", 30.6),
            ("1°30′ W", -1.5),
            ("114 18 0", 114.3),
            ("38517094.4549", 38_517_094.454_9),
            ("110°58''28.72'' ", 110.974_644_444_444),
            ("110°58′28.72′′", 110.974_644_444_444),
            ("110°58’28.72”", 110.974_644_444_444),
            ("E110°58'28.72\"", 110.974_644_444_444),
            ("110 ° 58 ′ 28.72 ″", 110.974_644_444_444),
            ("东经：110度58分28.72秒", 110.974_644_444_444),
            ("１１０°５８′２８．７２″", 110.974_644_444_444),
            ("110:58:28.72", 110.974_644_444_444),
            ("110-58-28.72", 110.974_644_444_444),
            ("110°58.5′", 110.975),
            ("110°", 110.0),
            ("114.3°E", 114.3),
        ] {
            let got = angle(text).unwrap();
            assert!((got - value).abs() < 1e-9, "{text}: {got}");
        }
    }

    #[test]
    fn what_is_no_angle() {
        assert_eq!(angle("110°60′"), Err(AngleError::Sixty));
        assert_eq!(angle("不详"), Err(AngleError::NoNumber));
        assert_eq!(angle(""), Err(AngleError::NoNumber));
        assert_eq!(angle("NaN"), Err(AngleError::NotFinite));
        assert_eq!(angle("1.2.3"), Err(AngleError::NoNumber));
        let long = "9".repeat(400);
        assert_eq!(angle(&format!("{long}°")), Err(AngleError::NotFinite));
        assert_eq!(angle("1 2 3 4"), Err(AngleError::NoNumber));
    }

    #[test]
    fn pairs() {
        for text in [
            "114.3,30.6",
            "114.3 30.6",
            "114.3,30.6,12",
            "114 18 0 30 36 0",
            "114 18 30 36",
            "114°18′、30°36′",
        ] {
            assert_eq!(pair(text), Some((114.3, 30.6, None)), "{text}");
        }
        assert_eq!(pair("[30.6, 114.3]"), Some((30.6, 114.3, None)));
        let east_first = Some((114.3, 30.6, Some(PairOrder::LonLat)));
        let north_first = Some((30.6, 114.3, Some(PairOrder::LatLon)));
        for text in [
            "E114°18′0″ N30°36′0″",
            "E114°18′N30°36′",
            "东经114度18分，北纬30度36分",
            "114°18′E 30°36′N",
            "114.3E,30.6N",
            "经度:114.3 纬度:30.6",
        ] {
            assert_eq!(pair(text), east_first, "{text}");
        }
        for text in [
            "N30°36′0″ E114°18′0″",
            "北纬30°36′ 东经114°18′",
            "30.6N 114.3E",
            "纬度30.6,经度114.3",
        ] {
            assert_eq!(pair(text), north_first, "{text}");
        }
        assert_eq!(pair("114.3"), None);
        assert_eq!(pair("黄鹤楼"), None);
    }

    #[test]
    fn orders() {
        assert_eq!(
            pair_order([(114.3, 30.6)].into_iter()),
            Some(PairOrder::LonLat)
        );
        assert_eq!(
            pair_order([(30.6, 114.3)].into_iter()),
            Some(PairOrder::LatLon)
        );
        assert_eq!(pair_order([(30.6, 14.3)].into_iter()), None);
        assert_eq!(pair_order([(30.6, 114.3), (114.3, 30.6)].into_iter()), None);
    }

    proptest! {
        #[test]
        fn degrees_minutes_seconds_come_back(d in 0_u32..180, m in 0_u32..60, s in 0_u32..6000) {
            let seconds = f64::from(s) / 100.0;
            let want = f64::from(d) + f64::from(m) / 60.0 + seconds / 3600.0;
            let text = format!("{d}°{m:02}′{seconds:05.2}″");
            let got = angle(&text).unwrap();
            prop_assert!(near(got, want));
        }

        #[test]
        fn nothing_panics(s in ".*") {
            let _ = angle(&s);
            let _ = pair(&s);
        }
    }
}
