//! Numbers and flags as the daemon reads them in requests.

use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{
    Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};

use vici_serde::hint::is_vici;

/// Numbers that the daemon reads with `strtol` or `strtoul` in base 0.
pub(crate) trait Lax: Sized {
    fn from_wide(number: i128) -> Option<Self>;
}

macro_rules! lax {
    ($($int:ty),*) => {$(
        impl Lax for $int {
            fn from_wide(number: i128) -> Option<Self> {
                Self::try_from(number).ok()
            }
        }
    )*};
}

lax!(u16, i32);

macro_rules! lax_wrapping {
    ($($int:ty),*) => {$(
        impl Lax for $int {
            /// A negative number is a large one, as `strtoul` has it.
            fn from_wide(number: i128) -> Option<Self> {
                let wrapped = if number < 0 { number + i128::from(Self::MAX) + 1 } else { number };
                Self::try_from(wrapped).ok()
            }
        }
    )*};
}

lax_wrapping!(u32, u64);

/// Whether it is a hexadecimal number, or the beginning of one.
pub(crate) fn is_hex(text: &str) -> bool {
    let text = text.trim_ascii_start();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with("0x") || digits.starts_with("0X")
}

/// Decimal, `0x` hexadecimal, octal behind a zero, blanks and a sign before it; empty is zero.
pub(crate) fn parse(text: &str) -> Option<i128> {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if digits.starts_with('0') => (8, digits),
        None => (10, digits),
    };
    if digits.is_empty() && text.is_empty() {
        return Some(0);
    }
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    Some(if negative { -number } else { number })
}

pub(crate) fn number<'de, D: Deserializer<'de>, T: Lax>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(NumberVisitor(PhantomData))
}

struct NumberVisitor<T>(PhantomData<T>);

impl<'de, T: Lax> Visitor<'de> for NumberVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number that fits into {}", core::any::type_name::<T>())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        parse(text)
            .and_then(T::from_wide)
            .map(Some)
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<T>, E> {
        T::from_wide(number.into())
            .map(Some)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<T>, E> {
        T::from_wide(number.into())
            .map(Some)
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Option<T>, D::Error> {
        value.deserialize_any(self)
    }
}

/// `yes` or `no` in the words of the daemon, or a bool where the format has them.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    value.deserialize_any(BoolVisitor)
}

struct BoolVisitor;

impl<'de> Visitor<'de> for BoolVisitor {
    type Value = Option<bool>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("yes or no")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<bool>, E> {
        Ok(Some(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<bool>, E> {
        let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(["yes", "true", "enabled", "1"]) {
            Ok(Some(true))
        } else if is(["no", "false", "disabled", "0"]) {
            Ok(Some(false))
        } else {
            Err(E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<bool>, E> {
        match number {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<bool>, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<bool>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Option<bool>, D::Error> {
        value.deserialize_any(self)
    }
}

/// A list; where people write, one item stands for the list that has no other.
pub(crate) fn list<'de, D, T>(value: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    if is_vici::<D::Error>() {
        Vec::deserialize(value).map(Some)
    } else {
        value.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

macro_rules! visit_one {
    ($($visit:ident($value:ty);)*) => {$(
        fn $visit<E: Error>(self, value: $value) -> Result<Option<Vec<T>>, E> {
            T::deserialize(value.into_deserializer()).map(|item| Some(vec![item]))
        }
    )*};
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or one item")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<Vec<T>>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Some)
    }

    visit_one! {
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_str(&str);
        visit_bytes(&[u8]);
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Vec<T>>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<Vec<T>>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Option<Vec<T>>, D::Error> {
        value.deserialize_any(self)
    }
}

/// A flag that counts by presence: whatever the value, unless the format has bools.
pub(crate) fn presence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(PresenceVisitor)
}

struct PresenceVisitor;

impl<'de> Visitor<'de> for PresenceVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flag")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<bool, E> {
        Ok(flag)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_none<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }

    // A list or a section of this name is not the flag.
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<bool, A::Error> {
        IgnoredAny.visit_seq(items).map(|_| false)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        IgnoredAny.visit_map(map).map(|_| false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_strtol_does() {
        for (text, number) in [
            ("", 0),
            ("0", 0),
            ("42", 42),
            (" +42", 42),
            ("0x2A", 42),
            ("052", 42),
            ("-1", -1),
            ("18446744073709551615", u64::MAX.into()),
            ("01777777777777777777777", u64::MAX.into()),
            ("000000000000000000000000000000000000000007", 7),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in ["x", "1x", "0x", "08", "1 ", "- 1", "1.5", "--1", "-"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(u32::from_wide(-1), Some(u32::MAX));
        assert_eq!(u64::from_wide(-1), Some(u64::MAX));
        assert_eq!(i32::from_wide(-1), Some(-1));
        assert_eq!(u16::from_wide(70000), None);
    }
}
