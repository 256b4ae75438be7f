//! Invented cities for demonstrations, tests and benches: units with crooked shared edges, place names, planted defects, and
//! the truth about all of them.
//!
//! A sample is a function of its [`Options`] alone: the same options give the same bytes on every machine. No geometry and no
//! name of a real place is used; the codes (province 99) belong to no unit.
//!
//! Coordinates in the files are longitude, latitude in degrees (EPSG:4490, which is also taken for WGS 84), except
//! `places_gcj02.csv`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod arrangement;
mod gcj;
mod grid;
mod lattice;
mod names;
mod outline;
mod places;
mod plane;
mod plant;
mod rng;
mod truth;
mod write;

use geo_types::{Coord, MultiPolygon};

pub use arrangement::Level;
pub use places::{Fault, Place, PlaceFile};
pub use truth::Defect;
pub use write::write;

use arrangement::{Arc, Arrangement, BEYOND, Claims};
use lattice::{Lattice, OUTSIDE};
use plant::Planter;
use rng::Rng;

/// What a sample shall contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The seed; the same options give the same sample.
    pub seed: u64,
    /// Districts and counties.
    pub counties: usize,
    /// Streets, towns and townships.
    pub townships: usize,
    /// Place names, the planted ones included, the GCJ-02 batch not.
    pub places: usize,
    /// Vertices of all township outlines together, about.
    pub vertices: usize,
    /// Overlaps: of two units on their line, and of three around a node.
    pub overlaps: usize,
    /// Gaps: of each kind in turn.
    pub gaps: usize,
    /// Spills over a parent's line.
    pub spills: usize,
    /// Stretches of line digitised twice, each a chain of thin overlaps and gaps.
    pub slivers: usize,
    /// Names that claim one unit and lie well inside another.
    pub misplaced: usize,
    /// Names nearer to a line than their accuracy.
    pub uncertain: usize,
    /// Names of the separate batch in GCJ-02.
    pub gcj_batch: usize,
}

impl Options {
    /// The demonstration city: 6 districts, 60 townships, 8,000 names.
    pub fn demo(seed: u64) -> Self {
        Self {
            seed,
            counties: 6,
            townships: 60,
            places: 8000,
            vertices: 30_000,
            overlaps: 16,
            gaps: 24,
            spills: 8,
            slivers: 6,
            misplaced: 60,
            uncertain: 40,
            gcj_batch: 300,
        }
    }

    /// The same city without anything planted.
    pub fn clean(self) -> Self {
        Self {
            overlaps: 0,
            gaps: 0,
            spills: 0,
            slivers: 0,
            misplaced: 0,
            uncertain: 0,
            gcj_batch: 0,
            ..self
        }
    }
}

/// Why there is no sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// No unit of a level was asked for, or more groups than members, or more townships than codes.
    #[error("{found} {what} asked for, expected {expected}")]
    Impossible {
        /// What was asked for.
        what: &'static str,
        /// How many.
        found: usize,
        /// What would do.
        expected: String,
    },
    /// Defects are kept apart, and there is no room for another one.
    #[error(
        "no room for more {what} after {planted}: ask for fewer, or for more townships or vertices"
    )]
    NoRoom {
        /// What was being planted.
        what: &'static str,
        /// How many had been planted before.
        planted: usize,
    },
}

/// An administrative unit of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Code, 6 digits (9 for townships).
    pub code: String,
    /// Name with its generic term.
    pub name: String,
    /// Level.
    pub level: Level,
    /// Code of the unit one level up.
    pub parent: Option<String>,
    /// Area as the unit claims it, longitude and latitude in degrees.
    pub area: MultiPolygon<f64>,
}

/// A generated city.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What was asked for.
    pub options: Options,
    /// The city itself.
    pub city: Unit,
    /// Districts and counties.
    pub counties: Vec<Unit>,
    /// Streets, towns and townships.
    pub townships: Vec<Unit>,
    /// Place names of all files.
    pub places: Vec<Place>,
    /// The planted defects.
    pub defects: Vec<Defect>,
}

impl Sample {
    /// The units of a level.
    pub fn units(&self, level: Level) -> &[Unit] {
        match level {
            Level::City => std::slice::from_ref(&self.city),
            Level::County => &self.counties,
            Level::Township => &self.townships,
        }
    }
}

