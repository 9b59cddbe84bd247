//! A tree to Rust values, as its bytes would be read.

use std::slice;

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::tree::{Section, Value};
use crate::de::forward::{forwarded, scalars_refused};
use crate::de::piece::Piece;
use crate::error::{Error, ErrorKind, Result, expected};
use crate::fault::Shape;
use crate::limits::MAX_DEPTH;
use crate::string::Text;

/// Deserializes a message.
#[derive(Clone, Copy)]
pub(super) struct Root<'de>(pub(super) &'de Section);

impl<'de> serde::Deserializer<'de> for Root<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visit_section(self.0, 0, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.values().next() {
            None => visitor.visit_unit(),
            Some(value) => Err(expected(Shape::EmptyMessage, value.shape())),
        }
    }

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
        visit_variant(self.0, 0, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::List, Shape::Message))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visit_section(self.0, 0, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    forwarded! {}

    scalars_refused! { (self) => expected(Shape::Value, Shape::Message) }
}

/// Deserializes a value, a list or a section that is inside of so many sections.
#[derive(Clone, Copy)]
pub(super) struct Node<'de> {
    value: &'de Value,
    depth: usize,
}

impl<'de> Node<'de> {
    pub(super) fn new(value: &'de Value) -> Self {
        Self { value, depth: 0 }
    }

    fn section(self) -> Result<Option<&'de Section>> {
        match self.value {
            Value::Section(_) if self.depth == MAX_DEPTH => Err(ErrorKind::TooDeep.into()),
            Value::Section(section) => Ok(Some(section)),
            _ => Ok(None),
        }
    }
}

/// What is read from a value as from the piece of a message, or else is refused.
macro_rules! scalars {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.value {
                Value::Scalar(text) => Piece::of(&text.as_bytes()).$method(visitor),
                other => Err(expected(Shape::Value, other.shape())),
            }
        })*
    };
}

impl<'de> serde::Deserializer<'de> for Node<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value {
            Value::Scalar(text) => Piece::of(&text.as_bytes()).deserialize_any(visitor),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Section(_) => self.deserialize_map(visitor),
        }
    }

    scalars! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::Nothing, self.value.shape()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if let Value::List(items) = self.value {
            let mut list = List {
                items: items.iter(),
                index: 0,
            };
            let value = visitor.visit_seq(&mut list)?;
            return ended(list.items.len(), value);
        }
        let Some(section) = self.section()? else {
            return Err(expected(Shape::List, Shape::Value));
        };
        let mut numbered = Numbered {
            entries: section.entries.iter(),
            index: 0,
            depth: self.depth + 1,
        };
        let value = visitor.visit_seq(&mut numbered)?;
        ended(numbered.entries.len(), value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.section()? {
            Some(section) => visit_section(section, self.depth + 1, visitor),
            None => Err(expected(Shape::Section, self.value.shape())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.value {
            Value::Scalar(text) => {
                Piece::of(&text.as_bytes()).deserialize_enum(name, variants, visitor)
            }
            Value::List(_) => Err(expected(Shape::ValueOrSection, Shape::List)),
            Value::Section(section) => {
                self.section()?;
                visit_variant(section, self.depth + 1, visitor)
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    forwarded! {}
}

fn visit_section<'de, V: Visitor<'de>>(
    section: &'de Section,
    depth: usize,
    visitor: V,
) -> Result<V::Value> {
    if section.too_deep {
        return Err(ErrorKind::TooDeep.into());
    }
    let mut entries = Entries {
        entries: section.entries.iter(),
        value: None,
        depth,
    };
    let value = visitor.visit_map(&mut entries)?;
    ended(entries.entries.len(), value)
}

fn visit_variant<'de, V: Visitor<'de>>(
    section: &'de Section,
    depth: usize,
    visitor: V,
) -> Result<V::Value> {
    match section.entries.as_slice() {
        [] => Err(expected(Shape::Variant, Shape::EmptySection)),
        [(name, value), rest @ ..] => {
            let node = Node { value, depth };
            let value = visitor.visit_enum(Variant { name, node })?;
            ended(rest.len(), value)
        }
    }
}

fn ended<T>(left: usize, value: T) -> Result<T> {
    if left == 0 {
        Ok(value)
    } else {
        Err(ErrorKind::LeftOver.into())
    }
}

/// The keys, lists and sections of a section.
struct Entries<'de> {
    entries: slice::Iter<'de, (Text, Value)>,
    /// What was named last, until it is read.
    value: Option<&'de (Text, Value)>,
    depth: usize,
}

impl<'de> MapAccess<'de> for &mut Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        self.value = self.entries.next();
        let Some((name, value)) = self.value else {
            return Ok(None);
        };
        let of_section = value.as_section().is_some();
        match seed.deserialize(Piece::named(&name.as_bytes(), of_section)) {
            Ok(name) => Ok(Some(name)),
            Err(error) => Err(error.within(name.as_bytes())),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        let Some((name, value)) = self.value else {
            return seed.deserialize(Piece::of(&&b""[..]));
        };
        let depth = self.depth;
        seed.deserialize(Node { value, depth })
            .map_err(|error| error.within(name.as_bytes()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// The items of a list.
struct List<'de> {
    items: slice::Iter<'de, Text>,
    index: usize,
}

impl<'de> SeqAccess<'de> for &mut List<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        match seed.deserialize(Piece::of(&item.as_bytes())) {
            Ok(item) => Ok(Some(item)),
            Err(error) => Err(error.within_item(index)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The sections `0`, `1`, `2` … of a section, as the elements of a sequence.
struct Numbered<'de> {
    entries: slice::Iter<'de, (Text, Value)>,
    index: usize,
    depth: usize,
}

impl<'de> SeqAccess<'de> for &mut Numbered<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((name, value)) = self.entries.next() else {
            return Ok(None);
        };
        let depth = self.depth;
        let read = if *name != *itoa::Buffer::new().format(self.index) {
            Err(expected(Shape::ListOrNumbered, Shape::OtherName))
        } else if value.as_section().is_none() {
            Err(expected(Shape::Section, value.shape()))
        } else {
            seed.deserialize(Node { value, depth })
        };
        self.index += 1;
        match read {
            Ok(element) => Ok(Some(element)),
            Err(error) => Err(error.within(name.as_bytes())),
        }
    }
}

/// The one element of a section, as the variant of an enum.
struct Variant<'de> {
    name: &'de Text,
    node: Node<'de>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let variant = seed.deserialize(Piece::of(&self.name.as_bytes()))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        let error = expected(Shape::UnitVariant, self.node.value.shape());
        Err(error.within(self.name.as_bytes()))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.node)
            .map_err(|error| error.within(self.name.as_bytes()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        serde::Deserializer::deserialize_seq(self.node, visitor)
            .map_err(|error| error.within(self.name.as_bytes()))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        serde::Deserializer::deserialize_map(self.node, visitor)
            .map_err(|error| error.within(self.name.as_bytes()))
    }
}
