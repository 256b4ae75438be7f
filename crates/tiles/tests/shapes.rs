//! One situation each, small whole numbers: draw them on squared paper.

use super::*;
use jieming_tiles::Value;

fn tile() -> TileId {
    TileId::new(10, 837, 420).unwrap()
}

fn check(polygons: &[&[Vec<[f64; 2]>]], expected: &[&[&[[i32; 2]]]]) {
    let area = MultiPolygon(polygons.iter().map(|p| polygon(tile(), p)).collect());
    let mut found = round_trip(tile(), &area, Vanishing::Drop);
    // A ring may begin anywhere.
    for ring in found.iter_mut().flatten() {
        let least = (0..ring.len()).min_by_key(|&i| ring[i]).unwrap();
        ring.rotate_left(least);
    }
    found.sort();
    let expected: Polygons = expected
        .iter()
        .map(|p| p.iter().map(|r| r.to_vec()).collect())
        .collect();
    assert_eq!(found, expected);
}

fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

#[test]
fn square_winds_the_same_whichever_way_it_came() {
    let mut back = square(10.0, 10.0, 10.0);
    back.reverse();
    for ring in [square(10.0, 10.0, 10.0), back] {
        check(&[&[ring]], &[&[&[[10, 10], [20, 10], [20, 20], [10, 20]]]]);
    }
}

#[test]
fn hole_follows_its_shell_and_winds_the_other_way() {
    check(
        &[
            &[square(0.0, 0.0, 100.0), square(40.0, 40.0, 20.0)],
            &[square(200.0, 0.0, 10.0)],
        ],
        &[
            &[
                &[[0, 0], [100, 0], [100, 100], [0, 100]],
                &[[40, 40], [40, 60], [60, 60], [60, 40]],
            ],
            &[&[[200, 0], [210, 0], [210, 10], [200, 10]]],
        ],
    );
}

#[test]
fn hole_that_begins_where_the_shell_ended() {
    let shell = square(0.0, 0.0, 100.0);
    let hole = vec![[0.0, 100.0], [50.0, 50.0], [50.0, 60.0]];
    let area = MultiPolygon(vec![polygon(tile(), &[shell, hole])]);
    assert_eq!(
        self::area(&round_trip(tile(), &area, Vanishing::Drop)),
        10_000.0 - 250.0
    );
}

#[test]
fn crossing_ring_gives_its_two_lobes() {
    check(
        &[&[vec![[0.0, 0.0], [20.0, 20.0], [20.0, 0.0], [0.0, 20.0]]]],
        &[
            &[&[[0, 0], [10, 10], [0, 20]]],
            &[&[[10, 10], [20, 0], [20, 20]]],
        ],
    );
}

#[test]
fn spikes_and_repeated_points_go() {
    check(
        &[&[vec![
            [0.0, 0.0],
            [0.2, 0.1],
            [10.0, 0.0],
            [30.0, 0.0],
            [10.0, 0.0],
            [10.0, 10.0],
            [10.0, 10.0],
            [0.0, 10.0],
        ]]],
        &[&[&[[0, 0], [10, 0], [10, 10], [0, 10]]]],
    );
}

#[test]
fn comb_across_the_box_leaves_separate_teeth() {
    // Three teeth reach into the tile from a back outside of it.
    let comb = vec![
        [-500.0, 0.0],
        [100.0, 0.0],
        [100.0, 10.0],
        [-400.0, 10.0],
        [-400.0, 20.0],
        [100.0, 20.0],
        [100.0, 30.0],
        [-400.0, 30.0],
        [-400.0, 40.0],
        [100.0, 40.0],
        [100.0, 50.0],
        [-500.0, 50.0],
    ];
    check(
        &[&[comb]],
        &[
            &[&[[-64, 0], [100, 0], [100, 10], [-64, 10]]],
            &[&[[-64, 20], [100, 20], [100, 30], [-64, 30]]],
            &[&[[-64, 40], [100, 40], [100, 50], [-64, 50]]],
        ],
    );
}

#[test]
fn a_tile_within_a_unit_is_the_buffered_box() {
    check(
        &[&[square(-10_000.0, -10_000.0, 30_000.0)]],
        &[&[&[[-64, -64], [4160, -64], [4160, 4160], [-64, 4160]]]],
    );
}

#[test]
fn a_hole_over_the_whole_tile_leaves_nothing() {
    let ring = MultiPolygon(vec![polygon(
        tile(),
        &[
            square(-10_000.0, -10_000.0, 30_000.0),
            square(-5_000.0, -5_000.0, 20_000.0),
        ],
    )]);
    assert!(write(tile(), &ring, Vanishing::Keep).is_empty());
}

