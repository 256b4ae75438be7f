//! The wire between decoder child and parent: a magic with the version, then frames of a length and a kind.
//! Both ends are the same program; the parent still believes nothing it reads.

use std::io::{self, Read, Write};

/// First bytes of the stream; the digit is the version.
pub const MAGIC: &[u8; 4] = b"JMD2";
/// The longest frame: a geometry of some 15 million vertices.
pub const MAX_FRAME: usize = 256 << 20;
/// Cells of a row, fields and layers at most: each may be a single byte on the wire and many in memory.
pub const MAX_ITEMS: usize = 1 << 17;

/// Text as the driver has it: bytes in an encoding that the parent finds out, or UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Null or unset.
    Null,
    /// Bytes of text.
    Text(Raw),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// The error that a formula of a workbook gave.
    Error(String),
}

/// The geometry of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// The layer has none.
    Absent,
    /// None in this row.
    Null,
    /// Two-dimensional WKB of a simple kind.
    Wkb(Vec<u8>),
    /// Text of a cell that should be WKT.
    Wkt(String),
    /// What the driver had cannot be written so: its name.
    Unreadable(String),
}

/// A layer in the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Rows, or -1.
    pub rows: i64,
    /// Whether it has a geometry column.
    pub geometry: bool,
}

/// What comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// All layers.
    pub layers: Vec<Layer>,
    /// Index of the one that follows.
    pub chosen: u32,
    /// Field names.
    pub fields: Vec<Raw>,
    /// EPSG code, or 0.
    pub epsg: u32,
    /// WKT of the coordinate reference system, or empty.
    pub wkt: String,
    /// The container says that it does not know.
    pub crs_unknown: bool,
    /// The declared geometry type has Z or M.
    pub z: bool,
    /// Filled rows above the header of a sheet that are not read, and the row of the header from 1; or zeros.
    pub title: (u32, u32),
}

/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// First frame.
    Head(Head),
    /// One row.
    Row {
        /// Cells in the order of the fields.
        cells: Vec<Cell>,
        /// The geometry.
        shape: Shape,
        /// It was a curve and is now straight pieces.
        curved: bool,
    },
    /// The last frame of a good run.
    End {
        /// Rows sent.
        rows: u64,
    },
    /// The last frame of a bad run: nothing can be read.
    Refused {
        /// The driver's words.
        message: String,
    },
    /// No layer of the name asked for, or several and none asked for.
    Layers {
        /// True when a name was asked for.
        unknown: bool,
        /// The layers.
        layers: Vec<String>,
    },
    /// A complaint about the rows so far that does not end the run.
    Note {
        /// The driver's words.
        message: String,
    },
}

struct Out(Vec<u8>);

impl Out {
    fn u8(&mut self, v: u8) {
        self.0.push(v);
    }
    fn u32(&mut self, v: u32) {
        self.0.extend_from_slice(&v.to_le_bytes());
    }
    fn i64(&mut self, v: i64) {
        self.0.extend_from_slice(&v.to_le_bytes());
    }
    fn bytes(&mut self, v: &[u8]) {
        self.u32(u32::try_from(v.len()).unwrap_or(u32::MAX));
        self.0.extend_from_slice(v);
    }
}

