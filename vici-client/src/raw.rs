//! Encoded messages.

use core::fmt;
use core::ops::Deref;

use zeroize::Zeroize;

use crate::proto::Hidden;

/// An encoded message, as it came or as it is sent: for `vici_serde::from_slice` with another type.
///
/// Messages may carry secrets: `Debug` tells only the length, and the bytes are wiped on drop.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawMessage(Vec<u8>);

impl RawMessage {
    /// An encoded message; whether it is well-formed is not looked at.
    pub fn new(message: impl Into<Vec<u8>>) -> Self {
        Self(message.into())
    }

    /// The bytes, which are not wiped any more.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }

    pub(crate) fn as_mut_vec(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Deref for RawMessage {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for RawMessage {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for RawMessage {
    fn from(message: Vec<u8>) -> Self {
        Self(message)
    }
}

impl Drop for RawMessage {
    fn drop(&mut self) {
        // The whole capacity.
        self.0.zeroize();
    }
}

impl fmt::Debug for RawMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hidden(&self.0).fmt(f)
    }
}
