//! Daemons that break off, break the protocol, or send in odd pieces.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::io::ErrorKind;
use std::net::Shutdown;
use std::sync::mpsc;

use support::{
    CONFIRM, EMPTY, Item, ListItems, Note, Ping, Replay, converse, frame, frames, item, note, pong,
};
use vici_client::proto::{FrameReader, MAX_FRAME_LEN, Packet, ProtocolError};
use vici_client::{Client, Error};

/// The answers of a daemon to `everything`, one for each write.
fn answers() -> Vec<Vec<u8>> {
    vec![
        frames(&[note(0), CONFIRM, note(1)]),
        frames(&[note(2), pong(7), note(3)]),
        frames(&[
            CONFIRM,
            note(4),
            item(1),
            note(5),
            item(2),
            note(6),
            EMPTY,
            CONFIRM,
            note(7),
        ]),
        frames(&[note(8), CONFIRM]),
    ]
}

/// Subscribes, calls, streams and unsubscribes, telling each step.
fn everything(client: &mut Client<Replay>, steps: &mut Vec<String>) -> Result<(), Error> {
    client.subscribe::<Note>()?;
    steps.push("subscribed".into());
    steps.push(format!("pong {}", client.call(&Ping::default())?.number));
    let mut items = client.stream(&ListItems::default())?;
    for item in &mut items {
        steps.push(format!("item {}", item?.number));
    }
    items.finish()?;
    steps.push("finished".into());
    client.unsubscribe::<Note>()?;
    for _ in 0..9 {
        let event = client.next_event(None)?.expect("no limit");
        steps.push(format!("note {}", event.decode::<Note>()?.number));
    }
    Ok(())
}

fn all_steps() -> Vec<String> {
    let mut steps = Vec::new();
    let mut client = Client::new(Replay::new(answers()));
    everything(&mut client, &mut steps).unwrap();
    assert_eq!(steps.len(), 14);
    steps
}

#[test]
fn frames_may_come_in_pieces_of_any_size() {
    let steps = all_steps();
    let longest = answers().iter().map(Vec::len).max().unwrap();
    for chunk in 1..=longest {
        let mut replay = Replay::new(answers());
        replay.chunk = chunk;
        let mut here = Vec::new();
        everything(&mut Client::new(replay), &mut here).unwrap();
        assert_eq!(here, steps, "in pieces of {chunk}");
    }
}

#[test]
fn interrupted_system_calls_are_repeated() {
    let mut replay = Replay::new(answers());
    replay.chunk = 1;
    replay.interrupted = Some(false);
    let mut steps = Vec::new();
    everything(&mut Client::new(replay), &mut steps).unwrap();
    assert_eq!(steps, all_steps());
}

#[test]
fn end_of_the_connection_at_any_byte_is_one_prompt_error() {
    let steps = all_steps();
    let len = answers().concat().len();
    // The last byte is that of a confirmation, and nobody reads on after it.
    for left in 0..len {
        let mut replay = Replay::new(answers());
        replay.left = left;
        let mut client = Client::new(replay);
        let mut here = Vec::new();
        let error = everything(&mut client, &mut here).unwrap_err();
        assert!(error.is_closed(), "after {left} bytes: {error:?}");
        assert!(!error.is_timeout());
        assert!(steps.starts_with(&here), "after {left} bytes: {here:?}");

        // The end is read once, and nothing is written after it.
        let writes = client.get_ref().writes.len();
        assert!(client.is_closed());
        assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
        assert!(matches!(
            client.stream(&ListItems::default()),
            Err(Error::Closed)
        ));
        assert!(matches!(client.subscribe::<Item>(), Err(Error::Closed)));
        assert!(matches!(client.unsubscribe::<Note>(), Err(Error::Closed)));
        while client.next_event(None).is_ok() {}
        assert!(matches!(client.next_event(None), Err(Error::Closed)));
        assert_eq!(client.get_ref().ends, 1);
        assert_eq!(client.get_ref().writes.len(), writes);
    }
}

#[test]
fn daemon_that_dies_while_a_stream_runs_ends_it_with_one_error() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            daemon.send(item(1));
            let half = frame(item(2));
            daemon.send_bytes(&half[..half.len() / 2]);
        },
        |mut client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(items.next().unwrap().unwrap().number, 1);
            assert!(items.next().unwrap().unwrap_err().is_closed());
            assert!(items.next().is_none());
            assert!(items.finish().unwrap_err().is_closed());
            assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
        },
    );
}

