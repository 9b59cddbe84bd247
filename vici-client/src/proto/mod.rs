//! Drive VICI from your own event loop: packets, frames and the state of a connection.
//!
//! This module does no I/O. It has no sockets, no clock and no threads; it knows neither serde nor
//! the name of a single command. Bytes that the daemon sent go in, bytes to send come out, and what
//! stands inside of a message is opaque. [`Client`](crate::Client) is a blocking driver of it;
//! whoever has an event loop writes another one.
//!
//! - [`Packet`] is one packet, [`Packet::encode`] and [`Packet::decode`] are its bytes.
//! - [`FrameReader`] cuts a byte stream into frames, of at most [`MAX_FRAME_LEN`] bytes.
//! - [`Session`] keeps the order: which reply belongs to which request, which event is an item of a
//!   stream, and how a connection comes back in step when a request is given up.
//!
//! ```text
//!            0               4               5                          N + 4
//! frame      | length N      | type          | length L | name | message    |
//!            | u32, network  | u8            | u8       | L bytes           |
//!                                            '-- named packets --'
//! ```
//!
//! # A driver
//!
//! Fill what [`buffer`](Session::buffer) offers, [`poll`](Session::poll) until nothing is left, then
//! send what [`transmit`](Session::transmit) offers: a confirmation may have released a request. None
//! of it blocks. At the end of the connection, and after an I/O error, [`close`](Session::close) the
//! session; nothing more comes for the requests that are still open then. The example
//! [`several_daemons`](crate::guide::examples::several_daemons) is a whole one, with sockets.
//!
//! ```
//! use vici_client::proto::{Outcome, Packet, ProtocolError, Session};
//!
//! # fn main() -> Result<(), ProtocolError> {
//! let mut session = Session::new();
//! let version = session.request("version", &[])?;
//!
//! // Write to the socket, as much as it takes.
//! let written = session.transmit().len();
//! session.sent(written);
//!
//! // Read from the socket; here the answer of a daemon stands in for it.
//! let mut answer = Vec::new();
//! Packet::CommandResponse { message: b"\x03\x06daemon\x00\x06charon" }.encode(&mut answer)?;
//! session.buffer()[..answer.len()].copy_from_slice(&answer);
//! session.advance(answer.len());
//!
//! while let Some(reply) = session.poll()? {
//!     assert_eq!(reply.id, version);
//!     assert_eq!(reply.outcome, Outcome::Response(b"\x03\x06daemon\x00\x06charon"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is tolerated, and what is not
//!
//! | the daemon sends | what happens |
//! | --- | --- |
//! | an empty frame, an unknown packet type, a packet that only clients send | skipped and counted ([`Session::ignored_packets`]), as the daemon does with ours |
//! | bytes behind [`Packet::EventConfirm`] and other packets without a message | ignored |
//! | a frame over [`MAX_FRAME_LEN`] | [`ProtocolError::FrameTooLong`], before a byte of it is stored |
//! | a name that is longer than its packet, or not UTF-8 | [`ProtocolError`] |
//! | a response or a confirmation that nobody asked for | [`ProtocolError::Unexpected`] |

mod frame;
mod hidden;
mod incoming;
mod open;
mod outgoing;
mod output;
mod packet;
mod queue;
mod registrations;
mod reply;
mod session;

pub use frame::{FrameReader, MAX_FRAME_LEN};
pub(crate) use hidden::Hidden;
pub use packet::{MAX_NAME_LEN, Packet};
pub use queue::{EventLimits, QueuedEvent, WhenFull};
pub use registrations::Registrations;
pub(crate) use reply::{Kind, Settled};
pub use reply::{Outcome, Reply, RequestId};
pub use session::Session;

/// What a peer did against the protocol, or a packet that can't be sent.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A frame is longer than [`MAX_FRAME_LEN`]. The daemon answers such a frame by disconnecting.
    #[error("a frame of {len} bytes is over the limit of {MAX_FRAME_LEN}")]
    FrameTooLong {
        /// The length of the frame, without the four bytes of the length itself.
        len: usize,
    },
    /// The name of a command or event is longer than [`MAX_NAME_LEN`].
    #[error("a name of {len} bytes is over the limit of {MAX_NAME_LEN}")]
    NameTooLong {
        /// The length of the name.
        len: usize,
    },
    /// The name of a command or event to send is not printable ASCII: the daemon would ignore the
    /// packet and never answer it.
    #[error("the name {name:?} is not printable ASCII")]
    NameNotPrintable {
        /// The name.
        name: String,
    },
    /// A packet ends inside of its name.
    #[error("a packet ends inside of its name")]
    NameTruncated,
    /// The name in a packet of the peer is not UTF-8.
    #[error("the name in a packet is not UTF-8")]
    NameNotText,
    /// A reply that no open request can have.
    #[error("the daemon sent a {what} that was not asked for")]
    Unexpected {
        /// The kind of packet, in the protocol's words.
        what: &'static str,
    },
    /// The session has been closed, by [`Session::close`] or an earlier error.
    #[error("the session is closed")]
    Closed,
}
