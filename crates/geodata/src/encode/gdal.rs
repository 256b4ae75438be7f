//! What GDAL writes: GeoPackage and the parts of Shapefiles. On files of ours, in this process.

use std::path::Path;
use std::sync::Once;

use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Feature as Row, Geometry as Ogr, LayerAccess as _, LayerOptions, OwnedLayer};
use gdal::{DriverManager, errors::GdalError};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};
use geo_types::{Geometry, MultiPolygon};

use super::{EncodeError, Feature, Field, FieldKind, Rows, Table, Written, raw, raw::Transactions};
use crate::decode::Value;
use crate::{Text, wkb};

/// Rows of a transaction.
const TRANSACTION: u64 = 20_000;

impl From<GdalError> for EncodeError {
    fn from(e: GdalError) -> Self {
        Self::Gdal(e.to_string())
    }
}

/// Before the first driver is asked for: no plugins, no network.
fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (key, value) in [("GDAL_DRIVER_PATH", "disable"), ("PROJ_NETWORK", "OFF")] {
            // An option that cannot be set leaves the usual behaviour.
            let _ = gdal::config::set_config_option(key, value);
        }
    });
}

/// The system that a text names, with x = east.
pub fn spatial_ref(text: &str) -> Result<SpatialRef, EncodeError> {
    begin();
    let _quiet = raw::Quiet::begin();
    let unknown = || {
        let shown: String = text.chars().take(60).collect();
        EncodeError::Refused(Text::new(
            format!("文件无法声明坐标系“{shown}”；请改用 EPSG:4490、EPSG:4547 等"),
            format!(
                "no file can declare the system {shown:?}; take EPSG:4490, EPSG:4547 or the like"
            ),
        ))
    };
    let word = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric());
    let named = match (
        text.strip_prefix("EPSG:").map(str::parse),
        text.split_once(':'),
    ) {
        (Some(Ok(code)), _) => SpatialRef::from_epsg(code),
        _ if text.starts_with('+') => SpatialRef::from_proj4(text),
        _ if text.contains('[') => SpatialRef::from_wkt(text),
        // An authority and a code. Nothing else: GDAL would also take the names of files and addresses.
        (_, Some((authority, code))) if word(authority) && word(code) => {
            SpatialRef::from_definition(text)
        }
        _ => return Err(unknown()),
    };
    let mut system = named.map_err(|_| unknown())?;
    system.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(system)
}

/// A layer that is being written.
pub struct Sink {
    layer: OwnedLayer,
    transactions: Transactions,
    rows: u64,
}

impl Sink {
    /// Makes a file with one layer. `names` are the names of the fields.
    pub fn create(
        driver: &str,
        path: &Path,
        layer_name: &str,
        table: &Table,
        names: &[String],
        ty: OGRwkbGeometryType::Type,
        options: &[&str],
    ) -> Result<Self, EncodeError> {
        let system = spatial_ref(&table.system)?;
        let driver = DriverManager::get_driver_by_name(driver)?;
        let mut dataset = driver.create_vector_only(path)?;
        let layer = dataset.create_layer(LayerOptions {
            name: layer_name,
            srs: Some(&system),
            ty,
            options: Some(options),
        })?;
        for (field, name) in table.fields.iter().zip(names) {
            let label = field.label.get(table.chinese);
            raw::add_field(&layer, name, Some(label), kind(field)).map_err(EncodeError::Gdal)?;
        }
        let transactions = Transactions::of(&dataset);
        transactions.begin().map_err(EncodeError::Gdal)?;
        Ok(Self {
            layer: dataset.into_layer(0)?,
            transactions,
            rows: 0,
        })
    }

    /// Adds a row.
    pub fn add(
        &mut self,
        values: &[Value],
        geometry: Option<&Geometry<f64>>,
    ) -> Result<(), EncodeError> {
        let mut row = Row::new(self.layer.defn())?;
        for (i, value) in values.iter().enumerate() {
            match value {
                Value::Null => row.set_field_null(i)?,
                // NUL ends a text for GDAL; no text of ours needs one.
                Value::Text(t) => row.set_field_string(i, &t.replace('\0', ""))?,
                Value::Integer(n) => row.set_field_integer64(i, *n)?,
                Value::Float(x) => row.set_field_double(i, *x)?,
                Value::Bool(b) => row.set_field_integer(i, i32::from(*b))?,
            }
        }
        if let Some(g) = geometry {
            row.set_geometry(Ogr::from_wkb(&wkb::write(g))?)?;
        }
        row.create(&self.layer)?;
        drop(row);
        self.rows += 1;
        if self.rows.is_multiple_of(TRANSACTION) {
            self.transactions.commit().map_err(EncodeError::Gdal)?;
            self.transactions.begin().map_err(EncodeError::Gdal)?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(), EncodeError> {
        self.transactions.commit().map_err(EncodeError::Gdal)?;
        raw::close(self.layer.into_dataset()).map_err(EncodeError::Gdal)
    }
}

fn kind(field: &Field) -> OGRFieldType::Type {
    match field.kind {
        FieldKind::Text | FieldKind::Code => OGRFieldType::OFTString,
        FieldKind::Integer => OGRFieldType::OFTInteger64,
        FieldKind::Float => OGRFieldType::OFTReal,
    }
}

/// Writes a GeoPackage.
pub fn write(table: &Table, rows: Rows<'_>, path: &Path) -> Result<Written, EncodeError> {
    let ty = if table.only_areas {
        OGRwkbGeometryType::wkbMultiPolygon
    } else {
        OGRwkbGeometryType::wkbUnknown
    };
    begin();
    let _quiet = raw::Quiet::begin();
    let names: Vec<String> = table.fields.iter().map(|f| f.key.clone()).collect();
    let title = format!("IDENTIFIER={}", table.title.get(table.chinese));
    let options = ["GEOMETRY_NAME=geom", "FID=fid", title.as_str()];
    let mut sink = Sink::create("GPKG", path, &table.name, table, &names, ty, &options)?;
    let mut written = Written::default();
    for row in rows {
        let Feature { values, geometry } = row?;
        let geometry = geometry.map(|g| match g {
            Geometry::Polygon(p) if table.only_areas => MultiPolygon(vec![p]).into(),
            other => other,
        });
        sink.add(&values, geometry.as_ref())?;
        written.rows += 1;
    }
    sink.finish()?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_named_by_codes_and_definitions_only() {
        for text in [
            "EPSG:4490",
            "EPSG:4547",
            "OGC:CRS84",
            "ESRI:102012",
            "+proj=tmerc +lon_0=114 +ellps=GRS80",
        ] {
            spatial_ref(text).unwrap();
        }
        let wkt = spatial_ref("EPSG:4526").unwrap().to_wkt().unwrap();
        assert_eq!(spatial_ref(&wkt).unwrap().auth_code().unwrap(), 4526);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), wkt).unwrap();
        let file = file.path().to_str().unwrap();
        for text in [
            "",
            "GCJ-02",
            "local",
            "EPSG:1",
            "http://localhost/4490",
            file,
        ] {
            assert!(
                matches!(spatial_ref(text), Err(EncodeError::Refused(_))),
                "{text}"
            );
        }
    }
}
