//! The half of a session that handles what the daemon sends.

use core::ops::Range;

use super::open::{Awaits, Open, Route};
use super::reply::Kind;
use super::{Packet, ProtocolError, RequestId, Session};

impl Session {
    /// Handles one frame.
    pub(super) fn receive(&mut self, payload: Range<usize>) -> Result<(), ProtocolError> {
        let end = payload.end;
        match Packet::decode(self.reader.bytes(payload))? {
            Some(Packet::CommandResponse { message }) => {
                let message = end - message.len()..end;
                self.receive_response(Kind::Response, message, "CMD_RESPONSE")
            }
            Some(Packet::CommandUnknown) => {
                self.receive_response(Kind::UnknownCommand, 0..0, "CMD_UNKNOWN")
            }
            Some(Packet::EventConfirm) => self.receive_confirm(true),
            Some(Packet::EventUnknown) => self.receive_confirm(false),
            Some(Packet::Event { name, message }) => {
                let registered = self.registrations.count(name) > 0;
                match self.open.route(name, self.asked_to(), registered) {
                    Route::Stream(Some(id)) => {
                        let message = end - message.len()..end;
                        self.settle(id, Kind::Item, message);
                    }
                    Route::Queue => self.events.push(name, message),
                    Route::Stream(None) | Route::Nowhere => {}
                }
                Ok(())
            }
            _ => {
                self.ignored += 1;
                Ok(())
            }
        }
    }

    fn receive_response(
        &mut self,
        kind: Kind,
        message: Range<usize>,
        what: &'static str,
    ) -> Result<(), ProtocolError> {
        let asked_to = self.asked_to();
        match self.open.0.front() {
            Some(open) if open.is_response() && open.place.end <= asked_to => {}
            _ => return Err(ProtocolError::Unexpected { what }),
        }
        self.end_response(kind, message);
        Ok(())
    }

    /// A confirmation, or the refusal of one.
    fn receive_confirm(&mut self, known: bool) -> Result<(), ProtocolError> {
        // Two responses never stand side by side: a response in front has been overtaken.
        let overtaken = self.open.0.front().is_some_and(Open::is_response);
        let asked_to = self.asked_to();
        match self.open.0.get(usize::from(overtaken)) {
            Some(open) if !open.is_response() && open.place.end <= asked_to => {}
            _ => {
                let what = if known {
                    "EVENT_CONFIRM"
                } else {
                    "EVENT_UNKNOWN"
                };
                return Err(ProtocolError::Unexpected { what });
            }
        }
        if overtaken {
            self.end_response(Kind::Dropped, 0..0);
        }

        let kind = if known {
            Kind::Confirmed
        } else {
            Kind::UnknownEvent
        };
        match self.open.0.pop_front().map(|open| open.awaits) {
            Some(Awaits::Registered { event, ids }) => {
                for id in ids {
                    self.settle(id, kind, 0..0);
                }
                self.end_registering(&event, known);
            }
            Some(Awaits::Unregistered { id: Some(id), .. }) => self.settle(id, kind, 0..0),
            _ => {}
        }
        Ok(())
    }

    /// Sends the streams that waited for the registration of `event`, or ends them unsent.
    fn end_registering(&mut self, event: &str, known: bool) {
        let mut index = 0;
        while let Some(open) = self.open.0.get_mut(index) {
            match &mut open.awaits {
                Awaits::Response {
                    id,
                    event: Some(name),
                    held,
                } if name == event && *held => {
                    if !known {
                        let id = *id;
                        self.end_unsent(index, id);
                        continue;
                    }
                    *held = false;
                }
                // What belongs to a later registration begins here.
                Awaits::Unregistered { event: name, .. } if name == event => break,
                _ => {}
            }
            index += 1;
        }
        if known {
            self.released_to = self.output.position(self.transmit().len());
        } else if self.open.registering(event).is_none() {
            self.registrations.forget(event);
        }
    }

    /// Takes back a stream whose event is unknown, with the end of its registration.
    fn end_unsent(&mut self, index: usize, id: Option<RequestId>) {
        let Some(stream) = self.take_back(index) else {
            return;
        };
        // With nothing in front of it, no two responses come to stand side by side.
        if index == 0 && self.open.0.front().is_some_and(|open| open.ends(&stream)) {
            self.take_back(index);
        }
        if let Some(id) = id {
            self.settle(id, Kind::UnknownEvent, 0..0);
        }
    }

    fn end_response(&mut self, kind: Kind, message: Range<usize>) {
        if let Some(Open {
            awaits: Awaits::Response { id: Some(id), .. },
            ..
        }) = self.open.0.pop_front()
        {
            self.settle(id, kind, message);
        }
    }
}
