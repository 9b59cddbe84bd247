//! A controller of somebody's own, tested as the documentation of `vici_client::testing` tells.

use std::time::Duration;

use vici_client::testing::{Answer, Peer, ScriptedDaemon, SimulatedDaemon};
use vici_client::{Client, Error};
use vici_types::{
    ChildUpdown, Conn, ConnAuth, ConnChild, Initiate, ListSas, LoadConn, LoadShared, SharedType,
    Version, VersionResponse,
};

use crate::PATIENCE;

/// Keeps a tunnel up: loads it, brings it up, and brings it up again when it goes down.
struct Keeper {
    client: Client,
}

impl Keeper {
    fn new(mut client: Client) -> Result<Self, Error> {
        client.subscribe::<ChildUpdown>()?;
        Ok(Self { client })
    }

    fn load(&mut self) -> Result<(), Error> {
        let home = Conn::new()
            .remote_addrs(["192.0.2.1"])
            .local(ConnAuth::new().auth("psk").id("carol"))
            .remote(ConnAuth::new().auth("psk").id("moon"))
            .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
        self.client.call(&LoadConn::new("home", home))?;
        let secret = LoadShared::new(SharedType::Ike, "swordfish").id("home");
        self.client.call(&secret)?;
        Ok(())
    }

    /// Tries so often.
    fn bring_up(&mut self, tries: u32) -> Result<u32, Error> {
        let request = Initiate::new().ike("home").child("net").timeout(50);
        let mut tried = 1;
        while let Err(error) = self.client.call(&request) {
            if tried == tries || error.is_closed() {
                return Err(error);
            }
            tried += 1;
        }
        Ok(tried)
    }

    /// Waits until the tunnel goes down, and brings it up again.
    fn watch(&mut self, limit: Duration) -> Result<bool, Error> {
        while let Some(event) = self.client.next_event(Some(limit))? {
            if !event.decode::<ChildUpdown>()?.up {
                self.bring_up(3)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[test]
fn tunnel_is_brought_up_again() {
    let daemon = SimulatedDaemon::new();
    let mut keeper = Keeper::new(daemon.connect().unwrap()).unwrap();
    keeper.load().unwrap();
    assert_eq!(keeper.bring_up(3).unwrap(), 1);

    assert_eq!(daemon.peer_terminates("home"), 1);
    assert!(keeper.watch(PATIENCE).unwrap());
    let mut sas = keeper.client.stream(&ListSas::new()).unwrap();
    assert!(sas.next().unwrap().unwrap().ike_sa.is_up());
}

#[test]
fn keeper_gives_up_where_nobody_answers() {
    let daemon = SimulatedDaemon::new();
    daemon.set_peer("192.0.2.1", Peer::Silent);
    let mut keeper = Keeper::new(daemon.connect().unwrap()).unwrap();
    keeper.load().unwrap();
    let error = keeper.bring_up(2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`initiate` failed: CHILD_SA 'net' not established after 50ms"
    );
}

#[test]
fn keeper_tries_as_often_as_it_is_told() {
    let daemon = ScriptedDaemon::new();
    for _ in 0..2 {
        daemon.once(Answer::<Initiate>::new().fail("establishing CHILD_SA 'net' failed"));
    }
    daemon.always(Answer::<Initiate>::new());
    daemon.always(Answer::<LoadConn>::new());
    daemon.always(Answer::<LoadShared>::new());
    let mut version = VersionResponse::default();
    version.version = "6.0.6".to_owned();
    daemon.always(Answer::<Version>::new().respond(&version));

    let mut keeper = Keeper::new(daemon.connect().unwrap()).unwrap();
    keeper.load().unwrap();
    assert_eq!(keeper.bring_up(5).unwrap(), 3);
    let asked = Initiate::new().ike("home").child("net").timeout(50);
    assert_eq!(daemon.requests::<Initiate>(), vec![asked; 3]);
    let loaded = daemon.requests::<LoadConn>();
    let home = loaded[0].conns.get("home").unwrap();
    assert!(home.children.as_ref().unwrap().get("net").is_some());
}

#[test]
fn keeper_stops_when_the_daemon_is_gone() {
    let daemon = ScriptedDaemon::new();
    daemon.once(Answer::<Initiate>::new().close());
    let mut keeper = Keeper::new(daemon.connect().unwrap()).unwrap();
    assert!(keeper.bring_up(5).unwrap_err().is_closed());
    assert_eq!(daemon.requests::<Initiate>().len(), 1);
}
