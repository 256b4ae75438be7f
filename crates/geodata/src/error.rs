//! Why a file could not be read, or not to its end.

use crate::Text;

/// A refusal of a whole file (or of what is left of it). Each has a stable code and says what was found, what was
/// expected and what to do, in both languages.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{file}{}: {}", .layer.as_ref().map(|l| format!(", layer {l}")).unwrap_or_default(), .kind.text().en)]
#[non_exhaustive]
pub struct ReadError {
    /// The file as the user named it.
    pub file: String,
    /// The layer, sheet or archive member concerned, if any.
    pub layer: Option<String>,
    /// What happened. Boxed: errors travel in the `Result` of every row.
    pub kind: Box<ReadErrorKind>,
}

/// What stopped the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The operating system would not hand out the bytes.
    Io {
        /// Its words.
        message: String,
    },
    /// The file has no bytes at all.
    Empty,
    /// The file is larger than the bound.
    TooLarge {
        /// Bytes found.
        bytes: u64,
        /// The bound in bytes.
        limit: u64,
    },
    /// The content is none of the formats known.
    Unrecognised {
        /// What the content looks like.
        found: Text,
    },
    /// A format that is known by name but not read.
    Unsupported {
        /// Its name.
        format: &'static str,
    },
    /// The bytes stop in the middle.
    Truncated {
        /// Name of the format.
        format: &'static str,
        /// Byte offset where they stop.
        offset: u64,
        /// What was still open there.
        expected: Text,
    },
    /// The bytes break the rules of their format so that the walk cannot go on.
    Syntax {
        /// Name of the format.
        format: &'static str,
        /// Byte offset of the fault, where known.
        offset: Option<u64>,
        /// What was found.
        found: Text,
        /// What was expected.
        expected: Text,
    },
    /// An archive holds nothing that could be read.
    ArchiveWithoutData {
        /// Names of some of its members.
        members: Vec<String>,
    },
    /// An archive member would be written outside its folder.
    ArchivePath {
        /// The name of the member.
        member: String,
    },
    /// Unpacking would exceed a bound.
    ArchiveBomb {
        /// What was found: size, ratio or count.
        found: Text,
        /// The bound.
        limit: Text,
    },
    /// An archive member is encrypted.
    ArchiveEncrypted {
        /// The name of the member.
        member: String,
    },
    /// An archive or compressed stream is damaged.
    ArchiveDamaged {
        /// What the unpacker said.
        message: String,
    },
    /// No layer of that name.
    LayerUnknown {
        /// The layers there are.
        layers: Vec<String>,
    },
    /// Several layers, and none was named.
    LayerAmbiguous {
        /// The layers there are.
        layers: Vec<String>,
    },
    /// The encoding named by the caller is unknown.
    EncodingUnknown {
        /// Its name.
        encoding: String,
    },
    /// A file that must stand beside this one is missing.
    SiblingMissing {
        /// Its name.
        sibling: String,
    },
    /// The decoder could not be started.
    DecoderUnavailable {
        /// Why.
        message: String,
    },
    /// The decoder read the file and refused it.
    DecoderRefused {
        /// Its words.
        message: String,
    },
    /// The decoder died.
    DecoderCrashed {
        /// Exit status or signal.
        how: String,
        /// Rows delivered before.
        rows: u64,
    },
    /// The decoder was silent too long, and was stopped.
    DecoderTimeout {
        /// The bound in seconds.
        seconds: u64,
        /// Rows delivered before.
        rows: u64,
    },
    /// The decoder sent more than the bound, or nonsense.
    DecoderOutput {
        /// What was wrong.
        message: String,
    },
}

impl ReadError {
    pub(crate) fn new(file: impl Into<String>, kind: ReadErrorKind) -> Self {
        Self {
            file: file.into(),
            layer: None,
            kind: Box::new(kind),
        }
    }

    pub(crate) fn in_layer(mut self, layer: impl Into<String>) -> Self {
        self.layer = Some(layer.into());
        self
    }

    /// The stable short code, such as `file.truncated`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The whole message in Chinese: file, layer, what was found, expected, and what to do.
    pub fn zh(&self) -> String {
        let layer = self
            .layer
            .as_ref()
            .map(|l| format!("，图层“{l}”"))
            .unwrap_or_default();
        format!("文件“{}”{layer}：{}", self.file, self.kind.text().zh)
    }

