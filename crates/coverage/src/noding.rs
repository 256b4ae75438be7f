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
//! Pairs are found by boxes over runs of segments ([`crate::boxes`]); a clean coverage costs one look at each segment's
//! neighbourhood. Being led through pixels moves a segment by less than a step, so rounds after the first look only at
//! pieces of segments that had passed some vertex closely; there are hardly any, except where lines lie on each other.

use crate::boxes::{Box2, Boxes, FAN, leaf_members};
use crate::grid::{Pt, crossing, passes_closely, passes_pixel};
use crate::numbering::Curve;
use crate::segments::{Run, Segments};
use rayon::prelude::*;
use std::ops::Range;

/// Steps around a segment within which vertices pass it closely: see [`passes_closely`].
const MARGIN: i64 = 2;

/// What noding sees of the segments given, for the faults of rings.
pub(crate) enum Meeting {
    /// Segments that cross in their interiors, with the pixel of the crossing.
    Crossing { s: u32, t: u32, at: Pt },
    /// An end of segment `t` lies on the inside of segment `s`.
    Touch { s: u32, t: u32, at: Pt },
}

/// Nodes the segments. `met` hears of the meetings between the *input* segments of which `concerns` says yes to the
/// pair.
pub(crate) fn node(
    segments: Segments,
    concerns: impl Fn(&Segments, u32, u32) -> bool + Sync,
    mut met: impl FnMut(&Segments, Meeting),
) -> Segments {
    let fresh = vec![true; segments.ends.len()];
    let boxes = Boxes::new(&segments);
    let meetings = meetings(&segments, &boxes, &fresh);
    for &(s, t, at) in &meetings.crossings {
        if concerns(&segments, s, t) {
            met(&segments, Meeting::Crossing { s, t, at });
        }
    }
    for &(s, t, n) in &meetings.hits {
        if concerns(&segments, s, t) {
            let at = segments.pts[n as usize];
            met(&segments, Meeting::Touch { s, t, at });
        }
    }
    let mut noded = led_through(segments, &boxes, meetings);
    while let (segments, Some(fresh)) = noded {
        let boxes = Boxes::new(&segments);
        let meetings = self::meetings(&segments, &boxes, &fresh);
        noded = led_through(segments, &boxes, meetings);
    }
    noded.0
}

/// How segments meet.
#[derive(Default)]
struct Meetings {
    /// Segment, another one, and the end (by number) of the other whose pixel the first passes.
    hits: Vec<(u32, u32, u32)>,
    /// Segments that cross, with the pixel.
    crossings: Vec<(u32, u32, Pt)>,
    /// Segments that pass some vertex closely without meeting it.
    close: Vec<u32>,
}

/// Leads segments through the pixels that they pass. Gives which of the segments are new pieces, or `None` when
/// nothing was to be done.
fn led_through(
    mut segments: Segments,
    boxes: &Boxes,
    meetings: Meetings,
) -> (Segments, Option<Vec<bool>>) {
    let Meetings {
        hits,
        crossings,
        mut close,
    } = meetings;
    let mut hits: Vec<(u32, u32)> = hits.into_iter().map(|(s, _, n)| (s, n)).collect();
    if !crossings.is_empty() {
        hits.extend(hot_pixels(&mut segments, boxes, crossings, &mut close));
    }
    if hits.is_empty() {
        return (segments, None);
    }
    hits.par_sort_unstable();
    hits.dedup();
    let mut near = vec![false; segments.ends.len()];
    close.iter().for_each(|&s| near[s as usize] = true);
    let (segments, fresh) = split(segments, &hits, &near);
    let any = fresh.contains(&true);
    (segments, any.then_some(fresh))
}

