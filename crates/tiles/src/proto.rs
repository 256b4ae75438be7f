//! The messages of the Mapbox Vector Tile specification 2.1 (`vector_tile.proto`).
//!
//! Written here because the `mvt` crate encodes the geometry itself and leaves out the `MoveTo` of a ring that
//! begins where the one before ended, which a hole touching its shell may do; our rings come ready made.

/// A tile.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Tile {
    #[prost(message, repeated, tag = "3")]
    pub(crate) layers: Vec<Layer>,
}

/// A layer: features and the dictionaries of their properties.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Layer {
    #[prost(uint32, required, tag = "15", default = "1")]
    pub(crate) version: u32,
    #[prost(string, required, tag = "1")]
    pub(crate) name: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) features: Vec<Feature>,
    #[prost(string, repeated, tag = "3")]
    pub(crate) keys: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) values: Vec<Value>,
    #[prost(uint32, optional, tag = "5", default = "4096")]
    pub(crate) extent: Option<u32>,
}

/// A feature: geometry commands and pairs of dictionary indices.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Feature {
    #[prost(uint64, optional, tag = "1")]
    pub(crate) id: Option<u64>,
    #[prost(uint32, repeated, tag = "2")]
    pub(crate) tags: Vec<u32>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) kind: Option<i32>,
    #[prost(uint32, repeated, tag = "4")]
    pub(crate) geometry: Vec<u32>,
}

/// A property value; exactly one field is set.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Value {
    #[prost(string, optional, tag = "1")]
    pub(crate) string: Option<String>,
    #[prost(float, optional, tag = "2")]
    pub(crate) float: Option<f32>,
    #[prost(double, optional, tag = "3")]
    pub(crate) double: Option<f64>,
    #[prost(int64, optional, tag = "4")]
    pub(crate) int: Option<i64>,
    #[prost(uint64, optional, tag = "5")]
    pub(crate) uint: Option<u64>,
    #[prost(sint64, optional, tag = "6")]
    pub(crate) sint: Option<i64>,
    #[prost(bool, optional, tag = "7")]
    pub(crate) bool: Option<bool>,
}

/// `Feature.kind` of points.
pub(crate) const POINT: i32 = 1;
/// `Feature.kind` of lines.
pub(crate) const LINE: i32 = 2;
/// `Feature.kind` of polygons.
pub(crate) const POLYGON: i32 = 3;

/// Command: begin at a point.
pub(crate) const MOVE_TO: u32 = 1;
/// Command: go on to a point.
pub(crate) const LINE_TO: u32 = 2;
/// Command: back to the beginning.
pub(crate) const CLOSE_PATH: u32 = 7;
