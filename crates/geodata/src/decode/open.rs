//! Opening: what the content is, unpacking, and the hand-over to the reader of the format.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{
    Decoder, Format, LayerInfo, ReadOptions, Row, Source,
    container::{self, Packing, Unpacked},
    encoding, flatgeobuf, gdal, json, markup,
    sniff::{self, Content},
    staging, survey, table, workbook,
};
use crate::encode::EXPLAINED;
use crate::{ReadError, error::ReadErrorKind};

/// Archives within archives deeper than this are refused.
const MAX_NESTING: usize = 2;

/// A file on its way to a reader: where it stands, and how to call it to the user.
struct Candidate<'a> {
    path: &'a Path,
    /// `upload.zip/线.shp`.
    shown: String,
    nesting: usize,
}

/// The file name that messages show.
fn shown(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// See [`super::open`].
pub fn open(path: &Path, options: &ReadOptions, decoder: &Decoder) -> Result<Source, ReadError> {
    open_one(
        &Candidate {
            path,
            shown: shown(path),
            nesting: 0,
        },
        options,
        decoder,
    )
}

fn head(path: &Path) -> Result<(Vec<u8>, u64), ReadErrorKind> {
    let file = File::open(path).map_err(container::io_error)?;
    let meta = file.metadata().map_err(container::io_error)?;
    if meta.is_dir() {
        return Err(ReadErrorKind::Io {
            message: "is a directory / 是文件夹".into(),
        });
    }
    let mut head = Vec::new();
    file.take(sniff::HEAD as u64)
        .read_to_end(&mut head)
        .map_err(container::io_error)?;
    Ok((head, meta.len()))
}

fn open_one(
    c: &Candidate<'_>,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    let fail = |kind| ReadError::new(c.shown.clone(), kind);
    let (head, bytes) = head(c.path).map_err(fail)?;
    if bytes == 0 {
        return Err(fail(ReadErrorKind::Empty));
    }
    if bytes > options.limits.file_bytes && c.nesting == 0 {
        return Err(fail(ReadErrorKind::TooLarge {
            bytes,
            limit: options.limits.file_bytes,
        }));
    }
    let whole = || fs::read(c.path).map_err(|e| fail(container::io_error(e)));
    match sniff::sniff(&head, c.path) {
        Content::Json => {
            let d = encoding::to_utf8(whole()?, options.encoding.as_deref()).map_err(fail)?;
            json::open(&c.shown, d.text, d.mark, d.encoding, d.notes)
        }
        Content::FlatGeobuf => flatgeobuf::open(&c.shown, whole()?, Vec::new()),
        Content::Text => {
            let d = encoding::to_utf8(whole()?, options.encoding.as_deref()).map_err(fail)?;
            let named = c.path.extension().is_some_and(|e| {
                ["csv", "tsv", "tab", "txt"]
                    .iter()
                    .any(|x| e.eq_ignore_ascii_case(x))
            });
            table::open(&c.shown, d.text, d.encoding, d.notes, named)
        }
        Content::Kml => markup::open_kml(&c.shown, whole()?, options.encoding.as_deref()),
        Content::Gpx => markup::open_gpx(
            &c.shown,
            whole()?,
            options.encoding.as_deref(),
            options.layer.as_deref(),
        ),
        Content::SurveyText => {
            let d = encoding::to_utf8(whole()?, options.encoding.as_deref()).map_err(fail)?;
            Ok(survey::open(d))
        }
        Content::Xls => workbook::open(c.path, &c.shown, Format::Xls, options, decoder),
        Content::Shp | Content::Shx | Content::Dbf | Content::GeoPackage | Content::Gdal(_) => {
            gdal::open(c.path, &c.shown, options, decoder)
        }
        Content::Gzip => open_stream(c, Packing::Gzip, options, decoder),
        Content::Xz => open_stream(c, Packing::Xz, options, decoder),
        Content::Zip => open_zip(c, options, decoder),
        Content::Known(format) => Err(fail(ReadErrorKind::Unsupported { format })),
        Content::Unknown(found) => Err(fail(ReadErrorKind::Unrecognised { found })),
    }
}

/// Keeps the temporary folder until the rows are read.
struct Kept<I> {
    rows: I,
    _folder: TempDir,
}

impl<I: Iterator<Item = Result<Row, ReadError>>> Iterator for Kept<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.rows.next()
    }
}

