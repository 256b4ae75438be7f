//! The command line.

mod args;
mod audit;
mod crs;
mod export;
mod help;
mod import;
mod output;
mod progress;
mod receipt;
mod report;
mod sample;
mod serve;

pub use args::{AuditArgs, Cli, Command, ExportArgs, Global, ImportArgs, ReportArgs};
pub use audit::{audit_of_database, audit_of_files, run_text};
pub use crs::crs;
pub use export::export;
pub use help::{command, wanted_lang};
pub use import::import;
pub use progress::Shown;
pub use report::report;
pub use sample::write_sample;
pub use serve::{Service, fill_demo, print_summary, serve};

/// How a command ended: the exit status of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, with findings or without.
    Done,
    /// The work failed.
    Failed,
    /// The command was not understood.
    Usage,
    /// There are findings at or above `--fail-on`.
    Findings,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Findings => 3,
        })
    }
}
