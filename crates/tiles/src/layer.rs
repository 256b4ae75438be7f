//! Layers and features in, the bytes of a tile out.

use crate::grid::Step;
use crate::polygon::{self, Shape, Vanishing};
use crate::proto::{self, CLOSE_PATH, LINE_TO, MOVE_TO, POINT, POLYGON};
use crate::{EXTENT, TileId};
use geo_types::{Coord, MultiPolygon};
use prost::Message;
use std::collections::HashMap;

/// A layer of a tile to be.
#[derive(Debug, Clone)]
pub struct Layer<'a> {
    /// The name styles refer to. Must differ from the other layers of the tile.
    pub name: &'static str,
    /// The features, drawn in this order.
    pub features: Vec<Feature<'a>>,
}

/// A feature of a tile to be.
#[derive(Debug, Clone)]
pub struct Feature<'a> {
    /// A number that identifies the feature within its layer, when there is one.
    pub id: Option<u64>,
    /// Where it is.
    pub geometry: Geometry<'a>,
    /// What is known about it. A value that is absent is left out by the caller.
    pub properties: Vec<(&'static str, Value)>,
}

/// Where a feature is: longitude, latitude in degrees.
#[derive(Debug, Clone, Copy)]
pub enum Geometry<'a> {
    /// An area. Written into every tile it meets.
    Area(&'a MultiPolygon<f64>, Vanishing),
    /// A point. Written into the one tile that holds it and, for symbols that reach over, where it is in the buffer.
    Point(Coord<f64>),
    /// A point written into one tile only: for labels, which must not come twice.
    Label(Coord<f64>),
}

/// A property value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}

impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}

/// The bytes of a tile. Features that are not in it, and layers without features, are left out; nothing at all gives
/// zero bytes.
pub fn encode(tile: TileId, layers: &[Layer<'_>]) -> Vec<u8> {
    encode_to(tile, layers, Step::One)
}

/// The bytes of a tile that should stay within `most` bytes: when it does not, areas are rounded to a coarser grid, up
/// to eight units (a pixel). All areas of a tile are rounded alike, so that they keep sharing their vertices; towards
/// a neighbouring tile on another grid a line may be off by half a pixel. What is still larger then is returned as it
/// is: nothing is left out.
pub fn encode_within(tile: TileId, layers: &[Layer<'_>], most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for step in Step::ALL {
        bytes = encode_to(tile, layers, step);
        if bytes.len() <= most {
            break;
        }
    }
    bytes
}

fn encode_to(tile: TileId, layers: &[Layer<'_>], step: Step) -> Vec<u8> {
    let layers = layers
        .iter()
        .map(|l| encode_layer(tile, l, step))
        .filter(|l| !l.features.is_empty())
        .collect();
    proto::Tile { layers }.encode_to_vec()
}

fn encode_layer(tile: TileId, layer: &Layer<'_>, step: Step) -> proto::Layer {
    let mut keys = Dictionary::default();
    let mut values = Dictionary::default();
    let mut features = Vec::with_capacity(layer.features.len());
    for feature in &layer.features {
        let (kind, geometry) = match feature.geometry {
            Geometry::Area(area, vanishing) => (
                POLYGON,
                polygon_commands(&polygon::shapes(area, tile, step, vanishing)),
            ),
            Geometry::Point(p) => (POINT, point_commands(tile, p, i64::from(crate::BUFFER))),
            Geometry::Label(p) => (POINT, point_commands(tile, p, 0)),
        };
        if geometry.is_empty() {
            continue;
        }
        let mut tags = Vec::with_capacity(2 * feature.properties.len());
        for (key, value) in &feature.properties {
            tags.push(keys.index((*key).to_owned()));
            tags.push(values.index(ValueKey::from(value)));
        }
        features.push(proto::Feature {
            id: feature.id,
            tags,
            kind: Some(kind),
            geometry,
        });
    }
    proto::Layer {
        version: 2,
        name: layer.name.to_owned(),
        features,
        keys: keys.items,
        values: values.items.into_iter().map(proto::Value::from).collect(),
        extent: Some(EXTENT),
    }
}

/// Values in the order they were first met, each once.
struct Dictionary<T> {
    items: Vec<T>,
    index: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            index: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Dictionary<T> {
    fn index(&mut self, item: T) -> u32 {
        *self.index.entry(item).or_insert_with_key(|item| {
            self.items.push(item.clone());
            (self.items.len() - 1) as u32
        })
    }
}

/// A value that can be compared: numbers by their bits.
#[derive(Clone, PartialEq, Eq, Hash)]
enum ValueKey {
    Text(String),
    Int(i64),
    Number(u64),
    Bool(bool),
}

impl From<&Value> for ValueKey {
    fn from(v: &Value) -> Self {
        match v {
            Value::Text(v) => Self::Text(v.clone()),
            Value::Int(v) => Self::Int(*v),
            Value::Number(v) => Self::Number(v.to_bits()),
            Value::Bool(v) => Self::Bool(*v),
        }
    }
}

impl From<ValueKey> for proto::Value {
    fn from(v: ValueKey) -> Self {
        match v {
            ValueKey::Text(v) => Self {
                string: Some(v),
                ..Self::default()
            },
            ValueKey::Int(v) if v < 0 => Self {
                sint: Some(v),
                ..Self::default()
            },
            ValueKey::Int(v) => Self {
                uint: Some(v as u64),
                ..Self::default()
            },
            ValueKey::Number(v) => Self {
                double: Some(f64::from_bits(v)),
                ..Self::default()
            },
            ValueKey::Bool(v) => Self {
                bool: Some(v),
                ..Self::default()
            },
        }
    }
}

fn command(id: u32, count: usize) -> u32 {
    id | (count as u32) << 3
}

/// The pen of the command stream: writes differences from where it was.
#[derive(Default)]
struct Pen([i32; 2]);

impl Pen {
    fn write(&mut self, to: [i32; 2], out: &mut Vec<u32>) {
        for (at, to) in self.0.iter_mut().zip(to) {
            let step = to - *at;
            out.push(((step << 1) ^ (step >> 31)) as u32);
            *at = to;
        }
    }
}

fn polygon_commands(shapes: &[Shape]) -> Vec<u32> {
    let mut out = Vec::new();
    let mut pen = Pen::default();
    for ring in shapes.iter().flatten() {
        let [first, rest @ ..] = ring.as_slice() else {
            continue;
        };
        out.push(command(MOVE_TO, 1));
        pen.write(*first, &mut out);
        out.push(command(LINE_TO, rest.len()));
        for &p in rest {
            pen.write(p, &mut out);
        }
        out.push(command(CLOSE_PATH, 1));
    }
    out
}

/// Half-open on the far sides, so that a point on the line between two tiles is in one of them.
fn point_commands(tile: TileId, position: Coord<f64>, buffer: i64) -> Vec<u32> {
    let within = |p: &[i64; 2]| {
        p.iter()
            .all(|v| (-buffer..i64::from(EXTENT) + buffer).contains(v))
    };
    let Some(p) = tile.quantise(position).filter(within) else {
        return Vec::new();
    };
    let mut out = vec![command(MOVE_TO, 1)];
    Pen::default().write(p.map(|v| v as i32), &mut out);
    out
}
