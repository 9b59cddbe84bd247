//! What sections and values are made from, and compared with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::tree::{Section, Value};
use crate::string::Text;

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
