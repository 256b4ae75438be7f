//! The whole check, step by step.

use crate::arrangement::{Arrangement, OUTSIDE};
use crate::claims::{Claim, Claims};
use crate::grid::Pt;
use crate::noding::{self, Meeting};
use crate::reading;
use crate::segments::{LeastPlaces, RingFault, Rings, Segments};
use crate::topology::Topology;
use crate::width::inscribed_circle;
use crate::zones::{Zone, zones};
use crate::{Coverage, Defect, DefectKind, Fault, Options, Owner, closing, gaps, mismatch};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a check found.
#[derive(Debug)]
pub struct Outcome {
    /// All defects, sorted by kind, units and place.
    pub defects: Vec<Defect>,
    /// Nodes, edges, common lines, neighbours.
    pub topology: Topology,
    /// What was looked at.
    pub counts: Counts,
}

/// Sizes of a checked coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Units given.
    pub units: usize,
    /// Vertices given, of units, parents and exclusions.
    pub vertices: usize,
    /// Faces of the plane that the linework makes, without the outer one.
    pub faces: usize,
}

/// Checks a coverage. Never fails: what is no valid ring becomes a defect, and the rest is checked.
///
/// Cost: n log n in the vertices for a clean coverage, plus the crossings and touching vertices of a dirty one.
pub fn check(coverage: &Coverage<'_>, options: &Options) -> Outcome {
    let reading::Read {
        segments,
        rings,
        mut faults,
        mut doubled,
        mut touched,
        vertices,
    } = reading::read(coverage, options.grid);
    let segments = noding::node(
        segments,
        |segments, s, t| same_part(segments, &rings, s, t),
        |segments, m| {
            let (doubled, touched) = (&mut doubled, &mut touched);
            self_meeting(segments, &rings, &m, &mut faults, doubled, touched);
        },
    );
    faults.extend(doubled.faults(Fault::DoubledEdge, &rings));
    faults.extend(touched.faults(Fault::SelfTouch, &rings));
    faults.extend(shared_within_parts(&segments, &rings));
    let arrangement = Arrangement::new(segments);
    let claims = Claims::new(&arrangement, &rings);

    let found: Vec<(Group, Zone)> = group_faces(&arrangement, &claims, coverage)
        .into_par_iter()
        .flat_map_iter(|(group, faces)| {
            zones(&arrangement, &faces)
                .into_iter()
                .map(move |z| (group.clone(), z))
        })
        .collect();
    let made = Made {
        arrangement: &arrangement,
        claims: &claims,
        rings: &rings,
        coverage,
        options,
    };
    let mut defects: Vec<Defect> = found
        .par_iter()
        .map(|(group, zone)| made.defect(group, zone))
        .collect();
    let widths: Vec<f64> = defects.iter().map(|d| d.max_width).collect();
    if coverage.parents.is_empty() && options.gap_width > 0.0 {
        defects.extend(closing::open_gaps(&arrangement, &claims, &rings, options));
    }
    defects.extend(mismatch::mismatches(
        &arrangement,
        &claims,
        &rings,
        options.grid,
    ));
    faults.sort_unstable();
    faults.dedup();
    defects.extend(faults.into_iter().map(|f| fault(f, options)));
    defects.par_sort_by(|a, b| {
        (a.kind, &a.units, a.owner, a.parent)
            .cmp(&(b.kind, &b.units, b.owner, b.parent))
            .then(a.place[0].total_cmp(&b.place[0]))
            .then(a.place[1].total_cmp(&b.place[1]))
    });
    let counts = Counts {
        units: coverage.units.len(),
        vertices,
        faces: arrangement.faces() - 1,
    };
    let contacts = found
        .into_iter()
        .zip(widths)
        .filter(|((group, _), _)| matches!(group, Group::Overlap(_) | Group::Gap(_)))
        .map(|((_, zone), width)| (zone, width))
        .collect();
    Outcome {
        defects,
        topology: Topology {
            arrangement,
            claims,
            contacts,
            metric: options.metric,
            grid: options.grid,
            units: coverage.units.len(),
        },
        counts,
    }
}

/// Faces of one meaning; neighbours among them make one zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    /// Claimed by exactly these units.
    Overlap(Vec<u32>),
    /// Unclaimed, inside this parent, or enclosed by units when there are no parents.
    Gap(Option<u32>),
    /// Claimed by this unit outside its parent.
    Spill(u32),
    /// A fault with extent.
    Fault(Fault, Owner),
}

