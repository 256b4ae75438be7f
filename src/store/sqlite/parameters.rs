//! Datum parameter sets as JSON.

use jieming_geodata::crs::{CommonPoint, Method};
use serde_json::{Value as Json, json};

use crate::store::{ParameterSet, Result, StoreError};

pub(super) fn out(set: &ParameterSet) -> Json {
    let method = match &set.method {
        Method::Helmert3 { shift } => json!({"kind": "helmert3", "shift": shift}),
        Method::Helmert7 {
            shift,
            rotation,
            ppm,
            position_vector,
        } => json!({
            "kind": "helmert7", "shift": shift, "rotation": rotation, "ppm": ppm, "position_vector": position_vector,
        }),
        Method::Plane4 {
            shift,
            rotation,
            scale,
            target,
        } => json!({
            "kind": "plane4", "shift": shift, "rotation": rotation, "scale": scale, "target": target,
        }),
        Method::Wkt(text) => json!({"kind": "wkt", "text": text}),
    };
    let points: Vec<Json> = set
        .common_points
        .iter()
        .map(|p| json!([p.source.0, p.source.1, p.target.0, p.target.1]))
        .collect();
    json!({
        "source": set.source, "method": method, "area": set.area, "accuracy_m": set.accuracy_m, "common_points": points,
    })
}

pub(super) fn read(name: String, json: &Json) -> Result<ParameterSet> {
    set(name, json).ok_or_else(|| StoreError::Corrupt {
        what: "parameter_sets.definition",
        reason: "a part is missing".to_owned(),
    })
}

fn numbers<const N: usize>(json: &Json) -> Option<[f64; N]> {
    let list: Option<Vec<f64>> = json.as_array()?.iter().map(Json::as_f64).collect();
    list?.try_into().ok()
}

fn set(name: String, json: &Json) -> Option<ParameterSet> {
    let m = &json["method"];
    let method = match m["kind"].as_str()? {
        "helmert3" => Method::Helmert3 {
            shift: numbers(&m["shift"])?,
        },
        "helmert7" => Method::Helmert7 {
            shift: numbers(&m["shift"])?,
            rotation: numbers(&m["rotation"])?,
            ppm: m["ppm"].as_f64()?,
            position_vector: m["position_vector"].as_bool()?,
        },
        "plane4" => Method::Plane4 {
            shift: numbers(&m["shift"])?,
            rotation: m["rotation"].as_f64()?,
            scale: m["scale"].as_f64()?,
            target: u32::try_from(m["target"].as_u64()?).ok()?,
        },
        "wkt" => Method::Wkt(m["text"].as_str()?.to_owned()),
        _ => return None,
    };
    let point = |p: &Json| {
        let [x, y, lon, lat] = numbers(p)?;
        Some(CommonPoint {
            source: (x, y),
            target: (lon, lat),
        })
    };
    Some(ParameterSet {
        name,
        source: json["source"].as_str()?.to_owned(),
        method,
        area: numbers(&json["area"])?,
        accuracy_m: json["accuracy_m"].as_f64()?,
        common_points: json["common_points"]
            .as_array()?
            .iter()
            .map(point)
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_comes_back() {
        let methods = [
            Method::Helmert3 {
                shift: [-15.4, 0.1, 1e-9],
            },
            Method::Helmert7 {
                shift: [1.0, 2.0, 3.0],
                rotation: [0.1, 0.2, 0.3],
                ppm: -0.5,
                position_vector: true,
            },
            Method::Plane4 {
                shift: [1.0, -2.0],
                rotation: 3.5,
                scale: 1.000_001,
                target: 4547,
            },
            Method::Wkt("LOCAL_CS[\"x\"]".to_owned()),
        ];
        for method in methods {
            let set = ParameterSet {
                name: "武汉54".to_owned(),
                source: "EPSG:2437".to_owned(),
                method,
                area: [113.0, 29.0, 116.0, 32.0],
                accuracy_m: 0.5,
                common_points: vec![CommonPoint {
                    source: (1.0, 2.0),
                    target: (114.0, 30.0),
                }],
            };
            let text = out(&set).to_string();
            let back = read(set.name.clone(), &serde_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(back, set);
        }
        assert!(read("x".into(), &json!({"method": {"kind": "magic"}})).is_err());
    }
}