/// Writes one frame.
pub fn send(to: &mut impl Write, frame: &Frame) -> io::Result<()> {
    let mut o = Out(Vec::with_capacity(256));
    match frame {
        Frame::Head(h) => {
            o.u8(1);
            o.u32(h.layers.len() as u32);
            for l in &h.layers {
                o.bytes(l.name.as_bytes());
                o.i64(l.rows);
                o.u8(l.geometry.into());
            }
            o.u32(h.chosen);
            o.u32(h.fields.len() as u32);
            h.fields.iter().for_each(|f| o.bytes(&f.bytes));
            o.u32(h.epsg);
            o.bytes(h.wkt.as_bytes());
            o.u8(h.crs_unknown.into());
            o.u8(h.z.into());
            o.u32(h.title.0);
            o.u32(h.title.1);
        }
        Frame::Row {
            cells,
            shape,
            curved,
        } => {
            o.u8(2);
            o.u32(cells.len() as u32);
            for c in cells {
                match c {
                    Cell::Null => o.u8(0),
                    Cell::Text(t) => {
                        o.u8(1);
                        o.bytes(&t.bytes);
                    }
                    Cell::Integer(n) => {
                        o.u8(2);
                        o.i64(*n);
                    }
                    Cell::Float(x) => {
                        o.u8(3);
                        o.i64(x.to_bits().cast_signed());
                    }
                    Cell::Bool(b) => o.u8(if *b { 5 } else { 4 }),
                    Cell::Error(e) => {
                        o.u8(6);
                        o.bytes(e.as_bytes());
                    }
                }
            }
            match shape {
                Shape::Absent => o.u8(0),
                Shape::Null => o.u8(1),
                Shape::Wkb(b) => {
                    o.u8(2);
                    o.bytes(b);
                }
                Shape::Unreadable(s) => {
                    o.u8(3);
                    o.bytes(s.as_bytes());
                }
                Shape::Wkt(s) => {
                    o.u8(4);
                    o.bytes(s.as_bytes());
                }
            }
            o.u8((*curved).into());
        }
        Frame::End { rows } => {
            o.u8(3);
            o.i64(rows.cast_signed());
        }
        Frame::Refused { message } => {
            o.u8(4);
            o.bytes(message.as_bytes());
        }
        Frame::Layers { unknown, layers } => {
            o.u8(5);
            o.u8((*unknown).into());
            o.u32(layers.len() as u32);
            layers.iter().for_each(|l| o.bytes(l.as_bytes()));
        }
        Frame::Note { message } => {
            o.u8(6);
            o.bytes(message.as_bytes());
        }
    }
    if o.0.len() > MAX_FRAME {
        return Err(io::Error::other("a row is longer than a frame may be"));
    }
    to.write_all(&(o.0.len() as u32).to_le_bytes())?;
    to.write_all(&o.0)
}

struct In<'a>(&'a [u8]);

impl In<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
    fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|b| b[0])
    }
    fn flag(&mut self) -> Option<bool> {
        self.u8().map(|b| b != 0)
    }
    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }
    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }
    fn bytes(&mut self) -> Option<Vec<u8>> {
        let n = self.u32()? as usize;
        let part = self.0.get(..n)?.to_vec();
        self.0 = &self.0[n..];
        Some(part)
    }
    fn text(&mut self) -> Option<String> {
        self.bytes()
            .map(|b| String::from_utf8_lossy(&b).into_owned())
    }
    /// Items behind a count; each takes at least one byte, so a lying count ends early.
    fn many<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.u32()? as usize;
        if n > self.0.len() || n > MAX_ITEMS {
            return None;
        }
        (0..n).map(|_| item(self)).collect()
    }
}

fn parse(b: &[u8]) -> Option<Frame> {
    let mut i = In(b);
    let frame = match i.u8()? {
        1 => Frame::Head(Head {
            layers: i.many(|i| {
                Some(Layer {
                    name: i.text()?,
                    rows: i.i64()?,
                    geometry: i.flag()?,
                })
            })?,
            chosen: i.u32()?,
            fields: i.many(|i| Some(Raw { bytes: i.bytes()? }))?,
            epsg: i.u32()?,
            wkt: i.text()?,
            crs_unknown: i.flag()?,
            z: i.flag()?,
            title: (i.u32()?, i.u32()?),
        }),
        2 => {
            let cells = i.many(|i| {
                Some(match i.u8()? {
                    0 => Cell::Null,
                    1 => Cell::Text(Raw { bytes: i.bytes()? }),
                    2 => Cell::Integer(i.i64()?),
                    3 => Cell::Float(f64::from_bits(i.i64()?.cast_unsigned())),
                    4 => Cell::Bool(false),
                    5 => Cell::Bool(true),
                    6 => Cell::Error(i.text()?),
                    _ => return None,
                })
            })?;
            let shape = match i.u8()? {
                0 => Shape::Absent,
                1 => Shape::Null,
                2 => Shape::Wkb(i.bytes()?),
                3 => Shape::Unreadable(i.text()?),
                4 => Shape::Wkt(i.text()?),
                _ => return None,
            };
            Frame::Row {
                cells,
                shape,
                curved: i.flag()?,
            }
        }
        3 => Frame::End {
            rows: i.i64()?.cast_unsigned(),
        },
        4 => Frame::Refused { message: i.text()? },
        5 => Frame::Layers {
            unknown: i.flag()?,
            layers: i.many(In::text)?,
        },
        6 => Frame::Note { message: i.text()? },
        _ => return None,
    };
    i.0.is_empty().then_some(frame)
}

