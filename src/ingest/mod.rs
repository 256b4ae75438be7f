//! Taking files in: bytes → submission → rows → accepted rows and findings.
//!
//! - [`read_units`] and [`read_places`] read and check a file and know no database: an upload, the command line and an
//!   audit of files use the same functions.
//! - [`import`] keeps the bytes, stages what was read in batches, and accepts it in one short transaction.
//!
//! - [`check`] does all but keep it.
//!
//! A row is rejected only when it cannot be read, or (places) has no name, or (units) no polygon. Everything else is
//! accepted, with findings. `read = accepted + rejected`, always.

mod accept;
mod bytes;
mod corrections;
mod error;
mod geometry;
mod options;
mod places;
mod shift;
mod source;
mod units;

pub use accept::{ImportContext, ImportError, Imported, check, import, read_only};
pub use bytes::{DataFolder, Fingerprint, fingerprint, main_files};
pub use corrections::Correction;
pub use error::{Before, Refused};
pub use options::{FileOptions, ImportOptions};
pub use places::{PlaceBatch, PlacesSummary, read_places};
pub use source::{CELLS, Reading};
pub use units::{UnitRecord, UnitsFile, read_units};

/// A column of a file as people look at it before they say what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
    /// The field that it was taken for: a key of the registration form, or `code`, `name`, `level`, `parent`.
    pub field: Option<String>,
}

/// How far a reading is, for whoever watches. Called from the thread that reads.
pub trait Progress: Send + Sync {
    /// So many rows are read, of so many when known.
    fn rows(&self, read: u64, total: Option<u64>);
}

/// Nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn rows(&self, _read: u64, _total: Option<u64>) {}
}
