//! The typed half of a client, without I/O: requests checked and encoded, answers told apart and
//! decoded.
//!
//! It stands between the types and [`Session`](crate::proto::Session), and is what
//! [`Client`](crate::Client) itself uses. With it a driver of your own is as strict as the client, and
//! returns the same [`Error`](crate::Error)s: nothing is sent that the daemon would misread, and
//! `success = no` is an error.
//!
//! ```
//! use vici_client::codec;
//! use vici_client::proto::{Packet, Session};
//! use vici_client::vici_types::Version;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = Session::new();
//! let version = codec::send(&mut session, &Version::new())?;
//!
//! // A driver writes what `transmit` offers, and reads the answer; here it is made up.
//! let written = session.transmit().len();
//! session.sent(written);
//! let mut answer = Vec::new();
//! let message = b"\x03\x06daemon\x00\x06charon\x03\x07version\x00\x056.0.1\x03\x07sysname\x00\x05Linux\x03\x07release\x00\x016\x03\x07machine\x00\x06x86_64";
//! Packet::CommandResponse { message }.encode(&mut answer)?;
//! session.buffer()[..answer.len()].copy_from_slice(&answer);
//! session.advance(answer.len());
//!
//! while let Some(reply) = session.poll()? {
//!     assert_eq!(reply.id, version);
//!     let response = codec::response::<Version>(reply.outcome, session.message(&reply))?;
//!     assert_eq!(response.version, "6.0.1");
//! }
//! # Ok(())
//! # }
//! ```

mod decode;
mod encode;

pub use decode::{
    decode, event, item, item_raw, response, response_raw, stream_response, stream_response_raw,
};
pub(crate) use decode::{failure, undecodable};
pub(crate) use encode::refused;
pub use encode::{
    encode, encode_raw, send, send_encoded, send_raw, send_stream, send_stream_encoded,
    send_stream_raw,
};
