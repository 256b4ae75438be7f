//! The greatest width of a zone: the diameter of its largest inscribed circle.
//!
//! Branch and bound over squares (after V. Agafonkin's polylabel), where each square keeps only the edges that can be
//! nearest to one of its points, so that its children look at ever fewer; then the best centre climbs to its summit.
//! A zone much longer than wide (a sliver) has as many squares as it is longer than wide, so it is measured crosswise
//! first: from points of its outline straight across; the search then only has to look for something wider.

use geo_types::Polygon;
use std::collections::BinaryHeap;

/// A circle: centre in the polygon's coordinates, radius in scaled units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Centre, in the plane of the polygon.
    pub centre: [f64; 2],
    /// Radius in metres, when `scale` gives metres.
    pub radius: f64,
}

/// Squares looked at before the answer so far is taken: a bound on time for long strips of even width, where every
/// place along the strip is as good as another.
const MOST_SQUARES: usize = 5_000;
/// What the branch and bound may leave on the table, as a share of the radius; the climb afterwards gains most of it.
const SLACK: f64 = 0.01;

/// From this ratio of squared outline length to area on (a rectangle 25 times longer than wide) a zone is a sliver.
const SLIVER: f64 = 108.0;
/// Places measured across a sliver at most.
const MOST_CROSSINGS: usize = 3_000;
/// Squares looked at in a sliver beyond that.
const FEWER_SQUARES: usize = 400;
/// Radius in metres below which measuring across is enough: a hair's breadth of survey work.
const HAIR: f64 = 0.005;
/// Widest places of a sliver that climb.
const CLIMBERS: usize = 3;

/// The largest circle inside `polygon`. `scale` is metres per plane unit, east and north.
///
/// The radius is never too large; it is below the true one by at most 1 % (and for very long even strips, see the
/// source, by what one of 5,000 squares leaves open).
pub fn inscribed_circle(polygon: &Polygon<f64>, scale: [f64; 2]) -> Circle {
    // Coordinates near zero keep their last digits.
    let origin = polygon
        .exterior()
        .0
        .first()
        .map_or([0.0, 0.0], |c| [c.x, c.y]);
    let local =
        |c: &geo_types::Coord<f64>| [(c.x - origin[0]) * scale[0], (c.y - origin[1]) * scale[1]];
    let mut edges: Vec<Edge> = Vec::new();
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        edges.extend(ring.0.windows(2).map(|w| [local(&w[0]), local(&w[1])]));
    }
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for e in &edges {
        for k in 0..2 {
            low[k] = low[k].min(e[0][k]);
            high[k] = high[k].max(e[0][k]);
        }
    }
    if edges.len() < 3 || !(high[0] > low[0] && high[1] > low[1]) {
        return Circle {
            centre: origin,
            radius: 0.0,
        };
    }
    let length: f64 = edges
        .iter()
        .map(|e| (e[1][0] - e[0][0]).hypot(e[1][1] - e[0][1]))
        .sum();
    let twice_area: f64 = edges
        .iter()
        .map(|e| e[0][0] * e[1][1] - e[0][1] * e[1][0])
        .sum();
    let (centre, radius) = if 2.0 * length * length > SLIVER * twice_area.abs() {
        let measured = across(&edges, twice_area.signum());
        if measured.1 < HAIR {
            measured
        } else {
            search(&edges, low, high, Some(measured), FEWER_SQUARES)
        }
    } else {
        search(&edges, low, high, None, MOST_SQUARES)
    };
    Circle {
        centre: [
            origin[0] + centre[0] / scale[0],
            origin[1] + centre[1] / scale[1],
        ],
        radius,
    }
}

type Edge = [[f64; 2]; 2];

struct Square {
    centre: [f64; 2],
    half: f64,
    inside: bool,
    distance: f64,
    near: Vec<u32>,
}

