//! What visitors walk through: sections, lists, numbered sections and variants.

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::value::{NameDeserializer, ValueDeserializer};
use super::{Deserializer, expected};
use crate::element::{Entry, Kind};
use crate::error::{Error, ErrorKind, Result};

/// The keys, lists and sections of a section.
pub(super) struct SectionAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// Of the deserializer, as long as the section has not ended.
    depth: usize,
    /// The kind and the offset of what has been named and not asked for.
    pending: Option<(Kind, usize)>,
}

impl<'a, 'de> SectionAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        let depth = de.depth;
        Self {
            de,
            depth,
            pending: None,
        }
    }

    /// What a visitor gets that goes on behind the end, or after an error further inside.
    #[cold]
    fn ended(&self) -> Result<()> {
        if self.de.depth < self.depth {
            Ok(())
        } else {
            Err(ErrorKind::LeftOver.into())
        }
    }
}

impl<'de> MapAccess<'de> for SectionAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.de.depth != self.depth {
            return self.ended().map(|()| None);
        }
        let Some(entry) = self.de.entry()? else {
            return Ok(None);
        };
        self.pending = Some((entry.kind, entry.offset));
        self.de.name_end = self.de.cursor.position;
        let name = NameDeserializer::new(self.de, entry);
        match seed.deserialize(name) {
            Ok(name) => Ok(Some(name)),
            Err(error) => Err(error.at(entry.name_start()).within(entry.name)),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.pending.take() {
            Some((kind, offset)) => self.de.read_value(kind, offset, seed),
            None => Err(ErrorKind::LeftOver.into()),
        }
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

    /// Gives the path and the offset to an error in the item that begins at `offset`.
    #[cold]
    fn locate(&self, offset: usize, error: Error) -> Error {
        let error = match error.kind() {
            ErrorKind::Truncated => error.at(offset),
            _ => error.at(offset + 3),
        };
        error.within_item(self.index)
    }
}

impl<'de> SeqAccess<'de> for ListAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.de.in_list {
            return Ok(None);
        }
        let offset = self.de.cursor.position;
        if !self.de.cursor.item()? {
            self.de.in_list = false;
            return Ok(None);
        }
        let start = self.de.cursor.position;
        let result = seed.deserialize(ValueDeserializer::new(self.de, Kind::Value));
        match result {
            Ok(item) => {
                // Who did not look at it has not read its end either.
                if self.de.cursor.position == start {
                    self.de.cursor.value().map_err(|error| error.at(offset))?;
                }
                self.index += 1;
                Ok(Some(item))
            }
            Err(error) => Err(self.locate(offset, error)),
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
        let error = if entry.name != itoa::Buffer::new().format(self.index).as_bytes() {
            expected("a list or sections numbered from 0", "another name")
        } else if entry.kind != Kind::Section {
            expected("a section", entry.kind.article())
        } else {
            self.index += 1;
            return self.de.read_value(entry.kind, entry.offset, seed).map(Some);
        };
        Err(error.at(entry.offset).within(entry.name))
    }
}

/// The one element of a section, as the variant of an enum.
pub(super) struct Variant<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    entry: Entry<'de>,
}

impl<'a, 'de> Variant<'a, 'de> {
    pub(super) fn new(de: &'a mut Deserializer<'de>, entry: Entry<'de>) -> Self {
        Self { de, entry }
    }

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        let Entry { kind, offset, .. } = self.entry;
        self.de.read_value(kind, offset, seed)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let entry = self.entry;
        let name = NameDeserializer::new(self.de, entry);
        match seed.deserialize(name) {
            Ok(variant) => Ok((variant, self)),
            Err(error) => Err(error.at(entry.offset)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        let Entry { kind, offset, name } = self.entry;
        let error = expected("a variant without content", kind.article());
        Err(error.at(offset).within(name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        self.read(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.read(Tuple(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.read(Struct(visitor))
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
