//! The elements that messages are made of, and their bytes. `de::input` reads them where they are
//! text, and leaves all else to this.

use byteorder::{ByteOrder, NetworkEndian};

use crate::error::{Error, ErrorKind, Result};
use crate::fault::{Container, ElementKind, Place, Shape};

/// Starts a section: followed by a name.
pub(crate) const SECTION_START: u8 = 1;
/// Ends a section.
pub(crate) const SECTION_END: u8 = 2;
/// A key with its value: followed by a name and a value.
pub(crate) const KEY_VALUE: u8 = 3;
/// Starts a list: followed by a name.
pub(crate) const LIST_START: u8 = 4;
/// An item of a list: followed by a value.
pub(crate) const LIST_ITEM: u8 = 5;
/// Ends a list.
pub(crate) const LIST_END: u8 = 6;

/// One element of a message. Names and values may hold any bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the protocol has these six")]
pub enum Element<'a> {
    /// A section begins.
    #[doc(alias = "SECTION_START")]
    SectionStart {
        /// The name of the section.
        name: &'a [u8],
    },
    /// The innermost section ends.
    #[doc(alias = "SECTION_END")]
    SectionEnd,
    /// A key with its value.
    #[doc(alias = "KEY_VALUE")]
    KeyValue {
        /// The name of the key.
        name: &'a [u8],
        /// The value of the key.
        value: &'a [u8],
    },
    /// A list begins.
    #[doc(alias = "LIST_START")]
    ListStart {
        /// The name of the list.
        name: &'a [u8],
    },
    /// An item of the list.
    #[doc(alias = "LIST_ITEM")]
    ListItem {
        /// The value of the item.
        value: &'a [u8],
    },
    /// The list ends.
    #[doc(alias = "LIST_END")]
    ListEnd,
}

/// What has a name in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Section = SECTION_START,
    Value = KEY_VALUE,
    List = LIST_START,
}

impl Kind {
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Section => Shape::Section,
            Self::Value => Shape::Value,
            Self::List => Shape::List,
        }
    }
}

/// What has a name in a section: all of a key/value, the head of a section or list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawEntry<'de> {
    pub(crate) kind: Kind,
    pub(crate) name: &'de [u8],
    /// Of a key, else empty.
    pub(crate) value: &'de [u8],
}

/// A position in the bytes of a message, from which pieces of it are read.
///
/// It checks lengths and types; what may follow what is checked by those who ask. Positions are
/// counted from the end, as the number of bytes that are left: that is what a slice knows.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'de> {
    input: &'de [u8],
    rest: &'de [u8],
}

impl<'de> Cursor<'de> {
    pub(crate) fn new(input: &'de [u8]) -> Self {
        Self { input, rest: input }
    }

    /// Where so many bytes are left.
    pub(crate) fn at(input: &'de [u8], left: usize) -> Self {
        let rest = input.get(input.len() - left..).unwrap_or_default();
        Self { input, rest }
    }

    /// How many bytes are left.
    #[inline]
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The position, counted from the beginning.
    pub(crate) fn offset(&self) -> usize {
        self.input.len() - self.left()
    }

