//! How much detail a zoom can show: which vertices of an outline may be left out of a tile.

use crate::TileId;
use crate::tilejson::unit_metres;

/// From this zoom on tiles have all vertices: a tile unit is a quarter of a metre there, and what a vertex adds is seen.
pub const FULL_DETAIL: u8 = 15;

/// The zoom whose rows of tiles share an area: deeper tiles side by side nearly always do, so that a line does not
/// change its vertices where it passes from one to the other.
const ROWS: u8 = 4;

/// The triangle, in m² on the ground, that nobody misses on a tile: as large as one whose base is a tile unit and whose
/// height is half of one. 0 from [`FULL_DETAIL`] on.
///
/// It is the same for all tiles in a row of zoom 4 (of the tile's own zoom when that is less), so for all of a city but
/// one that lies across latitudes 0, 21.9, 41.0, 55.8 and so on.
///
/// ```
/// use jieming_tiles::{TileId, detail::unseen_m2};
/// let [coarse, fine] = [8, 14].map(|z| {
///     unseen_m2(TileId::containing(z, geo_types::coord! { x: 114.3, y: 30.6 }).unwrap())
/// });
/// assert!((coarse / fine - 4096.0).abs() < 1e-6);
/// assert!((0.05..0.08).contains(&fine));
/// ```
pub fn unseen_m2(tile: TileId) -> f64 {
    if tile.z() >= FULL_DETAIL {
        return 0.0;
    }
    let deeper = tile.z().saturating_sub(ROWS);
    let row = TileId::new(tile.z() - deeper, 0, tile.y() >> deeper);
    let middle = row
        .unwrap_or(tile)
        .position([0.0, f64::from(crate::EXTENT) / 2.0]);
    let unit = unit_metres(tile.z(), middle.y);
    0.25 * unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::coord;

    #[test]
    fn a_row_of_zoom_4_shares_it() {
        let of = |z, y| unseen_m2(TileId::containing(z, coord! { x: 114.3, y: y }).unwrap());
        for z in 4..FULL_DETAIL {
            assert_eq!(of(z, 22.0), of(z, 40.9));
            assert!(of(z, 22.0) > of(z, 41.5));
        }
        // Half a unit of 0.52 m by half of that.
        assert!((of(14, 30.0) - 0.066).abs() < 0.002);
        assert_eq!(of(FULL_DETAIL, 30.0), 0.0);
        assert!(of(0, 0.0).is_finite());
    }
}
