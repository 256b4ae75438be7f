//! The planar subdivision: half-edges, faces, and which face each separate piece of linework lies in.
//!
//! Half-edge `2e` runs from the first to the second end of edge `e`, `2e + 1` back; a half-edge belongs to the face at
//! its left. Every edge lies on rings whose ends meet, so there are no dangling edges: each face but the outer one has
//! exactly one counter-clockwise cycle, and clockwise cycles are outlines of linework that lies inside another face.

use crate::grid::{Pt, cross};
use crate::segments::Segments;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The face outside everything.
pub(crate) const OUTSIDE: u32 = 0;

/// The subdivision made by noded segments.
pub(crate) struct Arrangement {
    /// The noded segments; edge numbers are segment numbers.
    pub segments: Segments,
    /// Next half-edge along the same face, by half-edge.
    pub next: Vec<u32>,
    /// Face at the left, by half-edge.
    pub face: Vec<u32>,
    /// One half-edge of each cycle of each face: `cycles[first_cycle[f]..first_cycle[f + 1]]`.
    pub cycles: Vec<u32>,
    /// See [`Self::cycles`]; one more than there are faces.
    pub first_cycle: Vec<u32>,
}

impl Arrangement {
    /// Number of the point that half-edge `h` starts from.
    #[inline]
    pub fn origin(&self, h: u32) -> u32 {
        self.segments.ends[(h >> 1) as usize][(h & 1) as usize]
    }

    /// The point that half-edge `h` starts from.
    #[inline]
    pub fn start(&self, h: u32) -> Pt {
        self.segments.pts[self.origin(h) as usize]
    }

    /// Number of faces, the outer one included.
    pub fn faces(&self) -> usize {
        self.first_cycle.len() - 1
    }

    /// All half-edges around face `f`.
    pub fn around(&self, f: u32) -> impl Iterator<Item = u32> + '_ {
        let range =
            self.first_cycle[f as usize] as usize..self.first_cycle[f as usize + 1] as usize;
        self.cycles[range].iter().flat_map(move |&h0| {
            let mut h = Some(h0);
            std::iter::from_fn(move || {
                let now = h?;
                let n = self.next[now as usize];
                h = (n != h0).then_some(n);
                Some(now)
            })
        })
    }

    /// The half-edges from the point that `h` starts from, `h` first.
    pub fn spokes(&self, h: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(h), move |&g| {
            let next = self.next[(g ^ 1) as usize];
            (next != h).then_some(next)
        })
    }

    /// Builds the subdivision. The segments must be noded.
    pub fn new(segments: Segments) -> Arrangement {
        let next = successors(&segments);
        let n = next.len();
        let origin =
            |h: u32| segments.pts[segments.ends[(h >> 1) as usize][(h & 1) as usize] as usize];

        // Cycles, with twice their signed area and their least point.
        const NONE: u32 = u32::MAX;
        let mut cycle_of = vec![NONE; n];
        let mut cycles: Vec<Cycle> = Vec::new();
        for h0 in 0..n as u32 {
            if cycle_of[h0 as usize] != NONE {
                continue;
            }
            let number = cycles.len() as u32;
            let o = origin(h0);
            let mut c = Cycle {
                half_edge: h0,
                twice_area: 0,
                least: o,
            };
            let mut h = h0;
            loop {
                cycle_of[h as usize] = number;
                let to = next[h as usize];
                let (a, b) = (origin(h), origin(to));
                c.twice_area += cross(o, a, b);
                c.least = c.least.min(a);
                h = to;
                if h == h0 {
                    break;
                }
            }
            cycles.push(c);
        }

        // A counter-clockwise cycle opens a face; a clockwise one lies in the face right below its least point.
        let mut face_of_cycle = vec![NONE; cycles.len()];
        let mut faces = 1;
        for (i, c) in cycles.iter().enumerate() {
            if c.twice_area > 0 {
                face_of_cycle[i] = faces;
                faces += 1;
            }
        }
        let outlines: Vec<u32> = (0..cycles.len() as u32)
            .filter(|&i| cycles[i as usize].twice_area <= 0)
            .collect();
        let below = edges_below(
            &segments,
            &outlines
                .iter()
                .map(|&i| cycles[i as usize].least)
                .collect::<Vec<_>>(),
        );
        // The edge below belongs to linework that starts further west (or lower), so least points in order never wait.
        let mut order: Vec<usize> = (0..outlines.len()).collect();
        order.sort_unstable_by_key(|&k| cycles[outlines[k] as usize].least);
        for k in order {
            face_of_cycle[outlines[k] as usize] = match below[k] {
                None => OUTSIDE,
                Some(e) => {
                    // The half-edge that runs west to east has the face above it at its left.
                    let [a, b] = segments.ends[e as usize];
                    let eastward = if segments.pts[a as usize] < segments.pts[b as usize] {
                        2 * e
                    } else {
                        2 * e + 1
                    };
                    face_of_cycle[cycle_of[eastward as usize] as usize]
                }
            };
        }

        let face: Vec<u32> = cycle_of
            .iter()
            .map(|&c| face_of_cycle[c as usize])
            .collect();
        let mut first_cycle = vec![0u32; faces as usize + 1];
        for &f in &face_of_cycle {
            first_cycle[f as usize + 1] += 1;
        }
        for f in 0..faces as usize {
            first_cycle[f + 1] += first_cycle[f];
        }
        let mut at = first_cycle.clone();
        let mut starts = vec![0u32; cycles.len()];
        for (c, &f) in face_of_cycle.iter().enumerate() {
            starts[at[f as usize] as usize] = cycles[c].half_edge;
            at[f as usize] += 1;
        }
        Arrangement {
            segments,
            next,
            face,
            cycles: starts,
            first_cycle,
        }
    }
}

