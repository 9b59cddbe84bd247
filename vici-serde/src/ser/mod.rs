//! Rust values to messages.

mod field;
mod key;
mod scalar;
mod section;
mod seq;

use std::io::Write;

use serde::Serialize;

use self::field::FieldSerializer;
use self::section::SectionSerializer;
use self::seq::SeqSerializer;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_MESSAGE_LEN};
use crate::writer::Writer;

/// Writes a value as the bytes of a message.
///
/// ```
/// # use serde_derive::Serialize;
/// #[derive(Serialize)]
/// struct ListSas<'a> {
///     ike: Option<&'a str>,
///     noblock: Option<bool>,
/// }
///
/// let message = vici_serde::to_vec(&ListSas { ike: Some("home"), noblock: None })?;
/// assert_eq!(message, b"\x03\x03ike\x00\x04home");
/// # Ok::<(), vici_serde::Error>(())
/// ```
///
/// # Errors
///
/// If the value has no representation (see the [crate] docs), a name or a value is too long, or the
/// message is longer than [`MAX_MESSAGE_LEN`].
pub fn to_vec<T>(value: &T) -> Result<Vec<u8>>
where
    T: ?Sized + Serialize,
{
    let mut message = Vec::new();
    value.serialize(&mut Serializer::new(&mut message))?;
    Ok(message)
}

/// Writes a value as a message to a writer, with one call of its [`write_all`](Write::write_all).
///
/// # Errors
///
/// As [`to_vec`], having written nothing, and if writing fails.
pub fn to_writer<W, T>(mut writer: W, value: &T) -> Result<()>
where
    W: Write,
    T: ?Sized + Serialize,
{
    let message = to_vec(value)?;
    writer
        .write_all(&message)
        .map_err(|error| ErrorKind::Io(error).into())
}

/// Appends a message to a buffer; `&mut` of it is serde's serializer of the root section.
///
/// It is for buffers that are used again, or that hold something before the message. After an error
/// the buffer holds a part of the message, which the caller has to truncate.
///
/// ```
/// # use std::collections::BTreeMap;
/// use serde::Serialize;
/// use vici_serde::Serializer;
///
/// let mut buffer = b"before".to_vec();
/// BTreeMap::from([("name", "home")]).serialize(&mut Serializer::new(&mut buffer))?;
/// assert_eq!(buffer, b"before\x03\x04name\x00\x04home");
/// # Ok::<(), vici_serde::Error>(())
/// ```
#[derive(Debug)]
pub struct Serializer<'a> {
    writer: Writer<'a>,
    /// How many sections are open.
    depth: usize,
}

impl<'a> Serializer<'a> {
    /// Appends to `buffer` a message of at most [`MAX_MESSAGE_LEN`] bytes.
    pub fn new(buffer: &'a mut Vec<u8>) -> Self {
        Self::with_limit(buffer, MAX_MESSAGE_LEN)
    }

    /// Appends to `buffer` a message of at most `limit` bytes.
    pub fn with_limit(buffer: &'a mut Vec<u8>, limit: usize) -> Self {
        Self {
            writer: Writer::new(buffer, limit),
            depth: 0,
        }
    }

    #[inline]
    fn begin_section(&mut self, name: &[u8]) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(ErrorKind::TooDeep.into());
        }
        self.writer.section_start(name)?;
        self.depth += 1;
        Ok(())
    }

    #[inline]
    fn end_sections(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.writer.section_end()?;
        }
        self.depth -= count;
        Ok(())
    }

    /// Writes `name` with a value that may not be absent.
    #[inline]
    fn required<T: ?Sized + Serialize>(&mut self, name: &[u8], value: &T) -> Result<()> {
        value
            .serialize(FieldSerializer::required(self, name))
            .map_err(|error| error.within(name))
    }

    /// Writes `name` with its value, or nothing for `None`.
    #[inline]
    fn optional<T: ?Sized + Serialize>(&mut self, name: &[u8], value: &T) -> Result<()> {
        value
            .serialize(FieldSerializer::optional(self, name))
            .map_err(|error| error.within(name))
    }
}

#[cold]
fn unsupported(what: &'static str) -> Error {
    ErrorKind::Unsupported(what).into()
}

macro_rules! refused_at_root {
    ($($method:ident($type:ty))*) => {
        $(fn $method(self, _value: $type) -> Result<()> {
            Err(unsupported("a value without a key around it"))
        })*
    };
}

/// The serializer of the root section.
impl<'s, 'a> serde::Serializer for &'s mut Serializer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = serde::ser::Impossible<(), Error>;
    type SerializeTuple = serde::ser::Impossible<(), Error>;
    type SerializeTupleStruct = serde::ser::Impossible<(), Error>;
    type SerializeTupleVariant = SeqSerializer<'s, 'a>;
    type SerializeMap = SectionSerializer<'s, 'a>;
    type SerializeStruct = SectionSerializer<'s, 'a>;
    type SerializeStructVariant = SectionSerializer<'s, 'a>;

    refused_at_root! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_i64(i64) serialize_i128(i128) serialize_u8(u8) serialize_u16(u16)
        serialize_u32(u32) serialize_u64(u64) serialize_u128(u128) serialize_f32(f32)
        serialize_f64(f64) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
    }

    fn serialize_none(self) -> Result<()> {
        Err(unsupported("nothing (`None`) as a message"))
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<()> {
        Err(unsupported("a value without a key around it"))
    }

    #[inline]
    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.required(variant.as_bytes(), value)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq> {
        Err(unsupported("a list without a key around it"))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple> {
        Err(unsupported("a list without a key around it"))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        Err(unsupported("a list without a key around it"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        Ok(SeqSerializer::new(self, variant.as_bytes(), 0))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap> {
        Ok(SectionSerializer::map(self, len, 0))
    }

    #[inline]
    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self::SerializeStruct> {
        Ok(SectionSerializer::fields(self, 0))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant> {
        self.begin_section(variant.as_bytes())?;
        Ok(SectionSerializer::fields(self, 1))
    }
}
