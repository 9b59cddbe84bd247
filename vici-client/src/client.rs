//! The client and its drive loop.

use core::fmt;
use core::time::Duration;
use std::io::{self, Read, Write};

use crate::controls::Controls;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::open::Open;
use crate::proto::{EventLimits, Reply, RequestId, Session};
use crate::shutdown::{ShutdownHandle, Switch};
use crate::socket::Socket;
use crate::transport::{Transport, unsupported};

/// A connection to the daemon.
///
/// One request is open at a time, which `&mut self` sees to. Events that come meanwhile wait for
/// [`next_event`](Self::next_event). Other threads use connections of their own: the daemon serves
/// them in parallel, and a command that takes long holds up only its own connection.
///
/// `Client` without a parameter is what [`connect`](Self::connect) makes; other streams come through
/// [`new`](Self::new).
pub struct Client<S = Socket> {
    pub(crate) stream: S,
    controls: Controls<S>,
    pub(crate) session: Session,
    pub(crate) timeout: Option<Duration>,
    pub(crate) stream_timeout: Option<Duration>,
    /// What [`ShutdownHandle`]s end.
    pub(crate) switch: Switch,
    /// How the stream can be opened again, if it can.
    pub(crate) reopen: Option<Box<dyn Open<S>>>,
}

impl<S: Read + Write + 'static> Client<S> {
    /// A client over a connected stream: a socket, or whatever reads and writes.
    ///
    /// The standard library's sockets get timeouts and a shutdown handle. For a type of your own use
    /// [`with_transport`](Self::with_transport), or do without: `set_timeout` is an error then. The
    /// stream must block, unless it is a socket. If it has a timeout of its own, [`Error::Timeout`]
    /// tells that it is over.
    ///
    /// ```no_run
    /// use std::os::unix::net::UnixStream;
    /// use vici_client::Client;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::new(UnixStream::connect("/run/charon.vici")?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(stream: S) -> Self {
        Self::with_controls(stream, Controls::of_known())
    }
}

impl<S: Read + Write + Transport> Client<S> {
    /// A client over a connected stream of your own that can read and write for a limited time.
    pub fn with_transport(stream: S) -> Self {
        Self::with_controls(stream, Controls::of_trait())
    }
}

impl<S: Read + Write> Client<S> {
    fn with_controls(stream: S, controls: Controls<S>) -> Self {
        Self {
            stream,
            controls,
            session: Session::new(),
            timeout: None,
            stream_timeout: None,
            switch: Switch::default(),
            reopen: None,
        }
    }

    /// How long a call may take, from the first byte sent to the last byte received; `None`, the
    /// default, is without limit.
    ///
    /// It is a deadline for the whole call, however many reads that takes. Of a stream it bounds the
    /// beginning and the wait for each item; the time between two items that the caller takes does
    /// not count. The time that a request asks the daemon to work
    /// ([`Request::wait`](vici_types::Request::wait)) is added.
    ///
    /// It ends at most two milliseconds late on a machine that is not busy, whatever signals come; on
    /// Windows, and for a stream of your own with the timeouts of a socket, as exactly as these are.
    ///
    /// After [`Error::Timeout`] the connection goes on: the next call skips what comes late. The
    /// daemon still carries out what it was sent.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the stream has no timeouts ([`Unsupported`](io::ErrorKind::Unsupported)), or
    /// if the timeout is zero ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.check_timeout(timeout)?;
        self.timeout = timeout;
        Ok(())
    }

    /// What [`set_timeout`](Self::set_timeout) has set.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// What [`set_stream_timeout`](Self::set_stream_timeout) has set.
    pub fn stream_timeout(&self) -> Option<Duration> {
        self.stream_timeout
    }

    /// How long a stream may take in total, from [`stream`](Self::stream) to the response; `None`,
    /// the default, is without limit.
    ///
    /// # Errors
    ///
    /// As [`set_timeout`](Self::set_timeout).
    pub fn set_stream_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.check_timeout(timeout)?;
        self.stream_timeout = timeout;
        Ok(())
    }

    /// Changes the bounds of the queue in which events wait for the caller.
    pub fn set_event_limits(&mut self, limits: EventLimits) {
        self.session.set_event_limits(limits);
    }

    /// How many events the full queue has dropped since the client was made.
    pub fn dropped_events(&self) -> u64 {
        self.session.dropped_events()
    }

    /// A handle that ends the client from another thread.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the stream has none ([`Unsupported`](io::ErrorKind::Unsupported)), or the
    /// process no descriptor left.
    pub fn shutdown_handle(&self) -> Result<ShutdownHandle> {
        let socket = (self.controls.socket)(&self.stream).map_err(Error::Io)?;
        Ok(self.switch.handle(socket))
    }

    /// Whether the connection is closed, as far as the last call could see.
    pub fn is_closed(&self) -> bool {
        self.session.is_closed()
    }

    /// The stream.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream, without what was read ahead of it.
    pub fn into_inner(self) -> S {
        self.stream
    }

    pub(crate) fn replace_stream(&mut self, stream: S) -> Result<()> {
        self.stream = stream;
        let copy = || (self.controls.socket)(&self.stream);
        self.switch.guard(copy).map_err(Error::Io)
    }

    /// The deadline of a call that begins now, whose request asks the daemon to work for `wait`.
    pub(crate) fn deadline(&self, wait: Duration) -> Deadline {
        Deadline::after(self.timeout.map(|timeout| timeout.saturating_add(wait)))
    }

    fn check_timeout(&self, timeout: Option<Duration>) -> Result<()> {
        if timeout == Some(Duration::ZERO) {
            return Err(Error::Io(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a timeout of zero leaves no time to answer",
            )));
        }
        if timeout.is_some() && !self.controls.has_timeouts {
            return Err(Error::Io(unsupported(
                "this stream has no timeouts: see `Transport`",
            )));
        }
        Ok(())
    }
}

