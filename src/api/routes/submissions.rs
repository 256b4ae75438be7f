//! Files handed in: their receipts and what became of their rows.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use jieming_domain::actor::Action;
use jieming_domain::finding::UnknownWord;
use jieming_domain::lang::Lang;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::query::{Fields, FromFields, LangParam, Nothing, PageParams, Query};
use crate::api::reader::Reader;
use crate::api::views::{ReceiptView, RowFindingView};
use crate::store::{PageRequest, RowResultWithFindings, RowState, Submission};

/// Which rows, and how.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct RowParams {
    /// accepted, with_findings or rejected; all when absent.
    state: Option<String>,
    /// json, or csv for a table of findings (all rows unless `limit` is given).
    #[param(default = "json")]
    format: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// Rows to be read.
pub(in crate::api) struct ListRows {
    state: Option<RowState>,
    format: RowFormat,
    page: PageRequest,
}

/// A list of submissions to be read.
pub(in crate::api) struct ListSubmissions {
    page: PageRequest,
}

#[derive(Clone, Copy, PartialEq, Default)]
enum RowFormat {
    #[default]
    Json,
    Csv,
}

impl std::str::FromStr for RowFormat {
    type Err = UnknownWord;
    fn from_str(s: &str) -> std::result::Result<Self, UnknownWord> {
        match s {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err(UnknownWord {
                found: s.to_owned(),
                expected: &["json", "csv"],
            }),
        }
    }
}

impl FromFields for ListRows {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        let format = fields.word("format")?.unwrap_or_default();
        let limited = fields.has("limit");
        let mut page = fields.page()?;
        if format == RowFormat::Csv && !limited {
            page.limit = usize::MAX;
        }
        Ok(Self {
            state: fields.word("state")?,
            format,
            page,
        })
    }
}

impl FromFields for ListSubmissions {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            page: fields.page()?,
        })
    }
}

