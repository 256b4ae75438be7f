//! What was compared in a suite, and where engine and case differ.

use std::io::Write;

/// A case that the engine answers otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub case: String,
    pub expects: String,
    pub says: String,
}

pub struct Tally {
    pub suite: &'static str,
    pub differences: Vec<Difference>,
    cases: usize,
    checks: usize,
    /// Tests of the suite that are about something that the engine does not do, or have no areas.
    passed_over: usize,
}

impl Tally {
    pub fn new(suite: &'static str) -> Tally {
        Tally {
            suite,
            differences: Vec::new(),
            cases: 0,
            checks: 0,
            passed_over: 0,
        }
    }

    pub fn case(&mut self) {
        self.cases += 1;
    }

    pub fn pass_over(&mut self) {
        self.passed_over += 1;
    }

    /// Counts a check; a difference is kept.
    pub fn check(&mut self, agrees: bool, case: &str, expects: &str, says: &str) {
        self.checks += 1;
        if !agrees {
            // The table is tab-separated, one line a row.
            let plain = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ");
            self.differences.push(Difference {
                case: plain(case),
                expects: plain(expects),
                says: plain(says),
            });
        }
    }

    /// Counts a check of an area against an expected one.
    pub fn area(&mut self, case: &str, what: &str, expected: f64, found: f64, slack: f64) {
        let slack = slack.max(1e-6 * expected.abs());
        self.check(
            (expected - found).abs() <= slack,
            case,
            &format!("{what} {}", number(expected)),
            &number(found),
        );
    }

    pub fn line(&self) -> String {
        format!(
            "conformance {}: {} cases, {} checks, {} agree, {} differ; {} tests passed over",
            self.suite,
            self.cases,
            self.checks,
            self.checks - self.differences.len(),
            self.differences.len(),
            self.passed_over
        )
    }
}

/// Six significant digits, so that a row of the table does not hang on the last bit.
pub fn number(v: f64) -> String {
    if v.abs() < 1e-12 {
        return "0".into();
    }
    let digits = (5 - v.abs().log10().floor() as i32).max(0) as usize;
    let s = format!("{v:.digits$}");
    if s.contains('.') {
        s.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        s
    }
}

/// Past the test harness, which keeps what a passing test prints.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