impl<S: Read + Write> Client<S> {
    /// Reads what has come by now, so that no answer is taken for that of the request which is sent
    /// next, and fails at once on a closed connection.
    pub(crate) fn prepare(&mut self) -> Result<()> {
        if self.session.is_closed() || self.switch.is_over() {
            // It may have been closed for a reason that has not been told.
            self.skip_replies()?;
            return Err(self.end());
        }
        self.read_ahead()?;
        self.skip_replies()
    }

    fn check_open(&mut self) -> Result<()> {
        if self.session.is_closed() || self.switch.is_over() {
            return Err(self.end());
        }
        Ok(())
    }

    /// Reads without waiting, until nothing is left or much has come.
    fn read_ahead(&mut self) -> Result<()> {
        for _ in 0..READS_AHEAD {
            self.skip_replies()?;
            let buffer = self.session.buffer();
            let room = buffer.len();
            match (self.controls.read_now)(&mut self.stream, buffer) {
                Ok(0) => return Err(self.end()),
                Ok(count) => {
                    self.session.advance(count);
                    if count < room {
                        break;
                    }
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    // Where the stream can't, a fence still keeps apart what was asked for.
                    io::ErrorKind::WouldBlock | io::ErrorKind::Unsupported => break,
                    _ => return Err(self.fail(error)),
                },
            }
        }
        Ok(())
    }

    /// Handles what has been read while no request is open: replies to what was given up.
    fn skip_replies(&mut self) -> Result<()> {
        while self.poll()?.is_some() {}
        Ok(())
    }

    /// [`drive`](Self::drive), giving the request up when the time is over.
    pub(crate) fn wait(&mut self, id: RequestId, deadline: Deadline) -> Result<Reply> {
        let result = self.drive(id, deadline);
        if matches!(result, Err(Error::Timeout)) {
            self.session.abandon(id);
        }
        result
    }

    /// Sends what is to be sent, then reads until something comes for `id`.
    pub(crate) fn drive(&mut self, id: RequestId, deadline: Deadline) -> Result<Reply> {
        let mut tried = false;
        loop {
            match self.poll()? {
                Some(reply) if reply.id == id => return Ok(reply),
                Some(_) => continue,
                None if tried && deadline.is_over() => return Err(Error::Timeout),
                None => tried = true,
            }
            self.flush(deadline)?;
            self.fill(deadline)?;
        }
    }

    pub(crate) fn poll(&mut self) -> Result<Option<Reply>> {
        self.session.poll().map_err(Error::Protocol)
    }

    /// Writes what is to be sent: one write for all of it, if the stream takes it.
    pub(crate) fn flush(&mut self, deadline: Deadline) -> Result<()> {
        if self.session.transmit().is_empty() {
            return Ok(());
        }
        while !self.session.transmit().is_empty() {
            let limit = deadline.remaining().map(|left| left.max(SHORTEST));
            match (self.controls.write_within)(&mut self.stream, self.session.transmit(), limit) {
                Ok(0) => return Err(self.fail(io::ErrorKind::WriteZero.into())),
                Ok(count) => self.session.sent(count),
                Err(error) => self.pass(error, deadline)?,
            }
        }
        // A socket has nothing to flush; a stream of the caller's may have.
        while let Err(error) = self.stream.flush() {
            self.pass(error, deadline)?;
        }
        Ok(())
    }

    /// Reads once, waiting until something comes.
    pub(crate) fn fill(&mut self, deadline: Deadline) -> Result<()> {
        self.check_open()?;
        loop {
            match self.read(deadline.remaining()) {
                Ok(0) => return Err(self.end()),
                Ok(count) => {
                    self.session.advance(count);
                    return Ok(());
                }
                Err(error) => self.pass(error, deadline)?,
            }
        }
    }

    fn read(&mut self, limit: Option<Duration>) -> io::Result<usize> {
        let Controls {
            read_within,
            read_now,
            ..
        } = self.controls;
        if limit == Some(Duration::ZERO) {
            match read_now(&mut self.stream, self.session.buffer()) {
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
                result => return result,
            }
        }
        let limit = limit.map(|left| left.max(SHORTEST));
        read_within(&mut self.stream, self.session.buffer(), limit)
    }

    /// Passes over an error after which reading or writing goes on.
    fn pass(&mut self, error: io::Error, deadline: Deadline) -> Result<()> {
        match error.kind() {
            io::ErrorKind::WouldBlock if deadline.remaining().is_none() => Err(Error::Timeout),
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted if !deadline.is_over() => Ok(()),
            io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::TimedOut
                if deadline.is_over() =>
            {
                Err(Error::Timeout)
            }
            // Nothing was done.
            io::ErrorKind::Unsupported => Err(Error::Io(error)),
            _ => Err(self.fail(error)),
        }
    }

    fn end(&mut self) -> Error {
        self.session.close();
        Error::Closed
    }

    fn fail(&mut self, error: io::Error) -> Error {
        self.session.close();
        // What a handle has ended fails in one way or another.
        if self.switch.is_over() {
            return Error::Closed;
        }
        Error::Io(error)
    }
}

impl<S: fmt::Debug> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("stream", &self.stream)
            .field("session", &self.session)
            .field("timeout", &self.timeout)
            .field("stream_timeout", &self.stream_timeout)
            .finish_non_exhaustive()
    }
}

/// So many reads of one buffer before a request is sent: a daemon that sends without end does not
/// hold up a call for ever.
const READS_AHEAD: usize = 16;

/// The limit of a stream that can't just look: zero would mean none.
const SHORTEST: Duration = Duration::from_micros(1);