struct Cycle {
    half_edge: u32,
    twice_area: i128,
    least: Pt,
}

/// For each half-edge the next one along its left face: at its end, the clockwise neighbour of its way back.
fn successors(segments: &Segments) -> Vec<u32> {
    let n = segments.ends.len();
    let mut first = vec![0u32; segments.pts.len() + 1];
    for ends in &segments.ends {
        first[ends[0] as usize + 1] += 1;
        first[ends[1] as usize + 1] += 1;
    }
    for i in 1..first.len() {
        first[i] += first[i - 1];
    }
    let mut out = vec![0u32; 2 * n];
    let mut at = first.clone();
    for (e, ends) in segments.ends.iter().enumerate() {
        for (side, &v) in ends.iter().enumerate() {
            let v = v as usize;
            out[at[v] as usize] = (2 * e + side) as u32;
            at[v] += 1;
        }
    }
    let mut next = vec![0u32; 2 * n];
    for v in 0..segments.pts.len() {
        let around = &mut out[first[v] as usize..first[v + 1] as usize];
        if around.len() > 2 {
            let o = segments.pts[v];
            let to = |h: u32| {
                segments.pts[segments.ends[(h >> 1) as usize][1 - (h & 1) as usize] as usize]
            };
            around.sort_unstable_by(|&g, &h| by_angle(o, to(g), to(h)));
        }
        for i in 0..around.len() {
            let clockwise = around[(i + around.len() - 1) % around.len()];
            next[(around[i] ^ 1) as usize] = clockwise;
        }
    }
    next
}

/// Counter-clockwise order of directions from `o`, starting eastward. Exact.
fn by_angle(o: Pt, a: Pt, b: Pt) -> Ordering {
    let lower = |p: Pt| p.y < o.y || (p.y == o.y && p.x < o.x);
    lower(a).cmp(&lower(b)).then_with(|| 0.cmp(&cross(o, a, b)))
}

/// For each point the edge next below it, seen just west of it; its own linework reaches no further west.
fn edges_below(segments: &Segments, points: &[Pt]) -> Vec<Option<u32>> {
    let mut order: Vec<u32> = (0..points.len() as u32).collect();
    order.sort_unstable_by_key(|&i| points[i as usize]);
    let xs: Vec<i64> = order.iter().map(|&i| points[i as usize].x).collect();
    let merge = |mut a: Vec<Option<u32>>, b: Vec<Option<u32>>| {
        for (i, e) in b.into_iter().enumerate() {
            a[i] = higher(segments, points[i].x, a[i], e);
        }
        a
    };
    let chunk = (segments.ends.len() / rayon::current_num_threads().max(1)).max(4096);
    segments
        .ends
        .par_chunks(chunk)
        .enumerate()
        .map(|(c, ends)| {
            let mut best: Vec<Option<u32>> = vec![None; points.len()];
            for (i, ends) in ends.iter().enumerate() {
                let (a, b) = (
                    segments.pts[ends[0] as usize],
                    segments.pts[ends[1] as usize],
                );
                let (west, east) = (a.min(b), a.max(b));
                // Points with west.x < x <= east.x; a vertical edge has none.
                let from = xs.partition_point(|&x| x <= west.x);
                for k in from..xs.len() {
                    if xs[k] > east.x {
                        break;
                    }
                    let q = order[k] as usize;
                    let p = points[q];
                    if p.y <= west.y && p.y <= east.y {
                        continue;
                    }
                    if cross(west, east, p) > 0 {
                        best[q] = higher(segments, p.x, best[q], Some((c * chunk + i) as u32));
                    }
                }
            }
            best
        })
        .reduce(|| vec![None; points.len()], merge)
}

/// Of two noded edges that both span `x`, the one that is higher just west of it.
fn higher(segments: &Segments, x: i64, e: Option<u32>, f: Option<u32>) -> Option<u32> {
    let (Some(i), Some(j)) = (e, f) else {
        return e.or(f);
    };
    if i == j {
        return e;
    }
    let line = |e: u32| {
        let (a, b) = segments.pair(e as usize);
        (a.min(b), a.max(b))
    };
    let ((a, b), (c, d)) = (line(i), line(j));
    // They do not cross, so the end that lies between the other's ends tells: first the later west end, then, when
    // they start together, the slopes; seen from the west of `x` both have begun.
    let above = if a == c {
        cross(a, b, d) < 0
    } else if a.x > c.x || (a.x == c.x && x > a.x) {
        match cross(c, d, a).signum() {
            0 => cross(c, d, b) > 0,
            s => s > 0,
        }
    } else {
        match cross(a, b, c).signum() {
            0 => cross(a, b, d) < 0,
            s => s < 0,
        }
    };
    if above { e } else { f }
}
