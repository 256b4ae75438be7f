//! Planting defects: faces are cut out beside existing lines and given other claims.
//!
//! A place for each defect is drawn at random and taken when its new line crosses nothing and no other defect is near. Where
//! a county's line changes, the townships along it follow, so that one defect stays one defect; what the other level may show
//! of it is listed as its consequence.

mod between;
mod parent;

use geo_types::Coord;

use crate::SampleError;
use crate::arrangement::{Arrangement, BEYOND, Claims, FaceId, Level, Step};
use crate::grid::Grid;
use crate::plane::{distance, inside, left_normal, lerp, meet, signed_area, turn};
use crate::rng::Rng;

/// A planted defect.
#[derive(Debug, Clone)]
pub struct Plant {
    /// What was done: `pocket`, `node`, `hole`, `shortfall`, `inlet`, `corridor`, `spill` or `sliver`.
    pub planted_as: &'static str,
    /// The level at which it is a defect.
    pub level: Level,
    /// `overlap`, `gap` or `spill`.
    pub kind: &'static str,
    /// `hole`, `inlet`, `corridor` or `shortfall` for gaps.
    pub gap_kind: Option<&'static str>,
    /// The faces it consists of.
    pub faces: Vec<FaceId>,
    /// Units that claim it (overlap, spill) or stand beside it (gap), in rising order.
    pub units: Vec<u32>,
    /// The unit one level up that the defect belongs to, if there is one.
    pub parent: Option<u32>,
    /// Index of the defect of another level that this one follows from.
    pub consequence_of: Option<usize>,
}

/// A circle around something planted: centre and radius, metres.
pub type Circle = (Coord<f64>, f64);

/// Arrangement under work.
pub struct Planter<'a> {
    /// The faces, changed as defects are planted.
    pub arr: Arrangement,
    /// All lines, the planted ones included.
    pub grid: Grid,
    /// Circles around what was planted.
    taken: Vec<Circle>,
    /// What was planted.
    pub plants: Vec<Plant>,
    rng: &'a mut Rng,
}

/// Room kept between two defects, metres.
const ROOM: f64 = 300.0;
/// Places tried for one defect.
const TRIES: usize = 3000;

impl<'a> Planter<'a> {
    /// A planter of defects into `arr`.
    pub fn new(arr: Arrangement, cell: f64, rng: &'a mut Rng) -> Self {
        let mut grid = Grid::new(cell);
        arr.arcs.iter().for_each(|a| grid.add(&a.line));
        Self {
            arr,
            grid,
            taken: Vec::new(),
            plants: Vec::new(),
            rng,
        }
    }

    /// Whether nothing was planted within `radius` of `p`.
    pub fn clear(&self, p: Coord<f64>, radius: f64) -> bool {
        self.taken.iter().all(|&(c, r)| distance(c, p) > r + radius)
    }

    /// Plants one defect by `attempt`, which is tried at many places, smaller and smaller (a factor), at each of the `levels` in turn.
    pub fn plant(
        &mut self,
        what: &'static str,
        levels: &[Level],
        mut attempt: impl FnMut(&mut Self, Level, f64) -> Option<()>,
    ) -> Result<(), SampleError> {
        // A defect that finds no room is tried again smaller, before it becomes one of another level.
        for &level in levels {
            for size in [1.0, 0.5, 0.25] {
                for _ in 0..TRIES {
                    if attempt(self, level, size).is_some() {
                        return Ok(());
                    }
                }
            }
        }
        Err(SampleError::NoRoom {
            what,
            planted: self.plants.len(),
        })
    }

    /// A unit's own untouched ground.
    fn plain(&self, face: FaceId) -> bool {
        let c = &self.arr.faces[face];
        c.city && c.county.len() == 1 && c.township.len() == 1
    }

    /// A random arc between two units of a level (of one parent when they are townships).
    fn inner_arc(&mut self, level: Level) -> Option<usize> {
        let k = self.rng.below(self.arr.arcs.len());
        let (l, r) = (self.arr.arcs[k].left, self.arr.arcs[k].right);
        if !self.plain(l) || !self.plain(r) {
            return None;
        }
        let (l, r) = (&self.arr.faces[l], &self.arr.faces[r]);
        let fits = match level {
            Level::County => l.county != r.county,
            _ => l.county == r.county && l.township != r.township,
        };
        fits.then_some(k)
    }

