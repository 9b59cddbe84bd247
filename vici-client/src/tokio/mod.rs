//! The async client, a second driver of [`proto`](crate::proto): the feature `tokio`.
//!
//! [`AsyncClient`] has the types, the errors and the [`Config`](crate::Config) of the blocking
//! [`Client`](crate::Client). It lives on tokio; [`AsyncClient::new`] takes any stream, and its
//! [`Driver`] can be spawned or awaited wherever one likes.
//!
//! There is no task for each call, no lock is held while code of a user runs (encoding, decoding,
//! wakers, streams), and the bytes of an answer are copied once on their way to who waits for it.
//!
//! The page [blocking or async](crate::guide::blocking_or_async) says when to take which.

mod call;
mod client;
mod connect;
mod driver;
mod queue;
mod resubscribing;
mod shared;
mod streaming;
mod subscription;

pub use call::{Call, RawCall};
pub use client::AsyncClient;
pub use driver::Driver;
pub use resubscribing::{Incoming, Resubscribing};
pub use streaming::{RawStreamingCall, StreamingCall};
pub use subscription::Subscription;
