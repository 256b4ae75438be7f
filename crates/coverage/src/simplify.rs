//! How much each vertex of the lines between units matters: weights by which a map at any scale leaves vertices out,
//! neighbours always the same ones.
//!
//! ```text
//!        v                     The weight of v is the area of the triangle a v b in m² at the moment when v is the
//!       / \       w            vertex that matters least of all (Visvalingam and Whyatt). Nodes stay.
//!  ── a ┄┄┄ b ─ ─ ─ n ──       A map that shows nothing below t m² draws the vertices with weights of t and more.
//!
//!        v                     A vertex x in or on the triangle would come to the other side of the line. So v waits
//!       /x\                    until x has gone, and its weight is not below that of x. Neither may a ┄ b be there
//!  ── a ┄┄┄ b ──               already: two edges between the same nodes never become one line.
//! ```
//!
//! Weights never fall in the order in which the vertices go, over all edges. So every threshold is a moment on the way from
//! the full lines to the barest ones, and at every moment the lines form the same subdivision: no crossing that was not
//! there, no unit without area, no ring with fewer than three vertices.
//!
//! Source: M. Visvalingam and J. D. Whyatt, Line generalisation by repeated elimination of points, The Cartographic
//! Journal 30 (1), 1993, 46-51. The two conditions are ours.

use crate::grid::{Grid, Pt, cross};
use crate::measure::Metric;
use crate::present::Present;
use crate::{Coverage, Graph, Topology};
use geo_types::{LineString, MultiPolygon};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The weights of the vertices of a coverage, in m².
#[derive(Debug, Clone)]
pub struct Weights {
    grid: Grid,
    /// Vertices that may go.
    of: FxHashMap<Pt, f32>,
}

impl Weights {
    /// The weight in m² of the vertex at plane coordinates `x`, `y`; infinity where there is none that may go (nodes, and
    /// points that are on no line between units).
    pub fn of(&self, x: f64, y: f64) -> f32 {
        self.grid
            .snap(x, y)
            .and_then(|p| self.of.get(&p).copied())
            .unwrap_or(f32::INFINITY)
    }

    /// The weights of all vertices of an area in their order: polygon by polygon, the exterior first, each ring with the
    /// vertex that closes it.
    pub fn of_area(&self, area: &MultiPolygon<f64>) -> Vec<f32> {
        rings(area)
            .flat_map(|r| r.0.iter().map(|c| self.of(c.x, c.y)))
            .collect()
    }
}

impl Topology {
    /// The weights of the vertices of the coverage that this is the topology of: the one that was checked.
    ///
    /// Areas are those of the plane, in m² by the metric. A unit that lacks a vertex of its neighbour keeps both ends of
    /// the segment that the vertex stands on, so that the two agree as much as before.
    ///
    /// Cost: n log n in the vertices of lines between units.
    pub fn weights(&self, coverage: &Coverage<'_>) -> Weights {
        self.weights_on(&self.graph(), coverage)
    }

    /// The same for whoever has the graph already.
    pub fn weights_on(&self, graph: &Graph, coverage: &Coverage<'_>) -> Weights {
        let mut thinning = Thinning::new(graph, self.grid, self.metric);
        let own: FxHashSet<Pt> = coverage
            .units
            .iter()
            .flat_map(|u| rings(u.area))
            .flat_map(|r| &r.0)
            .filter_map(|c| self.grid.snap(c.x, c.y))
            .collect();
        // What noding put on a unit's segment and no unit has (a parent's vertex) is no shape of the line: it goes first.
        for v in 0..thinning.at.len() as u32 {
            if !thinning.stays[v as usize] && !own.contains(&thinning.at[v as usize]) {
                thinning.push(v, 0.0);
            }
        }
        thinning.run(false);
        thinning.keep_split_segments(coverage);
        for v in 0..thinning.at.len() as u32 {
            thinning.look_at(v);
        }
        thinning.run(true);
        Weights {
            grid: self.grid,
            of: thinning.weights(),
        }
    }
}

