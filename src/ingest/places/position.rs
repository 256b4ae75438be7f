//! Where a place is: from its geometry, a column with a pair, or two columns; with a far corner, a box.

use geo_types::{Geometry, Rect};
use jieming_domain::ellipsoid::distance_m;
use jieming_domain::position::Writing;
use jieming_geodata::Text;
use jieming_geodata::crs::{Extent, Plan, guess};
use jieming_geodata::decode::{Row, RowGeometry};
use rustc_hash::FxHashMap;

use super::numbers::{Numbers, Raw, Read, is_exchanged};
use crate::ingest::geometry::representative;
use crate::ingest::source::{Opened, finding, with_cells, with_text};
use crate::store::RowFinding;

/// Columns and geometry that differ by more degrees contradict each other.
const SAME_DEGREES: f64 = 1e-5;

/// Degrees that a named thing spans at most: with more a corner is mistyped.
const WIDEST: f64 = 10.0;

/// How the places of a file are found.
pub(super) struct Where(Numbers);

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub position: Option<[f64; 2]>,
    pub geometry: Option<Geometry<f64>>,
    pub source: Option<(String, String)>,
    /// What the numbers of this row were taken for, when that is not what the file's are.
    pub crs: Option<String>,
}

impl Where {
    pub(super) fn choose(
        map: &FxHashMap<&'static str, String>,
        head: &[Row],
        writing: Option<Writing>,
        opened: &mut Opened,
    ) -> Self {
        Self(Numbers::choose(map, head, writing, opened))
    }

    /// Adds the numbers of a row to the extent from which the coordinate system is decided.
    pub(super) fn feed(&self, row: &Row, extent: &mut Extent) {
        self.0.feed(row, extent);
    }

    /// The position of a row in EPSG:4490; what is wrong with it goes to the findings.
    pub(super) fn find(
        &self,
        row: &Row,
        plan: Option<&Plan>,
        findings: &mut Vec<RowFinding>,
    ) -> Found {
        let number = Some(row.number);
        if let RowGeometry::Geometry(g) = &row.geometry
            && let Some(plan) = plan
        {
            return self.of_geometry(row, g, plan, findings);
        }
        match self.0.read(row) {
            Read::Nothing => {
                // An unreadable geometry has been said already.
                if !matches!(row.geometry, RowGeometry::Unreadable { .. }) {
                    findings.push(finding(
                        number,
                        "position.missing",
                        self.0.column().as_deref(),
                        None,
                    ));
                }
                Found::default()
            }
            Read::Unreadable { column, found } => {
                let f = finding(number, "position.unreadable", Some(&column), Some(&found));
                findings.push(with_text(
                    f,
                    "expected",
                    &Text::new(
                        "十进制度，或 度°分′秒″（分、秒小于 60）",
                        "decimal degrees, or d°m′s″ with minutes and seconds below 60",
                    ),
                ));
                Found::default()
            }
            Read::Numbers(raw) => {
                let Some(plan) = plan else {
                    findings.push(outside(row.number, &raw, None));
                    return Found {
                        source: Some(raw.texts),
                        ..Found::default()
                    };
                };
                let mut found = self.of_numbers(row, &raw, plan, findings);
                self.extend(row, plan, &mut found, findings);
                found.source = Some(raw.texts);
                found
            }
        }
    }

    fn of_numbers(
        &self,
        row: &Row,
        raw: &Raw,
        plan: &Plan,
        findings: &mut Vec<RowFinding>,
    ) -> Found {
        let shown = format!("{}, {}", raw.texts.0, raw.texts.1);
        let remark = |rule| finding(Some(row.number), rule, Some(&raw.column), Some(&shown));
        let at = |(lon, lat)| Found {
            position: Some([lon, lat]),
            ..Found::default()
        };
        let (mut x, mut y) = self.0.ordered(raw);
        let geographic = plan.plane().is_geographic();
        if geographic && is_exchanged(x, y) {
            std::mem::swap(&mut x, &mut y);
            let cells = self.0.cells(raw, plan.plane(), plan.to_storage(x, y).ok());
            findings.push(with_cells(remark("position.swapped"), as_pairs(&cells)));
        }
        let degrees = x.abs() <= 180.0 && y.abs() <= 180.0;
        if degrees == geographic {
            match plan.to_storage(x, y) {
                Ok(found) => return at(found),
                Err(p) => {
                    findings.push(outside(row.number, raw, Some(&p.expected)));
                    return Found::default();
                }
            }
        }
        // Numbers of another kind than the file's.
        match guess(x, y, self.0.middle) {
            Some(g) => {
                let mut f = with_text(remark("position.units"), "kind", &g.kind);
                f.params.insert("crs".into(), g.crs.as_str().into());
                f.params
                    .insert("sure".into(), (g.sure * 100.0).round().into());
                let cells = self.0.cells(raw, plan.plane(), Some(g.position));
                findings.push(with_cells(f, as_pairs(&cells)));
                Found {
                    crs: Some(g.crs),
                    ..at(g.position)
                }
            }
            None => {
                let expected = plan.to_storage(x, y).err().map(|p| p.expected);
                findings.push(outside(row.number, raw, expected.as_ref()));
                Found::default()
            }
        }
    }

