//! Events that come unasked.

use core::iter::FusedIterator;
use core::time::Duration;
use std::io::{Read, Write};

use vici_types::Event;

use crate::client::Client;
use crate::codec::refused;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::event::RawEvent;
use crate::proto::{Outcome, QueuedEvent, Session};
use crate::socket::Socket;

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
    /// The example [`monitor`](crate::guide::examples::monitor) tells several events apart; `Watch` of the
    /// crate `vici-control` makes a table of them.
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
    /// `timeout`. `None` as a timeout waits without limit, [`Duration::ZERO`] only looks at what has
    /// come; `Ok(None)` tells that the time is over.
    ///
    /// [`set_timeout`](Self::set_timeout) does not matter here. Events that came before the end of
    /// the connection are returned before the error.
    ///
    /// # Errors
    ///
    /// Those of a closed connection, and [`Error::Io`] for a timeout on a stream that has none
    /// ([`Unsupported`](std::io::ErrorKind::Unsupported)).
    pub fn next_event(&mut self, timeout: Option<Duration>) -> Result<Option<RawEvent>> {
        self.take_event(timeout, Session::next_event)
    }

    /// The next event of one kind, as [`next_event`](Self::next_event) waits for it; events of other
    /// kinds stay in the queue, in their order.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use vici_client::{Client, vici_types::{ChildUpdown, IkeUpdown}};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// client.subscribe::<IkeUpdown>()?;
    /// client.subscribe::<ChildUpdown>()?;
    /// if let Some(child) = client.next_event_of::<ChildUpdown>(Some(Duration::from_secs(10)))? {
    ///     println!("{child:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event), and [`Error::Decode`] if the event does not fit its type; it
    /// is in the error.
    pub fn next_event_of<E: Event>(&mut self, timeout: Option<Duration>) -> Result<Option<E>> {
        match self.next_event_named(E::NAME, timeout)? {
            Some(event) => event.decode().map(Some),
            None => Ok(None),
        }
    }

    /// [`next_event_of`](Self::next_event_of) by the name of the event.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    pub fn next_event_named(
        &mut self,
        event: &str,
        timeout: Option<Duration>,
    ) -> Result<Option<RawEvent>> {
        self.take_event(timeout, |session| session.next_event_named(event))
    }

    /// The events as an iterator, each waited for as by [`next_event`](Self::next_event) with this
    /// timeout: `None` waits for ever, [`Duration::ZERO`] takes what has come, any other ends the
    /// iterator when no event comes for so long.
    ///
    /// An error is the last item.
    ///
    /// ```no_run
    /// use vici_client::{Client, vici_types::IkeUpdown};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// client.subscribe::<IkeUpdown>()?;
    /// for event in client.events(None) {
    ///     println!("{:?}", event?.decode::<IkeUpdown>());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&mut self, timeout: Option<Duration>) -> Events<'_, S> {
        Events {
            client: self,
            timeout,
            over: false,
        }
    }

    fn take_event(
        &mut self,
        timeout: Option<Duration>,
        mut take: impl FnMut(&mut Session) -> Option<QueuedEvent>,
    ) -> Result<Option<RawEvent>> {
        let deadline = Deadline::after(timeout);
        let mut tried = false;
        let mut event = take(&mut self.session);
        while event.is_none() {
            // Replies to what was given up, and events on their way into the queue.
            while self.poll()?.is_some() {}
            event = take(&mut self.session);
            if event.is_some() {
                break;
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
        Ok(event.map(RawEvent::from))
    }
}

/// An iterator over events, made by [`Client::events`].
#[derive(Debug)]
pub struct Events<'a, S = Socket> {
    client: &'a mut Client<S>,
    timeout: Option<Duration>,
    over: bool,
}

impl<S: Read + Write> Iterator for Events<'_, S> {
    type Item = Result<RawEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.client.next_event(self.timeout).transpose();
        self.over = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<S: Read + Write> FusedIterator for Events<'_, S> {}
