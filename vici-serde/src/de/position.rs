//! Where in a message reading is, and what was named there.

use super::input::{Entry, Input};
use super::piece::Piece;
use crate::element::Kind;
use crate::error::{Error, ErrorKind, Result};

/// Reads a message; `&mut` of it is serde's deserializer of the root section.
///
/// [`from_slice`](crate::from_slice) is what most need. This one is for wrappers such as
/// `serde_ignored`.
#[derive(Clone, Debug)]
pub struct Deserializer<'de> {
    pub(super) input: Input<'de>,
    /// Of the key that was named last, or the item that is read.
    pub(super) value: Option<&'de str>,
    pub(super) state: State,
}

/// What may be read at the position.
///
/// The two that say that a list or section was named are the last ones: one comparison tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// What is next in a section. The value of a key that was named may be read, or not.
    Open,
    /// What is next in a list.
    InList,
    /// Nothing: a section has ended, and its type has not returned.
    Ended,
    /// A list or section that was named, and has to be read.
    Named,
    /// A list or section that was named and could not be read. The position is in front of what is
    /// in it, which nothing else may read.
    Failed,
}

/// The list or section that was named last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) name_len: usize,
    /// How many bytes are left behind the name.
    pub(super) left: usize,
}

impl<'de> Deserializer<'de> {
    /// A deserializer of `message`.
    pub fn from_slice(message: &'de [u8]) -> Self {
        Self {
            input: Input::new(message),
            value: None,
            state: State::Open,
        }
    }

    /// Makes sure that everything was read.
    ///
    /// # Errors
    ///
    /// If anything is left, which only a visitor of an unusual type can do: one that stops early, or
    /// keeps an error to itself.
    pub fn end(&self) -> Result<()> {
        let ended = self.input.depth == 0 && matches!(self.state, State::Open | State::Ended);
        if ended && self.input.left() == 0 {
            return Ok(());
        }
        Err(self.left_over(self.input.offset()))
    }

    /// The error where something is left at `offset`; at the last byte where that is the end.
    #[cold]
    fn left_over(&self, offset: usize) -> Error {
        let last = self.input.len().saturating_sub(1);
        Error::new(ErrorKind::LeftOver).at(offset.min(last))
    }

    /// The name of the entry that was read last.
    #[inline]
    pub(super) fn name(&self, entry: Entry<'de>) -> Piece<'_, 'de> {
        Piece {
            text: entry.name,
            other: &self.input.name,
            of_section: entry.kind == Kind::Section,
        }
    }

    /// The value of the key that was named last, or the item that was read last.
    #[inline]
    pub(super) fn value(&self) -> Piece<'_, 'de> {
        Piece {
            text: self.value,
            other: &self.input.value,
            of_section: false,
        }
    }

    /// Gives the path and the offset to an error in the value that was read last.
    #[cold]
    #[inline(never)]
    pub(super) fn locate_scalar(&self, name_len: usize, error: Error) -> Error {
        // A visitor may ask for a value where nothing was named: no subtraction that could fail.
        let value = self
            .input
            .offset()
            .saturating_sub(self.value().bytes().len());
        let end = value.saturating_sub(2);
        error
            .at(self.value_at())
            .within(self.input.part(end.saturating_sub(name_len), end))
    }

    /// Where an error in the value that was read last is: at its first byte, or at its length
    /// where it has none, so that the offset is always one of the message's bytes.
    pub(super) fn value_at(&self) -> usize {
        let len = self.value().bytes().len();
        let start = self.input.offset().saturating_sub(len);
        if len == 0 {
            start.saturating_sub(2)
        } else {
            start
        }
    }

    /// Gives the path and the offset to an error in a list or section.
    #[cold]
    #[inline(never)]
    pub(super) fn locate(&self, head: &Head, error: Error) -> Error {
        let end = self.input.offset_of(head.left);
        let start = end - head.name_len;
        error.at(start - 2).within(self.input.part(start, end))
    }

    /// Gives the path and the offset to an error in the name of the entry that was read last.
    #[cold]
    #[inline(never)]
    pub(super) fn locate_name(&self, entry: Entry<'de>, error: Error) -> Error {
        let name = self.name(entry).bytes();
        // An empty name may be the end of the message: then its length is where the error is.
        let into = if name.is_empty() { 1 } else { 2 };
        error.at(self.head(entry) + into).within(name)
    }

    /// The offset of the first byte of the entry that was read last.
    pub(super) fn head(&self, entry: Entry<'de>) -> usize {
        let len = match entry.kind {
            Kind::Value => 2 + entry.value.map_or(self.input.value.len(), str::len),
            Kind::Section | Kind::List => 0,
        };
        self.input.offset() - len - self.name(entry).bytes().len() - 2
    }

    /// Goes back to the list or section that was named last, which could not be read then.
    #[cold]
    #[inline(never)]
    pub(super) fn go_back(&mut self, head: &Head, depth: usize) {
        self.input.go_back(head.left);
        self.input.depth = depth;
        self.state = State::Failed;
    }

    /// Goes behind the end of the list or section that has not been read.
    #[cold]
    #[inline(never)]
    pub(super) fn skip_failed(&mut self, head: &Head) -> Result<()> {
        match self.skip(head.kind) {
            Ok(()) => {
                self.state = State::Open;
                Ok(())
            }
            Err(error) => Err(self.locate(head, error)),
        }
    }

    /// Goes behind the end of the list or section that the position is in.
    pub(super) fn skip(&mut self, kind: Kind) -> Result<()> {
        let mut cursor = self.input.cursor();
        cursor.skip(kind)?;
        self.input.go_to(&cursor);
        Ok(())
    }

    /// Goes behind the last byte of the message, which is checked.
    pub(super) fn skip_root(&mut self) -> Result<()> {
        let mut cursor = self.input.cursor();
        loop {
            cursor.skip_key_values();
            let Some(entry) = cursor.entry(true)? else {
                break;
            };
            let head = Head {
                kind: entry.kind,
                name_len: entry.name.len(),
                left: cursor.left(),
            };
            cursor
                .skip(head.kind)
                .map_err(|error| self.locate(&head, error))?;
        }
        self.input.go_to_end();
        Ok(())
    }

    /// Notes what an entry stands for, which was read.
    pub(super) fn note(&mut self, entry: Entry<'de>) {
        self.value = entry.value;
        if entry.kind != Kind::Value {
            self.state = State::Named;
        }
    }

    /// Reads the end of the section, where a visitor has not: nothing may be left.
    #[cold]
    pub(super) fn leave(&mut self) -> Result<()> {
        let offset = self.input.offset();
        if matches!(self.state, State::Open | State::Ended) {
            let Some(entry) = self.input.entry()? else {
                return Ok(());
            };
            self.note(entry);
        }
        Err(self.left_over(offset))
    }

    /// Reads the end of the list, where a visitor has not: nothing may be left. Without the end it is
    /// still in the list, also for who keeps the error to itself.
    #[cold]
    pub(super) fn leave_list(&mut self) -> Result<()> {
        let offset = self.input.offset();
        if self.input.item()?.is_some() {
            return Err(self.left_over(offset));
        }
        self.state = State::Open;
        Ok(())
    }
}
