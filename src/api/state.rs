//! What handlers share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::tiles::Tiles;
use crate::ingest::ImportContext;
use crate::jobs::AuditJob;
use crate::store::Store;

/// Settings of the service. No limit is without one of these.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of a basemap for the page, if the operator wants one.
    pub basemap: Option<String>,
    /// Whom to name beside the map.
    pub attribution: Option<String>,
    /// Folder for uploads while they arrive and exports while they are sent; on the disk of the data folder.
    pub upload_folder: PathBuf,
    /// Bytes of one upload (all files of a request) at most.
    pub upload_bytes: u64,
    /// Time for a request.
    pub request_time: Duration,
    /// Time for an upload, sending and reading included, and for writing an export.
    pub upload_time: Duration,
    /// Memory for tiles, in bytes.
    pub tile_bytes: u64,
}

impl Settings {
    /// The usual settings: no basemap, 1 GiB and 30 minutes for uploads, 60 seconds for other requests, 128 MiB of
    /// tiles.
    pub fn usual(upload_folder: PathBuf) -> Self {
        Self {
            basemap: None,
            attribution: None,
            upload_folder,
            upload_bytes: 1 << 30,
            request_time: Duration::from_secs(60),
            upload_time: Duration::from_secs(30 * 60),
            tile_bytes: 128 << 20,
        }
    }
}

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// How files are taken in.
    pub import: ImportContext,
    /// Settings.
    pub settings: Arc<Settings>,
    /// The audit in the background.
    pub audit: AuditJob,
    pub(super) tiles: Tiles,
}

impl AppState {
    /// The state over a store and a data folder; `audit` is what an accepted submission asks for.
    pub fn new(import: ImportContext, audit: AuditJob, settings: Settings) -> Self {
        Self {
            audit,
            tiles: Tiles::new(import.store.clone(), settings.tile_bytes),
            settings: Arc::new(settings),
            store: import.store.clone(),
            import,
        }
    }
}
