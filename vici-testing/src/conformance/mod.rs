//! Whether a server speaks VICI as charon does.

mod commands;
mod raw;
mod wire;

use core::fmt;
use core::time::Duration;

use vici_client::{Address, Client, Config, Socket};

/// What came of the checks of a server: a table when it is printed.
#[derive(Clone, Debug)]
pub struct Report {
    checks: Vec<Checked>,
}

/// A check, and what came of it.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is checked.
    pub name: &'static str,
    /// Nothing, or what is wrong.
    pub fault: Option<String>,
}

impl Report {
    /// The checks in their order.
    pub fn checks(&self) -> &[Checked] {
        &self.checks
    }

    /// Whether nothing is wrong.
    pub fn is_conformant(&self) -> bool {
        self.checks.iter().all(|check| check.fault.is_none())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Checked { name, fault } in &self.checks {
            match fault {
                None => writeln!(f, "ok      {name}")?,
                Some(fault) => writeln!(f, "FAILED  {name}: {fault}")?,
            }
        }
        let failed = self.checks.iter().filter(|check| check.fault.is_some());
        write!(f, "{} checks, {} failed", self.checks.len(), failed.count())
    }
}

/// Checks a server: one list of checks for every server of VICI, charon or another.
///
/// Each check makes connections of its own, loads what is called `vici-conformance` and unloads it
/// again, and waits ten seconds for an answer at most. The server needs the commands `version`,
/// `load-conn`, `get-conns`, `list-conns` and `unload-conn`, and the events `log` and `list-conn`.
///
/// ```
/// use vici_testing::{SimulatedDaemon, check_conformance};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let daemon = SimulatedDaemon::new();
/// let address = daemon.server().listen()?.parse()?;
/// let report = check_conformance(&address);
/// assert!(report.is_conformant(), "{report}");
/// # Ok(())
/// # }
/// ```
///
/// The example `conformance` prints the table for an address:
///
/// ```sh
/// cargo run --example conformance -- unix:///run/charon.vici
/// ```
pub fn check_conformance(address: &Address) -> Report {
    let place = Place { address };
    let checks = wire::CHECKS.iter().chain(commands::CHECKS);
    let checks = checks.map(|(name, check)| Checked {
        name,
        fault: check(&place).err(),
    });
    Report {
        checks: checks.collect(),
    }
}

/// A check by its name.
type Check = (&'static str, fn(&Place<'_>) -> Result<(), String>);

/// Where the server is.
struct Place<'a> {
    address: &'a Address,
}

impl Place<'_> {
    fn client(&self) -> Result<Client, String> {
        let config = Config::new().address(self.address.clone());
        config
            .timeout(PATIENCE)
            .connect()
            .map_err(|error| error.to_string())
    }

    fn socket(&self) -> Result<Socket, String> {
        Ok(self.client()?.into_inner())
    }
}

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What all checks load.
const NAME: &str = "vici-conformance";
