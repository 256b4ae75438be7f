//! Records whose numbers are of another kind than those of the file around them: metres in columns of degrees, an easting
//! beside a latitude (a platform in use shows `东经：38517094.4549` with `北纬：31.8000673`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::frame::Zone;
use super::plane::Plane;
use crate::Text;

/// West, south, east, north within which a guess must end, degrees.
const CHINA: [f64; 4] = [70.0, 3.0, 140.0, 56.0];
/// Eastings without zone number, metres.
const EASTINGS: std::ops::RangeInclusive<f64> = 100_000.0..=900_000.0;
/// Northings of China, metres.
const NORTHINGS: std::ops::RangeInclusive<f64> = 300_000.0..=6_300_000.0;
/// Degrees from the middle of the other records within which a zone that nothing names must end.
const NEAR: f64 = 1.5;

/// What a record was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// EPSG:4490 longitude and latitude, degrees.
    pub position: (f64, f64),
    /// What its numbers are taken as: `EPSG:4526`, `EPSG:4490`.
    pub crs: String,
    /// What kind of numbers they are.
    pub kind: Text,
    /// How sure, 0 to 1.
    pub sure: f64,
}

/// What one number can be.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Longitude(f64),
    Latitude(f64),
    /// With the zone number in front.
    Zoned(f64, Zone),
    Easting(f64),
    Northing(f64),
}

fn kind(n: f64) -> Option<Kind> {
    Some(match n {
        _ if (CHINA[0]..=CHINA[2]).contains(&n) => Kind::Longitude(n),
        _ if (CHINA[1]..=CHINA[3]).contains(&n) => Kind::Latitude(n),
        _ if EASTINGS.contains(&n) => Kind::Easting(n),
        _ if NORTHINGS.contains(&n) => Kind::Northing(n),
        _ => Kind::Zoned(n, Zone::of_easting(n)?),
    })
}

