//! The HTTP interface, asked through its router over a small database of its own.

mod detail;
mod document;
mod errors;
mod findings;
mod lists;
mod reports;
mod serving;
mod tiles;
mod uploads;
mod world;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use jieming::api::{AppState, Settings};
use jieming::ingest::{DataFolder, ImportContext, Reading, Unwatched};
use jieming::jobs::AuditJob;
use jieming::store::sqlite::SqliteStore;
use jieming_geodata::decode::{Decoder, Limits};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tower::ServiceExt;

/// A service over the database of [`world`].
pub struct App {
    pub router: Router,
    pub state: AppState,
    pub store: Arc<SqliteStore>,
    /// How many audits ran.
    pub audits: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

/// An answer.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The code of an error.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

impl App {
    /// A service over a fresh database with the small world in it.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(
            SqliteStore::open(&folder.path().join("jieming.sqlite"))
                .await
                .unwrap(),
        );
        world::fill(store.as_ref()).await;
        let audits = Arc::new(AtomicUsize::new(0));
        let counter = audits.clone();
        let job = AuditJob::start(move |_, _| {
            counter.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        let mut settings = Settings::usual(folder.path().join("incoming"));
        change(&mut settings);
        let program = env!("CARGO_BIN_EXE_jieming").into();
        let import = ImportContext {
            store: store.clone(),
            data: DataFolder::new(folder.path().join("data")),
            reading: Reading {
                decoder: Decoder {
                    program,
                    args: vec!["decode".into()],
                },
                registry: Vec::new(),
                limits: Limits::USUAL,
            },
            progress: Arc::new(Unwatched),
        };
        let state = AppState::new(import, job, settings);
        let router = jieming::api::router(state.clone()).unwrap();
        Self {
            router,
            state,
            store,
            audits,
            _folder: folder,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(Method::GET).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str) -> Reply {
        let request = Request::builder().method(Method::POST).uri(path);
        self.send(request.body(Body::empty()).unwrap()).await
    }
}
