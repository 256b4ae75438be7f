//! From a file to an accepted submission.

use std::path::{Path, PathBuf};
use std::result::Result;
use std::sync::Arc;

use jieming_domain::actor::Actor;
use jieming_domain::unit::{ExtentKind, parent_by_code};
use rayon::prelude::*;
use tokio::sync::mpsc;

use super::bytes::{DataFolder, fingerprint};
use super::geometry::area_m2;
use super::shift::{Sample, suspected};
use super::{
    Column, ImportOptions, PlaceBatch, PlacesSummary, Progress, Reading, Refused, UnitsFile,
    read_places, read_units,
};
use crate::store::*;

/// Units staged in one transaction.
const UNITS_PER_BATCH: usize = 500;
/// Rows staged in one transaction.
const ROWS_PER_BATCH: usize = 10_000;
/// Batches that may wait between the reader and the store.
const BATCHES_WAITING: usize = 4;

/// What an import needs; cheap to clone.
#[derive(Clone)]
pub struct ImportContext {
    /// Where it goes.
    pub store: Arc<dyn Store>,
    /// Where bytes are kept.
    pub data: DataFolder,
    /// How files are read.
    pub reading: Reading,
    /// Who watches.
    pub progress: Arc<dyn Progress>,
}

/// The receipt of a file, accepted or refused.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The submission; `error` is set when it was refused.
    pub submission: Submission,
    /// Findings on the file and its rows.
    pub findings: Vec<RowFinding>,
    /// The same bytes with the same options had been accepted before.
    pub duplicate: bool,
    /// The columns of the file, when it was read now.
    pub columns: Vec<Column>,
}

/// The work itself failed; nothing of the file became visible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be opened or its bytes cannot be kept.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No submission has these bytes.
    #[error("no submission {0} that this one could correct")]
    NotThere(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader died.
    #[error("reading was interrupted: {0}")]
    Interrupted(String),
}

enum Batch {
    /// With the areas of its units in m².
    Units(Box<UnitsFile>, Vec<f64>),
    Places(PlaceBatch),
}

/// Takes a file in: keeps its bytes, stages rows in batches, accepts them in one short transaction. A file that cannot
/// be taken is refused, with a receipt that says why. `name` is the file's name as the sender gave it.
///
/// # Errors
/// [`ImportError`] when the disk or the database fails: then nothing is visible, and the same call may be repeated.
pub async fn import(
    context: &ImportContext,
    actor: &Actor,
    path: &Path,
    name: &str,
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let io = |source| ImportError::Io {
        path: path.to_owned(),
        source,
    };
    let owned = path.to_owned();
    let print = blocking(move || fingerprint(&owned)).await?.map_err(io)?;
    let new = NewSubmission {
        sha256: print.sha256.clone(),
        kind: options.kind,
        file: name.to_owned(),
        bytes: print.bytes,
        options: options.fingerprint(),
    };
    let id = match context.store.begin_submission(actor, new).await? {
        Begun::Duplicate(submission) => {
            let findings = context.store.row_findings(submission.id).await?;
            return Ok(Imported {
                submission: *submission,
                findings,
                duplicate: true,
                columns: Vec::new(),
            });
        }
        Begun::Started(id) => id,
    };
    if let Some(sha) = &options.corrects
        && context.store.corrected(id, sha).await?.is_none()
    {
        return Err(ImportError::NotThere(sha.clone()));
    }
    // From here on the kept bytes are read: the file may change under our feet.
    let data = context.data.clone();
    let main = path
        .file_name()
        .map(PathBuf::from)
        .unwrap_or_else(|| "file".into());
    let kept = blocking(move || data.keep(&print))
        .await?
        .map_err(io)?
        .join(main);
    let (sender, receiver) = mpsc::channel(BATCHES_WAITING);
    let reader = {
        let (context, options) = (context.clone(), options.clone());
        tokio::task::spawn_blocking(move || {
            read(
                &kept,
                &options,
                &context.reading,
                &*context.progress,
                &sender,
            )
        })
    };
    let staged = stage(context, id, options, receiver).await;
    let read = reader
        .await
        .map_err(|e| ImportError::Interrupted(e.to_string()))?;
    let (mut findings, sample) = staged?;
    let mut columns = Vec::new();
    let submission = match read {
        Ok(mut summary) => {
            columns = std::mem::take(&mut summary.columns);
            // A correction would be compared with what it corrects.
            if options.corrects.is_none() {
                let shifted = shift(&*context.store, sample, &summary.decisions).await?;
                summary.findings.extend(shifted);
            }
            context
                .store
                .stage_rows(id, Vec::new(), summary.findings.clone())
                .await?;
            findings.splice(0..0, summary.findings);
            let outcome = Outcome {
                rows: summary.rows,
                decisions: summary.decisions,
                valid_from: options.valid_from.clone(),
                corrects: options.corrects.clone(),
            };
            context.store.accept_submission(actor, id, outcome).await?
        }
        Err(refused) => {
            let refused = named(refused, name);
            context
                .store
                .stage_rows(id, Vec::new(), refused.before.findings.clone())
                .await?;
            findings.extend(refused.before.findings.iter().cloned());
            context
                .store
                .refuse_submission(actor, id, refused.refusal())
                .await?
        }
    };
    Ok(Imported {
        submission,
        findings,
        duplicate: false,
        columns,
    })
}

