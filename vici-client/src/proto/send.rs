//! The half of a session that takes requests, and puts packets among what is to be sent.

use core::ops::Range;

use super::error::ProtocolError;
use super::frame::MAX_FRAME_LEN;
use super::open::{Awaits, Open};
use super::packet::Packet;
use super::reply::{Outcome, Place, RequestId};
use super::session::Session;

impl Session {
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

    /// [`request`](Self::request) with a message that is written in place: `message` appends it to
    /// the buffer, at most `room` bytes, which are reserved before, so that the buffer is never
    /// reallocated while a secret is written to it.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request), and what `message` fails with. Nothing is sent then.
    pub fn request_with<E: From<ProtocolError>>(
        &mut self,
        command: &str,
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<RequestId, E> {
        self.enqueue(|session| {
            let id = session.new_id();
            session.send_fence(false)?;
            session.send_command(command, (id, None, false), room, message)?;
            Ok(id)
        })
    }

    /// Sends a command that streams events before its response.
    ///
    /// The session registers the event, sends the command and ends the registration again, in
    /// whatever way the stream ends. Each event is an [`Outcome::Item`]; the end is one of
    /// [`request`](Self::request), or [`Outcome::UnknownEvent`]. While the stream runs its events do
    /// not go to the queue, even if the event is registered besides.
    ///
    /// The command waits for the confirmation of the registration ([`is_held`](Self::is_held)), so
    /// that it is not carried out in vain if the daemon does not know the event. There is nothing to
    /// wait for where this connection has seen the event confirmed, or the caller has said so
    /// ([`trust_event`](Self::trust_event)).
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

    /// [`stream`](Self::stream) with a message that is written in place, as by
    /// [`request_with`](Self::request_with).
    ///
    /// # Errors
    ///
    /// As [`request_with`](Self::request_with).
    pub fn stream_with<E: From<ProtocolError>>(
        &mut self,
        command: &str,
        event: &str,
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<RequestId, E> {
        self.enqueue(|session| {
            let id = session.new_id();
            let registered = session.registrations.count(event) > 0;
            let known = session.known.iter().any(|name| name == event);
            let held = !known && (!registered || session.open.is_registering(event));
            if registered {
                session.send_fence(false)?;
            } else {
                session.send_register(event, None)?;
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

    /// Takes it for granted that the daemon knows an event, until [`restart`](Self::restart): a
    /// [`stream`](Self::stream) of it is sent without waiting for the confirmation.
    ///
    /// Should the daemon not know the event, the stream ends with [`Outcome::UnknownEvent`] all the
    /// same, but the daemon carries the command out. So this is for commands that change nothing.
    pub fn trust_event(&mut self, event: &str) {
        if !self.known.iter().any(|name| name == event) {
            self.known.push(event.to_owned());
        }
    }

    /// Whether a stream still waits for the confirmation of its registration, so that its command has
    /// not been offered to be sent.
    pub fn is_held(&self, stream: RequestId) -> bool {
        self.open.held().is_some()
            && self.open.iter().any(|open| {
                matches!(open.awaits, Awaits::Response { id: Some(id), held: true, .. } if id == stream)
            })
    }

    /// Sends a fence behind the last request, if it is a command whose response might be dropped:
    /// then it ends with [`Outcome::Dropped`], even if nothing is sent after it. The answer to the
    /// fence need not be waited for.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::Closed`].
    pub fn fence(&mut self) -> Result<(), ProtocolError> {
        self.check_open()?;
        self.send_fence(true)
    }

    /// Asks for the events of a name. It ends with [`Outcome::Confirmed`] or
    /// [`Outcome::UnknownEvent`], at once if the event is registered already: that is told by the
    /// next [`poll`](Self::poll), and nothing is sent. Then it is counted, and must be unregistered
    /// as often.
    ///
    /// # Errors
    ///
    /// As [`request`](Self::request).
    pub fn register(&mut self, event: &str) -> Result<RequestId, ProtocolError> {
        self.check_open()?;
        let id = self.new_id();
        if self.registrations.count(event) == 0 {
            self.send_register(event, Some(id))?;
        } else if !self.open.join_registering(event, id) {
            self.confirm(id, event);
        }
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
                self.settle(id, Outcome::UnknownEvent, Place::default());
                return Ok(id);
            }
            1 => self.send_unregister(event, Some(id), true)?,
            _ => self.settle(id, Outcome::Confirmed, Place::default()),
        }
        self.registrations.remove(event);
        Ok(id)
    }

    /// Sends what `send` sends, or nothing if it fails.
    pub(super) fn enqueue<E: From<ProtocolError>>(
        &mut self,
        send: impl FnOnce(&mut Self) -> Result<RequestId, E>,
    ) -> Result<RequestId, E> {
        self.check_open()?;
        let before = self.open.len();
        let sent = send(self);
        if sent.is_err() {
            for index in (before..self.open.len()).rev() {
                self.take_back(index);
            }
        }
        sent
    }

    pub(super) fn send_command<E: From<ProtocolError>>(
        &mut self,
        command: &str,
        (id, event, held): (RequestId, Option<String>, bool),
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let packet = Packet::CommandRequest {
            name: command,
            message: &[],
        };
        let place = self.output.push_with(&packet, room, message)?;
        let awaits = Awaits::Response {
            id: Some(id),
            event,
            held,
        };
        self.push(place, awaits);
        Ok(())
    }

    /// Sends a fence where a response is open; `asked` is whether the caller wants it.
    pub(super) fn send_fence(&mut self, asked: bool) -> Result<(), ProtocolError> {
        if self.open.ends_with_response() {
            let name = FENCE;
            let place = self.output.push(&Packet::EventUnregister { name })?;
            self.push(place, Awaits::Fence { asked });
        }
        Ok(())
    }

    /// Sends a registration, of a caller if there is an id, else of a stream.
    pub(super) fn send_register(
        &mut self,
        event: &str,
        id: Option<RequestId>,
    ) -> Result<(), ProtocolError> {
        let place = self.output.push(&Packet::EventRegister { name: event })?;
        let awaits = Awaits::Registered {
            event: event.to_owned(),
            ids: Vec::from_iter(id),
            by_caller: id.is_some(),
        };
        self.push(place, awaits);
        Ok(())
    }

    pub(super) fn send_unregister(
        &mut self,
        event: &str,
        id: Option<RequestId>,
        by_caller: bool,
    ) -> Result<(), ProtocolError> {
        let place = self.output.push(&Packet::EventUnregister { name: event })?;
        let awaits = Awaits::Unregistered {
            event: event.to_owned(),
            id,
            by_caller,
        };
        self.push(place, awaits);
        Ok(())
    }

    fn push(&mut self, place: Range<u64>, awaits: Awaits) {
        self.open.push(Open::new(self.newest(), place, awaits));
    }
}

/// An event that no daemon has.
const FENCE: &str = "vici-client-fence";

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
