//! What a message may hold at most.

/// The longest name of a section, list or key, in bytes: its length is one byte.
pub const MAX_NAME_LEN: usize = 255;

/// The longest value or list item, in bytes: its length is two bytes.
pub const MAX_VALUE_LEN: usize = 65_535;

/// The longest message, in bytes (512 KiB). The daemon hangs up on longer frames.
pub const MAX_MESSAGE_LEN: usize = 512 * 1024;

/// The most sections inside of each other that are decoded, encoded or built.
///
/// What is skipped may be nested deeper.
pub const MAX_DEPTH: usize = 128;
