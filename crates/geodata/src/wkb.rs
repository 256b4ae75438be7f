//! Well-known binary (OGC 06-103r4), two-dimensional, little-endian when written; both byte orders, EWKB and ISO
//! Z/M flags when read (Z and M are dropped).

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

/// Nested collections deeper than this are refused: nothing real nests so.
const MAX_DEPTH: usize = 32;

/// Why bytes are no WKB.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WkbError {
    /// The bytes stop too early.
    #[error("the geometry stops at byte {0}")]
    Short(usize),
    /// A geometry type that is not read.
    #[error("geometry type {0} is not read")]
    Type(u32),
    /// Collections within collections without end.
    #[error("collections are nested deeper than {MAX_DEPTH}")]
    Depth,
}

/// Writes a geometry as WKB.
pub fn write(geometry: &Geometry<f64>) -> Vec<u8> {
    let mut out = Vec::new();
    put(geometry, &mut out);
    out
}

fn head(kind: u32, out: &mut Vec<u8>) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

fn count(n: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
}

fn coord(c: &Coord<f64>, out: &mut Vec<u8>) {
    out.extend_from_slice(&c.x.to_le_bytes());
    out.extend_from_slice(&c.y.to_le_bytes());
}

fn coords(line: &LineString<f64>, out: &mut Vec<u8>) {
    count(line.0.len(), out);
    out.reserve(line.0.len() * 16);
    line.0.iter().for_each(|c| coord(c, out));
}

fn put_polygon(p: &Polygon<f64>, out: &mut Vec<u8>) {
    head(3, out);
    if p.exterior().0.is_empty() && p.interiors().is_empty() {
        count(0, out);
        return;
    }
    count(1 + p.interiors().len(), out);
    coords(p.exterior(), out);
    p.interiors().iter().for_each(|r| coords(r, out));
}

fn put(geometry: &Geometry<f64>, out: &mut Vec<u8>) {
    match geometry {
        Geometry::Point(p) => {
            head(1, out);
            coord(&p.0, out);
        }
        Geometry::Line(l) => {
            head(2, out);
            count(2, out);
            coord(&l.start, out);
            coord(&l.end, out);
        }
        Geometry::LineString(l) => {
            head(2, out);
            coords(l, out);
        }
        Geometry::Polygon(p) => put_polygon(p, out),
        Geometry::Rect(r) => put_polygon(&r.to_polygon(), out),
        Geometry::Triangle(t) => put_polygon(&t.to_polygon(), out),
        Geometry::MultiPoint(m) => {
            head(4, out);
            count(m.0.len(), out);
            for p in &m.0 {
                head(1, out);
                coord(&p.0, out);
            }
        }
        Geometry::MultiLineString(m) => {
            head(5, out);
            count(m.0.len(), out);
            for l in &m.0 {
                head(2, out);
                coords(l, out);
            }
        }
        Geometry::MultiPolygon(m) => {
            head(6, out);
            count(m.0.len(), out);
            m.0.iter().for_each(|p| put_polygon(p, out));
        }
        Geometry::GeometryCollection(c) => {
            head(7, out);
            count(c.0.len(), out);
            c.0.iter().for_each(|g| put(g, out));
        }
    }
}

