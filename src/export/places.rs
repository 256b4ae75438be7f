//! Places as rows of the registration form (地名普查登记表).

use std::sync::Arc;

use geo_types::{Geometry, Point};
use jieming_domain::fields::{PlaceField, map_place_columns, place_fields};
use jieming_geodata::Text;
use jieming_geodata::crs::Plane;
use jieming_geodata::decode::Value;
use jieming_geodata::encode::{Feature, Field, FieldKind, Format, Shape, Table};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

use super::{Request, carried, number, text};
use crate::store::Place;

/// Sets of columns whose fields are remembered: one for each kind of file that was handed in.
const REMEMBERED: usize = 1_000;
/// Columns as received that are no field of the form, as JSON in one column.
const OTHERS: (&str, &str, &str) = ("other_columns", "QTL", "其他列");
/// Degrees within which the numbers as received are those of EPSG:4490.
const SAME_DEGREES: f64 = 1e-9;
/// What the form calls CGCS2000.
const CGCS2000: &str = "2000国家大地坐标系";

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Code,
    Name,
    Category,
    Unit,
    East,
    North,
    System,
    /// Numbers in the system that the file had.
    Received(&'static str),
    Attribute(&'static str),
    Others,
}

fn from(field: &'static PlaceField) -> From {
    match field.key {
        "place_code" => From::Code,
        "standard_name" => From::Name,
        "category_code" => From::Category,
        "in_units" => From::Unit,
        "lon_from" => From::East,
        "lat_from" => From::North,
        "coord_system" => From::System,
        "lon_to" | "lat_to" => From::Received(field.key),
        key => From::Attribute(key),
    }
}

/// The fields of the form that a format shows: numbers of positions stand in tables only, elsewhere in the geometry.
fn shown(format: Format) -> impl Iterator<Item = &'static PlaceField> {
    place_fields().iter().filter(move |f| match f.key {
        "position" => false,
        "lon_from" | "lat_from" | "lon_to" | "lat_to" => format == Format::Csv,
        _ => true,
    })
}

pub(super) fn table(request: &Request) -> Table {
    let plane = !request.plane.is_geographic();
    let mut fields: Vec<Field> = shown(request.format)
        .map(|f| {
            let (kind, label) = match (f.key, plane) {
                ("place_code" | "in_units", _) => (FieldKind::Code, None),
                ("lon_from", true) => (FieldKind::Float, Some("X坐标")),
                ("lat_from", true) => (FieldKind::Float, Some("Y坐标")),
                ("lon_from" | "lat_from", false) => (FieldKind::Float, None),
                _ => (FieldKind::Text, None),
            };
            let zh = label.or(f.labels.first().copied()).unwrap_or(f.key);
            let key = known_key(f);
            Field {
                key: key.to_owned(),
                // The form has no other language.
                label: Text::new(zh, zh),
                short: Some(f.column.unwrap_or(key).to_owned()),
                kind,
            }
        })
        .collect();
    fields.push(Field {
        key: OTHERS.0.to_owned(),
        label: Text::new(OTHERS.2, OTHERS.2),
        short: Some(OTHERS.1.to_owned()),
        kind: FieldKind::Text,
    });
    request.table(Text::new("地名", "place names"), Shape::Point, fields)
}

/// The name of a field in other programs' tables, one of those by which it is known when it comes back.
fn known_key(field: &PlaceField) -> &'static str {
    let known = |key: &&str| field.names.contains(key);
    Some(field.key)
        .filter(known)
        .or(field.names.first().copied())
        .unwrap_or(field.key)
}

/// Fills the form.
pub(super) struct Form {
    plane: Plane,
    format: Format,
    sources: Vec<From>,
    system: &'static str,
    known: FxHashMap<Vec<String>, Arc<FxHashMap<String, &'static str>>>,
}

impl Form {
    pub(super) fn new(request: &Request) -> Self {
        let mut sources: Vec<From> = shown(request.format).map(from).collect();
        sources.push(From::Others);
        Self {
            system: system(&request.plane),
            plane: request.plane.clone(),
            format: request.format,
            sources,
            known: FxHashMap::default(),
        }
    }

