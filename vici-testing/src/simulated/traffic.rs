//! What has gone through a CHILD_SA in one direction.

use std::time::Instant;

use vici_serde::Section;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    pub(super) bytes: u64,
    packets: u64,
    used: Option<Instant>,
}

impl Traffic {
    /// Counts a packet of so many bytes; none of 0 bytes.
    pub(super) fn add(&mut self, bytes: u64) {
        if bytes > 0 {
            self.bytes += bytes;
            self.packets += 1;
            self.used = Some(Instant::now());
        }
    }

    /// Adds the keys that end in the name of the direction.
    pub(super) fn show(&self, shown: Section, direction: &str) -> Section {
        let shown = shown
            .key(format!("bytes-{direction}"), self.bytes)
            .key(format!("packets-{direction}"), self.packets);
        match self.used {
            Some(used) => shown.key(format!("use-{direction}"), used.elapsed().as_secs()),
            None => shown,
        }
    }
}