    /// The next key/value, or the head of the next section or list; `None` behind the end of the
    /// section around it.
    ///
    /// At the root, the end of the input ends the section.
    #[inline]
    pub(crate) fn entry(&mut self, root: bool) -> Result<Option<RawEntry<'de>>> {
        if let [KEY_VALUE, len, tail @ ..] = self.rest {
            if let Some((name, behind)) = tail.split_at_checked(usize::from(*len)) {
                if let Some((value, rest)) = split_value(behind) {
                    self.rest = rest;
                    return Ok(Some(RawEntry {
                        kind: Kind::Value,
                        name,
                        value,
                    }));
                }
            }
        }
        self.other_entry(root)
    }

    /// What is no key/value, or a broken one.
    #[inline(never)]
    fn other_entry(&mut self, root: bool) -> Result<Option<RawEntry<'de>>> {
        let (kind, len, tail) = match self.rest {
            [SECTION_START, len, tail @ ..] => (Kind::Section, *len, tail),
            [LIST_START, len, tail @ ..] => (Kind::List, *len, tail),
            [SECTION_END, rest @ ..] if !root => {
                self.rest = rest;
                return Ok(None);
            }
            [] if root => return Ok(None),
            [] => return Err(ErrorKind::Unclosed(Container::Section).into()),
            [tag, ..] => return Err(misplaced_in_section(*tag).at(self.offset())),
        };
        let Some((name, rest)) = tail.split_at_checked(usize::from(len)) else {
            return Err(Error::new(ErrorKind::Truncated).at(self.offset()));
        };
        self.rest = rest;
        Ok(Some(RawEntry {
            kind,
            name,
            value: &[],
        }))
    }

    /// The next item of a list, `None` behind the end of the list.
    #[inline]
    pub(crate) fn item(&mut self) -> Result<Option<&'de [u8]>> {
        if let [LIST_ITEM, tail @ ..] = self.rest {
            if let Some((value, rest)) = split_value(tail) {
                self.rest = rest;
                return Ok(Some(value));
            }
        }
        self.other_than_item()
    }

    #[cold]
    #[inline(never)]
    fn other_than_item(&mut self) -> Result<Option<&'de [u8]>> {
        match self.rest {
            [LIST_END, rest @ ..] => {
                self.rest = rest;
                Ok(None)
            }
            [tag, ..] => Err(misplaced_in_list(*tag).at(self.offset())),
            [] => Err(ErrorKind::Unclosed(Container::List).into()),
        }
    }

    /// Goes behind the end of the list or section that the position is in.
    pub(crate) fn skip(&mut self, kind: Kind) -> Result<()> {
        match kind {
            Kind::Section => self.skip_section(),
            Kind::List => self.skip_list(),
            Kind::Value => Ok(()),
        }
    }

    /// Goes behind the end of the list that the position is in.
    fn skip_list(&mut self) -> Result<()> {
        while self.item()?.is_some() {}
        Ok(())
    }

    /// Goes behind the end of the section that the position is in, however deep it is.
    ///
    /// What it skips is checked like everything else, but for names being UTF-8.
    fn skip_section(&mut self) -> Result<()> {
        let mut open = 1_usize;
        loop {
            // Nearly everything is a key/value.
            self.skip_key_values();
            match self.entry(false)?.map(|entry| entry.kind) {
                Some(Kind::Section) => open += 1,
                Some(Kind::List) => self.skip_list()?,
                Some(Kind::Value) => {}
                None if open == 1 => return Ok(()),
                None => open -= 1,
            }
        }
    }

    /// Goes behind all key/values that come next, in registers, and says how many they are.
    #[inline]
    pub(crate) fn skip_key_values(&mut self) -> usize {
        let mut rest = self.rest;
        let mut count = 0;
        while let [KEY_VALUE, len, tail @ ..] = rest {
            match tail.get(usize::from(*len)..).and_then(split_value) {
                Some((_, after)) => rest = after,
                None => break,
            }
            count += 1;
        }
        self.rest = rest;
        count
    }

    /// How many items of a list come next.
    #[inline]
    pub(crate) fn items(self) -> usize {
        let mut rest = self.rest;
        let mut count = 0;
        while let [LIST_ITEM, tail @ ..] = rest {
            match split_value(tail) {
                Some((_, after)) => rest = after,
                None => break,
            }
            count += 1;
        }
        count
    }

    /// Whether all names from here on are good, as far as lengths lead to the end.
    pub(crate) fn all_names(self, is_good: impl Fn(&[u8]) -> bool) -> bool {
        let name = |bytes: &'de [u8]| {
            let (len, tail) = bytes.split_first()?;
            let (name, behind) = tail.split_at_checked(usize::from(*len))?;
            is_good(name).then_some(behind)
        };
        let value = |bytes| split_value(bytes).map(|(_, behind)| behind);
        let mut rest = self.rest;
        while let [tag, tail @ ..] = rest {
            let behind = match *tag {
                SECTION_START | LIST_START => name(tail),
                KEY_VALUE => name(tail).and_then(value),
                LIST_ITEM => value(tail),
                SECTION_END | LIST_END => Some(tail),
                _ => None,
            };
            match behind {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        true
    }

    /// How many entries come next, up to a section or where they end.
    pub(crate) fn entries(mut self) -> usize {
        let mut entries = self.skip_key_values();
        while let [LIST_START, ..] = self.rest {
            if self.entry(false).is_err() || self.skip_list().is_err() {
                break;
            }
            entries += 1 + self.skip_key_values();
        }
        entries + usize::from(matches!(self.rest, [SECTION_START, ..]))
    }
}