fn rings(area: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    area.0
        .iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
}

/// No vertex.
const NONE: u32 = u32::MAX;

/// The edges on their way to fewer vertices.
struct Thinning {
    grid: Grid,
    metric: Metric,
    at: Vec<Pt>,
    number: FxHashMap<Pt, u32>,
    /// The vertices before and after on the edge, as it is now; [`NONE`] for nodes.
    before: Vec<u32>,
    after: Vec<u32>,
    /// Nodes, and what else must not go.
    stays: Vec<bool>,
    /// m², of those that have gone.
    weight: Vec<Option<f64>>,
    /// How often the triangle of a vertex has changed: older entries of the queue do not count.
    version: Vec<u32>,
    queue: BinaryHeap<Entry>,
    present: Present,
    /// Entries that wait for a vertex to go.
    waiting: FxHashMap<u32, Vec<Entry>>,
    /// Pairs of nodes with an edge between them that has no other vertex.
    straight: FxHashSet<[u32; 2]>,
    /// The greatest weight given so far.
    reached: f64,
}

impl Thinning {
    fn new(graph: &Graph, grid: Grid, metric: Metric) -> Thinning {
        let mut at = Vec::new();
        let mut number = FxHashMap::default();
        let mut add = |p: Pt| {
            *number.entry(p).or_insert_with(|| {
                at.push(p);
                at.len() as u32 - 1
            })
        };
        // Coordinates of a graph are grid points already.
        let snap = |x: f64, y: f64| grid.snap(x, y);
        for &[x, y] in &graph.nodes {
            snap(x, y).map(&mut add);
        }
        let lines: Vec<Vec<u32>> = graph
            .edges
            .iter()
            .map(|e| {
                let points = e.line.0.iter().filter_map(|c| snap(c.x, c.y));
                points.map(&mut add).collect()
            })
            .collect();
        let n = at.len();
        let (mut before, mut after) = (vec![NONE; n], vec![NONE; n]);
        let mut straight = FxHashSet::default();
        for line in &lines {
            for w in line.windows(3) {
                before[w[1] as usize] = w[0];
                after[w[1] as usize] = w[2];
            }
            if let [a, b] = line[..] {
                straight.insert(pair(a, b));
            }
        }
        Thinning {
            grid,
            metric,
            present: Present::new(&at),
            stays: before.iter().map(|&b| b == NONE).collect(),
            at,
            number,
            before,
            after,
            weight: vec![None; n],
            version: vec![0; n],
            queue: BinaryHeap::new(),
            waiting: FxHashMap::default(),
            straight,
            reached: 0.0,
        }
    }

    /// Segments of units that are no segments of the edges: noding split them, so both ends stay.
    fn keep_split_segments(&mut self, coverage: &Coverage<'_>) {
        for ring in coverage.units.iter().flat_map(|u| rings(u.area)) {
            let points = ring.0.iter().filter_map(|c| self.grid.snap(c.x, c.y));
            let mut last = None;
            for v in points.map(|p| self.number.get(&p).copied()) {
                // A ring that leaves the lines between units and comes back has a split segment at either end.
                let whole = match (last, v) {
                    (None, _) => true,
                    (Some(Some(u)), Some(v)) => u == v || self.joined(u, v),
                    _ => false,
                };
                if !whole {
                    for end in [last.flatten(), v].into_iter().flatten() {
                        self.stays[end as usize] = true;
                    }
                }
                last = Some(v);
            }
        }
    }

    /// Whether two different vertices follow one another on an edge.
    fn joined(&self, u: u32, v: u32) -> bool {
        let next = |u: u32, v: u32| {
            let u = u as usize;
            self.before[u] == v || self.after[u] == v
        };
        next(u, v) || next(v, u) || self.straight.contains(&pair(u, v))
    }

