//! An allocator that counts.

#![allow(unsafe_code, reason = "an allocator can't be had without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ops::Sub;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[global_allocator]
static COUNTING: Counting = Counting;

static BLOCKS: AtomicU64 = AtomicU64::new(0);
static GROWTHS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// How much has been allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allocations {
    /// New blocks.
    pub(crate) blocks: u64,
    /// Blocks that were made larger or smaller.
    pub(crate) growths: u64,
    /// Bytes of both.
    pub(crate) bytes: u64,
}

impl Allocations {
    /// All up to now.
    pub(crate) fn now() -> Self {
        Self {
            blocks: BLOCKS.load(Relaxed),
            growths: GROWTHS.load(Relaxed),
            bytes: BYTES.load(Relaxed),
        }
    }

    /// Those during a call.
    pub(crate) fn during(run: impl FnOnce()) -> Self {
        let before = Self::now();
        run();
        Self::now() - before
    }

    /// How often the allocator was asked.
    pub(crate) fn count(self) -> u64 {
        self.blocks + self.growths
    }
}

impl Sub for Allocations {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            blocks: self.blocks - before.blocks,
            growths: self.growths - before.growths,
            bytes: self.bytes - before.bytes,
        }
    }
}

/// The system's allocator, and two additions: what runs here runs on one thread, so that they need
/// not be atomic together, and cost one instruction each.
struct Counting;

fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(more), Relaxed);
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(&BLOCKS, 1);
        add(&BYTES, layout.size() as u64);
        // SAFETY: as for this function.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(&BLOCKS, 1);
        add(&BYTES, layout.size() as u64);
        // SAFETY: as for this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(&GROWTHS, 1);
        add(&BYTES, size as u64);
        // SAFETY: as for this function.
        unsafe { System.realloc(block, layout, size) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as for this function.
        unsafe { System.dealloc(block, layout) }
    }
}
