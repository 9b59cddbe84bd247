//! The half of a session that puts packets among what is to be sent.

use core::ops::Range;

use super::error::ProtocolError;
use super::open::{Awaits, Open};
use super::packet::Packet;
use super::reply::RequestId;
use super::session::Session;

impl Session {
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
