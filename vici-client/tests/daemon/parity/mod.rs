//! What strongSwan's own clients, `swanctl` and PyPI's `vici`, see of a daemon is what this one sees
//! (`load`, `read`); and what is seen of a daemon is what is seen of its simulated twin. For each of the
//! three generations:
//!
//! | | compares | but not, as |
//! | --- | --- | --- |
//! | `twins` | the answer to each of some 200 requests, and the items of its stream | `release`, kernel, uptime, memory, worker numbers and the port where none is set are of the machine |
//! | `twins` | what each of them logs | the number of a client is that of the connection |
//! | `order` | the log, the events and the responses of 26 steps in the life of tunnels, and the counters then | SPIs, times and lengths of packets are of the moment; a `reqid` is free again some time after its SA is gone; it is as if there were a NAT, as the kernel of the lab does no ESP; whether a peer answers before or after it is forgotten is chance (`invalid-ike-spi`) |
//! | `order` | where the response to `terminate` comes, and that of `initiate`: behind all of its events, or before the last | charon has no order between the log, other events, and other responses |
//! | `bytes` | every order of three elements of a message, and some of more | before 6.1 an element of type 7 with more behind it is taken for what the memory has |
//! | `bytes` | how many clients wait to be accepted, and how a frame that is too long ends a connection | |
//! | `same` | the checks of `vici-testing/tests/shared`, and the conformance suite | |
//! | `strangers` | what the Ruby gem, the Perl module, Python's `vici`, libvici and `swanctl` see | |
//!
//! What a simulated daemon does not do at all is listed by `vici-testing`.

mod bytes;
mod load;
mod order;
mod read;
mod twins;
mod watcher;

use std::process::Command;

use vici_client::vici_serde::{Section, Value};

use vici_testing::Generation;

use crate::charon::{Daemon, script};

/// The generation of this number, or the last one before it.
pub(crate) fn generation(daemon: &Daemon) -> Generation {
    let known = Generation::ALL.iter().rev();
    let number = |generation: Generation| {
        let mut parts = generation
            .version()
            .split('.')
            .map(|part| part.parse().unwrap());
        [(); 3].map(|()| parts.next().unwrap())
    };
    let mut fitting = known.filter(|generation| daemon.is_at_least(number(**generation)));
    *fitting.next().expect("there is one that is as old")
}

/// What a program prints, which has half a minute for it.
pub(crate) fn output(program: &str, words: &[&str]) -> String {
    let output = Command::new("timeout")
        .args(["-k", "1", "30"])
        .arg(script(program))
        .args(words)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the swanctl of the same release prints.
fn swanctl(daemon: &Daemon, words: &[&str]) -> String {
    let dir = daemon.dir().display().to_string();
    let daemon = [daemon.generation(), &dir];
    output("swanctl", &[&daemon[..], words].concat())
}

/// A section as JSON, as Python's `vici` has it.
fn json(section: &Section) -> serde_json::Value {
    let text = |bytes: &[u8]| -> String { bytes.iter().copied().map(char::from).collect() };
    let value = |value: &Value| match value {
        Value::Scalar(bytes) => text(bytes).into(),
        Value::List(items) => items.iter().map(|item| text(item)).collect(),
        Value::Section(section) => json(section),
    };
    section
        .iter()
        .map(|(name, item)| (text(name), value(item)))
        .collect()
}
