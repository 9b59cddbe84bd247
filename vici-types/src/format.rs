//! Settings in formats that know numbers and bools: in VICI everything is text.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use vici_serde::hint::{TextVisitor, is_vici, write_text};

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

/// Reads an option whose key is there. In VICI there is nothing else to it, and no step in the paths
/// that `serde_ignored` tells.
#[inline]
pub(crate) fn some<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    if is_vici::<D::Error>() {
        T::deserialize(deserializer).map(Some)
    } else {
        Option::deserialize(deserializer)
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
