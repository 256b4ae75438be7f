//! Units out of a file.

use std::path::Path;

use geo_types::{Geometry, MultiPolygon};
use jieming_domain::fields::UnitField;
use jieming_domain::message::{Param, params};
use jieming_domain::name::cleaned;
use jieming_domain::unit::{malformed_codes, normal_level};
use jieming_geodata::Text;
use jieming_geodata::crs::{Extent, Plan, Plane};
use jieming_geodata::decode::{Row, RowGeometry, Value};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;

use super::geometry::{self, NoPolygons};
use super::source::{self, Opened, finding, with_cells, with_text};
use super::{Column, FileOptions, Progress, Reading, Refused};
use crate::store::{Attributes, Decision, RowCounts, RowFinding, RowResult, RowState};

/// How often progress is told.
const TELL_EVERY: u64 = 1_000;
/// Columns named in a list of unmapped ones.
const COLUMNS_SHOWN: usize = 30;

/// A unit of a file: all rows of one code (or, without code, of one name) within a level.
#[derive(Debug, Clone)]
pub struct UnitRecord {
    /// Code, `""` when missing.
    pub code: String,
    /// Name of the first row.
    pub name: String,
    /// Further, different names under the same code.
    pub other_names: Vec<String>,
    /// Level, `""` when the file has one level without a name.
    pub level: String,
    /// Code of the unit above, when the file says it.
    pub parent_code: Option<String>,
    /// In EPSG:4490 degrees. Parts of all rows, in order, as they came.
    pub storage: MultiPolygon<f64>,
    /// The same in the plane of the source, vertex by vertex: where topology is decided. `None` when these are the
    /// same numbers.
    pub source: Option<MultiPolygon<f64>>,
    /// Rows of the file, from 1.
    pub rows: Vec<u64>,
    /// Attributes of the first row, as received.
    pub attributes: Attributes,
}

impl UnitRecord {
    /// The area in the plane of the source.
    pub fn in_plane(&self) -> &MultiPolygon<f64> {
        self.source.as_ref().unwrap_or(&self.storage)
    }

    /// Takes the area out: in the plane of the source, or in EPSG:4490 degrees.
    pub fn into_area(self, in_plane: bool) -> MultiPolygon<f64> {
        self.source.filter(|_| in_plane).unwrap_or(self.storage)
    }

    /// Takes in further parts.
    fn extend(&mut self, part: Area) {
        if self.source.is_some() || part.source.is_some() {
            let more = part.source.unwrap_or_else(|| part.storage.clone());
            let source = self.source.get_or_insert_with(|| self.storage.clone());
            source.0.extend(more.0);
        }
        self.storage.0.extend(part.storage.0);
    }
}

/// The area of a row: in storage, and in the plane of the source where that has other numbers.
struct Area {
    storage: MultiPolygon<f64>,
    source: Option<MultiPolygon<f64>>,
}

/// What a file of units holds.
#[derive(Debug, Clone)]
pub struct UnitsFile {
    /// The units, in order of first appearance.
    pub units: Vec<UnitRecord>,
    /// The plane of the source: see [`UnitRecord::in_plane`].
    pub plane: Plane,
    /// What the source's coordinate system was said or taken to be.
    pub source_crs: String,
    /// How source numbers became EPSG:4490.
    pub method: String,
    /// What that way adds to the uncertainty of a position, in metres.
    pub accuracy_m: f64,
    /// Choices made.
    pub decisions: Vec<Decision>,
    /// Findings on the file and on rows.
    pub findings: Vec<RowFinding>,
    /// Rows.
    pub rows: RowCounts,
    /// What became of each row.
    pub results: Vec<RowResult>,
    /// The columns, as people look at them.
    pub columns: Vec<Column>,
}

struct Columns {
    code: Option<String>,
    name: Option<String>,
    level: Option<String>,
    parent: Option<String>,
}

