//! Units.

use axum::Json;
use axum::extract::{Path, State};
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::query::{Fields, FromFields, PageParams, Query};
use crate::api::reader::Reader;
use crate::api::views::{Feature, GeoJson, KindCounts, geometry, kind_counts};
use crate::store::{Bbox, LineFilter, PageRequest, UnitExtent, UnitFilter, UnitSummary};

/// Which units.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct UnitParams {
    /// Level.
    level: Option<String>,
    /// legal or administered.
    kind: Option<String>,
    /// Code of the unit above.
    parent: Option<String>,
    /// Beginning of the name or of the code.
    name: Option<String>,
    /// west,south,east,north in degrees.
    #[param(example = "114.0,30.0,115.0,31.0")]
    bbox: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// Which of the units that share a code.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct OneUnitParams {
    /// Level, when a code stands at several.
    level: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// A list of units to be read.
pub(in crate::api) struct ListUnits {
    filter: UnitFilter,
    page: PageRequest,
}

impl FromFields for ListUnits {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            filter: UnitFilter {
                level: fields.text_even_empty("level")?,
                kind: fields.word("kind")?,
                parent: fields.text("parent")?,
                name: fields.text("name")?,
                bbox: fields.bbox("bbox")?,
            },
            page: fields.page()?,
        })
    }
}

/// The level of a unit to be read.
pub(in crate::api) struct OneUnit {
    level: Option<String>,
}

impl FromFields for OneUnit {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            level: fields.text_even_empty("level")?,
        })
    }
}

/// A unit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitView {
    /// Code, text; empty when missing.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: String,
    /// legal or administered.
    pub kind: &'static str,
    /// Code of the unit above.
    #[schema(required)]
    pub parent_code: Option<String>,
    /// Name of the unit above.
    #[schema(required)]
    pub parent_name: Option<String>,
    /// Ellipsoidal area in m².
    pub area_m2: f64,
    /// West, south, east, north in degrees.
    #[schema(value_type = Vec<f64>)]
    pub bbox: Bbox,
    /// Findings that are not gone, by kind, only kinds that occur.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub findings: KindCounts,
}

/// A page of units.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitList {
    /// The units.
    pub units: Vec<UnitView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// A unit with its neighbours and source.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitDetail {
    /// The unit.
    #[serde(flatten)]
    pub unit: UnitView,
    /// Units it has a common line with, as measured by the last audit.
    pub neighbours: Vec<Neighbour>,
    /// Where the extent came from.
    pub source: ExtentSource,
}

/// A unit beside another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Neighbour {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Length of the common line in m.
    pub length_m: f64,
}

/// Where an extent came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtentSource {
    /// What the coordinate system of the file was said or taken to be.
    pub crs: String,
    /// How its numbers became EPSG:4490.
    pub method: String,
    /// Accuracy in m, as far as known.
    #[schema(required)]
    pub accuracy_m: Option<f64>,
    /// SHA-256 of the submission.
    pub submission: String,
    /// Row there.
    pub row: u64,
}

impl From<UnitSummary> for UnitView {
    fn from(u: UnitSummary) -> Self {
        Self {
            code: u.code,
            name: u.name,
            level: u.level,
            kind: u.kind.as_str(),
            parent_code: u.parent_code,
            parent_name: u.parent_name,
            area_m2: u.area_m2,
            bbox: u.bbox,
            findings: kind_counts(&u.findings),
        }
    }
}

/// Units by code.
#[utoipa::path(get, path = "/api/v1/units", tag = "units", params(UnitParams, PageParams),
    responses((status = 200, body = UnitList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_units(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListUnits>,
) -> Result<Json<UnitList>> {
    reader.may(Action::Read, list.filter.parent.as_deref())?;
    let page = app.store.units(&list.filter, list.page).await?;
    let units = page.items.into_iter().map(UnitView::from).collect();
    Ok(Json(UnitList {
        units,
        matched: page.matched,
        next: page.next,
    }))
}

/// One unit with its area; the legal extent where there are several.
#[utoipa::path(get, path = "/api/v1/units/{code}", tag = "units",
    params(("code" = String, Path, description = "Code, or the name of a unit without code"), OneUnitParams),
    responses(
        (status = 200, body = Feature<UnitDetail>, content_type = "application/geo+json"),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_unit(
    State(app): State<AppState>,
    reader: Reader,
    Path(code): Path<String>,
    Query(one): Query<OneUnit>,
) -> Result<GeoJson<Feature<UnitDetail>>> {
    reader.may(Action::Read, Some(&code))?;
    let extents = app.store.unit_extents(&code, one.level.as_deref()).await?;
    let extent = extents
        .into_iter()
        .next()
        .ok_or_else(|| ApiError::unit_not_found(&code))?;
    let summary = summary(&app, &extent).await?;
    let neighbours = neighbours(&app, &extent).await?;
    let shape = geometry(&extent.geometry);
    let detail = UnitDetail {
        unit: summary,
        neighbours,
        source: ExtentSource {
            crs: extent.source_crs,
            method: extent.method,
            accuracy_m: extent.accuracy_m,
            submission: extent.submission,
            row: extent.row,
        },
    };
    Ok(GeoJson(Feature::new(code, shape, detail)))
}

/// The extent as lists show it, with its findings and the name of the unit above.
async fn summary(app: &AppState, extent: &UnitExtent) -> Result<UnitView> {
    let filter = UnitFilter {
        level: Some(extent.level.clone()),
        kind: Some(extent.kind),
        name: Some(if extent.code.is_empty() {
            extent.name.clone()
        } else {
            extent.code.clone()
        }),
        ..UnitFilter::default()
    };
    let page = app.store.units(&filter, PageRequest::all()).await?;
    let same = page.items.into_iter().find(|u| u.unit_id == extent.unit_id);
    Ok(same.map_or_else(
        || UnitView {
            code: extent.code.clone(),
            name: extent.name.clone(),
            level: extent.level.clone(),
            kind: extent.kind.as_str(),
            parent_code: extent.parent_code.clone(),
            parent_name: None,
            area_m2: extent.area_m2,
            bbox: extent.bbox,
            findings: KindCounts::new(),
        },
        UnitView::from,
    ))
}

async fn neighbours(app: &AppState, extent: &UnitExtent) -> Result<Vec<Neighbour>> {
    let key = if extent.code.is_empty() {
        &extent.name
    } else {
        &extent.code
    };
    let filter = LineFilter {
        unit: Some(key.clone()),
        level: Some(extent.level.clone()),
    };
    let lines = app.store.lines(&filter, PageRequest::all()).await?;
    let others = lines
        .items
        .into_iter()
        .filter(|l| l.kind == extent.kind)
        .map(|l| {
            let length_m = l.length_m;
            let [a, b] = l.units;
            let other = if *a.code == **key { b } else { a };
            Neighbour {
                code: other.code.as_ref().to_owned(),
                name: other.name.as_ref().to_owned(),
                length_m,
            }
        });
    let mut others: Vec<Neighbour> = others.collect();
    others.sort_by(|a, b| b.length_m.total_cmp(&a.length_m));
    Ok(others)
}
