//! What both doors are tried with: a simulated daemon that has tunnels.

use std::collections::BTreeMap;

use vici_client::Client;
use vici_control::watch::Table;
use vici_testing::{Generation, SimulatedDaemon};
use vici_types::{
    Conn, ConnAuth, ConnChild, Initiate, ListSas, LoadConn, LoadShared, Rekey, SharedType,
};

pub(crate) const PEER: &str = "192.0.2.1";

/// A daemon with the connection `home` and its children `net` and `dmz`, and a client of it.
pub(crate) fn daemon() -> (SimulatedDaemon, Client) {
    daemon_of(Generation::default())
}

pub(crate) fn daemon_of(generation: Generation) -> (SimulatedDaemon, Client) {
    let daemon = SimulatedDaemon::of(generation);
    let mut client = daemon.connect().unwrap();
    load(&mut client);
    (daemon, client)
}

pub(crate) fn load(client: &mut Client) {
    let home = Conn::new()
        .remote_addrs([PEER])
        .local(ConnAuth::new().auth("psk").id("carol"))
        .remote(ConnAuth::new().auth("psk").id("moon"))
        .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]))
        .child("dmz", ConnChild::new().remote_ts(["10.2.0.0/16"]));
    client.call(&LoadConn::new("home", home)).unwrap();
    let secret = LoadShared::new(SharedType::Ike, "swordfish");
    client.call(&secret).unwrap();
}

pub(crate) fn initiate(client: &mut Client, child: &str) {
    client
        .call(&Initiate::new().ike("home").child(child))
        .unwrap();
}

pub(crate) fn rekey(client: &mut Client) {
    client.call(&Rekey::new().child("net")).unwrap();
    client.call(&Rekey::new().ike("home")).unwrap();
}

/// Asserts that the table is what the daemon lists.
pub(crate) fn assert_equal(table: &Table, client: &mut Client) {
    let mut listed = BTreeMap::new();
    let mut sas = client.stream(&ListSas::new()).unwrap();
    for sa in &mut sas {
        let sa = sa.unwrap();
        let children: Vec<u32> = sa
            .ike_sa
            .children()
            .map(|sa| sa.uniqueid.unwrap())
            .collect();
        listed.insert(sa.ike_sa.uniqueid, children);
    }
    sas.finish().unwrap();
    let shown: BTreeMap<u32, Vec<u32>> = table
        .iter()
        .map(|sa| {
            (
                sa.ike.id,
                sa.children.iter().map(|child| child.id).collect(),
            )
        })
        .collect();
    assert_eq!(shown, listed);
}
