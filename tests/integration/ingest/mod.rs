//! From files to accepted submissions: by the functions, and by the program.

mod corrections;
mod places;
mod positions;
mod program;
mod shift;
mod units;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jieming::ingest::{
    DataFolder, FileOptions, ImportContext, ImportOptions, Imported, Reading, Unwatched, check,
    import,
};
use jieming::store::sqlite::SqliteStore;
use jieming::store::{RowFinding, Store, SubmissionAs};
use jieming_domain::actor::Actor;
use jieming_geodata::decode::{Decoder, Limits};

/// A folder with a store and files.
pub struct World {
    pub folder: tempfile::TempDir,
    pub store: Arc<dyn Store>,
    pub context: ImportContext,
}

pub fn reading() -> Reading {
    let decoder = Decoder {
        program: env!("CARGO_BIN_EXE_jieming").into(),
        args: vec!["decode".into()],
    };
    Reading {
        decoder,
        registry: Vec::new(),
        limits: Limits::USUAL,
    }
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(
            SqliteStore::open(&folder.path().join("t.db"))
                .await
                .unwrap(),
        );
        let context = ImportContext {
            store: store.clone(),
            data: DataFolder::new(folder.path().join("data")),
            reading: reading(),
            progress: Arc::new(Unwatched),
        };
        Self {
            folder,
            store,
            context,
        }
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        write(self.folder.path(), name, content)
    }

    pub async fn import(&self, path: &Path, options: &ImportOptions) -> Imported {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        import(
            &self.context,
            &Actor::command_line("tester"),
            path,
            &name,
            options,
        )
        .await
        .unwrap()
    }
}

impl World {
    /// As [`World::import`], keeping nothing.
    pub async fn check(&self, path: &Path, options: &ImportOptions) -> Imported {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let actor = Actor::command_line("tester");
        check(&self.context, &actor, path, &name, options)
            .await
            .unwrap()
    }
}

pub fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

pub fn units() -> ImportOptions {
    let file = FileOptions {
        level: Some("county".into()),
        ..FileOptions::default()
    };
    ImportOptions {
        file,
        ..ImportOptions::new(SubmissionAs::Units)
    }
}

pub fn places() -> ImportOptions {
    ImportOptions::new(SubmissionAs::Places)
}

/// Rules of the findings on one row (0: the file).
pub fn rules(findings: &[RowFinding], row: u64) -> Vec<&str> {
    findings
        .iter()
        .filter(|f| f.row.unwrap_or(0) == row)
        .map(|f| f.rule.as_str())
        .collect()
}

/// A GeoJSON collection of features given as properties and geometry.
pub fn collection(features: &[(&str, &str)]) -> String {
    let features: Vec<String> = features
        .iter()
        .map(|(p, g)| format!(r#"{{"type":"Feature","properties":{p},"geometry":{g}}}"#))
        .collect();
    format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    )
}

/// A square with its south-west corner at x, y.
pub fn square(x: f64, y: f64, size: f64) -> String {
    let (e, n) = (x + size, y + size);
    format!(
        r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]}}"#
    )
}
