//! What moves the bytes of a connection.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use zeroize::Zeroize;

use super::shared::Shared;
use crate::error::Result;

/// Moves the bytes of an [`AsyncClient`](crate::AsyncClient): a future to spawn.
///
/// It does all the reading and writing, and is done when the connection has ended, with the reason, or
/// when the last client, call, stream and subscription of the connection is dropped, with `Ok`.
/// Dropping it ends the connection: everybody who waits gets
/// [`Error::Closed`](crate::Error::Closed).
#[must_use = "nothing is sent until the driver is spawned or awaited"]
pub struct Driver<S> {
    shared: Arc<Shared>,
    stream: S,
    /// What is being written: a copy, so that nothing is locked meanwhile.
    output: Vec<u8>,
    /// Reused for those that are to be woken.
    wakers: Vec<Waker>,
    /// Whether what was written may wait in the stream.
    unflushed: bool,
}

impl<S> Driver<S> {
    pub(super) fn new(shared: Arc<Shared>, stream: S) -> Self {
        Self {
            shared,
            stream,
            output: Vec::new(),
            wakers: Vec::new(),
            unflushed: false,
        }
    }

    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }

    fn end(&mut self, error: Option<io::Error>) -> Result<()> {
        let closed = {
            let mut state = self.shared.lock();
            let is_left = state.is_left;
            state.close(error, &mut self.wakers);
            if is_left { Ok(()) } else { Err(state.reason()) }
        };
        self.shared.ended.notify_waiters();
        self.wake();
        closed
    }
}

/// What to do next.
enum Next {
    Write,
    Read,
    /// Nothing until it is woken.
    Wait,
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Driver<S> {
    /// Writes until nothing is left to be sent, or the stream takes no more.
    fn write(&mut self, context: &mut Context<'_>) -> io::Result<bool> {
        loop {
            {
                let mut state = self.shared.lock();
                let unsent = state.session.transmit();
                let count = unsent.len().min(MAX_WRITE);
                if count == 0 {
                    break;
                }
                self.output.extend_from_slice(&unsent[..count]);
                state.session.commit(count);
            }
            let written = Pin::new(&mut self.stream).poll_write(context, &self.output);
            self.output.zeroize();
            let count = match written {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => count,
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => 0,
            };
            self.shared.lock().session.sent(count);
            if count == 0 {
                return Ok(false);
            }
            self.unflushed = true;
        }
        if self.unflushed && Pin::new(&mut self.stream).poll_flush(context)?.is_ready() {
            self.unflushed = false;
        }
        Ok(!self.unflushed)
    }

    /// Reads once; `None` if there is nothing at the moment.
    fn read(&mut self, context: &mut Context<'_>) -> io::Result<Option<usize>> {
        let mut reader = self.shared.lock().session.take_reader();
        let mut buffer = ReadBuf::new(reader.buffer());
        let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
        let count = buffer.filled().len();
        reader.advance(count);
        {
            let mut state = self.shared.lock();
            state.session.put_reader(reader);
            state.deliver(&mut self.wakers);
        }
        self.wake();
        match read {
            Poll::Ready(Ok(())) => Ok(Some(count)),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Ok(None),
        }
    }

    /// What is to be done, noting whom to wake when that changes.
    fn next(&self, context: &Context<'_>, can_write: bool, can_read: bool) -> Next {
        let mut state = self.shared.lock();
        match &mut state.driver {
            Some(waker) => waker.clone_from(context.waker()),
            None => state.driver = Some(context.waker().clone()),
        }
        if state.is_left || state.is_ended() {
            return Next::End;
        }
        if can_write && (self.unflushed || !state.session.transmit().is_empty()) {
            return Next::Write;
        }
        state.is_paused = state.may_pause();
        if can_read && !state.is_paused {
            return Next::Read;
        }
        Next::Wait
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Driver<S> {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        // Requests that are answered without a byte.
        this.shared.lock().deliver(&mut this.wakers);
        this.wake();
        let (mut can_write, mut can_read) = (true, true);
        for _ in 0..MAX_TURNS {
            let moved = match this.next(context, can_write, can_read) {
                Next::Write => this.write(context).map(|all| can_write = all),
                Next::Read => match this.read(context) {
                    Ok(Some(0)) => return Poll::Ready(this.end(None)),
                    result => result.map(|read| can_read = read.is_some()),
                },
                Next::Wait => return Poll::Pending,
                Next::End => return Poll::Ready(this.end(None)),
            };
            if let Err(error) = moved {
                return Poll::Ready(this.end(Some(error)));
            }
        }
        // Others have their turn.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S> Drop for Driver<S> {
    fn drop(&mut self) {
        // Where it has ended already this changes nothing.
        let _ = self.end(None);
    }
}

impl<S> fmt::Debug for Driver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}

/// So much is copied to be written at a time.
const MAX_WRITE: usize = 64 * 1024;

/// So often it reads or writes before it lets others run.
const MAX_TURNS: usize = 32;
