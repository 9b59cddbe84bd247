//! The state of a connection: what is asked, what is answered, what comes unasked.

use core::fmt;
use core::ops::Range;
use std::collections::VecDeque;

use super::open::{Awaits, OpenRequests};
use super::output::Output;
use super::queue::EventQueue;
use super::registrations::Registrations;
use super::reply::{Kind, Outcome, Reply, RequestId, Settled};
use super::{EventLimits, FrameReader, MAX_FRAME_LEN, ProtocolError, QueuedEvent};

/// One connection, without the connection.
///
/// # Order
///
/// Replies carry no identifier; they are told apart by their order alone. Any number of requests may
/// be open at a time, they are sent and answered in the order of the calls. The daemon works on them
/// one after the other, so that a command that takes long holds up all behind it.
///
/// A response over 512 KiB never comes, and the next one must not be taken for it. So wherever a
/// command would be sent while the response to the one before it is still open, the session puts a
/// **fence** between the two: it unregisters an event that no daemon has. The daemon refuses that, in
/// order, and a refusal that comes before a response proves that there is none: the request ends with
/// [`Outcome::Dropped`].
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
/// requests. Events that have been queued can still be taken.
#[derive(Default)]
pub struct Session {
    pub(super) reader: FrameReader,
    pub(super) output: Output,
    pub(super) open: OpenRequests,
    /// Replies that wait for `poll`. Bytes of a message lie in `reader`.
    pub(super) ready: VecDeque<Settled>,
    /// How often the caller has registered an event, as it will be when all that was sent is
    /// answered.
    pub(super) registrations: Registrations,
    pub(super) events: EventQueue,
    /// What a confirmation releases counts as asked at once: a peer that replays a recording does
    /// not wait until it is sent.
    pub(super) released_to: u64,
    pub(super) next_id: u64,
    pub(super) ignored: u64,
    pub(super) closed: bool,
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

    /// Sends a command. It ends with [`Outcome::Response`], [`Outcome::UnknownCommand`] or
    /// [`Outcome::Dropped`].
    ///
    /// # Errors
    ///
    /// The name or the message is too long or not printable, or the session is closed. Nothing is
    /// sent then.
    pub fn request(&mut self, command: &str, message: &[u8]) -> Result<RequestId, ProtocolError> {
        self.request_with(command, message.len(), append(message))
    }

