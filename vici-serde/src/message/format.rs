//! The tree in the formats of serde.

use std::fmt;
use std::str;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tree::{Section, Value};
use crate::error::ErrorKind;
use crate::hint::read_text;
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
            // What it is here is known to the serializer of each, and looked at only once.
            match value {
                Value::Scalar(value) => map.serialize_entry(name, value)?,
                Value::List(items) => map.serialize_entry(name, items)?,
                Value::Section(section) => map.serialize_entry(name, section)?,
            }
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
        while map.next_key_seed(Begin(&mut section.entries))?.is_some() {
            let Some((_, value)) = section.entries.last_mut() else {
                break;
            };
            let depth = self.depth;
            map.next_value_seed(ValueSeed { value, depth })?;
        }
        Ok(section)
    }
}

/// Begins an entry with its name. Name and value are written where they stay: each move of what was
/// just written costs more than writing it.
struct Begin<'a>(&'a mut Vec<(Text, Value)>);

impl<'de> DeserializeSeed<'de> for Begin<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<(), D::Error> {
        self.0.push((Text::new(), Value::Scalar(Text::new())));
        let entries = self.0;
        read_text(name, |bytes| {
            if let Some((name, _)) = entries.last_mut() {
                name.set(bytes);
            }
            Ok(())
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Self::Scalar(Text::new());
        ValueSeed {
            value: &mut value,
            depth: 0,
        }
        .deserialize(deserializer)?;
        Ok(value)
    }
}

struct ValueSeed<'a> {
    /// Where the value is written to: an empty text.
    value: &'a mut Value,
    /// How many sections are around the value.
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! visit_into {
    ($($visit:ident($type:ty))*) => {$(
        fn $visit<E>(self, value: $type) -> Result<(), E> {
            *self.value = value.into();
            Ok(())
        }
    )*};
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a section")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.visit_bytes(value.as_bytes())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<(), E> {
        match self.value {
            Value::Scalar(text) => text.set(value),
            other => *other = value.into(),
        }
        Ok(())
    }

    visit_into! {
        visit_string(String) visit_byte_buf(Vec<u8>) visit_bool(bool) visit_u64(u64) visit_i64(i64)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if self.depth == MAX_DEPTH {
            return Err(A::Error::custom(ErrorKind::TooDeep));
        }
        let depth = self.depth + 1;
        *self.value = Value::Section(SectionVisitor { depth }.visit_map(map)?);
        Ok(())
    }

    /// A list of items, or, where the elements are numbers, the bytes of a value.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
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
        *self.value = if bytes.is_empty() {
            Value::List(items)
        } else {
            Value::Scalar(no_text(bytes)?)
        };
        Ok(())
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
