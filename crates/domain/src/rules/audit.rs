//! Rules of the audit. Parameters that their messages use:
//! `units` (list of names), `parent`, `code`, `level`, `place`, `unit`, `area_m2`, `max_width_m`, `length_m`,
//! `distance_m`, `side`, `accuracy_m`, `count`, `reason`.

use super::{Rule, text};
use crate::finding::{Kind, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "coverage.overlap",
        kind: Some(Kind::Overlap),
        severity: Severity::Error,
        title: text("行政区重叠", "units overlap"),
        explanation: text(
            "同一块地被两个以上行政区主张，管辖、统计和地名归属都会重复。",
            "Two or more units claim the same ground: jurisdiction, statistics and names are counted twice.",
        ),
        message: text(
            "{units}重叠，面积 {area_m2}，最大宽度 {max_width_m}",
            "{units} overlap: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "相邻行政区只有公共边，没有公共面积",
            "neighbouring units share a line, not an area",
        ),
        remedy: text(
            "由双方对照法定界线确认归属，修改其中一方或双方的边线",
            "let both parties settle the line against the legal description and redraw one side or both",
        ),
    },
    Rule {
        id: "coverage.gap.hole",
        kind: Some(Kind::Gap),
        severity: Severity::Error,
        title: text("空白（孔洞）", "gap (hole)"),
        explanation: text(
            "被行政区包围而无人主张的土地，可能无人管理，也可能是飞地或水面。",
            "Ground enclosed by units that nobody claims: unmanaged, or an exclave or water that is not declared.",
        ),
        message: text(
            "{units}围有无归属的孔洞，面积 {area_m2}，最大宽度 {max_width_m}",
            "unclaimed hole enclosed by {units}: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "上级范围内每一处都属于一个下级行政区",
            "every place inside the parent belongs to one unit",
        ),
        remedy: text(
            "确认归属；若是外辖飞地、湖泊或海域，请用排除文件声明",
            "assign it; if it is an exclave of others, a lake or the sea, declare it in the exclusions file",
        ),
    },
    Rule {
        id: "coverage.gap.inlet",
        kind: Some(Kind::Gap),
        severity: Severity::Error,
        title: text("空白（凹入）", "gap (inlet)"),
        explanation: text(
            "从外缘伸入的无归属地带，开口窄于其深度，多为相邻两方各画各的边线所致。",
            "Unclaimed ground reaching in from outside, deeper than its mouth is wide: usually two sides drew different lines.",
        ),
        message: text(
            "{units}旁有凹入的无归属地带，面积 {area_m2}，最大宽度 {max_width_m}",
            "unclaimed inlet beside {units}: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "上级范围内每一处都属于一个下级行政区",
            "every place inside the parent belongs to one unit",
        ),
        remedy: text(
            "由相邻各方确认归属并统一边线",
            "let the neighbours settle it and use one common line",
        ),
    },
    Rule {
        id: "coverage.gap.corridor",
        kind: Some(Kind::Gap),
        severity: Severity::Error,
        title: text("空白（走廊）", "gap (corridor)"),
        explanation: text(
            "贯穿两端的无归属带状地带，常见于河道、道路两侧各止于一岸。",
            "An unclaimed strip open at both ends, often a river or a road where each side stops at its own bank.",
        ),
        message: text(
            "{units}旁有贯通的无归属走廊，面积 {area_m2}，最大宽度 {max_width_m}",
            "unclaimed corridor along {units}: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "上级范围内每一处都属于一个下级行政区",
            "every place inside the parent belongs to one unit",
        ),
        remedy: text(
            "按河道或道路中心线等约定统一边线",
            "agree on one line, such as the middle of the river or the road",
        ),
    },
    Rule {
        id: "coverage.gap.shortfall",
        kind: Some(Kind::Gap),
        severity: Severity::Error,
        title: text("空白（欠缺）", "gap (shortfall)"),
        explanation: text(
            "下级行政区没有画到上级的边线，边缘留有无归属地带。",
            "The units stop short of their parent's line, leaving unclaimed ground along it.",
        ),
        message: text(
            "{units}未达{parent}的边线，缺面积 {area_m2}，最大宽度 {max_width_m}",
            "{units} stop short of the line of {parent}: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "下级行政区合起来正好等于上级",
            "the units together equal their parent",
        ),
        remedy: text(
            "对照上级界线核对数据来源和时点，统一边线",
            "compare source and date of both lines and use one of them",
        ),
    },
    Rule {
        id: "coverage.spill",
        kind: Some(Kind::Spill),
        severity: Severity::Error,
        title: text("越出上级范围", "outside the parent"),
        explanation: text(
            "下级行政区伸出上级界线，会与相邻的上级发生争议。",
            "A unit reaches over its parent's line, into ground of the parent's neighbour.",
        ),
        message: text(
            "{units}越出{parent}，面积 {area_m2}，最大宽度 {max_width_m}",
            "{units} reach outside {parent}: area {area_m2}, greatest width {max_width_m}",
        ),
        expected: text(
            "下级行政区都在上级范围内",
            "every unit lies inside its parent",
        ),
        remedy: text(
            "对照上级界线核对数据来源和时点，统一边线",
            "compare source and date of both lines and use one of them",
        ),
    },
    Rule {
        id: "coverage.mismatch",
        kind: Some(Kind::Mismatch),
        severity: Severity::Info,
        title: text("公共边不一致", "shared edge does not match"),
        explanation: text(
            "双方的边线重合，但一方在另一方的节点处没有节点（如三交点落在邻区的直线上）。面积没有问题，但移动或化简其中一条线就会撕开缝隙。",
            "Both sides draw the same line, but one lacks vertices where the other has them (such as a junction on a neighbour's straight edge). The areas fit; moving or simplifying one of the lines tears them apart.",
        ),
        message: text(
            "{units}的公共边在此处节点不一致：一方有节点，另一方没有",
            "{units}: vertices of the shared edge do not match here, one side lacks a vertex that the other has",
        ),
        expected: text(
            "公共边在双方有相同的节点",
            "a shared edge has the same vertices on both sides",
        ),
        remedy: text(
            "在缺少节点的一方补上邻区的节点",
            "add the neighbour's vertices to the edge that lacks them",
        ),
    },
    Rule {
        id: "coverage.invalid",
        kind: Some(Kind::Invalid),
        severity: Severity::Error,
        title: text("图形无效", "invalid polygon"),
        explanation: text(
            "环自相交、部件互相重叠等使面积没有定义；审核按修复后的图形继续进行。",
            "Crossing rings or overlapping parts leave the area undefined; the audit goes on with the repaired polygon.",
        ),
        message: text(
            "{units}的图形无效：{reason}",
            "polygon of {units} is invalid: {reason}",
        ),
        expected: text(
            "环闭合且不自相交，部件互不重叠",
            "closed rings that do not cross, parts that do not overlap",
        ),
        remedy: text(
            "在制图软件中修复所指位置的图形后重新提交",
            "repair the polygon at the place shown and submit it again",
        ),
    },
    Rule {
        id: "unit.code.missing",
        kind: Some(Kind::Code),
        severity: Severity::Warning,
        title: text("缺少代码", "code missing"),
        explanation: text(
            "没有代码的行政区只能按名称识别，重名和改名时会混淆。",
            "A unit without a code is known by its name only, which fails when names repeat or change.",
        ),
        message: text("{units}没有代码", "{units}: no code"),
        expected: text("每个行政区有代码", "every unit has a code"),
        remedy: text(
            "补上代码；功能区没有国标代码时使用本地代码",
            "add the code; a functional zone takes a local one",
        ),
    },
    Rule {
        id: "unit.code.malformed",
        kind: Some(Kind::Code),
        severity: Severity::Warning,
        title: text("代码格式不符", "malformed code"),
        explanation: text(
            "同一文件的其他代码都是国标格式，这一个不是，可能漏位或被当作数字保存过。",
            "The other codes of the file follow GB/T 2260, this one does not: a digit may be lost.",
        ),
        message: text(
            "{units}的代码“{code}”不符合国标格式",
            "{units}: code \"{code}\" does not follow the national form",
        ),
        expected: text(
            "县级以上 6 位、乡级 9 位、村级 12 位数字",
            "6 digits down to counties, 9 for townships, 12 for villages",
        ),
        remedy: text(
            "对照民政部公布的代码改正；代码按文本保存",
            "correct it against the published list; keep codes as text",
        ),
    },
    Rule {
        id: "unit.code.duplicate",
        kind: Some(Kind::Code),
        severity: Severity::Error,
        title: text("代码重复", "duplicate code"),
        explanation: text(
            "同一级内一个代码对应几个名称，无法确定是同一行政区的几块还是代码用错。",
            "One code with different names within a level: parts of one unit, or a wrong code?",
        ),
        message: text(
            "代码 {code} 对应不同名称：{units}",
            "code {code} is used with different names: {units}",
        ),
        expected: text("一个代码只属于一个行政区", "one code belongs to one unit"),
        remedy: text("核对并改正代码或名称", "correct the code or the name"),
    },
    Rule {
        id: "unit.hierarchy.no_parent",
        kind: Some(Kind::Hierarchy),
        severity: Severity::Warning,
        title: text("上级不存在", "parent missing"),
        explanation: text(
            "所填上级代码在数据中找不到，无法检查是否完整覆盖上级。",
            "The parent's code is not among the units, so nobody can check that the units fill it.",
        ),
        message: text(
            "{units}的上级“{parent}”不存在",
            "{units}: parent \"{parent}\" does not exist",
        ),
        expected: text("上级行政区已导入", "the parent unit is there"),
        remedy: text(
            "导入上级行政区，或改正上级代码",
            "import the parent unit or correct the parent's code",
        ),
    },
    Rule {
        id: "unit.hierarchy.no_children",
        kind: Some(Kind::Hierarchy),
        severity: Severity::Warning,
        title: text("没有下级", "children missing"),
        explanation: text(
            "同级其他行政区都有下级，它没有，可能漏交了数据。",
            "Other units of its level have units below, this one has none: a delivery may be missing.",
        ),
        message: text(
            "{units}没有{level}行政区",
            "{units}: no units of level {level} below it",
        ),
        expected: text(
            "每个行政区都有下级数据",
            "every unit of the level has units below",
        ),
        remedy: text("补交下级行政区数据", "hand in the missing units"),
    },
    Rule {
        id: "unit.parts",
        kind: Some(Kind::Hierarchy),
        severity: Severity::Info,
        title: text("由多块组成", "several parts"),
        explanation: text(
            "行政区由互不相连的几块组成，可能是岛屿或飞地，也可能是残留碎片。",
            "The unit has separate parts: islands or exclaves, or scraps left behind by editing.",
        ),
        message: text(
            "{units}由 {count} 块组成，可能有飞地",
            "{units}: {count} separate parts, possibly exclaves",
        ),
        expected: text(
            "飞地有依据，碎片已清除",
            "exclaves are on record, scraps are removed",
        ),
        remedy: text("确认各块是否为飞地", "confirm which parts are exclaves"),
    },
    Rule {
        id: "place.outside",
        kind: Some(Kind::Name),
        severity: Severity::Error,
        title: text("地名不在所属行政区内", "place outside its unit"),
        explanation: text(
            "地名位置与登记的行政区矛盾：位置、坐标系或所属区填错，或实际由别的区管理。",
            "Position and claimed unit contradict each other: wrong position, datum or unit, or managed by another unit.",
        ),
        message: text(
            "“{place}”登记在{unit}，位置在其外 {distance_m}",
            "\"{place}\" claims {unit} but lies {distance_m} outside it",
        ),
        expected: text(
            "位置在所登记的行政区内",
            "the place lies in the unit that it claims",
        ),
        remedy: text(
            "核对坐标和坐标系，再核对所在行政区",
            "check position and datum, then the unit claimed",
        ),
    },
    Rule {
        id: "place.uncertain",
        kind: Some(Kind::Name),
        severity: Severity::Info,
        title: text("地名位置不能确定", "place uncertain"),
        explanation: text(
            "地名离界线的距离小于测量精度，不能判断在哪一侧。",
            "The place is nearer to the line than the accuracy of its position, so its side cannot be told.",
        ),
        message: text(
            "“{place}”登记在{unit}，位于{side} {distance_m}，精度 {accuracy_m}，不能确定",
            "\"{place}\" claims {unit}; {distance_m} {side} the line with an accuracy of {accuracy_m}: cannot be told",
        ),
        expected: text(
            "位置精度足以判断在界线哪一侧",
            "a position accurate enough to tell the side",
        ),
        remedy: text("必要时实地重测", "survey it again if it matters"),
    },
    Rule {
        id: "place.unit.unknown",
        kind: Some(Kind::Name),
        severity: Severity::Warning,
        title: text("所属行政区不存在", "claimed unit unknown"),
        explanation: text(
            "地名登记的行政区代码或名称在数据中找不到，无法核对位置。",
            "The unit that the place claims is not among the units, so its position cannot be checked.",
        ),
        message: text(
            "“{place}”登记的行政区“{unit}”不存在",
            "\"{place}\" claims unit \"{unit}\", which does not exist",
        ),
        expected: text("所登记的行政区已导入", "the claimed unit is there"),
        remedy: text(
            "改正所在行政区，或导入该行政区",
            "correct the unit claimed or import it",
        ),
    },
];