impl Square {
    /// No circle with its centre in this square is larger.
    fn bound(&self) -> f64 {
        let reach = self.half * std::f64::consts::SQRT_2;
        if self.inside {
            self.distance + reach
        } else {
            reach - self.distance
        }
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Square {}
impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Square {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bound()
            .total_cmp(&other.bound())
            .then_with(|| self.centre[0].total_cmp(&other.centre[0]))
    }
}

fn search(
    edges: &[Edge],
    low: [f64; 2],
    high: [f64; 2],
    known: Option<([f64; 2], f64)>,
    most: usize,
) -> ([f64; 2], f64) {
    let centre = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let half = (high[0] - low[0]).max(high[1] - low[1]) / 2.0;
    let all: Vec<u32> = (0..edges.len() as u32).collect();
    // From a point surely outside, left of everything.
    let far = [low[0] - half - 1.0, centre[1] + half * 1e-3];
    let inside = crossings(edges, &all, far, centre) % 2 == 1;
    let root = square(edges, &all, centre, half, inside);
    let mut best = if inside {
        (centre, root.distance)
    } else {
        (centre, 0.0)
    };
    if let Some(known) = known.filter(|k| k.1 > best.1) {
        best = known;
    }
    let mut heap = BinaryHeap::from([root]);
    let mut looked = 0;
    while let Some(s) = heap.pop() {
        if s.bound() <= best.1 * (1.0 + SLACK) || looked > most {
            break;
        }
        let half = s.half / 2.0;
        for (kx, ky) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            let c = [s.centre[0] + kx * half, s.centre[1] + ky * half];
            let inside = s.inside ^ (crossings(edges, &s.near, s.centre, c) % 2 == 1);
            let child = square(edges, &s.near, c, half, inside);
            if inside && child.distance > best.1 {
                best = (c, child.distance);
            }
            looked += 1;
            if child.bound() > best.1 * (1.0 + SLACK) {
                heap.push(child);
            }
        }
    }
    climb(edges, best, SLACK)
}

