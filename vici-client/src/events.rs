//! Events that come unasked.

use core::time::Duration;
use std::io::{Read, Write};

use vici_types::Event;

use crate::client::Client;
use crate::codec::refused;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::event::RawEvent;
use crate::proto::Outcome;

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
        let deadline = self.deadline(Duration::ZERO);
        self.prepare()?;
        let id = self.session.register(event);
        let id = id.map_err(|error| refused(event, error))?;
        match self.wait(id, deadline) {
            Ok(reply) if reply.outcome == Outcome::Confirmed => Ok(()),
            Ok(_) => Err(Error::UnknownEvent {
                name: event.to_owned(),
            }),
            Err(error) => {
                if !error.is_timeout() {
                    // It must not come back with the next connection.
                    self.session.release(event);
                }
                Err(error)
            }
        }
    }

    /// Asks for no more of an event. What has come by now still waits for
    /// [`next_event`](Self::next_event).
    ///
    /// # Errors
    ///
    /// [`Error::NotSubscribed`] if it is not subscribed, [`Error::Timeout`] (it is not subscribed any
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
        let deadline = self.deadline(Duration::ZERO);
        self.prepare()?;
        let id = self.session.unregister(event);
        let id = id.map_err(|error| refused(event, error))?;
        match self.wait(id, deadline)?.outcome {
            Outcome::Confirmed => Ok(()),
            _ => Err(Error::NotSubscribed {
                name: event.to_owned(),
            }),
        }
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
            while self.session.queued_events() == 0 && self.poll()?.is_some() {}
            if let Some(event) = self.session.next_event() {
                return Ok(Some(event.into()));
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
}
