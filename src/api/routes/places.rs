//! Place names.

use axum::Json;
use axum::extract::{Path, State};
use geo::Point;
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::query::{Fields, FromFields, LangParam, Nothing, PageParams, Query};
use crate::api::reader::Reader;
use crate::api::views::{Feature, GeoJson, geometry};
use crate::store::{PageRequest, Place, PlaceFilter};

/// Which places.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct PlaceParams {
    /// Beginning of the name.
    name: Option<String>,
    /// Code or name of the unit it claims to be in, units below included.
    unit: Option<String>,
    /// west,south,east,north in degrees.
    #[param(example = "114.0,30.0,115.0,31.0")]
    bbox: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// A list of places to be read.
pub(in crate::api) struct ListPlaces {
    filter: PlaceFilter,
    page: PageRequest,
}

impl FromFields for ListPlaces {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            filter: PlaceFilter {
                name: fields.text("name")?,
                unit: fields.text("unit")?,
                bbox: fields.bbox("bbox")?,
            },
            page: fields.page()?,
        })
    }
}

/// A place.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// Number of this version of the place.
    pub id: i64,
    /// Code as received.
    #[schema(required)]
    pub code: Option<String>,
    /// Name.
    pub name: String,
    /// Longitude in degrees; null without a position.
    #[schema(required)]
    pub lon: Option<f64>,
    /// Latitude in degrees; null without a position.
    #[schema(required)]
    pub lat: Option<f64>,
    /// Category.
    #[schema(required)]
    pub category: Option<String>,
    /// Code of the unit it claims to be in, or what it claims when that is unknown.
    #[schema(required)]
    pub unit_code: Option<String>,
    /// Name of that unit.
    #[schema(required)]
    pub unit_name: Option<String>,
    /// Accuracy in m, as far as known.
    #[schema(required)]
    pub accuracy_m: Option<f64>,
    /// Findings on it that are not gone.
    pub findings: u64,
    /// The worst severity among them.
    #[schema(required)]
    pub severity: Option<&'static str>,
}

/// A page of places.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceList {
    /// The places.
    pub places: Vec<PlaceView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// A place with what was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceDetail {
    /// The place.
    #[serde(flatten)]
    pub place: PlaceView,
    /// Attributes as received.
    #[schema(value_type = Object)]
    pub attributes: serde_json::Value,
    /// Where it came from.
    pub source: PlaceSource,
}

/// Where a place came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceSource {
    /// First and second number of the position as they stood.
    #[schema(required)]
    pub position: Option<Vec<String>>,
    /// What their coordinate system was said or taken to be.
    #[schema(required)]
    pub crs: Option<String>,
    /// How they became EPSG:4490.
    #[schema(required)]
    pub method: Option<String>,
    /// Accuracy in m, as far as known.
    #[schema(required)]
    pub accuracy_m: Option<f64>,
    /// SHA-256 of the submission.
    pub submission: String,
    /// Row there.
    pub row: u64,
}

impl PlaceView {
    fn new(p: &Place) -> Self {
        Self {
            id: p.id,
            code: p.code.clone(),
            name: p.name.clone(),
            lon: p.position.map(|[lon, _]| lon),
            lat: p.position.map(|[_, lat]| lat),
            category: p.category.clone(),
            unit_code: p.unit_code.clone(),
            unit_name: p.unit_name.clone(),
            accuracy_m: p.accuracy_m,
            findings: p.findings,
            severity: p.severity.map(|s| s.as_str()),
        }
    }
}

/// Places by name.
#[utoipa::path(get, path = "/api/v1/places", tag = "places", params(PlaceParams, PageParams),
    responses((status = 200, body = PlaceList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_places(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListPlaces>,
) -> Result<Json<PlaceList>> {
    reader.may(Action::Read, list.filter.unit.as_deref())?;
    let page = app.store.places(&list.filter, list.page).await?;
    let places = page.items.iter().map(PlaceView::new).collect();
    Ok(Json(PlaceList {
        places,
        matched: page.matched,
        next: page.next,
    }))
}

/// One place with its attributes as received.
#[utoipa::path(get, path = "/api/v1/places/{id}", tag = "places",
    params(("id" = i64, Path, description = "Number"), LangParam),
    responses(
        (status = 200, body = Feature<PlaceDetail>, content_type = "application/geo+json"),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_place(
    State(app): State<AppState>,
    reader: Reader,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<GeoJson<Feature<PlaceDetail>>> {
    let id: i64 = id
        .parse()
        .map_err(|_| ApiError::parameter("id", &id, "整数", "a whole number"))?;
    let place = app
        .store
        .place(id)
        .await?
        .ok_or_else(|| ApiError::place_not_found(id))?;
    reader.may(Action::Read, place.unit_code.as_deref())?;
    let point = place.position.map(|[lon, lat]| Point::new(lon, lat));
    let shape = match &place.geometry {
        Some(g) => geometry(g),
        None => point.as_ref().and_then(geometry),
    };
    let view = PlaceView::new(&place);
    let detail = PlaceDetail {
        place: view,
        attributes: place.attributes,
        source: PlaceSource {
            position: place.source_position.map(|(a, b)| vec![a, b]),
            crs: place.source_crs,
            method: place.method,
            accuracy_m: place.accuracy_m,
            submission: place.submission,
            row: place.row,
        },
    };
    Ok(GeoJson(Feature::new(id.to_string(), shape, detail)))
}
