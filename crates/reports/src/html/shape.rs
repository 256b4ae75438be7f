//! Areas and lines as SVG paths: cut to the drawing, with no more points than the paper shows.

use geo_types::{Coord, Geometry, LineString, MultiPolygon};

use super::frame::Frame;

/// Points nearer than this to the one before are left out, mm.
const FINEST: f64 = 0.08;
/// Drawn beyond the frame, mm, so that cut edges stay out of sight.
const BEYOND: f64 = 4.0;

/// A ring in drawing units, cut to the frame; empty when nothing is in it.
pub fn ring(frame: &Frame, line: &LineString<f64>) -> Vec<Coord<f64>> {
    let mut points: Vec<Coord<f64>> = Vec::new();
    for &c in &line.0 {
        let p = frame.to(c);
        if points
            .last()
            .is_none_or(|q| (p.x - q.x).abs() > FINEST || (p.y - q.y).abs() > FINEST)
        {
            points.push(p);
        }
    }
    if points.len() > 1 && points[0] == points[points.len() - 1] {
        points.pop();
    }
    if points.len() < 3 {
        // Too small for the paper: shown as a dot by its first point, by a tiny triangle.
        let Some(&p) = points.first() else {
            return points;
        };
        points = vec![
            p,
            Coord {
                x: p.x + FINEST,
                y: p.y,
            },
            Coord {
                x: p.x,
                y: p.y + FINEST,
            },
        ];
    }
    let sides: [fn(&Coord<f64>, &Frame) -> f64; 4] = [
        |p, _| p.x + BEYOND,
        |p, f| f.width + BEYOND - p.x,
        |p, _| p.y + BEYOND,
        |p, f| f.height + BEYOND - p.y,
    ];
    // Sutherland and Hodgman: one side of the rectangle after the other.
    for side in sides {
        let mut kept = Vec::with_capacity(points.len());
        for k in 0..points.len() {
            let (a, b) = (points[k], points[(k + 1) % points.len()]);
            let (da, db) = (side(&a, frame), side(&b, frame));
            if da >= 0.0 {
                kept.push(a);
            }
            if (da >= 0.0) != (db >= 0.0) {
                let t = da / (da - db);
                kept.push(Coord {
                    x: a.x + (b.x - a.x) * t,
                    y: a.y + (b.y - a.y) * t,
                });
            }
        }
        points = kept;
    }
    points
}

/// The rings of an area that are in sight.
pub fn rings(frame: &Frame, area: &MultiPolygon<f64>) -> Vec<Vec<Coord<f64>>> {
    area.iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
        .map(|r| ring(frame, r))
        .filter(|r| r.len() > 2)
        .collect()
}

/// Rings as the `d` of a path.
pub fn path(rings: &[Vec<Coord<f64>>]) -> String {
    let mut d = String::new();
    for ring in rings {
        for (k, p) in ring.iter().enumerate() {
            d += &format!("{}{:.2} {:.2}", if k == 0 { "M" } else { "L" }, p.x, p.y);
        }
        d.push('Z');
    }
    d
}

/// A line as the `d` of a path; pieces far out of the frame are left out.
pub fn stroke(frame: &Frame, line: &LineString<f64>) -> String {
    let mut d = String::new();
    let mut last: Option<Coord<f64>> = None;
    let mut pen = false;
    for &c in &line.0 {
        let p = frame.to(c);
        if let Some(q) = last {
            if (p.x - q.x).abs() < FINEST && (p.y - q.y).abs() < FINEST {
                continue;
            }
            let seen = p.x.max(q.x) > -BEYOND
                && p.x.min(q.x) < frame.width + BEYOND
                && p.y.max(q.y) > -BEYOND
                && p.y.min(q.y) < frame.height + BEYOND;
            if seen {
                if !pen {
                    d += &format!("M{:.2} {:.2}", q.x.clamp(-1e4, 1e4), q.y.clamp(-1e4, 1e4));
                }
                d += &format!("L{:.2} {:.2}", p.x.clamp(-1e4, 1e4), p.y.clamp(-1e4, 1e4));
            }
            pen = seen;
        }
        last = Some(p);
    }
    d
}

/// Whether a point of the drawing lies in the rings, counted even-odd as they are painted.
pub fn inside(rings: &[Vec<Coord<f64>>], p: Coord<f64>) -> bool {
    let mut odd = false;
    for ring in rings {
        for k in 0..ring.len() {
            let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
            if (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) {
                odd = !odd;
            }
        }
    }
    odd
}

/// Distance of a point to the nearest edge of the rings, mm.
pub fn to_edge(rings: &[Vec<Coord<f64>>], p: Coord<f64>) -> f64 {
    let mut best = f64::INFINITY;
    for ring in rings {
        for k in 0..ring.len() {
            let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let l2 = dx * dx + dy * dy;
            let t = if l2 > 0.0 {
                (((p.x - a.x) * dx + (p.y - a.y) * dy) / l2).clamp(0.0, 1.0)
            } else {
                0.0
            };
            best = best.min((p.x - a.x - t * dx).hypot(p.y - a.y - t * dy));
        }
    }
    best
}

/// The box of a geometry in degrees; none when it has no finite coordinate.
pub fn bounds(geometry: &Geometry<f64>) -> Option<(Coord<f64>, Coord<f64>)> {
    use geo_types::Geometry as G;
    let mut all: Vec<Coord<f64>> = Vec::new();
    fn gather(g: &Geometry<f64>, all: &mut Vec<Coord<f64>>) {
        match g {
            G::Point(p) => all.push(p.0),
            G::MultiPoint(m) => all.extend(m.0.iter().map(|p| p.0)),
            G::Line(l) => all.extend([l.start, l.end]),
            G::LineString(l) => all.extend(&l.0),
            G::MultiLineString(m) => m.0.iter().for_each(|l| all.extend(&l.0)),
            G::Polygon(p) => all.extend(&p.exterior().0),
            G::MultiPolygon(m) => m.0.iter().for_each(|p| all.extend(&p.exterior().0)),
            G::Rect(r) => all.extend([r.min(), r.max()]),
            G::Triangle(t) => all.extend(t.to_array()),
            G::GeometryCollection(c) => c.0.iter().for_each(|g| gather(g, all)),
        }
    }
    gather(geometry, &mut all);
    box_of(all.into_iter())
}

/// The box of points; none when there is no finite one.
pub fn box_of(points: impl Iterator<Item = Coord<f64>>) -> Option<(Coord<f64>, Coord<f64>)> {
    points
        .filter(|c| c.x.is_finite() && c.y.is_finite())
        .fold(None, |found, c| {
            let (low, high) = found.unwrap_or((c, c));
            Some((
                Coord {
                    x: c.x.min(low.x),
                    y: c.y.min(low.y),
                },
                Coord {
                    x: c.x.max(high.x),
                    y: c.y.max(high.y),
                },
            ))
        })
}
