//! Sockets of systems that are not Unix, with what the standard library has: the timeouts of the
//! socket, and whether it blocks.

use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

pub(crate) fn read_now(mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    socket.set_nonblocking(true)?;
    let result = socket.read(buffer);
    socket.set_nonblocking(false)?;
    result
}

pub(crate) fn read_within(
    mut socket: &TcpStream,
    buffer: &mut [u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    socket.set_read_timeout(limit)?;
    socket.read(buffer).map_err(|error| over(error, limit))
}

pub(crate) fn write_within(
    mut socket: &TcpStream,
    bytes: &[u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    socket.set_write_timeout(limit)?;
    socket.write(bytes).map_err(|error| over(error, limit))
}

/// Tells the end of our time from that of the kernel's patience with the other side.
fn over(error: io::Error, limit: Option<Duration>) -> io::Error {
    if error.kind() == io::ErrorKind::TimedOut && limit.is_some() {
        return io::ErrorKind::WouldBlock.into();
    }
    error
}

/// There is no way to ask for it.
pub(crate) fn acknowledge_at_once(_socket: &TcpStream) {}