/// Faces that are one with the outside, the outside among them: an interior ring that runs along its exterior ring leaves
/// lines in open ground, with nobody at either side.
fn open_faces(arrangement: &Arrangement, claims: &Claims) -> Vec<bool> {
    let mut open = vec![false; arrangement.faces()];
    open[OUTSIDE as usize] = true;
    let mut todo = vec![OUTSIDE];
    while let Some(face) = todo.pop() {
        for h in arrangement.around(face) {
            let beyond = arrangement.face[(h ^ 1) as usize];
            let c = claims.of(beyond);
            let nobodys = c.units.is_empty() && c.parents.is_empty() && !c.excluded;
            if nobodys && !open[beyond as usize] {
                open[beyond as usize] = true;
                todo.push(beyond);
            }
        }
    }
    open
}

/// Rings of one part that run along one edge: for each part the least place.
fn shared_within_parts(segments: &Segments, rings: &Rings) -> Vec<RingFault> {
    let found: Vec<(u32, Owner, Pt)> = (0..segments.ends.len())
        .into_par_iter()
        .filter_map(|e| {
            // Rings of a part have neighbouring numbers.
            let info = |r: u32| &rings.info[r as usize];
            let same = segments
                .rings(e)
                .windows(2)
                .find(|w| info(w[0]).part == info(w[1]).part)?;
            let (a, b) = segments.pair(e);
            Some((info(same[0]).part, info(same[0]).owner, a.min(b)))
        })
        .collect();
    let mut least: BTreeMap<u32, (Owner, Pt)> = BTreeMap::new();
    for (part, owner, at) in found {
        let place = least.entry(part).or_insert((owner, at));
        place.1 = at.min(place.1);
    }
    let fault = |(owner, at)| RingFault {
        owner,
        fault: Fault::DoubledEdge,
        at,
    };
    least.into_values().map(fault).collect()
}

/// Whether some unit has no known parent: such units bound their ground by enclosing it.
fn has_unbound(coverage: &Coverage<'_>) -> bool {
    coverage.units.iter().any(|u| u.parent.is_none())
}

/// Whether enclosed ground with this claim is a gap.
fn is_gap(c: &Claim, unbound: bool) -> bool {
    c.units.is_empty() && !c.excluded && (unbound || !c.parents.is_empty())
}

fn group_faces(
    arrangement: &Arrangement,
    claims: &Claims,
    coverage: &Coverage<'_>,
) -> BTreeMap<Group, Vec<u32>> {
    let unbound = has_unbound(coverage);
    let open = open_faces(arrangement, claims);
    // What a set of rings means is told once per set, not once per face.
    let groups: Vec<Vec<Group>> = claims
        .claims
        .iter()
        .map(|c| {
            let mut g = Vec::new();
            if c.units.len() > 1 {
                g.push(Group::Overlap(c.units.clone()));
            }
            if is_gap(c, unbound) {
                if c.parents.is_empty() {
                    g.push(Group::Gap(None));
                }
                g.extend(c.parents.iter().map(|&p| Group::Gap(Some(p))));
            }
            for &u in &c.units {
                if let Some(parent) = coverage.units[u as usize].parent
                    && !c.parents.contains(&(parent as u32))
                {
                    g.push(Group::Spill(u));
                }
            }
            g.extend(
                c.parts_overlap
                    .iter()
                    .map(|&o| Group::Fault(Fault::PartsOverlap, o)),
            );
            g.extend(
                c.hole_outside
                    .iter()
                    .map(|&o| Group::Fault(Fault::HoleOutside, o)),
            );
            g.extend(
                c.nested_holes
                    .iter()
                    .map(|&o| Group::Fault(Fault::NestedHoles, o)),
            );
            g
        })
        .collect();
    let mut out: BTreeMap<Group, Vec<u32>> = BTreeMap::new();
    for face in 0..arrangement.faces() as u32 {
        if face == OUTSIDE {
            continue;
        }
        if open[face as usize] {
            continue;
        }
        for g in &groups[claims.set_of[face as usize] as usize] {
            // Most groups exist already; a clone is only paid for a new one.
            match out.get_mut(g) {
                Some(faces) => faces.push(face),
                None => {
                    out.insert(g.clone(), vec![face]);
                }
            }
        }
    }
    out
}