/// Whether a delivery lies beside what is held.
async fn shift(
    store: &dyn Store,
    sample: Sample,
    decisions: &[Decision],
) -> Result<Option<RowFinding>, StoreError> {
    let crs = decisions.iter().find(|d| d.what == "crs");
    suspected(store, sample, crs.map(|d| d.value.as_str())).await
}

/// Reads and checks a file as [`import`] would against what is held, and keeps nothing.
///
/// # Errors
/// As [`import`].
pub async fn check(
    context: &ImportContext,
    actor: &Actor,
    path: &Path,
    name: &str,
    options: &ImportOptions,
) -> Result<Imported, ImportError> {
    let read = {
        let (context, actor) = (context.clone(), actor.clone());
        let (path, name, options) = (path.to_owned(), name.to_owned(), options.clone());
        move || {
            let reading = &context.reading;
            read_sampled(&path, &name, &actor, &options, reading, &*context.progress)
        }
    };
    let (mut done, sample) = blocking(read).await??;
    if done.submission.error.is_none() && options.corrects.is_none() {
        let shifted = shift(&*context.store, sample, &done.submission.decisions).await?;
        // File-level findings come first.
        done.findings.splice(0..0, shifted);
    }
    Ok(done)
}

/// Reads and checks a file as [`import`] would, without a database, and keeps nothing.
///
/// # Errors
/// When the file cannot be opened at all.
pub fn read_only(
    path: &Path,
    name: &str,
    actor: &Actor,
    options: &ImportOptions,
    reading: &Reading,
    progress: &dyn Progress,
) -> Result<Imported, ImportError> {
    read_sampled(path, name, actor, options, reading, progress).map(|(done, _)| done)
}

fn read_sampled(
    path: &Path,
    name: &str,
    actor: &Actor,
    options: &ImportOptions,
    reading: &Reading,
    progress: &dyn Progress,
) -> Result<(Imported, Sample), ImportError> {
    let mut sample = Sample::default();
    let print = fingerprint(path).map_err(|source| ImportError::Io {
        path: path.to_owned(),
        source,
    })?;
    let mut findings = Vec::new();
    let outcome = match options.kind {
        SubmissionAs::Units => read_units(path, &options.file, reading, progress).map(|file| {
            sample.add_units(&file.units);
            findings.extend(file.findings);
            PlacesSummary {
                rows: file.rows,
                decisions: file.decisions,
                findings: Vec::new(),
                columns: file.columns,
            }
        }),
        SubmissionAs::Places => read_places(path, &options.file, reading, progress, &mut |batch| {
            sample.add_places(&batch);
            findings.extend(batch.findings);
            Ok(())
        }),
    };
    let mut columns = Vec::new();
    let (rows, decisions, error) = match outcome {
        Ok(summary) => {
            columns = summary.columns;
            findings.splice(0..0, summary.findings);
            (summary.rows, summary.decisions, None)
        }
        Err(refused) => {
            let refused = named(refused, name);
            findings = refused.before.findings;
            (
                refused.before.rows,
                refused.before.decisions,
                Some((refused.code, refused.zh, refused.en)),
            )
        }
    };
    let submission = Submission {
        id: SubmissionId(0),
        sha256: print.sha256,
        kind: options.kind,
        file: name.to_owned(),
        bytes: print.bytes,
        options: options.fingerprint(),
        received_at: format!("{:.3}", jiff::Timestamp::now()),
        actor: actor.name.clone(),
        rows,
        decisions,
        error,
    };
    let done = Imported {
        submission,
        findings,
        duplicate: false,
        columns,
    };
    Ok((done, sample))
}

