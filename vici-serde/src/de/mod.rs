//! Messages to Rust values.

mod access;
pub(crate) mod scalar;
mod utf8;
mod value;

use std::io::Read;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Visitor};
use serde::forward_to_deserialize_any;

use self::access::{ListAccess, NumberedAccess, SectionAccess, Variant};
use self::utf8::Window;
use self::value::ValueDeserializer;
use crate::element::{Cursor, Entry, Kind, MAX_DEPTH, MAX_MESSAGE_LEN};
use crate::error::{Error, ErrorKind, Result};

/// Asks whether an element is a section.
///
/// A visitor of a section in which fixed keys stand beside sections of any name cannot tell from a
/// name alone what it has before it: a connection may be called `up`, as a key of `ike-updown` is.
/// It calls [`deserialize_newtype_struct`](serde::Deserializer::deserialize_newtype_struct) with
/// this name. The answer is a call of `visit_map` if the element is a section, else of `visit_some`
/// with the deserializer of the element. Other formats do not know the name and call
/// `visit_newtype_struct`, as for every newtype.
///
/// Unlike `deserialize_any`, this leaves the deserializer whole for what is no section, so that it
/// can be skipped as an ignored value, which wrappers such as `serde_ignored` see.
pub const SECTION: &str = "$vici::section";

/// Asks whether an element is a list: `visit_seq` if it is, else as for [`SECTION`].
pub const LIST: &str = "$vici::list";

macro_rules! scalars_refused {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
            Err(expected("a value", "a message"))
        })*
    };
}

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
    let mut message = Vec::new();
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
    cursor: Cursor<'de>,
    window: Window<'de>,
    /// How many sections are open, 0 at the root.
    depth: usize,
    /// What has been named to a visitor of a section, and its value not asked for.
    pending: Option<Entry>,
    in_list: bool,
}

impl<'de> Deserializer<'de> {
    /// A deserializer of `message`.
    pub fn from_slice(message: &'de [u8]) -> Self {
        Self {
            cursor: Cursor::new(message),
            window: Window::default(),
            depth: 0,
            pending: None,
            in_list: false,
        }
    }

    /// Makes sure that everything was read.
    ///
    /// # Errors
    ///
    /// If anything is left, which only a visitor of an unusual type can do.
    pub fn end(&self) -> Result<()> {
        if self.cursor.is_at_end() {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::LeftOver).at(self.cursor.position))
        }
    }

    #[inline]
    fn visit_text<V: Visitor<'de>>(
        &mut self,
        start: usize,
        end: usize,
        visitor: V,
    ) -> Result<V::Value> {
        match self.window.text(self.cursor.input, start, end) {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(_) => visitor.visit_borrowed_bytes(self.cursor.slice(start, end)),
        }
    }

    /// Reads what stands behind the name that is pending.
    ///
    /// It and what it calls avoid `?`: the stack that a level of nesting takes counts, and without
    /// optimisation each `?` takes as much of it as the value has, several times.
    #[inline]
    fn read_pending<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        let Some(entry) = self.pending else {
            return Err(ErrorKind::LeftOver.into());
        };
        self.pending = None;
        let result = match self.value(entry) {
            Ok(value) => seed.deserialize(value),
            Err(error) => Err(error),
        };
        match &result {
            // Who did not look at a list or section at all has not read its end either.
            Ok(_) if self.cursor.position == entry.name_end => match self.skip(entry) {
                Ok(()) => result,
                Err(error) => Err(error),
            },
            Ok(_) => result,
            Err(_) => result.map_err(|error| self.locate(entry, error)),
        }
    }

    /// A deserializer of what stands behind a name.
    #[inline]
    fn value(&mut self, entry: Entry) -> Result<ValueDeserializer<'_, 'de>> {
        match entry.kind {
            Kind::Value => match self.cursor.value(entry.offset) {
                Ok((start, end)) => Ok(ValueDeserializer::scalar(self, start, end)),
                Err(error) => Err(error),
            },
            kind => Ok(ValueDeserializer::compound(self, kind)),
        }
    }

    /// Gives the path and the offset to an error in what stands behind a name.
    #[cold]
    fn locate(&mut self, entry: Entry, error: Error) -> Error {
        let error = if entry.kind == Kind::Value {
            error.at(entry.name_end + 2)
        } else {
            // A visitor that goes on after an error must not take the rest for something else.
            self.cursor.position = self.cursor.input.len();
            error.at(entry.offset)
        };
        error.within(self.cursor.name(entry))
    }

    /// Goes one section deeper.
    #[inline]
    fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(ErrorKind::TooDeep.into());
        }
        self.depth += 1;
        Ok(())
    }

    /// The head of the next element of the section; behind the last one, the section is left.
    #[inline]
    fn entry(&mut self) -> Result<Option<Entry>> {
        let entry = self.cursor.entry(self.depth == 0)?;
        if entry.is_none() {
            self.depth = self.depth.saturating_sub(1);
        }
        Ok(entry)
    }

    /// Gives the entries of the section that has been entered to a visitor of maps.
    #[inline]
    fn visit_section<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.depth;
        let result = visitor.visit_map(SectionAccess::new(self));
        if self.depth == depth && result.is_ok() {
            self.leave()?;
        }
        result
    }

    /// Gives the numbered sections of the section that has been entered to a visitor of sequences.
    fn visit_numbered<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.depth;
        let value = visitor.visit_seq(NumberedAccess::new(self))?;
        if self.depth == depth {
            self.leave()?;
        }
        Ok(value)
    }

    /// Gives the one element of the section that has been entered to a visitor of enums.
    fn visit_variant<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.entry()? else {
            return Err(expected("a section with a variant", "an empty section"));
        };
        self.pending = Some(entry);
        let value = visitor.visit_enum(Variant::new(self, entry))?;
        self.leave()?;
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
        let left = match self.pending {
            None => self.entry()?,
            pending => pending,
        };
        match left {
            None => Ok(()),
            Some(entry) => Err(Error::new(ErrorKind::LeftOver).at(entry.offset)),
        }
    }

    /// Reads the end of the list, where a visitor has not: nothing may be left.
    #[cold]
    fn leave_list(&mut self) -> Result<()> {
        self.in_list = false;
        let offset = self.cursor.position;
        match self.cursor.item()? {
            None => Ok(()),
            Some(_) => Err(Error::new(ErrorKind::LeftOver).at(offset)),
        }
    }

    #[inline]
    fn skip(&mut self, entry: Entry) -> Result<()> {
        self.cursor
            .skip(entry)
            .map_err(|error| error.at(entry.offset).within(self.cursor.name(entry)))
    }
}

#[cold]
fn expected(expected: &'static str, found: &'static str) -> Error {
    ErrorKind::Expected { expected, found }.into()
}

/// The deserializer of the root section.
impl<'de> serde::Deserializer<'de> for &mut Deserializer<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.visit_section(visitor).map_err(|error| error.at(0))
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.entry()? {
            None => visitor.visit_unit(),
            Some(entry) => Err(expected("an empty message", entry.kind.article()).at(entry.offset)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.visit_variant(visitor).map_err(|error| error.at(0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected("a list", "a message"))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        while let Some(entry) = self.cursor.entry(true)? {
            self.skip(entry)?;
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { map struct }

    scalars_refused! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier
    }
}
