//! What visitors walk through: sections, lists, numbered sections and variants.

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::input::Entry;
use super::position::{Deserializer, Head, State};
use crate::element::Kind;
use crate::error::{Error, ErrorKind, Result, expected};
use crate::fault::Shape;

/// The keys, lists and sections of a section.
pub(super) struct SectionAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// What was named last.
    head: Head,
}

impl<'a, 'de> SectionAccess<'a, 'de> {
    #[inline]
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self {
            de,
            head: Head {
                kind: Kind::Section,
                name_len: 0,
                left: 0,
            },
        }
    }

    /// Whether something may follow, for visitors that go on behind the end, do not read a list or
    /// section, or go on where they could not read it.
    #[cold]
    fn reopen(&mut self) -> Result<bool> {
        match self.de.state {
            State::Open => Ok(true),
            State::Ended => Ok(false),
            State::Named | State::InList => Err(ErrorKind::LeftOver.into()),
            State::Failed => {
                self.de.skip_failed(&self.head)?;
                Ok(true)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn end(&mut self) {
        self.de.state = State::Ended;
        // For visitors that ask for a value all the same.
        self.de.value = Some("");
    }
}

impl<'de> MapAccess<'de> for SectionAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.de.state != State::Open && !self.reopen()? {
            return Ok(None);
        }
        let Some(entry) = self.de.input.entry()? else {
            self.end();
            return Ok(None);
        };
        self.head.name_len = self.de.name(entry).bytes().len();
        self.de.value = entry.value;
        if entry.kind != Kind::Value {
            self.head.kind = entry.kind;
            self.head.left = self.de.input.left();
            self.de.state = State::Named;
        }
        match seed.deserialize(self.de.name(entry)) {
            Ok(name) => Ok(Some(name)),
            Err(error) => Err(self.de.locate_name(entry, error)),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.de.state {
            State::Named | State::Failed => self.de.read_compound(&self.head, seed),
            _ => self.de.read_scalar(self.head.name_len, seed),
        }
    }

    /// As many entries as can be seen: most of a section, if not all.
    fn size_hint(&self) -> Option<usize> {
        Some(self.de.input.entries_ahead())
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

    /// Gives the path and the offset to an error in the item that was read last.
    #[cold]
    #[inline(never)]
    fn locate(&self, error: Error) -> Error {
        error.at(self.de.value_at()).within_item(self.index)
    }
}

impl<'de> SeqAccess<'de> for ListAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.de.state != State::InList {
            return Ok(None);
        }
        let Some(item) = self.de.input.item()? else {
            self.de.state = State::Open;
            return Ok(None);
        };
        self.de.value = item;
        match seed.deserialize(self.de.value()) {
            Ok(item) => {
                self.index += 1;
                Ok(Some(item))
            }
            Err(error) => Err(self.locate(error)),
        }
    }

    /// As many items as can be seen, so that a `Vec` is as large as it has to be from the beginning.
    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.de.input.items_ahead())
    }
}

/// The sections `0`, `1`, `2` … of a section, as the elements of a sequence.
pub(super) struct NumberedAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    index: usize,
}

impl<'a, 'de> NumberedAccess<'a, 'de> {
    pub(super) fn new(de: &'a mut Deserializer<'de>) -> Self {
        Self { de, index: 0 }
    }

    /// The section that comes next.
    fn next(&mut self) -> Result<Option<Entry<'de>>> {
        match self.de.state {
            State::Open => {}
            State::Ended => return Ok(None),
            _ => return Err(ErrorKind::LeftOver.into()),
        }
        let Some(entry) = self.de.input.entry()? else {
            self.de.state = State::Ended;
            return Ok(None);
        };
        let name = self.de.name(entry).bytes();
        let error = if name != itoa::Buffer::new().format(self.index).as_bytes() {
            expected(Shape::ListOrNumbered, Shape::OtherName)
        } else if entry.kind != Kind::Section {
            expected(Shape::Section, entry.kind.shape())
        } else {
            self.index += 1;
            return Ok(Some(entry));
        };
        self.de.state = State::Named;
        Err(error.at(self.de.head(entry)).within(name))
    }
}

impl<'de> SeqAccess<'de> for NumberedAccess<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        match self.next()? {
            Some(entry) => self.de.read_entry(entry, seed).map(Some),
            None => Ok(None),
        }
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
        self.de.read_entry(self.entry, seed)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let entry = self.entry;
        match seed.deserialize(self.de.name(entry)) {
            Ok(variant) => Ok((variant, self)),
            Err(error) => Err(error.at(self.de.head(entry))),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        let error = expected(Shape::UnitVariant, self.entry.kind.shape());
        let offset = self.de.head(self.entry);
        Err(error.at(offset).within(self.de.name(self.entry).bytes()))
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
