//! For supervisors: whether the process lives, whether it can work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Code, Result};
use crate::api::query::{Nothing, Query};

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; otherwise the answer is an error.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = Health)))]
pub(in crate::api) async fn get_health(_: Query<Nothing>) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the service can work: the database answers.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    responses((status = 200, body = Health), (status = 503, body = ErrorBody))
)]
pub(in crate::api) async fn get_readiness(
    State(app): State<AppState>,
    _: Query<Nothing>,
) -> Result<Json<Health>> {
    app.store.generation().await.map_err(|e| ApiError {
        inside: Some(e.to_string()),
        ..ApiError::new(
            Code::Unavailable,
            "数据库没有应答",
            "the database does not answer",
        )
    })?;
    Ok(Json(Health { status: "ok" }))
}