/// What defects are made of.
struct Made<'a> {
    arrangement: &'a Arrangement,
    claims: &'a Claims,
    rings: &'a Rings,
    coverage: &'a Coverage<'a>,
    options: &'a Options,
}

impl Made<'_> {
    fn defect(&self, group: &Group, zone: &Zone) -> Defect {
        let polygon = zone.polygon(self.arrangement, self.options.grid);
        let middle = polygon.exterior().0.first().map_or(0.0, |c| c.y);
        let circle = inscribed_circle(&polygon, self.options.metric.scale_at(middle));
        let (kind, units, owner, parent) = match group {
            Group::Overlap(units) => (
                DefectKind::Overlap,
                units.iter().map(|&u| u as usize).collect(),
                None,
                None,
            ),
            Group::Gap(None) => (DefectKind::Hole, self.around(zone), None, None),
            Group::Gap(Some(p)) => {
                let (grid, metric) = (self.options.grid, self.options.metric);
                let kind = gaps::kind(zone, *p, self.arrangement, self.claims, grid, metric);
                (kind, self.around(zone), None, Some(*p as usize))
            }
            Group::Spill(u) => (
                DefectKind::Spill,
                vec![*u as usize],
                None,
                self.coverage.units[*u as usize].parent,
            ),
            Group::Fault(fault, owner) => (
                DefectKind::Invalid(*fault),
                unit_of(*owner),
                Some(*owner),
                None,
            ),
        };
        let edges = if self.options.causes {
            let runs = |h: u32| self.arrangement.segments.runs((h >> 1) as usize);
            self.rings
                .stretches(zone.boundary().flat_map(runs).collect())
        } else {
            Vec::new()
        };
        Defect {
            kind,
            units,
            owner,
            parent,
            polygon: Some(polygon),
            edges,
            place: circle.centre,
            max_width: 2.0 * circle.radius,
        }
    }

    /// The units that stand around a zone, ascending.
    fn around(&self, zone: &Zone) -> Vec<usize> {
        let beyond = |h: u32| self.claims.of(self.arrangement.face[(h ^ 1) as usize]);
        let mut units: Vec<usize> = zone
            .boundary()
            .flat_map(|h| beyond(h).units.iter().map(|&u| u as usize))
            .collect();
        units.sort_unstable();
        units.dedup();
        units
    }
}

fn unit_of(owner: Owner) -> Vec<usize> {
    match owner {
        Owner::Unit(u) => vec![u],
        _ => Vec::new(),
    }
}

fn fault(f: RingFault, options: &Options) -> Defect {
    Defect {
        kind: DefectKind::Invalid(f.fault),
        units: unit_of(f.owner),
        owner: Some(f.owner),
        parent: None,
        polygon: None,
        edges: Vec::new(),
        place: options.grid.plane(f.at),
        max_width: 0.0,
    }
}

/// Whether a part has rings along both segments.
fn same_part(segments: &Segments, rings: &Rings, s: u32, t: u32) -> bool {
    let part = |r: &u32| rings.info[*r as usize].part;
    let (of_s, of_t) = (segments.rings(s as usize), segments.rings(t as usize));
    of_s.iter().any(|r| of_t.iter().any(|q| part(r) == part(q)))
}

/// A part whose segments cross each other crosses itself; a ring that comes to its own edge touches itself, or, when it
/// comes to the edge that it just left, runs along it twice (a spike).
fn self_meeting(
    segments: &Segments,
    rings: &Rings,
    meeting: &Meeting,
    faults: &mut Vec<RingFault>,
    doubled: &mut LeastPlaces,
    touched: &mut LeastPlaces,
) {
    let adjacent = |s: u32, t: u32| {
        let [a, b] = segments.ends[s as usize];
        segments.ends[t as usize].iter().any(|&n| n == a || n == b)
    };
    let (Meeting::Crossing { s, t, .. } | Meeting::Touch { s, t, .. }) = *meeting;
    for &r in segments.rings(s as usize) {
        for &q in segments.rings(t as usize) {
            match *meeting {
                Meeting::Touch { at, .. } if r == q && adjacent(s, t) => doubled.see(r, at),
                Meeting::Touch { at, .. } if r == q => touched.see(r, at),
                Meeting::Crossing { at, .. }
                    if rings.info[r as usize].part == rings.info[q as usize].part =>
                {
                    faults.push(RingFault {
                        owner: rings.info[r as usize].owner,
                        fault: Fault::SelfCrossing,
                        at,
                    });
                }
                _ => {}
            }
        }
    }
}
