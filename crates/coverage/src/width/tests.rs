use super::*;
use geo_types::polygon;
use proptest::prelude::*;

fn width(p: &Polygon<f64>) -> f64 {
    2.0 * inscribed_circle(p, [1.0, 1.0]).radius
}

#[test]
fn known_widths() {
    let square = polygon![(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.), (x: 0., y: 4.)];
    assert!((width(&square) - 4.0).abs() < 1e-5);
    let strip = polygon![(x: 0., y: 0.), (x: 1000., y: 0.), (x: 1000., y: 0.3), (x: 0., y: 0.3)];
    assert!((width(&strip) - 0.3).abs() < 3e-6, "{}", width(&strip));
    // A wedge a kilometre long: the inscribed circle of the triangle, which sits near its thick end.
    let wedge = polygon![(x: 0., y: 0.), (x: 1000., y: 0.), (x: 1000., y: 0.5)];
    let exact = (1000.0 + 0.5 - 1000.0f64.hypot(0.5)) / 2.0;
    assert!((width(&wedge) / 2.0 - exact).abs() < 1e-9 * exact);
    let triangle = polygon![(x: 0., y: 0.), (x: 3., y: 0.), (x: 0., y: 4.)];
    assert!((width(&triangle) - 2.0).abs() < 1e-9);
    let ring = polygon!(exterior: [(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 0., y: 10.)],
        interiors: [[(x: 1., y: 1.), (x: 1., y: 8.), (x: 8., y: 8.), (x: 8., y: 1.)]]);
    // The corner opposite: circle between the hole's corner (8,8) and the two outer sides.
    let d = 2.0 * (2.0 * std::f64::consts::SQRT_2) / (1.0 + std::f64::consts::SQRT_2);
    assert!((width(&ring) - d).abs() < 1e-3, "{} {d}", width(&ring));
}

/// A crooked sliver with a bulge in the middle, 0.8 wide where the edges are a tenth of that elsewhere.
#[test]
fn a_sliver_is_as_wide_as_its_bulge() {
    let bulge = polygon![(x: 0., y: 0.), (x: 100., y: 10.), (x: 150., y: 10.), (x: 151., y: 9.6), (x: 152., y: 10.),
        (x: 300., y: 0.), (x: 300., y: 0.08), (x: 152., y: 10.08), (x: 151., y: 10.4), (x: 150., y: 10.08), (x: 100., y: 10.08), (x: 0., y: 0.08)];
    assert!((0.6..0.8).contains(&width(&bulge)), "{}", width(&bulge));
}

/// Three spikes reach towards the middle of a large triangle: the circle touches their tips and nothing else.
#[test]
fn a_circle_may_touch_reflex_vertices_alone() {
    let tip = |k: f64, r: f64, turn: f64| {
        let a = (k * 120.0 + turn).to_radians();
        (r * a.cos(), r * a.sin())
    };
    let mut points = Vec::new();
    for k in 0..3 {
        let k = f64::from(k);
        points.extend([tip(k, 10.0, -1.0), tip(k, 1.0, 0.0), tip(k, 10.0, 1.0)]);
        // Far corners on thin arms, so that no larger circle fits elsewhere.
        points.extend([tip(k, 10.0, 10.0), tip(k, 1.4, 60.0), tip(k, 10.0, 110.0)]);
    }
    let star = Polygon::new(points.into(), vec![]);
    let c = inscribed_circle(&star, [1.0, 1.0]);
    assert!((depth(&star, c.centre) - c.radius).abs() < 1e-9);
    assert!(c.radius >= best_of_samples(&star, 400) * (1.0 - SLACK));
}

#[test]
fn scale_counts() {
    let strip = polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 1.)];
    let c = inscribed_circle(&strip, [10.0, 2.0]);
    assert!((2.0 * c.radius - 2.0).abs() < 1e-5);
}

/// Needles of a nation's villages whose tips are sharper than rounding: each once got a circle larger than itself.
#[test]
fn needles_from_the_field() {
    let scale = crate::Metric::GRS80_DEGREES.scale_at(0.0);
    for points in [
        vec![
            (101.852954784, -3.170574945),
            (101.852954785, -3.170574945),
            (101.854023942, -3.166119049),
            (101.852954784, -3.170574944),
        ],
        vec![
            (111.82994669, 0.12254958),
            (111.838417567, 0.127022975),
            (111.844937782, 0.131242066),
            (111.838412769, 0.127020442),
        ],
        vec![
            (102.662262779, -3.601691783),
            (102.667035345, -3.607272867),
            (102.667149684, -3.607406577),
            (102.667761772, -3.608122355),
        ],
        vec![
            (103.642288224, -3.861661717),
            (103.65544372, -3.860039179),
            (103.655443628, -3.860038857),
            (103.655443678, -3.860039183),
        ],
    ] {
        fits(&in_metres(&points, scale));
    }
}

