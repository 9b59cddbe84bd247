//! The examples can be found, and run as they say.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../../vici-testing/tests/shared/built.rs"]
mod built;
#[path = "../../vici-testing/tests/shared/outside.rs"]
mod outside;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;

use vici_testing::SimulatedDaemon;

use outside::{PATIENCE, Running, is_there, test_name};

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all examples of a crate.
fn examples(dir: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(dir.join("examples")).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(main_file(dir, &name).exists(), "{}", path.display());
            name
        })
        .collect()
}

/// An example is a file, or a folder with several.
fn main_file(dir: &Path, example: &str) -> PathBuf {
    let path = dir.join("examples").join(example);
    if path.is_dir() {
        path.join("main.rs")
    } else {
        path.with_extension("rs")
    }
}

/// All files below the folder, but the page of the examples itself.
fn texts(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else if !path.ends_with("src/guide.rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn every_example_is_linked_from_where_it_belongs() {
    let pages = [
        texts(&crate_dir().join("src")),
        texts(&crate_dir().join("docs")),
    ]
    .concat();
    for example in examples(crate_dir()) {
        let link = format!("[`{example}`](crate::guide::examples::{example})");
        assert!(pages.iter().any(|page| page.contains(&link)), "{example}");
    }
}

/// The crate of types does not know this one, so that it has the names only.
#[test]
fn examples_that_the_types_tell_of_exist() {
    let examples = examples(crate_dir());
    let mut found = BTreeSet::new();
    for text in texts(&crate_dir().join("../vici-types/src")) {
        // Ends each paragraph, and each comment.
        let docs: Vec<&str> = text
            .lines()
            .map(|line| line.trim_start().strip_prefix("/// ").unwrap_or(". "))
            .collect();
        for sentence in docs.join(" ").replace(": ", ". ").split(". ") {
            if sentence.contains("example") && sentence.contains("of `vici-client`") {
                let words = sentence.split('`').skip(1).step_by(2);
                for word in words.filter(|word| *word != "vici-client") {
                    assert!(examples.contains(word), "{word}: {sentence}");
                    found.insert(word.to_owned());
                }
            }
        }
    }
    assert!(found.len() > 5, "{found:?}");
}

/// A connection without its addresses would be open to every peer.
#[test]
fn a_misspelled_key_of_a_file_is_refused() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    let dir = tempfile::tempdir().unwrap();
    for (example, text) in [
        ("from_toml", "[home]\nremote_adrs = ['192.0.2.4']\n"),
        ("from_yaml", "home:\n  remote_adrs: 192.0.2.4\n"),
    ] {
        let path = dir.path().join(example);
        fs::write(&path, text).unwrap();
        let output = built::example(example)
            .arg(&path)
            .env("VICI_URI", &uri)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{example}: {error}");
        assert!(
            error.contains("home.remote_adrs: unknown key, did you mean remote_addrs?"),
            "{example}: {error}"
        );
        assert_eq!(output.stdout, b"", "{example}");
    }
}

/// A command with the file of an example where Cargo would run that.
fn with_built(command: &str) -> String {
    let Some((before, rest)) = command.split_once("cargo run --example ") else {
        assert!(!command.contains("cargo run "), "{command}");
        return command.to_owned();
    };
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let file = built::path(name).display();
    let arguments = rest.strip_prefix("-- ");
    assert!(rest.is_empty() || arguments.is_some(), "{command}");
    format!("{before}'{file}' {}", arguments.unwrap_or_default())
}

