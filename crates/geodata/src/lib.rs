//! Files and coordinate reference systems, in and out. The only crate that links GDAL and PROJ.
//!
//! 1. [`decode`] turns bytes of an upload into rows: attributes, geometry in the source's own numbers, and what the
//!    file says about its coordinate reference system. One bad row never stops the others.
//! 2. [`crs`] decides, by our own datum table before PROJ is asked, how those numbers become longitude and latitude in
//!    EPSG:4490 (degrees, x = east), or refuses with a remedy.
//! 3. [`child`] is the other half of `decode` for workbooks and the formats that GDAL reads: a process with its own limits.
//! 4. [`encode`] writes tables of features into files for other programs, row by row.
//! 5. [`wkb`] and [`wkt`] are the geometry encodings that the store and tables use.
//!
//! Everything here is synchronous. Texts for people are in Chinese and English ([`Text`]).
// Errors are made once per file, not per row: their size costs nothing.
#![allow(clippy::result_large_err)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod child;
pub mod crs;
pub mod decode;
pub mod encode;
pub mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
#[cfg(test)]
mod testing;
pub mod text;
pub mod wkb;
pub mod wkt;

pub use error::ReadError;
pub use text::Text;
