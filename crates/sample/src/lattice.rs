//! A honeycomb, and the shape of an invented city on it.
//!
//! Every unit is a set of hexagons. A honeycomb has only nodes of three edges, so any such sets have simple outlines that
//! share their edges exactly and never touch in a single point: the clean coverage holds by construction, whatever the
//! shapes are. [`crate::outline`] turns the sets into lines.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use geo_types::Coord;

use crate::plane::{ORIGIN, distance};
use crate::rng::{Noise, Rng};

/// Label of hexagons outside the city.
pub const OUTSIDE: u32 = u32::MAX;
/// Hexagons per lowest unit, on average: enough for a shape of its own.
const PER_UNIT: f64 = 60.0;
/// Side of a hexagon in metres; a unit then has about 33 square kilometres.
const SIDE: f64 = 460.0;
/// The city's radius never exceeds this, in metres; beyond it the hexagons shrink instead.
const MOST_RADIUS: f64 = 150_000.0;
const SQRT3: f64 = 1.732_050_807_568_877_2;

/// Hexagons in rows (pointed top, odd rows shifted right by half a hexagon), with the unit each belongs to.
pub struct Lattice {
    /// Side of a hexagon, metres.
    pub side: f64,
    width: usize,
    height: usize,
    /// The lowest unit of each hexagon, or [`OUTSIDE`].
    pub unit: Vec<u32>,
    /// Which bank of the river each hexagon is on.
    bank: Vec<bool>,
}

/// Sides in the order E, NE, NW, W, SW, SE.
pub const SIDES: usize = 6;

impl Lattice {
    /// The hexagon beyond each side; the rim of the lattice is never part of the city, so inner hexagons have all six.
    pub fn neighbours(&self, h: usize) -> [usize; SIDES] {
        let odd = (h / self.width) % 2;
        let up = h + self.width + odd;
        let down = (h + odd).saturating_sub(self.width);
        [
            h + 1,
            up,
            up.saturating_sub(1),
            h.saturating_sub(1),
            down.saturating_sub(1),
            down,
        ]
    }

