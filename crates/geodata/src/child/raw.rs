//! What the safe wrapper of GDAL does not give: text as bytes, and curves made straight.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_int};

use gdal::vector::{Feature, Geometry, Layer, LayerAccess};
use gdal_sys::{OGRFieldSubType, OGRFieldType};

use crate::decode::wire::{Cell, Raw};

/// How a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Whole numbers that mean yes and no.
    Bool,
    /// Numbers with a fraction.
    Float,
    /// Bytes that are no text: not read.
    Binary,
    /// All else, as the driver writes it.
    Text,
}

/// Names and kinds of the fields of a layer.
pub fn fields(layer: &Layer<'_>) -> (Vec<Raw>, Vec<Kind>) {
    // SAFETY: the layer lives through this function; GDAL owns the definition and the field pointers, which stay valid
    // as long as the layer is not changed, and nothing here changes it; names are NUL-terminated by contract.
    unsafe {
        let definition = gdal_sys::OGR_L_GetLayerDefn(layer.c_layer());
        (0..gdal_sys::OGR_FD_GetFieldCount(definition))
            .map(|i| {
                let field = gdal_sys::OGR_FD_GetFieldDefn(definition, i);
                let name = CStr::from_ptr(gdal_sys::OGR_Fld_GetNameRef(field))
                    .to_bytes()
                    .to_vec();
                let boolean = gdal_sys::OGR_Fld_GetSubType(field) == OGRFieldSubType::OFSTBoolean;
                let kind = match gdal_sys::OGR_Fld_GetType(field) {
                    OGRFieldType::OFTInteger if boolean => Kind::Bool,
                    OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => Kind::Integer,
                    OGRFieldType::OFTReal => Kind::Float,
                    OGRFieldType::OFTBinary => Kind::Binary,
                    _ => Kind::Text,
                };
                (Raw { bytes: name }, kind)
            })
            .unzip()
    }
}

/// The cell of a feature in the field of that index.
pub fn cell(feature: &Feature<'_>, index: usize, kind: Kind) -> Cell {
    let Ok(index) = c_int::try_from(index) else {
        return Cell::Null;
    };
    // SAFETY: the feature is alive and `index` comes from the definition of its own layer; the string that GDAL lends
    // is copied before the next call on the feature.
    unsafe {
        let f = feature.c_feature();
        if kind == Kind::Binary || gdal_sys::OGR_F_IsFieldSetAndNotNull(f, index) == 0 {
            return Cell::Null;
        }
        match kind {
            Kind::Integer => Cell::Integer(gdal_sys::OGR_F_GetFieldAsInteger64(f, index)),
            Kind::Bool => Cell::Bool(gdal_sys::OGR_F_GetFieldAsInteger64(f, index) != 0),
            Kind::Float => Cell::Float(gdal_sys::OGR_F_GetFieldAsDouble(f, index)),
            Kind::Text | Kind::Binary => {
                let text = gdal_sys::OGR_F_GetFieldAsString(f, index);
                if text.is_null() {
                    Cell::Null
                } else {
                    Cell::Text(Raw {
                        bytes: CStr::from_ptr(text).to_bytes().to_vec(),
                    })
                }
            }
        }
    }
}

/// A curve as straight pieces (GDAL's default step); `None` if the geometry has no curves.
pub fn straightened(geometry: &Geometry) -> Option<Geometry> {
    // SAFETY: the geometry is alive; the linear copy is written to WKB and destroyed here, so nothing is shared.
    unsafe {
        let g = geometry.c_geometry();
        if gdal_sys::OGR_G_HasCurveGeometry(g, 1) == 0 {
            return None;
        }
        let linear = gdal_sys::OGR_G_GetLinearGeometry(g, 0.0, std::ptr::null_mut());
        if linear.is_null() {
            return None;
        }
        gdal_sys::OGR_G_FlattenTo2D(linear);
        let mut bytes = vec![0; usize::try_from(gdal_sys::OGR_G_WkbSize(linear)).unwrap_or(0)];
        let written = gdal_sys::OGR_G_ExportToWkb(
            linear,
            gdal_sys::OGRwkbByteOrder::wkbNDR,
            bytes.as_mut_ptr(),
        );
        gdal_sys::OGR_G_DestroyGeometry(linear);
        if written != gdal_sys::OGRErr::OGRERR_NONE {
            return None;
        }
        Geometry::from_wkb(&bytes).ok()
    }
}
