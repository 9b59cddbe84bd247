//! The examples that Cargo has built.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The programs of all examples by their names, which Cargo has built, or builds now: nothing where all
/// tests are run, as it has built the examples with them.
fn built() -> &'static BTreeMap<String, PathBuf> {
    static BUILT: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--examples"])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(root())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo build --examples");
        let mut examples = BTreeMap::new();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = line["target"]["name"].as_str();
            if let (Some(name), Some(file)) = (name, line["executable"].as_str()) {
                examples.insert(name.to_owned(), file.into());
            }
        }
        examples
    })
}

/// Where the program of an example is, of any crate of the workspace.
pub(crate) fn path(name: &str) -> &'static Path {
    let file = built().get(name);
    file.unwrap_or_else(|| panic!("no example is called {name}"))
}

/// An example, to be run.
pub(crate) fn example(name: &str) -> Command {
    Command::new(path(name))
}
