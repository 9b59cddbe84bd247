//! What visitors walk through: sections, lists, numbered sections and variants.

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::value::{NameDeserializer, ValueDeserializer};
use super::{Deserializer, expected};
use crate::element::{Entry, Kind};
use crate::error::{Error, Result};

/// The keys, lists and sections of a section.
pub(super) struct SectionAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
}

impl<'a, 'de> SectionAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self { de }
    }
}

impl<'de> MapAccess<'de> for SectionAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(entry) = self.de.entry()? else {
            return Ok(None);
        };
        self.de.pending = Some(entry);
        let name = NameDeserializer::new(self.de, entry.name_start(), entry.name_end);
        match seed.deserialize(name) {
            Ok(name) => Ok(Some(name)),
            Err(error) => {
                let name = self.de.cursor.name(entry);
                Err(error.at(entry.name_start()).within(name))
            }
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.de.read_pending(seed)
    }
}

/// The items of a list.
pub(super) struct ListAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    index: usize,
}

impl<'a, 'de> ListAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self { de, index: 0 }
    }
}

impl<'de> SeqAccess<'de> for ListAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.de.in_list {
            return Ok(None);
        }
        let Some((start, end)) = self.de.cursor.item()? else {
            self.de.in_list = false;
            return Ok(None);
        };
        match seed.deserialize(ValueDeserializer::scalar(self.de, start, end)) {
            Ok(item) => {
                self.index += 1;
                Ok(Some(item))
            }
            Err(error) => Err(error.at(start).within_item(self.index)),
        }
    }
}

/// The sections `0`, `1`, `2` … of a section, as the elements of a sequence.
pub(super) struct NumberedAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    index: usize,
    ended: bool,
}

impl<'a, 'de> NumberedAccess<'a, 'de> {
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self {
            de,
            index: 0,
            ended: false,
        }
    }
}

impl<'de> SeqAccess<'de> for NumberedAccess<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.ended {
            return Ok(None);
        }
        let Some(entry) = self.de.entry()? else {
            self.ended = true;
            return Ok(None);
        };
        let name = self.de.cursor.name(entry);
        let error = if name != itoa::Buffer::new().format(self.index).as_bytes() {
            expected("a list or sections numbered from 0", "another name")
        } else if entry.kind != Kind::Section {
            expected("a section", entry.kind.article())
        } else {
            self.index += 1;
            self.de.pending = Some(entry);
            return self.de.read_pending(seed).map(Some);
        };
        Err(error.at(entry.offset).within(name))
    }
}

/// The one element of a section, as the variant of an enum.
pub(super) struct Variant<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    entry: Entry,
}

impl<'a, 'de> Variant<'a, 'de> {
    pub(super) fn new(de: &'a mut Deserializer<'de>, entry: Entry) -> Self {
        Self { de, entry }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let entry = self.entry;
        let name = NameDeserializer::new(self.de, entry.name_start(), entry.name_end);
        match seed.deserialize(name) {
            Ok(variant) => Ok((variant, self)),
            Err(error) => Err(error.at(entry.offset)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        let error = expected("a variant without content", self.entry.kind.article());
        Err(self.de.locate(self.entry, error))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        self.de.read_pending(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.de.read_pending(Tuple(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.de.read_pending(Struct(visitor))
    }
}

/// Reads the content of a tuple variant.
struct Tuple<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Tuple<V> {
    type Value = V::Value;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        deserializer.deserialize_seq(self.0)
    }
}

/// Reads the content of a struct variant.
struct Struct<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Struct<V> {
    type Value = V::Value;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        deserializer.deserialize_map(self.0)
    }
}