/// Reads a geometry. Surfaces of triangles or patches become multi-polygons; an empty point becomes an empty
/// multi-point. Bytes after the geometry are ignored.
pub fn read(bytes: &[u8]) -> Result<Geometry<f64>, WkbError> {
    Reader { bytes, at: 0 }.geometry(0)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Byte order and dimensions of the geometry being read.
#[derive(Clone, Copy)]
struct Shape {
    little: bool,
    extra: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WkbError> {
        let end = self.at + N;
        let part = self
            .bytes
            .get(self.at..end)
            .ok_or(WkbError::Short(self.bytes.len()))?;
        self.at = end;
        part.try_into().map_err(|_| WkbError::Short(self.at))
    }

    fn u32(&mut self, little: bool) -> Result<u32, WkbError> {
        let b = self.take::<4>()?;
        Ok(if little {
            u32::from_le_bytes(b)
        } else {
            u32::from_be_bytes(b)
        })
    }

    fn f64(&mut self, little: bool) -> Result<f64, WkbError> {
        let b = self.take::<8>()?;
        Ok(if little {
            f64::from_le_bytes(b)
        } else {
            f64::from_be_bytes(b)
        })
    }

    fn head(&mut self) -> Result<(u32, Shape), WkbError> {
        let little = self.take::<1>()?[0] != 0;
        let mut kind = self.u32(little)?;
        let mut extra = 0;
        if kind & 0x8000_0000 != 0 {
            extra += 1;
        }
        if kind & 0x4000_0000 != 0 {
            extra += 1;
        }
        if kind & 0x2000_0000 != 0 {
            self.u32(little)?;
        }
        kind &= 0x1fff_ffff;
        extra += match kind / 1000 {
            1 | 2 => 1,
            3 => 2,
            _ => 0,
        };
        Ok((kind % 1000, Shape { little, extra }))
    }

    /// A count, believed only as far as the remaining bytes could hold that many items of `size` bytes.
    fn count(&mut self, s: Shape, size: usize) -> Result<usize, WkbError> {
        let n = self.u32(s.little)? as usize;
        if n > (self.bytes.len() - self.at) / size {
            Err(WkbError::Short(self.bytes.len()))
        } else {
            Ok(n)
        }
    }

    fn coord(&mut self, s: Shape) -> Result<Coord<f64>, WkbError> {
        let c = Coord {
            x: self.f64(s.little)?,
            y: self.f64(s.little)?,
        };
        for _ in 0..s.extra {
            self.take::<8>()?;
        }
        Ok(c)
    }

    fn line(&mut self, s: Shape) -> Result<LineString<f64>, WkbError> {
        let n = self.count(s, 16 + 8 * s.extra)?;
        (0..n)
            .map(|_| self.coord(s))
            .collect::<Result<Vec<_>, _>>()
            .map(LineString)
    }

    fn polygon(&mut self, s: Shape) -> Result<Polygon<f64>, WkbError> {
        let n = self.count(s, 4)?;
        let mut rings = (0..n)
            .map(|_| self.line(s))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn members<T>(
        &mut self,
        s: Shape,
        depth: usize,
        pick: impl Fn(Geometry<f64>) -> Option<T>,
    ) -> Result<Vec<T>, WkbError> {
        let n = self.count(s, 5)?;
        let mut all = Vec::with_capacity(n);
        for _ in 0..n {
            let kind = self.bytes.get(self.at + 1).copied().unwrap_or(0);
            all.push(pick(self.geometry(depth + 1)?).ok_or(WkbError::Type(u32::from(kind)))?);
        }
        Ok(all)
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry<f64>, WkbError> {
        if depth > MAX_DEPTH {
            return Err(WkbError::Depth);
        }
        let (kind, s) = self.head()?;
        Ok(match kind {
            1 => {
                let c = self.coord(s)?;
                if c.x.is_nan() && c.y.is_nan() {
                    MultiPoint(Vec::new()).into()
                } else {
                    Point(c).into()
                }
            }
            2 => self.line(s)?.into(),
            3 | 17 => self.polygon(s)?.into(),
            4 => {
                let parts = self.members(s, depth, |g| match g {
                    Geometry::Point(p) => Some(Some(p)),
                    Geometry::MultiPoint(_) => Some(None),
                    _ => None,
                })?;
                MultiPoint(parts.into_iter().flatten().collect()).into()
            }
            5 => MultiLineString(self.members(s, depth, |g| g.try_into().ok())?).into(),
            6 | 15 | 16 => MultiPolygon(self.members(s, depth, |g| g.try_into().ok())?).into(),
            7 => Geometry::GeometryCollection(GeometryCollection(self.members(s, depth, Some)?)),
            other => return Err(WkbError::Type(other)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::any_geometry;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(g in any_geometry()) {
            prop_assert_eq!(read(&write(&g)).unwrap(), g);
        }

        #[test]
        fn any_bytes_are_refused_or_read_but_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn cut_bytes_are_refused(g in any_geometry(), cut in 0.0..1.0f64) {
            let whole = write(&g);
            let n = (whole.len() as f64 * cut) as usize;
            prop_assert!(read(&whole[..n]).is_err());
        }
    }

    #[test]
    fn z_and_m_are_dropped_in_both_spellings() {
        for kind in [0xc000_0001u32, 3001] {
            let mut b = vec![1];
            b.extend(kind.to_le_bytes());
            for v in [114.3, 30.6, 23.0, 7.0f64] {
                b.extend(v.to_le_bytes());
            }
            assert_eq!(read(&b).unwrap(), Point::new(114.3, 30.6).into());
        }
    }

    #[test]
    fn a_lying_count_allocates_nothing() {
        let mut b = vec![1];
        b.extend(2u32.to_le_bytes());
        b.extend(u32::MAX.to_le_bytes());
        assert_eq!(read(&b), Err(WkbError::Short(9)));
    }
}