    /// The whole message in English.
    pub fn en(&self) -> String {
        self.to_string()
    }

    /// Both wordings.
    pub fn text(&self) -> Text {
        Text::new(self.zh(), self.en())
    }
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut s = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        s.push_str(&format!(", … ({})", names.len()));
    }
    s
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

impl ReadErrorKind {
    /// The stable short code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file.io",
            Self::Empty => "file.empty",
            Self::TooLarge { .. } => "file.too_large",
            Self::Unrecognised { .. } => "file.unrecognised",
            Self::Unsupported { .. } => "file.unsupported",
            Self::Truncated { .. } => "file.truncated",
            Self::Syntax { .. } => "file.syntax",
            Self::ArchiveWithoutData { .. } => "archive.without_data",
            Self::ArchivePath { .. } => "archive.path",
            Self::ArchiveBomb { .. } => "archive.bomb",
            Self::ArchiveEncrypted { .. } => "archive.encrypted",
            Self::ArchiveDamaged { .. } => "archive.damaged",
            Self::LayerUnknown { .. } => "layer.unknown",
            Self::LayerAmbiguous { .. } => "layer.ambiguous",
            Self::EncodingUnknown { .. } => "encoding.unknown",
            Self::SiblingMissing { .. } => "file.sibling_missing",
            Self::DecoderUnavailable { .. } => "decoder.unavailable",
            Self::DecoderRefused { .. } => "decoder.refused",
            Self::DecoderCrashed { .. } => "decoder.crashed",
            Self::DecoderTimeout { .. } => "decoder.timeout",
            Self::DecoderOutput { .. } => "decoder.output",
        }
    }

    /// What was found, what was expected, what to do.
    pub fn text(&self) -> Text {
        const FORMATS: &str = "GeoJSON, FlatGeobuf, Shapefile, GeoPackage, FileGDB, MapInfo, KML/KMZ, GPX, GML, DXF, TopoJSON, CSV/TSV, XLSX/XLS/ODS";
        match self {
            Self::Io { message } => Text::new(
                format!("无法读取（{message}）；请检查文件是否存在、是否有读取权限"),
                format!("cannot be read ({message}); check that it exists and may be read"),
            ),
            Self::Empty => Text::new(
                "文件为空（0 字节）；应为有内容的数据文件，请重新导出或重新上传",
                "the file is empty (0 bytes); expected a file with content: export or upload it again",
            ),
            Self::TooLarge { bytes, limit } => Text::new(
                format!(
                    "文件大小 {}，超过上限 {}；请拆分文件或提高上限",
                    mib(*bytes),
                    mib(*limit)
                ),
                format!(
                    "the file has {}, the limit is {}; split it or raise the limit",
                    mib(*bytes),
                    mib(*limit)
                ),
            ),
            Self::Unrecognised { found } => Text::new(
                format!(
                    "无法识别的内容：{}；应为 {FORMATS} 之一，请核对文件是否选错或改名",
                    found.zh
                ),
                format!(
                    "unknown content: {}; expected one of {FORMATS}: check that it is the right file and was not renamed",
                    found.en
                ),
            ),
            Self::Unsupported { format } => Text::new(
                format!("这是 {format} 文件，本程序不读取；请转换为 {FORMATS} 之一"),
                format!("this is {format}, which is not read; convert it to one of {FORMATS}"),
            ),
            Self::Truncated {
                format,
                offset,
                expected,
            } => Text::new(
                format!(
                    "{format} 在第 {offset} 字节处中断：{}；文件不完整，请重新导出或重新上传",
                    expected.zh
                ),
                format!(
                    "{format} stops at byte {offset}: {}; the file is cut, export or upload it again",
                    expected.en
                ),
            ),
            Self::Syntax {
                format,
                offset,
                found,
                expected,
            } => {
                let (zh, en) = match offset {
                    Some(n) => (format!("第 {n} 字节处"), format!(" at byte {n}")),
                    None => (String::new(), String::new()),
                };
                Text::new(
                    format!(
                        "不是正确的 {format}：{zh}为{}，应为{}；请用原软件重新导出",
                        found.zh, expected.zh
                    ),
                    format!(
                        "not valid {format}:{en} found {}, expected {}; export it again",
                        found.en, expected.en
                    ),
                )
            }
            Self::ArchiveWithoutData { members } => Text::new(
                format!(
                    "压缩包内没有可读取的数据（内有：{}）；应含 {FORMATS} 之一",
                    list(members)
                ),
                format!(
                    "the archive holds nothing that is read (it has: {}); expected one of {FORMATS}",
                    list(members)
                ),
            ),
            Self::ArchivePath { member } => Text::new(
                format!("压缩包成员“{member}”的路径指向包外，已拒绝；请重新打包"),
                format!(
                    "the archive member {member:?} points outside the archive: refused; pack it again"
                ),
            ),
            Self::ArchiveBomb { found, limit } => Text::new(
                format!(
                    "解压后超限：{}，上限 {}；请拆分文件或提高上限",
                    found.zh, limit.zh
                ),
                format!(
                    "unpacking exceeds a limit: {}, the limit is {}; split the file or raise the limit",
                    found.en, limit.en
                ),
            ),
            Self::ArchiveEncrypted { member } => Text::new(
                format!("压缩包成员“{member}”已加密；请不设密码重新打包"),
                format!(
                    "the archive member {member:?} is encrypted; pack it again without a password"
                ),
            ),
            Self::ArchiveDamaged { message } => Text::new(
                format!("压缩数据已损坏（{message}）；请重新打包或重新上传"),
                format!("the packed data are damaged ({message}); pack or upload it again"),
            ),
            Self::LayerUnknown { layers } => Text::new(
                format!("没有这个图层；可用 --layer 指定的图层：{}", list(layers)),
                format!("there is no such layer; --layer can name: {}", list(layers)),
            ),
            Self::LayerAmbiguous { layers } => Text::new(
                format!(
                    "文件含 {} 个图层，请用 --layer 指定一个：{}",
                    layers.len(),
                    list(layers)
                ),
                format!(
                    "the file holds {} layers; name one with --layer: {}",
                    layers.len(),
                    list(layers)
                ),
            ),
            Self::EncodingUnknown { encoding } => Text::new(
                format!("未知的编码“{encoding}”；例如 utf-8、gbk、gb18030、big5、shift_jis"),
                format!(
                    "unknown encoding {encoding:?}; for example utf-8, gbk, gb18030, big5, shift_jis"
                ),
            ),
            Self::SiblingMissing { sibling } => Text::new(
                format!(
                    "缺少同名文件“{sibling}”；Shapefile 请连同 .shp .shx .dbf .prj .cpg 一起提供或打成一个 zip"
                ),
                format!(
                    "the file {sibling:?} beside it is missing; give a Shapefile with its .shp .shx .dbf .prj .cpg, or all in one zip"
                ),
            ),
            Self::DecoderUnavailable { message } => Text::new(
                format!("读取程序无法启动（{message}）；请联系管理员"),
                format!("the decoder could not be started ({message}); tell the administrator"),
            ),
            Self::DecoderRefused { message } => Text::new(
                format!("读取程序无法读取此文件（{message}）；请用原软件检查并重新导出"),
                format!(
                    "the decoder cannot read this file ({message}); check it in the program it came from and export it again"
                ),
            ),
            Self::DecoderCrashed { how, rows } => Text::new(
                format!("读取到第 {rows} 行后读取程序崩溃（{how}）；文件可能已损坏，请重新导出"),
                format!(
                    "the decoder died after row {rows} ({how}); the file may be damaged, export it again"
                ),
            ),
            Self::DecoderTimeout { seconds, rows } => Text::new(
                format!(
                    "读取到第 {rows} 行后 {seconds} 秒没有进展，已停止；文件可能已损坏，请重新导出或拆分"
                ),
                format!(
                    "no progress for {seconds} seconds after row {rows}: stopped; the file may be damaged, export it again or split it"
                ),
            ),
            Self::DecoderOutput { message } => Text::new(
                format!("读取程序的输出有误（{message}）；文件可能已损坏，请重新导出"),
                format!(
                    "the decoder's output is wrong ({message}); the file may be damaged, export it again"
                ),
            ),
        }
    }
}
