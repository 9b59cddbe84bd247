use core::fmt;
use core::str::FromStr;

use serde::{Deserializer, Serializer};
use serde_derive::{Deserialize, Serialize};

use vici_serde::Text;
use vici_serde::hint::{read_text, write_text};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A text that was expected to be so many lower-case hex digits, and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseHexError;

impl fmt::Display for ParseHexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number of fixed length in lower-case hex digits")
    }
}

impl core::error::Error for ParseHexError {}

macro_rules! hex_number {
    ($(#[$meta:meta])* $name:ident($int:ty) has $digits:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($int);

        impl $name {
            #[doc = concat!("The number, which is written in ", $digits, " digits.")]
            pub const fn new(number: $int) -> Self {
                Self(number)
            }

            /// The number.
            pub const fn get(self) -> $int {
                self.0
            }

            #[inline]
            fn digits(self) -> [u8; $digits] {
                let mut digits = [0; $digits];
                let mut rest = self.0;
                for digit in digits.iter_mut().rev() {
                    *digit = DIGITS[usize::from(rest.to_le_bytes()[0] & 0xf)];
                    rest >>= 4;
                }
                digits
            }

            #[inline(never)]
            fn parse(digits: &[u8]) -> Option<Self> {
                if digits.len() != $digits {
                    return None;
                }
                let mut number = 0;
                for digit in digits {
                    let digit = match digit {
                        b'0'..=b'9' => digit - b'0',
                        b'a'..=b'f' => digit - b'a' + 10,
                        _ => return None,
                    };
                    number = number << 4 | <$int>::from(digit);
                }
                Some(Self(number))
            }
        }

        impl From<$int> for $name {
            fn from(number: $int) -> Self {
                Self(number)
            }
        }

        impl From<$name> for $int {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        impl FromStr for $name {
            type Err = ParseHexError;

            fn from_str(text: &str) -> Result<Self, ParseHexError> {
                Self::parse(text.as_bytes()).ok_or(ParseHexError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(core::str::from_utf8(&self.digits()).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl serde::Serialize for $name {
            #[inline]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write_text(&self.digits(), serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_text(deserializer, |digits| {
                    Self::parse(digits).ok_or(concat!("expected ", $digits, " lower-case hex digits"))
                })
            }
        }
    };
}

hex_number! {
    /// The SPI of one side of an IKE_SA (a cookie in IKEv1), 16 hex digits.
    ///
    /// ```
    /// # use vici_types::IkeSpi;
    /// let spi: IkeSpi = "0e8510710e851071".parse()?;
    /// assert_eq!(u64::from(spi), 0x0e85_1071_0e85_1071);
    /// # Ok::<(), vici_types::ParseHexError>(())
    /// ```
    IkeSpi(u64) has 16
}

hex_number! {
    /// The SPI of one direction of a CHILD_SA, 8 hex digits.
    ///
    /// ```
    /// # use vici_types::Spi;
    /// let spi: Spi = "cc558283".parse()?;
    /// assert_eq!((u32::from(spi), spi.to_string()), (0xcc55_8283, "cc558283".to_owned()));
    /// # Ok::<(), vici_types::ParseHexError>(())
    /// ```
    Spi(u32) has 8
}

hex_number! {
    /// The CPI of one direction of a CHILD_SA that compresses, 4 hex digits.
    ///
    /// ```
    /// # use vici_types::Cpi;
    /// assert_eq!(Cpi::from(0x2a).to_string(), "002a");
    /// ```
    Cpi(u16) has 4
}

hex_number! {
    /// A Netfilter mark, a mask or an XFRM interface ID, 8 hex digits.
    ///
    /// ```
    /// # use vici_types::Hex32;
    /// assert_eq!(Hex32::from(42).to_string(), "0000002a");
    /// ```
    Hex32(u32) has 8
}

/// Bytes that the daemon writes in hex digits: a security label or the identifier of a key.
///
/// ```
/// # use vici_types::HexBytes;
/// let id = HexBytes::from("0e851071");
/// assert_eq!(id.to_bytes(), Some(vec![0x0e, 0x85, 0x10, 0x71]));
/// assert_eq!(HexBytes::from_bytes(&[0x0e, 0x85]), "0e85");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HexBytes(Text);

over_text!(HexBytes);

impl HexBytes {
    /// The bytes, if the digits are pairs of hex digits.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let digits = self.0.as_bytes();
        if digits.len() % 2 != 0 {
            return None;
        }
        let nibble = |digit: u8| {
            char::from(digit)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        digits
            .chunks_exact(2)
            .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
            .collect()
    }

    /// These bytes in lower-case hex digits.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let digit = |nibble: u8| DIGITS[usize::from(nibble & 0xf)];
        let digits: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
            .collect();
        Self(digits.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_the_daemon_does() {
        assert_eq!(Spi::new(0x1be8).to_string(), "00001be8");
        assert_eq!(IkeSpi::default().to_string(), "0000000000000000");
        assert_eq!(Cpi::new(0xfe).to_string(), "00fe");
        assert_eq!(format!("{:?}", Spi::new(0x1be8537f)), "Spi(1be8537f)");
        assert_eq!(
            "dc381b4a812a9da0".parse(),
            Ok(IkeSpi::new(0xdc38_1b4a_812a_9da0))
        );
        assert_eq!("ffffffff".parse(), Ok(Hex32::new(u32::MAX)));
        assert_eq!(
            serde_json::to_string(&Spi::new(1)).unwrap(),
            r#""00000001""#
        );
        for wrong in ["", "1", "0x000001", "1BE8537F", "1be8537g", "01be8537f"] {
            assert_eq!(wrong.parse::<Spi>(), Err(ParseHexError));
            let json = serde_json::to_string(wrong).unwrap();
            let error = serde_json::from_str::<Spi>(&json).unwrap_err().to_string();
            assert!(
                error.starts_with("expected 8 lower-case hex digits"),
                "{error}"
            );
        }
    }

    #[test]
    fn bytes_keep_their_spelling() {
        let label = HexBytes::from("613A623a6300");
        assert_eq!(label.to_bytes().unwrap(), b"a:b:c\0");
        assert_eq!(HexBytes::from_bytes(b"a:b:c\0"), "613a623a6300");
        assert_eq!(label.to_string(), "613A623a6300");
        assert_eq!(HexBytes::from("abc").to_bytes(), None);
        assert_eq!(HexBytes::from("zz").to_bytes(), None);
    }
}
