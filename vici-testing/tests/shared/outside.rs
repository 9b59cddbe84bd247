//! What tests take from outside of this project: programs, and what is done where they are not there.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Set where it is a failure that something is not there, as in CI.
pub(crate) const REQUIRE: &str = "VICI_TEST_REQUIRE_DAEMON";

/// No program takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Says that a test is left out, or what of it, and why. In CI it fails.
pub(crate) fn leave_out(test: &str, reason: &str) {
    assert!(env::var_os(REQUIRE).is_none(), "{reason}");
    say(&format!("{test}: left out, {reason}"));
}

/// The name of the test that runs.
pub(crate) fn test_name() -> String {
    thread::current().name().unwrap_or("test").to_owned()
}

/// Prints where the test harness does not capture it.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Whether a program is there; if not, that is printed.
pub(crate) fn is_there(program: &Path, what: &str) -> bool {
    let found = Command::new(program)
        .arg("--help")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_err() {
        leave_out(&test_name(), &format!("no {what}"));
    }
    found.is_ok()
}

/// A process that ends with this.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// What it prints, as it comes.
    pub(crate) fn lines(&mut self) -> Receiver<String> {
        let stdout = BufReader::new(self.0.stdout.take().unwrap());
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // A test that is over reads no more.
                let _ = sender.send(line);
            }
        });
        receiver
    }

    /// Waits for the end: whether it was a good one, what was printed, and the errors.
    pub(crate) fn finish(mut self) -> (bool, String, String) {
        fn read(mut stream: impl Read + Send + 'static) -> Receiver<String> {
            let (sender, receiver) = mpsc::channel();
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = stream.read_to_end(&mut bytes);
                let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
            });
            receiver
        }

        let stdout = read(self.0.stdout.take().unwrap());
        let stderr = read(self.0.stderr.take().unwrap());
        let text = stdout.recv_timeout(PATIENCE).expect("it ends");
        let errors = stderr.recv_timeout(PATIENCE).expect("it ends");
        (self.0.wait().unwrap().success(), text, errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
