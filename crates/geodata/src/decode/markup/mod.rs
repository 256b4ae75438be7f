//! Rows out of XML: KML (Google Earth, 奥维) and GPX (handheld receivers).
//!
//! The text is walked once. Elements that are rows become small trees, one at a time; nothing else is kept. Entities of a
//! document type are not expanded and nothing is fetched, so a document costs no more than its own length; depth costs no
//! stack.

mod gpx;
mod kml;
#[cfg(test)]
mod tests;

pub use gpx::open as open_gpx;
pub use kml::open as open_kml;

use std::sync::Arc;

use geo_types::Coord;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{
    EncodingUse, FileNote, Format, LayerInfo, Row, RowGeometry, RowProblem, Source, Value,
    encoding, row::names,
};
use crate::{ReadError, Text, crs::DeclaredCrs, error::ReadErrorKind};

/// Bytes of the name of a folder that are kept.
const MAX_TITLE: usize = 1000;
/// Elements nested deeper than this within a row are passed over.
const MAX_DEPTH: usize = 64;

/// An element of a row.
#[derive(Debug, Default)]
struct Node {
    /// Name without prefix.
    name: String,
    attributes: Vec<(String, String)>,
    /// All text directly in it.
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }

    fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.name == name)
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|a| a.0 == name);
        found.map(|a| a.1.as_str())
    }

    /// Its text without blanks around it, if there is any.
    fn words(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|t| !t.is_empty())
    }
}

/// What a document's elements are to the reader of its format.
trait Document {
    /// Whether an element is a row.
    fn is_row(&self, name: &str) -> bool;
    /// Whether an element has a `name` that its rows are listed under.
    fn is_container(&self, name: &str) -> bool;
    /// Takes a row with the names of the containers around it, the outermost first.
    fn row(&mut self, node: Node, within: &[String]);
    /// Hears of any other element.
    fn other(&mut self, name: &str);
}

/// UTF-8 text of a document: by the option, the mark, the declaration, or a guess.
struct Decoded {
    text: String,
    encoding: EncodingUse,
    notes: Vec<FileNote>,
}

fn decoded(bytes: Vec<u8>, option: Option<&str>) -> Result<Decoded, ReadErrorKind> {
    // Text that is UTF-8 is so whatever its declaration says.
    let declared = match option {
        None if std::str::from_utf8(&bytes).is_err() => declaration(&bytes),
        _ => None,
    };
    let declared = declared.filter(|label| encoding::by_name(label).is_some());
    let d = encoding::to_utf8(bytes, option.or(declared.as_deref()))?;
    Ok(Decoded {
        // Always valid: see there.
        text: String::from_utf8(d.text).unwrap_or_default(),
        encoding: d.encoding,
        notes: d.notes,
    })
}

/// The encoding that the XML declaration names.
fn declaration(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let (_, rest) = head.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..]
        .split_once(quote)
        .map(|(label, _)| label.to_owned())
}

/// Walks a document. Rows before a fault have been handed over when it is told.
fn walk(
    format: &'static str,
    text: &str,
    document: &mut impl Document,
) -> Result<(), ReadErrorKind> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // People write `&` in names.
    config.allow_dangling_amp = true;
    let mut open: Vec<Open> = Vec::new();
    // The row on its way: the row itself, and the elements open in it.
    let mut row: Vec<Node> = Vec::new();
    let mut skipped = 0usize;
    let mut rows = 0u64;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(e) => {
                let offset = reader.error_position();
                return Err(ReadErrorKind::Syntax {
                    format,
                    offset: Some(offset),
                    found: Text::new(
                        format!("{e}（此前有 {rows} 条完整记录）"),
                        format!("{e} ({rows} whole records before it)"),
                    ),
                    expected: Text::new("格式良好的 XML", "well-formed XML"),
                });
            }
        };
        match event {
            Event::Eof if open.is_empty() && row.is_empty() => return Ok(()),
            Event::Eof => {
                return Err(ReadErrorKind::Truncated {
                    format,
                    offset: text.len() as u64,
                    expected: Text::new(
                        format!("前面有 {rows} 条完整记录，其后的元素没有结束"),
                        format!(
                            "{rows} whole records before it, an element after them is not closed"
                        ),
                    ),
                });
            }
            Event::Start(start) if !row.is_empty() => {
                if row.len() < MAX_DEPTH && skipped == 0 {
                    row.push(node(&start));
                } else {
                    skipped += 1;
                }
            }
            Event::Start(start) => {
                let name = local(&start);
                if document.is_row(&name) {
                    row.push(node(&start));
                } else {
                    document.other(&name);
                    open.push(Open {
                        name,
                        title: String::new(),
                    });
                }
            }
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::End(_) => match row.pop() {
                Some(done) => match row.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => {
                        rows += 1;
                        // The innermost only: a row must not cost as much as the document is deep.
                        let near = &open[open.len().saturating_sub(MAX_DEPTH)..];
                        let titles = near.iter().filter(|o| document.is_container(&o.name));
                        let within: Vec<String> = titles
                            .map(|o| o.title.trim().to_owned())
                            .filter(|t| !t.is_empty())
                            .collect();
                        document.row(done, &within);
                    }
                },
                None => drop(open.pop()),
            },
            Event::Text(t) => add(&t.xml10_content(), skipped, &mut row, &mut open, document),
            Event::CData(t) => add(&t.xml10_content(), skipped, &mut row, &mut open, document),
            Event::GeneralRef(r) => {
                let name = r.xml10_content();
                let character = r.resolve_char_ref().ok().flatten().map(String::from);
                let known = quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned);
                // An entity of the document's own type stays as it is written.
                let text = character.or(known).unwrap_or_else(|| format!("&{name};"));
                add(&text, skipped, &mut row, &mut open, document);
            }
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

