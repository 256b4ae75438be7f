//! `jieming report`.

use std::path::Path;

use jieming_domain::lang::Lang;
use jieming_reports::{Format, Report};

use super::output::{fail, write_file, write_stdout};
use super::{Exit, ReportArgs};
use crate::reports;
use crate::store::Store;

/// Writes the report on a unit or a line.
pub async fn report(args: &ReportArgs, store: &dyn Store, made_at: String, lang: Lang) -> Exit {
    let (what, made) = match (&args.unit, &args.line) {
        (Some(code), _) => (code.clone(), reports::unit(store, code, lang).await),
        (None, Some([a, b])) => (format!("{a},{b}"), reports::line(store, a, b, lang).await),
        (None, None) => return fail("--unit | --line"),
    };
    let mut report: Report = match made {
        Ok(Some(report)) => report,
        Ok(None) => {
            return fail(&lang.of(
                format!("数据库中没有 {what}（或两者不相邻）；请先导入并审核"),
                format!("{what} is not in the database, or the two are no neighbours; import and audit first"),
            ));
        }
        Err(e) => return fail(&e.to_string()),
    };
    report.made_at = made_at;
    let written = match &args.output {
        None => write_stdout(&report, args.format.unwrap_or(Format::Html)),
        Some(path) => write_file(
            &report,
            args.format
                .or_else(|| by_name(path))
                .unwrap_or(Format::Html),
            path,
        ),
    };
    match written {
        Ok(()) => Exit::Done,
        Err(e) => fail(&e),
    }
}

/// The format that a file's name asks for.
pub fn by_name(path: &Path) -> Option<Format> {
    path.extension()?
        .to_str()?
        .to_ascii_lowercase()
        .parse()
        .ok()
}
