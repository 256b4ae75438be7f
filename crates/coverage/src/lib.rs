#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
//! Planar polygonal coverages (行政区划覆盖): what a set of units claims of the plane, and where that is no partition.
//!
//! A coverage is a set of units, each one or more polygons, optionally with parents and exclusions. It is whole when
//!
//! 1. no two units claim the same ground (else an *overlap*),
//! 2. every piece of ground inside the parent is claimed (else a *gap*: hole, inlet, corridor, shortfall),
//! 3. no unit claims ground outside its parent (else a *spill*),
//! 4. every unit is made of valid rings (else *invalid*, and it is checked all the same),
//! 5. neighbours draw their common line with the same vertices (else a *mismatch*).
//!
//! ```text
//!  overlap            hole               inlet   corridor   shortfall      spill            mismatch
//!  ┌─────┬──┬────┐    ┌────┬─────┐       parent's line on top              ┌──┐             ┌────┬────┐
//!  │ A   │▒▒│  B │    │ A ┌┴─┐ B │       ───┐▒┌───┐▒┌────▒▒▒▒▒▒────        │▒▒│ parent's    │    │  B │
//!  │     │▒▒│    │    │   └┬─┘   │        A └─┘ B │▒│ C  └────┘ D       ┌──┴──┴──┐ line    │ A  n────┤
//!  └─────┴──┴────┘    └────┴─────┘          ───────┘▒└───────            │   A    │         │    │  C │
//!  both claim it      nobody claims it      through to another line      └────────┘         └────┴────┘
//! ```
//!
//! Every defect is told once, as a polygon with its parties (a mismatch, and a fault without extent, as a point): ground is
//! cut into faces, each with the set of units that claim it, and neighbouring faces with the same set are one zone. Areas
//! add up exactly: what the units claim = the ground under them + each overlap once for every party but one; a parent = what
//! is claimed inside it + its gaps. Both are tests (`tests/properties.rs`).
//!
//! Known limits: a zone pinched to less than half a step of the grid is two; the mouths of inlets and corridors without a
//! parent are arcs drawn as polylines, good to a few parts in a thousand of [`Options::gap_width`], and openings narrower than
//! 4e-8 of the extent are not seen; interiors that a ring's touches cut apart are no fault.
//!
//! The way of the data, one module a step:
//!
//! 1. [`grid`]: vertices are snapped **once** to an integer grid; from there all decisions are exact.
//! 2. [`reading`]: rings become [`segments`]; equal ones of several rings are held once.
//! 3. [`noding`]: crossings and touching vertices split segments (snap rounding).
//! 4. [`arrangement`]: nodes, half-edges, faces, and which ring encloses which face.
//! 5. [`claims`]: per face the rings around it by the even-odd rule, hence the units, parents, exclusions.
//! 6. [`zones`]: neighbouring faces with one claim become polygons; [`gaps`] tells the kinds of gap apart;
//!    [`closing`] finds the narrow inlets of a coverage without parent.
//! 7. [`width`]: the greatest width. [`mismatch`]: edges that agree and lack each other's vertices. [`topology`]: nodes,
//!    edges, common lines ([`lines`]) and neighbours, for whoever needs more than defects. [`simplify`]: weights by which
//!    maps leave vertices out. [`local`]: the neighbourhood of an edit instead of the whole.
//!
//! There is no I/O, no clock, no randomness and no CRS: coordinates are a plane's x (east) and y (north) in metres or
//! in degrees; [`Metric`] tells how long a plane unit is.
//!
//! Order independence holds by construction: everything after snapping is a set, and results are sorted by geometry.

mod arrangement;
mod boxes;
mod check;
mod claims;
mod closing;
mod gaps;
pub mod grid;
mod lines;
pub mod local;
mod measure;
mod mismatch;
mod noding;
mod numbering;
mod present;
mod reading;
mod segments;
mod simplify;
mod topology;
pub mod width;
mod zones;

pub use check::{Counts, Outcome, check};
pub use grid::Grid;
pub use lines::CommonLine;
pub use measure::Metric;
pub use simplify::Weights;
pub use topology::{Edge, Graph, Step, Topology, TriJunction};

use geo_types::{MultiPolygon, Polygon};

/// One unit of a coverage: its area in the coverage's plane, as received (rings may be invalid).
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// All parts of the unit.
    pub area: &'a MultiPolygon<f64>,
    /// Index into [`Coverage::parents`] of the unit that this one belongs to, where known.
    pub parent: Option<usize>,
}

