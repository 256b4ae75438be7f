//! What the page asks first.

use axum::Json;
use axum::extract::State;
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::AppState;
use crate::api::error::Result;
use crate::api::query::{Nothing, Query};
use crate::api::reader::Reader;
use crate::api::tiles::Collection;
use crate::store::{Bbox, Overview, Timestamp};

/// The service and what it holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct Info {
    /// Name of the service.
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Address of a basemap, when the operator set one.
    #[schema(required)]
    pub basemap: Option<String>,
    /// Whom to name beside the map.
    #[schema(required)]
    pub attribution: Option<String>,
    /// West, south, east, north of everything, in degrees.
    #[schema(required, value_type = Option<Vec<f64>>)]
    pub bounds: Option<Bbox>,
    /// Coverages, largest units first.
    pub levels: Vec<LevelInfo>,
    /// Numbers.
    pub counts: Counts,
    /// The audit.
    pub audit: AuditInfo,
    /// Moves on with every change of what is held: when it does, what was read before may be out of date.
    pub generation: i64,
}

/// A coverage.
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelInfo {
    /// Level word; empty when the units have none.
    #[schema(example = "county")]
    pub level: String,
    /// legal or administered.
    pub kind: &'static str,
    /// Units.
    pub units: u64,
    /// Address of its TileJSON.
    #[schema(example = "/tiles/units-county.json")]
    pub tiles: String,
}

/// Numbers of what is held.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    /// Units.
    pub units: u64,
    /// Places.
    pub places: u64,
    /// Findings that are not gone.
    pub findings_open: u64,
    /// Files handed in.
    pub submissions: u64,
}

/// The audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditInfo {
    /// One runs or is about to.
    pub running: bool,
    /// Number of the last finished run.
    #[schema(required)]
    pub run: Option<i64>,
    /// When it ended, RFC 3339.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Share done of the running one, from 0 to 1.
    #[schema(required)]
    pub progress: Option<f64>,
    /// The last run did not come to its end; the log says why.
    pub failed: bool,
}

/// The service and what it holds.
#[utoipa::path(get, path = "/api/v1/info", tag = "service", params(crate::api::query::LangParam),
    responses((status = 200, body = Info)))]
pub(in crate::api) async fn get_info(
    State(app): State<AppState>,
    reader: Reader,
    _: Query<Nothing>,
) -> Result<Json<Info>> {
    reader.may(Action::Read, None)?;
    let overview = app.store.overview().await?;
    let run = app.store.last_run().await?;
    let status = app.audit.status();
    Ok(Json(Info {
        name: "jieming",
        version: env!("CARGO_PKG_VERSION"),
        basemap: app.settings.basemap.clone(),
        attribution: app.settings.attribution.clone(),
        bounds: overview.bounds,
        levels: levels(&overview),
        counts: Counts {
            units: overview.units,
            places: overview.places,
            findings_open: overview.findings_open,
            submissions: overview.submissions,
        },
        audit: AuditInfo {
            running: status.running || status.waiting,
            run: run.as_ref().map(|r| r.number),
            finished_at: run.map(|r| r.finished_at),
            progress: status.progress,
            failed: status.failed.is_some(),
        },
        generation: app.store.generation().await?,
    }))
}

fn levels(overview: &Overview) -> Vec<LevelInfo> {
    let coverages = overview.coverages.iter();
    coverages
        .map(|c| {
            let collection = Collection::Units {
                level: c.level.clone(),
                kind: c.kind,
            };
            LevelInfo {
                level: c.level.clone(),
                kind: c.kind.as_str(),
                units: c.units,
                tiles: format!("{}.json", collection.path()),
            }
        })
        .collect()
}
