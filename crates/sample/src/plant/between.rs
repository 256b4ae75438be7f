//! Defects among neighbours: on a common line, around a node, inside a unit, along a line digitised twice.

use geo_types::Coord;

use super::{Planter, ROOM};
use crate::arrangement::{Claims, Level};
use crate::plane::{distance, left_normal, lerp, minus};

impl Planter<'_> {
    /// Two units claim ground on their common line, or nobody does (`gap`).
    pub fn beside_line(&mut self, level: Level, depth: f64, gap: bool) -> Option<()> {
        let arc = self.inner_arc(level)?;
        let chord = 2.4 * depth;
        let (i, j) = self.stretch(arc, chord)?;
        let forward: Vec<Coord<f64>> = self.arr.arcs[arc].line[i..=j].to_vec();
        if distance(forward[0], forward[forward.len() - 1]) > 3.0 * chord + 400.0 {
            return None;
        }
        let backward: Vec<Coord<f64>> = forward.iter().rev().copied().collect();
        let sides: &[bool] = match self.rng.below(3) {
            0 => &[true],
            1 => &[false],
            _ => &[true, false],
        };
        let mut chains = Vec::new();
        for &left in sides {
            let line = if left { &forward } else { &backward };
            let chain = self.bulge(line, depth);
            if !self.drawable(&chain, 0.05 * depth)
                || !Self::on_left(line, &chain)
                || !self.room_for(&chain)
            {
                return None;
            }
            chains.push(chain);
        }
        let (l, r) = (self.arr.arcs[arc].left, self.arr.arcs[arc].right);
        let claims = if gap {
            self.nobody(l, level)
        } else {
            self.arr.faces[l].and(&self.arr.faces[r])
        };
        let middle = self.isolate(arc, i, j);
        let mut faces = Vec::new();
        for (&left, chain) in sides.iter().zip(chains) {
            self.take(&chain);
            let face = self.cut(&[(middle, left)], chain)?;
            self.arr.faces[face] = claims.clone();
            faces.push(face);
        }
        if gap {
            self.record_gap("pocket", "hole", level, faces)
        } else {
            self.record_overlap("pocket", level, faces, &claims)
        }
        Some(())
    }

    /// The three units around a node all claim the ground about it, or nobody does (`gap`).
    pub fn around_node(&mut self, level: Level, radius: f64, gap: bool) -> Option<()> {
        let arc = self.inner_arc(level)?;
        let node = self.arr.arcs[arc].from;
        let around: Vec<usize> = (0..self.arr.arcs.len())
            .filter(|&k| self.arr.arcs[k].from == node || self.arr.arcs[k].to == node)
            .collect();
        let centre = self.arr.arcs[arc].line[0];
        if around.len() != 3
            || around
                .iter()
                .any(|&k| self.arr.arcs[k].from == self.arr.arcs[k].to)
            || !self.clear(centre, 1.5 * radius + ROOM)
        {
            return None;
        }
        let mut claims = Claims::default();
        for &k in &around {
            for f in [self.arr.arcs[k].left, self.arr.arcs[k].right] {
                if !self.plain(f) {
                    return None;
                }
                claims = claims.and(&self.arr.faces[f]);
            }
        }
        let fits = if level == Level::County {
            claims.county.len() == 3
        } else {
            claims.county.len() == 1 && claims.township.len() == 3
        };
        if !fits {
            return None;
        }
        // Where the patch leaves each of the three arcs, counted from the node.
        let mut at = Vec::new();
        for &k in &around {
            let mut line = self.arr.arcs[k].line.clone();
            if self.arr.arcs[k].from != node {
                line.reverse();
            }
            let stop = (1..line.len() - 1).find(|&n| distance(line[n], centre) >= radius)?;
            line.truncate(stop + 1);
            at.push(line);
        }
        // For each pair of arcs with a face between them: the path over the node that keeps this face on the left.
        let mut plans = Vec::new();
        for (a, b) in [(0, 1), (1, 2), (2, 0)] {
            let side = |k: usize, towards: bool| {
                self.arr
                    .left_of((around[k], (self.arr.arcs[around[k]].to == node) == towards))
            };
            // Walking towards the node on one and away from it on the other.
            let (from, to) = if side(a, true) == side(b, false) {
                (a, b)
            } else {
                (b, a)
            };
            if side(from, true) != side(to, false) {
                return None;
            }
            let (p, q) = (at[from][at[from].len() - 1], at[to][at[to].len() - 1]);
            let (u, v) = (minus(p, centre), minus(q, centre));
            let reach = |w: Coord<f64>, by: f64| Coord {
                x: centre.x + w.x * by,
                y: centre.y + w.y * by,
            };
            let sum = Coord {
                x: u.x + v.x,
                y: u.y + v.y,
            };
            let long = (sum.x * sum.x + sum.y * sum.y).sqrt().max(1e-6);
            let middle = reach(sum, radius * self.rng.range(0.95, 1.15) / long);
            let quarter = |w: Coord<f64>| lerp(reach(w, 1.0), middle, 0.45);
            let bow = |m: Coord<f64>, by: f64| reach(minus(m, centre), by);
            let chain = vec![
                p,
                bow(quarter(u), self.rng.range(1.1, 1.25)),
                middle,
                bow(quarter(v), self.rng.range(1.1, 1.25)),
                q,
            ];
            let line: Vec<Coord<f64>> = at[from]
                .iter()
                .rev()
                .chain(at[to][1..].iter())
                .copied()
                .collect();
            if !self.drawable(&chain, 0.05 * radius) || !Self::on_left(&line, &chain) {
                return None;
            }
            plans.push((from, to, chain));
        }
        if gap {
            claims = Claims {
                city: true,
                county: if level == Level::County {
                    Vec::new()
                } else {
                    claims.county
                },
                township: Vec::new(),
            };
        }
        let mut inner = Vec::new();
        for (&k, line) in around.iter().zip(&at) {
            let a = &self.arr.arcs[k];
            if a.from == node {
                self.arr.split(k, line.len() - 1);
                inner.push(k);
            } else {
                let n = a.line.len() - line.len();
                inner.push(self.arr.split(k, n));
            }
        }
        let mut faces = Vec::new();
        for (from, to, chain) in plans {
            let step = |k: usize, towards: bool| {
                (inner[k], (self.arr.arcs[inner[k]].to == node) == towards)
            };
            let path = [step(from, true), step(to, false)];
            let face = self.cut(&path, chain)?;
            self.arr.faces[face] = claims.clone();
            faces.push(face);
        }
        self.taken.push((centre, 1.5 * radius));
        if gap {
            self.record_gap("node", "hole", level, faces)
        } else {
            self.record_overlap("node", level, faces, &claims)
        }
        Some(())
    }

    /// Nobody claims a patch in the middle of a unit.
    pub fn inside_unit(&mut self, level: Level, radius: f64) -> Option<()> {
        let k = self.rng.below(self.arr.arcs.len());
        let a = &self.arr.arcs[k];
        let (face, near) = (a.left, a.line[a.line.len() / 2]);
        let centre = Coord {
            x: near.x + self.rng.range(-3000.0, 3000.0),
            y: near.y + self.rng.range(-3000.0, 3000.0),
        };
        if !self.plain(face)
            || !self.clear(centre, radius + ROOM)
            || self.grid.within(centre, 1.6 * radius)
            || !self.holds(face, centre)
        {
            return None;
        }
        let count = 9 + self.rng.below(14);
        let mut ring: Vec<Coord<f64>> = (0..count)
            .map(|k| {
                let (sine, cosine) = libm::sincos(std::f64::consts::TAU * k as f64 / count as f64);
                let r = radius * self.rng.range(0.7, 1.2);
                Coord {
                    x: centre.x + r * cosine,
                    y: centre.y + r * sine,
                }
            })
            .collect();
        ring.push(ring[0]);
        self.grid.add(&ring);
        let claims = self.nobody(face, level);
        let hole = self.arr.hole(face, ring);
        self.arr.faces[hole] = claims;
        self.taken.push((centre, 1.2 * radius));
        self.record_gap("hole", "hole", level, vec![hole]);
        Some(())
    }

    /// One side has digitised a stretch of the common line again: a chain of thin overlaps and gaps.
    pub fn sliver(&mut self, level: Level, pieces: usize) -> Option<()> {
        let arc = self.inner_arc(level)?;
        let line = self.arr.arcs[arc].line.clone();
        if line.len() < 2 * pieces + 4 {
            return None;
        }
        let mut at = vec![1 + self.rng.below(line.len() - 2 * pieces - 2)];
        for k in 0..pieces {
            at.push(at[k] + 2 + self.rng.below(3));
        }
        if at[pieces] > line.len() - 2 {
            return None;
        }
        let overlap_first = self.rng.below(2);
        let mut chains = Vec::new();
        for (k, w) in at.windows(2).enumerate() {
            let left = k % 2 == overlap_first;
            let mut piece = line[w[0]..=w[1]].to_vec();
            if !left {
                piece.reverse();
            }
            let chain = self.beside(&piece);
            if !self.drawable(&chain, 0.05)
                || !Self::on_left(&piece, &chain)
                || !self.room_for(&chain)
            {
                return None;
            }
            chains.push((left, chain));
        }
        let (l, r) = (self.arr.arcs[arc].left, self.arr.arcs[arc].right);
        let (both, none) = (
            self.arr.faces[l].and(&self.arr.faces[r]),
            self.nobody(l, level),
        );
        // Split from the far end; the new arcs come out in reverse order.
        self.arr.split(arc, at[pieces]);
        let mut parts: Vec<usize> = at[..pieces]
            .iter()
            .rev()
            .map(|&k| self.arr.split(arc, k))
            .collect();
        parts.reverse();
        for (part, (left, chain)) in parts.into_iter().zip(chains) {
            self.take(&chain);
            let face = self.cut(&[(part, left)], chain)?;
            self.arr.faces[face] = if left { both.clone() } else { none.clone() };
            if left {
                self.record_overlap("sliver", level, vec![face], &both)
            } else {
                self.record_gap("sliver", "hole", level, vec![face])
            }
        }
        Some(())
    }

    /// A second drawing of a line, a little to its left between the ends.
    fn beside(&mut self, line: &[Coord<f64>]) -> Vec<Coord<f64>> {
        let mut chain = vec![line[0]];
        for w in line.windows(3) {
            let (before, after) = (left_normal(w[0], w[1]), left_normal(w[1], w[2]));
            let off = self.rng.range(0.3, 2.5);
            let n = Coord {
                x: (before.x + after.x) / 2.0,
                y: (before.y + after.y) / 2.0,
            };
            chain.push(Coord {
                x: w[1].x + n.x * off,
                y: w[1].y + n.y * off,
            });
        }
        chain.push(line[line.len() - 1]);
        chain
    }
}
