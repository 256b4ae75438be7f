//! Well-known binary: what is read is written and read again as the same, unless a ring begins nowhere, which never closes.
#![no_main]

use jieming_geodata::wkb;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(geometry) = wkb::read(bytes) {
        let written = wkb::write(&geometry);
        let again = wkb::read(&written).expect("own bytes");
        if !format!("{geometry:?}").contains("NaN") {
            assert_eq!(wkb::write(&again), written);
        }
    }
});