/// Makes the sample.
///
/// # Errors
/// [`SampleError`] when the numbers asked for make no city or leave no room for the defects.
pub fn generate(options: &Options) -> Result<Sample, SampleError> {
    check(options)?;
    // Streams of their own: a change of one number leaves the rest of the city in place.
    let (mut land, mut lines, mut defects, mut people) = (
        Rng::new(options.seed, 1),
        Rng::new(options.seed, 2),
        Rng::new(options.seed, 3),
        Rng::new(options.seed, 4),
    );
    let lattice = Lattice::grow(options.townships, &mut land);
    let group = lattice.gather(options.townships, options.counties);
    let edges = outline::edges(&lattice, options.vertices, &mut lines);
    let arr = arrange(edges, &group);
    let mut planter = Planter::new(arr, lattice.side / 2.0, &mut defects);
    plant_all(options, &mut planter)?;
    let (arr, grid, plants, taken) = planter.finish();

    let (counties, townships) = name_units(options, &lattice, &group);
    let areas = arr.units(Level::Township, options.townships);
    let places = places::draw(
        options,
        &lattice,
        &arr,
        &grid,
        &plants,
        &taken,
        &townships,
        &areas,
        &mut people,
    )?;
    let located = |units: Vec<Unit>, areas: Vec<MultiPolygon<f64>>| -> Vec<Unit> {
        units
            .into_iter()
            .zip(areas)
            .map(|(u, area)| Unit {
                area: in_degrees(&area),
                ..u
            })
            .collect()
    };
    let city = Unit {
        code: CITY_CODE.to_owned(),
        name: names::CITY.to_owned(),
        level: Level::City,
        parent: None,
        area: arr
            .units(Level::City, 1)
            .first()
            .map(in_degrees)
            .unwrap_or(MultiPolygon(Vec::new())),
    };
    let county_areas = arr.units(Level::County, options.counties);
    let mut sample = Sample {
        options: *options,
        city,
        counties: located(counties, county_areas),
        townships: located(townships, areas),
        places,
        defects: Vec::new(),
    };
    sample.defects = truth::defects(&arr, &plants, &sample);
    Ok(sample)
}

/// The invented city's code.
const CITY_CODE: &str = "990100";

fn check(o: &Options) -> Result<(), SampleError> {
    let within = |what, found: usize, low: usize, high: usize| {
        if (low..=high).contains(&found) {
            Ok(())
        } else {
            Err(SampleError::Impossible {
                what,
                found,
                expected: format!("{low} to {high}"),
            })
        }
    };
    within("townships", o.townships, 1, 100_000)?;
    within("counties", o.counties, 1, o.townships.min(99))
}

/// The clean arrangement: a face for each township, one beyond the city.
fn arrange(edges: Vec<outline::Edge>, group: &[u32]) -> Arrangement {
    let mut faces = vec![Claims::default()];
    faces.extend(group.iter().enumerate().map(|(t, &g)| Claims {
        city: true,
        county: vec![g],
        township: vec![t as u32],
    }));
    let face = |unit: u32| {
        if unit == OUTSIDE {
            BEYOND
        } else {
            unit as usize + 1
        }
    };
    let nodes = edges
        .iter()
        .map(|e| e.ends.0.max(e.ends.1))
        .max()
        .unwrap_or(0)
        + 1;
    let arcs = edges
        .into_iter()
        .map(|e| Arc {
            left: face(e.left),
            right: face(e.right),
            from: e.ends.0,
            to: e.ends.1,
            line: e.line,
        })
        .collect();
    Arrangement::new(arcs, faces, nodes)
}

fn plant_all(o: &Options, planter: &mut Planter<'_>) -> Result<(), SampleError> {
    use Level::{County, Township};
    // A third of the defects are the counties'; where a city has no such place, the townships take them.
    let levels = |k: usize| -> &'static [Level] {
        if k % 3 == 2 && o.counties > 1 {
            &[County, Township]
        } else {
            &[Township, County]
        }
    };
    let depth = |k: usize| [8.0, 20.0, 45.0, 110.0, 240.0][(k * 3 + k / 5) % 5];
    for k in 0..o.gaps {
        // One kind after the other; the large ones first, while there is room.
        let levels: &'static [Level] = if (k / 6) % 2 == 1 {
            &[County, Township]
        } else {
            &[Township, County]
        };
        match k % 6 {
            0 => planter.plant("corridors", levels, |p, level, size| {
                p.corridor(level, size * [25.0, 40.0, 70.0][k / 6 % 3])
            })?,
            1 => planter.plant("inlets", levels, |p, level, size| {
                p.short_of_parent(level, true, size * [20.0, 45.0, 90.0][k / 6 % 3])
            })?,
            2 => planter.plant("shortfalls", levels, |p, level, size| {
                p.short_of_parent(level, false, size * [900.0, 350.0, 600.0][k / 6 % 3])
            })?,
            3 => planter.plant("holes across a line", levels, |p, level, size| {
                p.beside_line(level, size * depth(k), true)
            })?,
            4 => planter.plant("holes in a unit", levels, |p, level, size| {
                p.inside_unit(level, size * depth(k))
            })?,
            _ => planter.plant("holes around a node", levels, |p, level, size| {
                p.around_node(level, size * depth(k).max(60.0), true)
            })?,
        }
    }
    for k in 0..o.overlaps {
        if k % 4 == 3 && o.townships > 3 {
            planter.plant("overlaps of three", levels(k), |p, level, size| {
                p.around_node(level, size * depth(k).max(60.0), false)
            })?;
        } else {
            planter.plant("overlaps", levels(k), |p, level, size| {
                p.beside_line(level, size * depth(k), false)
            })?;
        }
    }
    for k in 0..o.spills {
        planter.plant("spills", levels(k), |p, level, size| {
            p.spill(
                level,
                size * depth(k).max(20.0),
                k % 3 == 1 && level == Township && o.counties > 1,
            )
        })?;
    }
    for k in 0..o.slivers {
        planter.plant("slivers", levels(k), |p, level, size| {
            p.sliver(level, 2 + (size * (2 + k % 4) as f64) as usize)
        })?;
    }
    Ok(())
}

