//! Rings, and the segments between numbered grid points; what several rings share is held once, with its owners.
//! [`crate::reading`] makes them.

use crate::grid::Pt;
use crate::{Fault, Owner, Stretch};
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
    /// Of rings of which vertices were left out: for each of their [`Self::points`] its place in the ring as received.
    pub left_out: FxHashMap<u32, Vec<u32>>,
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

    /// Which vertex of ring `r` as received the `k`th of its points is.
    fn vertex(&self, r: u32, k: usize) -> u32 {
        self.left_out.get(&r).map_or(k as u32, |kept| kept[k])
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
            let first = self.first[r as usize] as usize;
            let last = self.first[r as usize + 1] - first as u32 - 1;
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
            out.extend(spans.into_iter().map(|[from, to]| {
                Stretch {
                    owner: info.owner,
                    part: info.polygon,
                    ring: info.ring,
                    vertices: [self.places(r, from)[0], self.places(r, to)[1]]
                        .map(|i| self.vertex(r, i - first)),
                }
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

    /// Takes segments that come after its own.
    pub fn append(&mut self, more: &Segments) {
        let base = self.owners.len() as u32;
        self.ends.extend_from_slice(&more.ends);
        self.owners.extend_from_slice(&more.owners);
        self.at.extend_from_slice(&more.at);
        self.offset
            .extend(more.offset[1..].iter().map(|o| base + o));
    }

    /// Takes the runs between one pair of ends, ascending, as one segment. A ring that runs along it an even number of
    /// times has no area at either side of it.
    pub fn gather(&mut self, runs: &[Run]) {
        let begin = self.owners.len();
        let ends = runs[0].ends;
        for same in runs.chunk_by(|a, b| a.ring == b.ring) {
            if same.len() % 2 == 1 {
                self.owners.push(same[0].ring);
                self.at
                    .push(if same.len() == 1 { same[0].at } else { SEVERAL });
            }
        }
        if self.owners.len() > begin {
            self.ends.push(ends);
            self.offset.push(self.owners.len() as u32);
        }
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
