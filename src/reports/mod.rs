//! Reports (报告) on what the store holds: gathers a unit or a line with its neighbours, findings and names for
//! [`jieming_reports`], which writes it. No format and no layout is decided here.

mod gather;
#[cfg(test)]
mod tests;

use jieming_domain::lang::Lang;
use jieming_reports::{CommonLine, NeighbourLine, Party, Report, Scope, State};

use crate::store::{
    FindingBody, FindingFilter, FindingState, LineFilter, PageRequest, Result, Store, UnitExtent,
};
use gather::{affected_names, findings, neighbours, sources};

/// A finding as reports show it, its sentence in the report's language.
pub fn finding(
    id: String,
    body: FindingBody,
    state: Option<FindingState>,
    lang: Lang,
) -> jieming_reports::Finding {
    let message = body.message(lang);
    let (units, unit_names) = body.units.into_iter().map(|u| (u.code, u.name)).unzip();
    jieming_reports::Finding {
        id,
        rule: body.rule,
        kind: body.kind,
        gap_kind: body.gap_kind,
        units,
        unit_names,
        parent: body.parent,
        level: Some(body.level),
        severity: body.severity,
        state: state.map(|s| match s {
            FindingState::New => State::New,
            FindingState::Open => State::Open,
            FindingState::Gone => State::Gone,
        }),
        area_m2: body.area_m2,
        max_width_m: body.max_width_m,
        length_m: body.length_m,
        message,
        geometry: body.geometry,
        point: body.point,
        places: body.place.into_iter().map(|p| p.1).collect(),
        edges: body
            .edges
            .into_iter()
            .map(|e| jieming_reports::OutlineStretch {
                unit: e.unit,
                part: e.part,
                ring: e.ring,
                vertices: e.vertices,
            })
            .collect(),
    }
}

/// The report on a unit: findings it is party to that are not gone, and its lines. `None` when there is no such unit.
///
/// `code` is a code, or the name of a unit without code; of several extents the first of
/// [`Store::unit_extents`] is taken (legal before administered).
///
/// # Errors
/// Whatever the store says.
pub async fn unit(store: &dyn Store, code: &str, lang: Lang) -> Result<Option<Report>> {
    let Some(own) = store.unit_extents(code, None).await?.into_iter().next() else {
        return Ok(None);
    };
    let filter = FindingFilter {
        level: Some(own.level.clone()),
        unit: Some(code.to_owned()),
        ..current(&own)
    };
    let mut found = findings(store, &filter, lang, |_| true).await?;
    affected_names(store, &mut found).await?;
    let filter = LineFilter {
        unit: Some(code.to_owned()),
        level: Some(own.level.clone()),
    };
    let lines = store.lines(&filter, PageRequest::all()).await?;
    let lines = lines
        .items
        .into_iter()
        .filter(|line| line.kind == own.kind)
        .map(|line| {
            let [a, b] = line.units;
            let other = if *a.code == *code { b } else { a };
            NeighbourLine {
                code: other.code.as_ref().to_owned(),
                name: other.name.as_ref().to_owned(),
                length_m: line.length_m,
                agreed_m: line.agreed_m,
                findings: line.findings as usize,
            }
        })
        .collect();
    let scope = Scope::Unit {
        code: own.code.clone(),
        name: own.name.clone(),
    };
    let parties = neighbours(store, std::slice::from_ref(&own)).await?;
    let report = Report {
        lines,
        ..base(store, lang, scope, &[own], parties, found).await?
    };
    Ok(Some(report))
}

/// The report on the line of two units: findings both are party to that are not gone. `None` when either unit is unknown,
/// or no level has both.
///
/// # Errors
/// Whatever the store says.
pub async fn line(store: &dyn Store, a: &str, b: &str, lang: Lang) -> Result<Option<Report>> {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let common = store.line(a, b).await?;
    let (first, second) = (
        store.unit_extents(a, None).await?,
        store.unit_extents(b, None).await?,
    );
    // Both of the line's level and kind; without a line, of the first level and kind that both have.
    let pair = first.iter().find_map(|p| {
        let fits = |q: &&UnitExtent| q.level == p.level && q.kind == p.kind;
        let of_line = common
            .as_ref()
            .is_none_or(|c| c.level == p.level && c.kind == p.kind);
        of_line
            .then(|| second.iter().find(fits).map(|q| [p.clone(), q.clone()]))
            .flatten()
    });
    let Some(own) = pair else { return Ok(None) };
    let filter = FindingFilter {
        level: Some(own[0].level.clone()),
        unit: Some(a.to_owned()),
        ..current(&own[0])
    };
    // Overlaps of three concern the line of two of them as well.
    let both = |body: &FindingBody| body.units.iter().any(|u| *u.code == *b);
    let mut found = findings(store, &filter, lang, both).await?;
    affected_names(store, &mut found).await?;
    let scope = Scope::Line {
        codes: own.each_ref().map(|u| u.code.clone()),
        names: own.each_ref().map(|u| u.name.clone()),
        line: common.map(|c| CommonLine {
            length_m: c.length_m,
            agreed_m: c.agreed_m,
            within_m: c.within_m,
            geometry: c.geometry,
        }),
    };
    let parties = neighbours(store, &own).await?;
    base(store, lang, scope, &own, parties, found)
        .await
        .map(Some)
}

/// Findings that are not gone, in extents of the unit's kind.
fn current(unit: &UnitExtent) -> FindingFilter {
    FindingFilter {
        extent_kind: Some(unit.kind),
        states: vec![FindingState::New, FindingState::Open],
        ..FindingFilter::default()
    }
}

async fn base(
    store: &dyn Store,
    lang: Lang,
    scope: Scope,
    own: &[UnitExtent],
    parties: Vec<Party>,
    findings: Vec<jieming_reports::Finding>,
) -> Result<Report> {
    Ok(Report {
        lang,
        scope,
        level: own.first().map(|u| u.level.clone()),
        made_at: jiff::ZonedDateTime::now()
            .strftime("%Y-%m-%d %H:%M (UTC%:z)")
            .to_string(),
        crs_note: lang
            .of(
                "CGCS2000 经纬度（EPSG:4490）；面积与长度按椭球面计算",
                "CGCS2000 longitude, latitude (EPSG:4490); areas and lengths on the ellipsoid",
            )
            .to_owned(),
        sources: sources(store, own, lang).await?,
        parties,
        findings,
        lines: Vec::new(),
        effort: None,
        figures: Report::FIGURES,
    })
}