/// The widest place of a sliver, as far as measuring across it tells: from the middle of each edge and from close to its
/// ends, where widths turn; the widest of these are then followed along their edge.
fn across(edges: &[Edge], left: f64) -> ([f64; 2], f64) {
    let every = (3 * edges.len()).div_ceil(MOST_CROSSINGS);
    let mut places: Vec<(usize, f64, f64)> = Vec::new();
    for i in (0..edges.len()).step_by(every) {
        for t in [0.02, 0.5, 0.98] {
            if let Some((_, width)) = middle(edges, i, t, left) {
                places.push((i, t, width));
            }
        }
    }
    places.sort_by(|a, b| b.2.total_cmp(&a.2));
    let width_at = |i: usize, t: f64| middle(edges, i, t, left).map_or(0.0, |m| m.1);
    places
        .iter()
        .take(CLIMBERS)
        .filter_map(|&(i, t, _)| {
            // Golden section between the neighbouring samples.
            let (mut low, mut high) = ((t - 0.48f64).max(0.0), (t + 0.48f64).min(1.0));
            let shrink = (5.0f64.sqrt() - 1.0) / 2.0;
            for _ in 0..24 {
                let (p, q) = (high - shrink * (high - low), low + shrink * (high - low));
                if width_at(i, p) < width_at(i, q) {
                    low = p
                } else {
                    high = q
                }
            }
            let followed = middle(edges, i, (low + high) / 2.0, left);
            let sampled = middle(edges, i, t, left);
            followed
                .into_iter()
                .chain(sampled)
                .max_by(|a, b| a.1.total_cmp(&b.1))
        })
        // A hair's breadth needs no more digits.
        .map(|place| {
            if place.1 < HAIR {
                place
            } else {
                climb(edges, place, 0.25)
            }
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((edges[0][0], 0.0))
}

/// The middle of the way across from edge `i` at share `t`, with its clearance. `left` is 1 when the zone lies at the
/// left of its edges, else -1.
fn middle(edges: &[Edge], i: usize, t: f64, left: f64) -> Option<([f64; 2], f64)> {
    let [a, b] = edges[i];
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return None;
    }
    let from = [a[0] + t * dx, a[1] + t * dy];
    let way = [-dy / length * left, dx / length * left];
    let across = edges
        .iter()
        .filter_map(|e| hit(from, way, *e))
        .fold(f64::INFINITY, f64::min);
    if !across.is_finite() {
        return None;
    }
    let centre = [
        from[0] + way[0] * across / 2.0,
        from[1] + way[1] * across / 2.0,
    ];
    let clearance = edges
        .iter()
        .map(|e| distance(centre, e[0], e[1]))
        .fold(f64::INFINITY, f64::min);
    Some((centre, clearance))
}

/// How far along `direction` (of length 1) from `p` the edge is met, if it is met beyond `p` itself.
fn hit(p: [f64; 2], direction: [f64; 2], [a, b]: Edge) -> Option<f64> {
    let (ex, ey) = (b[0] - a[0], b[1] - a[1]);
    let det = direction[0] * ey - direction[1] * ex;
    let (ax, ay) = (a[0] - p[0], a[1] - p[1]);
    let along = (ax * ey - ay * ex) / det;
    let at = (ax * direction[1] - ay * direction[0]) / det;
    // An edge that is parallel gives no number and fails; the own edge gives (almost) nothing along.
    let size = ex.abs() + ey.abs();
    (along > 1e-9 * size && (0.0..=1.0).contains(&at)).then_some(along)
}

/// A square with its distance from the outline and the edges that may be nearest to a point of it.
fn square(edges: &[Edge], from: &[u32], centre: [f64; 2], half: f64, inside: bool) -> Square {
    let distances: Vec<f64> = from
        .iter()
        .map(|&i| distance(centre, edges[i as usize][0], edges[i as usize][1]))
        .collect();
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let reach = nearest + 2.0 * half * std::f64::consts::SQRT_2;
    let near = from
        .iter()
        .zip(&distances)
        .filter(|&(_, &d)| d <= reach)
        .map(|(&i, _)| i)
        .collect();
    Square {
        centre,
        half,
        inside,
        distance: nearest,
        near,
    }
}

/// Moves the centre uphill in ever smaller steps, the first one this share of the radius.
fn climb(edges: &[Edge], (mut at, mut radius): ([f64; 2], f64), first: f64) -> ([f64; 2], f64) {
    // On a way of half a radius no edge farther than two radii can come nearest.
    let (start, reach) = (at, radius / 2.0);
    let near: Vec<&Edge> = edges
        .iter()
        .filter(|e| distance(at, e[0], e[1]) <= 2.0 * radius)
        .collect();
    let clearance = |p: [f64; 2]| {
        near.iter()
            .map(|e| distance(p, e[0], e[1]))
            .fold(f64::INFINITY, f64::min)
    };
    let mut step = radius * first;
    let least = radius * 1e-6;
    while step > least {
        let better = (0..16)
            .map(|k| {
                let (s, c) = (f64::from(k) * std::f64::consts::TAU / 16.0).sin_cos();
                let p = [at[0] + step * c, at[1] + step * s];
                (p, clearance(p))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1));
        match better {
            Some((p, r)) if r > radius && (p[0] - start[0]).hypot(p[1] - start[1]) < reach => {
                (at, radius) = (p, r)
            }
            _ => step /= 2.0,
        }
    }
    (at, radius)
}

/// How many edges the way from `p` to `q` crosses.
fn crossings(edges: &[Edge], among: &[u32], p: [f64; 2], q: [f64; 2]) -> usize {
    let side = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| {
        (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
    };
    among
        .iter()
        .filter(|&&i| {
            let [a, b] = edges[i as usize];
            side(p, q, a) != side(p, q, b) && side(a, b, p) != side(a, b, q)
        })
        .count()
}

/// Distance of a point from a segment.
pub(crate) fn distance(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 {
        ((px * dx + py * dy) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (px - t * dx).hypot(py - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::polygon;
    use proptest::prelude::*;

    fn width(p: &Polygon<f64>) -> f64 {
        2.0 * inscribed_circle(p, [1.0, 1.0]).radius
    }

    #[test]
    fn known_widths() {
        let square = polygon![(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.), (x: 0., y: 4.)];
        assert!((width(&square) - 4.0).abs() < 1e-5);
        let strip =
            polygon![(x: 0., y: 0.), (x: 1000., y: 0.), (x: 1000., y: 0.3), (x: 0., y: 0.3)];
        assert!((width(&strip) - 0.3).abs() < 3e-6, "{}", width(&strip));
        // A wedge a kilometre long: the inscribed circle of the triangle, which sits near its thick end.
        let wedge = polygon![(x: 0., y: 0.), (x: 1000., y: 0.), (x: 1000., y: 0.5)];
        let exact = (1000.0 + 0.5 - 1000.0f64.hypot(0.5)) / 2.0;
        assert!(
            (width(&wedge) / 2.0 - exact).abs() < 1e-4 * exact,
            "{} {exact}",
            width(&wedge) / 2.0
        );
        // A crooked sliver with a bulge in the middle, 0.8 wide where the edges are a tenth of that elsewhere.
        let bulge = polygon![(x: 0., y: 0.), (x: 100., y: 10.), (x: 150., y: 10.), (x: 151., y: 9.6), (x: 152., y: 10.),
            (x: 300., y: 0.), (x: 300., y: 0.08), (x: 152., y: 10.08), (x: 151., y: 10.4), (x: 150., y: 10.08), (x: 100., y: 10.08), (x: 0., y: 0.08)];
        assert!((0.6..0.8).contains(&width(&bulge)), "{}", width(&bulge));
        let triangle = polygon![(x: 0., y: 0.), (x: 3., y: 0.), (x: 0., y: 4.)];
        assert!((width(&triangle) - 2.0).abs() < 1e-5);
        let ring = polygon!(exterior: [(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 0., y: 10.)],
            interiors: [[(x: 1., y: 1.), (x: 1., y: 8.), (x: 8., y: 8.), (x: 8., y: 1.)]]);
        // The corner opposite: circle between the hole's corner (8,8) and the two outer sides.
        let d = 2.0 * (2.0 * std::f64::consts::SQRT_2) / (1.0 + std::f64::consts::SQRT_2);
        assert!((width(&ring) - d).abs() < 1e-4, "{} {d}", width(&ring));
    }

    #[test]
    fn scale_counts() {
        let strip = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 1.)];
        let c = inscribed_circle(&strip, [10.0, 2.0]);
        assert!((2.0 * c.radius - 2.0).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn no_sampled_circle_is_larger(radii in prop::collection::vec(1.0f64..10.0, 5..40), turn in 0.0f64..6.0) {
            let n = radii.len() as f64;
            let pts: Vec<(f64, f64)> = radii.iter().enumerate()
                .map(|(i, r)| { let a = turn + i as f64 / n * std::f64::consts::TAU; (500.0 + r * a.cos(), r * a.sin()) }).collect();
            let p = Polygon::new(pts.into(), vec![]);
            let c = inscribed_circle(&p, [1.0, 1.0]);
            let edges: Vec<Edge> = p.exterior().0.windows(2).map(|w| [[w[0].x, w[0].y], [w[1].x, w[1].y]]).collect();
            let all: Vec<u32> = (0..edges.len() as u32).collect();
            let depth = |q: [f64; 2]| {
                let d = edges.iter().map(|e| distance(q, e[0], e[1])).fold(f64::INFINITY, f64::min);
                if crossings(&edges, &all, [400.0, 0.123], q) % 2 == 1 { d } else { -d }
            };
            prop_assert!((depth(c.centre) - c.radius).abs() < 1e-9 * c.radius.max(1.0));
            for i in 0..40 { for j in 0..40 {
                let q = [490.0 + f64::from(i) * 0.5, -10.0 + f64::from(j) * 0.5];
                prop_assert!(depth(q) <= c.radius * 1.0101);
            }}
        }
    }
}
