//! What goes wrong on order.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use vici_client::proto::{MAX_FRAME_LEN, Packet};
use vici_client::{Client, Socket};
use vici_testing::{Answer, Delivery, Gate, Peer, ScriptedDaemon, SimulatedDaemon};
use vici_types::{
    Conn, ConnAuth, ConnChild, GetConns, Initiate, ListConn, ListConns, LoadConn, LoadShared,
    SharedType, Stats, Version, VersionResponse,
};

use crate::PATIENCE;

/// For what must not come.
const SOON: Duration = Duration::from_millis(30);

fn load(client: &mut Client, count: usize) {
    let conns = (0..count).map(|number| LoadConn::new(format!("home-{number}"), Conn::new()));
    for conn in conns {
        client.call(&conn).unwrap();
    }
}

fn count(client: &mut Client) -> vici_client::Result<usize> {
    Ok(client.call(&GetConns::new())?.conns.len())
}

/// Asks for the version, byte by byte.
fn ask(stream: &mut impl Write) {
    let mut frame = Vec::new();
    let (name, message) = ("version", &[][..]);
    let packet = Packet::CommandRequest { name, message };
    packet.encode(&mut frame).unwrap();
    stream.write_all(&frame).unwrap();
}

#[test]
fn frozen_daemon_says_nothing_until_it_goes_on() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    let mut client = Client::connect_uri(&uri).unwrap();
    load(&mut client, 1);
    daemon.server().freeze();
    client.set_timeout(Some(SOON)).unwrap();
    assert!(count(&mut client).unwrap_err().is_timeout());
    // New ones wait in the backlog.
    let mut late = Client::connect_uri(&uri).unwrap();
    late.set_timeout(Some(SOON)).unwrap();
    assert!(count(&mut late).unwrap_err().is_timeout());
    assert_eq!(daemon.server().connections(), 1);

    daemon.server().thaw();
    for client in [&mut client, &mut late] {
        client.set_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(count(client).unwrap(), 1);
    }
}

#[test]
fn frozen_daemon_can_be_dropped() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_tcp().unwrap();
    let mut client = Client::connect_uri(&uri).unwrap();
    daemon.server().freeze();
    drop(daemon);
    assert!(count(&mut client).unwrap_err().is_closed());
    assert!(Client::connect_uri(&uri).is_err());
}

#[test]
fn client_puts_header_and_body_together() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_tcp().unwrap();
    daemon.server().set_delivery(Delivery::Apart);
    let mut client = Client::connect_uri(&uri).unwrap();
    assert_eq!(count(&mut client).unwrap(), 0);
    daemon.server().set_delivery(Delivery::Whole);
    assert_eq!(count(&mut client).unwrap(), 0);
}

#[test]
fn slow_daemon_sends_in_pieces() {
    let daemon = SimulatedDaemon::new();
    let pause = Duration::from_micros(1);
    for piece in [0, 1, 3] {
        daemon
            .server()
            .set_delivery(Delivery::Slow { piece, pause });
        let mut stream = daemon.server().connect_stream().unwrap();
        ask(&mut stream);
        let mut buffer = [0; 1000];
        let mut longest = 0;
        let mut bytes = Vec::new();
        while bytes.len() < 60 {
            let count = stream.read(&mut buffer).unwrap();
            longest = longest.max(count);
            bytes.extend_from_slice(&buffer[..count]);
        }
        assert!(bytes[5..].starts_with(b"\x03\x06daemon\x00\x06charon"));
        assert_eq!(count(&mut daemon.connect().unwrap()).unwrap(), 0);
    }
    // The pause holds: it is longer than a whole call may take.
    let pause = PATIENCE;
    let piece = 5;
    daemon
        .server()
        .set_delivery(Delivery::Slow { piece, pause });
    let mut client = daemon.connect().unwrap();
    client.set_timeout(Some(SOON)).unwrap();
    assert!(count(&mut client).unwrap_err().is_timeout());
}

#[test]
fn response_is_dropped_and_the_next_one_is_not() {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    daemon.server().drop_responses(1);
    client.set_timeout(Some(SOON)).unwrap();
    assert!(client.call(&Version::new()).unwrap_err().is_timeout());
    client.set_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(client.call(&Version::new()).unwrap().version, "5.9.8");
    assert_eq!(count(&mut client).unwrap(), 0);
}

#[test]
fn daemon_dies_in_the_middle_of_a_frame() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen().unwrap();
    for bytes in [0, 1, 4, 5, 20] {
        let mut client = Client::connect_uri(&uri).unwrap();
        let mut other = Client::connect_uri(&uri).unwrap();
        other.call(&Version::new()).unwrap();
        daemon.server().die_after(1, bytes);
        client.call(&Version::new()).unwrap();
        let mut stream = client.into_inner();
        ask(&mut stream);
        let mut got = Vec::new();
        stream.read_to_end(&mut got).unwrap();
        assert_eq!(got.len(), bytes);
        // All are closed, and one may come again.
        assert!(other.call(&Version::new()).unwrap_err().is_closed());
        assert_eq!(daemon.server().connections(), 0);
    }
}

