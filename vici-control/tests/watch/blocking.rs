//! The blocking door.

use std::thread;
use std::time::Duration;

use vici_client::{Client, Config, Error, EventLimits, WhenFull};
use vici_control::Watch;
use vici_control::watch::Change;
use vici_testing::{Answer, Generation, Peer, ScriptedDaemon, SimulatedDaemon};
use vici_types::{
    AlertType, Empty, IkeState, IkeUpdate, IkeUpdown, Initiate, ListSa, ListSas, Terminate,
};

use crate::tunnels::{PEER, assert_equal, daemon, daemon_of, initiate, load, rekey};
use crate::words::word;

const LONG: Duration = Duration::from_secs(20);

fn watch(daemon: &SimulatedDaemon) -> Watch {
    let uri = daemon.server().listen().unwrap();
    let config = Config::from_uri(&uri).unwrap().timeout(LONG);
    Watch::connect(&config).unwrap()
}

/// The next changes, in short.
fn next<const COUNT: usize>(watch: &mut Watch) -> [String; COUNT] {
    std::array::from_fn(|_| word(&watch.next(Some(LONG)).unwrap().unwrap()))
}

fn assert_quiet(watch: &mut Watch) {
    assert_eq!(watch.next(Some(Duration::ZERO)).unwrap(), None);
    assert!(watch.is_current());
}

#[test]
fn what_is_up_is_listed_and_what_happens_is_told() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon);
    // At once.
    assert!(watch.table().is_up("home", "net"));
    assert_equal(watch.table(), &mut client);
    assert_eq!(next(&mut watch), ["listed"]);
    assert_quiet(&mut watch);

    initiate(&mut client, "dmz");
    assert_eq!(next(&mut watch), ["dmz{2} up"]);
    rekey(&mut client);
    assert_eq!(next(&mut watch), ["net{1} is net{3}", "home[1] is home[2]"]);
    assert_equal(watch.table(), &mut client);
    let (ike, child) = watch.table().child(3).unwrap();
    assert_eq!((ike.id, child.name.to_string()), (2, "net".to_owned()));
    assert!(watch.table().get(1).is_none() && watch.table().child(1).is_none());

    client.call(&Terminate::new().child("dmz")).unwrap();
    client.call(&Terminate::new().ike("home")).unwrap();
    assert_eq!(
        next(&mut watch),
        ["dmz{2} down", "net{3} down", "home[2] down"]
    );
    assert!(watch.table().is_empty());
    assert_quiet(&mut watch);
}

#[test]
fn duplicates_of_a_name_are_kept_apart() {
    let (daemon, mut client) = daemon();
    let mut watch = watch(&daemon);
    assert_eq!(next(&mut watch), ["listed"]);
    for id in [7, 9] {
        let mut event = IkeUpdown::default();
        (event.up, event.name) = (true, "home".into());
        event.ike_sa.uniqueid = id;
        event.ike_sa.state = IkeState::Established;
        daemon.server().raise(&event).unwrap();
    }
    assert_eq!(next(&mut watch), ["home[7] up", "home[9] up"]);
    assert_eq!(watch.table().named("home").count(), 2);
    initiate(&mut client, "net");
    assert_eq!(next(&mut watch), ["home[1] up", "net{1} up"]);
    let ids: Vec<u32> = watch.table().iter().map(|sa| sa.ike.id).collect();
    assert_eq!(ids, [1, 7, 9]);
}

#[test]
fn a_move_is_told_once() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon);
    assert_eq!(next(&mut watch), ["listed"]);
    let mut event = IkeUpdate::default();
    event.name = "home".into();
    event.ike_sa.uniqueid = 1;
    event.local_host = "192.0.2.254".into();
    event.remote_host = "192.0.2.77".into();
    (event.local_port, event.remote_port) = (4500, 4500);
    for _ in 0..2 {
        daemon.server().raise(&event).unwrap();
    }
    let Some(Change::IkeMoved { old, new }) = watch.next(Some(LONG)).unwrap() else {
        panic!("it has not moved");
    };
    assert_eq!(old.ends.remote_host, PEER);
    assert_eq!(new.ends.remote_host, "192.0.2.77");
    assert_eq!(new, watch.table().get(1).unwrap().ike);
    // Of one that is not up yet nothing is told.
    event.ike_sa.uniqueid = 2;
    daemon.server().raise(&event).unwrap();
    client.call(&Terminate::new().ike("home")).unwrap();
    assert_eq!(next(&mut watch), ["net{1} down", "home[1] down"]);
}

