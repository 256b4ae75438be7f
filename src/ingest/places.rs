//! Place names out of a file, in batches: a file of millions is never held whole.

mod check;
mod numbers;
mod position;

use std::path::Path;

use jieming_domain::fields::{self, Profile};
use jieming_domain::message::{Param, params};
use jieming_domain::severity::accuracy_of_method;
use jieming_geodata::crs::{Extent, Plan};
use jieming_geodata::decode::{Row, RowGeometry};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use self::position::Where;
use super::source::{self, finding};
use super::{Column, FileOptions, Progress, Reading, Refused};
use crate::store::{Decision, NewPlace, RowCounts, RowFinding, RowResult, RowState};

/// Rows from which columns, coordinate system and order of pairs are told.
const HEAD: usize = 2_000;
/// Rows of a batch.
const BATCH: usize = 4_000;
/// Columns named in a list of unmapped ones.
const COLUMNS_SHOWN: usize = 30;

/// Some rows of a file, in order.
#[derive(Debug, Clone, Default)]
pub struct PlaceBatch {
    /// Accepted places.
    pub places: Vec<NewPlace>,
    /// What became of each row.
    pub results: Vec<RowResult>,
    /// Findings on these rows.
    pub findings: Vec<RowFinding>,
}

/// What is known at the end of a file of places.
#[derive(Debug, Clone)]
pub struct PlacesSummary {
    /// Rows.
    pub rows: RowCounts,
    /// Choices made.
    pub decisions: Vec<Decision>,
    /// Findings on the whole file.
    pub findings: Vec<RowFinding>,
    /// The columns, as people look at them.
    pub columns: Vec<Column>,
}

/// Which column carries what.
struct Columns {
    map: FxHashMap<&'static str, String>,
    profile: Profile,
    place: Where,
}

impl Columns {
    fn text(&self, row: &Row, field: &str) -> Option<String> {
        row.get(self.map.get(field)?)?.to_text()
    }
    fn column(&self, field: &str) -> Option<&str> {
        self.map.get(field).map(String::as_str)
    }
}

/// Reads the places of a file and hands them out in batches.
///
/// # Errors
/// [`Refused`] when the file as a whole cannot be read, its coordinate system cannot be decided, or `sink` says so.
pub fn read_places(
    path: &Path,
    options: &FileOptions,
    reading: &Reading,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(PlaceBatch) -> Result<(), Refused>,
) -> Result<PlacesSummary, Refused> {
    let mut opened = source::open(path, options, reading)?;
    let total = opened.source.row_count_hint;
    let mut walk = std::mem::replace(&mut opened.source.rows, Box::new(std::iter::empty()));
    let mut rows = RowCounts::default();
    let mut head = Vec::new();
    for row in walk.by_ref().take(HEAD) {
        head.push(row.map_err(|e| Refused::from(e).after(head.len() as u64, &opened.decisions))?);
    }
    if head.is_empty() {
        opened
            .findings
            .push(finding(None, "file.empty", None, None));
        return Ok(PlacesSummary {
            rows,
            decisions: opened.decisions,
            findings: opened.findings,
            columns: Vec::new(),
        });
    }
    let names = source::columns(&opened.source.fields, &head);
    let columns = choose(&names, &head, options, &mut opened)?;
    let shown = source::shown(&names, &head, |column| {
        let field = columns.map.iter().find(|f| f.1 == column)?;
        Some((*field.0).to_owned())
    });
    let mut extent = Extent::EMPTY;
    for row in &head {
        columns.place.feed(row, &mut extent);
    }
    let plan = if extent.is_empty() {
        None
    } else {
        Some(source::plan(
            &mut opened,
            &extent,
            &names,
            options,
            reading,
        )?)
    };
    let mut codes: FxHashMap<String, u64> = FxHashMap::default();
    let mut batch = head;
    loop {
        let read_before = rows.read;
        let mut done: Vec<Done> = std::mem::take(&mut batch)
            .into_par_iter()
            .map(|row| place(row, &columns, plan.as_ref()))
            .collect();
        check::repeated_codes(&mut done, &mut codes, columns.column("place_code"));
        let out = collect(done, &mut rows);
        if rows.read > read_before {
            sink(out).map_err(|e| e.after(rows.read, &opened.decisions))?;
            progress.rows(rows.read, total);
        }
        for row in walk.by_ref().take(BATCH) {
            batch.push(row.map_err(|e| Refused::from(e).after(rows.read, &opened.decisions))?);
        }
        if batch.is_empty() {
            break;
        }
    }
    opened.findings.extend(opened.corrections.left());
    Ok(PlacesSummary {
        rows,
        decisions: opened.decisions,
        findings: opened.findings,
        columns: shown,
    })
}

