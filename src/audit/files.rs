//! The audit of files, without a database. Ids are deterministic and do not depend on the order of the input.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use geo_types::{Geometry, MultiPolygon};
use jieming_domain::finding::{Kind, Severity};
use jieming_domain::severity::thresholds;
use jieming_domain::unit::{ExtentKind, level_rank};
use jieming_geodata::crs::Plane;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::coverage::{self, Wanted};
use super::places::{Ground, JudgedPlace};
use super::subject::{Subject, SubjectUnit};
use super::{places, registry};
use crate::ingest::{
    FileOptions, Progress, Reading, Refused, UnitRecord, UnitsFile, read_places, read_units,
};
use crate::store::{FindingBody, Party, RowFinding, RowResult, RowState};

/// From which size overlaps, gaps and spills are reported. Raising a minimum only hides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minima {
    /// Least area in m²; `None`: of the severity table.
    pub area_m2: Option<f64>,
    /// Least greatest width in m; `None`: of the severity table.
    pub width_m: Option<f64>,
}

impl Minima {
    /// Whether a finding is large enough. Findings without size always are.
    pub fn let_pass(&self, f: &FindingBody) -> bool {
        let (Some(table), Some(area), Some(width)) =
            (thresholds(f.kind, &f.level), f.area_m2, f.max_width_m)
        else {
            return true;
        };
        area >= self.area_m2.unwrap_or(table.min_area_m2)
            && width >= self.width_m.unwrap_or(table.min_width_m)
    }
}

/// What is audited, and how.
#[derive(Debug, Clone)]
pub struct FileAuditOptions {
    /// Files of units; together one delivery.
    pub files: Vec<PathBuf>,
    /// How they are read.
    pub file: FileOptions,
    /// File with the parents' areas, and how its columns are called.
    pub parents: Option<(PathBuf, FileOptions)>,
    /// File with ground that need not be covered.
    pub exclusions: Option<(PathBuf, FileOptions)>,
    /// File with places.
    pub places: Option<(PathBuf, FileOptions)>,
    /// From which size.
    pub minima: Minima,
    /// See [`jieming_coverage::Options::gap_width`].
    pub gap_width_m: f64,
    /// Name the stretches of outlines that cause each finding.
    pub edges: bool,
    /// Give the units' areas back, for figures.
    pub keep_areas: bool,
}

/// A finding of a file audit.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFinding {
    /// Derived from rule, parties and place.
    pub id: String,
    /// What it says.
    pub body: FindingBody,
}

/// The outcome of a file audit.
#[derive(Debug, Clone)]
pub struct FileAudit {
    /// Findings of the audit, ordered by level, kind, size.
    pub findings: Vec<FileFinding>,
    /// Findings of reading: file and rows, with the file they are about.
    pub reading: Vec<(PathBuf, RowFinding)>,
    /// Areas of the units in EPSG:4490 degrees, when [`FileAuditOptions::keep_areas`] asks for them.
    pub areas: Vec<(Party, MultiPolygon<f64>)>,
    /// Units audited.
    pub units: usize,
    /// Vertices audited.
    pub vertices: usize,
    /// Time taken.
    pub took: Duration,
}

