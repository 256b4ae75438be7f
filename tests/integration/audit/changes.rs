//! The audit of what changed gives what the audit of everything would, on a database, edit after edit.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::MapCoords as _;
use geo_types::{Coord, MultiPolygon};
use jieming::audit::{run_changes, run_database};
use jieming::ingest::ImportOptions;
use jieming::store::{
    FindingFilter, FindingSort, FindingState, LineFilter, PageRequest, Store, SubmissionAs,
};
use jieming_domain::actor::Actor;
use jieming_geodata::crs::Plane;
use jieming_sample::{Options, generate, write as write_sample};

use crate::ingest::World;

/// What is said of each finding that is not gone, by its id.
async fn said(store: &Arc<dyn Store>) -> BTreeMap<String, String> {
    let filter = FindingFilter {
        states: vec![FindingState::New, FindingState::Open],
        ..FindingFilter::default()
    };
    let page = store
        .findings(&filter, FindingSort::default(), PageRequest::all(), true)
        .await
        .unwrap();
    let row = |f: jieming::store::Finding| {
        let b = &f.body;
        let units: Vec<&str> = b.units.iter().map(|u| &*u.code).collect();
        let area = b.area_m2.map(|a| (a * 1e3).round());
        (
            f.id.clone(),
            format!("{} {units:?} {:?} {area:?} {:?}", b.rule, b.parent, b.place),
        )
    };
    page.items.into_iter().map(row).collect()
}

async fn lines(store: &Arc<dyn Store>) -> Vec<String> {
    let page = store
        .lines(&LineFilter::default(), PageRequest::all())
        .await
        .unwrap();
    let row = |l: jieming::store::Line| {
        let codes = l.units.map(|u| u.code);
        format!(
            "{} {codes:?} {:.3} {:.3} {:.3}",
            l.level, l.length_m, l.agreed_m, l.within_m
        )
    };
    page.items.into_iter().map(row).collect()
}

fn units(level: &str, crs: &str) -> ImportOptions {
    let mut o = ImportOptions::new(SubmissionAs::Units);
    o.file.level = Some(level.to_owned());
    o.file.crs = Some(crs.to_owned());
    o
}

/// Features with every position carried from degrees to the plane.
fn carried(collection: &serde_json::Value, plane: &Plane) -> serde_json::Value {
    fn walk(v: &mut serde_json::Value, plane: &Plane) {
        match v.as_array_mut().map(|a| (a.len(), a)) {
            Some((2.., a)) if a[0].is_number() => {
                let (x, y) = (a[0].as_f64().unwrap(), a[1].as_f64().unwrap());
                let (x, y) = plane.from_storage(x, y).unwrap();
                *v = serde_json::json!([x, y]);
            }
            Some((_, a)) => a.iter_mut().for_each(|v| walk(v, plane)),
            None => {}
        }
    }
    let mut out = collection.clone();
    for f in out["features"].as_array_mut().unwrap() {
        walk(&mut f["geometry"]["coordinates"], plane);
    }
    out
}

