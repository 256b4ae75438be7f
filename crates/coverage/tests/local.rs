//! After an edit, the neighbourhood tells what a check of the whole would: the defects that do not touch the edit are
//! those of before, the ones that do are found from the units around.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use geo_types::{MultiPolygon, Polygon, Rect};
use jieming_coverage::local::{
    area_meets, changed_box, check_local, parts_the_outside, touches, with_segments,
};
use jieming_coverage::{Coverage, Defect, DefectKind, Grid, Metric, Options, Unit, check};
use proptest::prelude::*;
use std::collections::BTreeSet;

const OPTIONS: Options = Options {
    grid: Grid::UNIT,
    metric: Metric::Metres,
    gap_width: 0.0,
    causes: true,
};

/// Cells to a side, and the length of one.
const SIDE: usize = 5;
const CELL: i32 = 1000;

/// Kind, units, outline: what a defect is.
type Essence = (DefectKind, Vec<usize>, Vec<(i64, i64)>);

fn essence(d: &Defect, name: &dyn Fn(usize) -> usize) -> Essence {
    let mut units: Vec<usize> = d.units.iter().map(|&u| name(u)).collect();
    units.sort_unstable();
    let mut points: Vec<(i64, i64)> = match &d.polygon {
        Some(p) => std::iter::once(p.exterior())
            .chain(p.interiors())
            .flat_map(|r| r.0[1..].iter().map(|c| (c.x as i64, c.y as i64)))
            .collect(),
        None => vec![(d.place[0] as i64, d.place[1] as i64)],
    };
    points.sort_unstable();
    (d.kind, units, points)
}

fn ring(points: Vec<(i32, i32)>) -> MultiPolygon<f64> {
    let line = points
        .into_iter()
        .map(|(x, y)| (f64::from(x), f64::from(y)));
    MultiPolygon(vec![Polygon::new(line.collect(), vec![])])
}

/// A cell with two vertices to a side; each vertex moved a little, most of them alike for both neighbours.
fn cell(
    i: usize,
    j: usize,
    own: &[(i32, i32)],
    shared: &dyn Fn(i32, i32) -> (i32, i32),
) -> MultiPolygon<f64> {
    let (x, y) = (i as i32 * CELL, j as i32 * CELL);
    let third = CELL / 3;
    let steps = [
        (0, 0),
        (third, 0),
        (2 * third, 0),
        (CELL, 0),
        (CELL, third),
        (CELL, 2 * third),
        (CELL, CELL),
        (2 * third, CELL),
        (third, CELL),
        (0, CELL),
        (0, 2 * third),
        (0, third),
    ];
    let points = steps.iter().enumerate().map(|(k, (dx, dy))| {
        let at = (x + dx, y + dy);
        let (sx, sy) = shared(at.0, at.1);
        let (ox, oy) = own[(i * 31 + j * 17 + k) % own.len()];
        (at.0 + sx + ox, at.1 + sy + oy)
    });
    ring(points.collect())
}

/// Mostly nothing, sometimes a move: so that neighbours agree here and disagree there.
fn moves() -> impl Strategy<Value = Vec<(i32, i32)>> {
    let one = prop_oneof![
        6 => Just((0, 0)),
        2 => (-60i32..60, -60i32..60),
        1 => (-400i32..400, -400i32..400),
    ];
    prop::collection::vec(one, 41..60)
}

#[derive(Debug, Clone)]
enum Edit {
    Remove(usize),
    Replace(usize, MultiPolygon<f64>),
    Add(MultiPolygon<f64>),
}

fn blob() -> impl Strategy<Value = MultiPolygon<f64>> {
    let span = SIDE as i32 * CELL;
    let shape = prop::collection::vec((-700i32..700, -700i32..700), 3..9);
    ((-500..span + 500, -500..span + 500), shape)
        .prop_map(|((x, y), v)| ring(v.into_iter().map(|(dx, dy)| (x + dx, y + dy)).collect()))
}

