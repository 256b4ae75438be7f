//! Findings one after another, as JSON values in a list: rendered by all cores, written in order, a bounded number of
//! them in memory.

use std::io::{self, Write};
use std::sync::mpsc::sync_channel;

use rayon::prelude::*;

use crate::Finding;

/// Findings rendered by one core at a time.
const LOT: usize = 1_024;
/// Lots rendered before they are written.
const LOTS: usize = 16;

/// Writes the findings between commas, a line each. What is rendered is written while the next is rendered.
pub fn write(
    findings: &[Finding],
    out: &mut dyn Write,
    render: impl Fn(&Finding, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let rendered = |k: usize, many: &[Finding]| -> Vec<io::Result<Vec<u8>>> {
        many.par_chunks(LOT)
            .enumerate()
            .map(|(l, lot)| {
                let mut text = Vec::with_capacity(lot.len() * 640);
                for (i, f) in lot.iter().enumerate() {
                    let first = k == 0 && l == 0 && i == 0;
                    text.extend_from_slice(if first { b"\n" } else { b",\n" });
                    render(f, &mut text)?;
                }
                Ok(text)
            })
            .collect()
    };
    std::thread::scope(|scope| {
        let (send, ready) = sync_channel(1);
        scope.spawn(move || {
            for (k, many) in findings.chunks(LOT * LOTS).enumerate() {
                // Whoever writes has given up.
                if send.send(rendered(k, many)).is_err() {
                    return;
                }
            }
        });
        for text in ready.into_iter().flatten() {
            out.write_all(&text?)?;
        }
        Ok(())
    })
}
