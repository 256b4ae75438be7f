//! Collections of tiles and their names.

use jieming_domain::unit::{ExtentKind, level_zh};
use jieming_tiles::tilejson::VectorLayer;

// One grammar of names for tiles and exports.
use crate::export::Collection as Named;

/// A collection of tiles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::api) enum Collection {
    /// Extents of one level and kind.
    Units {
        /// Level word; may be empty.
        level: String,
        /// Kind of extent.
        kind: ExtentKind,
    },
    /// Findings that are not gone.
    Findings,
    /// Places with a position.
    Places,
}

impl Collection {
    /// The collection of a name: `units`, `units-county`, `units-county@administered`, `findings`, `places`.
    pub(in crate::api) fn parse(name: &str) -> Option<Self> {
        Some(match Named::parse(name)? {
            Named::Findings => Self::Findings,
            Named::Places => Self::Places,
            Named::Units { level, kind } => Self::Units {
                level: level.unwrap_or_default(),
                kind,
            },
        })
    }

    /// Its name.
    pub(in crate::api) fn name(&self) -> String {
        let named = match self {
            Self::Findings => Named::Findings,
            Self::Places => Named::Places,
            Self::Units { level, kind } => Named::Units {
                level: Some(level.clone()).filter(|l| !l.is_empty()),
                kind: *kind,
            },
        };
        named.name()
    }

    /// Its address, percent-encoded, without extension.
    pub(in crate::api) fn path(&self) -> String {
        // Only what RFC 3986 leaves unreserved stays as it is.
        const KEEP: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'_')
            .remove(b'.')
            .remove(b'~');
        format!(
            "/tiles/{}",
            percent_encoding::utf8_percent_encode(&self.name(), KEEP)
        )
    }

    /// What it holds, for people.
    pub(in crate::api) fn description(&self) -> String {
        match self {
            Self::Findings => "发现 findings".to_owned(),
            Self::Places => "地名 places".to_owned(),
            Self::Units { level, kind } => {
                format!(
                    "行政区 units · {} {level} · {} {}",
                    level_zh(level),
                    kind.zh(),
                    kind.as_str()
                )
            }
        }
    }

    /// Its layers.
    pub(in crate::api) fn layers(&self) -> Vec<VectorLayer> {
        let layer = |id, description, fields: &[(&'static str, &'static str)]| VectorLayer {
            id,
            description,
            fields: fields.to_vec(),
        };
        match self {
            Self::Units { .. } => vec![
                layer(
                    "units",
                    "areas of units",
                    &[
                        ("code", "code, text"),
                        ("name", "name"),
                        ("level", "level"),
                        ("kind", "legal or administered"),
                        ("parent_code", "code of the unit above; absent when unknown"),
                    ],
                ),
                layer(
                    "labels",
                    "one point per unit, for its name",
                    &[("code", "code, text"), ("name", "name")],
                ),
            ],
            Self::Findings => {
                let fields = [
                    ("id", "lasting id"),
                    ("kind", "kind"),
                    ("gap_kind", "kind of gap; absent for others"),
                    ("severity", "info, warning or error"),
                    ("state", "new or open"),
                    ("rule", "rule of the catalogue"),
                    ("level", "level of the units"),
                    ("units", "codes of the parties, separated by commas"),
                    ("area_m2", "area in m²; absent without an area"),
                ];
                vec![
                    layer("findings", "areas of findings", &fields),
                    layer(
                        "finding_points",
                        "a point on each finding; the gravest where they crowd",
                        &fields,
                    ),
                ]
            }
            Self::Places => vec![layer(
                "places",
                "place names; a share of them where they crowd, those with findings first",
                &[
                    ("id", "number"),
                    ("name", "name"),
                    ("category", "category; absent when unknown"),
                    ("finding", "worst severity; absent without findings"),
                ],
            )],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for name in [
            "units",
            "units-county",
            "units-county@administered",
            "units@administered",
            "findings",
            "places",
        ] {
            assert_eq!(Collection::parse(name).unwrap().name(), name);
        }
        assert_eq!(
            Collection::parse("units-乡镇 a/b").unwrap().path(),
            "/tiles/units-%E4%B9%A1%E9%95%87%20a%2Fb"
        );
        for name in ["", "unit", "units-", "unitscounty", "finding", "places-x"] {
            assert_eq!(Collection::parse(name), None, "{name}");
        }
    }
}
