//! What the engine takes for coverages made in memory: clean, dirty, one edit, the weights, the widths of slivers.
//!
//! The coverages are functions of a seed, so every bench knows its answer and asserts it: a change that is faster because
//! it finds less does not pass. The counts are those of this engine on these coverages; a change of meaning changes them
//! on purpose, here and in the tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use geo::{CoordsIter, MapCoords};
use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};
use jieming_coverage::local::{Local, area_meets, changed_box, check_local, with_segments};
use jieming_coverage::width::inscribed_circle;
use jieming_coverage::{Coverage, DefectKind, Grid, Metric, Options, Unit, check};
use jieming_sample::Options as Wanted;
use std::hint::black_box;
use std::time::Duration;

const OPTIONS: Options = Options {
    grid: Grid::DEGREES,
    metric: Metric::GRS80_DEGREES,
    gap_width: 0.0,
    causes: false,
};

/// How far a hand strays, in degrees: about 1 m, little beside the distance between the vertices of a line.
const HAND: f64 = 1e-5;

/// Townships that fit, without anything planted.
fn clean(townships: usize, vertices: usize) -> Vec<MultiPolygon<f64>> {
    let wanted = Wanted {
        townships,
        vertices,
        counties: 6,
        places: 0,
        ..Wanted::demo(7).clean()
    };
    let sample = jieming_sample::generate(&wanted).unwrap();
    sample.townships.into_iter().map(|u| u.area).collect()
}

/// The same townships as if each had been digitised by another hand: no vertex is where the neighbour has it, and along
/// every common line the two lines cross again and again.
fn dirty(mut units: Vec<MultiPolygon<f64>>) -> Vec<MultiPolygon<f64>> {
    let mut hand = Hand(1);
    for area in &mut units {
        for polygon in &mut area.0 {
            // Closing vertices move with the first one: `Polygon` closes the rings again.
            polygon.exterior_mut(|ring| shake(ring, &mut hand));
            polygon.interiors_mut(|rings| rings.iter_mut().for_each(|r| shake(r, &mut hand)));
        }
    }
    units
}

fn shake(ring: &mut LineString<f64>, hand: &mut Hand) {
    ring.0.pop();
    for c in &mut ring.0 {
        c.x += HAND * hand.next();
        c.y += HAND * hand.next();
    }
}

/// Numbers in -1..1 from a seed (a linear congruential generator's upper bits: even enough to move vertices).
struct Hand(u64);

impl Hand {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn coverage(units: &[MultiPolygon<f64>]) -> Coverage<'_> {
    Coverage {
        units: views(units),
        ..Coverage::default()
    }
}

fn views(units: &[MultiPolygon<f64>]) -> Vec<Unit<'_>> {
    let unit = |area| Unit { area, parent: None };
    units.iter().map(unit).collect()
}

fn vertices(units: &[MultiPolygon<f64>]) -> u64 {
    units.iter().map(|u| u.coords_count() as u64).sum()
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sampling_mode(SamplingMode::Flat);
    let fitting = clean(240, 200_000);
    let shaken = dirty(clean(120, 60_000));
    for (name, units, defects) in [("clean", &fitting, 0), ("dirty", &shaken, DIRTY)] {
        let given = coverage(units);
        group.throughput(Throughput::Elements(vertices(units)));
        group.bench_function(name, |b| {
            b.iter(|| assert_eq!(check(black_box(&given), &OPTIONS).defects.len(), defects));
        });
    }
    group.finish();
}

/// Overlaps, holes and two mismatches of the dirty coverage.
const DIRTY: usize = 14_455;

/// One unit of many is replaced: from the two areas to the defects that the edit touches.
fn edit(c: &mut Criterion) {
    let before = clean(480, 200_000);
    let mut after = before.clone();
    let ring = before[200].0[0].exterior();
    let moved = ring.0[ring.0.len() / 2];
    after[200] = before[200].map_coords(|p| Coord {
        x: p.x + if p == moved { 20.0 * HAND } else { 0.0 },
        ..p
    });
    // The neighbourhood's answer is the whole's, as the edit is all that is wrong.
    let all = check(&coverage(&after), &OPTIONS).defects.len();
    assert_eq!(all, EDIT);
    c.bench_function("recheck of one edited unit", |b| {
        b.iter(|| {
            assert_eq!(
                recheck(black_box(&before), &after, 200).touching.len(),
                EDIT
            )
        });
    });
}

