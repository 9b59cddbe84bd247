//! The keys of maps: whatever is one value.

use serde::Serialize;
use serde::ser::Impossible;

use super::output::Serializer;
use super::scalar::scalars;
use crate::error::{Error, Result, unsupported};
use crate::fault::Unsupported;

/// What is done with the text of a key.
pub(super) trait Target {
    fn write(self, key: &[u8]) -> Result<()>;
}

/// Keeps the key until its value comes.
pub(super) struct KeyBuffer<'b>(pub(super) &'b mut Vec<u8>);

impl Target for KeyBuffer<'_> {
    fn write(self, key: &[u8]) -> Result<()> {
        self.0.extend_from_slice(key);
        Ok(())
    }
}

/// Writes the value while its key is at hand, so that the key need not be kept.
pub(super) struct ValueOf<'s, 'a, V: ?Sized> {
    pub(super) ser: &'s mut Serializer<'a>,
    pub(super) value: &'s V,
    pub(super) optional: bool,
}

impl<V: ?Sized + Serialize> Target for ValueOf<'_, '_, V> {
    #[inline]
    fn write(self, key: &[u8]) -> Result<()> {
        if self.optional {
            self.ser.optional(key, self.value)
        } else {
            self.ser.required(key, self.value)
        }
    }
}

/// The serializer of a key.
pub(super) struct KeySerializer<K>(pub(super) K);

impl<K: Target> KeySerializer<K> {
    #[inline]
    fn write(self, key: &[u8]) -> Result<()> {
        self.0.write(key)
    }
}

#[cold]
fn no_key<T>() -> Result<T> {
    Err(unsupported(Unsupported::Key))
}

impl<K: Target> serde::Serializer for KeySerializer<K> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    scalars! {}

    fn serialize_none(self) -> Result<()> {
        no_key()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        no_key()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<()> {
        no_key()
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
        _variant: &'static str,
        _value: &T,
    ) -> Result<()> {
        no_key()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Self::SerializeSeq> {
        no_key()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple> {
        no_key()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct> {
        no_key()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant> {
        no_key()
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap> {
        no_key()
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Self::SerializeStruct> {
        no_key()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant> {
        no_key()
    }
}
