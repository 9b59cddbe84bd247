//! strongSwan's own parser as the judge: `daemons/judge` runs it in a process of its own.
//!
//! `VICI_JUDGE_MESSAGES` is the number of messages, 50,000 unless set; `VICI_JUDGE` the generation of
//! the daemon whose parser it is, that of this machine unless set.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod messages;
mod process;
mod random;
mod verdict;
