//! Draws tiles and keeps them.
//!
//! A tile is kept under its collection, address and the generation of the store it was drawn from: a write makes all
//! older ones unreachable. Its entity tag is the hash of its bytes, so a tile that a write did not change is not sent
//! again. Requests that meet while a tile is being drawn wait for the one drawing.

mod collection;
mod draw;
mod label;
mod thin;

pub(super) use collection::Collection;

use std::io::Write;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderValue;
use jieming_domain::unit::ExtentKind;
use jieming_tiles::TileId;
use jieming_tiles::grid::MAX_ZOOM;
use moka::future::Cache;
use sha2::{Digest, Sha256};

use super::assets::etag;
use super::error::{ApiError, Result};
use crate::store::{Bbox, PageRequest, Store, UnitFilter};
use label::Labels;

/// A tile as sent.
pub(super) struct Drawn {
    /// The bytes; empty when nothing is there.
    pub(super) plain: Bytes,
    /// The same, compressed.
    pub(super) gzip: Bytes,
    /// Tag of the plain bytes.
    pub(super) plain_tag: HeaderValue,
    /// Tag of the compressed bytes.
    pub(super) gzip_tag: HeaderValue,
}

/// What is known of a collection without drawing it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    /// The least zoom at which it is legible.
    pub(super) min_zoom: u8,
    /// Its box in degrees.
    pub(super) bounds: Option<Bbox>,
}

/// Address of a kept tile.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    collection: Collection,
    tile: TileId,
    generation: i64,
}

/// The tiles of a store; cheap to clone.
#[derive(Clone)]
pub(super) struct Tiles {
    store: Arc<dyn Store>,
    drawn: Cache<Key, Arc<Drawn>>,
    facts: Cache<(Collection, i64), Option<Arc<Facts>>>,
    labels: Labels,
}

impl Tiles {
    /// Keeps tiles of at most this many bytes.
    pub(super) fn new(store: Arc<dyn Store>, bytes: u64) -> Self {
        let weigh = |_: &Key, tile: &Arc<Drawn>| {
            u32::try_from(tile.plain.len() + tile.gzip.len() + 256).unwrap_or(u32::MAX)
        };
        Self {
            store,
            drawn: Cache::builder().max_capacity(bytes).weigher(weigh).build(),
            facts: Cache::new(256),
            labels: Labels::default(),
        }
    }

    /// A tile of a collection, drawn if it is not kept.
    pub(super) async fn tile(&self, collection: &Collection, tile: TileId) -> Result<Arc<Drawn>> {
        let generation = self.store.generation().await?;
        let key = Key {
            collection: collection.clone(),
            tile,
            generation,
        };
        let drawing = async {
            let content = draw::load(self.store.as_ref(), collection, tile).await?;
            let labels = self.labels.clone();
            tokio::task::spawn_blocking(move || pack(draw::draw(&content, tile, &labels)))
                .await
                .map_err(|e| ApiError::internal(format!("drawing a tile: {e}")))?
                .map(Arc::new)
        };
        self.drawn
            .try_get_with(key, drawing)
            .await
            .map_err(|e| e.as_ref().clone())
    }

    /// What is known of a collection; `None` when there is none of this name.
    pub(super) async fn facts(&self, collection: &Collection) -> Result<Option<Arc<Facts>>> {
        let generation = self.store.generation().await?;
        let key = (collection.clone(), generation);
        self.facts
            .try_get_with(key, self.find_facts(collection))
            .await
            .map_err(|e| e.as_ref().clone())
    }

    async fn find_facts(&self, collection: &Collection) -> Result<Option<Arc<Facts>>> {
        let overview = self.store.overview().await?;
        let facts = match collection {
            Collection::Findings => Facts {
                min_zoom: 0,
                bounds: overview.bounds,
            },
            Collection::Places => Facts {
                min_zoom: whole_zoom(overview.bounds),
                bounds: overview.bounds,
            },
            Collection::Units { level, kind } => {
                let found = overview
                    .coverages
                    .iter()
                    .find(|c| c.level == *level && c.kind == *kind);
                let Some(coverage) = found else {
                    return Ok(None);
                };
                Facts {
                    min_zoom: self.units_zoom(level, *kind).await?,
                    bounds: coverage.bbox,
                }
            }
        };
        Ok(Some(Arc::new(facts)))
    }

