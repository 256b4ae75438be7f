//! A receipt as the API and the command line show it.

use jieming_domain::lang::Lang;
use jieming_domain::message::Param;
use jieming_domain::rules;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ingest::{CELLS, Column};
use crate::store::{RowFinding, Submission, Timestamp};

/// The answer to the sender of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceiptView {
    /// SHA-256 of the bytes, lower-case hex.
    pub submission: String,
    /// File name as sent.
    pub file: String,
    /// units or places.
    #[serde(rename = "as")]
    pub kind: &'static str,
    /// When it came, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The same bytes with the same options had been accepted before: this is the earlier receipt.
    pub duplicate: bool,
    /// Numbers of rows; `read` = `accepted` + `rejected`.
    pub rows: RowCountsView,
    /// What was decided while reading.
    pub decisions: Vec<DecisionView>,
    /// Findings on the file and its rows.
    pub findings: Vec<RowFindingView>,
    /// The columns of the file with some values and the fields that they were taken for, when it was read now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnView>,
    /// Why the whole file was refused; null when it was taken.
    #[schema(required)]
    pub error: Option<ReceiptError>,
}

/// A column of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
    /// The field that it was taken for, as in `GET /api/v1/fields`.
    #[schema(required)]
    pub field: Option<String>,
}

impl From<Column> for ColumnView {
    fn from(c: Column) -> Self {
        Self {
            name: c.name,
            samples: c.samples,
            field: c.field,
        }
    }
}

/// A cell that would set a finding right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CellView {
    /// Column.
    pub column: String,
    /// The value instead.
    pub value: String,
}

/// Numbers of rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowCountsView {
    /// Met.
    pub read: u64,
    /// Taken.
    pub accepted: u64,
    /// Taken, with findings.
    pub with_findings: u64,
    /// Not taken.
    pub rejected: u64,
}

/// A decision made while reading.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionView {
    /// crs, encoding, mapping, layer, profile, angles or format.
    pub what: String,
    /// The outcome.
    pub value: String,
    /// How it came about.
    pub how: String,
    /// The file or the sender said so; otherwise it was inferred.
    pub sure: bool,
}

/// A finding on a row or, without a row, on the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowFindingView {
    /// Number of the row, from 1.
    #[schema(required)]
    pub row: Option<u64>,
    /// Column or field.
    #[schema(required)]
    pub field: Option<String>,
    /// Rule of the catalogue.
    pub rule: String,
    /// What the rule is called.
    pub title: String,
    /// info, warning or error.
    pub level: &'static str,
    /// The value found.
    #[schema(required)]
    pub found: Option<String>,
    /// What would have been right.
    pub expected: String,
    /// What to do.
    pub remedy: String,
    /// Cells that would set it right: hand them in as `corrections` to accept them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellView>,
    /// The system to read the whole file in, when that is what would set it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
}

/// Why a file was refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceiptError {
    /// Stable code.
    pub code: String,
    /// For people, in the language asked for.
    pub message: String,
}

impl ReceiptView {
    /// A receipt in a language.
    pub fn new(
        submission: &Submission,
        findings: &[RowFinding],
        duplicate: bool,
        lang: Lang,
    ) -> Self {
        let rows = submission.rows;
        Self {
            submission: submission.sha256.clone(),
            file: submission.file.clone(),
            kind: submission.kind.as_str(),
            received_at: submission.received_at.clone(),
            duplicate,
            rows: RowCountsView {
                read: rows.read,
                accepted: rows.accepted,
                with_findings: rows.with_findings,
                rejected: rows.rejected,
            },
            decisions: submission
                .decisions
                .iter()
                .map(|d| DecisionView {
                    what: d.what.clone(),
                    value: d.value.clone(),
                    how: lang.of(&d.how_zh, &d.how_en).clone(),
                    sure: d.sure,
                })
                .collect(),
            findings: findings
                .iter()
                .map(|f| RowFindingView::new(f, lang))
                .collect(),
            columns: Vec::new(),
            error: submission
                .error
                .as_ref()
                .map(|(code, zh, en)| ReceiptError {
                    code: code.clone(),
                    message: lang.of(zh, en).clone(),
                }),
        }
    }
}

impl RowFindingView {
    /// A row finding in a language.
    pub fn new(finding: &RowFinding, lang: Lang) -> Self {
        Self {
            row: finding.row,
            field: finding.field.clone(),
            rule: finding.rule.clone(),
            title: rules::find(&finding.rule)
                .map_or(finding.rule.as_str(), |r| r.title.of(lang))
                .to_owned(),
            level: finding.severity.as_str(),
            found: finding
                .found
                .clone()
                .or_else(|| rules::found(&finding.params, lang)),
            expected: rules::expected(&finding.rule, &finding.params, lang),
            remedy: rules::remedy(&finding.rule, &finding.params, lang),
            cells: match finding.params.get(CELLS) {
                Some(Param::List(flat)) => flat
                    .chunks_exact(2)
                    .map(|cell| CellView {
                        column: cell[0].clone(),
                        value: cell[1].clone(),
                    })
                    .collect(),
                _ => Vec::new(),
            },
            crs: match finding.params.get("proposes") {
                Some(Param::Text(crs)) => Some(crs.clone()),
                _ => None,
            },
        }
    }
}
