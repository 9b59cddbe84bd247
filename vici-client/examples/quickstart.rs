//! Talks to the daemon: asks for its version, loads a connection, lists it back and unloads it.
//!
//! ```sh
//! cargo run --example quickstart
//! ```
//!
//! The daemon is where `VICI_URI` says, such as `unix:///run/charon.vici` or `tcp://127.0.0.1:4502`,
//! else the one that listens on the default socket; where none does, one that is simulated in here.
//! The connection is called `vici-example-quickstart`, does nothing by itself, and is gone afterwards.

use std::env;
use std::io::ErrorKind;

use vici_client::{Client, Error};
use vici_testing::SimulatedDaemon;
use vici_types::{Conn, ConnAuth, ConnChild, ListConns, LoadConn, UnloadConn, Version};

const NAME: &str = "vici-example-quickstart";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulated = SimulatedDaemon::new();
    let (mut client, place) = connect(&simulated)?;

    let version = client.call(&Version::new())?;
    println!(
        "connected to {} {}, {place}",
        version.daemon, version.version
    );

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

/// A client, and which daemon it talks to.
fn connect(simulated: &SimulatedDaemon) -> Result<(Client, String), Box<dyn std::error::Error>> {
    if let Ok(uri) = env::var("VICI_URI") {
        return Ok((Client::connect_uri(&uri)?, format!("at {uri}")));
    }
    match Client::connect() {
        Ok(client) => Ok((client, "at the default socket".to_owned())),
        Err(Error::Connect { address, error, .. })
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            let place = format!("simulated, as no daemon listens at {address}");
            Ok((simulated.connect()?, place))
        }
        Err(error) => Err(error.into()),
    }
}
