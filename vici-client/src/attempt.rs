//! One attempt to connect a socket to an address.
//!
//! Nothing is left of an attempt that ends: no thread, no descriptor.

use core::time::Duration;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::path::Path;

#[cfg(target_os = "linux")]
use rustix::io::Errno;
#[cfg(all(unix, not(target_os = "openbsd")))]
use rustix::net::sockopt;
#[cfg(target_os = "linux")]
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use crate::address::Address;
use crate::deadline::Deadline;
use crate::shutdown::Switch;
use crate::socket::Socket;
#[cfg(not(target_os = "linux"))]
use crate::transport::unsupported;

/// Connects within the deadline, or until the client is over. `TimedOut` tells that the time is over,
/// `WouldBlock` that the daemon has no room for one more client.
pub(crate) fn connect_once(
    address: &Address,
    keepalive: Option<Duration>,
    deadline: Deadline,
    switch: &Switch,
) -> io::Result<Socket> {
    match address {
        #[cfg(unix)]
        Address::Unix(path) => connect_unix(path),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(unsupported("Unix sockets are not supported here")),
        #[cfg(target_os = "linux")]
        Address::Abstract(name) => {
            connect_local(&SocketAddrUnix::new_abstract_name(name.as_bytes())?)
        }
        #[cfg(not(target_os = "linux"))]
        Address::Abstract(_) => Err(unsupported(
            "only Linux has names of sockets without a path",
        )),
        Address::Tcp { host, port } => {
            let stream = connect_host(host, *port, deadline, switch)?;
            // Requests are written whole: there is nothing to wait for.
            stream.set_nodelay(true)?;
            if let Some(idle) = keepalive {
                keep_alive(&stream, idle)?;
            }
            Ok(stream.into())
        }
    }
}

#[cfg(target_os = "linux")]
fn connect_unix(path: &Path) -> io::Result<Socket> {
    connect_local(&SocketAddrUnix::new(path)?)
}

/// The kernel waits for room in the daemon's backlog, for as long as that takes, unless the socket is
/// one that does not block.
#[cfg(target_os = "linux")]
fn connect_local(address: &SocketAddrUnix) -> io::Result<Socket> {
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, FLAGS, None)?;
    connect(&socket, address)?;
    let stream = std::os::unix::net::UnixStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream.into())
}

/// A full backlog is an error at once.
#[cfg(all(unix, not(target_os = "linux")))]
fn connect_unix(path: &Path) -> io::Result<Socket> {
    Ok(std::os::unix::net::UnixStream::connect(path)?.into())
}

/// Tries the addresses of the host one after the other; each has its share of the time that is left.
fn connect_host(
    host: &str,
    port: u16,
    deadline: Deadline,
    switch: &Switch,
) -> io::Result<TcpStream> {
    let mut addresses = (host, port).to_socket_addrs()?;
    let mut result = Err(io::Error::new(
        io::ErrorKind::NotFound,
        "the host has no address",
    ));
    while let Some(address) = addresses.next() {
        let share = deadline.share(1 + addresses.len());
        result = connect_tcp(&address, share, switch);
        if result.is_ok() || switch.is_over() {
            break;
        }
    }
    result
}

#[cfg(target_os = "linux")]
fn connect_tcp(address: &SocketAddr, deadline: Deadline, switch: &Switch) -> io::Result<TcpStream> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let stream = TcpStream::from(socket_with(family, SocketType::STREAM, FLAGS, None)?);
    match connect(&stream, address) {
        Ok(()) => {}
        Err(Errno::INPROGRESS | Errno::INTR) => {
            switch.guard(|| Ok(stream.try_clone()?.into()))?;
            wait_for_connection(&stream, deadline).inspect_err(|_| switch.release())?;
        }
        Err(error) => return Err(error.into()),
    }
    stream.set_nonblocking(false)?;
    Ok(stream)
}

#[cfg(target_os = "linux")]
fn wait_for_connection(stream: &TcpStream, deadline: Deadline) -> io::Result<()> {
    use crate::socket::system::wait;

    loop {
        match wait(stream, rustix::event::PollFlags::OUT, deadline.remaining()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            result => {
                result?;
                return Ok(sockopt::socket_error(stream)??);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn connect_tcp(address: &SocketAddr, deadline: Deadline, _: &Switch) -> io::Result<TcpStream> {
    match deadline.remaining() {
        Some(Duration::ZERO) => Err(io::ErrorKind::TimedOut.into()),
        Some(remaining) => TcpStream::connect_timeout(address, remaining),
        None => TcpStream::connect(address),
    }
}

/// Asks the other side whether it is still there when it has been silent for so long, and again each
/// such time; the third question that stays without an answer ends the connection.
#[cfg(all(unix, not(target_os = "openbsd")))]
pub(crate) fn keep_alive(stream: &TcpStream, idle: Duration) -> io::Result<()> {
    // The kernel counts in seconds.
    let idle = Duration::from_secs(idle.as_secs().max(1));
    sockopt::set_tcp_keepidle(stream, idle)?;
    sockopt::set_tcp_keepintvl(stream, idle)?;
    sockopt::set_tcp_keepcnt(stream, 3)?;
    Ok(sockopt::set_socket_keepalive(stream, true)?)
}

#[cfg(any(not(unix), target_os = "openbsd"))]
pub(crate) fn keep_alive(_: &TcpStream, _: Duration) -> io::Result<()> {
    Err(unsupported("this system has no keepalive that can be set"))
}

#[cfg(target_os = "linux")]
const FLAGS: SocketFlags = SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK);
