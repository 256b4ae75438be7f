//! The subdivision as a product: nodes, edges with the units at either side, units as rings of edges, common lines,
//! tri-junctions, neighbours.
//!
//! ```text
//!        n1 ──e1── n2            an edge runs between two nodes without a fork; left and right of it
//!        │    A    │             stand the same units all along
//!        e4        e2            a node is where three or more edges meet, or the one chosen
//!        │         │             on a line that comes back to itself
//!        n4 ──e3── n3            A = [+e1, +e2, +e3, +e4] with signs for the way along
//! ```

use crate::arrangement::Arrangement;
use crate::claims::Claims;
use crate::grid::Grid;
use crate::lines::{CommonLine, Lines};
use crate::measure::Metric;
use crate::zones::{Zone, zones};
use geo_types::{Coord, LineString};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// An edge: a line between two nodes along which the units at both sides stay the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Numbers of the nodes it runs between; equal for a closed line.
    pub nodes: [usize; 2],
    /// The line in plane coordinates, with all vertices.
    pub line: LineString<f64>,
    /// Indices of the units at the left; none outside, several in an overlap.
    pub left: Vec<usize>,
    /// Indices of the units at the right.
    pub right: Vec<usize>,
}

/// An edge on the way around a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Number of the edge.
    pub edge: usize,
    /// Along the edge, with the unit at its left; else against it.
    pub forward: bool,
}

/// A place where three or more units meet (三交点). Exact: where their lines do not agree there is an overlap or a gap
/// instead, whose parties tell the same.
#[derive(Debug, Clone, PartialEq)]
pub struct TriJunction {
    /// Plane coordinates.
    pub at: [f64; 2],
    /// Indices of the units around it, ascending.
    pub units: Vec<usize>,
}

/// Nodes and edges between units.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Nodes in plane coordinates.
    pub nodes: Vec<[f64; 2]>,
    /// Edges, in the order of their first point.
    pub edges: Vec<Edge>,
    /// For each unit its rings as steps along edges, exteriors and interiors alike, the unit at the left of each.
    pub rings: Vec<Vec<Vec<Step>>>,
}

/// The checked coverage's subdivision, for whoever needs more than its defects.
pub struct Topology {
    pub(crate) arrangement: Arrangement,
    pub(crate) claims: Claims,
    /// Overlaps and gaps with their greatest width in metres.
    pub(crate) contacts: Vec<(Zone, f64)>,
    pub(crate) metric: Metric,
    pub(crate) grid: Grid,
    pub(crate) units: usize,
}

impl std::fmt::Debug for Topology {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topology")
            .field("faces", &self.arrangement.faces())
            .finish_non_exhaustive()
    }
}

impl Topology {
    /// The common lines of neighbouring units, by pair. Overlaps and gaps not wider than `tolerance` metres count as
    /// agreement within the tolerance. Cost: linear in the edges.
    pub fn lines(&self, tolerance: f64) -> Vec<CommonLine> {
        let mut lines = Lines::new(&self.arrangement, &self.claims, self.metric, self.grid);
        for (zone, width) in &self.contacts {
            lines.zone(zone, *width <= tolerance);
        }
        lines.finish()
    }

