//! What a client must know of a tile collection: TileJSON 3 (<https://github.com/mapbox/tilejson-spec>), as plain data.

use crate::EXTENT;
use crate::grid::MAX_ZOOM;

/// A collection of tiles. Field names follow TileJSON 3.0.0; the layer that answers requests writes the JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct TileJson {
    /// The collection, for people.
    pub name: String,
    /// What it holds, for people.
    pub description: String,
    /// Addresses of the tiles, with `{z}`, `{x}`, `{y}`.
    pub tiles: Vec<String>,
    /// Layers and their fields.
    pub vector_layers: Vec<VectorLayer>,
    /// The least zoom at which everything is shown.
    pub minzoom: u8,
    /// The deepest zoom served; maps enlarge its tiles beyond.
    pub maxzoom: u8,
    /// West, south, east, north in degrees; the world when nothing is known.
    pub bounds: [f64; 4],
    /// Whom to name beside the map.
    pub attribution: Option<String>,
}

/// A layer of a tile collection.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorLayer {
    /// Name of the layer in the tiles.
    pub id: &'static str,
    /// What it holds.
    pub description: &'static str,
    /// Property names with what they mean.
    pub fields: Vec<(&'static str, &'static str)>,
}

/// Pixels that the side of the median area must have to be legible.
const LEGIBLE_PIXELS: f64 = 4.0;

/// Pixels along the side of a tile, by the smaller of the two ways in use (256 and 512): legible in both.
const TILE_PIXELS: f64 = 256.0;

/// The least zoom at which half of the boxes (width, height in degrees) are at least 4 pixels long on their longer side.
/// 0 when there are none.
pub fn min_zoom(sizes: &[[f64; 2]]) -> u8 {
    let mut longest: Vec<f64> = sizes
        .iter()
        .map(|[w, h]| w.max(*h))
        .filter(|v| v.is_finite() && *v >= 0.0)
        .collect();
    if longest.is_empty() {
        return 0;
    }
    let middle = longest.len() / 2;
    let (_, median, _) = longest.select_nth_unstable_by(middle, f64::total_cmp);
    let at_zero = *median / 360.0 * TILE_PIXELS;
    (0..=MAX_ZOOM)
        .find(|&z| at_zero * f64::from(1u32 << z) >= LEGIBLE_PIXELS)
        .unwrap_or(MAX_ZOOM)
}

/// Metres on the ground that one tile unit measures at a zoom and latitude (degrees).
pub fn unit_metres(z: u8, latitude: f64) -> f64 {
    40_075_016.685_578_5 * latitude.to_radians().cos() / (f64::from(EXTENT) * f64::from(z).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_decides() {
        assert_eq!(min_zoom(&[]), 0);
        assert_eq!(min_zoom(&[[360.0, 10.0]]), 0);
        // 0.1 degrees: 0.071 pixels at zoom 0, 4.55 at zoom 6.
        assert_eq!(min_zoom(&[[0.1, 0.02]]), 6);
        assert_eq!(min_zoom(&[[0.1, 0.02], [0.02, 0.1], [50.0, 50.0]]), 6);
        assert_eq!(min_zoom(&[[0.0, 0.0]]), MAX_ZOOM);
        assert_eq!(min_zoom(&[[f64::NAN, 1.0], [90.0, 90.0]]), 0);
    }

    #[test]
    fn a_unit_at_zoom_14_is_about_half_a_metre() {
        assert!((unit_metres(14, 30.0) - 0.517).abs() < 0.001);
    }
}
