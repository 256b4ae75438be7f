//! From rows to a tile.

use geo::{Coord, Geometry as Shape, MultiPolygon};
use jieming_tiles::detail::unseen_m2;
use jieming_tiles::polygon::Vanishing;
use jieming_tiles::{Feature, Geometry, Layer, TileId, Value, encode, encode_within};

use super::collection::Collection;
use super::label::Labels;
use super::thin::thinned;
use crate::api::views::codes;
use crate::store::{Finding, Place, Result, Store, UnitExtent};

/// Points of a tile at most: more cannot be told apart, and the tile would become heavy.
const MOST_POINTS: usize = 4_000;

/// Findings looked at for a tile: more in one tile means that all but the largest are smaller than can be seen.
const MOST_FINDINGS: usize = 12_000;

/// Bytes of a tile, before compression, from which on areas are rounded more.
const HEAVY: usize = 400_000;

/// The rows of a tile.
pub(super) enum Content {
    Units(Vec<UnitExtent>),
    Findings(Vec<Finding>),
    Places(Vec<Place>),
}

/// Loads what a tile shows, in an order that depends on nothing but the rows.
pub(super) async fn load(
    store: &dyn Store,
    collection: &Collection,
    tile: TileId,
) -> Result<Content> {
    let bounds = tile.buffered_bounds();
    let bbox = [
        bounds.min().x,
        bounds.min().y,
        bounds.max().x,
        bounds.max().y,
    ];
    Ok(match collection {
        Collection::Units { level, kind } => {
            let mut units = store.units_in_box(level, bbox).await?;
            units.retain(|u| u.kind == *kind);
            units.sort_by(|a, b| {
                (&a.code, &a.name, a.extent_id).cmp(&(&b.code, &b.name, b.extent_id))
            });
            Content::Units(units)
        }
        Collection::Findings => {
            let mut findings = store.findings_in_box(bbox, MOST_FINDINGS).await?;
            findings.sort_by_key(|f| f.seq);
            Content::Findings(findings)
        }
        Collection::Places => Content::Places(store.places_in_box(bbox, usize::MAX).await?),
    })
}

/// Draws a tile.
pub(super) fn draw(content: &Content, tile: TileId, labels: &Labels) -> Vec<u8> {
    match content {
        Content::Units(units) => draw_units(units, tile, labels),
        Content::Findings(findings) => draw_findings(findings, tile),
        Content::Places(places) => draw_places(places, tile),
    }
}

fn draw_units(units: &[UnitExtent], tile: TileId, labels: &Labels) -> Vec<u8> {
    let mut areas = Vec::with_capacity(units.len());
    let mut names = Vec::with_capacity(units.len());
    let outlines = thinned(units, unseen_m2(tile));
    for (unit, outline) in units.iter().zip(&outlines) {
        let mut properties = vec![
            ("code", Value::from(unit.code.as_str())),
            ("name", Value::from(unit.name.as_str())),
            ("level", Value::from(unit.level.as_str())),
            ("kind", Value::from(unit.kind.as_str())),
        ];
        properties.extend(
            unit.parent_code
                .as_deref()
                .map(|p| ("parent_code", Value::from(p))),
        );
        // The lasting number of the unit, for the hover state of maps.
        let id = u64::try_from(unit.unit_id).ok();
        areas.push(Feature {
            id,
            geometry: Geometry::Area(outline, Vanishing::Keep),
            properties,
        });
        if let Some(point) = labels.point(unit.extent_id, &unit.geometry) {
            names.push(Feature {
                id,
                geometry: Geometry::Label(point),
                properties: vec![
                    ("code", unit.code.as_str().into()),
                    ("name", unit.name.as_str().into()),
                ],
            });
        }
    }
    encode_within(
        tile,
        &[
            Layer {
                name: "units",
                features: areas,
            },
            Layer {
                name: "labels",
                features: names,
            },
        ],
        HEAVY,
    )
}

