//! The HTTP interface: JSON API, vector tiles, pages. All other parts are free of HTTP.
//!
//! - [`router`] lists every route; a handler extracts, loads, asks whether the reader may, does, answers.
//! - [`error`] is what a request gets instead of an answer; [`envelope`] is what every request passes.
//! - [`views`] are the shapes of answers shared by several routes; others stand beside their route.
//! - [`tiles`] draws tiles and keeps them.
//!
//! # Rules of the API
//! 1. Every key of an object is always present; what does not apply is `null`.
//! 2. Lists are paged by key: `limit`, `after`, and `next` in the answer (`null` at the end).
//! 3. Coordinates are longitude, latitude in degrees (EPSG:4490); boxes are west, south, east, north.
//! 4. Codes are text. A unit without a code goes by its name.
//! 5. Unknown parameters are refused, by name.

mod assets;
mod envelope;
pub mod error;
mod parked;
pub mod query;
pub mod reader;
mod router;
mod routes;
mod server;
mod state;
mod tiles;
mod upload;
pub mod views;

pub use router::{document, router};
pub use server::{NotLoopback, bind, check_listen, serve, serve_until};
pub use state::{AppState, Settings};
