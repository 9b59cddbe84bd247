//! The checks that the real daemons pass, too.

use std::time::Duration;

use vici_client::Client;
use vici_testing::{Peer, SimulatedDaemon};

use crate::shared::{CHECKS, WIRE_CHECKS};

/// No check waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

fn daemon() -> (SimulatedDaemon, String) {
    let daemon = SimulatedDaemon::new();
    // In the network of a real daemon nobody answers there either.
    daemon.set_peer("127.0.0.2", Peer::Silent);
    let uri = daemon.server().listen().unwrap();
    (daemon, uri)
}

fn connect(uri: &str) -> Client {
    let mut client = Client::connect_uri(uri).unwrap();
    client.set_timeout(Some(PATIENCE)).unwrap();
    client
}

#[test]
fn simulated_daemon_passes_the_checks_of_the_real_ones() {
    assert!(CHECKS.len() > 20);
    for (name, check) in CHECKS {
        println!("{name}");
        let (_daemon, uri) = daemon();
        check(&mut connect(&uri));
    }
}

#[test]
fn checks_leave_nothing_behind() {
    let (_daemon, uri) = daemon();
    let mut client = connect(&uri);
    assert!(!CHECKS.is_empty());
    for (name, check) in CHECKS {
        println!("{name}");
        check(&mut client);
    }
}

#[test]
fn bytes_are_taken_as_the_real_daemons_take_them() {
    let (_daemon, uri) = daemon();
    assert!(WIRE_CHECKS.len() > 5);
    for (name, check) in WIRE_CHECKS {
        println!("{name}");
        check(&mut connect(&uri).into_inner());
    }
}
