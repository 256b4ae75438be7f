//! Words and options. Help texts stand in both languages, `中文 | English`; [`super::help`] shows one of them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jieming_domain::fields::Profile;
use jieming_domain::finding::Severity;
use jieming_domain::lang::Lang;
use jieming_domain::position::Writing;
use jieming_domain::unit::ExtentKind;
use jieming_reports::Format;

use crate::ingest::{Correction, FileOptions, ImportOptions};
use crate::store::SubmissionAs;

/// 界明：地名普查与行政区划界线管理 | Jieming: geographic names census and boundary management
#[derive(Debug, Parser)]
#[command(name = "jieming", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// 数据库（默认：数据文件夹中的文件） | database (default: a file in the data folder)
    #[arg(long, global = true, value_name = "URL", env = "JIEMING_DATABASE_URL")]
    pub database_url: Option<String>,
    /// 设置文件（TOML） | settings file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = "JIEMING_CONFIG")]
    pub config: Option<PathBuf>,
    /// 语言：zh 或 en | language: zh or en
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Lang>,
    /// 计算线程数 | threads for heavy work
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 导入行政区或地名文件 | take in files of units or places
    Import(ImportArgs),
    /// 审核文件，或（不给文件）数据库中的全部数据 | audit files, or (no files) all that is in the database
    Audit(AuditArgs),
    /// 启动服务：地图、接口、瓦片 | serve the map, the API and tiles
    Serve(ServeArgs),
    /// 演示：虚构城市，导入、审核并启动服务 | demonstration: an invented city, taken in, audited and served
    Demo(DemoArgs),
    /// 一个行政区或一条界线的报告 | report on a unit or on a boundary line
    Report(ReportArgs),
    /// 导出行政区、地名或发现，供其他软件使用 | write units, places or findings for other programs
    Export(ExportArgs),
    /// 坐标转换参数 | datum parameters
    #[command(subcommand)]
    Crs(CrsCommand),
    /// 生成虚构城市及预设问题 | make an invented city with planted defects
    Sample(SampleArgs),
    /// The decoder child: not for people.
    #[command(hide = true)]
    Decode {
        /// Words of the parent.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<std::ffi::OsString>,
    },
}

/// As what a file is taken in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum As {
    /// Extents of units.
    Units,
    /// Place names.
    Places,
}

/// Format of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReceiptFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How a file is read: shared by commands that take files.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// 图层、工作表或压缩包成员 | layer, sheet or archive member
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// 全部行政区的级别 | level of all units
    #[arg(long, value_name = "LEVEL", conflicts_with = "level_field")]
    pub level: Option<String>,
    /// 级别所在列 | column with the level
    #[arg(long, value_name = "COLUMN")]
    pub level_field: Option<String>,
    /// 代码所在列 | column with the code
    #[arg(long, value_name = "COLUMN")]
    pub code_field: Option<String>,
    /// 名称所在列 | column with the name
    #[arg(long, value_name = "COLUMN")]
    pub name_field: Option<String>,
    /// 上级代码（地名：所在行政区）所在列 | column with the code of the unit above (places: of the unit claimed)
    #[arg(long, value_name = "COLUMN")]
    pub parent_field: Option<String>,
    /// 坐标系：EPSG:n、GCJ-02、BD-09 或已登记的名称 | coordinate system: EPSG:n, GCJ-02, BD-09 or a registered name
    #[arg(long, value_name = "CRS")]
    pub crs: Option<String>,
    /// 文字编码，如 gb18030 | text encoding, such as gb18030
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
}

impl Reading {
    /// As ingest takes it.
    pub fn options(&self) -> FileOptions {
        let own = self.clone();
        FileOptions {
            layer: own.layer,
            level: own.level,
            level_field: own.level_field,
            code_field: own.code_field,
            name_field: own.name_field,
            parent_field: own.parent_field,
            map: Vec::new(),
            profile: None,
            crs: own.crs,
            encoding: own.encoding,
            angles: None,
            corrections: Vec::new(),
        }
    }
}

