//! Messages as a tree, for those who need no structs.

mod de;
mod display;
mod edit;
mod format;
mod iter;
mod lookup;
mod value;

pub use self::display::OneLine;
pub use self::iter::{SectionIntoIter, SectionIter, SectionIterMut};
pub use self::value::Value;

use serde::{Deserialize, Serialize};

use self::de::Root;
use self::format::SectionVisitor;
use crate::error::Result;
use crate::from_slice;
use crate::limits::MAX_DEPTH;
use crate::ser::to_vec;
use crate::string::Text;

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

/// A section: keys, lists and sections, in order.
///
/// Names may occur more than once, and may hold any bytes. [`add`](Self::add) adds, whatever is
/// there; [`set`](Self::set) replaces, as in a map. Of names that occur twice, the first one counts
/// for whoever looks.
///
/// The tree goes through every format of serde that has maps. In JSON a value that is not UTF-8 is
/// an array of numbers, and names that occur twice are written twice and read back. Numbers and
/// booleans are read as their text; null and floating point numbers are refused, and arrays of
/// numbers that are text: an item of a list has to be one.
///
/// More than [`MAX_DEPTH`] sections inside of each other are left out where a section is built or
/// changed, which is remembered: writing it fails.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Section {
    entries: Vec<(Text, Value)>,
    /// Whether something was left out because of its depth.
    too_deep: bool,
}

impl Section {
    /// A section with nothing in it.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            too_deep: false,
        }
    }

    fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            too_deep: false,
        }
    }

    /// Adds a key with its value: text, bytes, a number or a boolean (`yes` or `no`).
    #[must_use]
    pub fn key(mut self, name: impl AsRef<[u8]>, value: impl Into<Value>) -> Self {
        self.push(name.as_ref(), value.into());
        self
    }

    /// Adds a list.
    #[must_use]
    pub fn list<I>(self, name: impl AsRef<[u8]>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        self.key(name, Value::list(items))
    }

    /// Adds a section.
    #[must_use]
    pub fn section(self, name: impl AsRef<[u8]>, section: Self) -> Self {
        self.key(name, section)
    }

    /// Adds an entry at the end, without what is too deep in it.
    fn push(&mut self, name: impl Into<Text>, value: Value) {
        match &value {
            Value::Section(section) if section.is_deeper_than(MAX_DEPTH - 1) => {
                self.too_deep = true;
            }
            _ => self.entries.push((name.into(), value)),
        }
    }

    /// Whether more sections than these are inside of each other in this one, or had been.
    fn is_deeper_than(&self, depth: usize) -> bool {
        self.too_deep
            || self.entries.iter().any(|(_, value)| match value {
                Value::Section(section) => depth == 0 || section.is_deeper_than(depth - 1),
                _ => false,
            })
    }

    /// How many keys, lists and sections there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<N: AsRef<[u8]>, V: Into<Value>> FromIterator<(N, V)> for Section {
    /// Builds as [`Section::key`] does: names that occur twice are kept.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut section = Self::new();
        section.extend(entries);
        section
    }
}

impl<N: AsRef<[u8]>, V: Into<Value>> Extend<(N, V)> for Section {
    /// Adds as [`Section::key`] does: names that occur twice are kept.
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, entries: I) {
        for (name, value) in entries {
            self.push(name.as_ref(), value.into());
        }
    }
}

impl<N: AsRef<[u8]>, V: Into<Value>, const COUNT: usize> From<[(N, V); COUNT]> for Section {
    fn from(entries: [(N, V); COUNT]) -> Self {
        entries.into_iter().collect()
    }
}

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

impl<'de> Deserialize<'de> for Section {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SectionVisitor::root())
    }
}
