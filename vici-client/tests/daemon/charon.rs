//! A charon of the test's own.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vici_client::Client;
use vici_types::Version;

/// Set where a daemon that can't be started is a failure, as in CI.
const REQUIRE: &str = "VICI_TEST_REQUIRE_DAEMON";

/// The exit status with which the script says that there is no daemon to start.
const LEFT_OUT: i32 = 77;

/// How long a daemon may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running daemon, which ends with this.
pub(crate) struct Charon {
    process: Child,
    dir: tempfile::TempDir,
}

impl Charon {
    /// Starts a daemon, or tells which test is left out.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemons/charon");
        let process = Command::new(script)
            .arg(dir.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("daemons/charon can be run");
        let mut charon = Self { process, dir };
        let version = match charon.wait_until_it_answers() {
            Ok(version) => version,
            Err(reason) => {
                assert!(env::var_os(REQUIRE).is_none(), "{reason}");
                say(&format!("{test}: left out, {reason}"));
                return None;
            }
        };
        say(&format!("{test}: charon {version}"));
        Some(charon)
    }

    fn wait_until_it_answers(&mut self) -> Result<String, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                let mut reason = String::new();
                let mut stderr = self.process.stderr.take().unwrap();
                std::io::Read::read_to_string(&mut stderr, &mut reason).unwrap();
                let left_out = status.code() == Some(LEFT_OUT);
                assert!(left_out, "daemons/charon: {status}: {reason}{}", self.log());
                return Err(reason.trim().to_owned());
            }
            // Tries again until the daemon accepts, for a part of the time.
            let part = Duration::from_millis(500);
            match Client::connect_uri_within(&self.uri(), part) {
                Ok(mut client) => {
                    return Ok(client.call(&Version::new()).unwrap().version);
                }
                Err(error) => assert!(Instant::now() < deadline, "{error}\n{}", self.log()),
            }
        }
    }

    /// Where it listens.
    pub(crate) fn uri(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The path of its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.path().join("charon.vici")
    }

    /// A new connection to it, whose calls take 20 seconds at most.
    pub(crate) fn client(&self) -> Client {
        let mut client = Client::connect_uri(&self.uri()).unwrap();
        client.set_timeout(Some(PATIENCE)).unwrap();
        client
    }

    /// Ends it at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default();
        read("output") + &read("charon.log")
    }
}

impl Drop for Charon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&self.log());
        }
        // All that it has is in namespaces of its own and ends with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Prints where the test harness does not capture it.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Starts a daemon for the test that this stands in, or returns from it.
macro_rules! charon {
    () => {
        match $crate::charon::Charon::start(std::thread::current().name().unwrap_or_default()) {
            Some(charon) => charon,
            None => return,
        }
    };
}
pub(crate) use charon;
