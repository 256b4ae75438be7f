//! Generators shared by the tests.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use proptest::{collection::vec, prelude::*};

fn coord() -> impl Strategy<Value = Coord<f64>> {
    (-1e7..1e7f64, -1e7..1e7f64).prop_map(|(x, y)| Coord { x, y })
}

fn ring() -> impl Strategy<Value = LineString<f64>> {
    vec(coord(), 1..12).prop_map(|mut c| {
        c.push(c[0]);
        LineString(c)
    })
}

fn polygon() -> impl Strategy<Value = Polygon<f64>> {
    (ring(), vec(ring(), 0..3)).prop_map(|(e, i)| Polygon::new(e, i))
}

/// Any geometry, valid or not, with finite numbers.
pub fn any_geometry() -> impl Strategy<Value = Geometry<f64>> {
    let leaf = prop_oneof![
        coord().prop_map(|c| Point(c).into()),
        vec(coord(), 0..12).prop_map(|c| LineString(c).into()),
        polygon().prop_map(Geometry::from),
        vec(coord().prop_map(Point), 0..5).prop_map(|p| MultiPoint(p).into()),
        vec(vec(coord(), 0..5).prop_map(LineString), 0..4).prop_map(|l| MultiLineString(l).into()),
        vec(polygon(), 0..4).prop_map(|p| MultiPolygon(p).into()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        vec(inner, 0..4).prop_map(|g| Geometry::GeometryCollection(GeometryCollection(g)))
    })
}
