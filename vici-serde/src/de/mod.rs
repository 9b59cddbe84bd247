//! Messages to Rust values.

mod access;
mod compound;
pub(crate) mod forward;
mod input;
pub(crate) mod piece;
mod root;
pub(crate) mod scalar;

use std::io::Read;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Visitor};

use self::access::{ListAccess, NumberedAccess, SectionAccess, State, Variant};
use self::compound::Compound;
use self::input::{Entry, Input};
use self::piece::Piece;
use crate::element::Kind;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_MESSAGE_LEN;

/// Reads a value from the bytes of a message.
///
/// What can be borrowed (`&str`, `&[u8]`, `Cow` with `#[serde(borrow)]`) is borrowed from them.
///
/// ```
/// # use serde_derive::Deserialize;
/// #[derive(Deserialize)]
/// struct Pool<'a> {
///     #[serde(borrow)]
///     base: &'a str,
///     online: u32,
/// }
///
/// let pool: Pool<'_> = vici_serde::from_slice(b"\x03\x04base\x00\x08192.0.2.\x03\x06online\x00\x017")?;
/// assert_eq!((pool.base, pool.online), ("192.0.2.", 7));
/// # Ok::<(), vici_serde::Error>(())
/// ```
///
/// # Errors
///
/// If the bytes are not a message, or not one that fits the type.
pub fn from_slice<'de, T>(message: &'de [u8]) -> Result<T>
where
    T: Deserialize<'de>,
{
    let mut deserializer = Deserializer::from_slice(message);
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a value from a message that fills a reader up to its end.
///
/// The message is read into memory first, at most [`MAX_MESSAGE_LEN`] of it. A connection to the
/// daemon has no end behind a message; its packets are what a client reads.
///
/// # Errors
///
/// As [`from_slice`], if reading fails, and if there is more than a message may hold.
pub fn from_reader<R, T>(reader: R) -> Result<T>
where
    R: Read,
    T: DeserializeOwned,
{
    // Large enough for nearly every message, so that what was read is not copied again.
    let mut message = Vec::with_capacity(64 * 1024);
    reader
        .take(MAX_MESSAGE_LEN as u64 + 1)
        .read_to_end(&mut message)
        .map_err(ErrorKind::Io)?;
    if message.len() > MAX_MESSAGE_LEN {
        return Err(ErrorKind::MessageTooLong(MAX_MESSAGE_LEN).into());
    }
    from_slice(&message)
}

/// Reads a message; `&mut` of it is serde's deserializer of the root section.
///
/// [`from_slice`] is what most need. This one is for wrappers such as `serde_ignored`.
#[derive(Clone, Debug)]
pub struct Deserializer<'de> {
    input: Input<'de>,
    /// Of the key that was named last, or the item that is read.
    value: Option<&'de str>,
    /// Whether a list or section was named that has not been read: nobody has asked for it, or it
    /// could not be read. The position is in front of what is in it, which nothing else may read.
    pending: bool,
    in_list: bool,
}

/// The list or section that was named last.
#[derive(Clone, Copy, Debug)]
struct Head {
    kind: Kind,
    name_len: usize,
    /// How many bytes are left behind the name.
    left: usize,
}

impl<'de> Deserializer<'de> {
    /// A deserializer of `message`.
    pub fn from_slice(message: &'de [u8]) -> Self {
        Self {
            input: Input::new(message),
            value: None,
            pending: false,
            in_list: false,
        }
    }

    /// Makes sure that everything was read.
    ///
    /// # Errors
    ///
    /// If anything is left, which only a visitor of an unusual type can do: one that stops early, or
    /// keeps an error to itself.
    pub fn end(&self) -> Result<()> {
        let ended = self.input.depth == 0 && !self.in_list && !self.pending;
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
    fn name(&self, entry: Entry<'de>) -> Piece<'_, 'de> {
        Piece {
            text: entry.name,
            other: &self.input.name,
            of_section: entry.kind == Kind::Section,
        }
    }

    /// The value of the key that was named last, or the item that was read last.
    #[inline]
    fn value(&self) -> Piece<'_, 'de> {
        Piece {
            text: self.value,
            other: &self.input.value,
            of_section: false,
        }
    }

    /// Reads the value of the key that was named last.
    #[inline]
    fn read_scalar<S: DeserializeSeed<'de>>(
        &mut self,
        name_len: usize,
        seed: S,
    ) -> Result<S::Value> {
        let mut result = seed.deserialize(self.value());
        if let Err(error) = result {
            result = Err(self.locate_scalar(name_len, error));
        }
        result
    }

