//! Geometry as it is written in the cases, and the areas in it. Points and lines are left out: a unit has none.

use geo::{Euclidean, Length};
use geo_types::{Geometry, LineString, MultiPolygon, Polygon};
use geojson::GeoJson;
use geozero::ToGeo;
use jieming_coverage::Grid;
use wkt::TryFromWkt;

/// Well-known text, or well-known binary in hexadecimal digits.
pub fn read(text: &str) -> Option<Geometry<f64>> {
    let text = text.trim();
    if text.starts_with("00") || text.starts_with("01") {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let bytes: Option<Vec<u8>> = digits
            .chunks(2)
            .map(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok())
            .collect();
        return geozero::wkb::Ewkb(bytes?).to_geo().ok();
    }
    // The reader knows no NaN; a number beyond the floats is as little a coordinate. Nor does it take a third number
    // without being told.
    let text = text.replace("NaN", "1e999");
    Geometry::try_from_wkt_str(&text)
        .or_else(|_| Geometry::try_from_wkt_str(&text.replacen('(', "Z (", 1)))
        .ok()
}

/// The geometries of a GeoJSON text, one a feature or member of a collection.
pub fn features(text: &str) -> Vec<(Geometry<f64>, Option<geojson::JsonObject>)> {
    let geometry = |g: geojson::Geometry| Geometry::try_from(g).ok();
    match text.parse::<GeoJson>().expect("GeoJSON") {
        GeoJson::FeatureCollection(c) => c.features,
        GeoJson::Feature(f) => vec![f],
        GeoJson::Geometry(g) => {
            return match Geometry::try_from(g).expect("a geometry") {
                Geometry::GeometryCollection(c) => c.0.into_iter().map(|g| (g, None)).collect(),
                g => vec![(g, None)],
            };
        }
    }
    .into_iter()
    .filter_map(|f| Some((geometry(f.geometry?)?, f.properties)))
    .collect()
}

/// All polygons of a geometry as one unit.
pub fn area(g: &Geometry<f64>) -> MultiPolygon<f64> {
    match g {
        Geometry::Polygon(p) => MultiPolygon(vec![p.clone()]),
        Geometry::MultiPolygon(m) => m.clone(),
        Geometry::GeometryCollection(c) => c.iter().flat_map(|g| area(g).0).collect(),
        _ => MultiPolygon(vec![]),
    }
}

/// The members of a collection, or polygons of a multipolygon, each as a unit. Empty ones stay: their place counts.
pub fn units(g: &Geometry<f64>) -> Vec<MultiPolygon<f64>> {
    match g {
        Geometry::GeometryCollection(c) => c.iter().map(area).collect(),
        g => area(g).0.into_iter().map(|p| vec![p].into()).collect(),
    }
}

pub fn rings(p: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(p.exterior()).chain(p.interiors())
}

/// Length of all rings.
pub fn perimeter(units: &[MultiPolygon<f64>]) -> f64 {
    let all = units.iter().flatten().flat_map(rings);
    all.map(|r| Euclidean.length(r))
        .filter(|l| l.is_finite())
        .sum()
}

/// The finest of the engine's grids that reaches all coordinates.
pub fn grid(units: &[MultiPolygon<f64>]) -> Grid {
    let coords = || units.iter().flatten().flat_map(rings).flat_map(|r| &r.0);
    let reaches = |g: &Grid| {
        coords()
            .filter(|c| c.x.is_finite() && c.y.is_finite())
            .all(|c| g.snap(c.x, c.y).is_some())
    };
    [Grid::DEGREES, Grid::METRES]
        .into_iter()
        .find(reaches)
        .unwrap_or(Grid::UNIT)
}
