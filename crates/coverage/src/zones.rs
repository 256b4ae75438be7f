//! Zones: neighbouring faces of one meaning as one polygon.

use crate::arrangement::Arrangement;
use crate::grid::{Grid, Pt, cross};
use geo_types::{Coord, LineString, Polygon};
use rustc_hash::{FxHashMap, FxHashSet};

/// Faces that hang together by edges, and their outline.
pub(crate) struct Zone {
    /// Boundary half-edges with the zone at their left, ring by ring; first the exterior (counter-clockwise).
    pub rings: Vec<Vec<u32>>,
}

/// Splits `faces` into groups that hang together by edges, each with its outline.
pub(crate) fn zones(arrangement: &Arrangement, faces: &[u32]) -> Vec<Zone> {
    let within: FxHashSet<u32> = faces.iter().copied().collect();
    let mut seen: FxHashSet<u32> = FxHashSet::default();
    let mut out = Vec::new();
    for &start in faces {
        if !seen.insert(start) {
            continue;
        }
        let mut todo = vec![start];
        let mut boundary = Vec::new();
        while let Some(f) = todo.pop() {
            for h in arrangement.around(f) {
                let beyond = arrangement.face[(h ^ 1) as usize];
                if !within.contains(&beyond) {
                    boundary.push(h);
                } else if seen.insert(beyond) {
                    todo.push(beyond);
                }
            }
        }
        out.push(Zone {
            rings: rings(arrangement, &within, boundary),
        });
    }
    out
}

/// Chains boundary half-edges into simple rings. At each node the chain keeps to its sector of the zone; where it
/// comes to a node twice the loop between is cut out, so that rings touch but never themselves.
fn rings(
    arrangement: &Arrangement,
    within: &FxHashSet<u32>,
    mut boundary: Vec<u32>,
) -> Vec<Vec<u32>> {
    // Whatever order the faces came in, chains start at the same place.
    boundary.sort_unstable_by_key(|&h| (arrangement.start(h), arrangement.start(h ^ 1)));
    let mut used: FxHashSet<u32> = FxHashSet::default();
    let mut out: Vec<(i128, Vec<u32>)> = Vec::new();
    for &h0 in &boundary {
        if used.contains(&h0) {
            continue;
        }
        let mut chain: Vec<u32> = Vec::new();
        let mut at: FxHashMap<u32, usize> = FxHashMap::default();
        let mut h = h0;
        loop {
            let node = arrangement.origin(h);
            if let Some(&i) = at.get(&node) {
                let ring: Vec<u32> = chain.drain(i..).collect();
                for &g in &ring {
                    at.remove(&arrangement.origin(g));
                }
                out.push((twice_area(arrangement, &ring), ring));
            }
            if !used.insert(h) {
                break;
            }
            at.insert(node, chain.len());
            chain.push(h);
            h = arrangement.next[h as usize];
            while within.contains(&arrangement.face[(h ^ 1) as usize]) {
                h = arrangement.next[(h ^ 1) as usize];
            }
        }
    }
    out.sort_by_key(|(area, _)| std::cmp::Reverse(*area));
    out.into_iter().map(|(_, ring)| ring).collect()
}

/// Twice the signed area of a ring in grid steps.
fn twice_area(arrangement: &Arrangement, ring: &[u32]) -> i128 {
    let o = arrangement.start(ring[0]);
    ring.iter()
        .map(|&h| cross(o, arrangement.start(h), arrangement.start(h ^ 1)))
        .sum()
}

impl Zone {
    /// The zone as a polygon of the plane; points in a straight row that noding added are left out.
    pub fn polygon(&self, arrangement: &Arrangement, grid: Grid) -> Polygon<f64> {
        let mut rings = self.rings.iter().map(|ring| {
            let pts: Vec<Pt> = ring.iter().map(|&h| arrangement.start(h)).collect();
            line(&pts, grid)
        });
        let exterior = rings.next().unwrap_or(LineString(Vec::new()));
        Polygon::new(exterior, rings.collect())
    }

    /// All boundary half-edges.
    pub fn boundary(&self) -> impl Iterator<Item = u32> + '_ {
        self.rings.iter().flatten().copied()
    }
}

/// A closed line through grid points.
pub(crate) fn line(pts: &[Pt], grid: Grid) -> LineString<f64> {
    let n = pts.len();
    let mut out: Vec<Coord<f64>> = (0..n)
        .filter(|&i| {
            let (before, here, after) = (pts[(i + n - 1) % n], pts[i], pts[(i + 1) % n]);
            n <= 3 || cross(before, here, after) != 0
        })
        .map(|i| {
            let [x, y] = grid.plane(pts[i]);
            Coord { x, y }
        })
        .collect();
    if let Some(&first) = out.first() {
        out.push(first);
    }
    LineString(out)
}
