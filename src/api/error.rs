//! What a request gets when it cannot be answered: a stable code and a text for the sender in two languages; what
//! only the log may say stays inside.
//!
//! A handler returns [`ApiError`]; the [envelope](super::envelope) writes the body, because it knows the language and
//! the request id, and logs it once.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jieming_domain::lang::Lang;

use crate::store::StoreError;

/// Why a request failed. Codes never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A parameter that cannot be understood.
    BadParameter,
    /// A body that cannot be understood.
    BadBody,
    /// A request that a page of another address sent.
    ForeignOrigin,
    /// The actor may not do this.
    Forbidden,
    /// No such address.
    RouteNotFound,
    /// No such finding.
    FindingNotFound,
    /// No such unit.
    UnitNotFound,
    /// The two units have no common line.
    LineNotFound,
    /// No such place.
    PlaceNotFound,
    /// No such submission.
    SubmissionNotFound,
    /// No such upload under way.
    UploadNotFound,
    /// Another state than the one that the request goes out from.
    Conflict,
    /// No such collection of tiles.
    CollectionNotFound,
    /// A tile outside of the pyramid or of the zooms of its collection.
    TileNotFound,
    /// The address exists, the method does not.
    MethodNotAllowed,
    /// More bytes than the setting allows.
    TooLarge,
    /// A fault of the program or the machine.
    Internal,
    /// The database does not answer.
    Unavailable,
    /// The request took longer than the setting allows.
    Timeout,
}

impl Code {
    /// Every code.
    pub const ALL: &[Self] = &[
        Self::BadParameter,
        Self::BadBody,
        Self::ForeignOrigin,
        Self::Forbidden,
        Self::RouteNotFound,
        Self::FindingNotFound,
        Self::UnitNotFound,
        Self::LineNotFound,
        Self::PlaceNotFound,
        Self::SubmissionNotFound,
        Self::UploadNotFound,
        Self::Conflict,
        Self::CollectionNotFound,
        Self::TileNotFound,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::Internal,
        Self::Unavailable,
        Self::Timeout,
    ];

    /// The word in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadParameter => "bad_parameter",
            Self::BadBody => "bad_body",
            Self::ForeignOrigin => "foreign_origin",
            Self::Forbidden => "forbidden",
            Self::RouteNotFound => "route_not_found",
            Self::FindingNotFound => "finding_not_found",
            Self::UnitNotFound => "unit_not_found",
            Self::LineNotFound => "line_not_found",
            Self::PlaceNotFound => "place_not_found",
            Self::SubmissionNotFound => "submission_not_found",
            Self::UploadNotFound => "upload_not_found",
            Self::Conflict => "conflict",
            Self::CollectionNotFound => "collection_not_found",
            Self::TileNotFound => "tile_not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
        }
    }

    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadParameter | Self::BadBody => StatusCode::BAD_REQUEST,
            Self::ForeignOrigin | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::RouteNotFound
            | Self::FindingNotFound
            | Self::UnitNotFound
            | Self::LineNotFound
            | Self::PlaceNotFound
            | Self::SubmissionNotFound
            | Self::UploadNotFound
            | Self::CollectionNotFound
            | Self::TileNotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Why a request failed, for the sender and for the log.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// Stable code.
    pub code: Code,
    /// For the sender, in Chinese.
    pub zh: String,
    /// For the sender, in English.
    pub en: String,
    /// For the log only.
    pub inside: Option<String>,
}

/// Result of a handler.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// An error with its two texts.
    pub fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            zh: zh.into(),
            en: en.into(),
            inside: None,
        }
    }

    /// A parameter that cannot be understood: its name, what was found, what would do.
    pub fn parameter(name: &str, found: &str, expected_zh: &str, expected_en: &str) -> Self {
        let found = shorten(found);
        Self::new(
            Code::BadParameter,
            format!("参数 {name} 的值“{found}”无效：应为{expected_zh}"),
            format!("parameter {name}: found \"{found}\", expected {expected_en}"),
        )
    }

    /// A body that cannot be understood.
    pub fn body(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::BadBody, zh, en)
    }

    /// A fault of the program or the machine; `inside` goes to the log.
    pub fn internal(inside: impl Into<String>) -> Self {
        Self {
            inside: Some(inside.into()),
            ..Self::new(
                Code::Internal,
                "服务内部出错，请把请求编号告诉管理员",
                "the service failed; give the request id to its administrator",
            )
        }
    }

    /// No such finding.
    pub fn finding_not_found(id: &str) -> Self {
        let id = shorten(id);
        Self::new(
            Code::FindingNotFound,
            format!("没有编号为“{id}”的发现"),
            format!("no finding \"{id}\""),
        )
    }

    /// No such unit.
    pub fn unit_not_found(code: &str) -> Self {
        let code = shorten(code);
        Self::new(
            Code::UnitNotFound,
            format!("没有代码为“{code}”的行政区"),
            format!("no unit \"{code}\""),
        )
    }

    /// The two units have no common line.
    pub fn line_not_found(a: &str, b: &str) -> Self {
        let (a, b) = (shorten(a), shorten(b));
        Self::new(
            Code::LineNotFound,
            format!("“{a}”与“{b}”之间没有共同界线"),
            format!("no common line between \"{a}\" and \"{b}\""),
        )
    }

    /// No such place.
    pub fn place_not_found(id: i64) -> Self {
        Self::new(
            Code::PlaceNotFound,
            format!("没有编号为 {id} 的地名"),
            format!("no place {id}"),
        )
    }

    /// No such submission.
    pub fn submission_not_found(sha: &str) -> Self {
        let sha = shorten(sha);
        Self::new(
            Code::SubmissionNotFound,
            format!("没有提交“{sha}”"),
            format!("no submission \"{sha}\""),
        )
    }

    /// Text for the sender.
    pub fn text(&self, lang: Lang) -> &str {
        lang.of(&self.zh, &self.en)
    }
}

/// What the sender wrote, short enough to be repeated to them.
fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars()
        .take(MOST)
        .chain(std::iter::once('…'))
        .collect()
}

impl From<StoreError> for ApiError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::BadToken(token) => Self::parameter(
                "after",
                &token,
                "上一页返回的 next，且筛选和排序不变",
                "the next of the page before, with the same filter and order",
            ),
            e => Self::internal(e.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_and_fail() {
        let words: HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error());
            assert!(
                code.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
        }
    }

    #[test]
    fn what_the_sender_wrote_is_repeated_shortened() {
        let e = ApiError::unit_not_found(&"界".repeat(500));
        assert!(e.zh.chars().count() < 120);
    }

    #[test]
    fn inside_stays_inside() {
        let e = ApiError::from(StoreError::Missing("secret table".into()));
        assert!(!e.zh.contains("secret") && !e.en.contains("secret"));
        assert!(e.inside.is_some_and(|t| t.contains("secret")));
    }
}
