#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! What a program that configures strongSwan needs above a client.
//!
//! [`settings`] reads the syntax of `swanctl.conf`.

mod check;
mod config;
mod key;
mod problem;
pub mod settings;
pub mod swanctl;
mod table;

pub use crate::config::Config;
pub use crate::problem::{Error, Problem};
