//! Positions as people write them: what `rows` hold comes out at the point meant, and each guess is said.

use jieming::ingest::ImportOptions;
use jieming::store::{Decision, PageRequest, Place, PlaceFilter};
use jieming_domain::position::Writing;

use super::*;

/// What an import said: places in file order, decisions, rules of row n at index n (0: the file).
struct Said {
    places: Vec<Place>,
    decisions: Vec<Decision>,
    rules: Vec<Vec<String>>,
}

async fn read(csv: &str, options: &ImportOptions) -> Said {
    let world = World::new().await;
    let done = world.import(&world.file("p.csv", csv), options).await;
    assert!(
        done.submission.error.is_none(),
        "{:?}",
        done.submission.error
    );
    let mut places = world
        .store
        .places(&PlaceFilter::default(), PageRequest::all())
        .await
        .unwrap()
        .items;
    places.sort_by_key(|p| p.row);
    let rows = done.submission.rows.read;
    let of = |row| {
        rules(&done.findings, row)
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    Said {
        places,
        rules: (0..=rows).map(of).collect(),
        decisions: done.submission.decisions,
    }
}

fn at(p: &Place, lon: f64, lat: f64) {
    let [x, y] = p
        .position
        .unwrap_or_else(|| panic!("{} has no position", p.name));
    assert!(
        (x - lon).abs() < 2e-8 && (y - lat).abs() < 2e-8,
        "{}: {x}, {y}",
        p.name
    );
}

#[tokio::test]
async fn every_spelling_of_degrees() {
    let texts = [
        ("110°58′28.72″", "30°36′00.00″"),
        ("110º58'28.72\"", "30º36'0\""),
        ("110度58分28.72秒", "30度36分"),
        ("１１０°５８′２８．７２″", "３０°３６′"),
        ("东经110°58’28.72”", "北纬30°36’"),
        ("110°58''28.72''", "30°36''0''"),
        ("E110 58 28.72", "N30 36 0"),
        ("110:58:28.72", "30:36:00"),
        ("110.974644444444", "30.6"),
    ];
    let mut csv = String::from("名称;经度;纬度\n");
    for (i, (x, y)) in texts.iter().enumerate() {
        let quoted = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
        csv += &format!("地{i};{};{}\n", quoted(x), quoted(y));
    }
    let said = read(&csv, &places()).await;
    assert_eq!(said.places.len(), texts.len());
    for p in &said.places {
        at(p, 110.974_644_444_444, 30.6);
    }
    assert!(
        said.rules[1..].iter().all(Vec::is_empty),
        "{:?}",
        said.rules
    );
}

#[tokio::test]
async fn packed_angles_are_told_by_the_column_and_may_be_overruled() {
    let (mut whole, mut fraction) = (
        String::from("名称,经度,纬度\n"),
        String::from("名称,经度,纬度\n"),
    );
    let mut want = Vec::new();
    for i in 0..30_u32 {
        let (m, s) = (i * 7 % 60, i * 13 % 60);
        whole += &format!("地{i},114{m:02}{s:02}.25,30{s:02}{m:02}.5\n");
        fraction += &format!("地{i},114.{m:02}{s:02}25,30.{s:02}{m:02}5\n");
        let dms = |d: f64, m: u32, s: f64| d + f64::from(m) / 60.0 + s / 3600.0;
        want.push((
            dms(114.0, m, f64::from(s) + 0.25),
            dms(30.0, s, f64::from(m) + 0.5),
        ));
    }
    for (csv, value) in [
        (&whole, "经度, 纬度: dddmmss"),
        (&fraction, "经度, 纬度: d.mmss"),
    ] {
        let said = read(csv, &places()).await;
        for (p, (lon, lat)) in said.places.iter().zip(&want) {
            at(p, *lon, *lat);
        }
        let d = said.decisions.iter().find(|d| d.what == "angles").unwrap();
        assert_eq!((d.value.as_str(), d.sure), (value, false));
        assert!(
            d.how_zh.contains("把握 9") && d.how_en.contains("--angles"),
            "{d:?}"
        );
    }
    let mut overruled = places();
    overruled.file.angles = Some(Writing::Marked);
    let said = read(&fraction, &overruled).await;
    at(&said.places[0], 114.000_025, 30.000_05);
    // And the other way: too few to tell, but told.
    let few = "名称,经度,纬度\n甲,114.5830,30.3000\n";
    at(&read(few, &places()).await.places[0], 114.583, 30.3);
    overruled.file.angles = Some(Writing::PackedFraction);
    let said = read(few, &overruled).await;
    at(&said.places[0], 114.975, 30.5);
    assert!(said.decisions.iter().any(|d| d.what == "angles" && d.sure));
}

#[tokio::test]
async fn metres_among_degrees_and_mixtures_in_one_record() {
    let csv = "名称,东经,北纬\n\
               度,114.31,30.61\n度二,114.29,30.59\n度三,114.30,30.62\n度四,114.30,30.62\n度五,114.30,30.62\n\
               带号,38528770.237,3386666.250\n\
               倒置,3386666.250,38528770.237\n\
               混合,38528770.237,30.6\n\
               无带号,528770.237,3386666.250\n\
               纵坐标,114.3,3386666.250\n";
    let said = read(csv, &places()).await;
    for p in &said.places[5..] {
        at(p, 114.3, 30.6);
        assert!(
            p.source_crs
                .as_deref()
                .is_some_and(|c| c.starts_with("EPSG:45")),
            "{:?}",
            p.source_crs
        );
        assert_eq!(said.rules[p.row as usize], ["position.units"], "{}", p.name);
    }
    at(&said.places[0], 114.31, 30.61);
    assert_eq!(said.rules[1], [""; 0]);
}

#[tokio::test]
async fn degrees_among_metres() {
    let csv = "名称,X坐标,Y坐标\n甲,38528770.237,3386666.250\n乙,38528771.237,3386667.250\n丙,38528772.237,3386666.250\n度,114.3,30.6\n反,30.6,114.3\n";
    let mut options = places();
    options.file.crs = Some("EPSG:4526".to_owned());
    let said = read(csv, &options).await;
    for i in [0, 3, 4] {
        at(&said.places[i], 114.3, 30.6);
    }
    assert_eq!(said.rules[4], ["position.units"]);
}

#[tokio::test]
async fn exchanged_columns_are_said_once_and_odd_rows_each() {
    let csv =
        "名称,经度,纬度\n甲,30.61,114.31\n乙,30.62,114.32\n丙,30.63,114.33\n丁,114.34,30.64\n";
    let said = read(csv, &places()).await;
    for (i, p) in said.places.iter().enumerate() {
        let by = (i + 1) as f64 / 100.0;
        at(p, 114.3 + by, 30.6 + by);
    }
    assert_eq!(
        said.rules[1..],
        [vec![], vec![], vec![], vec!["position.swapped".to_owned()]]
    );
    assert!(
        said.decisions
            .iter()
            .any(|d| d.value == "lon = 纬度, lat = 经度" && !d.sure)
    );
    // All of them.
    let said = read("名称,经度,纬度\n甲,30.61,114.31\n", &places()).await;
    at(&said.places[0], 114.31, 30.61);
    assert_eq!(said.rules[1], [""; 0]);
}

#[tokio::test]
async fn far_corners_make_boxes_and_zero_is_none() {
    let csv = "标准名称,东经,至东经,北纬,至北纬\n\
               桥,114.300000,114.310000,30.600000,30.640000\n\
               点,114.3,0,30.6,0\n\
               空,114.3,,30.6,\n\
               同,114.3,114.3,30.6,30.6\n\
               半,114.3,114.4,30.6,0\n\
               无,0,0,0,0\n\
               杠,-,,—,\n\
               半零,114.3,0,0,0\n";
    let said = read(csv, &places()).await;
    at(&said.places[0], 114.305, 30.62);
    for i in 1..5 {
        at(&said.places[i], 114.3, 30.6);
    }
    assert_eq!(said.rules[5], ["position.corner"]);
    for i in [5, 6] {
        assert!(said.places[i].position.is_none());
        assert_eq!(said.rules[i + 1], ["position.missing"]);
    }
    assert_eq!(said.rules[8], ["position.unreadable"]);
    assert!(
        said.rules[1..5].iter().all(Vec::is_empty),
        "{:?}",
        said.rules
    );
}

#[tokio::test]
async fn pairs_name_their_order() {
    let csv = "名称;坐标\n甲;北纬30°36′，东经114°18′\n乙;E114°18′ N30°36′\n丙;\"30°36′N 114°18′E\"\n丁;114°18′ 30°36′\n戊;无\n";
    let said = read(csv, &places()).await;
    for p in &said.places[..3] {
        at(p, 114.3, 30.6);
    }
    assert_eq!(said.rules[5], ["position.missing"]);
}
