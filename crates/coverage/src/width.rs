//! The greatest width of a zone: the diameter of its largest inscribed circle.
//!
//! The largest circle touches the outline, so instead of searching the plane we search the outline: for a point `s` of it
//! with inward normal `n`, the circles that touch it there are nested, and the largest one that fits has the radius
//! `min over edges f of r(f)`, where `r(f)` is the radius at which the growing circle first meets `f`.
//!
//! 1. **Along an edge**, `r(f)` is a convex function of the place of `s` (linear where the circle meets the inside of `f`,
//!    a parabola where it meets an end of it, with one slope where they join). A chord lies above a convex function, so
//!    the least of the chords bounds all circles that touch a stretch of an edge, and where the least chord is highest is
//!    the place to look next. Between straight lines the chord *is* the function, so a sliver takes a few looks.
//! 2. **Around a reflex vertex** the normal turns. By inversion at the vertex every point `q` of the outline bounds the
//!    curvature from below by `2 (q − s)·n / |q − s|²`, which on an arc is least at its ends.
//!
//! Where two edges meet, the circle that touches one of them near the corner meets the other as the bisector says; that is
//! computed from the corner itself, since at a needle's tip a rounding error decides what a general formula would answer.
//! And no circle has more area than the zone.
//!
//! Best first, until no stretch can hold a circle larger than the best by more than [`SLACK`]. Triangles, by far most
//! of the zones that independent simplification leaves, are computed at once. Outlines of many edges look for the
//! nearest ones in a tree. Cost: about n² for n up to [`MANY`], n log n from there on.

use geo_types::{LineString, Polygon};
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};
use std::collections::BinaryHeap;

/// A circle: centre in the polygon's coordinates, radius in scaled units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Centre, in the plane of the polygon.
    pub centre: [f64; 2],
    /// Radius in metres, when `scale` gives metres.
    pub radius: f64,
}

/// What the search may leave on the table, as a share of the radius.
const SLACK: f64 = 1e-4;
/// Metres that rounding may put a touch beyond the end of an edge.
const ROUNDING: f64 = 1e-9;
/// Edges from which on a tree finds the near ones.
const MANY: usize = 96;
/// Looks at most: a bound on time where very many places are as good as the best.
const MOST_LOOKS: usize = 200_000;

pub(crate) type Point = [f64; 2];

/// The largest circle inside `polygon`. `scale` is metres per plane unit, east and north.
///
/// The radius is never too large, and below the true one by at most one part in ten thousand.
pub fn inscribed_circle(polygon: &Polygon<f64>, scale: [f64; 2]) -> Circle {
    // Coordinates near zero keep their last digits.
    let origin = polygon
        .exterior()
        .0
        .first()
        .map_or([0.0, 0.0], |c| [c.x, c.y]);
    let outline = Outline::new(polygon, origin, scale);
    let (centre, radius) = match &outline.edges[..] {
        [] | [_] | [_, _] => ([0.0, 0.0], 0.0),
        [a, b, c] => in_triangle(a.from, b.from, c.from),
        _ => outline.largest(),
    };
    Circle {
        centre: [
            origin[0] + centre[0] / scale[0],
            origin[1] + centre[1] / scale[1],
        ],
        radius,
    }
}

fn in_triangle(a: Point, b: Point, c: Point) -> (Point, f64) {
    let (ab, bc, ca) = (length(sub(b, a)), length(sub(c, b)), length(sub(a, c)));
    let around = ab + bc + ca;
    if around == 0.0 {
        return (a, 0.0);
    }
    let twice_area = cross(sub(b, a), sub(c, a)).abs();
    let mean = |k: usize| (bc * a[k] + ca * b[k] + ab * c[k]) / around;
    ([mean(0), mean(1)], twice_area / around)
}

/// An edge of the outline with the polygon at its left.
struct Edge {
    from: Point,
    to: Point,
    /// Unit vector from `from` to `to`.
    along: Point,
    length: f64,
    /// Numbers of the edges before and after it along its ring.
    beside: [usize; 2],
}

impl Edge {
    /// Unit vector into the polygon.
    fn inward(&self) -> Point {
        [-self.along[1], self.along[0]]
    }

    /// Cosine and sine of the turn from this edge to the next; the sine is positive at a corner below 180 degrees.
    fn turn(&self, next: &Edge) -> [f64; 2] {
        [dot(self.along, next.along), cross(self.along, next.along)]
    }

    fn at(&self, t: f64) -> Point {
        // The ends exactly, so that neighbours are seen to meet there.
        match t {
            t if t <= 0.0 => self.from,
            t if t >= 1.0 => self.to,
            t => [
                self.from[0] + t * (self.to[0] - self.from[0]),
                self.from[1] + t * (self.to[1] - self.from[1]),
            ],
        }
    }

