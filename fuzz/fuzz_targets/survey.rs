//! The land survey's boundary text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_fuzz::read("a.txt", bytes));
