//! GeoJSON (RFC 7946): outer rings counter-clockwise, holes clockwise; every key always present.

use std::io::{self, Write};

use geo_types::{Coord, Geometry, LineString, Polygon};

use crate::{Finding, json::properties, rows};

/// Writes a `FeatureCollection`, one feature per finding.
pub fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?;
    rows::write(findings, out, feature)?;
    out.write_all(b"\n]}\n")
}

fn feature(f: &Finding, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    serde_json::to_writer(&mut *out, &f.id)?;
    out.extend_from_slice(b",\"properties\":");
    serde_json::to_writer(&mut *out, &properties(f))?;
    out.extend_from_slice(b",\"geometry\":");
    match (&f.geometry, f.point) {
        (Some(g), _) => geometry(out, g)?,
        (None, Some([x, y])) => geometry(out, &Geometry::Point((x, y).into()))?,
        (None, None) => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    Ok(())
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
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut Vec<u8>, T) -> io::Result<()>,
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

fn position(out: &mut Vec<u8>, c: Coord<f64>) -> io::Result<()> {
    out.push(b'[');
    degrees(out, c.x);
    out.push(b',');
    degrees(out, c.y);
    out.push(b']');
    Ok(())
}

/// A number to ten decimals: of a degree that is a hundredth of a millimetre. NaN has no JSON.
fn degrees(out: &mut Vec<u8>, v: f64) {
    const DECIMALS: usize = 10;
    let v = if v.is_finite() { v } else { 0.0 };
    if v.abs() >= 1e8 {
        // No degrees; whatever it is, it does not fit below.
        let _ = write!(out, "{v}");
        return;
    }
    let scaled = (v * 1e10).round() as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let (whole, mut part) = (
        scaled.unsigned_abs() / 10_000_000_000,
        scaled.unsigned_abs() % 10_000_000_000,
    );
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = whole;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
    if part > 0 {
        let mut decimals = [b'0'; DECIMALS];
        for d in decimals.iter_mut().rev() {
            *d = b'0' + (part % 10) as u8;
            part /= 10;
        }
        let used = decimals
            .iter()
            .rposition(|d| *d != b'0')
            .map_or(0, |i| i + 1);
        out.push(b'.');
        out.extend_from_slice(&decimals[..used]);
    }
}

fn line(out: &mut Vec<u8>, l: &LineString<f64>) -> io::Result<()> {
    list(out, l.0.iter(), |out, c| position(out, *c))
}

fn ring(out: &mut Vec<u8>, r: &LineString<f64>, outer: bool) -> io::Result<()> {
    if counter_clockwise(r) == outer {
        line(out, r)
    } else {
        list(out, r.0.iter().rev(), |out, c| position(out, *c))
    }
}

fn polygon(out: &mut Vec<u8>, p: &Polygon<f64>) -> io::Result<()> {
    let rings =
        std::iter::once((p.exterior(), true)).chain(p.interiors().iter().map(|r| (r, false)));
    list(out, rings, |out, (r, outer)| ring(out, r, outer))
}

fn geometry(out: &mut Vec<u8>, g: &Geometry<f64>) -> io::Result<()> {
    let kind =
        |out: &mut Vec<u8>, name: &str| write!(out, "{{\"type\":\"{name}\",\"coordinates\":");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be_to_ten_decimals() {
        for (v, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (114.3, "114.3"),
            (-8.123456789, "-8.123456789"),
            (30.000_000_000_1, "30.0000000001"),
            (-0.5, "-0.5"),
            (1e-12, "0"),
            (f64::NAN, "0"),
            (123_456_789_012.5, "123456789012.5"),
        ] {
            let mut out = Vec::new();
            degrees(&mut out, v);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
