//! What can go wrong.

use core::fmt;
use std::io;

use vici_serde::Message;

use crate::proto::ProtocolError;
use crate::raw::RawMessage;

/// Why a call failed.
///
/// The text of each variant stands on its own, so that it can be shown as it is; it includes that of
/// its [`source`](core::error::Error::source), which is there to be looked at. `Debug` shows the text
/// as well, since that is what is printed of an error that `main` returns, and of one that is
/// unwrapped.
#[non_exhaustive]
#[derive(thiserror::Error)]
pub enum Error {
    /// No connection could be made.
    #[error("cannot connect to {address}: {error}{}", Hint(error))]
    #[non_exhaustive]
    Connect {
        /// Where to.
        address: String,
        /// Why not.
        #[source]
        error: io::Error,
    },
    /// Reading or writing failed; the connection is closed. Or the stream can't do what was asked of
    /// it ([`Unsupported`](io::ErrorKind::Unsupported)); then nothing has changed.
    #[error("connection to the daemon: {0}")]
    Io(#[source] io::Error),
    /// The daemon broke the protocol, or answers nothing any more; the connection is closed.
    #[error("protocol error: {0}")]
    Protocol(#[source] ProtocolError),
    /// The daemon, or a plugin that it has not loaded, does not know the command.
    #[error("the daemon does not know the command `{name}`")]
    #[non_exhaustive]
    UnknownCommand {
        /// The command.
        name: String,
    },
    /// The daemon, or a plugin that it has not loaded, does not know the event.
    #[error("the daemon does not know the event `{name}`")]
    #[non_exhaustive]
    UnknownEvent {
        /// The event.
        name: String,
    },
    /// An event to unsubscribe is not subscribed.
    #[error("the event `{name}` is not subscribed")]
    #[non_exhaustive]
    NotSubscribed {
        /// The event.
        name: String,
    },
    /// An event was decoded as the type of another event.
    #[error("the event is `{name}`, not `{expected}`")]
    #[non_exhaustive]
    OtherEvent {
        /// The event.
        name: String,
        /// The event of the type.
        expected: &'static str,
    },
    /// The daemon answered `success = no`.
    #[error("`{name}` failed: {}", errmsg.as_deref().unwrap_or("the daemon gave no reason"))]
    #[non_exhaustive]
    CommandFailed {
        /// The command.
        name: String,
        /// The daemon's reason.
        errmsg: Option<String>,
        /// The whole response.
        response: Message,
    },
    /// The daemon would misread the request; nothing was sent.
    #[error("`{name}` was not sent: {error}")]
    #[non_exhaustive]
    InvalidRequest {
        /// The command or event.
        name: String,
        /// What is wrong, and where.
        #[source]
        error: vici_types::InvalidRequest,
    },
    /// The request has no encoding, or its frame would be over 512 KiB, to which the daemon would
    /// answer by disconnecting; nothing was sent.
    #[error("{name}: {error}")]
    #[non_exhaustive]
    Encode {
        /// The command.
        name: String,
        /// What is wrong, and where.
        #[source]
        error: vici_serde::Error,
    },
    /// A response or an event does not fit its type. The connection and a stream go on.
    #[error("{name}: {error}")]
    #[non_exhaustive]
    Decode {
        /// The command or event.
        name: String,
        /// What is wrong, and where.
        #[source]
        error: vici_serde::Error,
        /// The encoded message.
        raw: RawMessage,
    },
    /// The time is over. The connection can be used further: what comes late is skipped.
    ///
    /// The daemon was busy, its threads held by commands that wait (see
    /// [how many at once](crate#how-many-at-once)), or it has dropped a response over 512 KiB, in which
    /// case none ever comes.
    #[error(
        "no answer in time; it may come late or never: the daemon is busy, as a few commands that wait \
         at once make it, or has dropped a response over 512 KiB without a word"
    )]
    Timeout,
    /// There is no response, and none will come: the daemon has answered what was sent later.
    #[error(
        "the daemon did not answer `{name}`, but what was sent later: it drops a response over \
         512 KiB without a word"
    )]
    #[non_exhaustive]
    Dropped {
        /// The command.
        name: String,
    },
    /// Events were dropped here, as a subscription was not read in time. It goes on.
    #[error("{dropped} events were dropped, as they were not read in time")]
    #[non_exhaustive]
    Lagged {
        /// How many events.
        dropped: u64,
    },
    /// The items of a stream were not read while others waited for the connection, and so many bytes
    /// have come that the rest is skipped.
    #[error("the items of the stream were not read in time; the rest is skipped")]
    Overrun,
    /// The connection is closed: by the daemon, by a [`ShutdownHandle`](crate::ShutdownHandle), or
    /// after an earlier error.
    #[error("the connection to the daemon is closed")]
    Closed,
}

