//! Rings become segments between numbered grid points; what several rings share is held once, with its owners.

use crate::grid::{Grid, Pt};
use crate::numbering::number;
use crate::{Coverage, Fault, Owner, Stretch};
use geo_types::{LineString, MultiPolygon};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Where a ring belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RingInfo {
    /// Number of the part (polygon) over the whole input.
    pub part: u32,
    /// The exterior ring of its part.
    pub exterior: bool,
    /// Whose part it is.
    pub owner: Owner,
    /// Which polygon of its owner it belongs to.
    pub polygon: u32,
    /// Which ring of that polygon it is; 0 is the exterior.
    pub ring: u32,
}

/// The rings that take part, with their vertices.
#[derive(Debug, Default)]
pub(crate) struct Rings {
    pub info: Vec<RingInfo>,
    /// `points[first[r]..first[r + 1]]` are the different vertices of ring `r` in order, as point numbers.
    pub first: Vec<u32>,
    pub points: Vec<u32>,
    /// For each of [`Self::points`] its place in the ring as received.
    pub vertex: Vec<u32>,
}

impl Rings {
    /// Where the two vertices that segment `at` of ring `r` joins stand in [`Self::points`].
    fn places(&self, r: u32, at: u32) -> [usize; 2] {
        let (from, to) = (self.first[r as usize], self.first[r as usize + 1]);
        let here = from + at;
        let next = if here + 1 == to { from } else { here + 1 };
        [here as usize, next as usize]
    }

    /// The two vertices that segment `at` of ring `r` joins, as point numbers.
    pub fn ends(&self, r: u32, at: u32) -> [u32; 2] {
        self.places(r, at).map(|i| self.points[i])
    }

    /// The stretches of rings that the runs (ring, segment) make, neighbours joined. Where a ring runs along itself, a
    /// fault of its own tells so.
    pub fn stretches(&self, mut runs: Vec<(u32, u32)>) -> Vec<Stretch> {
        runs.retain(|r| r.1 != SEVERAL);
        runs.sort_unstable();
        runs.dedup();
        let mut out = Vec::new();
        for of_ring in runs.chunk_by(|a, b| a.0 == b.0) {
            let r = of_ring[0].0;
            let info = &self.info[r as usize];
            let last = self.first[r as usize + 1] - self.first[r as usize] - 1;
            let mut spans: Vec<[u32; 2]> = of_ring
                .chunk_by(|a, b| a.1 + 1 == b.1)
                .map(|s| [s[0].1, s[s.len() - 1].1])
                .collect();
            // A stretch over the ring's end is one, not two.
            if spans.len() > 1 && spans[0][0] == 0 && spans[spans.len() - 1][1] == last {
                let end = spans.remove(0)[1];
                if let Some(open) = spans.last_mut() {
                    open[1] = end;
                }
            }
            out.extend(spans.into_iter().map(|[from, to]| Stretch {
                owner: info.owner,
                part: info.polygon,
                ring: info.ring,
                vertices: [self.places(r, from)[0], self.places(r, to)[1]].map(|i| self.vertex[i]),
            }));
        }
        out
    }
}

/// A fault found while reading rings, at a grid point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RingFault {
    pub owner: Owner,
    pub fault: Fault,
    pub at: Pt,
}

/// Instead of the number of a ring's segment: several of them run here, in an odd number.
pub(crate) const SEVERAL: u32 = u32::MAX;

/// A ring along a stretch between two points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    /// End points by number, the smaller number first.
    pub ends: [u32; 2],
    /// Number of the ring.
    pub ring: u32,
    /// Which segment of the ring it is, or lies on; or [`SEVERAL`].
    pub at: u32,
    /// A piece that may not have met all the others yet.
    pub fresh: bool,
}

/// Different segments with the rings that run along each an odd number of times.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// Grid points by number; neighbours in the plane have neighbouring numbers.
    pub pts: Vec<Pt>,
    /// End points by number, the smaller number first; each pair once, ascending.
    pub ends: Vec<[u32; 2]>,
    /// `owners[offset[i]..offset[i + 1]]` are the rings of segment `i`, ascending.
    pub offset: Vec<u32>,
    /// Ring numbers.
    pub owners: Vec<u32>,
    /// For each of [`Self::owners`] which segment of that ring runs here.
    pub at: Vec<u32>,
}

impl Segments {
    /// No segments between the points given.
    pub fn none(pts: Vec<Pt>) -> Segments {
        Segments {
            pts,
            offset: vec![0],
            ..Segments::default()
        }
    }

    /// The rings that run along segment `i`.
    #[inline]
    pub fn rings(&self, i: usize) -> &[u32] {
        &self.owners[self.offset[i] as usize..self.offset[i + 1] as usize]
    }

