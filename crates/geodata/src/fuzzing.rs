//! Ways in for the fuzz targets of `fuzz/`.

use std::path::Path;

use crate::decode::{Format, gdal};

/// What a child sent, read as the parent reads it: as a drawing, or as any other format.
pub fn frames(bytes: &[u8], drawing: bool) {
    let format = if drawing {
        Format::Dxf
    } else {
        Format::GeoPackage
    };
    let _ = gdal::of_frames(bytes, format);
}

/// Reads a workbook as the child does.
pub fn workbook(path: &Path, format: Format) {
    // Output that goes nowhere cannot fail.
    let _ = crate::child::workbook::run(path, format, None, &mut std::io::sink());
}
