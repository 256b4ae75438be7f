//! Walking JSON text without building anything: where values begin and end. Neither strings nor numbers are checked
//! here, only quotes and brackets are followed, without recursion, so that depth costs no stack.

/// Why the walk stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// The text ends inside a value.
    End,
    /// Something else than expected stands at this offset.
    At(usize, &'static str),
}

/// What a byte means outside strings.
const fn classes() -> [u8; 256] {
    let mut t = [0u8; 256];
    t[b'"' as usize] = 1;
    t[b'{' as usize] = 2;
    t[b'[' as usize] = 2;
    t[b'}' as usize] = 3;
    t[b']' as usize] = 3;
    t
}
static CLASS: [u8; 256] = classes();

/// The offset of the next byte that is no blank.
pub fn blanks(b: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = b.get(at) {
        at += 1;
    }
    at
}

/// The offset after the string that begins with the quote at `at`.
pub fn string(b: &[u8], at: usize) -> Result<usize, ScanError> {
    let mut i = at + 1;
    loop {
        let Some(n) = b
            .get(i..)
            .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        else {
            return Err(ScanError::End);
        };
        i += n;
        if b[i] == b'"' {
            return Ok(i + 1);
        }
        i += 2;
    }
}

/// The offset after the value that begins at `at` (no blank).
pub fn value(b: &[u8], at: usize) -> Result<usize, ScanError> {
    match b.get(at) {
        None => Err(ScanError::End),
        Some(b'"') => string(b, at),
        Some(b'{') => object(b, at),
        Some(b'[') => nested(b, at),
        Some(b',' | b':' | b'}' | b']') => Err(ScanError::At(at, "value")),
        Some(_) => {
            let mut i = at;
            while let Some(&c) = b.get(i) {
                if matches!(
                    c,
                    b',' | b'}'
                        | b']'
                        | b':'
                        | b'"'
                        | b'{'
                        | b'['
                        | b' '
                        | b'\n'
                        | b'\r'
                        | b'\t'
                        | 0x1e
                ) {
                    break;
                }
                i += 1;
            }
            Ok(i)
        }
    }
}

/// Objects are followed by their own brackets alone: between them stand long arrays of numbers, which are passed at the
/// speed of memory. (An array left open inside is seen by whoever reads it.)
fn object(b: &[u8], at: usize) -> Result<usize, ScanError> {
    let mut depth = 0usize;
    let mut i = at;
    while let Some(n) = b
        .get(i..)
        .and_then(|rest| memchr::memchr3(b'"', b'{', b'}', rest))
    {
        i += n;
        match b[i] {
            b'"' => {
                i = string(b, i)?;
                continue;
            }
            b'{' => depth += 1,
            _ => depth -= 1,
        }
        i += 1;
        if depth == 0 {
            return Ok(i);
        }
    }
    Err(ScanError::End)
}

fn nested(b: &[u8], at: usize) -> Result<usize, ScanError> {
    let mut depth = 0usize;
    let mut i = at;
    while let Some(&c) = b.get(i) {
        match CLASS[usize::from(c)] {
            1 => {
                i = string(b, i)?;
                continue;
            }
            2 => depth += 1,
            3 => {
                depth -= 1;
                if depth == 0 {
                    return Ok(i + 1);
                }
            }
            _ => {}
        }
        i += 1;
    }
    Err(ScanError::End)
}

/// A piece of the text: from, to.
pub type Span = (usize, usize);

/// The members of an object or array one by one. After an error there are no more.
pub struct Members<'a> {
    b: &'a [u8],
    at: usize,
    object: bool,
    first: bool,
    done: bool,
}

/// A member: the span of its key with the quotes (arrays: empty), and of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The key with its quotes.
    pub key: Span,
    /// The value.
    pub value: Span,
}

impl<'a> Members<'a> {
    /// The members of the object or array whose bracket stands at `at`.
    pub fn of(b: &'a [u8], at: usize) -> Self {
        Self {
            b,
            at: at + 1,
            object: b.get(at) == Some(&b'{'),
            first: true,
            done: false,
        }
    }

    /// After the last member: the offset behind the closing bracket.
    pub fn end(&self) -> usize {
        self.at
    }

    /// Takes it that the value of the member begun ends here.
    pub fn passed(&mut self, end: usize) {
        self.at = end;
    }

