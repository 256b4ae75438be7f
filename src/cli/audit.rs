//! `jieming audit`.

use std::io::Write;
use std::sync::Arc;

use geo::CoordsIter as _;
use jieming_domain::actor::Actor;
use jieming_domain::finding::{Kind, Severity};
use jieming_domain::lang::Lang;
use jieming_domain::{message, rules};
use jieming_reports::{Effort, Finding, Format, Report, Scope};
use rayon::prelude::*;

use super::output::{fail, file_name, write_file, write_stdout};
use super::report::by_name;
use super::{AuditArgs, Exit, Shown};
use crate::audit::{FileAudit, FileAuditOptions, Minima, audit_files, run_database};
use crate::ingest::{FileOptions, Reading, Refused};
use crate::reports::finding;
use crate::store::{FindingFilter, FindingSort, PageRequest, Run, Store};

/// Findings loaded from the database at a time.
const PAGE: usize = 50_000;
/// Remarks on rows shown in the summary.
const REMARKS: usize = 12;

/// Audits files, prints or writes the outcome.
pub async fn audit_of_files(
    args: &AuditArgs,
    reading: Reading,
    made_at: String,
    lang: Lang,
) -> Exit {
    let name = args
        .files
        .iter()
        .map(|p| file_name(p))
        .collect::<Vec<_>>()
        .join(", ");
    let options = options(args);
    let progress = Arc::new(Shown::new(&name, lang));
    let watched = progress.clone();
    let done =
        tokio::task::spawn_blocking(move || audit_files(&options, &reading, &*watched)).await;
    drop(progress);
    let audit = match done {
        Ok(Ok(audit)) => audit,
        Ok(Err(refused)) => return fail(&refused_text(&refused, lang)),
        Err(e) => return fail(&e.to_string()),
    };
    let gravest = audit.gravest();
    remarks(&audit, lang);
    let report = Report {
        lang,
        scope: Scope::Audit { subject: name },
        level: None,
        made_at,
        crs_note: "CGCS2000 (EPSG:4490)".to_owned(),
        sources: args.files.iter().map(|p| p.display().to_string()).collect(),
        parties: audit
            .areas
            .into_iter()
            .map(|(p, geometry)| jieming_reports::Party {
                code: p.code.as_ref().to_owned(),
                name: p.name.as_ref().to_owned(),
                geometry,
            })
            .collect(),
        findings: audit
            .findings
            .into_par_iter()
            .map(|f| finding(f.id, f.body, None, lang))
            .collect(),
        lines: Vec::new(),
        effort: Some(Effort {
            units: audit.units,
            vertices: audit.vertices,
            seconds: audit.took.as_secs_f64(),
        }),
        figures: Report::FIGURES,
    };
    let exit = finish(&report, args, gravest);
    // The program ends here; giving back hundreds of megabytes piece by piece serves nobody.
    std::mem::forget(report);
    exit
}