    /// The radius at which the circle that touches `s` with its centre towards `n` first meets this edge, with the
    /// point where. Infinite when it never does.
    fn meets(&self, s: Point, n: Point) -> (f64, Point) {
        let (u, v) = (sub(self.from, s), sub(self.to, s));
        let (hu, hv) = (dot(u, n), dot(v, n));
        if hu <= 0.0 && hv <= 0.0 {
            return (f64::INFINITY, self.from);
        }
        let mut m = self.inward();
        let mut apart = -dot(m, u);
        if apart < 0.0 {
            (m, apart) = ([-m[0], -m[1]], -apart);
        }
        // Where it would touch the edge's line.
        // 1 − m·n, without losing the digits of nearly equal directions.
        let apart_ways = sub(n, m);
        let turned = dot(apart_ways, apart_ways) / 2.0;
        let at = if turned > 0.0 {
            let r = apart / turned;
            let c = [s[0] + r * (n[0] - m[0]), s[1] + r * (n[1] - m[1])];
            let at = dot(sub(c, self.from), self.along);
            if at >= -ROUNDING && at <= self.length + ROUNDING {
                return (r, c);
            }
            at
        } else {
            dot(sub(s, self.from), self.along)
        };
        let (end, w, h) = if at < 0.0 {
            (self.from, u, hu)
        } else {
            (self.to, v, hv)
        };
        if h > 0.0 {
            (dot(w, w) / (2.0 * h), end)
        } else {
            (f64::INFINITY, end)
        }
    }
}

/// A vertex where the polygon's inside is more than half the plane: circles touch it from a fan of directions.
struct Reflex {
    at: Point,
    /// Inward normals of the edges before and after; the fan lies between.
    normals: [Point; 2],
    /// Numbers of these edges.
    edges: [usize; 2],
}

struct Outline {
    edges: Vec<Edge>,
    reflex: Vec<Reflex>,
    tree: Option<RTree<GeomWithData<Line<Point>, usize>>>,
    /// No circle inside has a larger radius: that of the circle with the area of the outline.
    most: f64,
}

/// A stretch of the outline that a circle may touch.
enum Stretch {
    /// Of an edge, between two shares of its length.
    Along { edge: usize, t: [f64; 2] },
    /// Of a reflex vertex' fan, between two inward directions.
    Around { vertex: usize, n: [Point; 2] },
}

/// A stretch and a radius that no circle touching it exceeds, with the place to look at next.
struct Bound {
    radius: f64,
    stretch: Stretch,
    look: f64,
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.radius == other.radius
    }
}
impl Eq for Bound {}
impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Bound {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.radius.total_cmp(&other.radius)
    }
}

impl Outline {
    fn new(polygon: &Polygon<f64>, origin: Point, scale: [f64; 2]) -> Outline {
        let mut outline = Outline {
            edges: Vec::new(),
            reflex: Vec::new(),
            tree: None,
            most: 0.0,
        };
        outline.ring(polygon.exterior(), origin, scale, true);
        for hole in polygon.interiors() {
            outline.ring(hole, origin, scale, false);
        }
        let twice_area: f64 = outline.edges.iter().map(|e| cross(e.from, e.to)).sum();
        outline.most = (twice_area.max(0.0) / std::f64::consts::TAU).sqrt() * (1.0 + SLACK);
        if outline.edges.len() > MANY {
            let lines = outline.edges.iter().enumerate();
            let lines = lines.map(|(i, e)| GeomWithData::new(Line::new(e.from, e.to), i));
            outline.tree = Some(RTree::bulk_load(lines.collect()));
        }
        outline
    }

    /// Takes a ring, turned so that the polygon lies at its left.
    fn ring(&mut self, ring: &LineString<f64>, origin: Point, scale: [f64; 2], exterior: bool) {
        let mut points: Vec<Point> = ring
            .0
            .iter()
            .map(|c| [(c.x - origin[0]) * scale[0], (c.y - origin[1]) * scale[1]])
            .collect();
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 3 {
            return;
        }
        let n = points.len();
        let twice_area: f64 = (0..n).map(|i| cross(points[i], points[(i + 1) % n])).sum();
        if (twice_area > 0.0) != exterior {
            points.reverse();
        }
        let first = self.edges.len();
        self.edges.extend((0..n).map(|i| {
            let (from, to) = (points[i], points[(i + 1) % n]);
            let way = sub(to, from);
            let length = length(way);
            Edge {
                from,
                to,
                along: [way[0] / length, way[1] / length],
                length,
                beside: [first + (i + n - 1) % n, first + (i + 1) % n],
            }
        }));
        for (i, &at) in points.iter().enumerate() {
            let edges = [first + (i + n - 1) % n, first + i];
            let [before, after] = edges.map(|e| &self.edges[e]);
            if cross(before.along, after.along) < 0.0 {
                self.reflex.push(Reflex {
                    at,
                    normals: [before.inward(), after.inward()],
                    edges,
                });
            }
        }
    }

