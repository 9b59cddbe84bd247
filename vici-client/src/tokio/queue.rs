//! The queue of one subscription.

use core::mem;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::sync::Arc;

use crate::proto::{EventLimits, QueuedEvent, WhenFull};

/// Events that wait for the owner of a subscription, and how many of them were lost between.
pub(super) struct Queue {
    names: Vec<String>,
    entries: VecDeque<Entry>,
    limits: EventLimits,
    events: usize,
    bytes: usize,
    dropped: u64,
    waker: Option<Waker>,
    /// Whether no more events come.
    ended: bool,
}

/// What the owner of a subscription gets.
pub(super) enum Entry {
    Event(Arc<QueuedEvent>),
    /// So many events were dropped here.
    Lost(u64),
}

impl Queue {
    pub(super) fn new(names: Vec<String>, limits: EventLimits) -> Self {
        Self {
            names,
            entries: VecDeque::new(),
            limits,
            events: 0,
            bytes: 0,
            dropped: 0,
            waker: None,
            ended: false,
        }
    }

    /// Adds an event, if it is one of these; returns who waits for it.
    pub(super) fn push(&mut self, event: &Arc<QueuedEvent>) -> Option<Waker> {
        if !self.names.contains(&event.name) {
            return None;
        }
        let len = weight(event);
        let limits = self.limits;
        let fits = len <= limits.max_bytes && limits.max_events > 0;
        if !fits || (limits.when_full == WhenFull::DropNewest && self.is_full_for(len)) {
            self.lose_newest();
        } else {
            while self.is_full_for(len) {
                self.lose_oldest();
            }
            self.events += 1;
            self.bytes += len;
            self.entries.push_back(Entry::Event(Arc::clone(event)));
        }
        self.waker.take()
    }

    /// The next event, or `None` if none can come any more.
    pub(super) fn poll(&mut self, context: &Context<'_>) -> Poll<Option<Entry>> {
        match self.entries.pop_front() {
            Some(Entry::Event(event)) => {
                self.events -= 1;
                self.bytes -= weight(&event);
                Poll::Ready(Some(Entry::Event(event)))
            }
            Some(lost) => Poll::Ready(Some(lost)),
            None if self.ended => Poll::Ready(None),
            None => {
                match &mut self.waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => self.waker = Some(context.waker().clone()),
                }
                Poll::Pending
            }
        }
    }

    pub(super) fn end(&mut self) -> Option<Waker> {
        self.ended = true;
        self.waker.take()
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waker.is_some()
    }

    /// How many events were dropped in all.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn is_full_for(&self, len: usize) -> bool {
        self.events >= self.limits.max_events || self.bytes + len > self.limits.max_bytes
    }

    fn lose_newest(&mut self) {
        self.dropped += 1;
        match self.entries.back_mut() {
            Some(Entry::Lost(count)) => *count += 1,
            _ => self.entries.push_back(Entry::Lost(1)),
        }
    }

    /// Drops the first event, and tells so in its place.
    fn lose_oldest(&mut self) {
        let mut lost = 0;
        while let Some(entry) = self.entries.pop_front() {
            match entry {
                Entry::Lost(count) => lost += count,
                Entry::Event(event) => {
                    self.events -= 1;
                    self.bytes -= weight(&event);
                    self.dropped += 1;
                    lost += 1;
                    break;
                }
            }
        }
        // What follows may be a place where events were lost, too.
        if let Some(Entry::Lost(count)) = self.entries.front_mut() {
            *count += lost;
        } else {
            self.entries.push_front(Entry::Lost(lost));
        }
    }
}

/// What an event takes: its text, and what holds it.
fn weight(event: &QueuedEvent) -> usize {
    event.name.len() + event.message.len() + mem::size_of::<QueuedEvent>() + mem::size_of::<Entry>()
}
