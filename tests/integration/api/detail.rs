//! Tiles of a clean city after its audit: fewer vertices, no unit missing, neighbours without gap or overlap.

use super::{App, world};
use geo::{
    BooleanOps as _, BoundingRect as _, Coord, CoordsIter as _, Intersects as _, LineString,
    MapCoords as _, MultiPolygon, Polygon, unary_union,
};
use jieming::store::*;
use jieming_coverage::width::inscribed_circle;
use jieming_domain::actor::Actor;
use jieming_sample::{Options, Sample, Unit, generate};
use jieming_tiles::TileId;
use jieming_tiles::decode::{DecodedGeometry, decode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Levels of the city under names of their own, beside those of the small world, with their units: the townships, the
/// counties, and the counties eight times as large, which show on the lowest zooms.
fn levels(sample: &Sample) -> [(&'static str, Vec<Unit>); 3] {
    let centre = Coord { x: 114.0, y: 30.5 };
    let large = |u: &Unit| Unit {
        code: format!("L{}", u.code),
        area: u.area.map_coords(|c| centre + (c - centre) * 8.0),
        parent: None,
        ..u.clone()
    };
    [
        ("sample-township", sample.townships.clone()),
        ("sample-county", sample.counties.clone()),
        ("sample-large", sample.counties.iter().map(large).collect()),
    ]
}

async fn hold(app: &App, levels: &[(&str, Vec<Unit>)]) {
    let of_level = |(level, units): &(&str, Vec<Unit>)| -> Vec<NewExtent> {
        let extent = |u: &Unit| {
            let parent = u.parent.as_deref();
            world::extent(level, &u.code, &u.name, parent, u.area.clone())
        };
        units.iter().map(extent).collect()
    };
    let extents = levels.iter().flat_map(of_level).collect();
    take_in(app, 'c', extents).await;
}

/// A submission, told from others by a letter.
async fn take_in(app: &App, letter: char, extents: Vec<NewExtent>) {
    let store = app.store.as_ref();
    let new = world::submission(letter, SubmissionAs::Units, "city.geojson");
    let id = world::begin(store, new).await;
    store.stage_extents(id, extents).await.unwrap();
    let actor = Actor::command_line("li");
    store
        .accept_submission(&actor, id, Outcome::default())
        .await
        .unwrap();
}

async fn audit(app: &App) {
    let store: Arc<dyn Store> = app.store.clone();
    jieming::audit::run_database(store, &Actor::service("audit"), |_| {})
        .await
        .unwrap();
}

/// Tiles that hold something of the city: all of the low zooms, of the deep ones those around vertices spread evenly.
fn tiles(units: &[Unit], z: u8) -> BTreeSet<TileId> {
    let every = if z < 9 { 1 } else { 4_000 };
    units
        .iter()
        .flat_map(|u| u.area.coords_iter())
        .step_by(every)
        .map(|c| TileId::containing(z, c).unwrap())
        .collect()
}

type Areas = BTreeMap<String, MultiPolygon<f64>>;

/// Areas by code in tile units, and the bytes of the tile.
async fn areas(app: &App, level: &str, tile: TileId) -> (Areas, usize) {
    let path = format!(
        "/tiles/units-{level}/{}/{}/{}.mvt",
        tile.z(),
        tile.x(),
        tile.y()
    );
    let reply = app.get(&path).await;
    assert_eq!(reply.status, 200, "{path}");
    let layers = decode(&reply.body).unwrap();
    let units = layers.iter().find(|l| l.name == "units").unwrap();
    let areas = units.features.iter().map(|f| {
        let DecodedGeometry::Polygons(polygons) = &f.geometry else {
            panic!("{:?}", f.geometry)
        };
        let ring =
            |r: &Vec<[i32; 2]>| -> LineString<f64> { r.iter().map(|p| p.map(f64::from)).collect() };
        let polygons = polygons
            .iter()
            .map(|p| Polygon::new(ring(&p[0]), p[1..].iter().map(ring).collect()))
            .collect();
        (f.text("code").unwrap().to_owned(), MultiPolygon(polygons))
    });
    (areas.collect(), reply.body.len())
}

/// The greatest width of any piece, in tile units.
fn width(pieces: &MultiPolygon<f64>) -> f64 {
    pieces
        .iter()
        .map(|p| 2.0 * inscribed_circle(p, [1.0, 1.0]).radius)
        .fold(0.0, f64::max)
}

/// Width of the widest overlap of two units and of the widest hole between units.
fn faults(areas: &Areas) -> [f64; 2] {
    let list: Vec<&MultiPolygon<f64>> = areas.values().collect();
    let mut overlap: f64 = 0.0;
    for (i, a) in list.iter().enumerate() {
        for b in &list[..i] {
            let near = a
                .bounding_rect()
                .unwrap()
                .intersects(&b.bounding_rect().unwrap());
            if near {
                overlap = overlap.max(width(&a.intersection(*b)));
            }
        }
    }
    let holes = unary_union(list.into_iter().flatten())
        .into_iter()
        .flat_map(|p| p.interiors().to_vec())
        .map(|ring| Polygon::new(ring, vec![]))
        .collect();
    [overlap, width(&MultiPolygon(holes))]
}

fn vertices(areas: &Areas) -> usize {
    areas.values().map(|a| a.coords_count()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_show_no_gap_and_no_overlap() {
    let app = App::new().await;
    let sample = generate(&Options {
        vertices: 60_000,
        places: 10,
        ..Options::demo(7).clean()
    })
    .unwrap();
    let levels = levels(&sample);
    hold(&app, &levels).await;
    let mut whole = BTreeMap::new();
    for (level, units) in &levels {
        let facts = app.get(&format!("/tiles/units-{level}.json")).await.json();
        let least = facts["minzoom"].as_u64().unwrap() as u8;
        for z in least.max(4)..=14 {
            for tile in tiles(units, z) {
                whole.insert((*level, tile), areas(&app, level, tile).await);
            }
        }
    }
    let zooms: BTreeSet<u8> = whole.keys().map(|(_, tile)| tile.z()).collect();
    assert!(zooms.into_iter().eq(4..=14));
    audit(&app).await;
    for (level, units) in &levels {
        let codes: BTreeSet<&str> = units.iter().map(|u| u.code.as_str()).collect();
        for z in 4..=14 {
            let mut sizes = [[0, 0], [0, 0]];
            let (mut widest, mut moved) = ([0.0f64; 2], 0.0f64);
            let mut seen = BTreeSet::new();
            let of_zoom = whole.iter().filter(|((l, t), _)| l == level && t.z() == z);
            for ((_, tile), (before, bytes)) in of_zoom {
                let (after, fewer) = areas(&app, level, *tile).await;
                assert!(after.keys().eq(before.keys()), "{tile:?}");
                let found = faults(&after);
                assert!(found.iter().all(|w| *w <= 1.001), "{tile:?}: {found:?}");
                widest = [widest[0].max(found[0]), widest[1].max(found[1])];
                for (code, area) in &after {
                    moved = moved.max(width(&area.xor(&before[code])));
                }
                sizes[0] = [sizes[0][0] + vertices(before), sizes[0][1] + bytes];
                sizes[1] = [sizes[1][0] + vertices(&after), sizes[1][1] + fewer];
                seen.extend(before.keys().map(String::as_str));
            }
            // Shown with `--nocapture`.
            println!(
                "{level} z{z}: vertices and bytes {:?}, without what is too small {:?}; widest overlap and gap {widest:?}, \
                 move {moved:.2}",
                sizes[0], sizes[1]
            );
            // All tiles of the low zooms are here.
            if z < 9 && !seen.is_empty() {
                assert_eq!(seen, codes, "z{z}");
            }
            let first = whole
                .keys()
                .filter(|(l, _)| l == level)
                .map(|(_, t)| t.z())
                .min();
            if first == Some(z) {
                assert!(2 * sizes[1][0] < sizes[0][0], "z{z}: {sizes:?}");
                assert!(3 * sizes[1][1] < 2 * sizes[0][1], "z{z}: {sizes:?}");
            }
            assert!(moved < 1.5, "z{z}: {moved}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_is_drawn_in_full_until_its_audit() {
    let app = App::new().await;
    let sample = generate(&Options {
        places: 10,
        ..Options::demo(3).clean()
    })
    .unwrap();
    let [_, (level, units), _] = levels(&sample);
    let tile = TileId::containing(6, Coord { x: 114.0, y: 30.5 }).unwrap();
    hold(&app, &[(level, units.clone())]).await;
    let (full, _) = areas(&app, level, tile).await;
    audit(&app).await;
    let (fewer, _) = areas(&app, level, tile).await;
    assert!(vertices(&fewer) < vertices(&full));
    // One unit comes again, a little smaller.
    let mut again = units[0].clone();
    let mut ring = again.area.0[0].exterior().0.clone();
    ring.remove(ring.len() / 2);
    again.area.0[0] = Polygon::new(LineString(ring), again.area.0[0].interiors().to_vec());
    let extent = world::extent(
        level,
        &again.code,
        &again.name,
        again.parent.as_deref(),
        again.area,
    );
    take_in(&app, 'd', vec![extent]).await;
    let (between, _) = areas(&app, level, tile).await;
    assert!(vertices(&between) + 10 > vertices(&full));
    assert!(faults(&between).iter().all(|w| *w <= 1.001));
    audit(&app).await;
    let (after, _) = areas(&app, level, tile).await;
    assert!(vertices(&after) < vertices(&full));
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_of_a_survey_in_metres_fit_the_vertices_in_degrees() {
    let app = App::new().await;
    let sample = generate(&Options {
        places: 10,
        ..Options::demo(4).clean()
    })
    .unwrap();
    let [_, (level, units), _] = levels(&sample);
    let plane = jieming_geodata::crs::Plane::parse("EPSG:4547", &[]).unwrap();
    let in_plane = |u: &Unit| {
        let metres = u.area.map_coords(|c| Coord {
            x: 500_000.0 + (c.x - 114.0) * 95_919.0,
            y: 3_375_000.0 + (c.y - 30.5) * 110_857.0,
        });
        let degrees = metres.map_coords(|c| plane.to_storage(c.x, c.y).unwrap().into());
        NewExtent {
            source: Some(metres),
            plane: "EPSG:4547".into(),
            ..world::extent(level, &u.code, &u.name, u.parent.as_deref(), degrees)
        }
    };
    take_in(&app, 'e', units.iter().map(in_plane).collect()).await;
    audit(&app).await;
    let around = [113.0, 29.0, 116.0, 32.0];
    let held = app.store.units_in_box(level, around).await.unwrap();
    assert_eq!(held.len(), units.len());
    for unit in held {
        let weights = unit.weights.unwrap();
        assert_eq!(weights.len(), unit.geometry.coords_count());
        assert!(weights.iter().any(|w| *w > 1.0 && w.is_finite()));
    }
}