    /// The largest circle, by centre and radius.
    fn largest(&self) -> (Point, f64) {
        let mut best = (self.edges[0].from, 0.0);
        let mut heap = BinaryHeap::new();
        for edge in 0..self.edges.len() {
            self.along(edge, [0.0, 1.0], best.1, &mut heap);
        }
        for vertex in 0..self.reflex.len() {
            let n = self.reflex[vertex].normals;
            self.around(vertex, n, best.1, &mut heap);
        }
        for _ in 0..MOST_LOOKS {
            let Some(top) = heap.pop() else { break };
            if top.radius <= best.1 * (1.0 + SLACK) {
                break;
            }
            let (s, n, own) = match &top.stretch {
                Stretch::Along { edge, .. } => {
                    let e = &self.edges[*edge];
                    (e.at(top.look), e.inward(), [*edge, *edge])
                }
                Stretch::Around { vertex, n } => {
                    let v = &self.reflex[*vertex];
                    (v.at, between(*n), v.edges)
                }
            };
            let radius = match &top.stretch {
                Stretch::Along { edge, .. } => {
                    self.fits(s, own, |f| self.allows(*edge, top.look, f))
                }
                Stretch::Around { .. } => self.fits(s, own, |f| self.edges[f].meets(s, n).0),
            };
            if radius > best.1 && radius <= self.most {
                best = ([s[0] + radius * n[0], s[1] + radius * n[1]], radius);
            }
            match top.stretch {
                Stretch::Along { edge, t: [t0, t1] } => {
                    for t in [[t0, top.look], [top.look, t1]] {
                        // Shorter than rounding tells.
                        if (t[1] - t[0]) * self.edges[edge].length > 1e-9 * best.1 {
                            self.along(edge, t, best.1, &mut heap);
                        }
                    }
                }
                Stretch::Around {
                    vertex,
                    n: [n0, n1],
                } => {
                    if length(sub(n0, n1)) > 1e-9 {
                        self.around(vertex, [n0, n], best.1, &mut heap);
                        self.around(vertex, [n, n1], best.1, &mut heap);
                    }
                }
            }
        }
        best
    }

    /// Edges that may matter for circles that touch `s`, nearest first where a tree knows; `each` gives the radius so
    /// far, and edges that no circle of that radius reaches are left out.
    fn near(&self, s: Point, own: [usize; 2], mut each: impl FnMut(usize) -> f64) {
        match &self.tree {
            None => {
                for f in (0..self.edges.len()).filter(|f| !own.contains(f)) {
                    each(f);
                }
            }
            Some(tree) => {
                let mut radius = f64::INFINITY;
                for line in tree.nearest_neighbor_iter(s) {
                    if line.geom().distance_2(&s) > 4.0 * radius * radius {
                        break;
                    }
                    if !own.contains(&line.data) {
                        radius = radius.min(each(line.data));
                    }
                }
            }
        }
    }

    /// The largest radius at `s` that each edge allows.
    fn fits(&self, s: Point, own: [usize; 2], allows: impl Fn(usize) -> f64) -> f64 {
        let mut least = f64::INFINITY;
        self.near(s, own, |f| {
            least = least.min(allows(f));
            least
        });
        least
    }

    /// The largest radius that edge `f` allows a circle that touches `edge` at the share `t` of its length.
    fn allows(&self, edge: usize, t: f64, f: usize) -> f64 {
        let (e, other) = (&self.edges[edge], &self.edges[f]);
        let s = e.at(t);
        let (turn, from_corner, far) = match e.beside {
            [_, after] if after == f => (e.turn(other), (1.0 - t) * e.length, other.to),
            [before, _] if before == f => (other.turn(e), t * e.length, other.from),
            _ => return other.meets(s, e.inward()).0,
        };
        let [cos, sin] = turn;
        // At a straight or reflex corner the other edge lies behind the circle.
        if sin <= 0.0 {
            return f64::INFINITY;
        }
        if from_corner <= other.length {
            // Tangent of half the inner angle, by the form that keeps its digits.
            let half = if cos < 0.0 {
                sin / (1.0 - cos)
            } else {
                (1.0 + cos) / sin
            };
            return from_corner * half;
        }
        let w = sub(far, s);
        let h = dot(w, e.inward());
        if h > 0.0 {
            dot(w, w) / (2.0 * h)
        } else {
            f64::INFINITY
        }
    }

