//! KML and GPX.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_fuzz::read("a.kml", bytes));