/// A value with its length, and what follows it.
#[inline]
fn split_value(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, tail) = bytes.split_first_chunk::<2>()?;
    tail.split_at_checked(usize::from(NetworkEndian::read_u16(len)))
}

#[cold]
fn misplaced_in_section(tag: u8) -> Error {
    let (element, place) = match tag {
        SECTION_START | KEY_VALUE | LIST_START => return ErrorKind::Truncated.into(),
        SECTION_END => (ElementKind::SectionEnd, Place::OutsideOfSection),
        LIST_ITEM => (ElementKind::ListItem, Place::OutsideOfList),
        LIST_END => (ElementKind::ListEnd, Place::OutsideOfList),
        tag => return ErrorKind::UnknownElement(tag).into(),
    };
    ErrorKind::Misplaced { element, place }.into()
}

#[cold]
fn misplaced_in_list(tag: u8) -> Error {
    let element = match tag {
        LIST_ITEM => return ErrorKind::Truncated.into(),
        SECTION_START => ElementKind::SectionStart,
        SECTION_END => ElementKind::SectionEnd,
        KEY_VALUE => ElementKind::KeyValue,
        LIST_START => ElementKind::ListStart,
        tag => return ErrorKind::UnknownElement(tag).into(),
    };
    let place = Place::InsideOfList;
    ErrorKind::Misplaced { element, place }.into()
}

/// A pull parser: the elements of a message, one after the other.
///
/// It enforces the grammar (sections are balanced, lists hold items and nothing else, no length
/// points behind the end), borrows names and values from the input, allocates nothing and uses no
/// recursion. After an error or the end it yields nothing more.
///
/// ```
/// use vici_serde::{Element, Elements};
///
/// let mut elements = Elements::new(b"\x03\x04key1\x00\x06value1");
/// let element = elements.next().transpose()?;
/// assert_eq!(element, Some(Element::KeyValue { name: b"key1", value: b"value1" }));
/// assert!(elements.next().is_none());
/// # Ok::<(), vici_serde::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
    depth: usize,
    in_list: bool,
    done: bool,
    /// Of the outermost section or list that is open.
    outermost: usize,
}

impl<'a> Elements<'a> {
    /// Reads the elements of `message`.
    pub fn new(message: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(message),
            depth: 0,
            in_list: false,
            done: false,
            outermost: 0,
        }
    }

    /// The position of the next element in the message.
    pub fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// How many sections are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    fn parse(&mut self) -> Result<Option<Element<'a>>> {
        if self.in_list {
            if let Some(value) = self.cursor.item()? {
                return Ok(Some(Element::ListItem { value }));
            }
            self.in_list = false;
            return Ok(Some(Element::ListEnd));
        }
        let root = self.depth == 0;
        if root {
            self.outermost = self.cursor.offset();
        }
        let Some(entry) = self.cursor.entry(root)? else {
            if root {
                return Ok(None);
            }
            self.depth -= 1;
            return Ok(Some(Element::SectionEnd));
        };
        let RawEntry { name, value, .. } = entry;
        Ok(Some(match entry.kind {
            Kind::Value => Element::KeyValue { name, value },
            Kind::Section => {
                self.depth += 1;
                Element::SectionStart { name }
            }
            Kind::List => {
                self.in_list = true;
                Element::ListStart { name }
            }
        }))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Element<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let element = self
            .parse()
            .map_err(|error| error.at(self.outermost))
            .transpose();
        self.done = !matches!(element, Some(Ok(_)));
        element
    }
}

impl std::iter::FusedIterator for Elements<'_> {}
