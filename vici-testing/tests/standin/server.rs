//! Order, registrations and connections.

use std::io::{Read, Write};
use std::sync::Arc;

use vici_client::proto::{FrameReader, MAX_FRAME_LEN, Packet};
use vici_client::{Error, Message};
use vici_testing::{Call, Commands, Refusal, Reply, Server, Service};
use vici_types::{Done, IkeUpdown, ListConn, ListConns, Stats, StatsResponse, Version};

use crate::PATIENCE;

/// A service that streams as many events as it is asked for, and knows two events.
#[derive(Default)]
struct Echo;

impl Service for Echo {
    fn call(&self, call: &mut Call<'_>) -> Reply {
        match call.command() {
            "echo" => Reply::Response(call.message().to_owned()),
            "stream" => {
                let count: usize = call.decode::<Message>().unwrap().get("count").unwrap();
                for number in 0..count {
                    let item = Message::new().key("number", number);
                    call.stream_raw("item", &item).unwrap();
                }
                Reply::response(&Message::new()).unwrap()
            }
            "long" => Reply::Response(vec![0; MAX_FRAME_LEN]),
            "close" => Reply::Close,
            "panic" => panic!("a handler panics, which is meant to be seen in this test"),
            _ => Reply::Unknown,
        }
    }

    fn has_event(&self, name: &str) -> bool {
        matches!(name, "item" | "note")
    }
}

fn note(number: usize) -> Message {
    Message::new().key("number", number)
}

#[test]
fn streamed_events_come_before_the_response_and_only_to_who_asked() {
    let server = Server::new(Echo);
    let mut client = server.connect().unwrap();
    let mut other = server.connect().unwrap();
    other.subscribe_raw("item").unwrap();
    let count = Message::new().key("count", 1000);
    let mut stream = client.stream_raw("stream", "item", &count).unwrap();
    for number in 0..1000_usize {
        let item = stream.next().unwrap().unwrap();
        assert_eq!(item.get::<usize>("number").unwrap(), number);
    }
    assert!(stream.next().is_none());
    assert!(stream.finish().unwrap().is_empty());
    // The answer to a later call: nothing came before it.
    other.call_raw("echo", &Message::new()).unwrap();
    let event = other.next_event(Some(std::time::Duration::from_millis(1)));
    assert!(event.unwrap().is_none());
}

#[test]
fn events_are_raised_as_often_as_they_are_registered() {
    let server = Server::new(Echo);
    assert_eq!(server.raise_raw("note", &note(0)).unwrap(), 0);
    let mut clients: Vec<_> = (0..3).map(|_| server.connect().unwrap()).collect();
    for client in &mut clients {
        client.subscribe_raw("note").unwrap();
    }
    let mut raw = server.connect_stream().unwrap();
    let mut reader = FrameReader::new();
    for _ in 0..2 {
        send(&mut raw, Packet::EventRegister { name: "note" });
        assert_eq!(read(&mut raw, &mut reader), [5]);
    }
    assert_eq!(server.registrations("note"), 5);
    assert_eq!(server.raise_raw("note", &note(1)).unwrap(), 5);
    for client in &mut clients {
        let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
        assert_eq!(event.message().unwrap(), note(1));
    }
    for _ in 0..2 {
        assert_eq!(read(&mut raw, &mut reader)[..6], *b"\x07\x04note");
    }
    // Two registrations take two to end.
    send(&mut raw, Packet::EventUnregister { name: "note" });
    assert_eq!(read(&mut raw, &mut reader), [5]);
    assert_eq!(server.registrations("note"), 4);
    send(&mut raw, Packet::EventUnregister { name: "note" });
    assert_eq!(read(&mut raw, &mut reader), [5]);
    send(&mut raw, Packet::EventUnregister { name: "note" });
    assert_eq!(read(&mut raw, &mut reader), [6]);
    assert_eq!(server.raise_raw("note", &note(2)).unwrap(), 3);
}

