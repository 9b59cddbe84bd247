//! Sections by name.

use core::fmt;
use core::slice;
use std::vec;

use serde::de::{Deserializer, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::record::{Record, deserialize_record, ignore};
use crate::value::Text;

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
