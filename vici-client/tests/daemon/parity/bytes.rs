//! What nobody would send, and how connections end, for a daemon and its simulated twin.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use vici_client::proto::MAX_FRAME_LEN;
use vici_client::vici_serde::to_vec;
use vici_client::{Client, Config, Message, Socket, Transport};
use vici_testing::SimulatedDaemon;

use super::generation;
use super::watcher::Watcher;
use crate::charon::{Charon, PATIENCE, each_generation};

each_generation! {
    twins_read_every_order_of_elements_alike
    as_many_wait_to_be_accepted
}

mod over_tcp {
    use super::*;

    each_generation! { of crate::charon::run_tcp;
        a_frame_that_is_too_long_ends_a_connection_alike
    }
}

/// The elements: of each type, those that there are not among them, and a name that is none.
const ELEMENTS: &[&[u8]] = &[
    b"\x00",
    b"\x01\x01a",
    b"\x01\x01b",
    b"\x02",
    b"\x03\x05addrs\x00\x0b10.0.0.0/30",
    b"\x03\x07version\x00\x012",
    b"\x03\x01\xff\x00\x00",
    b"\x04\x03dns",
    b"\x04\x0cremote_addrs",
    b"\x05\x00\x09192.0.2.1",
    b"\x06",
    b"\x07",
    b"\x08",
];

/// A command that loads, what lists what it has loaded, and what unloads it.
const COMMANDS: [[&str; 3]; 2] = [
    ["load-conn", "get-conns", "unload-conn"],
    ["load-pool", "get-pools", "unload-pool"],
];

fn twins_read_every_order_of_elements_alike(charon: &Charon) {
    let simulated = SimulatedDaemon::of(generation(charon));
    let clients = [charon.direct(), simulated.connect().unwrap()];
    let mut twins = clients.map(|client| Watcher::new(client, &[]));
    let mut count = 0;
    let mut differences = Vec::new();
    // Before 6.1 the daemon goes on behind an element of type 7 with what its memory has from before.
    let is_ruled = charon.is_at_least([6, 1, 0]);
    let mut ask = |elements: &[&[u8]]| {
        let end = elements.iter().position(|element| *element == b"\x07");
        if end.is_some_and(|end| end + 1 < elements.len()) && !is_ruled {
            return;
        }
        let message = &elements.concat();
        for [load, get, unload] in COMMANDS {
            let answers = twins.each_mut().map(|twin| {
                let loaded = twin.answer(load, message);
                let listed = twin.answer(get, b"");
                for name in ["a", "b"] {
                    // As the one lists it, and the other.
                    if listed.contains(&format!("\"{name}\""))
                        || listed.contains(&format!("{name}={{"))
                    {
                        let request = Message::new().key("name", name);
                        twin.answer(unload, &to_vec(&request).unwrap());
                    }
                }
                [loaded, listed]
            });
            count += 1;
            let [real, ours] = &answers;
            if real != ours {
                differences.push(format!(
                    "{load} {message:?}\n real {real:?}\n ours {ours:?}"
                ));
            }
        }
    };
    for first in ELEMENTS {
        ask(&[first]);
        for second in ELEMENTS {
            ask(&[first, second]);
            for third in ELEMENTS {
                ask(&[first, second, third]);
            }
        }
    }
    // What is in a section, with something behind it.
    for third in ELEMENTS {
        for last in ELEMENTS {
            ask(&[b"\x01\x01a", third, last, b"\x02"]);
            ask(&[b"\x01\x01a\x02", third, last, b"\x01\x01b\x02"]);
        }
    }
    assert!(count > 4000, "{count}");
    let number = differences.len();
    differences.truncate(20);
    assert!(
        number == 0,
        "{number} of {count}:\n{}",
        differences.join("\n")
    );
}

/// How many clients connect without waiting before one is refused.
fn waiting(config: &Config) -> usize {
    let config = config.clone().connect_limit(Duration::ZERO);
    let clients = (0..20).map_while(|_| config.connect().ok());
    clients.collect::<Vec<_>>().len()
}

fn as_many_wait_to_be_accepted(charon: &Charon) {
    let simulated = SimulatedDaemon::new();
    let server = simulated.server();
    server.set_backlog(3);
    let config = Config::from_uri(&server.listen().unwrap()).unwrap();
    server.freeze();
    charon.stop();
    let most = waiting(&charon.config());
    charon.go_on();
    // One more is accepted before it notices that it is frozen, which the last of them waits for.
    let clients: Vec<_> = (0..=most).map(|_| config.connect().unwrap()).collect();
    assert_eq!([most, waiting(&config)], [4, 0]);
    drop(clients);
}

/// Whether a connection ends in order, or is reset, when the head of a frame that is too long has come,
/// and so much of the rest.
fn ends_in_order(client: Client, rest: usize) -> bool {
    let mut stream: Socket = client.into_inner();
    let len = u32::try_from(MAX_FRAME_LEN + 1).unwrap();
    let mut frame = len.to_be_bytes().to_vec();
    frame.resize(4 + rest, 0);
    // It may be over while it still writes.
    let written = stream.write_all(&frame);
    let read = written.and_then(|()| stream.read_within(&mut [0], Some(PATIENCE)));
    match read.map_err(|error| error.kind()) {
        Ok(count) => count == 0,
        Err(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => false,
        Err(kind) => panic!("{kind}"),
    }
}

fn a_frame_that_is_too_long_ends_a_connection_alike(charon: &Charon) {
    let simulated = SimulatedDaemon::of(generation(charon));
    let uri = simulated.server().listen_tcp().unwrap();
    for (rest, expected) in [(0, true), (MAX_FRAME_LEN + 1, false)] {
        let clients = [charon.direct(), Client::connect_uri(&uri).unwrap()];
        let ends = clients.map(|client| ends_in_order(client, rest));
        assert_eq!(ends, [expected, expected], "{rest}");
    }
}
