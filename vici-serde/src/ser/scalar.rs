//! Booleans, numbers and characters to the text of one value.

use std::io::Write;

use crate::error::{ErrorKind, Result};

/// The methods of a serializer for all that is one value, over its `write(&[u8])`.
macro_rules! scalars {
    () => {
        $crate::ser::scalar::scalars! { integers:
            serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
            serialize_i128(i128) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
            serialize_u64(u64) serialize_u128(u128)
        }

        #[inline]
        fn serialize_bool(self, value: bool) -> Result<()> {
            self.write(if value { b"yes" } else { b"no" })
        }

        fn serialize_f32(self, value: f32) -> Result<()> {
            $crate::ser::scalar::float(value.is_finite(), value, |text| self.write(text))
        }

        fn serialize_f64(self, value: f64) -> Result<()> {
            $crate::ser::scalar::float(value.is_finite(), value, |text| self.write(text))
        }

        fn serialize_char(self, value: char) -> Result<()> {
            self.write(value.encode_utf8(&mut [0; 4]).as_bytes())
        }

        #[inline]
        fn serialize_str(self, value: &str) -> Result<()> {
            self.write(value.as_bytes())
        }

        #[inline]
        fn serialize_bytes(self, value: &[u8]) -> Result<()> {
            self.write(value)
        }

        #[inline]
        fn serialize_unit_variant(
            self,
            _name: &'static str,
            _index: u32,
            variant: &'static str,
        ) -> Result<()> {
            self.write(variant.as_bytes())
        }
    };
    (integers: $($method:ident($type:ty))*) => {
        $(#[inline]
        fn $method(self, value: $type) -> Result<()> {
            self.write(itoa::Buffer::new().format(value).as_bytes())
        })*
    };
}
pub(super) use scalars;

/// Long enough for every finite number: the smallest ones have 325 digits behind the point.
const FLOAT_LEN: usize = 400;

pub(super) fn float(
    is_finite: bool,
    value: impl std::fmt::Display,
    write: impl FnOnce(&[u8]) -> Result<()>,
) -> Result<()> {
    if !is_finite {
        return Err(ErrorKind::NotFinite.into());
    }
    let mut buffer = [0; FLOAT_LEN];
    let mut rest = buffer.as_mut_slice();
    write!(rest, "{value}").map_err(ErrorKind::Io)?;
    let len = FLOAT_LEN - rest.len();
    write(&buffer[..len])
}
