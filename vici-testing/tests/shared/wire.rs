use std::io::{Read, Write};

use vici_client::proto::{FrameReader, MAX_FRAME_LEN, Packet};
use vici_client::vici_serde::to_vec;
use vici_client::{Message, Socket};

/// A connection whose packets are written by hand.
struct Raw<'a> {
    stream: &'a mut Socket,
    reader: FrameReader,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Response(String),
    Event(String),
    Unknown,
    Confirm,
    UnknownEvent,
    End,
}

impl<'a> Raw<'a> {
    fn new(stream: &'a mut Socket) -> Self {
        Self {
            stream,
            reader: FrameReader::new(),
        }
    }

    fn send_payload(&mut self, payload: &[u8]) {
        let len = u32::try_from(payload.len()).unwrap().to_be_bytes();
        self.stream
            .write_all(&[&len[..], payload].concat())
            .unwrap();
    }

    fn send(&mut self, packet: Packet<'_>) {
        let mut frame = Vec::new();
        packet.encode(&mut frame).unwrap();
        self.stream.write_all(&frame).unwrap();
    }

    fn read(&mut self) -> Came {
        loop {
            if let Some(frame) = self.reader.next_frame().unwrap() {
                let text = |message| {
                    let tree: Message = vici_client::vici_serde::from_slice(message).unwrap();
                    tree.to_string()
                };
                return match Packet::decode(frame).unwrap().unwrap() {
                    Packet::CommandResponse { message } => Came::Response(text(message)),
                    Packet::CommandUnknown => Came::Unknown,
                    Packet::EventConfirm => Came::Confirm,
                    Packet::EventUnknown => Came::UnknownEvent,
                    Packet::Event { name, .. } => Came::Event(name.to_owned()),
                    other => panic!("{other:?}"),
                };
            }
            match self.stream.read(self.reader.buffer()) {
                Ok(0) => return Came::End,
                Ok(count) => self.reader.advance(count),
                Err(error) => {
                    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
                    return Came::End;
                }
            }
        }
    }

    fn command(&mut self, name: &str, message: &[u8]) -> Came {
        self.send(Packet::CommandRequest { name, message });
        self.read()
    }

    fn register(&mut self, name: &str) -> Came {
        self.send(Packet::EventRegister { name });
        self.read()
    }

    fn unregister(&mut self, name: &str) -> Came {
        self.send(Packet::EventUnregister { name });
        self.read()
    }

    fn load(&mut self, names: &[&str]) {
        let request = names.iter().fold(Message::new(), |request, name| {
            request.section(name, Message::new().key("version", "2"))
        });
        assert_eq!(
            self.command("load-conn", &to_vec(&request).unwrap()),
            success()
        );
    }

    fn unload(&mut self, names: &[&str]) {
        for name in names {
            let request = to_vec(&Message::new().key("name", *name)).unwrap();
            assert_eq!(self.command("unload-conn", &request), success());
        }
        assert_eq!(self.names(), "conns = [ ]\n");
    }

    fn names(&mut self) -> String {
        match self.command("get-conns", &[]) {
            Came::Response(text) => text,
            other => panic!("{other:?}"),
        }
    }
}

fn success() -> Came {
    Came::Response("success = yes\n".to_owned())
}

fn failure(errmsg: &str) -> Came {
    Came::Response(format!("success = no\nerrmsg = {errmsg}\n"))
}

pub(super) fn unknown_names_are_told(stream: &mut Socket) {
    let mut raw = Raw::new(stream);
    for command in ["no-such-command", "", "Version", "version "] {
        assert_eq!(raw.command(command, &[]), Came::Unknown, "{command:?}");
    }
    assert_eq!(raw.register("no-such-event"), Came::UnknownEvent);
    assert_eq!(raw.unregister("no-such-event"), Came::UnknownEvent);
    assert_eq!(raw.unregister("log"), Came::UnknownEvent);
}

