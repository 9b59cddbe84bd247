//! The tests of the data format from outside.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod chaos;
mod common;
mod errors;
mod frames;
mod hostile;
mod interface;
mod lenient;
mod mapping;
mod message;
mod roundtrip;
mod spec;
mod text;
mod tree;
