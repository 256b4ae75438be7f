//! Our own table of datums, asked before PROJ: which systems are one frame, which need parameters.

use super::proj::{Described, Kind};

/// What a datum means for the way to storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// CGCS2000 and WGS 84: equal at the metre level, null shift.
    One,
    /// Beijing 1954: tens of metres and more away, parameters needed.
    Beijing54,
    /// Xian 1980: likewise.
    Xian80,
    /// Any other datum.
    Other,
}

/// The kinds of Gauss-Krüger zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// Width in degrees: 3 or 6.
    pub width: u32,
    /// Zone number.
    pub number: u32,
    /// Whether the easting carries the zone number in front.
    pub prefix: bool,
}

impl Zone {
    /// The central meridian in degrees.
    pub fn meridian(self) -> f64 {
        f64::from(if self.width == 3 {
            3 * self.number
        } else {
            6 * self.number - 3
        })
    }

    /// The false easting in metres.
    pub fn false_easting(self) -> f64 {
        500_000.0
            + if self.prefix {
                f64::from(self.number) * 1e6
            } else {
                0.0
            }
    }

    /// The EPSG code on CGCS2000, if there is one.
    pub fn epsg(self) -> Option<u32> {
        self.epsg_on(Frame::One)
    }

    /// The EPSG code on CGCS2000, Xian 1980 or Beijing 1954, if there is one.
    pub fn epsg_on(self, frame: Frame) -> Option<u32> {
        // What comes before zone 0: three degrees with and without prefix, six degrees with and without.
        let bases = match frame {
            Frame::One => [4488, 4509, 4478, 4489],
            Frame::Xian80 => [2324, 2345, 2314, 2325],
            Frame::Beijing54 => [2376, 2397, 21400, 21460],
            Frame::Other => return None,
        };
        let n = self.number;
        match (self.width, self.prefix) {
            (3, true) if (25..=45).contains(&n) => Some(bases[0] + n),
            (3, false) if (25..=45).contains(&n) => Some(bases[1] + n),
            (6, true) if (13..=23).contains(&n) => Some(bases[2] + n),
            (6, false) if (13..=23).contains(&n) => Some(bases[3] + n),
            _ => None,
        }
    }

    /// The zone of an EPSG code on CGCS2000.
    pub fn of_epsg(code: u32) -> Option<Self> {
        let zone = |width, number, prefix| {
            Some(Self {
                width,
                number,
                prefix,
            })
        };
        match code {
            4513..=4533 => zone(3, code - 4488, true),
            4534..=4554 => zone(3, code - 4509, false),
            4491..=4501 => zone(6, code - 4478, true),
            4502..=4512 => zone(6, code - 4489, false),
            _ => None,
        }
    }

    /// The zone that the first digits of an easting with prefix name: 13-23 are six-degree zones, 25-45 three-degree ones.
    pub fn of_easting(easting: f64) -> Option<Self> {
        let number = (easting / 1e6).floor();
        let rest = easting - number * 1e6;
        if !(1e5..=9e5).contains(&rest) || !(13.0..=45.0).contains(&number) {
            return None;
        }
        let number = number as u32;
        let width = if number >= 25 { 3 } else { 6 };
        (number != 24).then_some(Self {
            width,
            number,
            prefix: true,
        })
    }
}

/// Codes known without asking PROJ.
pub fn of_epsg(code: u32) -> Option<Frame> {
    Some(match code {
        4490 | 4480 | 4326 | 4979 | 3857 | 4491..=4554 | 32601..=32660 | 32701..=32760 => {
            Frame::One
        }
        4214 | 2401..=2442 | 21413..=21423 | 21453..=21463 | 21473..=21483 => Frame::Beijing54,
        4610 | 2327..=2390 => Frame::Xian80,
        _ => return None,
    })
}

