//! Files on their way in: a multipart body is written to disk while it arrives, and refused as soon as it is larger
//! than the setting allows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::error::{ApiError, Code, Result};
use super::parked::Parked;
use crate::ingest;

/// Characters of one text field at most: names of fields and systems, not documents.
const MOST_TEXT: usize = 64 << 10;
/// Fields and files at most: a shapefile has about eight files.
const MOST_PARTS: usize = 1000;

/// Bytes of a form's field name at most.
const MOST_NAME: usize = 200;
/// Bytes that may come without a part, or a piece of one, being made of them: what stands before the first boundary, and the heads of
/// parts, have no bound in the parser, which keeps them in memory and looks through them again with each chunk.
const MOST_UNUSED: usize = 256 << 10;

/// What came of a body and was not used yet; shared between who receives it and who uses it.
#[derive(Clone, Default)]
pub(super) struct Unused {
    bytes: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
}

impl Unused {
    /// So much has come. An error when too much waits already.
    pub(super) fn came(&self, bytes: usize) -> std::io::Result<()> {
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) > MOST_UNUSED {
            self.over.store(true, Ordering::Relaxed);
            return Err(std::io::Error::other("the head of a part never ends"));
        }
        Ok(())
    }

    /// What came was used.
    fn used(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// Why the form could not be read further.
    fn broken(&self, e: MultipartError) -> ApiError {
        if !self.over.load(Ordering::Relaxed) {
            return broken(e);
        }
        let most = MOST_UNUSED >> 10;
        let mut error = ApiError::body(
            format!("上传的格式有误：分界线之前的内容或字段头超过 {most} KiB"),
            format!(
                "the form is malformed: more than {most} KiB before a boundary or in the head of a part"
            ),
        );
        error.inside = Some(e.body_text());
        error
    }
}

/// What a form brought: files on disk, texts by name.
pub(super) struct Upload {
    /// Holds the files; removed with this.
    _folder: TempDir,
    /// The files, by name. Those that only belong to a shapefile beside them are not listed.
    pub(super) files: Vec<PathBuf>,
    /// Text fields in order.
    pub(super) texts: Vec<(String, String)>,
}

/// Receives a form. Files are the parts named `file`; all other parts are texts.
///
/// The field `upload` names a file that came in pieces before.
pub(super) async fn receive(
    mut form: Multipart,
    unused: &Unused,
    folder: &Path,
    most_bytes: u64,
) -> Result<Upload> {
    let failed = |e: std::io::Error| ApiError::internal(format!("keeping an upload: {e}"));
    let parked = Parked::new(folder, most_bytes);
    tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    let folder = tempfile::Builder::new()
        .prefix("upload-")
        .tempdir_in(folder)
        .map_err(failed)?;
    let mut files: Vec<PathBuf> = Vec::new();
    let mut texts = Vec::new();
    let mut left = most_bytes;
    while let Some(part) = form.next_field().await.map_err(|e| unused.broken(e))? {
        unused.used();
        if files.len() + texts.len() >= MOST_PARTS {
            return Err(ApiError::body(
                format!("一次上传最多 {MOST_PARTS} 个文件和字段"),
                format!("an upload has at most {MOST_PARTS} files and fields"),
            ));
        }
        let field = part.name().unwrap_or_default().to_owned();
        if field.len() > MOST_NAME {
            return Err(ApiError::body(
                format!("字段名过长：最多 {MOST_NAME} 字节"),
                format!("the name of a field is too long: at most {MOST_NAME} bytes"),
            ));
        }
        if field == "file" {
            let name = plain_name(part.file_name().unwrap_or_default())?;
            let path = free_path(folder.path(), &name, files.len())
                .await
                .map_err(failed)?;
            left = write(part, unused, &path, left, most_bytes).await?;
            files.push(path);
        } else if field == "upload" {
            let kept = parked.take(text(part, unused).await?.trim()).await?;
            left = left
                .checked_sub(kept.length)
                .ok_or_else(|| too_large(most_bytes))?;
            let path = free_path(folder.path(), &kept.name, files.len())
                .await
                .map_err(failed)?;
            // The same bytes under two names: nothing is copied, and the waiting file may go meanwhile.
            tokio::fs::hard_link(&kept.path, &path)
                .await
                .map_err(failed)?;
            files.push(path);
        } else {
            texts.push((field, text(part, unused).await?));
        }
    }
    if files.is_empty() {
        return Err(ApiError::body(
            "上传中没有文件：字段名应为 file（或已分段上传的 upload）",
            "the upload has no file: its field is named file (or upload, for one that came in pieces)",
        ));
    }
    Ok(Upload {
        files: main_files(folder.path(), &files).map_err(failed)?,
        _folder: folder,
        texts,
    })
}