fn choose(
    names: &[String],
    head: &[Row],
    options: &FileOptions,
    opened: &mut source::Opened,
) -> Result<Columns, Refused> {
    let mut map: FxHashMap<&'static str, String> = FxHashMap::default();
    let mut said: Vec<&'static str> = Vec::new();
    let mut asked: Vec<(&'static str, &str, String)> = Vec::new();
    for (field, column) in &options.map {
        let Some(known) = fields::place_field(field) else {
            let list: Vec<&str> = fields::place_fields().iter().map(|f| f.key).collect();
            let list = list.join(", ");
            return Err(Refused::new(
                "field.unknown",
                format!("--map 的字段“{field}”不存在；可用：{list}"),
                format!("--map names the field {field:?}, which does not exist; known: {list}"),
            ));
        };
        asked.push((known.key, "--map", column.clone()));
    }
    for (key, option, column) in [
        ("standard_name", "--name-field", &options.name_field),
        ("place_code", "--code-field", &options.code_field),
        ("in_units", "--parent-field", &options.parent_field),
    ] {
        asked.extend(column.clone().map(|c| (key, option, c)));
    }
    for (key, option, column) in asked {
        map.insert(key, source::named_column(names, option, &column)?);
        said.push(key);
    }
    for (key, index) in fields::map_place_columns(names) {
        let column = &names[index];
        let taken = map.contains_key(key) || map.values().any(|c| c == column);
        let empty = head
            .iter()
            .all(|r| r.get(column).is_none_or(|v| v.to_text().is_none()));
        // A field that is empty throughout the head may still be filled later, unless a better one could be taken now.
        let worthless = taken || empty && key == "in_units";
        if !worthless {
            map.insert(key, column.clone());
        }
    }
    let profile = options.profile.unwrap_or_else(|| Profile::guess(names));
    let (zh, en) = if options.profile.is_some() {
        ("由选项指定", "named by option")
    } else {
        ("按列名推断", "guessed from the columns")
    };
    opened.decisions.push(source::decision(
        "profile",
        profile.as_str().to_owned(),
        zh,
        en,
        options.profile.is_some(),
    ));
    let mut pairs: Vec<(&&str, &String)> = map.iter().collect();
    pairs.sort_unstable_by_key(|(key, _)| names.iter().position(|n| n == map[**key].as_str()));
    for (key, column) in pairs {
        let sure = said.contains(key);
        let (zh, en) = if sure {
            ("由选项指定", "named by option")
        } else {
            ("按列名识别", "told from the column's name")
        };
        opened.decisions.push(source::decision(
            "mapping",
            format!("{key} = {column}"),
            zh,
            en,
            sure,
        ));
    }
    let rest: Vec<String> = names
        .iter()
        .filter(|n| !map.values().any(|c| c == *n))
        .cloned()
        .collect();
    if !rest.is_empty() {
        let mut f = finding(None, "field.unmapped", None, None);
        f.params = params([(
            "fields",
            Param::List(rest.into_iter().take(COLUMNS_SHOWN).collect()),
        )]);
        opened.findings.push(f);
    }
    if profile == Profile::CensusCn {
        opened.findings.extend(check::absent_columns(&map));
    }
    let place = Where::choose(&map, head, options.angles, opened);
    Ok(Columns {
        map,
        profile,
        place,
    })
}

/// A row on its way.
struct Done {
    number: u64,
    name: String,
    code: Option<String>,
    place: Option<NewPlace>,
    position: Option<[f64; 2]>,
    findings: Vec<RowFinding>,
}

fn place(row: Row, columns: &Columns, plan: Option<&Plan>) -> Done {
    let number = row.number;
    let mut findings: Vec<RowFinding> = row
        .problems
        .iter()
        .map(|p| source::problem(number, p))
        .collect();
    if let RowGeometry::Unreadable { found, expected } = &row.geometry {
        let f = source::with_text(
            finding(Some(number), "position.unreadable", None, None),
            "found",
            found,
        );
        findings.push(source::with_text(f, "expected", expected));
    }
    let code = columns.text(&row, "place_code");
    let name = check::name(&row, columns, &mut findings);
    let found = columns.place.find(&row, plan, &mut findings);
    let position = found.position;
    let Some(name) = name else {
        return Done {
            number,
            name: String::new(),
            code,
            place: None,
            position,
            findings,
        };
    };
    if columns.profile == Profile::CensusCn {
        check::form(&row, columns, &mut findings);
    }
    let by_method = columns
        .text(&row, "survey_method")
        .and_then(|m| accuracy_of_method(&m));
    let by_plan = plan.map(|p| p.accuracy_m).filter(|a| *a > 0.0);
    let accuracy_m = match (by_method, by_plan) {
        (Some(a), Some(b)) => Some(a.hypot(b)),
        (a, b) => a.or(b),
    };
    let attributes = source::attributes(&row);
    let unit = check::claimed_unit(&row, columns, code.as_deref());
    let place = NewPlace {
        code: code.clone(),
        name: name.clone(),
        category: columns.text(&row, "category_code"),
        unit,
        position: found.position,
        geometry: found.geometry,
        source_position: found.source,
        method: match &found.crs {
            Some(_) => Some("guessed from the numbers of the row".to_owned()),
            None => plan.map(|p| p.method.en.clone()),
        },
        source_crs: found.crs.or_else(|| plan.map(|p| p.source_crs.clone())),
        accuracy_m,
        row: number,
        attributes,
    };
    Done {
        number,
        name,
        code,
        place: Some(place),
        position,
        findings,
    }
}

fn collect(done: Vec<Done>, rows: &mut RowCounts) -> PlaceBatch {
    let mut out = PlaceBatch::default();
    for d in done {
        rows.read += 1;
        let state = match (&d.place, d.findings.is_empty()) {
            (None, _) => RowState::Rejected,
            (Some(_), true) => RowState::Accepted,
            (Some(_), false) => RowState::WithFindings,
        };
        rows.accepted += u64::from(state != RowState::Rejected);
        rows.with_findings += u64::from(state == RowState::WithFindings);
        rows.rejected += u64::from(state == RowState::Rejected);
        out.results.push(RowResult {
            row: d.number,
            state,
            name: d.name,
            code: d.code.unwrap_or_default(),
            position: d.position,
        });
        out.places.extend(d.place);
        out.findings.extend(d.findings);
    }
    out
}
