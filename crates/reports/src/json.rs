//! The audit's JSON: a summary, then the findings without geometry.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::{Finding, Report};

/// The properties of a finding, every key present, `null` when it does not apply.
pub fn properties(f: &Finding) -> Map<String, Value> {
    let entries = [
        ("id", json!(f.id)),
        ("rule", json!(f.rule)),
        ("kind", json!(f.kind.as_str())),
        ("gap_kind", json!(f.gap_kind.map(|g| g.as_str()))),
        ("units", json!(f.units)),
        ("unit_names", json!(f.unit_names)),
        ("parent", json!(f.parent)),
        ("level", json!(f.level.as_deref().filter(|l| !l.is_empty()))),
        ("severity", json!(f.severity.as_str())),
        ("area_m2", number(f.area_m2)),
        ("max_width_m", number(f.max_width_m)),
        ("length_m", number(f.length_m)),
        ("message", json!(f.message)),
    ];
    entries
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v))
        .collect()
}

/// A measure to a ten-thousandth; JSON has no infinities.
fn number(value: Option<f64>) -> Value {
    value
        .filter(|v| v.is_finite())
        .map_or(Value::Null, |v| json!((v * 1e4).round() / 1e4))
}

/// Writes `{"summary": …, "findings": […]}`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let kinds: Map<String, Value> = report
        .counts()
        .into_iter()
        .map(|(kind, count, area)| {
            (
                kind.as_str().to_owned(),
                json!({"count": count, "area_m2": number(Some(area))}),
            )
        })
        .collect();
    let effort = report.effort;
    let summary = json!({
        "findings": report.findings.len(),
        "kinds": kinds,
        "units": effort.map(|e| e.units),
        "vertices": effort.map(|e| e.vertices),
        "seconds": effort.map(|e| (e.seconds * 1e3).round() / 1e3),
    });
    write!(out, "{{\"summary\":{summary},\n\"findings\":[")?;
    for (k, f) in report.findings.iter().enumerate() {
        let mut row = properties(f);
        row.insert("point".to_owned(), json!(f.point));
        out.write_all(if k == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &row)?;
    }
    out.write_all(b"\n]}\n")
}
