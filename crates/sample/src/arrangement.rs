//! The plane cut into faces, each with the units that claim it. Units are put together from the faces they claim, so the
//! truth about overlaps, gaps and spills is known by construction and no polygon is ever intersected with another.
//!
//! 1. An *arc* is a line between two nodes with a face on either side; arcs meet only at nodes.
//! 2. A *face* carries its claims: the city, and lists of counties and of townships.
//! 3. A unit's outline is every arc that it claims on one side only.

use std::collections::HashMap;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use crate::plane::{inside, minus, signed_area};

/// Index of a face.
pub type FaceId = usize;
/// The face beyond the city.
pub const BEYOND: FaceId = 0;

/// The levels of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The city (地级).
    City,
    /// Districts and counties (县级).
    County,
    /// Streets, towns and townships (乡级).
    Township,
}

impl Level {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Township => "township",
        }
    }
}

/// Who claims a face, by level; indices of units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// Whether it lies in the city.
    pub city: bool,
    /// Counties that claim it, in rising order.
    pub county: Vec<u32>,
    /// Townships that claim it, in rising order.
    pub township: Vec<u32>,
}

impl Claims {
    /// The units of a level; the city is unit 0.
    pub fn of(&self, level: Level) -> &[u32] {
        match level {
            Level::City => {
                if self.city {
                    &[0]
                } else {
                    &[]
                }
            }
            Level::County => &self.county,
            Level::Township => &self.township,
        }
    }

    /// Claims of both, without duplicates.
    pub fn and(&self, other: &Self) -> Self {
        let join = |a: &[u32], b: &[u32]| {
            let mut all = [a, b].concat();
            all.sort_unstable();
            all.dedup();
            all
        };
        Self {
            city: self.city || other.city,
            county: join(&self.county, &other.county),
            township: join(&self.township, &other.township),
        }
    }
}

/// A line between two nodes.
#[derive(Debug, Clone)]
pub struct Arc {
    /// Points from end to end, metres.
    pub line: Vec<Coord<f64>>,
    /// Node of the first point.
    pub from: usize,
    /// Node of the last point.
    pub to: usize,
    /// Face on the left.
    pub left: FaceId,
    /// Face on the right.
    pub right: FaceId,
}

/// The points of a closed line.
type Ring = Vec<Coord<f64>>;
/// An arc walked forwards (true) or backwards.
pub type Step = (usize, bool);

/// Faces and the arcs between them.
#[derive(Debug, Default)]
pub struct Arrangement {
    /// The arcs; splitting one shortens it and adds another at the end.
    pub arcs: Vec<Arc>,
    /// The claims of each face; the first is the face beyond the city.
    pub faces: Vec<Claims>,
    nodes: usize,
}

impl Arrangement {
    /// An arrangement of given faces and arcs whose nodes are below `nodes`.
    pub fn new(arcs: Vec<Arc>, faces: Vec<Claims>, nodes: usize) -> Self {
        Self { arcs, faces, nodes }
    }

    fn new_node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    /// The face on the left of a step.
    pub fn left_of(&self, (arc, forward): Step) -> FaceId {
        if forward {
            self.arcs[arc].left
        } else {
            self.arcs[arc].right
        }
    }

    fn ends(&self, (arc, forward): Step) -> (usize, usize) {
        let a = &self.arcs[arc];
        if forward {
            (a.from, a.to)
        } else {
            (a.to, a.from)
        }
    }

    /// Splits an arc at its point `k` (neither first nor last): the arc keeps the points up to `k`, a new one (returned) has the
    /// rest. The point becomes a node.
    pub fn split(&mut self, arc: usize, k: usize) -> usize {
        let node = self.new_node();
        let old = &mut self.arcs[arc];
        let rest = Arc {
            line: old.line[k..].to_vec(),
            from: node,
            to: old.to,
            left: old.left,
            right: old.right,
        };
        old.line.truncate(k + 1);
        old.to = node;
        self.arcs.push(rest);
        self.arcs.len() - 1
    }

    /// Cuts off the part of a face between `path` (steps along its outline with the face on the left) and `chain`, a line
    /// from the path's start to its end through the face. The part becomes a new face with the same claims.
    pub fn cut(&mut self, path: &[Step], chain: Vec<Coord<f64>>) -> Option<FaceId> {
        let (&first, &last) = (path.first()?, path.last()?);
        let face = self.left_of(first);
        let new = self.faces.len();
        self.faces.push(self.faces[face].clone());
        for &(arc, forward) in path {
            let a = &mut self.arcs[arc];
            *(if forward { &mut a.left } else { &mut a.right }) = new;
        }
        let (from, to) = (self.ends(first).0, self.ends(last).1);
        self.arcs.push(Arc {
            line: chain,
            from,
            to,
            left: face,
            right: new,
        });
        Some(new)
    }

    /// Makes a hole in a face: `ring` is closed, counter-clockwise and lies inside. Returns the new face, with the same claims.
    pub fn hole(&mut self, face: FaceId, ring: Vec<Coord<f64>>) -> FaceId {
        let (new, node) = (self.faces.len(), self.new_node());
        self.faces.push(self.faces[face].clone());
        self.arcs.push(Arc {
            line: ring,
            from: node,
            to: node,
            left: new,
            right: face,
        });
        new
    }

