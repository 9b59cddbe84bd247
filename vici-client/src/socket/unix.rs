//! Sockets of Unix, read and written without a change to what others have of them: neither to their
//! timeouts nor to whether they block.

use core::time::Duration;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvFlags, SendFlags, recv, send};

pub(crate) fn read_now(socket: &impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    let (_, count) = recv(socket, buffer, RecvFlags::DONTWAIT)?;
    Ok(count)
}

pub(crate) fn read_within(
    socket: &impl AsFd,
    buffer: &mut [u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    // What is waited for is not there yet, as a rule: it is not looked for first.
    if limit.is_some() {
        wait(socket, PollFlags::IN, limit)?;
        return read_now(socket, buffer);
    }
    unlimited(socket.as_fd(), PollFlags::IN, Timeout::Recv, || {
        recv(socket, &mut *buffer, RecvFlags::empty()).map(|(_, count)| count)
    })
}

pub(crate) fn write_within(
    socket: &impl AsFd,
    bytes: &[u8],
    limit: Option<Duration>,
) -> io::Result<usize> {
    if limit.is_some() {
        // There is room, as a rule.
        let now = || send(socket, bytes, NO_SIGNAL | SendFlags::DONTWAIT);
        return match now() {
            Err(Errno::AGAIN) => {
                wait(socket, PollFlags::OUT, limit)?;
                Ok(now()?)
            }
            result => Ok(result?),
        };
    }
    unlimited(socket.as_fd(), PollFlags::OUT, Timeout::Send, || {
        send(socket, bytes, NO_SIGNAL)
    })
}

/// Repeats what does not wait because somebody has made the socket nonblocking. A socket that has a
/// timeout, which is none of ours, keeps it.
fn unlimited(
    socket: BorrowedFd<'_>,
    event: PollFlags,
    timeout: Timeout,
    mut attempt: impl FnMut() -> rustix::io::Result<usize>,
) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(Errno::AGAIN) if sockopt::socket_timeout(socket, timeout)?.is_none() => {
                wait(&socket, event, None)?;
            }
            result => return Ok(result?),
        }
    }
}

/// Waits for the event, or an error, or the end.
pub(crate) fn wait(
    socket: &impl AsFd,
    event: PollFlags,
    limit: Option<Duration>,
) -> io::Result<()> {
    // What is beyond the clock is no limit.
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    match poll(&mut [PollFd::new(socket, event)], limit.as_ref())? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

/// Makes the kernel acknowledge what comes at once, until something is written.
pub(crate) fn acknowledge_at_once(socket: &impl AsFd) {
    // Elsewhere it can't be asked for. Where it fails it is only slow.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = sockopt::set_tcp_quickack(socket, true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = socket;
}

/// Apple's systems have no such flag; there it is a property of the socket, which std sets.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();
