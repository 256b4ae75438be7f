//! The little of PROJ that is used: what a text describes, operations between systems, and pipelines over points.
//! One context per thread; the network is off; PROJ's own texts never reach the user.
#![allow(unsafe_code)]

use std::{
    cell::RefCell,
    collections::HashMap,
    ffi::{CStr, CString, c_char},
    ptr,
};

use proj_sys as sys;

/// Pipelines kept ready per thread.
const KEPT: usize = 64;

/// Degrees added around the data when operations are sought.
const PAD: f64 = 1e-4;

struct Context {
    ctx: *mut sys::PJ_CONTEXT,
    ready: HashMap<String, Handle>,
}

impl Drop for Context {
    fn drop(&mut self) {
        self.ready.clear();
        // SAFETY: made by proj_context_create, destroyed once, after every object made in it.
        unsafe { sys::proj_context_destroy(self.ctx) };
    }
}

/// An object of PROJ, destroyed with its owner.
struct Handle(*mut sys::PJ);

impl Handle {
    fn new(p: *mut sys::PJ) -> Option<Self> {
        (!p.is_null()).then_some(Self(p))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: a pointer that PROJ gave us to own, destroyed once.
        unsafe { sys::proj_destroy(self.0) };
    }
}

thread_local! {
    static CONTEXT: RefCell<Context> = RefCell::new({
        // SAFETY: plain constructors and settings on a context of our own.
        let ctx = unsafe {
            let ctx = sys::proj_context_create();
            sys::proj_log_level(ctx, sys::PJ_LOG_LEVEL_PJ_LOG_NONE);
            sys::proj_context_set_enable_network(ctx, 0);
            ctx
        };
        Context { ctx, ready: HashMap::new() }
    });
}

fn with<T>(f: impl FnOnce(*mut sys::PJ_CONTEXT) -> T) -> T {
    CONTEXT.with_borrow(|c| f(c.ctx))
}

unsafe fn text(p: *const c_char) -> Option<String> {
    // SAFETY: the caller passes null or a NUL-terminated string that lives through this call.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned())
}

/// What kind of system a text describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Degrees on an ellipsoid.
    Geographic,
    /// A map plane.
    Projected,
    /// Anything else: vertical, local, geocentric.
    Other,
}

/// What PROJ knows of a system.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its kind.
    pub kind: Kind,
    /// Its EPSG code, if the text carries one.
    pub epsg: Option<u32>,
    /// Its name.
    pub name: String,
    /// The name of its datum.
    pub datum: String,
    /// Semi-major axis (metres) and inverse flattening of its ellipsoid.
    pub ellipsoid: (f64, f64),
    /// Pipeline from its geographic base (longitude, latitude in degrees) to its numbers, x = east.
    pub from_base: String,
    /// With a `TOWGS84` of its own: the pipeline from its numbers to WGS 84 longitude and latitude.
    pub to_wgs84: Option<String>,
    /// The central meridian, if it is a transverse Mercator.
    pub central_meridian: Option<f64>,
}

unsafe fn create(ctx: *mut sys::PJ_CONTEXT, definition: &str) -> Option<Handle> {
    let c = CString::new(definition).ok()?;
    // SAFETY: a live context and a NUL-terminated text.
    Handle::new(unsafe { sys::proj_create(ctx, c.as_ptr()) })
}

/// The pipeline from one system to another, in east-north order, if it is a single one.
unsafe fn pipeline(ctx: *mut sys::PJ_CONTEXT, from: &Handle, to: &Handle) -> Option<String> {
    // SAFETY: live context and objects; results are owned by the handles.
    unsafe {
        let raw = Handle::new(sys::proj_create_crs_to_crs_from_pj(
            ctx,
            from.0,
            to.0,
            ptr::null_mut(),
            ptr::null(),
        ))?;
        let op = Handle::new(sys::proj_normalize_for_visualization(ctx, raw.0))?;
        text(sys::proj_as_proj_string(
            ctx,
            op.0,
            sys::PJ_PROJ_STRING_TYPE_PJ_PROJ_5,
            ptr::null(),
        ))
    }
}

