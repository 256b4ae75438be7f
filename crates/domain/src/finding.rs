//! Findings (发现): the machine's results. A defect of a coverage or a broken rule becomes a finding
//! with a rule id, a severity, the parties, and a lasting identity. Human work on it is a *case*, never here.

/// What a finding is about (`kind` of the command-line contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Two or more units claim the same ground (重叠).
    Overlap,
    /// Ground inside the parent, or enclosed by units, that no unit claims (空白, 归属不明).
    Gap,
    /// A unit reaches outside its parent (越界).
    Spill,
    /// Shared edge whose vertices do not match though the area does (公共边不一致).
    Mismatch,
    /// A ring or part that is no valid polygon (图形无效).
    Invalid,
    /// A missing, malformed or duplicate code (代码).
    Code,
    /// A missing parent or child (隶属关系).
    Hierarchy,
    /// A place name outside the unit it claims, or uncertain within its accuracy (地名位置).
    Name,
}

/// The kinds of gap (`gap_kind` of the command-line contract).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapKind {
    /// Enclosed by units (孔洞).
    Hole,
    /// Open to the outside in one stretch shorter than the gap is deep (凹入).
    Inlet,
    /// Open to the outside in two or more stretches (走廊).
    Corridor,
    /// Open to the parent's line in one stretch at least as long as the gap is deep (欠缺).
    Shortfall,
}

/// How much a finding matters. Ordered: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, nothing to do (提示).
    Info,
    /// Needs a person's look (警告).
    Warning,
    /// Blocks acceptance (错误).
    Error,
}

macro_rules! words {
    ($t:ident { $($v:ident => $s:literal, $zh:literal;)+ }) => {
        impl $t {
            /// Every value, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$v),+];
            /// The word used in files, the API and the command line.
            pub fn as_str(self) -> &'static str { match self { $(Self::$v => $s),+ } }
            /// The word shown in Chinese.
            pub fn zh(self) -> &'static str { match self { $(Self::$v => $zh),+ } }
        }
        impl std::fmt::Display for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $t {
            type Err = UnknownWord;
            fn from_str(s: &str) -> Result<Self, UnknownWord> {
                match s { $($s => Ok(Self::$v),)+ _ => Err(UnknownWord { found: s.to_owned(), expected: &[$($s),+] }) }
            }
        }
    };
}

words!(Kind {
    Overlap => "overlap", "重叠";
    Gap => "gap", "空白";
    Spill => "spill", "越界";
    Mismatch => "mismatch", "公共边不一致";
    Invalid => "invalid", "图形无效";
    Code => "code", "代码";
    Hierarchy => "hierarchy", "隶属关系";
    Name => "name", "地名位置";
});
words!(GapKind {
    Hole => "hole", "孔洞";
    Inlet => "inlet", "凹入";
    Corridor => "corridor", "走廊";
    Shortfall => "shortfall", "欠缺";
});
words!(Severity {
    Info => "info", "提示";
    Warning => "warning", "警告";
    Error => "error", "错误";
});

/// A word that is none of the expected ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word {found:?}, expected one of {expected:?}")]
pub struct UnknownWord {
    /// The word found.
    pub found: String,
    /// The words that would do.
    pub expected: &'static [&'static str],
}
