//! The engine on a subject: defects become findings, common lines get their lengths.

use std::collections::BTreeSet;

use geo::BoundingRect;
use geo_types::{Coord, Geometry, Point, Rect};
use jieming_coverage::local::check_local;
use jieming_coverage::{Defect, DefectKind, Fault, Outcome, Owner, Stretch, Topology, check};
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::message::{Param, Params};
use jieming_domain::severity::{severity, thresholds};
use rayon::prelude::*;

use super::boxes::both;
use super::measure::{
    coord_to_storage, line_to_storage, lines_length_m, measure, polygon_to_storage,
};
use super::registry::{self, Listed};
use super::subject::Subject;
use crate::store::{FindingBody, NewLine, OutlineStretch, Party, VertexWeights};

/// What the engine says of a subject.
pub(super) struct Examined {
    pub findings: Vec<FindingBody>,
    pub lines: Vec<NewLine>,
    /// Of the units that are of the database.
    pub weights: Vec<VertexWeights>,
    /// Vertices looked at.
    pub vertices: usize,
}

/// What the caller needs of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Findings alone.
    Findings,
    /// Findings with the stretches of outlines that cause them.
    FindingsWithEdges,
    /// Findings, the common lines of neighbours, and how much each vertex matters to a map.
    FindingsAndLines,
}

/// Runs the engine. `gap_width_m` as in [`Options::gap_width`].
pub(super) fn examine(subject: &Subject, gap_width_m: f64, wanted: Wanted) -> Examined {
    let edges = wanted == Wanted::FindingsWithEdges;
    let (coverage, options) = (subject.coverage(), subject.options(gap_width_m, edges));
    let Outcome {
        defects,
        topology,
        counts,
    } = check(&coverage, &options);
    let (lines, weights) = match wanted {
        Wanted::FindingsAndLines => (
            common_lines(&topology, subject),
            vertex_weights(&topology, &coverage, subject),
        ),
        _ => (Vec::new(), Vec::new()),
    };
    // Hundreds of megabytes of a large coverage: given back beside the work.
    rayon::spawn(move || drop(topology));
    let findings = defects
        .into_par_iter()
        .map(|d| finding(d, subject, edges))
        .collect();
    Examined {
        findings,
        lines,
        weights,
        vertices: counts.vertices,
    }
}

/// Runs the engine on the surroundings of a change: the findings that touch the box (plane coordinates) or are of the unit
/// that changed alone (with `listed`, whatever its codes and hierarchy show), the lines among the units at the change, and the
/// box of all that matters for these. Units that meet it must be among the subject's.
pub(super) fn examine_near(
    subject: &Subject,
    dirty: Rect<f64>,
    own: i64,
    among: &BTreeSet<i64>,
    listed: Option<Listed>,
) -> (Examined, Rect<f64>) {
    let coverage = subject.coverage();
    let local = check_local(&coverage, dirty, &subject.options(0.0, false));
    let is_own = |d: &Defect| {
        let owner = match d.owner {
            Some(Owner::Unit(u)) => subject.units[u].unit_id,
            Some(Owner::Parent(p)) => subject.parents[p].unit_id,
            _ => None,
        };
        matches!(d.kind, DefectKind::Invalid(_)) && owner == Some(own)
    };
    let inner = |u: &usize| {
        subject.units[*u]
            .unit_id
            .is_some_and(|id| among.contains(&id))
    };
    let mut reach = local.reach;
    let Outcome {
        defects,
        topology,
        counts,
    } = local.outcome;
    for d in &defects {
        // The share of a line that a zone stands for depends on all who stand around it.
        if d.units.iter().filter(|u| inner(u)).count() > 1
            && let Some(b) = d.polygon.as_ref().and_then(BoundingRect::bounding_rect)
        {
            reach = both(reach, b);
        }
    }
    let mut touching = local.touching.into_iter().peekable();
    let found = defects.into_iter().enumerate();
    let wanted = found.filter(|(i, d)| touching.next_if_eq(i).is_some() || is_own(d));
    let mut findings: Vec<FindingBody> = wanted.map(|(_, d)| finding(d, subject, false)).collect();
    let own_unit = subject.units.iter().position(|u| u.unit_id == Some(own));
    if let Some(i) = own_unit {
        let nothing = Listed {
            coded: false,
            malformed: false,
        };
        let mut alone = registry::examine_one(subject, i, listed.unwrap_or(nothing));
        alone.retain(|f| listed.is_some() || f.rule == registry::PARTS);
        findings.extend(alone);
    }
    let mut lines = common_lines(&topology, subject);
    lines.retain(|l| {
        let known = |p: &Party| p.unit_id.is_some_and(|id| among.contains(&id));
        l.units.iter().all(known)
    });
    let weights = own_unit.map(|i| {
        let unit = &subject.units[i];
        VertexWeights {
            extent_id: unit.extent_id.unwrap_or_default(),
            weights: topology.weights(&coverage).of_area(&unit.area),
        }
    });
    let examined = Examined {
        findings,
        lines,
        weights: weights.into_iter().collect(),
        vertices: counts.vertices,
    };
    (examined, reach)
}

