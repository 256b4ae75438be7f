//! Findings: single, grouped, as GeoJSON.

use axum::Json;
use axum::extract::{Path, State};
use geo::{Geometry, Intersects, Point};
use jieming_domain::actor::Action;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::AppState;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Result};
use crate::api::query::{Fields, FromFields, LangParam, Nothing, PageParams, Query};
use crate::api::reader::Reader;
use crate::api::views::{
    Collection, Feature, FindingView, GeoJson, KindCounts, codes, geometry, kind_counts, names,
};
use crate::store::{Bbox, FindingFilter, FindingSort, FindingState, GroupSort, PageRequest};

/// Which findings. Comma lists match any of their words.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct FilterParams {
    /// Level of the units.
    level: Option<String>,
    /// overlap, gap, spill, mismatch, invalid, code, hierarchy, name.
    #[param(example = "overlap,gap")]
    kind: Option<String>,
    /// hole, inlet, corridor, shortfall.
    gap_kind: Option<String>,
    /// Rules of the catalogue.
    #[param(example = "coverage.overlap")]
    rule: Option<String>,
    /// Code of a party.
    unit: Option<String>,
    /// Exactly these parties: codes separated by a comma.
    #[param(example = "420102,420103")]
    pair: Option<String>,
    /// Code of the unit above.
    parent: Option<String>,
    /// west,south,east,north in degrees.
    #[param(example = "114.0,30.0,115.0,31.0")]
    bbox: Option<String>,
    /// info, warning, error.
    severity: Option<String>,
    /// new, open, gone; new and open when absent.
    state: Option<String>,
    /// Number of the place concerned.
    place: Option<i64>,
    /// An area of at least this many m².
    #[param(minimum = 0)]
    min_area_m2: Option<f64>,
    /// zh or en.
    lang: Option<String>,
}

/// Order of findings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct FindingSortParams {
    /// area, width, length, id or severity; `-` before it: largest first.
    #[param(default = "-area")]
    sort: Option<String>,
}

/// Order of groups.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; FromFields reads it"
)]
pub(in crate::api) struct GroupSortParams {
    /// area, count, width or units; `-` before it: largest first.
    #[param(default = "-area")]
    sort: Option<String>,
}

impl FromFields for FindingFilter {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        let states: Vec<FindingState> = fields.words("state")?;
        let parties = fields.texts("pair")?;
        Ok(Self {
            level: fields.text_even_empty("level")?,
            extent_kind: None,
            kinds: fields.words("kind")?,
            gap_kinds: fields.words("gap_kind")?,
            rules: fields.texts("rule")?,
            unit: fields.text("unit")?,
            parties: (!parties.is_empty()).then_some(parties),
            parent: fields.text("parent")?,
            bbox: fields.bbox("bbox")?,
            severities: fields.words("severity")?,
            states: if states.is_empty() {
                vec![FindingState::New, FindingState::Open]
            } else {
                states
            },
            place: fields.number("place")?,
            min_area_m2: fields.measure("min_area_m2")?,
        })
    }
}

/// A list of findings to be read.
pub(in crate::api) struct ListFindings {
    filter: FindingFilter,
    sort: FindingSort,
    limited: bool,
    page: PageRequest,
}

impl FromFields for ListFindings {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            filter: FindingFilter::from_fields(fields)?,
            sort: fields.word("sort")?.unwrap_or_default(),
            limited: fields.has("limit"),
            page: fields.page()?,
        })
    }
}

/// A list of groups to be read.
pub(in crate::api) struct ListGroups {
    filter: FindingFilter,
    sort: GroupSort,
    page: PageRequest,
}

impl FromFields for ListGroups {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            filter: FindingFilter::from_fields(fields)?,
            sort: fields.word("sort")?.unwrap_or_default(),
            page: fields.page()?,
        })
    }
}

/// A page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingList {
    /// The findings.
    pub findings: Vec<FindingView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// Findings between the same parties.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// Codes of the parties.
    pub units: Vec<String>,
    /// Names of the parties.
    pub unit_names: Vec<String>,
    /// Code of the unit above.
    #[schema(required)]
    pub parent: Option<String>,
    /// Level of the units.
    pub level: String,
    /// Findings by kind, only kinds that occur.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub kinds: KindCounts,
    /// Findings.
    pub count: u64,
    /// Total area in m².
    pub area_m2: f64,
    /// Greatest width in m.
    #[schema(required)]
    pub max_width_m: Option<f64>,
    /// Worst severity.
    pub severity: &'static str,
    /// West, south, east, north in degrees.
    #[schema(required, value_type = Option<Vec<f64>>)]
    pub bbox: Option<Bbox>,
}

/// A page of groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<GroupView>,
    /// How many match in all pages.
    pub matched: u64,
    /// For `after`; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

/// A finding with what is inside and where it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingDetail {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingView,
    /// Places inside, at most 1000.
    pub places: Vec<PlaceInside>,
    /// Ids of earlier findings it came from by a split or a merger.
    pub derived_from: Vec<String>,
}

