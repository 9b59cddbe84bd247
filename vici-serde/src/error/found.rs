//! What was found where something else is needed.

use std::fmt::{self, Display};

use serde::de::Unexpected;

/// What a visitor did not want, in the words of the protocol.
///
/// serde's own words would bring everything that it takes to write floating point numbers into each
/// program, 20 kB of code.
pub(super) struct Found<'a>(pub(super) Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Str(text) => write!(f, "{:?}", Shortened(text)),
            Unexpected::Char(text) => write!(f, "{text:?}"),
            Unexpected::Bool(value) => value.fmt(f),
            Unexpected::Unsigned(number) => number.fmt(f),
            Unexpected::Signed(number) => number.fmt(f),
            Unexpected::Other(what) => f.write_str(what),
            Unexpected::Float(_) => f.write_str("a floating point number"),
            Unexpected::Bytes(_) => f.write_str("bytes"),
            Unexpected::Seq | Unexpected::TupleVariant => f.write_str("a list"),
            Unexpected::Map | Unexpected::StructVariant => f.write_str("a section"),
            Unexpected::Unit | Unexpected::Option => f.write_str("nothing"),
            Unexpected::Enum
            | Unexpected::UnitVariant
            | Unexpected::NewtypeVariant
            | Unexpected::NewtypeStruct => f.write_str("a variant"),
        }
    }
}

/// The beginning of a text that may be as long as a message.
pub(super) struct Shortened<'a>(pub(super) &'a str);

/// How many characters of it are shown.
const SHOWN: usize = 64;

impl fmt::Debug for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{:?}…", self.0.get(..end).unwrap_or_default()),
            None => fmt::Debug::fmt(self.0, f),
        }
    }
}

impl Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default()),
            None => Display::fmt(self.0, f),
        }
    }
}
