//! Workbooks: XLSX, XLS, ODS, as the decoder child reads them. The library takes memory without bound and panics; both end in the
//! child, so here memory ends at a gigabyte with an error that unwinds, and what unwinds within the reader is no find.
#![no_main]
#![feature(alloc_error_hook)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// As the child's bound, smaller.
const MOST: usize = 768 << 20;
static TAKEN: AtomicUsize = AtomicUsize::new(0);

struct Bounded;

// SAFETY: every call is the system allocator's; one that would take more than the bound gives null, as allocators may.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if TAKEN
            .fetch_add(layout.size(), Relaxed)
            .saturating_add(layout.size())
            > MOST
        {
            TAKEN.fetch_sub(layout.size(), Relaxed);
            return std::ptr::null_mut();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static MEMORY: Bounded = Bounded;

libfuzzer_sys::fuzz_target!(
    init: {
        std::panic::set_hook(Box::new(|_| {}));
        std::alloc::set_alloc_error_hook(|layout| panic!("{} bytes", layout.size()));
    },
    |bytes: &[u8]| jieming_fuzz::workbook(bytes)
);