    /// Hexagons that are not on the rim.
    pub fn inner(&self) -> impl Iterator<Item = usize> + '_ {
        (1..self.height - 1)
            .flat_map(move |row| (1..self.width - 1).map(move |col| row * self.width + col))
    }

    /// Centre of a hexagon, metres.
    pub fn centre(&self, h: usize) -> Coord<f64> {
        let (row, col) = (h / self.width, h % self.width);
        let shift = if row % 2 == 1 { 0.5 } else { 0.0 };
        Coord {
            x: self.side * SQRT3 * (col as f64 + shift - self.width as f64 / 2.0),
            y: self.side * 1.5 * (row as f64 - self.height as f64 / 2.0),
        }
    }

    /// Number of nodes: each hexagon owns its top (even) and its bottom (odd) corner.
    pub fn nodes(&self) -> usize {
        2 * self.unit.len()
    }

    /// Position of a node, metres.
    pub fn node(&self, n: usize) -> Coord<f64> {
        let c = self.centre(n / 2);
        Coord {
            x: c.x,
            y: if n.is_multiple_of(2) {
                c.y + self.side
            } else {
                c.y - self.side
            },
        }
    }

    /// The two ends of the sides E, NE and NW, in the direction that keeps the hexagon on the left.
    pub fn side_nodes(&self, h: usize) -> [(usize, usize); 3] {
        let [_, ne, nw, _, _, se] = self.neighbours(h);
        let (north, north_east, north_west, south_east) = (2 * h, 2 * ne + 1, 2 * nw + 1, 2 * se);
        [
            (south_east, north_east),
            (north_east, north),
            (north, north_west),
        ]
    }

    /// A city of about `units` lowest units on both banks of a river.
    pub fn grow(units: usize, rng: &mut Rng) -> Self {
        let wanted = (units.max(1) as f64 * PER_UNIT).max(200.0);
        let in_sides = (wanted * 1.5 * SQRT3 / std::f64::consts::PI).sqrt();
        let side = SIDE.min(MOST_RADIUS / in_sides);
        let radius = in_sides * side;
        let reach = radius * 1.6;
        let (width, height) = (
            (2.0 * reach / (side * SQRT3)) as usize + 5,
            (2.0 * reach / (side * 1.5)) as usize + 5,
        );
        let mut lattice = Self {
            side,
            width,
            height,
            unit: vec![OUTSIDE; width * height],
            bank: vec![false; width * height],
        };
        let (shape, river, ground) = (Noise::new(rng), Noise::new(rng), Noise::new(rng));
        for h in 0..lattice.unit.len() {
            let p = lattice.centre(h);
            // The river comes from the north-west and bends as it goes.
            let (along, across) = (0.6 * p.x - 0.8 * p.y, 0.8 * p.x + 0.6 * p.y);
            let bend = radius
                * (1.3 * (river.at(along, 0.0, 0.8 * radius) - 0.5)
                    + 0.3 * (river.at(along, 1e7, 0.2 * radius) - 0.5));
            lattice.bank[h] = across > bend;
        }
        let city: Vec<usize> = lattice
            .inner()
            .filter(|&h| {
                let p = lattice.centre(h);
                distance(p, ORIGIN) < radius * (0.48 + 1.04 * shape.at(p.x, p.y, 0.6 * radius))
            })
            .collect();
        for h in city {
            lattice.unit[h] = 0;
        }
        lattice.keep_one_piece();
        lattice.divide(units, radius, &ground, rng);
        lattice
    }

    /// Keeps the largest connected set of city hexagons and fills what it encloses.
    fn keep_one_piece(&mut self) {
        let (pieces, sizes) = self.pieces(|unit| unit != OUTSIDE);
        let largest = (0..sizes.len())
            .max_by_key(|&k| (sizes[k], Reverse(k)))
            .unwrap_or(0);
        for (unit, piece) in self.unit.iter_mut().zip(&pieces) {
            *unit = if *piece == largest as u32 { 0 } else { OUTSIDE };
        }
        // The outside is the piece of the lattice's first inner hexagon; all other outside pieces are enclosed.
        let (pieces, _) = self.pieces(|unit| unit == OUTSIDE);
        let outer = self.inner().next().map_or(0, |h| pieces[h]);
        let enclosed: Vec<usize> = self
            .inner()
            .filter(|&h| self.unit[h] == OUTSIDE && pieces[h] != outer)
            .collect();
        for h in enclosed {
            self.unit[h] = 0;
        }
    }

    /// Numbers the connected sets of inner hexagons whose label passes; the rest is `u32::MAX`.
    fn pieces(&self, passes: impl Fn(u32) -> bool) -> (Vec<u32>, Vec<usize>) {
        let mut inner = vec![false; self.unit.len()];
        self.inner().for_each(|h| inner[h] = true);
        let (mut piece, mut sizes) = (vec![u32::MAX; self.unit.len()], Vec::new());
        for start in self.inner() {
            if piece[start] != u32::MAX || !passes(self.unit[start]) {
                continue;
            }
            let (mut stack, mut size) = (vec![start], 0);
            piece[start] = sizes.len() as u32;
            while let Some(h) = stack.pop() {
                size += 1;
                for n in self.neighbours(h) {
                    if inner[n] && piece[n] == u32::MAX && passes(self.unit[n]) {
                        piece[n] = sizes.len() as u32;
                        stack.push(n);
                    }
                }
            }
            sizes.push(size);
        }
        (piece, sizes)
    }

    /// Divides the city among `units` seeds, small units in the middle, and moves the seeds to their units' middles a few
    /// times. Units are connected and (but for leftovers) on one bank.
    fn divide(&mut self, units: usize, radius: f64, ground: &Noise, rng: &mut Rng) {
        let mut city: Vec<usize> = self.inner().filter(|&h| self.unit[h] != OUTSIDE).collect();
        rng.shuffle(&mut city);
        let mut seeds: Vec<usize> = Vec::with_capacity(units);
        let mut rest = Vec::new();
        for &h in &city {
            let far = distance(self.centre(h), ORIGIN) / radius;
            if seeds.len() < units
                && rng.unit() < 0.30 / (0.06 + far * far) * units as f64 / city.len() as f64
            {
                seeds.push(h);
            } else {
                rest.push(h);
            }
        }
        let missing = units.saturating_sub(seeds.len());
        seeds.extend(rest.into_iter().take(missing));
        for round in 0..5 {
            self.spread(&seeds, ground);
            if round < 4 {
                seeds = self.middles(&seeds);
            }
        }
    }

    /// Gives each city hexagon to the seed from which it is reached most cheaply over uneven ground.
    fn spread(&mut self, seeds: &[usize], ground: &Noise) {
        let mut unit = vec![OUTSIDE; self.unit.len()];
        // The second pass may cross the river, for hexagons cut off from every seed of their bank.
        for may_cross in [false, true] {
            let mut queue: BinaryHeap<Reverse<(u64, u32, usize)>> = BinaryHeap::new();
            if may_cross {
                queue.extend(
                    (0..unit.len())
                        .filter(|&h| unit[h] != OUTSIDE)
                        .map(|h| Reverse((0, unit[h], h))),
                );
            } else {
                queue.extend(
                    seeds
                        .iter()
                        .enumerate()
                        .map(|(k, &h)| Reverse((0, k as u32, h))),
                );
            }
            let mut done = vec![false; unit.len()];
            while let Some(Reverse((cost, k, h))) = queue.pop() {
                if done[h] || (unit[h] != OUTSIDE && unit[h] != k) {
                    continue;
                }
                done[h] = true;
                unit[h] = k;
                for n in self.neighbours(h) {
                    if self.unit[n] != OUTSIDE
                        && unit[n] == OUTSIDE
                        && (may_cross || self.bank[n] == self.bank[h])
                    {
                        let p = self.centre(n);
                        let rough = ground.at(p.x, p.y, 5.0 * self.side);
                        let step = 200.0 + 9000.0 * rough * rough * rough;
                        queue.push(Reverse((cost + step as u64, k, n)));
                    }
                }
            }
        }
        self.unit = unit;
    }

    /// For each seed the hexagon of its unit nearest to the unit's middle.
    fn middles(&self, seeds: &[usize]) -> Vec<usize> {
        let mut sums = vec![(0.0, 0.0, 0.0f64); seeds.len()];
        let members: Vec<usize> = self.inner().filter(|&h| self.unit[h] != OUTSIDE).collect();
        for &h in &members {
            let (p, s) = (self.centre(h), &mut sums[self.unit[h] as usize]);
            *s = (s.0 + p.x, s.1 + p.y, s.2 + 1.0);
        }
        let mut best: Vec<(f64, usize)> = seeds.iter().map(|&h| (f64::INFINITY, h)).collect();
        for &h in &members {
            let k = self.unit[h] as usize;
            let middle = Coord {
                x: sums[k].0 / sums[k].2,
                y: sums[k].1 / sums[k].2,
            };
            let d = distance(self.centre(h), middle);
            if d < best[k].0 {
                best[k] = (d, h);
            }
        }
        best.into_iter().map(|(_, h)| h).collect()
    }

    /// Gathers the lowest units into `groups` connected groups of about equal number, each (but for leftovers) on one bank.
    /// Returns the group of each unit.
    pub fn gather(&self, units: usize, groups: usize) -> Vec<u32> {
        let mut near: Vec<Vec<u32>> = vec![Vec::new(); units];
        let mut middle = vec![(0.0, 0.0, 0.0f64); units];
        let mut bank = vec![false; units];
        for h in self.inner().filter(|&h| self.unit[h] != OUTSIDE) {
            let (u, p) = (self.unit[h] as usize, self.centre(h));
            middle[u] = (middle[u].0 + p.x, middle[u].1 + p.y, middle[u].2 + 1.0);
            bank[u] = self.bank[h];
            for n in self.neighbours(h) {
                if self.unit[n] != OUTSIDE && self.unit[n] as usize != u {
                    near[u].push(self.unit[n]);
                }
            }
        }
        for list in &mut near {
            list.sort_unstable();
            list.dedup();
        }
        let centre: Vec<Coord<f64>> = middle
            .iter()
            .map(|s| Coord {
                x: s.0 / s.2.max(1.0),
                y: s.1 / s.2.max(1.0),
            })
            .collect();
        let seeds = spread_seeds(&centre, &bank, groups.clamp(1, units.max(1)));
        let mut group = vec![u32::MAX; units];
        let mut queues: Vec<BinaryHeap<Reverse<(u64, u32)>>> = seeds
            .iter()
            .map(|&s| BinaryHeap::from([Reverse((0, s as u32))]))
            .collect();
        let mut sizes = vec![0usize; seeds.len()];
        for may_cross in [false, true] {
            if may_cross {
                // Leftovers join any neighbouring group.
                for u in 0..units {
                    if group[u] != u32::MAX {
                        let g = group[u] as usize;
                        queues[g].extend(near[u].iter().map(|&n| {
                            Reverse((distance(centre[n as usize], centre[seeds[g]]) as u64, n))
                        }));
                    }
                }
            }
            // The smallest group that can still grow takes its nearest free neighbour.
            while let Some(g) = (0..seeds.len())
                .filter(|&g| !queues[g].is_empty())
                .min_by_key(|&g| (sizes[g], g))
            {
                let Some(Reverse((_, u))) = queues[g].pop() else {
                    continue;
                };
                if group[u as usize] != u32::MAX {
                    continue;
                }
                group[u as usize] = g as u32;
                sizes[g] += 1;
                for &n in &near[u as usize] {
                    if group[n as usize] == u32::MAX
                        && (may_cross || bank[n as usize] == bank[u as usize])
                    {
                        queues[g].push(Reverse((
                            distance(centre[n as usize], centre[seeds[g]]) as u64,
                            n,
                        )));
                    }
                }
            }
        }
        group
    }
}

