//! A drawing from the child: closed polylines and the texts in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_geodata::fuzzing::frames(bytes, true));
