//! Head and text of a dBASE table, as the parent reads them before the child starts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jieming_fuzz::read("a.dbf", bytes));