    /// Bounds the circles that touch a stretch of an edge.
    fn along(&self, edge: usize, t: [f64; 2], best: f64, heap: &mut BinaryHeap<Bound>) {
        let e = &self.edges[edge];
        let ends = t.map(|t| e.at(t));
        // Radii at both ends, for each edge that matters at either; without a tree the walk from one end meets all.
        let mut chords: Vec<[f64; 2]> = Vec::with_capacity(8);
        let walks = if self.tree.is_some() { 2 } else { 1 };
        for (end, s) in ends.iter().enumerate().take(walks) {
            self.near(*s, [edge, edge], |f| {
                let radii = t.map(|t| self.allows(edge, t, f));
                if radii[0].is_finite() || radii[1].is_finite() {
                    chords.push(radii);
                }
                radii[end]
            });
        }
        let (radius, share) = highest(&chords);
        let radius = radius.min(self.most);
        if radius > best * (1.0 + SLACK) {
            let share = share.clamp(0.02, 0.98);
            heap.push(Bound {
                radius,
                stretch: Stretch::Along { edge, t },
                look: t[0] + share * (t[1] - t[0]),
            });
        }
    }

    /// Bounds the circles that touch a reflex vertex from directions between two.
    fn around(&self, vertex: usize, n: [Point; 2], best: f64, heap: &mut BinaryHeap<Bound>) {
        let v = &self.reflex[vertex];
        let mut radius = f64::INFINITY;
        for (k, &towards) in n.iter().enumerate() {
            let mut here = f64::INFINITY;
            self.near(v.at, v.edges, |f| {
                let (r, q) = self.edges[f].meets(v.at, towards);
                here = here.min(r);
                // The same point seen from the other end of the arc.
                let w = sub(q, v.at);
                let h = dot(w, n[1 - k]);
                if r.is_finite() && h > 0.0 {
                    radius = radius.min(r.max(dot(w, w) / (2.0 * h)));
                }
                here
            });
        }
        let radius = radius.min(self.most);
        if radius > best * (1.0 + SLACK) {
            heap.push(Bound {
                radius,
                stretch: Stretch::Around { vertex, n },
                look: 0.5,
            });
        }
    }
}

/// Where the least of the chords from 0 to 1 is highest: that height and the place. Chords with an infinite end say
/// nothing between their ends.
fn highest(chords: &[[f64; 2]]) -> (f64, f64) {
    let finite = || {
        chords
            .iter()
            .filter(|c| c[0].is_finite() && c[1].is_finite())
    };
    // The lowest chord at one end; of several the one that is lowest at the other.
    let lowest = |end: usize| {
        finite().copied().min_by(|a, b| {
            a[end]
                .total_cmp(&b[end])
                .then(a[1 - end].total_cmp(&b[1 - end]))
        })
    };
    let (Some(mut rising), Some(mut falling)) = (lowest(0), lowest(1)) else {
        return (f64::INFINITY, 0.5);
    };
    if rising[1] <= rising[0] {
        return (rising[0], 0.0);
    }
    if falling[1] >= falling[0] {
        return (falling[1], 1.0);
    }
    let mut found = (f64::INFINITY, 0.5);
    for _ in 0..24 {
        // Where the rising and the falling chord meet; the truth is at most as high.
        let share =
            (falling[0] - rising[0]) / ((rising[1] - rising[0]) + (falling[0] - falling[1]));
        let height = rising[0] + share * (rising[1] - rising[0]);
        found = (height, share);
        let at = |c: &[f64; 2]| c[0] + share * (c[1] - c[0]);
        let Some(lower) = finite().copied().min_by(|a, b| at(a).total_cmp(&at(b))) else {
            break;
        };
        if at(&lower) >= height * (1.0 - SLACK / 4.0) {
            break;
        }
        if lower[1] > lower[0] {
            rising = lower;
        } else {
            falling = lower;
        }
    }
    found
}

/// The unit vector half-way between two.
fn between([a, b]: [Point; 2]) -> Point {
    let sum = [a[0] + b[0], a[1] + b[1]];
    let l = length(sum);
    if l < 1e-9 {
        // Opposite directions: the fan of a spike, half-way round.
        return [a[1], -a[0]];
    }
    [sum[0] / l, sum[1] / l]
}

fn sub(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn cross(a: Point, b: Point) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

fn length(a: Point) -> f64 {
    dot(a, a).sqrt()
}

/// Distance of a point from a segment.
pub(crate) fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (d, w) = (sub(b, a), sub(p, a));
    let square = dot(d, d);
    let t = if square > 0.0 {
        (dot(w, d) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    length([w[0] - t * d[0], w[1] - t * d[1]])
}

#[cfg(test)]
mod tests;
