//! The engine on a subject: defects become findings, common lines get their lengths.

use geo_types::{Coord, Geometry, Point};
use jieming_coverage::{
    Coverage, Defect, DefectKind, Fault, Grid, Metric, Options, Outcome, Owner, Stretch, Topology,
    Unit, check,
};
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::message::{Param, Params, params};
use jieming_domain::severity::{severity, thresholds};
use rayon::prelude::*;

use super::measure::{
    Measures, coord_to_storage, line_length_m, line_to_storage, lines_length_m, measure,
    polygon_to_storage,
};
use super::subject::Subject;
use crate::store::{FindingBody, NewLine, OutlineStretch, VertexWeights};

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
    let geographic = subject.plane.is_geographic();
    let options = Options {
        grid: if geographic {
            Grid::DEGREES
        } else {
            Grid::METRES
        },
        metric: if geographic {
            Metric::GRS80_DEGREES
        } else {
            Metric::Metres
        },
        gap_width: gap_width_m,
    };
    let coverage = Coverage {
        units: subject
            .units
            .iter()
            .zip(&subject.parent_of)
            .map(|(u, &parent)| Unit {
                area: &u.area,
                parent,
            })
            .collect(),
        parents: subject.parents.iter().map(|p| &p.area).collect(),
        exclusions: subject.exclusions.iter().collect(),
    };
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
    drop(topology);
    let edges = wanted == Wanted::FindingsWithEdges;
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
    coverage: &Coverage<'_>,
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
        Owner::Unit(u) => subject.units[u].key(),
        Owner::Parent(p) => subject.parents[p].key(),
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
    // Where areas agree there is a length only.
    let line_m = defect
        .line
        .take()
        .map(|l| line_length_m(&line_to_storage(l, &subject.plane)));
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
    let labels: Vec<String> = if units.is_empty() {
        parent.iter().map(|p| p.label()).collect()
    } else {
        units
            .iter()
            .map(|u| {
                if u.name.is_empty() {
                    u.code.clone()
                } else {
                    u.name.clone()
                }
            })
            .collect()
    };
    FindingBody {
        rule: rule.to_owned(),
        kind,
        gap_kind,
        level: subject.level.clone(),
        extent_kind: subject.kind,
        units,
        parent: parent.map(|p| p.key().to_owned()),
        severity,
        area_m2: measures.map(|m| m.area_m2),
        max_width_m: measures.map(|_| defect.max_width),
        length_m: measures.map(|m| m.length_m).or(line_m),
        geometry: Some(polygon.map_or_else(|| Geometry::Point(Point(place)), Geometry::Polygon)),
        point: Some([place.x, place.y]),
        place: None,
        params: sentence(&defect, labels, parent.map(|p| p.label()), measures, line_m),
        edges: if edges {
            defect.edges.iter().map(|s| outline(s, subject)).collect()
        } else {
            Vec::new()
        },
    }
}

fn sentence(
    defect: &Defect,
    units: Vec<String>,
    parent: Option<String>,
    measures: Option<Measures>,
    line_m: Option<f64>,
) -> Params {
    let mut p = params([("units", Param::List(units))]);
    if let Some(parent) = parent {
        p.insert("parent".into(), parent.into());
    }
    if let Some(m) = measures {
        p.insert("area_m2".into(), m.area_m2.into());
        p.insert("length_m".into(), m.length_m.into());
        p.insert("max_width_m".into(), defect.max_width.into());
    }
    if let Some(length_m) = line_m {
        p.insert("length_m".into(), length_m.into());
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
