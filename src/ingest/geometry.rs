//! From the geometry of a row to the polygons of a unit, or to a point of a place.

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use jieming_geodata::Text;

/// Polygons of a row, and what had to be left out of them.
pub(super) struct Polygons {
    pub polygons: MultiPolygon<f64>,
    pub left_out: Vec<Text>,
}

/// Why a row has no polygons.
pub(super) enum NoPolygons {
    /// The geometry is of another kind.
    Kind(&'static str),
    /// It is a polygon, but nothing of it can be used.
    Unusable(Text),
}

/// Takes the polygons out of a geometry. Rings with numbers that are none, or with fewer than three different points,
/// are left out (with their polygon, when they are the outer ring) and said.
pub(super) fn polygons(geometry: Geometry<f64>) -> Result<Polygons, NoPolygons> {
    let kind = kind_of(&geometry);
    let mut given = Vec::new();
    let mut others = 0;
    collect(geometry, &mut given, &mut others);
    if given.is_empty() {
        return Err(match kind {
            "Polygon" | "MultiPolygon" => {
                NoPolygons::Unusable(Text::new("面是空的", "the polygon is empty"))
            }
            _ => NoPolygons::Kind(kind),
        });
    }
    let mut left_out = Vec::new();
    if others > 0 {
        left_out.push(Text::new(
            format!("集合中的 {others} 个点或线未采用"),
            format!("{others} points or lines of the collection were not used"),
        ));
    }
    let total = given.len();
    let mut polygons = Vec::with_capacity(total);
    for (i, polygon) in given.into_iter().enumerate() {
        let (outer, inner) = polygon.into_inner();
        if let Some(why) = fault(&outer) {
            left_out.push(Text::new(
                format!("第 {} 块略去：{}", i + 1, why.zh),
                format!("part {} left out: {}", i + 1, why.en),
            ));
            continue;
        }
        let mut holes = Vec::with_capacity(inner.len());
        for hole in inner {
            match fault(&hole) {
                Some(why) => left_out.push(Text::new(
                    format!("第 {} 块的一个内环略去：{}", i + 1, why.zh),
                    format!("a hole of part {} left out: {}", i + 1, why.en),
                )),
                None => holes.push(hole),
            }
        }
        polygons.push(Polygon::new(outer, holes));
    }
    if polygons.is_empty() {
        let first = left_out
            .pop()
            .unwrap_or_else(|| Text::new("面是空的", "the polygon is empty"));
        return Err(NoPolygons::Unusable(first));
    }
    Ok(Polygons {
        polygons: MultiPolygon(polygons),
        left_out,
    })
}

fn collect(geometry: Geometry<f64>, out: &mut Vec<Polygon<f64>>, others: &mut usize) {
    match geometry {
        Geometry::Polygon(p) => out.push(p),
        Geometry::MultiPolygon(m) => out.extend(m.0),
        Geometry::Rect(r) => out.push(r.to_polygon()),
        Geometry::Triangle(t) => out.push(t.to_polygon()),
        Geometry::GeometryCollection(c) => c.0.into_iter().for_each(|g| collect(g, out, others)),
        _ => *others += 1,
    }
}

// What makes a ring useless, whatever is done with it.
fn fault(ring: &LineString<f64>) -> Option<Text> {
    if let Some(c) = ring.coords().find(|c| !c.x.is_finite() || !c.y.is_finite()) {
        return Some(Text::new(
            format!("坐标 {}, {} 不是有限的数", c.x, c.y),
            format!("coordinates {}, {} are no finite numbers", c.x, c.y),
        ));
    }
    let mut different: Vec<Coord<f64>> = Vec::with_capacity(3);
    for c in ring.coords() {
        if !different.contains(c) {
            different.push(*c);
            if different.len() == 3 {
                return None;
            }
        }
    }
    Some(Text::new(
        format!("环只有 {} 个不同的点，至少要 3 个", different.len()),
        format!(
            "the ring has {} different points, 3 are needed",
            different.len()
        ),
    ))
}

/// The GeoJSON word of a geometry.
pub(super) fn kind_of(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

/// Ellipsoidal area in m² of polygons in degrees. Crossing rings count as their signed parts do.
pub(super) fn area_m2(polygons: &MultiPolygon<f64>) -> f64 {
    let ring = |r: &LineString<f64>| {
        jieming_domain::ellipsoid::ring_area_m2(r.coords().map(|c| (c.x, c.y))).abs()
    };
    polygons
        .iter()
        .map(|p| (ring(p.exterior()) - p.interiors().iter().map(ring).sum::<f64>()).max(0.0))
        .sum()
}

/// One point that stands for a geometry: itself, the middle of a line, a point inside an area.
pub(super) fn representative(geometry: &Geometry<f64>) -> Option<[f64; 2]> {
    use geo::InteriorPoint as _;
    let finite = |x: f64, y: f64| (x.is_finite() && y.is_finite()).then_some([x, y]);
    match geometry {
        Geometry::Point(p) => finite(p.x(), p.y()),
        Geometry::LineString(l) => middle(l),
        Geometry::MultiLineString(m) => {
            m.0.iter()
                .max_by(|a, b| length(a).total_cmp(&length(b)))
                .and_then(middle)
        }
        Geometry::MultiPoint(m) => m.0.first().and_then(|p| finite(p.x(), p.y())),
        other => other.interior_point().and_then(|p| finite(p.x(), p.y())),
    }
}

fn length(line: &LineString<f64>) -> f64 {
    line.lines().map(|l| (l.dx()).hypot(l.dy())).sum()
}

fn middle(line: &LineString<f64>) -> Option<[f64; 2]> {
    let mut left = length(line) / 2.0;
    if !left.is_finite() {
        return None;
    }
    for l in line.lines() {
        let d = l.dx().hypot(l.dy());
        if left <= d && d > 0.0 {
            let t = left / d;
            return Some([l.start.x + t * l.dx(), l.start.y + t * l.dy()]);
        }
        left -= d;
    }
    line.coords().next().map(|c| [c.x, c.y])
}

#[cfg(test)]
mod tests {
    use geo_types::{GeometryCollection, Point, line_string, polygon};

    use super::*;

    #[test]
    fn polygons_are_found_in_collections() {
        let square = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 0.)];
        let mixed = Geometry::GeometryCollection(GeometryCollection(vec![
            Point::new(1., 1.).into(),
            square.clone().into(),
        ]));
        let Ok(found) = polygons(mixed) else {
            panic!("no polygons")
        };
        assert_eq!(found.polygons.0, [square]);
        assert_eq!(found.left_out.len(), 1);
        assert!(matches!(
            polygons(Point::new(1., 1.).into()),
            Err(NoPolygons::Kind("Point"))
        ));
    }

    #[test]
    fn useless_rings_are_left_out_and_said() {
        let flat = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 0., y: 0.)];
        assert!(matches!(
            polygons(flat.clone().into()),
            Err(NoPolygons::Unusable(_))
        ));
        let good = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 0.)];
        let Ok(found) = polygons(MultiPolygon(vec![flat, good]).into()) else {
            panic!("no polygons")
        };
        assert_eq!((found.polygons.0.len(), found.left_out.len()), (1, 1));
        let infinite =
            polygon![(x: 0., y: 0.), (x: f64::INFINITY, y: 0.), (x: 1., y: 1.), (x: 0., y: 0.)];
        assert!(matches!(
            polygons(infinite.into()),
            Err(NoPolygons::Unusable(_))
        ));
    }

    #[test]
    fn points_that_stand_for_shapes() {
        let line: Geometry<f64> =
            line_string![(x: 0., y: 0.), (x: 3., y: 0.), (x: 3., y: 1.)].into();
        assert_eq!(representative(&line), Some([2.0, 0.0]));
        let nowhere: Geometry<f64> = Point::new(f64::NAN, 1.0).into();
        assert_eq!(representative(&nowhere), None);
    }
}
