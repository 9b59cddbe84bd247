//! Loads a `swanctl.conf` and the folders beside it, as `swanctl --load-all` does.
//!
//! ```sh
//! printf 'connections { vici-example-file { remote_addrs = 192.0.2.4 } }\n' > /tmp/swanctl.conf
//! cargo run --example load_all -- /tmp/swanctl.conf
//! ```
//!
//! What the daemon has and the file does not is unloaded; what is equal is loaded again, as `swanctl` does
//! it. The daemon is the one at `VICI_URI`, or on the default socket.

use vici_client::Client;
use vici_control::{Config, Loaded, Memory, OnRefusal, Plan, Scope};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give a swanctl.conf")?;
    let config = Config::read(path)?;
    let mut client = Client::connect_env()?;
    let loaded = Loaded::ask(&mut client)?;
    let plan = Plan::new(
        &config,
        &loaded,
        &Memory::new(),
        &Scope::all().reload_unseen(),
    );
    let report = plan.apply(&mut client, &mut Memory::new(), OnRefusal::GoOn);
    print!("{plan}");
    match report.failures(&plan).next() {
        Some((step, error)) => Err(format!("{report}; {step}: {error}").into()),
        None => Ok(()),
    }
}
