//! Defects against the parent's line: short of it, over it, and strips from line to line.

use geo_types::Coord;

use super::{Plant, Planter, ROOM};
use crate::arrangement::{BEYOND, Claims, Level, Step};
use crate::plane::{distance, left_normal, lerp, meet, signed_area, turn};

impl Planter<'_> {
    /// A unit stays short of its parent's line: a wide, shallow gap (`shortfall`), or a narrow, deep one (`inlet`).
    pub fn short_of_parent(&mut self, level: Level, narrow: bool, mouth: f64) -> Option<()> {
        let step = self.parent_arc(level)?;
        let (i, j) = self.stretch(step.0, mouth)?;
        let line = self.directed(step, i, j);
        let width = distance(line[0], line[line.len() - 1]);
        let along: f64 = line.windows(2).map(|w| distance(w[0], w[1])).sum();
        let chain = if narrow {
            self.finger(&line, 5.0 * along.max(mouth))
        } else {
            self.bulge(&line, 0.12 * width)
        };
        let deepest = chain
            .iter()
            .map(|&p| turn(line[0], line[line.len() - 1], p) / width)
            .fold(0.0, f64::max);
        let shaped = if narrow {
            deepest > 3.0 * along
        } else {
            3.0 * deepest < width
        };
        if !shaped
            || width > 2.0 * mouth + 300.0
            || !self.drawable(&chain, 0.02 * mouth.min(100.0))
            || !Self::on_left(&line, &chain)
            || !self.room_for(&chain)
        {
            return None;
        }
        let claims = self.nobody(self.arr.left_of(step), level);
        let middle = self.isolate(step.0, i, j);
        self.take(&chain);
        let face = self.cut(&[(middle, step.1)], chain)?;
        self.arr.faces[face] = claims;
        let kind = if narrow { "inlet" } else { "shortfall" };
        self.record_gap(kind, kind, level, vec![face]);
        Some(())
    }

    /// The points `i..=j` of a step's arc in walking direction.
    fn directed(&self, (arc, forward): Step, i: usize, j: usize) -> Vec<Coord<f64>> {
        let mut line = self.arr.arcs[arc].line[i..=j].to_vec();
        if !forward {
            line.reverse();
        }
        line
    }

    /// A bent finger of even width to the left of a short line.
    fn finger(&mut self, line: &[Coord<f64>], depth: f64) -> Vec<Coord<f64>> {
        let (a, b) = (line[0], line[line.len() - 1]);
        let n = left_normal(a, b);
        let lean = self.rng.range(-0.25, 0.25);
        let axis = Coord {
            x: n.x + lean * n.y,
            y: n.y - lean * n.x,
        };
        let bends: Vec<f64> = (0..4)
            .map(|_| self.rng.range(-0.04, 0.04) * depth)
            .collect();
        let wall = |p: Coord<f64>, k: usize| {
            let d = depth * (k + 1) as f64 / bends.len() as f64;
            Coord {
                x: p.x + axis.x * d + n.y * bends[k],
                y: p.y + axis.y * d - n.x * bends[k],
            }
        };
        let up = (0..bends.len()).map(|k| wall(a, k));
        let down = (0..bends.len()).rev().map(|k| wall(b, k));
        std::iter::once(a)
            .chain(up)
            .chain(down)
            .chain(std::iter::once(b))
            .collect()
    }

    /// Nobody claims a strip through a unit from one stretch of its parent's line to another.
    pub fn corridor(&mut self, level: Level, width: f64) -> Option<()> {
        let first = self.parent_arc(level)?;
        let face = self.arr.left_of(first);
        let mut ways: Vec<Step> = self.arr.outline(face)?;
        ways.retain(|&(arc, forward)| {
            let other = self.arr.left_of((arc, !forward));
            self.out_of_parent(face, other, level) && (other == BEYOND || self.plain(other))
        });
        let second = *self.rng.pick(&ways);
        let (mut a, mut b) = (
            self.stretch(first.0, width)?,
            self.stretch(second.0, width)?,
        );
        if first.0 == second.0 {
            if a.0 > b.0 {
                (a, b) = (b, a);
            }
            // Along the face's outline the first stretch comes first.
            if a.1 >= b.0 {
                return None;
            }
            if !first.1 {
                (a, b) = (b, a);
            }
        }
        let (p, q) = (
            self.directed(first, a.0, a.1),
            self.directed(second, b.0, b.1),
        );
        let (p1, p2, q1, q2) = (p[0], p[p.len() - 1], q[0], q[q.len() - 1]);
        let long = distance(p2, q1);
        if !(500.0..6000.0).contains(&long)
            || distance(p1, p2) > 3.0 * width + 150.0
            || distance(q1, q2) > 3.0 * width + 150.0
        {
            return None;
        }
        let bend = long * self.rng.range(-0.05, 0.05);
        let n = left_normal(p2, q1);
        let middle = |s: Coord<f64>, t: Coord<f64>| Coord {
            x: (s.x + t.x) / 2.0 + n.x * bend,
            y: (s.y + t.y) / 2.0 + n.y * bend,
        };
        let (up, down) = (vec![p2, middle(p2, q1), q1], vec![q2, middle(q2, p1), p1]);
        let strip: Vec<Coord<f64>> = p
            .iter()
            .chain(&up[1..2])
            .chain(&q)
            .chain(&down[1..2])
            .copied()
            .collect();
        let apart = !up
            .windows(2)
            .any(|s| down.windows(2).any(|t| meet(s[0], s[1], t[0], t[1])));
        if !apart
            || self.grid.within(up[1], 0.1 * long)
            || !self.drawable(&up, 1.0)
            || !self.drawable(&down, 1.0)
            || !self.holds(face, up[1])
            || !self.holds(face, down[1])
            || signed_area(&strip) <= 0.0
        {
            return None;
        }
        let beads: Vec<(Coord<f64>, f64)> = (0..=20)
            .map(|k| (lerp(p2, q1, f64::from(k) / 20.0), 0.05 * long + 2.0 * width))
            .collect();
        if beads.iter().any(|&(c, r)| !self.clear(c, r + ROOM)) {
            return None;
        }
        let claims = self.nobody(face, level);
        let ends = self.split_off(first, a, second, b);
        let path = self.arr.walk(face, ends.1, ends.2)?;
        self.cut(&path, up)?;
        let path = self.arr.walk(face, ends.3, ends.0)?;
        self.cut(&path, down)?;
        // What remains of the face between the two cuts is the strip.
        self.arr.faces[face] = claims;
        self.taken.extend(beads);
        self.record_gap("corridor", "corridor", level, vec![face]);
        Some(())
    }

    /// Makes nodes of the ends of two stretches; returns them in walking order.
    fn split_off(
        &mut self,
        first: Step,
        a: (usize, usize),
        second: Step,
        b: (usize, usize),
    ) -> (usize, usize, usize, usize) {
        let mut node = |arc: usize, k: usize| {
            self.arr.split(arc, k);
            self.arr.arcs[arc].to
        };
        // From the far end backwards, as splitting keeps only the beginning of an arc.
        let (a, b) = if first.0 == second.0 && a.0 < b.0 {
            let high = (node(second.0, b.1), node(second.0, b.0));
            ((node(first.0, a.1), node(first.0, a.0)), high)
        } else {
            let low = (node(first.0, a.1), node(first.0, a.0));
            (low, (node(second.0, b.1), node(second.0, b.0)))
        };
        let order = |(far, near): (usize, usize), forward: bool| {
            if forward { (near, far) } else { (far, near) }
        };
        let ((p1, p2), (q1, q2)) = (order(a, first.1), order(b, second.1));
        (p1, p2, q1, q2)
    }

    /// A unit reaches over its parent's line.
    pub fn spill(&mut self, level: Level, depth: f64, inland: bool) -> Option<()> {
        let step = self.parent_arc(level)?;
        let over = (step.0, !step.1);
        let other = self.arr.left_of(over);
        if (other != BEYOND) != inland {
            return None;
        }
        let (i, j) = self.stretch(step.0, 2.4 * depth)?;
        let line = self.directed(over, i, j);
        let chain = self.bulge(&line, depth);
        if !self.drawable(&chain, 0.05 * depth)
            || !Self::on_left(&line, &chain)
            || !self.room_for(&chain)
        {
            return None;
        }
        let mine = self.arr.faces[self.arr.left_of(step)].clone();
        let mut claims = self.arr.faces[other].clone();
        if level == Level::County {
            claims.county = mine.county.clone();
        }
        claims = claims.and(&Claims {
            township: mine.township.clone(),
            ..Claims::default()
        });
        let middle = self.isolate(step.0, i, j);
        self.take(&chain);
        let face = self.cut(&[(middle, over.1)], chain)?;
        let (units, parent) = if level == Level::County {
            (mine.county, Some(0))
        } else {
            (mine.township, Some(mine.county[0]))
        };
        let at = self.plants.len();
        let plant = Plant {
            planted_as: "spill",
            level,
            kind: "spill",
            gap_kind: None,
            faces: vec![face],
            units,
            parent,
            consequence_of: None,
        };
        self.plants.push(plant.clone());
        if claims.township.len() > 1 {
            self.plants.push(Plant {
                kind: "overlap",
                units: claims.township.clone(),
                parent: None,
                consequence_of: Some(at),
                ..plant
            });
        }
        self.arr.faces[face] = claims;
        Some(())
    }
}
