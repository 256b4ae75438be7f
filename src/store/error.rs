//! What can go wrong in the store.

/// Errors of the store. Callers match on variants; the texts are for logs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be opened or is not ours.
    #[error("cannot open the database {url}: {reason}")]
    Open {
        /// The address given.
        url: String,
        /// What the driver said.
        reason: String,
    },
    /// A paging token that this program did not make.
    #[error("the page token {0:?} is not one of ours")]
    BadToken(String),
    /// A name that is taken.
    #[error("{0:?} exists already")]
    Exists(String),
    /// A thing that the caller names and that is not there.
    #[error("{0:?} does not exist")]
    Missing(String),
    /// A stored value that cannot be read back.
    #[error("stored {what} cannot be read: {reason}")]
    Corrupt {
        /// Table and column.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}
