//! `jieming export`.

use std::path::Path;

use jieming_domain::lang::Lang;

use super::output::fail;
use super::{Exit, ExportArgs};
use crate::export::{Asked, ExportError, Request, Why, export as write};
use crate::store::Store;

/// Writes a collection to a file.
pub async fn export(args: &ExportArgs, store: &dyn Store, lang: Lang) -> Exit {
    let format = args.format.as_deref().or_else(|| by_name(&args.output));
    let asked = Asked {
        collection: &args.collection,
        format: format.unwrap_or_default(),
        crs: args.crs.as_deref(),
        kind: args.kind_of_extent,
        lang,
    };
    let request = match Request::new(store, &asked).await {
        Ok(request) => request,
        Err(e) => return failed(&e, lang),
    };
    let done = match write(store, &request, &args.output).await {
        Ok(done) => done,
        Err(e) => return failed(&e, lang),
    };
    for remark in done.remarks() {
        eprintln!("jieming: {}", lang.of(&remark.zh, &remark.en));
    }
    let (rows, path) = (done.written.rows, args.output.display());
    eprintln!(
        "{path}: {}",
        lang.of(format!("{rows} 行"), format!("{rows} rows"))
    );
    Exit::Done
}

fn failed(e: &ExportError, lang: Lang) -> Exit {
    fail(lang.of(&e.text.zh, &e.text.en));
    match e.why {
        Why::Collection | Why::Format | Why::Crs | Why::Kind => Exit::Usage,
        Why::Data | Why::Work => Exit::Failed,
    }
}

/// The format that a file's name asks for.
fn by_name(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "zip" | "shp" => Some("shp"),
        "gpkg" => Some("gpkg"),
        "geojson" | "json" => Some("geojson"),
        "csv" => Some("csv"),
        "fgb" => Some("fgb"),
        _ => None,
    }
}
