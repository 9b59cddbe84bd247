//! The requests whose replies have not come, in the order in which they were sent.
//!
//! Each packet of ours that the daemon answers is an entry. What a request consists of stands side by
//! side, and no two responses ever do: between them there is always an answer that comes even if a
//! response does not.
//!
//! | request | entries |
//! | --- | --- |
//! | a command | `Response`, and a `Fence` before it if it would follow a response, behind it if asked for |
//! | a stream | `Registered`, `Response`, `Unregistered` |
//! | a stream of an event that the caller has registered | as a command |
//! | the first `register` of an event | `Registered` |
//! | the last `unregister` of an event | `Unregistered` |

use core::ops::Range;
use std::collections::VecDeque;

use super::reply::RequestId;

/// One packet of ours that the daemon answers.
#[derive(Debug)]
pub(super) struct Open {
    /// The newest request when it was queued: that which it belongs to, unless others joined it.
    request: RequestId,
    /// Its place among all bytes queued.
    pub(super) place: Range<u64>,
    pub(super) awaits: Awaits,
    /// Whether the caller has left, so that the answer is for nobody.
    pub(super) given_up: bool,
}

impl Open {
    pub(super) fn new(request: RequestId, place: Range<u64>, awaits: Awaits) -> Self {
        Self {
            request,
            place,
            awaits,
            given_up: false,
        }
    }

    pub(super) fn is_response(&self) -> bool {
        matches!(self.awaits, Awaits::Response { .. })
    }

    pub(super) fn is_fence(&self) -> bool {
        matches!(self.awaits, Awaits::Fence { .. })
    }

    /// Whether this is a fence that the caller wants, for the response before it.
    pub(super) fn is_asked(&self) -> bool {
        matches!(self.awaits, Awaits::Fence { asked: true })
    }

    /// Whether this is the registration that a stream of `event` has made.
    pub(super) fn begins_stream(&self, event: &str) -> bool {
        matches!(&self.awaits, Awaits::Registered { event: of, by_caller: false, .. } if of == event)
    }

    /// Whether this ends the registration that a stream of `event` has made.
    pub(super) fn ends_stream(&self, event: &str) -> bool {
        matches!(&self.awaits, Awaits::Unregistered { event: of, by_caller: false, .. } if of == event)
    }

    /// Whether this has to do with the registration of `event`.
    pub(super) fn concerns(&self, event: &str) -> bool {
        match &self.awaits {
            Awaits::Response { event: of, .. } => of.as_deref() == Some(event),
            Awaits::Registered { event: of, .. } | Awaits::Unregistered { event: of, .. } => {
                of == event
            }
            Awaits::Fence { .. } => false,
        }
    }

    /// The requests that wait for this.
    pub(super) fn ids(&self) -> &[RequestId] {
        match &self.awaits {
            Awaits::Response { id, .. } | Awaits::Unregistered { id, .. } => id.as_slice(),
            Awaits::Registered { ids, .. } => ids,
            Awaits::Fence { .. } => &[],
        }
    }
}

/// What the daemon answers, and who wants to know; nobody does after it was given up.
#[derive(Debug)]
pub(super) enum Awaits {
    /// The response to a command, of a stream if there is an event.
    Response {
        id: Option<RequestId>,
        event: Option<String>,
        /// Not to be sent before the registration of the event is confirmed.
        held: bool,
    },
    /// The confirmation of a registration, that of a caller or that of a stream.
    Registered {
        event: String,
        ids: Vec<RequestId>,
        by_caller: bool,
    },
    /// The confirmation that a registration has ended, that of a caller or that of a stream.
    Unregistered {
        event: String,
        id: Option<RequestId>,
        by_caller: bool,
    },
    /// The refusal to unregister an event that no daemon has.
    Fence {
        /// Whether the caller wants it, for the response before it.
        asked: bool,
    },
}

/// Where an event belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// To a stream, whose caller may have left.
    Stream(Option<RequestId>),
    /// To the queue for the caller.
    Queue,
    /// Nowhere: it is left from a stream or a registration that is over.
    Nowhere,
}

#[derive(Debug, Default)]
pub(super) struct OpenRequests {
    entries: VecDeque<Open>,
    /// The place of the first entry that is held.
    held: Option<u64>,
    /// How many entries were given up.
    given_up: usize,
}

impl OpenRequests {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Open> {
        self.entries.get(index)
    }

