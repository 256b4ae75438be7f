//! Vector tiles and what clients must know of them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, HeaderMap,
    HeaderValue, VARY,
};
use axum::response::{IntoResponse, Response};
use jieming_domain::actor::Action;
use jieming_tiles::TileId;
use jieming_tiles::grid::MAX_ZOOM;
use jieming_tiles::tilejson::TileJson;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::api::AppState;
use crate::api::assets::matches;
use crate::api::envelope::ErrorBody;
use crate::api::error::{ApiError, Code, Result};
use crate::api::query::{LangParam, Nothing, Query};
use crate::api::reader::Reader;
use crate::api::tiles::{Collection, Facts};

/// All collections of tiles.
#[derive(Debug, Serialize, ToSchema)]
pub struct TileSets {
    /// TileJSON of each.
    pub tilesets: Vec<TileJsonView>,
}

/// TileJSON 3.0.0.
#[derive(Debug, Serialize, ToSchema)]
pub struct TileJsonView {
    /// Always 3.0.0.
    #[schema(example = "3.0.0")]
    pub tilejson: &'static str,
    /// Name of the collection.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Address of the tiles.
    pub tiles: Vec<String>,
    /// Layers.
    pub vector_layers: Vec<VectorLayerView>,
    /// From this zoom on everything is shown.
    pub minzoom: u8,
    /// Deepest zoom.
    pub maxzoom: u8,
    /// West, south, east, north.
    pub bounds: Vec<f64>,
    /// Whom to name; absent when nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Always xyz: rows count from the north.
    #[schema(example = "xyz")]
    pub scheme: &'static str,
}

/// A layer of a tile collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct VectorLayerView {
    /// Name in the tiles.
    pub id: &'static str,
    /// What it holds.
    pub description: &'static str,
    /// Properties with their meaning.
    #[schema(value_type = BTreeMap<String, String>)]
    pub fields: BTreeMap<&'static str, &'static str>,
}

impl From<TileJson> for TileJsonView {
    fn from(t: TileJson) -> Self {
        Self {
            tilejson: "3.0.0",
            name: t.name,
            description: t.description,
            tiles: t.tiles,
            vector_layers: t
                .vector_layers
                .into_iter()
                .map(|l| VectorLayerView {
                    id: l.id,
                    description: l.description,
                    fields: l.fields.into_iter().collect(),
                })
                .collect(),
            minzoom: t.minzoom,
            maxzoom: t.maxzoom,
            bounds: t.bounds.to_vec(),
            attribution: t.attribution,
            scheme: "xyz",
        }
    }
}

/// All collections of tiles.
#[utoipa::path(get, path = "/tiles", tag = "tiles", params(LangParam),
    responses((status = 200, body = TileSets)))]
pub(in crate::api) async fn list_tilesets(
    State(app): State<AppState>,
    reader: Reader,
    headers: HeaderMap,
    _: Query<Nothing>,
) -> Result<Json<TileSets>> {
    reader.may(Action::Read, None)?;
    let mut tilesets = Vec::new();
    for collection in app.tiles.collections().await? {
        if let Some(facts) = app.tiles.facts(&collection).await? {
            tilesets.push(tilejson(&app, &collection, &facts, &headers).into());
        }
    }
    Ok(Json(TileSets { tilesets }))
}

/// TileJSON of a collection. Its name is `units`, `units-{level}` (`@administered` after it for extents of that kind),
/// `findings` or `places`.
#[utoipa::path(get, path = "/tiles/{collection}", tag = "tiles",
    params(("collection" = String, Path, description = "Name of the collection followed by `.json`",
        example = "findings.json"), LangParam),
    responses((status = 200, body = TileJsonView), (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_tileset(
    State(app): State<AppState>,
    reader: Reader,
    headers: HeaderMap,
    Path(name): Path<String>,
    _: Query<Nothing>,
) -> Result<Json<TileJsonView>> {
    reader.may(Action::Read, None)?;
    let collection = name.strip_suffix(".json").and_then(Collection::parse);
    let collection = collection.ok_or_else(|| no_collection(&name))?;
    let facts = app
        .tiles
        .facts(&collection)
        .await?
        .ok_or_else(|| no_collection(&name))?;
    Ok(Json(tilejson(&app, &collection, &facts, &headers).into()))
}

/// A tile, Mapbox Vector Tile 2.1. 204 when nothing is in it.
#[utoipa::path(get, path = "/tiles/{collection}/{z}/{x}/{y}", tag = "tiles",
    params(
        ("collection" = String, Path, description = "Name of the collection", example = "findings"),
        ("z" = u8, Path, description = "Zoom", example = 0),
        ("x" = u32, Path, description = "Column from the west", example = 0),
        ("y" = String, Path, description = "Row from the north followed by `.mvt`", example = "0.mvt"),
        LangParam),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile",
            headers(("ETag" = String, description = "Changes if and only if the bytes change"))),
        (status = 204, description = "Nothing is in this tile"),
        (status = 304, description = "The client has this already (If-None-Match)"),
        (status = 404, body = ErrorBody)))]