/// Reads the units of a file.
///
/// # Errors
/// [`Refused`] when the file as a whole cannot be read, or its coordinate system cannot be decided.
pub fn read_units(
    path: &Path,
    options: &FileOptions,
    reading: &Reading,
    progress: &dyn Progress,
) -> Result<UnitsFile, Refused> {
    let mut opened = source::open(path, options, reading)?;
    let total = opened.source.row_count_hint;
    let mut rows: Vec<Row> = Vec::new();
    let mut extent = Extent::EMPTY;
    let walk = std::mem::replace(&mut opened.source.rows, Box::new(std::iter::empty()));
    for row in walk {
        let row = row.map_err(|e| Refused::from(e).after(rows.len() as u64, &opened.decisions))?;
        if let RowGeometry::Geometry(g) = &row.geometry {
            extent.add_geometry(g);
        }
        rows.push(row);
        if (rows.len() as u64).is_multiple_of(TELL_EVERY) {
            progress.rows(rows.len() as u64, total);
        }
    }
    progress.rows(rows.len() as u64, total);
    let read = rows.len() as u64;
    let columns = source::columns(&opened.source.fields, &rows);
    let chosen = choose(&columns, &rows, options, &mut opened)
        .map_err(|e| e.after(read, &opened.decisions))?;
    if rows.is_empty() {
        opened
            .findings
            .push(finding(None, "file.empty", None, None));
    }
    let plan = source::plan(&mut opened, &extent, &columns, options, reading)
        .map_err(|e| e.after(read, &opened.decisions))?;
    let fields = [
        ("code", &chosen.code),
        ("name", &chosen.name),
        ("level", &chosen.level),
        ("parent", &chosen.parent),
    ];
    let shown = source::shown(&columns, &rows, |column| {
        let field = fields.iter().find(|f| f.1.as_deref() == Some(column))?;
        Some(field.0.to_owned())
    });
    opened.findings.extend(opened.corrections.left());
    let mut file = gather(rows, &chosen, options, &plan, opened);
    file.columns = shown;
    Ok(file)
}

fn choose(
    columns: &[String],
    rows: &[Row],
    options: &FileOptions,
    opened: &mut Opened,
) -> Result<Columns, Refused> {
    let named = |option: &str, name: &Option<String>| {
        name.as_deref()
            // A file without rows has no columns to look for.
            .filter(|_| !rows.is_empty())
            .map(|n| source::named_column(columns, option, n))
            .transpose()
    };
    let known = |field: UnitField| {
        // A column that is empty throughout carries nothing.
        let column = field.column(columns).map(|i| columns[i].clone())?;
        rows.iter()
            .any(|r| text_of(r, Some(&column)).is_some())
            .then_some(column)
    };
    let code = named("--code-field", &options.code_field)?.or_else(|| known(UnitField::Code));
    let name = named("--name-field", &options.name_field)?.or_else(|| known(UnitField::Name));
    let level = named("--level-field", &options.level_field)?;
    let parent =
        named("--parent-field", &options.parent_field)?.or_else(|| known(UnitField::Parent));
    let said: [(&str, &Option<String>, bool); 4] = [
        ("code", &code, options.code_field.is_some()),
        ("name", &name, options.name_field.is_some()),
        ("level", &level, true),
        ("parent", &parent, options.parent_field.is_some()),
    ];
    for (field, column, sure) in said {
        if let Some(column) = column {
            let (zh, en) = if sure {
                ("由选项指定", "named by option")
            } else {
                ("按列名识别", "told from the column's name")
            };
            opened.decisions.push(source::decision(
                "mapping",
                format!("{field} = {column}"),
                zh,
                en,
                sure,
            ));
        }
    }
    let used = [&code, &name, &level, &parent];
    let rest: Vec<String> = columns
        .iter()
        .filter(|c| !used.iter().any(|u| u.as_ref() == Some(c)))
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
    Ok(Columns {
        code,
        name,
        level,
        parent,
    })
}

fn text_of(row: &Row, column: Option<&str>) -> Option<String> {
    let value = row.get(column?)?;
    // A nested object that its format kept as text: `{"adcode": 420100}`.
    if let Value::Text(s) = value
        && s.trim_start().starts_with('{')
        && let Ok(Json::Object(o)) = serde_json::from_str::<Json>(s)
        && let Some(code) = o.get("adcode").or_else(|| o.get("code"))
    {
        return code
            .as_str()
            .map(str::to_owned)
            .or_else(|| code.as_i64().map(|n| n.to_string()));
    }
    value.to_text()
}

/// One row on its way.
struct Part {
    number: u64,
    code: String,
    name: String,
    level: String,
    parent: Option<String>,
    area: Option<Area>,
    /// Where it is, in storage, also when its area cannot be used.
    position: Option<[f64; 2]>,
    attributes: Attributes,
    findings: Vec<RowFinding>,
}

