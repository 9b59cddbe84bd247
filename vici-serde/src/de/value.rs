//! One value, list item, list or section to a Rust value.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::scalar::{boolean, character, float32, float64, integer, utf8, with_parsed};
use super::{Deserializer, LIST, SECTION, expected};
use crate::element::{Entry, Kind};
use crate::error::{Error, ErrorKind, Result};

/// Deserializes what has been found behind a name or in a list, which the cursor stands before.
pub(super) struct ValueDeserializer<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    kind: Kind,
}

impl<'a, 'de> ValueDeserializer<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>, kind: Kind) -> Self {
        Self { de, kind }
    }

    /// The value, if it is one.
    #[inline]
    fn bytes(&self) -> Result<&'de [u8]> {
        match self.kind {
            Kind::Value => Ok(self.de.value),
            kind => Err(expected("a value", kind.article())),
        }
    }

    #[inline]
    fn visit_section<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de.enter()?;
        self.de.visit_section(visitor)
    }

    /// Tells a visitor by the method that is called whether this is of a kind.
    ///
    /// It is how a visitor learns the kind of an element without losing what wraps the
    /// deserializer: see [`SECTION`].
    fn visit_if<V: Visitor<'de>>(self, kind: Kind, visitor: V) -> Result<V::Value> {
        if self.kind != kind {
            visitor.visit_some(self)
        } else {
            serde::Deserializer::deserialize_any(self, visitor)
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $read:path;)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit($read(self.bytes()?)?)
        })*
    };
}

impl<'de> serde::Deserializer<'de> for ValueDeserializer<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::Value => {
                let left = self.de.cursor.left();
                self.de.visit_text(self.de.value, left, visitor)
            }
            Kind::Section => self.visit_section(visitor),
            Kind::List => self.de.visit_list(visitor),
        }
    }

    with_parsed! { numbers }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes()?)
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes()?)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let bytes = self.bytes()?;
        let left = self.de.cursor.left();
        match self.de.window.text(self.de.cursor.input, bytes, left) {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(error) => Err(ErrorKind::NotUtf8(error).into()),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected("nothing", self.kind.article()))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match name {
            SECTION => self.visit_if(Kind::Section, visitor),
            LIST => self.visit_if(Kind::List, visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => self.de.visit_list(visitor),
            Kind::Section => {
                self.de.enter()?;
                self.de.visit_numbered(visitor)
            }
            Kind::Value => Err(expected("a list", "a value")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::Section => self.visit_section(visitor),
            kind => Err(expected("a section", kind.article())),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.kind {
            Kind::Value => {
                let text = utf8(self.bytes()?)?;
                let variant: BorrowedStrDeserializer<'_, Error> =
                    BorrowedStrDeserializer::new(text);
                visitor.visit_enum(variant)
            }
            Kind::Section => {
                self.de.enter()?;
                self.de.visit_variant(visitor)
            }
            Kind::List => Err(expected("a value or a section", "a list")),
        }
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::Value => {}
            Kind::List => self.de.cursor.skip_list()?,
            Kind::Section => self.de.cursor.skip_section()?,
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { identifier }
}

/// Deserializes a name: of a field, of a variant, or as the key of a map.
pub(super) struct NameDeserializer<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    entry: Entry<'de>,
}

impl<'a, 'de> NameDeserializer<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>, entry: Entry<'de>) -> Self {
        Self { de, entry }
    }

    #[inline]
    fn bytes(&self) -> Result<&'de [u8]> {
        Ok(self.entry.name)
    }
}

impl<'de> serde::Deserializer<'de> for NameDeserializer<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de
            .visit_text(self.entry.name, self.entry.left, visitor)
    }

    with_parsed! { numbers }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes()?)
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes()?)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let text = utf8(self.bytes()?)?;
        visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(text))
    }

    forward_to_deserialize_any! {
        str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