/// The common lines. What is no wider than a sliver of the level counts as agreement within the tolerance.
fn common_lines(topology: &Topology, subject: &Subject) -> Vec<NewLine> {
    let tolerance = thresholds(Kind::Gap, &subject.level).map_or(0.0, |t| t.substantial_width_m);
    topology
        .lines(tolerance)
        .into_par_iter()
        .map(|l| {
            let lines = l.agreed.0.into_iter();
            let geometry = geo_types::MultiLineString(
                lines
                    .map(|line| line_to_storage(line, &subject.plane))
                    .collect(),
            );
            let agreed_m = lines_length_m(&geometry);
            NewLine {
                units: l.units.map(|u| subject.units[u].party()),
                length_m: agreed_m + l.within + l.disagreed,
                agreed_m,
                within_m: l.within,
                geometry,
            }
        })
        .collect()
}

/// Areas are those of the plane, which is as good as the ellipsoid for what a map leaves out.
fn vertex_weights(
    topology: &Topology,
    coverage: &jieming_coverage::Coverage<'_>,
    subject: &Subject,
) -> Vec<VertexWeights> {
    let weights = topology.weights(coverage);
    subject
        .units
        .par_iter()
        .filter_map(|u| {
            Some(VertexWeights {
                extent_id: u.extent_id?,
                weights: weights.of_area(&u.area),
            })
        })
        .collect()
}

/// A stretch of an outline as reports name it.
fn outline(stretch: &Stretch, subject: &Subject) -> OutlineStretch {
    let unit = match stretch.owner {
        Owner::Unit(u) => subject.units[u].key().as_ref(),
        Owner::Parent(p) => subject.parents[p].key().as_ref(),
        Owner::Exclusion(_) => "",
    };
    OutlineStretch {
        unit: unit.to_owned(),
        part: stretch.part,
        ring: stretch.ring,
        vertices: stretch.vertices,
    }
}

fn finding(mut defect: Defect, subject: &Subject, edges: bool) -> FindingBody {
    let polygon = defect
        .polygon
        .take()
        .map(|p| polygon_to_storage(p, &subject.plane));
    let measures = polygon.as_ref().map(measure);
    let [x, y] = defect.place;
    let place = coord_to_storage(Coord { x, y }, &subject.plane);
    let (rule, kind, gap_kind) = names(defect.kind);
    let parent = defect.parent.map(|p| &subject.parents[p]);
    let owner = defect.owner.and_then(|o| match o {
        Owner::Unit(u) => Some(&subject.units[u]),
        Owner::Parent(p) => Some(&subject.parents[p]),
        Owner::Exclusion(_) => None,
    });
    let mut units: Vec<_> = defect
        .units
        .iter()
        .map(|&u| subject.units[u].party())
        .collect();
    if units.is_empty() {
        units.extend(owner.map(|o| o.party()));
    }
    let severity = match defect.kind {
        DefectKind::Invalid(fault) => fault_severity(fault),
        DefectKind::Mismatch => Severity::Info,
        _ => {
            // A zone is as uncertain as the least certain of the lines that make it.
            let accuracy = defect
                .units
                .iter()
                .filter_map(|&u| subject.units[u].accuracy_m)
                .fold(None, |a: Option<f64>, b| Some(a.map_or(b, |a| a.max(b))));
            if defect.max_width < subject.plane_deviation_m(&defect.units, place.y) {
                Severity::Info
            } else {
                severity(kind, &subject.level, defect.max_width, accuracy)
            }
        }
    };
    let params = sentence(&defect, units.is_empty(), parent.map(|p| p.label()));
    FindingBody {
        rule: rule.into(),
        kind,
        gap_kind,
        level: subject.level.clone(),
        extent_kind: subject.kind,
        units,
        parent: parent.map(|p| p.key().as_ref().to_owned()),
        severity,
        area_m2: measures.map(|m| m.area_m2),
        max_width_m: measures.map(|_| defect.max_width),
        length_m: measures.map(|m| m.length_m),
        geometry: Some(polygon.map_or_else(|| Geometry::Point(Point(place)), Geometry::Polygon)),
        point: Some([place.x, place.y]),
        place: None,
        params,
        edges: if edges {
            defect.edges.iter().map(|s| outline(s, subject)).collect()
        } else {
            Vec::new()
        },
    }
}

