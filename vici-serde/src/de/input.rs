//! The message that is read, as text where it is text.

use std::str;

use byteorder::{ByteOrder, NetworkEndian};

use crate::element::{
    Cursor, KEY_VALUE, Kind, LIST_END, LIST_ITEM, LIST_START, SECTION_END, SECTION_START,
};
use crate::error::{ErrorKind, Result};
use crate::limits::MAX_DEPTH;

/// How much is checked for UTF-8 at once. Larger windows gain nothing more.
const WINDOW: usize = 4096;

/// What has a name in a section: all of a key/value, the head of a section or list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'de> {
    pub(super) kind: Kind,
    /// If it is text.
    pub(super) name: Option<&'de str>,
    /// Of a key, if it is known to be text.
    pub(super) value: Option<&'de str>,
}

/// A position in a message.
///
/// Checking each short string for UTF-8 by itself costs about 90 instructions, more than everything
/// else that is done for it. Most messages are ASCII between the strings as well, so that a window of
/// them is checked at once, and what is read from it is text without further ado: only its ends have
/// to be those of characters. What does not fit into a window, or is in none, is read as bytes.
///
/// The time is linear in the message whatever it holds. What could not be read from a window that
/// begins with it leaves the window, and no other is opened before the end of that one.
#[derive(Clone, Debug)]
pub(super) struct Input<'de> {
    message: &'de [u8],
    /// What is left of the window, from the position on. Empty where the window was left.
    text: &'de str,
    /// How many bytes follow the text.
    behind: usize,
    /// The name of the last entry where it was not text.
    pub(super) name: &'de [u8],
    /// The last value or item where it was not known to be text.
    pub(super) value: &'de [u8],
    /// How many bytes were left where the window began.
    opened: usize,
    /// How many bytes follow the window, also when it has been left.
    end: usize,
    /// How many sections are open, 0 at the root.
    pub(super) depth: usize,
}

impl<'de> Input<'de> {
    pub(super) fn new(message: &'de [u8]) -> Self {
        Self {
            message,
            text: "",
            behind: message.len(),
            opened: usize::MAX,
            end: message.len(),
            depth: 0,
            name: &[],
            value: &[],
        }
    }

    /// How many bytes the message has.
    pub(super) fn len(&self) -> usize {
        self.message.len()
    }

    /// How many bytes are left.
    #[inline]
    pub(super) fn left(&self) -> usize {
        self.text.len() + self.behind
    }

    /// The position, counted from the beginning.
    pub(super) fn offset(&self) -> usize {
        self.offset_of(self.left())
    }

    /// The position where so many bytes were left, counted from the beginning.
    pub(super) fn offset_of(&self, left: usize) -> usize {
        self.message.len() - left
    }

