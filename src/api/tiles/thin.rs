//! Extents without the vertices that a tile cannot show.

use std::borrow::Cow;

use geo::{LineString, MultiPolygon, Polygon};

use crate::store::UnitExtent;

/// The areas of units without the vertices whose weights are below `unseen_m2`, in the order of the units.
///
/// Neighbours leave out the same vertices, because both have the same weights for them. A version of an extent that no
/// audit has seen has no weights, and its neighbours' are those of the lines before: then all are drawn in full, until
/// the audit that follows.
pub(super) fn thinned(units: &[UnitExtent], unseen_m2: f64) -> Vec<Cow<'_, MultiPolygon<f64>>> {
    let all = units.iter().all(|u| u.weights.is_some());
    units
        .iter()
        .map(|u| match &u.weights {
            Some(weights) if all && unseen_m2 > 0.0 => {
                Cow::Owned(without(&u.geometry, weights, unseen_m2 as f32))
            }
            _ => Cow::Borrowed(&u.geometry),
        })
        .collect()
}

fn without(area: &MultiPolygon<f64>, weights: &[f32], least: f32) -> MultiPolygon<f64> {
    let mut weights = weights.iter();
    let mut ring = |ring: &LineString<f64>| {
        // `take` on a borrowed iterator: the next ring goes on where this one ends.
        let of_ring = weights.by_ref().take(ring.0.len());
        let kept: Vec<_> = ring
            .0
            .iter()
            .zip(of_ring)
            .filter(|(_, w)| **w >= least || w.is_nan())
            .map(|(c, _)| *c)
            .collect();
        let closed = usize::from(kept.first() == kept.last());
        // Weights leave three vertices to every ring; whatever else they say, an area stays one.
        if kept.len() < 3 + closed {
            ring.clone()
        } else {
            LineString(kept)
        }
    };
    let polygons = area.0.iter().map(|p| {
        let exterior = ring(p.exterior());
        Polygon::new(exterior, p.interiors().iter().map(&mut ring).collect())
    });
    MultiPolygon(polygons.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{CoordsIter as _, polygon};

    fn area() -> MultiPolygon<f64> {
        MultiPolygon(vec![
            polygon!(exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)],
                     interiors: [[(x: 1., y: 1.), (x: 2., y: 1.), (x: 2., y: 2.), (x: 1., y: 2.)]]),
            polygon![(x: 20., y: 0.), (x: 21., y: 0.), (x: 21., y: 1.)],
        ])
    }

    #[test]
    fn rings_take_their_own_weights() {
        let inf = f32::INFINITY;
        let mut weights = vec![1.0, inf, inf, inf, 1.0];
        weights.extend([inf, 2.0, inf, inf, inf]);
        weights.extend([inf; 4]);
        let thin = without(&area(), &weights, 1.5);
        assert_eq!(thin.coords_count(), 4 + 5 + 4);
        // The vertex that closed the ring has gone, and another one closes it.
        let ring = thin.0[0].exterior();
        assert_eq!(ring.0[0], ring.0[3]);
        assert_eq!(without(&area(), &weights, 2.5).coords_count(), 4 + 4 + 4);
        assert_eq!(without(&area(), &weights, 1.0), area());
    }

    #[test]
    fn strange_weights_leave_an_area() {
        assert_eq!(without(&area(), &[0.0; 14], 1.0), area());
        assert_eq!(without(&area(), &[f32::NAN; 14], 1.0), area());
    }
}
