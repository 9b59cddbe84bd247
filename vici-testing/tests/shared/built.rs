//! What Cargo has built of the workspace.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The files of the examples and of the libraries of all crates, dependencies among them, by their
/// names.
pub(crate) struct Built {
    pub(crate) examples: BTreeMap<String, PathBuf>,
    pub(crate) libraries: BTreeMap<String, PathBuf>,
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What Cargo has built, or builds now: nothing where all tests are run, as it has built the examples
/// with them.
pub(crate) fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
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
        let mut built = Built {
            examples: BTreeMap::new(),
            libraries: BTreeMap::new(),
        };
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let target = &line["target"];
            let Some(name) = target["name"].as_str() else {
                continue;
            };
            if let Some(file) = line["executable"].as_str() {
                built.examples.insert(name.to_owned(), file.into());
            } else if let Some(file) = line["filenames"][0].as_str() {
                built.libraries.insert(name.to_owned(), file.into());
            }
        }
        built
    })
}

/// An example of any crate of the workspace.
pub(crate) fn example(name: &str) -> Command {
    let file = built().examples.get(name);
    Command::new(file.unwrap_or_else(|| panic!("no example is called {name}")))
}
