//! What every sample must be: the same for the same seed, a clean coverage before planting, and true about its defects.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{HashMap, HashSet};

use geo::{Area, BooleanOps, GeodesicArea};
use geo_types::{Coord, MultiPolygon};
use jieming_sample::{Fault, Level, Options, Sample, generate, write};
use proptest::prelude::*;

fn small(seed: u64) -> Options {
    Options {
        counties: 3,
        townships: 14,
        places: 300,
        vertices: 4000,
        overlaps: 4,
        gaps: 6,
        spills: 3,
        slivers: 1,
        misplaced: 6,
        uncertain: 5,
        gcj_batch: 20,
        seed,
    }
}

fn rings(area: &MultiPolygon<f64>) -> impl Iterator<Item = &[Coord<f64>]> {
    area.iter()
        .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
        .map(|r| r.0.as_slice())
}

type Bits = (u64, u64);
type Segment = (Coord<f64>, Coord<f64>);

fn bits(c: Coord<f64>) -> Bits {
    (c.x.to_bits(), c.y.to_bits())
}

/// Every edge of the units is used once in each direction, but for the outer line, which is the parent's.
fn assert_clean(sample: &Sample, level: Level, parent: &MultiPolygon<f64>) {
    let mut edges: HashSet<(Bits, Bits)> = HashSet::new();
    for w in sample
        .units(level)
        .iter()
        .flat_map(|u| rings(&u.area))
        .flat_map(|r| r.windows(2))
    {
        assert_ne!(bits(w[0]), bits(w[1]), "a point twice in a row");
        assert!(
            edges.insert((bits(w[0]), bits(w[1]))),
            "two units on the same side of an edge"
        );
    }
    let outer: HashSet<(Bits, Bits)> = edges
        .iter()
        .copied()
        .filter(|&(a, b)| !edges.contains(&(b, a)))
        .collect();
    let line: HashSet<(Bits, Bits)> = rings(parent)
        .flat_map(|r| r.windows(2))
        .map(|w| (bits(w[0]), bits(w[1])))
        .collect();
    assert_eq!(outer, line);
    let sum: f64 = sample
        .units(level)
        .iter()
        .map(|u| u.area.unsigned_area())
        .sum();
    assert!(
        (sum / parent.unsigned_area() - 1.0).abs() < 1e-12,
        "areas do not add up"
    );
}

/// No two edges of the units cross: brute force over a grid.
fn crossings(sample: &Sample) -> usize {
    let mut cells: HashMap<(i64, i64), Vec<Segment>> = HashMap::new();
    let mut seen = HashSet::new();
    for w in sample
        .townships
        .iter()
        .flat_map(|u| rings(&u.area))
        .flat_map(|r| r.windows(2))
    {
        let key = if bits(w[0]) < bits(w[1]) {
            (bits(w[0]), bits(w[1]))
        } else {
            (bits(w[1]), bits(w[0]))
        };
        if seen.insert(key) {
            let k = |v: f64| (v / 0.004).floor() as i64;
            for x in k(w[0].x.min(w[1].x))..=k(w[0].x.max(w[1].x)) {
                for y in k(w[0].y.min(w[1].y))..=k(w[0].y.max(w[1].y)) {
                    cells.entry((x, y)).or_default().push((w[0], w[1]));
                }
            }
        }
    }
    let turn = |a: Coord<f64>, b: Coord<f64>, c: Coord<f64>| {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    };
    let cross = |(a, b): Segment, (c, d): Segment| {
        turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
    };
    cells
        .values()
        .map(|list| {
            (0..list.len())
                .map(|i| (0..i).filter(|&j| cross(list[i], list[j])).count())
                .sum::<usize>()
        })
        .sum()
}

