//! Reads a tile and judges it against the specification (2.1, <https://github.com/mapbox/vector-tile-spec>).
//!
//! For tests and for checking what is served: the encoder is only as right as somebody who reads its bytes says.

use crate::Value;
use crate::proto::{self, CLOSE_PATH, LINE, LINE_TO, MOVE_TO, POINT, POLYGON};
use prost::Message;

/// Why bytes are no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are no message of the protocol.
    #[error("no tile message: {0}")]
    Message(String),
    /// A layer without a name, with the name of another, or with a version other than 1 or 2.
    #[error("layer {index}: {reason}")]
    Layer {
        /// Position in the tile.
        index: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A feature that breaks a rule.
    #[error("layer {layer:?}, feature {index}: {reason}")]
    Feature {
        /// Name of the layer.
        layer: String,
        /// Position in the layer.
        index: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// A layer as read.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedLayer {
    /// Its name.
    pub name: String,
    /// Its version, 1 or 2.
    pub version: u32,
    /// Units along a side.
    pub extent: u32,
    /// Its features.
    pub features: Vec<DecodedFeature>,
}

/// A feature as read.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedFeature {
    /// Its number, if any.
    pub id: Option<u64>,
    /// Where it is, in tile units.
    pub geometry: DecodedGeometry,
    /// What is known about it.
    pub properties: Vec<(String, Value)>,
}

impl DecodedFeature {
    /// The text of a property.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.properties.iter().find_map(|(k, v)| match v {
            Value::Text(v) if k == key => Some(v.as_str()),
            _ => None,
        })
    }
}

/// A geometry as read, in tile units.
#[derive(Debug, Clone, PartialEq)]
pub enum DecodedGeometry {
    /// Points.
    Points(Vec<[i32; 2]>),
    /// Lines.
    Lines(Vec<Vec<[i32; 2]>>),
    /// Polygons: the shell, then its holes; open rings.
    Polygons(Vec<Vec<Vec<[i32; 2]>>>),
}

/// Twice the area of an open ring by the surveyor's formula: positive for shells.
pub fn twice_area(ring: &[[i32; 2]]) -> i64 {
    let mut sum = 0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        sum += i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]);
    }
    sum
}

/// Reads a tile.
///
/// # Errors
/// Everything that the specification forbids is an error, also what a lenient reader could repair.
pub fn decode(bytes: &[u8]) -> Result<Vec<DecodedLayer>, DecodeError> {
    let tile = proto::Tile::decode(bytes).map_err(|e| DecodeError::Message(e.to_string()))?;
    let mut layers: Vec<DecodedLayer> = Vec::with_capacity(tile.layers.len());
    for (index, layer) in tile.layers.into_iter().enumerate() {
        let fail = |reason| Err(DecodeError::Layer { index, reason });
        if layer.name.is_empty() {
            return fail("no name");
        }
        if layers.iter().any(|l| l.name == layer.name) {
            return fail("name of another layer");
        }
        if !matches!(layer.version, 1 | 2) {
            return fail("unknown version");
        }
        let features = layer
            .features
            .iter()
            .enumerate()
            .map(|(index, f)| {
                read_feature(&layer, f).map_err(|reason| DecodeError::Feature {
                    layer: layer.name.clone(),
                    index,
                    reason,
                })
            })
            .collect::<Result<_, _>>()?;
        layers.push(DecodedLayer {
            extent: layer.extent(),
            version: layer.version,
            name: layer.name,
            features,
        });
    }
    Ok(layers)
}

fn read_feature(
    layer: &proto::Layer,
    feature: &proto::Feature,
) -> Result<DecodedFeature, &'static str> {
    if !feature.tags.len().is_multiple_of(2) {
        return Err("tags do not come in pairs");
    }
    let mut properties = Vec::with_capacity(feature.tags.len() / 2);
    for pair in feature.tags.chunks_exact(2) {
        let key = layer
            .keys
            .get(pair[0] as usize)
            .ok_or("tag points to a missing key")?;
        let value = layer
            .values
            .get(pair[1] as usize)
            .ok_or("tag points to a missing value")?;
        properties.push((key.clone(), read_value(value)?));
    }
    let parts = read_commands(&feature.geometry)?;
    let geometry = match feature.kind {
        Some(POINT) => points(parts)?,
        Some(LINE) => lines(parts)?,
        Some(POLYGON) => polygons(parts)?,
        _ => return Err("no geometry type"),
    };
    Ok(DecodedFeature {
        id: feature.id,
        geometry,
        properties,
    })
}

