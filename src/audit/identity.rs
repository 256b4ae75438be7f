//! Findings keep their identity: a finding continues an earlier one when rule and parties agree and the polygons meet.
//! Of several candidates the largest common area goes first, ties by age; new ones that come out of earlier ones
//! carry these as `derived_from`. A finding that was gone returns under its id.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use geo::{Area, BooleanOps, BoundingRect};
use geo_types::{Geometry, Polygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{RTree, RTreeObject as _};
use rustc_hash::FxHashSet;

use crate::store::{Finding, FindingBody, FindingState, NewFinding, Party, ScopeChanges};

/// What two findings must share to be one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: Cow<'static, str>,
    /// Unit numbers where known (they outlive a change of code), else codes.
    units: Vec<String>,
    parent: Option<String>,
    place: Option<i64>,
}

impl Key {
    fn of(body: &FindingBody) -> Key {
        let mut units: Vec<String> = body.units.iter().map(unit_identity).collect();
        units.sort();
        // The parties of a gap are whoever stands around it; one neighbour more or less does not make another gap.
        if body.kind == jieming_domain::finding::Kind::Gap {
            units.clear();
        }
        Key {
            rule: body.rule.clone(),
            units,
            parent: body.parent.clone(),
            place: body.place.as_ref().map(|p| p.0),
        }
    }
}

fn unit_identity(p: &Party) -> String {
    p.unit_id
        .map_or_else(|| format!("code:{}", p.code), |id| format!("id:{id}"))
}

/// Compares what is true now with the findings of a scope, gone ones among them.
pub(super) fn reconcile(
    scope: String,
    now: Vec<FindingBody>,
    earlier: Vec<Finding>,
    mut new_id: impl FnMut() -> String,
) -> ScopeChanges {
    let mut by_key: BTreeMap<Key, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (i, body) in now.iter().enumerate() {
        by_key.entry(Key::of(body)).or_default().0.push(i);
    }
    for (j, f) in earlier.iter().enumerate() {
        by_key.entry(Key::of(&f.body)).or_default().1.push(j);
    }
    let mut continues: Vec<Option<usize>> = vec![None; now.len()];
    let mut derived: Vec<Vec<usize>> = vec![Vec::new(); now.len()];
    let mut taken: FxHashSet<usize> = FxHashSet::default();
    for (mine, theirs) in by_key.values() {
        let candidates = Candidates::new(theirs, &earlier);
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for &i in mine {
            candidates.of(&now[i], |j| {
                if let Some(common) = common_area(&now[i], &earlier[j].body) {
                    pairs.push((common, i, j));
                }
            });
        }
        // Largest first; then those that are not gone, then the older.
        pairs.sort_by(|a, b| {
            b.0.total_cmp(&a.0).then_with(|| {
                let age = |p: &(f64, usize, usize)| {
                    (
                        earlier[p.2].state == FindingState::Gone,
                        earlier[p.2].seq,
                        Reverse(p.1),
                    )
                };
                age(a).cmp(&age(b))
            })
        });
        for &(_, i, j) in &pairs {
            if continues[i].is_none() && !taken.contains(&j) {
                continues[i] = Some(j);
                taken.insert(j);
            }
        }
        for &(_, i, j) in &pairs {
            if continues[i].is_none() && earlier[j].state != FindingState::Gone {
                derived[i].push(j);
            }
        }
    }
    let mut changes = ScopeChanges {
        scope,
        new: Vec::new(),
        still: Vec::new(),
        unchanged: Vec::new(),
        gone: Vec::new(),
        lines: None,
        weights: Vec::new(),
    };
    for (i, body) in now.into_iter().enumerate() {
        match continues[i] {
            Some(j) if earlier[j].body == body => changes.unchanged.push(earlier[j].id.clone()),
            Some(j) => changes.still.push((earlier[j].id.clone(), body)),
            None => {
                derived[i].sort_by_key(|&j| earlier[j].seq);
                let derived_from = derived[i].iter().map(|&j| earlier[j].id.clone()).collect();
                changes.new.push(NewFinding {
                    id: new_id(),
                    derived_from,
                    body,
                });
            }
        }
    }
    changes.gone = earlier
        .iter()
        .enumerate()
        .filter(|(j, f)| f.state != FindingState::Gone && !taken.contains(j))
        .map(|(_, f)| f.id.clone())
        .collect();
    changes
}

