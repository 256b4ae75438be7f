//! Long work beside the requests: one audit at a time.
//!
//! An accepted submission asks for an audit of what it changed; people may ask for one of everything. Requests that come
//! while one runs are answered together by one more run after it, which sees all that was accepted before it began: of two
//! neighbours who change their sides of a line at once, the later run sees both.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jieming_domain::actor::Actor;
use tokio::sync::{Notify, watch};

use crate::audit::{run_changes, run_database};
use crate::store::Store;

/// How much an audit looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What changed since the last one.
    Changes,
    /// Everything.
    Whole,
}

/// How far the running audit is. Cheap to clone; may be called from any thread.
#[derive(Clone)]
pub struct Progress(Arc<Mutex<Status>>);

impl Progress {
    /// Reports the share done, from 0 to 1.
    pub fn set(&self, share: f64) {
        lock(&self.0).progress = Some(share.clamp(0.0, 1.0));
    }
}

/// State of the background audit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// A run is going on.
    pub running: bool,
    /// Another one follows.
    pub waiting: bool,
    /// Share done of the running one, from 0 to 1, as far as it says.
    pub progress: Option<f64>,
    /// Why the last run did not come to its end.
    pub failed: Option<String>,
}

type Work = Box<dyn Fn(Progress, Extent) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The background audit; cheap to clone.
#[derive(Clone)]
pub struct AuditJob(Arc<Shared>);

struct Shared {
    status: Arc<Mutex<Status>>,
    wake: Notify,
    /// The next run looks at everything.
    whole: AtomicBool,
    /// Told at the end of each run.
    rest: Notify,
    stopping: AtomicBool,
    ended: watch::Sender<bool>,
}

impl AuditJob {
    /// Begins to wait for requests; each is answered by `work`. Must be called within a Tokio runtime.
    ///
    /// `work` leaves the threads of the runtime for what takes long, and gives the reason when it fails; a panic in it
    /// is a failure like any other.
    pub fn start<F, R>(work: F) -> Self
    where
        F: Fn(Progress, Extent) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        let work: Work = Box::new(move |progress, extent| work(progress, extent).boxed());
        let shared = Arc::new(Shared {
            status: Arc::default(),
            wake: Notify::new(),
            whole: AtomicBool::new(false),
            rest: Notify::new(),
            stopping: AtomicBool::new(false),
            ended: watch::Sender::new(false),
        });
        tokio::spawn(serve(shared.clone(), work));
        Self(shared)
    }

    /// The audit of a database, done by the service itself. Must be called within a Tokio runtime.
    pub fn of_database(store: Arc<dyn Store>) -> Self {
        Self::start(move |progress, extent| {
            let store = store.clone();
            async move {
                let actor = Actor::service("audit");
                let told = move |share| progress.set(share);
                let run = match extent {
                    Extent::Changes => run_changes(store, &actor, told).await.map(drop),
                    Extent::Whole => run_database(store, &actor, told).await.map(drop),
                };
                run.map_err(|e| e.to_string())
            }
        })
    }

    /// Asks for an audit of everything that is in the database now.
    pub fn request_whole(&self) {
        self.0.whole.store(true, Ordering::Release);
        self.request();
    }

    /// Waits until no audit runs or is asked for, at most so long. Whether that came about.
    pub async fn quiet(&self, most: Duration) -> bool {
        let until = tokio::time::Instant::now() + most;
        loop {
            let told = self.0.rest.notified();
            {
                let status = lock(&self.0.status);
                if !status.running && !status.waiting {
                    return true;
                }
            }
            if tokio::time::timeout_at(until, told).await.is_err() {
                return false;
            }
        }
    }

    /// Asks for an audit of what changed in the database.
    pub fn request(&self) {
        lock(&self.0.status).waiting = true;
        self.0.wake.notify_one();
    }

    /// The state now.
    pub fn status(&self) -> Status {
        lock(&self.0.status).clone()
    }

    /// Begins no more runs and waits for the running one.
    pub async fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
        self.0.wake.notify_one();
        // The sender lives in `self.0`, so waiting cannot fail.
        let _ = self.0.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

async fn serve(shared: Arc<Shared>, work: Work) {
    loop {
        shared.wake.notified().await;
        if shared.stopping.load(Ordering::Acquire) {
            break;
        }
        if !std::mem::take(&mut lock(&shared.status).waiting) {
            continue;
        }
        {
            let mut status = lock(&shared.status);
            status.running = true;
            status.progress = Some(0.0);
        }
        let begun = std::time::Instant::now();
        let extent = if shared.whole.swap(false, Ordering::AcqRel) {
            Extent::Whole
        } else {
            Extent::Changes
        };
        let run = std::panic::AssertUnwindSafe(work(Progress(shared.status.clone()), extent));
        let outcome = match run.catch_unwind().await {
            Ok(outcome) => outcome,
            Err(_) => Err("the audit panicked".to_owned()),
        };
        let duration_ms = begun.elapsed().as_millis() as u64;
        match &outcome {
            Ok(()) => tracing::info!(duration_ms, "audit finished"),
            Err(reason) => tracing::error!(duration_ms, reason, "audit failed"),
        }
        {
            let mut status = lock(&shared.status);
            status.running = false;
            status.progress = None;
            status.failed = outcome.err();
        }
        shared.rest.notify_waiters();
    }
    shared.ended.send_replace(true);
}

/// A status is written in one go: what a panic leaves is still one.
fn lock(status: &Mutex<Status>) -> MutexGuard<'_, Status> {
    status.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::Semaphore;

    async fn until(mut condition: impl FnMut() -> bool) {
        for _ in 0..500 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("did not happen");
    }

    #[tokio::test]
    async fn requests_during_a_run_are_answered_by_one_more() {
        let runs = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(Semaphore::new(0));
        let job = {
            let (runs, gate) = (runs.clone(), gate.clone());
            AuditJob::start(move |progress, _| {
                let (runs, gate) = (runs.clone(), gate.clone());
                async move {
                    runs.fetch_add(1, Ordering::SeqCst);
                    progress.set(0.5);
                    gate.acquire().await.unwrap().forget();
                    Ok(())
                }
            })
        };
        job.request();
        until(|| runs.load(Ordering::SeqCst) == 1).await;
        assert_eq!(job.status().progress, Some(0.5));
        for _ in 0..5 {
            job.request();
        }
        assert!(job.status().running && job.status().waiting);
        gate.add_permits(10);
        until(|| !job.status().running && !job.status().waiting).await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        job.stop().await;
        job.request();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn failures_and_panics_are_said_and_do_not_end_the_job() {
        let runs = Arc::new(AtomicUsize::new(0));
        let job = {
            let runs = runs.clone();
            AuditJob::start(move |_, _| {
                let run = runs.fetch_add(1, Ordering::SeqCst);
                async move {
                    match run {
                        0 => Err("no disk".to_owned()),
                        1 => panic!("a bug"),
                        _ => Ok(()),
                    }
                }
            })
        };
        for expected in [Some("no disk"), Some("the audit panicked"), None] {
            job.request();
            until(|| !job.status().waiting && !job.status().running).await;
            assert_eq!(job.status().failed.as_deref(), expected);
        }
    }
}