fn edit() -> impl Strategy<Value = Edit> {
    let unit = 0..SIDE * SIDE;
    prop_oneof![
        unit.clone().prop_map(Edit::Remove),
        (unit, blob()).prop_map(|(u, b)| Edit::Replace(u, b)),
        blob().prop_map(Edit::Add),
    ]
}

/// A unit by its lasting number.
type Units = Vec<(usize, MultiPolygon<f64>)>;

fn coverage<'a>(
    units: impl Iterator<Item = &'a MultiPolygon<f64>>,
    parent: Option<&'a MultiPolygon<f64>>,
) -> Coverage<'a> {
    Coverage {
        units: units
            .map(|area| Unit {
                area,
                parent: parent.map(|_| 0),
            })
            .collect(),
        parents: parent.into_iter().collect(),
        exclusions: vec![],
    }
}

fn defects(units: &Units, parent: Option<&MultiPolygon<f64>>) -> Vec<Defect> {
    check(&coverage(units.iter().map(|u| &u.1), parent), &OPTIONS).defects
}

/// What the neighbourhood of an edit says: as the service asks it, with units by box instead of a database. `None`:
/// nothing changed.
fn local(
    before: &Units,
    after: &Units,
    edited: usize,
    parent: Option<&MultiPolygon<f64>>,
) -> Option<(Rect<f64>, BTreeSet<Essence>, usize)> {
    let area = |units: &Units| units.iter().find(|u| u.0 == edited).map(|u| u.1.clone());
    let (was, is) = (area(before), area(after));
    let changed = changed_box(was.as_ref(), is.as_ref(), OPTIONS.grid)?;
    let near = |units: &Units, r: &Rect<f64>| -> Units {
        units
            .iter()
            .filter(|u| area_meets(&u.1, r))
            .cloned()
            .collect()
    };
    let views = |units: &'_ Units| -> Vec<MultiPolygon<f64>> {
        units.iter().map(|u| u.1.clone()).collect()
    };
    let mut dirty = changed;
    for side in [before, after] {
        let areas = views(&near(side, &changed));
        let units: Vec<Unit> = areas
            .iter()
            .map(|area| Unit { area, parent: None })
            .collect();
        let wide = with_segments(changed, &units, OPTIONS.grid);
        dirty = geo::BoundingRect::bounding_rect(&geo_types::GeometryCollection(vec![
            dirty.into(),
            wide.into(),
        ]))
        .unwrap();
    }
    let mut reach = dirty;
    if parent.is_none() {
        for by in (0..).map(|i| 20.0 * 2_f64.powi(i)) {
            let by = geo_types::Coord { x: by, y: by };
            let window = Rect::new(dirty.min() - by, dirty.max() + by);
            let [was, is] = [before, after].map(|side| views(&near(side, &window)));
            let unit = |area| Unit { area, parent: None };
            let b: Vec<Unit> = was.iter().map(unit).collect();
            let a: Vec<Unit> = is.iter().map(unit).collect();
            if !parts_the_outside(&b, &a, window, &OPTIONS) {
                reach = window;
                break;
            }
        }
    }
    // Around earlier defects that touch the edit, everything must be known.
    for d in defects(before, parent)
        .iter()
        .filter(|d| touches(d, &dirty))
    {
        let b = d
            .polygon
            .as_ref()
            .and_then(geo::BoundingRect::bounding_rect);
        if let Some(b) = b {
            reach = geo::BoundingRect::bounding_rect(&geo_types::GeometryCollection(vec![
                reach.into(),
                b.into(),
            ]))
            .unwrap();
        }
    }
    let mut known = near(after, &reach);
    loop {
        let l = check_local(
            &coverage(known.iter().map(|u| &u.1), parent),
            dirty,
            &OPTIONS,
        );
        let wanted = near(after, &l.reach);
        let more = wanted
            .iter()
            .filter(|w| known.iter().all(|k| k.0 != w.0))
            .count();
        if more == 0 {
            let found = l
                .touching
                .iter()
                .map(|&i| essence(&l.outcome.defects[i], &|u| known[u].0));
            return Some((dirty, found.collect(), known.len()));
        }
        known.extend(
            wanted
                .into_iter()
                .filter(|w| known.iter().all(|k| k.0 != w.0))
                .collect::<Vec<_>>(),
        );
        known.sort_by_key(|k| k.0);
    }
}

