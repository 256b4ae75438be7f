//! From words to what is to be written: everything that can be refused is refused before a file is begun.

use jieming_domain::lang::Lang;
use jieming_domain::unit::ExtentKind;
use jieming_geodata::Text;
use jieming_geodata::crs::{Method, ParameterSet, Plane};
use jieming_geodata::encode::{self, Format, Shape, Table};

use super::{Collection, ExportError, Why, cell, collection};
use crate::store::Store;

/// What is asked for, in words.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Name of the collection.
    pub collection: &'a str,
    /// Word of the format.
    pub format: &'a str,
    /// Coordinate system, as `--crs` takes it; EPSG:4490 when absent.
    pub crs: Option<&'a str>,
    /// Kind of extent, for units.
    pub kind: Option<ExtentKind>,
    /// Language of headings and messages.
    pub lang: Lang,
}

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Request {
    /// The collection.
    pub collection: Collection,
    /// The format.
    pub format: Format,
    /// The plane of the numbers in the file.
    pub plane: Plane,
    /// That plane as other programs know it.
    pub system: String,
    /// Language of headings and messages.
    pub lang: Lang,
}

impl Request {
    /// Understands what is asked for.
    ///
    /// # Errors
    /// [`ExportError`] that says what would do.
    pub async fn new(store: &dyn Store, asked: &Asked<'_>) -> Result<Self, ExportError> {
        let format = Format::of_word(asked.format).ok_or_else(|| {
            let shown: String = asked.format.chars().take(40).collect();
            ExportError::new(
                Why::Format,
                format!(
                    "不认识的格式“{shown}”；应为以下之一：{}",
                    Format::WORDS.join("、")
                ),
                format!(
                    "unknown format {shown:?}; expected one of {}",
                    Format::WORDS.join(", ")
                ),
            )
        })?;
        let mut collection = collection::find(store, asked.collection).await?;
        if let Some(wanted) = asked.kind {
            match &mut collection {
                Collection::Units { kind, .. } => *kind = wanted,
                Collection::Places | Collection::Findings => {
                    return Err(ExportError::new(
                        Why::Kind,
                        "范围性质（kind）只适用于行政区（units）",
                        "a kind of extent applies to units only",
                    ));
                }
            }
        }
        let (plane, system) = match asked.crs {
            Some(crs) => plane(store, crs.trim(), format).await?,
            None => {
                let plane = Plane::storage();
                let system = plane.text().to_owned();
                (plane, system)
            }
        };
        Ok(Self {
            collection,
            format,
            plane,
            system,
            lang: asked.lang,
        })
    }

    /// The name of the file for people.
    pub fn file_name(&self) -> String {
        let name = self.collection.file_name();
        // A Shapefile is a zip; its name says of what.
        let ending = match self.format {
            Format::Shapefile => "shp.zip",
            other => other.extension(),
        };
        format!("{name}.{ending}")
    }

    pub(super) fn table(&self, title: Text, shape: Shape, fields: Vec<encode::Field>) -> Table {
        Table {
            name: self.collection.file_name(),
            title,
            fields,
            shape,
            only_areas: matches!(self.collection, Collection::Units { .. }),
            system: self.system.clone(),
            chinese: self.lang == Lang::Zh,
            cell,
        }
    }
}

/// How a plane is declared in files: a registered set is known here only, so its source stands for it; of a way that was
/// chosen to storage nothing is said.
fn declared(plane: &Plane, registry: &[ParameterSet]) -> String {
    let text = plane.text();
    let system = match registry.iter().find(|s| s.name == text) {
        Some(set) => match &set.method {
            Method::Wkt(own) => own.as_str(),
            _ => set.source.as_str(),
        },
        None => text.split_once(" by ").map_or(text, |(source, _)| source),
    };
    system.to_owned()
}

/// The plane that is asked for, and the text by which other programs know it.
async fn plane(
    store: &dyn Store,
    crs: &str,
    format: Format,
) -> Result<(Plane, String), ExportError> {
    let shown: String = crs.chars().take(60).collect();
    let registry = store.parameter_sets().await?;
    let plane = Plane::parse(crs, &registry).map_err(|refused| match refused.code {
        "crs.parameters_needed" => ExportError::new(
            Why::Crs,
            format!(
                "导出到“{shown}”需要当地转换参数（与 CGCS2000 相差数十米至一百多米），尚未登记；请先用 jieming crs add 登记，或改用 EPSG:4490、EPSG:4547 等"
            ),
            format!(
                "{shown} needs local parameters, which are not registered (it lies tens of metres to over 100 m from CGCS2000); register them with jieming crs add, or take EPSG:4490, EPSG:4547 or the like"
            ),
        ),
        _ => ExportError {
            why: Why::Crs,
            text: refused.message,
        },
    })?;
    if matches!(plane.text(), "GCJ-02" | "BD-09") {
        return Err(ExportError::new(
            Why::Crs,
            format!("{shown} 是网络地图的偏移，不是文件可以声明的坐标系；请改用 EPSG:4490"),
            format!(
                "{shown} is the offset of a web map, not a system that a file can declare; take EPSG:4490"
            ),
        ));
    }
    if format == Format::GeoJson && plane.text() != Plane::storage().text() {
        return Err(ExportError::new(
            Why::Crs,
            format!(
                "GeoJSON（RFC 7946）不能声明坐标系，只能是经纬度（EPSG:4490）；请省略坐标系选项，或改用 gpkg、shp、fgb 导出 {shown}"
            ),
            format!(
                "GeoJSON (RFC 7946) cannot declare a coordinate system and is written in longitude and latitude (EPSG:4490) only; leave the CRS away, or take gpkg, shp or fgb for {shown}"
            ),
        ));
    }
    let system = declared(&plane, &registry);
    // A table of text declares nothing.
    if format != Format::Csv {
        encode::check_system(&system).map_err(|e| ExportError {
            why: Why::Crs,
            text: e.text(),
        })?;
    }
    Ok((plane, system))
}
