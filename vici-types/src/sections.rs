//! Sections by name, and the one visitor for messages that mix them with fixed keys.
//!
//! Derived code goes by the names of keys alone. Where a section may have any name (a connection
//! may be called `up`) the kind of the element has to tell it from a key, and serde has no word
//! for that. So the visitor asks the value's deserializer for a newtype called [`SECTION`] (or
//! [`LIST`]): `vici-serde` answers with `visit_map` (`visit_seq`) where the element is one, else
//! with `visit_some`. Any other format answers with `visit_newtype_struct`, and is then asked what
//! the value is.

use core::fmt;
use core::iter::FromIterator;
use core::marker::PhantomData;
use core::slice;
use std::vec;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::value::{BytesVisitor, Text};

pub(crate) const SECTION: &str = "$vici::section";
pub(crate) const LIST: &str = "$vici::list";

/// Named sections in the order of the message; names may repeat.
///
/// ```
/// # use vici_types::Sections;
/// let mut sections = Sections::new();
/// sections.push("net", 1);
/// sections.push("dmz", 2);
/// assert_eq!(sections.get("dmz"), Some(&2));
/// assert_eq!(sections.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>(), ["net", "dmz"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Sections<T>(Vec<(Text, T)>);

impl<T> Sections<T> {
    /// No sections.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one at the end, also if there is one of this name.
    pub fn push(&mut self, name: impl Into<Text>, section: T) {
        self.0.push((name.into(), section));
    }

    /// The first one of this name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&T> {
        let name = name.as_ref();
        self.iter()
            .find(|(other, _)| other.as_bytes() == name)
            .map(|(_, section)| section)
    }

    /// The first one of this name, to change it.
    pub fn get_mut(&mut self, name: impl AsRef<[u8]>) -> Option<&mut T> {
        let name = name.as_ref();
        self.0
            .iter_mut()
            .find(|(other, _)| other.as_bytes() == name)
            .map(|(_, section)| section)
    }

    /// The first one in the message, with its name.
    pub fn first(&self) -> Option<(&Text, &T)> {
        self.iter().next()
    }

    /// All with their names, in the order of the message.
    pub fn iter(&self) -> SectionsIter<'_, T> {
        SectionsIter(self.0.iter())
    }

    /// The names, in the order of the message.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.iter().map(|(name, _)| name)
    }

    /// The sections without their names, in the order of the message.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, section)| section)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Sections<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Sections<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<N: Into<Text>, T> FromIterator<(N, T)> for Sections<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(sections: I) -> Self {
        Self(
            sections
                .into_iter()
                .map(|(name, section)| (name.into(), section))
                .collect(),
        )
    }
}

impl<N: Into<Text>, T, const COUNT: usize> From<[(N, T); COUNT]> for Sections<T> {
    fn from(sections: [(N, T); COUNT]) -> Self {
        sections.into_iter().collect()
    }
}

impl<N: Into<Text>, T> Extend<(N, T)> for Sections<T> {
    fn extend<I: IntoIterator<Item = (N, T)>>(&mut self, sections: I) {
        self.0.extend(
            sections
                .into_iter()
                .map(|(name, section)| (name.into(), section)),
        );
    }
}

impl<T> IntoIterator for Sections<T> {
    type Item = (Text, T);
    type IntoIter = vec::IntoIter<(Text, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Sections<T> {
    type Item = (&'a Text, &'a T);
    type IntoIter = SectionsIter<'a, T>;

    fn into_iter(self) -> SectionsIter<'a, T> {
        self.iter()
    }
}

/// The sections with their names, in the order of the message.
#[derive(Clone, Debug)]
pub struct SectionsIter<'a, T>(slice::Iter<'a, (Text, T)>);

impl<'a, T> Iterator for SectionsIter<'a, T> {
    type Item = (&'a Text, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, section)| (name, section))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for SectionsIter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, section)| (name, section))
    }
}

impl<T> ExactSizeIterator for SectionsIter<'_, T> {}