/// Earlier findings of one key. Of a large audit, hundreds of thousands may share it: gaps without a unit above.
struct Candidates<'a> {
    /// Those with an area, by their boxes.
    areas: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    /// Those without.
    others: Vec<usize>,
    earlier: &'a [Finding],
}

impl<'a> Candidates<'a> {
    fn new(of_key: &[usize], earlier: &'a [Finding]) -> Candidates<'a> {
        let (mut areas, mut others) = (Vec::new(), Vec::new());
        for &j in of_key {
            match rect(&earlier[j].body) {
                Some(r) => areas.push(GeomWithData::new(boxed(r), j)),
                None => others.push(j),
            }
        }
        Candidates {
            areas: RTree::bulk_load(areas),
            others,
            earlier,
        }
    }

    /// Those that may be continued by a finding: when some have its very polygon, only these.
    fn of(&self, body: &FindingBody, mut each: impl FnMut(usize)) {
        let Some(r) = rect(body) else {
            self.others.iter().for_each(|&j| each(j));
            return;
        };
        let envelope = boxed(r).envelope();
        let near: Vec<usize> = self
            .areas
            .locate_in_envelope_intersecting(envelope)
            .map(|g| g.data)
            .collect();
        let same = |&j: &usize| self.earlier[j].body.geometry == body.geometry;
        if near.iter().any(same) {
            near.into_iter().filter(same).for_each(each);
        } else {
            near.into_iter().for_each(each);
        }
    }
}

fn boxed(r: Rect<f64>) -> Rectangle<[f64; 2]> {
    Rectangle::from_corners(r.min().into(), r.max().into())
}

fn polygon(body: &FindingBody) -> Option<&Polygon<f64>> {
    match &body.geometry {
        Some(Geometry::Polygon(p)) => Some(p),
        _ => None,
    }
}

fn rect(body: &FindingBody) -> Option<Rect<f64>> {
    polygon(body).and_then(BoundingRect::bounding_rect)
}

/// How much two findings of one key have in common; `None` when they do not meet. Findings without area have only
/// their key and place in common: the nearer, the more.
fn common_area(a: &FindingBody, b: &FindingBody) -> Option<f64> {
    match (polygon(a), polygon(b)) {
        (Some(p), Some(q)) => {
            if p == q {
                return Some(p.unsigned_area());
            }
            let common = p.intersection(q).unsigned_area();
            (common > 0.0).then_some(common)
        }
        (None, None) => {
            let apart = match (a.point, b.point) {
                (Some([ax, ay]), Some([bx, by])) => (ax - bx).hypot(ay - by),
                _ => 0.0,
            };
            // A fault at a place is that fault only near that place: about a hundred metres.
            let local = matches!(a.geometry, Some(Geometry::Point(_)));
            (!local || apart < 1e-3).then_some(-apart)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jieming_domain::finding::{Kind, Severity};
    use jieming_domain::message::Params;
    use jieming_domain::unit::ExtentKind;

    fn overlap(units: [i64; 2], x: f64, w: f64) -> FindingBody {
        let party = |id: i64| Party {
            unit_id: Some(id),
            code: format!("{id}").into(),
            name: "".into(),
        };
        FindingBody {
            rule: "coverage.overlap".into(),
            kind: Kind::Overlap,
            gap_kind: None,
            level: "".into(),
            extent_kind: ExtentKind::Legal,
            units: units.map(party).to_vec(),
            parent: None,
            severity: Severity::Error,
            area_m2: None,
            max_width_m: None,
            length_m: None,
            geometry: Some(Geometry::Polygon(
                Rect::new((x, 0.0), (x + w, 1.0)).to_polygon(),
            )),
            point: None,
            place: None,
            params: Params::new(),
            edges: Vec::new(),
        }
    }

    fn kept(id: &str, seq: i64, state: FindingState, body: FindingBody) -> Finding {
        let t = String::from("1970-01-01T00:00:00.000Z");
        Finding {
            id: id.into(),
            seq,
            scope: "s".into(),
            body,
            bbox: None,
            state,
            derived_from: vec![],
            first_seen: t.clone(),
            last_seen: t,
            first_run: 1,
            last_run: 1,
        }
    }

    fn run(now: Vec<FindingBody>, earlier: Vec<Finding>) -> ScopeChanges {
        let mut n = 0;
        reconcile("s".into(), now, earlier, || {
            n += 1;
            format!("n{n}")
        })
    }

    #[test]
    fn the_larger_part_of_a_split_goes_on_and_the_other_remembers() {
        let old = kept("old", 1, FindingState::Open, overlap([1, 2], 0.0, 10.0));
        let c = run(
            vec![overlap([1, 2], 0.0, 3.0), overlap([1, 2], 4.0, 6.0)],
            vec![old],
        );
        assert_eq!(
            c.still.iter().map(|s| s.0.as_str()).collect::<Vec<_>>(),
            ["old"]
        );
        assert_eq!(c.new.len(), 1);
        assert_eq!(c.new[0].derived_from, ["old"]);
        assert!(c.gone.is_empty());
    }

    #[test]
    fn of_merged_ones_the_larger_stays_and_the_other_is_gone() {
        let a = kept("a", 1, FindingState::Open, overlap([1, 2], 0.0, 3.0));
        let b = kept("b", 2, FindingState::New, overlap([1, 2], 4.0, 6.0));
        let c = run(vec![overlap([2, 1], 0.0, 10.0)], vec![a, b]);
        assert_eq!(c.still[0].0, "b");
        assert_eq!(c.gone, ["a"]);
    }

    #[test]
    fn what_says_the_same_again_is_unchanged_whoever_else_shares_its_key() {
        // A hundred thousand of one key: looking at every pair would take minutes.
        let gap = |i: usize| FindingBody {
            kind: Kind::Gap,
            rule: "coverage.gap.hole".into(),
            ..overlap([1, 2], i as f64 * 2.0, 1.0)
        };
        let mut now: Vec<FindingBody> = (0..100_000).map(gap).collect();
        let earlier = now.iter().enumerate();
        let earlier =
            earlier.map(|(i, b)| kept(&i.to_string(), i as i64, FindingState::Open, b.clone()));
        let earlier: Vec<Finding> = earlier.collect();
        now.reverse();
        now[7].severity = Severity::Info;
        let c = run(now, earlier);
        assert_eq!(
            (c.unchanged.len(), c.still.len(), c.new.len(), c.gone.len()),
            (99_999, 1, 0, 0)
        );
        assert_eq!(c.still[0].0, (99_999 - 7).to_string());
    }

    #[test]
    fn other_parties_or_other_ground_is_another_finding() {
        let a = kept("a", 1, FindingState::Open, overlap([1, 2], 0.0, 3.0));
        let c = run(
            vec![overlap([1, 3], 0.0, 3.0), overlap([1, 2], 3.5, 1.0)],
            vec![a],
        );
        assert_eq!((c.new.len(), c.still.len(), c.gone.len()), (2, 0, 1));
    }

    #[test]
    fn a_gone_one_returns_under_its_id_but_an_open_one_comes_first() {
        let gone = kept("gone", 1, FindingState::Gone, overlap([1, 2], 0.0, 3.0));
        let c = run(vec![overlap([1, 2], 0.0, 3.0)], vec![gone.clone()]);
        assert_eq!(c.unchanged, ["gone"]);
        let open = kept("open", 2, FindingState::Open, overlap([1, 2], 0.0, 3.0));
        let c = run(vec![overlap([1, 2], 0.0, 3.0)], vec![gone, open]);
        assert_eq!(c.unchanged, ["open"]);
    }
}
