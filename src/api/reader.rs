//! Who reads the answer: the language and the actor of a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use jieming_domain::actor::{Action, Actor, may};
use jieming_domain::lang::Lang;

use super::error::{ApiError, Code, Result};

/// The reader of the answer.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Language of messages.
    pub lang: Lang,
    /// Who asks.
    pub actor: Actor,
}

impl Reader {
    /// Passes when the reader may do this in this unit (`None`: everywhere).
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn may(&self, action: Action, unit: Option<&str>) -> Result<()> {
        if may(&self.actor, action, unit) {
            return Ok(());
        }
        Err(ApiError::new(
            Code::Forbidden,
            "没有进行此操作的权限",
            "you may not do this",
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(Self {
            lang: language(parts.uri.query(), &parts.headers),
            // Until sign-in exists everybody sits at the machine itself; see `api::check_listen`.
            actor: Actor::http("local"),
        })
    }
}

/// `?lang=`, else `Accept-Language`, else Chinese.
pub(super) fn language(query: Option<&str>, headers: &HeaderMap) -> Lang {
    let asked = query
        .unwrap_or_default()
        .split('&')
        .find_map(|p| p.strip_prefix("lang="));
    asked
        .and_then(|l| l.parse().ok())
        .or_else(|| {
            headers
                .get(ACCEPT_LANGUAGE)?
                .to_str()
                .ok()
                .and_then(Lang::from_tag)
        })
        .unwrap_or_default()
}
