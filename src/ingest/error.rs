//! Why a whole file is refused.

use jieming_geodata::ReadError;
use jieming_geodata::crs::CrsRefusal;

use crate::store::{Decision, Refusal, RowCounts, RowFinding};

/// A file that was not taken in: nothing of it becomes visible. Says what was found, what was expected and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{en}")]
pub struct Refused {
    /// Stable short code, such as `file.truncated`.
    pub code: String,
    /// The message in Chinese.
    pub zh: String,
    /// The message in English.
    pub en: String,
    /// What had been met before.
    pub before: Box<Before>,
}

/// What had been met of a file before it was refused. Boxed: errors travel in the `Result` of every call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Before {
    /// Rows.
    pub rows: RowCounts,
    /// Choices made.
    pub decisions: Vec<Decision>,
    /// Findings.
    pub findings: Vec<RowFinding>,
}

impl Refused {
    /// A refusal with its two wordings.
    pub fn new(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            zh: zh.into(),
            en: en.into(),
            before: Box::default(),
        }
    }

    /// What had been met before: all of it counts as rejected.
    #[must_use]
    pub fn after(mut self, rows_read: u64, decisions: &[Decision]) -> Self {
        self.before.rows = RowCounts {
            read: rows_read,
            rejected: rows_read,
            ..RowCounts::default()
        };
        self.before.decisions = decisions.to_vec();
        self
    }

    /// As the store keeps it.
    pub fn refusal(&self) -> Refusal {
        Refusal {
            code: self.code.clone(),
            zh: self.zh.clone(),
            en: self.en.clone(),
            rows: self.before.rows,
            decisions: self.before.decisions.clone(),
        }
    }
}

impl From<ReadError> for Refused {
    fn from(e: ReadError) -> Self {
        Self::new(e.code(), e.zh(), e.en())
    }
}

impl From<CrsRefusal> for Refused {
    fn from(e: CrsRefusal) -> Self {
        Self::new(e.code, e.message.zh, e.message.en)
    }
}