/// An element around rows.
struct Open {
    name: String,
    title: String,
}

fn add(text: &str, skipped: usize, row: &mut [Node], open: &mut [Open], document: &impl Document) {
    if skipped > 0 {
        return;
    }
    if let Some(node) = row.last_mut() {
        node.text.push_str(text);
    } else if let [.., container, last] = open
        && last.name == "name"
        && document.is_container(&container.name)
    {
        // Rows repeat it: what is longer than a name is cut.
        let room = MAX_TITLE.saturating_sub(container.title.len());
        let end = text.floor_char_boundary(room);
        container.title.push_str(&text[..end]);
    }
}

fn local(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn node(start: &BytesStart<'_>) -> Node {
    let mut attributes = start.attributes();
    Node {
        name: local(start),
        attributes: attributes
            .with_checks(false)
            .flatten()
            .map(|a| {
                let value = a.normalized_value(quick_xml::XmlVersion::Explicit1_0);
                let value = value.map_or_else(|_| a.value.as_ref().to_owned(), |v| v.into_owned());
                (a.key.local_name().as_ref().to_owned(), value)
            })
            .collect(),
        ..Node::default()
    }
}

/// A position from its numbers; `None` when one is none.
fn position(x: &str, y: &str) -> Option<Coord<f64>> {
    let number = |s: &str| s.trim().parse::<f64>().ok();
    Some(Coord {
        x: number(x)?,
        y: number(y)?,
    })
}

fn unreadable(found: &str, zh: &str, en: &str) -> RowGeometry {
    let found: String = found.trim().chars().take(40).collect();
    RowGeometry::Unreadable {
        found: Text::new(format!("“{found}”"), format!("{found:?}")),
        expected: Text::new(zh, en),
    }
}

/// Values of a row on their way: fields in order, without empty ones.
#[derive(Default)]
struct Values(Vec<(Arc<str>, Value)>);

impl Values {
    fn put(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.0.push((name.into(), Value::Text(text.to_owned())));
        }
    }

    fn put_child(&mut self, node: &Node, child: &str) {
        self.put(child, node.child(child).and_then(Node::words));
    }

    /// The values, and a problem for each name that stands twice.
    fn done(mut self) -> (Vec<(Arc<str>, Value)>, Vec<RowProblem>) {
        let repeated = names::keep_last(&mut self.0, 0);
        (
            self.0,
            repeated
                .into_iter()
                .map(|n| RowProblem::repeated(&n))
                .collect(),
        )
    }
}

/// The source of rows that are all there.
fn source(
    format: Format,
    layer: Option<String>,
    layers: Vec<LayerInfo>,
    decoded: Decoded,
    rows: Vec<Row>,
) -> Source {
    let mut fields: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (name, _) in rows.iter().take(1000).flat_map(|r| &r.values) {
        if known.insert(name.clone()) {
            fields.push(name.to_string());
        }
    }
    Source {
        format,
        layer,
        layers,
        fields,
        // WGS 84 longitude, latitude by definition of both formats.
        declared_crs: DeclaredCrs::FormatDefault,
        encoding: decoded.encoding,
        row_count_hint: Some(rows.len() as u64),
        notes: decoded.notes,
        rows: Box::new(rows.into_iter().map(Ok)),
    }
}

fn failed(file: &str, kind: ReadErrorKind) -> ReadError {
    ReadError::new(file, kind)
}