#[test]
fn a_restart_is_told_and_nothing_is_taken_for_what_it_was() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon);
    assert_eq!(next(&mut watch), ["listed"]);
    let before = watch.table().get(1).unwrap().ike.clone();

    daemon.restart();
    let mut client = daemon.connect().unwrap();
    load(&mut client);
    initiate(&mut client, "net");
    assert_eq!(next(&mut watch), ["disconnected"]);
    // The table is what it was, and known to be old.
    assert_eq!(watch.table().get(1).unwrap().ike, before);
    assert!(!watch.is_current());
    assert_eq!(
        next(&mut watch),
        [
            "connected again",
            "net{1} down",
            "home[1] down",
            "home[1] up",
            "net{1} up"
        ]
    );
    assert_equal(watch.table(), &mut client);
    assert_quiet(&mut watch);
    rekey(&mut client);
    assert_eq!(next(&mut watch), ["net{1} is net{2}", "home[1] is home[2]"]);
}

#[test]
fn what_is_the_same_after_a_new_connection_is_not_told() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon);
    assert_eq!(next(&mut watch), ["listed"]);
    daemon.server().disconnect();
    let mut client = daemon.connect().unwrap();
    // Whoever sees the CHILD_SA sees what has become of its IKE_SA.
    client.call(&vici_types::Rekey::new().ike("home")).unwrap();
    assert_eq!(
        next(&mut watch),
        ["disconnected", "connected again", "home[1] is home[2]"]
    );
    assert_quiet(&mut watch);
}

#[test]
fn no_daemon_is_waited_for_as_long_as_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let daemon = SimulatedDaemon::new();
    daemon.server().listen_unix(&path).unwrap();
    let mut watch = Watch::connect(&Config::new().address(path.clone())).unwrap();
    assert_eq!(next(&mut watch), ["listed"]);
    drop(daemon);
    assert_eq!(next(&mut watch), ["disconnected"]);
    assert_eq!(watch.next(Some(Duration::ZERO)).unwrap(), None);
    assert_eq!(watch.next(Some(Duration::from_millis(5))).unwrap(), None);

    // Another one comes, which has alerts as well.
    let (daemon, mut client) = daemon_of(Generation::V6_1_0);
    daemon.server().listen_unix(&path).unwrap();
    assert_eq!(next(&mut watch), ["connected again"]);
    daemon.set_peer(PEER, Peer::Refuses);
    assert!(
        client
            .call(&Initiate::new().ike("home").child("net"))
            .is_err()
    );
    let Some(Change::Alert(alert)) = watch.next(Some(LONG)).unwrap() else {
        panic!("there is no alert");
    };
    assert_eq!(alert.type_, AlertType::LocalAuthFailed);

    // And one that has none.
    drop(daemon);
    let (daemon, mut client) = crate::tunnels::daemon();
    daemon.server().listen_unix(&path).unwrap();
    assert_eq!(next(&mut watch), ["disconnected", "connected again"]);
    initiate(&mut client, "net");
    assert_eq!(next(&mut watch), ["home[1] up", "net{1} up"]);
}

#[test]
fn lost_events_are_told_and_made_good() {
    for when_full in [WhenFull::DropOldest, WhenFull::DropNewest] {
        let (daemon, mut client) = daemon();
        initiate(&mut client, "net");
        let uri = daemon.server().listen().unwrap();
        let limits = EventLimits::new(3, 1 << 20, when_full);
        let config = Config::from_uri(&uri).unwrap().event_limits(limits);
        let mut watch = Watch::connect(&config).unwrap();
        assert_eq!(next(&mut watch), ["listed"]);
        // Four events, and two more, while nobody looks.
        rekey(&mut client);
        rekey(&mut client);
        initiate(&mut client, "dmz");
        client.call(&Terminate::new().child("dmz")).unwrap();
        // The traffic is read over all of them.
        assert_eq!(watch.traffic().unwrap().count(), 1);
        assert_eq!(
            next(&mut watch),
            [
                "3 lost",
                "net{1} down",
                "home[1] down",
                "home[3] up",
                "net{3} up"
            ]
        );
        assert_equal(watch.table(), &mut client);
        assert_quiet(&mut watch);
    }
}

#[test]
fn an_event_that_can_not_be_read_counts_as_lost() {
    let (daemon, mut client) = daemon();
    let mut watch = watch(&daemon);
    assert_eq!(next(&mut watch), ["listed"]);
    let broken =
        vici_client::Message::new().section("home", vici_client::vici_serde::Section::new());
    daemon.server().raise_raw("ike-updown", &broken).unwrap();
    assert_eq!(next(&mut watch), ["1 lost"]);
    initiate(&mut client, "net");
    assert_eq!(next(&mut watch), ["home[1] up", "net{1} up"]);
}