fn keep(mut source: Source, folder: TempDir) -> Source {
    source.rows = Box::new(Kept {
        rows: source.rows,
        _folder: folder,
    });
    source
}

fn folder() -> Result<TempDir, ReadErrorKind> {
    tempfile::Builder::new()
        .prefix("jieming-")
        .tempdir()
        .map_err(container::io_error)
}

fn too_nested(c: &Candidate<'_>) -> ReadError {
    ReadError::new(
        c.shown.clone(),
        ReadErrorKind::Unsupported {
            format: "an archive within archives / 多层嵌套的压缩包",
        },
    )
}

fn open_stream(
    c: &Candidate<'_>,
    packing: Packing,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    if c.nesting >= MAX_NESTING {
        return Err(too_nested(c));
    }
    let fail = |kind| ReadError::new(c.shown.clone(), kind);
    let folder = folder().map_err(fail)?;
    let path =
        container::unpack_stream(c.path, packing, &options.limits, folder.path()).map_err(fail)?;
    let inner = Candidate {
        path: &path,
        shown: c.shown.clone(),
        nesting: c.nesting + 1,
    };
    Ok(keep(open_one(&inner, options, decoder)?, folder))
}

fn open_zip(
    c: &Candidate<'_>,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    if c.nesting >= MAX_NESTING {
        return Err(too_nested(c));
    }
    let fail = |kind| ReadError::new(c.shown.clone(), kind);
    let names = container::zip_names(c.path, &options.limits).map_err(fail)?;
    let has = |n: &str| names.iter().any(|m| m == n);
    let workbook = if has("xl/workbook.xml") {
        Some(Format::Xlsx)
    } else if has("META-INF/manifest.xml") && has("content.xml") && has("mimetype") {
        Some(Format::Ods)
    } else {
        None
    };
    if let Some(format) = workbook {
        // Unpacked for its bounds only: the workbook library has none.
        let folder = folder().map_err(fail)?;
        container::unpack_zip(c.path, &options.limits, &folder).map_err(fail)?;
        return workbook::open(c.path, &c.shown, format, options, decoder);
    }
    let known = [
        ("xl/workbook.bin", "XLSB"),
        ("word/document.xml", "Word (DOCX)"),
        ("ppt/presentation.xml", "PowerPoint (PPTX)"),
    ];
    if let Some((_, format)) = known.iter().find(|(n, _)| has(n)) {
        return Err(fail(ReadErrorKind::Unsupported { format }));
    }
    let folder = folder().map_err(fail)?;
    let members = container::unpack_zip(c.path, &options.limits, &folder).map_err(fail)?;
    let source = open_member(c, &members, folder.path(), options, decoder)?;
    Ok(keep(source, folder))
}

/// Something in an archive that can be read as one.
struct Entry {
    name: String,
    path: PathBuf,
}

