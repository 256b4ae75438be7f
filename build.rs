//! Builds again when the pages change: they are embedded in the program (`src/api/assets.rs`), and Cargo does not see
//! a new file among them by itself.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Watching a folder that is missing would build anew each time; without pages, the folder above tells when they
    // come.
    let watched = if std::path::Path::new("web/dist").is_dir() {
        "web/dist"
    } else {
        "web"
    };
    println!("cargo::rerun-if-changed={watched}");
    println!("cargo::rerun-if-changed=migrations");
}
