//! From sets of hexagons to crooked lines: each shared edge is drawn once, and both sides use it.
//!
//! 1. The sides between hexagons of different units are joined to chains between nodes where three units meet.
//! 2. The chains are smoothed, as far as nothing crosses.
//! 3. Each straight piece is made crooked by moving midpoints, inside a rhombus of its own. The rhombi do not meet, so
//!    neither do the crooked lines, however fine they get.

use geo_types::Coord;

use crate::grid::Grid;
use crate::lattice::{Lattice, OUTSIDE};
use crate::plane::{distance, left_normal, lerp, minus, to_segment};
use crate::rng::Rng;

/// A line between two nodes with the lowest unit on either side ([`OUTSIDE`] beyond the city).
pub struct Edge {
    /// Points from end to end, metres.
    pub line: Vec<Coord<f64>>,
    /// First and last node of the honeycomb; equal for a closed line.
    pub ends: (usize, usize),
    /// Unit on the left.
    pub left: u32,
    /// Unit on the right.
    pub right: u32,
}

struct Chain {
    nodes: Vec<usize>,
    left: u32,
    right: u32,
}

/// The edges of the lattice's units with about `vertices` points in all unit outlines together.
pub fn edges(lattice: &Lattice, vertices: usize, rng: &mut Rng) -> Vec<Edge> {
    let chains = chains(lattice);
    let place = smooth(lattice, &chains, rng);
    let pieces: usize = chains
        .iter()
        .map(|c| {
            (c.nodes.len() - 1)
                * if c.left == OUTSIDE || c.right == OUTSIDE {
                    1
                } else {
                    2
                }
        })
        .sum();
    let per_piece = (vertices as f64 / pieces.max(1) as f64).max(1.0);
    let spread = spreads(&chains, &place, lattice.side);
    let mut spread = spread.iter();
    chains
        .into_iter()
        .map(|chain| {
            let mut line = vec![place[chain.nodes[0]]];
            for w in chain.nodes.windows(2) {
                // Halving gives powers of two; a random one of the two nearest keeps the mean.
                let mut depth = 0;
                while f64::from(1u32 << (depth + 1)) <= per_piece && depth < 24 {
                    depth += 1;
                }
                let whole = f64::from(1u32 << depth);
                if rng.unit() < (per_piece - whole) / whole {
                    depth += 1;
                }
                let bend = spread.next().copied().unwrap_or(0.0) * (1.0 - CALM) / 2.0;
                crook(&mut line, place[w[0]], place[w[1]], bend, depth, rng);
            }
            Edge {
                ends: (
                    chain.nodes[0],
                    *chain.nodes.last().unwrap_or(&chain.nodes[0]),
                ),
                line,
                left: chain.left,
                right: chain.right,
            }
        })
        .collect()
}

/// How much of the bend is left at the next finer level.
const CALM: f64 = 0.7;
/// Half the angle of a rhombus at its ends, radians, when nothing is near.
const WIDEST: f64 = 0.43;

/// Adds the crooked way from `a` (already there) to `b`.
fn crook(
    line: &mut Vec<Coord<f64>>,
    a: Coord<f64>,
    b: Coord<f64>,
    bend: f64,
    depth: u32,
    rng: &mut Rng,
) {
    if depth == 0 {
        line.push(b);
        return;
    }
    let side = if rng.unit() < 0.5 { -1.0 } else { 1.0 };
    let n = left_normal(a, b);
    let off = side * bend * rng.range(0.35, 1.0) * distance(a, b);
    let half = lerp(a, b, 0.5);
    let m = Coord {
        x: half.x + n.x * off,
        y: half.y + n.y * off,
    };
    crook(line, a, m, bend * CALM, depth - 1, rng);
    crook(line, m, b, bend * CALM, depth - 1, rng);
}

/// Joins the sides between different units to chains.
fn chains(lattice: &Lattice) -> Vec<Chain> {
    // At each node: up to three ways (next node, unit on the left, unit on the right).
    let mut ways: Vec<Vec<(usize, u32, u32)>> = vec![Vec::new(); lattice.nodes()];
    for h in lattice.inner() {
        for (n, (from, to)) in lattice.neighbours(h).into_iter().zip(lattice.side_nodes(h)) {
            let (left, right) = (lattice.unit[h], lattice.unit[n]);
            if left != right {
                ways[from].push((to, left, right));
                ways[to].push((from, right, left));
            }
        }
    }
    let mut walked: Vec<[bool; 3]> = vec![[false; 3]; ways.len()];
    let mut chains = Vec::new();
    // Chains between nodes of three first; what remains then is closed.
    for closed in [false, true] {
        for start in 0..ways.len() {
            for slot in 0..ways[start].len() {
                if walked[start][slot] || (!closed && ways[start].len() != 3) {
                    continue;
                }
                let (mut next, left, right) = ways[start][slot];
                let (mut nodes, mut at) = (vec![start], start);
                walked[start][slot] = true;
                loop {
                    nodes.push(next);
                    let back = ways[next].iter().position(|w| w.0 == at).unwrap_or(0);
                    walked[next][back] = true;
                    if ways[next].len() != 2 || next == start {
                        break;
                    }
                    let on = 1 - back;
                    walked[next][on] = true;
                    (at, next) = (next, ways[next][on].0);
                }
                chains.push(Chain { nodes, left, right });
            }
        }
    }
    chains
}

