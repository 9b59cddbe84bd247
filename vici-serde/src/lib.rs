#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Under construction.

mod de;
mod element;
mod error;
mod message;
mod path;
mod ser;
pub mod text;
mod writer;

pub use crate::de::{Deserializer, from_reader, from_slice};
pub use crate::element::{
    Element, Elements, MAX_DEPTH, MAX_MESSAGE_LEN, MAX_NAME_LEN, MAX_VALUE_LEN,
};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::message::{Message, Section, Value, from_message, to_message};
pub use crate::path::{Path, Segment};
pub use crate::ser::{Serializer, to_vec, to_writer};
pub use crate::writer::ElementWriter;

/// The name that asks for the kind of an element: see [`LIST`] for lists.
pub const SECTION: &str = "$vici::section";
/// .
pub const LIST: &str = "$vici::list";
