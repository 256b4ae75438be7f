//! A whole delivery that lies beside where its names are known to be: in the coordinates of web maps (GCJ-02 sits 570-620 m
//! east-south-east in Wuhan, BD-09 1.2 km east-north-east), or on an old datum read as CGCS2000 (tens of metres). Witnesses
//! are places and units of the same name or code that are held already, and the units that places claim.

use std::collections::BTreeMap;

use geo::{BoundingRect as _, Centroid as _, Contains as _};
use geo_types::{Coord, Point};
use jieming_domain::ellipsoid::distance_m;
use jieming_domain::unit::ExtentKind;
use jieming_geodata::Text;
use jieming_geodata::crs::Plane;
use rustc_hash::FxHashMap;

use super::source::{finding, with_text};
use super::{PlaceBatch, UnitRecord};
use crate::store::{RowFinding, Store, StoreError, UnitExtent};

/// Records of a delivery that are compared.
const SAMPLE: usize = 2_000;
/// Fewer pairs tell nothing.
const FEWEST: usize = 6;
/// Places of one name that are compared with: more of them tell nothing.
const MOST_OF_A_NAME: usize = 50;
/// Farther apart, two records of one name are two places; BD-09 moves by some 1,250 m.
const SAME_PLACE_M: f64 = 2_000.0;
/// How near to a known offset the middle of the pairs must lie, metres; the offsets are 300 m and more.
const NEAR_OFFSET_M: f64 = 60.0;
/// An old datum is tens of metres away, up to some 150.
const OLD_DATUM_M: std::ops::RangeInclusive<f64> = 25.0..=200.0;
/// Places outside the unit that they claim, below which nothing is concluded from units.
const FEWEST_OUTSIDE: usize = 8;

/// What a delivery says of positions: collected while it is read.
#[derive(Debug, Default)]
pub(super) struct Sample {
    places: Vec<(String, Option<String>, [f64; 2])>,
    units: Vec<(String, String, [f64; 2])>,
}

impl Sample {
    pub(super) fn add_places(&mut self, batch: &PlaceBatch) {
        for p in &batch.places {
            if self.places.len() == SAMPLE {
                break;
            }
            if let Some(at) = p.position {
                self.places.push((p.name.clone(), p.unit.clone(), at));
            }
        }
    }

    pub(super) fn add_units(&mut self, units: &[UnitRecord]) {
        for u in units {
            if self.units.len() == SAMPLE {
                break;
            }
            if let (false, Some(c)) = (u.code.is_empty(), u.storage.centroid()) {
                let code = u.code.clone();
                self.units.push((u.level.clone(), code, [c.x(), c.y()]));
            }
        }
    }
}

/// Whether the delivery lies beside what is held; `source` is what it was read as.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn suspected(
    store: &dyn Store,
    sample: Sample,
    source: Option<&str>,
) -> Result<Option<RowFinding>, StoreError> {
    let mut pairs = places_held(store, &sample).await?;
    pairs.extend(units_held(store, &sample).await?);
    let by_pairs = tokio::task::spawn_blocking(move || judge(&pairs));
    let by_pairs = by_pairs.await.unwrap_or_default();
    let found = match by_pairs {
        Some(found) => Some(found),
        None => {
            let claims = claims(store, &sample).await?;
            let judged = tokio::task::spawn_blocking(move || judge_by_units(&claims));
            // If that thread dies, nothing is suspected.
            judged.await.unwrap_or_default()
        }
    };
    // What was converted from it by request is not proposed again.
    let found = found.filter(|f| f.proposes.is_none_or(|p| Some(p) != source));
    Ok(found.map(Suspicion::into_finding))
}

/// (delivered, held) positions of places of one name. Names that are held more than once nearby tell nothing.
async fn places_held(store: &dyn Store, sample: &Sample) -> Result<Vec<Pair>, StoreError> {
    let mut names: Vec<String> = sample.places.iter().map(|p| p.0.clone()).collect();
    names.sort();
    names.dedup();
    let mut held: FxHashMap<String, Vec<[f64; 2]>> = FxHashMap::default();
    for (name, at) in store.places_named(&names).await? {
        held.entry(name).or_default().push(at);
    }
    // A name that is everywhere is nowhere.
    held.retain(|_, all| all.len() <= MOST_OF_A_NAME);
    let mut pairs = Vec::new();
    for (name, _, at) in &sample.places {
        let near = |p: &&[f64; 2]| apart(*at, **p) < SAME_PLACE_M;
        let mut all = held.get(name).into_iter().flatten().filter(near);
        if let (Some(one), None) = (all.next(), all.next()) {
            pairs.push((*at, *one));
        }
    }
    Ok(pairs)
}

/// The same of units, by their centroids.
async fn units_held(store: &dyn Store, sample: &Sample) -> Result<Vec<Pair>, StoreError> {
    if sample.units.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = sample.units.iter().map(|u| u.1.clone()).collect();
    let held = store.units_by_code(&codes, ExtentKind::Legal).await?;
    let held: FxHashMap<(&str, &str), Point> = held
        .iter()
        .filter_map(|u| Some(((&*u.level, &*u.code), u.geometry.centroid()?)))
        .collect();
    let pair = |(level, code, at): &(String, String, [f64; 2])| {
        let c = held.get(&(&**level, &**code))?;
        let c = [c.x(), c.y()];
        (apart(*at, c) < SAME_PLACE_M).then_some((*at, c))
    };
    Ok(sample.units.iter().filter_map(pair).collect())
}

