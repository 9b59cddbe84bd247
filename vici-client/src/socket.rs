//! The sockets that a client talks through, and what it needs of a stream.

use core::any::Any;
use core::time::Duration;
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use crate::connect::Address;

/// A stream with timeouts, for [`Client::with_timeouts`](crate::Client::with_timeouts).
///
/// [`Client::new`](crate::Client::new) knows those of the standard library's sockets by itself.
pub trait Timeouts {
    /// Bounds a single read, as [`TcpStream::set_read_timeout`] does: it fails with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) or [`TimedOut`](io::ErrorKind::TimedOut) then.
    ///
    /// # Errors
    ///
    /// The stream can't.
    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;

    /// Bounds a single write in the same way.
    ///
    /// # Errors
    ///
    /// The stream can't.
    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()>;

    /// Makes reading and writing return at once, or wait again.
    ///
    /// A call reads what has come before it sends, to notice an answer that nobody asked for, or the
    /// end of the connection. Without this it does not.
    ///
    /// # Errors
    ///
    /// The stream can't, which is the default.
    fn set_nonblocking(&self, _nonblocking: bool) -> io::Result<()> {
        Err(unsupported("this stream is always blocking"))
    }

    /// A handle that shuts the stream down from another thread, if the stream offers it.
    ///
    /// # Errors
    ///
    /// The stream can't, which is the default.
    fn shutdown_handle(&self) -> io::Result<ShutdownHandle> {
        Err(unsupported("this stream has no shutdown handle"))
    }
}

/// The Unix or TCP socket that `connect` and `connect_uri` make.
#[derive(Debug)]
pub struct Socket {
    stream: Stream,
    /// Where to connect to again.
    pub(crate) address: Option<Address>,
}

#[derive(Debug)]
enum Stream {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

macro_rules! each {
    ($socket:expr, $stream:ident => $body:expr) => {
        match $socket {
            #[cfg(unix)]
            Stream::Unix($stream) => $body,
            Stream::Tcp($stream) => $body,
        }
    };
}

impl Socket {
    fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            stream: match &self.stream {
                #[cfg(unix)]
                Stream::Unix(stream) => Stream::Unix(stream.try_clone()?),
                Stream::Tcp(stream) => Stream::Tcp(stream.try_clone()?),
            },
            address: None,
        })
    }

    fn shutdown(&self) -> io::Result<()> {
        each!(&self.stream, stream => stream.shutdown(Shutdown::Both))
    }
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self {
            stream: Stream::Unix(stream),
            address: None,
        }
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self {
            stream: Stream::Tcp(stream),
            address: None,
        }
    }
}

/// For an event loop that waits until there is something to read.
#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        each!(&self.stream, stream => stream.as_fd())
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(&mut self.stream, stream => stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        each!(&mut self.stream, stream => stream.write(bytes))
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        each!(&mut self.stream, stream => stream.write_vectored(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        each!(&mut self.stream, stream => stream.flush())
    }
}

impl Timeouts for Socket {
    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        each!(&self.stream, stream => stream.set_read_timeout(timeout))
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        each!(&self.stream, stream => stream.set_write_timeout(timeout))
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        each!(&self.stream, stream => stream.set_nonblocking(nonblocking))
    }

    fn shutdown_handle(&self) -> io::Result<ShutdownHandle> {
        Ok(ShutdownHandle(self.try_clone()?))
    }
}

#[cfg(unix)]
impl Timeouts for UnixStream {
    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        Self::set_read_timeout(self, timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        Self::set_write_timeout(self, timeout)
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        Self::set_nonblocking(self, nonblocking)
    }

    fn shutdown_handle(&self) -> io::Result<ShutdownHandle> {
        Ok(ShutdownHandle::new(self.try_clone()?))
    }
}

impl Timeouts for TcpStream {
    fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        Self::set_read_timeout(self, timeout)
    }

    fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        Self::set_write_timeout(self, timeout)
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        Self::set_nonblocking(self, nonblocking)
    }

    fn shutdown_handle(&self) -> io::Result<ShutdownHandle> {
        Ok(ShutdownHandle::new(self.try_clone()?))
    }
}

/// Ends a connection from another thread, and with it a call that waits there.
///
/// It holds its own copy of the socket: the connection is closed when the client and all handles are
/// dropped, or by [`shutdown`](Self::shutdown).
#[derive(Debug)]
pub struct ShutdownHandle(Socket);

impl ShutdownHandle {
    /// A handle of a socket that is used for a stream of your own.
    pub fn new(socket: impl Into<Socket>) -> Self {
        Self(socket.into())
    }

    /// Shuts the connection down. A blocked call returns [`Error::Closed`](crate::Error::Closed), and
    /// so does every later one.
    ///
    /// # Errors
    ///
    /// The socket can't be shut down. That it is closed already is not an error.
    pub fn shutdown(&self) -> io::Result<()> {
        match self.0.shutdown() {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }
}

/// What a client does with a stream beside reading and writing.
pub(crate) struct Controls<S> {
    pub(crate) set_read_timeout: fn(&S, Option<Duration>) -> io::Result<()>,
    pub(crate) set_write_timeout: fn(&S, Option<Duration>) -> io::Result<()>,
    pub(crate) set_nonblocking: fn(&S, bool) -> io::Result<()>,
    pub(crate) shutdown_handle: fn(&S) -> io::Result<ShutdownHandle>,
}

impl<S: Timeouts> Controls<S> {
    pub(crate) fn of_trait() -> Self {
        Self {
            set_read_timeout: S::set_read_timeout,
            set_write_timeout: S::set_write_timeout,
            set_nonblocking: S::set_nonblocking,
            shutdown_handle: S::shutdown_handle,
        }
    }
}

impl<S: 'static> Controls<S> {
    /// The controls of a known socket; any other stream refuses them.
    pub(crate) fn of_known() -> Self {
        Self {
            set_read_timeout: |stream, timeout| known(stream)?.set_read_timeout(timeout),
            set_write_timeout: |stream, timeout| known(stream)?.set_write_timeout(timeout),
            set_nonblocking: |stream, nonblocking| known(stream)?.set_nonblocking(nonblocking),
            shutdown_handle: |stream| known(stream)?.shutdown_handle(),
        }
    }
}

fn known<S: 'static>(stream: &S) -> io::Result<&dyn Timeouts> {
    let stream: &dyn Any = stream;
    #[cfg(unix)]
    if let Some(stream) = stream.downcast_ref::<UnixStream>() {
        return Ok(stream);
    }
    if let Some(stream) = stream.downcast_ref::<TcpStream>() {
        return Ok(stream);
    }
    if let Some(stream) = stream.downcast_ref::<Socket>() {
        return Ok(stream);
    }
    Err(unsupported(
        "this stream has no timeouts and no shutdown handle: implement `Timeouts` for it and use \
         `Client::with_timeouts`",
    ))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