/// A township's features in the sample's file, with its outline moved a little: some vertices by up to 80 m.
fn edited(feature: &serde_json::Value, turn: u64) -> serde_json::Value {
    let mut f = feature.clone();
    let area: geojson::Geometry = serde_json::from_value(f["geometry"].clone()).unwrap();
    let area: geo_types::Geometry<f64> = area.try_into().unwrap();
    let area: MultiPolygon<f64> = match area {
        geo_types::Geometry::Polygon(p) => MultiPolygon(vec![p]),
        geo_types::Geometry::MultiPolygon(m) => m,
        other => panic!("{other:?}"),
    };
    // The same move for the same place, so that rings stay closed.
    let moved = area.map_coords(|c| {
        let place = (c.x * 1e7) as u64 ^ ((c.y * 1e7) as u64).rotate_left(21);
        let h = place.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
            ^ turn.wrapping_mul(0x2545_f491_4f6c_dd1d);
        if h % 7 != turn % 7 {
            return c;
        }
        let by = |bits: u64| ((bits % 2001) as f64 - 1000.0) * 7e-7;
        Coord {
            x: c.x + by(h >> 3),
            y: c.y + by(h >> 19),
        }
    });
    f["geometry"] = serde_json::to_value(geojson::Geometry::from(&moved)).unwrap();
    serde_json::json!({"type": "FeatureCollection", "features": [f]})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_audited_as_everything_would_be() {
    edits("EPSG:4490", 16).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_in_a_plane_in_metres() {
    edits("EPSG:4547", 8).await;
}

async fn edits(crs: &str, turns: u64) {
    let plane = Plane::parse(crs, &[]).unwrap();
    let world = World::new().await;
    let actor = Actor::command_line("tester");
    let options = Options {
        townships: 24,
        places: 400,
        vertices: 4_000,
        overlaps: 6,
        gaps: 8,
        spills: 3,
        slivers: 2,
        misplaced: 10,
        uncertain: 10,
        gcj_batch: 0,
        ..Options::demo(5)
    };
    let sample = generate(&options).unwrap();
    let inputs = world.folder.path().join("inputs");
    write_sample(&sample, &inputs).unwrap();
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(inputs.join(name)).unwrap()).unwrap()
    };
    for (file, level) in [
        ("city.geojson", "city"),
        ("counties.geojson", "county"),
        ("townships.geojson", "township"),
    ] {
        let path = world.file(file, carried(&read(file), &plane).to_string());
        let done = world.import(&path, &units(level, crs)).await;
        assert_eq!(
            done.submission.rows.rejected, 0,
            "{:?}",
            done.submission.error
        );
    }
    let mut places = ImportOptions::new(SubmissionAs::Places);
    places.file.crs = Some("EPSG:4490".to_owned());
    world.import(&inputs.join("places.csv"), &places).await;
    // The first is of everything, whoever asks.
    run_changes(world.store.clone(), &actor, |_| {})
        .await
        .unwrap();
    assert_eq!(world.store.newest_dirty().await.unwrap(), None);
    // Where nothing changed nothing is looked at.
    let run = async || run_changes(world.store.clone(), &actor, |_| {}).await;
    assert_eq!(run().await.unwrap().unwrap().number, 1);
    // The same again makes no new version; another delivery of places leads to a look at places alone.
    let path = world.file(
        "again.geojson",
        carried(&read("townships.geojson"), &plane).to_string() + " ",
    );
    world.import(&path, &units("township", crs)).await;
    assert_eq!(run().await.unwrap().unwrap().number, 1);
    let known = said(&world.store).await;
    let rows = std::fs::read_to_string(inputs.join("places.csv")).unwrap();
    let path = world.file(
        "more.csv",
        rows.lines()
            .take(200)
            .collect::<Vec<_>>()
            .join("\n")
            .replace("村", "庄"),
    );
    world.import(&path, &places).await;
    let second = run().await.unwrap().unwrap();
    assert_eq!(second.number, 2);
    let of_places = known.values().filter(|f| f.starts_with("place.")).count() as u64;
    assert!(
        second.open > 0 && second.open <= of_places,
        "{second:?}, {of_places}"
    );
    let near = said(&world.store).await;
    run_database(world.store.clone(), &actor, |_| {})
        .await
        .unwrap();
    assert_eq!(near, said(&world.store).await);

    let (townships, counties) = (read("townships.geojson"), read("counties.geojson"));
    for turn in 0..turns {
        let before = said(&world.store).await;
        let (features, level) = if turn % 4 == 3 {
            (&counties, "county")
        } else {
            (&townships, "township")
        };
        let features = features["features"].as_array().unwrap();
        let feature = &features[(turn * 7) as usize % features.len()];
        let mut delivery = edited(feature, turn + 1);
        let properties = &mut delivery["features"][0]["properties"];
        let mut whole_parents = false;
        match turn % 8 {
            // A unit that nobody knew, on ground of others and beside them; now and then with a strange code.
            2 | 6 => {
                let code = properties["code"].as_str().unwrap().to_owned();
                let strange = if turn % 8 == 6 { "X" } else { "" };
                properties["code"] = format!("{strange}{}{}", &code[..6], 900 + turn).into();
                properties["name"] = format!("新设{turn}街道").into();
            }
            // Another name, with the outline moved or as it was; of a township, or of a county above others.
            1 | 3 | 7 => {
                let name = properties["name"].as_str().unwrap();
                properties["name"] = format!("{name}改{turn}").into();
                if turn % 8 == 7 {
                    delivery["features"][0]["geometry"] = feature["geometry"].clone();
                }
            }
            // Under another county.
            5 => {
                let own = properties["parent"].as_str().unwrap().to_owned();
                let all = counties["features"].as_array().unwrap().iter();
                let mut codes = all.map(|c| c["properties"]["code"].as_str().unwrap());
                properties["parent"] = codes.find(|c| *c != own).unwrap().into();
                whole_parents = true;
            }
            _ => {}
        }
        let path = world.file(
            &format!("edit{turn}.geojson"),
            carried(&delivery, &plane).to_string(),
        );
        let done = world.import(&path, &units(level, crs)).await;
        assert_eq!(done.submission.rows.accepted, 1);
        let run = run_changes(world.store.clone(), &actor, |_| {})
            .await
            .unwrap()
            .unwrap();
        let (near, near_lines) = (said(&world.store).await, lines(&world.store).await);
        // Of 120 findings or so, an edit concerns a part: the rest is not even looked at.
        assert!(
            whole_parents || run.open + run.new < before.len() as u64,
            "turn {turn}: {run:?} of {}",
            before.len()
        );
        assert_eq!(world.store.newest_dirty().await.unwrap(), None);
        run_database(world.store.clone(), &actor, |_| {})
            .await
            .unwrap();
        assert_eq!(
            near,
            said(&world.store).await,
            "turn {turn}: the same findings under the same ids"
        );
        assert_eq!(near_lines, lines(&world.store).await, "turn {turn}");
    }
}