/// Positions with the units that they claim, of the sample.
async fn claims(store: &dyn Store, sample: &Sample) -> Result<Vec<Claim>, StoreError> {
    let mut by_unit: BTreeMap<&str, Vec<[f64; 2]>> = BTreeMap::new();
    for (_, unit, at) in &sample.places {
        if let Some(unit) = unit {
            by_unit.entry(unit).or_default().push(*at);
        }
    }
    let mut out = Vec::new();
    for (unit, places) in by_unit {
        let units = store
            .units_named(&[unit.to_owned()], ExtentKind::Legal)
            .await?;
        if !units.is_empty() {
            out.push((places, units));
        }
    }
    Ok(out)
}

/// Positions, and the units of the name that they claim.
type Claim = (Vec<[f64; 2]>, Vec<UnitExtent>);
type Pair = ([f64; 2], [f64; 2]);

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    distance_m((a[0], a[1]), (b[0], b[1]))
}

/// What is suspected.
#[derive(Debug, PartialEq)]
struct Suspicion {
    /// The system to read the delivery in; `None`: an old datum, which needs parameters.
    proposes: Option<&'static str>,
    /// Metres by which it lies beside, and the direction in degrees from north.
    distance_m: f64,
    azimuth: f64,
    witnesses: usize,
    sure: f64,
}

impl Suspicion {
    fn into_finding(self) -> RowFinding {
        let mut f = finding(None, "file.crs.shifted", None, None);
        let kind = match self.proposes {
            Some(crs) => Text::new(
                format!("与 {crs} 的偏移相符，可按 {crs} 换算（“坐标系”选项，--crs）"),
                format!("that is the offset of {crs}: read it in {crs} (option CRS, --crs)"),
            ),
            None => Text::new(
                "像北京 54 或西安 80 的坐标被当作 CGCS2000；请登记转换参数并用相应坐标系导入",
                "that looks like Beijing 1954 or Xian 1980 taken for CGCS2000: register parameters and import in that system",
            ),
        };
        f.params
            .insert("distance_m".into(), self.distance_m.round().into());
        f.params
            .insert("azimuth".into(), self.azimuth.round().into());
        f.params
            .insert("count".into(), (self.witnesses as f64).into());
        f.params
            .insert("sure".into(), (self.sure * 100.0).round().into());
        if let Some(crs) = self.proposes {
            f.params.insert("proposes".into(), crs.into());
        }
        with_text(f, "kind", &kind)
    }
}

