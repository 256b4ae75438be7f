//! Unpacking of zip, gzip and xz, with bounds on size, ratio, count and paths. Members land in a temporary folder,
//! under names that cannot leave it.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use encoding_rs::GB18030;
use tempfile::TempDir;

use super::{Limits, encoding};
use crate::{Text, error::ReadErrorKind};

/// The ratio bound counts only beyond this many bytes: small files compress well.
const RATIO_FREE: u64 = 10 << 20;
/// Memory for unpacking xz: `xz -9` asks for 65 MiB, a hostile head for 4 GiB.
const XZ_MEMORY: u64 = 256 << 20;
/// What each entry of a zip's directory begins with.
const ZIP_ENTRY: &[u8] = b"PK\x01\x02";

/// How a single compressed stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// gzip, of one or several members.
    Gzip,
    /// xz, of one or several streams.
    Xz,
}

/// Counts what comes out against what went in.
struct Meter<'a> {
    limits: &'a Limits,
    packed: u64,
    unpacked: u64,
}

impl Meter<'_> {
    fn add(&mut self, n: usize) -> Result<(), ReadErrorKind> {
        self.unpacked += n as u64;
        if self.unpacked > self.limits.unpacked_bytes {
            let (found, limit) = (self.unpacked >> 20, self.limits.unpacked_bytes >> 20);
            return Err(ReadErrorKind::ArchiveBomb {
                found: Text::new(
                    format!("解压后超过 {found} MiB"),
                    format!("more than {found} MiB unpacked"),
                ),
                limit: Text::new(format!("{limit} MiB"), format!("{limit} MiB")),
            });
        }
        let ratio = self.unpacked / self.packed.max(1);
        if self.unpacked > RATIO_FREE && ratio > self.limits.unpack_ratio {
            return Err(ReadErrorKind::ArchiveBomb {
                found: Text::new(
                    format!("压缩比超过 {ratio} 倍"),
                    format!("more than {ratio} bytes out of each byte"),
                ),
                limit: Text::new(
                    format!("{} 倍", self.limits.unpack_ratio),
                    format!("{} to 1", self.limits.unpack_ratio),
                ),
            });
        }
        Ok(())
    }

    fn copy(&mut self, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), ReadErrorKind> {
        let mut buffer = vec![0; 256 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => {
                    self.add(n)?;
                    to.write_all(&buffer[..n]).map_err(io_error)?;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    return Err(ReadErrorKind::ArchiveDamaged {
                        message: e.to_string(),
                    });
                }
            }
        }
    }
}

pub(super) fn io_error(e: io::Error) -> ReadErrorKind {
    ReadErrorKind::Io {
        message: e.to_string(),
    }
}

/// Unpacks one compressed stream into `folder`; the file keeps its name without `.gz` or `.xz`.
pub fn unpack_stream(
    path: &Path,
    packing: Packing,
    limits: &Limits,
    folder: &Path,
) -> Result<PathBuf, ReadErrorKind> {
    let file = File::open(path).map_err(io_error)?;
    let packed = file.metadata().map_err(io_error)?.len();
    let name = match path.extension() {
        Some(e) if e.eq_ignore_ascii_case("gz") || e.eq_ignore_ascii_case("xz") => path.file_stem(),
        _ => path.file_name(),
    };
    let out = folder.join(name.unwrap_or("data".as_ref()));
    let mut to = File::create(&out).map_err(io_error)?;
    let mut from: Box<dyn Read> = match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Packing::Xz => {
            let stream = liblzma::stream::Stream::new_stream_decoder(
                XZ_MEMORY,
                liblzma::stream::CONCATENATED,
            );
            let stream = stream.map_err(|e| ReadErrorKind::ArchiveDamaged {
                message: e.to_string(),
            })?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(
                BufReader::new(file),
                stream,
            ))
        }
    };
    Meter {
        limits,
        packed,
        unpacked: 0,
    }
    .copy(&mut from, &mut to)?;
    Ok(out)
}

/// A member of an unpacked archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Its name in the archive, with `/` between folders.
    pub name: String,
    /// Where it stands now.
    pub path: PathBuf,
}

