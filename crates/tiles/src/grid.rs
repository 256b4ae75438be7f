//! The grid of a zoom: from longitude and latitude to integer tile units, and back for tests and boxes.

use crate::{BUFFER, EXTENT};
use geo_types::{Coord, Rect};
use std::f64::consts::PI;

/// The greatest latitude on the Web-Mercator square, in degrees.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// The deepest zoom this crate serves: one tile unit is about 4 cm at the equator there.
pub const MAX_ZOOM: u8 = 18;

/// How many tile units lie between the lines of the grid that vertices are rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Every unit.
    One = 1,
    /// Every second.
    Two = 2,
    /// Every fourth: half a pixel of a tile drawn 512 pixels wide.
    Four = 4,
    /// Every eighth: a pixel.
    Eight = 8,
}

impl Step {
    /// From fine to coarse.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Four, Self::Eight];
}

/// A tile of the square pyramid: zoom, column from the west, row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// A tile that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no tile {z}/{x}/{y}: zoom goes from 0 to {MAX_ZOOM}, column and row from 0 to 2^zoom - 1")]
pub struct OutOfRange {
    /// The zoom asked for.
    pub z: u8,
    /// The column asked for.
    pub x: u32,
    /// The row asked for.
    pub y: u32,
}

impl TileId {
    /// A tile that exists.
    ///
    /// # Errors
    /// [`OutOfRange`] when the zoom is above [`MAX_ZOOM`] or the column or row beyond the square.
    ///
    /// ```
    /// use jieming_tiles::TileId;
    /// assert!(TileId::new(3, 7, 0).is_ok());
    /// assert!(TileId::new(3, 8, 0).is_err());
    /// ```
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, OutOfRange> {
        if z > MAX_ZOOM || x >= 1 << z || y >= 1 << z {
            return Err(OutOfRange { z, x, y });
        }
        Ok(Self { z, x, y })
    }

    /// The tile of a zoom that holds a position (degrees). `None` when the zoom is above [`MAX_ZOOM`] or the position
    /// is no number. Positions beyond the square fall into the nearest tile.
    pub fn containing(z: u8, position: Coord<f64>) -> Option<Self> {
        if z > MAX_ZOOM {
            return None;
        }
        let (wx, wy) = world(position)?;
        let side = f64::from(1u32 << z);
        let cell = |v: f64| (v * side).floor().clamp(0.0, side - 1.0) as u32;
        Some(Self {
            z,
            x: cell(wx),
            y: cell(wy),
        })
    }

    /// Zoom.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the west.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The box of the tile in degrees (min = south-west), without buffer.
    pub fn bounds(self) -> Rect<f64> {
        self.bounds_grown(0.0)
    }

    /// The box of the tile and its buffer in degrees: what to load to draw it.
    pub fn buffered_bounds(self) -> Rect<f64> {
        // Half a unit more, because rounding may bring a vertex in.
        self.bounds_grown((f64::from(BUFFER) + 0.5) / f64::from(EXTENT))
    }

    fn bounds_grown(self, tiles: f64) -> Rect<f64> {
        let side = f64::from(1u32 << self.z);
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        let lon = |x: f64| (x / side).clamp(0.0, 1.0) * 360.0 - 180.0;
        let lat = |y: f64| {
            (PI * (1.0 - 2.0 * (y / side).clamp(0.0, 1.0)))
                .sinh()
                .atan()
                .to_degrees()
        };
        Rect::new(
            Coord {
                x: lon(x - tiles),
                y: lat(y + 1.0 + tiles),
            },
            Coord {
                x: lon(x + 1.0 + tiles),
                y: lat(y - tiles),
            },
        )
    }

    /// Where a position (degrees) lies in units of this tile; beyond 0..[`EXTENT`] when it is outside.
    /// `None` for NaN and infinite numbers.
    pub fn quantise(self, position: Coord<f64>) -> Option<[i64; 2]> {
        self.quantise_to(position, Step::One)
    }

