//! What the safe wrapper of GDAL does not give: other names of fields, transactions over an owned layer, silence on
//! standard error, and whether closing a file went well.
#![allow(unsafe_code)]

use std::ffi::{CString, c_char};

use gdal::Dataset;
use gdal::vector::LayerAccess;
use gdal_sys::{CPLErr, GDALDatasetH, OGRErr, OGRFieldType};

/// While it lives, GDAL prints nothing from this thread; its messages still come with its errors.
pub struct Quiet;

impl Quiet {
    pub fn begin() -> Self {
        // SAFETY: GDAL's own handler, pushed for this thread and popped when this value goes.
        unsafe { gdal_sys::CPLPushErrorHandler(Some(gdal_sys::CPLQuietErrorHandler)) };
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // SAFETY: pops what `begin` pushed on this thread: the value is not `Send`-ed by anyone, it lives in one function.
        unsafe { gdal_sys::CPLPopErrorHandler() };
    }
}

/// Adds a field with its name for people.
pub fn add_field(
    layer: &impl LayerAccess,
    name: &str,
    alias: Option<&str>,
    kind: OGRFieldType::Type,
) -> Result<(), String> {
    let name = CString::new(name).map_err(|e| e.to_string())?;
    let alias = alias.map(CString::new).transpose();
    let alias = alias.map_err(|e| e.to_string())?;
    // SAFETY: the layer lives through this function; the definition is made, copied by GDAL into the layer, and
    // destroyed here; the strings outlive the calls.
    let done = unsafe {
        let field = gdal_sys::OGR_Fld_Create(name.as_ptr(), kind);
        if let Some(alias) = &alias {
            gdal_sys::OGR_Fld_SetAlternativeName(field, alias.as_ptr());
        }
        let done = gdal_sys::OGR_L_CreateField(layer.c_layer(), field, 1);
        gdal_sys::OGR_Fld_Destroy(field);
        done
    };
    if done == OGRErr::OGRERR_NONE {
        Ok(())
    } else {
        Err(last_error().unwrap_or_else(|| format!("OGR error {done}")))
    }
}

/// The transactions of a file whose layer is owned by someone else in the same place.
#[derive(Clone, Copy)]
pub struct Transactions(GDALDatasetH);

impl Transactions {
    /// Of a dataset, which must live as long as this is used.
    pub fn of(dataset: &Dataset) -> Self {
        Self(dataset.c_dataset())
    }

    /// Begins one where the driver has them.
    pub fn begin(self) -> Result<(), String> {
        // SAFETY: the sink that holds this holds the layer, and the layer its dataset.
        checked(unsafe { gdal_sys::GDALDatasetStartTransaction(self.0, 0) })
    }

    /// Ends it.
    pub fn commit(self) -> Result<(), String> {
        // SAFETY: as in `begin`.
        checked(unsafe { gdal_sys::GDALDatasetCommitTransaction(self.0) })
    }
}

fn checked(done: OGRErr::Type) -> Result<(), String> {
    if done == OGRErr::OGRERR_NONE || done == OGRErr::OGRERR_UNSUPPORTED_OPERATION {
        Ok(())
    } else {
        Err(last_error().unwrap_or_else(|| format!("OGR error {done}")))
    }
}

/// Closes a file. Before GDAL 3.7 closing says nothing by itself, so its last error is asked for.
pub fn close(dataset: Dataset) -> Result<(), String> {
    // SAFETY: clears the last error of this thread.
    unsafe { gdal_sys::CPLErrorReset() };
    dataset.close().map_err(|e| e.to_string())?;
    last_error().map_or(Ok(()), Err)
}

/// The last failure of this thread.
fn last_error() -> Option<String> {
    // SAFETY: GDAL lends the message of this thread until its next call; it is copied at once.
    unsafe {
        if gdal_sys::CPLGetLastErrorType() < CPLErr::CE_Failure {
            return None;
        }
        let message: *const c_char = gdal_sys::CPLGetLastErrorMsg();
        (!message.is_null()).then(|| {
            std::ffi::CStr::from_ptr(message)
                .to_string_lossy()
                .into_owned()
        })
    }
}
