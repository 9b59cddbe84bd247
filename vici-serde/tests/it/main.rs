//! The tests of the data format from outside.

mod common;
mod errors;
mod hostile;
mod mapping;
mod message;
mod roundtrip;
mod spec;
mod text;
