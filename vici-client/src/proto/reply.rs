//! What comes for a request.

use core::fmt;
use core::ops::Range;

use super::Hidden;

/// Names a request of one [`Session`](super::Session); its replies carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    pub(super) fn new(id: u64) -> Self {
        Self(id)
    }
}

/// What came for a request.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The request.
    pub id: RequestId,
    /// What came.
    pub outcome: Outcome<'a>,
}

/// How a request was answered. All but [`Item`](Self::Item) end the request.
///
/// `Debug` tells only the length of a message.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// One event of a [`stream`](super::Session::stream), its encoded message; more may come.
    Item(&'a [u8]),
    /// The response to a command, its encoded message.
    Response(&'a [u8]),
    /// The daemon does not know the command.
    UnknownCommand,
    /// An event has been registered or unregistered.
    Confirmed,
    /// The daemon does not know the event, or it was not registered.
    UnknownEvent,
    /// There is no response and none will come: the daemon has answered what was sent later. It
    /// drops a response over [`MAX_FRAME_LEN`](super::MAX_FRAME_LEN) without a word.
    Dropped,
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, message) = match self {
            Self::Item(message) => ("Item", message),
            Self::Response(message) => ("Response", message),
            Self::UnknownCommand => return f.write_str("UnknownCommand"),
            Self::Confirmed => return f.write_str("Confirmed"),
            Self::UnknownEvent => return f.write_str("UnknownEvent"),
            Self::Dropped => return f.write_str("Dropped"),
        };
        f.debug_tuple(kind).field(&Hidden(message)).finish()
    }
}

/// A reply with the place of its message.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) id: RequestId,
    pub(crate) kind: Kind,
    pub(crate) message: Range<usize>,
}

/// [`Outcome`] without the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Item,
    Response,
    UnknownCommand,
    Confirmed,
    UnknownEvent,
    Dropped,
}

impl Kind {
    pub(super) fn is_message(self) -> bool {
        matches!(self, Self::Item | Self::Response)
    }
}
