//! The half of a session that handles what the daemon sends.

use core::ops::Range;

use super::error::ProtocolError;
use super::open::{Awaits, Open, Route};
use super::packet::Packet;
use super::reply::{Outcome, Place};
use super::session::Session;

impl Session {
    /// Handles one frame.
    pub(super) fn receive(&mut self, payload: Range<usize>) -> Result<(), ProtocolError> {
        let end = payload.end;
        match Packet::decode(self.reader.bytes(payload))? {
            Some(Packet::CommandResponse { message }) => {
                let message = self.reader.place(end - message.len()..end);
                self.receive_response(Outcome::Response, message, "a CMD_RESPONSE")
            }
            Some(Packet::CommandUnknown) => {
                self.receive_response(Outcome::UnknownCommand, Place::default(), "a CMD_UNKNOWN")
            }
            Some(Packet::EventConfirm) => self.receive_confirm(true),
            Some(Packet::EventUnknown) => self.receive_confirm(false),
            Some(Packet::Event { name, message }) => {
                let registered = self.registrations.count(name) > 0;
                match self.open.route(name, self.output.sent_to(), registered) {
                    Route::Stream(Some(id)) => {
                        let message = self.reader.place(end - message.len()..end);
                        self.settle(id, Outcome::Item, message);
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
        outcome: Outcome,
        message: Place,
        what: &'static str,
    ) -> Result<(), ProtocolError> {
        match self.open.front() {
            Some(open) if open.is_response() && self.is_sent(open) => {}
            _ => return Err(ProtocolError::Unexpected { what }),
        }
        self.end_response(outcome, message);
        Ok(())
    }

    /// A confirmation, or the refusal of one.
    fn receive_confirm(&mut self, known: bool) -> Result<(), ProtocolError> {
        // Two responses never stand side by side: a response in front has been overtaken.
        let overtaken = self.open.front().is_some_and(Open::is_response);
        match self.open.get(usize::from(overtaken)) {
            Some(open) if !open.is_response() && self.is_sent(open) => {}
            _ => {
                let what = if known {
                    "an EVENT_CONFIRM"
                } else {
                    "an EVENT_UNKNOWN"
                };
                return Err(ProtocolError::Unexpected { what });
            }
        }
        if overtaken {
            self.end_response(Outcome::Dropped, Place::default());
        }

        let outcome = if known {
            Outcome::Confirmed
        } else {
            Outcome::UnknownEvent
        };
        match self.open.pop_front().map(|open| open.awaits) {
            Some(Awaits::Registered { event, ids, .. }) => {
                for id in ids {
                    if known {
                        self.confirm(id, &event);
                    } else {
                        self.settle(id, outcome, Place::default());
                    }
                }
                self.end_registering(event, known);
            }
            Some(Awaits::Unregistered { id: Some(id), .. }) => {
                self.settle(id, outcome, Place::default());
            }
            _ => {}
        }
        Ok(())
    }

    /// Lets the streams go that waited for the registration of `event`, or ends those that need it.
    fn end_registering(&mut self, event: String, known: bool) {
        let mut index = 0;
        while let Some(open) = self.open.get(index) {
            match &open.awaits {
                Awaits::Response {
                    id,
                    event: Some(name),
                    held,
                } if *name == event => {
                    if known {
                        if *held {
                            self.open.release(index);
                        }
                    } else if let Some(id) = *id {
                        self.settle(id, Outcome::UnknownEvent, Place::default());
                        index = self.give_up(index, id);
                        // Nothing is registered that it could end.
                        if self.may_go(index, |open| open.ends_stream(&event)) {
                            self.take_back(index);
                        }
                        continue;
                    }
                }
                Awaits::Response { .. } | Awaits::Fence { .. } => {}
                // What belongs to a later registration begins here.
                Awaits::Registered { event: name, .. }
                | Awaits::Unregistered { event: name, .. } => {
                    if *name == event {
                        break;
                    }
                }
            }
            index += 1;
        }
        if known {
            if !self.known.contains(&event) {
                self.known.push(event);
            }
        } else {
            self.known.retain(|name| *name != event);
            if !self.open.is_registering(&event) {
                self.registrations.forget(&event);
            }
        }
    }

    fn end_response(&mut self, outcome: Outcome, message: Place) {
        if let Some(Open {
            awaits: Awaits::Response { id: Some(id), .. },
            ..
        }) = self.open.pop_front()
        {
            self.settle(id, outcome, message);
        }
    }

    fn is_sent(&self, open: &Open) -> bool {
        open.place.end <= self.output.sent_to()
    }
}
