//! The program `jieming`.

use std::process::ExitCode;

fn main() -> ExitCode {
    jieming::app::run(std::env::args_os().collect())
}