    /// A place, and whether the plane reaches it.
    pub(super) fn row(&mut self, place: Place) -> (Feature, bool) {
        let position = place.position.map(|[x, y]| Point::new(x, y).into());
        let there = position.as_ref().and_then(|p| carried(&self.plane, p));
        let shape = place.geometry.as_ref();
        let shape_there = shape.and_then(|g| carried(&self.plane, g));
        let reached =
            there.is_some() == position.is_some() && shape_there.is_some() == shape.is_some();
        let (x, y) = match &there {
            Some(Geometry::Point(p)) => (Some(p.x()), Some(p.y())),
            _ => (None, None),
        };
        let same = same_numbers(&place) && self.plane.is_storage();
        let attributes = match place.attributes {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        let fields = self.fields_of(&attributes);
        let mut by_field: FxHashMap<&str, String> = FxHashMap::default();
        let mut others = Map::new();
        for (column, value) in attributes {
            match fields.get(&column) {
                Some(key) => {
                    by_field.insert(key, plain(&value));
                }
                None => keep(&mut others, column, value),
            }
        }
        let mut received = |key: &str| text(by_field.remove(key).unwrap_or_default());
        let values = self.sources.iter().map(|source| match source {
            From::Code => text(place.code.as_deref().unwrap_or_default()),
            From::Name => text(place.name.as_str()),
            From::Category => text(place.category.as_deref().unwrap_or_default()),
            From::Unit => match received("in_units") {
                Value::Null => text(place.unit_code.as_deref().unwrap_or_default()),
                said => said,
            },
            From::East => number(x),
            From::North => number(y),
            From::System => text(self.system),
            From::Received(key) if same => received(key),
            From::Received(_) => Value::Null,
            From::Attribute(key) => received(key),
            From::Others if others.is_empty() => Value::Null,
            From::Others => text(Json::from(std::mem::take(&mut others)).to_string()),
        });
        let values = values.collect();
        let geometry = match self.format {
            Format::Csv => shape_there,
            _ => shape_there.or(there),
        };
        (Feature { values, geometry }, reached)
    }

    /// Which field of the form each column is.
    fn fields_of(
        &mut self,
        attributes: &Map<String, Json>,
    ) -> Arc<FxHashMap<String, &'static str>> {
        let columns: Vec<String> = attributes.keys().cloned().collect();
        if let Some(known) = self.known.get(&columns) {
            return known.clone();
        }
        let fields = map_place_columns(&columns);
        let fields = fields.into_iter().map(|(key, i)| (columns[i].clone(), key));
        let fields: Arc<FxHashMap<String, &'static str>> = Arc::new(fields.collect());
        if self.known.len() < REMEMBERED {
            self.known.insert(columns, fields.clone());
        }
        fields
    }
}

/// A column that is no field. Those that an earlier export put together come apart again.
fn keep(others: &mut Map<String, Json>, column: String, value: Json) {
    let ours = [OTHERS.0, OTHERS.1, OTHERS.2].contains(&column.as_str());
    let earlier = value.as_str().filter(|_| ours);
    match earlier.and_then(|t| serde_json::from_str(t).ok()) {
        Some(Json::Object(earlier)) => others.extend(earlier),
        _ if value.is_null() => {}
        _ => {
            others.insert(column, value);
        }
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Whether the file had the numbers of EPSG:4490.
fn same_numbers(place: &Place) -> bool {
    let Some(([x, y], (a, b))) = place.position.zip(place.source_position.as_ref()) else {
        return false;
    };
    let near = |text: &str, v: f64| {
        text.trim()
            .parse::<f64>()
            .is_ok_and(|n| (n - v).abs() <= SAME_DEGREES)
    };
    near(a, x) && near(b, y)
}

/// What the form calls the system of a plane, if it has a word for it.
fn system(plane: &Plane) -> &'static str {
    let code = plane.text().strip_prefix("EPSG:").map(str::parse::<u32>);
    match code {
        // CGCS2000 itself and its Gauss-Krüger zones.
        Some(Ok(4490..=4554)) => CGCS2000,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_known_again() {
        for format in Format::ALL {
            for field in shown(*format) {
                let short = field.column.unwrap_or(known_key(field));
                assert!(short.len() <= 10 && short.is_ascii(), "{short}");
                for name in [known_key(field), short, field.labels[0]] {
                    let mapped = map_place_columns(&[name]);
                    assert_eq!(mapped, [(field.key, 0)], "{name}");
                }
            }
        }
    }
}
