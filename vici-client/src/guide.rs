//! Pages to read: nothing in here is code.

/// # From `swanctl.conf` to Rust
///
#[doc = include_str!("../docs/swanctl_conf.md")]
pub mod swanctl_conf {}

/// # Coming from other libraries
///
#[doc = include_str!("../docs/coming_from.md")]
pub mod coming_from {}

/// # Errors and what to do
///
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}
