//! The state of a connection: what is asked, what is answered, what comes unasked.

use core::fmt;
use std::collections::VecDeque;

use super::error::ProtocolError;
use super::frame::{FrameReader, to_u64};
use super::open::OpenRequests;
use super::out_buffer::OutBuffer;
use super::queue::{EventLimits, EventQueue, QueuedEvent};
use super::registrations::Registrations;
use super::reply::{Outcome, Place, Reply, RequestId};

/// One connection, without the connection.
///
/// # Order
///
/// Replies carry no identifier; they are told apart by their order alone. Any number of requests may
/// be open at a time, they are sent and answered in the order of the calls. The daemon works on them
/// one after the other, so that a command that takes long holds up all behind it. How many may be on
/// their way at a time is [`set_max_in_flight`](Self::set_max_in_flight).
///
/// A response over 512 KiB never comes, and the next one must not be taken for it. So wherever a
/// command would be sent while the response to the one before it is still open, the session puts a
/// **fence** between the two: it unregisters an event that no daemon has. The daemon refuses that, in
/// order, and a refusal that comes before a response proves that there is none: the request ends with
/// [`Outcome::Dropped`]. Where nothing is sent behind a command, [`fence`](Self::fence) asks for one.
///
/// # Events
///
/// Events may come at any time, also before the confirmation of their own registration. Those that are
/// not an item of the stream that the daemon is working on wait in a bounded queue
/// ([`next_event`](Self::next_event), [`EventLimits`]). An event is registered once for all who want
/// it, however often [`register`](Self::register) is called.
///
/// # The end
///
/// After an error of [`poll`](Self::poll), or [`close`](Self::close), a session takes no more
/// requests, and each that was open ends with [`Outcome::Closed`]. Events that have been queued can
/// still be taken. [`restart`](Self::restart) begins anew on another connection.
#[derive(Default)]
pub struct Session {
    pub(super) reader: FrameReader,
    pub(super) output: OutBuffer,
    pub(super) open: OpenRequests,
    /// Replies that wait for `poll`. Their messages lie in `reader`.
    pub(super) ready: VecDeque<Reply>,
    /// The registrations among them that were confirmed.
    confirmed: Vec<(RequestId, String)>,
    /// How often the caller has registered an event, as it will be when all that was sent is
    /// answered.
    pub(super) registrations: Registrations,
    /// The events that the daemon of this connection has.
    pub(super) known: Vec<String>,
    pub(super) events: EventQueue,
    max_in_flight: Option<usize>,
    /// The position of what is being sent, if that is behind what was sent.
    pub(super) committed: u64,
    newest: u64,
    pub(super) ignored: u64,
    pub(super) closed: bool,
    /// Why the session was closed, until `poll` has told.
    failure: Option<ProtocolError>,
}

impl Session {
    /// The state of a connection that has just been opened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the bounds of the event queue; what is beyond them is dropped.
    pub fn set_event_limits(&mut self, limits: EventLimits) {
        self.events.set_limits(limits);
    }

    /// Bounds how many packets may be on their way without an answer, at least one; `None`, the
    /// default, is without limit. A request is one packet, or up to three; what proves that a response
    /// was dropped goes with it in any case. What is beyond waits here, from where
    /// [`abandon`](Self::abandon) can take it back.
    ///
    /// For a driver whose callers come and go in numbers.
    pub fn set_max_in_flight(&mut self, packets: Option<usize>) {
        self.max_in_flight = packets.map(|packets| packets.max(1));
    }

    /// The bytes to send now, the same until a method is called that changes something. There may be
    /// more when these have been [sent](Self::sent): ask until it is empty. What waits for a
    /// confirmation, or is beyond [`set_max_in_flight`](Self::set_max_in_flight), is offered after an
    /// answer has come.
    pub fn transmit(&self) -> &[u8] {
        let held = self.open.held();
        let beyond = self
            .max_in_flight
            .and_then(|most| self.open.start_beyond(most));
        self.output.unsent(match (held, beyond) {
            (Some(held), Some(beyond)) => Some(held.min(beyond)),
            (held, beyond) => held.or(beyond),
        })
    }

    /// Takes over that the first `count` bytes of [`transmit`](Self::transmit) are about to be sent by
    /// somebody who has a copy of them: [`abandon`](Self::abandon) does not take them back. It counts
    /// until the next call of [`sent`](Self::sent), which tells how many really were.
    ///
    /// For a driver that does not hold the session while it writes: one that shares it, or one with
    /// completion I/O.
    pub fn commit(&mut self, count: usize) {
        let count = count.min(self.transmit().len());
        self.committed = self.output.sent_to() + to_u64(count);
    }

    /// Takes over that the first `count` bytes of [`transmit`](Self::transmit) have been sent, and
    /// wipes them.
    pub fn sent(&mut self, count: usize) {
        let count = count.min(self.transmit().len());
        self.output.sent(count);
        self.committed = 0;
    }

    /// Where to read to. Call [`poll`](Self::poll) until it returns `None` before: the buffer may be
    /// empty while it holds frames that have not been handled, and is never empty otherwise. The
    /// messages of earlier replies are gone then.
    pub fn buffer(&mut self) -> &mut [u8] {
        self.reader.buffer()
    }

    /// Takes over `count` bytes that have been read to the front of [`buffer`](Self::buffer).
    pub fn advance(&mut self, count: usize) {
        self.reader.advance(count);
    }

    /// Takes out what [`buffer`](Self::buffer) and [`advance`](Self::advance) belong to, for a driver
    /// that does not hold the session while it reads. Nothing comes until it is
    /// [put back](Self::put_reader).
    #[must_use]
    pub fn take_reader(&mut self) -> FrameReader {
        core::mem::take(&mut self.reader)
    }

