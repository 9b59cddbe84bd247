//! The server's end of a connection.

use std::io::{self, IoSlice, Read, Write};
#[cfg(not(unix))]
use std::net::{Ipv4Addr, TcpListener};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use vici_client::Socket;

/// A socket that one thread reads, another writes and any may shut down.
#[derive(Debug)]
pub(super) enum Stream {
    #[cfg(unix)]
    Unix(UnixStream),
    Tcp(TcpStream),
}

macro_rules! each {
    ($stream:expr, $inner:ident => $body:expr) => {
        match $stream {
            #[cfg(unix)]
            Stream::Unix($inner) => $body,
            Stream::Tcp($inner) => $body,
        }
    };
}

impl Stream {
    /// Closes both directions, for all who hold it. One that can't be shut down is gone.
    pub(super) fn shutdown(&self) {
        let _ = each!(self, stream => stream.shutdown(Shutdown::Both));
    }

    /// Whether what is written is kept back until what was written before is acknowledged.
    pub(super) fn set_delayed(&self, delayed: bool) {
        // One that can't is gone.
        let _ = match self {
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
            Self::Tcp(stream) => stream.set_nodelay(!delayed),
        };
    }
}

impl Read for &Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(self, stream => { let mut stream = stream; stream.read(buffer) })
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        each!(self, stream => { let mut stream = stream; stream.write(bytes) })
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        each!(self, stream => { let mut stream = stream; stream.write_vectored(bytes) })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl From<UnixStream> for Stream {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(stream)
    }
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

/// Two sockets that are connected with each other: the client's and the server's.
#[cfg(unix)]
pub(super) fn pair() -> io::Result<(Socket, Stream)> {
    let (client, server) = UnixStream::pair()?;
    Ok((client.into(), server.into()))
}

/// Two sockets that are connected with each other: the client's and the server's.
#[cfg(not(unix))]
pub(super) fn pair() -> io::Result<(Socket, Stream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    client.set_nodelay(true)?;
    loop {
        let (server, address) = listener.accept()?;
        // Somebody else may have found the port.
        if address == client.local_addr()? {
            return Ok((client.into(), server.into()));
        }
    }
}
