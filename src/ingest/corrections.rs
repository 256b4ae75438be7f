//! Cells corrected by the sender without touching the file: put in place while it is read, so that the file as received and
//! the corrections together are what was taken in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jieming_geodata::decode::{Row, Rows, Value};
use serde::{Deserialize, Serialize};

use super::source::finding;
use crate::store::RowFinding;

/// Rows named in a remark on corrections that met no row.
const ROWS_SHOWN: usize = 10;

/// One corrected cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Number of the row, from 1.
    pub row: u64,
    /// Its column.
    pub column: String,
    /// The value instead; empty: nothing.
    pub value: String,
}

impl Correction {
    /// Reads a JSON list of corrections, `[{"row": 3, "column": "经度", "value": "114.3"}]`.
    ///
    /// # Errors
    /// What the JSON reader says.
    pub fn read_list(json: &str) -> Result<Vec<Self>, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }
}

/// Corrections that no row has met yet, by row.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<BTreeMap<u64, Vec<Correction>>>>);

impl Waiting {
    pub(super) fn new(corrections: &[Correction]) -> Self {
        let mut by_row: BTreeMap<u64, Vec<Correction>> = BTreeMap::new();
        for c in corrections {
            by_row.entry(c.row).or_default().push(c.clone());
        }
        Self(Arc::new(Mutex::new(by_row)))
    }

    /// The rows with their corrections in place.
    pub(super) fn applied(&self, rows: Rows) -> Rows {
        let waiting = self.clone();
        Box::new(rows.map(move |row| {
            row.map(|mut row| {
                waiting.correct(&mut row);
                row
            })
        }))
    }

    fn correct(&self, row: &mut Row) {
        let mut by_row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for c in by_row.remove(&row.number).into_iter().flatten() {
            let value = if c.value.is_empty() {
                Value::Null
            } else {
                Value::Text(c.value)
            };
            match row.values.iter_mut().find(|(name, _)| **name == *c.column) {
                Some((_, old)) => *old = value,
                None => row.values.push((c.column.into(), value)),
            }
        }
    }

    /// A remark on those that met no row.
    pub(super) fn left(&self) -> Option<RowFinding> {
        let by_row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if by_row.is_empty() {
            return None;
        }
        let mut f = finding(None, "correction.unused", None, None);
        let rows: Vec<String> = by_row.keys().take(ROWS_SHOWN).map(u64::to_string).collect();
        f.params.insert("rows".into(), rows.into());
        f.params
            .insert("count".into(), (by_row.len() as f64).into());
        Some(f)
    }
}
