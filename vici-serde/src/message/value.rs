//! What stands behind a name, and what it is made from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Section;
use crate::string::Text;

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

    pub(super) fn describe(&self) -> &'static str {
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

macro_rules! from_text {
    ($($text:ty)*) => {$(
        impl From<$text> for Value {
            fn from(text: $text) -> Self {
                Self::Scalar(text.into())
            }
        }
    )*};
}

from_text! { &str String &String &[u8] Vec<u8> Text &Text IpAddr Ipv4Addr Ipv6Addr }

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Scalar(bytes.into())
    }
}

impl From<char> for Value {
    fn from(character: char) -> Self {
        Self::from(&*character.encode_utf8(&mut [0; 4]))
    }
}

macro_rules! from_list {
    ($($item:ty)*) => {$(
        impl From<Vec<$item>> for Value {
            fn from(items: Vec<$item>) -> Self {
                Self::List(items.into_iter().map(Text::from).collect())
            }
        }

        impl<const N: usize> From<[$item; N]> for Value {
            fn from(items: [$item; N]) -> Self {
                Self::List(items.into_iter().map(Text::from).collect())
            }
        }
    )*};
}

from_list! { &str String Text }

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

macro_rules! compares {
    ($($text:ty)*) => {$(
        impl PartialEq<$text> for Value {
            /// Whether it is a key's value of this text.
            fn eq(&self, other: &$text) -> bool {
                self.as_text().is_some_and(|text| text == other)
            }
        }
    )*};
}

compares! { str &str String Text }
