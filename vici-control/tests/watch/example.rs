//! The example `watch` shows what it says, until it is interrupted.

use std::process::{Command, Stdio};

use crate::built;
use crate::outside::{PATIENCE, Running};
use crate::tunnels::{daemon, initiate, load, rekey};

#[test]
fn it_shows_the_tunnels_and_what_happens_to_them() {
    let (daemon, mut client) = daemon();
    let uri = daemon.server().listen().unwrap();
    initiate(&mut client, "net");
    let mut command = built::example("watch");
    command.env("VICI_URI", &uri).stdin(Stdio::null());
    let mut process = Running::spawn(command.stdout(Stdio::piped()));
    let lines = process.lines();
    let first = lines.recv_timeout(PATIENCE).unwrap();
    assert_eq!(first, "1 IKE_SAs and 1 CHILD_SAs are up");
    let expect = |expected: &[&str]| {
        for expected in expected {
            assert_eq!(lines.recv_timeout(PATIENCE).unwrap(), *expected);
        }
    };
    expect(&[
        "home[1]: 192.0.2.254:4500...192.0.2.1:4500, with moon",
        "  net{1}: 10.1.0.0/16",
    ]);
    rekey(&mut client);
    expect(&[
        "home[1] net{1} was rekeyed: net{2}",
        "home[1] was rekeyed: home[2]",
    ]);
    daemon.restart();
    let mut client = daemon.connect().unwrap();
    load(&mut client);
    let disconnected = lines.recv_timeout(PATIENCE).unwrap();
    assert!(disconnected.starts_with("disconnected: "), "{disconnected}");
    let id = process.0.id().to_string();
    let status = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(status.success());
    assert!(process.0.wait().unwrap().success());
}
