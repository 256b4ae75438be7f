//! Checking the neighbourhood of an edit instead of the whole coverage, with the outcome of the whole.
//!
//! An edit changes what is claimed inside a box only: that of the segments that came or went. A defect that does not
//! touch this box is what it was; the ones that do are found again from the units around:
//!
//! ```text
//!   1. units that meet the box, and those around earlier defects that touch it        ┌──────────┐
//!   2. check them; take the defects that touch the box                                │ A ┌────┐ │ the box, and
//!   3. units that reach into these defects' boxes and were not there yet? add them,   │   │ u  │ │ the units that
//!      and again from 2: with more units known a defect can only become smaller       │ B └────┘C│ meet it
//!                                                                                     └──────────┘
//! ```
//!
//! One thing cannot be seen from near: whether ground that was open to the outside has become enclosed far away. An edit
//! can do that only by parting the unclaimed ground of its surroundings ([`parts_the_outside`]); then a wider window is
//! looked at, until the parts are seen to meet or to be enclosed in it, and all that meets the window is among the units of
//! step 1. Units that all have a parent have no such holes.

use crate::check::{Outcome, check};
use crate::grid::Grid;
use crate::{Coverage, Defect, DefectKind, Options, Unit};
use geo::{BoundingRect, Intersects};
use geo_types::{Coord, MultiPolygon, Polygon, Rect};
use rustc_hash::{FxHashMap, FxHashSet};

/// Steps of the grid by which noding may move what lies near an edit, and to spare.
const MARGIN: f64 = 8.0;

/// What the units around an edit show.
#[derive(Debug)]
pub struct Local {
    /// The whole check of the units given; only the defects of [`Self::touching`] are those of the whole coverage.
    pub outcome: Outcome,
    /// Indices into the outcome's defects: those that touch the box.
    pub touching: Vec<usize>,
    /// Box of these defects and of the edit: every unit that meets it must be among those given, else the check is to
    /// be made again with them.
    pub reach: Rect<f64>,
}

/// The box of all that may differ between two areas of a unit (`None`: it was not there, or is gone): that of the
/// segments which only one of them has, with a margin. `None` when nothing differs.
pub fn changed_box(
    before: Option<&MultiPolygon<f64>>,
    after: Option<&MultiPolygon<f64>>,
    grid: Grid,
) -> Option<Rect<f64>> {
    let mut seen: FxHashMap<[i64; 4], i32> = FxHashMap::default();
    for (area, by) in [(before, 1), (after, -1)] {
        for_segments(area.iter().flat_map(|a| &a.0), grid, |s| {
            *seen.entry(s).or_default() += by;
        });
    }
    let step = grid.step();
    let mut found: Option<Rect<f64>> = None;
    for ([ax, ay, bx, by], n) in seen {
        if n != 0 {
            let end = |x: i64, y: i64| Coord {
                x: x as f64 * step,
                y: y as f64 * step,
            };
            found = Some(join(found, Rect::new(end(ax, ay), end(bx, by))));
        }
    }
    found.map(|r| grown(r, MARGIN * step))
}

/// Segments on the grid, the lesser end first.
fn for_segments<'a>(
    polygons: impl Iterator<Item = &'a Polygon<f64>>,
    grid: Grid,
    mut each: impl FnMut([i64; 4]),
) {
    for p in polygons {
        for ring in std::iter::once(p.exterior()).chain(p.interiors()) {
            let points: Vec<_> = ring.0.iter().filter_map(|c| grid.snap(c.x, c.y)).collect();
            let closing = points.last().zip(points.first());
            let sides = points.windows(2).map(|w| (w[0], w[1]));
            for (a, b) in sides.chain(closing.map(|(a, b)| (*a, *b))) {
                let (a, b) = (a.min(b), a.max(b));
                if a != b {
                    each([a.x, a.y, b.x, b.y]);
                }
            }
        }
    }
}

