//! Sections by name.

use core::fmt;
use core::slice;
use std::vec;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::record::{Record, deserialize_record, ignore};
use crate::unknown::{self, Known, within};
use crate::value::Text;

/// Sections by name, in the order of the message; names may repeat.
///
/// `T` is a struct or a map, something that is a section in a message: what is none is skipped when
/// it is read.
///
/// ```
/// # use vici_types::{ConnChild, Named};
/// let mut children = Named::new();
/// children.push("net", ConnChild::new().priority(1));
/// children.push("dmz", ConnChild::new());
/// assert_eq!(children.get("net").unwrap().priority, Some(1));
/// assert_eq!(children.names().collect::<Vec<_>>(), ["net", "dmz"]);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Named<T>(Vec<(Text, T)>);

impl<T> Named<T> {
    /// No sections.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one at the end, also if there is one of this name.
    pub fn push(&mut self, name: impl Into<Text>, section: T) {
        self.push_entry(name.into(), section);
    }

    /// Most have one section only, and the sections are large: the first one takes no more room than
    /// it needs.
    #[inline]
    fn push_entry(&mut self, name: Text, section: T) {
        if self.0.is_empty() {
            self.0.reserve_exact(1);
        }
        self.0.push((name, section));
    }

    /// Takes out all of this name, and returns the first one.
    pub fn remove(&mut self, name: impl AsRef<[u8]>) -> Option<T> {
        let name = name.as_ref();
        let (removed, kept) = core::mem::take(&mut self.0)
            .into_iter()
            .partition::<Vec<_>, _>(|(other, _)| other.as_bytes() == name);
        self.0 = kept;
        removed.into_iter().next().map(|(_, section)| section)
    }

    /// Whether there is one of this name.
    pub fn contains(&self, name: impl AsRef<[u8]>) -> bool {
        self.get(name).is_some()
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
    pub fn iter(&self) -> NamedIter<'_, T> {
        NamedIter(self.0.iter())
    }

    /// All with their names, in the order of the message, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut T)> {
        self.0.iter_mut().map(|(name, section)| (&*name, section))
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

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Named<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<N: Into<Text>, T> FromIterator<(N, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(sections: I) -> Self {
        Self(
            sections
                .into_iter()
                .map(|(name, section)| (name.into(), section))
                .collect(),
        )
    }
}

impl<N: Into<Text>, T, const COUNT: usize> From<[(N, T); COUNT]> for Named<T> {
    fn from(sections: [(N, T); COUNT]) -> Self {
        sections.into_iter().collect()
    }
}

impl<N: Into<Text>, T> Extend<(N, T)> for Named<T> {
    fn extend<I: IntoIterator<Item = (N, T)>>(&mut self, sections: I) {
        self.0.extend(
            sections
                .into_iter()
                .map(|(name, section)| (name.into(), section)),
        );
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (Text, T);
    type IntoIter = vec::IntoIter<(Text, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Named<T> {
    type Item = (&'a Text, &'a T);
    type IntoIter = NamedIter<'a, T>;

    fn into_iter(self) -> NamedIter<'a, T> {
        self.iter()
    }
}

/// The sections with their names, in the order of the message.
#[derive(Clone, Debug)]
pub struct NamedIter<'a, T>(slice::Iter<'a, (Text, T)>);

impl<'a, T> Iterator for NamedIter<'a, T> {
    type Item = (&'a Text, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, section)| (name, section))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for NamedIter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, section)| (name, section))
    }
}

impl<T> ExactSizeIterator for NamedIter<'_, T> {}

impl<T: Serialize> Serialize for Named<T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, section) in self {
            map.serialize_entry(name, section)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_record::<Self, D>(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Record<'de> for Named<T> {
    type Value = Self;

    #[inline]
    fn is_variable(&self, _: &[u8]) -> bool {
        true
    }

    #[inline]
    fn variable<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error> {
        let section = T::deserialize(value)?;
        self.push_entry(name.into(), section);
        Ok(())
    }

    fn key<D: Deserializer<'de>>(&mut self, _: &[u8], value: D) -> Result<(), D::Error> {
        ignore(value)
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// Sections by name, of which anything else is an unknown key.
pub(crate) struct OnlySections<T>(pub(crate) Named<T>);

impl<T> Default for OnlySections<T> {
    fn default() -> Self {
        Self(Named::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OnlySections<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_record::<Self, D>(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Record<'de> for OnlySections<T> {
    type Value = Self;

    fn is_variable(&self, _: &[u8]) -> bool {
        true
    }

    fn variable<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error> {
        let section = within::<D, _>(name, || T::deserialize(value))?;
        self.0.push(name, section);
        Ok(())
    }

    fn key<D: Deserializer<'de>>(&mut self, name: &[u8], _: D) -> Result<(), D::Error> {
        Err(unknown::error(name, &[("", Known::Parts)]))
    }

    fn finish<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

/// Adds a section called `base`, or `base-2` and so on.
pub(crate) fn push_numbered<T>(sections: &mut Named<T>, base: &str, section: T) {
    match sections.len() {
        0 => sections.push(base, section),
        count => sections.push(format!("{base}-{}", count + 1), section),
    }
}
