//! What the regulations and the field say, as pure types and functions: no I/O, no async, no clock.
//!
//! - [`lang`]: the two languages of every text for people.
//! - [`actor`]: who does something, and whether they may.
//! - [`unit`]: units, their levels and codes, kinds of extent.
//! - [`finding`]: what every check reports.
//! - [`message`]: parameters of a finding's text, filled in per language.
//! - [`rules`]: the catalogue of rules.
//! - [`ellipsoid`]: areas and distances.
//! - [`fields`]: column names under which fields arrive.
//! - [`position`]: positions as text.
//! - [`severity`]: from which size a finding is reported, and how much it matters.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod actor;
pub mod ellipsoid;
pub mod fields;
pub mod finding;
pub mod lang;
pub mod message;
pub mod name;
pub mod position;
pub mod rules;
pub mod severity;
pub mod unit;
