//! The daemon's side of a connection, without the connection.

use core::fmt;

use vici_client::proto::{FrameReader, Packet, ProtocolError};
use vici_serde::is_printable;

/// What a client asks for: cuts the bytes of a connection into requests and registrations.
///
/// It does no I/O, as its counterpart [`Session`](vici_client::proto::Session). What a daemon ignores is
/// skipped and counted: empty frames, packets that only daemons send or that nobody knows, and names
/// that are cut off or not printable ASCII.
///
/// ```
/// use vici_client::proto::{Packet, ProtocolError};
/// use vici_testing::{Asked, ServerSession};
///
/// # fn main() -> Result<(), ProtocolError> {
/// let mut bytes = Vec::new();
/// Packet::CommandRequest { name: "version", message: &[] }.encode(&mut bytes)?;
///
/// let mut session = ServerSession::new();
/// session.buffer()[..bytes.len()].copy_from_slice(&bytes);
/// session.advance(bytes.len());
/// assert_eq!(session.poll()?, Some(Asked::Command { name: "version", message: &[] }));
/// assert_eq!(session.poll()?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct ServerSession {
    reader: FrameReader,
    /// What `poll` has returned.
    payload: Vec<u8>,
    ignored: u64,
}

/// What a client asks for. Each is answered by one packet, in the order of asking.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// A command, to be answered by [`Packet::CommandResponse`] or [`Packet::CommandUnknown`].
    Command {
        /// The name of the command.
        name: &'a str,
        /// Its encoded message.
        message: &'a [u8],
    },
    /// A registration, to be answered by [`Packet::EventConfirm`] or [`Packet::EventUnknown`].
    Register {
        /// The name of the event.
        name: &'a str,
    },
    /// The end of a registration, to be answered in the same way.
    Unregister {
        /// The name of the event.
        name: &'a str,
    },
}

impl ServerSession {
    /// The state of a connection that has just been accepted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where to read to.
    pub fn buffer(&mut self) -> &mut [u8] {
        self.reader.buffer()
    }

    /// Takes over `count` bytes that have been read to the front of [`buffer`](Self::buffer).
    pub fn advance(&mut self, count: usize) {
        self.reader.advance(count);
    }

    /// What the client asks for next, or `None` until more is read.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::FrameTooLong`], to which the daemon answers by disconnecting.
    pub fn poll(&mut self) -> Result<Option<Asked<'_>>, ProtocolError> {
        while let Some(frame) = self.reader.next_frame()? {
            if asked(frame).is_some() {
                self.payload.clear();
                self.payload.extend_from_slice(frame);
                return Ok(asked(&self.payload));
            }
            self.ignored += 1;
        }
        Ok(None)
    }

    /// How many frames were ignored.
    pub fn ignored_packets(&self) -> u64 {
        self.ignored
    }
}

impl fmt::Debug for ServerSession {
    /// Shows no message, as there may be secrets in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSession")
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}

fn asked(payload: &[u8]) -> Option<Asked<'_>> {
    let (name, asked) = match Packet::decode(payload).ok()?? {
        Packet::CommandRequest { name, message } => (name, Asked::Command { name, message }),
        Packet::EventRegister { name } => (name, Asked::Register { name }),
        Packet::EventUnregister { name } => (name, Asked::Unregister { name }),
        _ => return None,
    };
    is_printable(name.as_bytes()).then_some(asked)
}
