//! Rings as received become vertices on the grid, numbered, and runs between them; equal runs of several rings become
//! one segment.
//!
//! Memory decides the speed of this step, so everything is counted first and then written where it stays.

use crate::grid::{Grid, Pt};
use crate::numbering::{Curve, indexed, number};
use crate::segments::{LeastPlaces, RingFault, RingInfo, Rings, SEVERAL, Segments};
use crate::{Coverage, Fault, Owner};
use geo_types::{LineString, MultiPolygon};
use rayon::prelude::*;
use std::ops::Range;

/// The rings of a coverage as segments, with the faults seen on the way.
pub(crate) struct Read {
    pub segments: Segments,
    pub rings: Rings,
    pub faults: Vec<RingFault>,
    /// Rings that run along an edge twice.
    pub doubled: LeastPlaces,
    /// Rings that come to a vertex twice.
    pub touched: LeastPlaces,
    /// Vertices as received.
    pub vertices: usize,
}

/// Snaps every ring of the coverage and collects its segments.
pub(crate) fn read(coverage: &Coverage<'_>, grid: Grid) -> Read {
    let units = coverage.units.iter().map(|u| u.area).enumerate();
    let parents = coverage.parents.iter().copied().enumerate();
    let exclusions = coverage.exclusions.iter().copied().enumerate();
    let areas: Vec<(Owner, &MultiPolygon<f64>)> = units
        .map(|(i, a)| (Owner::Unit(i), a))
        .chain(parents.map(|(i, a)| (Owner::Parent(i), a)))
        .chain(exclusions.map(|(i, a)| (Owner::Exclusion(i), a)))
        .collect();
    let measured: Vec<Measured> = areas
        .par_iter()
        .map(|&(owner, area)| Measured::of(area, owner, grid))
        .collect();
    let corner = measured.iter().filter_map(|m| m.least).reduce(corner);
    let curve = Curve::from(corner.unwrap_or(Pt { x: 0, y: 0 }));

    let mut points = vec![0u128; measured.iter().map(|m| m.points).sum()];
    let mut shares: Vec<(&MultiPolygon<f64>, u32, &mut [u128])> = Vec::with_capacity(areas.len());
    let (mut rest, mut first) = (&mut points[..], 0);
    for (&(_, area), m) in areas.iter().zip(&measured) {
        let (share, after) = rest.split_at_mut(m.points);
        shares.push((area, first, share));
        (rest, first) = (after, first + m.points as u32);
    }
    shares
        .into_par_iter()
        .for_each(|(area, first, share)| place(area, grid, curve, first, share));

    let mut rings = Rings::default();
    rings.first.push(0);
    let (mut faults, mut vertices, mut parts, mut end) = (Vec::new(), 0, 0, 0);
    for m in measured {
        for ring in m.rings {
            if let Some(kept) = ring.left_out {
                rings.left_out.insert(rings.info.len() as u32, kept);
            }
            rings.info.push(RingInfo {
                part: parts + ring.info.polygon,
                ..ring.info
            });
            end += ring.points;
            rings.first.push(end);
        }
        parts += m.polygons;
        faults.extend(m.faults);
        vertices += m.vertices;
    }
    let (pts, numbers) = number(curve, points);
    rings.points = numbers;

    let mut touched = LeastPlaces::default();
    let count = rings.info.len() as u32;
    let twice: Vec<(u32, Pt)> = (0..count)
        .into_par_iter()
        .filter_map(|r| Some((r, twice_visited(&rings, r, &pts)?)))
        .collect();
    twice.into_iter().for_each(|(r, at)| touched.see(r, at));
    let (segments, doubled) = segments(&rings, pts);
    Read {
        segments,
        rings,
        faults,
        doubled,
        touched,
        vertices,
    }
}

fn corner(a: Pt, b: Pt) -> Pt {
    Pt {
        x: a.x.min(b.x),
        y: a.y.min(b.y),
    }
}

/// An area as it will be on the grid.
struct Measured {
    rings: Vec<MeasuredRing>,
    polygons: u32,
    faults: Vec<RingFault>,
    /// Vertices as received.
    vertices: usize,
    /// Vertices of [`Self::rings`].
    points: usize,
    /// South-west corner of the box around them.
    least: Option<Pt>,
}

struct MeasuredRing {
    info: RingInfo,
    points: u32,
    /// The vertices as received that are points, when not all are.
    left_out: Option<Vec<u32>>,
}

impl Measured {
    fn of(area: &MultiPolygon<f64>, owner: Owner, grid: Grid) -> Measured {
        let mut m = Measured {
            rings: Vec::new(),
            polygons: area.0.len() as u32,
            faults: Vec::new(),
            vertices: 0,
            points: 0,
            least: None,
        };
        let mut snapped = Vec::new();
        for (polygon, ring, line) in lines(area) {
            let info = RingInfo {
                part: 0,
                exterior: ring == 0,
                owner,
                polygon,
                ring,
            };
            m.ring(line, info, grid, &mut snapped);
        }
        m
    }

