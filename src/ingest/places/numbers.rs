//! The numbers of positions as they stand in a row, and how a file writes them: which columns, in which order, packed or
//! not.

use jieming_domain::position::{PairOrder, Writing, angle_in, packed, pair, pair_order};
use jieming_geodata::crs::{Extent, Plane};
use jieming_geodata::decode::{Row, RowGeometry, Value};
use rustc_hash::FxHashMap;

use crate::ingest::source::{Opened, decision};

/// Where the numbers stand in this file, and how they are written.
pub(super) struct Numbers {
    pub geometry: bool,
    pair: Option<(String, PairOrder)>,
    columns: Option<[String; 2]>,
    /// The far corner: 至东经, 至北纬.
    to: Option<[String; 2]>,
    writing: Writing,
    /// Most rows have latitude and longitude in each other's columns.
    exchanged: bool,
    /// Where most rows are, when they are degrees: middle of the head.
    pub middle: Option<(f64, f64)>,
}

/// Numbers of a row before any conversion: x = east, y = north.
pub(super) struct Raw {
    pub x: f64,
    pub y: f64,
    pub texts: (String, String),
    pub column: String,
}

pub(super) enum Read {
    Nothing,
    Unreadable { column: String, found: String },
    Numbers(Raw),
}

/// What the numbers of a row look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Longitude and latitude of China.
    China,
    /// The same, exchanged.
    Exchanged,
    /// Degrees of somewhere.
    Degrees,
    /// No degrees.
    Other,
}

fn look(x: f64, y: f64) -> Look {
    let lon = |n: f64| (70.0..=140.0).contains(&n);
    let lat = |n: f64| (3.0..=56.0).contains(&n);
    match (x, y) {
        _ if lon(x) && lat(y) => Look::China,
        _ if lat(x) && lon(y) => Look::Exchanged,
        _ if x.abs() <= 90.0 && y.abs() > 90.0 && y.abs() <= 180.0 => Look::Exchanged,
        _ if x.abs() <= 180.0 && y.abs() <= 90.0 => Look::Degrees,
        _ => Look::Other,
    }
}

/// Whether longitude and latitude stand in each other's places, beyond doubt.
pub(super) fn is_exchanged(x: f64, y: f64) -> bool {
    look(x, y) == Look::Exchanged
}

fn spelled(row: &Row, column: &str) -> Option<String> {
    row.get(column).and_then(Value::to_text)
}

impl Numbers {
    pub(super) fn choose(
        map: &FxHashMap<&'static str, String>,
        head: &[Row],
        writing: Option<Writing>,
        opened: &mut Opened,
    ) -> Self {
        let two = |a: &str, b: &str| Some([map.get(a)?.clone(), map.get(b)?.clone()]);
        let geometry = head
            .iter()
            .any(|r| matches!(r.geometry, RowGeometry::Geometry(_)));
        let columns = two("lon_from", "lat_from");
        let pair = map
            .get("position")
            .filter(|_| columns.is_none())
            .and_then(|column| pair_column(column, head, opened));
        let mut out = Self {
            geometry,
            pair,
            to: columns.as_ref().and_then(|_| two("lon_to", "lat_to")),
            columns,
            writing: Writing::Marked,
            exchanged: false,
            middle: None,
        };
        out.choose_writing(head, writing, opened);
        out.look_at(head, opened);
        out
    }

    /// Told by the caller, or by the columns themselves.
    fn choose_writing(&mut self, head: &[Row], told: Option<Writing>, opened: &mut Opened) {
        let Some([lon, lat]) = &self.columns else {
            return;
        };
        let texts: Vec<(String, String)> = head
            .iter()
            .filter_map(|r| spelled(r, lon).zip(spelled(r, lat)))
            .collect();
        let found = packed(texts.iter().map(|(a, b)| (a.as_str(), b.as_str())));
        let (writing, zh, en, sure) = match (told, found) {
            (Some(writing), _) => (
                writing,
                "由选项指定".to_owned(),
                "named by option".to_owned(),
                true,
            ),
            (None, Some((writing, sure))) => {
                // Never quite sure.
                let percent = (sure.min(0.999) * 1000.0).floor() / 10.0;
                (
                    writing,
                    format!(
                        "整列的分、秒位都小于 60，按度分秒连写读取（把握 {percent}%）；不对请用“角度写法”选项选 decimal（--angles）"
                    ),
                    format!(
                        "minutes and seconds stay below 60 in the whole column: read as packed degrees, minutes, seconds ({percent}% sure); if that is wrong, choose decimal as the writing of angles (--angles)"
                    ),
                    false,
                )
            }
            (None, None) => return,
        };
        self.writing = writing;
        opened.decisions.push(decision(
            "angles",
            format!("{lon}, {lat}: {}", writing.as_str()),
            &zh,
            &en,
            sure,
        ));
    }

