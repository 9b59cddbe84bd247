//! Trying again and again.

use core::time::Duration;
use std::io;

use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::shutdown::Switch;

/// A way to a stream, that can be gone more than once.
pub(crate) trait Open<S>: Send + Sync {
    /// Tries once.
    fn open(&self, deadline: Deadline, switch: &Switch) -> io::Result<S>;

    /// Where it leads, for people.
    fn name(&self) -> String;
}

/// Opens a stream. With a limit it is tried again for what waiting may mend; without one only while
/// the daemon is busy.
pub(crate) fn open<S>(
    way: &dyn Open<S>,
    deadline: Deadline,
    limited: bool,
    switch: &Switch,
) -> Result<S> {
    let connect = |error| Error::connect(way.name(), error);
    let mut pause = Backoff::new();
    let mut earlier = None;
    loop {
        if switch.is_over() {
            return Err(Error::Closed);
        }
        let error = match way.open(deadline, switch) {
            Ok(stream) => return Ok(stream),
            Err(_) if switch.is_over() => return Err(Error::Closed),
            Err(error) => error,
        };
        let again = if limited {
            is_transient(&error)
        } else {
            is_busy(&error)
        };
        if deadline.is_over() && error.kind() == io::ErrorKind::TimedOut {
            // The attempt before the one that was cut short tells more.
            return Err(connect(earlier.unwrap_or(error)));
        }
        if deadline.is_over() || !again {
            return Err(connect(error));
        }
        earlier = Some(error);
        pause.wait(deadline, switch);
    }
}

/// A daemon without room for one more client has some soon: its backlog is short, not its patience.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(1);

pub(crate) const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The pauses between attempts.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    pub(crate) fn wait(&mut self, deadline: Deadline, switch: &Switch) {
        switch.sleep(deadline.remaining().map_or(self.0, |left| left.min(self.0)));
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
    }
}

/// Whether the attempt did not come to its end.
pub(crate) fn is_busy(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// Whether a daemon that starts, or is busy, explains the error.
pub(crate) fn is_transient(error: &io::Error) -> bool {
    is_busy(error)
        || matches!(
            error.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::TimedOut
        )
}
