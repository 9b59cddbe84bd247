//! Commands that stream events before their response.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::time::Duration;
use std::io::{Read, Write};

use serde::Deserialize;
use vici_serde::Message;
use vici_types::{Event, StreamingCommand};

use crate::client::Client;
use crate::codec;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::proto::{Outcome, Reply, RequestId, Session};
use crate::socket::Socket;

impl<S: Read + Write> Client<S> {
    /// Sends a command that streams events, and returns an iterator over them.
    ///
    /// When it returns, the command is sent. The daemon registers the event before; the registration
    /// ends with the stream, in whatever way that is. A stream may be dropped at any time: that neither blocks
    /// nor ends what the daemon does; the next call skips what is left.
    ///
    /// ```no_run
    /// use vici_client::{Client, vici_types::ListSas};
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// let mut sas = client.stream(&ListSas::default())?;
    /// for sa in &mut sas {
    ///     println!("{:?}", sa?);
    /// }
    /// sas.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Examples: [`list_tunnels`](crate::guide::examples::list_tunnels), and with the log of a command
    /// [`initiate`](crate::guide::examples::initiate).
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), and [`Error::UnknownEvent`], in which case the command was not sent.
    /// A command that only lists (`list-*`) does not wait for what the daemon says to its event: that
    /// comes later, as what it says to the command does, from the iterator and from
    /// [`finish`](StreamingCall::finish).
    pub fn stream<R: StreamingCommand>(&mut self, request: &R) -> Result<StreamingCall<'_, R, S>> {
        let names = (R::NAME, R::Event::NAME);
        let items = Items::start(self, names, request.wait(), |session| {
            codec::send_stream(session, request)
        })?;
        Ok(StreamingCall {
            items,
            request: PhantomData,
        })
    }

    /// Sends a command that streams events by the names of both, as a message: see the example
    /// [`raw`](crate::guide::examples::raw).
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub fn stream_raw(
        &mut self,
        command: &str,
        event: &str,
        message: &Message,
    ) -> Result<RawStreamingCall<'_, S>> {
        let items = Items::start(self, (command, event), Duration::ZERO, |session| {
            codec::send_stream_raw(session, command, event, message)
        })?;
        Ok(RawStreamingCall(items))
    }
}

/// A stream of typed events, and the response behind it.
///
/// The iterator ends when the response has come; [`finish`](Self::finish) returns it. An item that
/// does not fit its type is [`Error::Decode`], with the message as it came, and the stream goes on.
/// Any other error ends the stream.
#[must_use = "the items of a stream that is dropped are lost"]
pub struct StreamingCall<'a, R, S = Socket> {
    items: Items<'a, S>,
    request: PhantomData<fn(&R)>,
}

impl<R: StreamingCommand, S: Read + Write> StreamingCall<'_, R, S> {
    /// The next item, in a type of your own that may borrow from it: nothing is copied, and what the
    /// type has no field for is passed over. `None` when the response has come.
    ///
    /// For a few keys of very many items; an iterator over such, owned, is
    /// [`items_as`](vici_types::ItemsAs).
    ///
    /// ```no_run
    /// use serde::Deserialize;
    /// use vici_client::Client;
    /// use vici_client::vici_types::{Entry, ListSas};
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "kebab-case")]
    /// struct Sa<'a> {
    ///     uniqueid: u32,
    ///     remote_host: Option<&'a str>,
    /// }
    ///
    /// # fn main() -> vici_client::Result<()> {
    /// let mut client = Client::connect()?;
    /// let mut sas = client.stream(&ListSas::new())?;
    /// while let Some(sa) = sas.next_as::<Entry<Sa<'_>>>() {
    ///     let sa = sa?;
    ///     println!("{}: {:?}", sa.value.uniqueid, sa.value.remote_host);
    /// }
    /// sas.finish()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn next_as<'de, T: Deserialize<'de>>(&'de mut self) -> Option<Result<T>> {
        Some(match self.items.next()? {
            Ok(item) => {
                let message = self.items.client.session.message(&item);
                codec::decode(R::Event::NAME, message)
            }
            Err(error) => Err(error),
        })
    }

    /// Waits for the response, skipping the items that are left.
    ///
    /// # Errors
    ///
    /// As [`Client::call`]. If the iterator has returned an error that ended the stream, this is it
    /// again, or [`Error::Closed`] if the connection is.
    pub fn finish(mut self) -> Result<R::Response> {
        let (outcome, message) = self.items.finish()?;
        codec::stream_response::<R>(outcome, message)
    }
}

impl<R: StreamingCommand, S: Read + Write> Iterator for StreamingCall<'_, R, S> {
    type Item = Result<R::Event>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.items.next()? {
            Ok(item) => Some(codec::item::<R>(self.items.client.session.message(&item))),
            Err(error) => Some(Err(error)),
        }
    }
}

impl<R: StreamingCommand, S: Read + Write> FusedIterator for StreamingCall<'_, R, S> {}

