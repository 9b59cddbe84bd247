//! Bringing up and taking down on a simulated daemon, which is there on every machine.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

use std::time::Duration;

use vici_client::Client;
use vici_control::{Reason, bring_up, take_down};
use vici_testing::{Peer, SimulatedDaemon};
use vici_types::{Conn, ConnAuth, ConnChild, IkeUpdown, LoadConn, LoadShared, SharedType};

const LIMIT: Duration = Duration::from_secs(30);

const PEER: &str = "192.0.2.1";

fn daemon() -> (SimulatedDaemon, Client) {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    let home = Conn::new()
        .remote_addrs([PEER])
        .local(ConnAuth::new().auth("psk").id("moon"))
        .remote(ConnAuth::new().auth("psk").id("sun"))
        .child("net", ConnChild::new().remote_ts(["10.1.0.0/16"]));
    client.call(&LoadConn::new("home", home)).unwrap();
    let secret = LoadShared::new(SharedType::Ike, "swordfish");
    client.call(&secret).unwrap();
    (daemon, client)
}

#[test]
fn it_comes_up_once_and_goes_down_once() {
    let (_daemon, mut client) = daemon();
    client.set_timeout(Some(LIMIT)).unwrap();
    assert!(!bring_up(&mut client, "home", "net", LIMIT).unwrap().was_up);
    assert!(bring_up(&mut client, "home", "net", LIMIT).unwrap().was_up);
    let down = |client: &mut Client, child| take_down(client, "home", child, LIMIT).unwrap().closed;
    assert_eq!(down(&mut client, Some("net")), 1);
    assert_eq!(down(&mut client, Some("net")), 0);
    assert_eq!(down(&mut client, None), 1);
    assert_eq!(down(&mut client, None), 0);
    // The client is as it was.
    assert_eq!(client.timeout(), Some(LIMIT));
    client.subscribe::<IkeUpdown>().unwrap();
    client.unsubscribe::<IkeUpdown>().unwrap();
    assert!(client.unsubscribe::<IkeUpdown>().is_err());
}

#[test]
fn the_reason_is_told_within_the_time() {
    let (daemon, mut client) = daemon();
    let mut reason = |child, limit| {
        let failure = bring_up(&mut client, "home", child, limit).unwrap_err();
        assert!(failure.to_string().starts_with("home/"), "{failure}");
        failure.reason
    };
    assert_eq!(reason("nobody", LIMIT), Reason::NoSuchConfiguration);
    daemon.set_peer(PEER, Peer::Refuses);
    assert_eq!(reason("net", LIMIT), Reason::AuthenticationFailed);
    daemon.set_peer(PEER, Peer::Silent);
    assert_eq!(reason("net", Duration::from_millis(50)), Reason::NoAnswer);
}

#[cfg(feature = "tokio")]
#[test]
fn the_async_door_does_the_same() {
    use vici_control::{bring_up_async, take_down_async};

    let (daemon, _client) = daemon();
    let uri = daemon.server().listen().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let client = vici_client::AsyncClient::connect_uri(&uri).await.unwrap();
        let up = |limit| bring_up_async(&client, "home", "net", limit);
        assert!(!up(LIMIT).await.unwrap().was_up);
        assert!(up(LIMIT).await.unwrap().was_up);
        let down = take_down_async(&client, "home", Some("net"), LIMIT).await;
        assert_eq!(down.unwrap().closed, 1);
        let down = take_down_async(&client, "home", None, LIMIT).await;
        assert_eq!(down.unwrap().closed, 1);
        daemon.set_peer(PEER, Peer::Refuses);
        let failure = up(LIMIT).await.unwrap_err();
        assert_eq!(failure.reason, Reason::AuthenticationFailed, "{failure}");
        daemon.set_peer(PEER, Peer::Silent);
        let failure = up(Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(failure.reason, Reason::NoAnswer, "{failure}");
    });
}
