//! What units and places have in common: opening a file, the choices made about it, remarks as findings.

use std::path::Path;

use jieming_domain::finding::Severity;
use jieming_domain::message::{Param, Params, params};
use jieming_domain::rules;
use jieming_geodata::Text;
use jieming_geodata::crs::{self, Extent, ParameterSet, Plan};
use jieming_geodata::decode::{
    self, Decoder, EncodingSource, Limits, ReadOptions, Row, RowProblem, Source, Value,
};

use super::corrections::Waiting;
use super::{Column, FileOptions, Refused};
use crate::store::{Attributes, Decision, RowFinding, Scalar};

/// Parameter of a finding: columns and values that would set it right, in turn.
pub const CELLS: &str = "cells";

/// What reading needs beside the file and the options.
#[derive(Debug, Clone)]
pub struct Reading {
    /// How the decoder child is started.
    pub decoder: Decoder,
    /// Registered datum parameters.
    pub registry: Vec<ParameterSet>,
    /// Upper bounds.
    pub limits: Limits,
}

impl Reading {
    /// With this program as decoder, the usual bounds and these parameters.
    ///
    /// # Errors
    /// When the system does not tell where this program lies.
    pub fn with_this_program(registry: Vec<ParameterSet>) -> std::io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Self {
            decoder: Decoder {
                program,
                args: vec!["decode".into()],
            },
            registry,
            limits: Limits::USUAL,
        })
    }
}

/// An opened file and what is known about it so far.
pub(super) struct Opened {
    pub source: Source,
    pub decisions: Vec<Decision>,
    pub findings: Vec<RowFinding>,
    pub corrections: Waiting,
}

pub(super) fn open(
    path: &Path,
    options: &FileOptions,
    reading: &Reading,
) -> Result<Opened, Refused> {
    let read = ReadOptions {
        layer: options.layer.clone(),
        encoding: options.encoding.clone(),
        limits: reading.limits.clone(),
    };
    let mut source = decode::open(path, &read, &reading.decoder)?;
    let corrections = Waiting::new(&options.corrections);
    if !options.corrections.is_empty() {
        source.rows = corrections.applied(source.rows);
    }
    let mut decisions = vec![decision(
        "format",
        format!("{:?}", source.format),
        "按内容识别",
        "told from the content",
        true,
    )];
    if let Some(layer) = &source.layer {
        let (zh, en) = if options.layer.is_some() {
            ("由选项指定", "named by option")
        } else if source.layers.len() > 1 {
            ("未指定图层，按缺省选取", "none was named: the usual one")
        } else {
            ("唯一可读的图层", "the only one")
        };
        decisions.push(decision("layer", layer.clone(), zh, en, true));
    }
    let (zh, en) = match source.encoding.source {
        EncodingSource::Option => ("由选项指定", "named by option"),
        EncodingSource::Mark => ("字节序标记", "byte-order mark"),
        EncodingSource::CodePageFile => (".cpg 文件", ".cpg file"),
        EncodingSource::LanguageByte => ("表头语言字节", "language byte of the table"),
        EncodingSource::Format => ("格式规定", "the format's own"),
        EncodingSource::ValidUtf8 => ("内容是合法的 UTF-8", "the bytes are valid UTF-8"),
        EncodingSource::Guess => ("按字节推断", "guessed from the bytes"),
    };
    decisions.push(decision(
        "encoding",
        source.encoding.name.clone(),
        zh,
        en,
        source.encoding.sure > 0.9,
    ));
    let findings = source
        .notes
        .iter()
        .map(|n| remark(n.rule, None, &n.message))
        .collect();
    Ok(Opened {
        source,
        decisions,
        findings,
        corrections,
    })
}

pub(super) fn decision(what: &str, value: String, zh: &str, en: &str, sure: bool) -> Decision {
    Decision {
        what: what.to_owned(),
        value,
        how_zh: zh.to_owned(),
        how_en: en.to_owned(),
        sure,
    }
}

/// A remark of the reader of files as a finding.
pub(super) fn remark(rule: &str, row: Option<u64>, message: &Text) -> RowFinding {
    let severity = rules::find(rule).map_or(Severity::Info, |r| r.severity);
    RowFinding {
        row,
        field: None,
        rule: rule.to_owned(),
        severity,
        found: None,
        params: params([
            ("detail_zh", message.zh.as_str().into()),
            ("detail_en", message.en.as_str().into()),
        ]),
    }
}

/// What the reader of files says about a row as a finding.
pub(super) fn problem(row: u64, p: &RowProblem) -> RowFinding {
    let severity = rules::find(p.rule).map_or(Severity::Warning, |r| r.severity);
    let mut texts = Params::new();
    for (key, text) in [
        ("found", &p.found),
        ("expected", &p.expected),
        ("remedy", &p.remedy),
    ] {
        texts.insert(format!("{key}_zh"), Param::Text(text.zh.clone()));
        texts.insert(format!("{key}_en"), Param::Text(text.en.clone()));
    }
    RowFinding {
        row: Some(row),
        field: p.field.clone(),
        rule: p.rule.to_owned(),
        severity,
        found: None,
        params: texts,
    }
}