/// What is checked: the units of one level and kind, their parents and what need not be covered.
#[derive(Debug, Clone, Default)]
pub struct Coverage<'a> {
    /// The units. A unit occurs once; its features and parts are in one [`MultiPolygon`].
    pub units: Vec<Unit<'a>>,
    /// The parents' areas. Empty: the coverage has no outer bound and its perimeter is never a defect.
    pub parents: Vec<&'a MultiPolygon<f64>>,
    /// Ground that nobody need claim (lakes, sea): never a gap.
    pub exclusions: Vec<&'a MultiPolygon<f64>>,
}

/// How a coverage is checked. No `Default`: grid and metric follow from the plane, and the caller chooses in sight.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The integer grid that vertices are snapped to.
    pub grid: Grid,
    /// How long a plane unit is.
    pub metric: Metric,
    /// Diameter in metres of the disc whose closing shows inlets and corridors of a coverage without parents; 0 = not sought.
    /// What is found at one width lies within something found at any greater one.
    pub gap_width: f64,
    /// Whether [`Defect::edges`] is wanted.
    pub causes: bool,
}

/// What is wrong at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DefectKind {
    /// Ground claimed by two or more units.
    Overlap,
    /// Unclaimed ground enclosed by units.
    Hole,
    /// Unclaimed ground open to the outside in one stretch shorter than the ground is deep.
    Inlet,
    /// Unclaimed ground open to the outside in two or more stretches.
    Corridor,
    /// Unclaimed ground open to the parent's line in one stretch at least as long as the ground is deep.
    Shortfall,
    /// Ground that a unit claims outside its parent.
    Spill,
    /// A vertex of one side of a common line that the other side lacks, though both draw the same line (a T-junction):
    /// nothing is wrong with the areas, but the line cannot be edited or simplified as one.
    Mismatch,
    /// A unit, parent or exclusion is not made of valid rings.
    Invalid(Fault),
}

/// Why a ring or part is not valid. The unit is checked all the same, by the even-odd rule of its linework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A coordinate is not a number, infinite, or farther out than the grid reaches; the vertex is left out.
    Coordinate,
    /// A ring has fewer than three different vertices on the grid and encloses nothing.
    Collapsed,
    /// A part's boundary crosses itself.
    SelfCrossing,
    /// A ring comes to one of its vertices twice.
    SelfTouch,
    /// A part's boundary runs along the same edge twice (spike, or a ring given twice).
    DoubledEdge,
    /// An interior ring lies outside its exterior ring.
    HoleOutside,
    /// An interior ring lies inside another one of its part.
    NestedHoles,
    /// Two parts of one unit cover the same ground.
    PartsOverlap,
}

/// Whose ring a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// Index into [`Coverage::units`].
    Unit(usize),
    /// Index into [`Coverage::parents`].
    Parent(usize),
    /// Index into [`Coverage::exclusions`].
    Exclusion(usize),
}

/// A stretch of a ring as received: from one of its vertices to another, along the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// Whose ring.
    pub owner: Owner,
    /// Which polygon of the owner's area, from 0.
    pub part: u32,
    /// Which ring of the polygon; 0 is the exterior.
    pub ring: u32,
    /// Vertices of the ring, from 0, where the stretch begins and ends. It runs over the ring's end when the first is
    /// not below the second.
    pub vertices: [u32; 2],
}

/// One defect of a coverage.
#[derive(Debug, Clone)]
pub struct Defect {
    /// What is wrong.
    pub kind: DefectKind,
    /// Indices of the units that claim the ground (overlap, spill), or that stand around it (gap); ascending.
    pub units: Vec<usize>,
    /// Whose ring an [`DefectKind::Invalid`] defect is in.
    pub owner: Option<Owner>,
    /// Index of the parent that is not covered (gap) or that the spilling unit belongs to (spill).
    pub parent: Option<usize>,
    /// The ground, in plane coordinates, exterior counter-clockwise. `None` for a fault without extent.
    pub polygon: Option<Polygon<f64>>,
    /// The parts of outlines that cause the defect, when [`Options::causes`] asks for them.
    pub edges: Vec<Stretch>,
    /// A point of the defect: centre of the largest inscribed circle, or the place of the fault. Plane coordinates.
    pub place: [f64; 2],
    /// Greatest width in metres: diameter of the largest inscribed circle. 0 for a fault without extent.
    pub max_width: f64,
}
