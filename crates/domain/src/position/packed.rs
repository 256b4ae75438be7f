//! Degrees, minutes and seconds packed into one number: `1145830.12` or `114.583012` for 114°58′30.12″. A single number
//! does not tell; a column does, because minutes and seconds never reach 60.

use std::collections::BTreeSet;

use super::{AngleError, PairOrder, half_width};

/// How the angles of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// Decimal degrees, or degrees, minutes and seconds with marks between: as [`super::angle`] reads them.
    Marked,
    /// `1145830.12`: minutes and seconds are the last four digits before the point.
    PackedWhole,
    /// `114.583012`: minutes and seconds are the first four digits after the point.
    PackedFraction,
}

impl Writing {
    /// The word for it on the command line and in receipts.
    pub fn as_str(self) -> &'static str {
        match self {
            Writing::Marked => "decimal",
            Writing::PackedWhole => "dddmmss",
            Writing::PackedFraction => "d.mmss",
        }
    }
}

impl std::str::FromStr for Writing {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [
            Writing::Marked,
            Writing::PackedWhole,
            Writing::PackedFraction,
        ]
        .into_iter()
        .find(|w| w.as_str() == s)
        .ok_or_else(|| s.to_owned())
    }
}

/// Minutes and seconds beyond this never occur in packed numbers; of ordinary digits two in five do.
const CHANCE: f64 = 0.6;
/// Different minutes whose seconds must have kept below 60 before decimal degrees are given up: by chance one file in 350,000.
const ENOUGH: usize = 25;
/// One row in so many may be mistyped.
const MISTYPED: usize = 50;

/// Degrees, minutes and seconds of a packed number as its digits.
struct Parts {
    negative: bool,
    degrees: f64,
    minutes: u32,
    seconds: f64,
}

fn parts(text: &str, writing: Writing) -> Result<Parts, AngleError> {
    let text = half_width(text);
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || fraction.len() > 17 || !all(whole) || !all(fraction) {
        return Err(AngleError::NoNumber);
    }
    let (degrees, minutes, seconds) = match writing {
        Writing::PackedWhole if whole.len() >= 5 => {
            let (rest, seconds) = whole.split_at(whole.len() - 2);
            let (degrees, minutes) = rest.split_at(rest.len() - 2);
            (degrees, minutes.to_owned(), format!("{seconds}.{fraction}"))
        }
        Writing::PackedFraction if whole.len() <= 3 => {
            // A number as a cell of a table has lost the zeros at its end.
            let padded = format!("{fraction:0<4}");
            let (minutes, seconds) = padded.split_at(2);
            let (seconds, part) = seconds.split_at(2);
            (whole, minutes.to_owned(), format!("{seconds}.{part}"))
        }
        _ => return Err(AngleError::NoNumber),
    };
    Ok(Parts {
        negative,
        degrees: degrees.parse().map_err(|_| AngleError::NoNumber)?,
        minutes: minutes.parse().map_err(|_| AngleError::NoNumber)?,
        seconds: seconds
            .trim_end_matches('.')
            .parse()
            .map_err(|_| AngleError::NoNumber)?,
    })
}

/// Reads an angle in the given writing: degrees, west and south negative. A text with marks in a packed column is read as
/// [`super::angle`] does.
pub fn angle_in(text: &str, writing: Writing) -> Result<f64, AngleError> {
    if writing == Writing::Marked {
        return super::angle(text);
    }
    match parts(text, writing) {
        Ok(p) if p.minutes >= 60 || p.seconds >= 60.0 => Err(AngleError::Sixty),
        Ok(p) => {
            let value = p.degrees + f64::from(p.minutes) / 60.0 + p.seconds / 3600.0;
            Ok(if p.negative { -value } else { value })
        }
        // The same number may not be read in two ways, but marks leave no doubt, and 0 is none.
        Err(e) => match super::angle(text) {
            Ok(0.0) => Ok(0.0),
            Ok(value) if text.trim().parse::<f64>().is_err() => Ok(value),
            _ => Err(e),
        },
    }
}

/// The packed writing that two columns of angles betray, with how sure that is (0 to 1); `None`: they are decimal
/// degrees, metres, or written with marks. Blank cells and zeros tell nothing.
pub fn packed<'a>(
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Option<(Writing, f64)> {
    [Writing::PackedWhole, Writing::PackedFraction]
        .into_iter()
        .find_map(|writing| Some((writing, sure(rows.clone(), writing)?)))
}

fn sure<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>, writing: Writing) -> Option<f64> {
    let (mut told, mut against) = (0, 0);
    // Different minutes and seconds of each column: digits that repeat tell once.
    let mut different: [BTreeSet<u32>; 4] = Default::default();
    for (x, y) in rows {
        let plain = |t: &str| half_width(t).trim().parse::<f64>().ok();
        let (Some(a), Some(b)) = (plain(x), plain(y)) else {
            continue;
        };
        if a == 0.0 || b == 0.0 {
            continue;
        }
        told += 1;
        let read = [parts(x, writing), parts(y, writing)];
        let [Ok(p), Ok(q)] = read else {
            against += 1;
            continue;
        };
        let place = |d: f64, e: f64| (70.0..=140.0).contains(&d) && (0.0..=56.0).contains(&e);
        let in_china = place(p.degrees, q.degrees) || place(q.degrees, p.degrees);
        let below = [&p, &q].iter().all(|p| p.minutes < 60 && p.seconds < 60.0);
        if !below || !in_china {
            against += 1;
            continue;
        }
        for (k, p) in [p, q].iter().enumerate() {
            different[k * 2].insert(p.minutes);
            different[k * 2 + 1].insert(p.seconds as u32);
        }
    }
    if told == 0 || against * MISTYPED > told {
        return None;
    }
    // Seconds that follow each other within a minute tell nothing of each other: each minute counts once. Minutes alone tell
    // nothing, because a county lies between two of them.
    let of_column = |k: usize| different[k * 2].len().min(different[k * 2 + 1].len());
    let seen = of_column(0) + of_column(1);
    match writing {
        // No degrees have five digits, and no plane of China has such pairs of numbers.
        Writing::PackedWhole => Some(1.0 - 0.1 * CHANCE.powi(seen as i32)),
        _ => (seen >= ENOUGH).then(|| 1.0 - CHANCE.powi(seen as i32)),
    }
}

