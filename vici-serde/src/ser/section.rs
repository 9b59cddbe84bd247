//! The keys of structs and maps.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, SerializeStructVariant};

use super::key::{KeyBuffer, KeySerializer, ValueOf};
use super::output::Serializer;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Unbalanced;

/// Writes the entries of a section.
#[derive(Debug)]
pub struct SectionSerializer<'s, 'a> {
    ser: &'s mut Serializer<'a>,
    /// How many sections end with this.
    ends: usize,
    /// Whether a value may be absent, and its key with it.
    optional: bool,
    /// The key that has been given before its value.
    key: Option<Vec<u8>>,
}

impl<'s, 'a> SectionSerializer<'s, 'a> {
    /// For the fields of a struct.
    #[inline]
    pub(super) fn fields(ser: &'s mut Serializer<'a>, ends: usize) -> Self {
        Self {
            ser,
            ends,
            optional: true,
            key: None,
        }
    }

    /// For the entries of a map, none of which may be lost.
    ///
    /// A struct with flattened fields is a map of unknown length to serde; its fields may be absent.
    #[inline]
    pub(super) fn map(ser: &'s mut Serializer<'a>, len: Option<usize>, ends: usize) -> Self {
        Self {
            ser,
            ends,
            optional: len.is_none(),
            key: None,
        }
    }
}

impl SerializeStruct for SectionSerializer<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        self.ser.optional(name.as_bytes(), value)
    }

    #[inline]
    fn end(self) -> Result<()> {
        self.ser.end_sections(self.ends)
    }
}

impl SerializeStructVariant for SectionSerializer<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        self.ser.optional(name.as_bytes(), value)
    }

    fn end(self) -> Result<()> {
        self.ser.end_sections(self.ends)
    }
}

impl SerializeMap for SectionSerializer<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<()> {
        let mut buffer = Vec::new();
        key.serialize(KeySerializer(KeyBuffer(&mut buffer)))?;
        self.key = Some(buffer);
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<()> {
        let Some(key) = self.key.take() else {
            return Err(ErrorKind::Unbalanced(Unbalanced::ValueBeforeKey).into());
        };
        if self.optional {
            self.ser.optional(&key, value)
        } else {
            self.ser.required(&key, value)
        }
    }

    #[inline]
    fn serialize_entry<K, V>(&mut self, key: &K, value: &V) -> Result<()>
    where
        K: ?Sized + Serialize,
        V: ?Sized + Serialize,
    {
        key.serialize(KeySerializer(ValueOf {
            ser: self.ser,
            value,
            optional: self.optional,
        }))
    }

    #[inline]
    fn end(self) -> Result<()> {
        if self.key.is_some() {
            return Err(ErrorKind::Unbalanced(Unbalanced::KeyWithoutValue).into());
        }
        self.ser.end_sections(self.ends)
    }
}