/// Makes the pixels of crossings hot: gives each crossing segment with the number of its pixel, and each segment that
/// passes a pixel which no vertex occupied before. `close` takes the segments that pass such a pixel closely.
fn hot_pixels(
    segments: &mut Segments,
    boxes: &Boxes,
    mut crossings: Vec<(u32, u32, Pt)>,
    close: &mut Vec<u32>,
) -> Vec<(u32, u32)> {
    let curve = Curve::around(&segments.pts);
    crossings.par_sort_unstable_by_key(|&(s, t, at)| (curve.place(at), at, s, t));
    let pixels: Vec<&[(u32, u32, Pt)]> = crossings.chunk_by(|a, b| a.2 == b.2).collect();
    // For each pixel the vertex that occupies it, or the segments that pass it.
    let look = |p: Pt| {
        let (mut occupied, mut passing, mut close) = (None, Vec::new(), Vec::new());
        boxes.meeting(&Box2::of(p, p).grown(MARGIN), &mut |leaf| {
            for s in leaf_members(leaf, segments.ends.len()) {
                let (a, b) = segments.pair(s);
                match p {
                    _ if p == a => occupied = Some(segments.ends[s][0]),
                    _ if p == b => occupied = Some(segments.ends[s][1]),
                    _ if passes_pixel(a, b, p) => passing.push(s as u32),
                    _ if passes_closely(a, b, p) => close.push(s as u32),
                    _ => {}
                }
            }
        });
        (occupied, passing, close)
    };
    let found: Vec<(Option<u32>, Vec<u32>, Vec<u32>)> =
        pixels.par_iter().map(|c| look(c[0].2)).collect();
    let mut hits = Vec::with_capacity(2 * crossings.len());
    for (crossings, (occupied, passing, passing_closely)) in pixels.into_iter().zip(found) {
        match occupied {
            // Whoever passes the pixel of a vertex has met the vertex.
            Some(n) => hits.extend(crossings.iter().flat_map(|&(s, t, _)| [(s, n), (t, n)])),
            None => {
                let n = segments.pts.len() as u32;
                segments.pts.push(crossings[0].2);
                hits.extend(passing.into_iter().map(|s| (s, n)));
                close.extend(passing_closely);
            }
        }
    }
    hits
}

/// Leads each hit segment through its hits. Gives which of the segments are new pieces of segments that `near` tells.
fn split(segments: Segments, hits: &[(u32, u32)], near: &[bool]) -> (Segments, Vec<bool>) {
    let each: Vec<&[(u32, u32)]> = hits.chunk_by(|a, b| a.0 == b.0).collect();
    let lots: Vec<Vec<Run>> = each
        .par_chunks(4096)
        .map(|many| {
            let mut out = Vec::with_capacity(3 * many.len());
            for hits in many {
                pieces(&segments, hits, near, &mut out);
            }
            out
        })
        .collect();
    let mut pieces = lots.concat();
    drop(lots);
    pieces.par_sort_unstable();

    // What was not hit and the new pieces, in one order: each core a share, cut between the same ends.
    let n = segments.ends.len();
    let hit: Vec<u32> = each.iter().map(|h| h[0].0).collect();
    let shares = rayon::current_num_threads().min(n.max(1));
    let cuts: Vec<[usize; 3]> = (0..=shares)
        .map(|k| match n * k / shares {
            _ if k == 0 => [0; 3],
            i if i == n => [n, hit.len(), pieces.len()],
            i => [
                i,
                hit.partition_point(|&h| (h as usize) < i),
                pieces.partition_point(|r| r.ends < segments.ends[i]),
            ],
        })
        .collect();
    let mut merged: Vec<Merged> = cuts
        .par_windows(2)
        .map(|c| {
            // Memory that is never written to costs nothing, so the first share has room for all.
            let last = if c[0][0] == 0 { &cuts[shares] } else { &c[1] };
            let room = (last[0] - c[0][0], last[2] - c[0][2]);
            let mut m = Merged::with_room(&segments, room);
            m.merge(
                &segments,
                c[0][0]..c[1][0],
                &hit[c[0][1]..c[1][1]],
                &pieces[c[0][2]..c[1][2]],
            );
            m
        })
        .collect();
    let mut all = merged.remove(0);
    for m in merged {
        all.segments.append(&m.segments);
        all.fresh.extend_from_slice(&m.fresh);
    }
    all.segments.pts = segments.pts;
    (all.segments, all.fresh)
}

