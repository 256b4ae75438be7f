//! Large files in pieces, by the protocol tus 1.0.0 (core, creation, termination, expiration): begin, ask how far it is,
//! go on. A whole file is handed in with the field `upload` of `POST /api/v1/submissions`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use jieming_domain::actor::Action;

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::parked::{KEPT, Parked};
use crate::api::query::{LangParam, Nothing, Query};
use crate::api::reader::Reader;

const VERSION: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const PIECE: &str = "application/offset+octet-stream";

fn parked(app: &AppState) -> Parked {
    Parked::new(&app.settings.upload_folder, app.settings.upload_bytes)
}

/// An answer of the protocol.
fn answer(status: StatusCode, headers: impl IntoIterator<Item = (HeaderName, String)>) -> Response {
    let mut response = status.into_response();
    let own = response.headers_mut();
    own.insert(VERSION, HeaderValue::from_static("1.0.0"));
    own.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            own.insert(name, value);
        }
    }
    response
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let text = headers
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    text.parse()
        .map_err(|_| ApiError::parameter(name.as_str(), text, "字节数", "a number of bytes"))
}

/// The file's name out of `filename BASE64,other BASE64`.
fn file_name(headers: &HeaderMap) -> Option<String> {
    let all = headers.get(METADATA)?.to_str().ok()?;
    let encoded = all
        .split(',')
        .find_map(|pair| pair.trim().strip_prefix("filename "))?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    String::from_utf8(bytes).ok()
}

fn expires() -> Option<String> {
    let at = jiff::Timestamp::now().checked_add(KEPT).ok()?;
    Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// Begins a file that will come in pieces.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "submissions",
    params(LangParam,
        ("upload-length" = u64, Header, description = "Bytes of the file in all"),
        ("upload-metadata" = String, Header, description = "filename and its name in base64")),
    responses((status = 201, description = "Begun; `location` is its address"), (status = 400, body = ErrorBody),
        (status = 413, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(in crate::api) async fn create_upload(
    State(app): State<AppState>,
    reader: Reader,
    headers: HeaderMap,
    _: Query<Nothing>,
) -> Result<Response> {
    reader.may(Action::Submit, None)?;
    let length = number(&headers, &LENGTH)?;
    let name = file_name(&headers).ok_or_else(|| {
        ApiError::parameter(
            "upload-metadata",
            "",
            "filename 与 base64 编码的文件名",
            "filename and the name of the file in base64",
        )
    })?;
    let id = parked(&app).begin(&name, length).await?;
    let address = format!("/api/v1/uploads/{id}");
    let expires = expires().map(|at| (EXPIRES, at));
    let headers = [(LOCATION, address), (OFFSET, "0".to_owned())];
    Ok(answer(
        StatusCode::CREATED,
        headers.into_iter().chain(expires),
    ))
}

/// How far a file is.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "submissions",
    params(("id" = String, Path, description = "Number of the upload"), LangParam),
    responses((status = 200, description = "`upload-offset` bytes of `upload-length` are here"),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_upload(
    State(app): State<AppState>,
    reader: Reader,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<Response> {
    reader.may(Action::Submit, None)?;
    let (about, here) = parked(&app).find(&id).await?;
    Ok(answer(
        StatusCode::OK,
        [
            (OFFSET, here.to_string()),
            (LENGTH, about.length.to_string()),
        ],
    ))
}

/// The next piece of a file.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "submissions",
    params(("id" = String, Path, description = "Number of the upload"), LangParam,
        ("upload-offset" = u64, Header, description = "Where the piece begins: as many bytes as are here")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, description = "`upload-offset` bytes are here now"), (status = 400, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(in crate::api) async fn append_upload(
    State(app): State<AppState>,
    reader: Reader,
    Path(id): Path<String>,
    _: Query<Nothing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    reader.may(Action::Submit, None)?;
    let found = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if found != Some(PIECE) {
        return Err(ApiError::parameter(
            "content-type",
            found.unwrap_or_default(),
            PIECE,
            PIECE,
        ));
    }
    let offset = number(&headers, &OFFSET)?;
    let here = parked(&app).append(&id, offset, body).await?;
    let expires = expires().map(|at| (EXPIRES, at));
    let headers = [(OFFSET, here.to_string())];
    Ok(answer(
        StatusCode::NO_CONTENT,
        headers.into_iter().chain(expires),
    ))
}

/// Gives a file up.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "submissions",
    params(("id" = String, Path, description = "Number of the upload"), LangParam),
    responses((status = 204, description = "Gone"), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(in crate::api) async fn delete_upload(
    State(app): State<AppState>,
    reader: Reader,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<Response> {
    reader.may(Action::Submit, None)?;
    parked(&app).remove(&id).await?;
    Ok(answer(StatusCode::NO_CONTENT, []))
}
