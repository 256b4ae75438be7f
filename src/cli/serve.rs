//! `jieming serve` and `jieming demo`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jieming_domain::actor::Actor;
use jieming_domain::finding::Kind;
use jieming_domain::lang::Lang;
use jieming_geodata::crs::ParameterSet;
use jieming_sample as sample;

use super::output::fail;
use super::{Exit, Shown, run_text};
use crate::api::{self, AppState, Settings};
use crate::audit::run_database;
use crate::config;
use crate::ingest::{DataFolder, ImportContext, ImportOptions, Reading, Unwatched, import};
use crate::jobs::AuditJob;
use crate::store::{FindingFilter, GroupSort, PageRequest, Store, SubmissionAs};

/// Where the map is served unless said otherwise.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// Ports tried after a taken one.
const MORE_PORTS: u16 = 20;
/// Seed of the demonstration city: everybody sees the same one.
const DEMO_SEED: u64 = 1;

/// What serving needs.
pub struct Service {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Folder of the bytes received.
    pub data: DataFolder,
    /// Folder for uploads on their way.
    pub upload_folder: std::path::PathBuf,
    /// How files are read.
    pub reading: Reading,
    /// Settings.
    pub file: config::File,
    /// Language of what is said here.
    pub lang: Lang,
}

/// Serves until the process is told to stop.
pub async fn serve(service: Service, listen: Option<SocketAddr>) -> Exit {
    let lang = service.lang;
    let wanted = listen.or(service.file.listen).unwrap_or(LISTEN);
    let listener = match api::bind(wanted, MORE_PORTS).await {
        Ok(listener) => listener,
        Err(e) => return fail(&e.to_string()),
    };
    let settings = settings(&service.file, service.upload_folder);
    if let Err(e) = std::fs::create_dir_all(&settings.upload_folder) {
        return fail(&format!("{}: {e}", settings.upload_folder.display()));
    }
    let audit = AuditJob::of_database(service.store.clone());
    // What was taken in while nobody served, or before a run was cut.
    if matches!(service.store.newest_dirty().await, Ok(Some(_))) {
        audit.request();
    }
    let context = ImportContext {
        store: service.store,
        data: service.data,
        reading: service.reading,
        progress: Arc::new(Unwatched),
    };
    let address = match listener.local_addr() {
        Ok(address) => address,
        Err(e) => return fail(&e.to_string()),
    };
    if address.port() != wanted.port() && wanted.port() != 0 {
        println!(
            "{}",
            lang.of(
                format!("端口 {} 已被占用，改用 {}", wanted.port(), address.port()),
                format!("port {} is taken, using {}", wanted.port(), address.port()),
            )
        );
    }
    println!(
        "{}",
        lang.of(
            format!("地图：http://{address}/"),
            format!("map: http://{address}/")
        )
    );
    match api::serve(AppState::new(context, audit, settings), listener).await {
        Ok(()) => Exit::Done,
        Err(e) => fail(&e.to_string()),
    }
}

fn settings(file: &config::File, upload_folder: std::path::PathBuf) -> Settings {
    let usual = Settings::usual(upload_folder);
    Settings {
        basemap: file.basemap.clone(),
        attribution: file.attribution.clone(),
        upload_bytes: file.upload_bytes.unwrap_or(usual.upload_bytes),
        request_time: file
            .request_seconds
            .map_or(usual.request_time, Duration::from_secs),
        upload_time: file
            .upload_seconds
            .map_or(usual.upload_time, Duration::from_secs),
        tile_bytes: file.tile_bytes.unwrap_or(usual.tile_bytes),
        ..usual
    }
}

