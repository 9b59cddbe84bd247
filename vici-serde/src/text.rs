//! Numbers and booleans in flattened structs and in untagged and internally tagged enums.
//!
//! serde reads those through a buffer that holds what the format says a value is, and to VICI every
//! value is text. A `u32` then finds a string and gives up. With this module the text is parsed when
//! the type is known, as it is everywhere else:
//!
//! ```
//! # use serde_derive::{Deserialize, Serialize};
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Traffic {
//!     #[serde(rename = "bytes-in", with = "vici_serde::text")]
//!     bytes_in: u64,
//!     #[serde(default, with = "vici_serde::text", skip_serializing_if = "Option::is_none")]
//!     encap: Option<bool>,
//! }
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Child {
//!     name: String,
//!     #[serde(flatten)]
//!     traffic: Traffic,
//! }
//!
//! let child = Child {
//!     name: "net".to_owned(),
//!     traffic: Traffic { bytes_in: 84, encap: Some(true) },
//! };
//! let message = vici_serde::to_vec(&child)?;
//! assert_eq!(vici_serde::from_slice::<Child>(&message)?, child);
//! # Ok::<(), vici_serde::Error>(())
//! ```
//!
//! It works for every type: integers, floats, `bool`, `char`, newtypes and options of them (an
//! `Option` needs `#[serde(default)]` beside it, as always with `with`), lists, maps and structs. In other formats
//! than VICI it changes nothing.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, forward_to_deserialize_any};

use crate::de::scalar::{boolean, character, float32, float64, integer, with_parsed};

/// Writes the value as it is.
///
/// # Errors
///
/// Those of the value and the serializer.
pub fn serialize<T, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: ?Sized + Serialize,
    S: Serializer,
{
    value.serialize(serializer)
}

/// Reads the value, parsing it from text where the format has text.
///
/// # Errors
///
/// If the text is not what the type needs, and those of the value and the deserializer.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Seed(PhantomData::<T>).deserialize(deserializer)
}

/// Reads a value by what the format says it is.
struct Seed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! visit_as_it_is {
    ($($visit:ident($type:ty))*) => {
        $(fn $visit<E: Error>(self, value: $type) -> Result<S::Value, E> {
            self.0.deserialize(Native(value.into_deserializer()))
        })*
    };
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Seed<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit_as_it_is! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_char(char)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<S::Value, E> {
        self.0.deserialize(Text::new(text.as_bytes()))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<S::Value, E> {
        self.0.deserialize(Text::new(bytes))
    }

    fn visit_none<E: Error>(self) -> Result<S::Value, E> {
        self.0.deserialize(().into_deserializer())
    }

    fn visit_unit<E: Error>(self) -> Result<S::Value, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<S::Value, A::Error> {
        self.0.deserialize(SeqAccessDeserializer::new(Items(seq)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S::Value, A::Error> {
        self.0.deserialize(MapAccessDeserializer::new(Entries(map)))
    }
}

/// A list, whose items are parsed as well.
struct Items<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(Seed(seed))
    }
}

/// A section, whose names and values are parsed as well.
struct Entries<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.0.next_key_seed(Seed(seed))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(Seed(seed))
    }
}

/// A value that the format knows the type of, which may be inside of options and newtypes.
struct Native<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Native<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The text of a value, parsed by what the type asks for.
struct Text<'a, E> {
    bytes: &'a [u8],
    error: PhantomData<E>,
}

impl<'a, E> Text<'a, E> {
    fn new(bytes: &'a [u8]) -> Self {
        let error = PhantomData;
        Self { bytes, error }
    }
}

macro_rules! parse {
    ($($method:ident $visit:ident $read:path;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            // Only the reason is kept: the deserializer around this one knows the path.
            visitor.$visit($read(self.bytes).map_err(|error| E::custom(error.kind()))?)
        })*
    };
}

impl<'de, E: Error> Deserializer<'de> for Text<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => visitor.visit_str(text),
            Err(_) => visitor.visit_bytes(self.bytes),
        }
    }

    with_parsed! { parse }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        let text = String::from_utf8_lossy(self.bytes);
        visitor.visit_enum(IntoDeserializer::<E>::into_deserializer(text))
    }

    forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