/// Positions of the nodes: jittered, then smoothed along the chains as much as keeps every line clear of every other.
fn smooth(lattice: &Lattice, chains: &[Chain], rng: &mut Rng) -> Vec<Coord<f64>> {
    let mut raw: Vec<Coord<f64>> = (0..lattice.nodes()).map(|n| lattice.node(n)).collect();
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); raw.len()];
    for w in chains.iter().flat_map(|c| c.nodes.windows(2)) {
        near[w[0]].push(w[1]);
        near[w[1]].push(w[0]);
    }
    for p in &mut raw {
        // A sixth of a side never turns a hexagon's corner inside out.
        p.x += rng.range(-1.0, 1.0) * lattice.side / 6.0;
        p.y += rng.range(-1.0, 1.0) * lattice.side / 6.0;
    }
    for rounds in [3, 2, 1] {
        let mut place = raw.clone();
        for _ in 0..rounds {
            let before = place.clone();
            for (n, list) in near.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
                let share = 1.0 / list.len() as f64;
                let mean = list.iter().fold(Coord { x: 0.0, y: 0.0 }, |m, &k| Coord {
                    x: m.x + before[k].x * share,
                    y: m.y + before[k].y * share,
                });
                place[n] = lerp(before[n], mean, 0.5);
            }
        }
        let mut grid = Grid::new(lattice.side);
        chains
            .iter()
            .flat_map(|c| c.nodes.windows(2))
            .for_each(|w| grid.add(&[place[w[0]], place[w[1]]]));
        if !chains
            .iter()
            .flat_map(|c| c.nodes.windows(2))
            .any(|w| grid.crosses(place[w[0]], place[w[1]]))
        {
            return place;
        }
    }
    raw
}

/// For each piece of each chain, in order: half the angle (radians) of a rhombus on it that meets no other piece's.
fn spreads(chains: &[Chain], place: &[Coord<f64>], cell: f64) -> Vec<f64> {
    let mut grid = Grid::new(cell);
    let pieces = || {
        chains
            .iter()
            .flat_map(|c| c.nodes.windows(2))
            .map(|w| (place[w[0]], place[w[1]]))
    };
    pieces().for_each(|(a, b)| grid.add(&[a, b]));
    pieces()
        .map(|(a, b)| {
            let long = distance(a, b);
            let mut spread = WIDEST;
            let reach = long;
            let low = Coord {
                x: a.x.min(b.x) - reach,
                y: a.y.min(b.y) - reach,
            };
            let high = Coord {
                x: a.x.max(b.x) + reach,
                y: a.y.max(b.y) + reach,
            };
            grid.visit(low, high, |c, d| {
                if (a == c && b == d) || (a == d && b == c) {
                    return;
                }
                for (end, other) in [(a, b), (b, a)] {
                    for (at, far) in [(c, d), (d, c)] {
                        if end == at {
                            spread = spread.min(0.9 * half_angle(end, other, far));
                        }
                    }
                }
                if a != c && a != d && b != c && b != d {
                    let apart = to_segment(a, c, d)
                        .min(to_segment(b, c, d))
                        .min(to_segment(c, a, b))
                        .min(to_segment(d, a, b));
                    // Each rhombus may take less than half of the room between, at its own widest.
                    let theirs = distance(c, d).max(long);
                    spread = spread.min(arc_tangent_below(0.9 * apart / theirs));
                }
            });
            spread
        })
        .collect()
}

/// Half the angle at `corner` between the directions to `p` and `q`, never too large.
fn half_angle(corner: Coord<f64>, p: Coord<f64>, q: Coord<f64>) -> f64 {
    let (u, v) = (minus(p, corner), minus(q, corner));
    let cosine = (u.x * v.x + u.y * v.y)
        / (distance(p, corner) * distance(q, corner)).max(f64::MIN_POSITIVE);
    arc_tangent_below(((1.0 - cosine).max(0.0) / (1.0 + cosine).max(1e-12)).sqrt())
}

/// A lower bound of the arc tangent (Shafer), made of exact operations only.
fn arc_tangent_below(t: f64) -> f64 {
    3.0 * t / (1.0 + 2.0 * (1.0 + t * t).sqrt())
}
