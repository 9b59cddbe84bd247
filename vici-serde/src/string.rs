//! Text of any bytes.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Deref;
use std::str::FromStr;

/// The longest text that is kept without an allocation.
const INLINE: usize = 30;

/// A text as the daemon sent it: any bytes, most often UTF-8.
///
/// What a peer or a foreign backend can influence (identities, log messages, names) need not be
/// UTF-8. A `Text` takes it as it is and gives back the same bytes. It compares with `str`,
/// displays lossily, and is small: texts of up to 30 bytes are stored in place.
///
/// ```
/// # use vici_serde::Text;
/// let name = Text::from("home");
/// assert_eq!(name, "home");
/// assert_eq!(Text::from(&b"caf\xe9"[..]).to_string(), "caf\u{fffd}");
/// ```
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Text {
    /// An empty text.
    pub const fn new() -> Self {
        Self(Repr::Inline {
            len: 0,
            bytes: [0; INLINE],
        })
    }

    /// The bytes as the daemon sent them.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Repr::Heap(bytes) => bytes,
        }
    }

    /// The text, if it is UTF-8.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text with replacement characters for what is not UTF-8.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// Whether it begins with these bytes.
    pub fn starts_with(&self, start: impl AsRef<[u8]>) -> bool {
        self.as_bytes().starts_with(start.as_ref())
    }

    /// Whether it ends with these bytes.
    pub fn ends_with(&self, end: impl AsRef<[u8]>) -> bool {
        self.as_bytes().ends_with(end.as_ref())
    }

    /// The bytes, copied only where they are stored in place.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Repr::Inline { .. } => self.as_bytes().to_vec(),
            Repr::Heap(bytes) => bytes.into_vec(),
        }
    }

    /// Takes the place of what it was, without a copy of the whole text where that fits in place.
    #[inline]
    pub(crate) fn set(&mut self, text: &[u8]) {
        if let Repr::Inline { len, bytes } = &mut self.0 {
            if let (Some(start), Ok(new)) = (bytes.get_mut(..text.len()), u8::try_from(text.len()))
            {
                start.copy_from_slice(text);
                *len = new;
                return;
            }
        }
        *self = Self::from(text);
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_string_lossy())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.as_bytes().utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        f.write_char('"')
    }
}

impl From<&[u8]> for Text {
    #[inline(never)]
    fn from(text: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text);
                Self(Repr::Inline { len, bytes })
            }
            _ => Self(Repr::Heap(text.into())),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for Text {
    fn from(text: &[u8; N]) -> Self {
        Self::from(text.as_slice())
    }
}

impl From<Vec<u8>> for Text {
    fn from(text: Vec<u8>) -> Self {
        if text.len() > INLINE {
            Self(Repr::Heap(text.into_boxed_slice()))
        } else {
            Self::from(text.as_slice())
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Self::from(text.as_bytes())
    }
}

macro_rules! from_addresses {
    ($($address:ty)*) => {$(
        impl From<$address> for Text {
            fn from(address: $address) -> Self {
                Self::from(address.to_string())
            }
        }
    )*};
}

from_addresses! { IpAddr Ipv4Addr Ipv6Addr }

impl From<&Self> for Text {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

/// With replacement characters for what is not UTF-8. Where the bytes matter, as in requests, pass the
/// `Text` itself.
impl From<Text> for String {
    fn from(text: Text) -> Self {
        Self::from_utf8(text.into_bytes())
            .unwrap_or_else(|error| Self::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// With replacement characters for what is not UTF-8.
impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.to_string_lossy().into_owned()
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

macro_rules! compares {
    ($($text:ty)*) => {$(
        impl PartialEq<$text> for Text {
            fn eq(&self, other: &$text) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<Text> for $text {
            fn eq(&self, other: &Text) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }
    )*};
}

compares! { str &str String }

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_small_and_keeps_any_bytes() {
        assert_eq!(size_of::<Text>(), 32);
        assert_eq!(size_of::<Option<Text>>(), 32);
        for len in [0, 1, 29, 30, 31, 300] {
            let bytes = vec![0xe9; len];
            let text = Text::from(bytes.as_slice());
            assert_eq!(text.as_bytes(), bytes);
            assert_eq!(text, Text::from(bytes));
            assert_eq!(text.len(), len);
        }
    }

    #[test]
    fn shows_what_is_not_utf8() {
        let text = Text::from(&b"a\"\xe9\n"[..]);
        assert_eq!(format!("{text:?}"), r#""a\"\xe9\n""#);
        assert_eq!(text.to_string(), "a\"\u{fffd}\n");
        assert_eq!(text.as_str(), None);
        assert_eq!(Text::from("é").as_str(), Some("é"));
    }

    #[test]
    fn is_used_as_a_string_is() {
        for text in ["home-1", "a text of more than thirty bytes, home-1"] {
            let text = Text::from(text);
            let string = text.to_string();
            assert_eq!(String::from(text.clone()), string);
            assert_eq!(String::from(&text), string);
            assert_eq!(text, string);
            assert_eq!(string, text);
            assert_eq!(text, *string.as_str());
            assert_eq!(*string.as_str(), text);
            assert!(text.ends_with("home-1") && !text.ends_with("home-2"));
            assert_eq!(text.starts_with("home"), string.starts_with("home"));
            assert_eq!(string.parse(), Ok(text.clone()));
            assert!(["x", &string].iter().any(|name| text == *name));
            assert_ne!(text, format!("{string} "));
        }
        let latin = Text::from(b"caf\xe9");
        assert_eq!(String::from(&latin), "caf\u{fffd}");
        assert_eq!(String::from(latin.clone()), "caf\u{fffd}");
        assert!(latin.starts_with("caf") && latin.ends_with(b"\xe9"));
        assert_ne!(latin, "caf\u{fffd}");
        assert_eq!(Text::from(&latin).into_bytes(), b"caf\xe9");
    }

    #[test]
    fn orders_as_bytes() {
        let (short, long) = (Text::from("a"), Text::from("b".repeat(40)));
        assert!(short < long);
        assert_eq!(Text::from("home"), "home");
        assert_ne!("home", Text::from("work"));
    }
}
