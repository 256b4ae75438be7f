//! Who claims each face. A ring encloses the faces that an odd number of its crossings separates from the outside;
//! a part claims what an odd number of its rings encloses (the even-odd rule, as GEOS `make_valid` by linework);
//! a unit claims what any of its parts does.

use crate::Owner;
use crate::arrangement::{Arrangement, OUTSIDE};
use crate::segments::{RingInfo, Rings};
use rustc_hash::FxHashMap;

/// Number of a set of enclosing rings.
pub(crate) type SetId = u32;

/// What one set of enclosing rings means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Claiming units, ascending.
    pub units: Vec<u32>,
    /// Parents, ascending.
    pub parents: Vec<u32>,
    /// Inside an exclusion.
    pub excluded: bool,
    /// Owners two or more of whose parts cover this ground, ascending.
    pub parts_overlap: Vec<Owner>,
    /// Owners with an interior ring here but not its exterior ring.
    pub hole_outside: Vec<Owner>,
    /// Owners with two interior rings of one part here.
    pub nested_holes: Vec<Owner>,
}

/// The claims of all faces.
pub(crate) struct Claims {
    /// Set by face.
    pub set_of: Vec<SetId>,
    /// Meaning by set.
    pub claims: Vec<Claim>,
}

impl Claims {
    /// The claim of a face.
    #[inline]
    pub fn of(&self, face: u32) -> &Claim {
        &self.claims[self.set_of[face as usize] as usize]
    }

    /// Walks from the outside over every edge once.
    pub fn new(arrangement: &Arrangement, rings: &Rings) -> Claims {
        const UNSEEN: u32 = u32::MAX;
        let mut set_of = vec![UNSEEN; arrangement.faces()];
        let mut sets: Vec<Box<[u32]>> = vec![Box::new([])];
        let mut number: FxHashMap<Box<[u32]>, SetId> = FxHashMap::default();
        number.insert(Box::new([]), 0);
        set_of[OUTSIDE as usize] = 0;
        let mut todo = vec![OUTSIDE];
        let mut other = Vec::new();
        while let Some(face) = todo.pop() {
            let set = set_of[face as usize];
            for h in arrangement.around(face) {
                let beyond = arrangement.face[(h ^ 1) as usize];
                if set_of[beyond as usize] != UNSEEN {
                    continue;
                }
                toggle(
                    &sets[set as usize],
                    arrangement.segments.rings((h >> 1) as usize),
                    &mut other,
                );
                let id = match number.get(other.as_slice()) {
                    Some(&id) => id,
                    None => {
                        let id = sets.len() as SetId;
                        sets.push(other.clone().into_boxed_slice());
                        number.insert(other.clone().into_boxed_slice(), id);
                        id
                    }
                };
                set_of[beyond as usize] = id;
                todo.push(beyond);
            }
        }
        debug_assert!(
            (0..arrangement.next.len() as u32).all(|h| {
                let (left, right) = (
                    arrangement.face[h as usize],
                    arrangement.face[(h ^ 1) as usize],
                );
                let mut want = Vec::new();
                toggle(
                    &sets[set_of[left as usize] as usize],
                    arrangement.segments.rings((h >> 1) as usize),
                    &mut want,
                );
                sets[set_of[right as usize] as usize].as_ref() == want.as_slice()
            }),
            "the faces' ring sets contradict each other"
        );
        let claims = sets.iter().map(|s| claim(s, &rings.info)).collect();
        Claims { set_of, claims }
    }
}

/// Symmetric difference of two ascending lists.
fn toggle(set: &[u32], by: &[u32], out: &mut Vec<u32>) {
    out.clear();
    let (mut i, mut j) = (0, 0);
    while i < set.len() && j < by.len() {
        match set[i].cmp(&by[j]) {
            std::cmp::Ordering::Less => {
                out.push(set[i]);
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                out.push(by[j]);
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                i += 1;
                j += 1;
            }
        }
    }
    out.extend_from_slice(&set[i..]);
    out.extend_from_slice(&by[j..]);
}

/// Reads a set of rings; rings of one part and parts of one owner have neighbouring numbers.
fn claim(set: &[u32], rings: &[RingInfo]) -> Claim {
    let mut c = Claim::default();
    let mut covered: Vec<Owner> = Vec::new();
    let mut i = 0;
    while i < set.len() {
        let first = rings[set[i] as usize];
        let (mut exteriors, mut interiors) = (0, 0);
        while i < set.len() && rings[set[i] as usize].part == first.part {
            if rings[set[i] as usize].exterior {
                exteriors += 1;
            } else {
                interiors += 1;
            }
            i += 1;
        }
        if exteriors == 0 {
            c.hole_outside.push(first.owner);
        } else if interiors > 1 {
            c.nested_holes.push(first.owner);
        }
        if (exteriors + interiors) % 2 == 1 {
            covered.push(first.owner);
        }
    }
    for list in [&mut c.hole_outside, &mut c.nested_holes] {
        list.dedup();
    }
    let mut i = 0;
    while i < covered.len() {
        let owner = covered[i];
        let mut times = 0;
        while i < covered.len() && covered[i] == owner {
            times += 1;
            i += 1;
        }
        if times > 1 {
            c.parts_overlap.push(owner);
        }
        match owner {
            Owner::Unit(u) => c.units.push(u as u32),
            Owner::Parent(p) => c.parents.push(p as u32),
            Owner::Exclusion(_) => c.excluded = true,
        }
    }
    c
}
