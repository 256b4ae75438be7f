//! Place names: most lie well inside the unit they claim; some are planted where they contradict it.

use std::collections::HashMap;

use geo_types::{Coord, MultiPolygon};

use crate::arrangement::{Arrangement, Level};
use crate::grid::Grid;
use crate::lattice::{Lattice, OUTSIDE};
use crate::names;
use crate::plane::{distance, left_normal, lerp};
use crate::plant::{Circle, Plant, contains};
use crate::rng::Rng;
use crate::{Options, SampleError, Unit};

/// The file a name stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceFile {
    /// `places.csv`, the census form's columns.
    Form,
    /// `places.geojson`, pinyin initials of the national export.
    GeoJson,
    /// `places_gcj02.csv`, positions in GCJ-02 without saying so.
    Gcj02,
}

/// What is wrong with a name's position, by plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Claims one unit and lies well inside another.
    Outside,
    /// Lies nearer to its unit's line than its accuracy, on either side of it.
    Uncertain,
    /// Lies where nobody claims the ground.
    InGap,
    /// Lies where two units claim the ground (not wrong in itself: affected by the overlap).
    InOverlap,
}

impl Fault {
    /// The word used in `truth.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Outside => "outside",
            Self::Uncertain => "uncertain",
            Self::InGap => "in_gap",
            Self::InOverlap => "in_overlap",
        }
    }
}

/// A place name.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// 地名代码: 6 + 3 digits of the claimed unit, category, serial.
    pub code: String,
    /// 标准名称.
    pub name: String,
    /// 罗马字母拼写, with tones.
    pub spelling: String,
    /// 地名类别, five digits.
    pub category: &'static str,
    /// True position, metres in the invented plane.
    pub at: Coord<f64>,
    /// Index of the township it claims.
    pub claims: usize,
    /// Index of a township it truly lies in.
    pub lies_in: Option<usize>,
    /// Distance to the nearest line, metres, where that matters.
    pub to_line: Option<f64>,
    /// What is wrong, by plan.
    pub fault: Fault,
    /// Whether it was measured in the field (实地测量) or taken from a map (图解测量, about 25 m).
    pub measured: bool,
    /// Where it is written.
    pub file: PlaceFile,
}

/// Names keep this far from every line, metres, unless planted near one: more than the accuracy of a 1:50,000 map.
const WELL_INSIDE: f64 = 60.0;
/// Accuracy of a position taken from a 1:50,000 map, metres.
const MAP_ACCURACY: f64 = 25.0;

struct Scene<'a> {
    lattice: &'a Lattice,
    members: Vec<Vec<usize>>,
    areas: &'a [MultiPolygon<f64>],
    grid: &'a Grid,
    core: f64,
}

impl Scene<'_> {
    /// A point inside a township, at least `margin` metres from every line.
    fn point_in(&self, unit: usize, margin: f64, rng: &mut Rng) -> Option<Coord<f64>> {
        (0..200).find_map(|_| {
            let c = self.lattice.centre(*rng.pick(&self.members[unit]));
            let s = self.lattice.side;
            let p = Coord {
                x: c.x + rng.range(-s, s),
                y: c.y + rng.range(-s, s),
            };
            (!self.grid.within(p, margin) && contains(&self.areas[unit], p)).then_some(p)
        })
    }
}

/// Draws all names. `taken` are circles around planted defects.
#[allow(clippy::too_many_arguments)]
pub fn draw(
    options: &Options,
    lattice: &Lattice,
    arr: &Arrangement,
    grid: &Grid,
    plants: &[Plant],
    taken: &[Circle],
    townships: &[Unit],
    areas: &[MultiPolygon<f64>],
    rng: &mut Rng,
) -> Result<Vec<Place>, SampleError> {
    let mut members = vec![Vec::new(); townships.len()];
    for h in lattice.inner().filter(|&h| lattice.unit[h] != OUTSIDE) {
        members[lattice.unit[h] as usize].push(h);
    }
    let reach = members.iter().map(|m| m.len()).sum::<usize>() as f64;
    let scene = Scene {
        lattice,
        members,
        areas,
        grid,
        core: 0.45 * lattice.side * (reach * 0.827).sqrt(),
    };
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); townships.len()];
    for a in &arr.arcs {
        let (l, r) = (
            arr.faces[a.left].of(Level::Township),
            arr.faces[a.right].of(Level::Township),
        );
        if let ([l], [r]) = (l, r)
            && l != r
        {
            near[*l as usize].push(*r as usize);
            near[*r as usize].push(*l as usize);
        }
    }
    let mut spots: Vec<Spot> = Vec::new();
    misplaced(options.misplaced, &scene, &near, rng, &mut spots)?;
    uncertain(options.uncertain, &scene, arr, taken, rng, &mut spots)?;
    affected(arr, plants, grid, rng, &mut spots);
    spots.truncate(options.places.max(options.misplaced));
    let planted = spots.len();
    let normal = options.places.saturating_sub(planted) + options.gcj_batch;
    for _ in 0..normal {
        let spot = (0..100).find_map(|_| {
            let unit = rng.below(townships.len());
            Some((scene.point_in(unit, WELL_INSIDE, rng)?, unit))
        });
        let (p, unit) = spot.ok_or(SampleError::NoRoom {
            what: "place names",
            planted: spots.len(),
        })?;
        spots.push((p, unit, Some(unit), None, Fault::None));
    }
    // The GCJ-02 batch comes from the last; the rest is shuffled so that faults stand anywhere in the files.
    let tail = spots.split_off(spots.len() - options.gcj_batch.min(normal));
    rng.shuffle(&mut spots);
    let in_geojson = spots.len() / 20;
    let first_geojson = spots.len() - in_geojson;
    let regular = spots.len();
    let mut serials: HashMap<(usize, &str), usize> = HashMap::new();
    Ok(spots
        .into_iter()
        .chain(tail)
        .enumerate()
        .map(|(k, (at, claims, lies_in, to_line, fault))| {
            let town = at.x * at.x + at.y * at.y < scene.core * scene.core;
            let names::Named {
                name,
                spelling,
                category,
            } = names::place(rng, town);
            let serial = serials.entry((claims, category)).or_insert(0);
            *serial += 1;
            let file = if k >= regular {
                PlaceFile::Gcj02
            } else if k >= first_geojson {
                PlaceFile::GeoJson
            } else {
                PlaceFile::Form
            };
            // What is uncertain must have been taken from a map.
            let measured = fault != Fault::Uncertain && rng.unit() < 0.3;
            Place {
                code: format!("{}{category}{serial:06}", townships[claims].code),
                name,
                spelling,
                category,
                at,
                claims,
                lies_in,
                to_line,
                fault,
                measured,
                file,
            }
        })
        .collect())
}