/// The ways in which a delivery may be off: name, and where a true position would be delivered.
fn offsets() -> Vec<(&'static str, Plane, bool)> {
    let plane = |text| Plane::parse(text, &[]).ok();
    let mut out = Vec::new();
    if let (Some(gcj), Some(bd)) = (plane("GCJ-02"), plane("BD-09")) {
        out.push(("GCJ-02", gcj.clone(), false));
        out.push(("BD-09", bd, false));
        // Said to be GCJ-02 and converted though it was not.
        out.push(("EPSG:4490", gcj, true));
    }
    out
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// East and north of one position from another, metres.
fn vector(from: [f64; 2], to: [f64; 2]) -> (f64, f64) {
    let east = apart(from, [to[0], from[1]]).copysign(to[0] - from[0]);
    let north = apart(from, [from[0], to[1]]).copysign(to[1] - from[1]);
    (east, north)
}

/// What pairs of delivered and held positions tell: their middle vector, when they agree.
fn judge(pairs: &[Pair]) -> Option<Suspicion> {
    if pairs.len() < FEWEST {
        return None;
    }
    let vectors: Vec<(f64, f64)> = pairs.iter().map(|(d, h)| vector(*h, *d)).collect();
    let (east, north) = (
        middle(vectors.iter().map(|v| v.0).collect()),
        middle(vectors.iter().map(|v| v.1).collect()),
    );
    let distance = east.hypot(north);
    let spread = middle(
        vectors
            .iter()
            .map(|v| (v.0 - east).hypot(v.1 - north))
            .collect(),
    );
    let azimuth = east.atan2(north).to_degrees().rem_euclid(360.0);
    let found = |proposes, sure: f64| Suspicion {
        proposes,
        distance_m: distance,
        azimuth,
        witnesses: pairs.len(),
        sure,
    };
    for (name, plane, inverse) in offsets() {
        // How far each pair is from what this offset would make of it.
        let missed: Option<Vec<f64>> = pairs
            .iter()
            .map(|(delivered, held)| {
                let carried = if inverse {
                    plane.to_storage(held[0], held[1])
                } else {
                    plane.from_storage(held[0], held[1])
                };
                carried.ok().map(|(x, y)| apart([x, y], *delivered))
            })
            .collect();
        let Some(missed) = missed else { continue };
        let near = missed.iter().filter(|m| **m < NEAR_OFFSET_M).count();
        if distance > 2.0 * NEAR_OFFSET_M && middle(missed) < NEAR_OFFSET_M {
            let share = near as f64 / pairs.len() as f64;
            return Some(found(Some(name), (0.5 + share / 2.0).min(0.99)));
        }
    }
    let old = OLD_DATUM_M.contains(&distance) && spread < distance / 4.0;
    (old && pairs.len() >= 2 * FEWEST).then(|| found(None, 0.6))
}

/// What the units tell that places claim: an offset is suspected when it brings nearly all home that lie outside.
fn judge_by_units(claims: &[Claim]) -> Option<Suspicion> {
    let inside = |at: (f64, f64), units: &[UnitExtent]| {
        let p = Coord { x: at.0, y: at.1 };
        units.iter().any(|u| {
            u.geometry.bounding_rect().is_some_and(|b| b.contains(&p))
                && u.geometry.contains(&Point(p))
        })
    };
    let outside = |carry: &dyn Fn([f64; 2]) -> Option<(f64, f64)>| {
        let of_unit = |(places, units): &Claim| {
            let away = places
                .iter()
                .filter(|at| carry(**at).is_none_or(|at| !inside(at, units)));
            away.count()
        };
        claims.iter().map(of_unit).sum::<usize>()
    };
    let all: usize = claims.iter().map(|c| c.0.len()).sum();
    let before = outside(&|[x, y]| Some((x, y)));
    // Misplaced records there are always: an offset puts far more outside.
    if before < FEWEST_OUTSIDE || before * 20 < all {
        return None;
    }
    let (after, name, plane) = offsets()
        .into_iter()
        .filter(|o| !o.2)
        .map(|(name, plane, _)| {
            (
                outside(&|[x, y]| plane.to_storage(x, y).ok()),
                name,
                plane.clone(),
            )
        })
        .min_by_key(|o| o.0)?;
    if after * 4 > before {
        return None;
    }
    let at = claims.first()?.0.first()?;
    let (x, y) = plane.to_storage(at[0], at[1]).ok()?;
    let (east, north) = vector([x, y], *at);
    Some(Suspicion {
        proposes: Some(name),
        distance_m: east.hypot(north),
        azimuth: east.atan2(north).to_degrees().rem_euclid(360.0),
        witnesses: all,
        sure: 0.8 * (1.0 - after as f64 / before as f64),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shifted(n: usize, scatter: f64, by: impl Fn(f64, f64) -> (f64, f64)) -> Vec<Pair> {
        (0..n)
            .map(|i| {
                let (u, v) = (
                    (i * 7919 % 1000) as f64 / 1000.0,
                    (i * 104_729 % 1000) as f64 / 1000.0,
                );
                let (lon, lat) = (113.8 + u, 30.1 + v);
                let (x, y) = by(lon, lat);
                let noise = |k: usize| ((i * k % 201) as f64 - 100.0) / 100.0 * scatter * 1e-5;
                ([x + noise(31), y + noise(57)], [lon, lat])
            })
            .collect()
    }

    #[test]
    fn web_map_offsets_are_told() {
        for name in ["GCJ-02", "BD-09"] {
            let plane = Plane::parse(name, &[]).unwrap();
            let there = |x, y| plane.from_storage(x, y).unwrap();
            let found = judge(&shifted(12, 15.0, there)).unwrap();
            assert_eq!(found.proposes, Some(name));
            assert!(found.sure > 0.9 && found.witnesses == 12, "{found:?}");
            let (distance, azimuth) = if name == "GCJ-02" {
                (570.0..=625.0, 110.0..=120.0)
            } else {
                (1_190.0..=1_250.0, 65.0..=75.0)
            };
            assert!(
                distance.contains(&found.distance_m) && azimuth.contains(&found.azimuth),
                "{found:?}"
            );
        }
        // Converted though it was not in GCJ-02.
        let gcj = Plane::parse("GCJ-02", &[]).unwrap();
        let found = judge(&shifted(12, 5.0, |x, y| gcj.to_storage(x, y).unwrap())).unwrap();
        assert_eq!(found.proposes, Some("EPSG:4490"));
    }

    #[test]
    fn an_old_datum_is_told_by_a_steady_shift() {
        let found = judge(&shifted(20, 5.0, |x, y| (x + 0.0006, y + 0.0003))).unwrap();
        assert_eq!(found.proposes, None);
        assert!((found.distance_m - 66.0).abs() < 4.0, "{found:?}");
    }

    proptest! {
        #[test]
        fn true_positions_and_scattered_ones_are_left_alone(n in 0_usize..80, scatter in 0.0..2_000.0_f64) {
            prop_assert_eq!(judge(&shifted(n, scatter, |x, y| (x, y))), None);
        }

        #[test]
        fn few_pairs_tell_nothing(n in 0..FEWEST) {
            let gcj = Plane::parse("GCJ-02", &[]).unwrap();
            prop_assert_eq!(judge(&shifted(n, 0.0, |x, y| gcj.from_storage(x, y).unwrap())), None);
        }
    }
}
