//! Commands that stream events before their response.

use core::fmt;
use core::future::poll_fn;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use serde::Deserialize;
use vici_serde::Message;
use vici_types::{Event, StreamingCommand};

use super::call::{Pending, debug};
use crate::codec;
use crate::error::{Error, Result};
use crate::proto::Outcome;

/// A stream of typed events, and the response behind it.
///
/// It ends when the response has come; [`finish`](Self::finish) returns it. An item that does not fit
/// its type is [`Error::Decode`], with the message as it came, and the stream goes on. Any other error
/// ends it.
///
/// Dropping it gives the command up, at any time: if it was not sent it is never sent; else the daemon
/// carries it out, what still comes is skipped, and its event is not registered any more.
#[must_use = "the items of a stream that is dropped are lost"]
pub struct StreamingCall<R: StreamingCommand> {
    items: Items,
    /// What [`next_as`](Self::next_as) has lent out.
    item: Vec<u8>,
    request: PhantomData<fn(&R)>,
}

impl<R: StreamingCommand> StreamingCall<R> {
    pub(super) fn new(pending: Pending) -> Self {
        Self {
            items: Items::new(pending),
            item: Vec::new(),
            request: PhantomData,
        }
    }

    /// The next item, or `None` when the response has come.
    ///
    /// Cancel safe: an item that has come waits for the next call.
    pub async fn next(&mut self) -> Option<Result<R::Event>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next item, in a type of your own that may borrow from it, as
    /// [`next_as`](crate::StreamingCall::next_as) of the blocking client.
    ///
    /// Cancel safe, as [`next`](Self::next).
    pub async fn next_as<'de, T: Deserialize<'de>>(&'de mut self) -> Option<Result<T>> {
        let event = <R::Event as Event>::NAME;
        let next = poll_fn(|context| self.items.poll_next(R::NAME, event, context)).await?;
        Some(next.and_then(|item| {
            self.item = item;
            codec::decode(event, &self.item)
        }))
    }

    /// Waits for the response, skipping the items that are left.
    ///
    /// Dropping the future gives the command up, as dropping the stream does.
    ///
    /// # Errors
    ///
    /// As [`AsyncClient::call`](crate::AsyncClient::call). If the stream has ended with an error, this
    /// is it again, or [`Error::Closed`].
    pub async fn finish(mut self) -> Result<R::Response> {
        let (outcome, message) = self.items.finish().await?;
        codec::stream_response::<R>(outcome, &message)
    }
}

impl<R: StreamingCommand> Stream for StreamingCall<R> {
    type Item = Result<R::Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = <R::Event as Event>::NAME;
        let next = ready!(self.items.poll_next(R::NAME, event, context));
        Poll::Ready(next.map(|item| codec::item::<R>(&item?)))
    }
}

impl<R: StreamingCommand> FusedStream for StreamingCall<R> {
    fn is_terminated(&self) -> bool {
        self.items.end.is_some()
    }
}

/// [`StreamingCall`] by the names of command and event, with messages.
#[must_use = "the items of a stream that is dropped are lost"]
pub struct RawStreamingCall {
    items: Items,
    command: String,
    event: String,
}

impl RawStreamingCall {
    pub(super) fn new(pending: Pending, command: &str, event: &str) -> Self {
        Self {
            items: Items::new(pending),
            command: command.to_owned(),
            event: event.to_owned(),
        }
    }

    /// As [`StreamingCall::next`].
    pub async fn next(&mut self) -> Option<Result<Message>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// As [`StreamingCall::finish`].
    ///
    /// # Errors
    ///
    /// As [`StreamingCall::finish`].
    pub async fn finish(mut self) -> Result<Message> {
        let (outcome, message) = self.items.finish().await?;
        codec::stream_response_raw(&self.command, &self.event, outcome, &message)
    }
}

impl Stream for RawStreamingCall {
    type Item = Result<Message>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = ready!(this.items.poll_next(&this.command, &this.event, context));
        Poll::Ready(next.map(|item| codec::item_raw(&this.event, &item?)))
    }
}

impl FusedStream for RawStreamingCall {
    fn is_terminated(&self) -> bool {
        self.items.end.is_some()
    }
}

/// The undecoded items of a stream.
struct Items {
    pending: Pending,
    end: Option<End>,
}

/// How a stream has ended.
enum End {
    /// As the daemon or the session says, with the message of a response.
    Outcome(Outcome, Vec<u8>),
    /// With an error that was told.
    Error,
    /// With [`Error::Overrun`], which was told.
    Overrun,
}

impl Items {
    fn new(pending: Pending) -> Self {
        Self { pending, end: None }
    }

    fn poll_next(
        &mut self,
        command: &str,
        event: &str,
        context: &Context<'_>,
    ) -> Poll<Option<Result<Vec<u8>>>> {
        if self.end.is_some() {
            return Poll::Ready(None);
        }
        if let Some(item) = ready!(self.pending.poll_item(context)) {
            return Poll::Ready(Some(Ok(item)));
        }
        let (end, told) = match ready!(self.pending.poll(context)) {
            Ok((Outcome::Response, message)) => (End::Outcome(Outcome::Response, message), None),
            Ok((outcome, message)) => {
                let error = codec::failure(command, Some(event), outcome);
                (End::Outcome(outcome, message), Some(Err(error)))
            }
            Err(Error::Overrun) => (End::Overrun, Some(Err(Error::Overrun))),
            Err(error) => (End::Error, Some(Err(error))),
        };
        self.end = Some(end);
        Poll::Ready(told)
    }

    async fn finish(&mut self) -> Result<(Outcome, Vec<u8>)> {
        match self.end.take() {
            Some(End::Outcome(outcome, message)) => Ok((outcome, message)),
            Some(End::Error) => Err(Error::Closed),
            Some(End::Overrun) => Err(Error::Overrun),
            None => {
                poll_fn(|context| {
                    self.pending.skip_items();
                    self.pending.poll(context)
                })
                .await
            }
        }
    }
}

impl<R: StreamingCommand> fmt::Debug for StreamingCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("StreamingCall", R::NAME.into(), f)
    }
}

impl fmt::Debug for RawStreamingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("RawStreamingCall", (&self.command).into(), f)
    }
}
