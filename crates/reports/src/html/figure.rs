//! Figures: units tinted and labelled, the finding hatched in the colour of its kind.

use geo_types::{Coord, Geometry, LineString, MultiPolygon};
use jieming_domain::finding::Kind;

use super::frame::{BELOW, Frame, LEFT, metres_per_degree};
use super::shape::{bounds, box_of, inside, path, rings, stroke, to_edge};
use super::{colour, esc};
use crate::{Finding, Party, Report, Scope};

/// Tints of the parties, then of units that are only near.
const TINTS: [&str; 4] = ["#dbe6ee", "#efe6d6", "#e1ebdd", "#e9e0ec"];
const NEAR: &str = "#f4f5f6";

/// Hatchings, one per kind, used by all figures of the document.
pub fn definitions() -> String {
    let patterns: String = Kind::ALL
        .iter()
        .map(|&k| {
            // Gaps lean the other way, so that kinds differ on paper without colour too.
            let angle = if k == Kind::Gap { -45 } else { 45 };
            format!(
                "<pattern id=\"h-{k}\" width=\"1.3\" height=\"1.3\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate({angle})\"><rect width=\"1.3\" height=\"1.3\" fill=\"{c}\" fill-opacity=\".16\"/><path d=\"M0 0V1.3\" stroke=\"{c}\" stroke-width=\".5\"/></pattern>",
                c = colour(k)
            )
        })
        .collect();
    format!(
        "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>{patterns}</defs><style>.t{{font-size:2.5px;fill:#1c2126}}.u{{font-size:3px;font-weight:600;fill:#1c2126;paint-order:stroke;stroke:#fff;stroke-width:.7px;stroke-linejoin:round}}</style></svg>"
    )
}

/// Opens a figure whose drawing area is the frame's.
fn open(frame: &Frame, id: &str, label: &str) -> String {
    let (w, h) = (frame.width, frame.height);
    format!(
        "<svg viewBox=\"{} -0.5 {} {}\" role=\"img\" aria-label=\"{}\"><clipPath id=\"{id}\"><rect width=\"{w}\" height=\"{h}\"/></clipPath><g clip-path=\"url(#{id})\"><rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>",
        -LEFT,
        w + LEFT + 0.5,
        h + BELOW + 0.5,
        esc(label)
    )
}

/// The units in sight, tinted; `first` says how many of them are parties.
struct Ground {
    svg: String,
    labels: Vec<(String, Vec<Vec<Coord<f64>>>)>,
}

fn ground(frame: &Frame, parties: &[&Party], others: &[&Party]) -> Ground {
    let (mut svg, mut lines, mut labels) = (String::new(), String::new(), Vec::new());
    let near = others.iter().map(|p| (*p, NEAR, ".2", "#8d979f"));
    let own = parties
        .iter()
        .enumerate()
        .map(|(k, p)| (*p, TINTS[k % TINTS.len()], ".35", "#39424a"));
    for (party, tint, width, ink) in near.chain(own) {
        let shape = rings(frame, &party.geometry);
        if shape.is_empty() {
            continue;
        }
        let d = path(&shape);
        svg += &format!("<path d=\"{d}\" fill=\"{tint}\" fill-rule=\"evenodd\"/>");
        lines += &format!(
            "<path d=\"{d}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>"
        );
        labels.push((
            if party.name.is_empty() {
                party.code.clone()
            } else {
                party.name.clone()
            },
            shape,
        ));
    }
    Ground {
        svg: svg + &lines,
        labels,
    }
}

