//! The half of a session that puts packets among what is to be sent.

use super::open::{Awaits, Open};
use super::{Packet, ProtocolError, RequestId, Session};

impl Session {
    /// Sends what `send` sends, or nothing if it fails.
    pub(super) fn enqueue<E: From<ProtocolError>>(
        &mut self,
        send: impl FnOnce(&mut Self) -> Result<RequestId, E>,
    ) -> Result<RequestId, E> {
        self.check_open()?;
        let before = self.open.0.len();
        let sent = send(self);
        if sent.is_err() {
            for index in (before..self.open.0.len()).rev() {
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
        self.open.0.push_back(Open { place, awaits });
        Ok(())
    }

    /// Sends a fence where a response is open.
    pub(super) fn send_fence(&mut self) -> Result<(), ProtocolError> {
        if self.open.ends_with_response() {
            let name = FENCE;
            let place = self.output.push(&Packet::EventUnregister { name })?;
            let awaits = Awaits::Fence;
            self.open.0.push_back(Open { place, awaits });
        }
        Ok(())
    }

    pub(super) fn send_register(
        &mut self,
        event: &str,
        ids: Vec<RequestId>,
    ) -> Result<(), ProtocolError> {
        let place = self.output.push(&Packet::EventRegister { name: event })?;
        let event = event.to_owned();
        let awaits = Awaits::Registered { event, ids };
        self.open.0.push_back(Open { place, awaits });
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
        self.open.0.push_back(Open { place, awaits });
        Ok(())
    }

    /// Takes back an entry of which nothing has been sent.
    pub(super) fn take_back(&mut self, index: usize) -> Option<Open> {
        let open = self.open.take_back(index)?;
        self.output.remove(open.place.clone());
        Some(open)
    }
}

/// An event that no daemon has.
const FENCE: &str = "vici-client-fence";
