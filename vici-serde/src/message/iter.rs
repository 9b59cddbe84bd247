//! Going through a section.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::{Section, Value};
use crate::string::Text;

/// The names of a [`Section`] and what stands behind them, in order.
#[derive(Clone)]
pub struct SectionIter<'a>(slice::Iter<'a, (Text, Value)>);

impl<'a> SectionIter<'a> {
    pub(super) fn new(entries: &'a [(Text, Value)]) -> Self {
        Self(entries.iter())
    }
}

impl<'a> Iterator for SectionIter<'a> {
    type Item = (&'a [u8], &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_bytes(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for SectionIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0
            .next_back()
            .map(|(name, value)| (name.as_bytes(), value))
    }
}

impl ExactSizeIterator for SectionIter<'_> {}

impl FusedIterator for SectionIter<'_> {}

impl fmt::Debug for SectionIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.clone();
        let entries = entries.map(|(name, value)| (String::from_utf8_lossy(name), value));
        f.debug_map().entries(entries).finish()
    }
}

impl<'a> IntoIterator for &'a Section {
    type Item = (&'a [u8], &'a Value);
    type IntoIter = SectionIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
