//! Attributes as received, already written down: files have millions of them, and a tree for each row is dear.

use serde_json::Value as Json;

/// A JSON object as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes(String);

/// A value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing there.
    Null,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; what is not finite becomes null.
    Float(f64),
    /// True or false.
    Bool(bool),
}

impl Attributes {
    /// From names and values in order. Names are unique.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, Scalar<'a>)>) -> Self {
        let mut out = Vec::with_capacity(256);
        out.push(b'{');
        for (name, value) in pairs {
            if out.len() > 1 {
                out.push(b',');
            }
            put(&mut out, &name);
            out.push(b':');
            match value {
                Scalar::Null => out.extend_from_slice(b"null"),
                Scalar::Text(s) => put(&mut out, &s),
                Scalar::Integer(n) => put(&mut out, &n),
                Scalar::Float(x) => put(&mut out, &x),
                Scalar::Bool(b) => put(&mut out, &b),
            }
        }
        out.push(b'}');
        out.shrink_to_fit();
        // Only whole strings and numbers were written.
        Self(String::from_utf8(out).unwrap_or_else(|_| "{}".to_owned()))
    }

    /// The JSON text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

// Text, numbers and booleans cannot fail to be written into memory.
fn put(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    let before = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

impl From<Json> for Attributes {
    fn from(json: Json) -> Self {
        Self(json.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_comes_back_as_values() {
        let written = Attributes::new([
            ("名称", Scalar::Text("黄鹤楼\"\n")),
            ("n", Scalar::Integer(-3)),
            ("x", Scalar::Float(0.1)),
            ("nan", Scalar::Float(f64::NAN)),
            ("b", Scalar::Bool(true)),
            ("nothing", Scalar::Null),
        ]);
        let read: Json = serde_json::from_str(written.text()).unwrap();
        let want = json!({"名称": "黄鹤楼\"\n", "n": -3, "x": 0.1, "nan": null, "b": true, "nothing": null});
        assert_eq!(read, want);
        assert_eq!(Attributes::new([]).text(), "{}");
    }
}