/// Segments on their way into a new order, with which of them are fresh.
struct Merged {
    segments: Segments,
    fresh: Vec<bool>,
}

impl Merged {
    /// Room for so many of the segments given and so many pieces.
    fn with_room(segments: &Segments, (kept, pieces): (usize, usize)) -> Merged {
        let mut new = Segments::none(Vec::new());
        let each = segments.owners.len().div_ceil(segments.ends.len().max(1));
        new.ends.reserve(kept + pieces);
        new.offset.reserve(kept + pieces);
        new.owners.reserve(kept * each + pieces);
        new.at.reserve(kept * each + pieces);
        Merged {
            segments: new,
            fresh: Vec::with_capacity(kept + pieces),
        }
    }

    /// Takes the segments of the range that are not hit, and the pieces, all ascending.
    fn merge(&mut self, segments: &Segments, range: Range<usize>, hit: &[u32], pieces: &[Run]) {
        let mut hit = hit.iter().peekable();
        let mut news = pieces.chunk_by(|a, b| a.ends == b.ends).peekable();
        let mut joined: Vec<Run> = Vec::new();
        for i in range {
            if hit.next_if_eq(&&(i as u32)).is_some() {
                continue;
            }
            let ends = segments.ends[i];
            while let Some(runs) = news.next_if(|r| r[0].ends < ends) {
                self.take(runs, runs.iter().any(|r| r.fresh));
            }
            match news.next_if(|r| r[0].ends == ends) {
                None => {
                    self.segments.keep(segments, i);
                    self.fresh.push(false);
                }
                Some(runs) => {
                    joined.clear();
                    joined.extend(segments.runs(i).map(|(ring, at)| Run {
                        ends,
                        ring,
                        at,
                        fresh: false,
                    }));
                    joined.extend_from_slice(runs);
                    joined.sort_unstable();
                    // It has met all the others, whoever joins it.
                    self.take(&joined, false);
                }
            }
        }
        for runs in news {
            self.take(runs, runs.iter().any(|r| r.fresh));
        }
    }

    fn take(&mut self, runs: &[Run], fresh: bool) {
        self.segments.gather(runs);
        // Runs of one ring that undo each other leave nothing.
        self.fresh.resize(self.segments.ends.len(), fresh);
    }
}

/// The pieces of a segment between its hits.
fn pieces(segments: &Segments, hits: &[(u32, u32)], near: &[bool], out: &mut Vec<Run>) {
    let s = hits[0].0 as usize;
    let [a, b] = segments.ends[s];
    let (pa, pb) = segments.pair(s);
    // The pixels a segment passes follow each other monotonously in x and in y.
    let (sx, sy) = ((pb.x - pa.x).signum(), (pb.y - pa.y).signum());
    let mut path: Vec<(i64, i64, u32)> = hits
        .iter()
        .map(|h| h.1)
        .filter(|&n| n != a && n != b)
        .map(|n| {
            let p = segments.pts[n as usize];
            (sx * p.x, sy * p.y, n)
        })
        .collect();
    path.sort_unstable();
    let mut from = a;
    for to in path.into_iter().map(|p| p.2).chain([b]) {
        for (ring, at) in segments.runs(s) {
            out.push(Run {
                ends: [from.min(to), from.max(to)],
                ring,
                at,
                fresh: near[s],
            });
        }
        from = to;
    }
}

/// How the fresh segments meet any others.
fn meetings(segments: &Segments, boxes: &Boxes, fresh: &[bool]) -> Meetings {
    let any = |c: &[bool]| c.contains(&true);
    let leaves: Vec<bool> = fresh.chunks(FAN).map(any).collect();
    let found: Vec<Meetings> = boxes.close_pairs(MARGIN, &leaves, |a, b, out| {
        pairs(segments, boxes, fresh, a, b, out);
    });
    let mut all = Meetings::default();
    for m in found {
        all.hits.extend(m.hits);
        all.crossings.extend(m.crossings);
        all.close.extend(m.close);
    }
    all
}

