//! The numbers that tie CHILD_SAs to their policies.

use std::collections::VecDeque;

/// Which of them are given.
#[derive(Debug, Default)]
pub(super) struct Reqids {
    last: u32,
    /// Those that are free again, the first one to be given first.
    released: VecDeque<u32>,
}

impl Reqids {
    pub(super) fn take(&mut self) -> u32 {
        self.released.pop_front().unwrap_or_else(|| {
            self.last += 1;
            self.last
        })
    }

    /// Takes one back. One that is configured was not given, and is not to be.
    pub(super) fn release(&mut self, reqid: u32) {
        if reqid <= self.last && !self.released.contains(&reqid) {
            self.released.push_back(reqid);
        }
    }
}