#[test]
fn registrations_end_with_their_connection() {
    let server = Server::new(Echo);
    let mut client = server.connect().unwrap();
    client.subscribe_raw("note").unwrap();
    assert_eq!(server.registrations("note"), 1);
    assert_eq!(server.connections(), 1);
    drop(client);
    assert!(server.wait_for_connections(0, PATIENCE));
    assert_eq!(server.registrations("note"), 0);
    assert_eq!(server.raise_raw("note", &note(0)).unwrap(), 0);
}

#[test]
fn half_closed_connection_is_closed() {
    let server = Server::new(Echo);
    #[cfg(unix)]
    {
        let uri = server.listen().unwrap();
        let path = uri.strip_prefix("unix://").unwrap();
        let mut stream = std::os::unix::net::UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
    assert!(server.wait_for_connections(0, PATIENCE));
}

#[test]
fn client_that_does_not_read_holds_up_nobody() {
    let server = Server::new(Echo);
    let mut stalled = server.connect_stream().unwrap();
    let mut reader = FrameReader::new();
    send(&mut stalled, Packet::EventRegister { name: "note" });
    assert_eq!(read(&mut stalled, &mut reader), [5]);
    // More than any socket buffers.
    let large = Message::new().key("text", "x".repeat(60_000));
    for _ in 0..200 {
        assert_eq!(server.raise_raw("note", &large).unwrap(), 1);
    }
    let mut client = server.connect().unwrap();
    client.set_timeout(Some(PATIENCE)).unwrap();
    assert!(client.call_raw("echo", &Message::new()).is_ok());
    // All of it is there when it does read.
    for _ in 0..200 {
        assert!(read(&mut stalled, &mut reader).len() > 60_000);
    }
}

#[test]
fn response_over_the_limit_is_never_sent() {
    let server = Server::new(Echo);
    let mut client = server.connect().unwrap();
    client
        .set_timeout(Some(std::time::Duration::from_millis(50)))
        .unwrap();
    let error = client.call_raw("long", &Message::new()).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    client.set_timeout(Some(PATIENCE)).unwrap();
    let echoed = client.call_raw("echo", &note(7)).unwrap();
    assert_eq!(echoed, note(7));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::new(Echo);
    let mut stream = server.connect_stream().unwrap();
    let mut reader = FrameReader::new();
    let mut frames = Vec::new();
    for number in 0..100_u8 {
        let message = vici_client::vici_serde::to_vec(&note(number.into())).unwrap();
        let name = "echo";
        let message = &message;
        Packet::CommandRequest { name, message }
            .encode(&mut frames)
            .unwrap();
        Packet::EventRegister { name: "unknown" }
            .encode(&mut frames)
            .unwrap();
    }
    stream.write_all(&frames).unwrap();
    for number in 0..100_u8 {
        let message = vici_client::vici_serde::to_vec(&note(number.into())).unwrap();
        assert_eq!(
            read(&mut stream, &mut reader),
            [&[1][..], &message].concat()
        );
        assert_eq!(read(&mut stream, &mut reader), [6]);
    }
}

#[test]
fn handler_that_panics_ends_its_connection_alone() {
    let server = Server::new(Echo);
    let mut other = server.connect().unwrap();
    let mut client = server.connect().unwrap();
    let error = client.call_raw("panic", &Message::new()).unwrap_err();
    assert!(error.is_closed(), "{error}");
    assert!(server.wait_for_connections(1, PATIENCE));
    assert!(other.call_raw("echo", &Message::new()).is_ok());
    let error = other.call_raw("close", &Message::new()).unwrap_err();
    assert!(error.is_closed(), "{error}");
    assert!(server.wait_for_connections(0, PATIENCE));
}

#[test]
fn connections_are_served_at_once() {
    let server = Arc::new(Server::new(Echo));
    std::thread::scope(|scope| {
        for number in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.connect().unwrap();
                for call in 0..100 {
                    let sent = note(number * 1000 + call);
                    assert_eq!(client.call_raw("echo", &sent).unwrap(), sent);
                }
            });
        }
    });
    assert!(server.wait_for_connections(0, PATIENCE));
}

