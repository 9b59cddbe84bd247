//! Connecting, once and again and again.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use support::{ListItems, Peer, Ping, frame, frames, note, pong};
use vici_client::proto::{EventLimits, WhenFull};
use vici_client::{Client, Config, Error, Socket};

const LONG: Duration = Duration::from_secs(20);

fn connect_error(uri: &str) -> (String, io::Error) {
    match Client::connect_uri(uri).unwrap_err() {
        Error::Connect { address, error, .. } => (address, error),
        other => panic!("{other:?}"),
    }
}

fn connect_within(uri: &str, limit: Duration) -> Result<Client, Error> {
    Config::from_uri(uri)?.connect_limit(limit).connect()
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
fn an_ipv6_zone_may_be_a_name() {
    // Nobody has this address, but it is understood: what fails is connecting.
    for uri in ["tcp://[fe80::1%lo]:4502", "tcp://[fe80::1%1]:4502"] {
        let (address, error) = connect_error(uri);
        assert_eq!(address, uri);
        assert!(error.raw_os_error().is_some(), "{error}");
    }
}

#[test]
fn a_path_needs_no_uri() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    let ways: [&dyn Fn() -> Client; 2] = [
        &|| Client::connect_uri(path.to_str().unwrap()).unwrap(),
        &|| Config::new().address(path.as_path()).connect().unwrap(),
    ];
    for way in ways {
        thread::scope(|scope| {
            scope.spawn(|| answer_ping(listener.accept().unwrap().0));
            ping(way());
        });
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"charon-\xff.vici"));
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| answer_ping(listener.accept().unwrap().0));
        ping(Config::new().address(path.as_path()).connect().unwrap());
    });
}

#[test]
fn what_no_socket_can_have_as_its_path_is_an_error() {
    for path in ["/nowhere/\0", &format!("/{}", "x".repeat(200))] {
        match Config::new().address(Path::new(path)).connect() {
            Err(Error::Connect { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_config_sets_up_its_client() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let listener = UnixListener::bind(&path).unwrap();
    let config = Config::new().address(path.as_path());

    let error = config
        .clone()
        .timeout(Duration::ZERO)
        .connect()
        .unwrap_err();
    assert!(matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::InvalidInput));

    let short = Duration::from_millis(20);
    let mut client = config.clone().timeout(short).connect().unwrap();
    assert!(client.call(&Ping::default()).unwrap_err().is_timeout());
    let mut client = config.clone().stream_timeout(short).connect().unwrap();
    let items = client.stream(&ListItems::default()).unwrap();
    assert!(items.finish().unwrap_err().is_timeout());
    let limits = EventLimits::new(1, 1 << 20, WhenFull::DropNewest);
    let mut client = config.event_limits(limits).connect().unwrap();

    thread::scope(|scope| {
        scope.spawn(|| {
            // The three before it, of which the first had no timeouts to begin with.
            for _ in 0..3 {
                drop(listener.accept().unwrap());
            }
            let mut peer = Peer::new(listener.accept().unwrap().0);
            peer.expect_request("ping");
            peer.send_bytes(&frames(&[note(1), note(2), pong(7)]));
            peer.expect_end();
        });
        assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
        assert_eq!(client.dropped_events(), 1);
        drop(client);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn tcp_asks_a_silent_daemon_whether_it_is_there() {
    use rustix::net::sockopt;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("tcp://{}", listener.local_addr().unwrap());
    let plain = Client::connect_uri(&uri).unwrap();
    assert!(!sockopt::socket_keepalive(plain.get_ref()).unwrap());

    let silence = Duration::from_secs(7);
    let config = Config::from_uri(&uri).unwrap().keepalive(silence);
    let client = config.connect().unwrap();
    let socket = client.get_ref();
    assert!(sockopt::socket_keepalive(socket).unwrap());
    assert_eq!(sockopt::tcp_keepidle(socket).unwrap(), silence);
    assert_eq!(sockopt::tcp_keepintvl(socket).unwrap(), silence);
    assert_eq!(sockopt::tcp_keepcnt(socket).unwrap(), 3);
}

#[test]
fn missing_socket_says_what_to_do() {
    let error = Client::connect_uri("unix:///nowhere/charon.vici").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot connect to unix:///nowhere/charon.vici: No such file or directory (os error 2); is the \
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
        ping(connect_within(&uri, LONG).unwrap());
    });
}

#[test]
fn connecting_ends_when_the_limit_is_over() {
    let limit = Duration::from_millis(60);
    let begin = Instant::now();
    let error = connect_within("unix:///nowhere/charon.vici", limit).unwrap_err();
    assert!(begin.elapsed() >= limit);
    assert!(begin.elapsed() < LONG);
    assert!(
        matches!(error, Error::Connect { error, .. } if error.kind() == io::ErrorKind::NotFound)
    );

    // What waiting does not mend is told at once.
    let begin = Instant::now();
    connect_within("nonsense", LONG).unwrap_err();
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
        match connect_within(&uri, limit) {
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
fn several_clients_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charon.vici");
    let uri = format!("unix://{}", path.display());
    let listener = UnixListener::bind(&path).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| ping(connect_within(&uri, LONG).unwrap()));
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
