//! Inlets and corridors of a coverage without parents: what a disc of the given width cannot enter from outside.
//!
//! The closing of the units' union by a disc, less the union, leaves pieces between units, larger ones for a larger disc
//! (a disc is the union of the smaller ones in it). A piece is reported when its banks show that it is narrow
//! ([`banks`]), as *corridor* when it is open at two or more mouths, else as *inlet*. Holes are filled first: they are gaps
//! already. So what is found at one width lies within something found at any greater one (`tests/properties.rs`).
//!
//! Buffers are computed in metres at the middle latitude of the coverage, so on a coverage in degrees that spans
//! many degrees of latitude the width varies with the length of the parallel. Arcs are polylines, good to a few parts
//! in a thousand of the width; that is what [`Defect::polygon`] of these pieces is good to at the mouth.
//! (J. Serra, Image Analysis and Mathematical Morphology, 1982, on closings.)

mod banks;

use crate::arrangement::{Arrangement, OUTSIDE};
use crate::claims::Claims;
use crate::segments::Rings;
use crate::width::{distance, inscribed_circle};
use crate::zones::zones;
use crate::{Defect, DefectKind, Options};
use banks::{Bank, narrow};
use geo::algorithm::buffer::{BufferStyle, LineJoin};
use geo::{BooleanOps, BoundingRect, Buffer, MapCoords};
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rstar::{AABB, RTree, RTreeObject};
use std::collections::BTreeSet;

/// A stretch of the union's outline with the units inside it, in scaled metres.
struct Stretch {
    ends: [[f64; 2]; 2],
    /// The half-edge with the units at its left.
    half_edge: u32,
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
    rings: &Rings,
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
                half_edge: h,
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
    let inexact = INEXACT * extent(&union).max(options.gap_width);
    // Computing leaves needles and seams of no width along the outline, which would join what lies apart.
    let thinned = |by: f64| BufferStyle::new(by).line_join(LineJoin::Bevel);
    let pieces = closing.difference(&union).0;
    let pieces: Vec<Polygon<f64>> = pieces
        .iter()
        .flat_map(|p| p.buffer_with_style(thinned(-inexact)))
        .collect();
    pieces
        .iter()
        .filter_map(|piece| {
            let shores = Shores::of(piece, &outline, 2.0 * inexact);
            let kind = match shores.mouths {
                0 => return None,
                1 => DefectKind::Inlet,
                _ => DefectKind::Corridor,
            };
            if !narrow(&shores.banks, options.gap_width) {
                return None;
            }
            let polygon = piece.map_coords(|c| Coord {
                x: c.x / sx,
                y: c.y / sy,
            });
            let circle = inscribed_circle(&polygon, [sx, sy]);
            Some(Defect {
                kind,
                units: shores.units.into_iter().map(|u| u as usize).collect(),
                owner: None,
                parent: None,
                place: circle.centre,
                max_width: 2.0 * circle.radius,
                polygon: Some(polygon),
                edges: if options.causes {
                    let runs = |h: u32| arrangement.segments.runs((h >> 1) as usize);
                    rings.stretches(shores.half_edges.into_iter().flat_map(runs).collect())
                } else {
                    Vec::new()
                },
            })
        })
        .collect()
}

/// How exact buffers and differences are, as a share of the extent: they are computed on a grid of about 2^30 steps over
/// it. Openings no wider than twice this are not seen.
const INEXACT: f64 = 2e-8;

/// The longer side of the box around the union.
fn extent(union: &MultiPolygon<f64>) -> f64 {
    union
        .bounding_rect()
        .map_or(0.0, |b| b.width().max(b.height()))
}

/// A ring without its closing point, its edges cut where vertices of the outline lie on them: overlays leave out vertices
/// in the middle of straight lines.
fn cut_at_vertices(ring: &LineString<f64>, outline: &RTree<Stretch>, near: f64) -> Vec<[f64; 2]> {
    let mut out = Vec::with_capacity(ring.0.len());
    for line in ring.lines() {
        let (a, b) = (<[f64; 2]>::from(line.start), <[f64; 2]>::from(line.end));
        let low = [a[0].min(b[0]) - near, a[1].min(b[1]) - near];
        let high = [a[0].max(b[0]) + near, a[1].max(b[1]) + near];
        let along = |p: [f64; 2]| (p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1]);
        let apart = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).hypot(p[1] - q[1]) > 2.0 * near;
        let mut cuts: Vec<[f64; 2]> = outline
            .locate_in_envelope_intersecting(AABB::from_corners(low, high))
            .flat_map(|s| s.ends)
            .map(|v| (v, banks::nearest(v, a, b)))
            .filter(|&(v, on)| !apart(v, on) && apart(on, a) && apart(on, b))
            .map(|(_, on)| on)
            .collect();
        cuts.sort_by(|p, q| along(*p).total_cmp(&along(*q)));
        cuts.dedup_by(|p, q| !apart(*p, *q));
        out.push(a);
        out.extend(cuts);
    }
    out
}

