//! Settings: from a TOML file, overridden by the environment and by options.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jieming_domain::lang::Lang;
use serde::Deserialize;

/// The settings file. Every key may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Folder of the database and of the bytes received.
    pub data_folder: Option<PathBuf>,
    /// Database, when it is not in the data folder.
    pub database_url: Option<String>,
    /// `zh` or `en`.
    pub lang: Option<String>,
    /// Threads for heavy work.
    pub threads: Option<usize>,
    /// Address to serve at.
    pub listen: Option<SocketAddr>,
    /// Address of a basemap (`https://…/{z}/{x}/{y}.png`) for the page.
    pub basemap: Option<String>,
    /// Whom to name beside the map.
    pub attribution: Option<String>,
    /// Bytes of one upload at most.
    pub upload_bytes: Option<u64>,
    /// Seconds for a request.
    pub request_seconds: Option<u64>,
    /// Seconds for an upload, and for writing an export.
    pub upload_seconds: Option<u64>,
    /// Bytes of memory for tiles.
    pub tile_bytes: Option<u64>,
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no settings file.
    #[error("{}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A database that this program does not speak to.
    #[error("database address {0:?}: only sqlite:FILE, or the path of a file")]
    Database(String),
}

/// Name of the database in the data folder.
const DATABASE: &str = "jieming.db";
/// The data folder unless a setting says otherwise.
const DATA_FOLDER: &str = "jieming-data";

impl File {
    /// Reads a settings file.
    ///
    /// # Errors
    /// When it cannot be read, or holds keys that are none of ours.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|e| ConfigError::Syntax {
            path: path.to_owned(),
            reason: e.message().to_owned(),
        })
    }
}

/// Where things are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Folder of the bytes received.
    pub data_folder: PathBuf,
    /// The database file.
    pub database: PathBuf,
}

impl Places {
    /// From the option, else the settings, else a file in the data folder.
    ///
    /// # Errors
    /// For addresses of other databases than SQLite.
    pub fn choose(database_url: Option<&str>, file: &File) -> Result<Self, ConfigError> {
        let data_folder = file
            .data_folder
            .clone()
            .unwrap_or_else(|| DATA_FOLDER.into());
        let database = match database_url.or(file.database_url.as_deref()) {
            Some(url) => database_file(url)?,
            None => data_folder.join(DATABASE),
        };
        Ok(Self {
            data_folder,
            database,
        })
    }

    /// Everything in one folder.
    pub fn inside(folder: &Path) -> Self {
        Self {
            data_folder: folder.to_owned(),
            database: folder.join(DATABASE),
        }
    }
}

fn database_file(url: &str) -> Result<PathBuf, ConfigError> {
    let rest = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))
        .unwrap_or(url);
    if rest.is_empty() || rest.contains("://") || rest == ":memory:" {
        return Err(ConfigError::Database(url.to_owned()));
    }
    Ok(rest.into())
}

/// The language: option, else settings, else the locale of the environment, else Chinese.
pub fn language(option: Option<Lang>, file: &File) -> Lang {
    option
        .or_else(|| file.lang.as_deref().and_then(|l| l.parse().ok()))
        .or_else(|| {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .find_map(|key| std::env::var(key).ok().filter(|v| !v.is_empty()))
                .and_then(|tag| Lang::from_tag(&tag))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases() {
        let file = File::default();
        let of = |url| Places::choose(url, &file).map(|p| p.database);
        assert_eq!(of(None).unwrap(), Path::new("jieming-data/jieming.db"));
        assert_eq!(
            of(Some("sqlite:///tmp/x.db")).unwrap(),
            Path::new("/tmp/x.db")
        );
        assert_eq!(of(Some("sqlite:x.db")).unwrap(), Path::new("x.db"));
        assert_eq!(of(Some("x.db")).unwrap(), Path::new("x.db"));
        assert!(of(Some("postgres://localhost/x")).is_err());
        assert!(of(Some("sqlite::memory:")).is_err());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jieming.toml");
        std::fs::write(&path, "lang = 'en'\nthreads = 2\n").unwrap();
        assert_eq!(File::read(&path).unwrap().threads, Some(2));
        std::fs::write(&path, "lnag = 'en'\n").unwrap();
        assert!(File::read(&path).unwrap_err().to_string().contains("lnag"));
    }
}