/// What the functions of this crate return.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// That no connection could be made to `address`: for a driver of your own.
    pub fn connect(address: impl fmt::Display, error: io::Error) -> Self {
        Self::Connect {
            address: address.to_string(),
            error,
        }
    }

    /// Whether there is no connection any more: it ended, failed, was closed earlier, or the daemon broke
    /// the protocol.
    ///
    /// [`Client::reconnect`](crate::Client::reconnect) makes another one.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Closed | Self::Protocol(_) => true,
            // What was asked for can't be done, and nothing has changed.
            Self::Io(error) => !matches!(
                error.kind(),
                io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput
            ),
            _ => false,
        }
    }

    /// Whether the daemon understood the command and did not do it: `success = no`.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::CommandFailed { .. })
    }

    /// Whether the daemon has refused the command because there is no such thing: no connection, child,
    /// pool, authority, key, policy, counters or SA of that name.
    ///
    /// The protocol has no code for it; these are the words of the daemons 5.2 to 6.1.
    pub fn is_not_found(&self) -> bool {
        let Self::CommandFailed {
            errmsg: Some(errmsg),
            ..
        } = self
        else {
            return false;
        };
        errmsg.ends_with(" not found")
            || (errmsg.starts_with("no matching SAs to ") && errmsg.ends_with(" found"))
            || errmsg == "no counters found for this connection"
    }

    /// Whether the time was over.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Timeout => true,
            // Where the daemon has no room for one more client, it was waited for.
            Self::Connect { error, .. } => matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
            ),
            _ => false,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variant = match self {
            Self::Connect { .. } => "Connect",
            Self::Io(_) => "Io",
            Self::Protocol(_) => "Protocol",
            Self::UnknownCommand { .. } => "UnknownCommand",
            Self::UnknownEvent { .. } => "UnknownEvent",
            Self::NotSubscribed { .. } => "NotSubscribed",
            Self::OtherEvent { .. } => "OtherEvent",
            Self::CommandFailed { .. } => "CommandFailed",
            Self::InvalidRequest { .. } => "InvalidRequest",
            Self::Encode { .. } => "Encode",
            Self::Decode { .. } => "Decode",
            Self::Timeout => "Timeout",
            Self::Dropped { .. } => "Dropped",
            Self::Lagged { .. } => "Lagged",
            Self::Overrun => "Overrun",
            Self::Closed => "Closed",
        };
        write!(f, "{variant}: {self}")
    }
}

/// What to do about a failed connect.
struct Hint<'a>(&'a io::Error);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind() {
            io::ErrorKind::NotFound => {
                "; is the daemon running, with the vici plugin, and is this its \
                 `charon.plugins.vici.socket`?"
            }
            io::ErrorKind::ConnectionRefused => {
                "; nobody listens there: is the daemon running, with the vici plugin?"
            }
            io::ErrorKind::PermissionDenied => {
                "; the socket is for the daemon's user and group only: run as root or join the group"
            }
            io::ErrorKind::WouldBlock => {
                "; the daemon is alive, but takes no more clients at the moment"
            }
            _ => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `main` prints it when it returns it.
    #[test]
    fn an_error_says_what_to_do_wherever_it_is_printed() {
        let denied = Error::Connect {
            address: "/run/charon.vici".to_owned(),
            error: io::ErrorKind::PermissionDenied.into(),
        };
        assert_eq!(
            format!("{denied:?}"),
            "Connect: cannot connect to /run/charon.vici: permission denied; the socket is for the \
             daemon's user and group only: run as root or join the group"
        );
        assert_eq!(
            format!("{:?}", Error::Closed),
            "Closed: the connection to the daemon is closed"
        );
    }

    #[test]
    fn causes_can_be_found() {
        use core::error::Error as _;

        let lost = Error::Io(io::ErrorKind::ConnectionReset.into());
        let cause = lost
            .source()
            .and_then(|cause| cause.downcast_ref::<io::Error>());
        assert_eq!(
            cause.map(io::Error::kind),
            Some(io::ErrorKind::ConnectionReset)
        );
        let broken = Error::Protocol(ProtocolError::NameTruncated);
        assert!(
            broken
                .source()
                .is_some_and(|cause| cause.is::<ProtocolError>())
        );
        assert!(Error::Timeout.source().is_none());
        assert!(size_of::<Error>() <= 96);
    }
}