/// A place inside a finding.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceInside {
    /// Number.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
}

/// Places inside a finding at most: a finding that holds more is not read name by name.
const MOST_PLACES: usize = 1000;

/// Findings one by one.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings",
    params(FilterParams, FindingSortParams, PageParams),
    responses((status = 200, body = FindingList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_findings(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListFindings>,
) -> Result<Json<FindingList>> {
    reader.may(Action::Read, list.filter.unit.as_deref())?;
    let page = app
        .store
        .findings(&list.filter, list.sort, list.page, false)
        .await?;
    Ok(Json(FindingList {
        findings: page
            .items
            .iter()
            .map(|f| FindingView::new(f, reader.lang))
            .collect(),
        matched: page.matched,
        next: page.next,
    }))
}

/// Findings grouped by parties, parent and level.
#[utoipa::path(get, path = "/api/v1/findings/groups", tag = "findings",
    params(FilterParams, GroupSortParams, PageParams),
    responses((status = 200, body = GroupList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_finding_groups(
    State(app): State<AppState>,
    reader: Reader,
    Query(list): Query<ListGroups>,
) -> Result<Json<GroupList>> {
    reader.may(Action::Read, list.filter.unit.as_deref())?;
    let page = app
        .store
        .finding_groups(&list.filter, list.sort, list.page)
        .await?;
    let groups = page
        .items
        .into_iter()
        .map(|g| GroupView {
            units: codes(&g.units),
            unit_names: names(&g.units),
            parent: g.parent,
            level: g.level,
            kinds: kind_counts(&g.kinds),
            count: g.count,
            area_m2: g.area_m2,
            max_width_m: g.max_width_m,
            severity: g.severity.as_str(),
            bbox: g.bbox,
        })
        .collect();
    Ok(Json(GroupList {
        groups,
        matched: page.matched,
        next: page.next,
    }))
}

/// All findings that match, with geometry, as GeoJSON. Give `limit` and `after` to take them in pages.
#[utoipa::path(get, path = "/api/v1/findings.geojson", tag = "findings",
    params(FilterParams, FindingSortParams, PageParams),
    responses(
        (status = 200, body = Collection<FindingView>, content_type = "application/geo+json"),
        (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn export_findings(
    State(app): State<AppState>,
    reader: Reader,
    Query(mut list): Query<ListFindings>,
) -> Result<GeoJson<Collection<FindingView>>> {
    reader.may(Action::Read, list.filter.unit.as_deref())?;
    // A download is whole unless pages are asked for.
    if !list.limited {
        list.page.limit = usize::MAX;
    }
    let page = app
        .store
        .findings(&list.filter, list.sort, list.page, true)
        .await?;
    let features = page.items.iter().map(|f| {
        let shape = f.body.geometry.as_ref().and_then(geometry);
        Feature::new(f.id.as_str(), shape, FindingView::new(f, reader.lang))
    });
    Ok(GeoJson(Collection {
        kind: "FeatureCollection",
        features: features.collect(),
    }))
}

/// One finding with its geometry, the places inside, and where it came from.
#[utoipa::path(get, path = "/api/v1/findings/{id}", tag = "findings",
    params(("id" = String, Path, description = "Lasting id"), LangParam),
    responses(
        (status = 200, body = Feature<FindingDetail>, content_type = "application/geo+json"),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_finding(
    State(app): State<AppState>,
    reader: Reader,
    Path(id): Path<String>,
    _: Query<Nothing>,
) -> Result<GeoJson<Feature<FindingDetail>>> {
    let finding = app
        .store
        .finding(&id)
        .await?
        .ok_or_else(|| ApiError::finding_not_found(&id))?;
    let unit = finding.body.units.first().map(|u| &*u.code);
    reader.may(Action::Read, unit)?;
    let places = match (&finding.body.geometry, finding.bbox) {
        (Some(shape), Some(bbox)) => places_inside(&app, shape, bbox).await?,
        _ => Vec::new(),
    };
    let detail = FindingDetail {
        finding: FindingView::new(&finding, reader.lang),
        places,
        derived_from: finding.derived_from.clone(),
    };
    let shape = finding.body.geometry.as_ref().and_then(geometry);
    Ok(GeoJson(Feature::new(finding.id, shape, detail)))
}

async fn places_inside(
    app: &AppState,
    shape: &Geometry<f64>,
    bbox: Bbox,
) -> Result<Vec<PlaceInside>> {
    if !matches!(
        shape,
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) | Geometry::GeometryCollection(_)
    ) {
        return Ok(Vec::new());
    }
    let candidates = app.store.places_in_box(bbox, usize::MAX).await?;
    let inside = candidates.into_iter().filter_map(|p| {
        let [lon, lat] = p.position?;
        let point = Point::new(lon, lat);
        shape.intersects(&point).then_some(PlaceInside {
            id: p.id,
            name: p.name,
            lon,
            lat,
        })
    });
    Ok(inside.take(MOST_PLACES).collect())
}