/// Where a record of a file in degrees (or in another plane) lies that holds numbers of another kind, on CGCS2000; in any
/// order. `near` is where the other records are: it tells the zone when no number does. `None`: nothing fits.
pub fn guess(a: f64, b: f64, near: Option<(f64, f64)>) -> Option<Guess> {
    use Kind::{Easting, Latitude, Longitude, Northing, Zoned};
    let (first, second) = (kind(a)?, kind(b)?);
    let rank = |k: &Kind| matches!(k, Latitude(_) | Northing(_));
    // East first from here on. A number that can be either is settled by the other.
    let (east, north) = if rank(&first) && !rank(&second) {
        (second, first)
    } else {
        (first, second)
    };
    let found = match (east, north) {
        (Longitude(lon), Latitude(lat)) => Some((
            (lon, lat),
            "EPSG:4490".to_owned(),
            Text::new("经纬度", "degrees"),
            0.95,
        )),
        (Zoned(x, zone), Northing(y)) => {
            let (plane, crs) = plane(zone)?;
            let kind = Text::new("带号的平面坐标", "plane coordinates with zone number");
            Some((plane.to_storage(x, y).ok()?, crs, kind, 0.9))
        }
        (Zoned(x, zone), Latitude(lat)) => {
            let (plane, crs) = plane(zone)?;
            let kind = Text::new(
                "带号的横坐标与纬度",
                "an easting with zone number beside a latitude",
            );
            Some((on_parallel(&plane, zone, x, lat)?, crs, kind, 0.85))
        }
        (Longitude(lon), Northing(y)) => {
            let zone = zone_of(3, lon, false);
            let (plane, crs) = plane(zone)?;
            let kind = Text::new("经度与纵坐标", "a northing beside a longitude");
            Some((on_meridian(&plane, lon, y)?, crs, kind, 0.8))
        }
        (Easting(x), Northing(y)) => {
            let (lon, _) = near?;
            let mut all: Vec<_> = [3, 6]
                .into_iter()
                .filter_map(|width| {
                    let (plane, crs) = plane(zone_of(width, lon, false))?;
                    let at = plane.to_storage(x, y).ok()?;
                    Some(((at.0 - lon).abs(), at, crs))
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let kind = Text::new("无带号的平面坐标", "plane coordinates without zone number");
            let mut all = all.into_iter();
            all.next().map(|(_, at, crs)| (at, crs, kind, 0.7))
        }
        (Easting(x), Latitude(lat)) => {
            let (lon, _) = near?;
            let zone = zone_of(3, lon, false);
            let (plane, crs) = plane(zone)?;
            let kind = Text::new(
                "无带号的横坐标与纬度",
                "an easting without zone number beside a latitude",
            );
            Some((on_parallel(&plane, zone, x, lat)?, crs, kind, 0.65))
        }
        _ => None,
    };
    let (position, crs, kind, sure) = found?;
    let inside =
        (CHINA[0]..=CHINA[2]).contains(&position.0) && (CHINA[1]..=CHINA[3]).contains(&position.1);
    let close = near.is_none_or(|(lon, lat)| {
        sure >= 0.8 || (position.0 - lon).abs() <= NEAR && (position.1 - lat).abs() <= NEAR
    });
    (inside && close).then_some(Guess {
        position,
        crs,
        kind,
        sure,
    })
}

fn zone_of(width: u32, lon: f64, prefix: bool) -> Zone {
    let number = if width == 3 {
        (lon / 3.0).round()
    } else {
        (lon / 6.0).floor() + 1.0
    };
    Zone {
        width,
        number: number as u32,
        prefix,
    }
}

fn plane(zone: Zone) -> Option<(Plane, String)> {
    // A file may hold a million such records, of a handful of zones.
    static KNOWN: Mutex<BTreeMap<u32, Plane>> = Mutex::new(BTreeMap::new());
    let code = zone.epsg()?;
    let crs = format!("EPSG:{code}");
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plane) = known.get(&code) {
        return Some((plane.clone(), crs));
    }
    let plane = Plane::parse(&crs, &[]).ok()?;
    known.insert(code, plane.clone());
    Some((plane, crs))
}

/// The point of a latitude that has this easting.
fn on_parallel(plane: &Plane, zone: Zone, x: f64, lat: f64) -> Option<(f64, f64)> {
    // Eastings grow with longitude, nearly evenly.
    let (mut low, mut high) = (zone.meridian() - 6.0, zone.meridian() + 6.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if plane.from_storage(middle, lat).ok()?.0 < x {
            low = middle;
        } else {
            high = middle;
        }
    }
    let lon = f64::midpoint(low, high);
    let back = plane.from_storage(lon, lat).ok()?.0;
    ((back - x).abs() < 0.01).then_some((lon, lat))
}

/// The point of a longitude that has this northing.
fn on_meridian(plane: &Plane, lon: f64, y: f64) -> Option<(f64, f64)> {
    let (mut low, mut high) = (CHINA[1] - 1.0, CHINA[3] + 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if plane.from_storage(lon, middle).ok()?.1 < y {
            low = middle;
        } else {
            high = middle;
        }
    }
    let lat = f64::midpoint(low, high);
    let back = plane.from_storage(lon, lat).ok()?.1;
    ((back - y).abs() < 0.01).then_some((lon, lat))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The point of `domain/coordinates.md` 2: 114.30°E 30.60°N in 4547 and 4526.
    #[test]
    fn the_worked_value_in_every_mixture() {
        let (lon, lat) = (114.30, 30.60);
        let (north, east, zoned) = (3_386_666.250, 528_770.237, 38_528_770.237);
        let near = Some((114.1, 30.4));
        for (a, b, crs, near) in [
            (zoned, north, "EPSG:4526", None),
            (north, zoned, "EPSG:4526", None),
            (zoned, lat, "EPSG:4526", None),
            (lat, zoned, "EPSG:4526", near),
            (lon, north, "EPSG:4547", None),
            (north, lon, "EPSG:4547", None),
            (east, north, "EPSG:4547", near),
            (north, east, "EPSG:4547", near),
            (east, lat, "EPSG:4547", near),
            (lon, lat, "EPSG:4490", None),
            (lat, lon, "EPSG:4490", None),
        ] {
            let g = guess(a, b, near).unwrap_or_else(|| panic!("{a} {b}"));
            let (dx, dy) = (g.position.0 - lon, g.position.1 - lat);
            assert!(dx.abs() < 2e-8 && dy.abs() < 2e-8, "{a} {b}: {g:?}");
            assert_eq!(g.crs, crs, "{a} {b}");
        }
    }

    #[test]
    fn what_nothing_tells_is_not_guessed() {
        for (a, b, near) in [
            (528_770.0, 3_386_666.0, None),
            // Not near the others in any zone.
            (528_770.0, 3_386_666.0, Some((114.0, 45.0))),
            (38_528_770.0, 528_770.0, None),
            (30.0, 31.0, None),
            (1e12, 30.0, None),
            (f64::NAN, 30.0, None),
            (-114.0, 30.0, None),
        ] {
            assert_eq!(guess(a, b, near), None, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn six_degree_zones_are_told_by_their_number(lon in 108.2..119.8_f64, lat in 20.0..45.0_f64) {
            let zone = zone_of(6, lon, true);
            let (plane, crs) = plane(zone).unwrap();
            let (x, y) = plane.from_storage(lon, lat).unwrap();
            let g = guess(y, x, None).unwrap();
            prop_assert_eq!(&g.crs, &crs);
            prop_assert!((g.position.0 - lon).abs() < 1e-8 && (g.position.1 - lat).abs() < 1e-8);
        }

        #[test]
        fn nothing_panics(a: f64, b: f64, lon in -200.0..200.0_f64) {
            let _ = guess(a, b, Some((lon, 30.0)));
        }
    }
}
