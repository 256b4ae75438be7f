//! Between columns and types: the only part of the store that knows serialization.

use geo_types::{Geometry, MultiLineString, MultiPolygon};
use jieming_domain::finding::Severity;
use jieming_domain::message::{Param, Params};
use jieming_geodata::wkb;
use serde_json::{Value as Json, json};

use crate::store::{Decision, Result, StoreError};

fn corrupt(what: &'static str, reason: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what,
        reason: reason.to_string(),
    }
}

/// Reads a word of one of our lists.
pub(super) fn word<T: std::str::FromStr>(what: &'static str, s: &str) -> Result<T>
where
    T::Err: ToString,
{
    s.parse().map_err(|e: T::Err| corrupt(what, e.to_string()))
}

pub(super) fn optional_word<T: std::str::FromStr>(
    what: &'static str,
    s: Option<&str>,
) -> Result<Option<T>>
where
    T::Err: ToString,
{
    s.map(|s| word(what, s)).transpose()
}

pub(super) fn geometry_out(g: &Geometry<f64>) -> Vec<u8> {
    wkb::write(g)
}

pub(super) fn geometry_in(what: &'static str, bytes: &[u8]) -> Result<Geometry<f64>> {
    wkb::read(bytes).map_err(|e| corrupt(what, e))
}

pub(super) fn polygons_out(g: &MultiPolygon<f64>) -> Vec<u8> {
    wkb::write(&Geometry::MultiPolygon(g.clone()))
}

pub(super) fn polygons_in(what: &'static str, bytes: &[u8]) -> Result<MultiPolygon<f64>> {
    match geometry_in(what, bytes)? {
        Geometry::MultiPolygon(m) => Ok(m),
        Geometry::Polygon(p) => Ok(MultiPolygon(vec![p])),
        _ => Err(corrupt(what, "no polygons")),
    }
}

pub(super) fn weights_out(weights: &[f32]) -> Vec<u8> {
    weights.iter().flat_map(|w| w.to_le_bytes()).collect()
}

/// `None` when there are not as many as vertices.
pub(super) fn weights_in(bytes: &[u8], vertices: usize) -> Option<Vec<f32>> {
    let (weights, rest) = bytes.as_chunks::<4>();
    (rest.is_empty() && weights.len() == vertices)
        .then(|| weights.iter().map(|b| f32::from_le_bytes(*b)).collect())
}

pub(super) fn lines_in(what: &'static str, bytes: &[u8]) -> Result<MultiLineString<f64>> {
    match geometry_in(what, bytes)? {
        Geometry::MultiLineString(m) => Ok(m),
        Geometry::LineString(l) => Ok(MultiLineString(vec![l])),
        _ => Err(corrupt(what, "no lines")),
    }
}

pub(super) fn json_in(what: &'static str, s: &str) -> Result<Json> {
    serde_json::from_str(s).map_err(|e| corrupt(what, e))
}

pub(super) fn params_out(params: &Params) -> String {
    let object: serde_json::Map<String, Json> = params
        .iter()
        .map(|(k, v)| {
            let v = match v {
                Param::Text(s) => json!(s),
                Param::Number(n) => json!(n),
                Param::List(l) => json!(l),
            };
            (k.clone(), v)
        })
        .collect();
    Json::Object(object).to_string()
}

pub(super) fn params_in(what: &'static str, s: &str) -> Result<Params> {
    let Json::Object(object) = json_in(what, s)? else {
        return Err(corrupt(what, "no object"));
    };
    Ok(object
        .into_iter()
        .map(|(k, v)| {
            let v = match v {
                Json::String(s) => Param::Text(s),
                Json::Number(n) => Param::Number(n.as_f64().unwrap_or_default()),
                Json::Array(l) => Param::List(
                    l.iter()
                        .map(|x| x.as_str().map_or_else(|| x.to_string(), str::to_owned))
                        .collect(),
                ),
                other => Param::Text(other.to_string()),
            };
            (k, v)
        })
        .collect())
}

pub(super) fn decisions_out(decisions: &[Decision]) -> String {
    let list: Vec<Json> = decisions
        .iter()
        .map(|d| json!({"what": d.what, "value": d.value, "how_zh": d.how_zh, "how_en": d.how_en, "sure": d.sure}))
        .collect();
    Json::Array(list).to_string()
}

pub(super) fn decisions_in(s: &str) -> Result<Vec<Decision>> {
    const WHAT: &str = "submissions.decisions";
    let Json::Array(list) = json_in(WHAT, s)? else {
        return Err(corrupt(WHAT, "no list"));
    };
    let text = |d: &Json, key: &str| d[key].as_str().unwrap_or_default().to_owned();
    Ok(list
        .iter()
        .map(|d| Decision {
            what: text(d, "what"),
            value: text(d, "value"),
            how_zh: text(d, "how_zh"),
            how_en: text(d, "how_en"),
            sure: d["sure"].as_bool().unwrap_or_default(),
        })
        .collect())
}

/// Severities are stored as numbers, so that the database can order them.
pub(super) fn severity_out(s: Severity) -> i64 {
    match s {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

pub(super) fn severity_in(n: i64) -> Severity {
    match n {
        ..=0 => Severity::Info,
        1 => Severity::Warning,
        _ => Severity::Error,
    }
}

/// A JSON array for `json_each`, or nothing when the list is empty: no restriction.
pub(super) fn list<T>(items: &[T], text: impl Fn(&T) -> Json) -> Option<String> {
    (!items.is_empty()).then(|| Json::Array(items.iter().map(text).collect()).to_string())
}

/// Numbers of rows as a JSON array for `json_each`.
pub(super) fn numbers(items: impl IntoIterator<Item = i64>) -> String {
    Json::Array(items.into_iter().map(Json::from).collect()).to_string()
}
