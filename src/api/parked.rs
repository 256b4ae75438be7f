//! Files that arrive in pieces and may be continued after the line broke (tus 1.0.0): kept in the upload folder until they
//! are handed in, or a day has passed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::error::{ApiError, Code, Result};
use super::upload::{plain_name, too_large};

/// Files that wait at a time: further ones are refused.
const MOST_FILES: usize = 200;
/// Bytes announced of all that wait, as a multiple of those that one upload may have.
const MOST_SIZES: u64 = 8;
/// For how long a file waits of which nothing has come.
const KEPT_EMPTY: Duration = Duration::from_secs(15 * 60);
/// For how long a file waits for its next piece.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Files that a piece is being written to.
static WRITING: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

/// What was said of a file at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes in all.
    pub length: u64,
}

/// The waiting files.
#[derive(Clone)]
pub(super) struct Parked {
    folder: PathBuf,
    most_bytes: u64,
}

fn failed(e: std::io::Error) -> ApiError {
    ApiError::internal(format!("keeping a part of an upload: {e}"))
}

fn not_found(id: &str) -> ApiError {
    let id: String = id.chars().take(40).collect();
    ApiError::new(
        Code::UploadNotFound,
        format!("没有进行中的上传“{id}”：可能已提交或已过期，请重新上传"),
        format!("no upload {id:?} under way: handed in or expired, begin anew"),
    )
}

impl Parked {
    pub(super) fn new(upload_folder: &Path, most_bytes: u64) -> Self {
        Self {
            folder: upload_folder.join("parked"),
            most_bytes,
        }
    }

