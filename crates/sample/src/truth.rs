//! What an audit has to find: the planted defects with their polygons and areas.

use geo::GeodesicArea as _;
use geo_types::MultiPolygon;

use crate::arrangement::{Arrangement, Level};
use crate::plant::Plant;
use crate::{Sample, in_degrees};

/// A planted defect as `truth.json` states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Defect {
    /// Number within the sample, from 1.
    pub id: usize,
    /// What was done: `pocket`, `node`, `hole`, `shortfall`, `inlet`, `corridor`, `spill` or `sliver`.
    pub planted_as: &'static str,
    /// The level of the units among which it is a defect.
    pub level: Level,
    /// `overlap`, `gap` or `spill`.
    pub kind: &'static str,
    /// `hole`, `inlet`, `corridor` or `shortfall` for gaps.
    pub gap_kind: Option<&'static str>,
    /// Codes of the units that claim it (overlap), spill, or stand beside it (gap), sorted.
    pub units: Vec<String>,
    /// Code of the unit one level up.
    pub parent: Option<String>,
    /// Number of the defect of another level that this one follows from. Whether an audit of this level reports it too depends
    /// on whether it compares units of different parents; it must not be counted as wrong.
    pub consequence_of: Option<usize>,
    /// Ellipsoidal area (WGS 84, geodesic edges), square metres.
    pub area_m2: f64,
    /// Longitude and latitude, degrees.
    pub area: MultiPolygon<f64>,
}

/// The defects of an arrangement, in the order they were planted.
pub fn defects(arr: &Arrangement, plants: &[Plant], sample: &Sample) -> Vec<Defect> {
    let code = |level: Level, unit: u32| sample.units(level)[unit as usize].code.clone();
    plants
        .iter()
        .enumerate()
        .map(|(k, plant)| {
            let area = in_degrees(&arr.area_of(&plant.faces));
            let mut units: Vec<String> =
                plant.units.iter().map(|&u| code(plant.level, u)).collect();
            units.sort();
            let above = if plant.level == Level::County {
                Level::City
            } else {
                Level::County
            };
            Defect {
                id: k + 1,
                planted_as: plant.planted_as,
                level: plant.level,
                kind: plant.kind,
                gap_kind: plant.gap_kind,
                units,
                parent: plant.parent.map(|p| code(above, p)),
                consequence_of: plant.consequence_of.map(|k| k + 1),
                area_m2: (area.geodesic_area_unsigned() * 100.0).round() / 100.0,
                area,
            }
        })
        .collect()
}