#[test]
fn half_closed_sockets_are_closed() {
    // The daemon's end takes nothing more, or sends nothing more.
    for how in [Shutdown::Read, Shutdown::Write] {
        let (done, go_on) = mpsc::channel();
        converse(
            move |daemon| {
                daemon.expect_request("ping");
                daemon.send(pong(1));
                daemon.stream.shutdown(how).unwrap();
                done.send(()).unwrap();
                while daemon.read().is_some() {}
            },
            |mut client| {
                assert_eq!(client.call(&Ping::default()).unwrap().number, 1);
                go_on.recv().unwrap();
                let error = client.call(&Ping::default()).unwrap_err();
                assert!(error.is_closed(), "{how:?}: {error:?}");
                assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
            },
        );
    }
}

#[test]
fn peer_that_is_gone_before_the_first_call_is_closed() {
    converse(
        |_| {},
        |mut client| {
            for _ in 0..2 {
                assert!(client.call(&Ping::default()).unwrap_err().is_closed());
            }
        },
    );
}

#[test]
fn length_over_the_limit_is_refused_before_allocating() {
    let mut reader = FrameReader::new();
    let room = reader.buffer().len();
    reader.buffer()[..4].copy_from_slice(&[0x00, 0x08, 0x00, 0x01]);
    reader.advance(4);
    let error = ProtocolError::FrameTooLong { len: 524_289 };
    assert_eq!(reader.next_frame(), Err(error.clone()));
    assert_eq!(reader.buffer().len(), room - 4);
    assert_eq!(reader.next_frame(), Err(error));

    for length in [[0x00, 0x08, 0x00, 0x01], [0xff; 4]] {
        let mut client = Client::new(Replay::new([length.to_vec()]));
        let error = client.call(&Ping::default()).unwrap_err();
        assert!(
            matches!(error, Error::Protocol(ProtocolError::FrameTooLong { .. })),
            "{error:?}"
        );
        assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
    }
}

#[test]
fn frame_of_the_limit_is_taken() {
    let text = "x".repeat(60_000);
    let mut message = Vec::new();
    while message.len() + 60_005 < MAX_FRAME_LEN - 1 {
        message.extend_from_slice(b"\x03\x01a\xea\x60");
        message.extend_from_slice(text.as_bytes());
    }
    message.extend_from_slice(b"\x03\x06number\x00\x017");
    let rest = MAX_FRAME_LEN - 1 - message.len() - 5;
    message.extend_from_slice(b"\x03\x01b");
    message.extend_from_slice(&u16::try_from(rest).unwrap().to_be_bytes());
    message.extend_from_slice(&text.as_bytes()[..rest]);
    let answer = frame(Packet::CommandResponse { message: &message });
    assert_eq!(answer.len(), 4 + MAX_FRAME_LEN);

    for chunk in [usize::MAX, 1000] {
        let mut replay = Replay::new([answer.clone(), frame(pong(8))]);
        replay.chunk = chunk;
        let mut client = Client::new(replay);
        assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
        assert_eq!(client.call(&Ping::default()).unwrap().number, 8);
    }
}

#[test]
fn empty_frames_and_unknown_packets_are_skipped() {
    let mut answer = vec![0, 0, 0, 0];
    answer.extend(b"\x00\x00\x00\x01\x08");
    answer.extend(b"\x00\x00\x00\x03\xff\x05\x61");
    // What only clients send.
    answer.extend(frame(Packet::EventRegister { name: "x" }));
    answer.extend(frame(Packet::CommandRequest {
        name: "x",
        message: &[],
    }));
    answer.extend(frame(pong(5)));
    let mut client = Client::new(Replay::new([answer]));
    assert_eq!(client.call(&Ping::default()).unwrap().number, 5);
}

#[test]
fn bytes_behind_a_packet_without_a_message_are_ignored() {
    let mut client = Client::new(Replay::new([
        b"\x00\x00\x00\x03\x05xx".to_vec(),
        b"\x00\x00\x00\x02\x02x".to_vec(),
    ]));
    client.subscribe::<Note>().unwrap();
    let error = client.call(&Ping::default()).unwrap_err();
    assert!(matches!(error, Error::UnknownCommand { .. }), "{error:?}");
}