/// Audits files.
///
/// # Errors
/// [`Refused`] when a file cannot be read, or its coordinate system cannot be decided.
pub fn audit_files(
    options: &FileAuditOptions,
    reading: &Reading,
    progress: &dyn Progress,
) -> Result<FileAudit, Refused> {
    let begun = Instant::now();
    let mut remarks = Vec::new();
    let mut files = Vec::new();
    let mut read = |path: &PathBuf, how: &FileOptions| -> Result<UnitsFile, Refused> {
        let file = read_units(path, how, reading, progress)?;
        remarks.extend(file.findings.iter().map(|f| (path.clone(), f.clone())));
        Ok(file)
    };
    for path in &options.files {
        files.push(read(path, &options.file)?);
    }
    let parents = options
        .parents
        .as_ref()
        .map(|(path, how)| read(path, how))
        .transpose()?;
    let exclusions = options
        .exclusions
        .as_ref()
        .map(|(path, how)| read(path, how))
        .transpose()?;

    // One plane for all, that of the survey if they share it, else degrees.
    let all: Vec<&UnitsFile> = files.iter().chain(&parents).chain(&exclusions).collect();
    let plane = match all.first() {
        Some(first) if all.iter().all(|f| f.plane == first.plane) => first.plane.clone(),
        _ => Plane::storage(),
    };
    let mixed = all.iter().any(|f| f.plane != plane);
    let mut bodies: Vec<FindingBody> = files.iter().flat_map(unreadable).collect();
    let mut grounds: Vec<Ground> = Vec::new();
    let mut areas: Vec<(Party, MultiPolygon<f64>)> = Vec::new();
    let mut levels: BTreeMap<(usize, String), Vec<SubjectUnit>> = BTreeMap::new();
    let mut at: FxHashMap<(String, String), usize> = FxHashMap::default();
    let several = files.len() > 1;
    for file in files {
        let accuracy_m = (file.accuracy_m > 0.0).then_some(file.accuracy_m);
        for mut unit in file.units {
            let party = || Party {
                unit_id: None,
                code: key(&unit.code, &unit.name).into(),
                name: unit.name.as_str().into(),
            };
            if options.keep_areas {
                areas.push((party(), unit.storage.clone()));
            }
            if options.places.is_some() {
                grounds.push(Ground {
                    party: party(),
                    level: unit.level.clone(),
                    parent: unit.parent_code.clone(),
                    area: unit.storage.clone(),
                });
            }
            let level = std::mem::take(&mut unit.level);
            let subject = SubjectUnit {
                unit_id: None,
                extent_id: None,
                code: std::mem::take(&mut unit.code).into(),
                name: std::mem::take(&mut unit.name).into(),
                other_names: std::mem::take(&mut unit.other_names),
                parent: unit.parent_code.take(),
                area: unit.into_area(!mixed),
                accuracy_m,
            };
            let known = several.then(|| (level.clone(), subject.key().as_ref().to_owned()));
            let list = levels.entry((level_rank(&level), level)).or_default();
            // One code in two files is one unit, too.
            match known.as_ref().and_then(|k| at.get(k)) {
                Some(&i) => list[i].area.0.extend(subject.area.0),
                None => {
                    if let Some(k) = known {
                        at.insert(k, list.len());
                    }
                    list.push(subject);
                }
            }
        }
    }
    let mut parents: Vec<SubjectUnit> = parents
        .into_iter()
        .flat_map(|file| file.units)
        .map(|u| bounding(u, !mixed))
        .collect();
    let mut exclusions: Vec<MultiPolygon<f64>> = exclusions
        .into_iter()
        .flat_map(|file| file.units)
        .map(|u| u.into_area(!mixed))
        .collect();

    let (mut units, mut vertices) = (0, 0);
    let mut left = levels.len();
    let mut before: Option<(usize, Vec<SubjectUnit>)> = None;
    for ((rank, level), list) in levels {
        left -= 1;
        // The last level needs no copy.
        let mut for_all = (
            std::mem::take(&mut parents),
            std::mem::take(&mut exclusions),
        );
        if left > 0 {
            (parents, exclusions) = for_all.clone();
        }
        // Without a file of parents, a level above in the same file serves, where units name theirs or codes tell it.
        if let Some((_, above)) = before.filter(|(r, _)| for_all.0.is_empty() && rank > *r) {
            for_all.0 = named_above(&list, above);
        }
        units += list.len();
        let subject = Subject::new(
            level,
            ExtentKind::Legal,
            plane.clone(),
            mixed,
            list,
            for_all.0,
            for_all.1,
        );
        let wanted = if options.edges {
            Wanted::FindingsWithEdges
        } else {
            Wanted::Findings
        };
        let examined = coverage::examine(&subject, options.gap_width_m, wanted);
        vertices += examined.vertices;
        bodies.extend(examined.findings);
        bodies.extend(registry::examine(&subject));
        before = Some((rank, subject.units));
    }
    if let Some((path, how)) = &options.places {
        let mut judged = Vec::new();
        let summary = read_places(path, how, reading, progress, &mut |batch| {
            judged.extend(batch.places.into_iter().filter_map(|p| {
                Some(JudgedPlace {
                    id: p.row as i64,
                    name: p.name,
                    position: p.position?,
                    accuracy_m: p.accuracy_m,
                    claims: p.unit?,
                })
            }));
            remarks.extend(batch.findings.into_iter().map(|f| (path.clone(), f)));
            Ok(())
        })?;
        remarks.extend(summary.findings.into_iter().map(|f| (path.clone(), f)));
        bodies.extend(places::examine(&judged, &grounds, ExtentKind::Legal));
    }
    bodies.retain(|b| options.minima.let_pass(b));
    Ok(FileAudit {
        findings: identified(bodies),
        reading: remarks,
        areas,
        units,
        vertices,
        took: begun.elapsed(),
    })
}

