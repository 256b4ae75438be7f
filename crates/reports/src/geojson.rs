//! GeoJSON (RFC 7946): outer rings counter-clockwise, holes clockwise; every key always present.

use std::io::{self, Write};

use geo_types::{Coord, Geometry, LineString, Polygon};

use crate::{Finding, json::properties};

/// Writes a `FeatureCollection`, one feature per finding.
pub fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (k, f) in findings.iter().enumerate() {
        out.write_all(if k == 0 { b"\n" } else { b",\n" })?;
        write!(
            out,
            "{{\"type\":\"Feature\",\"id\":{},\"properties\":",
            serde_json::Value::from(f.id.as_str())
        )?;
        serde_json::to_writer(&mut *out, &properties(f))?;
        out.write_all(b",\"geometry\":")?;
        match (&f.geometry, f.point) {
            (Some(g), _) => geometry(out, g)?,
            (None, Some([x, y])) => geometry(out, &Geometry::Point((x, y).into()))?,
            (None, None) => out.write_all(b"null")?,
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"\n]}\n")
}

/// Whether a ring runs counter-clockwise.
fn counter_clockwise(ring: &LineString<f64>) -> bool {
    let Some(o) = ring.0.first() else { return true };
    let twice: f64 = ring
        .0
        .windows(2)
        .map(|w| (w[0].x - o.x) * (w[1].y - o.y) - (w[1].x - o.x) * (w[0].y - o.y))
        .sum();
    twice >= 0.0
}

/// A list written with commas between its items.
fn list<T>(
    out: &mut dyn Write,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut dyn Write, T) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (k, x) in items.enumerate() {
        if k > 0 {
            out.write_all(b",")?;
        }
        item(out, x)?;
    }
    out.write_all(b"]")
}

fn position(out: &mut dyn Write, c: Coord<f64>) -> io::Result<()> {
    // Ten decimals of a degree are a hundredth of a millimetre; NaN has no JSON.
    let tidy = |v: f64| {
        if v.is_finite() {
            (v * 1e10).round() / 1e10
        } else {
            0.0
        }
    };
    write!(out, "[{},{}]", tidy(c.x), tidy(c.y))
}

fn line(out: &mut dyn Write, l: &LineString<f64>) -> io::Result<()> {
    list(out, l.0.iter(), |out, c| position(out, *c))
}

fn ring(out: &mut dyn Write, r: &LineString<f64>, outer: bool) -> io::Result<()> {
    if counter_clockwise(r) == outer {
        line(out, r)
    } else {
        list(out, r.0.iter().rev(), |out, c| position(out, *c))
    }
}

fn polygon(out: &mut dyn Write, p: &Polygon<f64>) -> io::Result<()> {
    let rings =
        std::iter::once((p.exterior(), true)).chain(p.interiors().iter().map(|r| (r, false)));
    list(out, rings, |out, (r, outer)| ring(out, r, outer))
}

fn geometry(out: &mut dyn Write, g: &Geometry<f64>) -> io::Result<()> {
    let kind =
        |out: &mut dyn Write, name: &str| write!(out, "{{\"type\":\"{name}\",\"coordinates\":");
    match g {
        Geometry::Point(p) => {
            kind(out, "Point")?;
            position(out, p.0)?;
        }
        Geometry::MultiPoint(m) => {
            kind(out, "MultiPoint")?;
            list(out, m.0.iter(), |out, p| position(out, p.0))?;
        }
        Geometry::Line(l) => {
            kind(out, "LineString")?;
            list(out, [l.start, l.end].into_iter(), position)?;
        }
        Geometry::LineString(l) => {
            kind(out, "LineString")?;
            line(out, l)?;
        }
        Geometry::MultiLineString(m) => {
            kind(out, "MultiLineString")?;
            list(out, m.0.iter(), line)?;
        }
        Geometry::Polygon(p) => {
            kind(out, "Polygon")?;
            polygon(out, p)?;
        }
        // A single part is written as what it is.
        Geometry::MultiPolygon(m) if m.0.len() == 1 => {
            kind(out, "Polygon")?;
            polygon(out, &m.0[0])?;
        }
        Geometry::MultiPolygon(m) => {
            kind(out, "MultiPolygon")?;
            list(out, m.0.iter(), polygon)?;
        }
        Geometry::Rect(r) => {
            kind(out, "Polygon")?;
            polygon(out, &r.to_polygon())?;
        }
        Geometry::Triangle(t) => {
            kind(out, "Polygon")?;
            polygon(out, &t.to_polygon())?;
        }
        Geometry::GeometryCollection(c) => {
            out.write_all(b"{\"type\":\"GeometryCollection\",\"geometries\":")?;
            list(out, c.0.iter(), geometry)?;
        }
    }
    out.write_all(b"}")
}