/// `count` of the points, far from each other, shared out between the banks by their numbers.
fn spread_seeds(centre: &[Coord<f64>], bank: &[bool], count: usize) -> Vec<usize> {
    let of_bank = |b: bool| {
        (0..centre.len())
            .filter(|&u| bank[u] == b)
            .collect::<Vec<_>>()
    };
    let (left, right) = (of_bank(false), of_bank(true));
    let mut for_left = (count * left.len() + centre.len() / 2) / centre.len().max(1);
    if count >= 2 && !left.is_empty() && !right.is_empty() {
        for_left = for_left.clamp(1, count - 1);
    }
    for_left = for_left
        .min(left.len())
        .max(count.saturating_sub(right.len()));
    let mut seeds = Vec::with_capacity(count);
    for (members, share) in [(left, for_left), (right, count - for_left)] {
        let mut chosen: Vec<usize> = Vec::new();
        let mut apart = vec![f64::INFINITY; members.len()];
        while chosen.len() < share.min(members.len()) {
            let by_distance = |a: &usize, b: &usize| {
                let of = |k: usize| {
                    if chosen.is_empty() {
                        distance(centre[members[k]], ORIGIN)
                    } else {
                        apart[k]
                    }
                };
                of(*a).total_cmp(&of(*b)).then(b.cmp(a))
            };
            let Some(k) = (0..members.len()).max_by(by_distance) else {
                break;
            };
            chosen.push(members[k]);
            for j in 0..members.len() {
                apart[j] = apart[j].min(distance(centre[members[j]], centre[members[k]]));
            }
        }
        seeds.extend(chosen);
    }
    seeds
}
