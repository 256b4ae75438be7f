use proptest::prelude::*;

use super::*;
use crate::crs::{Method, ParameterSet, PointProblem, proj};

fn extent(points: &[(f64, f64)]) -> Extent {
    let mut e = Extent::EMPTY;
    points.iter().for_each(|p| e.add(p.0, p.1));
    e
}

fn ask(
    declared: DeclaredCrs,
    option: Option<&str>,
    fields: &[&str],
    points: &[(f64, f64)],
    registry: &[ParameterSet],
) -> Result<Decision, CrsRefusal> {
    let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
    decide(&Question {
        declared: &declared,
        option,
        fields: &fields,
        extent: &extent(points),
        registry,
    })
}

fn epsg(code: u32, points: &[(f64, f64)]) -> Result<Decision, CrsRefusal> {
    ask(DeclaredCrs::Epsg(code), None, &[], points, &[])
}

fn near(a: Result<(f64, f64), PointProblem>, b: (f64, f64)) {
    let a = a.unwrap();
    assert!(
        (a.0 - b.0).abs() < 1e-8 && (a.1 - b.1).abs() < 1e-8,
        "{a:?} {b:?}"
    );
}

const WUHAN: (f64, f64) = (114.30, 30.60);

#[test]
fn the_one_frame_is_a_null_shift_though_proj_calls_it_ballpark() {
    for code in [4490, 4480, 4326, 4979] {
        let d = epsg(code, &[WUHAN]).unwrap();
        assert_eq!(d.plan.to_storage(WUHAN.0, WUHAN.1).unwrap(), WUHAN);
        assert!(d.notes.is_empty());
        assert!(d.plan.method.en.contains("null shift"));
    }
    let mercator = epsg(3857, &[(12_723_817.0, 3_580_000.0)]).unwrap();
    let (x, y) = mercator
        .plan
        .plane()
        .from_storage(WUHAN.0, WUHAN.1)
        .unwrap();
    assert!((x - 12_723_817.805).abs() < 0.01, "{x}");
    near(mercator.plan.to_storage(x, y), WUHAN);
    // The trap itself: without ballpark steps PROJ has no way from CGCS2000 to WGS 84.
    let asked = proj::operations("EPSG:4490", Some([114.0, 30.0, 115.0, 31.0]));
    assert!(
        asked.iter().all(|o| o.accuracy_m.is_none_or(|a| a <= 2.0)),
        "{asked:?}"
    );
}

#[test]
fn old_datums_are_refused_without_parameters_in_every_spelling() {
    let beijing_prj = r#"PROJCS["Beijing_1954_3_Degree_GK_CM_114E",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
    let xian_prj = r#"GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
    let unnamed = r#"PROJCS["my zone",GEOGCS["unnamed",DATUM["unknown",SPHEROID["Krassowsky",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
    for (declared, point) in [
        (DeclaredCrs::Epsg(4214), WUHAN),
        (DeclaredCrs::Epsg(4610), WUHAN),
        (DeclaredCrs::Epsg(2437), (528_770.0, 3_386_666.0)),
        (DeclaredCrs::Epsg(2362), (38_528_770.0, 3_386_666.0)),
        (DeclaredCrs::Epsg(21420), (20_228_770.0, 3_386_666.0)),
        (
            DeclaredCrs::Text("urn:ogc:def:crs:EPSG::4214".into()),
            WUHAN,
        ),
        (
            DeclaredCrs::Text(beijing_prj.into()),
            (528_770.0, 3_386_666.0),
        ),
        (DeclaredCrs::Text(xian_prj.into()), WUHAN),
        (DeclaredCrs::Text(unnamed.into()), (528_770.0, 3_386_666.0)),
        (
            DeclaredCrs::Text("+proj=longlat +ellps=krass".into()),
            WUHAN,
        ),
        (
            DeclaredCrs::Text("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3".into()),
            WUHAN,
        ),
    ] {
        let e = ask(declared.clone(), None, &[], &[point], &[]).unwrap_err();
        assert_eq!(e.code, "crs.parameters_needed", "{declared:?}: {e}");
        assert!(
            e.message.en.contains("jieming crs add") && e.message.zh.contains("jieming crs add")
        );
    }
    // The trap itself: PROJ would take parameters of another region for Wuhan.
    assert_eq!(
        ask(DeclaredCrs::Undeclared, Some("北京54"), &[], &[WUHAN], &[])
            .unwrap_err()
            .code,
        "crs.parameters_needed"
    );
}

fn set(name: &str, source: &str, area: [f64; 4]) -> ParameterSet {
    let method = Method::Helmert7 {
        shift: [-15.0, 120.0, 60.0],
        rotation: [0.1, -0.2, 0.3],
        ppm: 1.0,
        position_vector: true,
    };
    ParameterSet {
        name: name.into(),
        source: source.into(),
        method,
        area,
        accuracy_m: 0.5,
        common_points: Vec::new(),
    }
}

