#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! What a program that configures strongSwan needs above a client.
//!
//! [`settings`] reads the syntax of `swanctl.conf`.

pub mod settings;