    /// The rings that run along segment `i`, each with the number of its segment (or [`SEVERAL`]).
    pub fn runs(&self, i: usize) -> impl Iterator<Item = (u32, u32)> + '_ {
        let range = self.offset[i] as usize..self.offset[i + 1] as usize;
        range.map(|k| (self.owners[k], self.at[k]))
    }

    /// The end points of segment `i`.
    #[inline]
    pub fn pair(&self, i: usize) -> (Pt, Pt) {
        let [a, b] = self.ends[i];
        (self.pts[a as usize], self.pts[b as usize])
    }

    /// Takes a segment with its rings as they are.
    #[inline]
    pub fn keep(&mut self, from: &Segments, i: usize) {
        let range = from.offset[i] as usize..from.offset[i + 1] as usize;
        self.ends.push(from.ends[i]);
        self.owners.extend_from_slice(&from.owners[range.clone()]);
        self.at.extend_from_slice(&from.at[range]);
        self.offset.push(self.owners.len() as u32);
    }

    /// Takes the runs between one pair of ends, ascending, as one segment. A ring that runs along it an even number of
    /// times has no area at either side of it; `doubled` hears of that.
    pub fn gather(&mut self, runs: &[Run], doubled: &mut impl FnMut(u32, Pt)) {
        let pts = std::mem::take(&mut self.pts);
        self.gather_among(&pts, runs, doubled);
        self.pts = pts;
    }

    /// The same with points that are kept elsewhere.
    fn gather_among(&mut self, pts: &[Pt], runs: &[Run], doubled: &mut impl FnMut(u32, Pt)) {
        let begin = self.owners.len();
        let ends = runs[0].ends;
        for same in runs.chunk_by(|a, b| a.ring == b.ring) {
            if same.len() % 2 == 1 {
                self.owners.push(same[0].ring);
                self.at
                    .push(if same.len() == 1 { same[0].at } else { SEVERAL });
            }
            if same.len() > 1 {
                let [a, b] = ends.map(|n| pts[n as usize]);
                doubled(same[0].ring, a.min(b));
            }
        }
        if self.owners.len() > begin {
            self.ends.push(ends);
            self.offset.push(self.owners.len() as u32);
        }
    }
}

impl Segments {
    /// Takes segments that come after its own.
    fn append(&mut self, more: Segments) {
        let base = self.owners.len() as u32;
        self.ends.extend_from_slice(&more.ends);
        self.owners.extend_from_slice(&more.owners);
        self.at.extend_from_slice(&more.at);
        self.offset
            .extend(more.offset[1..].iter().map(|o| base + o));
    }
}

/// The least place of each ring that something was seen at: one finding a ring, whatever the order of the input.
#[derive(Debug, Default)]
pub(crate) struct LeastPlaces(FxHashMap<u32, Pt>);

impl LeastPlaces {
    pub fn see(&mut self, ring: u32, at: Pt) {
        let least = self.0.entry(ring).or_insert(at);
        *least = at.min(*least);
    }

