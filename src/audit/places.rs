//! Place names against the units that they claim, judged with the accuracy of their position.

use std::collections::BTreeMap;

use geo::{BoundingRect, Contains};
use geo_types::{Geometry, MultiPolygon, Point};
use jieming_domain::ellipsoid::distance_m;
use jieming_domain::finding::{Kind, Severity};
use jieming_domain::message::{Params, params};
use jieming_domain::rules;
use jieming_domain::unit::{ExtentKind, level_rank};
use rayon::prelude::*;
use rstar::{AABB, PointDistance, RTree, RTreeObject};
use rustc_hash::FxHashMap;

use crate::store::{FindingBody, Party};

/// Accuracy in metres taken for a position that says nothing of it: a phone's, the worst in common use in the field.
pub(super) const UNSAID_ACCURACY_M: f64 = 15.0;

/// A place to judge; positions in EPSG:4490 degrees.
#[derive(Debug, Clone)]
pub(super) struct JudgedPlace {
    /// Number in the database, or row of the file.
    pub id: i64,
    pub name: String,
    pub position: [f64; 2],
    pub accuracy_m: Option<f64>,
    /// Code or name of the unit that it claims.
    pub claims: String,
}

/// A unit that places may claim; area in EPSG:4490 degrees.
pub(super) struct Ground {
    pub party: Party,
    pub level: String,
    pub parent: Option<String>,
    pub area: MultiPolygon<f64>,
}

/// An edge of a unit's outline in degrees, with the length of a degree here.
struct Edge([[f64; 2]; 2]);

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.0[0], self.0[1])
    }
}

impl PointDistance for Edge {
    fn distance_2(&self, p: &[f64; 2]) -> f64 {
        let [x, y] = nearest(self.0, *p);
        (x - p[0]).powi(2) + (y - p[1]).powi(2)
    }
}