#[test]
fn one_registered_set_whose_area_holds_the_data_is_used_and_read_back() {
    let here = set("wuhan54", "EPSG:4214", [113.0, 29.0, 116.0, 32.0]);
    let there = set("xinjiang54", "EPSG:4214", [75.0, 35.0, 95.0, 48.0]);
    let xian = set("wuhan80", "EPSG:4610", [113.0, 29.0, 116.0, 32.0]);
    let registry = [there, here.clone(), xian];
    let point = (528_770.0, 3_386_666.0);
    let d = ask(DeclaredCrs::Epsg(2435), None, &[], &[point], &registry).unwrap();
    assert!(d.plan.method.en.contains("wuhan54"));
    let (lon, lat) = d.plan.to_storage(point.0, point.1).unwrap();
    assert!((lon - 114.3).abs() < 0.01 && (lat - 30.6).abs() < 0.01 && (lon, lat) != WUHAN);
    let again = crate::crs::Plane::parse(d.plan.plane().text(), &registry).unwrap();
    near(again.to_storage(point.0, point.1), (lon, lat));
    let (x, y) = again.from_storage(lon, lat).unwrap();
    // Heights are not carried, which costs the way back a little.
    assert!(
        (x - point.0).abs() < 0.01 && (y - point.1).abs() < 0.01,
        "{x} {y}"
    );
    let twice = [
        here.clone(),
        ParameterSet {
            name: "other".into(),
            ..here
        },
    ];
    assert_eq!(
        ask(DeclaredCrs::Epsg(2435), None, &[], &[point], &twice)
            .unwrap_err()
            .code,
        "crs.parameters_ambiguous"
    );
    assert!(
        ask(
            DeclaredCrs::Undeclared,
            Some("other"),
            &[],
            &[WUHAN],
            &twice
        )
        .is_ok()
    );
    assert_eq!(
        ask(
            DeclaredCrs::Undeclared,
            Some("other"),
            &[],
            &[(80.0, 40.0)],
            &twice
        )
        .unwrap_err()
        .code,
        "crs.outside_area"
    );
}

#[test]
fn other_datums_need_an_operation_that_holds_the_data() {
    let d = epsg(4258, &[(9.6, 48.8)]).unwrap();
    assert!(
        d.plan.method.en.contains("PROJ operation"),
        "{:?}",
        d.plan.method
    );
    let again = crate::crs::Plane::parse(d.plan.plane().text(), &[]).unwrap();
    near(
        again.to_storage(9.6, 48.8),
        d.plan.to_storage(9.6, 48.8).unwrap(),
    );
    assert_eq!(
        d.plan.to_storage(114.3, 30.6).unwrap_err().rule,
        "row.coordinate.outside_domain"
    );
    assert!(epsg(6668, &[(139.6, 35.8)]).is_ok());
    // The old Tokyo datum in Wuhan: no operation reaches so far, so every point is refused.
    let d = epsg(4301, &[WUHAN]).unwrap();
    assert_eq!(d.notes[0].rule, "file.crs.outside_area");
    assert_eq!(
        d.plan.to_storage(WUHAN.0, WUHAN.1).unwrap_err().rule,
        "row.coordinate.outside_domain"
    );
    assert_eq!(
        ask(
            DeclaredCrs::Undeclared,
            Some("nonsense 1"),
            &[],
            &[WUHAN],
            &[]
        )
        .unwrap_err()
        .code,
        "crs.unknown"
    );
}

#[test]
fn a_declaration_that_cannot_be_read_is_noted_unless_it_names_an_old_datum() {
    let broken = |gcs: &str| {
        let wkt = format!(
            r#"PROJCS["Unknown",GEOGCS["{gcs}",DATUM["D",SPHEROID["S",6378137,298.257]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174]],PROJECTION["Unknown Projection"],UNIT["Meter",1]]"#
        );
        ask(DeclaredCrs::Text(wkt), None, &[], &[WUHAN], &[])
    };
    assert_eq!(
        broken("GCS_WGS_1984").unwrap().notes[0].rule,
        "file.crs.unreadable"
    );
    assert!(broken("GCS_Beijing_1954").is_err());
}

#[test]
fn zones_are_read_in_both_styles_and_both_orders() {
    let (north, east, prefixed) = (3_386_666.250, 528_770.237, 38_528_770.237);
    for (code, x, y, rules) in [
        (4547, east, north, &[][..]),
        (4526, prefixed, north, &[]),
        (4547, prefixed, north, &["file.crs.zone_style"]),
        (4526, east, north, &["file.crs.zone_style"]),
        (4547, north, east, &["file.crs.axes_swapped"]),
        (4526, north, prefixed, &["file.crs.axes_swapped"]),
        (
            4526,
            north,
            east,
            &["file.crs.axes_swapped", "file.crs.zone_style"],
        ),
    ] {
        let d = epsg(code, &[(x, y)]).unwrap();
        let (lon, lat) = d.plan.to_storage(x, y).unwrap();
        assert!(
            (lon - 114.3).abs() < 1e-8 && (lat - 30.6).abs() < 1e-8,
            "{code} {x} {y}: {lon} {lat}"
        );
        let got: Vec<_> = d.notes.iter().map(|n| n.rule).collect();
        assert_eq!(got, rules, "{code} {x} {y}");
        let again = crate::crs::Plane::parse(d.plan.plane().text(), &[]).unwrap();
        near(again.to_storage(x, y), (lon, lat));
    }
}

