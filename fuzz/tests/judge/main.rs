//! strongSwan's own parsers as the judge: `daemons/judge` runs them in a process of its own.
//!
//! `VICI_JUDGE_MESSAGES` is the number of messages, `VICI_JUDGE_SETTINGS` that of folders of settings, 50,000
//! unless set; `VICI_JUDGE` the generation of the daemon whose parsers they are, that of this machine unless
//! set.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod messages;
mod process;
mod random;
mod settings;
mod verdict;
