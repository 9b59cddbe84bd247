#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Under construction.

mod call;
mod client;
mod connect;
mod deadline;
mod error;
mod events;
pub mod proto;
mod request;
mod response;
mod socket;
mod streaming;

pub use vici_serde::Message;
pub use vici_types;

pub use crate::client::Client;
pub use crate::error::{Error, Result};
pub use crate::events::RawEvent;
pub use crate::socket::{ShutdownHandle, Socket, Timeouts};
pub use crate::streaming::{RawStreamingCall, StreamingCall};
