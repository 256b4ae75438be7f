//! Polygons in degrees to valid shapes in the units of one tile.

use crate::clip::{HIGH, LOW, clip_ring};
use crate::grid::{Step, TileId};
use geo_types::{LineString, MultiPolygon};
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{ContourDirection, IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

/// A polygon in tile units: the shell (positive area), then its holes (negative area). Rings are open.
pub type Shape = Vec<Vec<[i32; 2]>>;

/// What becomes of an area smaller than the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vanishing {
    /// It stays as one tile unit where it is: a unit is never missing.
    Keep,
    /// It is left out.
    Drop,
}

/// The part of an area (longitude, latitude in degrees) that lies in a tile or its buffer, as valid shapes.
///
/// Rings are read by the even-odd rule per polygon, so a crossing ring gives what its lines enclose. Rings of numbers
/// that are not finite are left out.
///
/// # Cost
/// Linear in the vertices for rounding and clipping, `n log n` in the vertices that stay.
pub fn shapes(
    area: &MultiPolygon<f64>,
    tile: TileId,
    step: Step,
    vanishing: Vanishing,
) -> Vec<Shape> {
    let mut found = Vec::new();
    let mut anchor = None;
    for polygon in area {
        let mut rings = Vec::with_capacity(1 + polygon.interiors().len());
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let Some(ring) = quantise_ring(ring, tile, step) else {
                continue;
            };
            if found.is_empty() && anchor.is_none() {
                anchor = ring
                    .iter()
                    .copied()
                    .find(|p| p.iter().all(|v| (LOW..=HIGH).contains(v)));
            }
            let ring = clip_ring(ring);
            if ring.len() >= 3 {
                rings.push(ring);
            }
        }
        clean(&rings, &mut found);
    }
    if found.is_empty()
        && vanishing == Vanishing::Keep
        && let Some(p) = anchor
    {
        found.push(pixel(p));
    }
    found
}

/// The ring on the grid, open, without consecutive duplicates. `None` when a number is not finite.
fn quantise_ring(ring: &LineString<f64>, tile: TileId, step: Step) -> Option<Vec<[i64; 2]>> {
    let mut points: Vec<[i64; 2]> = Vec::with_capacity(ring.0.len());
    for &c in &ring.0 {
        let p = tile.quantise_to(c, step)?;
        if points.last() != Some(&p) {
            points.push(p);
        }
    }
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    Some(points)
}

/// Removes what rounding and clipping broke: crossings, bridges, spikes; gives each hole to its shell.
fn clean(rings: &[Vec<[i64; 2]>], into: &mut Vec<Shape>) {
    if rings.is_empty() {
        return;
    }
    let options = IntOverlayOptions {
        preserve_input_collinear: false,
        output_direction: ContourDirection::CounterClockwise,
        preserve_output_collinear: false,
        min_output_area: 0,
        ogc: true,
    };
    let mut overlay = Overlay::new_custom(
        rings.iter().map(Vec::len).sum(),
        options,
        Default::default(),
    );
    for ring in rings {
        // Clipped to the buffered box, so every coordinate fits.
        overlay.add_path_iter(
            ring.iter().map(|p| IntPoint::new(p[0] as i32, p[1] as i32)),
            ShapeType::Subject,
        );
    }
    let shapes = overlay.overlay(OverlayRule::Subject, FillRule::EvenOdd);
    into.extend(shapes.into_iter().map(|shape| {
        shape
            .into_iter()
            .map(|ring| ring.into_iter().map(|p| [p.x, p.y]).collect())
            .collect()
    }));
}

/// One tile unit at a point, within the buffered box.
fn pixel(p: [i64; 2]) -> Shape {
    let [x, y] = p.map(|v| v.clamp(LOW, HIGH - 1) as i32);
    vec![vec![[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]]
}
