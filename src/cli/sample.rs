//! `jieming sample`.

use jieming_domain::lang::Lang;
use jieming_sample as sample;

use super::Exit;
use super::args::SampleArgs;
use super::output::fail;

/// Writes an invented city with planted defects and the truth about them.
pub fn write_sample(args: &SampleArgs, lang: Lang) -> Exit {
    let usual = sample::Options::demo(args.seed);
    let options = sample::Options {
        seed: args.seed,
        counties: args.counties.unwrap_or(usual.counties),
        townships: args.townships.unwrap_or(usual.townships),
        places: args.places.unwrap_or(usual.places),
        vertices: args.vertices.unwrap_or(usual.vertices),
        overlaps: args.overlaps.unwrap_or(usual.overlaps),
        gaps: args.gaps.unwrap_or(usual.gaps),
        spills: args.spills.unwrap_or(usual.spills),
        slivers: args.slivers.unwrap_or(usual.slivers),
        misplaced: args.misplaced.unwrap_or(usual.misplaced),
        uncertain: args.uncertain.unwrap_or(usual.uncertain),
        gcj_batch: args.gcj_batch.unwrap_or(usual.gcj_batch),
    };
    let made = sample::generate(&options)
        .map_err(|e| e.to_string())
        .and_then(|s| {
            sample::write(&s, &args.output)
                .map(|()| s)
                .map_err(|e| format!("{}: {e}", args.output.display()))
        });
    match made {
        Ok(s) => {
            println!(
                "{}: {}",
                args.output.display(),
                lang.of(
                    format!(
                        "{} 个区县，{} 个乡镇街道，{} 条地名，{} 处预设问题",
                        s.counties.len(),
                        s.townships.len(),
                        s.places.len(),
                        s.defects.len()
                    ),
                    format!(
                        "{} counties, {} townships, {} places, {} planted defects",
                        s.counties.len(),
                        s.townships.len(),
                        s.places.len(),
                        s.defects.len()
                    ),
                )
            );
            Exit::Done
        }
        Err(e) => fail(&e),
    }
}
