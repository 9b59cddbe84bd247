//! Loads a tunnel between two sites, with its pre-shared key.
//!
//! ```sh
//! cargo run --example site_to_site
//! ```
//!
//! The fields are the keys that stand in `swanctl.conf` as well. What is loaded here is called
//! `vici-example-site` and installs nothing by itself: add `.start_action(Action::trap())` to the
//! child to have the tunnel built by the first packet.

use vici_client::{Client, Error};
use vici_types::{Conn, ConnAuth, ConnChild, IkeVersion, LoadConn, LoadShared, SharedType};

const NAME: &str = "vici-example-site";

fn main() -> Result<(), Error> {
    let mut client = Client::connect_env()?;

    // The secret goes first, so that the connection never stands without it. A real one comes from
    // a file or a vault; it is wiped from memory when it has been sent.
    let secret = LoadShared::new(SharedType::Ike, "an example is no place for a secret")
        .id(NAME)
        .owners(["moon.example.org", "sun.example.org"]);
    client.call(&secret)?;

    let net = ConnChild::new()
        .local_ts(["10.1.0.0/16"])
        .remote_ts(["10.2.0.0/16"])
        .esp_proposals(["aes128gcm16-x25519", "default"])
        .rekey_time("1h");
    let site = Conn::new()
        .version(IkeVersion::V2)
        .local_addrs(["192.0.2.1"])
        .remote_addrs(["192.0.2.2"])
        .proposals(["aes128-sha256-x25519", "default"])
        .dpd_delay("30s")
        .local(ConnAuth::new().auth("psk").id("moon.example.org"))
        .remote(ConnAuth::new().auth("psk").id("sun.example.org"))
        .child("net", net);
    client.call(&LoadConn::new(NAME, site))?;
    println!("loaded {NAME}");
    Ok(())
}