    /// Puts a vertex that may go into the queue with the area of its triangle.
    fn look_at(&mut self, v: u32) {
        let i = v as usize;
        if self.stays[i] || self.weight[i].is_some() {
            return;
        }
        let [a, b] = [self.before[i], self.after[i]].map(|n| self.at[n as usize]);
        let step = self.grid.step();
        let middle = self.grid.plane(self.at[i])[1];
        let [sx, sy] = self.metric.scale_at(middle);
        let steps = cross(a, self.at[i], b).unsigned_abs() as f64;
        self.push(v, steps * 0.5 * (step * sx) * (step * sy));
    }

    fn push(&mut self, v: u32, area: f64) {
        self.version[v as usize] += 1;
        self.queue.push(Entry {
            area,
            at: self.at[v as usize],
            vertex: v,
            version: self.version[v as usize],
        });
    }

    /// Lets vertices go, the least triangle first, until none in the queue may. `spread`: so may their neighbours then.
    fn run(&mut self, spread: bool) {
        while let Some(entry) = self.queue.pop() {
            let (v, i) = (entry.vertex, entry.vertex as usize);
            if self.weight[i].is_some() || self.stays[i] || self.version[i] != entry.version {
                continue;
            }
            let (a, b) = (self.before[i], self.after[i]);
            if a == b || self.joined(a, b) {
                // What is straight between two nodes remains so; of a line that comes back to itself the last three
                // vertices remain.
                self.stays[i] = true;
                continue;
            }
            if let Some(x) = self.in_the_way(a, v, b) {
                self.waiting.entry(x).or_default().push(entry);
                continue;
            }
            self.reached = self.reached.max(entry.area);
            self.weight[i] = Some(self.reached);
            self.present.remove(v);
            let mut ends = 0;
            for (n, way, to) in [(a, &mut self.after, b), (b, &mut self.before, a)] {
                // Only nodes have no neighbours of their own.
                match way[n as usize] {
                    NONE => ends += 1,
                    _ => way[n as usize] = to,
                }
            }
            if ends == 2 {
                self.straight.insert(pair(a, b));
            }
            if spread {
                self.look_at(a);
                self.look_at(b);
            }
            self.queue
                .extend(self.waiting.remove(&v).unwrap_or_default());
        }
    }

    /// A vertex in or on the triangle, other than its corners.
    fn in_the_way(&self, a: u32, v: u32, b: u32) -> Option<u32> {
        let [p, q, r] = [a, v, b].map(|n| self.at[n as usize]);
        let least = Pt {
            x: p.x.min(q.x).min(r.x),
            y: p.y.min(q.y).min(r.y),
        };
        let most = Pt {
            x: p.x.max(q.x).max(r.x),
            y: p.y.max(q.y).max(r.y),
        };
        self.present.find(least, most, |n| {
            let c = self.at[n as usize];
            (least.x..=most.x).contains(&c.x)
                && (least.y..=most.y).contains(&c.y)
                && ![a, v, b].contains(&n)
                && holds(p, q, r, c)
        })
    }

    fn weights(self) -> FxHashMap<Pt, f32> {
        self.at
            .into_iter()
            .zip(self.weight)
            .filter_map(|(p, w)| Some((p, w? as f32)))
            .collect()
    }
}

/// Whether a point of its box lies in or on a triangle. Exact, also for a triangle without area.
fn holds(a: Pt, b: Pt, c: Pt, p: Pt) -> bool {
    let sides = [cross(a, b, p), cross(b, c, p), cross(c, a, p)];
    sides.iter().all(|s| *s >= 0) || sides.iter().all(|s| *s <= 0)
}

fn pair(a: u32, b: u32) -> [u32; 2] {
    [a.min(b), a.max(b)]
}

/// A vertex in the queue, the one with the least triangle ahead. Equal ones go by place, so that the order of the input
/// does not matter.
#[derive(Debug, Clone, Copy)]
struct Entry {
    area: f64,
    at: Pt,
    vertex: u32,
    version: u32,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .area
            .total_cmp(&self.area)
            .then(other.at.cmp(&self.at))
            .then(other.version.cmp(&self.version))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
