//! Handing in files.

use std::path::Path;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use futures::StreamExt;
use jieming_domain::actor::Action;
use jieming_domain::finding::UnknownWord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Code, Result};
use crate::api::query::{LangParam, Nothing, Query, unknown};
use crate::api::reader::Reader;
use crate::api::upload::{Unused, receive, too_large};
use crate::api::views::{ColumnView, ReceiptView};
use crate::ingest::{Correction, ImportError, ImportOptions, Imported, check, import};
use crate::store::SubmissionAs;

/// How long an answer waits for the audit of what it brought.
const AUDIT_PATIENCE: Duration = Duration::from_secs(2);

/// The form of an upload. Options hold for every file of it.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the form for the OpenAPI document; `options` reads it"
)]
pub struct UploadForm {
    /// One or more files. The parts of a shapefile (.shp, .shx, .dbf, .prj, .cpg) may come side by side.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// Number of a file that came in pieces; may come several times.
    upload: Option<Vec<String>>,
    /// units or places.
    #[schema(rename = "as")]
    kind_of_rows: String,
    /// Layer or sheet.
    layer: Option<String>,
    /// Level of all units.
    level: Option<String>,
    /// Column with the level of each unit.
    level_field: Option<String>,
    /// legal or administered.
    kind: Option<String>,
    /// Column with the code.
    code_field: Option<String>,
    /// Column with the name.
    name_field: Option<String>,
    /// Column with the code of the unit above, or of the unit that a place claims.
    parent_field: Option<String>,
    /// generic or census-cn.
    profile: Option<String>,
    /// EPSG:n, GCJ-02, BD-09, or the name of a registered parameter set.
    crs: Option<String>,
    /// Text encoding.
    encoding: Option<String>,
    /// How angles are written: decimal (or with marks), dddmmss, d.mmss.
    angles: Option<String>,
    /// From when the extents legally hold, YYYY-MM-DD.
    valid_from: Option<String>,
    /// FIELD=COLUMN; may come several times.
    map: Option<Vec<String>>,
    /// Corrected cells, a JSON list of {"row", "column", "value"}; may come several times.
    corrections: Option<Vec<String>>,
    /// SHA-256 of the submission that this one corrects: its records that are not in this one are withdrawn.
    corrects: Option<String>,
    /// true: only read and check, keep nothing.
    dry_run: Option<bool>,
}

/// Receipts of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipts {
    /// One for each file, also for those refused.
    pub receipts: Vec<ReceiptView>,
}

/// What the form says besides files.
#[derive(Debug, PartialEq)]
struct Form {
    options: ImportOptions,
    dry_run: bool,
}

/// Hands in files. Every file gets a receipt; one that is refused does not stop the others. Accepted ones ask for an
/// audit.
#[utoipa::path(post, path = "/api/v1/submissions", tag = "submissions", params(LangParam),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Receipts),
        (status = 400, body = ErrorBody),
        (status = 413, body = ErrorBody)))]
pub(in crate::api) async fn create_submissions(
    State(app): State<AppState>,
    reader: Reader,
    headers: HeaderMap,
    _: Query<Nothing>,
    request: Request,
) -> Result<Json<Receipts>> {
    reader.may(Action::Submit, None)?;
    let most = app.settings.upload_bytes;
    if announced(&headers).is_some_and(|n| n > most.saturating_add(OVERHEAD)) {
        return Err(too_large(most));
    }
    let unused = Unused::default();
    let form = multipart(request, unused.clone()).await?;
    let upload = receive(form, &unused, &app.settings.upload_folder, most).await?;
    let form = options(&upload.texts)?;
    let of_one = form.options.corrects.is_some() || !form.options.file.corrections.is_empty();
    if of_one && upload.files.len() > 1 {
        return Err(ApiError::body(
            "corrects 和 corrections 只能用于一个文件，请逐个提交",
            "corrects and corrections are of one file: hand the files in one by one",
        ));
    }
    let mut receipts = Vec::with_capacity(upload.files.len());
    let mut taken = false;
    for file in &upload.files {
        let receipt = hand_in(&app, &reader, file, &form).await?;
        taken |= receipt.error.is_none() && !receipt.duplicate && !form.dry_run;
        receipts.push(receipt);
    }
    if taken {
        app.audit.request();
        // A small change is audited before its sender has the answer; a large one goes on.
        app.audit.quiet(AUDIT_PATIENCE).await;
    }
    Ok(Json(Receipts { receipts }))
}