#[test]
fn names_that_do_not_fit_are_protocol_errors() {
    let cases: [(&[u8], ProtocolError); 4] = [
        (b"\x00\x00\x00\x01\x07", ProtocolError::NameTruncated),
        (b"\x00\x00\x00\x04\x07\x03ab", ProtocolError::NameTruncated),
        (b"\x00\x00\x00\x03\x07\xffa", ProtocolError::NameTruncated),
        (b"\x00\x00\x00\x03\x07\x01\xff", ProtocolError::NameNotText),
    ];
    for (bytes, expected) in cases {
        let mut client = Client::new(Replay::new([bytes.to_vec()]));
        let error = client.call(&Ping::default()).unwrap_err();
        assert!(
            matches!(&error, Error::Protocol(error) if *error == expected),
            "{error:?}"
        );
        assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
    }
}

#[test]
fn replies_that_nobody_asked_for_are_protocol_errors() {
    let cases = [
        (pong(1), "a CMD_RESPONSE"),
        (Packet::CommandUnknown, "a CMD_UNKNOWN"),
        (CONFIRM, "an EVENT_CONFIRM"),
        (Packet::EventUnknown, "an EVENT_UNKNOWN"),
    ];
    for (packet, what) in cases {
        // Behind the answer to the first call, and so before the second one is sent.
        let replies = [frames(&[pong(7), packet]), frame(pong(8))];
        let mut client = Client::new(Replay::new(replies));
        assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
        let error = client.call(&Ping::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("protocol error: the daemon sent {what} that was not asked for")
        );
        assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
    }

    let mut client = Client::new(Replay::new([frames(&[CONFIRM, pong(7)])]));
    client.subscribe::<Note>().unwrap();
    let error = client.next_event(None).unwrap_err();
    assert!(matches!(
        error,
        Error::Protocol(ProtocolError::Unexpected { .. })
    ));
}

#[test]
fn reply_that_came_before_the_call_is_a_protocol_error() {
    let (sent, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_request("ping");
            daemon.send(pong(1));
            daemon.send(pong(2));
            sent.send(()).unwrap();
            // Nothing is sent any more.
            daemon.expect_end();
        },
        |mut client| {
            assert_eq!(client.call(&Ping::default()).unwrap().number, 1);
            go_on.recv().unwrap();
            let error = client.call(&Ping::default()).unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error:?}");
            assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
        },
    );
}

#[test]
fn end_is_noticed_before_a_request_is_sent() {
    let (left, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            daemon.stream.shutdown(Shutdown::Write).unwrap();
            left.send(()).unwrap();
            daemon.expect_end();
        },
        |mut client| {
            go_on.recv().unwrap();
            assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
        },
    );
}

#[test]
fn confirmation_instead_of_a_response_is_a_protocol_error() {
    let mut client = Client::new(Replay::new([frame(CONFIRM)]));
    let error = client.call(&Ping::default()).unwrap_err();
    assert!(matches!(error, Error::Protocol(_)), "{error:?}");
}

#[test]
fn writing_nothing_is_an_end() {
    struct Full;
    impl std::io::Read for Full {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            panic!("there is nothing to wait for")
        }
    }
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Ok(0)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut client = Client::new(Full);
    assert!(client.call(&Ping::default()).unwrap_err().is_closed());
}

#[test]
fn every_error_that_closes_says_so() {
    for kind in [
        ErrorKind::HostUnreachable,
        ErrorKind::NetworkUnreachable,
        ErrorKind::NetworkDown,
        ErrorKind::PermissionDenied,
        ErrorKind::TimedOut,
        ErrorKind::Other,
    ] {
        struct Failing(ErrorKind);
        impl std::io::Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(self.0.into())
            }
        }
        impl std::io::Write for Failing {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut client = Client::new(Failing(kind));
        let error = client.call(&Ping::default()).unwrap_err();
        assert!(error.is_closed(), "{error:?}");
        assert!(client.is_closed());
    }

    let mut client = Client::new(Replay::new([frame(CONFIRM)]));
    let error = client.call(&Ping::default()).unwrap_err();
    assert!(matches!(error, Error::Protocol(_)) && error.is_closed());
    assert!(client.is_closed());

    // What can't be done closes nothing.
    let error = client.shutdown_handle().unwrap_err();
    assert!(!error.is_closed());
}
