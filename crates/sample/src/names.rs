//! Invented names: units from a table of two-character words, places from words and the generic terms of their category.
//! Category codes are those of GB/T 18521-2001 as the census uses them (five digits).

use crate::rng::Rng;

/// The invented city.
pub const CITY: &str = "云泽市";

const COUNTIES: &[&str] = &[
    "映川", "临澜", "望岫", "砚湖", "云棠", "杉浦", "鹭洲", "澹溪", "梧汀", "霁山", "岚桥", "汀兰",
    "松陂", "荻浦", "棠峪", "泠川",
];
/// A character (or generic term) and its spelling.
type Syllable = (&'static str, &'static str);

/// What names begin with. None of the syllables begins with a vowel, so no spelling needs an apostrophe.
const FIRST: &[Syllable] = &[
    ("柳", "liǔ"),
    ("桃", "táo"),
    ("松", "sōng"),
    ("云", "yún"),
    ("梅", "méi"),
    ("枫", "fēng"),
    ("兰", "lán"),
    ("荷", "hé"),
    ("竹", "zhú"),
    ("桂", "guì"),
    ("杏", "xìng"),
    ("栎", "lì"),
    ("芦", "lú"),
    ("菱", "líng"),
    ("蓼", "liǎo"),
    ("槐", "huái"),
    ("桐", "tóng"),
    ("榆", "yú"),
    ("鹭", "lù"),
    ("雁", "yàn"),
    ("鹤", "hè"),
    ("石", "shí"),
    ("沙", "shā"),
    ("青", "qīng"),
    ("白", "bái"),
    ("红", "hóng"),
    ("金", "jīn"),
    ("银", "yín"),
    ("上", "shàng"),
    ("下", "xià"),
    ("东", "dōng"),
    ("西", "xī"),
    ("南", "nán"),
    ("北", "běi"),
    ("新", "xīn"),
    ("古", "gǔ"),
    ("大", "dà"),
    ("小", "xiǎo"),
    ("双", "shuāng"),
    ("三", "sān"),
];
/// What names go on with.
const SECOND: &[Syllable] = &[
    ("溪", "xī"),
    ("湾", "wān"),
    ("岗", "gǎng"),
    ("坪", "píng"),
    ("渡", "dù"),
    ("洲", "zhōu"),
    ("浦", "pǔ"),
    ("塘", "táng"),
    ("桥", "qiáo"),
    ("陂", "bēi"),
    ("垅", "lǒng"),
    ("岭", "lǐng"),
    ("汀", "tīng"),
    ("屿", "yǔ"),
    ("坞", "wù"),
    ("畈", "fàn"),
    ("墩", "dūn"),
    ("寨", "zhài"),
    ("泉", "quán"),
    ("滩", "tān"),
    ("渚", "zhǔ"),
    ("沟", "gōu"),
    ("冲", "chōng"),
    ("坡", "pō"),
    ("堰", "yàn"),
    ("港", "gǎng"),
    ("庙", "miào"),
    ("井", "jǐng"),
    ("林", "lín"),
    ("园", "yuán"),
];

/// The name of the `k`-th county or district, without its kind.
pub fn county(k: usize) -> String {
    let base = COUNTIES[k % COUNTIES.len()];
    if k < COUNTIES.len() {
        base.to_owned()
    } else {
        format!("{base}{}", FIRST[(k / COUNTIES.len() - 1) % FIRST.len()].0)
    }
}

/// `count` different two-character words (three characters when those run out), in an order drawn from `rng`.
pub fn words(count: usize, rng: &mut Rng) -> Vec<String> {
    let mut pairs: Vec<(usize, usize)> = (0..FIRST.len())
        .flat_map(|a| (0..SECOND.len()).map(move |b| (a, b)))
        .collect();
    rng.shuffle(&mut pairs);
    (0..count)
        .map(|k| {
            let (a, b) = pairs[k % pairs.len()];
            let mut word = format!("{}{}", FIRST[a].0, SECOND[b].0);
            let mut more = k / pairs.len();
            while more > 0 {
                word.push_str(SECOND[(more - 1) % SECOND.len()].0);
                more = (more - 1) / SECOND.len();
            }
            word
        })
        .collect()
}

/// A kind of place: category code, generic terms, how often in 1000 in town and in the country.
struct Class {
    code: &'static str,
    endings: &'static [Syllable],
    town: usize,
    country: usize,
}

