//! The checks that the real daemons pass, too.

use std::time::Duration;

use vici_client::Client;
use vici_testing::{Commands, Generation, Peer, Server, SimulatedDaemon, check_conformance};
use vici_types::{Version, VersionResponse};

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

#[test]
fn simulated_daemons_are_conformant() {
    for generation in Generation::ALL {
        let daemon = SimulatedDaemon::of(*generation);
        let mut uris = vec![daemon.server().listen_tcp().unwrap()];
        uris.push(daemon.server().listen().unwrap());
        for uri in uris {
            let report = check_conformance(&uri.parse().unwrap());
            println!("{generation:?} at {uri}\n{report}");
            assert!(report.is_conformant(), "{generation:?} at {uri}\n{report}");
            assert!(report.checks().len() > 15, "{report}");
        }
    }
}

#[test]
fn what_is_not_conformant_is_told() {
    // It knows no events, and no connections.
    let server = Server::new(Commands::new().on(|_: Version, _| {
        let mut version = VersionResponse::default();
        version.daemon = "mine".into();
        version.version = "0.1".into();
        Ok(version)
    }));
    let uri = server.listen().unwrap();
    let report = check_conformance(&uri.parse().unwrap());
    assert!(!report.is_conformant());
    let table = report.to_string();
    for line in [
        "ok      a request is answered",
        "ok      packets that make no sense are ignored",
        "FAILED  registrations are counted: Confirm was expected, EventUnknown came",
        "FAILED  what is refused says why: the daemon does not know the command `unload-conn`",
    ] {
        assert!(table.contains(line), "{table}");
    }
    assert!(table.ends_with(" failed"), "{table}");
    drop(server);
    let report = check_conformance(&uri.parse().unwrap());
    assert!(report.checks().iter().all(|check| check.fault.is_some()));
}
