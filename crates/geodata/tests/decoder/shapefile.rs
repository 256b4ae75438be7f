//! Shapefiles of polygons, written by hand.

use std::{
    fs,
    path::{Path, PathBuf},
};

type Ring = Vec<(f64, f64)>;

/// A table of text fields with one ring, or nothing, per row.
pub struct Table {
    fields: Vec<(&'static str, u8)>,
    rows: Vec<(Vec<Vec<u8>>, Option<Ring>)>,
}

impl Table {
    /// No rows yet; fields by name and width.
    pub fn new(fields: &[(&'static str, u8)]) -> Self {
        Self {
            fields: fields.to_vec(),
            rows: Vec::new(),
        }
    }

    /// One more row.
    pub fn row(mut self, cells: &[&[u8]], ring: Option<&[(f64, f64)]>) -> Self {
        self.rows.push((
            cells.iter().map(|c| c.to_vec()).collect(),
            ring.map(<[_]>::to_vec),
        ));
        self
    }

    /// Writes `.shp`, `.shx` and `.dbf`; gives the path of the first.
    pub fn write(&self, dir: &Path, stem: &str) -> PathBuf {
        let path = dir.join(format!("{stem}.shp"));
        let (mut shp, mut shx) = (Vec::new(), Vec::new());
        for (i, (_, ring)) in self.rows.iter().enumerate() {
            let shape = ring
                .as_ref()
                .map_or_else(|| 0i32.to_le_bytes().to_vec(), |r| polygon(r));
            let words = (shape.len() / 2) as i32;
            shx.extend(((100 + shp.len()) as i32 / 2).to_be_bytes());
            shx.extend(words.to_be_bytes());
            shp.extend((i as i32 + 1).to_be_bytes());
            shp.extend(words.to_be_bytes());
            shp.extend(shape);
        }
        fs::write(&path, [header(shp.len()), shp].concat()).unwrap();
        fs::write(
            path.with_extension("shx"),
            [header(shx.len()), shx].concat(),
        )
        .unwrap();
        fs::write(path.with_extension("dbf"), self.dbf()).unwrap();
        path
    }

    fn dbf(&self) -> Vec<u8> {
        let width = 1 + self.fields.iter().map(|f| u16::from(f.1)).sum::<u16>();
        let mut b = vec![3, 126, 1, 1];
        b.extend((self.rows.len() as u32).to_le_bytes());
        b.extend((33 + 32 * self.fields.len() as u16).to_le_bytes());
        b.extend(width.to_le_bytes());
        b.resize(32, 0);
        for (name, width) in &self.fields {
            let mut f = name.as_bytes().to_vec();
            f.resize(11, 0);
            f.push(b'C');
            f.resize(16, 0);
            f.push(*width);
            f.resize(32, 0);
            b.extend(f);
        }
        b.push(0x0d);
        for (cells, _) in &self.rows {
            b.push(b' ');
            for (cell, (_, width)) in cells.iter().zip(&self.fields) {
                let mut c = cell.clone();
                c.resize(usize::from(*width), b' ');
                b.extend(c);
            }
        }
        b.push(0x1a);
        b
    }
}

fn header(body: usize) -> Vec<u8> {
    let mut b = 9994i32.to_be_bytes().to_vec();
    b.resize(24, 0);
    b.extend(((100 + body) as i32 / 2).to_be_bytes());
    b.extend(1000i32.to_le_bytes());
    b.extend(5i32.to_le_bytes());
    for v in [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0f64] {
        b.extend(v.to_le_bytes());
    }
    b
}

fn polygon(ring: &[(f64, f64)]) -> Vec<u8> {
    let mut b = 5i32.to_le_bytes().to_vec();
    for v in [0.0, 0.0, 1.0, 1.0f64] {
        b.extend(v.to_le_bytes());
    }
    b.extend(1i32.to_le_bytes());
    b.extend((ring.len() as i32).to_le_bytes());
    b.extend(0i32.to_le_bytes());
    for (x, y) in ring {
        b.extend(x.to_le_bytes());
        b.extend(y.to_le_bytes());
    }
    b
}