/// Codes and names of the counties and townships, without their areas.
fn name_units(o: &Options, lattice: &Lattice, group: &[u32]) -> (Vec<Unit>, Vec<Unit>) {
    let mut words = names::words(o.townships, &mut Rng::new(o.seed, 5)).into_iter();
    let mut sum = vec![(0.0, 0.0, 0.0f64); o.townships];
    for h in lattice.inner().filter(|&h| lattice.unit[h] != OUTSIDE) {
        let (c, s) = (lattice.centre(h), &mut sum[lattice.unit[h] as usize]);
        *s = (s.0 + c.x, s.1 + c.y, s.2 + 1.0);
    }
    let far: Vec<f64> = sum
        .iter()
        .map(|s| {
            plane::length(Coord {
                x: s.0 / s.2.max(1.0),
                y: s.1 / s.2.max(1.0),
            })
        })
        .collect();
    let mut by_far = far.clone();
    by_far.sort_by(f64::total_cmp);
    let ranked = |share: f64| by_far[((by_far.len() - 1) as f64 * share) as usize];
    let (streets, towns) = (ranked(0.45), ranked(0.85));
    // A county far out is a 县 (codes from 21), the others are districts (codes from 01).
    let mean_far = |g: usize| {
        let of: Vec<f64> = (0..o.townships)
            .filter(|&t| group[t] as usize == g)
            .map(|t| far[t])
            .collect();
        of.iter().sum::<f64>() / of.len().max(1) as f64
    };
    let furthest = (0..o.counties)
        .max_by(|&a, &b| mean_far(a).total_cmp(&mean_far(b)))
        .filter(|_| o.counties > 3);
    let (mut districts, mut rural) = (0, 20);
    let counties: Vec<Unit> = (0..o.counties)
        .map(|g| {
            let (number, kind) = if Some(g) == furthest {
                rural += 1;
                (rural, "县")
            } else {
                districts += 1;
                // 21 and on are counties; with very many districts the numbers run past them.
                (
                    if districts > 20 {
                        districts + 1
                    } else {
                        districts
                    },
                    "区",
                )
            };
            Unit {
                code: format!("9901{number:02}"),
                name: format!("{}{kind}", names::county(g)),
                level: Level::County,
                parent: Some(CITY_CODE.to_owned()),
                area: MultiPolygon(Vec::new()),
            }
        })
        .collect();
    // Digits 7-9: streets from 001, towns from 100, townships from 200; what does not fit goes on from 600.
    let mut next = vec![[1usize, 100, 200, 600]; o.counties];
    let townships = (0..o.townships)
        .map(|t| {
            let g = group[t] as usize;
            let (slot, kind, last) = if far[t] <= streets {
                (0, "街道", 99)
            } else if far[t] <= towns {
                (1, "镇", 199)
            } else {
                (2, "乡", 399)
            };
            let slot = if next[g][slot] > last { 3 } else { slot };
            let number = next[g][slot];
            next[g][slot] += 1;
            Unit {
                code: format!("{}{number:03}", counties[g].code),
                name: format!("{}{kind}", words.next().unwrap_or_default()),
                level: Level::Township,
                parent: Some(counties[g].code.clone()),
                area: MultiPolygon(Vec::new()),
            }
        })
        .collect();
    (counties, townships)
}

/// The area in longitude and latitude.
fn in_degrees(area: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    use geo::MapCoords as _;
    area.map_coords(plane::degrees)
}
