//! Copies of what the decoder child reads: the upload itself is never touched, and siblings stand where drivers look for them.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    Format, container,
    sniff::{self, Content},
};
use crate::error::ReadErrorKind;

/// A file with its siblings, under one plain name in a folder of our own.
pub(super) struct Staged {
    _folder: TempDir,
    /// The file that the driver opens.
    pub main: PathBuf,
    /// The table of a Shapefile, as received.
    pub dbf: Option<PathBuf>,
    /// What the `.cpg` says.
    pub cpg: Option<String>,
    /// Whether there is a `.prj`.
    pub prj: bool,
}

/// The extension that the driver of a format wants.
fn extension(format: Format, path: &Path) -> &'static str {
    match format {
        Format::Shapefile => "shp",
        Format::Dbf => "dbf",
        Format::GeoPackage => "gpkg",
        Format::MapInfo if is_mif(path) => "mif",
        Format::MapInfo => "tab",
        Format::Gml => "gml",
        Format::Dxf => "dxf",
        _ => "json",
    }
}

fn is_mif(path: &Path) -> bool {
    let head = head(path).unwrap_or_default();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let first = head.trim_ascii_start().first();
    first.is_some_and(|c| c.eq_ignore_ascii_case(&b'V'))
}

/// The extensions of what belongs to the file of a format: those it needs, those it may have.
pub(super) fn siblings(main: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match main {
        "shp" => (&[], &["dbf", "shx", "prj"]),
        "tab" => (&["dat", "map", "id"], &["ind"]),
        "mif" => (&["mid"], &[]),
        _ => (&[], &[]),
    }
}

/// Copies the file and its siblings, whatever the case of their extensions, so that GDAL finds them. Copies, never links: a
/// driver that repairs an index must not reach the upload.
pub(super) fn stage(path: &Path, format: Format) -> Result<Staged, ReadErrorKind> {
    let folder = tempfile::Builder::new()
        .prefix("jieming-")
        .tempdir()
        .map_err(container::io_error)?;
    let path = path.canonicalize().map_err(container::io_error)?;
    let main_extension = extension(format, &path);
    let mut staged = Staged {
        main: folder.path().join("layer").with_extension(main_extension),
        _folder: folder,
        dbf: (format == Format::Dbf).then(|| path.clone()),
        cpg: None,
        prj: false,
    };
    copied(&path, &staged.main)?;
    if let Some(cpg) = sibling(&path, "cpg") {
        let bytes = fs::read(&cpg).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).into_owned();
        staged.cpg = Some(text.trim().to_owned());
    }
    let (needed, others) = siblings(main_extension);
    for ext in needed.iter().chain(others) {
        match sibling(&path, ext) {
            Some(other) => {
                copied(&other, &staged.main.with_extension(ext))?;
                staged.prj |= *ext == "prj";
                if *ext == "dbf" {
                    staged.dbf = Some(other);
                }
            }
            // A table without map objects has neither of these two.
            None if needed.contains(ext) && !matches!(*ext, "map" | "id") => {
                return Err(ReadErrorKind::SiblingMissing {
                    sibling: format!("{}.{ext}", stem(&path)),
                });
            }
            None => {}
        }
    }
    Ok(staged)
}

/// A private copy of the bytes, without the permissions of the original.
fn copied(from: &Path, to: &Path) -> Result<(), ReadErrorKind> {
    let mut from = fs::File::open(from).map_err(container::io_error)?;
    let mut to = fs::File::create_new(to).map_err(container::io_error)?;
    std::io::copy(&mut from, &mut to)
        .map(drop)
        .map_err(container::io_error)
}

fn head(path: &Path) -> Result<Vec<u8>, ReadErrorKind> {
    let mut head = Vec::new();
    let file = fs::File::open(path).map_err(container::io_error)?;
    file.take(sniff::HEAD as u64)
        .read_to_end(&mut head)
        .map_err(container::io_error)?;
    Ok(head)
}

/// The first bytes tell the format; a folder is a geodatabase.
pub(super) fn format_of(path: &Path) -> Result<Format, ReadErrorKind> {
    if path.is_dir() {
        return Ok(Format::FileGdb);
    }
    Ok(match sniff::sniff(&head(path)?, path) {
        Content::Shp | Content::Shx => Format::Shapefile,
        Content::GeoPackage => Format::GeoPackage,
        Content::Gdal(format) => format,
        _ => Format::Dbf,
    })
}

pub(super) fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The file of the same name with another extension, in whatever case.
pub(super) fn sibling(path: &Path, ext: &str) -> Option<PathBuf> {
    let own = stem(path);
    fs::read_dir(path.parent()?)
        .ok()?
        .flatten()
        .map(|e| e.path())
        .find(|p| {
            stem(p).eq_ignore_ascii_case(&own)
                && p.extension().is_some_and(|e| e.eq_ignore_ascii_case(ext))
        })
}
