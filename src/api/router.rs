//! Every route, in groups, with who calls them. The OpenAPI document is made from the same list, so that neither can
//! know a route that the other does not.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Uri};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::assets::find_page;
use super::envelope::{Envelope, envelope, page_policy};
use super::error::{ApiError, Code};
use super::routes::{
    audit, exports, fields, findings, health, info, lines, places, reports, submissions, tiles,
    units, upload, uploads,
};
use super::state::AppState;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Jieming 界明",
        description = "Geographic-names census and boundary management: units, boundary lines, place names and findings. \
            Coordinates are longitude, latitude in degrees (EPSG:4490); areas are ellipsoidal, in m²; codes are text. \
            Errors are `{\"error\": {\"code\", \"message\", \"request_id\"}}`; codes never change their meaning. \
            Lists are paged by key: `limit`, `after`, `next`.",
    ),
    tags(
        (name = "findings", description = "发现: what the audit found"),
        (name = "units", description = "行政区与界线: units and the lines between them"),
        (name = "places", description = "地名: place names"),
        (name = "submissions", description = "提交: files handed in"),
        (name = "reports", description = "报告: for print and for spreadsheets"),
        (name = "exports", description = "导出: collections as files for other programs"),
        (name = "tiles", description = "瓦片: vector tiles"),
        (name = "service", description = "服务: the service itself"),
    )
)]
struct Document;

fn routes() -> OpenApiRouter<AppState> {
    let routes = OpenApiRouter::with_openapi(Document::openapi());
    // The page, and scripts.
    let routes = routes
        .routes(routes!(info::get_info))
        .routes(routes!(findings::list_findings))
        .routes(routes!(findings::list_finding_groups))
        .routes(routes!(findings::export_findings))
        .routes(routes!(findings::find_finding))
        .routes(routes!(audit::request_audit))
        .routes(routes!(units::list_units))
        .routes(routes!(units::find_unit))
        .routes(routes!(lines::list_lines))
        .routes(routes!(places::list_places))
        .routes(routes!(places::find_place));
    // Those who hand in files.
    let routes = routes
        .routes(routes!(
            submissions::list_submissions,
            upload::create_submissions
        ))
        .routes(routes!(uploads::create_upload))
        .routes(routes!(
            uploads::find_upload,
            uploads::append_upload,
            uploads::delete_upload
        ))
        .routes(routes!(fields::list_fields))
        .routes(routes!(reports::get_place_template))
        .routes(routes!(submissions::find_submission))
        .routes(routes!(submissions::list_submission_rows));
    // Those who print, and spreadsheets.
    let routes = routes
        .routes(routes!(reports::get_unit_report))
        .routes(routes!(reports::get_line_report));
    // Other programs, and desktop GIS.
    let routes = routes.routes(routes!(exports::export_collection));
    // Maps: the page, and desktop GIS.
    let routes = routes
        .routes(routes!(tiles::list_tilesets))
        .routes(routes!(tiles::find_tileset))
        .routes(routes!(tiles::find_tile));
    // Supervisors.
    routes
        .routes(routes!(health::get_health))
        .routes(routes!(health::get_readiness))
}

/// The OpenAPI 3.1 document.
pub fn document() -> OpenApi {
    routes().into_openapi()
}

/// Everything that is served, ready to listen.
///
/// # Errors
/// When a setting cannot be used; says which.
pub fn router(state: AppState) -> Result<Router, String> {
    let (routes, document) = routes().split_for_parts();
    let document = document
        .to_json()
        .map_err(|e| format!("OpenAPI document: {e}"))?;
    let document =
        move || std::future::ready(([(CONTENT_TYPE, "application/json")], document.clone()));
    let settings = &state.settings;
    let layer = Arc::new(Envelope {
        request_time: settings.request_time,
        upload_time: settings.upload_time,
        policy: page_policy(settings.basemap.as_deref())?,
    });
    Ok(routes
        .route("/openapi.json", get(document))
        // Uploads count their own bytes, with their own limit.
        .layer(DefaultBodyLimit::disable())
        .method_not_allowed_fallback(no_method)
        .fallback_service(get(find_page).fallback(no_method))
        .layer(middleware::from_fn_with_state(layer, envelope))
        .with_state(state))
}

async fn no_method(method: Method, uri: Uri) -> impl IntoResponse {
    let path = uri.path();
    ApiError::new(
        Code::MethodNotAllowed,
        format!("{path} 不支持 {method}"),
        format!("{path} does not know {method}"),
    )
}
