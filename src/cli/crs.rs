//! `jieming crs`: registered datum parameters.

use std::path::Path;

use jieming_domain::actor::Actor;
use jieming_domain::lang::Lang;
use jieming_geodata::crs::{CommonPoint, Method, ParameterSet};

use super::Exit;
use super::args::CrsCommand;
use super::output::fail;
use crate::store::{Store, StoreError};

/// Adds, lists or removes parameter sets.
pub async fn crs(command: &CrsCommand, store: &dyn Store, actor: &Actor, lang: Lang) -> Exit {
    let done = match command {
        CrsCommand::Add {
            name,
            source,
            method,
            area,
            accuracy,
            points,
        } => {
            add(
                store,
                actor,
                lang,
                name,
                source,
                method,
                area,
                *accuracy,
                points.as_deref(),
            )
            .await
        }
        CrsCommand::List => list(store, lang).await,
        CrsCommand::Remove { name } => match store.remove_parameter_set(actor, name).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(lang.of(
                format!("没有名为“{name}”的参数"),
                format!("there is no parameter set {name:?}"),
            )),
            Err(e) => Err(e.to_string()),
        },
    };
    match done {
        Ok(()) => Exit::Done,
        Err(e) => fail(&e),
    }
}

#[expect(clippy::too_many_arguments, reason = "the words of one command line")]
async fn add(
    store: &dyn Store,
    actor: &Actor,
    lang: Lang,
    name: &str,
    source: &str,
    method: &str,
    area: &[f64; 4],
    accuracy_m: f64,
    points: Option<&Path>,
) -> Result<(), String> {
    let method: Method = method
        .parse()
        .map_err(|e: jieming_geodata::crs::MethodError| e.to_string())?;
    let common_points = points.map(read_points).transpose()?.unwrap_or_default();
    let set = ParameterSet {
        name: name.to_owned(),
        source: source.to_owned(),
        method,
        area: *area,
        accuracy_m,
        common_points,
    };
    let residuals = set
        .residuals()
        .map_err(|e| lang.of(e.message.zh, e.message.en))?;
    store
        .add_parameter_set(actor, set)
        .await
        .map_err(|e| match e {
            StoreError::Exists(name) => lang.of(
                format!("“{name}”已登记；先用 crs remove 删除"),
                format!("{name:?} is registered; remove it first with crs remove"),
            ),
            e => e.to_string(),
        })?;
    if residuals.metres.is_empty() {
        println!(
            "{}",
            lang.of(
                "已登记；没有公共点，未检验",
                "registered; no common points, so not verified"
            )
        );
    } else {
        println!(
            "{}",
            lang.of(
                format!(
                    "已登记；{} 个公共点，中误差 {:.3} m，最大 {:.3} m",
                    residuals.metres.len(),
                    residuals.rms_m,
                    residuals.max_m
                ),
                format!(
                    "registered; {} common points, RMS {:.3} m, greatest {:.3} m",
                    residuals.metres.len(),
                    residuals.rms_m,
                    residuals.max_m
                ),
            )
        );
    }
    Ok(())
}

/// Lines `x,y,lon,lat`: east and north in the source system, longitude and latitude in EPSG:4490. Others are refused.
fn read_points(path: &Path) -> Result<Vec<CommonPoint>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut points = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let numbers: Vec<f64> = line
            .split(',')
            .filter_map(|v| v.trim().parse().ok())
            .collect();
        match numbers[..] {
            [x, y, lon, lat] => points.push(CommonPoint {
                source: (x, y),
                target: (lon, lat),
            }),
            // A heading is no point.
            _ if i == 0 && numbers.is_empty() => {}
            _ => {
                return Err(format!(
                    "{} line {}: {line:?}, expected x,y,lon,lat",
                    path.display(),
                    i + 1
                ));
            }
        }
    }
    Ok(points)
}

async fn list(store: &dyn Store, lang: Lang) -> Result<(), String> {
    let sets = store.parameter_sets().await.map_err(|e| e.to_string())?;
    if sets.is_empty() {
        println!(
            "{}",
            lang.of("没有登记的参数", "no parameter sets are registered")
        );
    }
    for s in sets {
        let [w, south, e, n] = s.area;
        println!(
            "{}\t{}\t{}\t{w},{south},{e},{n}\t±{} m",
            s.name, s.source, s.method, s.accuracy_m
        );
    }
    Ok(())
}
