//! Rings become segments between numbered grid points; what several rings share is held once, with its owners.

use crate::grid::{Grid, Pt};
use crate::{Coverage, Fault, Owner};
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
}

/// A fault found while reading rings, at a grid point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RingFault {
    pub owner: Owner,
    pub fault: Fault,
    pub at: Pt,
}

/// Different segments with the rings that run along each an odd number of times.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// Grid points by number.
    pub pts: Vec<Pt>,
    /// End points by number, the smaller number first; each pair once.
    pub ends: Vec<[u32; 2]>,
    /// `owners[offset[i]..offset[i + 1]]` are the rings of segment `i`, ascending.
    pub offset: Vec<u32>,
    /// Ring numbers.
    pub owners: Vec<u32>,
}

impl Segments {
    /// The rings that run along segment `i`.
    #[inline]
    pub fn rings(&self, i: usize) -> &[u32] {
        &self.owners[self.offset[i] as usize..self.offset[i + 1] as usize]
    }

    /// The end points of segment `i`.
    #[inline]
    pub fn pair(&self, i: usize) -> (Pt, Pt) {
        let [a, b] = self.ends[i];
        (self.pts[a as usize], self.pts[b as usize])
    }

    /// Holds each pair of ends once. A ring that runs along a pair an even number of times has no area at either side
    /// of it; `doubled` hears of that.
    pub fn collect(
        pts: Vec<Pt>,
        mut raw: Vec<(u32, u32, u32)>,
        mut doubled: impl FnMut(u32, Pt),
    ) -> Segments {
        raw.par_sort_unstable();
        let mut s = Segments {
            pts,
            offset: vec![0],
            ..Segments::default()
        };
        let mut i = 0;
        while i < raw.len() {
            let (a, b, _) = raw[i];
            let begin = s.owners.len();
            while i < raw.len() && (raw[i].0, raw[i].1) == (a, b) {
                let ring = raw[i].2;
                let mut times = 0;
                while i < raw.len() && raw[i] == (a, b, ring) {
                    times += 1;
                    i += 1;
                }
                if times % 2 == 1 {
                    s.owners.push(ring);
                }
                if times > 1 {
                    doubled(ring, s.pts[a as usize].min(s.pts[b as usize]));
                }
            }
            if s.owners.len() > begin {
                s.ends.push([a, b]);
                s.offset.push(s.owners.len() as u32);
            }
        }
        s
    }
}

/// The rings of a coverage as segments, with the faults seen on the way.
pub(crate) struct Read {
    pub segments: Segments,
    pub rings: Vec<RingInfo>,
    pub faults: Vec<RingFault>,
    /// Vertices as received.
    pub vertices: usize,
}

/// Snaps every ring of the coverage and collects its segments.
pub(crate) fn read(coverage: &Coverage<'_>, grid: Grid) -> Read {
    let mut reader = Reader {
        grid,
        numbers: FxHashMap::default(),
        pts: Vec::new(),
        raw: Vec::new(),
        rings: Vec::new(),
        faults: Vec::new(),
        parts: 0,
        vertices: 0,
    };
    for (i, unit) in coverage.units.iter().enumerate() {
        reader.area(unit.area, Owner::Unit(i));
    }
    for (i, area) in coverage.parents.iter().enumerate() {
        reader.area(area, Owner::Parent(i));
    }
    for (i, area) in coverage.exclusions.iter().enumerate() {
        reader.area(area, Owner::Exclusion(i));
    }
    let Reader {
        pts,
        raw,
        rings,
        mut faults,
        vertices,
        ..
    } = reader;
    // One finding per ring that runs along an edge twice, not one per edge: the first by place, whatever the order.
    let mut doubled: FxHashMap<u32, Pt> = FxHashMap::default();
    let segments = Segments::collect(pts, raw, |ring, at| {
        doubled
            .entry(ring)
            .and_modify(|p| *p = at.min(*p))
            .or_insert(at);
    });
    faults.extend(doubled.into_iter().map(|(ring, at)| RingFault {
        owner: rings[ring as usize].owner,
        fault: Fault::DoubledEdge,
        at,
    }));
    Read {
        segments,
        rings,
        faults,
        vertices,
    }
}

struct Reader {
    grid: Grid,
    numbers: FxHashMap<Pt, u32>,
    pts: Vec<Pt>,
    raw: Vec<(u32, u32, u32)>,
    rings: Vec<RingInfo>,
    faults: Vec<RingFault>,
    parts: u32,
    vertices: usize,
}

impl Reader {
    fn area(&mut self, area: &MultiPolygon<f64>, owner: Owner) {
        for polygon in &area.0 {
            self.ring(polygon.exterior(), true, owner);
            for interior in polygon.interiors() {
                self.ring(interior, false, owner);
            }
            self.parts += 1;
        }
    }

    fn ring(&mut self, line: &LineString<f64>, exterior: bool, owner: Owner) {
        self.vertices += line.0.len();
        let mut numbers: Vec<u32> = Vec::with_capacity(line.0.len());
        let mut lost = false;
        for c in &line.0 {
            let Some(p) = self.grid.snap(c.x, c.y) else {
                lost = true;
                continue;
            };
            let n = *self.numbers.entry(p).or_insert_with(|| {
                self.pts.push(p);
                (self.pts.len() - 1) as u32
            });
            if numbers.last() != Some(&n) {
                numbers.push(n);
            }
        }
        while numbers.len() > 1 && numbers.first() == numbers.last() {
            numbers.pop();
        }
        // The least point stands for the ring, whatever vertex it starts with.
        let at = numbers
            .iter()
            .map(|&n| self.pts[n as usize])
            .min()
            .unwrap_or(Pt { x: 0, y: 0 });
        if lost {
            self.faults.push(RingFault {
                owner,
                fault: Fault::Coordinate,
                at,
            });
        }
        if numbers.len() < 3 {
            // An empty ring is how some formats write "no geometry"; it is the reader's matter, not a fault of shape.
            if !line.0.is_empty() {
                self.faults.push(RingFault {
                    owner,
                    fault: Fault::Collapsed,
                    at,
                });
            }
            return;
        }
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        let twice = sorted
            .windows(2)
            .filter(|w| w[0] == w[1])
            .map(|w| self.pts[w[0] as usize]);
        if let Some(at) = twice.min() {
            self.faults.push(RingFault {
                owner,
                fault: Fault::SelfTouch,
                at,
            });
        }
        let ring = self.rings.len() as u32;
        self.rings.push(RingInfo {
            part: self.parts,
            exterior,
            owner,
        });
        for (i, &a) in numbers.iter().enumerate() {
            let b = numbers[(i + 1) % numbers.len()];
            self.raw.push((a.min(b), a.max(b), ring));
        }
    }
}
