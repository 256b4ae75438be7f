//! Whether a piece of open ground is narrow, told from its banks alone: the stretches of the units' outline along it.
//!
//! A *chord* runs from a foot on a bank to the nearest point of another edge, over open ground. A piece is narrow when
//!
//! - a chord cuts off a stretch of one bank that goes farther from it than the chord is long (a *pocket*), or
//! - two chords join the same two banks, and the ends of each are farther from the other than either is long (a *passage*).
//!
//! Feet are the vertices of the outline, and points of its edges at doubling distances from these ([`feet`]). The width
//! sought says only which chords are short enough, so what is narrow stays so when the width grows and the piece with it.
//! A corner that a disc merely rounds has neither pocket nor passage, unless it is sharper than about 53 degrees.
//!
//! Cost: the square of the feet of a piece at worst; most pieces have few, and most that are narrow show it at once.

use crate::width::{Point, distance};
use std::ops::Range;

/// Edges of the outline along a piece, with the piece to their left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bank {
    /// Its vertices in order, metres.
    pub points: Vec<Point>,
    /// It comes back to its first vertex, which is not repeated.
    pub closed: bool,
    /// Where chords begin: points with the number of the vertex that they are, or of the edge that they lie on.
    pub feet: Vec<(usize, Point)>,
}

/// From a foot to the nearest point of an edge.
#[derive(Debug, Clone, Copy)]
struct Chord {
    ends: [Point; 2],
    length: f64,
}

/// Distance of the first foot from an end of an edge, in metres; each further one is twice as far.
const FIRST_FOOT: f64 = 0.05;

/// How much farther than long counts as farther: what is as deep as it is wide must not be one or the other by rounding.
const FARTHER: f64 = 1.01;

/// The feet of the outline's edge from `a` to `b`, without its ends: they do not depend on what pieces lie along it.
pub(super) fn feet(a: Point, b: Point) -> Vec<Point> {
    let long = (b[0] - a[0]).hypot(b[1] - a[1]);
    let steps = std::iter::successors(Some(FIRST_FOOT), |d| Some(2.0 * d));
    let at = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    steps
        .take_while(|d| *d <= long / 2.0)
        .flat_map(|d| [at(d / long), at(1.0 - d / long)])
        .collect()
}

/// Whether a piece with these banks is narrow, seen with chords of at most `width` metres.
pub(super) fn narrow(banks: &[Bank], width: f64) -> bool {
    banks.iter().any(|b| b.has_pocket(banks, width))
        || (0..banks.len()).any(|p| (0..p).any(|q| passage(banks, p, q, width)))
}

/// Whether two banks run along each other.
fn passage(banks: &[Bank], p: usize, q: usize, width: f64) -> bool {
    let mut chords: Vec<Chord> = banks[p].chords_to(&banks[q], width).collect();
    chords.extend(banks[q].chords_to(&banks[p], width));
    chords.sort_by(|a, b| a.length.total_cmp(&b.length));
    let apart = |c: &Chord, d: &Chord| {
        let [a, b] = d.ends;
        c.ends
            .iter()
            .all(|&e| distance(e, a, b) > FARTHER * d.length)
    };
    chords.iter().enumerate().any(|(i, longer)| {
        let mut shorter = chords[..i].iter();
        shorter.any(|c| {
            apart(c, longer) && apart(longer, c) && c.is_clear(banks) && longer.is_clear(banks)
        })
    })
}

impl Chord {
    /// The chord between two points, when it is short enough and longer than nothing.
    fn new(from: Point, to: Point, width: f64) -> Option<Chord> {
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        (length > 0.0 && length <= width).then_some(Chord {
            ends: [from, to],
            length,
        })
    }

