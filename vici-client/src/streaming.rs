//! Commands that stream events before their response.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::Range;
use core::time::Duration;
use std::io::{Read, Write};

use serde::Serialize;
use vici_serde::Message;
use vici_types::{Event, StreamingCommand};

use crate::client::Client;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::proto::{Kind, RequestId, Settled};
use crate::request::Outgoing;
use crate::response::{decode, decode_response};
use crate::socket::Socket;

impl<S: Read + Write> Client<S> {
    /// Sends a command that streams events, and returns an iterator over them.
    ///
    /// When it returns, the event is registered and the command is sent. The registration ends with
    /// the stream, in whatever way that is. A stream may be dropped at any time: that neither blocks
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
    /// Examples: [`list_tunnels`](crate::guide::examples::list_tunnels),
    /// [`exporter`](crate::guide::examples::exporter), and with the log of a command
    /// [`initiate`](crate::guide::examples::initiate).
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), and [`Error::UnknownEvent`], in which case the command was not sent.
    /// What the daemon says to the command comes later, from the iterator and from
    /// [`finish`](StreamingCall::finish).
    pub fn stream<R: StreamingCommand>(&mut self, request: &R) -> Result<StreamingCall<'_, R, S>> {
        let outgoing = Outgoing::checked(request)?;
        let items = Items::start(self, &outgoing, <R::Event as Event>::NAME)?;
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
        let outgoing = Outgoing {
            command,
            message,
            wait: Duration::ZERO,
        };
        Ok(RawStreamingCall(Items::start(self, &outgoing, event)?))
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
    /// Waits for the response, skipping the items that are left.
    ///
    /// # Errors
    ///
    /// As [`Client::call`]. If the iterator has returned an error that ended the stream, this is it
    /// again, or [`Error::Closed`] if the connection is.
    pub fn finish(mut self) -> Result<R::Response> {
        let response = self.items.finish()?;
        decode_response(&self.items.command, self.items.bytes(response))
    }
}

impl<R: StreamingCommand, S: Read + Write> Iterator for StreamingCall<'_, R, S> {
    type Item = Result<R::Event>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match self.items.next()? {
            Ok(item) => item,
            Err(error) => return Some(Err(error)),
        };
        Some(decode(&self.items.event, self.items.bytes(item)))
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
        let response = self.0.finish()?;
        decode_response(&self.0.command, self.0.bytes(response))
    }
}

impl<S: Read + Write> Iterator for RawStreamingCall<'_, S> {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match self.0.next()? {
            Ok(item) => item,
            Err(error) => return Some(Err(error)),
        };
        Some(decode(&self.0.event, self.0.bytes(item)))
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
    end: Option<End>,
}

/// How a stream has ended.
#[derive(Clone, Debug)]
enum End {
    Response(Range<usize>),
    UnknownCommand,
    UnknownEvent,
    Dropped,
    Timeout,
    Closed,
}

impl<'a, S: Read + Write> Items<'a, S> {
    fn start<T: Serialize>(
        client: &'a mut Client<S>,
        outgoing: &Outgoing<'_, T>,
        event: &str,
    ) -> Result<Self> {
        let total = client
            .stream_timeout
            .map(|timeout| timeout.saturating_add(outgoing.wait));
        let deadline = Deadline::after(total);
        client.prepare()?;
        let id = outgoing.enqueue(client, Some(event))?;
        let mut items = Self {
            client,
            id,
            command: outgoing.command.to_owned(),
            event: event.to_owned(),
            wait: outgoing.wait,
            deadline,
            end: None,
        };
        items.register()?;
        Ok(items)
    }

    /// Waits for the confirmation of the registration, and sends the command.
    fn register(&mut self) -> Result<()> {
        let deadline = self.client.deadline(Duration::ZERO).earlier(self.deadline);
        let mut tried = false;
        loop {
            match self.client.settled()? {
                Some(settled) if settled.id == self.id => {
                    if settled.kind == Kind::UnknownEvent {
                        return Err(self.error(&End::UnknownEvent));
                    }
                    // An item before the confirmation, which comes when the caller asks for more.
                    self.client.session.put_back(settled);
                    break;
                }
                Some(_) => continue,
                None if !self.client.session.is_held(self.id) => break,
                None if tried && deadline.is_over() => return Err(Error::Timeout),
                None => tried = true,
            }
            self.client.flush(deadline)?;
            self.client.fill(deadline)?;
        }
        self.client.flush(deadline)
    }

    fn next(&mut self) -> Option<Result<Range<usize>>> {
        if self.end.is_some() {
            return None;
        }
        let deadline = self.client.deadline(self.wait).earlier(self.deadline);
        let end = match self.client.wait(self.id, deadline) {
            Ok(Settled { kind, message, .. }) => match kind {
                Kind::Item => return Some(Ok(message)),
                Kind::Response => {
                    self.end = Some(End::Response(message));
                    return None;
                }
                Kind::UnknownCommand => End::UnknownCommand,
                Kind::UnknownEvent => End::UnknownEvent,
                Kind::Confirmed | Kind::Dropped => End::Dropped,
            },
            Err(error) => {
                self.end = Some(if error.is_timeout() {
                    End::Timeout
                } else {
                    End::Closed
                });
                return Some(Err(error));
            }
        };
        let error = self.error(&end);
        self.end = Some(end);
        Some(Err(error))
    }

    fn finish(&mut self) -> Result<Range<usize>> {
        loop {
            match &self.end {
                Some(End::Response(response)) => return Ok(response.clone()),
                Some(end) => return Err(self.error(end)),
                None => {}
            }
            if let Some(Err(error)) = self.next() {
                return Err(error);
            }
        }
    }

    fn bytes(&self, message: Range<usize>) -> &[u8] {
        self.client.session.bytes(message)
    }

    fn error(&self, end: &End) -> Error {
        let command = || self.command.clone();
        match end {
            End::UnknownCommand => Error::UnknownCommand { name: command() },
            End::UnknownEvent => Error::UnknownEvent {
                name: self.event.clone(),
            },
            End::Dropped => Error::Dropped { name: command() },
            End::Timeout => Error::Timeout,
            End::Response(_) | End::Closed => Error::Closed,
        }
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
