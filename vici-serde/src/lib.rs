#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! A [serde] data format for VICI, the protocol in which strongSwan's IKE daemon `charon` is
//! configured, controlled and watched.
//!
//! A VICI message is a tree of **sections**, **lists** and **key/values**, all named, all values
//! text. This crate turns Rust values into the bytes of such messages and back. It knows nothing of
//! sockets, packets, commands or strongSwan's keys: `vici-types` has those as structs, `vici-client`
//! talks to the daemon.
//!
//! ```
//! use serde_derive::{Deserialize, Serialize};
//! use std::collections::BTreeMap;
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Conn {
//!     version: u8,
//!     remote_addrs: Vec<String>,
//!     mobike: Option<bool>,
//!     children: BTreeMap<String, Child>,
//! }
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Child {
//!     local_ts: Vec<String>,
//! }
//!
//! let child = Child { local_ts: vec!["10.1.0.0/16".into()] };
//! let conn = Conn {
//!     version: 2,
//!     remote_addrs: vec!["192.0.2.1".into()],
//!     mobike: Some(false),
//!     children: BTreeMap::from([("net".into(), child)]),
//! };
//! let message = vici_serde::to_vec(&conn)?;
//! assert_eq!(vici_serde::from_slice::<Conn>(&message)?, conn);
//!
//! // The same message, as the protocol's documentation would show it.
//! let tree: vici_serde::Message = vici_serde::from_slice(&message)?;
//! assert_eq!(tree.to_string(), "\
//! version = 2
//! remote_addrs = [ 192.0.2.1 ]
//! mobike = no
//! children = {
//!   net = {
//!     local_ts = [ 10.1.0.0/16 ]
//!   }
//! }
//! ");
//! # Ok::<(), vici_serde::Error>(())
//! ```
//!
//! # Which way to take
//!
//! | you have | use |
//! | --- | --- |
//! | structs | [`from_slice`], [`from_reader`], [`to_vec`], [`to_writer`] |
//! | no structs, or keys that are not known beforehand | the tree [`Message`], [`Section`], [`Value`] |
//! | a wrapper of serde's traits, or a buffer to use again | [`Deserializer`], [`Serializer`] |
//! | a need for every element as it comes | [`Elements`], [`ElementWriter`] |
//!
//! # The mapping
//!
//! | Rust | VICI |
//! | --- | --- |
//! | struct, map | section; at the root the message itself |
//! | `String`, `&str`, `char` | key/value |
//! | integers up to 128 bits, finite `f32` and `f64` | key/value, decimal |
//! | `bool` | key/value, written `yes` or `no`; read as `yes`, `true`, `enabled`, `1`, `no`, `false`, `disabled`, `0` in any case, as the daemon does |
//! | bytes (`serde_bytes`) | key/value, as they are |
//! | `IpAddr` and what else is text in formats for people | key/value |
//! | unit variant | key/value, the name of the variant |
//! | `Vec`, tuple, array, set of the above | list |
//! | `Vec`, tuple, array of structs or maps | section of sections named `0`, `1`, `2` … |
//! | empty sequence | empty list; read from an empty list or an empty section |
//! | `Some(value)` | as the value: `Some("")` is an empty value |
//! | `None` in a struct | nothing at all |
//! | newtype struct | as what is in it, everywhere |
//! | newtype, tuple, struct variant | section with one element in it: the variant with its content |
//! | keys of maps: text, integers, `bool`, `char`, addresses, unit variants | names |
//! | `()` and unit structs, at the root only | empty message |
//!
//! An empty list, an empty section, an empty name, an empty value and an absent key are five
//! different things, and stay different. serde never tells what an empty sequence would hold, so
//! that it becomes an empty list; who needs an empty section uses a map. `Vec<u8>` is a list of
//! decimals, as in every serde format; `serde_bytes` makes a value of it.
//!
//! What has no place in a message is refused, with the path of the key, and nothing is written:
//! lists in lists, sequences that hold both values and sections, values without a key, NaN and
//! infinity, names over [`MAX_NAME_LEN`], values over [`MAX_VALUE_LEN`], messages over
//! [`MAX_MESSAGE_LEN`], more than [`MAX_DEPTH`] sections inside of each other, `None` in lists, as
//! the value of a map and inside of another option or newtype, and `()` below the root. The rest
//! comes back equal: what [`to_vec`] accepts, [`from_slice`] reads.
//!
//! Names and values may hold any bytes as far as this crate is concerned. A `String` has to be
//! UTF-8; what an unknown key holds is not looked at.
//!
//! `#[serde(flatten)]`, untagged and internally tagged enums work for text; numbers and booleans in
//! them need [`mod@text`]. A struct with flattened fields reaches serde's formats as a map of unknown
//! length: its `None`s are left out as those of other structs are, and so are those of a map of
//! unknown length, and of a map that is flattened.
//!
//! # Hostile input
//!
//! Whatever the bytes: no panic, no stack overflow, no allocation by a length that was not checked,
//! time linear in the input. A value is never read as a section or list, nor the reverse, and
//! nothing is accepted behind the end. Unknown keys are skipped without recursion and may be nested
//! to any depth.
//!
//! # Errors
//!
//! An [`Error`] says what is wrong, where in the tree, and at which byte:
//!
//! ```
//! # use serde_derive::Deserialize;
//! # use std::collections::BTreeMap;
//! #[derive(Debug, Deserialize)]
//! struct Sa {
//!     uniqueid: u32,
//! }
//!
//! let message = b"\x01\x04home\x03\x08uniqueid\x00\x03abc\x02";
//! let error = vici_serde::from_slice::<BTreeMap<String, Sa>>(message).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "home.uniqueid: invalid number: invalid digit found in string (at byte 18)",
//! );
//! ```

mod de;
mod element;
mod error;
pub mod fault;
pub mod hint;
mod limits;
mod message;
mod path;
mod printable;
mod ser;
mod string;
pub mod text;
mod writer;

pub use crate::de::{Deserializer, from_reader, from_slice};
pub use crate::element::{Element, Elements};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::limits::{MAX_DEPTH, MAX_MESSAGE_LEN, MAX_NAME_LEN, MAX_VALUE_LEN};
pub use crate::message::{
    Message, OneLine, Section, SectionIntoIter, SectionIter, SectionIterMut, Value, from_message,
    to_message,
};
pub use crate::path::{Path, Segment};
pub use crate::printable::{is_printable, names_are_printable};
pub use crate::ser::{Serializer, to_vec, to_writer};
pub use crate::string::Text;
pub use crate::writer::ElementWriter;
