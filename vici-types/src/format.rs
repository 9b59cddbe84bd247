//! What is done differently where the format is VICI: its bytes are exact, in others a person reads
//! and writes.

use core::any::type_name;

/// Whether `E` is the error of `vici-serde`, so that the format is VICI, also behind wrappers such
/// as `serde_ignored`, which keep the error of what they wrap.
///
/// The compiler knows both names, and leaves no comparison in the program.
#[inline]
pub(crate) fn is_vici<E>() -> bool {
    type_name::<E>() == type_name::<vici_serde::Error>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_tells_the_format() {
        assert!(is_vici::<vici_serde::Error>());
        assert!(!is_vici::<serde_json::Error>());
        assert!(!is_vici::<core::fmt::Error>());
    }
}