/// Audits the database, prints or writes what is open now.
pub async fn audit_of_database(
    args: &AuditArgs,
    store: Arc<dyn Store>,
    actor: &Actor,
    made_at: String,
    lang: Lang,
) -> Exit {
    let begun = std::time::Instant::now();
    let run = match run_database(store.clone(), actor, |_| {}).await {
        Ok(run) => run,
        Err(e) => return fail(&e.to_string()),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let minima = Minima {
        area_m2: args.min_area,
        width_m: args.min_width,
    };
    let mut findings = Vec::new();
    let mut gravest = None;
    let mut after = None;
    loop {
        let filter = FindingFilter::default();
        let page = PageRequest {
            after,
            limit: PAGE as _,
        };
        let page = match store
            .findings(&filter, FindingSort::default(), page, true)
            .await
        {
            Ok(page) => page,
            Err(e) => return fail(&e.to_string()),
        };
        for f in page.items.into_iter().filter(|f| minima.let_pass(&f.body)) {
            gravest = gravest.max(Some(f.body.severity));
            findings.push(finding(f.id, f.body, Some(f.state), lang));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    // Units are drawn in figures and counted in summaries.
    let (mut parties, mut vertices, mut units) = (Vec::new(), 0, 0);
    for c in match store.coverages().await {
        Ok(coverages) => coverages,
        Err(e) => return fail(&e.to_string()),
    } {
        let extents = match store.coverage_units(&c.level, c.kind).await {
            Ok(extents) => extents,
            Err(e) => return fail(&e.to_string()),
        };
        for unit in extents {
            units += 1;
            vertices += unit.geometry.coords_count();
            if args.format == Some(Format::Html) {
                let code = if unit.code.is_empty() {
                    unit.name.clone()
                } else {
                    unit.code
                };
                parties.push(jieming_reports::Party {
                    code,
                    name: unit.name,
                    geometry: unit.geometry,
                });
            }
        }
    }
    let report = Report {
        lang,
        scope: Scope::Audit {
            subject: lang.of("数据库", "database").to_owned(),
        },
        level: None,
        made_at,
        crs_note: "CGCS2000 (EPSG:4490)".to_owned(),
        sources: Vec::new(),
        parties,
        findings,
        lines: Vec::new(),
        effort: Some(Effort {
            units,
            vertices,
            seconds,
        }),
        figures: Report::FIGURES,
    };
    eprintln!("{}", run_text(&run, lang));
    finish(&report, args, gravest)
}

/// What a run changed, in a sentence.
pub fn run_text(run: &Run, lang: Lang) -> String {
    let Run {
        number,
        new,
        open,
        gone,
        ..
    } = run;
    lang.of(
        format!("第 {number} 次审核：新发现 {new}，仍存在 {open}，已消除 {gone}"),
        format!("run {number}: {new} new, {open} still open, {gone} gone"),
    )
}

fn options(args: &AuditArgs) -> FileAuditOptions {
    let file = args.reading.options();
    // The other files share datum and encoding with the units; their columns are their own.
    let beside = |code_field: Option<String>| FileOptions {
        crs: file.crs.clone(),
        encoding: file.encoding.clone(),
        code_field,
        ..FileOptions::default()
    };
    FileAuditOptions {
        files: args.files.clone(),
        parents: args
            .parent
            .clone()
            .map(|p| (p, beside(args.parent_code_field.clone()))),
        exclusions: args.exclusions.clone().map(|p| (p, beside(None))),
        places: args.places.clone().map(|p| (p, beside(None))),
        minima: Minima {
            area_m2: args.min_area,
            width_m: args.min_width,
        },
        gap_width_m: args.gap_width,
        edges: args.edges,
        keep_areas: args.format == Some(Format::Html),
        file,
    }
}

/// Remarks on the files go to standard error, so that the report stays what it is.
fn remarks(audit: &FileAudit, lang: Lang) {
    let worth: Vec<_> = audit
        .reading
        .iter()
        .filter(|(_, f)| f.severity >= Severity::Warning)
        .collect();
    for (path, f) in worth.iter().take(REMARKS) {
        let row = f.row.map_or_else(String::new, |r| {
            lang.of(format!("第 {r} 行 "), format!("row {r} "))
        });
        eprintln!(
            "{}: {row}{}",
            file_name(path),
            rules::message(&f.rule, &f.params, lang)
        );
    }
    if worth.len() > REMARKS {
        let more = worth.len() - REMARKS;
        eprintln!(
            "{}",
            lang.of(
                format!("另有 {more} 条读取提示"),
                format!("and {more} more remarks on rows")
            )
        );
    }
}

fn finish(report: &Report, args: &AuditArgs, gravest: Option<Severity>) -> Exit {
    let written = match (&args.output, args.format) {
        (None, None) => std::io::stdout()
            .write_all(summary(report).as_bytes())
            .map_err(|e| e.to_string()),
        (None, Some(format)) => write_stdout(report, format),
        (Some(path), format) => {
            let format = format.or_else(|| by_name(path)).unwrap_or(Format::GeoJson);
            write_file(report, format, path)
        }
    };
    if let Err(e) = written {
        return fail(&e);
    }
    if args.output.is_some() {
        eprint!("{}", summary(report));
    }
    match (args.fail_on, gravest) {
        (Some(limit), Some(gravest)) if gravest >= limit => Exit::Findings,
        _ => Exit::Done,
    }
}

/// Counts by kind, and the largest findings, in words.
fn summary(report: &Report) -> String {
    let lang = report.lang;
    let mut out = String::new();
    if let Some(e) = report.effort {
        out += &lang.of(
            format!(
                "审核 {} 个行政区，{} 个顶点，用时 {:.2} 秒\n",
                e.units, e.vertices, e.seconds
            ),
            format!(
                "{} units, {} vertices audited in {:.2} s\n",
                e.units, e.vertices, e.seconds
            ),
        );
    }
    let counts = report.counts();
    if counts.is_empty() {
        out += lang.of("没有发现问题\n", "nothing found\n");
    }
    for (kind, n, area) in counts {
        let word = lang.of(Kind::zh(kind), kind.as_str());
        let area = if area > 0.0 {
            format!("  {}", message::area(area))
        } else {
            String::new()
        };
        out += &format!("  {word}: {n}{area}\n");
    }
    let mut largest: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|f| f.area_m2.is_some())
        .collect();
    largest.sort_by(|a, b| {
        b.area_m2
            .unwrap_or(0.0)
            .total_cmp(&a.area_m2.unwrap_or(0.0))
    });
    for f in largest.iter().take(5) {
        out += &format!("    {}\n", f.message);
    }
    out
}

fn refused_text(refused: &Refused, lang: Lang) -> String {
    lang.of(refused.zh.clone(), refused.en.clone())
}
