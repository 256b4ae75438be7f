//! Boundary lines: what two neighbours have in common.

use axum::Json;
use axum::extract::State;
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::Result;
use crate::api::query::{Fields, FromFields, PageParams, Query};
use crate::api::reader::Reader;
use crate::api::views::{codes, names};
use crate::store::{LineFilter, PageRequest};

/// Which lines.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct LineParams {
    /// Code of one of the two units.
    unit: Option<String>,
    /// Level.
    level: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// A list of lines to be read.
pub(in crate::api) struct ListLines {
    filter: LineFilter,
    page: PageRequest,
}

impl FromFields for ListLines {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            filter: LineFilter {
                unit: fields.text("unit")?,
                level: fields.text_even_empty("level")?,
            },
            page: fields.page()?,
        })
    }
}

/// A line between two neighbours, as measured by the last audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// Codes of the two, in order.
    pub units: Vec<String>,
    /// Names of the two, in the same order.
    pub unit_names: Vec<String>,
    /// Level.
    pub level: String,
    /// legal or administered.
    pub kind: &'static str,
    /// Length in m.
    pub length_m: f64,
    /// Length in m that is the same on both sides.
    pub agreed_m: f64,
    /// Length in m on which the sides differ by no more than the level's tolerance.
    pub within_m: f64,
    /// Findings between exactly these two that are not gone.
    pub findings: u64,
}

/// A page of lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineList {
    /// The lines.
    pub lines: Vec<LineView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// Boundary lines by level and codes.
#[utoipa::path(get, path = "/api/v1/lines", tag = "units", params(LineParams, PageParams),
    responses((status = 200, body = LineList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_lines(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListLines>,
) -> Result<Json<LineList>> {
    reader.may(Action::Read, list.filter.unit.as_deref())?;
    let page = app.store.lines(&list.filter, list.page).await?;
    let lines = page
        .items
        .into_iter()
        .map(|l| LineView {
            units: codes(&l.units),
            unit_names: names(&l.units),
            level: l.level,
            kind: l.kind.as_str(),
            length_m: l.length_m,
            agreed_m: l.agreed_m,
            within_m: l.within_m,
            findings: l.findings,
        })
        .collect();
    Ok(Json(LineList {
        lines,
        matched: page.matched,
        next: page.next,
    }))
}