/// Names of units where there is room for them: far from every line, the defect and other names.
fn label(
    frame: &Frame,
    labels: &[(String, Vec<Vec<Coord<f64>>>)],
    defect: &[Vec<Coord<f64>>],
    taken: &mut Vec<(Coord<f64>, f64)>,
) -> String {
    let mut svg = String::new();
    for (name, shape) in labels {
        let half = (name
            .chars()
            .map(|c| if c.is_ascii() { 0.85 } else { 1.55 })
            .sum::<f64>())
        .min(frame.width * 0.3);
        let mut best: Option<(f64, Coord<f64>)> = None;
        for row in 1..14 {
            for column in 1..18 {
                let p = Coord {
                    x: frame.width * f64::from(column) / 18.0,
                    y: frame.height * f64::from(row) / 14.0,
                };
                let room = p.x.min(frame.width - p.x) - half;
                // Scale bar and north arrow have their corners.
                let corner = p.y > frame.height - 8.0 && p.x < frame.width * 0.45
                    || p.y < 12.0 && p.x > frame.width - 12.0 - half;
                if room < 0.5
                    || p.y < 4.0
                    || p.y > frame.height - 3.0
                    || corner
                    || !inside(shape, p)
                    || inside(defect, p)
                {
                    continue;
                }
                let apart = taken
                    .iter()
                    .map(|&(c, r)| ((c.x - p.x).abs() - r - half).max((c.y - p.y).abs() - 4.0))
                    .fold(f64::INFINITY, f64::min);
                if apart < 0.0 {
                    continue;
                }
                let score = to_edge(shape, p)
                    .min(to_edge(defect, p))
                    .min(room + 3.0)
                    .min(p.y)
                    .min(frame.height - p.y);
                if best.is_none_or(|(s, _)| score > s) {
                    best = Some((score, p));
                }
            }
        }
        if let Some((_, p)) = best {
            taken.push((p, half));
            let mut shown: String = name.chars().take(24).collect();
            if name.chars().count() > 24 {
                shown.push('…');
            }
            svg += &format!(
                "<text x=\"{:.2}\" y=\"{:.2}\" text-anchor=\"middle\" class=\"u\">{}</text>",
                p.x,
                p.y + 1.0,
                esc(&shown)
            );
        }
    }
    svg
}

/// A defect's geometry: hatched areas, strong lines, ringed points.
fn defect(frame: &Frame, kind: Kind, geometry: &Geometry<f64>) -> (String, Vec<Vec<Coord<f64>>>) {
    let c = colour(kind);
    let area = |m: &MultiPolygon<f64>| {
        let shape = rings(frame, m);
        (
            format!(
                "<path d=\"{}\" fill=\"url(#h-{kind})\" fill-rule=\"evenodd\" stroke=\"{c}\" stroke-width=\".35\" stroke-linejoin=\"round\"/>",
                path(&shape)
            ),
            shape,
        )
    };
    let line = |l: &LineString<f64>| {
        format!(
            "<path d=\"{}\" fill=\"none\" stroke=\"{c}\" stroke-width=\".7\"/>",
            stroke(frame, l)
        )
    };
    match geometry {
        Geometry::Polygon(p) => area(&MultiPolygon(vec![p.clone()])),
        Geometry::MultiPolygon(m) => area(m),
        Geometry::LineString(l) => (line(l), Vec::new()),
        Geometry::MultiLineString(m) => (m.0.iter().map(line).collect(), Vec::new()),
        Geometry::Point(p) => (dot(frame.to(p.0), kind, 1.3), Vec::new()),
        Geometry::MultiPoint(m) => (
            m.0.iter().map(|p| dot(frame.to(p.0), kind, 1.3)).collect(),
            Vec::new(),
        ),
        Geometry::GeometryCollection(all) => all.0.iter().map(|g| defect(frame, kind, g)).fold(
            (String::new(), Vec::new()),
            |(s, mut r), (s2, r2)| {
                r.extend(r2);
                (s + &s2, r)
            },
        ),
        Geometry::Line(_) | Geometry::Rect(_) | Geometry::Triangle(_) => {
            (String::new(), Vec::new())
        }
    }
}

fn dot(p: Coord<f64>, kind: Kind, radius: f64) -> String {
    format!(
        "<circle cx=\"{:.2}\" cy=\"{:.2}\" r=\"{radius}\" fill=\"{}\" stroke=\"#fff\" stroke-width=\".35\"/>",
        p.x,
        p.y,
        colour(kind)
    )
}

