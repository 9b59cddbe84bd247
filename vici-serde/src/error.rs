//! What can go wrong, and where.

use std::fmt::{self, Display};
use std::io;
use std::num::{ParseFloatError, ParseIntError};
use std::str::Utf8Error;

use serde::de::{Expected, Unexpected};

use crate::limits::{MAX_DEPTH, MAX_MESSAGE_LEN, MAX_NAME_LEN, MAX_VALUE_LEN};
use crate::path::{Path, Segment};

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a message could not be read or written, with the path of the key and the byte.
///
/// It prints as `home.child-sas.net-1.bytes-in: invalid number: invalid digit found in string
/// (at byte 123)`.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    path: Path,
    offset: Option<usize>,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Reading from a reader or writing to a writer failed.
    #[error("{0}")]
    Io(io::Error),

    /// The message ends in the middle of an element.
    #[error("the message ends inside of an element")]
    Truncated,

    /// The message ends before a section or list does.
    #[error("{0} is never closed")]
    Unclosed(&'static str),

    /// An element starts with a byte that stands for none.
    #[error("unknown element type {0:#04x}")]
    UnknownElement(u8),

    /// An element stands where the grammar does not allow it.
    #[error("{element} {place}")]
    Misplaced {
        /// The element, such as `a list item`.
        element: &'static str,
        /// Where it stands, such as `outside of a list`.
        place: &'static str,
    },

    /// Sections are nested deeper than [`MAX_DEPTH`].
    #[error("more than {MAX_DEPTH} sections inside of each other")]
    TooDeep,

    /// A name is longer than [`MAX_NAME_LEN`].
    #[error("a name of {0} bytes, {MAX_NAME_LEN} is the most that can be sent")]
    NameTooLong(usize),

    /// A value or an item is longer than [`MAX_VALUE_LEN`].
    #[error("a value of {0} bytes, {MAX_VALUE_LEN} is the most that can be sent")]
    ValueTooLong(usize),

    /// A message is longer than the limit, [`MAX_MESSAGE_LEN`] unless it was set otherwise.
    #[error("the message is longer than {0} bytes{note}", note = limit_note(*.0))]
    MessageTooLong(usize),

    /// A value that should be text is not UTF-8.
    #[error("not UTF-8: {0}")]
    NotUtf8(Utf8Error),

    /// A value that should be an integer is none, or one that does not fit.
    #[error("invalid number: {0}")]
    Int(ParseIntError),

    /// A value that should be a floating point number is none.
    #[error("invalid number: {0}")]
    Float(ParseFloatError),

    /// Infinity and NaN have no spelling on the wire.
    #[error("invalid number: not finite")]
    NotFinite,

    /// A value that should be a boolean is none of the eight spellings.
    #[error("invalid boolean: expected yes, true, enabled, 1, no, false, disabled or 0")]
    Bool,

    /// A value that should be one character is empty or longer.
    #[error("invalid character: expected exactly one")]
    Char,

    /// A value, a list or a section stands where another of them should.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What the Rust type needs.
        expected: &'static str,
        /// What the message holds.
        found: &'static str,
    },

    /// A key that the Rust type needs is absent.
    #[error("missing key `{0}`")]
    Missing(String),

    /// A tuple or array is shorter than the list, or a visitor returned before the end.
    #[error("more elements than the type takes")]
    LeftOver,

    /// The Rust value has no representation on the wire.
    #[error("{0} cannot be sent")]
    Unsupported(&'static str),

    /// An element ends what was not begun, or the output ends with something open.
    #[error("unbalanced: {0}")]
    Unbalanced(&'static str),

    /// Any other reason, in the words of the type that gave it.
    #[error("{0}")]
    Custom(String),
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The path of the element, empty where it is the message as a whole.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The position in the message, counted from 0: of the value where that is wrong (of its length
    /// where it is empty), else of the first byte of the element. `None` for errors of writing and
    /// of input and output.
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    #[cold]
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            path: Path::default(),
            offset: None,
        }))
    }

    /// Sets the offset where the place of the fault has not done so.
    #[cold]
    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// Adds the path of what the fault is in.
    #[cold]
    pub(crate) fn under(mut self, path: &[Segment]) -> Self {
        for segment in path.iter().rev() {
            self.0.path.prepend(segment.clone());
        }
        self
    }

    /// Adds the name of the section, list or key that the fault is in.
    #[cold]
    pub(crate) fn within(mut self, name: &[u8]) -> Self {
        self.0.path.prepend(name);
        self
    }

    /// Adds the position of the list item that the fault is in.
    #[cold]
    pub(crate) fn within_item(mut self, index: usize) -> Self {
        self.0.path.prepend(Segment::Index(index));
        self
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{}: ", self.0.path)?;
        }
        self.0.kind.fmt(f)?;
        if let Some(offset) = self.0.offset {
            write!(f, " (at byte {offset})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("path", &format_args!("{}", self.0.path))
            .field("offset", &self.0.offset)
            .finish()
    }
}

impl std::error::Error for Error {
    /// The text of [`Error`] already holds that of its cause; only an I/O error has one of its own.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ErrorKind::Io(error) => error.source(),
            _ => None,
        }
    }
}

impl From<ErrorKind> for Error {
    #[cold]
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error.0.kind {
            // As it was, with its number.
            ErrorKind::Io(error) => error,
            ErrorKind::Truncated | ErrorKind::Unclosed(_) => {
                Self::new(io::ErrorKind::UnexpectedEof, error)
            }
            _ => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}

impl serde::de::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Self {
        Self::new(ErrorKind::Custom(message.to_string()))
    }

    #[cold]
    fn missing_field(field: &'static str) -> Self {
        Self::new(ErrorKind::Missing(field.to_owned()))
    }

    /// In the words of serde, which would repeat the whole value.
    #[cold]
    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        let variant = Shortened(variant);
        let expected = match known {
            [] => "there are no variants".to_owned(),
            [one] => format!("expected `{one}`"),
            [one, other] => format!("expected `{one}` or `{other}`"),
            known => format!("expected one of `{}`", known.join("`, `")),
        };
        Self::custom(format_args!("unknown variant `{variant}`, {expected}"))
    }

    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = Found(found);
        Self::custom(format_args!("invalid value: {found}, expected {expected}"))
    }
}

/// What a visitor did not want, in the words of the protocol.
///
/// serde's own words would bring everything that it takes to write floating point numbers into each
/// program, 20 kB of code.
struct Found<'a>(Unexpected<'a>);

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
struct Shortened<'a>(&'a str);

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

impl serde::ser::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Self {
        Self::new(ErrorKind::Custom(message.to_string()))
    }
}

fn limit_note(limit: usize) -> &'static str {
    if limit == MAX_MESSAGE_LEN {
        ", the most that a daemon takes"
    } else {
        ""
    }
}
