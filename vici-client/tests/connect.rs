//! Addresses, connecting again and again, and coming back after a restart.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use support::{CONFIRM, Note, Peer, Ping, REFUSE, frame, note, notes, pong};
use vici_client::{Client, Error, Socket};

const LONG: Duration = Duration::from_secs(20);

fn connect_error(uri: &str) -> (String, io::Error) {
    match Client::connect_uri(uri).unwrap_err() {
        Error::Connect { address, error, .. } => (address, error),
        other => panic!("{other:?}"),
    }
}

/// A daemon that answers one ping with 7.
fn answer_ping(stream: UnixStream) {
    let mut peer = Peer::new(stream);
    peer.expect_request("ping");
    peer.send(pong(7));
    peer.expect_end();
}

fn ping(mut client: Client) {
    assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
}

#[test]
fn unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| answer_ping(listener.accept().unwrap().0));
        ping(Client::connect_uri(&format!("unix://{}", path.display())).unwrap());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn abstract_unix_socket() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    let name = format!("vici-client-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let listener = UnixListener::bind_addr(&address).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| answer_ping(listener.accept().unwrap().0));
        ping(Client::connect_uri(&format!("unix://@{name}")).unwrap());
    });
}

#[test]
fn tcp_by_address_and_by_name() {
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let Ok(listener) = TcpListener::bind((host.trim_matches(['[', ']']), 0)) else {
            assert_eq!(host, "[::1]", "a machine without IPv6");
            continue;
        };
        let port = listener.local_addr().unwrap().port();
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut stream = listener.accept().unwrap().0;
                let mut request = [0; 10];
                io::Read::read_exact(&mut stream, &mut request).unwrap();
                assert_eq!(&request, b"\0\0\0\x06\0\x04ping");
                io::Write::write_all(&mut stream, &frame(pong(7))).unwrap();
            });
            ping(Client::connect_uri(&format!("tcp://{host}:{port}")).unwrap());
        });
    }
}

#[test]
fn connected_streams() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| answer_ping(theirs));
        ping(Client::new(Socket::from(ours)));
    });

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut client = Client::new(stream);
    client.set_timeout(Some(Duration::from_millis(20))).unwrap();
    assert!(client.call(&Ping::default()).unwrap_err().is_timeout());
}

#[test]
fn missing_socket_says_what_to_do() {
    let error = Client::connect_uri("unix:///nowhere/charon.vici").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot connect to /nowhere/charon.vici: No such file or directory (os error 2); is the \
         daemon running, with the vici plugin, and is this its `charon.plugins.vici.socket`?"
    );
    assert!(!error.is_closed());
    assert!(!error.is_timeout());
}

#[test]
fn missing_permission_says_what_to_do() {
    let error = Error::connect("/run/charon.vici", io::Error::from_raw_os_error(13));
    assert_eq!(
        error.to_string(),
        "cannot connect to /run/charon.vici: Permission denied (os error 13); the socket is for \
         the daemon's user and group only: run as root or join the group"
    );
}

#[test]
fn refused_connection_names_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("tcp://{}", listener.local_addr().unwrap());
    drop(listener);
    let (address, error) = connect_error(&uri);
    assert_eq!(address, uri);
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn addresses_that_are_none_are_refused() {
    for (uri, what) in [
        ("", "expected unix:///path or tcp://host:port"),
        (
            "/run/charon.vici",
            "expected unix:///path or tcp://host:port",
        ),
        (
            "unix://run/x",
            "the path of a Unix socket is absolute, as in unix:///path",
        ),
        (
            "tcp://host",
            "a port is missing, as in tcp://127.0.0.1:4502",
        ),
        ("tcp://host:x", "the port is not a number up to 65535"),
        ("tcp://host:65536", "the port is not a number up to 65535"),
        (
            "tcp://::1:80",
            "expected tcp://host:port or tcp://[IPv6 address]:port",
        ),
        (
            "tcp://:80",
            "expected tcp://host:port or tcp://[IPv6 address]:port",
        ),
    ] {
        let (address, error) = connect_error(uri);
        assert_eq!(address, uri);
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), what);
    }
}

#[test]
fn connecting_waits_for_a_daemon_that_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(60));
            let listener = UnixListener::bind(&path).unwrap();
            answer_ping(listener.accept().unwrap().0);
        });
        ping(Client::connect_uri_within(&uri, LONG).unwrap());
    });
}

#[test]
fn connecting_ends_when_the_limit_is_over() {
    let limit = Duration::from_millis(60);
    let begin = Instant::now();
    let error = Client::connect_uri_within("unix:///nowhere/charon.vici", limit).unwrap_err();
    assert!(begin.elapsed() >= limit);
    assert!(begin.elapsed() < LONG);
    assert!(
        matches!(error, Error::Connect { error, .. } if error.kind() == io::ErrorKind::NotFound)
    );

    // What waiting does not mend is told at once.
    let begin = Instant::now();
    Client::connect_uri_within("nonsense", LONG).unwrap_err();
    assert!(begin.elapsed() < LONG);
}

#[test]
fn connecting_to_a_full_backlog_ends_when_the_limit_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    let _listener = UnixListener::bind(&path).unwrap();
    // The standard library's backlog is large: fill it until connecting blocks.
    let limit = Duration::from_millis(100);
    let mut waiting = Vec::new();
    let error = loop {
        match Client::connect_uri_within(&uri, limit) {
            Ok(client) => waiting.push(client),
            Err(error) => break error,
        }
        if waiting.len() > 800 {
            // A system with a backlog beyond what this process may open.
            return;
        }
    };
    assert!(error.is_timeout(), "{error}");
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
fn reconnect_needs_an_address() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let mut client = Client::new(Socket::from(ours));
    let error = client.reconnect(LONG).unwrap_err();
    assert!(matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::Unsupported));
    assert!(!client.is_closed());
}

#[test]
fn several_clients_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| ping(Client::connect_uri_within(&uri, LONG).unwrap()));
            scope.spawn(|| answer_ping(listener.accept().unwrap().0));
        }
    });
}

#[cfg(target_os = "linux")]
#[test]
fn sockets_are_close_on_exec() {
    use std::os::fd::{AsFd, AsRawFd};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let _listener = UnixListener::bind(&path).unwrap();
    let client = Client::connect_uri(&format!("unix://{}", path.display())).unwrap();
    let fd = client.get_ref().as_fd().as_raw_fd();
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = u32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
    assert_eq!(flags & 0o2_000_000, 0o2_000_000);
}