/// The figure of one finding; none when it has no place.
pub fn of(report: &Report, f: &Finding) -> Option<String> {
    let point = f.point.map(|[x, y]| Coord { x, y });
    let (low, high) = f
        .geometry
        .as_ref()
        .and_then(bounds)
        .or_else(|| point.map(|p| (p, p)))?;
    let is_point = low == high;
    let (parties, mut others): (Vec<&Party>, Vec<&Party>) = report.parties.iter().partition(|p| {
        f.units
            .iter()
            .any(|u| **u == *p.code || (p.code.is_empty() && **u == *p.name))
    });
    let (low, high) = if is_point {
        with_nearest_line(low, &parties)
    } else {
        (low, high)
    };
    let frame = Frame::around(
        low,
        high,
        if is_point { 1.5 } else { 1.7 },
        if is_point { 300.0 } else { 40.0 },
        80.0,
        54.0,
    );
    others.retain(|p| in_sight(&frame, p));
    let ground = ground(&frame, &parties, &others);
    let id = format!("c{:016x}", digest(&f.id));
    let mut svg = open(&frame, &id, &f.message);
    svg += &ground.svg;
    let (drawn, shape) = match &f.geometry {
        Some(g) if !is_point => defect(&frame, f.kind, g),
        _ => (String::new(), Vec::new()),
    };
    svg += &drawn;
    let mut taken = Vec::new();
    if let (true, Some(p)) = (is_point, point.or(Some(low))) {
        let p = frame.to(p);
        svg += &dot(p, f.kind, 1.3);
        if let Some(name) = f.places.first() {
            svg += &format!(
                "<text x=\"{:.2}\" y=\"{:.2}\" class=\"u\">{}</text>",
                p.x + 2.2,
                p.y + 1.0,
                esc(&name.chars().take(16).collect::<String>())
            );
            taken.push((
                Coord {
                    x: p.x + 10.0,
                    y: p.y,
                },
                12.0,
            ));
        } else {
            taken.push((p, 2.0));
        }
    }
    svg += &label(&frame, &ground.labels, &shape, &mut taken);
    Some(svg + "</g>" + &frame.furniture() + "</svg>")
}

/// The box around a point and the nearest vertex of the parties' lines, so that a misplaced name shows how far off it is.
fn with_nearest_line(p: Coord<f64>, parties: &[&Party]) -> (Coord<f64>, Coord<f64>) {
    let m = metres_per_degree(p.y);
    let far = |c: &Coord<f64>| ((c.x - p.x) * m.x).hypot((c.y - p.y) * m.y);
    let nearest = parties
        .iter()
        .flat_map(|u| u.geometry.iter())
        .flat_map(|a| a.exterior().0.iter())
        .min_by(|a, b| far(a).total_cmp(&far(b)));
    let Some(&q) = nearest else { return (p, p) };
    // The point stays in the middle: the mirror image of the vertex is in the box too.
    let r = Coord {
        x: 2.0 * p.x - q.x,
        y: 2.0 * p.y - q.y,
    };
    box_of([p, q, r].into_iter()).unwrap_or((p, p))
}

/// Whether any of a unit's box is in the frame.
fn in_sight(frame: &Frame, party: &Party) -> bool {
    let Some((low, high)) = box_of(
        party
            .geometry
            .iter()
            .flat_map(|p| p.exterior().0.iter().copied()),
    ) else {
        return false;
    };
    let (a, b) = (
        frame.to(Coord {
            x: low.x,
            y: high.y,
        }),
        frame.to(Coord {
            x: high.x,
            y: low.y,
        }),
    );
    b.x > 0.0 && a.x < frame.width && b.y > 0.0 && a.y < frame.height
}

/// A short number for element ids.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    })
}

/// Findings up to this rank carry their number in the overview.
const NUMBERED: usize = 40;