/// What the sentence says beyond the finding's own fields.
fn sentence(defect: &Defect, nobodys: bool, parent: Option<String>) -> Params {
    let mut p = Params::new();
    if nobodys {
        p.insert(
            "units".into(),
            Param::List(parent.iter().cloned().collect()),
        );
    }
    if let Some(parent) = parent {
        p.insert("parent".into(), parent.into());
    }
    if let DefectKind::Invalid(fault) = defect.kind {
        let (zh, en) = fault_text(fault);
        p.insert("reason_zh".into(), zh.into());
        p.insert("reason_en".into(), en.into());
    }
    p
}

fn names(kind: DefectKind) -> (&'static str, Kind, Option<GapKind>) {
    match kind {
        DefectKind::Overlap => ("coverage.overlap", Kind::Overlap, None),
        DefectKind::Hole => ("coverage.gap.hole", Kind::Gap, Some(GapKind::Hole)),
        DefectKind::Inlet => ("coverage.gap.inlet", Kind::Gap, Some(GapKind::Inlet)),
        DefectKind::Corridor => ("coverage.gap.corridor", Kind::Gap, Some(GapKind::Corridor)),
        DefectKind::Shortfall => (
            "coverage.gap.shortfall",
            Kind::Gap,
            Some(GapKind::Shortfall),
        ),
        DefectKind::Spill => ("coverage.spill", Kind::Spill, None),
        DefectKind::Mismatch => ("coverage.mismatch", Kind::Mismatch, None),
        DefectKind::Invalid(_) => ("coverage.invalid", Kind::Invalid, None),
    }
}

/// What leaves the area in doubt is an error; what only clutters the outline is a warning.
fn fault_severity(fault: Fault) -> Severity {
    match fault {
        Fault::Coordinate
        | Fault::SelfCrossing
        | Fault::PartsOverlap
        | Fault::HoleOutside
        | Fault::NestedHoles => Severity::Error,
        Fault::Collapsed | Fault::SelfTouch | Fault::DoubledEdge => Severity::Warning,
    }
}

fn fault_text(fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Coordinate => (
            "坐标不是有限数值或超出范围",
            "a coordinate is not finite or out of range",
        ),
        Fault::Collapsed => (
            "环少于三个不同的点",
            "a ring has fewer than three different points",
        ),
        Fault::SelfCrossing => ("边界自相交", "the outline crosses itself"),
        Fault::SelfTouch => (
            "环两次经过同一点",
            "a ring comes to one of its vertices twice",
        ),
        Fault::DoubledEdge => (
            "边界来回重复(尖刺或重复环)",
            "the outline runs along an edge twice (spike or repeated ring)",
        ),
        Fault::HoleOutside => (
            "内环在外环之外",
            "an interior ring lies outside its exterior ring",
        ),
        Fault::NestedHoles => ("内环套内环", "an interior ring lies inside another"),
        Fault::PartsOverlap => ("同一行政区的各块互相重叠", "parts of the unit overlap"),
    }
}