    /// A part of the message.
    pub(super) fn part(&self, start: usize, end: usize) -> &'de [u8] {
        self.message.get(start..end).unwrap_or_default()
    }

    /// The bytes from the position on.
    pub(super) fn cursor(&self) -> Cursor<'de> {
        Cursor::at(self.message, self.left())
    }

    /// Goes to where a cursor got.
    pub(super) fn go_to(&mut self, cursor: &Cursor<'de>) {
        let left = cursor.left();
        let ahead = left.checked_sub(self.behind);
        match ahead.and_then(|ahead| self.text.get(self.text.len() - ahead..)) {
            Some(text) => self.text = text,
            None => self.leave_window(left),
        }
    }

    /// Goes behind the last byte of a message that is known to be good.
    pub(super) fn go_to_end(&mut self) {
        self.leave_window(0);
    }

    /// Goes back to where so many bytes were left.
    pub(super) fn go_back(&mut self, left: usize) {
        self.leave_window(left);
    }

    /// Goes on in bytes.
    fn leave_window(&mut self, left: usize) {
        self.text = "";
        self.behind = left;
    }

    /// Opens a window at the position, where there may be one.
    fn open(&mut self) -> bool {
        let left = self.left();
        if left == self.opened || (self.text.is_empty() && left > self.end) {
            return false;
        }
        let rest = self.part(self.offset(), self.message.len());
        let window = rest.get(..WINDOW).unwrap_or(rest);
        self.text = match str::from_utf8(window) {
            Ok(text) => text,
            Err(error) => str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
        };
        self.behind = left - self.text.len();
        self.opened = left;
        self.end = self.behind;
        true
    }

    /// Goes one section deeper.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(ErrorKind::TooDeep.into());
        }
        self.depth += 1;
        Ok(())
    }

    /// The next key/value, or the head of the next section or list; `None` behind the end of the
    /// section around it, which is left then.
    ///
    /// At the root, the end of the message ends the section.
    #[inline]
    pub(super) fn entry(&mut self) -> Result<Option<Entry<'de>>> {
        match self.key_value() {
            Some(entry) => Ok(Some(entry)),
            None => self.other_entry(),
        }
    }

    /// A key/value of nothing but text.
    #[inline]
    fn key_value(&mut self) -> Option<Entry<'de>> {
        let text = self.text;
        let [KEY_VALUE, len, ..] = text.as_bytes() else {
            return None;
        };
        let end = 2 + usize::from(*len);
        let name = text.get(2..end)?;
        let value = self.value_at(end)?;
        Some(Entry {
            kind: Kind::Value,
            name: Some(name),
            value: Some(value),
        })
    }

    /// A value of nothing but text, which so much text is before.
    #[inline]
    fn value_at(&mut self, at: usize) -> Option<&'de str> {
        let text = self.text;
        let start = at + 2;
        let len = NetworkEndian::read_u16(text.as_bytes().get(at..start)?);
        let end = start + usize::from(len);
        let value = text.get(start..end)?;
        self.text = text.get(end..)?;
        Some(value)
    }

    /// What is no key/value of nothing but text.
    #[inline(never)]
    fn other_entry(&mut self) -> Result<Option<Entry<'de>>> {
        match self.head() {
            Some(entry) => Ok(entry),
            None => self.entry_of_bytes(),
        }
    }

    /// The head of a section or list with a name that is text, or the end of a section.
    #[inline]
    fn head(&mut self) -> Option<Option<Entry<'de>>> {
        let text = self.text;
        let (kind, len) = match text.as_bytes() {
            [SECTION_START, len, ..] => (Kind::Section, *len),
            [LIST_START, len, ..] => (Kind::List, *len),
            [SECTION_END, ..] if self.depth > 0 => {
                self.text = text.get(1..)?;
                self.depth -= 1;
                return Some(None);
            }
            _ => return None,
        };
        let end = 2 + usize::from(len);
        let name = text.get(2..end)?;
        self.text = text.get(end..)?;
        Some(Some(Entry {
            kind,
            name: Some(name),
            value: None,
        }))
    }

    /// What is not text, or broken.
    #[cold]
    #[inline(never)]
    fn entry_of_bytes(&mut self) -> Result<Option<Entry<'de>>> {
        if self.open() {
            return self.entry();
        }
        let mut cursor = self.cursor();
        let Some(entry) = cursor.entry(self.depth == 0)? else {
            self.leave_window(cursor.left());
            self.depth = self.depth.saturating_sub(1);
            return Ok(None);
        };
        self.name = entry.name;
        self.value = entry.value;
        self.leave_window(cursor.left());
        Ok(Some(Entry {
            kind: entry.kind,
            name: str::from_utf8(entry.name).ok(),
            value: None,
        }))
    }

    /// The next item of a list, if it is known to be text; `None` behind the end of the list.
    #[inline]
    pub(super) fn item(&mut self) -> Result<Option<Option<&'de str>>> {
        match self.text_item() {
            Some(text) => Ok(Some(Some(text))),
            None => self.other_item(),
        }
    }

    #[inline]
    fn text_item(&mut self) -> Option<&'de str> {
        match self.text.as_bytes() {
            [LIST_ITEM, ..] => self.value_at(1),
            _ => None,
        }
    }

    /// How many items come next, as far as the window reaches.
    #[inline]
    pub(super) fn items_ahead(&self) -> usize {
        Cursor::new(self.text.as_bytes()).items()
    }

    /// How many entries of a section come next, as far as the window reaches, up to a section.
    pub(super) fn entries_ahead(&self) -> usize {
        Cursor::new(self.text.as_bytes()).entries()
    }

    /// What is no item of nothing but text.
    #[inline(never)]
    fn other_item(&mut self) -> Result<Option<Option<&'de str>>> {
        if let [LIST_END, ..] = self.text.as_bytes() {
            if let Some(rest) = self.text.get(1..) {
                self.text = rest;
                return Ok(None);
            }
        }
        self.item_of_bytes()
    }

    /// What is not text, or broken.
    #[cold]
    #[inline(never)]
    fn item_of_bytes(&mut self) -> Result<Option<Option<&'de str>>> {
        if self.open() {
            return self.item();
        }
        let mut cursor = self.cursor();
        let Some(item) = cursor.item()? else {
            self.leave_window(cursor.left());
            return Ok(None);
        };
        self.value = item;
        self.leave_window(cursor.left());
        Ok(Some(None))
    }
}

#[cfg(test)]
mod tests;
