//! Where the cases are, and their files as text.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the cases, when it is present.
pub fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("CONFORMANCE_DATA").map(PathBuf::from);
    let folder = root.join(named.unwrap_or_else(|| "../shared/data/conformance".into()));
    folder.is_dir().then_some(folder)
}

/// A file's text; packed ones are unpacked.
pub fn text(path: &Path) -> String {
    let bytes = fs::read(path).expect("a file that was listed");
    if path.extension().is_none_or(|e| e != "gz") {
        return String::from_utf8(bytes).expect("cases are UTF-8");
    }
    let mut out = String::new();
    flate2::read::GzDecoder::new(&bytes[..])
        .read_to_string(&mut out)
        .expect("a packed file");
    out
}

/// Every file below a folder whose name has one of the endings, in order of its path.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else if endings.iter().any(|e| path.to_string_lossy().ends_with(e)) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

/// The JSON files of an archive with their names, unpacked by `tar`; none when there is no such archive.
pub fn packed(archive: &Path) -> Vec<(String, String)> {
    if !archive.exists() {
        return Vec::new();
    }
    let folder = std::env::temp_dir().join(format!("jieming-conformance-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for what is unpacked");
    let unpacked = Command::new("tar")
        .arg("-xf")
        .arg(archive)
        .arg("-C")
        .arg(&folder)
        .status();
    assert!(unpacked.is_ok_and(|s| s.success()), "tar and xz are needed");
    let all = files(&folder, &["json"]);
    let out = all.iter().map(|f| (name(&folder, f), text(f))).collect();
    fs::remove_dir_all(&folder).expect("the folder made before");
    out
}

/// A file's name in the table: its path below the suite's folder, without endings.
pub fn name(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).expect("a path below the folder");
    let below = below.to_string_lossy().replace('\\', "/");
    [".gz", ".xml", ".geojson", ".json", ".wkt"]
        .iter()
        .fold(below, |n, e| n.strip_suffix(e).unwrap_or(&n).to_string())
}