pub(in crate::api) async fn find_tile(
    State(app): State<AppState>,
    reader: Reader,
    headers: HeaderMap,
    Path((name, z, x, y)): Path<(String, String, String, String)>,
    _: Query<Nothing>,
) -> Result<Response> {
    reader.may(Action::Read, None)?;
    let collection = Collection::parse(&name).ok_or_else(|| no_collection(&name))?;
    let facts = app
        .tiles
        .facts(&collection)
        .await?
        .ok_or_else(|| no_collection(&name))?;
    let tile = tile_id(&z, &x, &y)?;
    if tile.z() < facts.min_zoom {
        return Err(no_tile(format!("{z}/{x}/{y}"), facts.min_zoom));
    }
    let drawn = app.tiles.tile(&collection, tile).await?;
    let (bytes, tag, encoding) = if accepts_gzip(&headers) {
        (&drawn.gzip, &drawn.gzip_tag, Some("gzip"))
    } else {
        (&drawn.plain, &drawn.plain_tag, None)
    };
    let mut response = if drawn.plain.is_empty() {
        StatusCode::NO_CONTENT.into_response()
    } else if matches(&headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = bytes.clone().into_response();
        let kind = HeaderValue::from_static("application/vnd.mapbox-vector-tile");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        if let Some(encoding) = encoding {
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let out = response.headers_mut();
    if !drawn.plain.is_empty() {
        out.insert(ETAG, tag.clone());
    }
    // Asked again each time, answered with 304 as long as it is the same.
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

fn tile_id(z: &str, x: &str, y: &str) -> Result<TileId> {
    let row = y
        .strip_suffix(".mvt")
        .or_else(|| y.strip_suffix(".pbf"))
        .unwrap_or(y);
    let number = |name, text: &str| -> Result<u32> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !plain {
            return Err(ApiError::parameter(
                name,
                text,
                "非负整数",
                "a whole number, not negative",
            ));
        }
        // Too large a number is a tile that does not exist, not a number that cannot be read.
        Ok(text.parse().unwrap_or(u32::MAX))
    };
    let (z_number, x, row) = (number("z", z)?, number("x", x)?, number("y", row)?);
    let missing = || no_tile(format!("{z}/{x}/{row}"), 0);
    TileId::new(u8::try_from(z_number).map_err(|_| missing())?, x, row).map_err(|_| missing())
}

/// Whether gzip is among what the client takes (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok());
    values.flat_map(|v| v.split(',')).any(|part| {
        let mut words = part.split(';').map(str::trim);
        let coding = words.next().unwrap_or_default();
        let refused =
            words.any(|w| w.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0));
        matches!(coding, "gzip" | "x-gzip" | "*") && !refused
    })
}

fn tilejson(
    app: &AppState,
    collection: &Collection,
    facts: &Facts,
    headers: &HeaderMap,
) -> TileJson {
    // TileJSON wants whole addresses; the envelope has let only names of this machine pass.
    let host = headers
        .get(HOST)
        .and_then(|h| h.to_str().ok())
        .unwrap_or("127.0.0.1");
    TileJson {
        name: collection.name(),
        description: collection.description(),
        tiles: vec![format!(
            "http://{host}{}/{{z}}/{{x}}/{{y}}.mvt",
            collection.path()
        )],
        vector_layers: collection.layers(),
        minzoom: facts.min_zoom,
        maxzoom: MAX_ZOOM,
        bounds: facts
            .bounds
            .unwrap_or([-180.0, -85.051_13, 180.0, 85.051_13]),
        attribution: app.settings.attribution.clone(),
    }
}

fn no_collection(name: &str) -> ApiError {
    let name: String = name.chars().take(80).collect();
    ApiError::new(
        Code::CollectionNotFound,
        format!("没有名为“{name}”的瓦片集；/tiles 列出全部瓦片集"),
        format!("no tile collection \"{name}\"; /tiles lists them all"),
    )
}

fn no_tile(address: String, min_zoom: u8) -> ApiError {
    ApiError::new(
        Code::TileNotFound,
        format!("没有瓦片 {address}：缩放级别从 {min_zoom} 到 {MAX_ZOOM}，行列号从 0 到 2^z-1"),
        format!(
            "no tile {address}: zoom goes from {min_zoom} to {MAX_ZOOM}, column and row from 0 to 2^z - 1"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_when_taken() {
        let takes = |v: &'static str| {
            let mut h = HeaderMap::new();
            h.insert(ACCEPT_ENCODING, HeaderValue::from_static(v));
            accepts_gzip(&h)
        };
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, gzip;q=0.8") && takes("*"));
        assert!(
            !takes("identity")
                && !takes("gzip;q=0")
                && !takes("br")
                && !accepts_gzip(&HeaderMap::new())
        );
    }

    #[test]
    fn addresses() {
        assert_eq!(
            tile_id("3", "7", "0.mvt").unwrap(),
            TileId::new(3, 7, 0).unwrap()
        );
        for (z, x, y, code) in [
            ("3", "8", "0.mvt", Code::TileNotFound),
            ("19", "0", "0.mvt", Code::TileNotFound),
            ("300", "0", "0.mvt", Code::TileNotFound),
            ("3", "99999999999999999999", "0.mvt", Code::TileNotFound),
            ("3", "-1", "0.mvt", Code::BadParameter),
            ("a", "1", "0.mvt", Code::BadParameter),
            ("3", "1", "0.png", Code::BadParameter),
            ("3", "1", ".mvt", Code::BadParameter),
        ] {
            assert_eq!(tile_id(z, x, y).unwrap_err().code, code, "{z}/{x}/{y}");
        }
    }
}
