//! What is wanted is kept up, whatever becomes of it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "watch/tunnels.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod tunnels;

use std::thread;
use std::time::Duration;

use vici_client::{Client, Config, Error};
use vici_control::keeper::{Keeper, Patience, Report, Tunnel};
use vici_control::{Reason, watch::Change};
use vici_testing::{Answer, Peer, ScriptedDaemon, SimulatedDaemon};
use vici_types::{
    ChildSa, ChildState, Empty, IkeState, IkeUpdown, Initiate, ListSa, ListSas, Named, Rekey,
    Terminate,
};

use tunnels::{PEER, daemon, initiate, load};

const LONG: Duration = Duration::from_secs(20);

fn keeper(daemon: &SimulatedDaemon) -> Keeper {
    let uri = daemon.server().listen().unwrap();
    let config = Config::from_uri(&uri).unwrap().timeout(LONG);
    let mut keeper = Keeper::connect(&config, [Tunnel::new("home", "net")]).unwrap();
    keeper.set_patience(Patience {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(8),
        ..Patience::default()
    });
    keeper
}

fn next(keeper: &mut Keeper) -> Report {
    keeper.next(Some(LONG)).unwrap().expect("it goes on")
}

/// Follows until the tunnel is up for good, and returns how often it was tried.
fn until_up(keeper: &mut Keeper) -> usize {
    let mut tried = 0;
    loop {
        match next(keeper) {
            Report::Trying(tunnel) => {
                assert_eq!(tunnel.to_string(), "home/net");
                tried += 1;
            }
            Report::Up { tunnel, up } => {
                assert_eq!(tunnel.child, "net");
                assert!(up.child_sa().is_some());
                while !keeper.table().is_up("home", "net") {
                    next(keeper);
                }
                return tried;
            }
            _ => {}
        }
    }
}

/// Nothing is done any more.
fn assert_idle(keeper: &mut Keeper, client: &mut Client) {
    // What it sees behind this is all that it has to do.
    client.call(&Rekey::new().child("net")).unwrap();
    loop {
        match next(keeper) {
            Report::Trying(tunnel) => panic!("{tunnel} is tried"),
            Report::Change(Change::ChildRekeyed { .. }) => break,
            _ => {}
        }
    }
    assert!(keeper.next(Some(Duration::ZERO)).unwrap().is_none());
}

#[test]
fn what_is_up_is_left_alone_and_what_goes_down_comes_up_again() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    let mut keeper = keeper(&daemon);
    assert_idle(&mut keeper, &mut client);

    assert_eq!(daemon.peer_terminates("home"), 1);
    assert_eq!(until_up(&mut keeper), 1);
    assert_idle(&mut keeper, &mut client);
    client.call(&Terminate::new().child("net")).unwrap();
    assert_eq!(until_up(&mut keeper), 1);
    assert_idle(&mut keeper, &mut client);
}

#[test]
fn an_ike_sa_without_the_child_is_not_enough() {
    let (daemon, _client) = daemon();
    assert!(daemon.peer_initiates("home", Some("dmz")));
    let mut keeper = keeper(&daemon);
    assert_eq!(until_up(&mut keeper), 1);
    assert_eq!(keeper.table().len(), 1);
}

#[test]
fn others_that_go_down_do_not_matter() {
    let (daemon, mut client) = daemon();
    initiate(&mut client, "net");
    initiate(&mut client, "dmz");
    let mut keeper = keeper(&daemon);
    client.call(&Terminate::new().child("dmz")).unwrap();
    let mut other = IkeUpdown::default();
    other.name = "other".into();
    daemon.server().raise(&other).unwrap();
    assert_idle(&mut keeper, &mut client);
    assert!(!keeper.table().is_up("home", "dmz"));
}

#[test]
fn a_peer_that_refuses_is_tried_again_and_the_reason_is_told() {
    let (daemon, _client) = daemon();
    daemon.set_peer(PEER, Peer::Refuses);
    let mut keeper = keeper(&daemon);
    let mut failures = 0;
    while failures < 3 {
        let report = next(&mut keeper);
        if let Report::Failed {
            failure, again_in, ..
        } = &report
        {
            assert_eq!(failure.reason, Reason::AuthenticationFailed, "{failure}");
            assert!(*again_in <= Duration::from_millis(8));
            assert!(
                report.to_string().starts_with("home/net is not up: "),
                "{report}"
            );
            failures += 1;
        }
    }
    daemon.set_peer(PEER, Peer::Answers);
    assert!(until_up(&mut keeper) >= 1);
}

