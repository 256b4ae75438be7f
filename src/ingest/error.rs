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
    /// Rows met before.
    pub rows: RowCounts,
    /// Choices made before.
    pub decisions: Vec<Decision>,
    /// Findings made before.
    pub findings: Vec<RowFinding>,
}

impl Refused {
    /// A refusal with its two wordings.
    pub fn new(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            zh: zh.into(),
            en: en.into(),
            rows: RowCounts::default(),
            decisions: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What had been met before: all of it counts as rejected.
    #[must_use]
    pub fn after(mut self, rows_read: u64, decisions: &[Decision]) -> Self {
        self.rows = RowCounts {
            read: rows_read,
            rejected: rows_read,
            ..RowCounts::default()
        };
        self.decisions = decisions.to_vec();
        self
    }

    /// As the store keeps it.
    pub fn refusal(&self) -> Refusal {
        Refusal {
            code: self.code.clone(),
            zh: self.zh.clone(),
            en: self.en.clone(),
            rows: self.rows,
            decisions: self.decisions.clone(),
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
