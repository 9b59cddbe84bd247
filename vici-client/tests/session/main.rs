//! The session by itself, fed with bytes: an example of what each promise looks like on the wire.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod bytes;
mod given_up;
mod order;
mod wire;
