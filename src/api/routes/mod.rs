//! Handlers, a module per resource, named `<verb>_<resource>` as in the OpenAPI document. Each extracts, loads, asks
//! whether the reader may, does, answers.

pub(super) mod audit;
pub(super) mod exports;
pub(super) mod fields;
pub(super) mod findings;
pub(super) mod health;
pub(super) mod info;
pub(super) mod lines;
pub(super) mod places;
pub(super) mod reports;
pub(super) mod submissions;
pub(super) mod tiles;
pub(super) mod units;
pub(super) mod upload;
pub(super) mod uploads;
