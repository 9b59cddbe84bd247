//! What can go wrong.

use std::io;
use std::num::{ParseFloatError, ParseIntError};
use std::str::Utf8Error;

use crate::fault::{Container, ElementKind, Place, Shape, Unbalanced, Unsupported};
use crate::limits::{MAX_DEPTH, MAX_MESSAGE_LEN, MAX_NAME_LEN, MAX_VALUE_LEN};

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
    Unclosed(Container),

    /// An element starts with a byte that stands for none.
    #[error("unknown element type {0:#04x}")]
    UnknownElement(u8),

    /// An element stands where the grammar does not allow it.
    #[error("{element} {place}")]
    #[non_exhaustive]
    Misplaced {
        /// The element.
        element: ElementKind,
        /// Where it stands.
        place: Place,
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
    #[non_exhaustive]
    Expected {
        /// What the Rust type needs.
        expected: Shape,
        /// What the message holds.
        found: Shape,
    },

    /// A key that the Rust type needs is absent.
    #[error("missing key `{0}`")]
    Missing(String),

    /// A tuple or array is shorter than the list, or a visitor returned before the end.
    #[error("more elements than the type takes")]
    LeftOver,

    /// The Rust value has no representation on the wire.
    #[error("{0} cannot be sent")]
    Unsupported(Unsupported),

    /// An element ends what was not begun, or the output ends with something open.
    #[error("unbalanced: {0}")]
    Unbalanced(Unbalanced),

    /// Any other reason, in the words of the type that gave it.
    #[error("{0}")]
    Custom(String),
}

fn limit_note(limit: usize) -> &'static str {
    if limit == MAX_MESSAGE_LEN {
        ", the most that a daemon takes"
    } else {
        ""
    }
}