    /// The same on a coarser grid, still in units of this tile.
    pub fn quantise_to(self, position: Coord<f64>, step: Step) -> Option<[i64; 2]> {
        let (wx, wy) = world(position)?;
        let extent = i64::from(EXTENT);
        let step = step as i64;
        // Rounded on the grid of the whole zoom: neighbouring tiles get the same vertex.
        let cells = f64::from(1u32 << self.z) * (extent / step) as f64;
        let round = |v: f64| (v * cells).round() as i64 * step;
        Some([
            round(wx) - i64::from(self.x) * extent,
            round(wy) - i64::from(self.y) * extent,
        ])
    }

    /// The position (degrees) of a point in units of this tile.
    pub fn position(self, [x, y]: [f64; 2]) -> Coord<f64> {
        let units = f64::from(1u32 << self.z) * f64::from(EXTENT);
        let wx = (f64::from(self.x) * f64::from(EXTENT) + x) / units;
        let wy = (f64::from(self.y) * f64::from(EXTENT) + y) / units;
        Coord {
            x: wx * 360.0 - 180.0,
            y: (PI * (1.0 - 2.0 * wy)).sinh().atan().to_degrees(),
        }
    }
}

/// A position on the Web-Mercator square as fractions of its side, from the upper left corner.
fn world(position: Coord<f64>) -> Option<(f64, f64)> {
    if !position.x.is_finite() || !position.y.is_finite() {
        return None;
    }
    let sin = position
        .y
        .clamp(-MAX_LATITUDE, MAX_LATITUDE)
        .to_radians()
        .sin();
    Some((position.x / 360.0 + 0.5, 0.5 - sin.atanh() / (2.0 * PI)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_tiles() {
        let wuhan = Coord {
            x: 114.305,
            y: 30.593,
        };
        let tile = TileId::containing(10, wuhan).unwrap();
        assert_eq!((tile.x(), tile.y()), (837, 420));
        let all = TileId::new(0, 0, 0).unwrap();
        assert_eq!(
            all.quantise(Coord {
                x: -180.0,
                y: MAX_LATITUDE
            }),
            Some([0, 0])
        );
        assert_eq!(
            all.quantise(Coord {
                x: 180.0,
                y: -MAX_LATITUDE
            }),
            Some([4096, 4096])
        );
        assert_eq!(all.quantise(Coord { x: 0.0, y: 0.0 }), Some([2048, 2048]));
        assert_eq!(
            all.quantise(Coord {
                x: f64::NAN,
                y: 0.0
            }),
            None
        );
        assert_eq!(
            all.quantise(Coord {
                x: 0.0,
                y: f64::INFINITY
            }),
            None
        );
    }

    #[test]
    fn only_tiles_of_the_square_exist() {
        assert_eq!(TileId::new(0, 0, 1), Err(OutOfRange { z: 0, x: 0, y: 1 }));
        assert!(TileId::new(MAX_ZOOM, (1 << MAX_ZOOM) - 1, 0).is_ok());
        assert!(TileId::new(MAX_ZOOM + 1, 0, 0).is_err());
        assert!(TileId::new(255, 0, 0).is_err());
    }

    proptest! {
        #[test]
        fn quantised_within_half_a_unit(lon in -179.9..179.9, lat in -84.0..84.0, z in 0u8..=MAX_ZOOM) {
            let p = Coord { x: lon, y: lat };
            let tile = TileId::containing(z, p).unwrap();
            let [x, y] = tile.quantise(p).unwrap();
            prop_assert!((0..=4096).contains(&x) && (0..=4096).contains(&y));
            let back = tile.quantise(tile.position([x as f64, y as f64])).unwrap();
            prop_assert_eq!(back, [x, y]);
            let b = tile.bounds();
            prop_assert!(b.min().x <= lon && lon <= b.max().x);
            prop_assert!(b.min().y - 1e-9 <= lat && lat <= b.max().y + 1e-9);
        }

        #[test]
        fn neighbouring_tiles_agree_on_a_vertex(lon in -179.0..179.0, lat in -84.0..84.0, z in 1u8..=MAX_ZOOM) {
            let p = Coord { x: lon, y: lat };
            let tile = TileId::containing(z, p).unwrap();
            prop_assume!(tile.x() + 1 < 1 << z);
            let east = TileId::new(z, tile.x() + 1, tile.y()).unwrap();
            let ([x, y], [ex, ey]) = (tile.quantise(p).unwrap(), east.quantise(p).unwrap());
            prop_assert_eq!((x - 4096, y), (ex, ey));
        }
    }
}
