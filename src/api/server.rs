//! Listening, and stopping without losing anything.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{AppState, router};

/// An address that others could reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "refusing to listen on {0}: there is no sign-in yet, so only addresses of this machine itself (127.0.0.1, [::1]) are served"
)]
pub struct NotLoopback(pub SocketAddr);

/// Passes for addresses that only this machine can reach.
///
/// # Errors
/// [`NotLoopback`]: there is no sign-in yet.
pub fn check_listen(address: SocketAddr) -> Result<(), NotLoopback> {
    if address.ip().is_loopback() {
        Ok(())
    } else {
        Err(NotLoopback(address))
    }
}

/// Listens on the address or, when its port is taken, on one of the `more` ports after it, else on any free one.
/// The caller says which it became ([`TcpListener::local_addr`]).
///
/// # Errors
/// [`NotLoopback`] as [`io::ErrorKind::PermissionDenied`], and what the system says for other reasons than a port
/// in use.
pub async fn bind(address: SocketAddr, more: u16) -> io::Result<TcpListener> {
    check_listen(address).map_err(|e| io::Error::new(io::ErrorKind::PermissionDenied, e))?;
    let last = address.port().saturating_add(more);
    for port in (address.port()..=last).chain([0]) {
        match TcpListener::bind(SocketAddr::new(address.ip(), port)).await {
            Err(e) if e.kind() == io::ErrorKind::AddrInUse => {}
            done => return done,
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no port is free"))
}

/// Serves until SIGTERM, SIGINT or Ctrl-C; see [`serve_until`].
///
/// # Errors
/// See [`serve_until`].
pub async fn serve(state: AppState, listener: TcpListener) -> io::Result<()> {
    serve_until(state, listener, signal()).await
}

/// How long running requests may go on after the order to stop, before they are cut.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `stop` is done; then takes no more connections, lets running requests finish (at most 20 seconds),
/// and lets the running audit finish likewise. The store belongs to the caller, who closes it now.
///
/// # Errors
/// When the address is not a loopback one, the settings are not usable, or the listener fails.
pub async fn serve_until(
    state: AppState,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    check_listen(listener.local_addr()?)
        .map_err(|e| io::Error::new(io::ErrorKind::PermissionDenied, e))?;
    let service = router(state.clone()).map_err(io::Error::other)?;
    let (stopping, mut stopped) = watch::channel(false);
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping: no new requests");
            stopping.send_replace(true);
        })
        .into_future();
    let cut = async move {
        // The sender is dropped only after the server is done, which ends the race the other way.
        if stopped.wait_for(|s| *s).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        done = server => done?,
        () = cut => tracing::warn!("requests still running were cut"),
    }
    if tokio::time::timeout(GRACE, state.audit.stop())
        .await
        .is_err()
    {
        tracing::warn!("the running audit was cut; the next one begins anew");
    }
    tracing::info!("no requests are running any more");
    Ok(())
}

/// Done when the system or a person asks the process to stop.
async fn signal() {
    let ctrl_c = async {
        if let Err(e) = tokio::signal::ctrl_c().await {
            tracing::warn!("cannot wait for Ctrl-C: {e}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(e) => {
                tracing::warn!("cannot wait for SIGTERM: {e}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_listened_on() {
        for address in ["127.0.0.1:8080", "[::1]:8080", "127.9.9.9:1"] {
            assert_eq!(check_listen(address.parse().unwrap()), Ok(()));
        }
        for address in ["0.0.0.0:8080", "[::]:8080", "192.168.1.2:80"] {
            let e = check_listen(address.parse().unwrap()).unwrap_err();
            assert!(e.to_string().contains("no sign-in"));
        }
    }

    #[tokio::test]
    async fn another_port_when_taken() {
        let first = bind("127.0.0.1:0".parse().unwrap(), 0).await.unwrap();
        let taken = first.local_addr().unwrap();
        let second = bind(taken, 5).await.unwrap();
        assert_ne!(second.local_addr().unwrap().port(), taken.port());
        let e = bind("0.0.0.0:0".parse().unwrap(), 0).await.unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::PermissionDenied);
    }
}