/// `jieming import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// 文件 | files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// 作为行政区（units）还是地名（places）导入 | take them in as units or as places
    #[arg(long = "as", id = "as", value_name = "WHAT")]
    pub kind: As,
    /// 怎样读取 | how to read
    #[command(flatten)]
    pub reading: Reading,
    /// 范围的性质：legal 法定，administered 实际管理 | kind of extent: legal or administered
    #[arg(long = "kind", value_name = "KIND", default_value = "legal", value_parser = parse_kind)]
    pub kind_of_extent: ExtentKind,
    /// 登记表字段与列的对应，可重复 | field of the form and its column, may be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = parse_map)]
    pub map: Vec<(String, String)>,
    /// 规则：generic 名称与位置，census-cn 普查登记表 | rules: generic or census-cn
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<Profile>,
    /// 经纬度的写法：decimal 十进制度或带度分秒符号，dddmmss（1145830.12）、d.mmss（114.583012）为连写 | how angles are written: decimal (or with marks), or packed: dddmmss (1145830.12), d.mmss (114.583012)
    #[arg(long, value_name = "WRITING", value_parser = parse_angles)]
    pub angles: Option<Writing>,
    /// 更正：JSON 文件 [{"row": 3, "column": "经度", "value": "114.3"}] | corrected cells: a JSON file [{"row": 3, "column": "lon", "value": "114.3"}]
    #[arg(long, value_name = "FILE", value_parser = parse_corrections)]
    pub corrections: Vec<Vec<Correction>>,
    /// 本次更正的提交（SHA-256）：其中未在本次出现的记录撤销 | submission (SHA-256) that this one corrects: its records that are not in this one are withdrawn
    #[arg(long, value_name = "SHA256")]
    pub corrects: Option<String>,
    /// 法律效力起始日 YYYY-MM-DD | day from which extents legally hold, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub valid_from: Option<String>,
    /// 只检查，不保存 | check only, keep nothing
    #[arg(long)]
    pub dry_run: bool,
    /// 回执格式：text 或 json | form of the receipt: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReceiptFormat,
}

impl ImportArgs {
    /// As ingest takes it.
    pub fn options(&self) -> ImportOptions {
        let kind = match self.kind {
            As::Units => SubmissionAs::Units,
            As::Places => SubmissionAs::Places,
        };
        ImportOptions {
            kind,
            extent_kind: self.kind_of_extent,
            valid_from: self.valid_from.clone(),
            corrects: self.corrects.clone(),
            file: FileOptions {
                map: self.map.clone(),
                profile: self.profile,
                angles: self.angles,
                corrections: self.corrections.iter().flatten().cloned().collect(),
                ..self.reading.options()
            },
        }
    }
}

fn parse_angles(s: &str) -> Result<Writing, String> {
    s.parse::<Writing>()
        .map_err(|_| "decimal | dddmmss | d.mmss".to_owned())
}

fn parse_corrections(path: &str) -> Result<Vec<Correction>, String> {
    let json = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    Correction::read_list(&json)
}

fn parse_kind(s: &str) -> Result<ExtentKind, String> {
    s.parse::<ExtentKind>().map_err(|e| e.to_string())
}

fn parse_map(s: &str) -> Result<(String, String), String> {
    match s.split_once('=') {
        Some((field, column)) if !field.is_empty() && !column.is_empty() => {
            Ok((field.to_owned(), column.to_owned()))
        }
        _ => Err("FIELD=COLUMN".to_owned()),
    }
}

fn parse_date(s: &str) -> Result<String, String> {
    s.parse::<jiff::civil::Date>()
        .map(|d| d.to_string())
        .map_err(|_| "YYYY-MM-DD".to_owned())
}

