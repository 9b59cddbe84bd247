//! The requests whose replies have not come, in the order in which they were sent.

use core::ops::Range;
use std::collections::VecDeque;

use super::RequestId;

/// One packet of ours that the daemon answers.
#[derive(Debug)]
pub(super) struct Open {
    /// Its place among all bytes sent.
    pub(super) place: Range<u64>,
    pub(super) awaits: Awaits,
}

impl Open {
    pub(super) fn is_response(&self) -> bool {
        matches!(self.awaits, Awaits::Response { .. })
    }

    /// Whether this ends the registration that `stream` made.
    pub(super) fn ends(&self, stream: &Self) -> bool {
        match (&self.awaits, &stream.awaits) {
            (
                Awaits::Unregistered {
                    event, by_caller, ..
                },
                Awaits::Response { event: of, .. },
            ) => !by_caller && of.as_ref() == Some(event),
            _ => false,
        }
    }

    pub(super) fn is_response_of(&self, request: RequestId) -> bool {
        matches!(self.awaits, Awaits::Response { id, .. } if id == Some(request))
    }
}

/// What the daemon answers, and who wants to know; nobody (`None`) does after it was abandoned.
#[derive(Debug)]
pub(super) enum Awaits {
    /// The response to a command, of a stream if there is an event.
    Response {
        id: Option<RequestId>,
        event: Option<String>,
        /// Not to be sent before the registration of the event is confirmed.
        held: bool,
    },
    /// The confirmation of a registration, without ids if a stream made it.
    Registered { event: String, ids: Vec<RequestId> },
    /// The confirmation that a registration has ended, that of a caller or that of a stream.
    Unregistered {
        event: String,
        id: Option<RequestId>,
        by_caller: bool,
    },
    /// The refusal to unregister an event that no daemon has.
    Fence,
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
pub(super) struct OpenRequests(pub(super) VecDeque<Open>);

impl OpenRequests {
    pub(super) fn find(&self, id: RequestId) -> Option<&Open> {
        self.0.iter().find(|open| open.is_response_of(id))
    }

    /// Whether two responses would stand side by side if one more were awaited.
    pub(super) fn ends_with_response(&self) -> bool {
        self.0.back().is_some_and(Open::is_response)
    }

    /// The place of the first request that waits for its registration.
    pub(super) fn held(&self) -> Option<u64> {
        self.0.iter().find_map(|open| match open.awaits {
            Awaits::Response { held: true, .. } => Some(open.place.start),
            _ => None,
        })
    }

    /// The ids that wait for the newest registration of `event`, while it is not answered.
    pub(super) fn registering(&mut self, event: &str) -> Option<&mut Vec<RequestId>> {
        self.0
            .iter_mut()
            .rev()
            .find_map(|open| match &mut open.awaits {
                Awaits::Registered { event: name, ids } if name == event => Some(ids),
                _ => None,
            })
    }

    /// Takes out the entry at `index`, whose bytes have been taken back.
    pub(super) fn take_back(&mut self, index: usize) -> Option<Open> {
        let taken = self.0.remove(index)?;
        let len = taken.place.end - taken.place.start;
        for open in self.0.range_mut(index..) {
            open.place = open.place.start - len..open.place.end - len;
        }
        Some(taken)
    }

    /// Where an event belongs, `registered` telling whether the caller wants it.
    pub(super) fn route(&self, event: &str, asked_to: u64, registered: bool) -> Route {
        if let Some(id) = self.stream_of(event, asked_to) {
            return Route::Stream(id);
        }
        if registered {
            return Route::Queue;
        }
        let mut ending = self.0.iter().filter_map(|open| match &open.awaits {
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
    fn stream_of(&self, event: &str, asked_to: u64) -> Option<Option<RequestId>> {
        let mut entries = self.0.iter();
        let first = entries.next().filter(|open| open.place.end <= asked_to)?;
        let open = match &first.awaits {
            Awaits::Registered { event: name, ids } if name == event && ids.is_empty() => {
                entries.next()?
            }
            _ => first,
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
