//! Query strings. Every parameter is named in the message when it cannot be understood, and one that nobody asks for
//! is refused: a misspelt filter must not look like a filter that matches all.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jieming_domain::finding::UnknownWord;
use jieming_domain::lang::Lang;
use utoipa::IntoParams;

use super::error::{ApiError, Code, Result};
use crate::store::{Bbox, PageRequest};

/// Items of a page when `limit` is not given.
pub const USUAL_LIMIT: usize = 100;
/// Items of a page at most.
pub const GREATEST_LIMIT: usize = 10_000;

/// The query of a route, read into `T`.
pub struct Query<T>(pub T);

/// The parameter that every route takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; every route reads it"
)]
pub struct LangParam {
    /// Language of messages: zh or en. When absent, `Accept-Language` decides, else Chinese.
    lang: Option<String>,
}

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "describes the query for the OpenAPI document; Fields::page reads it"
)]
pub struct PageParams {
    /// Items at most.
    #[param(minimum = 1, maximum = 10000, default = 100)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A query that can be read from fields.
pub trait FromFields: Sized {
    /// Takes what it knows; what is left over is refused by the caller.
    ///
    /// # Errors
    /// [`Code::BadParameter`] naming the parameter.
    fn from_fields(fields: &mut Fields) -> Result<Self>;
}

impl<S: Send + Sync, T: FromFields> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Reads a query string; `lang` is taken by every route.
pub(super) fn read<T: FromFields>(query: &str) -> Result<T> {
    let mut fields = Fields::new(query)?;
    fields.word::<Lang>("lang")?;
    let value = T::from_fields(&mut fields)?;
    fields.finish()?;
    Ok(value)
}

/// A query without parameters of its own.
pub struct Nothing;

impl FromFields for Nothing {
    fn from_fields(_: &mut Fields) -> Result<Self> {
        Ok(Self)
    }
}

/// The fields of a query string that nobody has taken yet.
pub struct Fields {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl Fields {
    fn new(query: &str) -> Result<Self> {
        let mut pairs = Vec::new();
        for part in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            pairs.push((decode(name, name)?, decode(value, name)?));
        }
        Ok(Self {
            pairs,
            known: Vec::new(),
        })
    }

    /// Whether a parameter is given and not yet taken.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(n, _)| n == name)
    }

    /// A text. Empty is the same as absent.
    ///
    /// # Errors
    /// When it is given twice.
    pub fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        Ok(self.text_even_empty(name)?.filter(|t| !t.is_empty()))
    }

    /// A text; `name=` gives the empty text. For levels, where the empty word means "without a level".
    ///
    /// # Errors
    /// When it is given twice.
    pub fn text_even_empty(&mut self, name: &'static str) -> Result<Option<String>> {
        self.known.push(name);
        let Some(at) = self.pairs.iter().position(|(n, _)| n == name) else {
            return Ok(None);
        };
        let (_, value) = self.pairs.swap_remove(at);
        if self.pairs.iter().any(|(n, _)| n == name) {
            return Err(ApiError::new(
                Code::BadParameter,
                format!("参数 {name} 出现了两次"),
                format!("parameter {name} is given twice"),
            ));
        }
        Ok(Some(value))
    }

    /// One word of a fixed set.
    ///
    /// # Errors
    /// When it is another word.
    pub fn word<T: FromStr<Err = UnknownWord>>(&mut self, name: &'static str) -> Result<Option<T>> {
        self.text(name)?
            .map(|t| t.parse().map_err(|e| unknown(name, &e)))
            .transpose()
    }

    /// Words of a fixed set, separated by commas.
    ///
    /// # Errors
    /// When one is another word.
    pub fn words<T: FromStr<Err = UnknownWord>>(&mut self, name: &'static str) -> Result<Vec<T>> {
        let text = self.text(name)?.unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|w| !w.is_empty())
            .map(|w| w.parse().map_err(|e| unknown(name, &e)))
            .collect()
    }

    /// Texts separated by commas.
    ///
    /// # Errors
    /// When it is given twice.
    pub fn texts(&mut self, name: &'static str) -> Result<Vec<String>> {
        let text = self.text(name)?.unwrap_or_default();
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// West, south, east, north in degrees.
    ///
    /// # Errors
    /// When it is not four numbers in that order.
    pub fn bbox(&mut self, name: &'static str) -> Result<Option<Bbox>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let numbers: Option<Vec<f64>> = text
            .split(',')
            .map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite()))
            .collect();
        match numbers.as_deref() {
            Some(&[w, s, e, n]) if w <= e && s <= n => Ok(Some([w, s, e, n])),
            _ => Err(ApiError::parameter(
                name,
                &text,
                "以逗号分隔的四个数（西,南,东,北，单位为度，西≤东，南≤北）",
                "four numbers west,south,east,north in degrees with west ≤ east and south ≤ north",
            )),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&mut self, name: &'static str) -> Result<Option<i64>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let number = text
            .parse()
            .map_err(|_| ApiError::parameter(name, &text, "整数", "a whole number"))?;
        Ok(Some(number))
    }

    /// A measure: a number that is not negative.
    ///
    /// # Errors
    /// When it is none.
    pub fn measure(&mut self, name: &'static str) -> Result<Option<f64>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let number = text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite() && *n >= 0.0);
        number.map(Some).ok_or_else(|| {
            ApiError::parameter(name, &text, "不小于零的数", "a number not below zero")
        })
    }

    /// Which part of a list: `limit` and `after`.
    ///
    /// # Errors
    /// When `limit` is no number from 1 to [`GREATEST_LIMIT`].
    pub fn page(&mut self) -> Result<PageRequest> {
        let limit = match self.text("limit")? {
            None => USUAL_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| (1..=GREATEST_LIMIT).contains(n))
                .ok_or_else(|| {
                    ApiError::parameter(
                        "limit",
                        &text,
                        &format!("1 到 {GREATEST_LIMIT} 的整数"),
                        &format!("a whole number from 1 to {GREATEST_LIMIT}"),
                    )
                })?,
        };
        Ok(PageRequest {
            limit,
            after: self.text("after")?,
        })
    }

    /// Refuses what nobody took.
    fn finish(self) -> Result<()> {
        let Some((name, _)) = self.pairs.first() else {
            return Ok(());
        };
        let known = self.known.join(", ");
        Err(ApiError::new(
            Code::BadParameter,
            format!("没有名为“{name}”的参数；可用的参数：{known}"),
            format!("no parameter \"{name}\"; there are: {known}"),
        ))
    }
}

