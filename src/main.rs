//! The program `jieming`.

use std::process::ExitCode;

/// Findings are many small pieces of memory made by all cores at once; the system's allocator makes them wait for each
/// other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    jieming::app::run(std::env::args_os().collect())
}
