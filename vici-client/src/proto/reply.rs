//! What comes for a request.

use core::fmt;

/// Names a request of one [`Session`](super::Session); its replies carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    pub(super) fn new(id: u64) -> Self {
        Self(id)
    }
}

/// What came for a request. [`Session::message`](super::Session::message) has the message of an item
/// or a response.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The request.
    pub id: RequestId,
    /// What came.
    pub outcome: Outcome,
    pub(super) message: Place,
}

/// How a request was answered. All but [`Item`](Self::Item) end the request.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// One event of a [`stream`](super::Session::stream); more may come. It has a message.
    Item,
    /// The response to a command. It has a message.
    Response,
    /// The daemon does not know the command.
    UnknownCommand,
    /// An event has been registered or unregistered.
    Confirmed,
    /// The daemon does not know the event, or it was not registered.
    UnknownEvent,
    /// There is no response and none will come: the daemon has answered what was sent later. It
    /// drops a response over [`MAX_FRAME_LEN`](super::MAX_FRAME_LEN) without a word.
    Dropped,
    /// The session was closed while the request was open. Whether the daemon has carried it out is
    /// not known.
    Closed,
}

impl Outcome {
    fn has_message(self) -> bool {
        matches!(self, Self::Item | Self::Response)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reply = f.debug_struct("Reply");
        reply.field("id", &self.id).field("outcome", &self.outcome);
        if self.outcome.has_message() {
            reply.field("message", &format_args!("[{} bytes]", self.message.len));
        }
        reply.finish()
    }
}

/// Where a message lies among all bytes that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) len: usize,
}
