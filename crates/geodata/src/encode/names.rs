//! Short names for fields, for formats that hold ten bytes of ASCII.

use pinyin::ToPinyin as _;

use super::Field;

/// Bytes of a field's name in a Shapefile.
const MOST: usize = 10;

/// A short name for each field: the official one, else the pinyin initials of the Chinese label. At most ten bytes of
/// ASCII, the first a letter, no two alike in any case: names that would be are numbered.
pub fn short_names(fields: &[Field]) -> Vec<String> {
    let mut taken: Vec<String> = Vec::with_capacity(fields.len());
    for field in fields {
        let own = field.short.as_deref().map(plain).unwrap_or_default();
        let made = [own, initials(&field.label.zh), plain(&field.key)];
        let base = made
            .into_iter()
            .find(|n| !n.is_empty())
            .unwrap_or_else(|| "F".to_owned());
        let base = if base.starts_with(|c: char| c.is_ascii_alphabetic()) {
            base
        } else {
            format!("F{base}")
        };
        let cut = |n: usize| base.get(..n.min(base.len())).unwrap_or(&base).to_owned();
        let mut name = cut(MOST);
        let mut number = 1_u32;
        while taken.iter().any(|t| t.eq_ignore_ascii_case(&name)) {
            number += 1;
            let digits = number.to_string();
            name = format!("{}{digits}", cut(MOST - digits.len()));
        }
        taken.push(name);
    }
    taken
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// The first letters of the syllables, upper case; letters and digits stay, all else goes.
fn initials(label: &str) -> String {
    label
        .chars()
        .filter_map(|c| match c.to_pinyin() {
            Some(p) => p.first_letter().chars().next(),
            None => Some(c).filter(char::is_ascii_alphanumeric),
        })
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;
    use crate::encode::FieldKind;

    fn field(label: &str, short: Option<&str>) -> Field {
        Field {
            key: "key".into(),
            label: Text::new(label, "label"),
            short: short.map(str::to_owned),
            kind: FieldKind::Text,
        }
    }

    #[test]
    fn names_are_short_plain_and_unique() {
        let mut fields = vec![
            field("标牌个数", None),
            field("高程(米)", None),
            field("标准名称", Some("BZMC")),
            field("备注名称", None),
            field("2000坐标", None),
            field("！？", None),
        ];
        for i in 0..12 {
            fields.push(field(&format!("所在跨行政区域界线名称{i}"), None));
        }
        let names = short_names(&fields);
        assert_eq!(names[..3], ["BPGS", "GCM", "BZMC"]);
        assert_eq!(names[3..6], ["BZMC2", "F2000ZB", "key"]);
        assert_eq!(names[6..9], ["SZKXZQYJXM", "SZKXZQYJX2", "SZKXZQYJX3"]);
        assert_eq!(names[15], "SZKXZQYJ10");
        assert!(names.iter().all(|n| n.is_ascii() && n.len() <= MOST));
        let mut sorted: Vec<String> = names.iter().map(|n| n.to_lowercase()).collect();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len());
    }
}