/// Takes one file in, or only checks it.
async fn hand_in(app: &AppState, reader: &Reader, path: &Path, form: &Form) -> Result<ReceiptView> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut context = app.import.clone();
    // Parameter sets may have been added on the command line since the service began.
    context.reading.registry = app.store.parameter_sets().await?;
    let done = if form.dry_run {
        check(&context, &reader.actor, path, &name, &form.options).await
    } else {
        import(&context, &reader.actor, path, &name, &form.options).await
    };
    let Imported {
        submission,
        findings,
        duplicate,
        columns,
    } = done.map_err(|e| match e {
        ImportError::NotThere(sha) => ApiError::parameter(
            "corrects",
            &sha,
            "本服务已有提交的 SHA-256",
            "the SHA-256 of a submission that is here",
        ),
        e => ApiError::internal(format!("taking a file in: {e}")),
    })?;
    let receipt = ReceiptView::new(&submission, &findings, duplicate, reader.lang);
    Ok(ReceiptView {
        columns: columns.into_iter().map(ColumnView::from).collect(),
        ..receipt
    })
}

/// The form of a request, read a chunk at a time.
async fn multipart(request: Request, unused: Unused) -> Result<Multipart> {
    let (parts, body) = request.into_parts();
    // The parser takes all chunks that are ready before it looks at one. A sender faster than the disk would fill the
    // memory, so each chunk (and the end, which the parser must not see together with the first boundary) comes in a
    // turn of its own.
    let paced = futures::stream::unfold(
        (body.into_data_stream(), unused, false),
        |(mut body, unused, later)| async move {
            if later {
                tokio::task::yield_now().await;
            }
            let chunk = body.next().await?;
            let chunk = match chunk {
                Ok(bytes) => unused.came(bytes.len()).map(|()| bytes),
                Err(e) => Err(std::io::Error::other(e)),
            };
            Some((chunk, (body, unused, true)))
        },
    );
    let request = Request::from_parts(parts, Body::from_stream(paced));
    Multipart::from_request(request, &())
        .await
        .map_err(|e| ApiError {
            inside: Some(e.body_text()),
            ..ApiError::body(
                "应为 multipart/form-data 格式的上传",
                "expected an upload as multipart/form-data",
            )
        })
}

