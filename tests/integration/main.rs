//! All integration tests are one program, because linking is the slow part. The tree mirrors `src`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod audit;
mod export;
mod hostile;
mod ingest;
mod store;
