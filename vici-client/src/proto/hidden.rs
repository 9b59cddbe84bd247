//! Messages in debug output.

use core::fmt;

/// Stands for a message where something is printed for debugging: messages carry keys, passwords
/// and PINs, so that only the length is told.
pub(crate) struct Hidden<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}