/// Degrees from the first point on as metres.
fn in_metres(points: &[(f64, f64)], scale: [f64; 2]) -> Polygon<f64> {
    let (x0, y0) = points[0];
    let local = points
        .iter()
        .map(|&(x, y)| ((x - x0) * scale[0], (y - y0) * scale[1]));
    Polygon::new(local.collect(), vec![])
}

/// The circle lies inside, has no more area than the polygon, and none of many sampled ones is larger.
fn fits(p: &Polygon<f64>) {
    use geo::Area;
    let c = inscribed_circle(p, [1.0, 1.0]);
    let length = geo::Length::length(&geo::Euclidean, p.exterior());
    // What rounding takes of a distance in coordinates this large.
    let blur = 1e-12 * length;
    assert!(
        std::f64::consts::PI * c.radius * c.radius
            <= p.unsigned_area() * (1.0 + 1e-3) + blur * length,
        "{} {} {p:?}",
        c.radius,
        p.unsigned_area()
    );
    let depth = depth(p, c.centre);
    assert!(depth.abs() >= c.radius - blur, "{depth} {} {p:?}", c.radius);
    // The widest of slivers is found along them: from the middle of every edge half-way across.
    let best = across(p);
    assert!(
        c.radius >= best * (1.0 - 2.0 * SLACK) - blur,
        "{} {best} {p:?}",
        c.radius
    );
}

/// The largest clearance of points half-way across from many points of each edge: a bound from below.
fn across(p: &Polygon<f64>) -> f64 {
    let ring = &p.exterior().0;
    let edges: Vec<(Point, Point)> = ring
        .windows(2)
        .map(|w| ([w[0].x, w[0].y], [w[1].x, w[1].y]))
        .filter(|(a, b)| a != b)
        .collect();
    let turn: f64 = edges
        .iter()
        .map(|(a, b)| cross(*a, *b))
        .sum::<f64>()
        .signum();
    let mut best = 0.0f64;
    for (a, b) in &edges {
        let d = sub(*b, *a);
        let n = [-d[1] / length(d) * turn, d[0] / length(d) * turn];
        for k in 1..40 {
            let t = f64::from(k) / 40.0;
            let s = [a[0] + t * d[0], a[1] + t * d[1]];
            // How far straight across the next edge is.
            let wide = edges
                .iter()
                .filter(|e| e != &&(*a, *b))
                .filter_map(|(p, q)| {
                    let (e, w) = (sub(*q, *p), sub(*p, s));
                    let det = cross(n, e);
                    let (along, at) = (cross(w, e) / det, cross(w, n) / det);
                    (along > 0.0 && (0.0..=1.0).contains(&at)).then_some(along)
                })
                .fold(f64::INFINITY, f64::min);
            if wide.is_finite() {
                let c = [s[0] + n[0] * wide / 2.0, s[1] + n[1] * wide / 2.0];
                best = best.max(depth(p, c));
            }
        }
    }
    best
}

/// Distance from the outline, negative outside.
fn depth(p: &Polygon<f64>, at: Point) -> f64 {
    let rings = || std::iter::once(p.exterior()).chain(p.interiors());
    let edges =
        || rings().flat_map(|r| r.0.windows(2).map(|w| ([w[0].x, w[0].y], [w[1].x, w[1].y])));
    let d = edges()
        .map(|(a, b)| distance(at, a, b))
        .fold(f64::INFINITY, f64::min);
    let inside = edges()
        .filter(|(a, b)| {
            (a[1] > at[1]) != (b[1] > at[1])
                && (cross(sub(*b, *a), sub(at, *a)) > 0.0) == (b[1] > a[1])
        })
        .count()
        % 2
        == 1;
    if inside { d } else { -d }
}

/// The deepest of n × n points of the polygon's box.
fn best_of_samples(p: &Polygon<f64>, n: i32) -> f64 {
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for c in &p.exterior().0 {
        low = [low[0].min(c.x), low[1].min(c.y)];
        high = [high[0].max(c.x), high[1].max(c.y)];
    }
    let at = |k: usize, i: i32| low[k] + (high[k] - low[k]) * (f64::from(i) + 0.5) / f64::from(n);
    (0..n)
        .flat_map(|i| (0..n).map(move |j| (i, j)))
        .map(|(i, j)| depth(p, [at(0, i), at(1, j)]))
        .fold(0.0, f64::max)
}

