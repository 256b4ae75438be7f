//! Rules of the ingest: what can be wrong with a file, a field, a row. Parameters: `found`, `expected`, `detail`
//! (a sentence of the reader of the file), `label`, `fields`, `count`, `encoding`, `code`, `first_row`, `distance_m`.

use super::{Rule, text};
use crate::finding::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "file.encoding",
        kind: None,
        severity: Severity::Warning,
        title: text("文字编码有误", "broken text encoding"),
        explanation: text(
            "部分字节不符合文件的编码，已用替代符号保留。",
            "Some bytes do not fit the file's encoding; they are kept as replacement marks.",
        ),
        message: text(
            "有 {count} 处文字不符合编码 {encoding}",
            "{count} texts do not fit the encoding {encoding}",
        ),
        expected: text("整个文件使用一种编码", "one encoding throughout"),
        remedy: text(
            "用 --encoding 指定编码，或另存为 UTF-8",
            "name the encoding with --encoding or save the file as UTF-8",
        ),
    },
    Rule {
        id: "file.axes",
        kind: None,
        severity: Severity::Warning,
        title: text("坐标轴颠倒", "axes swapped"),
        explanation: text(
            "坐标的顺序与坐标系的约定相反，已按数值大小判断并调换。",
            "The numbers come in the order opposite to the declared one; told from their size and swapped.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text(
            "经度（东）在前，纬度（北）在后",
            "longitude (east) first, latitude (north) second",
        ),
        remedy: text(
            "确认位置正确；必要时用 --crs 指明",
            "check the positions; decide with --crs if needed",
        ),
    },
    Rule {
        id: "file.crs.assumed",
        kind: None,
        severity: Severity::Warning,
        title: text("未声明坐标系", "no coordinate system declared"),
        explanation: text(
            "文件没有说明坐标系，按数值推断。",
            "The file does not say its coordinate system; it was inferred from the numbers.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("文件声明坐标系", "a declared coordinate system"),
        remedy: text("用 --crs 指明坐标系", "say it with --crs"),
    },
    Rule {
        id: "file.crs.gcj02",
        kind: None,
        severity: Severity::Warning,
        title: text("疑为 GCJ-02 坐标", "probably GCJ-02"),
        explanation: text(
            "字段像是国内网络地图的导出，其坐标通常是 GCJ-02，偏移约 600 米。",
            "The fields look like an export of a Chinese web map, whose coordinates are usually GCJ-02, about 600 m off.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("坐标系得到确认", "a confirmed coordinate system"),
        remedy: text(
            "若确为 GCJ-02，请用 --crs GCJ-02 重新导入；否则用 --crs EPSG:4490 确认",
            "import again with --crs GCJ-02 if it is; confirm with --crs EPSG:4490 if not",
        ),
    },
    Rule {
        id: "file.note",
        kind: None,
        severity: Severity::Info,
        title: text("文件说明", "note on the file"),
        explanation: text(
            "读取文件时作出的判断。",
            "A decision taken while the file was read.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("无", "nothing"),
        remedy: text("无需处理", "nothing to do"),
    },
    Rule {
        id: "file.damaged",
        kind: None,
        severity: Severity::Error,
        title: text("文件受损", "file damaged"),
        explanation: text(
            "文件的一部分不能读取；已读出的行照常处理。",
            "A part of the file cannot be read; the rows before it are kept.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("完整的文件", "a whole file"),
        remedy: text("重新导出并提交", "export and submit it again"),
    },
    Rule {
        id: "file.empty",
        kind: None,
        severity: Severity::Info,
        title: text("没有数据", "no rows"),
        explanation: text(
            "文件可以读取，但没有数据行。",
            "The file can be read but holds no rows.",
        ),
        message: text("文件没有数据行", "the file holds no rows"),
        expected: text("至少一行数据", "at least one row"),
        remedy: text(
            "确认导出了正确的图层",
            "check that the right layer was exported",
        ),
    },
    Rule {
        id: "field.unmapped",
        kind: None,
        severity: Severity::Info,
        title: text("未识别的列", "columns not recognised"),
        explanation: text(
            "这些列不影响检查，内容原样保留。",
            "These columns take no part in the checks; their content is kept as received.",
        ),
        message: text("未识别的列：{fields}", "columns not recognised: {fields}"),
        expected: text("列名见字段表", "column names of the field table"),
        remedy: text(
            "需要时用 --map 字段=列名 指定",
            "map them with --map FIELD=COLUMN if they matter",
        ),
    },
    Rule {
        id: "row.unreadable",
        kind: None,
        severity: Severity::Error,
        title: text("行无法读取", "row unreadable"),
        explanation: text(
            "这一行不能解析，没有导入。",
            "The row cannot be parsed and was not taken in.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("{expected}", "{expected}"),
        remedy: text(
            "改正这一行后重新提交文件",
            "correct the row and submit the file again",
        ),
    },
    Rule {
        id: "geometry.missing",
        kind: None,
        severity: Severity::Error,
        title: text("没有图形", "no geometry"),
        explanation: text(
            "没有图形的行政区不能进入图上审核。",
            "A unit without a geometry cannot be audited.",
        ),
        message: text("没有图形", "no geometry"),
        expected: text("面（Polygon 或 MultiPolygon）", "a polygon or multipolygon"),
        remedy: text("补上图形后重新提交", "add the polygon and submit again"),
    },
    Rule {
        id: "geometry.kind",
        kind: None,
        severity: Severity::Error,
        title: text("图形不是面", "geometry is no polygon"),
        explanation: text(
            "行政区的范围必须是面。",
            "The extent of a unit must be a polygon.",
        ),
        message: text("图形是 {found}", "geometry is a {found}"),
        expected: text("面（Polygon 或 MultiPolygon）", "a polygon or multipolygon"),
        remedy: text(
            "确认选对了图层，或把线闭合成面",
            "check the layer, or close the lines to polygons",
        ),
    },
    Rule {
        id: "geometry.unusable",
        kind: None,
        severity: Severity::Error,
        title: text("图形不可用", "geometry unusable"),
        explanation: text(
            "图形含有非数字、无穷大或超出坐标系范围的坐标，或不足以构成面。",
            "The geometry has coordinates that are no numbers or outside the coordinate system's domain, or too few points.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("{expected}", "{expected}"),
        remedy: text(
            "改正坐标后重新提交",
            "correct the coordinates and submit again",
        ),
    },
    Rule {
        id: "geometry.part",
        kind: None,
        severity: Severity::Warning,
        title: text("部分图形被略去", "part of the geometry left out"),
        explanation: text(
            "图形的一部分不能使用，其余部分照常处理。",
            "A part of the geometry cannot be used; the rest is kept.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("{expected}", "{expected}"),
        remedy: text("改正所指部分", "correct the part shown"),
    },
    Rule {
        id: "geometry.unclosed",
        kind: None,
        severity: Severity::Warning,
        title: text("环未闭合", "ring not closed"),
        explanation: text(
            "环的首尾不是同一点，已自动闭合。",
            "The first and last points of a ring differ; it was closed.",
        ),
        message: text("{detail}", "{detail}"),
        expected: text("首尾两点相同", "first and last point equal"),
        remedy: text(
            "在制图软件中闭合该环",
            "close the ring in the drawing software",
        ),
    },
    Rule {
        id: "unit.name.missing",
        kind: None,
        severity: Severity::Warning,
        title: text("行政区没有名称", "unit without a name"),
        explanation: text(
            "没有名称的行政区在报告中只能以代码出现。",
            "A unit without a name appears in reports by its code only.",
        ),
        message: text("没有名称", "no name"),
        expected: text("每个行政区有名称", "every unit has a name"),
        remedy: text("补上名称", "add the name"),
    },
    Rule {
        id: "name.missing",
        kind: None,
        severity: Severity::Error,
        title: text("没有名称", "no name"),
        explanation: text(
            "没有名称的行不是地名，没有导入。",
            "A row without a name is no place name and was not taken in.",
        ),
        message: text("名称为空", "the name is empty"),
        expected: text("{expected}", "{expected}"),
        remedy: text(
            "补上名称，或用 --name-field / --map standard_name=列名 指明名称列",
            "fill it in, or say which column holds the name with --name-field or --map standard_name=COLUMN",
        ),
    },
    Rule {
        id: "name.encoding",
        kind: None,
        severity: Severity::Warning,
        title: text("名称含乱码", "garbled text in a name"),
        explanation: text(
            "名称中有替代符号或私用字，原字已丢失或无法显示。",
            "The name holds replacement marks or private-use characters: the original character is lost or cannot be shown.",
        ),
        message: text(
            "名称“{found}”含无法识别的字符",
            "name \"{found}\" holds unreadable characters",
        ),
        expected: text("规范汉字", "ordinary characters"),
        remedy: text("核对原始资料并改正", "correct it from the original papers"),
    },
    Rule {
        id: "position.missing",
        kind: None,
        severity: Severity::Warning,
        title: text("没有位置", "no position"),
        explanation: text(
            "没有坐标的地名不能上图，也不能核对所在行政区。",
            "A place without coordinates cannot be mapped or checked against its unit.",
        ),
        message: text("没有坐标", "no coordinates"),
        expected: text("经度和纬度", "longitude and latitude"),
        remedy: text("补上坐标", "add the coordinates"),
    },
    Rule {
        id: "position.unreadable",
        kind: None,
        severity: Severity::Error,
        title: text("坐标无法读取", "position unreadable"),
        explanation: text(
            "坐标值不能解析，该地名按没有位置导入。",
            "The coordinates cannot be parsed; the place was taken in without a position.",
        ),
        message: text(
            "坐标“{found}”无法读取",
            "coordinates \"{found}\" cannot be read",
        ),
        expected: text("{expected}", "{expected}"),
        remedy: text("改正坐标值", "correct the value"),
    },
    Rule {
        id: "position.outside",
        kind: None,
        severity: Severity::Error,
        title: text("坐标超出范围", "position out of range"),
        explanation: text(
            "坐标不在其坐标系的范围内，该地名按没有位置导入。",
            "The coordinates are outside the domain of their system; the place was taken in without a position.",
        ),
        message: text(
            "坐标“{found}”超出范围",
            "coordinates \"{found}\" are out of range",
        ),
        expected: text("{expected}", "{expected}"),
        remedy: text(
            "核对坐标和坐标系",
            "check the value and the coordinate system",
        ),
    },
    Rule {
        id: "position.swapped",
        kind: None,
        severity: Severity::Warning,
        title: text("经纬度颠倒", "longitude and latitude swapped"),
        explanation: text(
            "这一行的经度和纬度与其他行相反，已调换。",
            "Longitude and latitude of this row are the other way round; they were swapped.",
        ),
        message: text(
            "经纬度颠倒：{found}",
            "longitude and latitude swapped: {found}",
        ),
        expected: text("经度 73-136，纬度 3-54", "longitude 73-136, latitude 3-54"),
        remedy: text("确认位置并改正", "check the position and correct it"),
    },
    Rule {
        id: "position.conflict",
        kind: None,
        severity: Severity::Warning,
        title: text("坐标与图形不一致", "attributes and geometry differ"),
        explanation: text(
            "属性中的坐标与图形相差超过 1e-5 度，以图形为准。",
            "The coordinates in the columns differ from the geometry by more than 1e-5 degree; the geometry was used.",
        ),
        message: text(
            "属性坐标 {found} 与图形相差 {distance_m}",
            "coordinates {found} in the columns are {distance_m} from the geometry",
        ),
        expected: text("二者一致", "both alike"),
        remedy: text(
            "确认哪个正确并改正",
            "decide which is right and correct the other",
        ),
    },
    Rule {
        id: "place.code.malformed",
        kind: None,
        severity: Severity::Error,
        title: text("地名代码格式不符", "malformed place code"),
        explanation: text(
            "地名代码由 6+3+5+6 共 20 位数字组成。",
            "A place code has 20 digits: 6+3+5+6.",
        ),
        message: text(
            "地名代码“{found}”不是 20 位数字",
            "place code \"{found}\" is not 20 digits",
        ),
        expected: text("20 位数字", "20 digits"),
        remedy: text(
            "核对代码；代码按文本保存",
            "check the code; keep codes as text",
        ),
    },
    Rule {
        id: "place.code.duplicate",
        kind: None,
        severity: Severity::Error,
        title: text("地名代码重复", "duplicate place code"),
        explanation: text(
            "一个地名代码只属于一个地名。",
            "A place code belongs to one place.",
        ),
        message: text(
            "地名代码 {found} 在第 {first_row} 行已出现",
            "place code {found} already stands in row {first_row}",
        ),
        expected: text("代码唯一", "a unique code"),
        remedy: text("核对并改正代码", "correct the code"),
    },
    Rule {
        id: "place.category.mismatch",
        kind: None,
        severity: Severity::Error,
        title: text("类别与代码不符", "category and code disagree"),
        explanation: text(
            "地名代码第 10-14 位应等于地名类别。",
            "Digits 10-14 of a place code are its category.",
        ),
        message: text(
            "类别“{found}”与代码第 10-14 位“{code}”不一致",
            "category \"{found}\" differs from digits 10-14 of the code, \"{code}\"",
        ),
        expected: text("二者相同", "both alike"),
        remedy: text("改正类别或代码", "correct the category or the code"),
    },
    Rule {
        id: "field.required",
        kind: None,
        severity: Severity::Error,
        title: text("缺少必填项", "required field missing"),
        explanation: text(
            "登记表要求填写此项。",
            "The registration form requires this field.",
        ),
        message: text("“{label}”没有填写", "\"{label}\" is not filled in"),
        expected: text("{label}", "{label}"),
        remedy: text("补填", "fill it in"),
    },
    Rule {
        id: "field.enumeration",
        kind: None,
        severity: Severity::Error,
        title: text("取值不在规定范围", "value not in the list"),
        explanation: text(
            "此项只能取规定的值。",
            "The field takes listed values only.",
        ),
        message: text(
            "“{label}”的值“{found}”不在规定范围",
            "\"{label}\" is \"{found}\", which is not listed",
        ),
        expected: text("{expected}", "{expected}"),
        remedy: text("改为规定的值", "use a listed value"),
    },
    Rule {
        id: "field.trimmed",
        kind: None,
        severity: Severity::Info,
        title: text(
            "已清理空白与控制符",
            "blanks and control characters removed",
        ),
        explanation: text(
            "首尾空白和控制符已去除。",
            "Leading and trailing blanks and control characters were removed.",
        ),
        message: text(
            "“{found}”含多余空白或控制符",
            "\"{found}\" holds stray blanks or control characters",
        ),
        expected: text("没有多余空白", "no stray blanks"),
        remedy: text("无需处理", "nothing to do"),
    },
];
