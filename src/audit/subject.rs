//! What one run of the engine looks at: the units of one level and kind, in one plane.

use std::sync::Arc;

use geo_types::MultiPolygon;
use jieming_coverage::{Coverage, Grid, Metric, Options, Unit};
use jieming_domain::unit::{ExtentKind, parent_by_code};
use jieming_geodata::crs::Plane;
use rustc_hash::FxHashMap;

use crate::store::Party;

/// A unit on its way through the audit.
#[derive(Debug, Clone)]
pub(super) struct SubjectUnit {
    pub unit_id: Option<i64>,
    /// The version of its extent, of the database.
    pub extent_id: Option<i64>,
    pub code: Arc<str>,
    pub name: Arc<str>,
    /// Further names under the same code.
    pub other_names: Vec<String>,
    /// Code (or name) of the unit above, as the data say it.
    pub parent: Option<String>,
    pub area: MultiPolygon<f64>,
    pub accuracy_m: Option<f64>,
}

impl SubjectUnit {
    /// Code, or the name of a unit without code: what the unit is known by.
    pub fn key(&self) -> &Arc<str> {
        if self.code.is_empty() {
            &self.name
        } else {
            &self.code
        }
    }

    /// What to call it in a sentence.
    pub fn label(&self) -> String {
        self.party().label().to_owned()
    }

    /// As a party to a finding.
    pub fn party(&self) -> Party {
        Party {
            unit_id: self.unit_id,
            code: self.key().clone(),
            name: self.name.clone(),
        }
    }
}

/// One coverage with its parents, ready for the engine.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub level: Arc<str>,
    pub kind: ExtentKind,
    /// The plane of all areas.
    pub plane: Plane,
    /// The units were surveyed in different planes, so straight lines differ a little between them.
    pub mixed_planes: bool,
    /// Ordered by key, so that the outcome does not depend on the order of the input.
    pub units: Vec<SubjectUnit>,
    pub parents: Vec<SubjectUnit>,
    pub exclusions: Vec<MultiPolygon<f64>>,
    /// For each unit its parent among [`Self::parents`].
    pub parent_of: Vec<Option<usize>>,
}

impl Subject {
    /// Puts units in order and finds each one's parent: the one it names (by code or name), else the one its code
    /// tells, else the only one there is.
    pub fn new(
        level: String,
        kind: ExtentKind,
        plane: Plane,
        mixed_planes: bool,
        mut units: Vec<SubjectUnit>,
        mut parents: Vec<SubjectUnit>,
        exclusions: Vec<MultiPolygon<f64>>,
    ) -> Subject {
        let order = |a: &SubjectUnit, b: &SubjectUnit| (a.key(), &a.name).cmp(&(b.key(), &b.name));
        units.sort_by(order);
        parents.sort_by(order);
        let mut at: FxHashMap<&str, usize> = FxHashMap::default();
        for (i, p) in parents.iter().enumerate() {
            at.entry(&**p.key()).or_insert(i);
        }
        for (i, p) in parents.iter().enumerate() {
            if !p.name.is_empty() {
                at.entry(&p.name).or_insert(i);
            }
        }
        let parent_of = units
            .iter()
            .map(|u| match &u.parent {
                Some(named) => at.get(named.as_str()).copied(),
                None => parent_by_code(&u.code)
                    .and_then(|c| at.get(c.as_str()).copied())
                    .or((parents.len() == 1).then_some(0)),
            })
            .collect();
        Subject {
            level: level.into(),
            kind,
            plane,
            mixed_planes,
            units,
            parents,
            exclusions,
            parent_of,
        }
    }

    /// What the engine checks.
    pub fn coverage(&self) -> Coverage<'_> {
        let units = self.units.iter().zip(&self.parent_of);
        Coverage {
            units: units
                .map(|(u, &parent)| Unit {
                    area: &u.area,
                    parent,
                })
                .collect(),
            parents: self.parents.iter().map(|p| &p.area).collect(),
            exclusions: self.exclusions.iter().collect(),
        }
    }

    /// How the engine checks it. `gap_width_m` as in [`Options::gap_width`], `causes` as in [`Options::causes`].
    pub fn options(&self, gap_width_m: f64, causes: bool) -> Options {
        let geographic = self.plane.is_geographic();
        Options {
            grid: if geographic {
                Grid::DEGREES
            } else {
                Grid::METRES
            },
            metric: if geographic {
                Metric::GRS80_DEGREES
            } else {
                Metric::Metres
            },
            gap_width: gap_width_m,
            causes,
        }
    }

    /// How far a straight line may differ between two planes for the longest edge of the units given, in metres:
    /// the sagitta of the arc that is straight in the other plane, L²·tan φ / 8R (10 cm for 3 km at Wuhan).
    pub fn plane_deviation_m(&self, units: &[usize], latitude: f64) -> f64 {
        if !self.mixed_planes {
            return 0.0;
        }
        let longest = units
            .iter()
            .flat_map(|&u| &self.units[u].area.0)
            .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
            .flat_map(|r| r.0.windows(2))
            .map(|w| jieming_domain::ellipsoid::distance_m((w[0].x, w[0].y), (w[1].x, w[1].y)))
            .fold(0.0, f64::max);
        longest * longest * latitude.to_radians().tan().abs()
            / (8.0 * jieming_domain::ellipsoid::SEMI_MAJOR)
    }
}
