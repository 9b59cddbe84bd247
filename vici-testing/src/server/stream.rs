//! The two ends of a connection.

use std::io;
use std::net::TcpStream;
#[cfg(not(unix))]
use std::net::{Ipv4Addr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use vici_client::Socket;

/// A socket that one thread reads, another writes and any may shut down.
pub(super) struct Duplex {
    pub(super) reader: Socket,
    pub(super) writer: Socket,
    /// For shutting it down.
    pub(super) handle: Socket,
}

#[cfg(unix)]
impl TryFrom<UnixStream> for Duplex {
    type Error = io::Error;

    fn try_from(stream: UnixStream) -> io::Result<Self> {
        Ok(Self {
            reader: stream.try_clone()?.into(),
            handle: stream.try_clone()?.into(),
            writer: stream.into(),
        })
    }
}

impl TryFrom<TcpStream> for Duplex {
    type Error = io::Error;

    fn try_from(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            reader: stream.try_clone()?.into(),
            handle: stream.try_clone()?.into(),
            writer: stream.into(),
        })
    }
}

/// Two sockets that are connected with each other: the client's and the server's.
#[cfg(unix)]
pub(super) fn pair() -> io::Result<(Socket, Duplex)> {
    let (client, server) = UnixStream::pair()?;
    Ok((client.into(), server.try_into()?))
}

/// Two sockets that are connected with each other: the client's and the server's.
#[cfg(not(unix))]
pub(super) fn pair() -> io::Result<(Socket, Duplex)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    client.set_nodelay(true)?;
    loop {
        let (server, address) = listener.accept()?;
        // Somebody else may have found the port.
        if address == client.local_addr()? {
            return Ok((client.into(), server.try_into()?));
        }
    }
}