fn bytes(sample: &Sample) -> Vec<(String, Vec<u8>)> {
    let dir = tempfile::tempdir().unwrap();
    write(sample, dir.path()).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|f| f.unwrap())
        .map(|f| {
            (
                f.file_name().into_string().unwrap(),
                std::fs::read(f.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn clean_city_has_no_gap_and_no_overlap(seed in any::<u64>(), counties in 1usize..6, more in 0usize..40, vertices in 100usize..20_000) {
        let options = Options { counties, townships: counties + more, vertices, places: 0, ..Options::demo(seed) }.clean();
        let sample = generate(&options).unwrap();
        assert_clean(&sample, Level::Township, &sample.city.area);
        assert_clean(&sample, Level::County, &sample.city.area);
        prop_assert_eq!(crossings(&sample), 0);
        for unit in sample.counties.iter().chain(&sample.townships) {
            prop_assert!(!unit.area.0.is_empty(), "{} has no area", unit.code);
        }
    }

    #[test]
    fn planted_areas_account_for_the_difference(seed in 0u64..10_000) {
        let sample = generate(&small(seed)).unwrap();
        let at = |level: Level, kind: &str, f: fn(usize) -> f64| -> f64 {
            sample.defects.iter().filter(|d| d.level == level && d.kind == kind && (kind != "overlap" || d.consequence_of.is_none() || level == Level::Township))
                .map(|d| d.area.unsigned_area() * f(d.units.len())).sum()
        };
        // Counties: what they claim more than once or outside, less what nobody claims.
        let claimed: f64 = sample.counties.iter().map(|u| u.area.unsigned_area()).sum();
        let expected = sample.city.area.unsigned_area() + at(Level::County, "overlap", |n| (n - 1) as f64) + at(Level::County, "spill", |_| 1.0) - at(Level::County, "gap", |_| 1.0);
        prop_assert!((claimed / expected - 1.0).abs() < 1e-9, "counties claim {claimed}, expected {expected}");
    }
}

#[test]
fn same_options_same_bytes() {
    let (a, b, c) = (
        generate(&small(7)).unwrap(),
        generate(&small(7)).unwrap(),
        generate(&small(8)).unwrap(),
    );
    assert_eq!(bytes(&a), bytes(&b));
    assert_ne!(bytes(&a), bytes(&c));
    // A digest that only changes when samples change: on another machine as well.
    let digest = bytes(&a)
        .iter()
        .flat_map(|(_, b)| b)
        .fold(0xcbf2_9ce4_8422_2325u64, |h, &b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
    assert_eq!(format!("{digest:016x}"), "ac1c4ebef79f77f7");
}

#[test]
fn defects_are_where_the_units_say() {
    for seed in 0..6 {
        let sample = generate(&small(seed)).unwrap();
        for d in sample.defects.iter().filter(|d| d.consequence_of.is_none()) {
            assert!((d.area.geodesic_area_unsigned() - d.area_m2).abs() < 0.01);
            let whole = d.area.unsigned_area();
            for unit in sample.units(d.level) {
                let common = unit.area.intersection(&d.area).unsigned_area() / whole;
                let claims = d.kind != "gap" && d.units.contains(&unit.code);
                assert!(
                    if claims {
                        common > 0.999
                    } else {
                        d.kind == "spill" || common < 0.001
                    },
                    "seed {seed}: {} {} of {}: {common}",
                    d.kind,
                    d.id,
                    unit.code
                );
            }
            let parent = match d.level {
                Level::County => Some(&sample.city),
                _ => sample
                    .counties
                    .iter()
                    .find(|c| Some(&c.code) == d.parent.as_ref()),
            };
            if let Some(parent) = parent {
                let inside = parent.area.intersection(&d.area).unsigned_area() / whole;
                assert!(
                    if d.kind == "spill" {
                        inside < 0.001
                    } else {
                        inside > 0.999
                    },
                    "seed {seed}: {} {}: {inside} inside {}",
                    d.kind,
                    d.id,
                    parent.code
                );
            }
        }
    }
}

#[test]
fn demo_has_everything() {
    let options = Options::demo(1);
    let sample = generate(&options).unwrap();
    let planted = |kind: &str, gap: Option<&str>| {
        sample
            .defects
            .iter()
            .filter(|d| d.kind == kind && d.gap_kind == gap && d.consequence_of.is_none())
            .count()
    };
    for gap in ["hole", "inlet", "corridor", "shortfall"] {
        assert!(planted("gap", Some(gap)) >= 4, "{gap}");
    }
    assert!(
        planted("overlap", None) >= options.overlaps && planted("spill", None) == options.spills
    );
    assert!(
        sample
            .defects
            .iter()
            .any(|d| d.kind == "overlap" && d.units.len() == 3)
    );
    let of = |fault: Fault| sample.places.iter().filter(|p| p.fault == fault).count();
    assert_eq!(
        (of(Fault::Outside), of(Fault::Uncertain)),
        (options.misplaced, options.uncertain)
    );
    assert!(of(Fault::InGap) > 0 && of(Fault::InOverlap) > 0);
    assert_eq!(sample.places.len(), options.places + options.gcj_batch);
    let codes: HashSet<&str> = sample.places.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes.len(), sample.places.len());
    assert!(codes.iter().all(|c| c.len() == 20));
    let units: HashSet<&str> = sample.townships.iter().map(|u| u.code.as_str()).collect();
    assert_eq!(units.len(), options.townships);
}

#[test]
fn every_seed_has_room_for_the_demo() {
    for seed in 0..40 {
        let sample = generate(&Options {
            places: 500,
            ..Options::demo(seed)
        });
        assert!(sample.is_ok(), "seed {seed}: {sample:?}");
    }
}

#[test]
fn impossible_numbers_are_refused() {
    for (counties, townships) in [(0, 5), (6, 5), (1, 0)] {
        assert!(
            generate(&Options {
                counties,
                townships,
                ..Options::demo(1)
            })
            .is_err()
        );
    }
    let crowded = generate(&Options {
        counties: 1,
        townships: 2,
        overlaps: 500,
        ..Options::demo(1)
    });
    assert!(crowded.is_err_and(|e| e.to_string().contains("ask for fewer")));
}
