//! What a client does with its stream.

use core::any::{Any, TypeId};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;

use crate::socket::Socket;
use crate::transport::{Transport, unsupported};

/// The functions of a [`Transport`], or what there is of them.
pub(crate) struct Controls<S> {
    pub(crate) read_within: fn(&mut S, &mut [u8], Option<Duration>) -> io::Result<usize>,
    pub(crate) write_within: fn(&mut S, &[u8], Option<Duration>) -> io::Result<usize>,
    pub(crate) read_now: fn(&mut S, &mut [u8]) -> io::Result<usize>,
    pub(crate) socket: fn(&S) -> io::Result<Socket>,
    pub(crate) has_timeouts: bool,
}

impl<S: Read + Write + Transport> Controls<S> {
    pub(crate) fn of_trait() -> Self {
        Self {
            read_within: S::read_within,
            write_within: S::write_within,
            read_now: S::read_now,
            socket: S::socket,
            has_timeouts: true,
        }
    }
}

impl<S: Read + Write + 'static> Controls<S> {
    /// Those of a socket; any other stream only reads and writes.
    pub(crate) fn of_known() -> Self {
        Self {
            read_within: |stream, buffer, limit| match known(stream) {
                Some(socket) => socket.read_within(buffer, limit),
                None if limit.is_none() => stream.read(buffer),
                None => Err(unsupported(NO_TIMEOUTS)),
            },
            write_within: |stream, bytes, limit| match known(stream) {
                Some(socket) => socket.write_within(bytes, limit),
                None if limit.is_none() => stream.write(bytes),
                None => Err(unsupported(NO_TIMEOUTS)),
            },
            read_now: |stream, buffer| match known(stream) {
                Some(socket) => socket.read_now(buffer),
                None => Err(unsupported(NO_TIMEOUTS)),
            },
            socket: socket_of,
            has_timeouts: is_known::<S>(),
        }
    }
}

const NO_TIMEOUTS: &str = "this stream has no timeouts and no shutdown handle: implement `Transport` \
                           for it and use `Client::with_transport`";

fn is_known<S: 'static>() -> bool {
    let stream = TypeId::of::<S>();
    #[cfg(unix)]
    if stream == TypeId::of::<UnixStream>() {
        return true;
    }
    stream == TypeId::of::<TcpStream>() || stream == TypeId::of::<Socket>()
}

fn known<S: 'static>(stream: &mut S) -> Option<&mut dyn Transport> {
    fn cast<T: Transport + 'static>(stream: &mut dyn Any) -> Option<&mut dyn Transport> {
        let stream: &mut T = stream.downcast_mut()?;
        Some(stream)
    }

    let stream: &mut dyn Any = stream;
    #[cfg(unix)]
    if stream.is::<UnixStream>() {
        return cast::<UnixStream>(stream);
    }
    if stream.is::<TcpStream>() {
        return cast::<TcpStream>(stream);
    }
    cast::<Socket>(stream)
}

fn socket_of<S: 'static>(stream: &S) -> io::Result<Socket> {
    let stream: &dyn Any = stream;
    #[cfg(unix)]
    if let Some(stream) = stream.downcast_ref::<UnixStream>() {
        return stream.socket();
    }
    if let Some(stream) = stream.downcast_ref::<TcpStream>() {
        return stream.socket();
    }
    match stream.downcast_ref::<Socket>() {
        Some(stream) => stream.socket(),
        None => Err(unsupported(NO_TIMEOUTS)),
    }
}
