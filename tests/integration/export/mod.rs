//! Collections out, and in again by the project's own importer.

mod places;
mod program;
mod refusals;
mod tables;
mod units;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use geo::orient::{Direction, Orient as _};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use jieming::export::{Asked, Done, ExportError, Request, export};
use jieming::store::Store;
use jieming_domain::lang::Lang;

pub fn asked<'a>(collection: &'a str, format: &'a str, crs: Option<&'a str>) -> Asked<'a> {
    Asked {
        collection,
        format,
        crs,
        kind: None,
        lang: Lang::Zh,
    }
}

/// Exports into a folder.
pub async fn out(
    store: &dyn Store,
    folder: &Path,
    asked: &Asked<'_>,
) -> Result<(PathBuf, Done), ExportError> {
    let request = Request::new(store, asked).await?;
    let path = folder.join(request.file_name());
    let done = export(store, &request, &path).await?;
    Ok((path, done))
}

/// Names and bytes of the members of a zip.
pub fn members(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut all = BTreeMap::new();
    for i in 0..zip.len() {
        let mut member = zip.by_index(i).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        all.insert(name, bytes);
    }
    all
}

/// The same areas in one order: outer rings one way, each from its least vertex, parts sorted.
pub fn normal(area: &MultiPolygon<f64>) -> Vec<Vec<Vec<Coord<f64>>>> {
    let ring = |r: &LineString<f64>| {
        let mut c = r.0.clone();
        c.pop();
        let key = |c: &Coord<f64>| ((c.x * 1e6).round(), (c.y * 1e6).round());
        let at = (0..c.len())
            .min_by(|&a, &b| key(&c[a]).partial_cmp(&key(&c[b])).unwrap())
            .unwrap();
        c.rotate_left(at);
        c
    };
    let part = |p: &Polygon<f64>| {
        let p = p.orient(Direction::Default);
        let mut rings = vec![ring(p.exterior())];
        rings.extend(p.interiors().iter().map(ring));
        rings
    };
    let mut parts: Vec<_> = area.iter().map(part).collect();
    parts.sort_by(|a, b| a[0][0].x.total_cmp(&b[0][0].x));
    parts
}

/// The greatest difference of two areas in the same order of vertices.
pub fn difference(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> f64 {
    let (a, b) = (normal(a), normal(b));
    let shape = |x: &Vec<Vec<Vec<Coord<f64>>>>| {
        x.iter()
            .map(|p| p.iter().map(Vec::len).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(&a), shape(&b));
    let flat = |x: Vec<Vec<Vec<Coord<f64>>>>| x.into_iter().flatten().flatten();
    flat(a)
        .zip(flat(b))
        .map(|(a, b)| (a.x - b.x).abs().max((a.y - b.y).abs()))
        .fold(0.0, f64::max)
}
