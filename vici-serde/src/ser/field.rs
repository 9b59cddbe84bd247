//! What stands behind a name: a value, a list or a section.

use serde::Serialize;

use super::output::Serializer;
use super::scalar::scalars;
use super::section::SectionSerializer;
use super::seq::SeqSerializer;
use crate::error::{Error, Result, unsupported};
use crate::fault::Unsupported;

impl Serializer<'_> {
    /// Writes `name` with a value that may not be absent.
    #[inline]
    pub(super) fn required<T: ?Sized + Serialize>(&mut self, name: &[u8], value: &T) -> Result<()> {
        value
            .serialize(FieldSerializer::required(self, name))
            .map_err(|error| error.within(name))
    }

    /// Writes `name` with its value, or nothing for `None`.
    #[inline]
    pub(super) fn optional<T: ?Sized + Serialize>(&mut self, name: &[u8], value: &T) -> Result<()> {
        value
            .serialize(FieldSerializer::optional(self, name))
            .map_err(|error| error.within(name))
    }
}

/// The serializer of what stands behind a name.
///
/// The name is held back until the kind of the value is known, so that nothing needs patching.
struct FieldSerializer<'s, 'a> {
    ser: &'s mut Serializer<'a>,
    name: &'s [u8],
    optional: bool,
}

impl<'s, 'a> FieldSerializer<'s, 'a> {
    #[inline]
    fn optional(ser: &'s mut Serializer<'a>, name: &'s [u8]) -> Self {
        Self {
            ser,
            name,
            optional: true,
        }
    }

    #[inline]
    fn required(ser: &'s mut Serializer<'a>, name: &'s [u8]) -> Self {
        Self {
            ser,
            name,
            optional: false,
        }
    }

    #[inline]
    fn write(self, value: &[u8]) -> Result<()> {
        self.ser.writer.key_value(self.name, value)
    }
}

impl<'s, 'a> serde::Serializer for FieldSerializer<'s, 'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = SeqSerializer<'s, 'a>;
    type SerializeTuple = SeqSerializer<'s, 'a>;
    type SerializeTupleStruct = SeqSerializer<'s, 'a>;
    type SerializeTupleVariant = SeqSerializer<'s, 'a>;
    type SerializeMap = SectionSerializer<'s, 'a>;
    type SerializeStruct = SectionSerializer<'s, 'a>;
    type SerializeStructVariant = SectionSerializer<'s, 'a>;

    scalars! {}

    #[inline]
    fn serialize_none(self) -> Result<()> {
        if self.optional {
            Ok(())
        } else {
            Err(unsupported(Unsupported::NoValue))
        }
    }

    #[inline]
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<()> {
        value.serialize(Self::required(self.ser, self.name))
    }

    fn serialize_unit(self) -> Result<()> {
        Err(unsupported(Unsupported::UnitValue))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    /// What is in a newtype may not be absent: serde could not read it back.
    #[inline]
    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<()> {
        value.serialize(Self::required(self.ser, self.name))
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.ser.begin_section(self.name)?;
        self.ser.required(variant.as_bytes(), value)?;
        self.ser.end_sections(1)
    }

    #[inline]
    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq> {
        Ok(SeqSerializer::new(self.ser, self.name, 0))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        self.ser.begin_section(self.name)?;
        Ok(SeqSerializer::new(self.ser, variant.as_bytes(), 1))
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap> {
        self.ser.begin_section(self.name)?;
        Ok(SectionSerializer::map(self.ser, len, 1))
    }

    #[inline]
    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self::SerializeStruct> {
        self.ser.begin_section(self.name)?;
        Ok(SectionSerializer::fields(self.ser, 1))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant> {
        self.ser.begin_section(self.name)?;
        self.ser.begin_section(variant.as_bytes())?;
        Ok(SectionSerializer::fields(self.ser, 2))
    }
}