/// Describes a system by code, WKT or PROJ text; `None` if PROJ does not know it.
pub fn describe(definition: &str) -> Option<Described> {
    // SAFETY: every object is made, asked and dropped inside, in one live context; strings are copied at once.
    with(|ctx| unsafe {
        let definition = match definition.trim() {
            d if d.starts_with('+') && !d.contains("+type=crs") => format!("{d} +type=crs"),
            d => d.to_owned(),
        };
        let mut crs = create(ctx, &definition)?;
        let mut bound = None;
        loop {
            let kind = sys::proj_get_type(crs.0);
            if kind == sys::PJ_TYPE_PJ_TYPE_BOUND_CRS {
                let inner = Handle::new(sys::proj_get_source_crs(ctx, crs.0))?;
                bound = Some(std::mem::replace(&mut crs, inner));
            } else if kind == sys::PJ_TYPE_PJ_TYPE_COMPOUND_CRS {
                crs = Handle::new(sys::proj_crs_get_sub_crs(ctx, crs.0, 0))?;
            } else {
                break;
            }
        }
        let kind = match sys::proj_get_type(crs.0) {
            sys::PJ_TYPE_PJ_TYPE_GEOGRAPHIC_2D_CRS | sys::PJ_TYPE_PJ_TYPE_GEOGRAPHIC_3D_CRS => {
                Kind::Geographic
            }
            sys::PJ_TYPE_PJ_TYPE_PROJECTED_CRS => Kind::Projected,
            _ => Kind::Other,
        };
        let name = text(sys::proj_get_name(crs.0)).unwrap_or_default();
        let epsg = text(sys::proj_get_id_auth_name(crs.0, 0))
            .filter(|a| a == "EPSG")
            .and_then(|_| text(sys::proj_get_id_code(crs.0, 0)))
            .and_then(|c| c.parse().ok());
        let mut d = Described {
            kind,
            epsg,
            name,
            datum: String::new(),
            ellipsoid: (0.0, 0.0),
            from_base: String::new(),
            to_wgs84: None,
            central_meridian: None,
        };
        if kind == Kind::Other {
            return Some(d);
        }
        let base = Handle::new(sys::proj_crs_get_geodetic_crs(ctx, crs.0))?;
        if let Some(datum) = Handle::new(sys::proj_crs_get_datum_forced(ctx, base.0)) {
            d.datum = text(sys::proj_get_name(datum.0)).unwrap_or_default();
        }
        if let Some(e) = Handle::new(sys::proj_get_ellipsoid(ctx, base.0)) {
            let (mut a, mut rf) = (0.0, 0.0);
            sys::proj_ellipsoid_get_parameters(
                ctx,
                e.0,
                &mut a,
                ptr::null_mut(),
                ptr::null_mut(),
                &mut rf,
            );
            d.ellipsoid = (a, rf);
        }
        d.from_base = pipeline(ctx, &base, &crs)?;
        d.central_meridian = d
            .from_base
            .contains("+proj=tmerc")
            .then(|| {
                d.from_base
                    .split_whitespace()
                    .find_map(|w| w.strip_prefix("+lon_0=")?.parse().ok())
            })
            .flatten();
        if let Some(bound) = bound {
            let wgs = create(ctx, "EPSG:4326")?;
            d.to_wgs84 = pipeline(ctx, &bound, &wgs)
                .filter(|p| p.contains("+proj=helmert") || p.contains("grid"));
        }
        Some(d)
    })
}

/// An operation from the geographic base of a system to WGS 84.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its name in the database.
    pub name: String,
    /// Longitude, latitude in degrees to longitude, latitude in degrees.
    pub pipeline: String,
    /// Accuracy in metres, where known.
    pub accuracy_m: Option<f64>,
    /// West, south, east, north of its area of use, degrees.
    pub area: [f64; 4],
}

/// The operations from the base of `definition` to WGS 84 whose area of use contains `area` (west, south, east,
/// north), without ballpark steps and without grids that are not there; PROJ's best first.
pub fn operations(definition: &str, area: Option<[f64; 4]>) -> Vec<Operation> {
    // SAFETY: as in `describe`; the list and the factory are destroyed before the context.
    with(|ctx| unsafe {
        let mut found = Vec::new();
        let Some(crs) = create(ctx, definition) else {
            return found;
        };
        let (Some(base), Some(wgs)) = (
            Handle::new(sys::proj_crs_get_geodetic_crs(ctx, crs.0)),
            create(ctx, "EPSG:4326"),
        ) else {
            return found;
        };
        let factory = sys::proj_create_operation_factory_context(ctx, ptr::null());
        if factory.is_null() {
            return found;
        }
        sys::proj_operation_factory_context_set_allow_ballpark_transformations(ctx, factory, 0);
        // Without data any operation of the system will do: its area then binds every point.
        let criterion = if area.is_some() {
            sys::PROJ_SPATIAL_CRITERION_PROJ_SPATIAL_CRITERION_STRICT_CONTAINMENT
        } else {
            sys::PROJ_SPATIAL_CRITERION_PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION
        };
        sys::proj_operation_factory_context_set_spatial_criterion(ctx, factory, criterion);
        if let Some([w, s, e, n]) = area {
            // An area without extent finds nothing.
            let (w, s, e, n) = (w - PAD, s - PAD, e + PAD, n + PAD);
            sys::proj_operation_factory_context_set_area_of_interest(ctx, factory, w, s, e, n);
        }
        let list = sys::proj_create_operations(ctx, base.0, wgs.0, factory);
        if !list.is_null() {
            for i in 0..sys::proj_list_get_count(list) {
                if let Some(op) =
                    Handle::new(sys::proj_list_get(ctx, list, i)).and_then(|h| one(ctx, &h))
                    && area.is_none_or(|a| contains(op.area, a))
                {
                    found.push(op);
                }
            }
            sys::proj_list_destroy(list);
        }
        sys::proj_operation_factory_context_destroy(factory);
        found
    })
}

