//! The spreadsheet: a summary, one sheet per kind of finding, and the lines of a unit. Codes are text.

use std::io::Write;

use jieming_domain::lang::Lang;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use crate::html::title;
use crate::text::{self, COLUMNS, Cell};
use crate::{Finding, Report, ReportError, Scope, by_size};

/// Rows that a sheet can hold under its heading.
const MOST_ROWS: usize = 1_048_575;
/// Characters that a cell can hold.
const MOST_CHARACTERS: usize = 32_767;

/// Writes the workbook.
pub fn write(report: &Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let lang = report.lang;
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(title(report));
    // The same report gives the same bytes: the date is the report's, not the clock's.
    if let Some(date) = report
        .made_at
        .get(..10)
        .and_then(|d| ExcelDateTime::parse_from_str(d).ok())
    {
        properties = properties.set_creation_datetime(&date);
    }
    book.set_properties(&properties);
    summary(book.add_worksheet(), report)?;
    let sorted = by_size(&report.findings);
    for (kind, _, _) in report.counts() {
        let rows: Vec<&Finding> = sorted.iter().copied().filter(|f| f.kind == kind).collect();
        for (part, rows) in rows.chunks(MOST_ROWS).enumerate() {
            let word = text::kind_word(lang, kind);
            let name = if part == 0 {
                word.to_owned()
            } else {
                format!("{word} {}", part + 1)
            };
            findings(book.add_worksheet(), &name, lang, rows)?;
        }
    }
    if !report.lines.is_empty() {
        lines(book.add_worksheet(), report)?;
    }
    out.write_all(&book.save_to_buffer()?)?;
    Ok(())
}

fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_background_color("#E8ECEF")
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

fn as_text() -> Format {
    Format::new()
        .set_num_format("@")
        .set_align(FormatAlign::Top)
        .set_text_wrap()
}

/// A cell takes so many characters; the rest of a longer text is left out visibly.
fn fitting(text: &str) -> String {
    if text.chars().count() <= MOST_CHARACTERS {
        text.to_owned()
    } else {
        text.chars()
            .take(MOST_CHARACTERS - 1)
            .chain(['…'])
            .collect()
    }
}

fn summary(sheet: &mut Worksheet, report: &Report) -> Result<(), ReportError> {
    let lang = report.lang;
    sheet.set_name(lang.of("概要", "Summary"))?;
    sheet.set_column_width(0, 22)?;
    sheet.set_column_width(1, 40)?;
    sheet.set_column_width(2, 20)?;
    let bold = Format::new().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, title(report), &bold)?;
    let mut row = 2;
    let mut fact = |sheet: &mut Worksheet, name: &str, value: &str| -> Result<(), ReportError> {
        sheet.write_string_with_format(row, 0, name, &heading())?;
        sheet.write_string_with_format(row, 1, fitting(value), &as_text())?;
        row += 1;
        Ok(())
    };
    for (name, value) in crate::html::facts(report) {
        fact(sheet, name, &value)?;
    }
    row += 1;
    for (column, name) in [
        lang.of("类型", "Kind"),
        lang.of("数量", "Count"),
        lang.of("面积合计(平方米)", "Total area (m²)"),
    ]
    .into_iter()
    .enumerate()
    {
        sheet.write_string_with_format(row, column as u16, name, &heading())?;
    }
    for (kind, count, area) in report.counts() {
        row += 1;
        sheet.write_string(row, 0, text::kind_word(lang, kind))?;
        sheet.write_number(row, 1, count as f64)?;
        if area > 0.0 {
            sheet.write_number_with_format(
                row,
                2,
                area,
                &Format::new().set_num_format("#,##0.00"),
            )?;
        }
    }
    Ok(())
}

fn findings(
    sheet: &mut Worksheet,
    name: &str,
    lang: Lang,
    rows: &[&Finding],
) -> Result<(), ReportError> {
    sheet.set_name(name)?;
    let formats: Vec<Format> = COLUMNS
        .iter()
        .map(|c| {
            Format::new()
                .set_num_format(c.format)
                .set_align(FormatAlign::Top)
        })
        .collect();
    for (k, column) in COLUMNS.iter().enumerate() {
        sheet.set_column_width(k as u16, column.width)?;
        sheet.write_string_with_format(0, k as u16, lang.of(column.zh, column.en), &heading())?;
    }
    for (row, finding) in rows.iter().enumerate() {
        let row = row as u32 + 1;
        for (k, (column, format)) in COLUMNS.iter().zip(&formats).enumerate() {
            let at = k as u16;
            match (column.cell)(lang, finding) {
                Cell::Text(t) | Cell::Code(t) => {
                    sheet.write_string_with_format(row, at, fitting(&t), format)?
                }
                Cell::Number(n) => sheet.write_number_with_format(row, at, n, format)?,
                Cell::Empty => sheet,
            };
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, rows.len() as u32, COLUMNS.len() as u16 - 1)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?;
    Ok(())
}

fn lines(sheet: &mut Worksheet, report: &Report) -> Result<(), ReportError> {
    let lang = report.lang;
    sheet.set_name(lang.of("相邻界线", "Lines"))?;
    let own = match &report.scope {
        Scope::Unit { code, name } => text::party(name, code),
        _ => String::new(),
    };
    let head = [
        (lang.of("本单元", "Unit"), 26.0),
        (lang.of("相邻单元代码", "Neighbour code"), 18.0),
        (lang.of("相邻单元", "Neighbour"), 26.0),
        (lang.of("界线长度(米)", "Length (m)"), 16.0),
        (lang.of("双方一致(米)", "Agreed (m)"), 16.0),
        (lang.of("发现数", "Findings"), 10.0),
    ];
    for (k, (name, width)) in head.into_iter().enumerate() {
        sheet.set_column_width(k as u16, width)?;
        sheet.write_string_with_format(0, k as u16, name, &heading())?;
    }
    let number = Format::new().set_num_format("#,##0.00");
    for (k, line) in report.lines.iter().enumerate() {
        let row = k as u32 + 1;
        sheet.write_string(row, 0, &own)?;
        sheet.write_string_with_format(row, 1, fitting(&line.code), &as_text())?;
        sheet.write_string_with_format(row, 2, fitting(&line.name), &as_text())?;
        sheet.write_number_with_format(row, 3, line.length_m, &number)?;
        sheet.write_number_with_format(row, 4, line.agreed_m, &number)?;
        sheet.write_number(row, 5, line.findings as f64)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
