//! Going through a section.

use std::fmt;
use std::iter::FusedIterator;
use std::{slice, vec};

use super::tree::{Section, Value};
use crate::string::Text;

impl Section {
    /// The names and what stands behind them, in order.
    pub fn iter(&self) -> SectionIter<'_> {
        SectionIter(self.entries.iter())
    }

    /// The names and what stands behind them, in order, to change it.
    pub fn iter_mut(&mut self) -> SectionIterMut<'_> {
        SectionIterMut(self.entries.iter_mut())
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &[u8]> + DoubleEndedIterator {
        self.iter().map(|(name, _)| name)
    }

    /// What stands behind the names, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + DoubleEndedIterator {
        self.iter().map(|(_, value)| value)
    }
}

/// The names of a [`Section`] and what stands behind them, in order.
#[derive(Clone)]
pub struct SectionIter<'a>(slice::Iter<'a, (Text, Value)>);

/// The names of a [`Section`] and what stands behind them, to change it.
pub struct SectionIterMut<'a>(slice::IterMut<'a, (Text, Value)>);

/// The names of a [`Section`] and what stood behind them, taken out of it.
pub struct SectionIntoIter(vec::IntoIter<(Text, Value)>);

macro_rules! iterates {
    ($name:ident $(<$lifetime:lifetime>)? over $item:ty, $split:expr) => {
        impl $(<$lifetime>)? Iterator for $name $(<$lifetime>)? {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map($split)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl $(<$lifetime>)? DoubleEndedIterator for $name $(<$lifetime>)? {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map($split)
            }
        }

        impl $(<$lifetime>)? ExactSizeIterator for $name $(<$lifetime>)? {}

        impl $(<$lifetime>)? FusedIterator for $name $(<$lifetime>)? {}
    };
}

iterates!(SectionIter<'a> over (&'a [u8], &'a Value), |(name, value)| (name.as_bytes(), value));
iterates!(SectionIterMut<'a> over (&'a [u8], &'a mut Value), |(name, value)| (name.as_bytes(), value));
iterates!(SectionIntoIter over (Text, Value), |entry| entry);

macro_rules! shows_what_is_left {
    ($($name:ty)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let entries = self.0.as_slice().iter();
                f.debug_map().entries(entries.map(|(name, value)| (name, value))).finish()
            }
        }
    )*};
}

shows_what_is_left! { SectionIter<'_> SectionIterMut<'_> SectionIntoIter }

impl<'a> IntoIterator for &'a Section {
    type Item = (&'a [u8], &'a Value);
    type IntoIter = SectionIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Section {
    type Item = (&'a [u8], &'a mut Value);
    type IntoIter = SectionIterMut<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl IntoIterator for Section {
    type Item = (Text, Value);
    type IntoIter = SectionIntoIter;

    fn into_iter(self) -> Self::IntoIter {
        SectionIntoIter(self.entries.into_iter())
    }
}
