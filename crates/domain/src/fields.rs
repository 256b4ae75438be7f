//! Under which column names the fields of a place name and of a unit arrive: Chinese labels, pinyin initials of the
//! national export, English, and names common in GIS files. The table of the form is data (`data/place_fields.csv`).

use std::sync::LazyLock;

static TABLE: LazyLock<Vec<PlaceField>> =
    LazyLock::new(|| read(include_str!("../../../data/place_fields.csv")));

/// One field of the registration form (地名普查登记表), or one that takes its place in simpler files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceField {
    /// Key, such as `standard_name`: the FIELD of `--map FIELD=COLUMN`.
    pub key: &'static str,
    /// Chinese labels; the first is the one shown.
    pub labels: Vec<&'static str>,
    /// Column of the national export.
    pub column: Option<&'static str>,
    /// Other names, the best first.
    pub names: Vec<&'static str>,
    /// Starred on the form.
    pub required: bool,
}

fn read(table: &'static str) -> Vec<PlaceField> {
    let list = |s: &'static str| s.split(';').filter(|x| !x.is_empty()).collect::<Vec<_>>();
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some(PlaceField {
                key: cells.next()?,
                labels: list(cells.next()?),
                column: cells.next().filter(|c| !c.is_empty()),
                names: list(cells.next()?),
                required: cells.next()? == "yes",
            })
        })
        .collect()
}

/// Every field of a place, in the order of the form.
pub fn place_fields() -> &'static [PlaceField] {
    &TABLE
}

/// The field with this key.
pub fn place_field(key: &str) -> Option<&'static PlaceField> {
    TABLE.iter().find(|f| f.key == key)
}

impl PlaceField {
    /// How well a column name fits: 0 best, `None` not at all.
    fn rank(&self, normal: &str) -> Option<usize> {
        let all = self
            .labels
            .iter()
            .chain(self.column.iter())
            .chain(&self.names);
        all.enumerate()
            .find(|(_, name)| normalise(name) == normal)
            .map(|(i, _)| i)
    }
}

impl PlaceField {
    /// The same for a coordinate inside a nested object, `position.lng`: after every plain name.
    fn rank_inside(&self, column: &str) -> Option<usize> {
        let (object, inner) = column.rsplit_once('.')?;
        let position = place_field("position")?;
        if !matches!(self.key, "lon_from" | "lat_from")
            || position.rank(&normalise(object)).is_none()
        {
            return None;
        }
        self.rank(&normalise(inner)).map(|rank| rank + 100)
    }
}

/// Fields of the form that take listed values only, with the values seen on forms and in exports.
pub const ENUMERATIONS: &[(&str, &[&str])] = &[
    ("use_period", &["现今地名", "历史地名"]),
    ("census_status", &["增加", "修改", "不变"]),
    ("survey_method", &["实地测量", "图解测量", "实测", "图解"]),
    ("coord_system", &["2000国家大地坐标系"]),
    ("map_scale", &["1:50000"]),
];

/// A column name for comparison: without case, blanks, brackets and what they hold, stars and joining marks;
/// full-width letters and digits as half-width ones.
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut depth = 0_usize;
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | '＊' | '_' | '-' | ':' | '：' | '.' | '"' | '\u{feff}' => {}
            c if c.is_whitespace() || c.is_control() => {}
            '！'..='～' => {
                let half = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
                out.extend(half.to_lowercase());
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    // A label that is nothing but brackets still is a name.
    if out.is_empty() {
        name.trim().to_lowercase()
    } else {
        out
    }
}

/// Which column carries which field of a place: pairs of field key and index of the column. Each field has at most one
/// column (the best-fitting), each column at most one field.
pub fn map_place_columns<S: AsRef<str>>(columns: &[S]) -> Vec<(&'static str, usize)> {
    let normal: Vec<String> = columns.iter().map(|c| normalise(c.as_ref())).collect();
    let mut fits: Vec<(usize, usize, usize)> = Vec::new(); // rank, field, column
    for (f, field) in TABLE.iter().enumerate() {
        for (c, name) in normal.iter().enumerate() {
            if let Some(rank) = field
                .rank(name)
                .or_else(|| field.rank_inside(columns[c].as_ref()))
            {
                fits.push((rank, f, c));
            }
        }
    }
    fits.sort_unstable();
    let mut out: Vec<(&'static str, usize)> = Vec::new();
    for (_, f, c) in fits {
        if !out
            .iter()
            .any(|(key, column)| *key == TABLE[f].key || *column == c)
        {
            out.push((TABLE[f].key, c));
        }
    }
    out.sort_unstable_by_key(|(_, c)| *c);
    out
}

/// A field of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitField {
    /// Its code.
    Code,
    /// Its name.
    Name,
    /// Its level.
    Level,
    /// The code of the unit above.
    Parent,
}