/// A refusal names the file, by the name that its sender knows.
fn named(mut refused: Refused, name: &str) -> Refused {
    if !refused.en.contains(name) {
        refused.zh = format!("文件“{name}”：{}", refused.zh);
        refused.en = format!("{name}: {}", refused.en);
    }
    refused
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| ImportError::Interrupted(e.to_string()))
}

/// Reads on a thread of its own and hands batches over.
fn read(
    path: &Path,
    options: &ImportOptions,
    reading: &Reading,
    progress: &dyn Progress,
    sender: &mpsc::Sender<Batch>,
) -> Result<PlacesSummary, Refused> {
    let stopped = || Refused::new("import.stopped", "导入已中止", "the import was stopped");
    match options.kind {
        SubmissionAs::Units => {
            let mut file = read_units(path, &options.file, reading, progress)?;
            let summary = PlacesSummary {
                rows: file.rows,
                decisions: std::mem::take(&mut file.decisions),
                findings: Vec::new(),
                columns: std::mem::take(&mut file.columns),
            };
            // On the ellipsoid, vertex by vertex: by all threads, before one writes.
            let areas = file.units.par_iter().map(|u| area_m2(&u.storage));
            let areas = areas.collect();
            sender
                .blocking_send(Batch::Units(Box::new(file), areas))
                .map_err(|_| stopped())?;
            Ok(summary)
        }
        SubmissionAs::Places => read_places(path, &options.file, reading, progress, &mut |batch| {
            sender
                .blocking_send(Batch::Places(batch))
                .map_err(|_| stopped())
        }),
    }
}

async fn stage(
    context: &ImportContext,
    id: SubmissionId,
    options: &ImportOptions,
    mut receiver: mpsc::Receiver<Batch>,
) -> Result<(Vec<RowFinding>, Sample), StoreError> {
    let mut findings = Vec::new();
    let mut sample = Sample::default();
    while let Some(batch) = receiver.recv().await {
        match batch {
            Batch::Places(batch) => {
                sample.add_places(&batch);
                context.store.stage_places(id, batch.places).await?;
                findings.extend(batch.findings.iter().cloned());
                context
                    .store
                    .stage_rows(id, batch.results, batch.findings)
                    .await?;
            }
            Batch::Units(mut file, areas) => {
                sample.add_units(&file.units);
                let mut units = std::mem::take(&mut file.units).into_iter().zip(areas);
                loop {
                    let part: Vec<_> = units.by_ref().take(UNITS_PER_BATCH).collect();
                    if part.is_empty() {
                        break;
                    }
                    let part = part
                        .into_iter()
                        .map(|(u, area)| extent(u, area, &file, options.extent_kind))
                        .collect();
                    context.store.stage_extents(id, part).await?;
                }
                findings.extend(file.findings.iter().cloned());
                let mut rows = std::mem::take(&mut file.results).into_iter();
                loop {
                    let part: Vec<_> = rows.by_ref().take(ROWS_PER_BATCH).collect();
                    if part.is_empty() {
                        break;
                    }
                    context.store.stage_rows(id, part, Vec::new()).await?;
                }
                context
                    .store
                    .stage_rows(id, Vec::new(), std::mem::take(&mut file.findings))
                    .await?;
            }
        }
    }
    Ok((findings, sample))
}

fn extent(unit: super::UnitRecord, area_m2: f64, file: &UnitsFile, kind: ExtentKind) -> NewExtent {
    NewExtent {
        area_m2,
        level: unit.level,
        kind,
        parent_code: unit.parent_code.or_else(|| parent_by_code(&unit.code)),
        code: unit.code,
        name: unit.name,
        geometry: unit.storage,
        plane: match &unit.source {
            Some(_) => file.plane.text().to_owned(),
            None => "EPSG:4490".to_owned(),
        },
        source: unit.source,
        source_crs: file.source_crs.clone(),
        method: file.method.clone(),
        accuracy_m: Some(file.accuracy_m).filter(|a| *a > 0.0),
        row: unit.rows.first().copied().unwrap_or_default(),
        attributes: unit.attributes,
    }
}