/// A stream of events as messages, and the response behind it: [`StreamingCall`] without types.
#[must_use = "the items of a stream that is dropped are lost"]
pub struct RawStreamingCall<'a, S = Socket>(Items<'a, S>);

impl<S: Read + Write> RawStreamingCall<'_, S> {
    /// Waits for the response, skipping the items that are left.
    ///
    /// # Errors
    ///
    /// As [`StreamingCall::finish`].
    pub fn finish(mut self) -> Result<Message> {
        let (command, event) = (self.0.command.clone(), self.0.event.clone());
        let (outcome, message) = self.0.finish()?;
        codec::stream_response_raw(&command, &event, outcome, message)
    }
}

impl<S: Read + Write> Iterator for RawStreamingCall<'_, S> {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0.next()? {
            Ok(item) => {
                let message = self.0.client.session.message(&item);
                Some(codec::item_raw(&self.0.event, message))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<S: Read + Write> FusedIterator for RawStreamingCall<'_, S> {}

impl<R, S> fmt::Debug for StreamingCall<'_, R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.debug("StreamingCall", f)
    }
}

impl<S> fmt::Debug for RawStreamingCall<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("RawStreamingCall", f)
    }
}

/// The undecoded items of a stream.
struct Items<'a, S> {
    client: &'a mut Client<S>,
    id: RequestId,
    command: String,
    event: String,
    /// The time that the daemon is asked to work, added to that of each item.
    wait: Duration,
    /// When the whole stream must be over.
    deadline: Deadline,
    /// An item that came before the confirmation of the registration.
    early: Option<Reply>,
    end: Option<End>,
}

/// How a stream has ended.
#[derive(Clone, Copy, Debug)]
enum End {
    Reply(Reply),
    Timeout,
    Closed,
}

impl<'a, S: Read + Write> Items<'a, S> {
    fn start(
        client: &'a mut Client<S>,
        (command, event): (&str, &str),
        wait: Duration,
        send: impl FnOnce(&mut Session) -> Result<RequestId>,
    ) -> Result<Self> {
        let total = client
            .stream_timeout
            .map(|timeout| timeout.saturating_add(wait));
        let deadline = Deadline::after(total);
        client.prepare()?;
        let id = send(&mut client.session)?;
        let mut items = Self {
            client,
            id,
            command: command.to_owned(),
            event: event.to_owned(),
            wait,
            deadline,
            early: None,
            end: None,
        };
        items.register()?;
        Ok(items)
    }

    /// Waits for the confirmation of the registration, if the command does, and sends the command.
    fn register(&mut self) -> Result<()> {
        let deadline = self.client.deadline(Duration::ZERO).earlier(self.deadline);
        let mut tried = false;
        while self.early.is_none() && self.client.session.is_held(self.id) {
            if tried && deadline.is_over() {
                return Err(Error::Timeout);
            }
            tried = true;
            self.client.flush(deadline)?;
            self.client.fill(deadline)?;
            while let Some(reply) = self.client.poll()? {
                if reply.id != self.id {
                    continue;
                }
                if reply.outcome != Outcome::Item {
                    return Err(self.error(reply.outcome));
                }
                self.early = Some(reply);
                break;
            }
        }
        self.client.flush(deadline)
    }

    fn next(&mut self) -> Option<Result<Reply>> {
        if let Some(early) = self.early.take() {
            return Some(Ok(early));
        }
        if self.end.is_some() {
            return None;
        }
        let deadline = self.client.deadline(self.wait).earlier(self.deadline);
        match self.client.wait(self.id, deadline) {
            Ok(item) if item.outcome == Outcome::Item => Some(Ok(item)),
            Ok(reply) => {
                self.end = Some(End::Reply(reply));
                // The end of the iterator is that of a stream that has run.
                match reply.outcome {
                    Outcome::Response => None,
                    _ => Some(Err(self.error(reply.outcome))),
                }
            }
            Err(error) => {
                self.end = Some(if error.is_timeout() {
                    End::Timeout
                } else {
                    End::Closed
                });
                Some(Err(error))
            }
        }
    }

    fn finish(&mut self) -> Result<(Outcome, &[u8])> {
        while self.end.is_none() {
            if let Some(Err(error)) = self.next() {
                return Err(error);
            }
        }
        match self.end {
            Some(End::Reply(reply)) => Ok((reply.outcome, self.client.session.message(&reply))),
            Some(End::Timeout) => Err(Error::Timeout),
            Some(End::Closed) | None => Err(Error::Closed),
        }
    }

    fn error(&self, outcome: Outcome) -> Error {
        codec::failure(&self.command, Some(&self.event), outcome)
    }
}

impl<S> Items<'_, S> {
    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("command", &self.command)
            .field("event", &self.event)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl<S> Drop for Items<'_, S> {
    /// Only notes that nobody waits any more.
    fn drop(&mut self) {
        self.client.session.abandon(self.id);
    }
}
