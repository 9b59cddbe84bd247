//! Looking into a section.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::de::{Node, Root};
use super::tree::{Section, Value};
use crate::de::piece::Piece;
use crate::error::{ErrorKind, Result};
use crate::path::{Path, Segment};
use crate::string::Text;

impl Section {
    /// What the path leads to, `None` where there is nothing or where it leads to a list item.
    ///
    /// Of names that occur twice, the first one counts. The path never leaves a section that it has
    /// entered: what `a` lacks is not looked for elsewhere.
    pub fn find(&self, path: impl Into<Path>) -> Option<&Value> {
        match self.resolve(path.into().segments())? {
            Found::Value(value) => Some(value),
            Found::Item(_) => None,
        }
    }

    /// Whether the path leads to something.
    pub fn contains(&self, path: impl Into<Path>) -> bool {
        self.resolve(path.into().segments()).is_some()
    }

    /// What the path leads to, as a Rust type: a number, a `bool`, a `String`, a `Vec` of them for a
    /// list, a struct for a section, and so on. `Option` is `None` where there is nothing.
    ///
    /// # Errors
    ///
    /// If there is nothing, or what is there does not fit the type. Offsets are not given.
    pub fn get<T: DeserializeOwned>(&self, path: impl Into<Path>) -> Result<T> {
        /// What serde makes of a field that is not there.
        #[derive(serde_derive::Deserialize)]
        #[serde(bound = "T: DeserializeOwned")]
        struct Absent<T> {
            value: T,
        }

        let path = path.into();
        let read = match self.resolve(path.segments()) {
            Some(Found::Value(value)) => T::deserialize(Node::new(value)),
            Some(Found::Item(item)) => T::deserialize(Piece::of(&item.as_bytes())),
            None => {
                return match Absent::<T>::deserialize(Root(&Self::new())) {
                    Ok(absent) => Ok(absent.value),
                    Err(_) => Err(ErrorKind::Missing(path.to_string()).into()),
                };
            }
        };
        read.map_err(|error| error.under(path.segments()))
    }

    fn resolve(&self, path: &[Segment]) -> Option<Found<'_>> {
        let mut section = self;
        let mut path = path;
        loop {
            let (Segment::Name(name), rest) = path.split_first()? else {
                return None;
            };
            let (_, value) = section.entries.iter().find(|(other, _)| other == name)?;
            match (rest, value) {
                ([], value) => return Some(Found::Value(value)),
                (rest, Value::Section(inner)) => (section, path) = (inner, rest),
                ([Segment::Index(index)], Value::List(items)) => {
                    return items.get(*index).map(Found::Item);
                }
                _ => return None,
            }
        }
    }
}

enum Found<'a> {
    Value(&'a Value),
    Item(&'a Text),
}

impl Value {
    /// The value as a Rust type, as [`Section::get`] reads it.
    ///
    /// ```
    /// use vici_serde::Message;
    ///
    /// let message = Message::new().key("bytes-in", 84).key("bytes-out", 168);
    /// for value in message.values() {
    ///     assert!(value.get::<u64>()? > 0);
    /// }
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it does not fit the type. Offsets are not given.
    pub fn get<'de, T: Deserialize<'de>>(&'de self) -> Result<T> {
        T::deserialize(Node::new(self))
    }
}
