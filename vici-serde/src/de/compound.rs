//! A list or section to a Rust value.

use serde::de::Visitor;

use super::forward::{forwarded, scalars_refused};
use super::{Deserializer, expected};
use crate::element::Kind;
use crate::error::{Error, Result};

/// Deserializes the list or section behind whose name the position is.
pub(super) struct Compound<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// A list or a section.
    kind: Kind,
}

impl<'a, 'de> Compound<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>, kind: Kind) -> Self {
        Self { de, kind }
    }

    #[inline]
    fn visit_section<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de.input.enter()?;
        self.de.visit_section(visitor)
    }
}

impl<'de> serde::Deserializer<'de> for Compound<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => self.de.visit_list(visitor),
            _ => self.visit_section(visitor),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected("nothing", self.kind.describe()))
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => self.de.visit_list(visitor),
            _ => {
                self.de.input.enter()?;
                self.de.visit_numbered(visitor)
            }
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => Err(expected("a section", "a list")),
            _ => self.visit_section(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.kind {
            Kind::List => Err(expected("a value or a section", "a list")),
            _ => {
                self.de.input.enter()?;
                self.de.visit_variant(visitor)
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de.skip(self.kind)?;
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    forwarded! {}

    scalars_refused! { (self) => not_a_value(self.kind) }
}

/// Apart, as it is in every field that is a value.
#[cold]
#[inline(never)]
fn not_a_value(kind: Kind) -> Error {
    expected("a value", kind.describe())
}
