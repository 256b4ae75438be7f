//! Positions as text: what is an angle is a finite number.
#![no_main]

use jieming_domain::position;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(n) = position::angle(text) {
        assert!(n.is_finite(), "{text:?}: {n}");
    }
    if let Some((a, b)) = position::pair(text) {
        assert!(a.is_finite() && b.is_finite(), "{text:?}: {a} {b}");
    }
});