/// A page of receipts.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubmissionList {
    /// Receipts, newest first, without the findings on single rows.
    pub submissions: Vec<ReceiptView>,
    /// How many there are.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Number of the row, from 1.
    pub row: u64,
    /// accepted, with_findings or rejected.
    pub state: &'static str,
    /// Its name, as far as read.
    pub name: String,
    /// Its code, as far as read.
    pub code: String,
    /// EPSG:4490 longitude, as far as read; also of a row that was rejected.
    #[schema(required)]
    lon: Option<f64>,
    /// EPSG:4490 latitude.
    #[schema(required)]
    lat: Option<f64>,
    /// Findings on it.
    pub findings: Vec<RowFindingView>,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowList {
    /// The rows.
    pub rows: Vec<RowView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// Files handed in, newest first.
#[utoipa::path(get, path = "/api/v1/submissions", tag = "submissions", params(LangParam, PageParams),
    responses((status = 200, body = SubmissionList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_submissions(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListSubmissions>,
) -> Result<Json<SubmissionList>> {
    reader.may(Action::Read, None)?;
    let page = app.store.submissions(list.page).await?;
    let submissions = page
        .items
        .iter()
        .map(|s| ReceiptView::new(s, &[], false, reader.lang))
        .collect();
    Ok(Json(SubmissionList {
        submissions,
        matched: page.matched,
        next: page.next,
    }))
}

/// The receipt of a file, by the SHA-256 of its bytes.
#[utoipa::path(get, path = "/api/v1/submissions/{sha}", tag = "submissions",
    params(("sha" = String, Path, description = "SHA-256, hex"), LangParam),
    responses((status = 200, body = ReceiptView), (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_submission(
    State(app): State<AppState>,
    reader: Reader,
    Path(sha): Path<String>,
    _: Query<Nothing>,
) -> Result<Json<ReceiptView>> {
    reader.may(Action::Read, None)?;
    let submission = load(&app, &sha).await?;
    let findings = app.store.row_findings(submission.id).await?;
    Ok(Json(ReceiptView::new(
        &submission,
        &findings,
        false,
        reader.lang,
    )))
}

/// What became of the rows of a file.
#[utoipa::path(get, path = "/api/v1/submissions/{sha}/rows", tag = "submissions",
    params(("sha" = String, Path, description = "SHA-256, hex"), RowParams, PageParams),
    responses(
        (status = 200, content((RowList = "application/json"), (String = "text/csv"))),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn list_submission_rows(
    State(app): State<AppState>,
    reader: Reader,
    Path(sha): Path<String>,
    Query(list): Query<ListRows>,
) -> Result<Response> {
    reader.may(Action::Read, None)?;
    let submission = load(&app, &sha).await?;
    let page = app
        .store
        .submission_rows(submission.id, list.state, list.page)
        .await?;
    if list.format == RowFormat::Csv {
        return csv_table(&submission, &page.items, reader.lang);
    }
    let rows = page
        .items
        .iter()
        .map(|r| RowView::new(r, reader.lang))
        .collect();
    Ok(Json(RowList {
        rows,
        matched: page.matched,
        next: page.next,
    })
    .into_response())
}

async fn load(app: &AppState, sha: &str) -> Result<Submission> {
    let lower = sha.to_ascii_lowercase();
    if lower.len() != 64 || !lower.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ApiError::parameter(
            "sha",
            sha,
            "64 位十六进制的 SHA-256",
            "a SHA-256 of 64 hexadecimal digits",
        ));
    }
    app.store
        .submission(&lower)
        .await?
        .ok_or_else(|| ApiError::submission_not_found(sha))
}

impl RowView {
    fn new(row: &RowResultWithFindings, lang: Lang) -> Self {
        Self {
            row: row.row.row,
            state: row.row.state.as_str(),
            name: row.row.name.clone(),
            code: row.row.code.clone(),
            lon: row.row.position.map(|p| p[0]),
            lat: row.row.position.map(|p| p[1]),
            findings: row
                .findings
                .iter()
                .map(|f| RowFindingView::new(f, lang))
                .collect(),
        }
    }
}

/// One line per finding, and one per row without any: what a surveyor opens in a spreadsheet.
fn csv_table(
    submission: &Submission,
    rows: &[RowResultWithFindings],
    lang: Lang,
) -> Result<Response> {
    let failed = |e: String| ApiError::internal(format!("writing a table: {e}"));
    // Spreadsheets take a table without this mark for the system's own encoding.
    let mut writer = csv::Writer::from_writer(Vec::from("\u{feff}"));
    let heads = lang.of(
        [
            "行号",
            "结果",
            "名称",
            "代码",
            "字段",
            "规则",
            "级别",
            "发现的值",
            "应为",
            "处理办法",
        ],
        [
            "row", "state", "name", "code", "field", "rule", "level", "found", "expected", "remedy",
        ],
    );
    writer
        .write_record(heads)
        .map_err(|e| failed(e.to_string()))?;
    for row in rows {
        let view = RowView::new(row, lang);
        let number = view.row.to_string();
        let head = [
            number.as_str(),
            view.state,
            &plain(&view.name),
            &plain(&view.code),
        ]
        .map(str::to_owned);
        let findings: Vec<[String; 6]> = if view.findings.is_empty() {
            vec![Default::default()]
        } else {
            view.findings.into_iter().map(finding_cells).collect()
        };
        for cells in findings {
            writer
                .write_record(head.iter().chain(&cells))
                .map_err(|e| failed(e.to_string()))?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    let mut response = bytes.into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let name = format!(
        "attachment; filename=\"rows-{}.csv\"",
        &submission.sha256[..12.min(submission.sha256.len())]
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn finding_cells(f: RowFindingView) -> [String; 6] {
    [
        plain(&f.field.unwrap_or_default()),
        f.rule,
        f.level.to_owned(),
        plain(&f.found.unwrap_or_default()),
        f.expected,
        f.remedy,
    ]
}

/// What came from a file, so that a spreadsheet does not run it as a formula.
fn plain(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    // A plain number is harmless and should stay one.
    if formula && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn formulas_do_not_run() {
        assert_eq!(
            plain("=HYPERLINK(\"http://x\")"),
            "'=HYPERLINK(\"http://x\")"
        );
        assert_eq!(plain("-12.5"), "-12.5");
        assert_eq!(plain("江岸区"), "江岸区");
    }
}