fn gather(
    rows: Vec<Row>,
    columns: &Columns,
    options: &FileOptions,
    plan: &Plan,
    opened: Opened,
) -> UnitsFile {
    let mut parts: Vec<Part> = rows
        .into_par_iter()
        .map(|row| part(row, columns, options, plan))
        .collect();
    if columns.code.is_some() {
        // Also those of rejected rows: a code is wrong whatever the geometry.
        let codes: Vec<&str> = parts.iter().map(|p| p.code.as_str()).collect();
        for i in malformed_codes(&codes) {
            let (number, code, name) = (
                parts[i].number,
                parts[i].code.clone(),
                parts[i].name.clone(),
            );
            let mut f = finding(
                Some(number),
                "unit.code.malformed",
                columns.code.as_deref(),
                Some(&code),
            );
            f.params.insert("code".into(), code.into());
            f.params.insert("units".into(), vec![name].into());
            parts[i].findings.push(f);
        }
    }
    let mut file = UnitsFile {
        units: Vec::new(),
        plane: plan.plane().clone(),
        source_crs: plan.source_crs.clone(),
        method: plan.method.en.clone(),
        accuracy_m: plan.accuracy_m,
        decisions: opened.decisions,
        findings: opened.findings,
        rows: RowCounts::default(),
        results: Vec::with_capacity(parts.len()),
        columns: Vec::new(),
    };
    if columns.code.is_none() && !parts.is_empty() {
        let f = finding(None, "unit.code.missing", None, None);
        file.findings
            .push(with_text(f, "units", &Text::new("全部行政区", "all units")));
    }
    let mut at: FxHashMap<(String, String), usize> = FxHashMap::default();
    // Further names by unit: one code under a hundred thousand names must not cost their square.
    let mut met: FxHashSet<(usize, String)> = FxHashSet::default();
    for mut part in parts {
        file.rows.read += 1;
        let result = |state| RowResult {
            row: part.number,
            state,
            name: part.name.clone(),
            code: part.code.clone(),
            position: part.position,
        };
        let Some(area) = part.area.take() else {
            file.rows.rejected += 1;
            file.results.push(result(RowState::Rejected));
            file.findings.append(&mut part.findings);
            continue;
        };
        let identity = if part.code.is_empty() {
            part.name.clone()
        } else {
            part.code.clone()
        };
        match at.get(&(part.level.clone(), identity.clone())) {
            None => {
                at.insert((part.level.clone(), identity), file.units.len());
                file.units.push(UnitRecord {
                    code: part.code.clone(),
                    name: part.name.clone(),
                    other_names: Vec::new(),
                    level: part.level.clone(),
                    parent_code: part.parent.clone(),
                    storage: area.storage,
                    source: area.source,
                    rows: vec![part.number],
                    attributes: part.attributes,
                });
            }
            Some(&i) => {
                let unit = &mut file.units[i];
                if !part.name.is_empty()
                    && part.name != unit.name
                    && met.insert((i, part.name.clone()))
                {
                    let mut f = finding(
                        Some(part.number),
                        "unit.code.duplicate",
                        columns.code.as_deref(),
                        Some(&part.code),
                    );
                    f.params.insert("code".into(), part.code.as_str().into());
                    f.params.insert(
                        "units".into(),
                        vec![unit.name.clone(), part.name.clone()].into(),
                    );
                    part.findings.push(f);
                    unit.other_names.push(part.name.clone());
                }
                unit.extend(area);
                unit.rows.push(part.number);
                if unit.parent_code.is_none() {
                    unit.parent_code = part.parent.take();
                }
            }
        }
        file.rows.accepted += 1;
        let state = if part.findings.is_empty() {
            RowState::Accepted
        } else {
            RowState::WithFindings
        };
        file.rows.with_findings += u64::from(state == RowState::WithFindings);
        file.results.push(result(state));
        file.findings.append(&mut part.findings);
    }
    file
}