    /// Sends a command that streams events before its response.
    ///
    /// The session registers the event, waits for the confirmation, sends the command and ends the
    /// registration again, in whatever way the stream ends. Each event is an [`Outcome::Item`]; the
    /// end is one of [`request`](Self::request), or [`Outcome::UnknownEvent`], in which case the
    /// command is not sent. While the stream runs its events do not go to the queue, even if the
    /// event is registered besides.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn stream(
        &mut self,
        command: &str,
        event: &str,
        message: &[u8],
    ) -> Result<RequestId, ProtocolError> {
        self.stream_with(command, event, message.len(), append(message))
    }

    /// Asks for the events of a name. It ends with [`Outcome::Confirmed`] or
    /// [`Outcome::UnknownEvent`], at once if the event is registered already; then it is counted, and
    /// must be unregistered as often.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn register(&mut self, event: &str) -> Result<RequestId, ProtocolError> {
        self.check_open()?;
        let id = self.new_id();
        if self.registrations.count(event) > 0 {
            self.registrations.add(event);
            match self.open.registering(event) {
                Some(ids) => ids.push(id),
                None => self.settle(id, Kind::Confirmed, 0..0),
            }
            return Ok(id);
        }
        self.send_register(event, vec![id])?;
        self.registrations.add(event);
        Ok(id)
    }

    /// Asks for no more events of a name. It ends as [`register`](Self::register); with
    /// [`Outcome::UnknownEvent`] at once if the event is not registered.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn unregister(&mut self, event: &str) -> Result<RequestId, ProtocolError> {
        self.check_open()?;
        let id = self.new_id();
        match self.registrations.count(event) {
            0 => {
                self.settle(id, Kind::UnknownEvent, 0..0);
                return Ok(id);
            }
            1 => self.send_unregister(event, Some(id), true)?,
            _ => self.settle(id, Kind::Confirmed, 0..0),
        }
        self.registrations.remove(event);
        Ok(id)
    }

    /// Gives up a request: whatever comes for it is skipped, and the connection stays in step.
    ///
    /// A command of which nothing has been sent is not sent any more; one that has been sent the
    /// daemon carries out. A registration is ended again. Nothing happens if the request has ended.
    pub fn abandon(&mut self, id: RequestId) {
        self.ready
            .retain(|settled| settled.id != id || !settled.kind.is_message());
        let sent_to = self.output.sent_to();
        let mut unregister = None;

        for index in 0..self.open.0.len() {
            let Some(open) = self.open.0.get_mut(index) else {
                break;
            };
            match &mut open.awaits {
                Awaits::Response { id: of, .. } if *of == Some(id) => {
                    if open.place.start >= sent_to {
                        self.take_back(index);
                    } else {
                        *of = None;
                    }
                    break;
                }
                Awaits::Registered { event, ids } if ids.contains(&id) => {
                    ids.retain(|of| *of != id);
                    unregister = Some(event.clone());
                    break;
                }
                Awaits::Unregistered { id: of, .. } if *of == Some(id) => {
                    *of = None;
                    break;
                }
                _ => {}
            }
        }

        if let Some(event) = unregister {
            let was_registered = self.registrations.remove(&event);
            if was_registered && self.registrations.count(&event) == 0 {
                // The name has been sent before, so that it can be sent again.
                let _ = self.send_unregister(&event, None, false);
            }
        }
    }

    /// The bytes to send now. What waits for a confirmation is offered after that has come.
    pub fn transmit(&self) -> &[u8] {
        self.output.unsent(self.open.held())
    }

    /// Takes over that the first `count` bytes of [`transmit`](Self::transmit) have been sent, and
    /// wipes them.
    pub fn sent(&mut self, count: usize) {
        let count = count.min(self.transmit().len());
        self.output.sent(count);
    }

    /// Where to read to. Call [`poll`](Self::poll) until it returns `None` before: the buffer may be
    /// empty while it holds frames that have not been handled, and is never empty otherwise.
    pub fn buffer(&mut self) -> &mut [u8] {
        self.reader.buffer()
    }

    /// Takes over `count` bytes that have been read to the front of [`buffer`](Self::buffer).
    pub fn advance(&mut self, count: usize) {
        self.reader.advance(count);
    }

    /// The next reply that has come, or `None` until more is read.
    ///
    /// # Errors
    ///
    /// The peer has broken the protocol. The session is closed.
    pub fn poll(&mut self) -> Result<Option<Reply<'_>>, ProtocolError> {
        let Some(Settled { id, kind, message }) = self.settled()? else {
            return Ok(None);
        };
        let message = self.reader.bytes(message);
        let outcome = match kind {
            Kind::Item => Outcome::Item(message),
            Kind::Response => Outcome::Response(message),
            Kind::UnknownCommand => Outcome::UnknownCommand,
            Kind::Confirmed => Outcome::Confirmed,
            Kind::UnknownEvent => Outcome::UnknownEvent,
            Kind::Dropped => Outcome::Dropped,
        };
        Ok(Some(Reply { id, outcome }))
    }

    /// The event that has waited the longest. [`poll`](Self::poll) fills the queue.
    pub fn next_event(&mut self) -> Option<QueuedEvent> {
        self.events.pop()
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

    /// Takes no more requests, forgets the open ones and wipes what was not sent. For the end of the
    /// connection and after an I/O error.
    pub fn close(&mut self) {
        self.closed = true;
        self.output.clear();
        self.open.0.clear();
        self.ready.clear();
    }

    /// Whether the session has been closed, by [`close`](Self::close) or an error.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Begins anew on another connection: registers the events again that were registered, and
    /// returns the requests that do it. Events in the queue stay.
    pub fn restart(&mut self) -> Vec<RequestId> {
        self.close();
        self.reader = FrameReader::new();
        self.closed = false;
        let events: Vec<String> = self.registrations.events().map(str::to_owned).collect();
        let mut ids = Vec::new();
        for event in events {
            let id = self.new_id();
            // The name has been sent before, so that it can be sent again.
            if self.send_register(&event, vec![id]).is_ok() {
                ids.push(id);
            }
        }
        ids
    }

    /// [`request`](Self::request) with a message that is written in place, of at most `room` bytes.
    pub(crate) fn request_with<E: From<ProtocolError>>(
        &mut self,
        command: &str,
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<RequestId, E> {
        self.enqueue(|session| {
            let id = session.new_id();
            session.send_fence()?;
            session.send_command(command, (id, None, false), room, message)?;
            Ok(id)
        })
    }

    /// [`stream`](Self::stream) with a message that is written in place, of at most `room` bytes.
    pub(crate) fn stream_with<E: From<ProtocolError>>(
        &mut self,
        command: &str,
        event: &str,
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<RequestId, E> {
        self.enqueue(|session| {
            let id = session.new_id();
            let registered = session.registrations.count(event) > 0;
            let held = !registered || session.open.registering(event).is_some();
            if registered {
                session.send_fence()?;
            } else {
                session.send_register(event, Vec::new())?;
            }
            let name = Some(event.to_owned());
            session.send_command(command, (id, name, held), room, message)?;
            if !registered {
                // Sent along with the command: the daemon gets to it when the stream is over, and
                // its answer is the fence.
                session.send_unregister(event, None, false)?;
            }
            Ok(id)
        })
    }

    /// [`poll`](Self::poll) with a range for [`bytes`](Self::bytes), good until the next call of
    /// [`buffer`](Self::buffer).
    pub(crate) fn settled(&mut self) -> Result<Option<Settled>, ProtocolError> {
        loop {
            if let Some(settled) = self.ready.pop_front() {
                return Ok(Some(settled));
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

    pub(crate) fn put_back(&mut self, settled: Settled) {
        self.ready.push_front(settled);
    }

    pub(crate) fn bytes(&self, message: Range<usize>) -> &[u8] {
        self.reader.bytes(message)
    }

    /// Whether a stream still waits for the confirmation of its registration.
    pub(crate) fn is_held(&self, id: RequestId) -> bool {
        self.open
            .find(id)
            .is_some_and(|open| matches!(open.awaits, Awaits::Response { held: true, .. }))
    }

    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// The position of what the daemon may answer.
    pub(super) fn asked_to(&self) -> u64 {
        self.output.sent_to().max(self.released_to)
    }

    pub(super) fn settle(&mut self, id: RequestId, kind: Kind, message: Range<usize>) {
        self.ready.push_back(Settled { id, kind, message });
    }

    fn new_id(&mut self) -> RequestId {
        self.next_id += 1;
        RequestId::new(self.next_id)
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
            .field("open", &self.open.0)
            .field("registrations", &self.registrations)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

fn append(message: &[u8]) -> impl FnOnce(&mut Vec<u8>) -> Result<(), ProtocolError> {
    move |frames| {
        let len = message.len();
        if len > MAX_FRAME_LEN {
            return Err(ProtocolError::FrameTooLong { len });
        }
        frames.extend_from_slice(message);
        Ok(())
    }
}
