//! Loads connections from a TOML file: from one that is written like `swanctl.conf`, and from one
//! with a form of its own.
//!
//! ```sh
//! cargo run --example from_toml  # loads what stands below
//! printf '[vici-example-file]\nremote_addrs = ["192.0.2.4"]\n' > /tmp/connections.toml
//! cargo run --example from_toml -- /tmp/connections.toml
//! ```
//!
//! A key that the daemon does not know is refused with its path, before anything is sent:
//! `vici-example-file.remote_adrs: unknown key, did you mean remote_addrs?`.

use std::collections::BTreeMap;
use std::{env, fs};

use serde_derive::{Deserialize, Serialize};
use vici_client::Client;
use vici_types::{Command, Done, LoadConn, Request};

/// The keys are those of the daemon: the types of this project read it as it is.
const LIKE_SWANCTL: &str = r#"
[vici-example-toml]
version = 2
remote_addrs = "192.0.2.2"
dpd_delay = 30
rekey_time = "4h"
local = { auth = "psk", id = "moon.example.org" }
remote = { auth = "psk", id = "sun.example.org" }

[vici-example-toml.children.net]
local_ts = "10.1.0.0/16"
remote_ts = ["10.2.0.0/16", "10.3.0.0/16"]
"#;

/// A form of one's own.
const OWN_FORM: &str = r#"
[tunnels.vici-example-own]
peer = "192.0.2.3"
networks = ["10.4.0.0/16"]
"#;

#[derive(Deserialize)]
struct Config {
    tunnels: BTreeMap<String, Tunnel>,
}

#[derive(Deserialize)]
struct Tunnel {
    peer: String,
    networks: Vec<String>,
}

/// What is sent for it: any struct that serde can write, with the keys of `load-conn`. Only what is
/// needed has to be there.
#[derive(Serialize)]
#[serde(transparent)]
struct LoadTunnels(BTreeMap<String, OwnConn>);

#[derive(Serialize)]
struct OwnConn {
    version: u8,
    remote_addrs: [String; 1],
    children: BTreeMap<&'static str, OwnChild>,
}

#[derive(Serialize)]
struct OwnChild {
    remote_ts: Vec<String>,
}

impl Request for LoadTunnels {
    const NAME: &'static str = "load-conn";

    type Response = Done;
}

impl Command for LoadTunnels {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect_env()?;

    let text = match env::args().nth(1) {
        Some(path) => fs::read_to_string(path)?,
        None => LIKE_SWANCTL.to_owned(),
    };
    let request: LoadConn = toml::from_str(&text)?;
    client.call(&request)?;
    for name in request.conns.names() {
        println!("loaded {name}");
    }

    let config: Config = toml::from_str(OWN_FORM)?;
    let tunnels = config.tunnels.into_iter().map(|(name, tunnel)| {
        let child = OwnChild {
            remote_ts: tunnel.networks,
        };
        let conn = OwnConn {
            version: 2,
            remote_addrs: [tunnel.peer],
            children: BTreeMap::from([("net", child)]),
        };
        (name, conn)
    });
    let request = LoadTunnels(tunnels.collect());
    client.call(&request)?;
    for name in request.0.keys() {
        println!("loaded {name}");
    }
    Ok(())
}
