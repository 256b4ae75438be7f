//! How a file is to be read.

use jieming_domain::fields::Profile;
use jieming_domain::position::Writing;
use jieming_domain::unit::ExtentKind;
use serde_json::{Value as Json, json};

use super::Correction;
use crate::store::SubmissionAs;

/// What the caller says about a file. Everything not said is found out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileOptions {
    /// Layer, sheet or archive member.
    pub layer: Option<String>,
    /// Level of all units.
    pub level: Option<String>,
    /// Column with the level of each unit.
    pub level_field: Option<String>,
    /// Column with the code: then that is the code, whatever it holds.
    pub code_field: Option<String>,
    /// Column with the name.
    pub name_field: Option<String>,
    /// Column with the code of the unit above (units) or of the unit a place claims (places).
    pub parent_field: Option<String>,
    /// Field of the registration form → column.
    pub map: Vec<(String, String)>,
    /// Which rules.
    pub profile: Option<Profile>,
    /// Coordinate reference system: `EPSG:n`, `GCJ-02`, `BD-09`, a registered name, WKT.
    pub crs: Option<String>,
    /// Text encoding.
    pub encoding: Option<String>,
    /// Cells to be read otherwise than the file has them.
    pub corrections: Vec<Correction>,
    /// How angles are written in the columns of places; `None`: told by the columns.
    pub angles: Option<Writing>,
}

/// How a file is to be taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportOptions {
    /// As what.
    pub kind: SubmissionAs,
    /// Kind of the extents.
    pub extent_kind: ExtentKind,
    /// What they legally hold from, `YYYY-MM-DD`.
    pub valid_from: Option<String>,
    /// SHA-256 of an earlier submission that this one corrects: what was taken from that one and is not in this one goes.
    pub corrects: Option<String>,
    /// How to read it.
    pub file: FileOptions,
}

impl ImportOptions {
    /// Units or places, nothing else said.
    pub fn new(kind: SubmissionAs) -> Self {
        Self {
            kind,
            extent_kind: ExtentKind::Legal,
            valid_from: None,
            corrects: None,
            file: FileOptions::default(),
        }
    }

    /// Every option that changes the outcome, in a fixed order: part of the identity of a submission.
    pub fn fingerprint(&self) -> Json {
        let f = &self.file;
        let mut map = f.map.clone();
        map.sort();
        let map: Vec<String> = map
            .into_iter()
            .map(|(field, column)| format!("{field}={column}"))
            .collect();
        let mut out = json!({
            "layer": f.layer, "level": f.level, "level_field": f.level_field, "code_field": f.code_field,
            "name_field": f.name_field, "parent_field": f.parent_field, "map": map,
            "profile": f.profile.map(Profile::as_str), "crs": f.crs, "encoding": f.encoding,
            "kind": match self.kind { SubmissionAs::Units => Some(self.extent_kind.as_str()), SubmissionAs::Places => None },
            "valid_from": self.valid_from,
        });
        // Submissions of before there were these are still known by their options.
        if let Json::Object(map) = &mut out {
            if !f.corrections.is_empty() {
                let mut all = f.corrections.clone();
                all.sort();
                map.insert("corrections".into(), json!(all));
            }
            if let Some(corrects) = &self.corrects {
                map.insert("corrects".into(), json!(corrects));
            }
            if let Some(writing) = f.angles {
                map.insert("angles".into(), json!(writing.as_str()));
            }
        }
        out
    }
}
