//! Where a place is: from its geometry, a column with a pair, or two columns.

use geo_types::Geometry;
use jieming_domain::ellipsoid::distance_m;
use jieming_domain::position::{PairOrder, angle, pair, pair_order};
use jieming_geodata::Text;
use jieming_geodata::crs::{Extent, Plan};
use jieming_geodata::decode::{Row, RowGeometry, Value};
use rustc_hash::FxHashMap;

use crate::ingest::geometry::representative;
use crate::ingest::source::{self, Opened, finding, with_text};
use crate::store::RowFinding;

/// Columns and geometry that differ by more degrees contradict each other.
const SAME_DEGREES: f64 = 1e-5;

/// Where the numbers stand in this file.
pub(super) struct Where {
    geometry: bool,
    pair: Option<(String, PairOrder)>,
    columns: Option<(String, String)>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub position: Option<[f64; 2]>,
    pub geometry: Option<Geometry<f64>>,
    pub source: Option<(String, String)>,
}

/// Numbers of a row before any conversion: x = east, y = north.
struct Raw {
    x: f64,
    y: f64,
    texts: (String, String),
    column: String,
}

enum Read {
    Nothing,
    Unreadable { column: String, found: String },
    Numbers(Raw),
}

fn spelled(value: &Value) -> Option<String> {
    value.to_text()
}

impl Where {
    pub(super) fn choose(
        map: &FxHashMap<&'static str, String>,
        head: &[Row],
        opened: &mut Opened,
    ) -> Self {
        let geometry = head
            .iter()
            .any(|r| matches!(r.geometry, RowGeometry::Geometry(_)));
        let columns = map
            .get("lon_from")
            .cloned()
            .zip(map.get("lat_from").cloned());
        let pair = map
            .get("position")
            .filter(|_| columns.is_none())
            .and_then(|column| {
                let pairs: Vec<(f64, f64)> = head
                    .iter()
                    .filter_map(|r| pair_of(r, column))
                    .map(|(p, _)| p)
                    .collect();
                if pairs.is_empty() {
                    return None;
                }
                let told = pair_order(pairs.into_iter());
                let order = told.unwrap_or(PairOrder::LonLat);
                let value = match order {
                    PairOrder::LonLat => "lon,lat",
                    PairOrder::LatLon => "lat,lon",
                };
                let (zh, en) = match told {
                    Some(_) => ("按数值大小判断", "told from the size of the numbers"),
                    None => (
                        "数值不能判断，按经度在前",
                        "the numbers do not tell; longitude first",
                    ),
                };
                opened.decisions.push(source::decision(
                    "mapping",
                    format!("{column}: {value}"),
                    zh,
                    en,
                    told.is_some(),
                ));
                Some((column.clone(), order))
            });
        Self {
            geometry,
            pair,
            columns,
        }
    }

    /// Adds the numbers of a row to the extent from which the coordinate system is decided.
    pub(super) fn feed(&self, row: &Row, extent: &mut Extent) {
        if self.geometry {
            if let RowGeometry::Geometry(g) = &row.geometry {
                extent.add_geometry(g);
            }
        } else if let Read::Numbers(n) = self.read(row) {
            // A row of swapped columns must not spoil the decision for all.
            let swapped = n.y.abs() > 90.0 && n.y.abs() <= 180.0 && n.x.abs() <= 90.0;
            if !swapped {
                extent.add(n.x, n.y);
            }
        }
    }

    fn read(&self, row: &Row) -> Read {
        if let Some((lon, lat)) = &self.columns {
            let texts = (
                row.get(lon).and_then(spelled),
                row.get(lat).and_then(spelled),
            );
            return match texts {
                (None, None) => Read::Nothing,
                (x, y) => {
                    let numbers = x.as_deref().map(angle).zip(y.as_deref().map(angle));
                    let texts = (x.unwrap_or_default(), y.unwrap_or_default());
                    match numbers {
                        // The national export writes 0 for "none".
                        Some((Ok(0.0), Ok(0.0))) => Read::Nothing,
                        Some((Ok(x), Ok(y))) => Read::Numbers(Raw {
                            x,
                            y,
                            texts,
                            column: format!("{lon}, {lat}"),
                        }),
                        _ => Read::Unreadable {
                            column: format!("{lon}, {lat}"),
                            found: format!("{}, {}", texts.0, texts.1),
                        },
                    }
                }
            };
        }
        let Some((column, order)) = &self.pair else {
            return Read::Nothing;
        };
        match pair_of(row, column) {
            Some(((0.0, 0.0), _)) => Read::Nothing,
            Some(((a, b), texts)) => {
                let (x, y) = if *order == PairOrder::LonLat {
                    (a, b)
                } else {
                    (b, a)
                };
                Read::Numbers(Raw {
                    x,
                    y,
                    texts,
                    column: column.clone(),
                })
            }
            None => match row.get(column).and_then(spelled) {
                Some(found) => Read::Unreadable {
                    column: column.clone(),
                    found,
                },
                None => Read::Nothing,
            },
        }
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
        match self.read(row) {
            Read::Nothing => {
                // An unreadable geometry has been said already.
                if !matches!(row.geometry, RowGeometry::Unreadable { .. }) {
                    findings.push(finding(
                        number,
                        "position.missing",
                        self.column().as_deref(),
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
                let (mut x, mut y) = (raw.x, raw.y);
                if plan.plane().is_geographic()
                    && y.abs() > 90.0
                    && y.abs() <= 180.0
                    && x.abs() <= 90.0
                {
                    std::mem::swap(&mut x, &mut y);
                    let shown = format!("{}, {}", raw.texts.0, raw.texts.1);
                    findings.push(finding(
                        number,
                        "position.swapped",
                        Some(&raw.column),
                        Some(&shown),
                    ));
                }
                match plan.to_storage(x, y) {
                    Ok((lon, lat)) => Found {
                        position: Some([lon, lat]),
                        geometry: None,
                        source: Some(raw.texts),
                    },
                    Err(p) => {
                        findings.push(outside(row.number, &raw, Some(&p.expected)));
                        Found {
                            source: Some(raw.texts),
                            ..Found::default()
                        }
                    }
                }
            }
        }
    }

    fn column(&self) -> Option<String> {
        match (&self.columns, &self.pair) {
            (Some((lon, lat)), _) => Some(format!("{lon}, {lat}")),
            (None, Some((column, _))) => Some(column.clone()),
            (None, None) => None,
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
            && let Read::Numbers(raw) = self.read(row)
            && ((raw.x - x).abs() > SAME_DEGREES || (raw.y - y).abs() > SAME_DEGREES)
            && matches!(g, Geometry::Point(_))
        {
            let shown = format!("{}, {}", raw.texts.0, raw.texts.1);
            let mut f = finding(number, "position.conflict", Some(&raw.column), Some(&shown));
            f.params.insert(
                "distance_m".into(),
                distance_m((raw.x, raw.y), (x, y)).into(),
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
        }
    }
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

/// The pair in a column (`[30.6, 114.3]`, `"114.3,30.6"`, `{"lng": 114.3, "lat": 30.6}`) as numbers and as they stood.
fn pair_of(row: &Row, column: &str) -> Option<((f64, f64), (String, String))> {
    let text = row.get(column)?.to_text()?;
    let numbers = pair(&text)?;
    Some((numbers, (numbers.0.to_string(), numbers.1.to_string())))
}
