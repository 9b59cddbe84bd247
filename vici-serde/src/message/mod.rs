//! Messages as a tree, for those who need no structs.

mod display;
mod iter;
mod serde;
mod value;

pub use self::iter::SectionIter;
pub use self::value::Value;

use ::serde::de::DeserializeOwned;
use ::serde::{Deserialize, Serialize};

use crate::element::MAX_DEPTH;
use crate::error::{Error, ErrorKind, Result};
use crate::path::{Path, Segment};
use crate::ser::to_vec;
use crate::string::Text;
use crate::writer::ElementWriter;
use crate::{Serializer, from_slice};

/// A message: its root section.
///
/// ```
/// use vici_serde::{Message, Section};
///
/// let request = Message::new().section(
///     "home",
///     Section::new()
///         .key("version", 2)
///         .list("remote_addrs", ["192.0.2.1"])
///         .section("children", Section::new().section("net", Section::new())),
/// );
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
/// Names may occur more than once, and may hold any bytes. The tree reads and writes every format
/// that serde knows; in JSON a value that is not UTF-8 is an array of numbers, and names that occur
/// twice are written twice and read back.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Section {
    entries: Vec<(Text, Value)>,
    /// How many sections are inside of each other in this one.
    depth: usize,
    /// Whether a builder left something out because of its depth.
    too_deep: bool,
}

impl Section {
    /// A section with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// Adds a key with its value: text, bytes, a number or a boolean (`yes` or `no`).
    #[must_use]
    pub fn key(self, name: impl AsRef<[u8]>, value: impl Into<Value>) -> Self {
        self.with(name.as_ref(), value.into())
    }

    /// Adds a list.
    #[must_use]
    pub fn list<I>(self, name: impl AsRef<[u8]>, items: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        self.with(name.as_ref(), Value::list(items))
    }

    /// Adds a section.
    ///
    /// More than [`MAX_DEPTH`] sections inside of each other are left out, which is remembered:
    /// writing what has been built this way fails.
    #[must_use]
    pub fn section(self, name: impl AsRef<[u8]>, section: Self) -> Self {
        self.with(name.as_ref(), section.into())
    }

    fn with(mut self, name: &[u8], value: Value) -> Self {
        if self.push(name, value).is_err() {
            self.too_deep = true;
        }
        self
    }

    /// Adds a value at the end of the section that the path leads to, creating sections on the way.
    ///
    /// ```
    /// use vici_serde::Message;
    ///
    /// let mut message = Message::new();
    /// message.insert("home.children.net.mode", "tunnel")?;
    /// message.insert(["home", "children", "a.b", "mode"], "drop")?;
    /// assert_eq!(message.get::<String>(r#"home.children."a.b".mode"#)?, "drop");
    /// # Ok::<(), vici_serde::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If something on the way is no section, the path is empty or ends with an index, or there are
    /// more than [`MAX_DEPTH`] sections inside of each other.
    pub fn insert(&mut self, path: impl Into<Path>, value: impl Into<Value>) -> Result<()> {
        let (path, value) = (path.into(), value.into());
        let depth = match &value {
            Value::Section(section) => section.depth + 1,
            _ => 0,
        };
        if path.segments().len() + depth > MAX_DEPTH + 1 {
            return Err(ErrorKind::TooDeep.into());
        }
        self.insert_at(path.segments(), value)
    }

    fn insert_at(&mut self, path: &[Segment], value: Value) -> Result<()> {
        let (name, rest) = match path {
            [Segment::Name(name), rest @ ..] => (name, rest),
            _ => return Err(ErrorKind::Missing("a name".to_owned()).into()),
        };
        if rest.is_empty() {
            return self
                .push(name, value)
                .map_err(|error| error.within(name.as_bytes()));
        }
        match self.entries.iter_mut().find(|(other, _)| other == name) {
            Some((_, Value::Section(section))) => {
                section
                    .insert_at(rest, value)
                    .map_err(|error| error.within(name.as_bytes()))?;
                self.depth = self.depth.max(section.depth + 1);
                Ok(())
            }
            Some((_, other)) => Err(Error::new(ErrorKind::Expected {
                expected: "a section",
                found: other.article(),
            })
            .within(name.as_bytes())),
            None => {
                let mut section = Self::new();
                section
                    .insert_at(rest, value)
                    .map_err(|error| error.within(name.as_bytes()))?;
                self.push(name, section.into())
            }
        }
    }

    /// The one place where something is added: it keeps the depth.
    fn push(&mut self, name: impl Into<Text>, value: Value) -> Result<()> {
        if let Value::Section(section) = &value {
            if section.depth >= MAX_DEPTH {
                return Err(ErrorKind::TooDeep.into());
            }
            self.depth = self.depth.max(section.depth + 1);
            self.too_deep |= section.too_deep;
        }
        self.entries.push((name.into(), value));
        Ok(())
    }

    /// The names and what stands behind them, in order.
    pub fn iter(&self) -> SectionIter<'_> {
        SectionIter::new(&self.entries)
    }

    /// How many keys, lists and sections there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

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

    /// What the path leads to, as a Rust type: a number, a `bool`, a `String`, a `Vec` of them for a
    /// list, a struct for a section, and so on. `Option` is `None` where there is nothing.
    ///
    /// # Errors
    ///
    /// If there is nothing, or what is there does not fit the type. Offsets are not given.
    pub fn get<T: DeserializeOwned>(&self, path: impl Into<Path>) -> Result<T> {
        /// A message of one key, which is how a value alone is read.
        #[derive(serde_derive::Deserialize)]
        #[serde(bound = "T: DeserializeOwned")]
        struct One<T> {
            value: T,
        }

        let path = path.into();
        let mut message = Vec::new();
        match self.resolve(path.segments()) {
            Some(Found::Value(value)) => {
                let one = Self::new().with(b"value", value.clone());
                one.serialize(&mut Serializer::with_limit(&mut message, usize::MAX))?;
            }
            Some(Found::Item(item)) => {
                let mut writer = ElementWriter::new();
                writer.key_value("value", item)?;
                message = writer.finish()?;
            }
            None => {}
        }
        match from_slice::<One<T>>(&message) {
            Ok(one) => Ok(one.value),
            Err(error) => Err(error.relocated(&path)),
        }
    }

    fn resolve(&self, path: &[Segment]) -> Option<Found<'_>> {
        let (Segment::Name(name), rest) = path.split_first()? else {
            return None;
        };
        let (_, value) = self.entries.iter().find(|(other, _)| other == name)?;
        match (rest, value) {
            ([], value) => Some(Found::Value(value)),
            (rest, Value::Section(section)) => section.resolve(rest),
            ([Segment::Index(index)], Value::List(items)) => Some(Found::Item(items.get(*index)?)),
            _ => None,
        }
    }
}

enum Found<'a> {
    Value(&'a Value),
    Item(&'a [u8]),
}

impl<N: AsRef<[u8]>, V: Into<Value>> FromIterator<(N, V)> for Section {
    /// Builds as [`Section::key`] does.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        entries
            .into_iter()
            .fold(Self::new(), |section, (name, value)| {
                section.key(name, value)
            })
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

/// Reads a value from a tree, as if its bytes had been received.
///
/// # Errors
///
/// As [`to_vec`] and [`from_slice`].
pub fn from_message<T: DeserializeOwned>(message: &Message) -> Result<T> {
    from_slice(&to_vec(message)?)
}

impl<'de> Deserialize<'de> for Section {
    fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(self::serde::SectionVisitor::root())
    }
}
