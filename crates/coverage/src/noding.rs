//! Snap rounding: after [`node`] segments meet at common end points only.
//!
//! Rounding can carry a segment into the pixel of a vertex that it had passed by, so rounds follow until none does
//! (D. Halperin, E. Packer, Iterated snap rounding, Computational Geometry 23, 2002): no vertex is then nearer to a
//! foreign segment than half a step.
//!
//! Hot pixels are those of all end points and of all rounded crossings; every segment is led through the centres of
//! the hot pixels that it passes, in order. (J. D. Hobby, Practical segment intersection with finite precision output,
//! Computational Geometry 13, 1999.) Equal input segments move alike, so edges that neighbours share stay shared.
//!
//! Pairs are found in horizontal strips, each swept by x on its own; a clean coverage costs one look at each segment's
//! neighbourhood.

use crate::grid::{Pt, crossing, passes_pixel};
use crate::segments::Segments;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Segments that cross in their interiors: numbers into the segments given, and the pixel of the crossing.
pub(crate) struct Crossing {
    pub s: u32,
    pub t: u32,
    pub at: Pt,
}

/// Nodes the segments. `crossed` hears of every proper crossing between the *input* segments.
pub(crate) fn node(segments: Segments, mut crossed: impl FnMut(&Segments, &Crossing)) -> Segments {
    let (mut segments, mut changed) = round(segments, &mut crossed);
    while changed {
        (segments, changed) = round(segments, &mut |_, _| {});
    }
    segments
}

/// One round of snap rounding; tells whether any segment was split.
fn round(segments: Segments, crossed: &mut dyn FnMut(&Segments, &Crossing)) -> (Segments, bool) {
    let strips = Strips::new(&segments);
    let (mut hits, crossings) = strips.meetings(&segments);
    for c in &crossings {
        crossed(&segments, c);
    }
    // Crossings whose pixel no vertex occupies are new hot pixels: other segments may pass them as well.
    let mut segments = segments;
    let mut number: FxHashMap<Pt, u32> = FxHashMap::default();
    if !crossings.is_empty() {
        let wanted: FxHashSet<Pt> = crossings.iter().map(|c| c.at).collect();
        for (i, p) in segments.pts.iter().enumerate() {
            if wanted.contains(p) {
                number.insert(*p, i as u32);
            }
        }
        let mut fresh: Vec<Pt> = wanted
            .into_iter()
            .filter(|p| !number.contains_key(p))
            .collect();
        fresh.par_sort_unstable();
        for &p in &fresh {
            number.insert(p, segments.pts.len() as u32);
            segments.pts.push(p);
        }
        for c in &crossings {
            let n = number[&c.at];
            hits.push((c.s, n));
            hits.push((c.t, n));
        }
        let extra = strips.passings(&segments, &fresh);
        hits.extend(extra.into_iter().map(|(s, p)| (s, number[&p])));
    }
    if hits.is_empty() {
        return (segments, false);
    }
    hits.par_sort_unstable();
    hits.dedup();
    (split(segments, &hits), true)
}

/// Leads each hit segment through its hits.
fn split(segments: Segments, hits: &[(u32, u32)]) -> Segments {
    let mut raw = Vec::with_capacity(segments.owners.len() + 2 * hits.len());
    let mut h = 0;
    let mut path: Vec<u32> = Vec::new();
    for i in 0..segments.ends.len() {
        let [a, b] = segments.ends[i];
        path.clear();
        while h < hits.len() && hits[h].0 as usize == i {
            if hits[h].1 != a && hits[h].1 != b {
                path.push(hits[h].1);
            }
            h += 1;
        }
        if !path.is_empty() {
            let (pa, pb) = segments.pair(i);
            // The pixels a segment passes follow each other monotonously in x and in y.
            let (sx, sy) = ((pb.x - pa.x).signum(), (pb.y - pa.y).signum());
            path.sort_unstable_by_key(|&n| {
                let p = segments.pts[n as usize];
                (sx * p.x, sy * p.y)
            });
        }
        let mut from = a;
        for &to in path.iter().chain(std::iter::once(&b)) {
            for &ring in segments.rings(i) {
                raw.push((from.min(to), from.max(to), ring));
            }
            from = to;
        }
    }
    Segments::collect(segments.pts, raw, |_, _| {})
}

