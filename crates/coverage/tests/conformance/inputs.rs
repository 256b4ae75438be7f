//! Hard inputs without expected results: an answer, finite numbers, areas that agree.

use crate::data;
use crate::geometry::{area, features, grid, read};
use crate::ledger::Ledger;
use crate::tally::Tally;
use geo_types::{LineString, MultiPolygon, Polygon};
use std::path::Path;

pub fn cases(folder: &Path, tally: &mut Tally) {
    for file in data::files(&folder.join("mapshaper"), &["json"]) {
        let all = features(&data::text(&file));
        one(
            all.iter().map(|f| area(&f.0)).collect(),
            &data::name(folder, &file),
            tally,
        );
    }
    for file in data::files(&folder.join("real-wkt"), &[".wkt.gz"]) {
        let text = data::text(&file);
        let all = geometries(&text).into_iter();
        let units = all
            .map(|t| area(&read(t).expect("well-known text")))
            .collect();
        one(units, &data::name(folder, &file), tally);
    }
    // Rings made to be hard for a triangulation: the first is the outer one, whatever the others do.
    for (name, text) in data::packed(&folder.join("earcut-rings.tar.xz")) {
        let rings: Vec<Vec<[f64; 2]>> = serde_json::from_str(&text).expect("rings in JSON");
        let mut rings = rings.into_iter().map(LineString::from);
        let exterior = rings.next().expect("an outer ring");
        let polygon = Polygon::new(exterior, rings.collect());
        one(vec![polygon.into()], &format!("earcut/{name}"), tally);
    }
}

fn one(units: Vec<MultiPolygon<f64>>, case: &str, tally: &mut Tally) {
    // Some of the inputs are lines.
    if units.iter().all(|u| u.0.is_empty()) {
        tally.pass_over();
        return;
    }
    tally.case();
    Ledger::of(&units, grid(&units), case, tally);
}

/// The geometries of a text one after the other: each ends with the parenthesis that closes its first.
fn geometries(text: &str) -> Vec<&str> {
    let (mut out, mut begin, mut depth) = (Vec::new(), 0, 0);
    for (i, b) in text.bytes().enumerate() {
        match b {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    out.push(&text[begin..=i]);
                    begin = i + 1;
                }
            }
            _ => {}
        }
    }
    out
}
