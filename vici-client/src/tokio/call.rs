//! One request and its response, as futures.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::borrow::Cow;
use std::sync::Arc;

use vici_serde::Message;
use vici_types::Command;

use super::shared::{Answer, Handle};
use crate::codec;
use crate::error::{Error, Result};
use crate::proto::{Outcome, RequestId};

/// A command that was sent, or is about to be: a future of its response.
///
/// It belongs to nothing, so that it can be spawned, and need not be awaited in the order in which it
/// was sent. Dropping it gives the request up, at any time: what was not sent is never sent; what was
/// sent the daemon carries out, and its answer is skipped.
#[must_use = "a call that is dropped is given up"]
pub struct Call<R: Command> {
    pending: Pending,
    request: PhantomData<fn(&R)>,
}

impl<R: Command> Call<R> {
    pub(super) fn new(pending: Pending) -> Self {
        Self {
            pending,
            request: PhantomData,
        }
    }
}

impl<R: Command> Future for Call<R> {
    type Output = Result<R::Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (outcome, message) = ready!(self.pending.poll(context))?;
        Poll::Ready(codec::response::<R>(outcome, &message))
    }
}

/// [`Call`] of a command by its name, with messages.
#[must_use = "a call that is dropped is given up"]
pub struct RawCall {
    pending: Pending,
    command: String,
}

impl RawCall {
    pub(super) fn new(pending: Pending, command: &str) -> Self {
        Self {
            pending,
            command: command.to_owned(),
        }
    }
}

impl Future for RawCall {
    type Output = Result<Message>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (outcome, message) = ready!(self.pending.poll(context))?;
        Poll::Ready(codec::response_raw(&self.command, outcome, &message))
    }
}

/// A request that has not ended, or could not be sent.
pub(super) struct Pending {
    handle: Arc<Handle>,
    id: core::result::Result<RequestId, Option<Error>>,
}

impl Pending {
    pub(super) fn new(handle: Arc<Handle>, sent: Result<RequestId>) -> Self {
        Self {
            handle,
            id: sent.map_err(Some),
        }
    }

    /// How the request has ended, with the message of its response.
    pub(super) fn poll(&mut self, context: &Context<'_>) -> Poll<Result<(Outcome, Vec<u8>)>> {
        let id = match &mut self.id {
            Ok(id) => *id,
            // Asked again after it has ended.
            Err(error) => return Poll::Ready(Err(error.take().unwrap_or(Error::Closed))),
        };
        let shared = &self.handle.0;
        let answer = ready!(shared.change(|state, wakers| state.poll_end(id, context, wakers)));
        self.id = Err(None);
        Poll::Ready(match answer {
            Answer::Outcome(Outcome::Closed, _) => Err(shared.reason()),
            Answer::Outcome(outcome, message) => Ok((outcome, message)),
            Answer::Overrun => Err(Error::Overrun),
        })
    }

    /// The next item that has come for a stream.
    pub(super) fn poll_item(&mut self, context: &Context<'_>) -> Poll<Option<Vec<u8>>> {
        let Ok(id) = self.id else {
            return Poll::Ready(None);
        };
        let shared = &self.handle.0;
        shared.change(|state, wakers| state.poll_item(id, context, wakers))
    }

    /// Forgets the items that have come for a stream.
    pub(super) fn skip_items(&mut self) {
        if let Ok(id) = self.id {
            let shared = &self.handle.0;
            shared.change(|state, wakers| state.skip_items(id, wakers));
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Ok(id) = self.id {
            self.handle
                .0
                .change(|state, wakers| state.leave(id, wakers));
        }
    }
}

impl<R: Command> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Call", R::NAME.into(), f)
    }
}

impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("RawCall", (&self.command).into(), f)
    }
}

pub(super) fn debug(kind: &str, command: Cow<'_, str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(kind)
        .field("command", &command)
        .finish_non_exhaustive()
}