    fn ring(
        &mut self,
        line: &LineString<f64>,
        info: RingInfo,
        grid: Grid,
        snapped: &mut Vec<(u32, Pt)>,
    ) {
        self.vertices += line.0.len();
        let lost = snap(line, grid, snapped);
        // The least point stands for the ring, whatever vertex it starts with.
        let points = || snapped.iter().map(|s| s.1);
        let at = points().min().unwrap_or(Pt { x: 0, y: 0 });
        let mut fault = |fault| {
            self.faults.push(RingFault {
                owner: info.owner,
                fault,
                at,
            })
        };
        if lost {
            fault(Fault::Coordinate);
        }
        if snapped.len() < LEAST_POINTS {
            // An empty ring is how some formats write "no geometry"; it is the reader's matter, not a fault of shape.
            if !line.0.is_empty() {
                fault(Fault::Collapsed);
            }
            return;
        }
        self.least = points().chain(self.least).reduce(corner);
        self.points += snapped.len();
        let all = snapped
            .last()
            .is_some_and(|s| s.0 as usize == snapped.len() - 1);
        self.rings.push(MeasuredRing {
            info,
            points: snapped.len() as u32,
            left_out: (!all).then(|| snapped.iter().map(|s| s.0).collect()),
        });
    }
}

/// Points of the smallest ring that encloses something.
const LEAST_POINTS: usize = 3;

/// The rings of an area: number of the polygon, number of the ring in it, the ring.
fn lines(area: &MultiPolygon<f64>) -> impl Iterator<Item = (u32, u32, &LineString<f64>)> {
    area.0.iter().zip(0..).flat_map(|(polygon, p)| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings.zip(0..).map(move |(line, r)| (p, r, line))
    })
}

/// The points of a ring on the grid, each different from the one before it, each with its place in the ring as received.
/// Gives whether some vertex has no place on the grid.
fn snap(line: &LineString<f64>, grid: Grid, into: &mut Vec<(u32, Pt)>) -> bool {
    into.clear();
    let mut lost = false;
    for (c, i) in line.0.iter().zip(0..) {
        let Some(p) = grid.snap(c.x, c.y) else {
            lost = true;
            continue;
        };
        if into.last().is_none_or(|last| last.1 != p) {
            into.push((i, p));
        }
    }
    while let [first, .., last] = &into[..]
        && first.1 == last.1
    {
        into.pop();
    }
    lost
}

/// Writes the places of an area's points, the rings that [`Measured`] counts in their order.
fn place(area: &MultiPolygon<f64>, grid: Grid, curve: Curve, first: u32, mut into: &mut [u128]) {
    let mut snapped = Vec::new();
    let mut index = first;
    for (_, _, line) in lines(area) {
        snap(line, grid, &mut snapped);
        if snapped.len() < LEAST_POINTS {
            continue;
        }
        let (of_ring, rest) = into.split_at_mut(snapped.len());
        for ((place, &(_, p)), i) in of_ring.iter_mut().zip(&snapped).zip(index..) {
            *place = indexed(curve.place(p), i);
        }
        index += snapped.len() as u32;
        into = rest;
    }
}

/// The least point that a ring comes to twice.
fn twice_visited(rings: &Rings, r: u32, pts: &[Pt]) -> Option<Pt> {
    let range = rings.first[r as usize] as usize..rings.first[r as usize + 1] as usize;
    let mut numbers = rings.points[range].to_vec();
    numbers.sort_unstable();
    numbers
        .windows(2)
        .filter(|w| w[0] == w[1])
        .map(|w| pts[w[0] as usize])
        .min()
}

/// A ring's segment seen from the end with the smaller number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Ray {
    /// The other end.
    to: u32,
    ring: u32,
    /// Which segment of the ring; [`SEVERAL`], or [`NONE`].
    at: u32,
}

/// Instead of the number of a ring's segment: it runs here as often forth as back.
const NONE: u32 = SEVERAL - 1;

/// The rays from a stretch of points, those of one point together and in order.
struct Rays {
    /// Number of the first of the points.
    from: u32,
    /// `rays[offset[k]..offset[k + 1]]` leave the `k`th of the points.
    offset: Vec<u32>,
    rays: Vec<Ray>,
    /// Different pairs of ends, and the rays that count.
    size: (usize, usize),
    /// Rings that run along a pair more than once.
    doubled: Vec<(u32, Pt)>,
}

