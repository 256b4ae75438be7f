//! What the decoder child sends, and the rows that the parent makes of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_geodata::fuzzing::frames(bytes, false));
