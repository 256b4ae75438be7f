//! Where the name of a unit stands: the centre of the largest circle inside its largest part.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use geo::{Area, Coord, MultiPolygon};
use jieming_coverage::width::inscribed_circle;

/// Label points by number of extent. An extent never changes: a change makes a new one.
#[derive(Clone, Default)]
pub(super) struct Labels(Arc<Mutex<HashMap<i64, Option<[f64; 2]>>>>);

/// Points kept; beyond, all are forgotten and found again.
const MOST: usize = 500_000;

impl Labels {
    /// The label point (longitude, latitude in degrees) of an extent; `None` for one without area.
    pub(super) fn point(&self, extent: i64, area: &MultiPolygon<f64>) -> Option<Coord<f64>> {
        // What a panic left behind is a map of finished entries: still good.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&extent).copied();
        let point = known.unwrap_or_else(|| {
            let point = find(area);
            let mut points = lock();
            if points.len() >= MOST {
                points.clear();
            }
            points.insert(extent, point);
            point
        });
        point.map(|[x, y]| Coord { x, y })
    }
}

fn find(area: &MultiPolygon<f64>) -> Option<[f64; 2]> {
    let largest = area
        .iter()
        .max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    let first = largest.exterior().0.first()?;
    // Degrees to about metres; only the proportion of the two matters here.
    let scale = [111_320.0 * first.y.to_radians().cos(), 110_574.0];
    let circle = inscribed_circle(largest, scale);
    (circle.radius > 0.0).then_some(circle.centre)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Contains, MultiPolygon, Point, polygon};

    #[test]
    fn within_the_largest_part() {
        // A horseshoe, whose centroid lies outside, and a small island.
        let shoe = polygon![
            (x: 0.0, y: 0.0), (x: 3.0, y: 0.0), (x: 3.0, y: 3.0), (x: 2.0, y: 3.0), (x: 2.0, y: 1.0),
            (x: 1.0, y: 1.0), (x: 1.0, y: 3.0), (x: 0.0, y: 3.0)
        ];
        let island = polygon![(x: 9.0, y: 9.0), (x: 9.5, y: 9.0), (x: 9.5, y: 9.5)];
        let unit = MultiPolygon(vec![island, shoe.clone()]);
        let labels = Labels::default();
        let point = labels.point(1, &unit).unwrap();
        assert!(shoe.contains(&Point(point)));
        assert_eq!(labels.point(1, &MultiPolygon(vec![])), Some(point));
        assert_eq!(labels.point(2, &MultiPolygon(vec![])), None);
    }
}
