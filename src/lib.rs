//! Jieming (界明): geographic-names census and boundary management.
//!
//! `main → app → api/cli/jobs → use cases (ingest, audit) → store (trait), geodata → domain → coverage`; arrows
//! never turn back. Use cases know no SQL and no HTTP.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod api;
pub mod app;
pub mod audit;
pub mod cli;
pub mod config;
pub mod export;
pub mod ingest;
pub mod jobs;
pub mod reports;
pub mod store;