    /// What most rows of the head look like: the others are not to spoil the decision on the coordinate system.
    fn look_at(&mut self, head: &[Row], opened: &mut Opened) {
        let numbers: Vec<(f64, f64)> = head
            .iter()
            .filter_map(|r| match self.read(r) {
                Read::Numbers(n) => Some((n.x, n.y)),
                _ => None,
            })
            .collect();
        let count = |l: Look| numbers.iter().filter(|n| look(n.0, n.1) == l).count();
        let (straight, exchanged) = (count(Look::China), count(Look::Exchanged));
        let degrees = straight + exchanged + count(Look::Degrees);
        if degrees * 2 < numbers.len() || degrees == 0 {
            return;
        }
        if exchanged > straight && exchanged * 2 > degrees {
            self.exchanged = true;
            let (lon, lat) = self.names();
            let share = (exchanged * 100) / degrees;
            opened.decisions.push(decision(
                "mapping",
                format!("lon = {lat}, lat = {lon}"),
                &format!("{share}% 的行经纬度互换，按互换后的列读取"),
                &format!("in {share}% of the rows longitude and latitude stand in each other's columns: read that way"),
                exchanged == degrees,
            ));
        }
        let mut xs: Vec<f64> = Vec::new();
        let mut ys: Vec<f64> = Vec::new();
        for (x, y) in numbers {
            let (x, y) = if self.exchanged { (y, x) } else { (x, y) };
            if matches!(look(x, y), Look::China | Look::Degrees) {
                xs.push(x);
                ys.push(y);
            }
        }
        self.middle = median(xs).zip(median(ys));
    }

    fn names(&self) -> (String, String) {
        match &self.columns {
            Some([lon, lat]) => (lon.clone(), lat.clone()),
            None => ("1".into(), "2".into()),
        }
    }

    /// The columns, for messages.
    pub(super) fn column(&self) -> Option<String> {
        match (&self.columns, &self.pair) {
            (Some([lon, lat]), _) => Some(format!("{lon}, {lat}")),
            (None, Some((column, _))) => Some(column.clone()),
            (None, None) => None,
        }
    }

    /// Adds the numbers of a row to the extent from which the coordinate system is decided.
    pub(super) fn feed(&self, row: &Row, extent: &mut Extent) {
        if self.geometry {
            if let RowGeometry::Geometry(g) = &row.geometry {
                extent.add_geometry(g);
            }
        } else if let Read::Numbers(n) = self.read(row) {
            let (x, y) = self.ordered(&n);
            // Rows unlike the most are settled one by one.
            let odd = match self.middle {
                Some(_) => matches!(look(x, y), Look::Exchanged | Look::Other),
                None => false,
            };
            if !odd {
                extent.add(x, y);
            }
        }
    }

    /// East and north, when most rows have them exchanged.
    pub(super) fn ordered(&self, n: &Raw) -> (f64, f64) {
        if self.exchanged {
            (n.y, n.x)
        } else {
            (n.x, n.y)
        }
    }

    pub(super) fn read(&self, row: &Row) -> Read {
        if let Some(columns) = &self.columns {
            return self.read_two(row, columns);
        }
        let Some((column, order)) = &self.pair else {
            return Read::Nothing;
        };
        let Some(text) = spelled(row, column) else {
            return Read::Nothing;
        };
        match pair(&text) {
            Some((0.0, 0.0, _)) => Read::Nothing,
            Some((a, b, named)) => {
                let (x, y) = match named.unwrap_or(*order) {
                    PairOrder::LonLat => (a, b),
                    PairOrder::LatLon => (b, a),
                };
                Read::Numbers(Raw {
                    x,
                    y,
                    texts: (a.to_string(), b.to_string()),
                    column: column.clone(),
                })
            }
            None if is_none(&text) => Read::Nothing,
            None => Read::Unreadable {
                column: column.clone(),
                found: text,
            },
        }
    }

