//! Well-known binary: what is read is written and read again as the same.
#![no_main]

use jieming_geodata::wkb;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(geometry) = wkb::read(bytes) {
        let written = wkb::write(&geometry);
        assert_eq!(
            wkb::write(&wkb::read(&written).expect("own bytes")),
            written
        );
    }
});
