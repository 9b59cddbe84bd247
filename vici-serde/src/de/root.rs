//! The root section to a Rust value.

use serde::de::Visitor;
use serde::forward_to_deserialize_any;

use super::forward::{forwarded, scalars_refused};
use super::{Deserializer, expected};
use crate::element::Kind;
use crate::error::{Error, Result};

/// The deserializer of the root section.
impl<'de> serde::Deserializer<'de> for &mut Deserializer<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.visit_section(visitor).map_err(|error| error.at(0))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.input.entry()? else {
            return visitor.visit_unit();
        };
        self.pending = entry.kind != Kind::Value;
        Err(expected("an empty message", entry.kind.describe()).at(0))
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
        self.visit_variant(visitor).map_err(|error| error.at(0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected("a list", "a message"))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip_root()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { map }

    forwarded! {}

    scalars_refused! { (self) => expected("a value", "a message") }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }
}