#[test]
fn small_area_stays_as_one_unit_only_when_asked() {
    let dot = MultiPolygon(vec![polygon(tile(), &[square(77.1, 88.1, 0.2)])]);
    assert!(write(tile(), &dot, Vanishing::Drop).is_empty());
    assert_eq!(
        round_trip(tile(), &dot, Vanishing::Keep),
        vec![vec![vec![[77, 88], [78, 88], [78, 89], [77, 89]]]]
    );
    let beyond = MultiPolygon(vec![polygon(tile(), &[square(9_000.0, 88.1, 0.2)])]);
    assert!(write(tile(), &beyond, Vanishing::Keep).is_empty());
}

#[test]
fn small_parts_beside_a_large_one_go() {
    let unit = MultiPolygon(vec![
        polygon(tile(), &[square(0.0, 0.0, 10.0)]),
        polygon(tile(), &[square(77.1, 88.1, 0.2)]),
    ]);
    assert_eq!(area(&round_trip(tile(), &unit, Vanishing::Keep)), 100.0);
}

#[test]
fn numbers_that_are_none_are_left_out() {
    let bad = Polygon::new(
        LineString(vec![
            Coord {
                x: f64::NAN,
                y: 1.0,
            },
            Coord {
                x: 1.0,
                y: f64::INFINITY,
            },
        ]),
        vec![],
    );
    assert!(write(tile(), &MultiPolygon(vec![bad]), Vanishing::Keep).is_empty());
    assert!(write(tile(), &MultiPolygon(vec![]), Vanishing::Keep).is_empty());
}

#[test]
fn a_label_is_in_one_tile_and_a_point_also_in_the_buffer() {
    let edge = tile().position([4096.0, 100.0]);
    let east = TileId::new(10, 838, 420).unwrap();
    let count = |t: TileId, geometry| {
        let feature = Feature {
            id: None,
            geometry,
            properties: vec![],
        };
        decode(&encode(
            t,
            &[Layer {
                name: "labels",
                features: vec![feature],
            }],
        ))
        .unwrap()
        .len()
    };
    assert_eq!(
        [
            count(tile(), Geometry::Label(edge)),
            count(east, Geometry::Label(edge))
        ],
        [0, 1]
    );
    assert_eq!(
        [
            count(tile(), Geometry::Point(edge)),
            count(east, Geometry::Point(edge))
        ],
        [1, 1]
    );
}

#[test]
fn every_kind_of_value_comes_back() {
    let given = vec![
        ("name", Value::from("积玉桥")),
        ("count", Value::Int(7)),
        ("below", Value::Int(-7)),
        ("width", Value::Number(0.25)),
        ("sure", Value::Bool(true)),
        ("same", Value::Int(7)),
    ];
    let geometry = Geometry::Point(tile().position([5.0, 6.0]));
    let feature = Feature {
        id: None,
        geometry,
        properties: given.clone(),
    };
    let layers = decode(&encode(
        tile(),
        &[Layer {
            name: "places",
            features: vec![feature],
        }],
    ))
    .unwrap();
    let expected: Vec<(String, Value)> =
        given.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    assert_eq!(layers[0].features[0].properties, expected);
    assert_eq!(
        layers[0].features[0].geometry,
        DecodedGeometry::Points(vec![[5, 6]])
    );
}

#[test]
fn layers_without_features_are_not_written() {
    let empty = Layer {
        name: "findings",
        features: vec![],
    };
    assert!(encode(tile(), &[empty]).is_empty());
}

#[test]
fn a_heavy_tile_is_rounded_more_and_nothing_is_left_out() {
    let saw = |x: f64| -> Vec<[f64; 2]> {
        let teeth = (0..2000).map(|i| [x + f64::from(i * i * 7 % 41), f64::from(i) * 2.0]);
        teeth.chain([[x + 90.0, 4000.0], [x + 90.0, 0.0]]).collect()
    };
    let areas: Vec<_> = (0..20)
        .map(|i| MultiPolygon(vec![polygon(tile(), &[saw(f64::from(i) * 100.0)])]))
        .collect();
    let layer = Layer {
        name: "units",
        features: areas
            .iter()
            .map(|a| Feature {
                id: None,
                geometry: Geometry::Area(a, Vanishing::Keep),
                properties: vec![],
            })
            .collect(),
    };
    let whole = encode(tile(), std::slice::from_ref(&layer));
    let light = jieming_tiles::encode_within(tile(), std::slice::from_ref(&layer), 40_000);
    assert!(
        whole.len() > 80_000 && light.len() <= 40_000,
        "{} and {}",
        whole.len(),
        light.len()
    );
    assert_eq!(decode(&light).unwrap()[0].features.len(), 20);
    assert_eq!(
        jieming_tiles::encode_within(tile(), std::slice::from_ref(&layer), 1 << 20),
        whole
    );
}