/// Reads the magic.
pub fn receive_magic(from: &mut impl Read) -> io::Result<()> {
    let mut magic = [0; 4];
    from.read_exact(&mut magic)?;
    if &magic == MAGIC {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "another protocol",
        ))
    }
}

/// Reads one frame and its length in bytes; `None` at the end of the stream.
pub fn receive(from: &mut impl Read) -> io::Result<Option<(Frame, u64)>> {
    let mut size = [0; 4];
    match from.read_exact(&mut size) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let n = u32::from_le_bytes(size) as usize;
    if n > MAX_FRAME {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a frame is too long",
        ));
    }
    let mut b = Vec::new();
    from.take(n as u64).read_to_end(&mut b)?;
    if b.len() < n {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let frame = parse(&b)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a frame makes no sense"))?;
    Ok(Some((frame, n as u64 + 4)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            vec(any::<u8>(), 0..20).prop_map(|bytes| Cell::Text(Raw { bytes })),
            any::<i64>().prop_map(Cell::Integer),
            (-1e300..1e300f64).prop_map(Cell::Float),
            any::<bool>().prop_map(Cell::Bool),
            ".{0,8}".prop_map(Cell::Error),
        ]
    }

    fn frame() -> impl Strategy<Value = Frame> {
        let shape = prop_oneof![
            Just(Shape::Absent),
            Just(Shape::Null),
            vec(any::<u8>(), 0..50).prop_map(Shape::Wkb),
            ".{0,10}".prop_map(Shape::Unreadable),
            ".{0,10}".prop_map(Shape::Wkt),
        ];
        let layer =
            (".{0,8}", any::<i64>(), any::<bool>()).prop_map(|(name, rows, geometry)| Layer {
                name,
                rows,
                geometry,
            });
        prop_oneof![
            (vec(cell(), 0..6), shape, any::<bool>()).prop_map(|(cells, shape, curved)| {
                Frame::Row {
                    cells,
                    shape,
                    curved,
                }
            }),
            (
                vec(layer, 0..4),
                vec(vec(any::<u8>(), 0..9), 0..5),
                any::<u32>(),
                ".{0,30}"
            )
                .prop_map(|(layers, f, epsg, wkt)| {
                    let fields = f.into_iter().map(|bytes| Raw { bytes }).collect();
                    Frame::Head(Head {
                        layers,
                        chosen: 0,
                        fields,
                        epsg,
                        wkt,
                        crs_unknown: false,
                        z: true,
                        title: (2, 3),
                    })
                }),
            any::<u64>().prop_map(|rows| Frame::End { rows }),
            ".{0,20}".prop_map(|message| Frame::Refused { message }),
            (any::<bool>(), vec(".{0,5}", 0..4))
                .prop_map(|(unknown, layers)| Frame::Layers { unknown, layers }),
        ]
    }

    proptest! {
        #[test]
        fn frames_arrive_as_sent(frames in vec(frame(), 0..5)) {
            let mut b = Vec::new();
            for f in &frames {
                send(&mut b, f).unwrap();
            }
            let mut from = b.as_slice();
            for f in &frames {
                let got = receive(&mut from).unwrap().unwrap().0;
                prop_assert_eq!(&got, f);
            }
            prop_assert!(receive(&mut from).unwrap().is_none());
        }

        #[test]
        fn a_count_beyond_the_bound_is_refused(n in MAX_ITEMS as u32 + 1..MAX_ITEMS as u32 + 1000) {
            let mut b = vec![2];
            b.extend(n.to_le_bytes());
            b.resize(b.len() + n as usize + 2, 0);
            let mut frame = (b.len() as u32).to_le_bytes().to_vec();
            frame.extend(b);
            prop_assert!(receive(&mut frame.as_slice()).is_err());
        }

        #[test]
        fn nonsense_is_refused_without_panic(b in vec(any::<u8>(), 0..100)) {
            let mut with_length = (b.len() as u32).to_le_bytes().to_vec();
            with_length.extend(&b);
            let _ = receive(&mut with_length.as_slice());
            let _ = receive(&mut b.as_slice());
        }
    }
}