/// Where, the unit claimed, the unit it lies in, the distance to the line, what is wrong.
type Spot = (Coord<f64>, usize, Option<usize>, Option<f64>, Fault);

fn misplaced(
    count: usize,
    scene: &Scene<'_>,
    near: &[Vec<usize>],
    rng: &mut Rng,
    spots: &mut Vec<Spot>,
) -> Result<(), SampleError> {
    if count > 0 && scene.areas.len() < 2 {
        return Err(SampleError::NoRoom {
            what: "misplaced names",
            planted: 0,
        });
    }
    for k in 0..count {
        let spot = (0..200).find_map(|_| {
            let (lies, far) = (rng.below(scene.areas.len()), rng.unit() < 0.2);
            let claims = if far || near[lies].is_empty() {
                rng.below(scene.areas.len())
            } else {
                *rng.pick(&near[lies])
            };
            if claims == lies {
                return None;
            }
            Some((
                scene.point_in(lies, 200.0, rng)?,
                claims,
                Some(lies),
                None,
                Fault::Outside,
            ))
        });
        spots.push(spot.ok_or(SampleError::NoRoom {
            what: "misplaced names",
            planted: k,
        })?);
    }
    Ok(())
}

fn uncertain(
    count: usize,
    scene: &Scene<'_>,
    arr: &Arrangement,
    taken: &[Circle],
    rng: &mut Rng,
    spots: &mut Vec<Spot>,
) -> Result<(), SampleError> {
    for k in 0..count {
        let spot = (0..3000).find_map(|_| {
            let a = rng.pick(&arr.arcs);
            let ([l], [r]) = (
                arr.faces[a.left].of(Level::Township),
                arr.faces[a.right].of(Level::Township),
            ) else {
                return None;
            };
            let s = rng.below(a.line.len() - 1);
            let (p, q) = (a.line[s], a.line[s + 1]);
            let (n, on) = (left_normal(p, q), lerp(p, q, rng.range(0.2, 0.8)));
            let off = rng.range(3.0, 0.6 * MAP_ACCURACY);
            let left = rng.unit() < 0.5;
            let by = if left { off } else { -off };
            let at = Coord {
                x: on.x + n.x * by,
                y: on.y + n.y * by,
            };
            let lies = if left { *l } else { *r } as usize;
            let claims = if rng.unit() < 0.5 { *l } else { *r } as usize;
            let to_line = scene.grid.nearest(at, MAP_ACCURACY);
            let free = taken
                .iter()
                .all(|&(c, radius)| distance(c, at) > radius + 2.0 * MAP_ACCURACY);
            (l != r && free && to_line > 2.0 && contains(&scene.areas[lies], at)).then_some((
                at,
                claims,
                Some(lies),
                Some(to_line),
                Fault::Uncertain,
            ))
        });
        spots.push(spot.ok_or(SampleError::NoRoom {
            what: "uncertain names",
            planted: k,
        })?);
    }
    Ok(())
}

/// A name or two in each defect that is large enough to say for certain that the name lies in it.
fn affected(
    arr: &Arrangement,
    plants: &[Plant],
    grid: &Grid,
    rng: &mut Rng,
    spots: &mut Vec<Spot>,
) {
    for plant in plants
        .iter()
        .filter(|p| p.level == Level::Township && (p.kind == "gap" || p.kind == "overlap"))
    {
        let area = arr.area_of(&plant.faces);
        let Some(ring) = area.0.first().map(|p| p.exterior().0.clone()) else {
            continue;
        };
        let (mut low, mut high) = (ring[0], ring[0]);
        for p in &ring {
            low = Coord {
                x: low.x.min(p.x),
                y: low.y.min(p.y),
            };
            high = Coord {
                x: high.x.max(p.x),
                y: high.y.max(p.y),
            };
        }
        for _ in 0..2 {
            let found = (0..60).find_map(|_| {
                let p = Coord {
                    x: rng.range(low.x, high.x),
                    y: rng.range(low.y, high.y),
                };
                (!grid.within(p, MAP_ACCURACY + 5.0) && contains(&area, p)).then_some(p)
            });
            let (Some(p), Some(&unit)) = (found, plant.units.first()) else {
                continue;
            };
            let unit = unit as usize;
            spots.push(if plant.kind == "gap" {
                (p, unit, None, None, Fault::InGap)
            } else {
                (p, unit, Some(unit), None, Fault::InOverlap)
            });
        }
    }
}