fn part(row: Row, columns: &Columns, options: &FileOptions, plan: &Plan) -> Part {
    let number = row.number;
    let mut findings: Vec<RowFinding> = row
        .problems
        .iter()
        .map(|p| source::problem(number, p))
        .collect();
    let code = text_of(&row, columns.code.as_deref()).unwrap_or_default();
    let said = text_of(&row, columns.name.as_deref()).unwrap_or_default();
    let mut name = cleaned(&said);
    if let (true, Some(column)) = (name != said, &columns.name) {
        let shown = said.escape_debug().to_string();
        let f = finding(Some(number), "field.trimmed", Some(column), Some(&shown));
        findings.push(with_cells(f, [(column.as_str(), name.clone())]));
    }
    let level = match (&options.level, &columns.level) {
        (Some(level), _) => level.clone(),
        (None, Some(column)) => text_of(&row, Some(column))
            .map(|l| normal_level(&l))
            .unwrap_or_default(),
        (None, None) => String::new(),
    };
    let shown = if name.is_empty() {
        format!("#{number}")
    } else {
        name.clone()
    };
    if columns.code.is_some() && code.is_empty() {
        let mut f = finding(
            Some(number),
            "unit.code.missing",
            columns.code.as_deref(),
            None,
        );
        f.params.insert("units".into(), vec![shown.clone()].into());
        findings.push(f);
    }
    if name.is_empty() {
        if columns.name.is_some() || code.is_empty() {
            findings.push(finding(
                Some(number),
                "unit.name.missing",
                columns.name.as_deref(),
                None,
            ));
        }
        // Something must tell units apart that have neither.
        name = if code.is_empty() { shown } else { code.clone() };
    }
    let parent = text_of(&row, columns.parent.as_deref());
    let attributes = source::attributes(&row);
    let position = match &row.geometry {
        RowGeometry::Geometry(g) => middle(g)
            .and_then(|(x, y)| plan.to_storage(x, y).ok())
            .map(|(x, y)| [x, y]),
        _ => None,
    };
    let mut refuse = |f: RowFinding| {
        findings.push(f);
        None
    };
    let area = match row.geometry {
        RowGeometry::Absent | RowGeometry::Null => {
            refuse(finding(Some(number), "geometry.missing", None, None))
        }
        RowGeometry::Unreadable { found, expected } => {
            let f = finding(Some(number), "geometry.unusable", None, None);
            let f = with_text(with_text(f, "detail", &found), "expected", &expected);
            refuse(with_text(f, "found", &found))
        }
        RowGeometry::Geometry(g) => match geometry::polygons(g) {
            Err(NoPolygons::Kind(kind)) => {
                refuse(finding(Some(number), "geometry.kind", None, Some(kind)))
            }
            Err(NoPolygons::Unusable(why)) => refuse(unusable(number, &why, None)),
            Ok(found) => match to_storage(plan, found.polygons) {
                Err((why, expected)) => refuse(unusable(number, &why, Some(&expected))),
                Ok(area) => {
                    for why in &found.left_out {
                        findings.push(RowFinding {
                            rule: "geometry.part".into(),
                            ..unusable(number, why, None)
                        });
                    }
                    Some(area)
                }
            },
        },
    };
    Part {
        number,
        code,
        name,
        level,
        parent,
        area,
        position,
        attributes,
        findings,
    }
}

/// The middle of a geometry's box: near enough to look there.
fn middle(g: &Geometry<f64>) -> Option<(f64, f64)> {
    let mut box_of = Extent::EMPTY;
    box_of.add_geometry(g);
    let middle = (
        f64::midpoint(box_of.min_x, box_of.max_x),
        f64::midpoint(box_of.min_y, box_of.max_y),
    );
    (!box_of.is_empty()).then_some(middle)
}

fn unusable(row: u64, why: &Text, expected: Option<&Text>) -> RowFinding {
    let usual = Text::new(
        "由有限坐标构成的闭合环",
        "closed rings of finite coordinates",
    );
    let f = finding(Some(row), "geometry.unusable", None, None);
    let f = with_text(with_text(f, "detail", why), "found", why);
    with_text(f, "expected", expected.unwrap_or(&usual))
}

fn to_storage(plan: &Plan, source: MultiPolygon<f64>) -> Result<Area, (Text, Text)> {
    let moved = plan
        .into_storage(Geometry::MultiPolygon(source))
        .map_err(|p| (p.found, p.expected))?;
    match moved {
        (Geometry::MultiPolygon(storage), None) => Ok(Area {
            storage,
            source: None,
        }),
        (Geometry::MultiPolygon(storage), Some(Geometry::MultiPolygon(source))) => Ok(Area {
            source: (source != storage).then_some(source),
            storage,
        }),
        // The way to storage moves vertices and keeps the kind.
        _ => Err((
            Text::new("图形类型改变", "the kind of geometry changed"),
            Text::new("面", "polygons"),
        )),
    }
}
