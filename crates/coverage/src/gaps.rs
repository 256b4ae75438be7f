//! Which kind of gap an unclaimed zone inside a parent is, by how it meets the parent's line.

use crate::DefectKind;
use crate::arrangement::Arrangement;
use crate::claims::Claims;
use crate::grid::Grid;
use crate::measure::Metric;
use crate::zones::Zone;

/// Names the gap: *hole* when no stretch of its outline is the parent's line; *corridor* with two or more stretches;
/// with one, *inlet* when the stretch is shorter than the zone is deep, else *shortfall*.
///
/// Depth is the greatest distance of the zone's outline from the stretch.
pub(crate) fn kind(
    zone: &Zone,
    parent: u32,
    arrangement: &Arrangement,
    claims: &Claims,
    grid: Grid,
    metric: Metric,
) -> DefectKind {
    let on_line = |h: u32| {
        !claims
            .of(arrangement.face[(h ^ 1) as usize])
            .parents
            .contains(&parent)
    };
    let mut stretches: Vec<Vec<u32>> = Vec::new();
    for ring in &zone.rings {
        match ring.iter().position(|&h| !on_line(h)) {
            // The whole ring is the parent's line.
            None => stretches.push(ring.clone()),
            Some(start) => {
                let mut open = false;
                for k in 0..ring.len() {
                    let h = ring[(start + k) % ring.len()];
                    match (on_line(h), open) {
                        (true, true) => {
                            if let Some(last) = stretches.last_mut() {
                                last.push(h);
                            }
                        }
                        (true, false) => stretches.push(vec![h]),
                        (false, _) => {}
                    }
                    open = on_line(h);
                }
            }
        }
    }
    match stretches.as_slice() {
        [] => DefectKind::Hole,
        [mouth] => {
            let local = |h: u32| grid.plane(arrangement.start(h));
            let [sx, sy] = metric.scale_at(local(mouth[0])[1]);
            let metres = |[x, y]: [f64; 2]| [x * sx, y * sy];
            let mouth: Vec<[[f64; 2]; 2]> = mouth
                .iter()
                .map(|&h| [metres(local(h)), metres(local(h ^ 1))])
                .collect();
            let length: f64 = mouth
                .iter()
                .map(|[a, b]| (b[0] - a[0]).hypot(b[1] - a[1]))
                .sum();
            let deep = zone.boundary().any(|h| {
                let p = metres(local(h));
                mouth
                    .iter()
                    .all(|&[a, b]| crate::width::distance(p, a, b) > length)
            });
            if deep {
                DefectKind::Inlet
            } else {
                DefectKind::Shortfall
            }
        }
        _ => DefectKind::Corridor,
    }
}