/// The box with all segments of the units that come into it: noding may lead any of these through other points.
pub fn with_segments(dirty: Rect<f64>, units: &[Unit<'_>], grid: Grid) -> Rect<f64> {
    let step = grid.step();
    let mut out = dirty;
    for unit in units {
        for_segments(unit.area.0.iter(), grid, |[ax, ay, bx, by]| {
            let end = |x: i64, y: i64| Coord {
                x: x as f64 * step,
                y: y as f64 * step,
            };
            let side = Rect::new(end(ax, ay), end(bx, by));
            if meets(&side, &dirty) {
                out = join(Some(out), side);
            }
        });
    }
    grown(out, MARGIN * step)
}

/// Checks the units around an edit. `dirty` is the box of what may have changed (see [`changed_box`] and
/// [`with_segments`]); the coverage holds at least all units that meet it, with their parents. Parents that are not
/// covered by the units given show gaps, which reach beyond: see [`Local::reach`].
pub fn check_local(coverage: &Coverage<'_>, dirty: Rect<f64>, options: &Options) -> Local {
    let outcome = check(coverage, options);
    let touching: Vec<usize> = (0..outcome.defects.len())
        .filter(|&i| touches(&outcome.defects[i], &dirty))
        .collect();
    let mut reach = dirty;
    for &i in &touching {
        let polygon = outcome.defects[i].polygon.as_ref();
        if let Some(b) = polygon.and_then(BoundingRect::bounding_rect) {
            reach = join(Some(reach), b);
        }
    }
    let reach = grown(reach, MARGIN * options.grid.step());
    Local {
        outcome,
        touching,
        reach,
    }
}

/// Whether a defect has a point in the box.
pub fn touches(defect: &Defect, dirty: &Rect<f64>) -> bool {
    match &defect.polygon {
        Some(p) => polygon_touches(p, dirty),
        None => dirty.intersects(&Coord {
            x: defect.place[0],
            y: defect.place[1],
        }),
    }
}

/// Whether a polygon has a point in the box.
pub fn polygon_touches(p: &Polygon<f64>, dirty: &Rect<f64>) -> bool {
    p.bounding_rect().is_some_and(|b| meets(&b, dirty)) && p.intersects(dirty)
}

/// Whether the edit parts ground that was open and connected inside `window` before: then something may have become
/// enclosed that lies beyond the window. What is enclosed inside it the units given show. `before` and `after` hold all units that meet the window, which
/// holds the box of the edit in its inside.
pub fn parts_the_outside(
    before: &[Unit<'_>],
    after: &[Unit<'_>],
    window: Rect<f64>,
    options: &Options,
) -> bool {
    let (was, is) = (
        open_pieces(before, window, options),
        open_pieces(after, window, options),
    );
    // The edit lies inside the window, so its outline meets the same lines before and after. Pieces of ground that
    // were one must still be one.
    let number: FxHashMap<[i64; 4], usize> = is
        .iter()
        .enumerate()
        .flat_map(|(i, sides)| sides.iter().map(move |s| (*s, i)))
        .collect();
    was.iter().any(|sides| {
        let now: FxHashSet<Option<&usize>> = sides.iter().map(|s| number.get(s)).collect();
        now.len() > 1
    })
}

/// Unclaimed pieces of the window that reach its outline, each as its stretches of the outline.
fn open_pieces(units: &[Unit<'_>], window: Rect<f64>, options: &Options) -> Vec<Vec<[i64; 4]>> {
    let frame = MultiPolygon(vec![window.to_polygon()]);
    let units = units.iter().map(|u| Unit {
        area: u.area,
        parent: Some(0),
    });
    let coverage = Coverage {
        units: units.collect(),
        parents: vec![&frame],
        exclusions: Vec::new(),
    };
    let outcome = check(&coverage, options);
    let gap = |d: &&Defect| {
        matches!(
            d.kind,
            DefectKind::Inlet | DefectKind::Corridor | DefectKind::Shortfall
        )
    };
    let (min, max) = (window.min(), window.max());
    let frame = [(min.x, min.y), (max.x, max.y)].map(|(x, y)| options.grid.snap(x, y));
    let [Some(low), Some(high)] = frame else {
        return Vec::new();
    };
    let on_frame = |s: &[i64; 4]| {
        (s[0] == s[2] && (s[0] == low.x || s[0] == high.x))
            || (s[1] == s[3] && (s[1] == low.y || s[1] == high.y))
    };
    let pieces = outcome.defects.iter().filter(gap).map(|d| {
        let mut sides = Vec::new();
        for_segments(d.polygon.iter(), options.grid, |s| {
            if on_frame(&s) {
                sides.push(s);
            }
        });
        sides
    });
    pieces.collect()
}

fn join(a: Option<Rect<f64>>, b: Rect<f64>) -> Rect<f64> {
    let Some(a) = a else { return b };
    Rect::new(
        Coord {
            x: a.min().x.min(b.min().x),
            y: a.min().y.min(b.min().y),
        },
        Coord {
            x: a.max().x.max(b.max().x),
            y: a.max().y.max(b.max().y),
        },
    )
}

fn grown(r: Rect<f64>, by: f64) -> Rect<f64> {
    let by = Coord { x: by, y: by };
    Rect::new(r.min() - by, r.max() + by)
}

/// Whether two closed boxes have a point in common.
fn meets(a: &Rect<f64>, b: &Rect<f64>) -> bool {
    a.min().x <= b.max().x
        && b.min().x <= a.max().x
        && a.min().y <= b.max().y
        && b.min().y <= a.max().y
}

/// The box of an area; `None` when it is empty.
pub fn area_box(area: &MultiPolygon<f64>) -> Option<Rect<f64>> {
    area.bounding_rect()
}

/// Whether an area's box meets another box.
pub fn area_meets(area: &MultiPolygon<f64>, with: &Rect<f64>) -> bool {
    area_box(area).is_some_and(|b| meets(&b, with))
}
