//! A charon of the test's own, and its `swanctl`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vici_client::{Client, Config as Connection};
use vici_control::{Config, Loaded};

use crate::outside::{leave_out, left_out, say, test_name};

/// How long a daemon may take to start, and to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running daemon, which ends with this.
pub(crate) struct Charon {
    generation: &'static str,
    dir: tempfile::TempDir,
    process: Child,
}

pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../daemons")
        .join(name)
}

/// Runs a test with a daemon of a generation, or tells that it is left out.
pub(crate) fn run(generation: &'static str, test: impl FnOnce(&Charon)) {
    run_in(generation, |_| {}, test);
}

/// The same, with something that is in the folder of the daemon before it is started.
pub(crate) fn run_in(
    generation: &'static str,
    prepare: impl FnOnce(&Path),
    test: impl FnOnce(&Charon),
) {
    let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
    prepare(dir.path());
    let process = Command::new(script("charon"))
        .arg(generation)
        .arg(dir.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut charon = Charon {
        generation,
        dir,
        process,
    };
    if let Some(reason) = charon.wait() {
        return leave_out(&test_name(), &reason);
    }
    fs::create_dir(charon.folder()).unwrap();
    // Where the script has swanctl look.
    std::os::unix::fs::symlink("charon.vici", charon.dir.path().join("seen.vici")).unwrap();
    test(&charon);
}

impl Charon {
    /// Waits until it answers; the reason if there is none to start.
    fn wait(&mut self) -> Option<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(reason) = left_out(&mut self.process, "daemons/charon") {
                return Some(reason);
            }
            // Tries again until the daemon accepts, for a part of the time.
            match self.connection(Duration::from_millis(500)).connect() {
                Ok(_) => return None,
                Err(error) => assert!(Instant::now() < deadline, "{error}\n{}", self.log()),
            }
        }
    }

    /// Where it listens.
    pub(crate) fn uri(&self) -> String {
        format!("unix://{}", self.dir.path().join("charon.vici").display())
    }

    fn connection(&self, limit: Duration) -> Connection {
        let connection = Connection::from_uri(&self.uri()).unwrap();
        connection.connect_limit(limit)
    }

    pub(crate) fn client(&self) -> Client {
        self.connection(PATIENCE)
            .timeout(PATIENCE)
            .connect()
            .unwrap()
    }

    /// The folder of the daemon.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The folder that has `swanctl.conf`.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().join("swanctl")
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn config(&self) -> Config {
        Config::read(self.folder().join("swanctl.conf")).unwrap()
    }

    pub(crate) fn loaded(&self) -> Loaded {
        Loaded::ask(&mut self.client()).unwrap()
    }

    /// What `swanctl` says.
    pub(crate) fn swanctl(&self, words: &[&str]) -> String {
        let output = Command::new("timeout")
            .args(["-k", "1", "30"])
            .arg(script("swanctl"))
            .arg(self.generation)
            .arg(self.dir.path())
            .args(words)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "swanctl {words:?}: {said}");
        said
    }

    /// What it printed and logged.
    pub(crate) fn log(&self) -> String {
        let read = |name| {
            let bytes = fs::read(self.dir.path().join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
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

/// One test a generation, named after it.
macro_rules! each_generation {
    (of $run:path; $($test:ident)*) => {$(
        mod $test {
            #[test]
            fn bookworm() {
                $run("bookworm", |it| super::$test(it));
            }

            #[test]
            fn trixie() {
                $run("trixie", |it| super::$test(it));
            }

            #[test]
            fn forky() {
                $run("forky", |it| super::$test(it));
            }
        }
    )*};
    ($($test:ident)*) => {
        $crate::charon::each_generation! { of $crate::charon::run; $($test)* }
    };
}
pub(crate) use each_generation;
