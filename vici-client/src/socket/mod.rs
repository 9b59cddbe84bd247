//! The sockets that a client talks through.

use core::time::Duration;
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
pub(crate) mod system;

/// The Unix or TCP socket that a [`Config`](crate::Config) connects, or one that is connected already.
#[derive(Debug)]
pub struct Socket(Stream);

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
    /// Another owner of the same connection: it ends when all of them are dropped.
    ///
    /// # Errors
    ///
    /// The process has no descriptor left.
    pub fn try_clone(&self) -> io::Result<Self> {
        each!(&self.0, stream => Ok(stream.try_clone()?.into()))
    }

    /// Ends the connection, whoever else has it, and whatever waits for it.
    ///
    /// # Errors
    ///
    /// Those of the system. That it is closed already is not an error.
    pub fn shutdown(&self) -> io::Result<()> {
        match each!(&self.0, stream => stream.shutdown(Shutdown::Both)) {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }

    pub(crate) fn read_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(&self.0, stream => system::read_now(stream, buffer))
    }

    pub(crate) fn read_within(
        &self,
        buffer: &mut [u8],
        limit: Option<Duration>,
    ) -> io::Result<usize> {
        each!(&self.0, stream => system::read_within(stream, buffer, limit))
    }

    pub(crate) fn write_within(&self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
        match &self.0 {
            #[cfg(unix)]
            Stream::Unix(stream) => system::write_within(stream, bytes, limit),
            Stream::Tcp(stream) => write_tcp_within(stream, bytes, limit),
        }
    }
}

/// Writes to a socket of TCP.
///
/// The daemon writes the head of a frame and the rest of it apart, and its kernel holds the rest back
/// until ours has acknowledged the head, which that does after 40 ms: after something was written, it
/// waits with acknowledgements, in the hope to send them with what is written next.
pub(crate) fn write_tcp_within(
    stream: &TcpStream,
    bytes: &[u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    let count = system::write_within(stream, bytes, limit)?;
    system::acknowledge_at_once(stream);
    Ok(count)
}

#[cfg(unix)]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self(Stream::Unix(stream))
    }
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self(Stream::Tcp(stream))
    }
}

/// For an event loop that waits until there is something to read.
#[cfg(unix)]
impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        each!(&self.0, stream => stream.as_fd())
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(&mut self.0, stream => stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        each!(&mut self.0, stream => stream.write(bytes))
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        each!(&mut self.0, stream => stream.write_vectored(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        each!(&mut self.0, stream => stream.flush())
    }
}
