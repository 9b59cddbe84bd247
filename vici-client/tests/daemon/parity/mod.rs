//! What strongSwan's own clients, `swanctl` and PyPI's `vici`, see of a daemon is what this one sees.

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