/// Horizontal strips with about equally many segments each.
struct Strips {
    /// Lower bounds of the strips, ascending; the first reaches down without end.
    floors: Vec<i64>,
    /// Segments of each strip, sorted by their west end.
    members: Vec<Vec<Box2>>,
}

/// A segment's box.
#[derive(Clone, Copy)]
struct Box2 {
    west: i64,
    east: i64,
    south: i64,
    north: i64,
    segment: u32,
}

/// Segments to a strip; fewer strips than this asks for when long segments would stand in too many.
const PER_STRIP: usize = 512;

impl Strips {
    fn new(segments: &Segments) -> Strips {
        let n = segments.ends.len();
        let boxes: Vec<Box2> = (0..n)
            .into_par_iter()
            .map(|i| {
                let (a, b) = segments.pair(i);
                Box2 {
                    west: a.x.min(b.x),
                    east: a.x.max(b.x),
                    south: a.y.min(b.y),
                    north: a.y.max(b.y),
                    segment: i as u32,
                }
            })
            .collect();
        // Quantiles of a regular sample.
        let every = (n / 65_536).max(1);
        let mut sample: Vec<i64> = boxes.iter().step_by(every).map(|b| b.south).collect();
        sample.sort_unstable();
        let mut count = n / PER_STRIP + 1;
        let floors = loop {
            let mut floors: Vec<i64> = (1..count)
                .map(|k| sample[k * sample.len() / count])
                .collect();
            floors.dedup();
            floors.insert(0, i64::MIN);
            let places: usize = boxes
                .par_iter()
                .map(|b| span(&floors, b.south, b.north).len())
                .sum();
            if places <= 4 * n + 16 || count == 1 {
                break floors;
            }
            count /= 2;
        };
        let mut members: Vec<Vec<Box2>> = vec![Vec::new(); floors.len()];
        for b in &boxes {
            for k in span(&floors, b.south, b.north) {
                members[k].push(*b);
            }
        }
        members
            .par_iter_mut()
            .for_each(|m| m.sort_unstable_by_key(|b| (b.west, b.segment)));
        Strips { floors, members }
    }

    /// Vertices in the interior of segments (as point numbers), and proper crossings.
    fn meetings(&self, segments: &Segments) -> (Vec<(u32, u32)>, Vec<Crossing>) {
        self.members
            .par_iter()
            .enumerate()
            .map(|(k, members)| {
                let mut hits = Vec::new();
                let mut crossings = Vec::new();
                for (i, s) in members.iter().enumerate() {
                    for t in members[i + 1..].iter().take_while(|t| t.west <= s.east) {
                        let south = s.south.max(t.south);
                        if south > s.north.min(t.north) {
                            continue;
                        }
                        // A pair may stand in several strips; the one that holds its upper south end speaks.
                        if south < self.floors[k]
                            || self.floors.get(k + 1).is_some_and(|&f| south >= f)
                        {
                            continue;
                        }
                        meet(segments, s.segment, t.segment, &mut hits, &mut crossings);
                    }
                }
                (hits, crossings)
            })
            .reduce(
                || (Vec::new(), Vec::new()),
                |(mut h, mut c), (h2, c2)| {
                    h.extend(h2);
                    c.extend(c2);
                    (h, c)
                },
            )
    }

    /// Segments that pass the pixels of `points` (sorted) without ending there.
    fn passings(&self, segments: &Segments, points: &[Pt]) -> Vec<(u32, Pt)> {
        let mut wanted: Vec<Vec<Pt>> = vec![Vec::new(); self.floors.len()];
        for &p in points {
            for k in span(&self.floors, p.y, p.y) {
                wanted[k].push(p);
            }
        }
        self.members
            .par_iter()
            .zip(&wanted)
            .flat_map_iter(|(members, points)| {
                let mut out = Vec::new();
                if !points.is_empty() {
                    for s in members {
                        let first = points.partition_point(|p| p.x < s.west);
                        for &p in points[first..].iter().take_while(|p| p.x <= s.east) {
                            let (a, b) = segments.pair(s.segment as usize);
                            if passes_pixel(a, b, p) {
                                out.push((s.segment, p));
                            }
                        }
                    }
                }
                out
            })
            .collect()
    }
}

