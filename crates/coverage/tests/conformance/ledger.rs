//! The areas of a checked coverage by the units that claim them: from overlaps, from units given twice, and from the
//! edges of the graph. The three ways must agree, whatever the input.

use crate::geometry;
use crate::outline::Outline;
use crate::tally::{Tally, number};
use geo::Area;
use geo_types::{Coord, LineString, MultiPolygon};
use jieming_coverage::{
    Coverage, Defect, DefectKind, Graph, Grid, Metric, Options, Outcome, Unit, check,
};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A coverage without parents, checked in plane units. `None`: the engine panicked.
pub fn look(units: &[MultiPolygon<f64>], grid: Grid, gap_width: f64) -> Option<Outcome> {
    let coverage = Coverage {
        units: units
            .iter()
            .map(|area| Unit { area, parent: None })
            .collect(),
        parents: vec![],
        exclusions: vec![],
    };
    let options = Options {
        grid,
        metric: Metric::Metres,
        gap_width,
        causes: true,
    };
    catch_unwind(AssertUnwindSafe(|| check(&coverage, &options))).ok()
}

/// Whether ground that exactly these units claim is meant.
pub type Condition = Box<dyn Fn(&[usize]) -> bool>;

pub struct Ledger {
    /// Ground claimed by exactly these units, two or more.
    overlaps: BTreeMap<Vec<usize>, f64>,
    /// Ground of each unit, by its rings of edges. Where a unit is alone its lines may run otherwise by a step.
    own: Vec<f64>,
    /// What two ways to the same area may differ by: every line may stand a step to either side.
    pub slack: f64,
    pub outcome: Outcome,
}

impl Ledger {
    /// Checks the units and, as a check of its own, that the engine's ways to one area agree.
    pub fn of(
        units: &[MultiPolygon<f64>],
        grid: Grid,
        case: &str,
        tally: &mut Tally,
    ) -> Option<Ledger> {
        let slack = 2.0 * geometry::perimeter(units) * grid.step();
        let alone = |u: &MultiPolygon<f64>| {
            let twice = look(&[u.clone(), u.clone()], grid, 0.0)?;
            Some(overlaps(&twice.defects).values().sum())
        };
        let twice: Option<Vec<f64>> = units.iter().map(alone).collect();
        let (Some(outcome), Some(twice)) = (look(units, grid, 0.0), twice) else {
            tally.check(false, case, "an answer", "panic");
            return None;
        };
        let graph = outcome.topology.graph();
        let ledger = Ledger {
            overlaps: overlaps(&outcome.defects),
            own: (0..units.len()).map(|u| by_rings(&graph, u)).collect(),
            slack,
            outcome,
        };
        let fault = ledger.fault(grid, &graph, &twice);
        tally.check(
            fault.is_none(),
            case,
            "areas that agree",
            &fault.unwrap_or_default(),
        );
        Some(ledger)
    }

    /// Area of the ground whose claiming units fulfil the condition; unclaimed ground never does.
    pub fn area(&self, condition: impl Fn(&[usize]) -> bool) -> f64 {
        let many = self.overlaps.iter().filter(|(set, _)| condition(set));
        let one = (0..self.own.len()).filter(|&u| condition(&[u]));
        many.map(|(_, a)| a).sum::<f64>() + one.map(|u| self.alone(u)).sum::<f64>()
    }

    /// Area that only this unit claims.
    fn alone(&self, unit: usize) -> f64 {
        let shared = self.overlaps.iter().filter(|(set, _)| set.contains(&unit));
        self.own[unit] - shared.map(|(_, a)| a).sum::<f64>()
    }

    pub fn union(&self) -> f64 {
        self.area(|_| true)
    }

    /// What is wrong in the books, if anything.
    fn fault(&self, grid: Grid, graph: &Graph, twice: &[f64]) -> Option<String> {
        if let Some(d) = self.outcome.defects.iter().find(|d| !finite(d)) {
            return Some(format!("{:?} with numbers that are not finite", d.kind));
        }
        let outline = Outline::of(graph, grid);
        let open = |d: &&Defect| d.kind == DefectKind::Hole && !outline.encloses(d);
        if let Some(d) = self.outcome.defects.iter().find(open) {
            return Some(format!("a hole that units {:?} do not enclose", d.units));
        }
        let slack = |v: f64| self.slack.max(1e-9 * v.abs());
        for (u, (&own, &twice)) in self.own.iter().zip(twice).enumerate() {
            if (twice - own).abs() > slack(own) {
                let (a, b) = (number(twice), number(own));
                return Some(format!("unit {u}: {a} given twice, {b} by its rings"));
            }
        }
        for u in 0..self.own.len() {
            let (alone, outline) = (self.alone(u), by_outline(graph, |set| set == [u]));
            if (alone - outline).abs() > slack(self.own[u]) {
                let (a, b) = (number(alone), number(outline));
                return Some(format!(
                    "unit {u} alone: {a} by overlaps, {b} by its outline"
                ));
            }
        }
        let (sum, outline) = (self.union(), by_outline(graph, |set| !set.is_empty()));
        if (sum - outline).abs() > slack(sum) {
            let (a, b) = (number(sum), number(outline));
            return Some(format!(
                "claimed ground: {a} by units and overlaps, {b} by its outline"
            ));
        }
        None
    }
}

fn overlaps(defects: &[Defect]) -> BTreeMap<Vec<usize>, f64> {
    let mut out: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    for d in defects.iter().filter(|d| d.kind == DefectKind::Overlap) {
        let area = d.polygon.as_ref().map_or(0.0, Area::unsigned_area);
        *out.entry(d.units.clone()).or_default() += area;
    }
    out
}

fn finite(d: &Defect) -> bool {
    let polygon = d.polygon.iter().flat_map(geometry::rings);
    let mut coords = polygon.flat_map(|r| &r.0);
    coords.all(|c| c.x.is_finite() && c.y.is_finite())
        && d.place.iter().all(|v| v.is_finite())
        && d.max_width.is_finite()
        && d.max_width >= 0.0
}

/// Twice the area that a line sweeps as seen from `o`, counter-clockwise positive.
fn swept(line: &LineString<f64>, o: Coord<f64>) -> f64 {
    line.lines()
        .map(|l| (l.start - o, l.end - o))
        .map(|(a, b)| a.x * b.y - a.y * b.x)
        .sum()
}

fn origin(graph: &Graph) -> Coord<f64> {
    let first = graph.edges.first().and_then(|e| e.line.0.first());
    first.copied().unwrap_or_default()
}

fn by_rings(graph: &Graph, unit: usize) -> f64 {
    let o = origin(graph);
    let steps = graph.rings[unit].iter().flatten();
    let twice: f64 = steps
        .map(|s| {
            let area = swept(&graph.edges[s.edge].line, o);
            if s.forward { area } else { -area }
        })
        .sum();
    twice / 2.0
}

/// Area of the ground whose claiming units fulfil the condition, by the edges around it.
fn by_outline(graph: &Graph, inside: impl Fn(&[usize]) -> bool) -> f64 {
    let o = origin(graph);
    let twice: f64 = graph
        .edges
        .iter()
        .map(|e| match (inside(&e.left), inside(&e.right)) {
            (true, false) => swept(&e.line, o),
            (false, true) => -swept(&e.line, o),
            _ => 0.0,
        })
        .sum();
    twice / 2.0
}