fn holds(
    own: &[(i32, i32)],
    shared: &[(i32, i32)],
    edit: Edit,
    bound: bool,
) -> Result<Option<usize>, TestCaseError> {
    let jitter = |x: i32, y: i32| shared[((x / 7 * 131 + y / 7 * 37) as usize) % shared.len()];
    let mut before: Units = Vec::new();
    for i in 0..SIDE {
        for j in 0..SIDE {
            before.push((i * SIDE + j, cell(i, j, own, &jitter)));
        }
    }
    let mut after = before.clone();
    let edited = match edit {
        Edit::Remove(u) => {
            after.retain(|(n, _)| *n != u);
            u
        }
        Edit::Replace(u, area) => {
            after[u].1 = area;
            u
        }
        Edit::Add(area) => {
            after.push((SIDE * SIDE, area));
            SIDE * SIDE
        }
    };
    let side = SIDE as i32 * CELL;
    let parent = bound.then(|| ring(vec![(0, 0), (side, 0), (side, side), (0, side)]));
    let parent = parent.as_ref();
    let Some((dirty, found, looked_at)) = local(&before, &after, edited, parent) else {
        return Ok(None);
    };
    let names = |units: &Units| -> Vec<usize> { units.iter().map(|u| u.0).collect() };
    let own_fault = |d: &Defect, names: &[usize]| {
        matches!(d.kind, DefectKind::Invalid(_)) && d.units.iter().any(|&u| names[u] == edited)
    };
    let n = names(&before);
    let mut told: BTreeSet<Essence> = defects(&before, parent)
        .iter()
        .filter(|d| !touches(d, &dirty) && !own_fault(d, &n))
        .map(|d| essence(d, &|u| n[u]))
        .collect();
    told.extend(found);
    let n = names(&after);
    let whole: BTreeSet<Essence> = defects(&after, parent)
        .iter()
        .filter(|d| touches(d, &dirty) || !own_fault(d, &n))
        .map(|d| essence(d, &|u| n[u]))
        .collect();
    prop_assert_eq!(told, whole);
    Ok(Some(looked_at))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_edit_inside_a_parent(own in moves(), shared in moves(), edit in edit()) {
        holds(&own, &shared, edit, true)?;
    }

    #[test]
    fn an_edit_without_parents(own in moves(), shared in moves(), edit in edit()) {
        holds(&own, &shared, edit, false)?;
    }
}

/// A horseshoe of units is closed by the last one: the enclosed ground is far from most of them, and only the whole
/// shows that it has become a hole.
#[test]
fn closing_a_bay_is_seen() {
    let square =
        |x: i32, y: i32| ring(vec![(x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100)]);
    let mut before: Units = Vec::new();
    for k in 0..10 {
        before.push((before.len(), square(k * 100, 0)));
        before.push((before.len(), square(k * 100, 900)));
    }
    for k in 1..9 {
        before.push((before.len(), square(0, k * 100)));
        if k != 5 {
            before.push((before.len(), square(900, k * 100)));
        }
    }
    let whole = |units: &Units| -> BTreeSet<Essence> {
        let all = defects(units, None);
        all.iter().map(|d| essence(d, &|u| units[u].0)).collect()
    };
    let mut after = before.clone();
    let edited = after.len();
    after.push((edited, square(900, 500)));
    let (_, found, looked_at) = local(&before, &after, edited, None).unwrap();
    assert_eq!((found, looked_at), (whole(&after), after.len()));
    // A unit added outside parts nothing.
    let mut after = before.clone();
    after.push((edited, square(1000, 0)));
    let (_, found, looked_at) = local(&before, &after, edited, None).unwrap();
    assert!(found.is_empty() && looked_at < 6, "{looked_at}");
}
