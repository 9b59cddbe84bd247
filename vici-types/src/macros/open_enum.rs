//! `open_enum!`.

/// A set of words that looks closed and is not: a newer daemon may know more.
///
/// Each line is a variant and its word. What is none of the words is kept in `Other`, any bytes.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$attr:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $(#[doc = ""] #[$attr])* $variant,)*
            /// Any other word; read it with `as_str`.
            Other($crate::word::Unknown),
        }

        impl $name {
            /// The word on the wire; of a word that is not UTF-8 only the beginning that is.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word.as_str(),
                }
            }

            /// The word on the wire.
            #[inline]
            pub fn as_bytes(&self) -> &[u8] {
                match self {
                    Self::Other(word) => word.as_bytes(),
                    _ => self.as_str().as_bytes(),
                }
            }

            #[inline(never)]
            fn from_bytes(word: &[u8]) -> Self {
                $(
                    if word == $word.as_bytes() {
                        return Self::$variant;
                    }
                )*
                Self::Other($crate::word::Unknown::new(word))
            }
        }

        impl core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(&String::from_utf8_lossy(self.as_bytes()))
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(word: &str) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(word: String) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<&String> for $name {
            fn from(word: &String) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<$crate::value::Text> for $name {
            #[inline]
            fn from(word: $crate::value::Text) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl From<&[u8]> for $name {
            #[inline]
            fn from(word: &[u8]) -> Self {
                Self::from_bytes(word)
            }
        }

        impl From<&$crate::value::Text> for $name {
            fn from(word: &$crate::value::Text) -> Self {
                Self::from_bytes(word.as_bytes())
            }
        }

        impl core::str::FromStr for $name {
            type Err = core::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from_bytes(word.as_bytes()))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        /// By the word on the wire.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                self.as_bytes().cmp(other.as_bytes())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl serde::Serialize for $name {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::format::write_setting(self.as_bytes(), serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::format::read_setting(deserializer, |word| Ok(Self::from_bytes(word)))
            }
        }

        impl $crate::check::Check for $name {
            #[inline]
            fn check(&self) -> Result<(), $crate::command::InvalidRequest> {
                $crate::check::printable(self.as_bytes())
            }
        }
    };
}
