//! What visitors walk through: sections, lists, numbered sections and variants.

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::value::{NameDeserializer, ValueDeserializer};
use super::{Deserializer, expected};
use crate::element::{Entry, Kind};
use crate::error::{Error, ErrorKind, Result};

/// The keys, lists and sections of a section.
pub(super) struct SectionAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// Whose name has been given and whose value has not.
    pending: Option<Entry>,
    ended: bool,
}

impl<'a, 'de> SectionAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self {
            de,
            pending: None,
            ended: false,
        }
    }

    /// Reads the end of the section, where the visitor has not.
    #[inline]
    pub(super) fn finish(self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        match self
            .pending
            .map_or_else(|| self.de.entry(), |entry| Ok(Some(entry)))?
        {
            None => Ok(()),
            Some(entry) => Err(Error::new(ErrorKind::LeftOver).at(entry.offset)),
        }
    }
}

impl<'de> MapAccess<'de> for SectionAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        match self.de.entry()? {
            Some(entry) => {
                self.pending = Some(entry);
                let name = NameDeserializer::new(self.de, entry.name_start(), entry.name_end);
                seed.deserialize(name).map(Some).map_err(|error| {
                    error
                        .at(entry.name_start())
                        .within(self.de.cursor.name(entry))
                })
            }
            None => {
                self.ended = true;
                Ok(None)
            }
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.pending.take() {
            Some(entry) => self.de.read_value(entry, |value| seed.deserialize(value)),
            None => Err(ErrorKind::LeftOver.into()),
        }
    }
}

/// The items of a list.
pub(super) struct ListAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    index: usize,
    ended: bool,
}

impl<'a, 'de> ListAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self {
            de,
            index: 0,
            ended: false,
        }
    }

    /// Reads the end of the list, where the visitor has not.
    #[inline]
    pub(super) fn finish(self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        let offset = self.de.cursor.position;
        match self.de.cursor.item()? {
            None => Ok(()),
            Some(_) => Err(left_over_items(self.index).at(offset)),
        }
    }
}

#[cold]
fn left_over_items(expected: usize) -> Error {
    serde::de::Error::custom(format_args!(
        "more items than the {expected} that are expected"
    ))
}

impl<'de> SeqAccess<'de> for ListAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.ended {
            return Ok(None);
        }
        let index = self.index;
        match self.de.cursor.item()? {
            Some((start, end)) => {
                self.index += 1;
                seed.deserialize(ValueDeserializer::scalar(self.de, start, end))
                    .map(Some)
                    .map_err(|error| error.at(start).within_item(index))
            }
            None => {
                self.ended = true;
                Ok(None)
            }
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

    /// Reads the end of the section, where the visitor has not.
    pub(super) fn finish(self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        match self.de.entry()? {
            None => Ok(()),
            Some(entry) => Err(left_over_items(self.index).at(entry.offset)),
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
        let mut number = itoa::Buffer::new();
        if name != number.format(self.index).as_bytes() {
            return Err(
                expected("a list or sections numbered from 0", "another name")
                    .at(entry.offset)
                    .within(name),
            );
        }
        self.index += 1;
        if entry.kind != Kind::Section {
            return Err(expected("a section", entry.kind.article())
                .at(entry.offset)
                .within(name));
        }
        self.de
            .read_value(entry, |value| seed.deserialize(value))
            .map(Some)
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
        self.de.read_value(self.entry, |_| {
            Err(expected(
                "a variant without content",
                self.entry.kind.article(),
            ))
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        self.de
            .read_value(self.entry, |value| seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.de
            .read_value(self.entry, |value| value.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.de
            .read_value(self.entry, |value| value.deserialize_map(visitor))
    }
}
