//! One feature (or plain object) to one row.

use std::{collections::HashMap, sync::Arc};

use super::{
    geometry::{self, Met},
    scan::{Member, Members, ScanError, Span, blanks, unquote},
};
use crate::{
    Text,
    decode::{Row, RowGeometry, RowProblem, Value, row::names},
};

/// Objects nested deeper than this stay JSON text.
const MAX_DEPTH: usize = 16;

/// Field names seen so far, so that equal names share one allocation.
#[derive(Default)]
pub struct Names {
    known: HashMap<Box<[u8]>, Arc<str>>,
}

impl Names {
    /// The name for a quoted key under a prefix (`parent` and `"adcode"` give `parent.adcode`).
    fn of(&mut self, prefix: &str, quoted: &[u8]) -> Arc<str> {
        if prefix.is_empty()
            && let Some(n) = self.known.get(quoted)
        {
            return n.clone();
        }
        let own = unquote(quoted);
        if prefix.is_empty() {
            let name: Arc<str> = own.into();
            self.known.insert(quoted.into(), name.clone());
            return name;
        }
        let whole = format!("{prefix}.{own}");
        if let Some(n) = self.known.get(whole.as_bytes()) {
            return n.clone();
        }
        let name: Arc<str> = whole.as_str().into();
        self.known.insert(whole.into_bytes().into(), name.clone());
        name
    }
}

/// What a piece of text is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A feature: geometry and properties are members.
    Feature,
    /// A bare geometry: a row without fields.
    Geometry,
    /// A plain object: every member is a field.
    Object,
}

/// Reads the object in `span` as row `number`.
pub fn read(b: &[u8], span: Span, kind: Kind, number: u64, names: &mut Names) -> (Row, Met) {
    let mut row = Row {
        number,
        values: Vec::new(),
        geometry: RowGeometry::Null,
        problems: Vec::new(),
    };
    let b = &b[..span.1];
    if b.get(span.0) != Some(&b'{') {
        row.geometry = RowGeometry::Unreadable {
            found: Text::new("不是 JSON 对象", "not a JSON object"),
            expected: Text::new("一个对象", "an object"),
        };
        return (row, Met::default());
    }
    let met = match kind {
        Kind::Geometry => {
            let (geometry, met) = geometry::read(b, span.0);
            row.geometry = geometry;
            met
        }
        Kind::Object => {
            row.geometry = RowGeometry::Absent;
            fields(b, span.0, &mut row, names);
            Met::default()
        }
        Kind::Feature => feature(b, span.0, &mut row, names),
    };
    if met.unclosed > 0 {
        row.problems.push(RowProblem::unclosed(met.unclosed));
    }
    if met.not_finite > 0 {
        row.problems.push(RowProblem {
            rule: "row.coordinate.not_finite",
            field: None,
            found: Text::new(
                format!("{} 个坐标值不是有限数", met.not_finite),
                format!("{} coordinates that are not finite", met.not_finite),
            ),
            expected: Text::new("有限的数字", "finite numbers"),
            remedy: Text::new("在原软件中修正坐标", "mend the coordinates at the source"),
        });
    }
    (row, met)
}

fn feature(b: &[u8], at: usize, row: &mut Row, names: &mut Names) -> Met {
    let (mut geometry_at, mut properties_at, mut id) = (None, None, None);
    for m in Members::of(b, at) {
        match m {
            Ok(Member { key, value }) => match &b[key.0..key.1] {
                b"\"geometry\"" => geometry_at = Some(value.0),
                b"\"properties\"" => properties_at = Some(value.0),
                b"\"id\"" => id = Some(value),
                _ => {}
            },
            Err(e) => {
                broken(b, e, row);
                break;
            }
        }
    }
    if let Some(at) = properties_at {
        match b[at] {
            b'{' => fields(b, at, row, names),
            b'n' => {}
            _ => row.problems.push(RowProblem {
                rule: "row.properties.not_object",
                field: Some("properties".into()),
                found: Text::new("properties 不是对象", "properties is no object"),
                expected: Text::new("对象或 null", "an object or null"),
                remedy: Text::new("重新导出", "export it again"),
            }),
        }
    }
    if let Some(span) = id
        && row.get("id").is_none()
        && !matches!(b[span.0], b'{' | b'[' | b'n')
    {
        let v = scalar(b, span);
        row.values.push((Arc::from("id"), v));
    }
    match geometry_at {
        Some(at) => {
            let (geometry, met) = geometry::read(b, at);
            row.geometry = geometry;
            met
        }
        None => Met::default(),
    }
}

fn broken(b: &[u8], e: ScanError, row: &mut Row) {
    let (found, expected) = match e {
        ScanError::End => (
            Text::new("数据中断", "the data stop"),
            Text::new("完整的对象", "a whole object"),
        ),
        ScanError::At(at, what) => {
            let text: String = String::from_utf8_lossy(&b[at..b.len().min(at + 24)])
                .chars()
                .take(16)
                .collect();
            (
                Text::new(format!("“{text}”"), format!("`{text}`")),
                Text::new(what, what),
            )
        }
    };
    row.problems.push(RowProblem {
        rule: "row.json.syntax",
        field: None,
        found,
        expected,
        remedy: Text::new("用原软件重新导出", "export it again"),
    });
}