#[test]
fn dropped_server_closes_its_connections() {
    let server = Server::new(Echo);
    let uri = server.listen().unwrap();
    let mut client = server.connect().unwrap();
    drop(server);
    let error = client.call_raw("echo", &Message::new()).unwrap_err();
    assert!(error.is_closed(), "{error}");
    assert!(vici_client::Client::connect_uri(&uri).is_err());
}

#[test]
fn disconnected_clients_may_come_again() {
    let server = Server::new(Echo);
    let uri = server.listen().unwrap();
    let mut client = vici_client::Client::connect_uri(&uri).unwrap();
    client.subscribe_raw("note").unwrap();
    server.disconnect();
    // Nothing is left of it, without waiting.
    assert_eq!(server.connections(), 0);
    assert_eq!(server.registrations("note"), 0);
    assert_eq!(server.raise_raw("note", &note(2)).unwrap(), 0);
    let error = client.call_raw("echo", &Message::new()).unwrap_err();
    assert!(error.is_closed(), "{error}");
    client.reconnect(PATIENCE).unwrap();
    assert_eq!(server.raise_raw("note", &note(3)).unwrap(), 1);
    let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
    assert_eq!(event.message().unwrap(), note(3));
}

#[test]
fn events_are_raised_to_one_connection() {
    let server = Server::new(Echo);
    let mut clients: Vec<_> = (0..2).map(|_| server.connect().unwrap()).collect();
    for client in &mut clients {
        client.subscribe_raw("note").unwrap();
    }
    assert_eq!(server.raise_raw_to(2, "note", &note(1)).unwrap(), 1);
    assert_eq!(server.raise_raw_to(3, "note", &note(2)).unwrap(), 0);
    assert_eq!(server.raise_raw_to(1, "item", &note(3)).unwrap(), 0);
    assert_eq!(server.raise_raw("note", &note(4)).unwrap(), 2);
    for (client, expected) in clients.iter_mut().zip([&[4][..], &[1, 4]]) {
        for number in expected {
            let event = client.next_event(Some(PATIENCE)).unwrap().unwrap();
            assert_eq!(event.message().unwrap(), note(*number));
        }
    }
}

#[test]
fn handlers_raise_events_before_and_after_their_answer() {
    let commands = Commands::new()
        .on_raw("raise", |_, call| {
            call.raise_raw_afterwards("note", &note(3))?;
            call.raise_afterwards(&IkeUpdown::default())?;
            call.raise_raw("note", &note(1))?;
            call.stream_raw("note", &note(2))?;
            Ok(Message::new())
        })
        .event::<IkeUpdown>()
        .event_raw("note");
    let server = Server::new(commands);
    let mut other = server.connect().unwrap();
    other.subscribe_raw("note").unwrap();
    let mut asking = server.connect_stream().unwrap();
    let mut reader = FrameReader::new();
    for name in ["note", "ike-updown"] {
        send(&mut asking, Packet::EventRegister { name });
        assert_eq!(read(&mut asking, &mut reader), [5]);
    }
    let (name, message) = ("raise", &[][..]);
    send(&mut asking, Packet::CommandRequest { name, message });
    let came: Vec<_> = (0..5).map(|_| read(&mut asking, &mut reader)).collect();
    let event = |number| {
        let message = vici_client::vici_serde::to_vec(&note(number)).unwrap();
        [&b"\x07\x04note"[..], &message].concat()
    };
    let [first, second, response, third, last] = &came[..] else {
        panic!("{came:?}");
    };
    assert_eq!([first, second, third], [&event(1), &event(2), &event(3)]);
    assert_eq!(response[..], [1]);
    assert!(last.starts_with(b"\x07\x0aike-updown"), "{last:?}");
    // What was streamed went to who asked alone.
    for number in [1, 3] {
        let event = other.next_event(Some(PATIENCE)).unwrap().unwrap();
        assert_eq!(event.message().unwrap(), note(number));
    }
}