impl<T: Serialize> Serialize for Sections<T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, section) in self {
            map.serialize_entry(name, section)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sections<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_record::<Self, D>(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Record<'de> for Sections<T> {
    type Value = Self;

    #[inline]
    fn is_variable(&self, _: &Text) -> bool {
        true
    }

    #[inline]
    fn variable<D: Deserializer<'de>>(&mut self, name: Text, value: D) -> Result<(), D::Error> {
        self.0.push((name, T::deserialize(value)?));
        Ok(())
    }

    fn key<D: Deserializer<'de>>(&mut self, _: &Text, value: D) -> Result<(), D::Error> {
        ignore(value)
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// Adds a section called `base`, or `base-2` and so on.
pub(crate) fn push_numbered<T>(sections: &mut Sections<T>, base: &str, section: T) {
    match sections.len() {
        0 => sections.push(base, section),
        count => sections.push(format!("{base}-{}", count + 1), section),
    }
}

/// A section while it is read: what has been seen of its keys and sections.
pub(crate) trait Record<'de>: Default {
    type Value;

    /// Which elements may have any name.
    const VARIABLE: &'static str = SECTION;

    /// Whether an element of this name, of the kind [`Self::VARIABLE`], is one with a variable name.
    fn is_variable(&self, name: &Text) -> bool;

    /// Reads an element with a variable name.
    fn variable<D: Deserializer<'de>>(&mut self, name: Text, value: D) -> Result<(), D::Error>;

    /// Reads the value of a fixed key, or ignores it if there is no such key.
    fn key<D: Deserializer<'de>>(&mut self, name: &Text, value: D) -> Result<(), D::Error>;

    /// Ends the section.
    fn finish<E: Error>(self) -> Result<Self::Value, E>;
}

#[inline]
pub(crate) fn deserialize_record<'de, R, D>(deserializer: D) -> Result<R::Value, D::Error>
where
    R: Record<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(RecordVisitor::<R>(PhantomData))
}

/// Skips a value in the way that `serde_ignored` sees.
pub(crate) fn ignore<'de, D: Deserializer<'de>>(value: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(value).map(|_| ())
}

struct RecordVisitor<R>(PhantomData<R>);

impl<'de, R: Record<'de>> Visitor<'de> for RecordVisitor<R> {
    type Value = R::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R::Value, A::Error> {
        let mut record = R::default();
        while let Some(name) = map.next_key_seed(Name)? {
            if record.is_variable(&name) {
                map.next_value_seed(Variable {
                    record: &mut record,
                    name,
                })?;
            } else {
                map.next_value_seed(Key {
                    record: &mut record,
                    name: &name,
                })?;
            }
        }
        record.finish()
    }
}

/// The name of an element: text where it is UTF-8, which is all that `serde_ignored` knows.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Text;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Text, D::Error> {
        name.deserialize_identifier(BytesVisitor(|name: &[u8]| Ok(Text::from(name))))
    }
}

struct Key<'a, R> {
    record: &'a mut R,
    name: &'a Text,
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for Key<'_, R> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.record.key(self.name, value)
    }
}

/// A value whose kind decides whether it belongs to a fixed key.
struct Variable<'a, R> {
    record: &'a mut R,
    name: Text,
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for Variable<'_, R> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_newtype_struct(R::VARIABLE, self)
    }
}

/// Values that can only belong to a fixed key.
macro_rules! visit_keys {
    ($($visit:ident($value:ty);)*) => {$(
        fn $visit<E: Error>(self, value: $value) -> Result<(), E> {
            self.record.key(&self.name, Present(value.into_deserializer()))
        }
    )*};
}

impl<'de, R: Record<'de>> Visitor<'de> for Variable<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section, a list or a value")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let section = MapAccessDeserializer::new(map);
        if R::VARIABLE == SECTION {
            self.record.variable(self.name, section)
        } else {
            self.record.key(&self.name, Present(section))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let list = SeqAccessDeserializer::new(items);
        if R::VARIABLE == LIST {
            self.record.variable(self.name, list)
        } else {
            self.record.key(&self.name, Present(list))
        }
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.record.key(&self.name, value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }

    visit_keys! {
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_f64(f64);
        visit_str(&str);
        visit_bytes(&[u8]);
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A value that has been looked at: serde's own do not pass for an option or a newtype.
struct Present<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Present<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
