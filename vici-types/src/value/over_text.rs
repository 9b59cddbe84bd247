//! `over_text!`.

/// What types have that are a text as the daemon spells it.
macro_rules! over_text {
    ($name:ident) => {
        impl $name {
            /// The text, as the daemon spells it.
            pub fn as_text(&self) -> &Text {
                &self.0
            }

            /// The text, if it is UTF-8.
            pub fn as_str(&self) -> Option<&str> {
                self.0.as_str()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        over_text! { @from $name: &str, String, &String, &[u8], Vec<u8>, Text, &Text }

        impl<const N: usize> From<&[u8; N]> for $name {
            fn from(text: &[u8; N]) -> Self {
                Self(text.into())
            }
        }

        impl core::str::FromStr for $name {
            type Err = core::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(text.into()))
            }
        }

        /// For requests, whose texts it can be.
        impl From<$name> for Text {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl From<&$name> for Text {
            fn from(text: &$name) -> Self {
                text.0.clone()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.to_string()
            }
        }

        impl From<&$name> for String {
            fn from(text: &$name) -> Self {
                text.to_string()
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == **other
            }
        }

        impl PartialEq<Text> for $name {
            fn eq(&self, other: &Text) -> bool {
                self.0 == *other
            }
        }
    };
    (@from $name:ident: $($type:ty),*) => {$(
        impl From<$type> for $name {
            fn from(text: $type) -> Self {
                Self(text.into())
            }
        }
    )*};
}
