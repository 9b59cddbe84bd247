//! A value, a list item or a name to a Rust value.

use serde::de::Visitor;
use serde::de::value::BorrowedStrDeserializer;
use serde::forward_to_deserialize_any;

use super::forward::forwarded;
use super::scalar::{boolean, character, float32, float64, integer, utf8, with_parsed};
use crate::error::{Error, Result, expected};
use crate::fault::Shape;
use crate::hint::SECTION;

/// A name or a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a, 'de> {
    /// What is known to be text.
    pub(super) text: Option<&'de str>,
    /// What is not, if there is no text: nobody has looked.
    pub(super) other: &'a &'de [u8],
    /// Whether it is the name of a section.
    pub(super) of_section: bool,
}

impl<'a, 'de> Piece<'a, 'de> {
    /// Of a text outside of a message.
    pub(crate) fn of(other: &'a &'de [u8]) -> Self {
        Self::named(other, false)
    }

    /// Of a name outside of a message.
    pub(crate) fn named(other: &'a &'de [u8], of_section: bool) -> Self {
        Self {
            text: None,
            other,
            of_section,
        }
    }

    #[inline]
    pub(super) fn bytes(self) -> &'de [u8] {
        match self.text {
            Some(text) => text.as_bytes(),
            None => self.other,
        }
    }

    #[inline]
    fn text(self) -> Result<&'de str> {
        match self.text {
            Some(text) => Ok(text),
            None => utf8(self.other),
        }
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $read:path;)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit($read(self.bytes())?)
        })*
    };
}

impl<'de> serde::Deserializer<'de> for Piece<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.text() {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(_) => visitor.visit_borrowed_bytes(self.other),
        }
    }

    with_parsed! { parsed }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.text() {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(error) => Err(error),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes())
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes())
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::Nothing, Shape::Value))
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name != SECTION {
            visitor.visit_newtype_struct(self)
        } else if self.of_section {
            visitor.visit_newtype_struct(Self {
                of_section: false,
                ..self
            })
        } else {
            self.deserialize_identifier(visitor)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::List, Shape::Value))
    }

    fn deserialize_map<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::Section, Shape::Value))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let variant: BorrowedStrDeserializer<'_, Error> =
            BorrowedStrDeserializer::new(self.text()?);
        visitor.visit_enum(variant)
    }

    /// Nothing is looked at, but wrappers such as `serde_ignored` want the names of what they skip.
    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.text {
            Some(text) => visitor.visit_borrowed_str(text),
            None => visitor.visit_borrowed_bytes(self.other),
        }
    }

    forward_to_deserialize_any! { identifier }

    forwarded! {}
}