    pub fn faults(self, fault: Fault, rings: &Rings) -> impl Iterator<Item = RingFault> + '_ {
        self.0.into_iter().map(move |(ring, at)| RingFault {
            owner: rings.info[ring as usize].owner,
            fault,
            at,
        })
    }
}

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
    let snapped: Vec<Snapped> = areas
        .par_iter()
        .map(|&(owner, area)| snap(area, owner, grid))
        .collect();

    let mut rings = Rings::default();
    let mut points = Vec::with_capacity(snapped.iter().map(|s| s.points.len()).sum());
    rings.first.push(0);
    let (mut faults, mut vertices, mut parts) = (Vec::new(), 0, 0);
    for s in snapped {
        let base = points.len() as u32;
        points.extend_from_slice(&s.points);
        rings.vertex.extend_from_slice(&s.vertex);
        rings.first.extend(s.ends.iter().map(|e| base + e));
        rings.info.extend(s.rings.into_iter().map(|r| RingInfo {
            part: parts + r.polygon,
            ..r
        }));
        parts += s.polygons;
        faults.extend(s.faults);
        vertices += s.vertices;
    }
    let (pts, numbers) = number(&points);
    drop(points);
    rings.points = numbers;

    let mut touched = LeastPlaces::default();
    let count = rings.info.len() as u32;
    let twice: Vec<(u32, Pt)> = (0..count)
        .into_par_iter()
        .filter_map(|r| Some((r, twice_visited(&rings, r, &pts)?)))
        .collect();
    twice.into_iter().for_each(|(r, at)| touched.see(r, at));

    let mut doubled = LeastPlaces::default();
    let gathered: Vec<(Segments, Vec<(u32, Pt)>)> = by_ends(&rings, pts.len())
        .into_par_iter()
        .map(|runs| {
            let (mut of_lot, mut twice) = (Segments::none(Vec::new()), Vec::new());
            of_lot.ends.reserve(runs.len());
            for same in runs.chunk_by(|a, b| a.ends == b.ends) {
                of_lot.gather_among(&pts, same, &mut |ring, at| twice.push((ring, at)));
            }
            (of_lot, twice)
        })
        .collect();
    let mut segments = Segments::none(pts);
    for (of_lot, twice) in gathered {
        segments.append(of_lot);
        twice
            .into_iter()
            .for_each(|(ring, at)| doubled.see(ring, at));
    }
    Read {
        segments,
        rings,
        faults,
        doubled,
        touched,
        vertices,
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

/// All runs, ascending, in lots of neighbouring first ends.
fn by_ends(rings: &Rings, points: usize) -> Vec<Vec<Run>> {
    let lots = (rings.points.len() / 50_000 + 1).min(4096);
    let per_lot = points / lots + 1;
    let count = rings.info.len();
    let chunk = count.div_ceil(rayon::current_num_threads()).max(1);
    // Each core deals out a share of the rings, then each lot is put together.
    let dealt: Vec<Vec<Vec<Run>>> = (0..count.div_ceil(chunk))
        .into_par_iter()
        .map(|k| {
            let mut out: Vec<Vec<Run>> = vec![Vec::new(); lots];
            for r in k * chunk..((k + 1) * chunk).min(count) {
                let (from, to) = (rings.first[r] as usize, rings.first[r + 1] as usize);
                let ring = &rings.points[from..to];
                for (i, &a) in ring.iter().enumerate() {
                    let b = if i + 1 == ring.len() {
                        ring[0]
                    } else {
                        ring[i + 1]
                    };
                    let ends = [a.min(b), a.max(b)];
                    out[ends[0] as usize / per_lot].push(Run {
                        ends,
                        ring: r as u32,
                        at: i as u32,
                        fresh: false,
                    });
                }
            }
            out
        })
        .collect();
    (0..lots)
        .into_par_iter()
        .map(|lot| {
            let mut runs: Vec<Run> = Vec::with_capacity(dealt.iter().map(|d| d[lot].len()).sum());
            dealt.iter().for_each(|d| runs.extend_from_slice(&d[lot]));
            runs.sort_unstable();
            runs
        })
        .collect()
}

/// An area on the grid.
struct Snapped {
    points: Vec<Pt>,
    vertex: Vec<u32>,
    /// Where each ring ends in `points`.
    ends: Vec<u32>,
    rings: Vec<RingInfo>,
    polygons: u32,
    faults: Vec<RingFault>,
    vertices: usize,
}

fn snap(area: &MultiPolygon<f64>, owner: Owner, grid: Grid) -> Snapped {
    let mut s = Snapped {
        points: Vec::new(),
        vertex: Vec::new(),
        ends: Vec::new(),
        rings: Vec::new(),
        polygons: area.0.len() as u32,
        faults: Vec::new(),
        vertices: 0,
    };
    for (p, polygon) in area.0.iter().enumerate() {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for (k, ring) in rings.enumerate() {
            let info = RingInfo {
                part: 0,
                exterior: k == 0,
                owner,
                polygon: p as u32,
                ring: k as u32,
            };
            s.ring(ring, info, grid);
        }
    }
    s
}

impl Snapped {
    fn ring(&mut self, line: &LineString<f64>, info: RingInfo, grid: Grid) {
        self.vertices += line.0.len();
        let begin = self.points.len();
        let mut lost = false;
        for (i, c) in line.0.iter().enumerate() {
            let Some(p) = grid.snap(c.x, c.y) else {
                lost = true;
                continue;
            };
            if self.points[begin..].last() != Some(&p) {
                self.points.push(p);
                self.vertex.push(i as u32);
            }
        }
        while self.points.len() > begin + 1
            && self.points[begin] == self.points[self.points.len() - 1]
        {
            self.points.pop();
            self.vertex.pop();
        }
        // The least point stands for the ring, whatever vertex it starts with.
        let at = self.points[begin..]
            .iter()
            .copied()
            .min()
            .unwrap_or(Pt { x: 0, y: 0 });
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
        if self.points.len() - begin < 3 {
            // An empty ring is how some formats write "no geometry"; it is the reader's matter, not a fault of shape.
            if !line.0.is_empty() {
                fault(Fault::Collapsed);
            }
            self.points.truncate(begin);
            self.vertex.truncate(begin);
            return;
        }
        self.rings.push(info);
        self.ends.push(self.points.len() as u32);
    }
}