    /// Begins a file; gives its number, which nobody can guess.
    pub(super) async fn begin(&self, name: &str, length: u64) -> Result<String> {
        if length > self.most_bytes {
            return Err(too_large(self.most_bytes));
        }
        let name = plain_name(name)?;
        tokio::fs::create_dir_all(&self.folder)
            .await
            .map_err(failed)?;
        let (files, bytes) = self.sweep().await.map_err(failed)?;
        let most = self.most_bytes.saturating_mul(MOST_SIZES);
        if files >= MOST_FILES || bytes.saturating_add(length) > most {
            return Err(ApiError::new(
                Code::Unavailable,
                "进行中的上传太多，请稍后再试",
                "too many uploads are under way: try again later",
            ));
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let own = self.folder.join(&id);
        tokio::fs::create_dir(&own).await.map_err(failed)?;
        File::create(own.join("data")).await.map_err(failed)?;
        let about = serde_json::to_vec(&About { name, length })
            .map_err(|e| ApiError::internal(e.to_string()))?;
        tokio::fs::write(own.join("about"), about)
            .await
            .map_err(failed)?;
        Ok(id)
    }

    /// Removes what nobody continued; gives how many wait, and the bytes announced of them.
    async fn sweep(&self) -> std::io::Result<(usize, u64)> {
        let mut left = (0, 0_u64);
        let mut all = tokio::fs::read_dir(&self.folder).await?;
        while let Some(entry) = all.next_entry().await? {
            let data = tokio::fs::metadata(entry.path().join("data")).await;
            // Half made, or being removed by somebody else: as if nothing had come.
            let (changed, here) = match data {
                Ok(data) => (data.modified().ok(), data.len()),
                Err(_) => (entry.metadata().await.and_then(|m| m.modified()).ok(), 0),
            };
            let kept = if here == 0 { KEPT_EMPTY } else { KEPT };
            let age = changed.and_then(|c| c.elapsed().ok());
            if age.is_some_and(|age| age > kept) {
                match tokio::fs::remove_dir_all(entry.path()).await {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
                    _ => continue,
                }
            }
            let id = entry.file_name().to_string_lossy().into_owned();
            let length = self.find(&id).await.map_or(0, |f| f.0.length);
            left = (left.0 + 1, left.1.saturating_add(length));
        }
        Ok(left)
    }

    /// The folder of a number; the number itself comes from outside.
    fn own(&self, id: &str) -> Result<PathBuf> {
        // One spelling only: the lock is on it.
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let known = id.len() == 32 && id.bytes().all(digit);
        if known {
            Ok(self.folder.join(id))
        } else {
            Err(not_found(id))
        }
    }

    /// What is known of a file, and how many of its bytes are here.
    pub(super) async fn find(&self, id: &str) -> Result<(About, u64)> {
        let own = self.own(id)?;
        let about = tokio::fs::read(own.join("about"))
            .await
            .map_err(|_| not_found(id))?;
        let about = serde_json::from_slice(&about).map_err(|_| not_found(id))?;
        let data = tokio::fs::metadata(own.join("data"))
            .await
            .map_err(|_| not_found(id))?;
        Ok((about, data.len()))
    }

    /// Takes the next piece, which begins at `offset`; gives how many bytes are here then. What came before a line broke
    /// is kept.
    pub(super) async fn append(&self, id: &str, offset: u64, body: Body) -> Result<u64> {
        let writing = Writing::begin(id)?;
        let (parked, id) = (self.clone(), id.to_owned());
        // On its own: when the sender goes away, the piece on its way to the disk arrives before another may begin.
        let work = tokio::spawn(async move {
            let done = parked.write(&id, offset, body).await;
            drop(writing);
            done
        });
        work.await.map_err(|e| ApiError::internal(e.to_string()))?
    }

    async fn write(&self, id: &str, offset: u64, body: Body) -> Result<u64> {
        let (about, mut here) = self.find(id).await?;
        if here != offset {
            return Err(ApiError::new(
                Code::Conflict,
                format!("接续位置不符：已有 {here} 字节，请求从 {offset} 开始"),
                format!("{here} bytes are here, the piece begins at {offset}"),
            ));
        }
        let mut file = OpenOptions::new()
            .append(true)
            .open(self.own(id)?.join("data"))
            .await
            .map_err(failed)?;
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { break };
            here += piece.len() as u64;
            if here > about.length {
                // Nothing of what is too much stays; the rest was as announced.
                file.flush().await.map_err(failed)?;
                return Err(ApiError::body(
                    format!("内容超过声明的 {} 字节", about.length),
                    format!("more than the {} bytes announced", about.length),
                ));
            }
            file.write_all(&piece).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        Ok(here)
    }

    /// Removes a file.
    pub(super) async fn remove(&self, id: &str) -> Result<()> {
        let _writing = Writing::begin(id)?;
        self.find(id).await?;
        tokio::fs::remove_dir_all(self.own(id)?)
            .await
            .map_err(failed)
    }

    /// A whole file; it stays here until it is removed, so that it can be read otherwise without being sent again. Nobody
    /// writes to it or removes it while the [`Writing`] lives.
    pub(super) async fn take(&self, id: &str) -> Result<Taken> {
        let writing = Writing::begin(id)?;
        let (about, here) = self.find(id).await?;
        if here != about.length {
            return Err(ApiError::body(
                format!("上传“{}”未完成：{here} / {} 字节", about.name, about.length),
                format!(
                    "the upload {:?} is not complete: {here} of {} bytes",
                    about.name, about.length
                ),
            ));
        }
        Ok(Taken {
            name: about.name,
            length: about.length,
            path: self.own(id)?.join("data"),
            _writing: writing,
        })
    }
}

/// A whole file.
pub(super) struct Taken {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub length: u64,
    /// Where it is.
    pub path: PathBuf,
    _writing: Writing,
}

/// One writer at a time for a file.
struct Writing(String);

impl Writing {
    fn begin(id: &str) -> Result<Self> {
        let mut all = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if all.insert(id.to_owned()) {
            return Ok(Self(id.to_owned()));
        }
        Err(ApiError::new(
            Code::Conflict,
            "这个上传正在接收另一部分，请稍后再试",
            "another piece of this upload is arriving: try again",
        ))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut all = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.0);
    }
}
