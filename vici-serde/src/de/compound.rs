//! Lists and sections to Rust values, the root section among them.

use serde::de::{DeserializeSeed, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{ListAccess, NumberedAccess, SectionAccess, Variant};
use super::forward::{forwarded, scalars_refused};
use super::input::Entry;
use super::position::{Deserializer, Head, State};
use crate::element::Kind;
use crate::error::{Error, Result, expected};
use crate::fault::Shape;

impl<'de> Deserializer<'de> {
    /// Reads the value of the key that was named last.
    #[inline]
    pub(super) fn read_scalar<S: DeserializeSeed<'de>>(
        &mut self,
        name_len: usize,
        seed: S,
    ) -> Result<S::Value> {
        match seed.deserialize(self.value()) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.locate_scalar(name_len, error)),
        }
    }

    /// Reads the list or section that was named last.
    ///
    /// Whatever a type does in it, the position is behind its end afterwards, or, with an error, in
    /// front of what is in it: a type may keep the error to itself, or those of parts of it.
    ///
    /// It and what it calls have one variable for the result, and no `?`: values are large, and each
    /// copy of them takes time, and without optimisation stack for every level of nesting.
    pub(super) fn read_compound<S: DeserializeSeed<'de>>(
        &mut self,
        head: &Head,
        seed: S,
    ) -> Result<S::Value> {
        let depth = self.input.depth;
        self.state = State::Open;
        let mut result = seed.deserialize(Compound::new(self, head.kind));
        if let Err(error) = result {
            self.go_back(head, depth);
            result = Err(self.locate(head, error));
        } else if self.is_behind(head, depth) {
            self.state = State::Open;
        } else {
            self.go_back(head, depth);
            if let Err(error) = self.skip_failed(head) {
                result = Err(error);
            }
        }
        result
    }

    /// Whether the list or section has been read to its end.
    #[inline]
    fn is_behind(&self, head: &Head, depth: usize) -> bool {
        self.input.left() != head.left && self.input.depth == depth && self.state != State::InList
    }

    /// Reads what an entry stands for, which was read last.
    pub(super) fn read_entry<S: DeserializeSeed<'de>>(
        &mut self,
        entry: Entry<'de>,
        seed: S,
    ) -> Result<S::Value> {
        self.value = entry.value;
        let head = Head {
            kind: entry.kind,
            name_len: self.name(entry).bytes().len(),
            left: self.input.left(),
        };
        match head.kind {
            Kind::Value => self.read_scalar(head.name_len, seed),
            Kind::Section | Kind::List => self.read_compound(&head, seed),
        }
    }

    /// Gives the entries of the section that has been entered to a visitor of maps.
    #[inline]
    pub(super) fn visit_section<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.input.depth;
        let mut result = visitor.visit_map(SectionAccess::new(self));
        if self.input.depth == depth && result.is_ok() {
            if let Err(error) = self.leave() {
                result = Err(error);
            }
        }
        result
    }

    /// Gives the one element of the section that has been entered to a visitor of enums.
    pub(super) fn visit_variant<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.input.entry()? else {
            return Err(expected(Shape::Variant, Shape::EmptySection));
        };
        self.note(entry);
        let value = visitor.visit_enum(Variant::new(self, entry))?;
        self.leave()?;
        Ok(value)
    }

    /// Gives the numbered sections of the section that has been entered to a visitor of sequences.
    fn visit_numbered<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        let depth = self.input.depth;
        let value = visitor.visit_seq(NumberedAccess::new(self))?;
        if self.input.depth == depth {
            self.leave()?;
        }
        Ok(value)
    }

    /// Gives the items of a list to a visitor of sequences.
    #[inline]
    fn visit_list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value> {
        self.state = State::InList;
        let value = visitor.visit_seq(ListAccess::new(self))?;
        if self.state == State::InList {
            self.leave_list()?;
        }
        Ok(value)
    }
}

/// Deserializes the list or section behind whose name the position is.
struct Compound<'a, 'de> {
    de: &'a mut Deserializer<'de>,
    /// A list or a section.
    kind: Kind,
}

impl<'a, 'de> Compound<'a, 'de> {
    #[inline]
    fn new(de: &'a mut Deserializer<'de>, kind: Kind) -> Self {
        Self { de, kind }
    }

    #[inline]
    fn visit_section<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de.input.enter()?;
        self.de.visit_section(visitor)
    }
}

impl<'de> serde::Deserializer<'de> for Compound<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => self.de.visit_list(visitor),
            _ => self.visit_section(visitor),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::Nothing, self.kind.shape()))
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => self.de.visit_list(visitor),
            _ => {
                self.de.input.enter()?;
                self.de.visit_numbered(visitor)
            }
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.kind {
            Kind::List => Err(expected(Shape::Section, Shape::List)),
            _ => self.visit_section(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.kind {
            Kind::List => Err(expected(Shape::ValueOrSection, Shape::List)),
            _ => {
                self.de.input.enter()?;
                self.de.visit_variant(visitor)
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.de.skip(self.kind)?;
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    forwarded! {}

    scalars_refused! { (self) => not_a_value(self.kind) }
}

/// Apart, as it is in every field that is a value.
#[cold]
#[inline(never)]
fn not_a_value(kind: Kind) -> Error {
    expected(Shape::Value, kind.shape())
}

/// The deserializer of the root section.
impl<'de> serde::Deserializer<'de> for &mut Deserializer<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.visit_section(visitor).map_err(|error| error.at(0))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Some(entry) = self.input.entry()? else {
            return visitor.visit_unit();
        };
        self.note(entry);
        Err(expected(Shape::EmptyMessage, entry.kind.shape()).at(0))
    }

    #[inline]
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
        self.visit_variant(visitor).map_err(|error| error.at(0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value> {
        Err(expected(Shape::List, Shape::Message))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip_root()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { map }

    forwarded! {}

    scalars_refused! { (self) => expected(Shape::Value, Shape::Message) }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }
}