/// The order that a text with two angles says by the words or letters of its parts: `N30°36′ E114°18′`, `北纬…，东经…`.
pub(super) fn named_order(first: &str, second: &str) -> Option<PairOrder> {
    let east = |s: &str| s.contains(['E', 'e', 'W', 'w', '东', '西', '经']);
    let north = |s: &str| s.contains(['N', 'n', 'S', 's', '北', '南', '纬']);
    match (east(first), north(first), east(second), north(second)) {
        (true, false, false, _) | (false, false, false, true) => Some(PairOrder::LonLat),
        (false, true, _, false) | (false, false, true, false) => Some(PairOrder::LatLon),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(rows: &[(String, String)]) -> Option<(Writing, f64)> {
        packed(rows.iter().map(|(a, b)| (a.as_str(), b.as_str())))
    }

    #[test]
    fn packed_numbers_are_read() {
        let read = |t, w| angle_in(t, w).map(|n| (n * 3600.0 * 100.0).round() / 100.0);
        let seconds = f64::from(114 * 3600 + 58 * 60 + 30) + 0.12;
        assert_eq!(read("1145830.12", Writing::PackedWhole), Ok(seconds));
        assert_eq!(read("１１４５８３０.12", Writing::PackedWhole), Ok(seconds));
        assert_eq!(read("114.583012", Writing::PackedFraction), Ok(seconds));
        assert_eq!(read("114.583", Writing::PackedFraction), Ok(seconds - 0.12));
        assert_eq!(
            read("303600", Writing::PackedWhole),
            Ok(f64::from(30 * 3600 + 36 * 60))
        );
        assert_eq!(
            read("114.5", Writing::PackedFraction),
            Ok(f64::from(114 * 3600 + 50 * 60))
        );
        assert_eq!(
            angle_in("114.6030", Writing::PackedFraction),
            Err(AngleError::Sixty)
        );
        assert_eq!(
            angle_in("1146130", Writing::PackedWhole),
            Err(AngleError::Sixty)
        );
        assert_eq!(angle_in("0", Writing::PackedWhole), Ok(0.0));
        assert_eq!(
            angle_in("114.3", Writing::PackedWhole),
            Err(AngleError::NoNumber)
        );
        // Marks leave no doubt.
        assert_eq!(angle_in("114°30′", Writing::PackedFraction), Ok(114.5));
    }

    proptest! {
        #[test]
        fn a_column_of_packed_angles_is_told(
            rows in prop::collection::vec((0_u32..360_000, 0_u32..360_000), 40..120),
            whole: bool,
        ) {
            let spelled = |degrees: u32, hundredths: u32| {
                let (m, s) = (hundredths / 6000 % 60, f64::from(hundredths % 6000) / 100.0);
                if whole {
                    format!("{degrees}{m:02}{s:05.2}")
                } else {
                    format!("{degrees}.{m:02}{:04}", (s * 100.0).round())
                }
            };
            let rows: Vec<_> = rows.iter().map(|&(x, y)| (spelled(114, x), spelled(30, y))).collect();
            let (writing, sure) = texts(&rows).unwrap();
            prop_assert_eq!(writing, if whole { Writing::PackedWhole } else { Writing::PackedFraction });
            prop_assert!(sure > 0.99 && sure <= 1.0);
        }

        #[test]
        fn decimal_degrees_and_metres_are_left_alone(
            rows in prop::collection::vec((0.0..1.5_f64, 0.0..1.5_f64), 1..200),
            wide in 0.0..1.0_f64,
            at in (0.0..2.0_f64, 0.0..2.0_f64),
        ) {
            // Also of a village, where the first digits are all alike, wherever it lies.
            let wide = 10_f64.powf(-4.0 * wide);
            let degrees: Vec<_> = rows.iter()
                .map(|(x, y)| (format!("{:.6}", 113.0 + at.0 + x * wide), format!("{:.6}", 29.0 + at.1 + y * wide)))
                .collect();
            prop_assert_eq!(texts(&degrees), None);
            let metres: Vec<_> = rows.iter()
                .map(|(x, y)| (format!("{:.3}", 38_460_000.0 + x * 9e4), format!("{:.3}", 3_320_000.0 + y * 1e5)))
                .collect();
            prop_assert_eq!(texts(&metres), None);
            let metres: Vec<_> = rows.iter()
                .map(|(x, y)| (format!("{:.3}", 460_000.0 + x * 9e4), format!("{:.3}", 3_320_000.0 + y * 1e5)))
                .collect();
            prop_assert_eq!(texts(&metres), None);
        }

        #[test]
        fn nothing_panics(s in ".*", digits in "-?[0-9]{0,12}\\.?[0-9]{0,24}") {
            for w in [Writing::Marked, Writing::PackedWhole, Writing::PackedFraction] {
                let _ = angle_in(&s, w);
                let _ = angle_in(&digits, w);
            }
            let _ = packed([(s.as_str(), digits.as_str())].into_iter());
        }
    }
}