/// The readable things among the members: Shapefiles count once, geodatabase folders as one.
fn entries(members: &[Unpacked], root: &Path) -> (Vec<Entry>, Option<ReadErrorKind>) {
    let mut all: Vec<Entry> = Vec::new();
    let mut refused = None;
    let shapes: Vec<String> = members
        .iter()
        .filter(|m| ends_with(&m.name, ".shp"))
        .map(|m| stem(&m.name).to_lowercase())
        .collect();
    for m in members {
        if let Some(n) = m.name.to_lowercase().find(".gdb/") {
            let end = n + ".gdb".len();
            let name = m.name.get(..end).unwrap_or(&m.name).to_owned();
            let path = root.join(&name);
            if !all.iter().any(|e| e.path == path) && path.is_dir() {
                all.push(Entry { name, path });
            }
            continue;
        }
        // What belongs to a MapInfo table is no entry of its own.
        let (own_stem, own_extension) = m.name.rsplit_once('.').unwrap_or((&m.name, ""));
        let of_map = |main: &str| {
            let (needed, others) = staging::siblings(main);
            let belongs = needed
                .iter()
                .chain(others)
                .any(|x| x.eq_ignore_ascii_case(own_extension));
            belongs
                && members
                    .iter()
                    .any(|o| o.name.eq_ignore_ascii_case(&format!("{own_stem}.{main}")))
        };
        if of_map("tab") || of_map("mif") {
            continue;
        }
        let sibling = [
            ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".xml", ".fix",
        ];
        if sibling.iter().any(|s| ends_with(&m.name, s))
            && shapes
                .iter()
                .any(|s| m.name.to_lowercase().starts_with(&format!("{s}.")))
        {
            continue;
        }
        let file = m.name.rsplit('/').next().unwrap_or(&m.name);
        // Exports of this program explain their short column names in a table beside the shapes.
        if file == EXPLAINED && !shapes.is_empty() {
            continue;
        }
        if file.starts_with('.')
            || ["readme", "license", "licence", "copying"]
                .iter()
                .any(|r| file.to_lowercase().starts_with(r))
        {
            continue;
        }
        match head(&m.path).map(|(h, n)| (sniff::sniff(&h, &m.path), n)) {
            Ok((_, 0)) | Err(_) => {}
            Ok((Content::Known(format), _)) => {
                refused = Some(ReadErrorKind::Unsupported { format })
            }
            Ok((Content::Unknown(_) | Content::Shx, _)) => {}
            Ok((Content::Text, _))
                if !["csv", "tsv", "tab", "txt", "geojsonl", "geojsons"]
                    .iter()
                    .any(|x| ends_with(&m.name, &format!(".{x}"))) => {}
            Ok(_) => all.push(Entry {
                name: m.name.clone(),
                path: m.path.clone(),
            }),
        }
    }
    (all, refused)
}

fn ends_with(name: &str, suffix: &str) -> bool {
    name.to_lowercase().ends_with(suffix)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |p| p.0)
}

fn open_member(
    c: &Candidate<'_>,
    members: &[Unpacked],
    root: &Path,
    options: &ReadOptions,
    decoder: &Decoder,
) -> Result<Source, ReadError> {
    let (all, refused) = entries(members, root);
    let fail = |kind| ReadError::new(c.shown.clone(), kind);
    let names = || all.iter().map(|e| e.name.clone()).collect::<Vec<_>>();
    let matches = |e: &Entry, l: &str| {
        let file = e.name.rsplit('/').next().unwrap_or(&e.name);
        e.name == l || file == l || stem(file) == l || stem(&e.name) == l
    };
    let mut inner = options.clone();
    let entry = match (all.as_slice(), options.layer.as_deref()) {
        ([], _) => {
            let members = members.iter().map(|m| m.name.clone()).collect();
            return Err(fail(
                refused.unwrap_or(ReadErrorKind::ArchiveWithoutData { members }),
            ));
        }
        ([one], layer) => {
            if layer.is_some_and(|l| matches(one, l)) {
                inner.layer = None;
            }
            one
        }
        (several, Some(layer)) => {
            let (member, rest) = match several.iter().find(|e| matches(e, layer)) {
                Some(e) => (Some(e), None),
                None => match layer.split_once(':') {
                    Some((member, rest)) => (
                        several.iter().find(|e| matches(e, member)),
                        Some(rest.to_owned()),
                    ),
                    None => (None, None),
                },
            };
            inner.layer = rest;
            member.ok_or_else(|| {
                fail(ReadErrorKind::LayerUnknown { layers: names() }).in_layer(layer)
            })?
        }
        (_, None) => return Err(fail(ReadErrorKind::LayerAmbiguous { layers: names() })),
    };
    let shown = format!("{}/{}", c.shown, entry.name);
    let mut source = if entry.path.is_dir() {
        gdal::open(&entry.path, &shown, &inner, decoder)?
    } else {
        open_one(
            &Candidate {
                path: &entry.path,
                shown,
                nesting: c.nesting + 1,
            },
            &inner,
            decoder,
        )?
    };
    if all.len() > 1 {
        source.layers = all
            .iter()
            .map(|e| LayerInfo {
                name: e.name.clone(),
                rows: None,
                geometry: None,
            })
            .collect();
    }
    Ok(source)
}
