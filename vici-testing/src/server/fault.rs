//! What goes wrong with a server on order.

use core::time::Duration;

/// How a server writes its packets.
///
/// Whatever it is, the bytes are the same.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Each with one write.
    #[default]
    Whole,
    /// The length of a frame with one write, the rest with a second one. Over TCP the second waits
    /// until the first is acknowledged, for which the system of the client takes up to 40 ms unless
    /// the client does something about it. charon does both.
    Apart,
    /// In pieces of so many bytes, with a pause before each.
    Slow {
        /// How long a piece is, in bytes; 0 is taken for 1.
        piece: usize,
        /// How long to wait before each of them.
        pause: Duration,
    },
}

/// What goes wrong.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Whether nothing is accepted, read, answered or sent.
    pub(super) frozen: bool,
    /// How packets are written.
    pub(super) delivery: Delivery,
    /// How many threads work at most.
    pub(super) threads: Option<usize>,
    /// How many work.
    pub(super) busy: usize,
    /// How many responses are not sent.
    pub(super) dropped: usize,
    /// After how many packets, and bytes of the next one, the daemon dies.
    pub(super) death: Option<(usize, usize)>,
}

impl Faults {
    pub(super) fn drops_response(&mut self) -> bool {
        let drops = self.dropped > 0;
        self.dropped = self.dropped.saturating_sub(1);
        drops
    }

    pub(super) fn next_packet(&mut self) -> (Delivery, Option<usize>) {
        let cut = match &mut self.death {
            Some((0, bytes)) => Some(*bytes),
            Some((packets, _)) => {
                *packets -= 1;
                None
            }
            None => None,
        };
        if cut.is_some() {
            self.death = None;
        }
        (self.delivery, cut)
    }
}
