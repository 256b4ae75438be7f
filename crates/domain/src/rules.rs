//! The catalogue of rules: what each check is called, why it matters, what to do. Help texts, receipts, reports and
//! messages all come from here; a finding stores only its rule id and the parameters of its sentence.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::finding::{Kind, Severity};
use crate::lang::Lang;
use crate::message::{Values, fill, show, value};

mod audit;
mod ingest;

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in one language.
    pub fn of(self, lang: Lang) -> &'static str {
        lang.of(self.zh, self.en)
    }
}

/// One rule of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Stable id, such as `coverage.gap.hole`. Never renamed: findings in databases refer to it.
    pub id: &'static str,
    /// What its findings are about; `None` for rules that only concern a file or a row of it.
    pub kind: Option<Kind>,
    /// Severity unless the measures say otherwise.
    pub severity: Severity,
    /// A few words.
    pub title: Text,
    /// Why it matters.
    pub explanation: Text,
    /// The sentence of one finding; `{key}` are filled from its parameters.
    pub message: Text,
    /// What would have been right; may hold `{key}`.
    pub expected: Text,
    /// What to do; may hold `{key}`.
    pub remedy: Text,
}

/// Every rule, those of the audit first.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    audit::RULES.iter().chain(ingest::RULES)
}

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&'static str, &'static Rule>> =
        LazyLock::new(|| all().map(|r| (r.id, r)).collect());
    BY_ID.get(id).copied()
}

/// The sentence of a finding. A rule that the catalogue does not know (a database written by a newer version, a
/// remark of a reader of files) gives what the parameters say, else its id.
pub fn message(id: &str, values: &dyn Values, lang: Lang) -> String {
    match find(id) {
        Some(rule) => fill(rule.message.of(lang), values, lang),
        None => own(values, "detail", lang).unwrap_or_else(|| id.to_owned()),
    }
}

/// What would have been right: what the parameters say, else the rule's text.
pub fn expected(id: &str, values: &dyn Values, lang: Lang) -> String {
    own(values, "expected", lang)
        .or_else(|| find(id).map(|r| fill(r.expected.of(lang), values, lang)))
        .unwrap_or_default()
}

/// What to do: what the parameters say, else the rule's text.
pub fn remedy(id: &str, values: &dyn Values, lang: Lang) -> String {
    own(values, "remedy", lang)
        .or_else(|| find(id).map(|r| fill(r.remedy.of(lang), values, lang)))
        .unwrap_or_default()
}

/// What was found, when the parameters say it in words.
pub fn found(values: &dyn Values, lang: Lang) -> Option<String> {
    own(values, "found", lang).or_else(|| own(values, "detail", lang))
}

fn own(values: &dyn Values, key: &str, lang: Lang) -> Option<String> {
    value(values, key, lang).map(|v| show(key, &v, lang))
}

/// The title of a rule, or its id when unknown.
pub fn title(id: &str, lang: Lang) -> &str {
    find(id).map_or(id, |r| r.title.of(lang))
}

const fn text(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

#[cfg(test)]
mod tests {
    use crate::message::Params;
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_texts_are_there() {
        let mut seen = BTreeSet::new();
        for rule in all() {
            assert!(seen.insert(rule.id), "{} stands twice", rule.id);
            for t in [
                rule.title,
                rule.explanation,
                rule.message,
                rule.expected,
                rule.remedy,
            ] {
                assert!(
                    !t.zh.is_empty() && !t.en.is_empty(),
                    "{} lacks a text",
                    rule.id
                );
                assert_eq!(
                    holes(t.zh),
                    holes(t.en),
                    "{}: the languages fill different values",
                    rule.id
                );
            }
        }
    }

    fn holes(s: &str) -> BTreeSet<&str> {
        s.split('{')
            .skip(1)
            .filter_map(|p| p.split_once('}'))
            .map(|(k, _)| k)
            .collect()
    }

    #[test]
    fn unknown_rules_still_speak() {
        assert_eq!(message("x.y", &Params::new(), Lang::En), "x.y");
    }
}