    /// The outline of a face as one cycle, the face on the left; none when it has holes or touches itself.
    pub fn outline(&self, face: FaceId) -> Option<Vec<Step>> {
        let steps: Vec<Step> = (0..self.arcs.len())
            .flat_map(|k| [(k, true), (k, false)])
            .filter(|&s| self.left_of(s) == face)
            .collect();
        let mut leaving: HashMap<usize, Step> = HashMap::new();
        for &s in &steps {
            if leaving.insert(self.ends(s).0, s).is_some() {
                return None;
            }
        }
        let mut cycle = vec![*steps.first()?];
        loop {
            let at = self.ends(cycle[cycle.len() - 1]).1;
            let next = *leaving.get(&at)?;
            if next == cycle[0] {
                break;
            }
            cycle.push(next);
        }
        (cycle.len() == steps.len()).then_some(cycle)
    }

    /// The stretch of a face's outline from one node to another.
    pub fn walk(&self, face: FaceId, from: usize, to: usize) -> Option<Vec<Step>> {
        let cycle = self.outline(face)?;
        let start = cycle.iter().position(|&s| self.ends(s).0 == from)?;
        let mut path = Vec::new();
        for k in 0..cycle.len() {
            let step = cycle[(start + k) % cycle.len()];
            path.push(step);
            if self.ends(step).1 == to {
                return Some(path);
            }
        }
        None
    }

    /// The areas of all units of a level, by index, metres.
    pub fn units(&self, level: Level, count: usize) -> Vec<MultiPolygon<f64>> {
        let mut steps: Vec<Vec<Step>> = vec![Vec::new(); count];
        for (k, a) in self.arcs.iter().enumerate() {
            let (left, right) = (self.faces[a.left].of(level), self.faces[a.right].of(level));
            left.iter()
                .filter(|u| !right.contains(u))
                .for_each(|&u| steps[u as usize].push((k, true)));
            right
                .iter()
                .filter(|u| !left.contains(u))
                .for_each(|&u| steps[u as usize].push((k, false)));
        }
        steps.into_iter().map(|s| self.polygons(s)).collect()
    }

    /// The area of a set of faces, metres.
    pub fn area_of(&self, faces: &[FaceId]) -> MultiPolygon<f64> {
        let mut steps = Vec::new();
        for (k, a) in self.arcs.iter().enumerate() {
            match (faces.contains(&a.left), faces.contains(&a.right)) {
                (true, false) => steps.push((k, true)),
                (false, true) => steps.push((k, false)),
                _ => {}
            }
        }
        self.polygons(steps)
    }

    /// The units of a level that claim a face beside any of `faces`.
    pub fn beside(&self, faces: &[FaceId], level: Level) -> Vec<u32> {
        let mut units: Vec<u32> = self
            .arcs
            .iter()
            .flat_map(|a| [(a.left, a.right), (a.right, a.left)])
            .filter(|(of, other)| faces.contains(of) && !faces.contains(other))
            .flat_map(|(_, other)| self.faces[other].of(level).to_vec())
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// Joins steps (area on the left) to rings and rings to polygons.
    fn polygons(&self, steps: Vec<Step>) -> MultiPolygon<f64> {
        let mut leaving: HashMap<usize, Vec<Step>> = HashMap::new();
        for &s in steps.iter().rev() {
            leaving.entry(self.ends(s).0).or_default().push(s);
        }
        let (mut outers, mut holes): (Vec<Ring>, Vec<Ring>) = (Vec::new(), Vec::new());
        for &start in &steps {
            let home = self.ends(start).0;
            let Some(list) = leaving.get_mut(&home) else {
                continue;
            };
            let Some(k) = list.iter().position(|&s| s == start) else {
                continue;
            };
            list.swap_remove(k);
            let mut ring: Vec<Coord<f64>> = Vec::new();
            let mut step = start;
            loop {
                let line = &self.arcs[step.0].line;
                if step.1 {
                    ring.extend(&line[..line.len() - 1]);
                } else {
                    ring.extend(line[1..].iter().rev());
                }
                let at = self.ends(step).1;
                if at == home {
                    break;
                }
                let Some(next) = leaving
                    .get_mut(&at)
                    .and_then(|list| self.sharpest_left(step, list))
                else {
                    break;
                };
                step = next;
            }
            ring.push(ring[0]);
            if signed_area(&ring) > 0.0 {
                outers.push(ring)
            } else {
                holes.push(ring)
            }
        }
        let mut parts: Vec<(Ring, Vec<LineString<f64>>)> =
            outers.into_iter().map(|r| (r, Vec::new())).collect();
        for hole in holes {
            let owner = if parts.len() == 1 {
                Some(0)
            } else {
                parts.iter().position(|(outer, _)| inside(outer, hole[0]))
            };
            if let Some(k) = owner {
                parts[k].1.push(LineString(hole));
            }
        }
        MultiPolygon(
            parts
                .into_iter()
                .map(|(outer, holes)| Polygon::new(LineString(outer), holes))
                .collect(),
        )
    }

    /// Takes from `list` the step that turns most to the left after `step`, so that parts that touch in a point stay apart.
    fn sharpest_left(&self, step: Step, list: &mut Vec<Step>) -> Option<Step> {
        if list.len() <= 1 {
            return list.pop();
        }
        let direction = |(arc, forward): Step, at_start: bool| {
            let line = &self.arcs[arc].line;
            let n = line.len();
            match (forward, at_start) {
                (true, true) => minus(line[1], line[0]),
                (false, true) => minus(line[n - 2], line[n - 1]),
                (true, false) => minus(line[n - 1], line[n - 2]),
                (false, false) => minus(line[0], line[1]),
            }
        };
        let came = direction(step, false);
        let key = |s: Step| {
            let d = direction(s, true);
            libm::atan2(came.x * d.y - came.y * d.x, came.x * d.x + came.y * d.y)
        };
        let best = (0..list.len()).max_by(|&a, &b| key(list[a]).total_cmp(&key(list[b])))?;
        Some(list.swap_remove(best))
    }
}