/// A finding of our own on a row.
pub(super) fn finding(
    row: Option<u64>,
    rule: &'static str,
    field: Option<&str>,
    found: Option<&str>,
) -> RowFinding {
    let severity = rules::find(rule).map_or(Severity::Warning, |r| r.severity);
    let params = match found {
        Some(f) => params([("found", f.into())]),
        None => Params::new(),
    };
    let found = found.map(str::to_owned);
    RowFinding {
        row,
        field: field.map(str::to_owned),
        rule: rule.to_owned(),
        severity,
        found,
        params,
    }
}

/// Adds texts in both languages to a finding.
pub(super) fn with_text(mut f: RowFinding, key: &str, text: &Text) -> RowFinding {
    f.params
        .insert(format!("{key}_zh"), text.zh.as_str().into());
    f.params
        .insert(format!("{key}_en"), text.en.as_str().into());
    f
}

/// Decides what is done with the numbers of a file; choices and remarks go to the lists.
pub(super) fn plan(
    opened: &mut Opened,
    extent: &Extent,
    fields: &[String],
    options: &FileOptions,
    reading: &Reading,
) -> Result<Plan, Refused> {
    let question = crs::Question {
        declared: &opened.source.declared_crs,
        option: options.crs.as_deref(),
        fields,
        extent,
        registry: &reading.registry,
    };
    let decided = crs::decide(&question)?;
    let mut doubtful = false;
    for note in &decided.notes {
        doubtful |= note.warning;
        let mut f = remark(note.rule, None, &note.message);
        f.severity = if note.warning {
            Severity::Warning
        } else {
            Severity::Info
        };
        if let Some(proposal) = &note.proposes {
            f.params.insert("proposes".into(), proposal.as_str().into());
        }
        opened.findings.push(f);
    }
    let plan = decided.plan;
    let sure = !doubtful && (options.crs.is_some() || !plan.source_crs.contains("assumed"));
    opened.decisions.push(decision(
        "crs",
        plan.source_crs.clone(),
        &plan.method.zh,
        &plan.method.en,
        sure,
    ));
    Ok(plan)
}

/// The names of the columns: those known before the walk, and those that rows bring.
pub(super) fn columns(known: &[String], rows: &[Row]) -> Vec<String> {
    let mut out: Vec<String> = known.to_vec();
    let mut seen: rustc_hash::FxHashSet<String> = out.iter().cloned().collect();
    for (name, _) in rows.iter().flat_map(|r| &r.values) {
        if !seen.contains(&**name) {
            seen.insert(name.to_string());
            out.push(name.to_string());
        }
    }
    out
}

/// Columns with some of their values, and the fields that they were taken for.
pub(super) fn shown(
    columns: &[String],
    rows: &[Row],
    field: impl Fn(&str) -> Option<String>,
) -> Vec<Column> {
    const SAMPLES: usize = 4;
    const COLUMNS: usize = 200;
    const CHARACTERS: usize = 60;
    let shown = columns.iter().take(COLUMNS);
    shown
        .map(|name| {
            let texts = rows.iter().filter_map(|r| r.get(name)?.to_text());
            Column {
                name: name.clone(),
                samples: texts
                    .take(SAMPLES)
                    .map(|t| t.chars().take(CHARACTERS).collect())
                    .collect(),
                field: field(name),
            }
        })
        .collect()
}

/// Adds the cells that would set a finding right.
pub(super) fn with_cells<'a>(
    mut f: RowFinding,
    cells: impl IntoIterator<Item = (&'a str, String)>,
) -> RowFinding {
    let flat: Vec<String> = cells
        .into_iter()
        .flat_map(|(column, value)| [column.to_owned(), value])
        .collect();
    f.params.insert(CELLS.into(), flat.into());
    f
}

/// The column that an option names.
pub(super) fn named_column(
    columns: &[String],
    option: &str,
    name: &str,
) -> Result<String, Refused> {
    if let Some(column) = columns.iter().find(|c| *c == name) {
        return Ok(column.clone());
    }
    let list = columns
        .iter()
        .map(String::as_str)
        .take(40)
        .collect::<Vec<_>>()
        .join(", ");
    Err(Refused::new(
        "field.missing",
        format!("选项 {option} 指定的列“{name}”不存在；文件的列：{list}"),
        format!("{option} names the column {name:?}, which does not exist; the file has: {list}"),
    ))
}

/// Attributes as received.
pub(super) fn attributes(row: &Row) -> Attributes {
    Attributes::new(row.values.iter().map(|(name, value)| {
        let value = match value {
            Value::Null => Scalar::Null,
            Value::Text(s) => Scalar::Text(s),
            Value::Integer(n) => Scalar::Integer(*n),
            Value::Float(x) => Scalar::Float(*x),
            Value::Bool(b) => Scalar::Bool(*b),
        };
        (&**name, value)
    }))
}
