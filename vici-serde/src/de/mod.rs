//! Messages to Rust values.

mod access;
pub(crate) mod scalar;
mod utf8;
mod value;

use std::io::Read;

use serde::de::{Deserialize, DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;

use self::access::{NumberedAccess, SectionAccess, Variant};
use self::utf8::Window;
use self::value::ValueDeserializer;
use crate::element::{Cursor, Entry, Kind, MAX_DEPTH, MAX_MESSAGE_LEN};
use crate::error::{Error, ErrorKind, Result};

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
}

impl<'de> Deserializer<'de> {
    /// A deserializer of `message`.
    pub fn from_slice(message: &'de [u8]) -> Self {
        Self {
            cursor: Cursor::new(message),
            window: Window::default(),
            depth: 0,
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
    fn entry(&mut self) -> Result<Option<Entry>> {
        self.cursor.entry(self.depth == 0)
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

    /// Gives the value of an entry to `read`, and the path and offset to its error.
    #[inline]
    fn read_value<T>(
        &mut self,
        entry: Entry,
        read: impl FnOnce(ValueDeserializer<'_, 'de>) -> Result<T>,
    ) -> Result<T> {
        let result = match entry.kind {
            Kind::Value => self.cursor.value(entry.offset).and_then(|(start, end)| {
                read(ValueDeserializer::scalar(self, start, end)).map_err(|error| error.at(start))
            }),
            kind => self.read_compound(entry, |de| read(ValueDeserializer::compound(de, kind))),
        };
        result.map_err(|error| error.within(self.cursor.name(entry)))
    }

    fn read_compound<T>(
        &mut self,
        entry: Entry,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        match read(self) {
            Ok(value) => {
                // Who did not look at it at all has not read its end either.
                if self.cursor.position == entry.name_end {
                    self.cursor
                        .skip(entry)
                        .map_err(|error| error.at(entry.offset))?;
                }
                Ok(value)
            }
            Err(error) => {
                // A visitor that goes on after an error must not take the rest for something else.
                self.cursor.position = self.cursor.input.len();
                Err(error.at(entry.offset))
            }
        }
    }

    /// Gives the entries of the section that the cursor is in to a visitor of maps.
    #[inline]
    fn visit_section<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let mut access = SectionAccess::new(self);
        let value = visitor.visit_map(&mut access)?;
        access.finish()?;
        Ok(value)
    }

    fn visit_variant<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.entry()? else {
            return Err(expected("a section with a variant", "an empty section"));
        };
        let value = visitor.visit_enum(Variant::new(self, entry))?;
        match self.entry()? {
            None => Ok(value),
            Some(entry) => Err(Error::new(ErrorKind::LeftOver).at(entry.offset)),
        }
    }

    fn visit_numbered<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let mut access = NumberedAccess::new(self);
        let value = visitor.visit_seq(&mut access)?;
        access.finish()?;
        Ok(value)
    }

    /// Runs `read` one section deeper.
    #[inline]
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err(ErrorKind::TooDeep.into());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
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
