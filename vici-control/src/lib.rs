#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! What a program that configures strongSwan needs above a client.
//!
//! [`settings`] reads the syntax of `swanctl.conf`.

mod apply;
mod check;
mod config;
mod key;
mod plan;
mod problem;
pub mod settings;
pub mod swanctl;
mod table;

pub use crate::apply::{OnRefusal, Outcome, Report};
pub use crate::config::Config;
pub use crate::plan::{Action, Difference, Kind, Loaded, Memory, Plan, Scope, Step, Unseen, Why};
pub use crate::problem::{Error, Problem};
