//! The tree in the formats of serde.

use std::fmt;
use std::str;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tree::{Section, Value};
use crate::error::ErrorKind;
use crate::limits::MAX_DEPTH;
use crate::string::Text;

/// For how much there is room at once, whatever a format says that there is.
fn room(hint: Option<usize>) -> usize {
    hint.unwrap_or_default().min(4096)
}

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.too_deep {
            return Err(S::Error::custom(ErrorKind::TooDeep));
        }
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in &self.entries {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Section(section) => section.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Section {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SectionVisitor::root())
    }
}

struct SectionVisitor {
    depth: usize,
}

impl SectionVisitor {
    fn root() -> Self {
        Self { depth: 0 }
    }
}

impl<'de> Visitor<'de> for SectionVisitor {
    type Value = Section;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Section, A::Error> {
        let mut section = Section::with_capacity(room(map.size_hint()));
        while let Some(name) = map.next_key::<Text>()? {
            // Not `?`, which takes much stack without optimisation.
            match map.next_value_seed(ValueSeed { depth: self.depth }) {
                Ok(value) => section.entries.push((name, value)),
                Err(error) => return Err(error),
            }
        }
        Ok(section)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ValueSeed { depth: 0 }.deserialize(deserializer)
    }
}

struct ValueSeed {
    /// How many sections are around the value.
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a section")
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        if self.depth == MAX_DEPTH {
            return Err(A::Error::custom(ErrorKind::TooDeep));
        }
        let depth = self.depth + 1;
        SectionVisitor { depth }.visit_map(map).map(Value::Section)
    }

    /// A list of items, or, where the elements are numbers, the bytes of a value.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(room(seq.size_hint()));
        let mut bytes = Vec::new();
        while let Some(item) = seq.next_element()? {
            match item {
                Item::Text(item) => items.push(item),
                Item::Byte(byte) => bytes.push(byte),
            }
            if !items.is_empty() && !bytes.is_empty() {
                return Err(A::Error::custom("a list of both items and numbers"));
            }
        }
        Ok(if bytes.is_empty() {
            Value::List(items)
        } else {
            Value::Scalar(no_text(bytes)?)
        })
    }
}

/// An element of a sequence: an item of a list, or a byte of a value.
enum Item {
    Text(Text),
    Byte(u8),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or bytes")
    }

    fn visit_str<E>(self, value: &str) -> Result<Item, E> {
        Ok(Item::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Item, E> {
        Ok(Item::Text(value.into()))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Item, E> {
        Ok(Item::Text(value.into()))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Item, E> {
        Ok(Item::Text(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Item, E> {
        u8::try_from(value)
            .map(Item::Byte)
            .map_err(|_| E::custom("a number that is no byte"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        no_text(bytes).map(Item::Text)
    }
}

/// The bytes of a value or an item that was written as numbers, since it is not UTF-8. Text never is:
/// numbers that would be text are a list of numbers that somebody wrote.
fn no_text<E: serde::de::Error>(bytes: Vec<u8>) -> Result<Text, E> {
    match str::from_utf8(&bytes) {
        Ok("") | Err(_) => Ok(bytes.into()),
        Ok(_) => Err(E::custom("a list of numbers, the items of a list are text")),
    }
}