    /// A random arc on the line of a parent: the step that has the parent's ground on the left.
    fn parent_arc(&mut self, level: Level) -> Option<Step> {
        let step = (self.rng.below(self.arr.arcs.len()), self.rng.unit() < 0.5);
        let (face, other) = (self.arr.left_of(step), self.arr.left_of((step.0, !step.1)));
        (self.plain(face)
            && self.out_of_parent(face, other, level)
            && (other == BEYOND || self.plain(other)))
        .then_some(step)
    }

    fn out_of_parent(&self, face: FaceId, other: FaceId, level: Level) -> bool {
        match level {
            Level::County => !self.arr.faces[other].city,
            _ => self.arr.faces[other].county != self.arr.faces[face].county,
        }
    }

    /// A random stretch `i..=j` of an arc, ends excluded, at least `chord` metres from end to end.
    fn stretch(&mut self, arc: usize, chord: f64) -> Option<(usize, usize)> {
        let line = &self.arr.arcs[arc].line;
        if line.len() < 4 {
            return None;
        }
        let i = 1 + self.rng.below(line.len() - 3);
        let j = (i + 1..line.len() - 1).find(|&j| distance(line[i], line[j]) >= chord)?;
        Some((i, j))
    }

    /// Whether `chain` can be drawn: it crosses nothing, not even itself, and keeps `off` metres away from all lines
    /// between its ends.
    fn drawable(&self, chain: &[Coord<f64>], off: f64) -> bool {
        let simple = || {
            (0..chain.len() - 1).all(|a| {
                (a + 2..chain.len() - 1)
                    .all(|b| !meet(chain[a], chain[a + 1], chain[b], chain[b + 1]))
            })
        };
        simple()
            && chain.windows(2).all(|w| !self.grid.crosses(w[0], w[1]))
            && chain[1..chain.len() - 1]
                .iter()
                .all(|&p| !self.grid.within(p, off))
    }

    /// Cuts `i..=j` out of an arc as an arc of its own.
    fn isolate(&mut self, arc: usize, i: usize, j: usize) -> usize {
        self.arr.split(arc, j);
        self.arr.split(arc, i)
    }

    /// Cuts a pocket between `path` and `chain` out of the face left of the path.
    fn cut(&mut self, path: &[Step], chain: Vec<Coord<f64>>) -> Option<FaceId> {
        self.grid.add(&chain);
        self.arr.cut(path, chain)
    }

    /// A random bulge to the left of the way from `line[0]` to its end, `depth` deeper than the line itself.
    fn bulge(&mut self, line: &[Coord<f64>], depth: f64) -> Vec<Coord<f64>> {
        let (a, b) = (line[0], line[line.len() - 1]);
        let n = left_normal(a, b);
        let chord = distance(a, b);
        let beyond = line
            .iter()
            .fold(0.0f64, |m, &p| m.max(turn(a, b, p) / chord));
        let count = 6 + self.rng.below(8);
        let mut chain = vec![a];
        for k in 1..count {
            let t = (k as f64 + self.rng.range(-0.25, 0.25)) / count as f64;
            let off = (beyond + depth) * (4.0 * t * (1.0 - t)).sqrt() * self.rng.range(0.8, 1.05);
            let p = lerp(a, b, t);
            chain.push(Coord {
                x: p.x + n.x * off,
                y: p.y + n.y * off,
            });
        }
        chain.push(b);
        chain
    }

    /// Whether `chain` leaves the line on its left, so that the pocket between them is there and not elsewhere.
    fn on_left(line: &[Coord<f64>], chain: &[Coord<f64>]) -> bool {
        let ring: Vec<Coord<f64>> = line
            .iter()
            .chain(chain[1..chain.len() - 1].iter().rev())
            .copied()
            .collect();
        signed_area(&ring) > 0.0
    }

