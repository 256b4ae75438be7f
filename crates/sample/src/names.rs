//! Invented names: units from a table of two-character words, places from words and the generic terms of their category.
//! Category codes are those of GB/T 18521-2001 as the census uses them (five digits).

use crate::rng::Rng;

/// The invented city.
pub const CITY: &str = "云泽市";

const COUNTIES: &[&str] = &[
    "映川", "临澜", "望岫", "砚湖", "云棠", "杉浦", "鹭洲", "澹溪", "梧汀", "霁山", "岚桥", "汀兰",
    "松陂", "荻浦", "棠峪", "泠川",
];
const FIRST: &[&str] = &[
    "柳", "桃", "松", "云", "梅", "枫", "兰", "荷", "竹", "桂", "杏", "栎", "芦", "菱", "蓼", "槐",
    "桐", "榆", "鹭", "雁", "鹤", "石", "沙", "青", "白", "红", "金", "银", "上", "下", "东", "西",
    "南", "北", "新", "古", "大", "小", "双", "三",
];
const SECOND: &[&str] = &[
    "溪", "湾", "岗", "坪", "渡", "洲", "浦", "塘", "桥", "陂", "垅", "岭", "汀", "屿", "坞", "畈",
    "墩", "寨", "泉", "滩", "渚", "沟", "冲", "坡", "堰", "港", "庙", "井", "林", "园",
];

/// The name of the `k`-th county or district, without its kind.
pub fn county(k: usize) -> String {
    let base = COUNTIES[k % COUNTIES.len()];
    if k < COUNTIES.len() {
        base.to_owned()
    } else {
        format!("{base}{}", FIRST[(k / COUNTIES.len() - 1) % FIRST.len()])
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
            let mut word = format!("{}{}", FIRST[a], SECOND[b]);
            let mut more = k / pairs.len();
            while more > 0 {
                word.push_str(SECOND[(more - 1) % SECOND.len()]);
                more = (more - 1) / SECOND.len();
            }
            word
        })
        .collect()
}

/// A kind of place: category code, generic terms, how often in 1000 in town and in the country.
struct Class {
    code: &'static str,
    endings: &'static [&'static str],
    town: usize,
    country: usize,
}

const CLASSES: &[Class] = &[
    Class {
        code: "22100",
        endings: &["花园", "小区", "家园", "新村", "苑"],
        town: 230,
        country: 25,
    },
    Class {
        code: "22200",
        endings: &["湾", "村", "冲", "垸", "坪", "屋场"],
        town: 10,
        country: 430,
    },
    Class {
        code: "21620",
        endings: &["社区"],
        town: 90,
        country: 15,
    },
    Class {
        code: "21610",
        endings: &["村"],
        town: 10,
        country: 120,
    },
    Class {
        code: "23512",
        endings: &["大道"],
        town: 30,
        country: 5,
    },
    Class {
        code: "23513",
        endings: &["路"],
        town: 150,
        country: 30,
    },
    Class {
        code: "23514",
        endings: &["街", "巷", "里"],
        town: 140,
        country: 15,
    },
    Class {
        code: "23610",
        endings: &["桥", "大桥"],
        town: 40,
        country: 60,
    },
    Class {
        code: "12200",
        endings: &["湖"],
        town: 8,
        country: 20,
    },
    Class {
        code: "12100",
        endings: &["河", "溪", "港"],
        town: 8,
        country: 40,
    },
    Class {
        code: "24210",
        endings: &["塘"],
        town: 5,
        country: 60,
    },
    Class {
        code: "24230",
        endings: &["水库"],
        town: 2,
        country: 25,
    },
    Class {
        code: "13450",
        endings: &["山", "岭"],
        town: 8,
        country: 70,
    },
    Class {
        code: "25200",
        endings: &["公园"],
        town: 40,
        country: 8,
    },
    Class {
        code: "26310",
        endings: &["广场"],
        town: 25,
        country: 3,
    },
    Class {
        code: "27300",
        endings: &["小学", "中学", "卫生院", "文化馆"],
        town: 120,
        country: 45,
    },
    Class {
        code: "23530",
        endings: &["公交站"],
        town: 60,
        country: 12,
    },
    Class {
        code: "24340",
        endings: &["泵站"],
        town: 4,
        country: 17,
    },
    Class {
        code: "23150",
        endings: &["渡口"],
        town: 0,
        country: 15,
    },
    Class {
        code: "26100",
        endings: &["大厦"],
        town: 20,
        country: 0,
    },
];

/// A place's name and category.
pub fn place(rng: &mut Rng, town: bool) -> (String, &'static str) {
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
    let mut name = format!("{}{}", rng.pick(FIRST), rng.pick(SECOND));
    if rng.unit() < 0.35 {
        name.push_str(SECOND[rng.below(SECOND.len())]);
    }
    let ending = *rng.pick(class.endings);
    // 柳湾湾 or 桃桥桥 reads like a slip of the pen.
    if name.ends_with(ending) {
        name.pop();
    }
    name.push_str(ending);
    (name, class.code)
}
