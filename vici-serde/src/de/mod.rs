//! Messages to Rust values.

mod access;
mod compound;
pub(crate) mod forward;
mod input;
pub(crate) mod piece;
mod position;
pub(crate) mod scalar;

pub use self::position::Deserializer;

use std::io::Read;

use serde::de::{Deserialize, DeserializeOwned};

use crate::error::{ErrorKind, Result};
use crate::limits::MAX_MESSAGE_LEN;

/// Reads a value from the bytes of a message.
///
/// What can be borrowed (`&str`, `&[u8]`, `Cow` with `#[serde(borrow)]`) is borrowed from them.
///
/// ```
/// # use serde_derive::Deserialize;
/// #[derive(Deserialize)]
/// struct Pool<'a> {
///     #[serde(borrow)]
///     base: &'a str,
///     online: u32,
/// }
///
/// let pool: Pool<'_> = vici_serde::from_slice(b"\x03\x04base\x00\x08192.0.2.\x03\x06online\x00\x017")?;
/// assert_eq!((pool.base, pool.online), ("192.0.2.", 7));
/// # Ok::<(), vici_serde::Error>(())
/// ```
///
/// # Errors
///
/// If the bytes are not a message, or not one that fits the type.
pub fn from_slice<'de, T>(message: &'de [u8]) -> Result<T>
where
    T: Deserialize<'de>,
{
    let mut deserializer = Deserializer::from_slice(message);
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a value from a message that fills a reader up to its end.
///
/// The message is read into memory first, at most [`MAX_MESSAGE_LEN`] of it. A connection to the
/// daemon has no end behind a message; its packets are what a client reads.
///
/// # Errors
///
/// As [`from_slice`], if reading fails, and if there is more than a message may hold.
pub fn from_reader<R, T>(reader: R) -> Result<T>
where
    R: Read,
    T: DeserializeOwned,
{
    // Large enough for nearly every message, so that what was read is not copied again.
    let mut message = Vec::with_capacity(64 * 1024);
    reader
        .take(MAX_MESSAGE_LEN as u64 + 1)
        .read_to_end(&mut message)
        .map_err(ErrorKind::Io)?;
    if message.len() > MAX_MESSAGE_LEN {
        return Err(ErrorKind::MessageTooLong(MAX_MESSAGE_LEN).into());
    }
    from_slice(&message)
}