/// The segments of the rings, and the rings that run along one of them more than once.
fn segments(rings: &Rings, pts: Vec<Pt>) -> (Segments, LeastPlaces) {
    // Each core walks all rings and takes what leaves its stretch of points: reading them all is cheaper than dealing out.
    let stretch = pts.len() / rayon::current_num_threads() + 1;
    let lots: Vec<Rays> = (0..pts.len().div_ceil(stretch))
        .into_par_iter()
        .map(|k| {
            let from = k * stretch;
            Rays::new(rings, &pts, from..pts.len().min(from + stretch))
        })
        .collect();
    let (pairs, owners) = lots
        .iter()
        .fold((0, 0), |a, lot| (a.0 + lot.size.0, a.1 + lot.size.1));
    let mut out = Segments {
        pts,
        ends: vec![[0; 2]; pairs],
        offset: vec![0; pairs + 1],
        owners: vec![0; owners],
        at: vec![0; owners],
    };
    let mut rest = (
        &mut out.ends[..],
        &mut out.offset[1..],
        &mut out.owners[..],
        &mut out.at[..],
    );
    let mut shares = Vec::with_capacity(lots.len());
    let (mut doubled, mut begin) = (LeastPlaces::default(), 0);
    for mut lot in lots {
        for (ring, at) in lot.doubled.drain(..) {
            doubled.see(ring, at);
        }
        let (pairs, owners) = lot.size;
        let ends = rest.0.split_at_mut(pairs);
        let offset = rest.1.split_at_mut(pairs);
        let of = rest.2.split_at_mut(owners);
        let at = rest.3.split_at_mut(owners);
        shares.push((lot, begin, ends.0, offset.0, of.0, at.0));
        rest = (ends.1, offset.1, of.1, at.1);
        begin += owners as u32;
    }
    shares
        .into_par_iter()
        .for_each(|(lot, begin, ends, offset, owners, at)| {
            let (mut pair, mut n) = (0, 0);
            for (point, rays) in lot.by_point() {
                for same in rays.chunk_by(|a, b| a.to == b.to) {
                    let before = n;
                    for ray in same.iter().filter(|r| r.at != NONE) {
                        owners[n] = ray.ring;
                        at[n] = ray.at;
                        n += 1;
                    }
                    if n > before {
                        ends[pair] = [point, same[0].to];
                        offset[pair] = begin + n as u32;
                        pair += 1;
                    }
                }
            }
        });
    (out, doubled)
}

/// All rays that leave the points given, with which of these points each leaves; those of one point by ring and segment.
fn rays_from(rings: &Rings, points: &Range<usize>, mut take: impl FnMut(usize, Ray)) {
    for (ring, range) in (0..).zip(rings.first.windows(2)) {
        let of_ring = &rings.points[range[0] as usize..range[1] as usize];
        // No ring is empty.
        let closing = of_ring.len() - 1;
        let mut a = of_ring[closing];
        for (&b, at) in of_ring
            .iter()
            .zip(std::iter::once(closing as u32).chain(0..))
        {
            let k = (a.min(b) as usize).wrapping_sub(points.start);
            if k < points.len() {
                let to = a.max(b);
                take(k, Ray { to, ring, at });
            }
            a = b;
        }
    }
}

impl Rays {
    fn new(rings: &Rings, pts: &[Pt], points: Range<usize>) -> Rays {
        let from = points.start as u32;
        let mut offset = vec![0u32; points.len() + 1];
        rays_from(rings, &points, |k, _| offset[k] += 1);
        let mut sum = 0;
        for o in &mut offset {
            (*o, sum) = (sum, sum + *o);
        }
        let mut rays = vec![Ray::default(); sum as usize];
        rays_from(rings, &points, |k, ray| {
            rays[offset[k] as usize] = ray;
            offset[k] += 1;
        });
        // Every offset has moved to where the next point begins.
        offset.rotate_right(1);
        offset[0] = 0;
        let mut lot = Rays {
            from,
            offset,
            rays,
            size: (0, 0),
            doubled: Vec::new(),
        };
        lot.settle(pts);
        lot
    }

    /// Brings the rays of each point in order, and those that one ring has twice to one or none.
    fn settle(&mut self, pts: &[Pt]) {
        for k in 0..self.offset.len() - 1 {
            let rays = &mut self.rays[self.offset[k] as usize..self.offset[k + 1] as usize];
            rays.sort_unstable();
            for to_one in rays.chunk_by_mut(|a, b| a.to == b.to) {
                let mut owners = 0;
                for same in to_one.chunk_by_mut(|a, b| a.ring == b.ring) {
                    let odd = same.len() % 2 == 1;
                    owners += usize::from(odd);
                    if same.len() > 1 {
                        let ends = [self.from + k as u32, same[0].to].map(|n| pts[n as usize]);
                        self.doubled.push((same[0].ring, ends[0].min(ends[1])));
                        same.iter_mut().for_each(|r| r.at = NONE);
                        if odd {
                            same[0].at = SEVERAL;
                        }
                    }
                }
                self.size.0 += usize::from(owners > 0);
                self.size.1 += owners;
            }
        }
    }

    /// The points by number, each with its rays.
    fn by_point(&self) -> impl Iterator<Item = (u32, &[Ray])> {
        let rays = self.offset.windows(2);
        (self.from..).zip(rays.map(|w| &self.rays[w[0] as usize..w[1] as usize]))
    }
}