fn read_value(v: &proto::Value) -> Result<Value, &'static str> {
    let candidates = [
        v.string.clone().map(Value::Text),
        v.float.map(|v| Value::Number(f64::from(v))),
        v.double.map(Value::Number),
        v.int.map(Value::Int),
        v.uint
            .map(|v| i64::try_from(v).map_or(Value::Number(v as f64), Value::Int)),
        v.sint.map(Value::Int),
        v.bool.map(Value::Bool),
    ];
    let mut present = candidates.into_iter().flatten();
    match (present.next(), present.next()) {
        (Some(v), None) => Ok(v),
        _ => Err("a value needs exactly one field"),
    }
}

/// One run of the pen: its points and whether it was closed.
struct Part {
    points: Vec<[i32; 2]>,
    moves: usize,
    closed: bool,
}

fn read_commands(data: &[u32]) -> Result<Vec<Part>, &'static str> {
    let mut parts: Vec<Part> = Vec::new();
    let mut at = [0i32; 2];
    let mut words = data.iter().copied();
    while let Some(word) = words.next() {
        let (id, count) = (word & 7, (word >> 3) as usize);
        if count == 0 {
            return Err("command with count 0");
        }
        match id {
            MOVE_TO | LINE_TO => {
                if count > words.len() / 2 {
                    return Err("command without its parameters");
                }
                if id == MOVE_TO {
                    parts.push(Part {
                        points: Vec::new(),
                        moves: count,
                        closed: false,
                    });
                }
                let part = parts
                    .last_mut()
                    .filter(|p| !p.closed)
                    .ok_or("LineTo without MoveTo")?;
                for _ in 0..count {
                    for v in &mut at {
                        let word = words.next().ok_or("command without its parameters")?;
                        *v = v.wrapping_add((word >> 1) as i32 ^ -((word & 1) as i32));
                    }
                    part.points.push(at);
                }
            }
            CLOSE_PATH => {
                let part = parts
                    .last_mut()
                    .filter(|p| !p.closed)
                    .ok_or("ClosePath without a path")?;
                if count != 1 {
                    return Err("ClosePath with a count other than 1");
                }
                part.closed = true;
            }
            _ => return Err("unknown command"),
        }
    }
    if parts.is_empty() {
        Err("no geometry")
    } else {
        Ok(parts)
    }
}

fn points(parts: Vec<Part>) -> Result<DecodedGeometry, &'static str> {
    match parts.as_slice() {
        [p] if !p.closed && p.moves == p.points.len() => {
            Ok(DecodedGeometry::Points(p.points.clone()))
        }
        _ => Err("points need one MoveTo"),
    }
}

fn lines(parts: Vec<Part>) -> Result<DecodedGeometry, &'static str> {
    let mut lines = Vec::with_capacity(parts.len());
    for part in parts {
        if part.closed || part.moves != 1 || part.points.len() < 2 {
            return Err("a line needs MoveTo and LineTo");
        }
        if part.points.windows(2).any(|w| w[0] == w[1]) {
            return Err("a point comes twice in a row");
        }
        lines.push(part.points);
    }
    Ok(DecodedGeometry::Lines(lines))
}

fn polygons(parts: Vec<Part>) -> Result<DecodedGeometry, &'static str> {
    let mut polygons: Vec<Vec<Vec<[i32; 2]>>> = Vec::new();
    for part in parts {
        if !part.closed || part.moves != 1 || part.points.len() < 3 {
            return Err("a ring needs MoveTo, two LineTo and ClosePath");
        }
        if part.points.windows(2).any(|w| w[0] == w[1]) || part.points.first() == part.points.last()
        {
            return Err("a point comes twice in a row");
        }
        match (twice_area(&part.points), polygons.last_mut()) {
            (0, _) => return Err("a ring without area"),
            (1.., _) => polygons.push(vec![part.points]),
            (_, Some(polygon)) => polygon.push(part.points),
            (_, None) => return Err("a hole before its shell"),
        }
    }
    Ok(DecodedGeometry::Polygons(polygons))
}