/// The whole area with every finding as a dot; the first ones numbered as in the table. None when nothing has a place.
pub fn overview(report: &Report, sorted: &[&Finding]) -> Option<String> {
    let outline = |p: &Party| {
        p.geometry
            .iter()
            .flat_map(|a| a.exterior().0.clone())
            .collect::<Vec<_>>()
    };
    let line = match &report.scope {
        Scope::Line { line: Some(l), .. } => l.geometry.as_ref(),
        _ => None,
    };
    let main = match report.scope {
        Scope::Audit { .. } => report.parties.len(),
        Scope::Unit { .. } => 1,
        Scope::Line { .. } => 2,
    };
    // A misplaced name may be anywhere; it must not shrink the map of the unit.
    let spots = || {
        sorted
            .iter()
            .filter(|f| f.kind != Kind::Name || report.parties.is_empty())
            .filter_map(|f| f.point)
            .map(|[x, y]| Coord { x, y })
    };
    let (low, high) = match line {
        Some(l) => box_of(l.0.iter().flat_map(|l| l.0.iter().copied()).chain(spots())),
        None => box_of(
            report
                .parties
                .iter()
                .take(main)
                .flat_map(outline)
                .chain(spots()),
        ),
    }?;
    let ratio = (high.y - low.y) * metres_per_degree(low.y).y
        / ((high.x - low.x) * metres_per_degree(low.y).x).max(1e-9);
    let width = 170.0;
    // As tall as still leaves it on the first page of most reports.
    let tallest = if matches!(report.scope, Scope::Audit { .. }) {
        100.0
    } else {
        74.0
    };
    let frame = Frame::around(
        low,
        high,
        if line.is_some() { 1.3 } else { 1.08 },
        200.0,
        width,
        (width * ratio).clamp(62.0, tallest),
    );
    let (own, near) = report.parties.split_at(main.min(report.parties.len()));
    // A line or a unit is shown by its two sides; in an audit all units are alike.
    let (tinted, plain): (Vec<&Party>, Vec<&Party>) = match report.scope {
        Scope::Audit { .. } => (Vec::new(), own.iter().collect()),
        _ => (
            own.iter().collect(),
            near.iter().filter(|p| in_sight(&frame, p)).collect(),
        ),
    };
    let ground = ground(&frame, &tinted, &plain);
    let mut svg = open(&frame, "c-overview", report.lang.of("总图", "Overview"));
    svg += &ground.svg;
    for l in line.iter().flat_map(|l| l.0.iter()) {
        svg += &format!(
            "<path d=\"{}\" fill=\"none\" stroke=\"#1c2126\" stroke-width=\".9\" stroke-linejoin=\"round\"/>",
            stroke(&frame, l)
        );
    }
    let many = sorted.len() > 400;
    for f in sorted.iter().rev() {
        if let (Some(g), false) = (&f.geometry, many) {
            svg += &defect(&frame, f.kind, g).0;
        }
    }
    let mut taken: Vec<(Coord<f64>, f64)> = Vec::new();
    let mut numbers = String::new();
    for (k, f) in sorted.iter().enumerate().rev() {
        let Some([x, y]) = f.point else { continue };
        let p = frame.to(Coord { x, y });
        svg += &dot(p, f.kind, if many { 0.7 } else { 1.1 });
        if k < NUMBERED {
            numbers += &format!(
                "<text x=\"{:.2}\" y=\"{:.2}\" class=\"u\" style=\"font-size:2.6px\">{}</text>",
                p.x + 1.4,
                p.y - 0.9,
                k + 1
            );
            taken.push((p, 2.5));
        }
    }
    let labels: &[_] = if ground.labels.len() > 80 {
        &[]
    } else {
        &ground.labels
    };
    svg += &label(&frame, labels, &[], &mut taken);
    svg += &numbers;
    Some(svg + "</g>" + &frame.furniture() + "</svg>")
}