#[test]
fn daemon_dies_in_the_middle_of_a_stream() {
    let daemon = SimulatedDaemon::new();
    let mut client = daemon.connect().unwrap();
    load(&mut client, 5);
    // The answer to the registration, then two items.
    daemon.server().die_after(3, 0);
    let mut conns = client.stream(&ListConns::new()).unwrap();
    let items: Vec<Result<ListConn, _>> = conns.by_ref().collect();
    assert_eq!(items.iter().filter(|item| item.is_ok()).count(), 2);
    assert!(items.last().unwrap().as_ref().unwrap_err().is_closed());
    let mut client = daemon.connect().unwrap();
    assert_eq!(count(&mut client).unwrap(), 5);
}

#[test]
fn busy_threads_answer_nobody() {
    let daemon = ScriptedDaemon::new();
    let gate = Gate::new();
    daemon.always(Answer::<Stats>::new().hold(&gate));
    daemon.always(Answer::<Version>::new().respond(&VersionResponse::default()));
    let server = daemon.server();
    server.set_threads(Some(2));
    std::thread::scope(|scope| {
        for count in 1..=2 {
            let mut client = daemon.connect().unwrap();
            scope.spawn(move || client.call(&Stats::new()).map(|_| ()));
            assert!(daemon.wait_for::<Stats>(count, PATIENCE));
        }
        let mut client = daemon.connect().unwrap();
        client.set_timeout(Some(SOON)).unwrap();
        assert!(client.call(&Version::new()).unwrap_err().is_timeout());
        // One thread more is enough.
        server.set_threads(Some(3));
        client.set_timeout(Some(PATIENCE)).unwrap();
        client.call(&Version::new()).unwrap();
        gate.open();
    });
    server.set_threads(Some(1));
    daemon.connect().unwrap().call(&Version::new()).unwrap();
}

#[test]
fn restarted_daemon_has_forgotten_everything() {
    let daemon = SimulatedDaemon::new();
    daemon.set_peer("192.0.2.1", Peer::Silent);
    daemon.set_version("6.0.6");
    let uri = daemon.server().listen().unwrap();
    let home = Conn::new()
        .remote_addrs(["192.0.2.1"])
        .local(ConnAuth::new().auth("psk"))
        .child("net", ConnChild::new());
    let home = LoadConn::new("home", home);
    let mut client = Client::connect_uri(&uri).unwrap();
    client.call(&home).unwrap();
    let secret = LoadShared::new(SharedType::Ike, "swordfish");
    client.call(&secret).unwrap();
    // One that waits for its peer, and has begun to.
    let daemon = &Arc::new(daemon);
    std::thread::scope(|scope| {
        let mut waiting = daemon.connect().unwrap();
        waiting.subscribe::<vici_types::Log>().unwrap();
        let waiting = scope.spawn(move || {
            let request = Initiate::new().child("net").timeout(60_000);
            waiting.call(&request).map(|_| ())
        });
        let sas = |client: &mut Client| client.call(&Stats::new()).unwrap().ikesas.total;
        while sas(&mut client) != 1 {
            std::thread::yield_now();
        }
        daemon.restart();
        assert_eq!(daemon.server().connections(), 0);
        assert!(waiting.join().unwrap().unwrap_err().is_closed());
    });
    assert!(count(&mut client).unwrap_err().is_closed());

    client.reconnect(PATIENCE).unwrap();
    assert_eq!(client.call(&Version::new()).unwrap().version, "6.0.6");
    assert_eq!(count(&mut client).unwrap(), 0);
    assert_eq!(client.call(&Stats::new()).unwrap().ikesas.total, 0);
    // Peers are as they were.
    client.call(&home).unwrap();
    let request = Initiate::new().child("net").timeout(1);
    let error = client.call(&request).unwrap_err().to_string();
    assert!(error.contains("not established after 1ms"), "{error}");
}

#[test]
fn client_of_a_frame_that_is_too_long_sees_a_reset() {
    let daemon = SimulatedDaemon::new();
    let uri = daemon.server().listen_tcp().unwrap();
    let address = uri.strip_prefix("tcp://").unwrap();
    let mut stream: Socket = TcpStream::connect(address).unwrap().into();
    let len = u32::try_from(MAX_FRAME_LEN + 1).unwrap();
    let mut frame = len.to_be_bytes().to_vec();
    frame.resize(MAX_FRAME_LEN + 5, 0);
    // It may see that while it still writes.
    let result = stream
        .write_all(&frame)
        .and_then(|()| stream.read(&mut [0]).map(|_| ()));
    let kind = result.unwrap_err().kind();
    let reset = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(reset.contains(&kind), "{kind}");
}

#[cfg(target_os = "linux")]
#[test]
fn backlog_may_be_as_short_as_that_of_charon() {
    let daemon = SimulatedDaemon::new();
    let server = daemon.server();
    server.set_backlog(3);
    let uri = server.listen().unwrap();
    server.freeze();
    // One is accepted, or not yet; four wait.
    let config = vici_client::Config::from_uri(&uri)
        .unwrap()
        .connect_limit(SOON);
    let connect = || config.connect();
    let clients: Vec<_> = (0..6).map_while(|_| connect().ok()).collect();
    assert!((4..=5).contains(&clients.len()), "{}", clients.len());
    server.thaw();
    drop(clients);
    config.connect().unwrap();
}