/// Code, or the name of a unit without code.
fn key(code: &str, name: &str) -> String {
    if code.is_empty() { name } else { code }.to_owned()
}

/// Rows whose geometry could not be used at all: the unit is missing from the audit, and the list says so.
fn unreadable(file: &UnitsFile) -> Vec<FindingBody> {
    let rejected: BTreeMap<u64, &RowResult> = file
        .results
        .iter()
        .filter(|r| r.state == RowState::Rejected)
        .map(|r| (r.row, r))
        .collect();
    file.findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .filter_map(|f| {
            let row = rejected.get(&f.row?)?;
            let unit = key(&row.code, &row.name);
            Some(FindingBody {
                rule: f.rule.clone().into(),
                kind: Kind::Invalid,
                gap_kind: None,
                level: "".into(),
                extent_kind: ExtentKind::Legal,
                units: vec![Party {
                    unit_id: None,
                    code: unit.into(),
                    name: row.name.as_str().into(),
                }],
                parent: None,
                severity: f.severity,
                area_m2: None,
                max_width_m: None,
                length_m: None,
                geometry: None,
                point: None,
                place: None,
                params: f.params.clone(),
                edges: Vec::new(),
            })
        })
        .collect()
}

fn bounding(mut unit: UnitRecord, in_plane: bool) -> SubjectUnit {
    SubjectUnit {
        unit_id: None,
        extent_id: None,
        code: std::mem::take(&mut unit.code).into(),
        name: std::mem::take(&mut unit.name).into(),
        other_names: Vec::new(),
        parent: None,
        area: unit.into_area(in_plane),
        accuracy_m: None,
    }
}

/// The units of the level above that are a parent of at least one of these.
fn named_above(units: &[SubjectUnit], mut above: Vec<SubjectUnit>) -> Vec<SubjectUnit> {
    let wanted: std::collections::BTreeSet<String> = units
        .iter()
        .filter_map(|u| {
            u.parent
                .clone()
                .or_else(|| jieming_domain::unit::parent_by_code(&u.code))
        })
        .collect();
    above.retain(|a| wanted.contains(&*a.code) || wanted.contains(&*a.name));
    above
}