/// `jieming audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// 行政区文件；不给则审核数据库 | files of units; none: the database
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// 怎样读取 | how to read
    #[command(flatten)]
    pub reading: Reading,
    /// 上级行政区文件 | file with the parents' areas
    #[arg(long, value_name = "FILE", requires = "files")]
    pub parent: Option<PathBuf>,
    /// 上级文件中代码所在列 | column with the code in the file of parents
    #[arg(long, value_name = "COLUMN", requires = "parent")]
    pub parent_code_field: Option<String>,
    /// 无需覆盖的范围（湖泊、海域） | file with ground that need not be covered (lakes, sea)
    #[arg(long, value_name = "FILE", requires = "files")]
    pub exclusions: Option<PathBuf>,
    /// 地名文件 | file with places
    #[arg(long, value_name = "FILE", requires = "files")]
    pub places: Option<PathBuf>,
    /// 最小宽度（米），更窄的不列出 | least greatest width in metres
    #[arg(long, value_name = "M", value_parser = parse_size)]
    pub min_width: Option<f64>,
    /// 最小面积（平方米），更小的不列出 | least area in square metres
    #[arg(long, value_name = "M2", value_parser = parse_size)]
    pub min_area: Option<f64>,
    /// 没有上级时，寻找窄于此宽度（米）的凹入和走廊 | without parents: seek inlets and corridors narrower than this, in metres
    #[arg(long, value_name = "M", default_value = "0", value_parser = parse_size, requires = "files")]
    pub gap_width: f64,
    /// 在 GeoJSON、JSON 中列出引起每处发现的边线段（块、环、节点号） | name in GeoJSON and JSON the stretches of outlines that cause each finding (part, ring, vertices)
    #[arg(long, requires = "files")]
    pub edges: bool,
    /// 有此级别或更高的发现时以状态 3 结束 | end with status 3 when there are findings at or above this level
    #[arg(long, value_name = "LEVEL", value_parser = parse_severity)]
    pub fail_on: Option<Severity>,
    /// 格式：geojson、json、csv、xlsx、html（默认为文字摘要） | format: geojson, json, csv, xlsx or html (default: a summary in words)
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub format: Option<Format>,
    /// 写入文件，而不是标准输出 | write to a file instead of standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// `jieming serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// 监听地址（默认 127.0.0.1:8080） | address to listen at (default 127.0.0.1:8080)
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// `jieming demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// 监听地址（默认 127.0.0.1:8080） | address to listen at (default 127.0.0.1:8080)
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// 重新生成演示数据 | make the demonstration anew
    #[arg(long)]
    pub reset: bool,
}

/// `jieming report`.
#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("subject").required(true).args(["line", "unit"]))]
pub struct ReportArgs {
    /// 界线：两个相邻行政区的代码 | boundary line: codes of two neighbouring units
    #[arg(long, value_name = "CODE,CODE", value_parser = parse_pair)]
    pub line: Option<[String; 2]>,
    /// 行政区代码 | code of a unit
    #[arg(long, value_name = "CODE")]
    pub unit: Option<String>,
    /// 格式：html、xlsx、geojson、csv（默认 html） | format: html, xlsx, geojson or csv (default html)
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub format: Option<Format>,
    /// 写入文件，而不是标准输出 | write to a file instead of standard output
    #[arg(long, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

/// `jieming export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// 数据集：units、units-级别（如 units-county）、places、findings | collection: units, units-LEVEL (such as units-county), places or findings
    #[arg(long, value_name = "NAME")]
    pub collection: String,
    /// 格式：shp、gpkg、geojson、csv、fgb（默认按文件名） | format: shp, gpkg, geojson, csv or fgb (default: by the file's name)
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// 坐标系：EPSG:n 或已登记的名称（默认 EPSG:4490） | coordinate system: EPSG:n or a registered name (default EPSG:4490)
    #[arg(long, value_name = "CRS")]
    pub crs: Option<String>,
    /// 行政区范围的性质：legal 法定（默认），administered 实际管理 | kind of extent of units: legal (default) or administered
    #[arg(long = "kind", value_name = "KIND", value_parser = parse_kind)]
    pub kind_of_extent: Option<ExtentKind>,
    /// 写入的文件 | file to write
    #[arg(long, value_name = "PATH")]
    pub output: PathBuf,
}

