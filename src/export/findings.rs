//! Findings as rows.

use geo_types::{Geometry, Point};
use jieming_geodata::Text;
use jieming_geodata::encode::{Feature, FieldKind, Format, Shape, Table};

use super::{Request, carried, field, number, text};
use crate::store::Finding;

pub(super) fn table(request: &Request) -> Table {
    use FieldKind::{Code, Float, Text as Words};
    let mut fields = vec![
        field("id", "id", "编号", "id", Words),
        field("rule", "rule", "规则", "rule", Words),
        field("kind", "kind", "类型", "kind", Words),
        field("gap_kind", "gap_kind", "空白类型", "kind of gap", Words),
        field("severity", "severity", "严重程度", "severity", Words),
        field("state", "state", "状态", "state", Words),
        field("level", "level", "级别", "level", Words),
        field("units", "units", "单元代码", "unit codes", Code),
        field("unit_names", "unit_names", "单元名称", "unit names", Words),
        field("parent", "parent", "上级代码", "parent", Code),
        field("area_m2", "area_m2", "面积(平方米)", "area (m²)", Float),
        field(
            "max_width_m",
            "width_m",
            "最大宽度(米)",
            "greatest width (m)",
            Float,
        ),
        field("length_m", "length_m", "长度(米)", "length (m)", Float),
        field("place", "place", "涉及地名", "place name", Words),
        field("message", "message", "说明", "message", Words),
        field("first_seen", "first_seen", "首次发现", "first seen", Words),
        field("last_seen", "last_seen", "最近发现", "last seen", Words),
    ];
    if request.format == Format::Csv {
        let (x, y) = if request.plane.is_geographic() {
            (("经度", "longitude"), ("纬度", "latitude"))
        } else {
            (("X坐标", "x"), ("Y坐标", "y"))
        };
        fields.push(field("x", "x", x.0, x.1, Float));
        fields.push(field("y", "y", y.0, y.1, Float));
    }
    request.table(Text::new("发现", "findings"), Shape::Area, fields)
}

/// A finding, and whether the plane reaches it.
pub(super) fn row(finding: Finding, request: &Request) -> (Feature, bool) {
    let body = &finding.body;
    let mut values = vec![
        text(finding.id.as_str()),
        text(body.rule.as_ref()),
        text(body.kind.as_str()),
        text(body.gap_kind.map_or("", |g| g.as_str())),
        text(body.severity.as_str()),
        text(finding.state.as_str()),
        text(body.level.as_ref()),
        text(joined(body.units.iter().map(|u| &*u.code))),
        text(joined(body.units.iter().map(|u| &*u.name))),
        text(body.parent.clone().unwrap_or_default()),
        number(body.area_m2),
        number(body.max_width_m),
        number(body.length_m),
        text(body.place.as_ref().map_or("", |p| p.1.as_str())),
        text(body.message(request.lang)),
        text(finding.first_seen.as_str()),
        text(finding.last_seen.as_str()),
    ];
    let shape = body.geometry.clone();
    let point = body.point.map(|[x, y]| Geometry::Point(Point::new(x, y)));
    let mut reached = true;
    let mut carry = |g: Option<Geometry<f64>>| {
        let g = g?;
        let there = carried(&request.plane, &g);
        reached &= there.is_some();
        there
    };
    if request.format == Format::Csv {
        let (x, y) = match carry(point) {
            Some(Geometry::Point(p)) => (Some(p.x()), Some(p.y())),
            _ => (None, None),
        };
        values.extend([number(x), number(y)]);
        let shape = shape.filter(|g| !matches!(g, Geometry::Point(_)));
        let geometry = carry(shape);
        return (Feature { values, geometry }, reached);
    }
    let geometry = carry(shape.or(point));
    (Feature { values, geometry }, reached)
}

fn joined<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(";")
}
