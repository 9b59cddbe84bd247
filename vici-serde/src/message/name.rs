//! The names in a tree.

use core::fmt;
use core::ops::Deref;

use ::serde::de::{Deserialize, Deserializer, Visitor};

/// The longest name that is kept without an allocation. No key of the daemon is longer.
const SHORT: usize = 22;

/// A name: half of all blocks that a tree would be made of, were it allocated.
#[derive(Clone)]
pub(super) enum Name {
    Short { len: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Deref for Name {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Short { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for Name {
    #[inline]
    fn from(name: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(name);
                Self::Short { len, bytes }
            }
            _ => Self::Long(name.into()),
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(name.as_bytes().into())
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Name, E> {
        Ok(name.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_small_and_keeps_any_bytes() {
        assert_eq!(size_of::<Name>(), 24);
        for len in [0, 1, SHORT, SHORT + 1, 255, 256, 300] {
            let bytes = vec![0xe9; len];
            let name = Name::from(&bytes[..]);
            assert_eq!(*name, *bytes);
            assert_eq!(matches!(name, Name::Short { .. }), len <= SHORT);
            assert!(name == name.clone());
        }
    }
}