/// The meetings between the segments of two leaves, at least one of each pair fresh.
fn pairs(
    segments: &Segments,
    boxes: &Boxes,
    fresh: &[bool],
    leaf: usize,
    other: usize,
    out: &mut Meetings,
) {
    let n = segments.ends.len();
    let box_of = |i: usize| {
        let (a, b) = segments.pair(i);
        Box2::of(a, b)
    };
    let reach = boxes.leaf(leaf).grown(MARGIN);
    let mut theirs = [(0usize, Box2([0; 4])); FAN];
    let mut count = 0;
    for j in leaf_members(other, n) {
        let b = box_of(j);
        if b.meets(&reach) {
            theirs[count] = (j, b);
            count += 1;
        }
    }
    if count == 0 {
        return;
    }
    for i in leaf_members(leaf, n) {
        let b = box_of(i).grown(MARGIN);
        if !b.meets(boxes.leaf(other)) {
            continue;
        }
        for &(j, o) in &theirs[..count] {
            // Within one leaf each pair once.
            if (leaf != other || j > i) && (fresh[i] || fresh[j]) && b.meets(&o) {
                meet(segments, i as u32, j as u32, out);
            }
        }
    }
}

/// How two segments whose boxes come close touch each other.
fn meet(segments: &Segments, s: u32, t: u32, out: &mut Meetings) {
    let [a, b] = segments.ends[s as usize];
    let [c, d] = segments.ends[t as usize];
    let (pa, pb) = segments.pair(s as usize);
    let (pc, pd) = segments.pair(t as usize);
    for (n, p) in [(c, pc), (d, pd)] {
        if n != a && n != b {
            if passes_pixel(pa, pb, p) {
                out.hits.push((s, t, n));
            } else if passes_closely(pa, pb, p) {
                out.close.push(s);
            }
        }
    }
    for (n, p) in [(a, pa), (b, pb)] {
        if n != c && n != d {
            if passes_pixel(pc, pd, p) {
                out.hits.push((t, s, n));
            } else if passes_closely(pc, pd, p) {
                out.close.push(t);
            }
        }
    }
    if a == c || a == d || b == c || b == d {
        return;
    }
    if let Some(at) = crossing(pa, pb, pc, pd) {
        out.crossings.push((s, t, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::crossing;
    use proptest::prelude::*;

    fn of(lines: &[(Pt, Pt)]) -> Segments {
        let ends: Vec<Pt> = lines.iter().flat_map(|&(a, b)| [a, b]).collect();
        let (pts, numbers) = crate::numbering::number_all(&ends);
        let mut runs: Vec<Run> = numbers
            .chunks(2)
            .enumerate()
            .filter(|(_, n)| n[0] != n[1])
            .map(|(i, n)| Run {
                ends: [n[0].min(n[1]), n[0].max(n[1])],
                ring: i as u32,
                at: 0,
                fresh: false,
            })
            .collect();
        runs.sort();
        let mut s = Segments::none(pts);
        for same in runs.chunk_by(|a, b| a.ends == b.ends) {
            s.gather(same);
        }
        s
    }

    fn noded(s: Segments) -> Segments {
        node(s, |_, _, _| false, |_, _| {})
    }

    fn point(m: i64) -> impl Strategy<Value = Pt> {
        (0..m, 0..m).prop_map(|(x, y)| Pt { x, y })
    }

    fn all_meet_at_ends(lines: &[(Pt, Pt)]) {
        let noded = noded(of(lines));
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
            all_meet_at_ends(&lines);
        }
        #[test]
        fn lines_of_which_some_come_close_are_noded(lines in prop::collection::vec((point(900), point(900)), 1..60)) {
            all_meet_at_ends(&lines);
        }
        #[test]
        fn wide_lines_are_noded(lines in prop::collection::vec((point(1 << 39), point(1 << 39)), 1..14)) {
            all_meet_at_ends(&lines);
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
            prop_assert_eq!(edges(noded(of(&lines))), edges(noded(of(&turned))));
        }
    }
}