/// Runs the lines of a block of commands, one after the other, in the root of the repository.
fn follow(block: &[&str]) {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let tmp = format!("{}/", dir.path().display());
    let mut running = Vec::new();
    for line in block {
        let (command, remark) = line.split_once("  # ").unwrap_or((line, ""));
        if command.starts_with("openssl ") || command.starts_with("swanctl ") {
            // These are not everywhere.
            let program = command.split(' ').next().unwrap();
            if !is_there(Path::new(program), &format!("{program} for: {line}")) {
                return;
            }
        }
        let stays = remark.contains("in a terminal of its own") || remark.contains("interrupted");
        // The shell is replaced by what it starts, which Cargo has built. There may be no way to
        // another machine.
        let command = command
            .trim()
            .replace("/tmp/", &tmp)
            .replace("tcp://192.0.2.1:4502", "tcp://127.0.0.1:1");
        // Which may lie in such a folder as well.
        let command = with_built(&command);
        let command = match command.split_once(' ') {
            Some((word, rest)) if stays => format!("exec {word} {rest}"),
            _ => command,
        };
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &command])
            .current_dir(crate_dir().join(".."))
            .env("VICI_URI", &uri)
            .env("CARGO_TERM_QUIET", "true");
        if stays {
            let shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut process = Running::spawn(shell);
            let lines = process.lines();
            // The first line tells that it has begun.
            assert!(lines.recv_timeout(PATIENCE).is_ok(), "{line}");
            running.push((process, lines));
        } else {
            let output = shell.stdin(Stdio::null()).output().unwrap();
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            assert!(output.status.success(), "{line}:\n{text}");
        }
    }
}

/// The commands of a text.
fn commands<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        match line.strip_prefix(prefix).unwrap_or(line) {
            "```sh" => inside = true,
            "```" => inside = false,
            command if inside => commands.push(command),
            _ => {}
        }
    }
    commands
}

#[test]
fn every_example_runs_as_it_says() {
    // They wait most of the time, each for itself.
    thread::scope(|scope| {
        for dir in [".", "../vici-control", "../vici-testing"] {
            let dir = crate_dir().join(dir);
            for example in examples(&dir) {
                let source = fs::read_to_string(main_file(&dir, &example)).unwrap();
                let thread = thread::Builder::new().name(example);
                let run = move || {
                    let commands = commands(&source, "//! ");
                    let run = format!("--example {}", test_name());
                    assert!(commands.iter().any(|line| line.contains(&run)), "{run}");
                    follow(&commands);
                };
                thread.spawn_scoped(scope, run).unwrap();
            }
        }
    });
}

#[test]
fn the_readme_can_be_followed() {
    let readme = fs::read_to_string(crate_dir().join("../README.md")).unwrap();
    let mut commands = commands(&readme, "");
    // The others are the checks.
    commands.retain(|line| line.starts_with("cargo run --example") && !line.contains("/etc/"));
    assert_eq!(commands.len(), 2, "{commands:?}");
    follow(&commands);
}

#[test]
fn quickstart_does_what_it_says() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    let mut command = built::example("quickstart");
    command.env("VICI_URI", &uri).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (success, text, errors) = Running::spawn(&mut command).finish();
    assert!(success, "{text}{errors}");
    let expected = format!("connected to charon 5.9.8, at {uri}");
    assert_eq!(text.lines().next(), Some(&*expected), "{text}");
    assert_eq!(
        text.lines().last(),
        Some("unloaded vici-example-quickstart")
    );
}

/// Runs an example that prints, line by line, until it ends.
fn start(example: &str, uri: &str) -> (Running, Receiver<String>) {
    let mut command = built::example(example);
    command.env("VICI_URI", uri).stdin(Stdio::null());
    let mut process = Running::spawn(command.stdout(Stdio::piped()));
    let lines = process.lines();
    (process, lines)
}

fn interrupt(process: &mut Running) {
    let id = process.0.id().to_string();
    let status = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(status.success());
    assert!(process.0.wait().unwrap().success());
}

#[test]
fn the_monitor_ends_when_it_is_interrupted_whatever_it_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_unix(&path).unwrap();
    let (mut watching, lines) = start("monitor", &uri);
    let (mut waiting, other_lines) = start("monitor", &uri);
    for lines in [&lines, &other_lines] {
        assert_eq!(
            lines.recv_timeout(PATIENCE).unwrap(),
            "this daemon does not know alert"
        );
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "watching");
    }

    // A second daemon takes the place of the first.
    drop(daemon);
    let daemon = SimulatedDaemon::new();
    let gone = "the daemon is gone: the connection to the daemon is closed";
    for lines in [&lines, &other_lines] {
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), gone);
    }
    daemon.server().listen_unix(&path).unwrap();
    for lines in [&lines, &other_lines] {
        assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), "watching again");
    }
    interrupt(&mut watching);

    // And goes without another.
    drop(daemon);
    assert_eq!(other_lines.recv_timeout(PATIENCE).unwrap(), gone);
    interrupt(&mut waiting);
}
