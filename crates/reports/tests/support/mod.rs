//! A report made of the invented city and its truth.

use geo_types::{LineString, MultiLineString};
use jieming_domain::finding::{GapKind, Kind, Severity};
use jieming_domain::lang::Lang;
use jieming_reports::{CommonLine, Effort, Finding, NeighbourLine, Party, Report, Scope, State};
use jieming_sample::{Fault, Level, Options, Sample, Unit, generate};

/// A small invented city.
pub fn city() -> Sample {
    generate(&Options {
        places: 1500,
        ..Options::demo(3)
    })
    .unwrap()
}

fn party(u: &Unit) -> Party {
    Party {
        code: u.code.clone(),
        name: u.name.clone(),
        geometry: u.area.clone(),
    }
}

/// What a good audit would find among the townships.
pub fn findings(city: &Sample, lang: Lang) -> Vec<Finding> {
    let name = |code: &str| {
        city.townships
            .iter()
            .find(|u| u.code == code)
            .map_or(String::new(), |u| u.name.clone())
    };
    let defects = city
        .defects
        .iter()
        .filter(|d| d.level == Level::Township && d.consequence_of.is_none())
        .map(|d| {
            let kind: Kind = d.kind.parse().unwrap();
            let first = d.area.0[0].exterior().0[0];
            Finding {
                id: format!("f{:05}", d.id),
                rule: format!("coverage.{}", d.kind).into(),
                kind,
                gap_kind: d.gap_kind.map(|g| g.parse::<GapKind>().unwrap()),
                units: d.units.iter().map(|u| u.as_str().into()).collect(),
                unit_names: d.units.iter().map(|u| name(u).into()).collect(),
                parent: d.parent.clone(),
                level: Some("township".into()),
                severity: if d.area_m2 > 1000.0 {
                    Severity::Error
                } else {
                    Severity::Warning
                },
                state: Some(if d.id % 3 == 0 {
                    State::New
                } else {
                    State::Open
                }),
                area_m2: Some(d.area_m2),
                max_width_m: Some(d.area_m2.sqrt() * 0.7),
                length_m: Some(d.area_m2.sqrt() * 2.0),
                message: lang
                    .of("双方主张重叠", "both sides claim this ground")
                    .to_owned(),
                geometry: Some(d.area.clone().into()),
                point: Some([first.x, first.y]),
                edges: Vec::new(),
                places: if d.id % 4 == 0 {
                    vec!["柳溪小学".to_owned(), "青石桥".to_owned()]
                } else {
                    Vec::new()
                },
            }
        });
    let near = |x: f64, y: f64| [114.0 + x / 95_919.0, 30.5 + y / 110_857.0];
    let names = city
        .places
        .iter()
        .filter(|p| p.fault == Fault::Uncertain || p.fault == Fault::Outside)
        .enumerate()
        .map(|(k, p)| {
            let (claimed, lies) = (
                &city.townships[p.claims],
                p.lies_in.map(|t| &city.townships[t]),
            );
            let point = near(p.at.x, p.at.y);
            Finding {
                id: format!("n{k:05}"),
                rule: "place.outside".into(),
                kind: Kind::Name,
                gap_kind: None,
                units: vec![claimed.code.as_str().into()],
                unit_names: vec![claimed.name.as_str().into()],
                parent: None,
                level: Some("township".into()),
                severity: Severity::Warning,
                state: Some(State::Open),
                area_m2: None,
                max_width_m: None,
                length_m: None,
                message: lang.of(
                    format!(
                        "“{}”登记在{}，实际位于{}",
                        p.name,
                        claimed.name,
                        lies.map_or("", |u| &u.name)
                    ),
                    format!("{} claims {} and lies elsewhere", p.name, claimed.name),
                ),
                geometry: None,
                point: Some(point),
                places: vec![p.name.clone()],
                edges: Vec::new(),
            }
        });
    defects.chain(names).collect()
}

/// A report on the line between two townships that overlap, on the township with the most findings, and on everything.
pub fn reports(city: &Sample, lang: Lang) -> [Report; 3] {
    let all = findings(city, lang);
    let base = |scope, parties, findings| Report {
        lang,
        scope,
        level: Some("township".into()),
        made_at: "2026-11-24 09:30 (UTC+8)".to_owned(),
        crs_note: lang
            .of(
                "CGCS2000 经纬度 (EPSG:4490)；面积、长度按椭球面计算",
                "CGCS2000 longitude, latitude (EPSG:4490); ellipsoidal areas and lengths",
            )
            .to_owned(),
        sources: vec!["townships.geojson (2026-11-20)".to_owned()],
        parties,
        findings,
        lines: Vec::new(),
        effort: None,
        figures: Report::FIGURES,
    };
    let pair = all
        .iter()
        .filter(|f| f.kind == Kind::Overlap && f.units.len() == 2)
        .max_by_key(|f| all.iter().filter(|g| g.units == f.units).count())
        .unwrap();
    let mut parties: Vec<Party> = city.townships.iter().map(party).collect();
    let everything = Report {
        effort: Some(Effort {
            units: 60,
            vertices: 30_000,
            seconds: 0.42,
        }),
        ..base(
            Scope::Audit {
                subject: "townships.geojson".to_owned(),
            },
            parties.clone(),
            all.clone(),
        )
    };
    parties.sort_by_key(|p| !pair.units.iter().any(|u| **u == *p.code));
    let line = CommonLine {
        length_m: 8421.5,
        agreed_m: 7730.2,
        within_m: 210.5,
        geometry: Some(common(&parties[0], &parties[1])),
    };
    let names = [parties[0].name.clone(), parties[1].name.clone()];
    let codes = [parties[0].code.clone(), parties[1].code.clone()];
    let of_pair: Vec<Finding> = all
        .iter()
        .filter(|f| pair.units.iter().all(|u| f.units.contains(u)))
        .cloned()
        .collect();
    let on_line = base(
        Scope::Line {
            codes,
            names,
            line: Some(line),
        },
        parties.clone(),
        of_pair,
    );
    let own = pair.units[0].clone();
    parties.sort_by_key(|p| *p.code != *own);
    let of_unit: Vec<Finding> = all
        .iter()
        .filter(|f| f.units.contains(&own))
        .cloned()
        .collect();
    let lines = parties[1..5]
        .iter()
        .map(|p| NeighbourLine {
            code: p.code.clone(),
            name: p.name.clone(),
            length_m: 5120.0,
            agreed_m: 5001.7,
            findings: 2,
        })
        .collect();
    let on_unit = Report {
        lines,
        ..base(
            Scope::Unit {
                code: own.as_ref().to_owned(),
                name: parties[0].name.clone(),
            },
            parties,
            of_unit,
        )
    };
    [on_line, on_unit, everything]
}

/// The edges that two units have in common.
fn common(a: &Party, b: &Party) -> MultiLineString<f64> {
    let edges = |p: &Party| {
        p.geometry.0[0]
            .exterior()
            .0
            .windows(2)
            .map(|w| (w[0], w[1]))
            .collect::<Vec<_>>()
    };
    let theirs = edges(b);
    MultiLineString(
        edges(a)
            .into_iter()
            .filter(|&(p, q)| theirs.contains(&(q, p)))
            .map(|(p, q)| LineString(vec![p, q]))
            .collect(),
    )
}
