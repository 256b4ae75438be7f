//! Codes and hierarchy: what the list of units alone shows.

use std::collections::BTreeSet;

use geo::BoundingRect;
use geo_types::Rect;
use jieming_domain::finding::{Kind, Severity};
use jieming_domain::message::{Param, Params, params};
use jieming_domain::rules;
use jieming_domain::unit::malformed_codes;
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree, RTreeObject as _};
use rustc_hash::{FxHashMap, FxHashSet};

use super::measure::coord_to_storage;
use super::subject::{Subject, SubjectUnit};
use crate::store::FindingBody;

/// The rule on units that consist of several pieces: the only one here that an outline alone can break.
pub(super) const PARTS: &str = "unit.parts";
/// The rule on units without a code among others that have one.
pub(super) const NO_CODE: &str = "unit.code.missing";
/// The rule on codes that break the pattern of the others.
pub(super) const MALFORMED: &str = "unit.code.malformed";
/// The rule on units above that none of the units names.
pub(super) const NO_CHILDREN: &str = "unit.hierarchy.no_children";

/// What the list of all units of a coverage says of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listed {
    /// Some unit of the list has a code.
    pub coded: bool,
    /// The unit's code breaks the pattern that the others follow.
    pub malformed: bool,
}

impl Listed {
    /// What the codes of a list say of each.
    pub fn all<S: AsRef<str>>(codes: &[S]) -> Vec<Listed> {
        let coded = codes.iter().any(|c| !c.as_ref().is_empty());
        let malformed = false;
        let mut all = vec![Listed { coded, malformed }; codes.len()];
        for i in malformed_codes(codes) {
            all[i].malformed = true;
        }
        all
    }
}

/// Checks the units of a subject, and their parents.
pub(super) fn examine(subject: &Subject) -> Vec<FindingBody> {
    let codes: Vec<&str> = subject.units.iter().map(|u| &*u.code).collect();
    let listed = Listed::all(&codes);
    let of_units = (0..subject.units.len()).into_par_iter();
    let mut out: Vec<FindingBody> = of_units
        .flat_map_iter(|i| examine_one(subject, i, listed[i]))
        .collect();
    let with_children: BTreeSet<usize> = subject.parent_of.iter().flatten().copied().collect();
    for (i, parent) in subject.parents.iter().enumerate() {
        if !with_children.contains(&i) {
            out.push(body(
                NO_CHILDREN,
                subject,
                parent,
                params([("level", subject.level.as_ref().into())]),
            ));
        }
    }
    out
}

/// Checks unit `i` of a subject.
pub(super) fn examine_one(subject: &Subject, i: usize, listed: Listed) -> Vec<FindingBody> {
    let unit = &subject.units[i];
    let mut out = Vec::new();
    // Where no unit has a code, names identify them, and one remark on the file says so.
    if unit.code.is_empty() && listed.coded {
        out.push(body(NO_CODE, subject, unit, params([])));
    }
    if listed.malformed {
        out.push(body(
            MALFORMED,
            subject,
            unit,
            params([("code", unit.code.as_ref().into())]),
        ));
    }
    if !unit.other_names.is_empty() {
        let mut names = vec![unit.name.as_ref().to_owned()];
        names.extend(unit.other_names.iter().cloned());
        let p = params([
            ("code", unit.code.as_ref().into()),
            ("units", Param::List(names)),
        ]);
        out.push(body("unit.code.duplicate", subject, unit, p));
    }
    let parts = separate_parts(unit);
    if parts > 1 {
        let count = (parts as f64).into();
        out.push(body(PARTS, subject, unit, params([("count", count)])));
    }
    if !subject.parents.is_empty() && subject.parent_of[i].is_none() {
        let named = unit.parent.clone().unwrap_or_default();
        out.push(body(
            "unit.hierarchy.no_parent",
            subject,
            unit,
            params([("parent", named.into())]),
        ));
    }
    out
}

fn body(rule: &'static str, subject: &Subject, unit: &SubjectUnit, mut p: Params) -> FindingBody {
    p.entry("units".into())
        .or_insert_with(|| Param::List(vec![unit.label()]));
    let known = rules::find(rule);
    let point = unit
        .area
        .0
        .first()
        .and_then(|a| a.exterior().0.first())
        .map(|&c| {
            let c = coord_to_storage(c, &subject.plane);
            [c.x, c.y]
        });
    FindingBody {
        rule: rule.into(),
        kind: known.and_then(|r| r.kind).unwrap_or(Kind::Code),
        gap_kind: None,
        level: subject.level.clone(),
        extent_kind: subject.kind,
        units: vec![unit.party()],
        parent: unit.parent.clone(),
        severity: known.map_or(Severity::Warning, |r| r.severity),
        area_m2: None,
        max_width_m: None,
        length_m: None,
        geometry: None,
        point,
        place: None,
        params: p,
        edges: Vec::new(),
    }
}

/// How many pieces a unit consists of, when parts that share an edge are one piece.
fn separate_parts(unit: &SubjectUnit) -> usize {
    let parts = &unit.area.0;
    if parts.len() < 2 {
        return parts.len();
    }
    let mut group: Vec<usize> = (0..parts.len()).collect();
    fn root(group: &mut [usize], mut i: usize) -> usize {
        while group[i] != i {
            group[i] = group[group[i]];
            i = group[i];
        }
        i
    }
    let boxes = parts.iter().map(|p| {
        let of = p
            .bounding_rect()
            .unwrap_or_else(|| Rect::new((0.0, 0.0), (0.0, 0.0)));
        AABB::from_corners(of.min().into(), of.max().into())
    });
    let boxes: Vec<GeomWithData<Rectangle<[f64; 2]>, usize>> = boxes
        .enumerate()
        .map(|(i, b)| GeomWithData::new(Rectangle::from_aabb(b), i))
        .collect();
    let tree = RTree::bulk_load(boxes.clone());
    // Islands have nothing in common with anything; most parts are islands.
    let near_another = |b: &GeomWithData<Rectangle<[f64; 2]>, usize>| {
        let mut near = tree.locate_in_envelope_intersecting(b.geom().envelope());
        near.any(|o| o.data != b.data)
    };
    let mut owner: FxHashMap<[u64; 4], usize> = FxHashMap::default();
    for (i, part) in parts.iter().enumerate() {
        if !near_another(&boxes[i]) {
            continue;
        }
        for w in part.exterior().0.windows(2) {
            let (a, b) = (
                [w[0].x.to_bits(), w[0].y.to_bits()],
                [w[1].x.to_bits(), w[1].y.to_bits()],
            );
            let key = if a < b {
                [a[0], a[1], b[0], b[1]]
            } else {
                [b[0], b[1], a[0], a[1]]
            };
            if let Some(&j) = owner.get(&key) {
                let (a, b) = (root(&mut group, i), root(&mut group, j));
                group[a] = b;
            } else {
                owner.insert(key, i);
            }
        }
    }
    (0..parts.len())
        .map(|i| root(&mut group, i))
        .collect::<FxHashSet<_>>()
        .len()
}
