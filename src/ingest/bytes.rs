//! The bytes of a submission: their fingerprint, and where they are kept.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Files that belong to a `.shp` of the same name, in the order in which they are kept.
const SHAPEFILE_PARTS: &[&str] = &["shp", "shx", "dbf", "prj", "cpg"];

/// What bytes are known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256, lower-case hex. For a shapefile in several files: of their names' endings and contents in order.
    pub sha256: String,
    /// Bytes in all.
    pub bytes: u64,
    /// The files, the main one first.
    pub files: Vec<PathBuf>,
}

/// Reads a file (and what belongs to it) once and tells its fingerprint.
///
/// # Errors
/// What the system says when a file cannot be read.
pub fn fingerprint(path: &Path) -> io::Result<Fingerprint> {
    let files = parts(path);
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    for file in &files {
        if files.len() > 1 {
            hash.update(extension(file).as_bytes());
            hash.update([0]);
            hash.update(std::fs::metadata(file)?.len().to_le_bytes());
        }
        let mut reader = File::open(file)?;
        loop {
            let n = reader.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            bytes += n as u64;
        }
    }
    let sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok(Fingerprint {
        sha256,
        bytes,
        files,
    })
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

/// A file with its siblings, if it is a shapefile in several files.
fn parts(path: &Path) -> Vec<PathBuf> {
    let mut out = vec![path.to_owned()];
    if extension(path) == "shp" {
        for part in &SHAPEFILE_PARTS[1..] {
            let found = [part.to_string(), part.to_ascii_uppercase()]
                .iter()
                .map(|e| path.with_extension(e))
                .find(|p| p.is_file());
            out.extend(found);
        }
    }
    out
}

/// Of files that came together in one folder those that stand for a submission: `.shx`, `.dbf`, `.prj` and `.cpg`
/// beside a `.shp` of the same name belong to it. In order of name.
///
/// # Errors
/// What the system says when the folder cannot be read.
pub fn main_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let shapes: Vec<PathBuf> = files
        .iter()
        .filter(|f| extension(f) == "shp")
        .cloned()
        .collect();
    let of_shapes = |s: &PathBuf| parts(s).into_iter().skip(1);
    let belonging: HashSet<PathBuf> = shapes.iter().flat_map(of_shapes).collect();
    files.retain(|f| !belonging.contains(f));
    Ok(files)
}

/// The folder in which bytes are kept as received.
#[derive(Debug, Clone)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// A folder; made when first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the bytes with this SHA-256 are kept.
    pub fn place_of(&self, sha256: &str) -> PathBuf {
        self.0
            .join("submissions")
            .join(sha256.get(..2).unwrap_or("00"))
            .join(sha256)
    }

    /// Keeps the bytes: a folder named by the SHA-256 with the files under the names they came with. A crash leaves
    /// nothing that could be taken for whole: files are copied beside and moved in.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self, fingerprint: &Fingerprint) -> io::Result<PathBuf> {
        let target = self.place_of(&fingerprint.sha256);
        if target.is_dir() {
            return Ok(target);
        }
        let parent = target.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(parent)?;
        let staging = tempfile::Builder::new()
            .prefix(".incoming")
            .tempdir_in(parent)?;
        for file in &fingerprint.files {
            let name = file
                .file_name()
                .unwrap_or_else(|| std::ffi::OsStr::new("file"));
            let copy = staging.path().join(name);
            std::fs::copy(file, &copy)?;
            File::open(&copy)?.sync_all()?;
        }
        let staged = staging.keep();
        match std::fs::rename(&staged, &target) {
            Ok(()) => Ok(target),
            Err(e) => {
                std::fs::remove_dir_all(&staged)?;
                // Another process kept the same bytes meanwhile.
                if target.is_dir() { Ok(target) } else { Err(e) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shapefile_is_one_submission() {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("a.shp", "1"),
            ("a.dbf", "2"),
            ("a.SHX", "3"),
            ("b.csv", "4"),
            ("c.dbf", "5"),
        ] {
            std::fs::write(dir.path().join(name), content).unwrap();
        }
        let names: Vec<_> = main_files(dir.path())
            .unwrap()
            .iter()
            .map(|f| f.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.shp", "b.csv", "c.dbf"]);
        let before = fingerprint(&dir.path().join("a.shp")).unwrap();
        assert_eq!((before.bytes, before.files.len()), (3, 3));
        std::fs::write(dir.path().join("a.dbf"), "other").unwrap();
        assert_ne!(
            fingerprint(&dir.path().join("a.shp")).unwrap().sha256,
            before.sha256
        );
    }

    #[test]
    fn the_sum_is_that_of_other_tools() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.json");
        std::fs::write(&file, "abc").unwrap();
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint(&file).unwrap().sha256, sum);
    }

    #[test]
    fn kept_once_under_its_sum() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("in.csv");
        std::fs::write(&file, "name\n").unwrap();
        let data = DataFolder::new(dir.path().join("data"));
        let print = fingerprint(&file).unwrap();
        let kept = data.keep(&print).unwrap();
        assert_eq!(std::fs::read(kept.join("in.csv")).unwrap(), b"name\n");
        assert_eq!(data.keep(&print).unwrap(), kept);
        let beside = std::fs::read_dir(kept.parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "nothing is left lying about");
    }
}
