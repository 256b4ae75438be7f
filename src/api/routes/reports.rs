//! Reports for print and for spreadsheets.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use jieming_domain::actor::Action;
use jieming_domain::finding::UnknownWord;
use jieming_reports::{Format, Report, ReportError};
use utoipa::IntoParams;

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::query::{Fields, FromFields, Nothing, Query};
use crate::api::reader::Reader;
use crate::reports;

/// The form of a report.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct ReportParams {
    /// html (for print), xlsx, geojson or csv.
    #[param(default = "html")]
    format: Option<String>,
    /// Language of the report: zh or en.
    lang: Option<String>,
}

/// The form of a report to be made.
pub(in crate::api) struct ReportForm {
    format: Format,
}

/// Formats of the API.
const FORMATS: &[&str] = &["html", "xlsx", "geojson", "csv"];

impl FromFields for ReportForm {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        let word = fields.text("format")?.unwrap_or_else(|| "html".to_owned());
        let known = FORMATS
            .contains(&word.as_str())
            .then(|| word.parse().ok())
            .flatten();
        let format = known.ok_or_else(|| {
            crate::api::query::unknown(
                "format",
                &UnknownWord {
                    found: word,
                    expected: FORMATS,
                },
            )
        })?;
        Ok(Self { format })
    }
}

/// The report on a unit.
#[utoipa::path(get, path = "/api/v1/reports/unit/{code}", tag = "reports",
    params(("code" = String, Path, description = "Code, or the name of a unit without code"), ReportParams),
    responses(
        (status = 200, content(
            (String = "text/html"), (String = "text/csv"), (Object = "application/geo+json"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn get_unit_report(
    State(app): State<AppState>,
    reader: Reader,
    Path(code): Path<String>,
    Query(form): Query<ReportForm>,
) -> Result<Response> {
    reader.may(Action::Read, Some(&code))?;
    let report = reports::unit(app.store.as_ref(), &code, reader.lang).await?;
    let report = report.ok_or_else(|| ApiError::unit_not_found(&code))?;
    document(report, form.format, format!("unit-{code}")).await
}

/// The report on the line between two units.
#[utoipa::path(get, path = "/api/v1/reports/line/{codes}", tag = "reports",
    params(("codes" = String, Path, description = "Codes of the two units, separated by a comma",
        example = "420102,420103"), ReportParams),
    responses(
        (status = 200, content(
            (String = "text/html"), (String = "text/csv"), (Object = "application/geo+json"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn get_line_report(
    State(app): State<AppState>,
    reader: Reader,
    Path(codes): Path<String>,
    Query(form): Query<ReportForm>,
) -> Result<Response> {
    let pair = codes.split_once(',').map(|(a, b)| (a.trim(), b.trim()));
    let (a, b) = pair
        .filter(|(a, b)| !a.is_empty() && !b.is_empty() && a != b)
        .ok_or_else(|| {
            ApiError::parameter(
                "codes",
                &codes,
                "以逗号分隔的两个不同代码",
                "two different codes separated by a comma",
            )
        })?;
    reader.may(Action::Read, Some(a))?;
    reader.may(Action::Read, Some(b))?;
    let report = reports::line(app.store.as_ref(), a, b, reader.lang).await?;
    let report = report.ok_or_else(|| ApiError::line_not_found(a, b))?;
    document(report, form.format, format!("line-{a}-{b}")).await
}

/// The registration form as an empty workbook, to be filled in and handed in.
#[utoipa::path(get, path = "/api/v1/templates/places.xlsx", tag = "submissions",
    params(crate::api::query::LangParam),
    responses((status = 200, content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub(in crate::api) async fn get_place_template(
    reader: Reader,
    _: Query<Nothing>,
) -> Result<Response> {
    reader.may(Action::Read, None)?;
    let lang = reader.lang;
    let name = lang.of("地名普查登记表", "place-names").to_owned();
    made(Format::Xlsx, name, move |out| {
        jieming_reports::write_place_template(lang, out)
    })
    .await
}

/// A report as it is answered.
async fn document(report: Report, format: Format, name: String) -> Result<Response> {
    made(format, name, move |out| {
        jieming_reports::write(&report, format, out)
    })
    .await
}

/// Writes a document away from the threads that answer requests.
async fn made(
    format: Format,
    name: String,
    write: impl FnOnce(&mut Vec<u8>) -> std::result::Result<(), ReportError> + Send + 'static,
) -> Result<Response> {
    let write = move || {
        let mut bytes = Vec::new();
        write(&mut bytes).map(|()| bytes)
    };
    let failed = |e: String| ApiError::internal(format!("writing a report: {e}"));
    let written = tokio::task::spawn_blocking(write)
        .await
        .map_err(|e| failed(e.to_string()))?;
    let mut response = written.map_err(|e| failed(e.to_string()))?.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    // A report stands alone: its own style and figures, nothing else, no script.
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
    );
    let shown = if format == Format::Html {
        "inline"
    } else {
        "attachment"
    };
    let name = format!("{name}.{}", format.as_str());
    if let Ok(value) = HeaderValue::from_str(&disposition(shown, &name)) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// `Content-Disposition` with a name that may hold any character (RFC 6266).
pub(in crate::api) fn disposition(shown: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-._".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("{shown}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_of_any_language() {
        assert_eq!(
            disposition("attachment", "unit-积玉桥\"\r\n.csv"),
            "attachment; filename=\"unit-______.csv\"; filename*=UTF-8''unit%2D%E7%A7%AF%E7%8E%89%E6%A1%A5%22%0D%0A%2Ecsv"
        );
    }
}