    /// With a far corner (至东经, 至北纬) the place is a box, and its position the middle.
    fn extend(&self, row: &Row, plan: &Plan, found: &mut Found, findings: &mut Vec<RowFinding>) {
        let Some([lon, lat]) = found.position else {
            return;
        };
        let said = |column: &str, text: &str, findings: &mut Vec<RowFinding>| {
            findings.push(finding(
                Some(row.number),
                "position.corner",
                Some(column),
                Some(text),
            ));
        };
        let raw = match self.0.read_to(row) {
            Read::Nothing => return,
            Read::Unreadable { column, found } => return said(&column, &found, findings),
            Read::Numbers(raw) => raw,
        };
        let (x, y) = self.0.ordered(&raw);
        match (plan.to_storage(x, y), &found.crs) {
            (Ok((x, y)), None) => {
                let corner = Rect::new((lon, lat), (x, y));
                // A point that repeats its numbers is a point.
                if corner.width().max(corner.height()) > WIDEST {
                    said(
                        &raw.column,
                        &format!("{}, {}", raw.texts.0, raw.texts.1),
                        findings,
                    );
                } else if corner.width() > 0.0 || corner.height() > 0.0 {
                    let middle = corner.center();
                    found.position = Some([middle.x, middle.y]);
                    found.geometry = Some(Geometry::Polygon(corner.to_polygon()));
                }
            }
            _ => said(
                &raw.column,
                &format!("{}, {}", raw.texts.0, raw.texts.1),
                findings,
            ),
        }
    }

    fn of_geometry(
        &self,
        row: &Row,
        g: &Geometry<f64>,
        plan: &Plan,
        findings: &mut Vec<RowFinding>,
    ) -> Found {
        let number = Some(row.number);
        let Some([x, y]) = representative(g) else {
            let f = finding(number, "position.unreadable", None, None);
            let f = with_text(
                f,
                "found",
                &Text::new(
                    "空的或非有限的图形",
                    "an empty geometry, or one of numbers that are not finite",
                ),
            );
            findings.push(with_text(
                f,
                "expected",
                &Text::new("有限坐标的图形", "a geometry of finite coordinates"),
            ));
            return Found::default();
        };
        let source = Some((x.to_string(), y.to_string()));
        let stored = match plan.geometry_to_storage(g) {
            Ok(stored) => stored,
            Err(p) => {
                let shown = format!("{x}, {y}");
                let f = finding(number, "position.outside", None, Some(&shown));
                findings.push(with_text(f, "expected", &p.expected));
                return Found {
                    source,
                    ..Found::default()
                };
            }
        };
        if plan.plane().is_geographic()
            && let Read::Numbers(raw) = self.0.read(row)
            && let (own_x, own_y) = self.0.ordered(&raw)
            && ((own_x - x).abs() > SAME_DEGREES || (own_y - y).abs() > SAME_DEGREES)
            && matches!(g, Geometry::Point(_))
        {
            let shown = format!("{}, {}", raw.texts.0, raw.texts.1);
            let mut f = finding(number, "position.conflict", Some(&raw.column), Some(&shown));
            f.params.insert(
                "distance_m".into(),
                distance_m((own_x, own_y), (x, y)).into(),
            );
            findings.push(f);
        }
        let position = representative(&stored);
        let geometry = if matches!(stored, Geometry::Point(_)) {
            None
        } else {
            Some(stored)
        };
        Found {
            position,
            geometry,
            source,
            crs: None,
        }
    }
}

fn as_pairs(cells: &[(String, String)]) -> impl Iterator<Item = (&str, String)> {
    cells
        .iter()
        .map(|(column, value)| (column.as_str(), value.clone()))
}

fn outside(row: u64, raw: &Raw, expected: Option<&Text>) -> RowFinding {
    let shown = format!("{}, {}", raw.texts.0, raw.texts.1);
    let f = finding(
        Some(row),
        "position.outside",
        Some(&raw.column),
        Some(&shown),
    );
    let usual = Text::new(
        "坐标系范围内的坐标",
        "coordinates inside the domain of the system",
    );
    with_text(f, "expected", expected.unwrap_or(&usual))
}
