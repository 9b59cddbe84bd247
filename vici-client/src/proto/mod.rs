//! Drive VICI from your own event loop: packets, frames and the state of a connection.
//!
//! This module does no I/O. It has no sockets, no clock and no threads; it knows neither serde nor
//! the name of a single command. Bytes that the daemon sent go in, bytes to send come out, and what
//! stands inside of a message is opaque. [`Client`](crate::Client) is a blocking driver of it, and uses
//! nothing that is not public here; whoever has an event loop writes another one.
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
//! of it blocks. Do the same after each request, not only after reading: some are answered without a
//! byte, and then nothing to read ever comes. At the end of the connection, and after an I/O error,
//! [`close`](Session::close) the session; the requests that are still open end with
//! [`Outcome::Closed`].
//!
//! A driver that stops reading stops everything on its connection: items and events wait in the
//! kernel, and then in the daemon. Bytes of [`transmit`](Session::transmit) must not be sent after a
//! request was [abandoned](Session::abandon), which takes them back and wipes them: a driver that does
//! not hold the session while it writes, or whose kernel writes later (io_uring), sends a copy of what
//! it has [committed](Session::commit).
//!
//! [`codec`](crate::codec) is the typed half: it checks and encodes requests into a session, and
//! decodes replies, for any driver. The example
//! [`several_daemons`](crate::guide::examples::several_daemons) is a whole driver, with sockets.
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
//!     assert_eq!(reply.outcome, Outcome::Response);
//!     assert_eq!(session.message(&reply), b"\x03\x06daemon\x00\x06charon");
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
//! | nothing any more | [`ProtocolError::Unresponsive`], after [`MAX_GIVEN_UP`] requests that were given up |

mod error;
mod frame;
mod give_up;
mod open;
mod out_buffer;
mod packet;
mod queue;
mod receive;
mod registrations;
mod reply;
mod send;
mod session;

pub use error::ProtocolError;
pub use frame::{FrameReader, MAX_FRAME_LEN};
pub use give_up::MAX_GIVEN_UP;
pub(crate) use packet::Hidden;
pub use packet::{MAX_NAME_LEN, Packet};
pub use queue::{EventLimits, QueuedEvent, WhenFull};
pub use registrations::Registrations;
pub use reply::{Outcome, Reply, RequestId};
pub use session::Session;
