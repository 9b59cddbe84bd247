//! The text of one value to a boolean, a number or a character.

use std::num::ParseIntError;
use std::str;

use crate::error::{Error, ErrorKind, Result};

/// Hands the methods of a deserializer for what is parsed from the text of a value to a macro: the
/// method, the method of the visitor that it calls, and the function that parses.
macro_rules! with_parsed {
    ($macro:ident) => {
        $macro! {
            deserialize_bool visit_bool boolean;
            deserialize_i8 visit_i8 integer;
            deserialize_i16 visit_i16 integer;
            deserialize_i32 visit_i32 integer;
            deserialize_i64 visit_i64 integer;
            deserialize_i128 visit_i128 integer;
            deserialize_u8 visit_u8 integer;
            deserialize_u16 visit_u16 integer;
            deserialize_u32 visit_u32 integer;
            deserialize_u64 visit_u64 integer;
            deserialize_u128 visit_u128 integer;
            deserialize_f32 visit_f32 float32;
            deserialize_f64 visit_f64 float64;
            deserialize_char visit_char character;
        }
    };
}
pub(crate) use with_parsed;

/// An integer that a value can be read as.
pub(crate) trait Integer: Sized {
    /// Reads what nearly every value is, short and without surprises.
    fn fast(bytes: &[u8]) -> Option<Self>;

    /// Reads everything, and finds the words for what cannot be read.
    fn slow(text: &str) -> Result<Self, ParseIntError>;
}

#[inline]
pub(crate) fn integer<T: Integer>(bytes: &[u8]) -> Result<T> {
    match T::fast(bytes) {
        Some(value) => Ok(value),
        None => slow_integer(bytes),
    }
}

#[cold]
fn slow_integer<T: Integer>(bytes: &[u8]) -> Result<T> {
    T::slow(utf8(bytes)?).map_err(|error| ErrorKind::Int(error).into())
}

/// Reads up to 19 digits, which cannot overflow.
#[inline(never)]
fn digits(bytes: &[u8]) -> Option<u64> {
    let mut value = 0;
    let mut rest = bytes;
    if bytes.is_empty() || bytes.len() > 19 {
        return None;
    }
    while let Some((first, tail)) = rest.split_first_chunk() {
        value = value * 10_000 + four_digits(*first)?;
        rest = tail;
    }
    // Without a loop, as most numbers are short.
    Some(match rest {
        [a, b, c] => ((value * 10 + digit(*a)?) * 10 + digit(*b)?) * 10 + digit(*c)?,
        [a, b] => (value * 10 + digit(*a)?) * 10 + digit(*b)?,
        [a] => value * 10 + digit(*a)?,
        _ => value,
    })
}

/// Reads four digits at once: half the instructions of one after the other.
#[inline]
fn four_digits(bytes: [u8; 4]) -> Option<u64> {
    let digits = u32::from_le_bytes(bytes) ^ 0x3030_3030;
    // The highest bit of a byte is set where it is none of 0 to 9, or becomes it.
    if (digits | digits.wrapping_add(0x7676_7676)) & 0x8080_8080 != 0 {
        return None;
    }
    let pairs = digits * 10 + (digits >> 8);
    Some(u64::from(pairs & 0xff) * 100 + u64::from(pairs >> 16 & 0xff))
}

#[inline]
fn digit(byte: u8) -> Option<u64> {
    let digit = byte.wrapping_sub(b'0');
    if digit > 9 { None } else { Some(digit.into()) }
}

macro_rules! integers {
    (unsigned: $($unsigned:ty)*; signed: $($signed:ty)*) => {
        $(impl Integer for $unsigned {
            #[inline]
            fn fast(bytes: &[u8]) -> Option<Self> {
                Self::try_from(digits(bytes)?).ok()
            }

            fn slow(text: &str) -> Result<Self, ParseIntError> {
                text.parse()
            }
        })*
        $(impl Integer for $signed {
            #[inline]
            fn fast(bytes: &[u8]) -> Option<Self> {
                match bytes {
                    [b'-', bytes @ ..] => {
                        let value = i64::try_from(digits(bytes)?).ok()?;
                        Self::try_from(-value).ok()
                    }
                    bytes => Self::try_from(digits(bytes)?).ok(),
                }
            }

            fn slow(text: &str) -> Result<Self, ParseIntError> {
                text.parse()
            }
        })*
    };
}

integers!(unsigned: u8 u16 u32 u64 u128; signed: i8 i16 i32 i64 i128);

/// The booleans of the daemon: four spellings each, in any case.
#[inline]
pub(crate) fn boolean(bytes: &[u8]) -> Result<bool> {
    match bytes {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        bytes => other_boolean(bytes),
    }
}

#[cold]
fn other_boolean(bytes: &[u8]) -> Result<bool> {
    let is_one_of = |spellings: [&str; 4]| {
        spellings
            .iter()
            .any(|spelling| bytes.eq_ignore_ascii_case(spelling.as_bytes()))
    };
    if is_one_of(["yes", "true", "enabled", "1"]) {
        Ok(true)
    } else if is_one_of(["no", "false", "disabled", "0"]) {
        Ok(false)
    } else {
        Err(ErrorKind::Bool.into())
    }
}

macro_rules! float {
    ($name:ident, $float:ty) => {
        pub(crate) fn $name(bytes: &[u8]) -> Result<$float> {
            let value: $float = utf8(bytes)?
                .parse()
                .map_err(|error| Error::new(ErrorKind::Float(error)))?;
            if value.is_finite() {
                Ok(value)
            } else {
                Err(ErrorKind::NotFinite.into())
            }
        }
    };
}

float!(float32, f32);
float!(float64, f64);

pub(crate) fn character(bytes: &[u8]) -> Result<char> {
    let mut chars = utf8(bytes)?.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err(ErrorKind::Char.into()),
    }
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    str::from_utf8(bytes).map_err(|error| ErrorKind::NotUtf8(error).into())
}
