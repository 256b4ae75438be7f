//! Progress on standard error: a bar on a terminal, lines otherwise.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use jieming_domain::lang::Lang;

use crate::ingest::Progress;

/// Between two lines.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Progress of one file.
pub struct Shown {
    bar: Option<ProgressBar>,
    lang: Lang,
    name: String,
    last: Mutex<Instant>,
}

impl Shown {
    /// For the file of this name.
    pub fn new(name: &str, lang: Lang) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            bar.set_style(spinner());
            bar.set_message(name.to_owned());
            bar
        });
        Self {
            bar,
            lang,
            name: name.to_owned(),
            last: Mutex::new(Instant::now()),
        }
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg} {human_pos} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn with_length() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Progress for Shown {
    fn rows(&self, read: u64, total: Option<u64>) {
        match &self.bar {
            Some(bar) => {
                if let Some(total) = total.filter(|t| bar.length() != Some(*t)) {
                    bar.set_length(total);
                    bar.set_style(with_length());
                }
                bar.set_position(read);
            }
            None => {
                let mut last = self
                    .last
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                if last.elapsed() >= LINE_EVERY {
                    *last = Instant::now();
                    let of = total.map(|t| format!(" / {t}")).unwrap_or_default();
                    eprintln!("{}: {read}{of} {}", self.name, self.lang.of("行", "rows"));
                }
            }
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