#[test]
fn undeclared_numbers_are_proposed_not_taken() {
    let d = ask(
        DeclaredCrs::Undeclared,
        None,
        &[],
        &[(38_528_770.0, 3_386_666.0)],
        &[],
    )
    .unwrap();
    assert_eq!(
        (d.notes[0].rule, d.notes[0].proposes.as_deref()),
        ("file.crs.zone_proposed", Some("EPSG:4526"))
    );
    assert_eq!(
        d.plan
            .to_storage(38_528_770.0, 3_386_666.0)
            .unwrap_err()
            .rule,
        "row.coordinate.outside_domain"
    );
    let d = ask(
        DeclaredCrs::FormatDefault,
        None,
        &[],
        &[(8_930_000.0, 3_050_000.0)],
        &[],
    )
    .unwrap();
    assert_eq!(d.notes[0].proposes.as_deref(), Some("EPSG:3857"));
    let d = ask(
        DeclaredCrs::Undeclared,
        None,
        &[],
        &[(30.6, 114.3), (30.7, 114.2)],
        &[],
    )
    .unwrap();
    assert_eq!(d.notes[0].rule, "file.crs.axes_swapped");
    near(d.plan.to_storage(30.6, 114.3), WUHAN);
    let d = ask(DeclaredCrs::FormatDefault, None, &["name"], &[WUHAN], &[]).unwrap();
    assert!(d.notes.is_empty());
}

#[test]
fn exports_of_web_maps_propose_gcj02_and_the_user_decides() {
    let fields = ["adcode", "name", "center", "acroutes", "parent.adcode"];
    let d = ask(DeclaredCrs::FormatDefault, None, &fields, &[WUHAN], &[]).unwrap();
    let n = &d.notes[0];
    assert_eq!(
        (n.rule, n.warning, n.proposes.as_deref()),
        ("file.crs.gcj02_suspected", true, Some("GCJ-02"))
    );
    assert_eq!(d.plan.to_storage(WUHAN.0, WUHAN.1).unwrap(), WUHAN);
    let d = ask(
        DeclaredCrs::FormatDefault,
        Some("gcj02"),
        &fields,
        &[WUHAN],
        &[],
    )
    .unwrap();
    assert!(d.notes.is_empty());
    let (lon, lat) = d.plan.to_storage(WUHAN.0, WUHAN.1).unwrap();
    assert!(
        (WUHAN.0 - lon - 0.005_43).abs() < 1e-4 && (lat - WUHAN.1 - 0.002_42).abs() < 1e-4,
        "{lon} {lat}"
    );
    // Far from China the same fields mean nothing.
    assert!(
        ask(
            DeclaredCrs::FormatDefault,
            None,
            &fields,
            &[(2.3, 48.8)],
            &[]
        )
        .unwrap()
        .notes
        .is_empty()
    );
}

#[test]
fn numbers_outside_the_domain_are_problems_of_their_point() {
    let p = epsg(4547, &[(528_770.0, 3_386_666.0)]).unwrap().plan;
    assert_eq!(
        p.to_storage(f64::NAN, 1.0).unwrap_err().rule,
        "row.coordinate.not_finite"
    );
    assert_eq!(
        p.to_storage(9e9, 3e6).unwrap_err().rule,
        "row.coordinate.outside_domain"
    );
    let g = epsg(4490, &[WUHAN]).unwrap().plan;
    assert_eq!(
        g.to_storage(114.0, 91.0).unwrap_err().rule,
        "row.coordinate.outside_domain"
    );
}

proptest! {
    #[test]
    fn planes_return_where_they_came_from(lon in 112.6..115.4f64, lat in 20.0..45.0f64) {
        for text in ["EPSG:4547", "EPSG:4526", "EPSG:4498", "EPSG:3857", "EPSG:32650", "GCJ-02", "BD-09", "EPSG:4490", "swapped EPSG:4547"] {
            let plane = crate::crs::Plane::parse(text, &[]).unwrap();
            let (x, y) = plane.from_storage(lon, lat).unwrap();
            let (a, b) = plane.to_storage(x, y).unwrap();
            prop_assert!((a - lon).abs() < 1e-7 && (b - lat).abs() < 1e-7, "{} {} {}", text, a - lon, b - lat);
        }
    }
}
