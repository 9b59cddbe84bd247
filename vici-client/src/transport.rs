//! What a client needs of a stream, beside that it reads and writes.

use core::time::Duration;
use std::io;
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use crate::socket::{Socket, system, write_tcp_within};

/// A stream that reads and writes for a limited time, for
/// [`Client::with_transport`](crate::Client::with_transport).
///
/// [`Client::new`](crate::Client::new) knows how to do that with the standard library's sockets. For a
/// stream of your own over one of them, TLS for instance, its timeouts do:
///
/// ```
/// use std::io::{self, Read, Write};
/// use std::net::TcpStream;
/// use std::time::Duration;
/// use vici_client::{Socket, Transport};
///
/// struct Tls(TcpStream);
/// # impl Read for Tls {
/// #     fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> { self.0.read(buffer) }
/// # }
/// # impl Write for Tls {
/// #     fn write(&mut self, bytes: &[u8]) -> io::Result<usize> { self.0.write(bytes) }
/// #     fn flush(&mut self) -> io::Result<()> { self.0.flush() }
/// # }
///
/// impl Transport for Tls {
///     fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
///         self.0.set_read_timeout(limit)?;
///         self.read(buffer)
///     }
///
///     fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
///         self.0.set_write_timeout(limit)?;
///         self.write(bytes)
///     }
///
///     fn socket(&self) -> io::Result<Socket> {
///         Ok(self.0.try_clone()?.into())
///     }
/// }
/// ```
pub trait Transport {
    /// Reads what there is, waiting for the first byte; `None` waits without limit. A limit is never
    /// zero.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when the time is over, or
    /// [`TimedOut`](io::ErrorKind::TimedOut); before it is over, the latter is taken for an error of
    /// the connection. [`Interrupted`](io::ErrorKind::Interrupted), after which it is called again,
    /// and whatever else there is.
    fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize>;

    /// Writes as much as there is room for, waiting for the first byte.
    ///
    /// # Errors
    ///
    /// As [`read_within`](Self::read_within).
    fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize>;

    /// Reads what there is, without waiting.
    ///
    /// A call does it before it sends, to notice an answer that nobody asked for, or the end of the
    /// connection; [`next_event`](crate::Client::next_event) does it when its time is over. Without
    /// it the former is not noticed, and the latter waits for the shortest time that there is.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where nothing is there.
    /// [`Unsupported`](io::ErrorKind::Unsupported) where the stream can't, which is the default.
    fn read_now(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(unsupported("this stream always waits"))
    }

    /// A copy of the socket below, by which a [`ShutdownHandle`](crate::ShutdownHandle) ends it.
    ///
    /// # Errors
    ///
    /// There is none, which is the default ([`Unsupported`](io::ErrorKind::Unsupported)), or no
    /// descriptor is left.
    fn socket(&self) -> io::Result<Socket> {
        Err(unsupported("this stream has no shutdown handle"))
    }
}

impl Transport for Socket {
    fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
        Self::read_within(self, buffer, limit)
    }

    fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
        Self::write_within(self, bytes, limit)
    }

    fn read_now(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Self::read_now(self, buffer)
    }

    fn socket(&self) -> io::Result<Socket> {
        self.try_clone()
    }
}

#[cfg(unix)]
impl Transport for UnixStream {
    fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
        system::read_within(self, buffer, limit)
    }

    fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
        system::write_within(self, bytes, limit)
    }

    fn read_now(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        system::read_now(self, buffer)
    }

    fn socket(&self) -> io::Result<Socket> {
        Ok(self.try_clone()?.into())
    }
}

impl Transport for TcpStream {
    fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
        system::read_within(self, buffer, limit)
    }

    fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
        write_tcp_within(self, bytes, limit)
    }

    fn read_now(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        system::read_now(self, buffer)
    }

    fn socket(&self) -> io::Result<Socket> {
        Ok(self.try_clone()?.into())
    }
}

pub(crate) fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