fn star(radii: &[f64], turn: f64, at: f64) -> LineString<f64> {
    let n = radii.len() as f64;
    let point = |(i, r): (usize, &f64)| {
        let a = turn + i as f64 / n * std::f64::consts::TAU;
        (at + r * a.cos(), r * a.sin())
    };
    radii.iter().enumerate().map(point).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The circle fits, and no sampled one is larger: stars with and without a hole, few edges and many (the tree). From
    /// five points on the star's edges keep 0.8 away from its middle, so that the hole lies inside.
    #[test]
    fn the_circle_fits_and_no_sampled_one_is_larger(
        radii in prop::collection::vec(1.0f64..10.0, 5..140), turn in 0.0f64..6.0,
        hole in prop::collection::vec(0.1f64..0.7, 3..30), holed: bool, scale in 0.01f64..1.0,
    ) {
        let holes = if holed { vec![star(&hole, 0.3, 500.0)] } else { vec![] };
        let p = Polygon::new(star(&radii, turn, 500.0), holes);
        let c = inscribed_circle(&p, [1.0, 1.0]);
        prop_assert!((depth(&p, c.centre) - c.radius).abs() < 1e-9, "{} {}", depth(&p, c.centre), c.radius);
        prop_assert!(best_of_samples(&p, 50) <= c.radius * (1.0 + 2.0 * SLACK));
        // Flattened to a sliver it still fits.
        let c = inscribed_circle(&p, [1.0, scale]);
        let flat = geo::MapCoords::map_coords(&p, |k| geo_types::Coord { x: k.x, y: k.y * scale });
        prop_assert!((depth(&flat, [c.centre[0], c.centre[1] * scale]) - c.radius).abs() < 1e-9);
        prop_assert!(best_of_samples(&flat, 50) <= c.radius * (1.0 + 2.0 * SLACK));
    }

    /// Between two lines that wander side by side: the sliver's width is never below that of any sampled circle.
    #[test]
    fn slivers(
        steps in prop::collection::vec((1.0f64..30.0, -3.0f64..3.0, 0.001f64..0.5), 2..60),
    ) {
        let (mut x, mut upper, mut lower) = (0.0, Vec::new(), Vec::new());
        for (dx, y, w) in steps {
            upper.push((x, y + w));
            lower.push((x, y));
            x += dx;
        }
        // Between the pairs the lower line sags a little, with vertices that face none of the upper one.
        let sags: Vec<(f64, f64)> = lower
            .windows(2)
            .map(|w| (0.4 * w[0].0 + 0.6 * w[1].0, 0.4 * w[0].1 + 0.6 * w[1].1 - 0.01))
            .collect();
        for (i, sag) in sags.into_iter().enumerate() {
            lower.insert(2 * i + 1, sag);
        }
        lower.reverse();
        upper.extend(lower);
        let p = Polygon::new(upper.into(), vec![]);
        let c = inscribed_circle(&p, [1.0, 1.0]);
        prop_assert!((depth(&p, c.centre) - c.radius).abs() < 1e-9);
        prop_assert!(best_of_samples(&p, 60) <= c.radius * (1.0 + 2.0 * SLACK));
    }

    /// Needles and darts on the grid of degrees: two chains between far ends, apart by a few steps to a few metres.
    #[test]
    fn needles(far in (10.0f64..5000.0, -5000.0f64..5000.0), places in prop::collection::vec(0.01f64..0.99, 1..4), apart in prop::collection::vec(-9.0f64..1.0, 6), thin in 0.0f64..1.0) {
        let grid = |x: f64, y: f64| ((x * 1e4).round() / 1e4, (y * 1e4).round() / 1e4);
        let mut places = places;
        places.sort_by(f64::total_cmp);
        let size = far.0.hypot(far.1);
        let n = (-far.1 / size, far.0 / size);
        let off = |k: usize| 10f64.powf(apart[k % apart.len()] * 0.5) * thin;
        let chain = |side: f64, shift: usize| places.iter().enumerate().map(|(k, t)| {
            let by = side * off(k + shift);
            grid(far.0 * t + n.0 * by, far.1 * t + n.1 * by)
        }).collect::<Vec<_>>();
        let mut points = vec![(0.0, 0.0)];
        points.extend(chain(-1.0, 0));
        points.push(grid(far.0, far.1));
        let mut back = chain(1.0, 3);
        back.reverse();
        points.extend(back);
        points.dedup();
        let p = Polygon::new(points.into(), vec![]);
        prop_assume!(geo::Validation::is_valid(&p));
        fits(&p);
    }
}