#[test]
fn new_registration_is_told_from_an_old_one() {
    let server = Server::new(Commands::new().event::<IkeUpdown>());
    let mut old = server.connect().unwrap();
    old.subscribe::<IkeUpdown>().unwrap();
    assert!(server.wait_for_registration::<IkeUpdown>(PATIENCE));
    let before = server.registration_count::<IkeUpdown>();
    assert_eq!(before, 1);
    let soon = std::time::Duration::from_millis(1);
    assert!(!server.wait_for_registration_count::<IkeUpdown>(before + 1, soon));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut new = server.connect().unwrap();
            new.subscribe::<IkeUpdown>().unwrap();
        });
        assert!(server.wait_for_registration_count::<IkeUpdown>(before + 1, PATIENCE));
    });
    // That one is gone again.
    assert!(server.wait_for_connections(1, PATIENCE));
    assert_eq!(server.registrations("ike-updown"), 1);
    assert_eq!(server.registration_count::<IkeUpdown>(), 2);
}

#[test]
fn typed_handlers_answer_typed_requests() {
    let commands = Commands::new()
        .on(|_: Stats, _| Ok(StatsResponse::default()))
        .on(|request: ListConns, call| {
            let mut conn = ListConn::default();
            conn.name = request.ike.unwrap_or_default();
            call.stream(&conn)?;
            call.raise(&IkeUpdown::default())?;
            assert!(call.is_registered("list-conn"));
            Ok(Default::default())
        })
        .on_raw("own", |request, _| match request.get::<bool>("good") {
            Ok(true) => Ok(Message::new().key("success", true)),
            Ok(false) => Err(Refusal::with(Reply::Unknown)),
            Err(_) => Err(Refusal::new("neither good nor bad")),
        })
        .event::<ListConn>()
        .event::<IkeUpdown>();
    let server = Server::new(commands);
    let mut client = server.connect().unwrap();
    assert_eq!(
        client.call(&Stats::new()).unwrap(),
        StatsResponse::default()
    );
    client.subscribe::<IkeUpdown>().unwrap();
    let mut stream = client.stream(&ListConns::new().ike("home")).unwrap();
    assert_eq!(stream.next().unwrap().unwrap().name, "home");
    stream.finish().unwrap();
    assert!(
        client
            .next_event(Some(PATIENCE))
            .unwrap()
            .unwrap()
            .is::<IkeUpdown>()
    );

    let error = client.call(&Version::new()).unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { .. }), "{error}");
    let call = |client: &mut vici_client::Client, message| {
        let response: Message = client.call_raw("own", &message)?;
        Ok::<Done, Error>(vici_client::vici_serde::from_message(&response).unwrap())
    };
    let good = Message::new().key("good", true);
    assert!(call(&mut client, good).unwrap().success);
    let bad = Message::new().key("good", false);
    let error = call(&mut client, bad).unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { .. }), "{error}");
    let error = call(&mut client, Message::new()).unwrap_err();
    assert_eq!(error.to_string(), "`own` failed: neither good nor bad");
    // What does not fit its type is refused, too.
    let wrong = Message::new().list("ike", ["a"]);
    let error = client.call_raw("list-conns", &wrong).unwrap_err();
    assert!(error.to_string().contains("ike: "), "{error}");
}

fn send(stream: &mut impl Write, packet: Packet<'_>) {
    let mut frame = Vec::new();
    packet.encode(&mut frame).unwrap();
    stream.write_all(&frame).unwrap();
}

/// The payload of the next frame.
fn read(stream: &mut impl Read, reader: &mut FrameReader) -> Vec<u8> {
    loop {
        if let Some(frame) = reader.next_frame().unwrap() {
            return frame.to_vec();
        }
        let count = stream.read(reader.buffer()).unwrap();
        assert_ne!(count, 0, "the connection is closed");
        reader.advance(count);
    }
}
