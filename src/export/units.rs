//! Units as rows.

use geo_types::Geometry;
use jieming_geodata::Text;
use jieming_geodata::crs::Plane;
use jieming_geodata::encode::{EncodeError, Feature, FieldKind, Shape, Table};

use super::{Request, carried, field, number, text};
use crate::store::UnitExtent;

pub(super) fn table(request: &Request) -> Table {
    use FieldKind::{Code, Float, Text as Words};
    let fields = vec![
        field("code", "code", "代码", "code", Code),
        field("name", "name", "名称", "name", Words),
        field("level", "level", "级别", "level", Words),
        field("parent", "parent", "上级代码", "parent", Code),
        field("kind", "kind", "范围性质", "kind", Words),
        field("area_m2", "area_m2", "面积(平方米)", "area (m²)", Float),
        field(
            "accuracy_m",
            "accuracy_m",
            "位置精度(米)",
            "accuracy (m)",
            Float,
        ),
        field("source_crs", "source_crs", "原坐标系", "source CRS", Words),
    ];
    request.table(
        Text::new("行政区", "administrative units"),
        Shape::Area,
        fields,
    )
}

/// A unit. Numbers that were received in the very plane asked for are given back as they came.
pub(super) fn row(unit: UnitExtent, plane: &Plane) -> Result<Feature, EncodeError> {
    let own = unit.source.filter(|_| unit.plane == plane.text());
    let geometry = match own {
        Some(source) => Some(Geometry::MultiPolygon(source)),
        None => carried(plane, &Geometry::MultiPolygon(unit.geometry)),
    };
    let geometry = geometry.ok_or_else(|| {
        let (name, system) = (&unit.name, plane.text());
        let system: String = system.chars().take(60).collect();
        EncodeError::Refused(Text::new(
            format!("“{name}”（{}）超出 {system} 的有效范围；请选用当地的分带，如 EPSG:4547，或 EPSG:4490", unit.code),
            format!("{name} ({}) lies where {system} does not reach; take the zone of the place, such as EPSG:4547, or EPSG:4490", unit.code),
        ))
    })?;
    let values = vec![
        text(unit.code),
        text(unit.name),
        text(unit.level),
        text(unit.parent_code.unwrap_or_default()),
        text(unit.kind.as_str()),
        number(Some(unit.area_m2)),
        number(unit.accuracy_m),
        text(unit.source_crs),
    ];
    Ok(Feature {
        values,
        geometry: Some(geometry),
    })
}
