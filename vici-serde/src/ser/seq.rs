//! Sequences: lists of values, or sections that are numbered from 0.

use serde::Serialize;
use serde::ser::{
    Impossible, SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};

use super::output::Serializer;
use super::scalar::scalars;
use super::section::SectionSerializer;
use crate::error::{Error, Result, unsupported};
use crate::fault::Unsupported;

/// Writes the elements of a sequence; the first one tells what it becomes.
#[derive(Debug)]
pub struct SeqSerializer<'s, 'a> {
    ser: &'s mut Serializer<'a>,
    name: &'s [u8],
    shape: Shape,
    len: usize,
    /// How many sections around the sequence end with it.
    ends: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Unknown,
    List,
    Sections,
}

impl<'s, 'a> SeqSerializer<'s, 'a> {
    #[inline]
    pub(super) fn new(ser: &'s mut Serializer<'a>, name: &'s [u8], ends: usize) -> Self {
        Self {
            ser,
            name,
            shape: Shape::Unknown,
            len: 0,
            ends,
        }
    }

    #[inline]
    fn element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
        value
            .serialize(ItemSerializer { seq: &mut *self })
            .map_err(|error| match self.shape {
                Shape::Sections => error.within(itoa::Buffer::new().format(self.len).as_bytes()),
                _ => error.within_item(self.len),
            })?;
        self.len += 1;
        Ok(())
    }

    #[inline]
    fn finish(self) -> Result<()> {
        match self.shape {
            Shape::List => self.ser.writer.list_end()?,
            Shape::Sections => self.ser.end_sections(1)?,
            Shape::Unknown => {
                self.ser.writer.list_start(self.name)?;
                self.ser.writer.list_end()?;
            }
        }
        self.ser.end_sections(self.ends)
    }

    fn begin_element_section(&mut self) -> Result<()> {
        match self.shape {
            Shape::Sections => {}
            Shape::Unknown => {
                self.ser.begin_section(self.name)?;
                self.shape = Shape::Sections;
            }
            Shape::List => return Err(unsupported(Unsupported::SectionAmongValues)),
        }
        let number = self.len;
        self.ser
            .begin_section(itoa::Buffer::new().format(number).as_bytes())
    }
}

macro_rules! sequences {
    ($($trait:ident $method:ident)*) => {
        $(impl $trait for SeqSerializer<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
                self.element(value)
            }

            #[inline]
            fn end(self) -> Result<()> {
                self.finish()
            }
        })*
    };
}

sequences! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// The serializer of one element.
struct ItemSerializer<'q, 's, 'a> {
    seq: &'q mut SeqSerializer<'s, 'a>,
}

impl<'q, 's, 'a> ItemSerializer<'q, 's, 'a> {
    #[inline]
    fn write(self, value: &[u8]) -> Result<()> {
        match self.seq.shape {
            Shape::List => {}
            Shape::Unknown => {
                self.seq.ser.writer.list_start(self.seq.name)?;
                self.seq.shape = Shape::List;
            }
            Shape::Sections => return Err(unsupported(Unsupported::ValueAmongSections)),
        }
        self.seq.ser.writer.list_item(value)
    }
}

#[cold]
fn nested<T>() -> Result<T> {
    Err(unsupported(Unsupported::ListInList))
}

impl<'q, 's, 'a> serde::Serializer for ItemSerializer<'q, 's, 'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = SeqSerializer<'q, 'a>;
    type SerializeMap = SectionSerializer<'q, 'a>;
    type SerializeStruct = SectionSerializer<'q, 'a>;
    type SerializeStructVariant = SectionSerializer<'q, 'a>;

    scalars! {}

    fn serialize_none(self) -> Result<()> {
        Err(unsupported(Unsupported::NoElement))
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        Err(unsupported(Unsupported::UnitElement))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        self.serialize_unit()
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
        self.seq.begin_element_section()?;
        self.seq.ser.required(variant.as_bytes(), value)?;
        self.seq.ser.end_sections(1)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq> {
        nested()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple> {
        nested()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        nested()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        self.seq.begin_element_section()?;
        Ok(SeqSerializer::new(
            &mut *self.seq.ser,
            variant.as_bytes(),
            1,
        ))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap> {
        self.seq.begin_element_section()?;
        Ok(SectionSerializer::map(&mut *self.seq.ser, len, 1))
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self::SerializeStruct> {
        self.seq.begin_element_section()?;
        Ok(SectionSerializer::fields(&mut *self.seq.ser, 1))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant> {
        self.seq.begin_element_section()?;
        self.seq.ser.begin_section(variant.as_bytes())?;
        Ok(SectionSerializer::fields(&mut *self.seq.ser, 2))
    }
}
