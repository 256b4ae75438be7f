//! Inlets and corridors of a coverage without parents: what a disc of the given width cannot enter from outside.
//!
//! The closing of the units' union by a disc, less the union, leaves pieces between units; a piece is reported when it
//! is open at two or more mouths (*corridor*), or deeper than its one mouth is wide (*inlet*). Holes are filled first:
//! they are gaps already.
//!
//! Buffers are computed in metres at the middle latitude of the coverage, so on a coverage in degrees that spans
//! many degrees of latitude the width varies with the length of the parallel. Arcs are polylines, good to a few parts
//! in a thousand of the width; that is what [`Defect::polygon`] of these pieces is good to at the mouth.

use crate::arrangement::{Arrangement, OUTSIDE};
use crate::claims::Claims;
use crate::width::{distance, inscribed_circle};
use crate::zones::zones;
use crate::{Defect, DefectKind, Options};
use geo::{BooleanOps, Buffer, MapCoords};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rstar::{AABB, RTree, RTreeObject};
use std::collections::BTreeSet;

/// A stretch of the union's outline with the units inside it, in scaled metres.
struct Stretch {
    ends: [[f64; 2]; 2],
    units: Vec<u32>,
}

impl RTreeObject for Stretch {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.ends[0], self.ends[1])
    }
}

/// The open gaps at `options.gap_width` metres.
pub(crate) fn open_gaps(
    arrangement: &Arrangement,
    claims: &Claims,
    options: &Options,
) -> Vec<Defect> {
    let inner: Vec<u32> = (OUTSIDE + 1..arrangement.faces() as u32).collect();
    let outlines = zones(arrangement, &inner);
    let ordinates = outlines
        .iter()
        .flat_map(|z| z.rings[0].iter())
        .map(|&h| options.grid.plane(arrangement.start(h))[1]);
    let (low, high) = ordinates.fold((f64::MAX, f64::MIN), |(l, h), y| (l.min(y), h.max(y)));
    if low > high {
        return Vec::new();
    }
    let [sx, sy] = options.metric.scale_at((low + high) / 2.0);
    let scaled = |h: u32| {
        let [x, y] = options.grid.plane(arrangement.start(h));
        [x * sx, y * sy]
    };
    let mut stretches = Vec::new();
    let mut union = Vec::new();
    for zone in &outlines {
        let exterior = &zone.rings[0];
        for &h in exterior {
            let units = claims.of(arrangement.face[h as usize]).units.clone();
            stretches.push(Stretch {
                ends: [scaled(h), scaled(h ^ 1)],
                units,
            });
        }
        let line: Vec<Coord<f64>> = exterior.iter().map(|&h| Coord::from(scaled(h))).collect();
        union.push(Polygon::new(LineString(line), Vec::new()));
    }
    let outline = RTree::bulk_load(stretches);
    let union = MultiPolygon(union);
    let radius = options.gap_width / 2.0;
    let closing = union.buffer(radius).buffer(-radius);
    // What counts as lying on the outline: arcs and box-relative snapping move points by about this.
    let near = (options.gap_width * 1e-3).max(0.01);
    closing
        .difference(&union)
        .0
        .iter()
        .filter_map(|piece| {
            let (kind, units) = open_kind(piece, &outline, near)?;
            let polygon = piece.map_coords(|c| Coord {
                x: c.x / sx,
                y: c.y / sy,
            });
            let circle = inscribed_circle(&polygon, [sx, sy]);
            (circle.radius > near).then(|| Defect {
                kind,
                units: units.into_iter().map(|u| u as usize).collect(),
                owner: None,
                parent: None,
                place: circle.centre,
                max_width: 2.0 * circle.radius,
                polygon: Some(polygon),
                edges: Vec::new(),
            })
        })
        .collect()
}

/// Inlet or corridor, with the units around, or `None` for a mere rounding of a corner.
fn open_kind(
    piece: &Polygon<f64>,
    outline: &RTree<Stretch>,
    near: f64,
) -> Option<(DefectKind, BTreeSet<u32>)> {
    let mut units = BTreeSet::new();
    let ring = &piece.exterior().0;
    let mut at_mouth: Vec<bool> = Vec::with_capacity(ring.len());
    for w in ring.windows(2) {
        let middle = [(w[0].x + w[1].x) / 2.0, (w[0].y + w[1].y) / 2.0];
        let around = AABB::from_corners(
            [middle[0] - near, middle[1] - near],
            [middle[0] + near, middle[1] + near],
        );
        let mut touches = false;
        for s in outline.locate_in_envelope_intersecting(around) {
            if distance(middle, s.ends[0], s.ends[1]) <= near {
                touches = true;
                units.extend(s.units.iter().copied());
            }
        }
        at_mouth.push(!touches);
    }
    let n = at_mouth.len();
    let begins = (0..n).filter(|&i| at_mouth[i] && !at_mouth[(i + n - 1) % n]);
    let begins: Vec<usize> = begins.collect();
    match begins[..] {
        [] => None,
        [begin] => {
            let length = (0..n).take_while(|k| at_mouth[(begin + k) % n]).count();
            let point = |i: usize| [ring[i % n].x, ring[i % n].y];
            let (a, b) = (point(begin), point(begin + length));
            let wide = (b[0] - a[0]).hypot(b[1] - a[1]);
            let deep = (0..n).any(|i| {
                (0..length)
                    .all(|k| distance(point(i), point(begin + k), point(begin + k + 1)) > wide)
            });
            deep.then_some((DefectKind::Inlet, units))
        }
        _ => Some((DefectKind::Corridor, units)),
    }
}
