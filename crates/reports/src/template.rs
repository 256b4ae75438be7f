//! The registration form (地名普查登记表) as an empty workbook: a column a field, in the form's Chinese labels, ready to be
//! filled in and handed in as it is.

use std::io::Write;

use jieming_domain::fields::{ENUMERATIONS, PlaceField, place_fields};
use jieming_domain::lang::Lang;
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook,
};

use crate::ReportError;

/// Rows that are prepared for entries.
const ROWS: u32 = 5_000;
/// Fields that stand for others in simpler files and are no columns of the form.
const NOT_OF_THE_FORM: [&str; 1] = ["position"];

/// The columns of the form.
fn columns() -> impl Iterator<Item = &'static PlaceField> {
    place_fields()
        .iter()
        .filter(|f| !NOT_OF_THE_FORM.contains(&f.key))
}

/// What to write in a column, for who is not used to the form.
fn hint(field: &PlaceField, lang: Lang) -> String {
    let mut parts = vec![field.labels[0].to_owned()];
    parts.push(if field.required {
        lang.of("必填", "required").to_owned()
    } else {
        lang.of("可不填", "may be left empty").to_owned()
    });
    if let Some(column) = field.column {
        parts.push(format!(
            "{} {column}",
            lang.of("数据库字段", "database field")
        ));
    }
    let how = match field.key {
        "place_code" => Some(("20 位数字，按文本填写", "20 digits, entered as text")),
        "lon_from" | "lat_from" => Some((
            "度或度分秒，如 114.3024 或 114°18′08.64″；没有则留空，不填 0",
            "degrees or degrees, minutes, seconds, such as 114.3024 or 114°18′08.64″; empty when there is none, never 0",
        )),
        "lon_to" | "lat_to" => Some((
            "范围的另一端；点状地物留空",
            "the other end of an extent; empty for a point",
        )),
        "roman_spelling" => Some((
            "带声调的汉语拼音，专名与通名分写",
            "Hanyu Pinyin with tones, specific and generic apart",
        )),
        "register_time" => Some(("年-月-日", "year-month-day")),
        _ => None,
    };
    parts.extend(how.map(|(zh, en)| lang.of(zh, en).to_owned()));
    parts.join("\n")
}

/// Writes the workbook. The same call gives the same bytes.
///
/// # Errors
/// [`ReportError`] when it cannot be put together, or the output fails.
pub fn write_place_template(lang: Lang, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut book = Workbook::new();
    let title = lang.of("地名普查登记表", "Registration form of place names");
    let mut properties = DocProperties::new().set_title(title);
    if let Ok(date) = ExcelDateTime::from_ymd(2020, 1, 1) {
        properties = properties.set_creation_datetime(&date);
    }
    book.set_properties(&properties);
    let head = |required: bool| {
        let format = Format::new()
            .set_bold()
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        format.set_background_color(if required { "#FBE3D6" } else { "#E8ECEF" })
    };
    // Codes and spellings are text whatever their digits look like.
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet();
    sheet.set_name("地名")?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_row_height(0, 32)?;
    for (i, field) in (0_u16..).zip(columns()) {
        let star = if field.required { "*" } else { "" };
        let label = format!("{}{star}", field.labels[0]);
        sheet.write_with_format(0, i, &label, &head(field.required))?;
        sheet.insert_note(0, i, &Note::new(hint(field, lang)).add_author_prefix(false))?;
        let width = (label.chars().count() * 2 + 3).clamp(11, 24);
        sheet.set_column_width(i, width as f64)?;
        sheet.set_column_format(i, &text)?;
        if let Some((_, words)) = ENUMERATIONS.iter().find(|(key, _)| *key == field.key) {
            let list = DataValidation::new()
                .allow_list_strings(words)?
                .ignore_blank(true);
            sheet.add_data_validation(1, i, ROWS, i, &list)?;
        }
    }
    out.write_all(&book.save_to_buffer()?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jieming_domain::fields::map_place_columns;

    #[test]
    fn its_columns_are_known_and_it_is_the_same_each_time() {
        let labels: Vec<String> = columns().map(|f| format!("{}*", f.labels[0])).collect();
        let mapped = map_place_columns(&labels);
        assert_eq!(mapped.len(), labels.len());
        for (key, i) in mapped {
            assert_eq!(columns().nth(i).unwrap().key, key);
        }
        let bytes = |lang| {
            let mut out = Vec::new();
            write_place_template(lang, &mut out).unwrap();
            out
        };
        assert_eq!(bytes(Lang::Zh), bytes(Lang::Zh));
        assert_ne!(bytes(Lang::Zh), bytes(Lang::En));
    }
}
