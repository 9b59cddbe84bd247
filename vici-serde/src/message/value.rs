//! What stands behind a name, and what it is made from.

use super::Section;

/// What stands behind a name.
#[derive(Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "the protocol has these three")]
pub enum Value {
    /// The value of a key: text as a rule, but any bytes are possible.
    Scalar(Vec<u8>),
    /// The items of a list.
    List(Vec<Vec<u8>>),
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
        Self::List(items.into_iter().map(|item| item.as_ref().into()).collect())
    }

    /// The bytes of a key's value.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Scalar(value) => Some(value),
            _ => None,
        }
    }

    /// The text of a key's value, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        self.as_bytes()
            .and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Vec<u8>]> {
        match self {
            Self::List(items) => Some(items),
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

    pub(super) fn article(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "a value",
            Self::List(_) => "a list",
            Self::Section(_) => "a section",
        }
    }
}

impl From<Section> for Value {
    fn from(section: Section) -> Self {
        Self::Section(section)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Scalar(bytes.into())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Scalar(bytes)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::from(if value { "yes" } else { "no" })
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {
        $(impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::from(itoa::Buffer::new().format(value))
            }
        })*
    };
}

from_integers! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }
