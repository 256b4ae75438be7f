//! What every request passes on its way in and out: request id, language, time limit, guard against pages of other
//! addresses, security headers, one log line. It also writes the body of [`ApiError`]s.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, Code};
use super::reader::language;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the envelope needs to know.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// Time for a request.
    pub(super) request_time: Duration,
    /// Time for an upload, sending included, and for writing an export.
    pub(super) upload_time: Duration,
    /// The `Content-Security-Policy` of pages.
    pub(super) policy: HeaderValue,
}

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable code.
    #[schema(example = "unit_not_found")]
    pub code: &'static str,
    /// For people, in the language asked for.
    pub message: String,
    /// For the administrator: the log has it too.
    pub request_id: String,
}

/// The middleware.
pub(super) async fn envelope(
    State(envelope): State<Arc<Envelope>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let lang = language(request.uri().query(), request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();

    // What depends on the size of a file or of a collection has more time.
    let long = matches!(method, Method::POST | Method::PATCH) || path.ends_with("/export");
    let limit = if long {
        envelope.upload_time
    } else {
        envelope.request_time
    };
    let mut response = match guard(request.method(), request.headers()) {
        Err(e) => e.into_response(),
        Ok(()) => answer(request, next, limit).await,
    };

    let failure = response.extensions_mut().remove::<ApiError>();
    let status = response.status().as_u16();
    let duration_ms = begun.elapsed().as_millis() as u64;
    match &failure {
        Some(e) if response.status().is_server_error() => tracing::error!(
            request_id = %id, %method, path, status, duration_ms, code = e.code.as_str(),
            inside = e.inside.as_deref().unwrap_or_default(), "request failed"
        ),
        Some(e) => tracing::info!(
            request_id = %id, %method, path, status, duration_ms, code = e.code.as_str(), message = e.en,
            "request refused"
        ),
        None => {
            tracing::debug!(request_id = %id, %method, path, status, duration_ms, "request answered")
        }
    }
    if let Some(e) = failure {
        let detail = ErrorDetail {
            code: e.code.as_str(),
            message: e.text(lang).to_owned(),
            request_id: id.clone(),
        };
        let (old, _) = response.into_parts();
        response = (e.code.status(), Json(ErrorBody { error: detail })).into_response();
        // `Allow` of a method that does not exist, and the like.
        for (name, value) in &old.headers {
            if !response.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH
            {
                response.headers_mut().insert(name.clone(), value.clone());
            }
        }
    }
    headers(response.headers_mut(), &envelope.policy, &id);
    response
}

/// Runs the handler within its time; a panic is an internal error like any other.
async fn answer(request: Request, next: Next, limit: Duration) -> Response {
    match tokio::time::timeout(limit, AssertUnwindSafe(next.run(request)).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("panic");
            ApiError::internal(format!("panic: {text}")).into_response()
        }
        Err(_) => {
            let seconds = limit.as_secs();
            ApiError::new(
                Code::Timeout,
                format!("请求超过了 {seconds} 秒的时限"),
                format!("the request took longer than {seconds} seconds"),
            )
            .into_response()
        }
    }
}

/// The id that the caller gave, when it is a plain short word, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|v| v.to_str().ok());
    let plain = |v: &&str| {
        (1..=64).contains(&v.len())
            && v.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    given
        .filter(plain)
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

/// Any page that a browser on this machine opens can send requests here. Reading answers is stopped by the browser;
/// writing, and names that lead to this machine, are stopped here.
fn guard(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let host = text(HOST);
    if let Some(host) = host
        && !is_loopback(host)
    {
        return Err(foreign(host));
    }
    if method.is_safe() {
        return Ok(());
    }
    match (text(ORIGIN), host) {
        (Some(origin), Some(host)) if origin.split_once("://").map(|(_, h)| h) != Some(host) => {
            Err(foreign(origin))
        }
        _ => Ok(()),
    }
}

fn foreign(from: &str) -> ApiError {
    let from: String = from.chars().take(80).collect();
    ApiError::new(
        Code::ForeignOrigin,
        format!("拒绝来自“{from}”的请求：在登录功能启用之前，只接受本机页面和程序的请求"),
        format!(
            "refused a request by way of \"{from}\": only pages and programs of this machine are served"
        ),
    )
}

/// Whether a `Host` header names this machine itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn headers(headers: &mut HeaderMap, policy: &HeaderValue, id: &str) {
    // A handler that needs another policy (reports) has set its own.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert_with(|| policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The `Content-Security-Policy` of the pages: a MapLibre map with workers made from blobs, and, when a basemap is
/// set, its address.
///
/// # Errors
/// When the address of the basemap has characters that no header can carry.
pub(super) fn page_policy(basemap: Option<&str>) -> Result<HeaderValue, String> {
    let outside = basemap
        .and_then(origin)
        .map(|o| format!(" {o}"))
        .unwrap_or_default();
    let text = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
         child-src blob:; img-src 'self' data: blob:{outside}; connect-src 'self'{outside}; font-src 'self' data:; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&text)
        .map_err(|_| "the basemap address has characters that no header can carry".into())
}

/// Scheme and host of an address; a `{s}` in the host stands for any name.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = match host.split_once('}') {
        Some((_, rest)) => format!("*{rest}"),
        None => host.to_owned(),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:*[]".contains(&b);
    (matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(plain))
        .then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_this_machine() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost:80",
            "LOCALHOST",
            "[::1]:8080",
            "127.1.2.3",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:8080",
            "",
            "localhost.evil.example",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn writing_needs_a_page_of_ours() {
        let headers = |origin: Option<&'static str>| {
            let mut h = HeaderMap::new();
            h.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
            origin.map(|o| h.insert(ORIGIN, HeaderValue::from_static(o)));
            h
        };
        assert!(guard(&Method::POST, &headers(None)).is_ok());
        assert!(guard(&Method::POST, &headers(Some("http://127.0.0.1:8080"))).is_ok());
        assert!(guard(&Method::POST, &headers(Some("http://evil.example"))).is_err());
        assert!(guard(&Method::POST, &headers(Some("null"))).is_err());
        assert!(guard(&Method::GET, &headers(Some("http://evil.example"))).is_ok());
    }

    #[test]
    fn basemap_opens_only_its_own_address() {
        let policy = |b| page_policy(b).unwrap().to_str().unwrap().to_owned();
        assert!(policy(None).contains("connect-src 'self';"));
        assert!(
            policy(Some("https://t.example/{z}/{x}/{y}.png"))
                .contains("connect-src 'self' https://t.example;")
        );
        assert!(
            policy(Some("https://{s}.t.example/a"))
                .contains("img-src 'self' data: blob: https://*.t.example;")
        );
        assert!(!policy(Some("javascript:alert(1)")).contains("javascript"));
        assert!(!policy(Some("https://a; script-src *")).contains("script-src *"));
    }
}
