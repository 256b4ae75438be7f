//! One data row: values, geometry, and what was wrong with it.

use std::sync::Arc;

use geo_types::Geometry;

use crate::Text;

/// A cell. Codes stay text wherever the source has them as text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing there: JSON null, an empty cell, an unset field.
    Null,
    /// Text. Also JSON arrays (their JSON text) and numbers too long for the kinds below (their spelling).
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
}

impl Value {
    /// The value as text fit for codes and names: whole numbers without fraction or exponent, `None` for null and for
    /// text of blanks only.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(s) => {
                let s = s.trim();
                (!s.is_empty()).then(|| s.to_owned())
            }
            Self::Integer(n) => Some(n.to_string()),
            Self::Float(x) => Some(x.to_string()),
            Self::Bool(b) => Some(b.to_string()),
        }
    }

    /// The value as a finite number, also when it is spelled as text.
    pub fn to_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            Self::Text(s) => s.trim().parse().ok(),
            Self::Null | Self::Bool(_) => None,
        }
        .filter(|x| x.is_finite())
    }
}

/// The geometry of a row, in the source's own numbers: x = east, y = north as the file orders them, never moved.
/// Only two dimensions; Z and M are dropped and noted. Rings are closed (a ring that was not is noted on the row).
#[derive(Debug, Clone, PartialEq)]
pub enum RowGeometry {
    /// The format or layer has no geometry (tables).
    Absent,
    /// The row could have had one and has none.
    Null,
    /// A geometry, possibly empty or invalid.
    Geometry(Geometry<f64>),
    /// Something stands there that is no geometry.
    Unreadable {
        /// What was found.
        found: Text,
        /// What was expected.
        expected: Text,
    },
}

/// Something wrong with one row that did not stop it from being read.
#[derive(Debug, Clone, PartialEq)]
pub struct RowProblem {
    /// Stable rule id, such as `row.ring.unclosed`.
    pub rule: &'static str,
    /// The field it is about; `None` for the geometry or the whole row.
    pub field: Option<String>,
    /// What was found.
    pub found: Text,
    /// What was expected.
    pub expected: Text,
    /// What to do about it.
    pub remedy: Text,
}

impl RowProblem {
    /// Rings that had to be closed.
    pub(crate) fn unclosed(rings: usize) -> Self {
        Self {
            rule: "row.ring.unclosed",
            field: None,
            found: Text::new(
                format!("{rings} 个环未闭合，已闭合"),
                format!("{rings} unclosed rings: closed"),
            ),
            expected: Text::new("首末点相同", "a last point equal to the first"),
            remedy: Text::new("在原软件中闭合图形", "close the rings at the source"),
        }
    }

    /// A formula of a workbook that gave an error.
    pub(crate) fn formula(name: &str, error: &str) -> Self {
        Self {
            rule: "row.cell.error",
            field: Some(name.to_owned()),
            found: Text::new(
                format!("公式错误 {error}"),
                format!("formula error {error}"),
            ),
            expected: Text::new("一个值", "a value"),
            remedy: Text::new(
                "在表格软件中修正公式",
                "mend the formula in the spreadsheet",
            ),
        }
    }

    /// A field that stands twice in one row.
    pub(crate) fn repeated(name: &str) -> Self {
        Self {
            rule: "row.key.duplicate",
            field: Some(name.to_owned()),
            found: Text::new(
                format!("字段“{name}”重复，取最后一个值"),
                format!("the key {name:?} stands twice: the last value counts"),
            ),
            expected: Text::new("每个字段名只出现一次", "each key once"),
            remedy: Text::new("在原软件中改名或删除", "rename or remove one at the source"),
        }
    }
}

/// One data row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// 1-based number of the data row in its file or layer; headers do not count.
    pub number: u64,
    /// Fields and values in source order. Nested objects are flattened with dots (`parent.adcode`). Names are unique:
    /// of JSON keys that repeat the last one wins, repeated columns get `_2`, `_3`.
    pub values: Vec<(Arc<str>, Value)>,
    /// The geometry.
    pub geometry: RowGeometry,
    /// What was wrong with the row.
    pub problems: Vec<RowProblem>,
}

impl Row {
    /// The value of a field, if the row has it.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.values
            .iter()
            .find(|(name, _)| &**name == field)
            .map(|(_, value)| value)
    }
}

pub(crate) mod names {
    //! Unique field names.

    use std::{
        collections::{HashMap, HashSet},
        sync::Arc,
    };

    use super::Value;

    /// Of entries from index `from` on with one name keeps the last value at the first place; gives the names that repeated.
    pub fn keep_last(values: &mut Vec<(Arc<str>, Value)>, from: usize) -> Vec<Arc<str>> {
        let own = &values[from..];
        let unique = if own.len() <= 24 {
            own.iter()
                .enumerate()
                .all(|(i, v)| own[..i].iter().all(|w| w.0 != v.0))
        } else {
            own.iter().map(|v| &v.0).collect::<HashSet<_>>().len() == own.len()
        };
        if unique {
            return Vec::new();
        }
        let mut place: HashMap<Arc<str>, (usize, bool)> = HashMap::new();
        let mut repeated = Vec::new();
        for (name, value) in values.split_off(from) {
            if let Some((at, noted)) = place.get_mut(&name) {
                let slot: &mut (Arc<str>, Value) = &mut values[*at];
                slot.1 = value;
                if !std::mem::replace(noted, true) {
                    repeated.push(name);
                }
            } else {
                place.insert(name.clone(), (values.len(), false));
                values.push((name, value));
            }
        }
        repeated
    }

    /// Column names made usable: blanks trimmed, empty ones named by position, repeated ones numbered `_2`, `_3`.
    pub fn columns<'a>(raw: impl Iterator<Item = &'a str>) -> Vec<Arc<str>> {
        let mut taken = HashSet::new();
        // Where the numbering of a name stands, so that a header of one word a hundred thousand times costs no more than others.
        let mut numbered: HashMap<String, usize> = HashMap::new();
        raw.enumerate()
            .map(|(i, name)| {
                let name = name.trim().trim_start_matches('\u{feff}');
                let base = if name.is_empty() {
                    format!("column_{}", i + 1)
                } else {
                    name.to_owned()
                };
                let mut unique = base.clone();
                while !taken.insert(unique.clone()) {
                    let n = numbered.entry(base.clone()).or_insert(2);
                    unique = format!("{base}_{n}");
                    *n += 1;
                }
                unique.into()
            })
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn many_equal_names_cost_no_more_than_others() {
            let start = std::time::Instant::now();
            let all = columns(std::iter::repeat_n("名称", 200_000));
            assert_eq!(&*all[199_999], "名称_200000");
            // Numbers that stand there already are passed over.
            let mixed = columns(["a", "a_2", "a", "a"].into_iter());
            assert_eq!(
                mixed.iter().map(|n| &**n).collect::<Vec<_>>(),
                ["a", "a_2", "a_3", "a_4"]
            );
            let twice =
                (0..200_000u32).map(|i| ((i / 2).to_string().into(), Value::Integer(i.into())));
            let mut values: Vec<(Arc<str>, Value)> = twice.collect();
            assert_eq!(keep_last(&mut values, 0).len(), 100_000);
            assert_eq!(values[1].1, Value::Integer(3));
            assert!(start.elapsed() < std::time::Duration::from_secs(10));
        }
    }
}
