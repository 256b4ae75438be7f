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
use crate::{Coverage, Topology};
use geo_types::{LineString, MultiPolygon};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The weights of the vertices of a coverage, in m².
#[derive(Debug, Clone)]
pub struct Weights {
    grid: Grid,
    /// Vertices on lines between units, by number.
    number: FxHashMap<Pt, u32>,
    of: Vec<f32>,
}

impl Weights {
    /// The weight in m² of the vertex at plane coordinates `x`, `y`; infinity where there is none that may go (nodes, and
    /// points that are on no line between units).
    pub fn of(&self, x: f64, y: f64) -> f32 {
        self.grid
            .snap(x, y)
            .and_then(|p| self.number.get(&p))
            .map_or(f32::INFINITY, |&v| self.of[v as usize])
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
        let mut thinning = Thinning::new(self);
        let number: FxHashMap<Pt, u32> = thinning
            .on_lines()
            .map(|v| (thinning.at[v as usize], v))
            .collect();
        // The numbers of the units' vertices, ring after ring; NONE for those elsewhere.
        let on_rings: Vec<Vec<u32>> = coverage
            .units
            .iter()
            .flat_map(|u| rings(u.area))
            .map(|r| {
                let points = r.0.iter().filter_map(|c| self.grid.snap(c.x, c.y));
                points
                    .map(|p| number.get(&p).copied().unwrap_or(NONE))
                    .collect()
            })
            .collect();
        // What noding put on a unit's segment and no unit has (a parent's vertex) is no shape of the line: it goes first.
        let mut own = vec![false; thinning.at.len()];
        for &v in on_rings.iter().flatten().filter(|v| **v != NONE) {
            own[v as usize] = true;
        }
        for v in 0..own.len() as u32 {
            if !own[v as usize] && !thinning.stays[v as usize] {
                thinning.push(v, 0.0);
            }
        }
        thinning.run(false);
        thinning.keep_split_segments(&on_rings);
        for v in 0..own.len() as u32 {
            thinning.look_at(v);
        }
        thinning.run(true);
        let of = thinning.weight.into_iter();
        Weights {
            grid: self.grid,
            number,
            of: of.map(|w| w.map_or(f32::INFINITY, |w| w as f32)).collect(),
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

/// The lines between units on their way to fewer vertices. Vertices have the numbers of the subdivision.
struct Thinning<'a> {
    grid: Grid,
    metric: Metric,
    at: &'a [Pt],
    /// The vertices before and after on the line as it is now, whichever way it runs; [`NONE`] for nodes and for what is
    /// on no line between units.
    beside: Vec<[u32; 2]>,
    /// Nodes, what else must not go, and what is on no line between units.
    stays: Vec<bool>,
    /// m², of those that have gone.
    weight: Vec<Option<f64>>,
    /// How often the triangle of a vertex has changed: older entries of the queue do not count.
    version: Vec<u32>,
    queue: BinaryHeap<Entry>,
    present: Present,
    /// Entries that wait for a vertex to go.
    waiting: FxHashMap<u32, Vec<Entry>>,
    /// Pairs of nodes with a line between them that has no other vertex.
    straight: FxHashSet<[u32; 2]>,
    /// The greatest weight given so far.
    reached: f64,
}

impl<'a> Thinning<'a> {
    fn new(topology: &'a Topology) -> Thinning<'a> {
        let a = &topology.arrangement;
        let at = &a.segments.pts[..];
        let n = at.len();
        let mut degree = vec![0u32; n];
        let mut beside = vec![[NONE; 2]; n];
        for h in topology.between_units() {
            let (from, to) = (a.origin(h) as usize, a.origin(h ^ 1));
            if let Some(slot) = beside[from].get_mut(degree[from] as usize) {
                *slot = to;
            }
            degree[from] += 1;
        }
        let mut straight = FxHashSet::default();
        let mut todo: Vec<u32> = Vec::new();
        for h in topology.between_units() {
            let [from, to] = [a.origin(h), a.origin(h ^ 1)];
            match [from, to].map(|v| degree[v as usize] == 2) {
                [false, false] => {
                    straight.insert(pair(from, to));
                }
                [true, false] => todo.push(from),
                _ => {}
            }
        }
        for (beside, degree) in beside.iter_mut().zip(&degree) {
            if *degree != 2 {
                *beside = [NONE; 2];
            }
        }
        // What no node leads to comes back to itself, and its least point is its node.
        let mut stays: Vec<bool> = degree.iter().map(|d| *d != 2).collect();
        let mut reached = stays.clone();
        walk(&mut todo, &mut reached, &beside);
        for v in 0..n {
            if !reached[v] {
                reached[v] = true;
                let mut todo = vec![v as u32];
                let round = walk(&mut todo, &mut reached, &beside);
                let least = round.into_iter().min_by_key(|v| at[*v as usize]);
                stays[least.map_or(v, |v| v as usize)] = true;
            }
        }
        let on_lines = (0..n as u32).filter(|v| degree[*v as usize] > 0);
        Thinning {
            grid: topology.grid,
            metric: topology.metric,
            present: Present::new(at, on_lines.collect()),
            at,
            beside,
            stays,
            weight: vec![None; n],
            version: vec![0; n],
            queue: BinaryHeap::new(),
            waiting: FxHashMap::default(),
            straight,
            reached: 0.0,
        }
    }

    /// Vertices on lines between units, nodes too, none of which has gone yet.
    fn on_lines(&self) -> impl Iterator<Item = u32> + '_ {
        self.present.all()
    }

    /// Segments of units that are no segments of the lines: noding split them, so both ends stay.
    fn keep_split_segments(&mut self, rings: &[Vec<u32>]) {
        for w in rings.iter().flat_map(|r| r.windows(2)) {
            let [u, v] = [w[0], w[1]];
            // A ring that leaves the lines between units and comes back has a split segment at either end.
            let whole = u == v || (u != NONE && v != NONE && self.joined(u, v));
            if !whole {
                for end in [u, v].into_iter().filter(|v| *v != NONE) {
                    self.stays[end as usize] = true;
                }
            }
        }
    }

    /// Whether two different vertices follow one another on a line.
    fn joined(&self, u: u32, v: u32) -> bool {
        self.beside[u as usize].contains(&v)
            || self.beside[v as usize].contains(&u)
            || self.straight.contains(&pair(u, v))
    }

    /// Puts a vertex that may go into the queue with the area of its triangle.
    fn look_at(&mut self, v: u32) {
        let i = v as usize;
        if self.stays[i] || self.weight[i].is_some() {
            return;
        }
        let [a, b] = self.beside[i].map(|n| self.at[n as usize]);
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
            let [a, b] = self.beside[i];
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
            let mut nodes = 0;
            for (n, to) in [(a, b), (b, a)] {
                match self.beside[n as usize].iter_mut().find(|m| **m == v) {
                    Some(m) => *m = to,
                    None => nodes += 1,
                }
            }
            if nodes == 2 {
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
}

/// Follows lines from vertices to where they have been reached already, and gives what was met on the way.
fn walk(todo: &mut Vec<u32>, reached: &mut [bool], beside: &[[u32; 2]]) -> Vec<u32> {
    let mut met = Vec::new();
    while let Some(v) = todo.pop() {
        reached[v as usize] = true;
        met.push(v);
        let beside = beside[v as usize].into_iter();
        todo.extend(beside.filter(|n| *n != NONE && !reached[*n as usize]));
    }
    met
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
