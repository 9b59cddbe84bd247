//! What an attempt to connect that is given up leaves behind: nothing.
//!
//! One test alone, as it counts what the process has.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use vici_client::{Client, Config, Error};

const SHORT: Duration = Duration::from_millis(5);
const ATTEMPTS: usize = 10;

/// How many threads there are, and how many descriptors.
fn count() -> (usize, usize) {
    let entries = |folder| fs::read_dir(Path::new("/proc/self").join(folder)).unwrap();
    (entries("task").count(), entries("fd").count())
}

fn give_up(attempt: impl Fn() -> Result<(), Error>) {
    let before = count();
    for _ in 0..ATTEMPTS {
        let error = attempt().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }
    assert_eq!(count(), before);
}

#[test]
fn an_attempt_that_is_given_up_leaves_nothing_behind() {
    // A daemon that does not accept, and has no room for one more.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let config = Config::new().address(path.as_path()).connect_limit(SHORT);
    let mut waiting: Vec<Client> = Vec::new();
    while let Ok(client) = config.connect() {
        waiting.push(client);
    }
    give_up(|| config.connect().map(drop));

    // A host that drops all that is sent to it.
    let deaf = support::Deaf::new().fill();
    let config = Config::from_uri(&deaf.uri()).unwrap();
    give_up(|| config.clone().connect_limit(SHORT).connect().map(drop));

    // Neither where a handle could end it.
    let deaf = support::Deaf::new();
    let mut client = Client::connect_uri(&deaf.uri()).unwrap();
    let _handle = client.shutdown_handle().unwrap();
    let deaf = deaf.drop_all();
    assert!(client.reconnect(SHORT).unwrap_err().is_timeout());
    assert!(!deaf.is_tried());
}
