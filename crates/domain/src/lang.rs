//! The two languages of every text for people. Chinese is the default: it is the language of the field.

/// A language of messages, receipts and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// `zh` or `en`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The text of this language out of a pair.
    pub fn of<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The language that a locale (`en_GB.UTF-8`, `zh-CN`) or the first acceptable entry of an `Accept-Language`
    /// header asks for; `None` when it asks for neither of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        tag.split(',').find_map(|part| {
            let part = part.trim().to_ascii_lowercase();
            if part.starts_with("zh") {
                Some(Self::Zh)
            } else if part.starts_with("en") {
                Some(Self::En)
            } else {
                None
            }
        })
    }

    /// Joins a list in the manner of the language: `、` or `, `.
    pub fn list<S: AsRef<str>>(self, items: &[S]) -> String {
        let separator = self.of("、", ", ");
        items
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(separator)
    }
}

impl std::str::FromStr for Lang {
    type Err = crate::finding::UnknownWord;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            _ => Err(crate::finding::UnknownWord {
                found: s.to_owned(),
                expected: &["zh", "en"],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn locales_and_headers() {
        assert_eq!(Lang::from_tag("zh_CN.UTF-8"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("en_GB"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr, en;q=0.8, zh;q=0.5"), Some(Lang::En));
        assert_eq!(Lang::from_tag("C"), None);
    }

    #[test]
    fn lists() {
        assert_eq!(Lang::Zh.list(&["江岸区", "江汉区"]), "江岸区、江汉区");
        assert_eq!(Lang::En.list(&["A", "B"]), "A, B");
    }
}