/// Defects that the one moved vertex makes.
const EDIT: usize = 1;

fn recheck(before: &[MultiPolygon<f64>], after: &[MultiPolygon<f64>], unit: usize) -> Local {
    let near = |units: &[MultiPolygon<f64>], r: &Rect<f64>| -> Vec<MultiPolygon<f64>> {
        let near = units.iter().filter(|u| area_meets(u, r));
        near.cloned().collect()
    };
    let changed = changed_box(Some(&before[unit]), Some(&after[unit]), OPTIONS.grid).unwrap();
    let mut around = near(after, &changed);
    around.push(before[unit].clone());
    let dirty = with_segments(changed, &views(&around), OPTIONS.grid);
    let mut reach = dirty;
    let mut known = 0;
    loop {
        let units = near(after, &reach);
        let local = check_local(&coverage(&units), dirty, &OPTIONS);
        if units.len() == known {
            return local;
        }
        (known, reach) = (units.len(), local.reach);
    }
}

fn weights(c: &mut Criterion) {
    let units = clean(120, 60_000);
    let given = coverage(&units);
    let topology = check(&given, &OPTIONS).topology;
    let mut group = c.benchmark_group("topology");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(vertices(&units)));
    group.bench_function("weights", |b| {
        b.iter(|| {
            let weights = black_box(&topology).weights(&given);
            let of = units.iter().flat_map(|u| weights.of_area(u));
            assert_eq!(of.filter(|w| w.is_finite()).count(), WEIGHED);
        });
    });
    group.finish();
}

/// Vertices that a map may leave out, each counted for every unit that has it: all but the nodes.
const WEIGHED: usize = 59_280;

fn widths(c: &mut Criterion) {
    let mut group = c.benchmark_group("width");
    group.sampling_mode(SamplingMode::Flat);
    let units = dirty(clean(60, 20_000));
    let zones: Vec<Polygon<f64>> = check(&coverage(&units), &OPTIONS)
        .defects
        .into_iter()
        .filter(|d| matches!(d.kind, DefectKind::Overlap | DefectKind::Hole))
        .filter_map(|d| d.polygon)
        .collect();
    let scale = OPTIONS.metric.scale_at(30.5);
    assert_eq!(zones.len(), SLIVERS);
    group.throughput(Throughput::Elements(SLIVERS as u64));
    // Between two hands that each stray by one from the line, nothing is wider than two of them across.
    group.bench_function("slivers along lines", |b| {
        b.iter(|| {
            let wide = |z| 2.0 * inscribed_circle(black_box(z), scale).radius;
            let mut widths: Vec<f64> = zones.iter().map(wide).collect();
            widths.sort_unstable_by(f64::total_cmp);
            let (middle, widest) = (widths[SLIVERS / 2], widths[SLIVERS - 1]);
            let across = 2.0 * HAND * scale[0].hypot(scale[1]);
            assert!(
                middle > 0.1 && widest < across,
                "{middle} {widest} {across}"
            );
        });
    });
    // One long sliver: a band 3 m wide from north to south along a winding line.
    let band = band(1000, 3.0);
    group.throughput(Throughput::Elements(2000));
    group.bench_function("a sliver of 2000 vertices", |b| {
        b.iter(|| {
            let width = 2.0 * inscribed_circle(black_box(&band), [1.0, 1.0]).radius;
            assert!((2.97..=3.0).contains(&width), "{width}");
        });
    });
    group.finish();
}

/// Overlaps and holes of the smaller dirty coverage.
const SLIVERS: usize = 4888;

/// Between a winding line of `n` vertices, one every 10 m, and the same line `apart` metres north of it.
fn band(n: usize, apart: f64) -> Polygon<f64> {
    let mut hand = Hand(3);
    let line: Vec<Coord<f64>> = (0..n)
        .map(|k| Coord {
            x: 10.0 * k as f64,
            y: 4.0 * hand.next(),
        })
        .collect();
    let above = line.iter().rev().map(|c| Coord {
        y: c.y + apart,
        ..*c
    });
    Polygon::new(line.iter().copied().chain(above).collect(), vec![])
}

criterion_group! {
    name = benches;
    // Short enough to be run before every commit to the engine; the spread is printed beside each time.
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5));
    targets = whole, edit, weights, widths
}
criterion_main!(benches);