    async fn units_zoom(&self, level: &str, kind: ExtentKind) -> Result<u8> {
        let filter = UnitFilter {
            level: Some(level.to_owned()),
            kind: Some(kind),
            ..UnitFilter::default()
        };
        let units = self.store.units(&filter, PageRequest::all()).await?;
        let sizes: Vec<[f64; 2]> = units
            .items
            .iter()
            .map(|u| {
                let [w, s, e, n] = u.bbox;
                [
                    e - w,
                    (n - s) / ((n + s) / 2.0).to_radians().cos().max(0.01),
                ]
            })
            .collect();
        Ok(jieming_tiles::tilejson::min_zoom(&sizes))
    }

    /// Every collection that has something to show, units first.
    pub(super) async fn collections(&self) -> Result<Vec<Collection>> {
        let overview = self.store.overview().await?;
        let units = overview.coverages.into_iter().map(|c| Collection::Units {
            level: c.level,
            kind: c.kind,
        });
        Ok(units
            .chain([Collection::Findings, Collection::Places])
            .collect())
    }
}

/// A zoom at which everything is about one tile large.
fn whole_zoom(bounds: Option<Bbox>) -> u8 {
    let Some([w, s, e, n]) = bounds else { return 0 };
    let span = (e - w).max(n - s).max(1e-6);
    let zoom = (360.0 / span).log2().floor() - 1.0;
    zoom.clamp(0.0, f64::from(MAX_ZOOM - 4)) as u8
}

fn pack(plain: Vec<u8>) -> Result<Drawn> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let gzip = encoder
        .write_all(&plain)
        .and_then(|()| encoder.finish())
        .map_err(|e| ApiError::internal(format!("compressing a tile: {e}")))?;
    Ok(Drawn {
        plain_tag: etag(&Sha256::digest(&plain)),
        gzip_tag: etag(&Sha256::digest(&gzip)),
        plain: plain.into(),
        gzip: gzip.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_zoom_shows_a_city_in_about_a_tile() {
        assert_eq!(whole_zoom(None), 0);
        assert_eq!(whole_zoom(Some([-180.0, -85.0, 180.0, 85.0])), 0);
        assert_eq!(whole_zoom(Some([113.7, 29.9, 115.1, 31.4])), 6);
        assert_eq!(whole_zoom(Some([114.0, 30.0, 114.0, 30.0])), MAX_ZOOM - 4);
    }

    #[test]
    fn the_same_bytes_have_the_same_tags() {
        let (a, b) = (pack(vec![1, 2, 3]).unwrap(), pack(vec![1, 2, 3]).unwrap());
        assert_eq!(
            (a.plain_tag.clone(), a.gzip_tag.clone()),
            (b.plain_tag, b.gzip_tag)
        );
        assert_ne!(a.plain_tag, a.gzip_tag);
        assert_ne!(a.plain_tag, pack(vec![1, 2]).unwrap().plain_tag);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_cold_tile_is_drawn_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jieming.sqlite");
        let store = crate::store::sqlite::SqliteStore::open(&path)
            .await
            .unwrap();
        let tiles = Tiles::new(Arc::new(store), 1 << 20);
        let tile = TileId::new(0, 0, 0).unwrap();
        let asked = (0..32).map(|_| {
            let tiles = tiles.clone();
            tokio::spawn(async move { tiles.tile(&Collection::Findings, tile).await.unwrap() })
        });
        let drawn = futures::future::try_join_all(asked).await.unwrap();
        assert!(drawn.iter().all(|d| Arc::ptr_eq(d, &drawn[0])));
    }
}