/// The frame of a described system: by code, by the names of datum and system, and for a datum without a name by its ellipsoid.
pub fn of(d: &Described) -> Frame {
    if let Some(frame) = d.epsg.and_then(of_epsg) {
        return frame;
    }
    let plain = |s: &str| {
        s.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let (datum, name) = (plain(&d.datum), plain(&d.name));
    let any = |words: &[&str]| words.iter().any(|w| datum.contains(w));
    let nameless = datum.is_empty()
        || datum.starts_with("unknown")
        || datum.starts_with("unnamed")
        || datum.starts_with("notspecified");
    if any(&["beijing", "北京"]) {
        return Frame::Beijing54;
    }
    if any(&["xian80", "xian1980", "西安"]) {
        return Frame::Xian80;
    }
    if any(&["china2000", "cgcs2000", "chinageodetic", "国家2000"])
        || datum.starts_with("worldgeodeticsystem1984")
        || datum.starts_with("wgs84")
        || datum.starts_with("wgs1984")
    {
        return Frame::One;
    }
    let near = |a: f64| (d.ellipsoid.0 - a).abs() < 0.5;
    if nameless {
        if name.contains("beijing") || name.contains("北京") || near(6_378_245.0) {
            return Frame::Beijing54;
        }
        if name.contains("xian") || name.contains("西安") || near(6_378_140.0) {
            return Frame::Xian80;
        }
        if near(6_378_137.0) {
            return Frame::One;
        }
    }
    Frame::Other
}

/// The pipeline from longitude and latitude in degrees to a plane of the one frame, without the PROJ database.
/// An empty pipeline is the frame itself.
pub fn pipeline(code: u32) -> Option<(Kind, String)> {
    const DEGREES: &str = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step";
    if let Some(z) = Zone::of_epsg(code) {
        let (lon, x) = (z.meridian(), z.false_easting());
        return Some((
            Kind::Projected,
            format!(
                "{DEGREES} +proj=tmerc +lat_0=0 +lon_0={lon} +k=1 +x_0={x} +y_0=0 +ellps=GRS80"
            ),
        ));
    }
    match code {
        4490 | 4480 | 4326 | 4979 => Some((Kind::Geographic, String::new())),
        3857 => Some((
            Kind::Projected,
            format!("{DEGREES} +proj=webmerc +lat_0=0 +lon_0=0 +x_0=0 +y_0=0 +ellps=WGS84"),
        )),
        32601..=32660 => Some((
            Kind::Projected,
            format!("{DEGREES} +proj=utm +zone={} +ellps=WGS84", code - 32600),
        )),
        32701..=32760 => Some((
            Kind::Projected,
            format!(
                "{DEGREES} +proj=utm +zone={} +south +ellps=WGS84",
                code - 32700
            ),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::proj;

    #[test]
    fn zones_and_codes_agree_with_the_database() {
        for code in 4491..=4554 {
            let z = Zone::of_epsg(code).unwrap();
            assert_eq!(z.epsg(), Some(code));
            let d = proj::describe(&format!("EPSG:{code}")).unwrap();
            assert_eq!(d.central_meridian, Some(z.meridian()), "{code}");
            let mut own = [(z.meridian() + 1.0, 31.0)];
            let mut theirs = own;
            assert!(proj::run(&pipeline(code).unwrap().1, true, &mut own));
            assert!(proj::run(&d.from_base, true, &mut theirs));
            assert!(
                (own[0].0 - theirs[0].0).abs() < 1e-6 && (own[0].1 - theirs[0].1).abs() < 1e-6,
                "{code} {own:?} {theirs:?}"
            );
        }
        for code in [3857, 32650, 32701] {
            let d = proj::describe(&format!("EPSG:{code}")).unwrap();
            let (mut own, mut theirs) = ([(117.5, 12.0)], [(117.5, 12.0)]);
            proj::run(&pipeline(code).unwrap().1, true, &mut own);
            proj::run(&d.from_base, true, &mut theirs);
            assert!(
                (own[0].0 - theirs[0].0).abs() < 1e-6 && (own[0].1 - theirs[0].1).abs() < 1e-6,
                "{code}"
            );
        }
    }

    #[test]
    fn every_code_of_the_old_datums_is_known_as_such() {
        for (codes, frame) in [
            (2401..=2442, Frame::Beijing54),
            (21413..=21423, Frame::Beijing54),
            (2327..=2390, Frame::Xian80),
        ] {
            for code in codes {
                assert_eq!(of_epsg(code), Some(frame));
                let mut d = proj::describe(&format!("EPSG:{code}")).unwrap();
                d.epsg = None;
                assert_eq!(of(&d), frame, "{code} {}", d.datum);
            }
        }
    }

    #[test]
    fn easting_prefixes_name_zones() {
        assert_eq!(
            Zone::of_easting(38_528_770.0),
            Some(Zone {
                width: 3,
                number: 38,
                prefix: true
            })
        );
        assert_eq!(
            Zone::of_easting(19_528_770.0),
            Some(Zone {
                width: 6,
                number: 19,
                prefix: true
            })
        );
        assert_eq!(Zone::of_easting(528_770.0), None);
        assert_eq!(Zone::of_easting(12_700_000.0), None);
    }
}
