//! What tests take from outside of this project: programs, and what is done where they are not there.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Set where it is a failure that something is not there, as in CI.
pub(crate) const REQUIRE: &str = "VICI_TEST_REQUIRE_DAEMON";

/// The exit status with which the scripts say that there is nothing to start.
pub(crate) const LEFT_OUT: i32 = 77;

/// No program takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Says that a test is left out, or what of it, and why. In CI it fails.
pub(crate) fn leave_out(test: &str, reason: &str) {
    assert!(env::var_os(REQUIRE).is_none(), "{reason}");
    say(&format!("{test}: left out, {reason}"));
}

/// Why a script has ended, if it has because there is nothing to start.
pub(crate) fn left_out(process: &mut Child, name: &str) -> Option<String> {
    let status = process.try_wait().unwrap()?;
    let mut reason = String::new();
    let mut stderr = process.stderr.take().unwrap();
    stderr.read_to_string(&mut reason).unwrap();
    assert_eq!(status.code(), Some(LEFT_OUT), "{name}: {status}: {reason}");
    Some(reason.trim().to_owned())
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

/// A script that does what it is told, line by line, and says what has become of it. It ends with this.
pub(crate) struct Script {
    pub(crate) process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Script {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the script can be run");
        Self {
            input: process.stdin.take(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Tells it something. One that has ended reads no more.
    pub(crate) fn tell(&mut self, line: &str) {
        let _ = writeln!(self.input.as_mut().unwrap(), "{line}");
    }

    /// The next line that it says; nothing where it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| line.trim().to_owned())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // The end of its input ends it; and so does this, if it hangs.
        self.input = None;
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
