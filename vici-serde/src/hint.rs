//! What types and this format tell each other through serde, which has no words for it.
//!
//! Types that use it go through any format: what the format is not asked for, or does not know, is
//! done in the way that all formats have.

use std::any::type_name;
use std::fmt;
use std::str;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error;
use crate::string::Text;

/// Asks a name whether it is that of a section.
///
/// A visitor of a section in which fixed keys stand beside sections of any name cannot tell from a
/// name alone what it has before it: a connection may be called `up`, as a key of `ike-updown` is.
/// It asks the deserializer of the name, with
/// [`deserialize_newtype_struct`](serde::Deserializer::deserialize_newtype_struct), for a newtype of
/// this name. Where something else than a section follows, the answer is the text at once. Before a
/// section it is `visit_newtype_struct` with the same name once more, which then, asked again, is
/// the text. What is no deserializer of VICI, as a name that serde has put aside for a flattened
/// struct, is a newtype each time.
///
/// What follows is not touched by the question, so that it can be read or skipped as anything else,
/// which wrappers such as `serde_ignored` see.
pub const SECTION: &str = "$vici::section";

/// Whether the format is VICI: whether `E`, the error of its serializer or deserializer, is that of
/// this crate. Wrappers such as `serde_ignored` keep the error of what they wrap.
///
/// In VICI every value is bytes, in other formats a person reads and writes. The compiler knows both
/// names, and leaves no comparison in the program.
///
/// ```
/// assert!(vici_serde::hint::is_vici::<vici_serde::Error>());
/// assert!(!vici_serde::hint::is_vici::<serde_json::Error>());
/// ```
#[inline]
pub fn is_vici<E>() -> bool {
    type_name::<E>() == type_name::<error::Error>()
}

/// Writes text of any bytes: as a string where it is UTF-8, so that every format shows it as such,
/// else as bytes, or as numbers where people read the format. In VICI nobody looks at it.
///
/// # Errors
///
/// Those of the serializer.
#[inline]
pub fn write_text<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if is_vici::<S::Error>() {
        return serializer.serialize_bytes(text);
    }
    match str::from_utf8(text) {
        Ok(text) => serializer.serialize_str(text),
        // Of the formats for people some have no bytes, but all have numbers.
        Err(_) if serializer.is_human_readable() => serializer.collect_seq(text),
        Err(_) => serializer.serialize_bytes(text),
    }
}

/// Reads what [`write_text`] writes: a function gets the bytes, and says in its own words why they
/// are not what it needs.
///
/// # Errors
///
/// Those of the function and the deserializer.
#[inline]
pub fn read_text<'de, D, T, F>(deserializer: D, from: F) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: FnOnce(&[u8]) -> Result<T, &'static str>,
{
    if is_vici::<D::Error>() {
        deserializer.deserialize_bytes(TextVisitor(from))
    } else {
        deserializer.deserialize_any(TextVisitor(from))
    }
}

/// Hands the bytes of a text to a function, as [`read_text`] does.
///
/// It is for visitors that take something else as well. Numbers and booleans are no text: a name
/// that a person wrote as `007` may have become `7`.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "it is a wrapper of its function")]
pub struct TextVisitor<F>(pub F);

impl<'de, T, F> Visitor<'de> for TextVisitor<F>
where
    F: FnOnce(&[u8]) -> Result<T, &'static str>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        self.visit_bytes(text.as_bytes())
    }

    #[inline]
    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        (self.0)(bytes).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element::<u8>()? {
            bytes.push(byte);
        }
        self.visit_bytes(&bytes)
    }
}

impl Serialize for Text {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_text(self.as_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, |bytes| Ok(Self::from(bytes)))
    }
}