    /// For each unit its neighbours, ascending: units with which it shares a line, or an overlap or gap between lines.
    pub fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut out = vec![BTreeSet::new(); self.units];
        for line in self.lines(0.0) {
            let [a, b] = line.units;
            out[a].insert(b);
            out[b].insert(a);
        }
        out.into_iter().map(|n| n.into_iter().collect()).collect()
    }

    /// Points where three or more units meet exactly, in order of place.
    pub fn tri_junctions(&self) -> Vec<TriJunction> {
        let mut around: FxHashMap<u32, BTreeSet<usize>> = FxHashMap::default();
        let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
        for h in self.between_units() {
            *counts.entry(self.arrangement.origin(h)).or_default() += 1;
            if let [unit] = self.units_at(h) {
                around
                    .entry(self.arrangement.origin(h))
                    .or_default()
                    .insert(*unit as usize);
            }
        }
        let mut found: Vec<_> = around
            .into_iter()
            .filter(|(n, units)| units.len() > 2 && counts[n] > 2)
            .map(|(n, units)| (self.arrangement.segments.pts[n as usize], units))
            .collect();
        found.sort_unstable_by_key(|(p, _)| *p);
        found
            .into_iter()
            .map(|(p, units)| TriJunction {
                at: self.grid.plane(p),
                units: units.into_iter().collect(),
            })
            .collect()
    }

    /// Nodes, edges with the units at either side, and units as rings of edges. Cost: n log n in the segments.
    pub fn graph(&self) -> Graph {
        let a = &self.arrangement;
        let mut degree: FxHashMap<u32, u32> = FxHashMap::default();
        let mut out_of: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut starts: Vec<u32> = self.between_units().collect();
        for &h in &starts {
            *degree.entry(a.origin(h)).or_default() += 1;
            out_of.entry(a.origin(h)).or_default().push(h);
        }
        starts.sort_unstable_by_key(|&h| (a.start(h), a.start(h ^ 1)));
        let mut graph = Graph {
            nodes: Vec::new(),
            edges: Vec::new(),
            rings: vec![Vec::new(); self.units],
        };
        let mut nodes: FxHashMap<u32, usize> = FxHashMap::default();
        // For each half-edge the edge it is part of, and whether it runs along it.
        let mut part_of: FxHashMap<u32, Step> = FxHashMap::default();
        // Lines between forks first; what is left comes back to itself, and begins at its least point.
        for forks in [true, false] {
            for &first in &starts {
                if part_of.contains_key(&first) || (forks && degree[&a.origin(first)] == 2) {
                    continue;
                }
                let mut chain = vec![first];
                let mut h = first;
                while degree[&a.origin(h ^ 1)] == 2 && a.origin(h ^ 1) != a.origin(first) {
                    let Some(&next) = out_of[&a.origin(h ^ 1)].iter().find(|&&g| g != h ^ 1) else {
                        break;
                    };
                    h = next;
                    chain.push(h);
                }
                let edge = graph.edges.len();
                let mut points: Vec<u32> = chain.iter().map(|&h| a.origin(h)).collect();
                points.push(a.origin(h ^ 1));
                let ends = [points[0], points[points.len() - 1]].map(|n| {
                    *nodes.entry(n).or_insert_with(|| {
                        graph
                            .nodes
                            .push(self.grid.plane(a.segments.pts[n as usize]));
                        graph.nodes.len() - 1
                    })
                });
                for &h in &chain {
                    part_of.insert(
                        h,
                        Step {
                            edge,
                            forward: true,
                        },
                    );
                    part_of.insert(
                        h ^ 1,
                        Step {
                            edge,
                            forward: false,
                        },
                    );
                }
                let line = points.iter().map(|&n| {
                    let [x, y] = self.grid.plane(a.segments.pts[n as usize]);
                    Coord { x, y }
                });
                let units = |h: u32| self.units_at(h).iter().map(|&u| u as usize).collect();
                graph.edges.push(Edge {
                    nodes: ends,
                    line: line.collect(),
                    left: units(first),
                    right: units(first ^ 1),
                });
            }
        }
        let mut faces: Vec<Vec<u32>> = vec![Vec::new(); self.units];
        for face in 0..a.faces() as u32 {
            for &u in &self.claims.of(face).units {
                faces[u as usize].push(face);
            }
        }
        for (unit, faces) in faces.iter().enumerate() {
            for zone in zones(a, faces) {
                for ring in &zone.rings {
                    graph.rings[unit].push(steps(ring, &part_of));
                }
            }
        }
        graph
    }

    /// Half-edges with other units at the left than at the right.
    pub(crate) fn between_units(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.arrangement.next.len() as u32)
            .filter(|&h| self.units_at(h) != self.units_at(h ^ 1))
    }

    /// The units at the left of a half-edge.
    fn units_at(&self, h: u32) -> &[u32] {
        &self.claims.of(self.arrangement.face[h as usize]).units
    }
}

/// A ring of half-edges as steps along edges.
fn steps(ring: &[u32], part_of: &FxHashMap<u32, Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for h in ring {
        let Some(&step) = part_of.get(h) else {
            continue;
        };
        if out.last() != Some(&step) {
            out.push(step);
        }
    }
    // The ring may begin in the middle of an edge.
    if out.len() > 1 && out.first() == out.last() {
        out.pop();
    }
    out
}
