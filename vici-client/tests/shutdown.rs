//! Ending a client from another thread.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::io::{self, Read};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use support::{CONFIRM, Note, Peer, Ping, Replay, converse, frame, notes, pong};
use vici_client::{Client, Config, Error};

const FOREVER: Duration = Duration::MAX;

fn assert_closed<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::Closed)), "{result:?}");
}

#[test]
fn shutdown_handle_ends_a_blocked_call() {
    let (ready, blocked) = mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_request("ping");
            ready.send(()).unwrap();
            daemon.expect_end();
        },
        |mut client| {
            let handle = client.shutdown_handle().unwrap();
            thread::scope(|scope| {
                scope.spawn(move || {
                    blocked.recv().unwrap();
                    handle.shutdown().unwrap();
                });
                assert_closed(client.call(&Ping::default()));
            });
            assert_closed(client.call(&Ping::default()));
            assert!(client.is_closed());
        },
    );
}

#[test]
fn shutdown_handle_ends_a_blocked_write() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut client = Client::new(ours);
    let handle = client.shutdown_handle().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            // The beginning has come, and the rest has no room.
            (&theirs).read_exact(&mut [0; 4]).unwrap();
            handle.shutdown().unwrap();
            // Read to the end only now.
            let _ = io::copy(&mut &theirs, &mut io::sink());
        });
        let request = Ping {
            padding: vec!["x".repeat(60_000); 8],
            ..Ping::default()
        };
        assert_closed(client.call(&request));
    });
    assert_closed(client.call(&Ping::default()));
}

#[test]
fn what_comes_after_the_shutdown_is_closed_at_once() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send_bytes(&[frame(support::note(1)), frame(CONFIRM)].concat());
            // No request comes any more.
            daemon.expect_end();
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            let handle = client.shutdown_handle().unwrap();
            handle.shutdown().unwrap();
            // Once more is not an error.
            handle.shutdown().unwrap();
            assert_closed(client.call(&Ping::default()));
            assert!(client.is_closed());
            assert_closed(client.subscribe::<Note>());
            assert_eq!(notes(&mut client, 1), [1]);
            assert_closed(client.next_event(None));
        },
    );
}

#[test]
fn a_handle_survives_reconnecting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    let mut client = Config::new().address(path.as_path()).connect().unwrap();
    let handle = client.shutdown_handle().unwrap();
    let (ready, blocked) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            drop(listener.accept().unwrap());
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_request("ping");
            peer.send(pong(7));
            peer.expect_request("ping");
            ready.send(()).unwrap();
            peer.expect_end();
        });
        scope.spawn(move || {
            blocked.recv().unwrap();
            handle.shutdown().unwrap();
        });
        assert!(client.call(&Ping::default()).unwrap_err().is_closed());
        client.reconnect(FOREVER).unwrap();
        assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
        assert_closed(client.call(&Ping::default()));
        assert_closed(client.reconnect(FOREVER));
        assert_closed(client.call(&Ping::default()));
    });
}

#[test]
fn a_handle_ends_a_waiting_reconnect() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let mut client = Client::new(ours);
    let handle = client.shutdown_handle().unwrap();
    let (attempt, tried) = mpsc::channel();
    client.reopen_with("nowhere", move |_| {
        // Nobody listens after a while.
        let _ = attempt.send(());
        Err(io::ErrorKind::ConnectionRefused.into())
    });
    thread::scope(|scope| {
        scope.spawn(move || {
            tried.recv().unwrap();
            handle.shutdown().unwrap();
        });
        assert_closed(client.reconnect(FOREVER));
    });
    assert_closed(client.call(&Ping::default()));
}

#[test]
fn a_handle_ends_a_reconnect_whose_daemon_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    let mut client = Config::new().address(path.as_path()).connect().unwrap();
    let handle = client.shutdown_handle().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_register("note");
            peer.send(CONFIRM);
            drop(peer);
            let mut peer = Peer::new(listener.accept().unwrap().0);
            // It is not confirmed.
            peer.expect_register("note");
            handle.shutdown().unwrap();
            peer.expect_end();
        });
        client.subscribe::<Note>().unwrap();
        assert_closed(client.reconnect(FOREVER));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_handle_ends_a_reconnect_to_a_host_that_drops_all() {
    let deaf = support::Deaf::new();
    let mut client = Client::connect_uri(&deaf.uri()).unwrap();
    let handle = client.shutdown_handle().unwrap();
    let deaf = deaf.drop_all();
    thread::scope(|scope| {
        scope.spawn(move || {
            deaf.wait_for_attempt();
            handle.shutdown().unwrap();
        });
        assert_closed(client.reconnect(FOREVER));
    });
}

#[test]
fn a_handle_keeps_no_connection_open() {
    converse(Peer::expect_end, |client| {
        let handle = client.shutdown_handle().unwrap();
        drop(client);
        handle.shutdown().unwrap();
    });
}

#[test]
fn a_stream_without_a_shutdown_handle_says_so() {
    let client = Client::new(Replay::new([]));
    let error = client.shutdown_handle().unwrap_err();
    assert!(matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::Unsupported));
}
