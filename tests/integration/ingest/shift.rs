//! Deliveries that lie beside what is held as a whole.

use jieming::ingest::{ImportOptions, Imported};
use jieming_domain::message::Param;
use jieming_geodata::crs::Plane;
use jieming_sample::{Options, generate, write as write_sample};

use super::*;

fn proposal(done: &Imported) -> Option<Option<String>> {
    assert!(done.submission.error.is_none());
    let f = done
        .findings
        .iter()
        .find(|f| f.rule == "file.crs.shifted")?;
    assert!(f.row.is_none());
    Some(match f.params.get("proposes") {
        Some(Param::Text(t)) => Some(t.clone()),
        _ => None,
    })
}

fn in_crs(mut options: ImportOptions, crs: &str) -> ImportOptions {
    options.file.crs = Some(crs.to_owned());
    options
}

/// Names with positions as they are told in a system.
fn csv(crs: &str, names: &str) -> String {
    let plane = Plane::parse(crs, &[]).unwrap();
    let mut out = String::from("名称,经度,纬度\n");
    for i in 0..20 {
        let (lon, lat) = (
            114.2 + f64::from(i) * 0.01,
            30.5 + f64::from(i * 7 % 20) * 0.01,
        );
        let (x, y) = plane.from_storage(lon, lat).unwrap();
        out += &format!("{names}{i},{x:.6},{y:.6}\n");
    }
    out
}

#[tokio::test]
async fn places_of_known_names() {
    let world = World::new().await;
    let first = world
        .import(&world.file("a.csv", csv("EPSG:4490", "桥")), &places())
        .await;
    assert_eq!(proposal(&first), None, "nothing is known yet");
    let gcj = world.file("b.csv", csv("GCJ-02", "桥"));
    let checked = world.check(&gcj, &in_crs(places(), "EPSG:4490")).await;
    assert_eq!(proposal(&checked), Some(Some("GCJ-02".to_owned())));
    let bd = world.file("c.csv", csv("BD-09", "桥"));
    let checked = world.check(&bd, &in_crs(places(), "EPSG:4490")).await;
    assert_eq!(proposal(&checked), Some(Some("BD-09".to_owned())));
    // Read as proposed, all is well; other names tell nothing.
    let done = world.check(&gcj, &in_crs(places(), "GCJ-02")).await;
    assert_eq!(proposal(&done), None);
    let others = world.file("d.csv", csv("GCJ-02", "塔"));
    assert_eq!(proposal(&world.check(&others, &places()).await), None);
    // And the other way round.
    let twice = world.file("e.csv", csv("EPSG:4490", "桥") + "\n");
    let done = world.import(&twice, &in_crs(places(), "GCJ-02")).await;
    assert_eq!(proposal(&done), Some(Some("EPSG:4490".to_owned())));
}

#[tokio::test]
async fn units_of_known_codes_and_units_claimed() {
    let world = World::new().await;
    let options = Options {
        townships: 60,
        places: 1_500,
        vertices: 6_000,
        gcj_batch: 300,
        ..Options::demo(3)
    };
    let inputs = world.folder.path().join("inputs");
    write_sample(&generate(&options).unwrap(), &inputs).unwrap();
    let mut units = in_crs(units(), "EPSG:4490");
    units.file.level = Some("township".to_owned());
    let first = world
        .import(&inputs.join("townships.geojson"), &units)
        .await;
    assert_eq!(proposal(&first), None);
    let fine = world
        .import(&inputs.join("places.csv"), &in_crs(places(), "EPSG:4490"))
        .await;
    assert_eq!(proposal(&fine), None);
    let batch = inputs.join("places_gcj02.csv");
    let done = world.check(&batch, &in_crs(places(), "EPSG:4490")).await;
    assert_eq!(
        proposal(&done),
        Some(Some("GCJ-02".to_owned())),
        "by the units they claim"
    );
    let done = world.import(&batch, &in_crs(places(), "GCJ-02")).await;
    assert_eq!(proposal(&done), None);
    // The same lines as a web map has them: read as if they were not.
    let mut mapped = units.clone();
    mapped.file.crs = Some("GCJ-02".to_owned());
    let done = world
        .check(&inputs.join("townships.geojson"), &mapped)
        .await;
    assert_eq!(proposal(&done), Some(Some("EPSG:4490".to_owned())));
}