    /// Puts back what [`take_reader`](Self::take_reader) has returned.
    pub fn put_reader(&mut self, reader: FrameReader) {
        self.reader = reader;
    }

    /// The next reply that has come, or `None` until more is read.
    ///
    /// Call it after each request as well, not only after reading: a registration of what is
    /// registered already is answered without a byte.
    ///
    /// # Errors
    ///
    /// The peer has broken the protocol, or answers nothing any more. The session is closed; each
    /// request that was open ends with [`Outcome::Closed`].
    pub fn poll(&mut self) -> Result<Option<Reply>, ProtocolError> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        loop {
            if let Some(reply) = self.ready.pop_front() {
                if reply.outcome == Outcome::Confirmed {
                    self.take_confirmed(reply.id);
                }
                return Ok(Some(reply));
            }
            if self.closed {
                return Ok(None);
            }
            let received = match self.reader.next_range() {
                Ok(None) => return Ok(None),
                Ok(Some(payload)) => self.receive(payload),
                Err(error) => Err(error),
            };
            if let Err(error) = received {
                self.close();
                return Err(error);
            }
        }
    }

    /// The encoded message of an item or a response, empty for any other reply. It is there until
    /// [`buffer`](Self::buffer) is called.
    pub fn message(&self, reply: &Reply) -> &[u8] {
        let message = self.reader.at(reply.message);
        debug_assert!(
            message.is_some() || reply.message.len == 0,
            "the message is asked for after the buffer was given out"
        );
        message.unwrap_or_default()
    }

    /// The event that has waited the longest. [`poll`](Self::poll) fills the queue.
    pub fn next_event(&mut self) -> Option<QueuedEvent> {
        self.events.pop()
    }

    /// The event of this name that has waited the longest; the others go on waiting in their order.
    pub fn next_event_named(&mut self, name: &str) -> Option<QueuedEvent> {
        self.events.pop_named(name)
    }

    /// How many events wait in the queue.
    pub fn queued_events(&self) -> usize {
        self.events.len()
    }

    /// How many events the full queue has dropped.
    pub fn dropped_events(&self) -> u64 {
        self.events.dropped()
    }

    /// How many packets were skipped because a client has no use for them.
    pub fn ignored_packets(&self) -> u64 {
        self.ignored
    }

    /// The events that are registered, in the order of their names.
    pub fn registrations(&self) -> impl Iterator<Item = &str> {
        self.registrations.events()
    }

    /// The requests that have not ended, in the order in which they are answered.
    pub fn open_requests(&self) -> impl Iterator<Item = RequestId> {
        self.open.iter().flat_map(|open| open.ids().iter().copied())
    }

    /// How many packets the daemon has not answered: sent, still to be sent, or given up.
    pub fn unanswered(&self) -> usize {
        self.open.len()
    }

    /// Whether nothing is to be sent, to be answered or to be polled.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.ready.is_empty() && self.failure.is_none()
    }

    /// Takes no more requests and wipes what was not sent. Each request that is open ends with
    /// [`Outcome::Closed`]. For the end of the connection and after an I/O error.
    pub fn close(&mut self) {
        self.closed = true;
        self.output.clear();
        for id in self.open.iter().flat_map(|open| open.ids()) {
            self.ready.push_back(Reply {
                id: *id,
                outcome: Outcome::Closed,
                message: Place::default(),
            });
        }
        self.open.clear();
    }

    /// Whether the session has been closed, by [`close`](Self::close) or an error.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Begins anew on another connection: registers the events again that were registered, and
    /// returns the requests that do it. Events in the queue stay; replies that were not polled are
    /// gone.
    pub fn restart(&mut self) -> Vec<RequestId> {
        self.close();
        self.ready.clear();
        self.confirmed.clear();
        self.failure = None;
        self.known.clear();
        self.reader = FrameReader::new();
        self.closed = false;
        let events: Vec<String> = self.registrations.events().map(str::to_owned).collect();
        let mut ids = Vec::new();
        for event in events {
            let id = self.new_id();
            // The name has been sent before, so that it can be sent again.
            if self.send_register(&event, Some(id)).is_ok() {
                ids.push(id);
            }
        }
        ids
    }

    /// Closes the session for what the next `poll` tells.
    pub(super) fn fail(&mut self, failure: ProtocolError) {
        self.close();
        self.failure = Some(failure);
    }

    pub(super) fn settle(&mut self, id: RequestId, outcome: Outcome, message: Place) {
        self.ready.push_back(Reply {
            id,
            outcome,
            message,
        });
    }

    /// Ends a registration well.
    pub(super) fn confirm(&mut self, id: RequestId, event: &str) {
        self.settle(id, Outcome::Confirmed, Place::default());
        self.confirmed.push((id, event.to_owned()));
    }

    /// The event of a registration that was confirmed, while nobody has heard of that.
    pub(super) fn take_confirmed(&mut self, id: RequestId) -> Option<String> {
        let index = self.confirmed.iter().position(|(of, _)| *of == id)?;
        Some(self.confirmed.swap_remove(index).1)
    }

    pub(super) fn new_id(&mut self) -> RequestId {
        self.newest += 1;
        self.newest()
    }

    pub(super) fn newest(&self) -> RequestId {
        RequestId::new(self.newest)
    }

    pub(super) fn check_open(&self) -> Result<(), ProtocolError> {
        if self.closed {
            return Err(ProtocolError::Closed);
        }
        Ok(())
    }
}

impl fmt::Debug for Session {
    /// Shows no message, as there may be secrets in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .field("registrations", &self.registrations)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
