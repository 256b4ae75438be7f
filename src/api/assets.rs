//! The pages, embedded in the program: built by Vite into `web/dist` before `cargo build`.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::error::{ApiError, Code};

#[derive(Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Pages;

/// What `/` says when the program was built without pages.
const NO_PAGES: &str = "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>界明 Jieming</title>\
<h1>界明 Jieming</h1>\
<p>服务正在运行，但编译本程序时还没有生成页面。请运行 <code>make run</code>，或先运行 \
<code>npm --prefix web ci &amp;&amp; npm --prefix web run build</code>，再运行 <code>cargo build</code>。</p>\
<p>The service is running, but the program was compiled before its pages were built. Run <code>make run</code>, or \
<code>npm --prefix web ci &amp;&amp; npm --prefix web run build</code> and then <code>cargo build</code>.</p>\
<p><a href=\"/openapi.json\">OpenAPI</a> · <a href=\"/api/v1/info\">info</a></p></html>";

/// Answers what no route answers: a file of the pages, or that there is no such address.
pub(super) async fn find_page(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Pages::get(path) {
        Some(file) => page(path, &file, &headers),
        None if path == "index.html" => Html(NO_PAGES).into_response(),
        None => ApiError::new(
            Code::RouteNotFound,
            format!("没有这个地址：{}", uri.path()),
            format!("no such address: {}", uri.path()),
        )
        .into_response(),
    }
}

fn page(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = etag(&file.metadata.sha256_hash());
    // Vite puts a hash of the content into the names of what it writes to assets/.
    let lasting = path.starts_with("assets/");
    let cache = if lasting {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = if matches(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = file.data.clone().into_response();
        if let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        response
    };
    response.headers_mut().insert(ETAG, etag);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// A strong entity tag from the SHA-256 of the bytes.
pub(super) fn etag(hash: &[u8]) -> HeaderValue {
    let mut text = String::from("\"");
    for byte in hash.iter().take(16) {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('"');
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Whether the client has this already (`If-None-Match`, compared weakly as RFC 9110 asks).
pub(super) fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let tag = etag.to_str().unwrap_or_default();
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|v| {
            let v = v.trim();
            v == "*" || v.strip_prefix("W/").unwrap_or(v) == tag
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_lists() {
        let tag = etag(&[0xab; 32]);
        assert_eq!(tag.to_str().unwrap().len(), 34);
        let with = |v: &str| {
            let mut h = HeaderMap::new();
            h.insert(IF_NONE_MATCH, HeaderValue::from_str(v).unwrap());
            matches(&h, &tag)
        };
        let text = tag.to_str().unwrap();
        assert!(with(text) && with("*") && with(&format!("\"x\", W/{text}")));
        assert!(!with("\"x\"") && !matches(&HeaderMap::new(), &tag));
    }
}
