//! Reports to standard output or into files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jieming_reports::{Format, Report};

use super::Exit;

/// To standard output.
pub fn write_stdout(report: &Report, format: Format) -> Result<(), String> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    jieming_reports::write(report, format, &mut out).map_err(|e| e.to_string())?;
    out.flush().map_err(|e| e.to_string())
}

/// Writes beside the target and renames, so that nobody meets half a report.
pub fn write_file(report: &Report, format: Format, path: &Path) -> Result<(), String> {
    let said = |e: std::io::Error| format!("{}: {e}", path.display());
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let part: PathBuf = folder.join(format!(".{}.part", file_name(path)));
    let mut out = BufWriter::new(File::create(&part).map_err(said)?);
    let written = jieming_reports::write(report, format, &mut out)
        .map_err(|e| format!("{}: {e}", path.display()))
        .and_then(|()| out.flush().map_err(said));
    drop(out);
    match written {
        Ok(()) => std::fs::rename(&part, path).map_err(said),
        Err(e) => {
            // What is left of a failed attempt is of no use to anybody.
            let _ = std::fs::remove_file(&part);
            Err(e)
        }
    }
}

/// The last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// Says why on standard error.
pub fn fail(text: &str) -> Exit {
    eprintln!("jieming: {text}");
    Exit::Failed
}