pub(super) fn registrations_are_counted(stream: &mut Socket) {
    let mut raw = Raw::new(stream);
    raw.load(&["a"]);
    let expect = |raw: &mut Raw<'_>, count: usize| {
        raw.send(Packet::CommandRequest {
            name: "list-conns",
            message: &[],
        });
        for _ in 0..count {
            assert_eq!(raw.read(), Came::Event("list-conn".to_owned()));
        }
        assert_eq!(raw.read(), Came::Response(String::new()));
    };
    expect(&mut raw, 0);
    for count in 1..=3 {
        assert_eq!(raw.register("list-conn"), Came::Confirm);
        expect(&mut raw, count);
    }
    for count in (0..3).rev() {
        assert_eq!(raw.unregister("list-conn"), Came::Confirm);
        expect(&mut raw, count);
    }
    assert_eq!(raw.unregister("list-conn"), Came::UnknownEvent);
    raw.unload(&["a"]);
}

pub(super) fn malformed_requests_are_read_up_to_the_fault(stream: &mut Socket) {
    let mut raw = Raw::new(stream);
    raw.load(&["a", "b"]);
    assert_eq!(raw.register("list-conn"), Came::Confirm);
    for (message, count) in [
        // A filter, then a section that ends twice.
        (&b"\x03\x03ike\x00\x01a\x02"[..], 1),
        // What is not printable counts as absent.
        (b"\x03\x03ike\x00\x01\xff", 2),
        (b"\x03\x03ike\x00\x00", 0),
        // The fault comes first.
        (b"\x09\x03\x03ike\x00\x01a", 2),
        // The first of two counts.
        (b"\x03\x03ike\x00\x01a\x03\x03ike\x00\x01c", 1),
    ] {
        raw.send(Packet::CommandRequest {
            name: "list-conns",
            message,
        });
        for _ in 0..count {
            assert_eq!(
                raw.read(),
                Came::Event("list-conn".to_owned()),
                "{message:?}"
            );
        }
        assert_eq!(raw.read(), Came::Response(String::new()), "{message:?}");
    }
    raw.unload(&["a", "b"]);
}

pub(super) fn malformed_connections_are_refused(stream: &mut Socket) {
    let mut raw = Raw::new(stream);
    let parsing = || failure("parsing request failed");
    // A value that is cut off: not applied.
    let cut = b"\x01\x01a\x03\x07version\x00\x052";
    assert_eq!(raw.command("load-conn", cut), parsing());
    // A name that is not printable.
    assert_eq!(raw.command("load-conn", b"\x01\x02a\xc3\x02"), parsing());
    assert_eq!(raw.names(), "conns = [ ]\n");
    // A section that ends twice, after which it has been applied.
    assert_eq!(raw.command("load-conn", b"\x01\x01b\x02\x02"), parsing());
    assert_eq!(raw.names(), "conns = [ b ]\n");
    // The end of the message ends all that is open.
    let open = b"\x01\x01c\x03\x07version\x00\x011";
    assert_eq!(raw.command("load-conn", open), success());
    assert_eq!(raw.names(), "conns = [ b, c ]\n");
    raw.unload(&["b", "c"]);
    // Nothing at all is nothing to refuse.
    assert_eq!(raw.command("load-conn", &[]), success());
}

pub(super) fn packets_that_make_no_sense_are_ignored(stream: &mut Socket) {
    let mut raw = Raw::new(stream);
    for payload in [
        &b""[..],
        b"\x01",
        b"\x02",
        b"\x05",
        b"\x06",
        b"\x07\x03log",
        b"\x63",
        // Names that are cut off, or not printable.
        b"\x00",
        b"\x00\x09version",
        b"\x00\x07versio\xc3",
        b"\x03\x04log",
        b"\x03\x03lo\x0a",
    ] {
        raw.send_payload(payload);
    }
    // None of them is answered, and the connection goes on.
    raw.send_payload(b"\x03\x09list-conntrailing");
    assert_eq!(raw.read(), Came::Confirm);
    assert_eq!(raw.unregister("list-conn"), Came::Confirm);
    assert!(matches!(raw.command("version", &[]), Came::Response(_)));
}

pub(super) fn a_frame_of_the_limit_is_taken_and_a_longer_one_ends_the_connection(
    stream: &mut Socket,
) {
    let mut raw = Raw::new(stream);
    let mut longest = b"\x00\x07version".to_vec();
    longest.resize(MAX_FRAME_LEN, 0);
    raw.send_payload(&longest);
    assert!(matches!(raw.read(), Came::Response(_)));
    raw.stream.write_all(&[0, 8, 0, 1]).unwrap();
    assert_eq!(raw.read(), Came::End);
}