/// Of an edge's ends the one on the side of `end`, seen from `other`.
fn farther(ends: [[f64; 2]; 2], end: [f64; 2], other: [f64; 2]) -> [f64; 2] {
    let along = |p: [f64; 2]| {
        (p[0] - other[0]) * (end[0] - other[0]) + (p[1] - other[1]) * (end[1] - other[1])
    };
    let [a, b] = ends;
    if along(a) > along(b) { a } else { b }
}

/// How a piece lies among the units.
#[derive(Default)]
struct Shores {
    banks: Vec<Bank>,
    /// Stretches at which it is open.
    mouths: usize,
    /// Units around it.
    units: BTreeSet<u32>,
    /// The stretches of outline along its banks.
    half_edges: BTreeSet<u32>,
}

impl Shores {
    fn of(piece: &Polygon<f64>, outline: &RTree<Stretch>, near: f64) -> Shores {
        let mut shores = Shores::default();
        for ring in std::iter::once(piece.exterior()).chain(piece.interiors()) {
            shores.ring(ring, outline, near);
        }
        shores
    }

    fn ring(&mut self, ring: &LineString<f64>, outline: &RTree<Stretch>, near: f64) {
        let ring = cut_at_vertices(ring, outline, near);
        let n = ring.len();
        let point = |i: usize| ring[i % n];
        let edges: Vec<Option<&Stretch>> = (0..n)
            .map(|i| self.along([point(i), point(i + 1)], outline, near))
            .collect();
        let open = |i: usize| edges[i % n].is_none();
        // A mouth begins where an open edge follows one that is none.
        let begin = (0..n).find(|&i| open(i) && !open(i + n - 1));
        let Some(begin) = begin else {
            if (0..n).any(open) {
                self.mouths += 1;
            } else {
                self.bank(&edges, (0..n).map(point).collect(), true, near);
            }
            return;
        };
        let mut at = begin;
        while at < begin + n {
            let end = (at..begin + n)
                .find(|&i| open(i) != open(at))
                .unwrap_or(begin + n);
            if open(at) {
                self.mouths += 1;
            } else {
                let of_bank: Vec<_> = (at..end).map(|i| edges[i % n]).collect();
                self.bank(&of_bank, (at..=end).map(point).collect(), false, near);
            }
            at = end;
        }
    }

    /// The stretch of outline that an edge runs along, if any. Takes all the units there.
    fn along<'a>(
        &mut self,
        [a, b]: [[f64; 2]; 2],
        outline: &'a RTree<Stretch>,
        near: f64,
    ) -> Option<&'a Stretch> {
        let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let around = AABB::from_corners(middle.map(|v| v - near), middle.map(|v| v + near));
        let mut found = None;
        for s in outline.locate_in_envelope_intersecting(around) {
            let on = |p: [f64; 2]| distance(p, s.ends[0], s.ends[1]) <= near;
            if [a, middle, b].into_iter().all(on) {
                self.units.extend(s.units.iter().copied());
                self.half_edges.insert(s.half_edge);
                found = found.or(Some(s));
            }
        }
        found
    }

    /// Takes a bank, with the feet of the outline's edges that lie on it. An edge that a mouth cuts is taken as a whole, so
    /// that nothing depends on where arcs end.
    fn bank(
        &mut self,
        along: &[Option<&Stretch>],
        mut points: Vec<[f64; 2]>,
        closed: bool,
        near: f64,
    ) {
        let n = points.len();
        if !closed && let (Some(Some(first)), Some(Some(last))) = (along.first(), along.last()) {
            let (second, end) = (points[1], points[n - 1]);
            let before_end = points[n - 2];
            points[0] = farther(first.ends, points[0], second);
            points[n - 1] = farther(last.ends, end, before_end);
        }
        let close = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).hypot(p[1] - q[1]) <= near;
        let mut feet: Vec<(usize, [f64; 2])> = points.iter().copied().enumerate().collect();
        for (i, stretch) in along.iter().enumerate() {
            let Some(stretch) = stretch else { continue };
            let [a, b] = [points[i], points[(i + 1) % n]];
            let [from, to] = stretch.ends;
            let on = banks::feet(from, to).into_iter();
            let on = on.map(|f| (f, banks::nearest(f, a, b)));
            feet.extend(on.filter(|&(f, on)| close(f, on)).map(|(_, on)| (i, on)));
        }
        self.banks.push(Bank {
            points,
            closed,
            feet,
        });
    }
}