impl UnitField {
    /// Names under which it arrives, the best first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Code => &[
                "adcode",
                "代码",
                "行政区划代码",
                "行政区代码",
                "政区代码",
                "区划代码",
                "xzqdm",
                "xzqhdm",
                "zldwdm",
                "pac",
                "code",
                "unitcode",
                "admcode",
                "admincode",
                "kode",
                "gbcode",
                "gb",
                "insee",
                "codeinsee",
                "地块编号",
            ],
            Self::Name => &[
                "name",
                "名称",
                "行政区名称",
                "行政区划名称",
                "政区名称",
                "xzqmc",
                "xzqhmc",
                "zldwmc",
                "mc",
                "nam",
                "nama",
                "nom",
                "unitname",
                "admname",
                "namezh",
                "fullname",
                "wardname",
                "name1",
                "zonename",
                "地块名称",
                "label",
            ],
            Self::Level => &[
                "level",
                "级别",
                "行政级别",
                "政区级别",
                "xzjb",
                "adminlevel",
                "admlevel",
            ],
            Self::Parent => &[
                "parent.adcode",
                "parentcode",
                "parentadcode",
                "parent.code",
                "上级代码",
                "上级行政区代码",
                "上级政区代码",
                "sjdm",
                "parent",
                "pid",
                "padcode",
            ],
        }
    }

    /// The column among these that carries the field.
    pub fn column<S: AsRef<str>>(self, columns: &[S]) -> Option<usize> {
        self.names().iter().find_map(|name| {
            let wanted = normalise(name);
            columns.iter().position(|c| normalise(c.as_ref()) == wanted)
        })
    }
}

/// A set of rules that fits a kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A name and a position.
    Generic,
    /// The registration form of the census.
    CensusCn,
}

impl Profile {
    /// The word of `--profile`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::CensusCn => "census-cn",
        }
    }

    /// Guessed from column names: a file is a registration form when it has a place code and at least three more
    /// fields under the form's own labels or export columns.
    pub fn guess<S: AsRef<str>>(columns: &[S]) -> Self {
        let normal: Vec<String> = columns.iter().map(|c| normalise(c.as_ref())).collect();
        let own = |f: &PlaceField| {
            f.labels
                .first()
                .into_iter()
                .chain(f.column.iter())
                .any(|n| normal.contains(&normalise(n)))
        };
        let known = TABLE.iter().filter(|f| own(f)).count();
        let coded = place_field("place_code").is_some_and(own);
        if coded && known >= 4 {
            Self::CensusCn
        } else {
            Self::Generic
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = crate::finding::UnknownWord;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "generic" => Ok(Self::Generic),
            "census-cn" => Ok(Self::CensusCn),
            _ => Err(crate::finding::UnknownWord {
                found: s.to_owned(),
                expected: &["generic", "census-cn"],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(columns: &[&str]) -> Vec<(&'static str, String)> {
        map_place_columns(columns)
            .into_iter()
            .map(|(k, c)| (k, columns[c].to_owned()))
            .collect()
    }

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.len() > 40);
        assert!(
            TABLE
                .iter()
                .all(|f| !f.labels.is_empty() && !f.names.is_empty())
        );
        assert_eq!(TABLE.iter().filter(|f| f.required).count(), 13);
        let mut keys: Vec<_> = TABLE.iter().map(|f| f.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), TABLE.len());
    }

    #[test]
    fn three_generations_of_columns() {
        assert_eq!(
            mapped(&["标准名称*", "东经(°)", "北纬"]),
            [
                ("standard_name", "标准名称*".into()),
                ("lon_from", "东经(°)".into()),
                ("lat_from", "北纬".into())
            ]
        );
        assert_eq!(
            mapped(&["DMDM", "BZMC", "DJ", "BW"]),
            [
                ("place_code", "DMDM".into()),
                ("standard_name", "BZMC".into()),
                ("lon_from", "DJ".into()),
                ("lat_from", "BW".into())
            ]
        );
        assert_eq!(
            mapped(&["id", "name", "lat", "lng"]),
            [
                ("standard_name", "name".into()),
                ("lat_from", "lat".into()),
                ("lon_from", "lng".into())
            ]
        );
    }

    #[test]
    fn coordinates_in_an_object() {
        assert_eq!(
            mapped(&["name", "position.lng", "position.lat"]),
            [
                ("standard_name", "name".into()),
                ("lon_from", "position.lng".into()),
                ("lat_from", "position.lat".into())
            ]
        );
    }

    #[test]
    fn the_better_name_wins() {
        assert_eq!(
            mapped(&["name", "ext_name", "标准名称"]),
            [("standard_name", "标准名称".into())]
        );
    }

    #[test]
    fn units() {
        let columns = ["FID", "NAME", "adcode", "parent.adcode", "level"];
        assert_eq!(UnitField::Code.column(&columns), Some(2));
        assert_eq!(UnitField::Name.column(&columns), Some(1));
        assert_eq!(UnitField::Parent.column(&columns), Some(3));
        assert_eq!(UnitField::Level.column(&columns), Some(4));
        assert_eq!(UnitField::Code.column(&["kode", "nama"]), Some(0));
    }

    #[test]
    fn profiles() {
        assert_eq!(
            Profile::guess(&["DMDM", "BZMC", "DJ", "BW"]),
            Profile::CensusCn
        );
        assert_eq!(
            Profile::guess(&["id", "name", "lat", "lon"]),
            Profile::Generic
        );
        assert_eq!(
            Profile::guess(&["名称", "东经", "北纬", "备注"]),
            Profile::Generic
        );
    }
}
