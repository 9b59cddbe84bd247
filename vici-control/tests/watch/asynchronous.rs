//! The async door.

use std::time::Duration;

use tokio::time::timeout;
use vici_client::{Config, EventLimits, WhenFull};
use vici_control::AsyncWatch;
use vici_testing::{Generation, Peer, SimulatedDaemon};
use vici_types::{Initiate, Terminate};

use crate::tunnels::{PEER, assert_equal, daemon, daemon_of, initiate, load, rekey};
use crate::words::word;

const LONG: Duration = Duration::from_secs(20);

async fn watch(daemon: &SimulatedDaemon) -> AsyncWatch {
    let uri = daemon.server().listen().unwrap();
    AsyncWatch::connect(&Config::from_uri(&uri).unwrap())
        .await
        .unwrap()
}

/// The next changes, in short.
async fn next<const COUNT: usize>(watch: &mut AsyncWatch) -> [String; COUNT] {
    let mut words = Vec::new();
    for _ in 0..COUNT {
        let change = timeout(LONG, watch.next()).await.unwrap().unwrap();
        words.push(word(&change));
    }
    words.try_into().unwrap()
}

#[tokio::test]
async fn what_is_up_is_listed_and_what_happens_is_told() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon).await;
    assert_equal(watch.table(), &mut client);
    assert_eq!(next(&mut watch).await, ["listed"]);
    rekey(&mut client);
    assert_eq!(
        next(&mut watch).await,
        ["net{1} is net{2}", "home[1] is home[2]"]
    );
    assert_equal(watch.table(), &mut client);
    daemon.transfer("net", 1000, 2000);
    let traffic: Vec<_> = watch.traffic().await.unwrap().collect();
    assert_eq!(traffic.len(), 1);
    assert_eq!((traffic[0].0, traffic[0].1.bytes_in), (2, 1000));
    client.call(&Terminate::new().ike("home")).unwrap();
    assert_eq!(next(&mut watch).await, ["net{2} down", "home[2] down"]);
    assert!(watch.table().is_empty() && watch.is_current());
}

#[tokio::test]
async fn a_restart_is_told_and_nothing_is_taken_for_what_it_was() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon).await;
    assert_eq!(next(&mut watch).await, ["listed"]);
    daemon.restart();
    let mut client = daemon.connect().unwrap();
    load(&mut client);
    initiate(&mut client, "net");
    assert_eq!(next(&mut watch).await, ["disconnected"]);
    assert!(!watch.is_current() && watch.table().len() == 1);
    assert_eq!(
        next(&mut watch).await,
        [
            "connected again",
            "net{1} down",
            "home[1] down",
            "home[1] up",
            "net{1} up"
        ]
    );
    assert_equal(watch.table(), &mut client);
}

#[tokio::test]
async fn lost_events_are_told_and_made_good() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let uri = daemon.server().listen().unwrap();
    let limits = EventLimits::new(3, 1 << 20, WhenFull::DropOldest);
    let config = Config::from_uri(&uri).unwrap().event_limits(limits);
    let mut watch = AsyncWatch::connect(&config).await.unwrap();
    assert_eq!(next(&mut watch).await, ["listed"]);
    rekey(&mut client);
    rekey(&mut client);
    initiate(&mut client, "dmz");
    client.call(&Terminate::new().child("dmz")).unwrap();
    // They have come when what is sent behind them is answered.
    assert_eq!(watch.traffic().await.unwrap().count(), 1);
    assert_eq!(
        next(&mut watch).await,
        [
            "3 lost",
            "net{1} down",
            "home[1] down",
            "home[3] up",
            "net{3} up"
        ]
    );
    assert_equal(watch.table(), &mut client);
}

#[tokio::test]
async fn alerts_come_where_there_are_any_over_all_daemons() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let (first, _client) = daemon();
    first.server().listen_unix(&path).unwrap();
    let mut watch = AsyncWatch::connect(&Config::new().address(path.clone()))
        .await
        .unwrap();
    assert_eq!(next(&mut watch).await, ["listed"]);
    drop(first);
    assert_eq!(next(&mut watch).await, ["disconnected"]);
    // Nobody listens, and it goes on waiting.
    let nobody = timeout(Duration::from_millis(5), watch.next()).await;
    assert!(nobody.is_err());

    let (second, mut client) = daemon_of(Generation::V6_1_0);
    second.server().listen_unix(&path).unwrap();
    assert_eq!(next(&mut watch).await, ["connected again"]);
    second.set_peer(PEER, Peer::Refuses);
    assert!(
        client
            .call(&Initiate::new().ike("home").child("net"))
            .is_err()
    );
    assert_eq!(next(&mut watch).await, ["local-auth-failed"]);
}
