//! What a message holds.

use crate::fault::Shape;
use crate::limits::MAX_DEPTH;
use crate::string::Text;

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
    pub(super) entries: Vec<(Text, Value)>,
    /// Whether something was left out because of its depth.
    pub(super) too_deep: bool,
}

impl Section {
    /// A section with nothing in it.
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            too_deep: false,
        }
    }

    pub(super) fn with_capacity(capacity: usize) -> Self {
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
    pub(super) fn push(&mut self, name: impl Into<Text>, value: Value) {
        match &value {
            Value::Section(section) if section.is_deeper_than(MAX_DEPTH - 1) => {
                self.too_deep = true;
            }
            _ => self.entries.push((name.into(), value)),
        }
    }

    /// Whether more sections than these are inside of each other in this one, or had been.
    pub(super) fn is_deeper_than(&self, depth: usize) -> bool {
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

/// What stands behind a name.
#[derive(Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "the protocol has these three")]
pub enum Value {
    /// The value of a key: text as a rule, but any bytes are possible.
    Scalar(Text),
    /// The items of a list.
    List(Vec<Text>),
    /// A section.
    Section(Section),
}

impl Value {
    /// A list of items.
    pub fn list<I>(items: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        Self::List(
            items
                .into_iter()
                .map(|item| Text::from(item.as_ref()))
                .collect(),
        )
    }

    /// The text of a key's value.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Scalar(value) => Some(value),
            _ => None,
        }
    }

    /// The bytes of a key's value.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.as_text().map(Text::as_bytes)
    }

    /// The text of a key's value, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().and_then(Text::as_str)
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Text]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items of a list, to change them.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Text>> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The section, to change it.
    pub fn as_section_mut(&mut self) -> Option<&mut Section> {
        match self {
            Self::Section(section) => Some(section),
            _ => None,
        }
    }

    /// The section.
    pub fn as_section(&self) -> Option<&Section> {
        match self {
            Self::Section(section) => Some(section),
            _ => None,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Scalar(_) => Shape::Value,
            Self::List(_) => Shape::List,
            Self::Section(_) => Shape::Section,
        }
    }
}