/// Orders findings and names them: a digest of rule, parties and geometry; equal ones are numbered.
fn identified(mut bodies: Vec<FindingBody>) -> Vec<FileFinding> {
    // Few numbers to compare, and the findings themselves are moved once.
    let mut levels: Vec<(usize, &str)> = Vec::new();
    for b in &bodies {
        let level = (level_rank(&b.level), &*b.level);
        if levels.last() != Some(&level) && !levels.contains(&level) {
            levels.push(level);
        }
    }
    levels.sort_unstable();
    let key = |b: &FindingBody| {
        let level = levels.iter().position(|l| *l.1 == *b.level).unwrap_or(0);
        let area = b.area_m2.filter(|a| *a > 0.0).unwrap_or(0.0);
        // The bits of positive numbers sort as the numbers do; the largest area goes first.
        (level as u32, b.kind, b.gap_kind, !area.to_bits())
    };
    let mut order: Vec<_> = (0..bodies.len())
        .map(|i| (key(&bodies[i]), i as u32))
        .collect();
    let rest = |i: u32| {
        let b = &bodies[i as usize];
        let codes: Vec<&str> = b.units.iter().map(|u| &*u.code).collect();
        (codes, b.point.map(|p| p.map(f64::to_bits)))
    };
    order.par_sort_unstable_by(|(a, i), (b, j)| {
        a.cmp(b)
            .then_with(|| rest(*i).cmp(&rest(*j)))
            .then(i.cmp(j))
    });
    let mut wanted: Vec<u32> = order.into_iter().map(|(_, i)| i).collect();
    // Cycle by cycle, so that the findings are in memory once.
    for i in 0..wanted.len() {
        let mut at = i;
        while wanted[at] as usize != i {
            let from = std::mem::replace(&mut wanted[at], at as u32) as usize;
            bodies.swap(at, from);
            at = from;
        }
        wanted[at] = at as u32;
    }
    let digests: Vec<u64> = bodies.par_iter().map(digest).collect();
    let mut order: Vec<(u64, u32)> = digests.iter().copied().zip(0..).collect();
    order.par_sort_unstable();
    let mut times: FxHashMap<u32, usize> = FxHashMap::default();
    for same in order.chunk_by(|a, b| a.0 == b.0).filter(|s| s.len() > 1) {
        times.extend(
            same.iter()
                .enumerate()
                .skip(1)
                .map(|(k, (_, i))| (*i, k + 1)),
        );
    }
    bodies
        .into_par_iter()
        .zip(digests)
        .enumerate()
        .map(|(i, (body, digest))| FileFinding {
            id: match times.get(&(i as u32)) {
                None => format!("{digest:016x}"),
                Some(n) => format!("{digest:016x}-{n}"),
            },
            body,
        })
        .collect()
}

fn digest(body: &FindingBody) -> u64 {
    let mut h = Sha256::new();
    let mut feed = |s: &str| {
        h.update(s.as_bytes());
        h.update([0]);
    };
    feed(&body.rule);
    feed(&body.level);
    let mut units: Vec<&str> = body.units.iter().map(|u| &*u.code).collect();
    units.sort_unstable();
    units.iter().for_each(|u| feed(u));
    feed(body.parent.as_deref().unwrap_or(""));
    feed(body.place.as_ref().map_or("", |p| p.1.as_str()));
    let mut points: Vec<[i64; 2]> = match &body.geometry {
        Some(Geometry::Polygon(p)) => std::iter::once(p.exterior())
            .chain(p.interiors())
            .flat_map(|r| &r.0)
            .map(|c| [(c.x * 1e9).round() as i64, (c.y * 1e9).round() as i64])
            .collect(),
        _ => body
            .point
            .iter()
            .map(|p| p.map(|v| (v * 1e9).round() as i64))
            .collect(),
    };
    // A ring's start and direction say nothing.
    points.sort_unstable();
    points.dedup();
    for [x, y] in points {
        h.update(x.to_le_bytes());
        h.update(y.to_le_bytes());
    }
    let hash = h.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}

impl FileAudit {
    /// The gravest severity found, of the audit and of reading.
    pub fn gravest(&self) -> Option<Severity> {
        let audit = self.findings.iter().map(|f| f.body.severity);
        audit
            .chain(self.reading.iter().map(|(_, f)| f.severity))
            .max()
    }

    /// How many findings of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.findings.iter().filter(|f| f.body.kind == kind).count()
    }
}
