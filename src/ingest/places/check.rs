//! Checks on the fields of a place.

use jieming_domain::fields::{self, ENUMERATIONS, Profile};
use jieming_domain::finding::Severity;
use jieming_domain::name::cleaned;
use jieming_geodata::decode::{Row, Value};
use rustc_hash::FxHashMap;

use super::{Columns, Done};
use crate::ingest::source::{finding, with_cells};
use crate::store::RowFinding;

/// Digits of a place code: unit to county 6, township 3, category 5, serial 6.
const CODE_DIGITS: usize = 20;

/// The name of a row, cleaned; findings when it was dirty or is missing.
pub(super) fn name(row: &Row, columns: &Columns, findings: &mut Vec<RowFinding>) -> Option<String> {
    let column = columns.column("standard_name");
    let raw = column.and_then(|c| row.get(c)).and_then(|v| match v {
        Value::Text(s) => Some(s.clone()),
        other => other.to_text(),
    });
    let clean = cleaned(raw.as_deref().unwrap_or_default());
    if clean.is_empty() {
        let mut f = finding(Some(row.number), "name.missing", column, None);
        match column {
            Some(_) => {
                f.params
                    .insert("expected_zh".into(), "地名的标准名称".into());
                f.params
                    .insert("expected_en".into(), "the standard name".into());
            }
            None => {
                let names: Vec<String> = row
                    .values
                    .iter()
                    .take(20)
                    .map(|(n, _)| n.to_string())
                    .collect();
                let names = names.join(", ");
                f.params.insert(
                    "expected_zh".into(),
                    format!("名称列（文件的列：{names}）").into(),
                );
                f.params.insert(
                    "expected_en".into(),
                    format!("a column with names (the file has: {names})").into(),
                );
            }
        }
        findings.push(f);
        return None;
    }
    if let Some(raw) = raw.filter(|r| *r != clean) {
        let shown = raw.escape_debug().to_string();
        let f = finding(Some(row.number), "field.trimmed", column, Some(&shown));
        findings.push(with_cells(f, column.map(|c| (c, clean.clone()))));
    }
    if clean
        .chars()
        .any(|c| c == '\u{fffd}' || ('\u{e000}'..='\u{f8ff}').contains(&c))
    {
        findings.push(finding(
            Some(row.number),
            "name.encoding",
            column,
            Some(&clean),
        ));
    }
    Some(clean)
}

/// The unit that a place claims: as said; where several are said or none, the county of its code.
pub(super) fn claimed_unit(row: &Row, columns: &Columns, code: Option<&str>) -> Option<String> {
    let said = columns.text(row, "in_units");
    let one = said
        .clone()
        .filter(|s| !s.contains(['、', ',', '，', ';', '；', '|']));
    let by_code = code
        .filter(|c| is_place_code(c))
        .and_then(|c| c.get(..6))
        .map(str::to_owned);
    one.or(by_code).or(said)
}

fn half_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(c as u32 - 0xfee0),
        _ => None,
    }
}

fn is_place_code(code: &str) -> bool {
    code.len() == CODE_DIGITS && code.bytes().all(|b| b.is_ascii_digit())
}

/// Required fields of the form whose column is absent altogether: said once, not for each row.
pub(super) fn absent_columns(map: &FxHashMap<&'static str, String>) -> Vec<RowFinding> {
    fields::place_fields()
        .iter()
        .filter(|f| f.required && !map.contains_key(f.key))
        // A geometry takes their place.
        .filter(|f| !matches!(f.key, "lon_from" | "lat_from"))
        .map(|f| {
            let mut finding = finding(None, "field.required", Some(f.key), None);
            finding.params.insert(
                "label".into(),
                f.labels.first().copied().unwrap_or(f.key).into(),
            );
            finding.severity = Severity::Warning;
            finding
        })
        .collect()
}

/// The checks of the registration form on one row.
pub(super) fn form(row: &Row, columns: &Columns, findings: &mut Vec<RowFinding>) {
    debug_assert_eq!(columns.profile, Profile::CensusCn);
    let number = Some(row.number);
    for field in fields::place_fields().iter().filter(|f| f.required) {
        let by_others = matches!(field.key, "standard_name" | "lon_from" | "lat_from");
        if let Some(column) = columns.column(field.key).filter(|_| !by_others)
            && columns.text(row, field.key).is_none()
        {
            let mut f = finding(number, "field.required", Some(column), None);
            f.params.insert(
                "label".into(),
                field.labels.first().copied().unwrap_or(column).into(),
            );
            findings.push(f);
        }
    }
    for (key, values) in ENUMERATIONS {
        if let Some(found) = columns
            .text(row, key)
            .filter(|v| !values.contains(&v.as_str()))
        {
            let mut f = finding(
                number,
                "field.enumeration",
                columns.column(key),
                Some(&found),
            );
            let label = fields::place_field(key)
                .and_then(|f| f.labels.first().copied())
                .unwrap_or(key);
            f.params.insert("label".into(), label.into());
            f.params.insert(
                "expected".into(),
                values
                    .iter()
                    .map(|v| (*v).to_owned())
                    .collect::<Vec<_>>()
                    .into(),
            );
            // The only listed value that begins alike is what was meant.
            let first = found.chars().next();
            let mut alike = values.iter().filter(|v| v.chars().next() == first);
            let meant = alike.next().filter(|_| alike.next().is_none());
            if let (Some(column), Some(meant)) = (columns.column(key), meant) {
                f = with_cells(f, [(column, (*meant).to_owned())]);
            }
            findings.push(f);
        }
    }
    let Some(code) = columns.text(row, "place_code") else {
        return;
    };
    if !is_place_code(&code) {
        let column = columns.column("place_code");
        let f = finding(number, "place.code.malformed", column, Some(&code));
        // Full-width digits, blanks and marks between them are a matter of typing.
        let digits: String = code.chars().filter_map(half_digit).collect();
        let typed = !code.chars().any(char::is_alphabetic) && is_place_code(&digits);
        findings.push(match column.filter(|_| typed) {
            Some(column) => with_cells(f, [(column, digits)]),
            None => f,
        });
        return;
    }
    let inside = code.get(9..14).unwrap_or_default();
    // The category column holds the code or the name of the category; only a code can be compared.
    let category = columns
        .text(row, "category_code")
        .filter(|c| c.len() == 5 && c.bytes().all(|b| b.is_ascii_digit()));
    if let Some(found) = category.filter(|c| c != inside) {
        let mut f = finding(
            number,
            "place.category.mismatch",
            columns.column("category_code"),
            Some(&found),
        );
        f.params.insert("code".into(), inside.into());
        if let Some(column) = columns.column("category_code") {
            f = with_cells(f, [(column, inside.to_owned())]);
        }
        findings.push(f);
    }
}

/// Place codes that stand in an earlier row already.
pub(super) fn repeated_codes(
    done: &mut [Done],
    seen: &mut FxHashMap<String, u64>,
    column: Option<&str>,
) {
    for d in done {
        let Some(code) = &d.code else { continue };
        match seen.get(code) {
            Some(first) => {
                let mut f = finding(Some(d.number), "place.code.duplicate", column, Some(code));
                f.params.insert("first_row".into(), (*first as f64).into());
                d.findings.push(f);
            }
            None => {
                seen.insert(code.clone(), d.number);
            }
        }
    }
}
