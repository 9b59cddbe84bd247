//! The event loop of the example `several_daemons`, against daemons that answer piece by piece.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../examples/several_daemons.rs"]
mod example;

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;

use vici_client::proto::{FrameReader, Packet};
use vici_client::vici_serde::{Message, Section, to_vec};

/// The answer to `stats`, as far as it is needed.
fn stats(ikesas: u32) -> Message {
    let priorities = || {
        ["critical", "high", "medium", "low"]
            .into_iter()
            .map(|priority| (priority, 0))
            .collect::<Section>()
    };
    let workers = Section::new().key("total", 16).key("idle", 11);
    let uptime = Section::new().key("running", "1 second");
    Message::new()
        .section("uptime", uptime.key("since", "Nov 20 07:37:46 2026"))
        .section("workers", workers.section("active", priorities()))
        .section("queues", priorities())
        .key("scheduled", 0)
        .section(
            "ikesas",
            Section::new().key("total", ikesas).key("half-open", 0),
        )
        .list("plugins", ["vici"])
}

/// Answers both requests of one connection, each byte in a write of its own.
///
/// The second is asked before the first is answered, which puts a packet between them whose answer
/// proves that the first answer was not dropped.
fn serve(mut socket: UnixStream, number: u32) {
    let version = Message::new()
        .key("daemon", "charon")
        .key("version", format!("6.0.{number}"));
    let version = to_vec(&version).unwrap();
    let stats = to_vec(&stats(number)).unwrap();
    let mut reader = FrameReader::new();
    let mut answered = Vec::new();
    while answered.len() < 3 {
        let count = socket.read(reader.buffer()).unwrap();
        assert!(count > 0, "closed before it had asked");
        reader.advance(count);
        while let Some(frame) = reader.next_frame().unwrap() {
            let answer = match Packet::decode(frame).unwrap() {
                Some(Packet::CommandRequest {
                    name: "version", ..
                }) => Packet::CommandResponse { message: &version },
                Some(Packet::CommandRequest { name: "stats", .. }) => {
                    Packet::CommandResponse { message: &stats }
                }
                Some(Packet::EventUnregister { .. }) => Packet::EventUnknown,
                other => panic!("{other:?}"),
            };
            let mut out = Vec::new();
            answer.encode(&mut out).unwrap();
            answered.push(out);
        }
    }
    for byte in answered.concat() {
        socket.write_all(&[byte]).unwrap();
    }
}

#[test]
fn one_thread_asks_several_daemons_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let sockets: Vec<_> = (0..3)
        .map(|i| dir.path().join(format!("{i}.vici")))
        .collect();
    let listeners: Vec<_> = sockets
        .iter()
        .map(|s| UnixListener::bind(s).unwrap())
        .collect();
    thread::scope(|scope| {
        for (number, listener) in (0..).zip(&listeners) {
            scope.spawn(move || serve(listener.accept().unwrap().0, number));
        }
        let reports = example::ask(&sockets).unwrap();
        for (number, report) in (0..).zip(reports) {
            assert_eq!(report.version, format!("6.0.{number}"));
            assert_eq!(report.ikesas, number);
        }
    });
}

#[test]
fn a_daemon_that_hangs_up_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("charon.vici");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| drop(listener.accept().unwrap()));
        assert!(example::ask(&[socket]).is_err());
    });
}
