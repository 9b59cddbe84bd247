//! Requests: how they are written, and what is refused before it is sent.

#![allow(clippy::unwrap_used, reason = "tests")]

mod refused;
mod written;