fn fields(b: &[u8], at: usize, row: &mut Row, names: &mut Names) {
    let before = row.values.len();
    flatten(b, at, "", 0, row, names);
    let repeated = names::keep_last(&mut row.values, before);
    row.problems
        .extend(repeated.iter().map(|name| RowProblem::repeated(name)));
}

fn flatten(b: &[u8], at: usize, prefix: &str, depth: usize, row: &mut Row, names: &mut Names) {
    for m in Members::of(b, at) {
        let m = match m {
            Ok(m) => m,
            Err(e) => return broken(b, e, row),
        };
        let name = names.of(prefix, &b[m.key.0..m.key.1]);
        match b[m.value.0] {
            b'{' if depth < MAX_DEPTH && b[blanks(b, m.value.0 + 1)] != b'}' => {
                flatten(b, m.value.0, &name, depth + 1, row, names);
            }
            _ => row.values.push((name, scalar(b, m.value))),
        }
    }
}

/// A value that is not taken apart: numbers keep their spelling where a number would lose it.
fn scalar(b: &[u8], span: Span) -> Value {
    let raw = &b[span.0..span.1];
    match raw {
        [b'"', ..] => Value::Text(unquote(raw)),
        [b'{' | b'[', ..] => Value::Text(String::from_utf8_lossy(raw).into_owned()),
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        _ => number(&String::from_utf8_lossy(raw)),
    }
}

fn number(text: &str) -> Value {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) {
        let padded = digits.len() > 1 && digits.starts_with('0');
        return match text.parse() {
            Ok(n) if !padded => Value::Integer(n),
            _ => Value::Text(text.to_owned()),
        };
    }
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Value::Float(x),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        read(
            text.as_bytes(),
            (0, text.len()),
            Kind::Feature,
            1,
            &mut Names::default(),
        )
        .0
    }

    #[test]
    fn nested_objects_are_flattened_and_codes_keep_their_spelling() {
        let r = row(
            r#"{"type":"Feature","properties":{"adcode":420100,"parent":{"adcode":420000,"x":{}},"center":[114.3,30.6],
            "long":12345678901234567890,"padded":007,"f":420100.0,"e":4.201e5,"t":"0420","n":null,"b":true,"s":"a\"b"},"geometry":null,"id":7}"#,
        );
        let text = |f: &str| r.get(f).and_then(Value::to_text);
        assert_eq!(r.get("adcode"), Some(&Value::Integer(420100)));
        assert_eq!(text("parent.adcode").as_deref(), Some("420000"));
        assert_eq!(text("parent.x").as_deref(), Some("{}"));
        assert_eq!(text("center").as_deref(), Some("[114.3,30.6]"));
        assert_eq!(text("long").as_deref(), Some("12345678901234567890"));
        assert_eq!(text("padded").as_deref(), Some("007"));
        assert_eq!(text("f").as_deref(), Some("420100"));
        assert_eq!(text("e").as_deref(), Some("420100"));
        assert_eq!(text("t").as_deref(), Some("0420"));
        assert_eq!(text("s").as_deref(), Some("a\"b"));
        assert_eq!(
            (r.get("n"), r.get("b"), r.get("id")),
            (
                Some(&Value::Null),
                Some(&Value::Bool(true)),
                Some(&Value::Integer(7))
            )
        );
        assert_eq!(r.geometry, RowGeometry::Null);
        assert!(r.problems.is_empty());
    }

    #[test]
    fn repeated_keys_keep_the_last_value_and_are_noted() {
        let r = row(r#"{"type":"Feature","properties":{"a":1,"b":2,"a":3},"geometry":null}"#);
        assert_eq!(r.values.len(), 2);
        assert_eq!(r.get("a"), Some(&Value::Integer(3)));
        assert_eq!(r.problems[0].rule, "row.key.duplicate");
    }

    #[test]
    fn a_broken_feature_is_still_a_row() {
        let r = row(
            r#"{"type":"Feature","properties":{"a":1 "b":2},"geometry":{"type":"Point","coordinates":[1,2]}}"#,
        );
        assert_eq!(r.problems[0].rule, "row.json.syntax");
        assert_eq!(r.get("a"), Some(&Value::Integer(1)));
        assert!(matches!(r.geometry, RowGeometry::Geometry(_)));
        assert_eq!(
            row(r#"{"type":"Feature","properties":2}"#).problems[0].rule,
            "row.properties.not_object"
        );
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!(
            r#"{{"properties":{}1{}}}"#,
            r#"{"a":"#.repeat(2000),
            "}".repeat(2000)
        );
        let r = row(&deep);
        assert_eq!(r.values.len(), 1);
        assert!(matches!(&r.values[0].1, Value::Text(t) if t.starts_with('{')));
    }
}