/// What a form may add to its files: boundaries, heads, texts.
const OVERHEAD: u64 = 1 << 20;

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads the texts of a form.
fn options(texts: &[(String, String)]) -> Result<Form> {
    let mut kind = None;
    // What is read here is replaced below, once it is known as what the files come.
    let mut options = ImportOptions::new(SubmissionAs::Units);
    let mut dry_run = false;
    for (name, text) in texts {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let value = || Some(text.to_owned());
        match name.as_str() {
            "as" => kind = Some(rows_of(text)?),
            "layer" => options.file.layer = value(),
            "level" => options.file.level = value(),
            "level_field" => options.file.level_field = value(),
            "code_field" => options.file.code_field = value(),
            "name_field" => options.file.name_field = value(),
            "parent_field" => options.file.parent_field = value(),
            "crs" => options.file.crs = value(),
            "encoding" => options.file.encoding = value(),
            "angles" => {
                let known = text.parse().map_err(|_| {
                    ApiError::parameter(
                        "angles",
                        text,
                        "decimal、dddmmss 或 d.mmss",
                        "decimal, dddmmss or d.mmss",
                    )
                })?;
                options.file.angles = Some(known);
            }
            "corrections" => {
                let all = Correction::read_list(text).map_err(|e| {
                    ApiError::parameter(
                        "corrections",
                        &e,
                        "JSON 列表 [{\"row\": 3, \"column\": \"经度\", \"value\": \"114.3\"}]",
                        "a JSON list [{\"row\": 3, \"column\": \"lon\", \"value\": \"114.3\"}]",
                    )
                })?;
                options.file.corrections.extend(all);
            }
            "corrects" => options.corrects = Some(text.to_ascii_lowercase()),
            "valid_from" => {
                let date: jiff::civil::Date = text.parse().map_err(|_| {
                    ApiError::parameter(
                        "valid_from",
                        text,
                        "日期，如 2026-01-01",
                        "a date such as 2026-01-01",
                    )
                })?;
                options.valid_from = Some(date.to_string());
            }
            "kind" => options.extent_kind = text.parse().map_err(|e| unknown("kind", &e))?,
            "profile" => {
                options.file.profile = Some(text.parse().map_err(|e| unknown("profile", &e))?)
            }
            "map" => {
                let pair = text
                    .split_once('=')
                    .filter(|(f, c)| !f.trim().is_empty() && !c.trim().is_empty());
                let (field, column) = pair.ok_or_else(|| {
                    ApiError::parameter("map", text, "“字段=列名”", "FIELD=COLUMN")
                })?;
                options
                    .file
                    .map
                    .push((field.trim().to_owned(), column.trim().to_owned()));
            }
            "dry_run" => dry_run = yes(text)?,
            other => {
                return Err(ApiError::new(
                    Code::BadParameter,
                    format!("表单中没有名为“{other}”的字段；可用的字段见 /openapi.json"),
                    format!("the form has no field \"{other}\"; /openapi.json lists them"),
                ));
            }
        }
    }
    options.kind = kind.ok_or_else(|| {
        ApiError::parameter(
            "as",
            "",
            "units（行政区）或 places（地名）",
            "units or places",
        )
    })?;
    Ok(Form { options, dry_run })
}

pub(in crate::api) fn rows_of(text: &str) -> Result<SubmissionAs> {
    match text {
        "units" => Ok(SubmissionAs::Units),
        "places" => Ok(SubmissionAs::Places),
        _ => Err(unknown(
            "as",
            &UnknownWord {
                found: text.to_owned(),
                expected: &["units", "places"],
            },
        )),
    }
}

fn yes(text: &str) -> Result<bool> {
    match text {
        "true" | "1" | "on" | "yes" => Ok(true),
        "false" | "0" | "off" | "no" => Ok(false),
        _ => Err(unknown(
            "dry_run",
            &UnknownWord {
                found: text.to_owned(),
                expected: &["true", "false"],
            },
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jieming_domain::unit::ExtentKind;

    fn read(texts: &[(&str, &str)]) -> Result<Form> {
        let texts: Vec<_> = texts
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        options(&texts)
    }

    #[test]
    fn every_option_arrives() {
        let form = read(&[
            ("as", "units"),
            ("level", "county"),
            ("kind", "administered"),
            ("crs", "GCJ-02"),
            ("map", "name=名称"),
            ("map", "code = 代码"),
            ("valid_from", "2026-01-31"),
            ("dry_run", "true"),
            ("encoding", ""),
        ])
        .unwrap();
        assert!(form.dry_run);
        assert_eq!(form.options.kind, SubmissionAs::Units);
        assert_eq!(form.options.extent_kind, ExtentKind::Administered);
        assert_eq!(form.options.valid_from.as_deref(), Some("2026-01-31"));
        let file = form.options.file;
        assert_eq!(
            (file.level.as_deref(), file.crs.as_deref()),
            (Some("county"), Some("GCJ-02"))
        );
        assert_eq!(
            file.map,
            [
                ("name".into(), "名称".into()),
                ("code".into(), "代码".into())
            ]
        );
        assert_eq!(file.encoding, None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (texts, name) in [
            (vec![], "as"),
            (vec![("as", "maps")], "as"),
            (vec![("as", "units"), ("kind", "real")], "kind"),
            (vec![("as", "units"), ("valid_from", "soon")], "valid_from"),
            (vec![("as", "units"), ("map", "name")], "map"),
            (vec![("as", "units"), ("dry_run", "maybe")], "dry_run"),
            (vec![("as", "units"), ("leval", "county")], "leval"),
        ] {
            let e = read(&texts).unwrap_err();
            assert!(e.en.contains(name) && e.zh.contains(name), "{e:?}");
        }
    }
}