    /// Whether it runs over open ground: no bank crosses it.
    fn is_clear(&self, banks: &[Bank]) -> bool {
        // Its ends lie on banks.
        const END: f64 = 1e-6;
        let [a, b] = self.ends;
        let along = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
        let (a, b) = (along(END), along(1.0 - END));
        !banks.iter().any(|bank| {
            (0..bank.edges()).any(|j| {
                let [c, d] = bank.edge(j);
                let apart =
                    |k: usize| a[k].min(b[k]) > c[k].max(d[k]) || a[k].max(b[k]) < c[k].min(d[k]);
                !apart(0)
                    && !apart(1)
                    && (cross(a, b, c) > 0.0) != (cross(a, b, d) > 0.0)
                    && (cross(c, d, a) > 0.0) != (cross(c, d, b) > 0.0)
            })
        })
    }
}

impl Bank {
    fn edges(&self) -> usize {
        self.points.len() - usize::from(!self.closed)
    }

    /// Vertex `i`; those of a closed bank are counted on and on.
    fn point(&self, i: usize) -> Point {
        self.points[i % self.points.len()]
    }

    fn edge(&self, j: usize) -> [Point; 2] {
        [self.point(j), self.point(j + 1)]
    }

    fn chord_to(&self, from: Point, edge: usize, width: f64) -> Option<Chord> {
        let [a, b] = self.edge(edge);
        let far = |k: usize| from[k] < a[k].min(b[k]) - width || from[k] > a[k].max(b[k]) + width;
        if far(0) || far(1) {
            return None;
        }
        Chord::new(from, nearest(from, a, b), width)
    }

    fn chords_to<'a>(&'a self, other: &'a Bank, width: f64) -> impl Iterator<Item = Chord> + 'a {
        self.feet.iter().flat_map(move |f| {
            (0..other.edges()).filter_map(move |j| other.chord_to(f.1, j, width))
        })
    }

    fn has_pocket(&self, banks: &[Bank], width: f64) -> bool {
        let n = self.points.len();
        let all = if self.closed { 2 * n } else { n - 1 };
        let mut run = vec![0.0];
        for j in 0..all {
            let [a, b] = self.edge(j);
            run.push(run[j] + (b[0] - a[0]).hypot(b[1] - a[1]));
        }
        // What goes farther from a chord than that is long comes back as well.
        let long = |from: usize, to: usize, c: &Chord| run[to] - run[from] > 2.0 * c.length;
        self.feet.iter().any(|&(i, from)| {
            // Onwards to the edges that follow, as far as a closed bank has not come round.
            let ahead = |j: usize| {
                self.chord_to(from, j, width).is_some_and(|c| {
                    long(i, j + 1, &c)
                        && self.is_deep(i + 1..j + 1, from, c.ends[1], c.length)
                        && c.is_clear(banks)
                })
            };
            // And from the edges before.
            let here = if self.closed { i + n } else { i };
            let behind = |j: usize| {
                self.chord_to(from, j, width).is_some_and(|c| {
                    long(j, (here + 1).min(all), &c)
                        && self.is_deep(j + 1..here + 1, c.ends[1], from, c.length)
                        && c.is_clear(banks)
                })
            };
            (i + 1..if self.closed { i + n } else { n - 1 }).any(ahead)
                || (if self.closed { i + 1 } else { 0 }..here).any(behind)
        })
    }

    /// Whether the stretch from `first` over the vertices given to `last` goes farther from the line between these than
    /// `length`, on the side of open ground.
    fn is_deep(&self, inner: Range<usize>, first: Point, last: Point, length: f64) -> bool {
        let (mut deep, mut twice_area, mut before) = (false, 0.0, first);
        for p in inner.map(|k| self.point(k)) {
            deep |= distance(p, first, last) > FARTHER * length;
            twice_area += cross(first, before, p);
            before = p;
        }
        deep && twice_area + cross(first, before, last) > 0.0
    }
}

/// Twice the area of a triangle, positive when counter-clockwise.
fn cross(o: Point, a: Point, b: Point) -> f64 {
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
}