fn draw_findings(findings: &[Finding], tile: TileId) -> Vec<u8> {
    let areas: Vec<(&Finding, MultiPolygon<f64>)> = findings
        .iter()
        .filter_map(|f| f.body.geometry.as_ref().and_then(area).map(|a| (f, a)))
        .collect();
    let properties = |f: &Finding| {
        let mut properties = vec![
            ("id", Value::from(f.id.as_str())),
            ("kind", f.body.kind.as_str().into()),
            ("severity", f.body.severity.as_str().into()),
            ("state", f.state.as_str().into()),
            ("rule", f.body.rule.as_ref().into()),
            ("level", f.body.level.as_ref().into()),
            ("units", Value::Text(codes(&f.body.units).join(","))),
        ];
        properties.extend(
            f.body
                .gap_kind
                .map(|g| ("gap_kind", Value::from(g.as_str()))),
        );
        properties.extend(f.body.area_m2.map(|a| ("area_m2", Value::Number(a))));
        properties
    };
    let area_features = areas
        .iter()
        .map(|(f, area)| Feature {
            id: u64::try_from(f.seq).ok(),
            geometry: Geometry::Area(area, Vanishing::Drop),
            properties: properties(f),
        })
        .collect();
    let mut points: Vec<(&Finding, [f64; 2])> = findings
        .iter()
        .filter_map(|f| f.body.point.map(|p| (f, p)))
        .collect();
    if points.len() > MOST_POINTS {
        let size = |f: &Finding| f.body.area_m2.unwrap_or(0.0);
        points.sort_by(|(a, _), (b, _)| {
            b.body
                .severity
                .cmp(&a.body.severity)
                .then(size(b).total_cmp(&size(a)))
                .then(a.seq.cmp(&b.seq))
        });
        points.truncate(MOST_POINTS);
    }
    let point_features = points
        .into_iter()
        .map(|(f, [x, y])| Feature {
            id: u64::try_from(f.seq).ok(),
            geometry: Geometry::Point(Coord { x, y }),
            properties: properties(f),
        })
        .collect();
    encode_within(
        tile,
        &[
            Layer {
                name: "findings",
                features: area_features,
            },
            Layer {
                name: "finding_points",
                features: point_features,
            },
        ],
        HEAVY,
    )
}

fn draw_places(places: &[Place], tile: TileId) -> Vec<u8> {
    let mut shown: Vec<(&Place, [f64; 2])> = places
        .iter()
        .filter_map(|p| p.position.map(|at| (p, at)))
        .collect();
    if shown.len() > MOST_POINTS {
        // A share that is the same in every tile and grows with the zoom.
        shown.sort_by_key(|(p, _)| (std::cmp::Reverse(p.severity), scatter(p.id), p.id));
        shown.truncate(MOST_POINTS);
        shown.sort_by_key(|(p, _)| p.id);
    }
    let features = shown
        .into_iter()
        .map(|(p, [x, y])| {
            let mut properties = vec![("id", Value::Int(p.id)), ("name", p.name.as_str().into())];
            properties.extend(p.category.as_deref().map(|c| ("category", Value::from(c))));
            properties.extend(p.severity.map(|s| ("finding", Value::from(s.as_str()))));
            Feature {
                id: u64::try_from(p.id).ok(),
                geometry: Geometry::Point(Coord { x, y }),
                properties,
            }
        })
        .collect();
    encode(
        tile,
        &[Layer {
            name: "places",
            features,
        }],
    )
}

/// A number spread evenly and without regard to order (the finalizer of SplitMix64).
fn scatter(id: i64) -> u64 {
    let mut v = (id as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    v = (v ^ (v >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    v = (v ^ (v >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    v ^ (v >> 31)
}

/// The polygons of a geometry, `None` when it has none.
fn area(geometry: &Shape<f64>) -> Option<MultiPolygon<f64>> {
    let polygons = match geometry {
        Shape::Polygon(p) => vec![p.clone()],
        Shape::MultiPolygon(p) => p.0.clone(),
        Shape::Rect(r) => vec![r.to_polygon()],
        Shape::Triangle(t) => vec![t.to_polygon()],
        Shape::GeometryCollection(parts) => {
            parts.iter().filter_map(area).flat_map(|p| p.0).collect()
        }
        _ => Vec::new(),
    };
    (!polygons.is_empty()).then_some(MultiPolygon(polygons))
}
