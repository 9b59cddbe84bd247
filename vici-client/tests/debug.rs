//! Debug output tells nothing of what stands in messages.

use vici_client::proto::{Packet, QueuedEvent, Session};
use vici_client::{Client, Error};

#[test]
fn messages_are_not_printed() {
    let message = b"\x03\x04data\x00\x09swordfish".as_slice();
    let request = Packet::CommandRequest {
        name: "load-shared",
        message,
    };
    assert_eq!(
        format!("{request:?}"),
        "CommandRequest { name: \"load-shared\", message: [17 bytes] }"
    );

    let mut session = Session::new();
    session
        .request("load-shared", message)
        .unwrap_or_else(|error| panic!("{error}"));
    let printed = format!("{session:?}");
    assert!(!printed.contains("115, 119"), "{printed}");

    let mut event = Vec::new();
    let packet = Packet::Event {
        name: "control-log",
        message,
    };
    assert!(packet.encode(&mut event).is_ok());
    assert_eq!(
        format!("{packet:?}"),
        "Event { name: \"control-log\", message: [17 bytes] }"
    );
    let mut subscriber = Session::new();
    subscriber.buffer()[..event.len()].copy_from_slice(&event);
    subscriber.advance(event.len());
    assert!(matches!(subscriber.poll(), Ok(None)));
    let queued: Option<QueuedEvent> = subscriber.next_event();
    assert_eq!(
        format!("{queued:?}"),
        "Some(QueuedEvent { name: \"control-log\", message: [17 bytes] })"
    );
}

#[test]
fn an_error_of_decoding_keeps_the_message_to_itself() {
    /// Reads an answer, and swallows what is written.
    struct Canned(std::io::Cursor<Vec<u8>>);

    impl std::io::Read for Canned {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl std::io::Write for Canned {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let message = b"\x03\x07version\x00\x09swordfish".as_slice();
    let mut answer = Vec::new();
    assert!(
        Packet::CommandResponse { message }
            .encode(&mut answer)
            .is_ok()
    );
    let mut client = Client::new(Canned(std::io::Cursor::new(answer)));
    let Err(error) = client.call(&vici_client::vici_types::Version::new()) else {
        panic!("the answer lacks the daemon");
    };
    assert_eq!(
        format!("{error:?}"),
        "Decode: version: missing key `daemon` (at byte 0)"
    );
    match error {
        Error::Decode { raw, .. } => assert_eq!(format!("{raw:?}"), "[20 bytes]"),
        other => panic!("{other}"),
    }
}
