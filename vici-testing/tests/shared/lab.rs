//! Two gateways that build tunnels with each other, and how they are configured. `daemons/lab` tells what
//! there is.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::process::Command;

use vici_client::Client;
use vici_types::{Conn, ConnAuth, ConnChild, IkeVersion, LoadConn, LoadShared, SharedType};

use super::outside::Script;

/// The process that the two end with; it ends with this.
pub(crate) struct Namespaces(pub(crate) Script);

impl Namespaces {
    /// Starts the script, which has the daemons' sockets in the folders `moon` and `sun` soon.
    pub(crate) fn start(script: &Path, moon: &str, sun: &str, dir: &Path) -> Self {
        let mut command = Command::new(script);
        Self(Script::start(command.args([moon, sun]).arg(dir)))
    }

    /// The first line comes when both daemons are started.
    pub(crate) fn ready(&mut self) {
        assert_eq!(self.0.line().as_deref(), Some("ready"));
    }

    /// Runs a command on `moon` or `sun`, which has to end by itself.
    pub(crate) fn run(&mut self, command: &str) {
        self.0.tell(command);
        assert_eq!(self.0.line().as_deref(), Some("exit 0"), "{command}");
    }
}

/// What tells the two apart.
pub(crate) struct Side {
    pub(crate) outer: &'static str,
    pub(crate) outer6: &'static str,
    pub(crate) inner: &'static str,
    pub(crate) inner6: &'static str,
    pub(crate) id: &'static str,
}

pub(crate) const MOON: Side = Side {
    outer: "192.0.2.1",
    outer6: "2001:db8::1",
    inner: "10.1.0.0/24",
    inner6: "2001:db8:1::/64",
    id: "moon.lab",
};

pub(crate) const SUN: Side = Side {
    outer: "192.0.2.2",
    outer6: "2001:db8::2",
    inner: "10.2.0.0/24",
    inner6: "2001:db8:2::/64",
    id: "sun.lab",
};

/// A connection between the two without authentication and children.
pub(crate) fn conn(own: &Side, peer: &Side) -> Conn {
    Conn::new()
        .version(IkeVersion::V2)
        .local_addrs([own.outer])
        .remote_addrs([peer.outer])
        .proposals(["aes128-sha256-x25519"])
}

/// Authentication with a shared secret.
pub(crate) fn psk(conn: Conn, own: &Side, peer: &Side) -> Conn {
    conn.local(ConnAuth::new().auth("psk").id(own.id))
        .remote(ConnAuth::new().auth("psk").id(peer.id))
}

/// A child between the inner networks.
pub(crate) fn net(own: &Side, peer: &Side) -> ConnChild {
    ConnChild::new()
        .local_ts([own.inner])
        .remote_ts([peer.inner])
        .esp_proposals(["aes128gcm16-x25519"])
}

/// Loads `home` with its child `net` on both, with a secret that they share.
pub(crate) fn load_psk(moon: &mut Client, sun: &mut Client) {
    for (client, own, peer) in [(moon, &MOON, &SUN), (sun, &SUN, &MOON)] {
        let home = psk(conn(own, peer), own, peer).child("net", net(own, peer));
        client.call(&LoadConn::new("home", home)).unwrap();
        load_secret(client, "what they share");
    }
}

pub(crate) fn load_secret(client: &mut Client, secret: &str) {
    let secret = LoadShared::new(SharedType::Ike, secret).owners([MOON.id, SUN.id]);
    client.call(&secret).unwrap();
}