/// The point of a segment nearest to another.
pub(super) fn nearest(p: Point, a: Point, b: Point) -> Point {
    let d = [b[0] - a[0], b[1] - a[1]];
    let square = d[0] * d[0] + d[1] * d[1];
    let along = (p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1];
    // The ends as they are: a chord to a vertex ends in it.
    if square <= 0.0 || along <= 0.0 {
        a
    } else if along >= square {
        b
    } else {
        let t = along / square;
        [a[0] + t * d[0], a[1] + t * d[1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(points: Vec<Point>, closed: bool) -> Bank {
        let n = points.len();
        let edges = (0..n - usize::from(!closed)).map(|i| (i, points[i], points[(i + 1) % n]));
        let on = edges.flat_map(|(i, a, b)| feet(a, b).into_iter().map(move |f| (i, f)));
        let feet = points.iter().copied().enumerate().chain(on).collect();
        Bank {
            points,
            closed,
            feet,
        }
    }

    /// An open bank, the piece to its left.
    fn bank(points: &[(f64, f64)]) -> Bank {
        of(points.iter().map(|&(x, y)| [x, y]).collect(), false)
    }

    /// A notch into the ground below, walked from west to east: open ground to the left.
    fn notch(wide: f64, deep: f64) -> Bank {
        bank(&[
            (-9.0, 0.0),
            (0.0, 0.0),
            (0.0, -deep),
            (wide, -deep),
            (wide, 0.0),
            (9.0, 0.0),
        ])
    }

    #[test]
    fn a_notch_is_narrow_when_deeper_than_wide() {
        assert!(narrow(&[notch(2.0, 3.0)], 2.0));
        assert!(!narrow(&[notch(2.0, 3.0)], 1.9));
        assert!(!narrow(&[notch(3.0, 2.0)], 50.0));
    }

    #[test]
    fn a_tongue_of_ground_is_no_notch() {
        let mut points = notch(2.0, 3.0).points;
        points.reverse();
        let tongue = of(points, false);
        assert!(!narrow(&[tongue], 50.0));
    }

    #[test]
    fn a_passage_is_longer_than_wide() {
        let between = |gap: f64, long: f64| {
            let below = bank(&[(0.0, 0.0), (long, 0.0)]);
            let above = bank(&[(long, gap), (0.0, gap)]);
            narrow(&[below, above], 50.0)
        };
        assert!(between(1.0, 2.0) && !between(2.0, 1.0));
        // Two corners that point at each other.
        let (low, high) = (
            bank(&[(5.0, -5.0), (0.0, 0.0), (-5.0, -5.0)]),
            bank(&[(-5.0, 6.0), (0.0, 1.0), (5.0, 6.0)]),
        );
        assert!(!narrow(&[low, high], 50.0));
    }

    #[test]
    fn what_stands_between_bars_a_chord() {
        // The mouth is barred by a dam that leaves no open chord over it.
        let deep = notch(2.0, 3.0);
        let dam = bank(&[(-1.0, -1.0), (3.0, -1.0)]);
        let chord = Chord::new([0.5, 0.0], [0.5, -3.0], 9.0).unwrap();
        assert!(chord.is_clear(std::slice::from_ref(&deep)) && !chord.is_clear(&[deep, dam]));
    }

    #[test]
    fn a_pond_has_a_closed_bank() {
        // A slit in an island that stands in the piece, over the start of its bank.
        let island = |turn: usize| {
            let mut points: Vec<Point> = vec![
                [0.0, 0.0],
                [0.0, 9.0],
                [4.0, 9.0],
                [4.0, 2.0],
                [5.0, 2.0],
                [5.0, 9.0],
                [9.0, 9.0],
                [9.0, 0.0],
            ];
            points.rotate_left(turn);
            of(points, true)
        };
        for turn in 0..8 {
            assert!(narrow(&[island(turn)], 1.0), "{turn}");
            assert!(!narrow(&[island(turn)], 0.9), "{turn}");
        }
    }
}
