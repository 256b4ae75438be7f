//! GeoJSON (RFC 7946): longitude, latitude in degrees.

use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An answer of the media type `application/geo+json`.
pub struct GeoJson<T>(pub T);

impl<T: Serialize> IntoResponse for GeoJson<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/geo+json"),
        );
        response
    }
}

/// A feature.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Feature<P> {
    /// Always `Feature`.
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    pub kind: &'static str,
    /// The same as in the properties.
    pub id: String,
    /// GeoJSON geometry, or null.
    #[schema(required, value_type = Option<Object>)]
    pub geometry: Option<Value>,
    /// What is known.
    pub properties: P,
}

impl<P> Feature<P> {
    /// A feature with an id.
    pub fn new(id: impl Into<String>, geometry: Option<Value>, properties: P) -> Self {
        Self {
            kind: "Feature",
            id: id.into(),
            geometry,
            properties,
        }
    }
}

/// A collection of features.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Collection<P> {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    pub kind: &'static str,
    /// The features.
    pub features: Vec<Feature<P>>,
}

/// The GeoJSON of a geometry in degrees.
pub fn geometry<'a, G>(g: &'a G) -> Option<Value>
where
    ::geojson::GeometryValue: From<&'a G>,
{
    serde_json::to_value(::geojson::Geometry::new(g.into())).ok()
}
