//! Zip (KMZ, Shapefiles, several members), gzip and xz.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_fuzz::read("a.zip", bytes));
