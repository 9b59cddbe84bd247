//! What visitors walk through: sections, lists, numbered sections and variants.

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::input::Entry;
use super::{Deserializer, Head, expected};
use crate::element::Kind;
use crate::error::{Error, ErrorKind, Result};

/// The keys, lists and sections of a section.
pub(super) struct SectionAccess<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// What was named last.
    head: Head,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A key was named, or nothing yet. Its value may be read, or not.
    Open,
    /// A list or section was named, and has to be read.
    Pending,
    /// A list or section could not be read.
    Failed,
    Ended,
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
            state: State::Open,
        }
    }

    /// Whether something may follow, for visitors that go on behind the end, do not read a list or
    /// section, or go on where they could not read it.
    #[cold]
    fn reopen(&mut self) -> Result<bool> {
        match self.state {
            State::Open => Ok(true),
            State::Ended => Ok(false),
            State::Pending => Err(ErrorKind::LeftOver.into()),
            State::Failed => {
                if let Err(error) = self.de.skip_pending(&self.head) {
                    return Err(self.de.locate(&self.head, error));
                }
                self.state = State::Open;
                Ok(true)
            }
        }
    }

    fn next_compound<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        self.state = State::Open;
        self.de
            .read_compound(&self.head, Some(&mut self.state), seed)
    }

    #[cold]
    #[inline(never)]
    fn end(&mut self) {
        self.state = State::Ended;
        // For visitors that ask for a value all the same.
        self.de.value = Some("");
    }
}

impl<'de> MapAccess<'de> for SectionAccess<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if self.state != State::Open && !self.reopen()? {
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
            self.state = State::Pending;
            self.de.pending = true;
        }
        match seed.deserialize(self.de.name(entry)) {
            Ok(name) => Ok(Some(name)),
            Err(error) => Err(self.de.locate_name(entry, error)),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        match self.state {
            State::Pending | State::Failed => self.next_compound(seed),
            State::Open | State::Ended => self.de.read_scalar(self.head.name_len, seed),
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
        if !self.de.in_list {
            return Ok(None);
        }
        let Some(item) = self.de.input.item()? else {
            self.de.in_list = false;
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

    /// The section that comes next.
    fn next(&mut self) -> Result<Option<Entry<'de>>> {
        if self.ended {
            return Ok(None);
        }
        if self.de.pending {
            return Err(ErrorKind::LeftOver.into());
        }
        let Some(entry) = self.de.input.entry()? else {
            self.ended = true;
            return Ok(None);
        };
        let name = self.de.name(entry).bytes();
        let error = if name != itoa::Buffer::new().format(self.index).as_bytes() {
            expected("a list or sections numbered from 0", "another name")
        } else if entry.kind != Kind::Section {
            expected("a section", entry.kind.describe())
        } else {
            self.index += 1;
            return Ok(Some(entry));
        };
        self.de.pending = true;
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
        let error = expected("a variant without content", self.entry.kind.describe());
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
