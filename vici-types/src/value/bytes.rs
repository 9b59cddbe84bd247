use core::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use vici_serde::hint::{is_vici, write_text};

/// Certificates and keys: DER or PEM, as bytes.
///
/// `Debug` prints the length only. In a text format PEM is a string, and DER an array of numbers.
///
/// ```
/// # use vici_types::Blob;
/// let der = Blob::from(b"\x30\x82\x02\x00");
/// assert_eq!(format!("{der:?}"), "Blob(4 bytes)");
/// assert_eq!(der.as_bytes()[0], 0x30);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Blob(Vec<u8>);

impl Blob {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

/// A shared secret, a private key or a PIN.
///
/// It is never printed, and wiped from memory when it is dropped. A format writes it, of course: the
/// JSON of a request shows its secrets, and so does its `vici_serde::Message`.
///
/// ```
/// # use vici_types::Secret;
/// let secret = Secret::from("swordfish");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), b"swordfish");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

macro_rules! bytes {
    ($name:ident, $wrap:expr) => {
        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self($wrap(bytes))
            }
        }

        impl From<&[u8]> for $name {
            fn from(bytes: &[u8]) -> Self {
                Self::from(bytes.to_vec())
            }
        }

        impl<const N: usize> From<&[u8; N]> for $name {
            fn from(bytes: &[u8; N]) -> Self {
                Self::from(bytes.to_vec())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.as_bytes())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.into_bytes())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self::from(text.as_bytes())
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write_text(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = if is_vici::<D::Error>() {
                    deserializer.deserialize_byte_buf(OwnedVisitor)
                } else {
                    deserializer.deserialize_any(OwnedVisitor)
                };
                bytes.map(Self::from)
            }
        }
    };
}

bytes!(Blob, core::convert::identity);
bytes!(Secret, Zeroizing::new);

/// Takes bytes over, and leaves no copy of them behind.
struct OwnedVisitor;

/// A PIN without quotes loses its zeros in some formats, and the usual error would show it.
macro_rules! refuse {
    ($($visit:ident($value:ty);)*) => {$(
        fn $visit<E: Error>(self, _: $value) -> Result<Vec<u8>, E> {
            Err(E::custom("expected text or bytes, a number has to be in quotes"))
        }
    )*};
}

impl<'de> Visitor<'de> for OwnedVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes or text")
    }

    refuse! {
        visit_bool(bool);
        visit_i64(i64);
        visit_i128(i128);
        visit_u64(u64);
        visit_u128(u128);
        visit_f64(f64);
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Vec<u8>, E> {
        Ok(text.into_bytes())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(byte) = items.next_element()? {
            if bytes.len() == bytes.capacity() {
                // Grown by hand, since a `Vec` would free the old place without wiping it.
                let mut larger = Vec::with_capacity(bytes.len() * 2 + 64);
                larger.extend_from_slice(&bytes);
                core::mem::replace(&mut *bytes, larger).zeroize();
            }
            bytes.push(byte);
        }
        Ok(core::mem::take(&mut *bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_nothing_of_what_they_hold() {
        assert_eq!(format!("{:?}", Secret::from("swordfish")), "[redacted]");
        assert_eq!(format!("{:?}", Blob::from(b"\x30\x82")), "Blob(2 bytes)");
    }

    #[test]
    fn go_through_json_as_text_or_numbers() {
        for bytes in [&b"-----BEGIN"[..], b"\x30\x82\xff", b""] {
            let json = serde_json::to_string(&Blob::from(bytes)).unwrap();
            assert_eq!(json.starts_with('['), bytes.contains(&0xff));
            assert_eq!(
                serde_json::from_str::<Blob>(&json).unwrap(),
                Blob::from(bytes)
            );
            assert_eq!(
                serde_json::from_str::<Secret>(&json).unwrap(),
                Secret::from(bytes)
            );
        }
        let long = Secret::from(vec![0xff; 1000]);
        let json = serde_json::to_string(&long).unwrap();
        assert_eq!(serde_json::from_str::<Secret>(&json).unwrap(), long);
    }
}