/// Fills a new demonstration database: an invented city with planted defects, taken in and audited as any delivery.
/// Taking in the same files again changes nothing, so a demo that was cut while filling completes itself.
pub async fn fill_demo(
    store: Arc<dyn Store>,
    data: DataFolder,
    registry: Vec<ParameterSet>,
    folder: &Path,
    lang: Lang,
) -> Exit {
    let inputs = folder.join("inputs");
    if !inputs.join("README.txt").is_file() {
        println!(
            "{}",
            lang.of(
                "生成演示城市（虚构）……",
                "making the demonstration city (invented) …"
            )
        );
        let made = sample::generate(&sample::Options::demo(DEMO_SEED))
            .map_err(|e| e.to_string())
            .and_then(|s| sample::write(&s, &inputs).map_err(|e| e.to_string()));
        if let Err(e) = made {
            return fail(&e);
        }
    }
    let reading = match Reading::with_this_program(registry) {
        Ok(reading) => reading,
        Err(e) => return fail(&e.to_string()),
    };
    let actor = Actor::service("demo");
    let units = |level: &str| {
        let mut o = ImportOptions::new(SubmissionAs::Units);
        o.file.level = Some(level.to_owned());
        o.file.crs = Some("EPSG:4490".to_owned());
        o
    };
    let places = |crs: &str| {
        let mut o = ImportOptions::new(SubmissionAs::Places);
        o.file.crs = Some(crs.to_owned());
        o
    };
    for (name, options) in [
        ("city.geojson", units("city")),
        ("counties.geojson", units("county")),
        ("townships.geojson", units("township")),
        ("places.csv", places("EPSG:4490")),
        ("places.geojson", places("EPSG:4490")),
        // Handed in as the phone's map gave them, by a sender who did not know: 600 m off.
        ("places_gcj02.csv", places("EPSG:4490")),
    ] {
        let path = inputs.join(name);
        let context = ImportContext {
            store: store.clone(),
            data: data.clone(),
            reading: reading.clone(),
            progress: Arc::new(Shown::new(name, lang)),
        };
        match import(&context, &actor, &path, name, &options).await {
            Ok(done) if done.submission.error.is_none() => {
                let r = done.submission.rows;
                println!(
                    "  {name}: {}",
                    lang.of(
                        format!(
                            "读取 {}，接受 {}，有提示 {}，退回 {}",
                            r.read, r.accepted, r.with_findings, r.rejected
                        ),
                        format!(
                            "{} read, {} accepted, {} with findings, {} rejected",
                            r.read, r.accepted, r.with_findings, r.rejected
                        ),
                    )
                );
            }
            Ok(done) => {
                let (_, zh, en) = done.submission.error.unwrap_or_default();
                return fail(&lang.of(zh, en));
            }
            Err(e) => return fail(&e.to_string()),
        }
    }
    match run_database(store, &actor, |_| {}).await {
        Ok(run) => {
            println!("{}", run_text(&run, lang));
            Exit::Done
        }
        Err(e) => fail(&e.to_string()),
    }
}

/// Counts of open findings by kind, and the pairs with most area, in words.
pub async fn print_summary(store: &dyn Store, lang: Lang) {
    let groups = store
        .finding_groups(
            &FindingFilter::default(),
            GroupSort::default(),
            PageRequest {
                after: None,
                limit: 5,
            },
        )
        .await;
    let overview = store.overview().await;
    let (Ok(groups), Ok(overview)) = (groups, overview) else {
        return;
    };
    println!(
        "{}",
        lang.of(
            format!(
                "行政区 {}，地名 {}，未消除的发现 {}",
                overview.units, overview.places, overview.findings_open
            ),
            format!(
                "{} units, {} places, {} open findings",
                overview.units, overview.places, overview.findings_open
            ),
        )
    );
    for kind in Kind::ALL {
        let filter = FindingFilter {
            kinds: vec![*kind],
            ..FindingFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: 1,
        };
        if let Ok(found) = store
            .findings(&filter, crate::store::FindingSort::default(), page, false)
            .await
            && found.matched > 0
        {
            println!(
                "  {:<10} {}",
                lang.of(kind.zh(), kind.as_str()),
                found.matched
            );
        }
    }
    for g in groups.items {
        let names: Vec<&str> = g.units.iter().map(|u| &*u.name).collect();
        let area = jieming_domain::message::area(g.area_m2);
        println!("    {}: {} × {area}", names.join(" | "), g.count);
    }
}