    fn take(&mut self, chain: &[Coord<f64>]) {
        let (c, r) = circle(chain);
        self.taken.push((c, r));
    }

    fn room_for(&self, chain: &[Coord<f64>]) -> bool {
        let (c, r) = circle(chain);
        self.clear(c, r + ROOM)
    }

    /// Claims after nobody claims the face any more at `level` (townships follow their county).
    fn nobody(&self, face: FaceId, level: Level) -> Claims {
        let county = if level == Level::County {
            Vec::new()
        } else {
            self.arr.faces[face].county.clone()
        };
        Claims {
            city: true,
            county,
            township: Vec::new(),
        }
    }

    fn parent_of(&self, level: Level, claims: &Claims) -> Option<u32> {
        match level {
            Level::County => Some(0),
            _ if claims.county.len() == 1 => Some(claims.county[0]),
            _ => None,
        }
    }

    fn record_overlap(
        &mut self,
        planted_as: &'static str,
        level: Level,
        faces: Vec<FaceId>,
        claims: &Claims,
    ) {
        let parent = self.parent_of(level, claims);
        let at = self.plants.len();
        let plant = Plant {
            planted_as,
            level,
            kind: "overlap",
            gap_kind: None,
            faces,
            units: claims.of(level).to_vec(),
            parent,
            consequence_of: None,
        };
        if level == Level::County {
            let units = claims.township.clone();
            self.plants.push(plant.clone());
            self.plants.push(Plant {
                level: Level::Township,
                units,
                parent: None,
                consequence_of: Some(at),
                ..plant
            });
        } else {
            self.plants.push(plant);
        }
    }

    fn record_gap(
        &mut self,
        planted_as: &'static str,
        gap_kind: &'static str,
        level: Level,
        faces: Vec<FaceId>,
    ) {
        let parent = faces
            .first()
            .and_then(|&f| self.parent_of(level, &self.arr.faces[f]));
        let at = self.plants.len();
        let plant = Plant {
            planted_as,
            level,
            kind: "gap",
            gap_kind: Some(gap_kind),
            faces,
            units: Vec::new(),
            parent,
            consequence_of: None,
        };
        self.plants.push(plant.clone());
        if level == Level::County && gap_kind == "hole" {
            self.plants.push(Plant {
                level: Level::Township,
                parent: None,
                consequence_of: Some(at),
                ..plant
            });
        }
    }

    /// Whether a face contains a point.
    fn holds(&self, face: FaceId, p: Coord<f64>) -> bool {
        let border = self
            .arr
            .arcs
            .iter()
            .filter(|a| (a.left == face) != (a.right == face));
        border
            .flat_map(|a| a.line.windows(2))
            .filter(|w| {
                (w[0].y > p.y) != (w[1].y > p.y)
                    && p.x < w[0].x + (p.y - w[0].y) / (w[1].y - w[0].y) * (w[1].x - w[0].x)
            })
            .count()
            % 2
            == 1
    }

    /// Fills in the neighbours of the gaps, once nothing is planted any more.
    pub fn finish(mut self) -> (Arrangement, Grid, Vec<Plant>, Vec<Circle>) {
        for plant in self.plants.iter_mut().filter(|p| p.kind == "gap") {
            plant.units = self.arr.beside(&plant.faces, plant.level);
        }
        (self.arr, self.grid, self.plants, self.taken)
    }
}

/// Centre of a line's box and the radius that covers it.
fn circle(line: &[Coord<f64>]) -> (Coord<f64>, f64) {
    let (mut low, mut high) = (line[0], line[0]);
    for p in line {
        low = Coord {
            x: low.x.min(p.x),
            y: low.y.min(p.y),
        };
        high = Coord {
            x: high.x.max(p.x),
            y: high.y.max(p.y),
        };
    }
    (lerp(low, high, 0.5), distance(low, high) / 2.0)
}

/// Whether a point lies in a polygon with holes.
pub fn contains(area: &geo_types::MultiPolygon<f64>, p: Coord<f64>) -> bool {
    area.iter().any(|part| {
        inside(&part.exterior().0, p) && !part.interiors().iter().any(|hole| inside(&hole.0, p))
    })
}
