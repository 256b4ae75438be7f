//! Whole collections as files for other programs.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use jieming_domain::actor::Action;
use jieming_domain::unit::ExtentKind;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;

use super::reports::disposition;
use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Code, Result};
use crate::api::query::{Fields, FromFields, Query};
use crate::api::reader::Reader;
use crate::export::{Asked, Done, ExportError, Request, Why, export};

/// Exports at a time: each reads and writes as fast as the disk allows. Further ones wait.
static AT_A_TIME: Semaphore = Semaphore::const_new(2);

/// Rows of the file.
const ROWS: HeaderName = HeaderName::from_static("export-rows");
/// Texts that were cut because a Shapefile holds no more than 254 bytes.
const CUT: HeaderName = HeaderName::from_static("export-texts-cut");
/// Rows without geometry, because the coordinate system does not reach them.
const OUTSIDE: HeaderName = HeaderName::from_static("export-rows-outside");

/// The form of an export.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct ExportParams {
    /// shp (a zip), gpkg, geojson, csv or fgb.
    #[param(default = "geojson", example = "gpkg")]
    format: Option<String>,
    /// Coordinate system of the numbers: EPSG:n or the name of a registered parameter set. GeoJSON has none but the default.
    #[param(default = "EPSG:4490", example = "EPSG:4547")]
    crs: Option<String>,
    /// Kind of extent of units: legal or administered.
    #[param(default = "legal")]
    kind: Option<String>,
    /// Language of headings and messages: zh or en.
    lang: Option<String>,
}

/// An export to be made.
pub(in crate::api) struct ExportForm {
    format: String,
    crs: Option<String>,
    kind: Option<ExtentKind>,
}

impl FromFields for ExportForm {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            format: fields.text("format")?.unwrap_or_else(|| "geojson".into()),
            crs: fields.text("crs")?,
            kind: fields.word("kind")?,
        })
    }
}

/// A collection as a file: `units` (all levels), `units-LEVEL`, `places`, `findings`.
///
/// Longitude or easting first. The headers `export-texts-cut` and `export-rows-outside` say how many texts a Shapefile had
/// to cut, and how many rows the coordinate system does not reach.
#[utoipa::path(get, path = "/api/v1/collections/{name}/export", tag = "exports",
    params(("name" = String, Path, description = "units, units-LEVEL, places or findings", example = "units-county"),
        ExportParams),
    responses(
        (status = 200, content(
            (Object = "application/geo+json"), (String = "text/csv"), (Vec<u8> = "application/zip"),
            (Vec<u8> = "application/geopackage+sqlite3"), (Vec<u8> = "application/octet-stream")),
            headers(
                ("export-rows" = u64, description = "Rows of the file"),
                ("export-texts-cut" = u64, description = "Texts that were cut"),
                ("export-rows-outside" = u64, description = "Rows that the coordinate system does not reach"))),
        (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn export_collection(
    State(app): State<AppState>,
    reader: Reader,
    Path(name): Path<String>,
    Query(form): Query<ExportForm>,
) -> Result<Response> {
    reader.may(Action::Read, None)?;
    let asked = Asked {
        collection: &name,
        format: &form.format,
        crs: form.crs.as_deref(),
        kind: form.kind,
        lang: reader.lang,
    };
    let request = Request::new(app.store.as_ref(), &asked).await?;
    let failed = |e: std::io::Error| ApiError::internal(format!("keeping an export: {e}"));
    let _turn = AT_A_TIME
        .acquire()
        .await
        .map_err(|e| ApiError::internal(e.to_string()))?;
    let folder = &app.settings.upload_folder;
    tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    let folder = tempfile::Builder::new()
        .prefix("export-")
        .tempdir_in(folder)
        .map_err(failed)?;
    let path = folder.path().join("whole");
    let done = export(app.store.as_ref(), &request, &path).await?;
    let file = tokio::fs::File::open(&path).await.map_err(failed)?;
    let bytes = file.metadata().await.map_err(failed)?.len();
    // The open file outlives its name: whatever becomes of the download, nothing is left in the folder.
    drop(folder);
    let body = Body::from_stream(ReaderStream::with_capacity(file, 1 << 16));
    let mut response = body.into_response();
    describe(response.headers_mut(), &request, &done, bytes);
    Ok(response)
}

fn describe(headers: &mut HeaderMap, request: &Request, done: &Done, bytes: u64) {
    let media = HeaderValue::from_static(request.format.media_type());
    headers.insert(CONTENT_TYPE, media);
    headers.insert(CONTENT_LENGTH, bytes.into());
    headers.insert(ROWS, done.written.rows.into());
    headers.insert(CUT, done.written.cut.into());
    headers.insert(OUTSIDE, done.outside.into());
    let value = disposition("attachment", &request.file_name());
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
}

impl From<ExportError> for ApiError {
    fn from(e: ExportError) -> Self {
        let code = match e.why {
            Why::Collection => Code::CollectionNotFound,
            Why::Format | Why::Crs | Why::Kind | Why::Data => Code::BadParameter,
            Why::Work => return Self::internal(format!("export: {}", e.text.en)),
        };
        Self::new(code, e.text.zh, e.text.en)
    }
}
