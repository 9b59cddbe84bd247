//! Loads connections from a YAML file that is written like `swanctl.conf`: the twin of `from_toml`.
//!
//! ```sh
//! cargo run --example from_yaml  # loads what stands below
//! printf 'vici-example-file:\n  remote_addrs: 192.0.2.4\n' > /tmp/connections.yaml
//! cargo run --example from_yaml -- /tmp/connections.yaml
//! ```
//!
//! A key that the daemon does not know is refused with its path, before anything is sent:
//! `vici-example-file.remote_adrs: unknown key, did you mean remote_addrs?`.

use std::{env, fs};

use vici_client::Client;
use vici_types::LoadConn;

/// The keys are those of the daemon, and one item stands for a list that has no other.
const LIKE_SWANCTL: &str = "
vici-example-yaml:
  version: 2
  remote_addrs: 192.0.2.2
  dpd_delay: 30
  rekey_time: 4h
  mobike: no
  local:
    auth: psk
    id: moon.example.org
  remote:
    auth: psk
    id: sun.example.org
  children:
    net:
      local_ts: 10.1.0.0/16
      remote_ts: [10.2.0.0/16, 10.3.0.0/16]
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = match env::var("VICI_URI") {
        Ok(uri) => Client::connect_uri(&uri)?,
        Err(_) => Client::connect()?,
    };
    let text = match env::args().nth(1) {
        Some(path) => fs::read_to_string(path)?,
        None => LIKE_SWANCTL.to_owned(),
    };
    let request: LoadConn = serde_yaml_ng::from_str(&text)?;
    client.call(&request)?;
    for name in request.conns.names() {
        println!("loaded {name}");
    }
    Ok(())
}