    /// Passes the value of the member begun, which stands at `at`.
    pub fn pass(&mut self, at: usize) -> Result<Span, ScanError> {
        let end = value(self.b, at)?;
        if end == at {
            return Err(ScanError::At(at, "value"));
        }
        self.at = end;
        Ok((at, end))
    }

    /// Begins the next member: its key, and where its value stands. Then [`Self::pass`], or, by who has read the value,
    /// [`Self::passed`].
    pub fn begin(&mut self) -> Result<Option<(Span, usize)>, ScanError> {
        let close = if self.object { b'}' } else { b']' };
        let mut at = blanks(self.b, self.at);
        match self.b.get(at) {
            None => return Err(ScanError::End),
            Some(c) if *c == close => {
                self.at = at + 1;
                return Ok(None);
            }
            Some(b',') if !self.first => {
                at = blanks(self.b, at + 1);
                // A comma before the closing bracket: wrong, common, harmless.
                if self.b.get(at) == Some(&close) {
                    self.at = at + 1;
                    return Ok(None);
                }
            }
            Some(_) if self.first => {}
            Some(_) => {
                return Err(ScanError::At(
                    at,
                    if self.object {
                        "',' or '}'"
                    } else {
                        "',' or ']'"
                    },
                ));
            }
        }
        self.first = false;
        let mut key = (at, at);
        if self.object {
            match self.b.get(at) {
                Some(b'"') => {}
                None => return Err(ScanError::End),
                Some(_) => return Err(ScanError::At(at, "'\"'")),
            }
            key = (at, string(self.b, at)?);
            at = blanks(self.b, key.1);
            match self.b.get(at) {
                Some(b':') => at = blanks(self.b, at + 1),
                None => return Err(ScanError::End),
                Some(_) => return Err(ScanError::At(at, "':'")),
            }
        }
        Ok(Some((key, at)))
    }

    fn step(&mut self) -> Result<Option<Member>, ScanError> {
        let Some((key, at)) = self.begin()? else {
            return Ok(None);
        };
        let value = self.pass(at)?;
        Ok(Some(Member { key, value }))
    }
}

impl Iterator for Members<'_> {
    type Item = Result<Member, ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}

/// The text of a JSON string given with its quotes. Broken escapes are kept as they stand.
pub fn unquote(b: &[u8]) -> String {
    let inner = b.get(1..b.len().saturating_sub(1)).unwrap_or_default();
    if memchr::memchr(b'\\', inner).is_none() {
        return String::from_utf8_lossy(inner).into_owned();
    }
    serde_json::from_slice(b).unwrap_or_else(|_| String::from_utf8_lossy(inner).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<(String, String)>, ScanError> {
        Members::of(text.as_bytes(), 0)
            .map(|m| {
                m.map(|m| {
                    (
                        text[m.key.0..m.key.1].to_owned(),
                        text[m.value.0..m.value.1].to_owned(),
                    )
                })
            })
            .collect()
    }

    #[test]
    fn members_are_found_through_strings_and_nesting() {
        let m = all(r#"{ "a" : [1,"]\"}"] , "b":{"c":[]},"d":-1.5e3 }"#).unwrap();
        let m: Vec<_> = m.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            m,
            [
                (r#""a""#, r#"[1,"]\"}"]"#),
                (r#""b""#, r#"{"c":[]}"#),
                (r#""d""#, "-1.5e3")
            ]
        );
        assert_eq!(all("[1,2,]").unwrap().len(), 2);
    }

    #[test]
    fn cuts_and_faults_are_told_apart() {
        assert_eq!(all(r#"{"a":[1,2"#), Err(ScanError::End));
        assert_eq!(all(r#"{"a" 1}"#), Err(ScanError::At(5, "':'")));
        assert_eq!(all(r#"{"a":1 "b":2}"#), Err(ScanError::At(7, "',' or '}'")));
        assert_eq!(all(r#"{a:1}"#), Err(ScanError::At(1, "'\"'")));
        assert_eq!(all("[,]"), Err(ScanError::At(1, "value")));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = "[".repeat(3_000_000) + &"]".repeat(3_000_000);
        assert_eq!(value(deep.as_bytes(), 0), Ok(6_000_000));
    }
}