const CLASSES: &[Class] = &[
    Class {
        code: "22100",
        endings: &[
            ("花园", "Huāyuán"),
            ("小区", "Xiǎoqū"),
            ("家园", "Jiāyuán"),
            ("新村", "Xīncūn"),
            ("苑", "Yuàn"),
        ],
        town: 230,
        country: 25,
    },
    Class {
        code: "22200",
        endings: &[
            ("湾", "Wān"),
            ("村", "Cūn"),
            ("冲", "Chōng"),
            ("垸", "Yuàn"),
            ("坪", "Píng"),
            ("屋场", "Wūchǎng"),
        ],
        town: 10,
        country: 430,
    },
    Class {
        code: "21620",
        endings: &[("社区", "Shèqū")],
        town: 90,
        country: 15,
    },
    Class {
        code: "21610",
        endings: &[("村", "Cūn")],
        town: 10,
        country: 120,
    },
    Class {
        code: "23512",
        endings: &[("大道", "Dàdào")],
        town: 30,
        country: 5,
    },
    Class {
        code: "23513",
        endings: &[("路", "Lù")],
        town: 150,
        country: 30,
    },
    Class {
        code: "23514",
        endings: &[("街", "Jiē"), ("巷", "Xiàng"), ("里", "Lǐ")],
        town: 140,
        country: 15,
    },
    Class {
        code: "23610",
        endings: &[("桥", "Qiáo"), ("大桥", "Dàqiáo")],
        town: 40,
        country: 60,
    },
    Class {
        code: "12200",
        endings: &[("湖", "Hú")],
        town: 8,
        country: 20,
    },
    Class {
        code: "12100",
        endings: &[("河", "Hé"), ("溪", "Xī"), ("港", "Gǎng")],
        town: 8,
        country: 40,
    },
    Class {
        code: "24210",
        endings: &[("塘", "Táng")],
        town: 5,
        country: 60,
    },
    Class {
        code: "24230",
        endings: &[("水库", "Shuǐkù")],
        town: 2,
        country: 25,
    },
    Class {
        code: "13450",
        endings: &[("山", "Shān"), ("岭", "Lǐng")],
        town: 8,
        country: 70,
    },
    Class {
        code: "25200",
        endings: &[("公园", "Gōngyuán")],
        town: 40,
        country: 8,
    },
    Class {
        code: "26310",
        endings: &[("广场", "Guǎngchǎng")],
        town: 25,
        country: 3,
    },
    Class {
        code: "27300",
        endings: &[
            ("小学", "Xiǎoxué"),
            ("中学", "Zhōngxué"),
            ("卫生院", "Wèishēngyuàn"),
            ("文化馆", "Wénhuàguǎn"),
        ],
        town: 120,
        country: 45,
    },
    Class {
        code: "23530",
        endings: &[("公交站", "Gōngjiāozhàn")],
        town: 60,
        country: 12,
    },
    Class {
        code: "24340",
        endings: &[("泵站", "Bèngzhàn")],
        town: 4,
        country: 17,
    },
    Class {
        code: "23150",
        endings: &[("渡口", "Dùkǒu")],
        town: 0,
        country: 15,
    },
    Class {
        code: "26100",
        endings: &[("大厦", "Dàshà")],
        town: 20,
        country: 0,
    },
];

/// A place as it is called.
pub struct Named {
    /// Name.
    pub name: String,
    /// Spelling with tones: specific and generic part apart, natural villages in one word.
    pub spelling: String,
    /// Category code.
    pub category: &'static str,
}

/// Natural villages: their names are spelt as one word.
const VILLAGE: &str = "22200";

/// A place's name and category.
pub fn place(rng: &mut Rng, town: bool) -> Named {
    let share = |c: &Class| if town { c.town } else { c.country };
    let mut left = rng.below(CLASSES.iter().map(share).sum());
    let class = CLASSES
        .iter()
        .find(|c| {
            let hit = left < share(c);
            left = left.saturating_sub(share(c));
            hit
        })
        .unwrap_or(&CLASSES[0]);
    let mut parts = vec![*rng.pick(FIRST), *rng.pick(SECOND)];
    if rng.unit() < 0.35 {
        parts.push(*rng.pick(SECOND));
    }
    let (generic, generic_spelling) = *rng.pick(class.endings);
    // 柳湾湾 or 桃桥桥 reads like a slip of the pen.
    if parts.last().is_some_and(|p| p.0 == generic) {
        parts.pop();
    }
    let specific: String = parts.iter().map(|p| p.1).collect();
    let spelling = if class.code == VILLAGE {
        capital(&(specific + &generic_spelling.to_lowercase()))
    } else {
        format!("{} {generic_spelling}", capital(&specific))
    };
    Named {
        name: parts.iter().map(|p| p.0).chain([generic]).collect(),
        spelling,
        category: class.code,
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
