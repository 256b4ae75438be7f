//! Drawings: closed polylines are areas, and the text that stands in one is its label. A drawing has no fields for names;
//! draughtsmen write them on the ground.

use std::sync::Arc;

use geo::{Area, BoundingRect, Contains};
use geo_types::{Geometry, LineString, Point, Polygon};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};

use super::{FileNote, Row, RowGeometry, RowProblem, Value};
use crate::Text;

/// The field that GDAL gives the text of a drawing in.
const TEXT: &str = "Text";
/// The field that labels are given in.
pub(super) const LABEL: &str = "label";
/// Between several texts in one area, in the order of the file.
const BETWEEN: &str = " ";

/// Areas looked at in all: a drawing of many texts in many nested areas must not take for ever. Texts beyond stay rows.
const MOST_LOOKS: usize = 50_000_000;

/// Makes areas of closed polylines and gives each the texts that stand in it and in no smaller area. Those texts are no rows
/// of their own any more. The rows keep the numbers that they have in the drawing.
pub(super) fn labelled(rows: Vec<Row>) -> (Vec<Row>, Option<FileNote>) {
    let mut rows: Vec<Row> = rows.into_iter().map(closed).collect();
    let areas: Vec<(usize, f64, &Polygon<f64>)> = rows
        .iter()
        .enumerate()
        .filter_map(|(i, r)| match &r.geometry {
            RowGeometry::Geometry(Geometry::Polygon(p)) => Some((i, p.unsigned_area(), p)),
            _ => None,
        })
        .collect();
    let boxes = areas.iter().enumerate().filter_map(|(k, (_, _, p))| {
        let b = p.bounding_rect()?;
        let corners = [b.min().x, b.min().y, b.max().x, b.max().y];
        // The tree has no place for what is nowhere.
        if p.exterior()
            .0
            .iter()
            .any(|c| !c.x.is_finite() || !c.y.is_finite())
            || !corners.iter().all(|v| v.is_finite())
        {
            return None;
        }
        let aabb = AABB::from_corners(b.min().into(), b.max().into());
        Some(GeomWithData::new(Rectangle::from_aabb(aabb), k))
    });
    let tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>> = RTree::bulk_load(boxes.collect());
    let mut looks = 0;
    let mut smallest = |at: Point<f64>| {
        tree.locate_all_at_point([at.x(), at.y()])
            .map(|b| &areas[b.data])
            .take_while(|(_, _, p)| {
                looks += p.exterior().0.len();
                looks <= MOST_LOOKS
            })
            .filter(|(_, _, p)| p.contains(&at))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|a| a.0)
    };
    let mut labels: Vec<(usize, usize, String)> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        if let RowGeometry::Geometry(Geometry::Point(at)) = row.geometry
            && at.x().is_finite()
            && at.y().is_finite()
            && let Some(text) = row.get(TEXT).and_then(Value::to_text)
            && let Some(area) = smallest(at)
        {
            labels.push((area, i, text));
        }
    }
    if labels.is_empty() {
        return (rows, None);
    }
    let used: std::collections::HashSet<usize> = labels.iter().map(|l| l.1).collect();
    labels.sort();
    for of_area in labels.chunk_by(|a, b| a.0 == b.0) {
        let row = &mut rows[of_area[0].0];
        let texts: Vec<&str> = of_area.iter().map(|l| l.2.as_str()).collect();
        if texts.len() > 1 {
            row.problems.push(RowProblem {
                rule: "row.label.several",
                field: Some(LABEL.to_owned()),
                found: Text::new(
                    format!("面内有 {} 处文字：{}", texts.len(), texts.join("、")),
                    format!(
                        "{} texts stand in the area: {}",
                        texts.len(),
                        texts.join(", ")
                    ),
                ),
                expected: Text::new("每个面一处名称", "one name an area"),
                remedy: Text::new(
                    "在原图中只保留名称，或核对采用的名称",
                    "leave only the name in the drawing, or check the one taken",
                ),
            });
        }
        row.values
            .push((Arc::from(LABEL), Value::Text(texts.join(BETWEEN))));
    }
    let (n, areas) = (used.len(), labels.chunk_by(|a, b| a.0 == b.0).count());
    let mut i = 0;
    rows.retain(|_| {
        i += 1;
        !used.contains(&(i - 1))
    });
    let note = FileNote {
        rule: "file.dxf.labels",
        message: Text::new(
            format!("{n} 处文字按所在位置作为 {areas} 个面的名称（字段 {LABEL}）"),
            format!(
                "{n} texts became the names of the {areas} areas that they stand in (field {LABEL})"
            ),
        ),
    };
    (rows, Some(note))
}

/// A closed polyline as an area.
fn closed(mut row: Row) -> Row {
    row.geometry = match row.geometry {
        RowGeometry::Geometry(Geometry::LineString(l)) if is_ring(&l) => {
            RowGeometry::Geometry(Polygon::new(l, Vec::new()).into())
        }
        other => other,
    };
    row
}

fn is_ring(l: &LineString<f64>) -> bool {
    l.0.len() >= 4 && l.0.first() == l.0.last()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, text: &str, geometry: Geometry<f64>) -> Row {
        Row {
            number,
            values: vec![(Arc::from(TEXT), Value::Text(text.to_owned()))],
            geometry: RowGeometry::Geometry(geometry),
            problems: Vec::new(),
        }
    }

    #[test]
    fn what_is_nowhere_is_in_no_area() {
        let ring = |far: f64| LineString::from(vec![(0., 0.), (9., 0.), (far, 9.), (0., 0.)]);
        let mut rows = Vec::new();
        for (i, far) in [9.0, f64::NAN, f64::INFINITY, f64::MAX]
            .into_iter()
            .enumerate()
        {
            rows.push(row(i as u64, "", ring(far).into()));
        }
        for at in [(6., 3.), (f64::NAN, 3.), (f64::INFINITY, f64::NEG_INFINITY)] {
            rows.push(row(9, "甲村", Point::from(at).into()));
        }
        let (rows, note) = labelled(rows);
        assert_eq!(rows.len(), 6);
        assert!(note.is_some());
    }
}
