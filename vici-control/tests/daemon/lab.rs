//! Two gateways that build tunnels with each other, in network namespaces of their own.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use vici_client::{Client, Config};

use crate::charon::{PATIENCE, script};
use crate::outside::{leave_out, left_out, say, test_name};
use crate::two::Namespaces;

/// One of the two.
pub(crate) struct Gateway {
    dir: PathBuf,
}

impl Gateway {
    pub(crate) fn address(&self) -> Config {
        let address = self.dir.join("charon.vici");
        Config::new().address(address).connect_limit(PATIENCE)
    }

    pub(crate) fn client(&self) -> Client {
        self.address().timeout(PATIENCE).connect().unwrap()
    }

    /// What it printed and logged.
    pub(crate) fn log(&self) -> String {
        let read = |name| {
            let bytes = fs::read(self.dir.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        read("output") + &read("charon.log")
    }
}

/// The running lab, which ends with this.
pub(crate) struct Lab {
    pub(crate) generation: &'static str,
    pub(crate) moon: Gateway,
    pub(crate) sun: Gateway,
    pub(crate) namespaces: Namespaces,
    _dir: tempfile::TempDir,
}

/// Runs a test in a lab of a generation, or tells that it is left out.
pub(crate) fn run(generation: &'static str, test: impl FnOnce(&mut Lab)) {
    let dir = tempfile::Builder::new().prefix("vici").tempdir().unwrap();
    let gateway = |name| {
        let dir = dir.path().join(name);
        fs::create_dir(&dir).unwrap();
        Gateway { dir }
    };
    let (moon, sun) = (gateway("moon"), gateway("sun"));
    let mut lab = Lab {
        generation,
        moon,
        sun,
        namespaces: Namespaces::start(&script("lab"), generation, generation, dir.path()),
        _dir: dir,
    };
    let deadline = Instant::now() + PATIENCE;
    for gateway in [&lab.moon, &lab.sun] {
        loop {
            if let Some(reason) = left_out(&mut lab.namespaces.0.process, "daemons/lab") {
                return leave_out(&test_name(), &reason);
            }
            // Tries again until the daemon accepts, for a part of the time.
            let address = gateway.address();
            match address.connect_limit(Duration::from_millis(500)).connect() {
                Ok(_) => break,
                Err(error) => assert!(Instant::now() < deadline, "{error}\n{}", gateway.log()),
            }
        }
    }
    lab.namespaces.ready();
    test(&mut lab);
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&format!(
                "moon:\n{}\nsun:\n{}",
                self.moon.log(),
                self.sun.log()
            ));
        }
    }
}
