//! The common line (共同界线) of two neighbouring units: how long it is and how much of it both sides agree on.

use crate::arrangement::Arrangement;
use crate::claims::Claims;
use crate::grid::Grid;
use crate::measure::Metric;
use crate::zones::Zone;
use geo_types::{Coord, LineString, MultiLineString};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The common line of two units.
#[derive(Debug, Clone)]
pub struct CommonLine {
    /// Indices of the units, ascending.
    pub units: [usize; 2],
    /// The stretches on which both sides have the very same line (on the grid), first unit at the left.
    pub agreed: MultiLineString<f64>,
    /// Length in metres of the stretches that differ by no more than the tolerance: along each overlap or gap between
    /// the two, half of the outline that it shares with either (shared out evenly when more than two units stand around
    /// it).
    pub within: f64,
    /// Length in metres of the stretches that differ by more, measured in the same way.
    pub disagreed: f64,
}

/// Collects the lines of all pairs.
pub(crate) struct Lines<'a> {
    arrangement: &'a Arrangement,
    claims: &'a Claims,
    metric: Metric,
    grid: Grid,
    /// Lengths within the tolerance, and beyond.
    apart: FxHashMap<[u32; 2], [f64; 2]>,
}

impl<'a> Lines<'a> {
    pub fn new(
        arrangement: &'a Arrangement,
        claims: &'a Claims,
        metric: Metric,
        grid: Grid,
    ) -> Self {
        Lines {
            arrangement,
            claims,
            metric,
            grid,
            apart: FxHashMap::default(),
        }
    }

    /// Takes an overlap or a gap into account.
    pub fn zone(&mut self, zone: &Zone, within_tolerance: bool) {
        let mut contact: BTreeMap<u32, f64> = BTreeMap::new();
        for h in zone.boundary() {
            let beyond = self.claims.of(self.arrangement.face[(h ^ 1) as usize]);
            let own = self.claims.of(self.arrangement.face[h as usize]);
            // Across the line of an overlap stands the one unit that goes on; across that of a gap whoever is there.
            if let [unit] = beyond.units[..]
                && (own.units.is_empty() || own.units.contains(&unit))
            {
                *contact.entry(unit).or_default() += self.length(h);
            }
        }
        let n = contact.len();
        let sides: Vec<(u32, f64)> = contact.into_iter().collect();
        for (i, &(a, la)) in sides.iter().enumerate() {
            for &(b, lb) in &sides[i + 1..] {
                self.apart.entry([a, b]).or_default()[usize::from(!within_tolerance)] +=
                    (la + lb) / 2.0 / (n - 1) as f64;
            }
        }
    }

    fn length(&self, h: u32) -> f64 {
        let [ax, ay] = self.grid.plane(self.arrangement.start(h));
        let [bx, by] = self.grid.plane(self.arrangement.start(h ^ 1));
        let [sx, sy] = self.metric.scale_at((ay + by) / 2.0);
        ((bx - ax) * sx).hypot((by - ay) * sy)
    }

    /// All common lines, by pair.
    pub fn finish(self) -> Vec<CommonLine> {
        let mut agreed: BTreeMap<[u32; 2], Vec<u32>> = BTreeMap::new();
        for h in 0..self.arrangement.next.len() as u32 {
            let (left, right) = (
                self.arrangement.face[h as usize],
                self.arrangement.face[(h ^ 1) as usize],
            );
            let (left, right) = (self.claims.of(left), self.claims.of(right));
            if let ([a], [b]) = (&left.units[..], &right.units[..])
                && a < b
            {
                agreed.entry([*a, *b]).or_default().push(h);
            }
        }
        for &pair in self.apart.keys() {
            agreed.entry(pair).or_default();
        }
        agreed
            .into_iter()
            .map(|(pair, edges)| {
                let [within, disagreed] = self.apart.get(&pair).copied().unwrap_or_default();
                CommonLine {
                    units: pair.map(|u| u as usize),
                    agreed: self.chain(&edges),
                    within,
                    disagreed,
                }
            })
            .collect()
    }

    /// Joins half-edges end to start into as few lines as greedy walking gives, from the least point on.
    fn chain(&self, edges: &[u32]) -> MultiLineString<f64> {
        let mut out_of: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut into: FxHashMap<u32, usize> = FxHashMap::default();
        let mut edges = edges.to_vec();
        edges.sort_unstable_by_key(|&h| (self.arrangement.start(h), self.arrangement.start(h ^ 1)));
        for &h in edges.iter().rev() {
            out_of
                .entry(self.arrangement.origin(h))
                .or_default()
                .push(h);
            *into.entry(self.arrangement.origin(h ^ 1)).or_default() += 1;
        }
        let coord = |h: u32| {
            let [x, y] = self.grid.plane(self.arrangement.start(h));
            Coord { x, y }
        };
        let mut lines = Vec::new();
        let mut walk = |first: u32, out_of: &mut FxHashMap<u32, Vec<u32>>| {
            let mut line = vec![coord(first)];
            let mut h = first;
            loop {
                line.push(coord(h ^ 1));
                match out_of
                    .get_mut(&self.arrangement.origin(h ^ 1))
                    .and_then(Vec::pop)
                {
                    Some(next) => h = next,
                    None => break,
                }
            }
            lines.push(LineString(line));
        };
        // Open lines start where none comes in; what is left are rings.
        for round in 0..2 {
            for &h in &edges {
                let node = self.arrangement.origin(h);
                if round == 0 && into.contains_key(&node) {
                    continue;
                }
                while let Some(first) = out_of.get_mut(&node).and_then(Vec::pop) {
                    walk(first, &mut out_of);
                }
            }
        }
        MultiLineString(lines)
    }
}