#[test]
fn a_daemon_that_was_restarted_is_tried_until_it_is_configured() {
    let (daemon, _client) = daemon();
    let mut keeper = keeper(&daemon);
    until_up(&mut keeper);
    daemon.restart();
    let mut is_told = false;
    loop {
        match next(&mut keeper) {
            Report::Change(Change::Resynchronised(_)) => is_told = true,
            Report::Failed { failure, .. } if failure.reason == Reason::NoSuchConfiguration => {
                break;
            }
            _ => {}
        }
    }
    assert!(is_told);
    let mut client = daemon.connect().unwrap();
    load(&mut client);
    until_up(&mut keeper);
    assert_idle(&mut keeper, &mut client);
}

#[test]
fn one_that_is_slow_does_not_hold_up_another() {
    let (daemon, _client) = daemon();
    daemon.set_peer(PEER, Peer::Silent);
    let mut keeper = keeper(&daemon);
    assert!(matches!(next(&mut keeper), Report::Trying(_)));
    // It goes on telling what happens while the attempt is under way.
    let mut other = IkeUpdown::default();
    (other.up, other.name) = (true, "other".into());
    other.ike_sa.uniqueid = 77;
    daemon.server().raise(&other).unwrap();
    loop {
        match next(&mut keeper) {
            Report::Change(Change::IkeUp(ike)) if ike.id == 77 => break,
            Report::Failed { failure, .. } => panic!("{failure}"),
            _ => {}
        }
    }
    daemon.set_peer(PEER, Peer::Answers);
    assert_eq!(until_up(&mut keeper), 0);
}

/// A daemon that lists an IKE_SA of this state, and does with `initiate` what it is told.
fn scripted(state: IkeState, initiate: Answer<Initiate>) -> (ScriptedDaemon, Keeper) {
    let daemon = ScriptedDaemon::new();
    let mut listed = ListSa::default();
    listed.name = "home".into();
    (listed.ike_sa.uniqueid, listed.ike_sa.state) = (1, state);
    let mut net = ChildSa::default();
    (net.name, net.uniqueid) = (Some("net".into()), Some(1));
    net.state = ChildState::Installed;
    listed.ike_sa.child_sas = Some(Named::from([("net-1", net)]));
    let list = Answer::<ListSas>::new().stream([listed]);
    daemon.always(list.respond(&Empty::default()));
    daemon.always(initiate);
    let config = Config::from_uri(&daemon.server().listen().unwrap()).unwrap();
    let keeper = Keeper::connect(&config, [Tunnel::new("home", "net")]).unwrap();
    (daemon, keeper)
}

#[test]
fn what_is_being_deleted_does_not_count_and_what_the_daemon_says_is_passed_on() {
    let refused = Answer::new().fail("CHILD_SA config 'net' not found");
    let (daemon, mut keeper) = scripted(IkeState::Deleting, refused);
    let failure = loop {
        if let Report::Failed { failure, .. } = next(&mut keeper) {
            break failure;
        }
    };
    assert_eq!(failure.reason, Reason::NoSuchConfiguration);
    assert_eq!(failure.words, "CHILD_SA config 'net' not found");
    let asked = daemon.requests::<Initiate>();
    let names = (asked[0].ike.clone(), asked[0].child.clone());
    assert_eq!(names, (Some("home".into()), Some("net".into())));
}

#[test]
fn nothing_is_asked_for_what_is_up() {
    let (daemon, mut keeper) = scripted(IkeState::Established, Answer::new());
    assert!(matches!(next(&mut keeper), Report::Change(Change::Listed)));
    assert!(keeper.next(Some(Duration::ZERO)).unwrap().is_none());
    assert_eq!(daemon.commands(), ["list-sas"]);
}

#[test]
fn a_handle_ends_it() {
    let (daemon, _client) = daemon();
    let mut keeper = keeper(&daemon);
    until_up(&mut keeper);
    let handle = keeper.shutdown_handle().unwrap();
    let ended = thread::spawn(move || {
        loop {
            if let Err(error) = keeper.next(None) {
                return error;
            }
        }
    });
    handle.shutdown().unwrap();
    assert!(matches!(ended.join().unwrap(), Error::Closed));
}
