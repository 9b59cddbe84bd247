//! What the fuzz targets assert, one function for each target.
//!
//! A target is a function of bytes that returns, or panics because something that is promised does
//! not hold. Here they are plain functions, so that the corpus is replayed by `cargo test`.

#![forbid(unsafe_code)]

mod daemon;
mod element;
mod grammar;
mod input;
mod message;
mod packet;
mod registry;
mod request;
mod serde;
mod session;
mod settings;
mod typed;
mod user;
mod watch;

pub use crate::element::{elements, writer};
pub use crate::grammar::{Reading, Token, grammar};
pub use crate::message::message;
pub use crate::packet::{frames, packets};
pub use crate::registry::TYPES;
pub use crate::request::requests;
pub use crate::serde::{decode, encode};
pub use crate::session::session;
pub use crate::settings::{settings, swanctl};
pub use crate::typed::typed;
pub use crate::watch::watch;

/// The assertions of a target.
pub type Target = fn(&[u8]);

/// All targets by name; each has a file in `fuzz_targets` and a folder in `corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("elements", elements),
    ("writer", writer),
    ("grammar", grammar),
    ("message", message),
    ("decode", decode),
    ("encode", encode),
    ("typed", typed),
    ("requests", requests),
    ("packets", packets),
    ("frames", frames),
    ("session", session),
    ("settings", settings),
    ("swanctl", swanctl),
    ("watch", watch),
];