    /// Reads the list or section that was named last.
    ///
    /// Whatever a type does in it, the position is behind its end afterwards, or, with an error, in
    /// front of what is in it: a type may keep the error to itself, or those of parts of it.
    ///
    /// It and what it calls have one variable for the result, and no `?`: values are large, and each
    /// copy of them takes time, and without optimisation stack for every level of nesting.
    fn read_compound<S: DeserializeSeed<'de>>(
        &mut self,
        head: &Head,
        state: Option<&mut State>,
        seed: S,
    ) -> Result<S::Value> {
        let depth = self.input.depth;
        self.pending = false;
        let mut result = seed.deserialize(Compound::new(self, head.kind));
        if let Err(error) = result {
            self.go_back(head, depth);
            result = Err(self.fail(head, state, error));
        } else if self.input.left() == head.left || self.input.depth != depth || self.in_list {
            self.go_back(head, depth);
            if let Err(error) = self.skip_pending(head) {
                result = Err(self.fail(head, state, error));
            }
        }
        result
    }

    /// Notes that a list or section could not be read, where that matters, and says where.
    ///
    /// Noting it where the result is looked at again would move that, and results are large.
    #[cold]
    #[inline(never)]
    fn fail(&self, head: &Head, state: Option<&mut State>, error: Error) -> Error {
        if let Some(state) = state {
            *state = State::Failed;
        }
        self.locate(head, error)
    }

    /// Reads what an entry stands for, which was read last.
    fn read_entry<S: DeserializeSeed<'de>>(
        &mut self,
        entry: Entry<'de>,
        seed: S,
    ) -> Result<S::Value> {
        self.value = entry.value;
        let head = Head {
            kind: entry.kind,
            name_len: self.name(entry).bytes().len(),
            left: self.input.left(),
        };
        match head.kind {
            Kind::Value => self.read_scalar(head.name_len, seed),
            Kind::Section | Kind::List => self.read_compound(&head, None, seed),
        }
    }

    /// Gives the path and the offset to an error in the value that was read last.
    #[cold]
    #[inline(never)]
    fn locate_scalar(&self, name_len: usize, error: Error) -> Error {
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
    fn value_at(&self) -> usize {
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
    fn locate(&self, head: &Head, error: Error) -> Error {
        let end = self.input.offset_of(head.left);
        let start = end - head.name_len;
        error.at(start - 2).within(self.input.part(start, end))
    }

    /// Gives the path and the offset to an error in the name of the entry that was read last.
    #[cold]
    #[inline(never)]
    fn locate_name(&self, entry: Entry<'de>, error: Error) -> Error {
        let name = self.name(entry).bytes();
        // An empty name may be the end of the message: then its length is where the error is.
        let into = if name.is_empty() { 1 } else { 2 };
        error.at(self.head(entry) + into).within(name)
    }

    /// The offset of the first byte of the entry that was read last.
    fn head(&self, entry: Entry<'de>) -> usize {
        let len = match entry.kind {
            Kind::Value => 2 + entry.value.map_or(self.input.value.len(), str::len),
            Kind::Section | Kind::List => 0,
        };
        self.input.offset() - len - self.name(entry).bytes().len() - 2
    }

    /// Goes back to the list or section that was named last, which has not been read then.
    #[cold]
    #[inline(never)]
    fn go_back(&mut self, head: &Head, depth: usize) {
        self.input.go_back(head.left);
        self.input.depth = depth;
        self.in_list = false;
        self.pending = true;
    }

    /// Goes behind the end of the list or section that has not been read.
    #[cold]
    #[inline(never)]
    fn skip_pending(&mut self, head: &Head) -> Result<()> {
        self.skip(head.kind)?;
        self.pending = false;
        Ok(())
    }

    /// Goes behind the last byte of the message, which is checked.
    fn skip_root(&mut self) -> Result<()> {
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

    /// Goes behind the end of the list or section that the position is in.
    fn skip(&mut self, kind: Kind) -> Result<()> {
        let mut cursor = self.input.cursor();
        cursor.skip(kind)?;
        self.input.go_to(&cursor);
        Ok(())
    }

    /// Gives the entries of the section that has been entered to a visitor of maps.
    #[inline]
    fn visit_section<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.input.depth;
        let mut result = visitor.visit_map(SectionAccess::new(self));
        if self.input.depth == depth && result.is_ok() {
            if let Err(error) = self.leave() {
                result = Err(error);
            }
        }
        result
    }

    /// Gives the one element of the section that has been entered to a visitor of enums.
    fn visit_variant<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.input.entry()? else {
            return Err(expected("a section with a variant", "an empty section"));
        };
        self.pending = entry.kind != Kind::Value;
        let value = visitor.visit_enum(Variant::new(self, entry))?;
        self.leave()?;
        Ok(value)
    }

    /// Gives the numbered sections of the section that has been entered to a visitor of sequences.
    fn visit_numbered<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.input.depth;
        let value = visitor.visit_seq(NumberedAccess::new(self))?;
        if self.input.depth == depth {
            self.leave()?;
        }
        Ok(value)
    }

    /// Gives the items of a list to a visitor of sequences.
    #[inline]
    fn visit_list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.in_list = true;
        let value = visitor.visit_seq(ListAccess::new(self))?;
        if self.in_list {
            self.leave_list()?;
        }
        Ok(value)
    }

    /// Reads the end of the section, where a visitor has not: nothing may be left.
    #[cold]
    fn leave(&mut self) -> Result<()> {
        let offset = self.input.offset();
        if !self.pending {
            let Some(entry) = self.input.entry()? else {
                return Ok(());
            };
            self.pending = entry.kind != Kind::Value;
        }
        Err(self.left_over(offset))
    }

    /// Reads the end of the list, where a visitor has not: nothing may be left. Without the end it is
    /// still in the list, also for who keeps the error to itself.
    #[cold]
    fn leave_list(&mut self) -> Result<()> {
        let offset = self.input.offset();
        if self.input.item()?.is_some() {
            return Err(self.left_over(offset));
        }
        self.in_list = false;
        Ok(())
    }
}

#[cold]
fn expected(expected: &'static str, found: &'static str) -> Error {
    ErrorKind::Expected { expected, found }.into()
}
