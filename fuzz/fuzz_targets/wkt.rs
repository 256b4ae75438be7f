//! Well-known text.
#![no_main]

use jieming_geodata::wkt;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = wkt::looks_like(text);
    let _ = wkt::read(text);
});