/// The strips that `south..=north` touches.
fn span(floors: &[i64], south: i64, north: i64) -> std::ops::Range<usize> {
    let first = floors.partition_point(|&f| f <= south) - 1;
    let last = floors.partition_point(|&f| f <= north);
    first..last
}

/// How two segments whose boxes meet touch each other.
fn meet(
    segments: &Segments,
    s: u32,
    t: u32,
    hits: &mut Vec<(u32, u32)>,
    crossings: &mut Vec<Crossing>,
) {
    let [a, b] = segments.ends[s as usize];
    let [c, d] = segments.ends[t as usize];
    let (pa, pb) = segments.pair(s as usize);
    let (pc, pd) = segments.pair(t as usize);
    for (n, p) in [(c, pc), (d, pd)] {
        if n != a && n != b && passes_pixel(pa, pb, p) {
            hits.push((s, n));
        }
    }
    for (n, p) in [(a, pa), (b, pb)] {
        if n != c && n != d && passes_pixel(pc, pd, p) {
            hits.push((t, n));
        }
    }
    if a == c || a == d || b == c || b == d {
        return;
    }
    if let Some(at) = crossing(pa, pb, pc, pd) {
        crossings.push(Crossing { s, t, at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::crossing;
    use proptest::prelude::*;

    fn of(lines: &[(Pt, Pt)]) -> Segments {
        let mut pts: Vec<Pt> = lines.iter().flat_map(|&(a, b)| [a, b]).collect();
        pts.sort();
        pts.dedup();
        let find = |p: Pt| pts.binary_search(&p).unwrap() as u32;
        let raw = lines
            .iter()
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(i, &(a, b))| (find(a).min(find(b)), find(a).max(find(b)), i as u32))
            .collect();
        Segments::collect(pts, raw, |_, _| {})
    }

    fn point(m: i64) -> impl Strategy<Value = Pt> {
        (0..m, 0..m).prop_map(|(x, y)| Pt { x, y })
    }

    fn noded_is_noded(lines: &[(Pt, Pt)]) {
        let noded = node(of(lines), |_, _| {});
        for i in 0..noded.ends.len() {
            let (a, b) = noded.pair(i);
            for p in noded.ends.iter().flatten().map(|&n| noded.pts[n as usize]) {
                if p != a && p != b {
                    assert!(!passes_pixel(a, b, p), "{a:?}-{b:?} passes {p:?}");
                }
            }
            for j in 0..i {
                let (c, d) = noded.pair(j);
                assert!(
                    crossing(a, b, c, d).is_none(),
                    "{a:?}-{b:?} crosses {c:?}-{d:?}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn dense_lines_are_noded(lines in prop::collection::vec((point(12), point(12)), 1..14)) {
            noded_is_noded(&lines);
        }
        #[test]
        fn wide_lines_are_noded(lines in prop::collection::vec((point(1 << 39), point(1 << 39)), 1..14)) {
            noded_is_noded(&lines);
        }
        #[test]
        fn order_does_not_matter(lines in prop::collection::vec((point(40), point(40)), 1..14)) {
            let mut turned: Vec<_> = lines.iter().map(|&(a, b)| (b, a)).collect();
            turned.reverse();
            let edges = |s: Segments| {
                let mut e: Vec<(Pt, Pt)> = (0..s.ends.len()).map(|i| { let (a, b) = s.pair(i); (a.min(b), a.max(b)) }).collect();
                e.sort();
                e
            };
            prop_assert_eq!(edges(node(of(&lines), |_, _| {})), edges(node(of(&turned), |_, _| {})));
        }
    }
}
