//! The bounded queue of events that wait for the caller.

use core::fmt;
use std::collections::VecDeque;

use super::packet::Hidden;

/// How much the queue of events holds, and what happens when it is full.
///
/// The default is 65,536 events or 16 MiB, whichever comes first, and then the oldest are dropped.
/// A full queue never fails or delays a request, and items of a stream never enter it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimits {
    /// The most events that wait.
    pub max_events: usize,
    /// The most memory that waiting events take, in bytes: their names and messages, and what it takes
    /// to keep them, some 160 bytes each.
    pub max_bytes: usize,
    /// What to drop beyond that.
    pub when_full: WhenFull,
}

impl EventLimits {
    /// Limits of your own.
    #[must_use]
    pub const fn new(max_events: usize, max_bytes: usize, when_full: WhenFull) -> Self {
        Self {
            max_events,
            max_bytes,
            when_full,
        }
    }
}

impl Default for EventLimits {
    fn default() -> Self {
        Self::new(65_536, 16 * 1024 * 1024, WhenFull::DropOldest)
    }
}

/// What a full queue of events drops; it is counted in either case.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// The events that have waited the longest.
    #[default]
    DropOldest,
    /// The event that has just come.
    DropNewest,
}

/// An event as it came. `Debug` tells only the length of its message.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct QueuedEvent {
    /// The name of the event.
    pub name: String,
    /// The encoded message.
    pub message: Vec<u8>,
}

impl fmt::Debug for QueuedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuedEvent")
            .field("name", &self.name)
            .field("message", &Hidden(&self.message))
            .finish()
    }
}

impl QueuedEvent {
    /// An event of a name, with an encoded message.
    #[must_use]
    pub const fn new(name: String, message: Vec<u8>) -> Self {
        Self { name, message }
    }

    fn cost(&self) -> usize {
        cost(&self.name, &self.message)
    }
}

/// What an event takes: its place in a buffer that doubles, and two blocks of an allocator.
fn cost(name: &str, message: &[u8]) -> usize {
    const fn block(len: usize) -> usize {
        (len + size_of::<usize>()).next_multiple_of(16)
    }
    2 * size_of::<QueuedEvent>() + block(name.len()) + block(message.len())
}

#[derive(Debug, Default)]
pub(super) struct EventQueue {
    events: VecDeque<QueuedEvent>,
    bytes: usize,
    limits: EventLimits,
    dropped: u64,
}

impl EventQueue {
    pub(super) fn push(&mut self, name: &str, message: &[u8]) {
        let cost = cost(name, message);
        let limits = self.limits;
        let fits = cost <= limits.max_bytes && limits.max_events > 0;
        if !fits || (limits.when_full == WhenFull::DropNewest && self.is_full_for(cost)) {
            self.dropped += 1;
            return;
        }
        while self.is_full_for(cost) && self.pop().is_some() {
            self.dropped += 1;
        }
        self.bytes += cost;
        self.events.push_back(QueuedEvent {
            name: name.to_owned(),
            message: message.to_vec(),
        });
    }

    pub(super) fn pop(&mut self) -> Option<QueuedEvent> {
        let event = self.events.pop_front()?;
        self.bytes -= event.cost();
        Some(event)
    }

    /// The first event of this name; the others keep their places.
    pub(super) fn pop_named(&mut self, name: &str) -> Option<QueuedEvent> {
        let index = self.events.iter().position(|event| event.name == name)?;
        let event = self.events.remove(index)?;
        self.bytes -= event.cost();
        Some(event)
    }

    pub(super) fn set_limits(&mut self, limits: EventLimits) {
        self.limits = limits;
        while self.events.len() > limits.max_events || self.bytes > limits.max_bytes {
            let event = match limits.when_full {
                WhenFull::DropOldest => self.events.pop_front(),
                WhenFull::DropNewest => self.events.pop_back(),
            };
            let Some(event) = event else { break };
            self.bytes -= event.cost();
            self.dropped += 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn is_full_for(&self, cost: usize) -> bool {
        self.events.len() >= self.limits.max_events || self.bytes + cost > self.limits.max_bytes
    }
}