    /// What the cells of a row would hold if it were written as the file is and lay at this place of storage.
    pub(super) fn cells(
        &self,
        raw: &Raw,
        plane: &Plane,
        place: Option<(f64, f64)>,
    ) -> Vec<(String, String)> {
        let Some((x, y)) = place.and_then(|(lon, lat)| plane.from_storage(lon, lat).ok()) else {
            return Vec::new();
        };
        let digits = if plane.is_geographic() { 8 } else { 3 };
        let spelled = |n: f64| match self.writing {
            Writing::Marked => {
                let text = format!("{n:.digits$}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            // Marks are understood in packed columns too.
            _ => marked(n),
        };
        let (x, y) = if self.exchanged { (y, x) } else { (x, y) };
        match (&self.columns, &self.pair) {
            (Some([lon, lat]), _) => vec![(lon.clone(), spelled(x)), (lat.clone(), spelled(y))],
            (None, Some((_, order))) => {
                let (a, b) = match order {
                    PairOrder::LonLat => (x, y),
                    PairOrder::LatLon => (y, x),
                };
                vec![(raw.column.clone(), format!("{},{}", spelled(a), spelled(b)))]
            }
            (None, None) => Vec::new(),
        }
    }

    /// The far corner of a row; a point has none.
    pub(super) fn read_to(&self, row: &Row) -> Read {
        match &self.to {
            Some(columns) => self.read_two(row, columns),
            None => Read::Nothing,
        }
    }

    fn read_two(&self, row: &Row, [lon, lat]: &[String; 2]) -> Read {
        let (x, y) = (spelled(row, lon), spelled(row, lat));
        let none = |t: &Option<String>| t.as_deref().is_none_or(is_none);
        // The national export writes 0 for "none".
        if none(&x) && none(&y) {
            return Read::Nothing;
        }
        let read = |t: &Option<String>| {
            let t = t.as_deref().filter(|t| !is_none(t))?;
            angle_in(t, self.writing).ok()
        };
        let numbers = read(&x).zip(read(&y));
        let texts = (x.unwrap_or_default(), y.unwrap_or_default());
        match numbers {
            Some((x, y)) => Read::Numbers(Raw {
                x,
                y,
                texts,
                column: format!("{lon}, {lat}"),
            }),
            None => Read::Unreadable {
                column: format!("{lon}, {lat}"),
                found: format!("{}, {}", texts.0, texts.1),
            },
        }
    }
}

/// Whether a cell says that there is nothing: blank, 0, a dash.
fn is_none(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "-" | "—" | "——" | "/" | "无" | "null" | "NULL")
        || text.parse::<f64>().is_ok_and(|n| n == 0.0)
}

/// Degrees, minutes and seconds to a ten-thousandth, with marks.
fn marked(degrees: f64) -> String {
    let all = (degrees.abs() * 36_000_000.0).round() as u64;
    let (seconds, minutes) = (all % 600_000, all / 600_000);
    let sign = if degrees < 0.0 { "-" } else { "" };
    format!(
        "{sign}{}°{:02}′{:02}.{:04}″",
        minutes / 60,
        minutes % 60,
        seconds / 10_000,
        seconds % 10_000
    )
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A column with pairs, in the order that the numbers (or their own words) tell.
fn pair_column(column: &str, head: &[Row], opened: &mut Opened) -> Option<(String, PairOrder)> {
    let pairs: Vec<(f64, f64, Option<PairOrder>)> = head
        .iter()
        .filter_map(|r| pair(&spelled(r, column)?))
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let named = pairs.iter().find_map(|p| p.2);
    let told = named.or_else(|| pair_order(pairs.iter().map(|p| (p.0, p.1))));
    let order = told.unwrap_or(PairOrder::LonLat);
    let value = match order {
        PairOrder::LonLat => "lon,lat",
        PairOrder::LatLon => "lat,lon",
    };
    let (zh, en) = match (named, told) {
        (Some(_), _) => ("坐标中写明", "named in the text itself"),
        (None, Some(_)) => ("按数值大小判断", "told from the size of the numbers"),
        (None, None) => (
            "数值不能判断，按经度在前",
            "the numbers do not tell; longitude first",
        ),
    };
    opened.decisions.push(decision(
        "mapping",
        format!("{column}: {value}"),
        zh,
        en,
        told.is_some(),
    ));
    Some((column.to_owned(), order))
}
