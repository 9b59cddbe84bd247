#![forbid(unsafe_code)]
#![warn(missing_docs)]
//! Typed requests, responses and events of VICI.

mod command;

pub use crate::command::{Command, Event, InvalidRequest, Request, StreamingCommand};
