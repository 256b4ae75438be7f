//! GeoJSON, sequences of it, and records in JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_fuzz::read("a.geojson", bytes));
