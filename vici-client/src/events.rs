//! Events that come unasked.

use core::time::Duration;
use std::io::{Read, Write};

use vici_serde::{Deserializer, Message};
use vici_types::{AnyEvent, Event};

use crate::client::{Client, invalid};
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::proto::{Kind, ProtocolError, QueuedEvent, RequestId};
use crate::response::{decode, undecodable};

impl<S: Read + Write> Client<S> {
    /// Asks for an event. It is subscribed until [`unsubscribe`](Self::unsubscribe) or the end of the
    /// connection; [`next_event`](Self::next_event) returns what comes.
    ///
    /// Subscriptions are counted: an event that is subscribed twice comes once, and is unsubscribed
    /// after two calls.
    ///
    /// ```no_run
    /// use vici_client::{Client, vici_types::IkeUpdown};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// client.subscribe::<IkeUpdown>()?;
    /// while let Some(event) = client.next_event(None)? {
    ///     match event.decode::<IkeUpdown>() {
    ///         Ok(updown) => println!("{updown:?}"),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The example [`monitor`](crate::guide::examples::monitor) tells several events apart,
    /// [`controller`](crate::guide::examples::controller) acts on them.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`], [`Error::Timeout`] (the event is not subscribed then), and those of a
    /// closed connection.
    pub fn subscribe<E: Event>(&mut self) -> Result<()> {
        self.subscribe_raw(E::NAME)
    }

    /// [`subscribe`](Self::subscribe) by the name of the event.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe), and [`Error::InvalidRequest`] for a name that can't be sent.
    pub fn subscribe_raw(&mut self, event: &str) -> Result<()> {
        self.change_subscription(event, |client| client.session.register(event))
    }

    /// Asks for no more of an event. What has come by now still waits for
    /// [`next_event`](Self::next_event).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] if it is not subscribed, [`Error::Timeout`] (it is not subscribed any
    /// more), and those of a closed connection.
    pub fn unsubscribe<E: Event>(&mut self) -> Result<()> {
        self.unsubscribe_raw(E::NAME)
    }

    /// [`unsubscribe`](Self::unsubscribe) by the name of the event.
    ///
    /// # Errors
    ///
    /// As [`unsubscribe`](Self::unsubscribe).
    pub fn unsubscribe_raw(&mut self, event: &str) -> Result<()> {
        self.change_subscription(event, |client| client.session.unregister(event))
    }

    /// The next event: one that has come during a call, or else the first that comes within
    /// `timeout`. `None` as a timeout waits without limit; `Ok(None)` tells that the time is over.
    ///
    /// [`set_timeout`](Self::set_timeout) does not matter here. Events that came before the end of
    /// the connection are returned before the error.
    ///
    /// # Errors
    ///
    /// Those of a closed connection, and [`Error::Io`] for a timeout on a stream that has none
    /// ([`Unsupported`](std::io::ErrorKind::Unsupported)).
    pub fn next_event(&mut self, timeout: Option<Duration>) -> Result<Option<RawEvent>> {
        let deadline = Deadline::after(timeout);
        let mut tried = false;
        loop {
            // Replies to what was given up, and events on their way into the queue.
            while !self.session.has_events() && self.settled()?.is_some() {}
            if let Some(event) = self.session.next_event() {
                return Ok(Some(RawEvent(event)));
            }
            if tried && deadline.is_over() {
                return Ok(None);
            }
            tried = true;
            match self.flush(deadline).and_then(|()| self.fill(deadline)) {
                Err(Error::Timeout) if timeout.is_some() => {}
                result => result?,
            }
        }
    }

    fn change_subscription(
        &mut self,
        event: &str,
        send: impl FnOnce(&mut Self) -> core::result::Result<RequestId, ProtocolError>,
    ) -> Result<()> {
        let deadline = self.deadline(Duration::ZERO);
        self.prepare()?;
        let id = send(self).map_err(|error| invalid(event, error))?;
        match self.wait(id, deadline)?.kind {
            Kind::Confirmed => Ok(()),
            _ => Err(Error::UnknownEvent {
                name: event.to_owned(),
            }),
        }
    }
}

/// An event as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent(QueuedEvent);

impl RawEvent {
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
