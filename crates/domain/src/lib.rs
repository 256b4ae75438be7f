//! What the regulations and the field say, as pure types and functions: no I/O, no async, no clock.
//!
//! - [`finding`]: what every check reports.

pub mod finding;
