//! Shapes of answers that several routes share. The core types know no serialization; they are converted here.

mod finding;
mod geojson;
mod submission;

pub use finding::{FindingView, PlaceRef, codes, names};
pub use geojson::{Collection, Feature, GeoJson, geometry};
pub use submission::{
    ColumnView, DecisionView, ReceiptError, ReceiptView, RowCountsView, RowFindingView,
};

use std::collections::BTreeMap;

use jieming_domain::finding::Kind;

/// Numbers of findings by kind; only kinds that occur.
pub type KindCounts = BTreeMap<&'static str, u64>;

/// Counts by kind as an object.
pub fn kind_counts(counts: &[(Kind, u64)]) -> KindCounts {
    counts.iter().map(|(kind, n)| (kind.as_str(), *n)).collect()
}
