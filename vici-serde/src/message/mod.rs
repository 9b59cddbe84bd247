//! Messages as a tree, for those who need no structs.

mod convert;
mod de;
mod display;
mod edit;
mod format;
mod iter;
mod lookup;
mod tree;

pub use self::display::OneLine;
pub use self::iter::{SectionIntoIter, SectionIter, SectionIterMut};
pub use self::tree::{Section, Value};

use serde::{Deserialize, Serialize};

use self::de::Root;
use crate::de::from_slice;
use crate::error::Result;
use crate::ser::to_vec;

/// A message: its root section.
///
/// ```
/// use vici_serde::{Message, Section};
///
/// let mut request = Message::new().section(
///     "home",
///     Section::new()
///         .key("version", 2)
///         .list("remote_addrs", ["192.0.2.1"])
///         .section("children", Section::new().section("net", Section::new())),
/// );
/// request.set("home.children.net.mode", "tunnel")?;
/// assert_eq!(request.get::<u8>("home.version")?, 2);
///
/// let bytes = vici_serde::to_vec(&request)?;
/// let again: Message = vici_serde::from_slice(&bytes)?;
/// assert_eq!(again, request);
/// # Ok::<(), vici_serde::Error>(())
/// ```
pub type Message = Section;

/// Turns a value into the tree that it is sent as.
///
/// # Errors
///
/// As [`to_vec`].
pub fn to_message<T: ?Sized + Serialize>(value: &T) -> Result<Message> {
    from_slice(&to_vec(value)?)
}

/// Reads a value from a tree, as if its bytes had been received, however many they would be.
///
/// What can be borrowed is borrowed from the tree.
///
/// # Errors
///
/// As [`from_slice`], without offsets.
pub fn from_message<'de, T: Deserialize<'de>>(message: &'de Message) -> Result<T> {
    T::deserialize(Root(message))
}
