//! The audit on demand.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::AppState;
use crate::api::error::Result;
use crate::api::query::{LangParam, Nothing, Query};
use crate::api::reader::Reader;

/// An audit that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRequested {
    /// The run that answers has at least this number; `/api/v1/info` tells when it is done.
    pub run: i64,
}

/// Asks for an audit of all that is held. Requests that come while one runs are answered together by the next.
#[utoipa::path(post, path = "/api/v1/audit", tag = "findings", params(LangParam),
    responses((status = 202, body = AuditRequested)))]
pub(in crate::api) async fn request_audit(
    State(app): State<AppState>,
    reader: Reader,
    _: Query<Nothing>,
) -> Result<(StatusCode, Json<AuditRequested>)> {
    reader.may(Action::Audit, None)?;
    let finished = app.store.last_run().await?.map_or(0, |r| r.number);
    let running = i64::from(app.audit.status().running);
    app.audit.request_whole();
    Ok((
        StatusCode::ACCEPTED,
        Json(AuditRequested {
            run: finished + running + 1,
        }),
    ))
}
