//! Vector tiles (Mapbox Vector Tile 2.1) from geometries in longitude and latitude. No I/O, no clock, no async.
//!
//! # CRS and axis order
//! Everything that comes in is `x` = longitude, `y` = latitude in degrees, on a frame equal to WGS 84 within a metre
//! (EPSG:4490 is). Tiles are cut from the Web-Mercator square (EPSG:3857); tile coordinates count from the upper
//! left corner, `y` downwards, [`EXTENT`] units along a side.
//!
//! # Rules
//! 1. A vertex is rounded once to the grid of its zoom, which all tiles of that zoom share. Units that share a
//!    vertex keep sharing it, in every tile.
//! 2. Clipping rounds the point where an edge leaves the buffered tile independently of the direction in which the
//!    edge runs, so that both sides of a line get the same point.
//! 3. What comes out is valid: shells positive, holes negative (surveyor's formula in tile coordinates), rings closed
//!    by `ClosePath` without repeating a point, no crossing or zero-area parts.
//! 4. A feature too small for the grid stays as one tile unit where it is ([`polygon::Vanishing::Keep`]).
//! 5. The same input gives the same bytes.
//! 6. No vertex is left out here but what rounding joins: who has weights of vertices leaves them out before, for all
//!    units alike ([`detail`] tells from which weight on a vertex shows).
//!
//! Operations: [`encode`] writes a tile, [`decode::decode`] reads and judges one, [`tilejson::min_zoom`] says from
//! which zoom a collection of areas is legible, [`detail::unseen_m2`] what a tile is too coarse to show.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod clip;
pub mod decode;
pub mod detail;
pub mod grid;
mod layer;
pub mod polygon;
mod proto;
pub mod tilejson;

pub use grid::{OutOfRange, Step, TileId};
pub use layer::{Feature, Geometry, Layer, Value, encode, encode_within};

/// Tile units along a side of a tile.
pub const EXTENT: u32 = 4096;

/// Tile units around a tile that are kept when it is cut, so that outlines do not show where tiles meet.
pub const BUFFER: u32 = 64;
