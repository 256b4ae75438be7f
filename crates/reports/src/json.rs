//! The audit's JSON: a summary, then the findings without geometry.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{Finding, OutlineStretch, Report, rows};

/// The properties of a finding, every key present, `null` when it does not apply.
#[derive(Serialize)]
pub struct Properties<'a> {
    id: &'a str,
    rule: &'a str,
    kind: &'static str,
    gap_kind: Option<&'static str>,
    units: &'a [Arc<str>],
    unit_names: &'a [Arc<str>],
    parent: Option<&'a str>,
    level: Option<&'a str>,
    severity: &'static str,
    area_m2: Option<f64>,
    max_width_m: Option<f64>,
    length_m: Option<f64>,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    edges: &'a [OutlineStretch],
    /// Where a row without geometry is.
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<Option<[f64; 2]>>,
}

/// See [`Properties`].
pub fn properties(f: &Finding) -> Properties<'_> {
    Properties {
        id: &f.id,
        rule: &f.rule,
        kind: f.kind.as_str(),
        gap_kind: f.gap_kind.map(|g| g.as_str()),
        units: &f.units,
        unit_names: &f.unit_names,
        parent: f.parent.as_deref(),
        level: f.level.as_deref().filter(|l| !l.is_empty()),
        severity: f.severity.as_str(),
        area_m2: number(f.area_m2),
        max_width_m: number(f.max_width_m),
        length_m: number(f.length_m),
        message: &f.message,
        edges: &f.edges,
        point: None,
    }
}

/// A measure to a ten-thousandth; JSON has no infinities.
fn number(value: Option<f64>) -> Option<f64> {
    value
        .filter(|v| v.is_finite())
        .map(|v| (v * 1e4).round() / 1e4)
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
    rows::write(&report.findings, out, |f, text| {
        let row = Properties {
            point: Some(f.point),
            ..properties(f)
        };
        serde_json::to_writer(text, &row).map_err(io::Error::from)
    })?;
    out.write_all(b"\n]}\n")
}