    pub(super) fn front(&self) -> Option<&Open> {
        self.entries.front()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Open> {
        self.entries.iter()
    }

    /// The entry that the request `id` waits for.
    pub(super) fn position(&self, id: RequestId) -> Option<usize> {
        let waits = |open: &Open| open.ids().contains(&id);
        let own = self.entries.partition_point(|open| open.request < id);
        // A registration that it has joined stands before.
        let mut entries = self.entries.range(own..).take(3);
        match entries.position(waits) {
            Some(offset) => Some(own + offset),
            None => self.entries.iter().take(own).position(waits),
        }
    }

    pub(super) fn push(&mut self, open: Open) {
        if matches!(open.awaits, Awaits::Response { held: true, .. }) && self.held.is_none() {
            self.held = Some(open.place.start);
        }
        self.entries.push_back(open);
    }

    pub(super) fn pop_front(&mut self) -> Option<Open> {
        let open = self.entries.pop_front()?;
        self.given_up -= usize::from(open.given_up);
        Some(open)
    }

    /// Takes out the entry at `index`.
    pub(super) fn remove(&mut self, index: usize) -> Option<Open> {
        let open = self.entries.remove(index)?;
        self.given_up -= usize::from(open.given_up);
        if self.held == Some(open.place.start) {
            self.find_held();
        }
        Some(open)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether two responses would stand side by side if one more were awaited.
    pub(super) fn ends_with_response(&self) -> bool {
        self.entries.back().is_some_and(Open::is_response)
    }

    /// Whether the entry at `index` keeps two responses apart.
    pub(super) fn keeps_apart(&self, index: usize) -> bool {
        let is_response = |index| self.entries.get(index).is_some_and(Open::is_response);
        index
            .checked_sub(1)
            .is_some_and(|before| is_response(before) && is_response(index + 1))
    }

    /// The place of the first request that waits for its registration.
    pub(super) fn held(&self) -> Option<u64> {
        self.held
    }

    /// The place of the first entry beyond `most`, which is one more where what stands behind a
    /// response would be cut off: it may be what proves that the response was dropped.
    pub(super) fn start_beyond(&self, most: usize) -> Option<u64> {
        let last = most
            .checked_sub(1)
            .and_then(|last| self.entries.get(last))?;
        let first = self.entries.get(most + usize::from(last.is_response()))?;
        Some(first.place.start)
    }

    /// Lets the entry at `index` be sent.
    pub(super) fn release(&mut self, index: usize) {
        if let Some(Open {
            awaits: Awaits::Response { held, .. },
            ..
        }) = self.entries.get_mut(index)
        {
            *held = false;
        }
        self.find_held();
    }

    fn find_held(&mut self) {
        self.held = self.entries.iter().find_map(|open| match open.awaits {
            Awaits::Response { held: true, .. } => Some(open.place.start),
            _ => None,
        });
    }

    /// Nobody waits for the entry at `index` any more. Returns the id of its response, if it has one.
    pub(super) fn give_up(&mut self, index: usize, request: RequestId) -> Option<RequestId> {
        let open = self.entries.get_mut(index)?;
        let mut response = None;
        match &mut open.awaits {
            Awaits::Response { id, .. } => response = id.take(),
            Awaits::Unregistered { id, .. } => *id = None,
            Awaits::Registered { ids, .. } => ids.retain(|of| *of != request),
            Awaits::Fence { .. } => {}
        }
        if open.ids().is_empty() && !open.given_up {
            open.given_up = true;
            self.given_up += 1;
        }
        response
    }

    /// How many entries nobody waits for any more.
    pub(super) fn given_up(&self) -> usize {
        self.given_up
    }

    /// Whether the newest registration of `event` is not answered yet.
    pub(super) fn is_registering(&self, event: &str) -> bool {
        self.entries.iter().rev().any(
            |open| matches!(&open.awaits, Awaits::Registered { event: name, .. } if name == event),
        )
    }

    /// Adds `id` to those that wait for the newest registration of `event`, while it is not answered.
    pub(super) fn join_registering(&mut self, event: &str, id: RequestId) -> bool {
        for open in self.entries.iter_mut().rev() {
            if let Awaits::Registered {
                event: name, ids, ..
            } = &mut open.awaits
            {
                if name == event {
                    ids.push(id);
                    self.given_up -= usize::from(open.given_up);
                    open.given_up = false;
                    return true;
                }
            }
        }
        false
    }

    /// Takes over that the frames have moved over `holes`, which are in order.
    pub(super) fn shift(&mut self, holes: &VecDeque<Range<u64>>) {
        let mut holes = holes.iter().peekable();
        let mut by = 0;
        for open in &mut self.entries {
            while let Some(hole) = holes.next_if(|hole| hole.end <= open.place.start) {
                by += hole.end - hole.start;
            }
            open.place = open.place.start - by..open.place.end - by;
        }
        self.find_held();
    }

    /// Where an event belongs, `registered` telling whether the caller wants it.
    pub(super) fn route(&self, event: &str, sent_to: u64, registered: bool) -> Route {
        if let Some(id) = self.stream_of(event, sent_to) {
            return Route::Stream(id);
        }
        if registered {
            return Route::Queue;
        }
        let mut ending = self.entries.iter().filter_map(|open| match &open.awaits {
            Awaits::Unregistered {
                event: name,
                by_caller,
                ..
            } if name == event => Some(*by_caller),
            _ => None,
        });
        match ending.next() {
            Some(first) if !first && !ending.any(|by_caller| by_caller) => Route::Nowhere,
            _ => Route::Queue,
        }
    }

    /// The stream that the daemon is working on, if `event` is its event. The event may come before
    /// the confirmation of its registration.
    fn stream_of(&self, event: &str, sent_to: u64) -> Option<Option<RequestId>> {
        let mut entries = self.entries.iter();
        let first = entries.next().filter(|open| open.place.end <= sent_to)?;
        let open = if first.begins_stream(event) {
            entries.next()?
        } else {
            first
        };
        match &open.awaits {
            Awaits::Response {
                id,
                event: Some(name),
                ..
            } if name == event => Some(*id),
            _ => None,
        }
    }
}
