//! Plans on real daemons of three releases, beside the `swanctl` of each.
//!
//! Every test starts a daemon of its own (`daemons/charon`) in namespaces of its own. Where none can be
//! started the tests say what they leave out.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../../../vici-testing/tests/shared/built.rs"]
mod built;
mod changes;
mod charon;
mod check;
mod examples;
mod folder;
mod lab;
#[path = "../../../vici-testing/tests/shared/outside.rs"]
mod outside;
#[path = "../../../vici-client/tests/daemon/pki.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod pki;
mod plan;
mod token;
mod tunnel;
#[path = "../../../vici-testing/tests/shared/lab.rs"]
mod two;
mod watch;
#[path = "../watch/words.rs"]
mod words;
