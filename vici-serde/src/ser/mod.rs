//! Rust values to messages.

mod field;
mod key;
mod output;
mod root;
mod scalar;
mod section;
mod seq;

pub use self::output::Serializer;

use std::io::Write;

use serde::Serialize;

use crate::error::{ErrorKind, Result};

/// Writes a value as the bytes of a message.
///
/// ```
/// # use serde_derive::Serialize;
/// #[derive(Serialize)]
/// struct ListSas<'a> {
///     ike: Option<&'a str>,
///     noblock: Option<bool>,
/// }
///
/// let message = vici_serde::to_vec(&ListSas { ike: Some("home"), noblock: None })?;
/// assert_eq!(message, b"\x03\x03ike\x00\x04home");
/// # Ok::<(), vici_serde::Error>(())
/// ```
///
/// # Errors
///
/// If the value has no representation (see the [crate] docs), a name or a value is too long, or the
/// message is longer than [`MAX_MESSAGE_LEN`](crate::MAX_MESSAGE_LEN).
pub fn to_vec<T>(value: &T) -> Result<Vec<u8>>
where
    T: ?Sized + Serialize,
{
    let mut message = Vec::new();
    value.serialize(&mut Serializer::new(&mut message))?;
    Ok(message)
}

/// Writes a value as a message to a writer, with one call of its [`write_all`](Write::write_all).
///
/// # Errors
///
/// As [`to_vec`], having written nothing, and if writing fails.
pub fn to_writer<W, T>(mut writer: W, value: &T) -> Result<()>
where
    W: Write,
    T: ?Sized + Serialize,
{
    let message = to_vec(value)?;
    writer
        .write_all(&message)
        .map_err(|error| ErrorKind::Io(error).into())
}
