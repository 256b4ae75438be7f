//! XML cases of JTS and GEOS: one or two geometries a case, and operations on them with results.

use crate::data;
use crate::geometry::{area, grid, read, units};
use crate::ledger::{Condition, Ledger, look};
use crate::relations;
use crate::tally::{Tally, number};
use geo::{Area, MapCoords};
use geo_types::{Coord, Geometry, MultiPolygon};
use jieming_coverage::{DefectKind, Grid};
use roxmltree::{Document, Node};
use std::path::Path;

pub fn cases(folder: &Path, tally: &mut Tally) {
    let folder = folder.join("overlay-xml");
    for file in data::files(&folder, &[".xml", ".xml.gz"]) {
        let text = data::text(&file);
        let document = Document::parse(text.trim()).expect("XML");
        let cases = document.descendants().filter(|n| n.has_tag_name("case"));
        for (i, case) in cases.enumerate() {
            let name = format!("{} {}", data::name(&folder, &file), i + 1);
            one(case, &name, tally);
        }
    }
}

fn child<'a>(case: Node<'a, 'a>, tag: &str) -> Option<&'a str> {
    case.children().find(|n| n.has_tag_name(tag))?.text()
}

/// One case with all its tests.
fn one<'a>(case: Node<'a, 'a>, name: &str, tally: &mut Tally) {
    let a = child(case, "a").and_then(read);
    let b = child(case, "b").and_then(read);
    let both: Vec<MultiPolygon<f64>> = [&a, &b].into_iter().flatten().map(area).collect();
    let tests = case.descendants().filter(|n| n.has_tag_name("op"));
    if both.iter().all(|u| u.0.is_empty()) {
        tests.for_each(|_| tally.pass_over());
        return;
    }
    tally.case();
    let pair = Pair { a, b, both };
    let grid = grid(&pair.both);
    // Every test of areas is one of the books, whether or not the engine knows the operation.
    let Some(books) = Ledger::of(&pair.both, grid, name, tally) else {
        return;
    };
    for op in tests {
        if !pair.test(&Test::of(op, name), &books, grid, name, tally) {
            tally.pass_over();
        }
    }
}

struct Pair {
    a: Option<Geometry<f64>>,
    b: Option<Geometry<f64>>,
    both: Vec<MultiPolygon<f64>>,
}

/// One test as written.
struct Test<'a> {
    operation: String,
    /// B comes first.
    reversed: bool,
    binary: bool,
    /// A scale or a pattern, where the operation takes one.
    third: &'a str,
    result: &'a str,
    case: String,
}

impl<'a> Test<'a> {
    fn of(op: Node<'a, 'a>, name: &str) -> Test<'a> {
        let operation = op.attribute("name").unwrap_or_default().to_lowercase();
        let arg = |n: &str| op.attribute(n).map(str::to_uppercase).unwrap_or_default();
        let (first, second) = (arg("arg1"), arg("arg2"));
        let case = match (first.as_str(), second.as_str()) {
            ("A" | "B", "A" | "B") => format!("{name} {operation} {first}{second}"),
            _ => format!("{name} {operation}"),
        };
        Test {
            operation,
            reversed: first == "B",
            binary: !second.is_empty(),
            third: op.attribute("arg3").unwrap_or_default(),
            result: op.text().unwrap_or_default().trim(),
            case,
        }
    }

    /// Area of the result, a geometry or a number.
    fn expected(&self) -> Option<f64> {
        let geometry = read(self.result).map(|g| area(&g).unsigned_area());
        geometry.or_else(|| self.result.parse().ok())
    }
}

