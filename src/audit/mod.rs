//! The audit (审核): units and places against each other, as findings.
//!
//! 1. [`subject`]: the units of one level and kind with their parents, in the plane where topology is decided.
//! 2. [`coverage`]: the engine's defects become findings with ellipsoidal measures; [`registry`] checks codes and
//!    hierarchy; [`places`] checks names against the units that they claim.
//! 3. [`identity`]: findings continue earlier ones, or are new, or gone.
//!
//! [`files`] audits files without a database, [`database`] audits all that is held, [`neighbourhood`] what changed in it.
//! All go the same way.

mod boxes;
mod coverage;
pub mod database;
pub mod files;
mod identity;
mod measure;
mod neighbourhood;
mod places;
mod places_near;
mod registry;
mod subject;

pub use database::run_database;
pub use files::{FileAudit, FileAuditOptions, FileFinding, Minima, audit_files};
pub use neighbourhood::run_changes;
