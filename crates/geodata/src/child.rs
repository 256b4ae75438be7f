//! The decoder child: GDAL in a process of its own, which the parent may stop at any time.

use std::{ffi::OsString, process::ExitCode};

/// Runs the child: `args` are the words after the hidden `decode` of the command line. It sets its own limits before
/// it touches the file, writes rows to standard output and complaints to standard error.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let _ = args;
    ExitCode::FAILURE
}
