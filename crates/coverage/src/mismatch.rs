//! Edges on which two units agree although one of them lacks vertices that the other has.
//!
//! ```text
//!     ┌────────┐        A's right edge has no vertex at n, where B and C meet: a T-junction. The areas fit, but
//!     │      B │        moving n, or simplifying the lines one by one, tears a gap or an overlap open.
//!     │ A    n─┤
//!     │      C │
//!     └────────┘
//! ```
//!
//! After noding, such a vertex is a node inside a segment of a ring that does not own it. A crossing that rounding put on
//! both lines is nobody's vertex and no mismatch; nor is the corner of an overlap on somebody's edge, which is told by that.
//! Where a common line ends at unclaimed ground, a gap or the outside, the corner counts: it is on the line.

use crate::arrangement::Arrangement;
use crate::claims::Claims;
use crate::grid::{Grid, Pt};
use crate::segments::{Rings, SEVERAL};
use crate::{Defect, DefectKind, Owner};
use rayon::prelude::*;

/// A segment of a unit's ring, a point on it that is no vertex of its own, and a unit that has a vertex there.
type Lack = (u32, u32, Pt, usize);

/// One defect for each vertex that a segment of a ring lacks; `edges` is that segment.
pub(crate) fn mismatches(
    arrangement: &Arrangement,
    claims: &Claims,
    rings: &Rings,
    grid: Grid,
) -> Vec<Defect> {
    let segments = &arrangement.segments;
    let mut lacks: Vec<Lack> = (0..segments.ends.len())
        .into_par_iter()
        .flat_map_iter(|e| of_edge(e, arrangement, claims, rings))
        .collect();
    lacks.par_sort_unstable();
    lacks.dedup();
    lacks
        .chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2))
        .map(|at_point| {
            let (r, at, point, _) = at_point[0];
            let owner = rings.info[r as usize].owner;
            let mut units: Vec<usize> = at_point.iter().map(|l| l.3).collect();
            if let Owner::Unit(u) = owner {
                units.push(u);
            }
            units.sort_unstable();
            units.dedup();
            Defect {
                kind: DefectKind::Mismatch,
                units,
                owner: Some(owner),
                parent: None,
                polygon: None,
                edges: rings.stretches(vec![(r, at)]),
                place: grid.plane(point),
                max_width: 0.0,
            }
        })
        .collect()
}

/// What the two units at an edge that they agree on lack of each other at its ends.
fn of_edge(e: usize, arrangement: &Arrangement, claims: &Claims, rings: &Rings) -> Vec<Lack> {
    let segments = &arrangement.segments;
    // Most edges are whole segments of all their rings.
    let uncut = |(r, at): (u32, u32)| {
        if at == SEVERAL {
            return false;
        }
        let [a, b] = rings.ends(r, at);
        segments.ends[e] == [a.min(b), a.max(b)]
    };
    if segments.runs(e).all(uncut) {
        return Vec::new();
    }
    let side = |h: usize| &claims.of(arrangement.face[h]).units[..];
    let ([left], [right]) = (side(2 * e), side(2 * e + 1)) else {
        return Vec::new();
    };
    if left == right {
        return Vec::new();
    }
    let unit_of = |r: u32| match rings.info[r as usize].owner {
        Owner::Unit(u) => Some(u),
        _ => None,
    };
    let mut out = Vec::new();
    for (end, n) in segments.ends[e].into_iter().enumerate() {
        let mut around = arrangement.spokes((2 * e + end) as u32);
        if !around.all(|h| claims.of(arrangement.face[h as usize]).units.len() <= 1) {
            continue;
        }
        let clear = || segments.runs(e).filter(|run| run.1 != SEVERAL);
        for (r, at) in clear() {
            let Some(unit) = unit_of(r) else { continue };
            if rings.ends(r, at).contains(&n) {
                continue;
            }
            for (q, there) in clear() {
                if let Some(other) = unit_of(q)
                    && other != unit
                    && rings.ends(q, there).contains(&n)
                {
                    out.push((r, at, segments.pts[n as usize], other));
                }
            }
        }
    }
    out
}