fn nearest([a, b]: [[f64; 2]; 2], p: [f64; 2]) -> [f64; 2] {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 {
        (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    [a[0] + t * dx, a[1] + t * dy]
}

/// A unit's outline, stretched so that a degree is as long east as north and distances compare rightly.
struct Outline {
    tree: RTree<Edge>,
    squeeze: f64,
}

impl Outline {
    fn new(area: &MultiPolygon<f64>) -> Option<Outline> {
        let middle = area.bounding_rect()?.center().y;
        let squeeze = middle.to_radians().cos().max(1e-6);
        let edges = area
            .0
            .iter()
            .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
            .flat_map(|r| r.0.windows(2))
            .map(|w| Edge([[w[0].x * squeeze, w[0].y], [w[1].x * squeeze, w[1].y]]))
            .collect();
        Some(Outline {
            tree: RTree::bulk_load(edges),
            squeeze,
        })
    }

    /// Distance in metres to the outline.
    fn distance(&self, [lon, lat]: [f64; 2]) -> Option<f64> {
        let p = [lon * self.squeeze, lat];
        let edge = self.tree.nearest_neighbor(p)?;
        let [x, y] = nearest(edge.0, p);
        Some(distance_m((lon, lat), (x / self.squeeze, y)))
    }
}

/// Judges every place. A place nearer to the line than its accuracy is uncertain, not wrong.
pub(super) fn examine(
    places: &[JudgedPlace],
    grounds: &[Ground],
    kind: ExtentKind,
) -> Vec<FindingBody> {
    if grounds.is_empty() {
        return Vec::new();
    }
    let mut by_key: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (i, g) in grounds.iter().enumerate() {
        by_key.entry(&g.party.code).or_default().push(i);
        if g.party.name != g.party.code && !g.party.name.is_empty() {
            by_key.entry(&g.party.name).or_default().push(i);
        }
    }
    let mut claims: BTreeMap<&str, Vec<&JudgedPlace>> = BTreeMap::new();
    for p in places {
        claims.entry(&p.claims).or_default().push(p);
    }
    let claims: Vec<(&str, Vec<&JudgedPlace>)> = claims.into_iter().collect();
    claims
        .into_par_iter()
        .flat_map_iter(|(claim, places)| {
            // A claim may be a whole path (市区街道): its longest ending that is a unit's name counts.
            let endings = claim.char_indices().map(|(i, _)| &claim[i..]);
            let claimed = endings
                .filter_map(|e| by_key.get(e))
                .next()
                .map_or(&[][..], Vec::as_slice);
            // One code may stand at two levels with one area; the lower level is meant.
            let claimed = claimed
                .iter()
                .copied()
                .max_by_key(|&i| level_rank(&grounds[i].level));
            let outline = claimed.and_then(|i| Outline::new(&grounds[i].area));
            places
                .into_iter()
                .filter_map(|p| match claimed {
                    None => {
                        let unknown = Param(p, None, claim);
                        Some(unknown.body("place.unit.unknown", Vec::new(), None, kind))
                    }
                    Some(i) => judge(p, i, outline.as_ref()?, grounds, kind),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn judge(
    place: &JudgedPlace,
    claimed: usize,
    outline: &Outline,
    grounds: &[Ground],
    kind: ExtentKind,
) -> Option<FindingBody> {
    let unit = &grounds[claimed];
    let point = Point::from(place.position);
    let inside = unit.area.contains(&point);
    let distance = outline.distance(place.position)?;
    let accuracy = place.accuracy_m.unwrap_or(UNSAID_ACCURACY_M);
    let name = if unit.party.name.is_empty() {
        &unit.party.code
    } else {
        &unit.party.name
    };
    if distance < accuracy {
        // Positive outside, negative inside.
        let signed = if inside { -distance } else { distance };
        let p = Param(place, Some((signed, accuracy)), name);
        return Some(p.body(
            "place.uncertain",
            vec![unit.party.clone()],
            Some(unit),
            kind,
        ));
    }
    if inside {
        return None;
    }
    let mut units = vec![unit.party.clone()];
    units.extend(
        grounds
            .iter()
            .find(|g| g.level == unit.level && g.area.contains(&point))
            .map(|g| g.party.clone()),
    );
    units.sort_by(|a, b| a.code.cmp(&b.code));
    Some(Param(place, Some((distance, accuracy)), name).body(
        "place.outside",
        units,
        Some(unit),
        kind,
    ))
}

/// What a sentence on a place is made of: place, (signed distance, accuracy) in metres, name of the unit claimed.
struct Param<'a>(&'a JudgedPlace, Option<(f64, f64)>, &'a str);

impl Param<'_> {
    fn body(
        &self,
        rule: &'static str,
        units: Vec<Party>,
        claimed: Option<&Ground>,
        kind: ExtentKind,
    ) -> FindingBody {
        let Param(place, measures, unit) = self;
        let known = rules::find(rule);
        let mut p: Params = params([
            ("place", place.name.as_str().into()),
            ("unit", (*unit).into()),
        ]);
        if let Some((distance, accuracy)) = measures {
            // Positive outside, negative inside: for programs. People read a side and a length.
            p.insert("signed_distance_m".into(), (*distance).into());
            p.insert("distance_m".into(), distance.abs().into());
            let (zh, en) = if *distance < 0.0 {
                ("线内", "inside")
            } else {
                ("线外", "outside")
            };
            p.insert("side_zh".into(), zh.into());
            p.insert("side_en".into(), en.into());
            p.insert("accuracy_m".into(), (*accuracy).into());
        }
        FindingBody {
            rule: rule.into(),
            kind: known.and_then(|r| r.kind).unwrap_or(Kind::Name),
            gap_kind: None,
            level: claimed.map_or_else(|| "".into(), |g| g.level.as_str().into()),
            extent_kind: kind,
            units,
            parent: claimed.and_then(|g| g.parent.clone()),
            severity: known.map_or(Severity::Warning, |r| r.severity),
            area_m2: None,
            max_width_m: None,
            length_m: None,
            geometry: Some(Geometry::Point(Point::from(place.position))),
            point: Some(place.position),
            place: Some((place.id, place.name.clone())),
            params: p,
            edges: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::Rect;

    fn ground(code: &str, west: f64) -> Ground {
        let area = MultiPolygon(vec![
            Rect::new((west, 30.0), (west + 0.1, 30.1)).to_polygon(),
        ]);
        Ground {
            party: Party {
                unit_id: None,
                code: code.into(),
                name: format!("{code}区").into(),
            },
            level: "county".into(),
            parent: None,
            area,
        }
    }

    fn judged(claims: &str, lon: f64, accuracy_m: Option<f64>) -> Vec<(String, Vec<String>, f64)> {
        let place = JudgedPlace {
            id: 1,
            name: "某地".into(),
            position: [lon, 30.05],
            accuracy_m,
            claims: claims.into(),
        };
        examine(
            &[place],
            &[ground("A", 114.0), ground("B", 114.1)],
            ExtentKind::Legal,
        )
        .into_iter()
        .map(|f| {
            let d = match f.params.get("signed_distance_m") {
                Some(jieming_domain::message::Param::Number(d)) => *d,
                _ => f64::NAN,
            };
            (
                f.rule.into_owned(),
                f.units.iter().map(|u| u.code.as_ref().to_owned()).collect(),
                d,
            )
        })
        .collect()
    }

    #[test]
    fn inside_outside_and_near_the_line() {
        assert!(judged("A", 114.05, None).is_empty());
        assert!(judged("A区", 114.05, None).is_empty());
        let out = judged("A", 114.15, Some(5.0));
        assert_eq!(
            (out[0].0.as_str(), &out[0].1[..]),
            ("place.outside", &["A".to_owned(), "B".to_owned()][..])
        );
        // 0.05 degree of the parallel at 30.05 N.
        assert!((out[0].2 - 4820.0).abs() < 10.0, "{}", out[0].2);
        // About 9.6 m beyond the line, surveyed to 25 m: cannot be told. Inside the sign turns.
        let near = judged("A", 114.1001, Some(25.0));
        assert_eq!(near[0].0, "place.uncertain");
        assert!((near[0].2 - 9.64).abs() < 0.05, "{}", near[0].2);
        assert!(judged("A", 114.0999, Some(25.0))[0].2 < 0.0);
        // The same, surveyed to 1 m: outside.
        assert_eq!(judged("A", 114.1001, Some(1.0))[0].0, "place.outside");
        assert_eq!(judged("C", 114.0, None)[0].0, "place.unit.unknown");
        // A whole path ends with the unit.
        assert!(judged("某市A区", 114.05, None).is_empty());
    }
}
