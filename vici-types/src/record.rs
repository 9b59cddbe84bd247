//! The one visitor for messages that mix fixed keys with sections of any name.
//!
//! Derived code goes by the names of keys alone. Where a section may have any name (a connection
//! may be called `up`) the kind of the element has to tell it from a key, and serde has no word
//! for that. So the visitor asks the name, with the hint [`SECTION`] of `vici-serde`. Any other format
//! is asked what the value is.

use core::fmt;
use core::marker::PhantomData;
use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

use vici_serde::hint::{SECTION, is_vici};

/// A section while it is read: what has been seen of its keys and sections.
pub(crate) trait Record<'de>: Default {
    type Value;

    /// Whether a section of this name is one with a variable name.
    fn is_variable(&self, name: &[u8]) -> bool;

    /// Reads a section with a variable name.
    fn variable<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error>;

    /// Reads what a fixed key has, or does with it what is done with unknown keys.
    fn key<D: Deserializer<'de>>(&mut self, name: &[u8], value: D) -> Result<(), D::Error>;

    /// Ends the section.
    fn finish<E: Error>(self) -> Result<Self::Value, E>;
}

#[inline]
pub(crate) fn deserialize_record<'de, R, D>(deserializer: D) -> Result<R::Value, D::Error>
where
    R: Record<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(RecordVisitor::<R>(PhantomData))
}

/// Skips a value in the way that `serde_ignored` sees.
pub(crate) fn ignore<'de, D: Deserializer<'de>>(value: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(value).map(|_| ())
}

struct RecordVisitor<R>(PhantomData<R>);

impl<'de, R: Record<'de>> Visitor<'de> for RecordVisitor<R> {
    type Value = R::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R::Value, A::Error> {
        let mut record = R::default();
        while let Some((name, follows)) = map.next_key_seed(Name { asked: 0 })? {
            let (record, name) = (&mut record, &*name);
            if follows == Follows::Other || !record.is_variable(name) {
                map.next_value_seed(Key { record, name })?;
            } else if follows == Follows::Section {
                map.next_value_seed(Variable { record, name })?;
            } else {
                map.next_value_seed(Either { record, name })?;
            }
        }
        record.finish()
    }
}

/// What stands behind a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    Section,
    Other,
    /// The format has no way to tell.
    Unknown,
}

/// The name of an element: text where it is UTF-8, which is all that `serde_ignored` knows.
struct Name {
    /// How often it was asked whether it is one of a section.
    asked: u8,
}

impl Name {
    #[inline]
    fn follows<E>(&self) -> Follows {
        match self.asked {
            0 if is_vici::<E>() => Follows::Other,
            1 => Follows::Section,
            _ => Follows::Unknown,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = (Cow<'de, [u8]>, Follows);

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        if is_vici::<D::Error>() {
            name.deserialize_newtype_struct(SECTION, self)
        } else {
            name.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = (Cow<'de, [u8]>, Follows);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        match self.asked {
            0 => name.deserialize_newtype_struct(SECTION, Self { asked: 1 }),
            _ => name.deserialize_identifier(Self { asked: 2 }),
        }
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        self.visit_borrowed_bytes(name.as_bytes())
    }

    #[inline]
    fn visit_borrowed_bytes<E: Error>(self, name: &'de [u8]) -> Result<Self::Value, E> {
        Ok((Cow::Borrowed(name), self.follows::<E>()))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        self.visit_bytes(name.as_bytes())
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok((Cow::Owned(name.to_owned()), self.follows::<E>()))
    }

    /// An attribute of a pool, where a format has numbers for names.
    fn visit_u64<E: Error>(self, name: u64) -> Result<Self::Value, E> {
        self.visit_str(&name.to_string())
    }

    fn visit_i64<E: Error>(self, name: i64) -> Result<Self::Value, E> {
        self.visit_str(&name.to_string())
    }
}

struct Key<'a, R> {
    record: &'a mut R,
    name: &'a [u8],
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for Key<'_, R> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.record.key(self.name, value)
    }
}

/// A section with a variable name.
struct Variable<'a, R> {
    record: &'a mut R,
    name: &'a [u8],
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for Variable<'_, R> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.record.variable(self.name, value)
    }
}

/// A value whose kind decides whether it belongs to a fixed key.
struct Either<'a, R> {
    record: &'a mut R,
    name: &'a [u8],
}

impl<'de, R: Record<'de>> DeserializeSeed<'de> for Either<'_, R> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

/// Values that can only belong to a fixed key.
macro_rules! visit_keys {
    ($($visit:ident($value:ty);)*) => {$(
        fn $visit<E: Error>(self, value: $value) -> Result<(), E> {
            self.record.key(self.name, Present(value.into_deserializer()))
        }
    )*};
}

impl<'de, R: Record<'de>> Visitor<'de> for Either<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section, a list or a value")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.record
            .variable(self.name, MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let list = SeqAccessDeserializer::new(items);
        self.record.key(self.name, Present(list))
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }

    visit_keys! {
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_f64(f64);
        visit_str(&str);
        visit_bytes(&[u8]);
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.record.key(self.name, ().into_deserializer())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }
}

/// A value that has been looked at: serde's own do not pass for an option or a newtype.
struct Present<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Present<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
