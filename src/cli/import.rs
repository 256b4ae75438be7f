//! `jieming import`.

use std::io::Write as _;
use std::sync::Arc;

use jieming_domain::actor::Actor;
use jieming_domain::lang::Lang;

use super::args::ReceiptFormat;
use super::{Exit, ImportArgs, Shown, receipt};
use crate::api::views::ReceiptView;
use crate::ingest::{
    DataFolder, ImportContext, ImportError, Imported, Reading, import as take_in, read_only,
};
use crate::store::Store;

/// Takes the files in one after the other and prints their receipts. `store` is `None` on a dry run.
pub async fn import(
    args: &ImportArgs,
    store: Option<Arc<dyn Store>>,
    data: DataFolder,
    reading: Reading,
    actor: &Actor,
    lang: Lang,
) -> Exit {
    let options = args.options();
    let mut exit = Exit::Done;
    for path in &args.files {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        );
        let progress = Arc::new(Shown::new(&name, lang));
        let outcome = match &store {
            Some(store) => {
                let context = ImportContext {
                    store: store.clone(),
                    data: data.clone(),
                    reading: reading.clone(),
                    progress: progress.clone(),
                };
                take_in(&context, actor, path, &name, &options).await
            }
            None => {
                let (path, name, actor, options) =
                    (path.clone(), name.clone(), actor.clone(), options.clone());
                let (reading, watched) = (reading.clone(), progress.clone());
                let work = move || read_only(&path, &name, &actor, &options, &reading, &*watched);
                tokio::task::spawn_blocking(work)
                    .await
                    .unwrap_or_else(|e| Err(ImportError::Interrupted(e.to_string())))
            }
        };
        drop(progress);
        match outcome {
            Ok(imported) => {
                if imported.submission.error.is_some() {
                    exit = Exit::Failed;
                }
                if let Err(e) = print(&imported, args, lang) {
                    eprintln!("jieming: {e}");
                    return Exit::Failed;
                }
            }
            Err(e) => {
                exit = Exit::Failed;
                let said = print_failure(&e, args.format, lang);
                if said.is_err() {
                    return Exit::Failed;
                }
            }
        }
    }
    exit
}

fn print(imported: &Imported, args: &ImportArgs, lang: Lang) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match args.format {
        ReceiptFormat::Text => {
            out.write_all(receipt::text(imported, lang, args.dry_run).as_bytes())
        }
        ReceiptFormat::Json => {
            let view = ReceiptView::new(
                &imported.submission,
                &imported.findings,
                imported.duplicate,
                lang,
            );
            serde_json::to_writer(&mut out, &view)?;
            out.write_all(b"\n")
        }
    }
}

/// A file of which there is no receipt: it could not be opened, or the database failed.
fn print_failure(e: &ImportError, format: ReceiptFormat, lang: Lang) -> std::io::Result<()> {
    let (code, zh) = match e {
        ImportError::Io { path, source } => (
            "file.io",
            format!("{}：无法读取（{source}）", path.display()),
        ),
        ImportError::Store(e) => ("store", format!("数据库出错：{e}")),
        ImportError::NotThere(sha) => ("submission.unknown", format!("没有可更正的提交 {sha}")),
        ImportError::Interrupted(e) => ("interrupted", format!("读取中断：{e}")),
    };
    let text = lang.of(zh, e.to_string());
    if format == ReceiptFormat::Json {
        let receipt = serde_json::json!({
            "submission": null, "rows": {"read": 0, "accepted": 0, "with_findings": 0, "rejected": 0},
            "findings": [], "error": {"code": code, "message": text},
        });
        return writeln!(std::io::stdout().lock(), "{receipt}");
    }
    eprintln!("jieming: {text}");
    Ok(())
}