#[test]
fn traffic_is_asked_for() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut watch = watch(&daemon);
    daemon.transfer("net", 1000, 2000);
    let traffic: Vec<_> = watch.traffic().unwrap().collect();
    let [(1, traffic)] = traffic.as_slice() else {
        panic!("{traffic:?}");
    };
    assert_eq!((traffic.bytes_in, traffic.packets_out), (1000, 1));
    assert_eq!(next(&mut watch), ["listed"]);
}

/// A daemon that lists what it is told, and counts.
fn scripted(lists: impl IntoIterator<Item = Vec<ListSa>>) -> (ScriptedDaemon, Client) {
    let daemon = ScriptedDaemon::new();
    for list in lists {
        let list = Answer::<ListSas>::new().stream(list);
        daemon.once(list.respond(&Empty::default()));
    }
    let client = daemon.connect().unwrap();
    (daemon, client)
}

fn item(id: u32, state: IkeState) -> ListSa {
    let mut item = ListSa::default();
    item.name = "home".into();
    (item.ike_sa.uniqueid, item.ike_sa.state) = (id, state);
    item
}

#[test]
fn it_does_not_list_again_unless_it_must() {
    let states = [
        IkeState::Connecting,
        IkeState::Established,
        IkeState::Rekeying,
        IkeState::Rekeyed,
        IkeState::Deleting,
    ];
    let items = (1..).zip(states).map(|(id, state)| item(id, state));
    let (daemon, client) = scripted([items.collect()]);
    let mut watch = Watch::new(client).unwrap();
    let ids: Vec<u32> = watch.table().iter().map(|sa| sa.ike.id).collect();
    assert_eq!(ids, [2, 3]);
    for id in 10..200 {
        let mut event = IkeUpdown::default();
        (event.up, event.name) = (true, "home".into());
        event.ike_sa.uniqueid = id;
        daemon.server().raise(&event).unwrap();
        event.up = false;
        daemon.server().raise(&event).unwrap();
    }
    assert_eq!(word(&watch.next(Some(LONG)).unwrap().unwrap()), "listed");
    for id in 10..200 {
        for what in ["up", "down"] {
            let change = watch.next(Some(LONG)).unwrap().unwrap();
            assert_eq!(word(&change), format!("home[{id}] {what}"));
        }
    }
    assert_eq!(daemon.requests::<ListSas>(), [ListSas::new()]);
}

#[test]
fn a_list_that_can_not_be_read_is_an_error_and_asked_for_again() {
    let daemon = ScriptedDaemon::new();
    let broken = vici_client::Message::new().key("home", 1);
    let broken = Answer::<ListSas>::new().stream_raw("list-sa", &broken);
    let good = || Answer::<ListSas>::new().stream([item(1, IkeState::Established)]);
    daemon.once(good().respond(&Empty::default()));
    daemon.once(broken.respond(&Empty::default()));
    daemon.once(good().respond(&Empty::default()));
    let mut watch = Watch::new(daemon.connect().unwrap()).unwrap();
    assert_eq!(word(&watch.next(Some(LONG)).unwrap().unwrap()), "listed");
    let nothing = vici_client::Message::new();
    daemon.server().raise_raw("ike-updown", &nothing).unwrap();
    let error = watch.next(Some(LONG)).unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error}");
    assert_eq!(watch.table().len(), 1);
    assert_eq!(word(&watch.next(Some(LONG)).unwrap().unwrap()), "1 lost");
    assert_eq!(daemon.requests::<ListSas>().len(), 3);
}

#[test]
fn a_handle_ends_it_whatever_it_waits_for() {
    let (daemon, _client) = daemon();
    let mut watching = watch(&daemon);
    assert_eq!(next(&mut watching), ["listed"]);
    let handle = watching.shutdown_handle().unwrap();
    let ended = thread::spawn(move || watching.next(None).unwrap_err());
    handle.shutdown().unwrap();
    assert!(matches!(ended.join().unwrap(), Error::Closed));

    // While there is no daemon.
    let mut waiting = watch(&daemon);
    let handle = waiting.shutdown_handle().unwrap();
    drop(daemon);
    let ended = thread::spawn(move || {
        let changes = (&mut waiting).into_iter();
        changes
            .map(|change| change.map(|change| word(&change)))
            .collect::<Vec<_>>()
    });
    handle.shutdown().unwrap();
    let told = ended.join().unwrap();
    assert!(matches!(told.last(), Some(Err(Error::Closed))), "{told:?}");
}