/// The message for a word outside of its set.
pub(super) fn unknown(name: &str, e: &UnknownWord) -> ApiError {
    ApiError::parameter(
        name,
        &e.found,
        &format!("以下之一：{}", e.expected.join("、")),
        &format!("one of {}", e.expected.join(", ")),
    )
}

fn decode(text: &str, name: impl Display) -> Result<String> {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(|t| t.into_owned())
        .map_err(|_| {
            ApiError::parameter(
                &name.to_string(),
                text,
                "UTF-8 文本的百分号编码",
                "UTF-8 text, percent-encoded",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jieming_domain::finding::Kind;

    fn fails(run: impl FnOnce(&mut Fields) -> Result<()>, query: &str, mentions: &[&str]) {
        let mut fields = Fields::new(query).unwrap();
        let e = run(&mut fields).and_then(|()| fields.finish()).unwrap_err();
        assert_eq!(e.code, Code::BadParameter);
        for text in mentions {
            assert!(
                e.en.contains(text) && e.zh.contains(text),
                "{e:?} does not name {text}"
            );
        }
    }

    #[test]
    fn words_and_boxes() {
        let mut f = Fields::new("kind=overlap,%20gap&bbox=1,2,3.5,4&name=%E6%B1%9F+a").unwrap();
        assert_eq!(f.words::<Kind>("kind").unwrap(), [Kind::Overlap, Kind::Gap]);
        assert_eq!(f.bbox("bbox").unwrap(), Some([1.0, 2.0, 3.5, 4.0]));
        assert_eq!(f.text("name").unwrap().as_deref(), Some("江 a"));
        assert_eq!(f.text("level").unwrap(), None);
        f.finish().unwrap();
    }

    #[test]
    fn messages_name_the_parameter() {
        fails(
            |f| f.words::<Kind>("kind").map(drop),
            "kind=overlap,hole",
            &["kind", "hole", "overlap"],
        );
        for bbox in [
            "bbox=1,2,3",
            "bbox=3,2,1,4",
            "bbox=a,b,c,d",
            "bbox=NaN,0,1,1",
        ] {
            fails(|f| f.bbox("bbox").map(drop), bbox, &["bbox"]);
        }
        for limit in ["limit=0", "limit=-1", "limit=10001", "limit=many"] {
            fails(|f| f.page().map(drop), limit, &["limit", "10000"]);
        }
        for area in ["min_area_m2=-1", "min_area_m2=inf", "min_area_m2=big"] {
            fails(
                |f| f.measure("min_area_m2").map(drop),
                area,
                &["min_area_m2"],
            );
        }
        fails(|f| f.text("name").map(drop), "name=a&name=b", &["name"]);
        fails(|f| f.text("name").map(drop), "nmae=a", &["nmae", "name"]);
    }
}
