//! What the columns of a file may be: for the step in which people say it.

use axum::Json;
use jieming_domain::actor::Action;
use jieming_domain::fields;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::envelope::ErrorBody;
use crate::api::error::Result;
use crate::api::query::{Fields, FromFields, Query};
use crate::api::reader::Reader;
use crate::api::routes::upload::rows_of;
use crate::store::SubmissionAs;

/// Of which rows the fields are.
pub(in crate::api) struct Of(SubmissionAs);

impl FromFields for Of {
    fn from_fields(fields: &mut Fields) -> Result<Self> {
        let word = fields.text("as")?;
        rows_of(word.as_deref().unwrap_or("places")).map(Self)
    }
}

/// The query as the document describes it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes the query for the OpenAPI document")]
pub struct OfParams {
    /// units or places; places when not said.
    #[param(rename = "as", example = "places")]
    kind: Option<String>,
    /// zh or en.
    lang: Option<String>,
}

/// The fields, in the order of the form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldList {
    fields: Vec<FieldView>,
}

/// A field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldView {
    /// The FIELD of `map` (places), or `code`, `name`, `level`, `parent` (units).
    key: &'static str,
    /// What people call it.
    label: &'static str,
    /// Nothing can be taken in without it.
    required: bool,
}

/// Fields of units or of places, to which columns may be mapped.
#[utoipa::path(get, path = "/api/v1/fields", tag = "submissions", params(OfParams),
    responses((status = 200, body = FieldList), (status = 400, body = ErrorBody)))]
pub(in crate::api) async fn list_fields(
    reader: Reader,
    Query(Of(kind)): Query<Of>,
) -> Result<Json<FieldList>> {
    reader.may(Action::Read, None)?;
    let lang = reader.lang;
    let fields = match kind {
        SubmissionAs::Units => [
            ("code", lang.of("行政区划代码", "code"), false),
            ("name", lang.of("名称", "name"), true),
            ("level", lang.of("层级", "level"), false),
            (
                "parent",
                lang.of("上级代码", "code of the unit above"),
                false,
            ),
        ]
        .map(|(key, label, required)| FieldView {
            key,
            label,
            required,
        })
        .into(),
        SubmissionAs::Places => fields::place_fields()
            .iter()
            .map(|f| FieldView {
                key: f.key,
                label: lang.of(f.labels.first().copied().unwrap_or(f.key), f.key),
                required: f.key == "standard_name",
            })
            .collect(),
    };
    Ok(Json(FieldList { fields }))
}
