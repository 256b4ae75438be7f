//! Parameters of a finding's text. A finding stores its rule and these; the sentence is made when it is read,
//! in the reader's language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::lang::Lang;

/// One value inside a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Text, shown as it is.
    Text(String),
    /// A number. A key ending in `_m2` is shown as an area, in `_m` as a length, any other as it is.
    Number(f64),
    /// A list, joined in the manner of the language.
    List(Vec<String>),
}

impl From<&str> for Param {
    fn from(s: &str) -> Self {
        Self::Text(s.to_owned())
    }
}
impl From<String> for Param {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}
impl From<f64> for Param {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}
impl From<Vec<String>> for Param {
    fn from(l: Vec<String>) -> Self {
        Self::List(l)
    }
}

/// Named values for a template.
pub type Params = BTreeMap<String, Param>;

/// Builds [`Params`] from pairs.
pub fn params<const N: usize>(pairs: [(&str, Param); N]) -> Params {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// Where a sentence finds its values.
pub trait Values {
    /// The value that stands under a key.
    fn value(&self, key: &str) -> Option<Cow<'_, Param>>;
}

impl Values for Params {
    fn value(&self, key: &str) -> Option<Cow<'_, Param>> {
        self.get(key).map(Cow::Borrowed)
    }
}

/// A value by key; one that differs by language stands under `key_zh` and `key_en`.
pub fn value<'a>(values: &'a dyn Values, key: &str, lang: Lang) -> Option<Cow<'a, Param>> {
    values
        .value(key)
        .or_else(|| values.value(&format!("{key}_{}", lang.as_str())))
}

/// Fills the `{key}` holes of a template. A key without a value becomes `?`, so that a message is never lost.
pub fn fill(template: &str, values: &dyn Values, lang: Lang) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        out.push_str(&rest[..open]);
        let key = &rest[open + 1..open + close];
        match value(values, key, lang) {
            Some(value) => out.push_str(&show(key, &value, lang)),
            None => out.push('?'),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// A value as text.
pub fn show(key: &str, value: &Param, lang: Lang) -> String {
    match value {
        Param::Text(s) => s.clone(),
        Param::List(items) => lang.list(items),
        Param::Number(n) if key.ends_with("_m2") => area(*n),
        Param::Number(n) if key.ends_with("_m") => length(*n),
        Param::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
        Param::Number(n) => format!("{n}"),
    }
}

/// An area with its unit: m² below 0.1 km², km² above.
pub fn area(m2: f64) -> String {
    if m2 >= 1e5 {
        format!("{:.3} km²", m2 / 1e6)
    } else if m2 >= 100.0 {
        format!("{m2:.0} m²")
    } else {
        format!("{m2:.2} m²")
    }
}

/// A length with its unit: m below 10 km, km above.
pub fn length(m: f64) -> String {
    if m.abs() >= 1e4 {
        format!("{:.2} km", m / 1e3)
    } else if m.abs() >= 100.0 {
        format!("{m:.0} m")
    } else {
        format!("{m:.2} m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_by_kind_of_value() {
        let p = params([
            ("units", vec!["甲".to_owned(), "乙".to_owned()].into()),
            ("area_m2", 250_000.0.into()),
        ]);
        assert_eq!(
            fill("{units}重叠 {area_m2}", &p, Lang::Zh),
            "甲、乙重叠 0.250 km²"
        );
        assert_eq!(fill("{nobody} {", &p, Lang::En), "? {");
    }
}
