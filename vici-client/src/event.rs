//! An event, undecoded.

use vici_serde::{Deserializer, Message};
use vici_types::{AnyEvent, Event};

use crate::codec::{decode, undecodable};
use crate::error::{Error, Result};
use crate::proto::QueuedEvent;

/// An event as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent(QueuedEvent);

impl RawEvent {
    /// An event, from its name and its encoded message: to test what handles events.
    pub fn new(name: impl Into<String>, message: impl Into<Vec<u8>>) -> Self {
        Self(QueuedEvent::new(name.into(), message.into()))
    }

    /// The name and the encoded message.
    #[must_use]
    pub fn into_parts(self) -> (String, Vec<u8>) {
        (self.0.name, self.0.message)
    }

    /// The name of the event, to be compared with [`Event::NAME`].
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The encoded message.
    pub fn bytes(&self) -> &[u8] {
        &self.0.message
    }

    /// Whether this is the event `E`, by its name.
    pub fn is<E: Event>(&self) -> bool {
        self.name() == E::NAME
    }

    /// The event as its type.
    ///
    /// # Errors
    ///
    /// [`Error::OtherEvent`] if it is another event, [`Error::Decode`] if it does not fit the type.
    /// The event can still be read in another way.
    pub fn decode<E: Event>(&self) -> Result<E> {
        if !self.is::<E>() {
            return Err(Error::OtherEvent {
                expected: E::NAME,
                name: self.0.name.clone(),
            });
        }
        decode(self.name(), self.bytes())
    }

    /// The event as whichever type it is of, for a `match`; `None` if it is none of
    /// [`vici_types::EVENTS`].
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it does not fit its type.
    // Inlined so that only programs that call it compile what reads every event.
    #[inline]
    pub fn decode_any(&self) -> Result<Option<AnyEvent>> {
        let mut deserializer = Deserializer::from_slice(self.bytes());
        AnyEvent::deserialize(self.name(), &mut deserializer)
            .map_err(|error| undecodable(self.name(), error, self.bytes()))
    }

    /// The event as a message.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] if it is not a well-formed message.
    pub fn message(&self) -> Result<Message> {
        decode(self.name(), self.bytes())
    }
}

impl From<QueuedEvent> for RawEvent {
    fn from(event: QueuedEvent) -> Self {
        Self(event)
    }
}
