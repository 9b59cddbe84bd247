//! Talks to the daemon: asks for its version, loads a connection, lists it back and unloads it.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! The daemon is the one that listens on the default socket, or where `VICI_URI` says, such as
//! `unix:///run/charon.vici` or `tcp://127.0.0.1:4502`. The connection is called
//! `vici-example-quickstart`, does nothing by itself, and is gone afterwards.

use std::env;

use vici_client::Client;
use vici_types::{Conn, ConnAuth, ConnChild, ListConns, LoadConn, UnloadConn, Version};

const NAME: &str = "vici-example-quickstart";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = match env::var("VICI_URI") {
        Ok(uri) => Client::connect_uri(&uri)?,
        Err(_) => Client::connect()?,
    };

    let version = client.call(&Version::new())?;
    println!("connected to {} {}", version.daemon, version.version);

    let conn = Conn::new()
        .remote_addrs(["192.0.2.1"])
        .local(ConnAuth::new().auth("psk").id("carol@example.org"))
        .remote(ConnAuth::new().auth("psk").id("moon.example.org"))
        .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
    client.call(&LoadConn::new(NAME, conn))?;
    println!("loaded {NAME}");

    let mut conns = client.stream(&ListConns::new().ike(NAME))?;
    for listed in conns.by_ref() {
        let listed = listed?;
        for (name, child) in &listed.conn.children {
            let [local, remote] = [&child.local_ts, &child.remote_ts];
            println!(
                "listed {}: child {name} from {local:?} to {remote:?}",
                listed.name
            );
        }
    }
    conns.finish()?;

    client.call(&UnloadConn::new(NAME))?;
    println!("unloaded {NAME}");
    Ok(())
}