/// Whether a box (west, south, east, north) lies within another.
pub fn contains(outer: [f64; 4], inner: [f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

unsafe fn one(ctx: *mut sys::PJ_CONTEXT, op: &Handle) -> Option<Operation> {
    // SAFETY: live context and object; outputs are locals; the name is copied at once.
    unsafe {
        if sys::proj_coordoperation_has_ballpark_transformation(ctx, op.0) != 0
            || sys::proj_coordoperation_is_instantiable(ctx, op.0) == 0
        {
            return None;
        }
        let mut area = [0.0; 4];
        let [w, s, e, n] = &mut area;
        if sys::proj_get_area_of_use(ctx, op.0, w, s, e, n, ptr::null_mut()) == 0 {
            return None;
        }
        let accuracy = sys::proj_coordoperation_get_accuracy(ctx, op.0);
        let plain = Handle::new(sys::proj_normalize_for_visualization(ctx, op.0))?;
        let pipeline = text(sys::proj_as_proj_string(
            ctx,
            plain.0,
            sys::PJ_PROJ_STRING_TYPE_PJ_PROJ_5,
            ptr::null(),
        ))?;
        Some(Operation {
            name: text(sys::proj_get_name(op.0)).unwrap_or_default(),
            pipeline,
            accuracy_m: (accuracy >= 0.0).then_some(accuracy),
            area,
        })
    }
}

/// Runs points through a pipeline, in place. Points that it cannot take become NaN. `false`: no such pipeline.
pub fn run(pipeline: &str, forward: bool, points: &mut [(f64, f64)]) -> bool {
    if pipeline.is_empty() || pipeline.trim() == "+proj=noop" {
        return true;
    }
    CONTEXT.with_borrow_mut(|c| {
        if !c.ready.contains_key(pipeline) {
            if c.ready.len() >= KEPT {
                c.ready.clear();
            }
            // SAFETY: a live context.
            match unsafe { create(c.ctx, pipeline) } {
                Some(h) => c.ready.insert(pipeline.to_owned(), h),
                None => return false,
            };
        }
        let Some(handle) = c.ready.get(pipeline) else {
            return false;
        };
        let direction = if forward {
            sys::PJ_DIRECTION_PJ_FWD
        } else {
            sys::PJ_DIRECTION_PJ_INV
        };
        for p in points {
            let mut coord = sys::PJ_COORD {
                v: [p.0, p.1, 0.0, f64::INFINITY],
            };
            // SAFETY: a live object of this thread's context; the coordinate is passed by value.
            coord = unsafe {
                sys::proj_errno_reset(handle.0);
                sys::proj_trans(handle.0, direction, coord)
            };
            // SAFETY: every member of the union is four doubles.
            let [x, y, ..] = unsafe { coord.v };
            *p = if x.is_finite() && y.is_finite() {
                (x, y)
            } else {
                (f64::NAN, f64::NAN)
            };
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_described_in_their_spellings() {
        let d = describe("EPSG:4526").unwrap();
        assert_eq!(
            (d.kind, d.epsg, d.datum.as_str()),
            (Kind::Projected, Some(4526), "China 2000")
        );
        assert_eq!(d.central_meridian, Some(114.0));
        let esri = r#"PROJCS["Beijing_1954_3_Degree_GK_CM_114E",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
        let d = describe(esri).unwrap();
        assert!(d.datum.contains("Beijing"), "{}", d.datum);
        assert_eq!(d.ellipsoid.0, 6_378_245.0);
        assert!(describe("武汉地方坐标系").is_none());
    }

    #[test]
    fn bound_systems_keep_their_parameters() {
        let d = describe(
            "+proj=tmerc +lon_0=114 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0",
        )
        .unwrap();
        assert!(d.to_wgs84.is_some());
        assert_eq!(d.central_meridian, Some(114.0));
    }
}