impl Pair {
    /// Tries one test; `false` when it is about something else than areas.
    fn test(
        &self,
        t: &Test<'_>,
        books: &Ledger,
        grid: Grid,
        name: &str,
        tally: &mut Tally,
    ) -> bool {
        match t.operation.as_str() {
            "isvalid" => self.validity(t, grid, tally),
            "makevalid" | "unionarea" => {
                let Some(expected) = t.expected() else {
                    return false;
                };
                // The union of one geometry's members; its ground by the even-odd rule. Either is what a unit claims.
                let found = books.area(|set| set.contains(&0));
                tally.area(&t.case, "area", expected, found, books.slack);
                true
            }
            "areatest" | "overlayareatest" => self.identities(books, &t.case, tally),
            "intersects" | "disjoint" | "touches" | "contains" | "covers" | "within"
            | "coveredby" | "equalstopo" | "overlaps" | "relate" => relations::check(
                [&t.operation, t.third, t.result],
                [usize::from(t.reversed), usize::from(!t.reversed)],
                [&self.a, &self.b],
                books,
                &t.case,
                tally,
            ),
            _ => self.boolean(t, books, name, tally),
        }
    }

    fn boolean(&self, t: &Test<'_>, books: &Ledger, name: &str, tally: &mut Tally) -> bool {
        let first = usize::from(t.reversed);
        let kind = t.operation.trim_end_matches("ng").trim_end_matches("sr");
        let keeps: Condition = match kind {
            "union" => Box::new(|_| true),
            "intersection" => Box::new(|set| set.len() == 2),
            "difference" => Box::new(move |set| set == [first]),
            "symdifference" => Box::new(|set| set.len() == 1),
            _ => return false,
        };
        let (Some(expected), Some(a)) = (t.expected(), &self.a) else {
            return false;
        };
        if !t.binary {
            // The union of the members of one geometry: each is a unit.
            let members = units(a);
            if let Some(ledger) = Ledger::of(&members, grid(&members), &t.case, tally) {
                tally.area(&t.case, "area", expected, ledger.union(), ledger.slack);
            }
            return true;
        }
        if self.b.is_none() {
            return false;
        }
        if !t.operation.ends_with("sr") {
            tally.area(&t.case, "area", expected, books.area(keeps), books.slack);
            return true;
        }
        // A result on a coarser grid: stretched, its steps are those of squared paper, and both round alike. Without a
        // scale the grid is of whole units.
        let scale = t.third.parse().unwrap_or(1.0);
        let stretch = |c: Coord<f64>| Coord {
            x: c.x * scale,
            y: c.y * scale,
        };
        let stretched: Vec<MultiPolygon<f64>> =
            self.both.iter().map(|u| u.map_coords(stretch)).collect();
        let books = format!("{name} scale {scale}");
        if let Some(ledger) = Ledger::of(&stretched, Grid::UNIT, &books, tally) {
            let found = ledger.area(keeps) / (scale * scale);
            tally.area(&t.case, "area", expected, found, 1e-9);
        }
        true
    }

    /// The books hold what these tests are after: difference and intersection make up the whole. Left to look at is
    /// that no difference is less than nothing.
    fn identities(&self, books: &Ledger, case: &str, tally: &mut Tally) -> bool {
        let alone = (0..self.both.len()).map(|u| books.area(|set| set == [u]));
        let least = alone.fold(f64::INFINITY, f64::min);
        tally.check(
            least >= -books.slack,
            case,
            "no negative difference",
            &number(least),
        );
        true
    }

    fn validity(&self, t: &Test<'_>, grid: Grid, tally: &mut Tally) -> bool {
        let geometry = if t.reversed { &self.b } else { &self.a };
        let Some(
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) | Geometry::GeometryCollection(_),
        ) = geometry
        else {
            return false;
        };
        let unit = &geometry.as_ref().map(area).expect("matched above");
        let Some(outcome) = look(std::slice::from_ref(unit), grid, 0.0) else {
            return false;
        };
        let mut faults: Vec<String> = outcome
            .defects
            .iter()
            .filter_map(|d| match d.kind {
                DefectKind::Invalid(f) => Some(format!("{f:?}")),
                _ => None,
            })
            .collect();
        faults.dedup();
        let says = if faults.is_empty() {
            "valid".to_string()
        } else {
            faults.join(", ")
        };
        match t.result {
            "true" => tally.check(faults.is_empty(), &t.case, "valid", &says),
            _ => tally.check(!faults.is_empty(), &t.case, "invalid", &says),
        }
        true
    }
}