/// `jieming crs`.
#[derive(Debug, Clone, Subcommand)]
pub enum CrsCommand {
    /// 登记参数 | register parameters
    Add {
        /// 名称，供 --crs 使用 | name, for use with --crs
        name: String,
        /// 源坐标系，如 EPSG:2437 | source system, such as EPSG:2437
        #[arg(long, value_name = "CRS")]
        source: String,
        /// 参数：helmert3|helmert7|plane4|wkt 及 KEY=VALUE | parameters: helmert3, helmert7, plane4 or wkt, with KEY=VALUE
        #[arg(long, value_name = "TEXT")]
        method: String,
        /// 适用范围：西,南,东,北（度） | where it holds: west,south,east,north in degrees
        #[arg(long, value_name = "W,S,E,N", value_parser = parse_box, allow_hyphen_values = true)]
        area: [f64; 4],
        /// 转换精度（米） | accuracy of converted points in metres
        #[arg(long, value_name = "M", value_parser = parse_size)]
        accuracy: f64,
        /// 公共点文件：每行 x,y,lon,lat | file of common points, lines x,y,lon,lat
        #[arg(long, value_name = "FILE")]
        points: Option<PathBuf>,
    },
    /// 列出参数 | list parameters
    List,
    /// 删除参数 | remove parameters
    Remove {
        /// 名称 | name
        name: String,
    },
}

/// `jieming sample`.
#[derive(Debug, Clone, Args)]
pub struct SampleArgs {
    /// 输出文件夹 | folder to write to
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// 随机种子 | seed
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// 区县数 | counties
    #[arg(long, value_name = "N")]
    pub counties: Option<usize>,
    /// 乡镇街道数 | townships
    #[arg(long, value_name = "N")]
    pub townships: Option<usize>,
    /// 地名数 | places
    #[arg(long, value_name = "N")]
    pub places: Option<usize>,
    /// 顶点数（约） | vertices, about
    #[arg(long, value_name = "N")]
    pub vertices: Option<usize>,
    /// 重叠数 | overlaps
    #[arg(long, value_name = "N")]
    pub overlaps: Option<usize>,
    /// 空白数 | gaps
    #[arg(long, value_name = "N")]
    pub gaps: Option<usize>,
    /// 越界数 | spills
    #[arg(long, value_name = "N")]
    pub spills: Option<usize>,
    /// 重复数字化的边界段数 | stretches digitised twice
    #[arg(long, value_name = "N")]
    pub slivers: Option<usize>,
    /// 位置不在所属行政区的地名数 | names in the wrong unit
    #[arg(long, value_name = "N")]
    pub misplaced: Option<usize>,
    /// 离界线比精度更近的地名数 | names nearer to a line than their accuracy
    #[arg(long, value_name = "N")]
    pub uncertain: Option<usize>,
    /// GCJ-02 批次的地名数 | names of the GCJ-02 batch
    #[arg(long, value_name = "N")]
    pub gcj_batch: Option<usize>,
}

fn parse_pair(s: &str) -> Result<[String; 2], String> {
    match s.split_once(',') {
        Some((a, b)) if !a.trim().is_empty() && !b.trim().is_empty() => {
            Ok([a.trim().to_owned(), b.trim().to_owned()])
        }
        _ => Err("CODE,CODE".to_owned()),
    }
}

fn parse_box(s: &str) -> Result<[f64; 4], String> {
    let numbers: Vec<f64> = s.split(',').filter_map(|v| v.trim().parse().ok()).collect();
    match numbers[..] {
        [w, s, e, n] if w < e && s < n => Ok([w, s, e, n]),
        _ => Err("W,S,E,N".to_owned()),
    }
}

fn parse_size(s: &str) -> Result<f64, String> {
    s.parse::<f64>()
        .ok()
        .filter(|v| v.is_finite() && *v >= 0.0)
        .ok_or_else(|| "≥ 0".to_owned())
}

fn parse_severity(s: &str) -> Result<Severity, String> {
    s.parse::<Severity>().map_err(|e| e.to_string())
}

fn parse_format(s: &str) -> Result<Format, String> {
    s.parse::<Format>().map_err(|e| e.to_string())
}
