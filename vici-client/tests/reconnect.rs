//! Coming back after the end of a connection.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::collections::VecDeque;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use support::{CONFIRM, Note, Peer, Ping, REFUSE, note, notes, pong};
use vici_client::{Client, Error, Socket};

const LONG: Duration = Duration::from_secs(20);

fn ping(mut client: Client) {
    assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
}

#[test]
fn reconnect_restores_the_subscriptions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_register("note");
            peer.send(CONFIRM);
            peer.send(note(1));
            peer.expect_request("ping");
            drop(peer);
            drop(listener);
            std::fs::remove_file(&path).unwrap();

            thread::sleep(Duration::from_millis(60));
            let listener = UnixListener::bind(&path).unwrap();
            // A daemon that accepts one connection and dies of it, then comes to stay.
            drop(listener.accept().unwrap());
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_register("note");
            peer.send(note(2));
            peer.send(CONFIRM);
            peer.expect_request("ping");
            peer.send(pong(7));
            peer.expect_end();
        });

        let mut client = Client::connect_uri(&uri).unwrap();
        client.subscribe::<Note>().unwrap();
        assert!(client.call(&Ping::default()).unwrap_err().is_closed());
        client.reconnect(LONG).unwrap();
        assert!(!client.is_closed());
        assert_eq!(notes(&mut client, 2), [1, 2]);
        ping(client);
    });
}

#[test]
fn reconnect_tells_an_event_that_is_not_known_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            for answer in [CONFIRM, REFUSE] {
                let mut peer = Peer::new(listener.accept().unwrap().0);
                peer.expect_register("note");
                peer.send(answer);
                while let Some(sent) = peer.read() {
                    assert!(matches!(sent, support::Sent::Request(..)));
                    peer.send(pong(7));
                }
            }
        });
        let mut client = Client::connect_uri(&uri).unwrap();
        client.subscribe::<Note>().unwrap();
        let error = client.reconnect(LONG).unwrap_err();
        assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "note"));
        ping(client);
    });
}

#[test]
fn reconnect_needs_to_know_how_to_open_the_stream() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let mut client = Client::new(Socket::from(ours));
    let error = client.reconnect(LONG).unwrap_err();
    assert!(matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::Unsupported));
    assert!(!client.is_closed());
}

#[test]
fn any_stream_is_opened_again_as_it_was_told() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (again, theirs_again) = UnixStream::pair().unwrap();
    drop(theirs);
    // What waiting may mend, and an attempt that a signal has cut short, before it succeeds.
    let attempts = Mutex::new(VecDeque::from([
        Err(io::ErrorKind::Interrupted.into()),
        Err(io::ErrorKind::ConnectionRefused.into()),
        Ok(again),
        Err(io::ErrorKind::PermissionDenied.into()),
    ]));
    let (limits, asked) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut peer = Peer::new(theirs_again);
            peer.expect_request("ping");
            peer.send(pong(7));
            peer.expect_end();
        });

        let mut client = Client::new(ours);
        client.reopen_with("the tunnel", move |limit| {
            limits.send(limit.unwrap()).unwrap();
            attempts.lock().unwrap().pop_front().unwrap()
        });
        assert!(client.call(&Ping::default()).unwrap_err().is_closed());
        client.reconnect(LONG).unwrap();
        assert_eq!(client.call(&Ping::default()).unwrap().number, 7);

        let error = client.reconnect(LONG).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot connect to the tunnel: permission denied; the socket is for the daemon's user \
             and group only: run as root or join the group"
        );
        drop(client);
        let asked: Vec<Duration> = asked.iter().collect();
        assert_eq!(asked.len(), 4);
        assert!(asked.iter().all(|limit| *limit <= LONG));
    });
}

#[test]
fn subscription_that_failed_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut peer = Peer::new(listener.accept().unwrap().0);
            // It goes without confirming.
            peer.expect_register("note");
            drop(peer);
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_register("note");
            peer.send(CONFIRM);
            peer.expect_unregister("note");
            peer.send(CONFIRM);
            peer.expect_end();
        });
        let mut client = Client::connect_uri(path.to_str().unwrap()).unwrap();
        assert!(client.subscribe::<Note>().unwrap_err().is_closed());
        client.reconnect(LONG).unwrap();
        client.subscribe::<Note>().unwrap();
        client.unsubscribe::<Note>().unwrap();
        let error = client.unsubscribe::<Note>().unwrap_err();
        assert!(matches!(error, Error::NotSubscribed { .. }), "{error:?}");
    });
}
