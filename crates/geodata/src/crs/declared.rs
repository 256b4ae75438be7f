//! What a file says about its coordinate reference system.

/// The declaration of a file, before anything is concluded from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredCrs {
    /// The file says nothing and its format has no default (CSV, a Shapefile without `.prj`).
    Undeclared,
    /// The file says nothing, and the format then means CRS84 (GeoJSON). Weak: most writers never thought of it.
    FormatDefault,
    /// The container says that the system is unknown (GeoPackage `srs_id` 0 and -1).
    Unknown,
    /// An EPSG code.
    Epsg(u32),
    /// WKT (OGC or ESRI), a URN or URL, or a PROJ text.
    Text(String),
}
