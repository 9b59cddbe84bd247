//! What is done differently where the format is VICI: there bytes are exact and everything is text,
//! in other formats people read and write.

use core::any::type_name;
use core::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;

/// Whether `E` is the error of `vici-serde`, so that the format is VICI, also behind wrappers such
/// as `serde_ignored`, which keep the error of what they wrap.
///
/// The compiler knows both names, and leaves no comparison in the program.
#[inline]
pub(crate) fn is_vici<E>() -> bool {
    type_name::<E>() == type_name::<vici_serde::Error>()
}

/// Writes a text that may be any bytes: as text where they are UTF-8, so that every format shows it
/// as such.
#[inline]
pub(crate) fn write_text<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if is_vici::<S::Error>() {
        return serializer.serialize_bytes(text);
    }
    match core::str::from_utf8(text) {
        Ok(text) => serializer.serialize_str(text),
        // Of the formats for people some have no bytes, but all have numbers.
        Err(_) if serializer.is_human_readable() => serializer.collect_seq(text),
        Err(_) => serializer.serialize_bytes(text),
    }
}

/// Writes a text that is a number where it is one, for formats that know the difference.
#[inline]
pub(crate) fn write_setting<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if !is_vici::<S::Error>() {
        if let Some(number) = plain_number(text) {
            return serializer.serialize_i64(number);
        }
    }
    write_text(text, serializer)
}

/// The number whose only spelling is this text.
fn plain_number(text: &[u8]) -> Option<i64> {
    let plain = match text {
        [b'0'] => true,
        [first, ..] => *first != b'0' && text.iter().all(u8::is_ascii_digit),
        [] => false,
    };
    if plain {
        core::str::from_utf8(text).ok()?.parse().ok()
    } else {
        None
    }
}

/// Reads what [`write_text`] writes.
#[inline]
pub(crate) fn read_text<'de, D, T, F>(deserializer: D, from: F) -> Result<T, D::Error>
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

/// Reads what [`write_setting`] writes, and `yes` and `no` where a format has bools for them.
#[inline]
pub(crate) fn read_setting<'de, D, T, F>(deserializer: D, from: F) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: FnOnce(&[u8]) -> Result<T, &'static str>,
{
    if is_vici::<D::Error>() {
        deserializer.deserialize_bytes(TextVisitor(from))
    } else {
        deserializer.deserialize_any(SettingVisitor(from))
    }
}

struct TextVisitor<F>(F);

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

struct SettingVisitor<F>(F);

impl<'de, T, F> Visitor<'de> for SettingVisitor<F>
where
    F: FnOnce(&[u8]) -> Result<T, &'static str>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number or a bool")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.visit_str(if value { "yes" } else { "no" })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        TextVisitor(self.0).visit_str(text)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        TextVisitor(self.0).visit_bytes(bytes)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        TextVisitor(self.0).visit_seq(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_tells_the_format() {
        assert!(is_vici::<vici_serde::Error>());
        assert!(!is_vici::<serde_json::Error>());
        assert!(!is_vici::<core::fmt::Error>());
    }
}