/// The names of the members of a zip, without unpacking; for telling workbooks and other zipped formats.
pub fn zip_names(path: &Path, limits: &Limits) -> Result<Vec<String>, ReadErrorKind> {
    count_entries(path, limits)?;
    let mut zip = open_zip(path)?;
    let mut names = Vec::new();
    for i in 0..zip.len().min(2000) {
        let member = zip.by_index_raw(i).map_err(zip_error)?;
        names.push(member_name(member.name_raw()));
    }
    Ok(names)
}

fn too_many(n: usize, limit: usize) -> ReadErrorKind {
    ReadErrorKind::ArchiveBomb {
        found: Text::new(format!("超过 {n} 个成员"), format!("more than {n} members")),
        limit: Text::new(format!("{limit} 个"), format!("{limit}")),
    }
}

/// Refuses a zip of more members than the bound before its directory is read: the library makes hundreds of bytes of each
/// entry of 46, whatever their number. Entries are counted wherever they stand, as the end record may lie.
fn count_entries(path: &Path, limits: &Limits) -> Result<(), ReadErrorKind> {
    let mut file = File::open(path).map_err(io_error)?;
    let mut buffer = vec![0; 1 << 20];
    let (mut kept, mut entries) = (0, 0);
    loop {
        let n = file.read(&mut buffer[kept..]).map_err(io_error)?;
        if n == 0 {
            return Ok(());
        }
        let filled = kept + n;
        entries += memchr::memmem::find_iter(&buffer[..filled], ZIP_ENTRY).count();
        if entries > limits.archive_members {
            return Err(too_many(limits.archive_members, limits.archive_members));
        }
        // A mark may lie across two readings.
        kept = filled.min(ZIP_ENTRY.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

fn open_zip(path: &Path) -> Result<zip::ZipArchive<BufReader<File>>, ReadErrorKind> {
    zip::ZipArchive::new(BufReader::new(File::open(path).map_err(io_error)?)).map_err(zip_error)
}

fn zip_error(e: zip::result::ZipError) -> ReadErrorKind {
    ReadErrorKind::ArchiveDamaged {
        message: e.to_string(),
    }
}

/// Names without the UTF-8 flag are often GBK in China: valid UTF-8 is taken as such, then GBK, then a guess.
fn member_name(raw: &[u8]) -> String {
    if let Ok(s) = std::str::from_utf8(raw) {
        return s.replace('\\', "/");
    }
    let (text, broke) = GB18030.decode_without_bom_handling(raw);
    let name = if broke {
        encoding::guess(raw).0.decode_without_bom_handling(raw).0
    } else {
        text
    };
    // In GBK a backslash byte may be half of a character, so it is only turned after decoding.
    name.replace('\\', "/")
}

/// The path of a member inside the folder; an error when it would leave it.
fn inside(name: &str) -> Result<PathBuf, ReadErrorKind> {
    let refused = || ReadErrorKind::ArchivePath {
        member: name.to_owned(),
    };
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.starts_with('/') || drive || name.contains('\0') {
        return Err(refused());
    }
    let mut path = PathBuf::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(refused()),
            p if p.len() > 255 => return Err(refused()),
            p => path.push(p),
        }
    }
    if path.as_os_str().is_empty() {
        Err(refused())
    } else {
        Ok(path)
    }
}

/// Unpacks a zip into `folder`. Links are passed over, as are the folders that macOS adds.
pub fn unpack_zip(
    path: &Path,
    limits: &Limits,
    folder: &TempDir,
) -> Result<Vec<Unpacked>, ReadErrorKind> {
    let packed = fs::metadata(path).map_err(io_error)?.len();
    let mut zip = open_zip(path)?;
    if zip.len() > limits.archive_members {
        return Err(too_many(limits.archive_members, limits.archive_members));
    }
    let mut meter = Meter {
        limits,
        packed,
        unpacked: 0,
    };
    let mut all = Vec::new();
    for i in 0..zip.len() {
        let (name, encrypted, skip) = {
            let m = zip.by_index_raw(i).map_err(zip_error)?;
            let name = member_name(m.name_raw());
            let skip = name.ends_with('/')
                || m.is_dir()
                || m.is_symlink()
                || name.starts_with("__MACOSX/");
            (name, m.encrypted(), skip)
        };
        let relative = inside(&name)?;
        if skip {
            continue;
        }
        if encrypted {
            return Err(ReadErrorKind::ArchiveEncrypted { member: name });
        }
        let out = folder.path().join(&relative);
        // A name may be that of a file and of a folder.
        let clash = |e: io::Error| match e.kind() {
            io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::InvalidFilename => ReadErrorKind::ArchiveDamaged {
                message: format!("{name}: {e}"),
            },
            _ => io_error(e),
        };
        if let Some(parent) = out.parent() {
            fs::create_dir_all(parent).map_err(clash)?;
        }
        let mut to = File::create(&out).map_err(clash)?;
        let mut from = zip.by_index(i).map_err(zip_error)?;
        meter.copy(&mut from, &mut to)?;
        all.push(Unpacked { name, path: out });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn zip_of(members: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let mut w = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            w.start_file(*name, SimpleFileOptions::default()).unwrap();
            w.write_all(bytes).unwrap();
        }
        let mut f = tempfile::NamedTempFile::new().unwrap();
        f.write_all(&w.finish().unwrap().into_inner()).unwrap();
        f
    }

    fn unpack(
        f: &tempfile::NamedTempFile,
        limits: &Limits,
    ) -> Result<Vec<Unpacked>, ReadErrorKind> {
        unpack_zip(f.path(), limits, &TempDir::new().unwrap())
    }

    #[test]
    fn paths_out_of_the_archive_are_refused() {
        for bad in [
            "../evil",
            "/etc/evil",
            "a/../../evil",
            "C:/evil",
            "a\\..\\..\\evil",
            "..\\evil",
        ] {
            assert!(
                matches!(
                    inside(&member_name(bad.as_bytes())),
                    Err(ReadErrorKind::ArchivePath { .. })
                ),
                "{bad}"
            );
        }
        assert_eq!(inside("a/./b//c.shp").unwrap(), PathBuf::from("a/b/c.shp"));
        let f = zip_of(&[("../evil.csv", b"a")]);
        assert!(
            matches!(unpack(&f, &Limits::USUAL), Err(ReadErrorKind::ArchivePath { member }) if member == "../evil.csv")
        );
    }

    #[test]
    fn bombs_are_refused_before_they_fill_the_disk() {
        let zeros = vec![0; 30 << 20];
        let f = zip_of(&[("a.csv", &zeros)]);
        assert!(matches!(
            unpack(&f, &Limits::USUAL),
            Err(ReadErrorKind::ArchiveBomb { .. })
        ));
        let small = Limits {
            unpacked_bytes: 1 << 20,
            unpack_ratio: u64::MAX,
            ..Limits::USUAL
        };
        assert!(matches!(
            unpack(&f, &small),
            Err(ReadErrorKind::ArchiveBomb { .. })
        ));
        let names: Vec<String> = (0..20).map(|i| format!("{i}.csv")).collect();
        let many: Vec<(&str, &[u8])> = names
            .iter()
            .map(|n| (n.as_str(), b"a".as_slice()))
            .collect();
        let few = Limits {
            archive_members: 10,
            ..Limits::USUAL
        };
        assert!(matches!(
            unpack(&zip_of(&many), &few),
            Err(ReadErrorKind::ArchiveBomb { .. })
        ));
    }

    #[test]
    fn gzip_bombs_are_refused_and_cut_streams_are_damaged() {
        let dir = TempDir::new().unwrap();
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(&vec![0; 30 << 20]).unwrap();
        let bytes = gz.finish().unwrap();
        let path = dir.path().join("a.csv.gz");
        fs::write(&path, &bytes).unwrap();
        let out = TempDir::new().unwrap();
        assert!(matches!(
            unpack_stream(&path, Packing::Gzip, &Limits::USUAL, out.path()),
            Err(ReadErrorKind::ArchiveBomb { .. })
        ));
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let loose = Limits {
            unpack_ratio: u64::MAX,
            ..Limits::USUAL
        };
        assert!(matches!(
            unpack_stream(&path, Packing::Gzip, &loose, out.path()),
            Err(ReadErrorKind::ArchiveDamaged { .. })
        ));
    }

    #[test]
    fn names_in_gbk_are_read() {
        assert_eq!(
            member_name(&GB18030.encode("武汉/行政区.shp").0),
            "武汉/行政区.shp"
        );
        assert_eq!(member_name("武汉.shp".as_bytes()), "武汉.shp");
    }
}
