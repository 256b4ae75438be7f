//! A finding as the API shows it.

use jieming_domain::lang::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{Bbox, Finding, Party, Timestamp};

/// A finding.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingView {
    /// Lasting id.
    pub id: String,
    /// Rule of the catalogue.
    #[schema(example = "coverage.gap.hole")]
    pub rule: String,
    /// Kind.
    #[schema(example = "gap")]
    pub kind: &'static str,
    /// Kind of gap.
    #[schema(required, example = "hole")]
    pub gap_kind: Option<&'static str>,
    /// Codes of the parties, in order; a unit without a code goes by its name.
    pub units: Vec<String>,
    /// Names of the parties, in the same order.
    pub unit_names: Vec<String>,
    /// Code of the unit above.
    #[schema(required)]
    pub parent: Option<String>,
    /// Level of the units.
    pub level: String,
    /// info, warning or error.
    pub severity: &'static str,
    /// new, open or gone.
    pub state: &'static str,
    /// Ellipsoidal area in m².
    #[schema(required)]
    pub area_m2: Option<f64>,
    /// Diameter of the largest inscribed circle in m.
    #[schema(required)]
    pub max_width_m: Option<f64>,
    /// Length in m.
    #[schema(required)]
    pub length_m: Option<f64>,
    /// The sentence, in the language asked for.
    pub message: String,
    /// West, south, east, north in degrees.
    #[schema(required, value_type = Option<Vec<f64>>)]
    pub bbox: Option<Bbox>,
    /// A point on or in it: longitude, latitude.
    #[schema(required, value_type = Option<Vec<f64>>)]
    pub point: Option<[f64; 2]>,
    /// When first seen, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// When last seen, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// The place concerned.
    #[schema(required)]
    pub place: Option<PlaceRef>,
}

/// A place by number and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlaceRef {
    /// Number.
    pub id: i64,
    /// Name.
    pub name: String,
}

impl FindingView {
    /// The finding with its sentence in a language.
    pub fn new(finding: &Finding, lang: Lang) -> Self {
        let body = &finding.body;
        Self {
            id: finding.id.clone(),
            rule: body.rule.clone().into_owned(),
            kind: body.kind.as_str(),
            gap_kind: body.gap_kind.map(|g| g.as_str()),
            units: codes(&body.units),
            unit_names: names(&body.units),
            parent: body.parent.clone(),
            level: body.level.as_ref().to_owned(),
            severity: body.severity.as_str(),
            state: finding.state.as_str(),
            area_m2: body.area_m2,
            max_width_m: body.max_width_m,
            length_m: body.length_m,
            message: body.message(lang),
            bbox: finding.bbox,
            point: body.point,
            first_seen: finding.first_seen.clone(),
            last_seen: finding.last_seen.clone(),
            place: body.place.clone().map(|(id, name)| PlaceRef { id, name }),
        }
    }
}

/// Codes of parties.
pub fn codes(parties: &[Party]) -> Vec<String> {
    parties.iter().map(|p| p.code.as_ref().to_owned()).collect()
}

/// Names of parties.
pub fn names(parties: &[Party]) -> Vec<String> {
    parties.iter().map(|p| p.name.as_ref().to_owned()).collect()
}
