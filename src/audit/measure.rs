//! From the plane to storage coordinates, and measures on the ellipsoid.

use geo_types::{Coord, LineString, MultiLineString, Polygon};
use jieming_domain::ellipsoid::{distance_m, ring_area_m2};
use jieming_geodata::crs::Plane;

/// Measures of a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measures {
    /// Ellipsoidal area in m².
    pub area_m2: f64,
    /// Length in m: the longer side of the rectangle with the same outline length and area. For a strip that is the
    /// length of its middle line, however crooked.
    pub length_m: f64,
}

/// A line of the plane as longitude, latitude in EPSG:4490. A point that has no place there stays as it was: it came
/// from there, so that does not occur for data that were read through the same plane.
pub(super) fn line_to_storage(mut line: LineString<f64>, plane: &Plane) -> LineString<f64> {
    if !plane.is_storage() {
        for c in &mut line.0 {
            *c = coord_to_storage(*c, plane);
        }
    }
    line
}

/// See [`line_to_storage`].
pub(super) fn coord_to_storage(c: Coord<f64>, plane: &Plane) -> Coord<f64> {
    plane
        .to_storage(c.x, c.y)
        .map_or(c, |(x, y)| Coord { x, y })
}

/// See [`line_to_storage`].
pub(super) fn polygon_to_storage(p: Polygon<f64>, plane: &Plane) -> Polygon<f64> {
    let (exterior, interiors) = p.into_inner();
    let interiors = interiors.into_iter();
    Polygon::new(
        line_to_storage(exterior, plane),
        interiors.map(|r| line_to_storage(r, plane)).collect(),
    )
}

/// Measures of a polygon in EPSG:4490 degrees.
pub(super) fn measure(p: &Polygon<f64>) -> Measures {
    let rings = || std::iter::once(p.exterior()).chain(p.interiors());
    let area = |r: &LineString<f64>| ring_area_m2(r.0.iter().map(|c| (c.x, c.y))).abs();
    let area_m2 = (area(p.exterior()) - p.interiors().iter().map(area).sum::<f64>()).max(0.0);
    let half: f64 = rings().map(line_length_m).sum::<f64>() / 2.0;
    let length_m = (half + (half * half - 4.0 * area_m2).max(0.0).sqrt()) / 2.0;
    Measures { area_m2, length_m }
}

/// Length in m of a line in EPSG:4490 degrees.
pub(super) fn line_length_m(line: &LineString<f64>) -> f64 {
    line.0
        .windows(2)
        .map(|w| distance_m((w[0].x, w[0].y), (w[1].x, w[1].y)))
        .sum()
}

/// Length in m of all lines.
pub(super) fn lines_length_m(lines: &MultiLineString<f64>) -> f64 {
    lines.0.iter().map(line_length_m).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_is_as_long_as_its_middle_line() {
        // 0.1 degree of latitude by 1e-5 degree of longitude at the equator, and bent once.
        let strip = |mid: f64| {
            Polygon::new(
                vec![
                    (0.0, 0.0),
                    (1e-5, 0.0),
                    (mid + 1e-5, 0.05),
                    (1e-5, 0.1),
                    (0.0, 0.1),
                    (mid, 0.05),
                ]
                .into(),
                vec![],
            )
        };
        let m = measure(&strip(0.0));
        assert!((m.length_m - 11_057.4).abs() < 1.0, "{}", m.length_m);
        assert!((m.area_m2 - 11_057.4 * 1.1132).abs() < 2.0, "{}", m.area_m2);
        let bent = measure(&strip(0.05));
        assert!(
            (bent.length_m - 11_057.4 * (1.0f64 + 1.0135).sqrt()).abs() < 5.0,
            "{}",
            bent.length_m
        );
    }
}