/// Writes a part to disk; gives how many bytes the others may still have.
async fn write(
    mut part: Field<'_>,
    unused: &Unused,
    path: &Path,
    mut left: u64,
    most: u64,
) -> Result<u64> {
    let failed = |e: std::io::Error| ApiError::internal(format!("keeping an upload: {e}"));
    let mut file = File::create(path).await.map_err(failed)?;
    while let Some(chunk) = part.chunk().await.map_err(|e| unused.broken(e))? {
        unused.used();
        left = left
            .checked_sub(chunk.len() as u64)
            .ok_or_else(|| too_large(most))?;
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(left)
}

async fn text(mut part: Field<'_>, unused: &Unused) -> Result<String> {
    let name = part.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|e| unused.broken(e))? {
        unused.used();
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_TEXT {
            return Err(ApiError::body(
                format!("字段 {name} 过长：最多 {MOST_TEXT} 字节"),
                format!("field {name} is too long: at most {MOST_TEXT} bytes"),
            ));
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        ApiError::body(
            format!("字段 {name} 不是 UTF-8 文本"),
            format!("field {name} is not UTF-8 text"),
        )
    })
}

/// The body is larger than the setting allows.
pub(super) fn too_large(most: u64) -> ApiError {
    let shown = if most >= 1 << 20 {
        format!("{} MiB", most >> 20)
    } else {
        format!("{most} B")
    };
    ApiError::new(
        Code::TooLarge,
        format!("上传超过了 {shown} 的限制；请拆分文件，或由管理员调大 upload_bytes 设置"),
        format!(
            "the upload is larger than {shown}; split it, or have the setting upload_bytes raised"
        ),
    )
}

fn broken(e: MultipartError) -> ApiError {
    if e.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return ApiError::internal(e.body_text());
    }
    let mut error = ApiError::body(
        "无法读取上传内容：应为完整的 multipart/form-data",
        "the upload cannot be read: expected a whole multipart/form-data body",
    );
    error.inside = Some(e.body_text());
    error
}

/// The last part of a name that may come with folders of another system.
pub(super) fn plain_name(name: &str) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let plain: String = last.chars().filter(|c| !c.is_control()).collect();
    if plain.is_empty() || plain == "." || plain == ".." || plain.len() > 200 {
        return Err(ApiError::body(
            "上传的文件没有可用的文件名（1 到 200 字节）",
            "an uploaded file has no usable name (1 to 200 bytes)",
        ));
    }
    Ok(plain)
}

/// Where a file of this name goes: beside the others, so that the parts of a shapefile find each other; apart, when
/// the name is taken.
async fn free_path(folder: &Path, name: &str, number: usize) -> std::io::Result<PathBuf> {
    let path = folder.join(name);
    if !tokio::fs::try_exists(&path).await? {
        return Ok(path);
    }
    let apart = folder.join(format!("{number}.again"));
    tokio::fs::create_dir_all(&apart).await?;
    Ok(apart.join(name))
}

/// Of the received files those that stand for a submission.
fn main_files(folder: &Path, received: &[PathBuf]) -> std::io::Result<Vec<PathBuf>> {
    let mut folders: Vec<&Path> = received.iter().filter_map(|f| f.parent()).collect();
    folders.push(folder);
    folders.sort();
    folders.dedup();
    let mut files = Vec::new();
    for folder in folders {
        files.extend(ingest::main_files(folder)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(plain_name("../../etc/乡镇.shp").unwrap(), "乡镇.shp");
        assert_eq!(plain_name("C:\\数据\\a.csv").unwrap(), "a.csv");
        assert_eq!(plain_name("a\0b\n.csv").unwrap(), "ab.csv");
        for bad in ["", "..", "x/", "\0"] {
            assert!(plain_name(bad).is_err(), "{bad:?}");
        }
    }
}
