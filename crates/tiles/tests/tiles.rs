//! Tiles are written, read back by the crate's own reader, and judged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conformance;
mod neighbours;
mod shapes;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jieming_tiles::decode::{DecodedFeature, DecodedGeometry, decode, twice_area};
use jieming_tiles::polygon::Vanishing;
use jieming_tiles::{Feature, Geometry, Layer, TileId, encode};

/// Shells and holes: open rings in tile units.
type Polygons = Vec<Vec<Vec<[i32; 2]>>>;

/// A polygon given in units of a tile, taken to degrees.
fn polygon(tile: TileId, rings: &[Vec<[f64; 2]>]) -> Polygon<f64> {
    let line = |ring: &Vec<[f64; 2]>| {
        let mut line: Vec<Coord<f64>> = ring.iter().map(|&p| tile.position(p)).collect();
        line.push(line[0]);
        LineString(line)
    };
    Polygon::new(line(&rings[0]), rings[1..].iter().map(line).collect())
}

fn write(tile: TileId, area: &MultiPolygon<f64>, vanishing: Vanishing) -> Vec<u8> {
    let feature = Feature {
        id: Some(7),
        geometry: Geometry::Area(area, vanishing),
        properties: vec![("code", "420102".into())],
    };
    encode(
        tile,
        &[Layer {
            name: "units",
            features: vec![feature],
        }],
    )
}

/// The polygons of the only feature after writing and reading; the reader has judged rings, winding and closing.
fn round_trip(tile: TileId, area: &MultiPolygon<f64>, vanishing: Vanishing) -> Polygons {
    let bytes = write(tile, area, vanishing);
    let layers = decode(&bytes).unwrap();
    assert!(layers.len() <= 1);
    let Some(layer) = layers.into_iter().next() else {
        return Vec::new();
    };
    assert_eq!(
        (layer.name.as_str(), layer.version, layer.extent),
        ("units", 2, 4096)
    );
    assert_eq!(layer.features.len(), 1);
    let feature: &DecodedFeature = &layer.features[0];
    assert_eq!(feature.text("code"), Some("420102"));
    let DecodedGeometry::Polygons(polygons) = feature.geometry.clone() else {
        panic!("no polygons")
    };
    for p in polygons.iter().flatten().flatten().flatten() {
        assert!((-64..=4160).contains(p), "{p} is beyond the buffer");
    }
    polygons
}

/// The area of polygons in square units.
fn area(polygons: &Polygons) -> f64 {
    polygons
        .iter()
        .flatten()
        .map(|ring| twice_area(ring) as f64 / 2.0)
        .sum()
}
