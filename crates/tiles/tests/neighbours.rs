//! Properties: units that share a line keep sharing it, areas stay, everything is valid.

use super::*;
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::Overlay;
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use proptest::prelude::*;

fn overlay(a: &Polygons, b: &Polygons, rule: OverlayRule) -> Polygons {
    let rings = |p: &Polygons| -> Vec<Vec<IntPoint>> {
        p.iter()
            .flatten()
            .map(|r| r.iter().map(|p| IntPoint::new(p[0], p[1])).collect())
            .collect()
    };
    Overlay::with_contours(&rings(a), &rings(b))
        .overlay(rule, FillRule::NonZero)
        .into_iter()
        .map(|s| {
            s.into_iter()
                .map(|r| r.into_iter().map(|p| [p.x, p.y]).collect())
                .collect()
        })
        .collect()
}

fn perimeter(polygons: &Polygons) -> f64 {
    let rings = polygons.iter().flatten();
    rings
        .map(|r| {
            let ends = r.iter().zip(r.iter().cycle().skip(1));
            ends.map(|(a, b)| f64::from(a[0] - b[0]).hypot(f64::from(a[1] - b[1])))
                .sum::<f64>()
        })
        .sum()
}

/// No piece of the area is wider than one unit: a strip of width w and perimeter p has area of about w p / 2.
fn is_hairline(polygons: &Polygons) -> bool {
    polygons.iter().all(|p| {
        let one = vec![p.clone()];
        area(&one) <= 0.5 * perimeter(&one) + 1.0
    })
}

/// A crooked line through a box, in degrees: two units that share it, and the box.
fn halves(line: &[(f64, f64)], west: f64, south: f64, size: f64) -> [MultiPolygon<f64>; 3] {
    let n = line.len() as f64;
    let mut shared = vec![Coord {
        x: west + size / 2.0,
        y: south,
    }];
    for (i, (dx, dy)) in line.iter().enumerate() {
        let y = (i as f64 + 1.0 + 0.8 * dy) / (n + 1.0);
        shared.push(Coord {
            x: west + size * (0.5 + 0.4 * dx),
            y: south + size * y,
        });
    }
    shared.push(Coord {
        x: west + size / 2.0,
        y: south + size,
    });
    let corner = |x: f64, y: f64| Coord {
        x: west + size * x,
        y: south + size * y,
    };
    let mut left = shared.clone();
    left.extend([corner(0.0, 1.0), corner(0.0, 0.0)]);
    let mut right: Vec<_> = shared.iter().rev().copied().collect();
    right.extend([corner(1.0, 0.0), corner(1.0, 1.0)]);
    let whole = vec![
        shared[0],
        corner(1.0, 0.0),
        corner(1.0, 1.0),
        shared[shared.len() - 1],
        corner(0.0, 1.0),
        corner(0.0, 0.0),
    ];
    [left, right, whole].map(|ring| MultiPolygon(vec![Polygon::new(LineString(ring), vec![])]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neighbours_have_no_gap_and_no_overlap(
        line in prop::collection::vec((-1.0..1.0f64, -0.5..0.5f64), 1..60),
        (west, south) in (70.0..130.0f64, 5.0..50.0f64),
        size in prop_oneof![Just(0.01), Just(0.2), Just(3.0)],
        z in 4u8..=14,
        pick in 0.0..1.0f64,
    ) {
        let [left, right, whole] = halves(&line, west, south, size);
        let ring = &left.0[0].exterior().0;
        let at = ring[(pick * (line.len() as f64)) as usize];
        let tile = TileId::containing(z, at).unwrap();
        let a = round_trip(tile, &left, Vanishing::Drop);
        let b = round_trip(tile, &right, Vanishing::Drop);
        let all = round_trip(tile, &whole, Vanishing::Drop);
        let overlap = overlay(&a, &b, OverlayRule::Intersect);
        prop_assert!(is_hairline(&overlap), "overlap {:?}", overlap);
        let both = overlay(&a, &b, OverlayRule::Union);
        let gap = overlay(&all, &both, OverlayRule::Difference);
        prop_assert!(is_hairline(&gap), "gap {:?}", gap);
        let beyond = overlay(&both, &all, OverlayRule::Difference);
        prop_assert!(is_hairline(&beyond), "beyond {:?}", beyond);
    }

    #[test]
    fn area_stays_but_for_rounding_of_the_outline(
        radii in prop::collection::vec(50.0..1500.0f64, 3..40),
        z in 4u8..=18,
        (cx, cy) in (-500.0..4500.0f64, -500.0..4500.0f64),
    ) {
        let tile = TileId::containing(z, Coord { x: 114.3, y: 30.6 }).unwrap();
        let n = radii.len() as f64;
        let star: Vec<[f64; 2]> = radii.iter().enumerate().map(|(i, r)| {
            let (sin, cos) = (i as f64 / n * std::f64::consts::TAU).sin_cos();
            [cx + r * cos, cy + r * sin]
        }).collect();
        let rounded: Vec<[i32; 2]> = star.iter().map(|p| p.map(|v| v.round() as i32)).collect();
        let found = round_trip(tile, &MultiPolygon(vec![polygon(tile, &[star])]), Vanishing::Drop);
        let corners = vec![vec![vec![[-64, -64], [4160, -64], [4160, 4160], [-64, 4160]]]];
        let expected = overlay(&vec![vec![rounded]], &corners, OverlayRule::Intersect);
        let tolerance = 1.5 * perimeter(&expected) + 4.0;
        prop_assert!((area(&found) - area(&expected)).abs() <= tolerance);
        // Valid: joining it with nothing changes nothing.
        let again = overlay(&found, &Vec::new(), OverlayRule::Subject);
        prop_assert_eq!(area(&again), area(&found));
    }

    #[test]
    fn a_unit_never_vanishes(
        line in prop::collection::vec((-1.0..1.0f64, -0.5..0.5f64), 1..20),
        (west, south) in (70.0..130.0f64, 5.0..50.0f64),
        size in prop_oneof![Just(1e-7), Just(1e-5), Just(0.001), Just(1.0)],
        z in 0u8..=18,
    ) {
        let [left, ..] = halves(&line, west, south, size);
        let tile = TileId::containing(z, left.0[0].exterior().0[1]).unwrap();
        prop_assert!(!round_trip(tile, &left, Vanishing::Keep).is_empty());
    }

    #[test]
    fn bytes_do_not_depend_on_where_a_ring_begins(
        line in prop::collection::vec((-1.0..1.0f64, -0.5..0.5f64), 3..20),
        z in 4u8..=14,
        turn in 0usize..20,
    ) {
        let [left, ..] = halves(&line, 114.0, 30.0, 0.5);
        let ring = &left.0[0].exterior().0;
        let mut open = ring[..ring.len() - 1].to_vec();
        let by = turn % open.len();
        open.rotate_left(by);
        let turned = MultiPolygon(vec![Polygon::new(LineString(open), vec![])]);
        let tile = TileId::containing(z, ring[1]).unwrap();
        prop_assert_eq!(write(tile, &left, Vanishing::Drop), write(tile, &turned, Vanishing::Drop));
    }
}
