//! Boxes, in storage (`[west, south, east, north]`) and in a plane.

use geo_types::Rect;

use crate::store::Bbox;

/// The box of a box carried to another plane: by points of its outline, and a share more for what bends between them.
pub(super) fn carried(
    [w, s, e, n]: Bbox,
    there: impl Fn(f64, f64) -> Option<(f64, f64)>,
) -> Option<Bbox> {
    const POINTS: i32 = 8;
    let mut out = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    for i in 0..=POINTS {
        let t = f64::from(i) / f64::from(POINTS);
        let (x, y) = (w + t * (e - w), s + t * (n - s));
        for (x, y) in [(x, s), (x, n), (w, y), (e, y)] {
            let (x, y) = there(x, y)?;
            out = [out[0].min(x), out[1].min(y), out[2].max(x), out[3].max(y)];
        }
    }
    let by = 0.01 * (out[2] - out[0]).max(out[3] - out[1]);
    Some([out[0] - by, out[1] - by, out[2] + by, out[3] + by])
}

/// The box of two boxes of a plane.
pub(super) fn both(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let [w, s, e, n] = join(of_rect(a), of_rect(b));
    Rect::new((w, s), (e, n))
}

/// The box of those that are there.
pub(super) fn joined(a: Option<Rect<f64>>, b: Option<Rect<f64>>) -> Option<Rect<f64>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (a, b) => a.or(b),
    }
}

/// A box as storage has it.
pub(super) fn of_rect(r: Rect<f64>) -> Bbox {
    [r.min().x, r.min().y, r.max().x, r.max().y]
}

/// The box of two boxes.
pub(super) fn join(a: Bbox, b: Bbox) -> Bbox {
    [
        a[0].min(b[0]),
        a[1].min(b[1]),
        a[2].max(b[2]),
        a[3].max(b[3]),
    ]
}

/// Whether the first box lies in the second.
pub(super) fn within(a: Bbox, b: Bbox) -> bool {
    a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3]
}
