//! What can go wrong, and where.

mod found;
mod kind;

pub use self::kind::ErrorKind;

use std::fmt::{self, Display};
use std::io;

use serde::de::{Expected, Unexpected};

use self::found::{Found, Shortened};
use crate::fault::{Shape, Unsupported};
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

impl serde::ser::Error for Error {
    #[cold]
    fn custom<T: Display>(message: T) -> Self {
        Self::new(ErrorKind::Custom(message.to_string()))
    }
}

#[cold]
pub(crate) fn expected(expected: Shape, found: Shape) -> Error {
    ErrorKind::Expected { expected, found }.into()
}

#[cold]
pub(crate) fn unsupported(what: Unsupported) -> Error {
    ErrorKind::Unsupported(what).into()
}
