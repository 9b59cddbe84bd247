//! The session by itself, fed with bytes: an example of what each promise looks like on the wire.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod wire {
    use vici_client::proto::{FrameReader, Outcome, Packet, Session};

    /// The packets that wait to be sent, sent.
    pub(crate) fn sent(session: &mut Session) -> Vec<String> {
        let mut bytes = Vec::new();
        while !session.transmit().is_empty() {
            let piece = session.transmit().len();
            bytes.extend_from_slice(session.transmit());
            session.sent(piece);
        }
        let mut reader = FrameReader::new();
        reader.buffer()[..bytes.len()].copy_from_slice(&bytes);
        reader.advance(bytes.len());
        let mut packets = Vec::new();
        while let Some(frame) = reader.next_frame().expect("frames") {
            packets.push(match Packet::decode(frame).expect("a packet") {
                Some(Packet::CommandRequest { name, .. }) => format!("request {name}"),
                Some(Packet::EventRegister { name }) => format!("register {name}"),
                Some(Packet::EventUnregister { name }) => format!("unregister {name}"),
                other => panic!("a client does not send {other:?}"),
            });
        }
        packets
    }

    pub(crate) fn receive(session: &mut Session, packets: &[Packet<'_>]) {
        let mut bytes = Vec::new();
        for packet in packets {
            packet.encode(&mut bytes).expect("a packet");
        }
        session.buffer()[..bytes.len()].copy_from_slice(&bytes);
        session.advance(bytes.len());
    }

    /// What has come, in words.
    pub(crate) fn polled(session: &mut Session) -> Vec<String> {
        let mut replies = Vec::new();
        while let Some(reply) = session.poll().expect("no fault") {
            let message = session.message(&reply);
            replies.push(match reply.outcome {
                Outcome::Item | Outcome::Response => format!("{:?}({message:?})", reply.outcome),
                other => format!("{other:?}"),
            });
        }
        replies
    }
}

use vici_client::proto::{
    FrameReader, MAX_FRAME_LEN, MAX_GIVEN_UP, Outcome, Packet, ProtocolError, Session,
};
use wire::{polled, receive, sent};

const ONE: Packet<'_> = Packet::CommandResponse { message: &[1] };
const TWO: Packet<'_> = Packet::CommandResponse { message: &[2] };
const FENCE: &str = "unregister vici-client-fence";

fn event(name: &str) -> Packet<'_> {
    Packet::Event {
        name,
        message: &[7],
    }
}

#[test]
fn several_requests_are_answered_in_order() {
    let mut session = Session::new();
    let first = session.request("first", &[]).unwrap();
    let second = session.request("second", &[]).unwrap();
    assert_eq!(
        sent(&mut session),
        ["request first", FENCE, "request second"]
    );

    receive(&mut session, &[ONE, Packet::EventUnknown, TWO]);
    let reply = session.poll().unwrap().unwrap();
    assert_eq!((reply.id, reply.outcome), (first, Outcome::Response));
    // The messages of all replies are there until the buffer is asked for.
    let other = session.poll().unwrap().unwrap();
    assert_eq!((other.id, other.outcome), (second, Outcome::Response));
    assert_eq!(session.message(&reply), [1]);
    assert_eq!(session.message(&other), [2]);
    assert_eq!(session.poll().unwrap(), None);
}

#[test]
fn dropped_response_of_several_requests_is_found() {
    let mut session = Session::new();
    session.request("first", &[]).unwrap();
    session.request("second", &[]).unwrap();
    sent(&mut session);
    receive(&mut session, &[Packet::EventUnknown, TWO]);
    assert_eq!(polled(&mut session), ["Dropped", "Response([2])"]);
}

#[test]
fn stream_is_registered_then_run_and_ended() {
    let mut session = Session::new();
    session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), ["register item"]);
    assert!(session.transmit().is_empty());
    receive(&mut session, &[Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    assert_eq!(sent(&mut session), ["request list", "unregister item"]);
    receive(
        &mut session,
        &[event("item"), event("other"), event("item"), ONE],
    );
    assert_eq!(
        polled(&mut session),
        ["Item([7])", "Item([7])", "Response([1])"]
    );
    receive(&mut session, &[event("item"), Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    assert_eq!(session.next_event().unwrap().name, "other");
    // What comes between the response and the end of the registration is nobody's.
    assert_eq!(session.next_event(), None);
}

#[test]
fn several_streams_of_one_event_keep_their_items_apart() {
    let mut session = Session::new();
    let first = session.stream("list", "item", &[]).unwrap();
    let second = session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), ["register item"]);
    receive(&mut session, &[Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    // The second is not sent before its own registration is confirmed.
    assert_eq!(
        sent(&mut session),
        ["request list", "unregister item", "register item"]
    );
    receive(
        &mut session,
        &[
            event("item"),
            ONE,
            Packet::EventConfirm,
            Packet::EventConfirm,
        ],
    );
    let ids: Vec<_> =
        std::iter::from_fn(|| session.poll().unwrap().map(|reply| reply.id)).collect();
    assert_eq!(ids, [first, first]);
    assert_eq!(sent(&mut session), ["request list", "unregister item"]);
    receive(&mut session, &[event("item"), TWO, Packet::EventConfirm]);
    let ids: Vec<_> =
        std::iter::from_fn(|| session.poll().unwrap().map(|reply| reply.id)).collect();
    assert_eq!(ids, [second, second]);
}

#[test]
fn stream_of_an_unknown_event_is_not_sent() {
    let mut session = Session::new();
    session.stream("list", "item", &[]).unwrap();
    session.request("next", &[]).unwrap();
    assert_eq!(sent(&mut session), ["register item"]);
    receive(&mut session, &[Packet::EventUnknown]);
    assert_eq!(polled(&mut session), ["UnknownEvent"]);
    assert_eq!(sent(&mut session), ["request next"]);
    receive(&mut session, &[ONE]);
    assert_eq!(polled(&mut session), ["Response([1])"]);
}

#[test]
fn abandoned_request_is_skipped_or_taken_back() {
    let mut session = Session::new();
    let first = session.request("first", &[]).unwrap();
    assert_eq!(sent(&mut session), ["request first"]);
    session.abandon(first);
    let second = session.request("second", &[]).unwrap();
    session.abandon(second);
    session.request("third", &[]).unwrap();
    assert_eq!(sent(&mut session), [FENCE, "request third"]);
    receive(&mut session, &[ONE, Packet::EventUnknown, TWO]);
    assert_eq!(polled(&mut session), ["Response([2])"]);
    // Twice is once.
    session.abandon(first);
}

#[test]
fn event_is_registered_once_for_all() {
    let mut session = Session::new();
    session.register("log").unwrap();
    session.register("log").unwrap();
    assert_eq!(sent(&mut session), ["register log"]);
    receive(&mut session, &[event("log"), Packet::EventConfirm]);
    assert_eq!(polled(&mut session), ["Confirmed", "Confirmed"]);
    session.register("log").unwrap();
    assert_eq!(polled(&mut session), ["Confirmed"]);
    assert_eq!(session.registrations().collect::<Vec<_>>(), ["log"]);

    session.unregister("log").unwrap();
    session.unregister("log").unwrap();
    assert_eq!(polled(&mut session), ["Confirmed", "Confirmed"]);
    assert!(session.transmit().is_empty());
    session.unregister("log").unwrap();
    assert_eq!(sent(&mut session), ["unregister log"]);
    receive(&mut session, &[Packet::EventConfirm]);
    assert_eq!(polled(&mut session), ["Confirmed"]);
    session.unregister("log").unwrap();
    assert_eq!(polled(&mut session), ["UnknownEvent"]);
    assert!(session.transmit().is_empty());
}

#[test]
fn sending_in_parts_keeps_the_order() {
    let mut whole = Session::new();
    whole.request("first", b"message").unwrap();
    whole.register("log").unwrap();
    let bytes = whole.transmit().to_vec();

    let mut session = Session::new();
    session.request("first", b"message").unwrap();
    let mut parts = Vec::new();
    while let Some(&byte) = session.transmit().first() {
        parts.push(byte);
        session.sent(1);
        if parts.len() == 5 {
            session.register("log").unwrap();
        }
    }
    assert_eq!(parts, bytes);
}

#[test]
fn what_can_not_be_sent_leaves_no_trace() {
    let mut session = Session::new();
    let long = "x".repeat(256);
    assert_eq!(
        session.request(&long, &[]),
        Err(ProtocolError::NameTooLong { len: 256 })
    );
    assert!(matches!(
        session.register("a\u{7f}"),
        Err(ProtocolError::NameNotPrintable { .. })
    ));
    let message = vec![0; MAX_FRAME_LEN - 5];
    assert_eq!(
        session.request("long", &message),
        Err(ProtocolError::FrameTooLong {
            len: MAX_FRAME_LEN + 1
        })
    );
    assert!(session.stream(&long, "item", &[]).is_err());
    assert!(session.stream("list", &long, &[]).is_err());
    assert!(session.transmit().is_empty());
    assert!(session.registrations().next().is_none());

    session.request("long", &message[1..]).unwrap();
    assert_eq!(session.transmit().len(), 4 + MAX_FRAME_LEN);
}

#[test]
fn fault_closes_the_session_for_good() {
    let mut session = Session::new();
    session.register("log").unwrap();
    sent(&mut session);
    receive(
        &mut session,
        &[Packet::EventConfirm, event("log"), ONE, event("log")],
    );
    assert!(session.poll().is_ok());
    let unexpected = ProtocolError::Unexpected {
        what: "a CMD_RESPONSE",
    };
    assert_eq!(session.poll().unwrap_err(), unexpected);
    assert!(session.is_closed());
    assert_eq!(session.poll(), Ok(None));
    assert_eq!(session.request("x", &[]), Err(ProtocolError::Closed));
    assert_eq!(session.register("x"), Err(ProtocolError::Closed));
    assert!(session.transmit().is_empty());
    assert!(session.next_event().is_some());
}

#[test]
fn restart_registers_again_and_keeps_the_queue() {
    let mut session = Session::new();
    session.register("log").unwrap();
    session.register("alert").unwrap();
    session.request("lost", &[]).unwrap();
    sent(&mut session);
    receive(
        &mut session,
        &[Packet::EventConfirm, Packet::EventConfirm, event("log")],
    );
    assert_eq!(polled(&mut session).len(), 2);
    session.buffer()[..2].fill(0);
    session.advance(2);
    session.close();

    let ids = session.restart();
    assert_eq!(sent(&mut session), ["register alert", "register log"]);
    receive(&mut session, &[Packet::EventUnknown, Packet::EventConfirm]);
    let reply = session.poll().unwrap().unwrap();
    assert_eq!((reply.id, reply.outcome), (ids[0], Outcome::UnknownEvent));
    assert_eq!(polled(&mut session), ["Confirmed"]);
    assert_eq!(session.registrations().collect::<Vec<_>>(), ["log"]);
    assert_eq!(session.next_event().unwrap().name, "log");
}

#[test]
fn skipped_packets_are_counted() {
    let mut session = Session::new();
    let frames = b"\x00\x00\x00\x00\x00\x00\x00\x01\x09\x00\x00\x00\x02\x03\x00";
    session.buffer()[..frames.len()].copy_from_slice(frames);
    session.advance(frames.len());
    assert_eq!(session.poll(), Ok(None));
    assert_eq!(session.ignored_packets(), 3);
}

#[test]
fn packets_are_these_bytes() {
    let name = "ab";
    let message: &[u8] = &[9];
    let table: [(Packet<'_>, &[u8]); 8] = [
        (
            Packet::CommandRequest { name, message },
            b"\0\0\0\x05\x00\x02ab\x09",
        ),
        (Packet::CommandResponse { message }, b"\0\0\0\x02\x01\x09"),
        (Packet::CommandUnknown, b"\0\0\0\x01\x02"),
        (Packet::EventRegister { name }, b"\0\0\0\x04\x03\x02ab"),
        (Packet::EventUnregister { name }, b"\0\0\0\x04\x04\x02ab"),
        (Packet::EventConfirm, b"\0\0\0\x01\x05"),
        (Packet::EventUnknown, b"\0\0\0\x01\x06"),
        (Packet::Event { name, message }, b"\0\0\0\x05\x07\x02ab\x09"),
    ];
    for (packet, bytes) in table {
        let mut encoded = Vec::new();
        packet.encode(&mut encoded).unwrap();
        assert_eq!(encoded, bytes);
        assert_eq!(Packet::decode(&bytes[4..]), Ok(Some(packet)));
        // Every named packet that is cut inside of its name is refused.
        if bytes.len() >= 8 {
            for end in 5..8 {
                assert_eq!(
                    Packet::decode(&bytes[4..end]),
                    Err(ProtocolError::NameTruncated)
                );
            }
        }
    }
    assert_eq!(Packet::decode(&[]), Ok(None));
    assert_eq!(Packet::decode(&[8, 1, 2]), Ok(None));
}

#[test]
fn frame_split_anywhere_is_put_together() {
    let frames = b"\0\0\0\x03abc\0\0\0\0\0\0\0\x01d";
    for first in 0..=frames.len() {
        for second in first..=frames.len() {
            let mut reader = FrameReader::new();
            let mut payloads = Vec::new();
            for part in [&frames[..first], &frames[first..second], &frames[second..]] {
                reader.buffer()[..part.len()].copy_from_slice(part);
                reader.advance(part.len());
                while let Some(payload) = reader.next_frame().unwrap() {
                    payloads.push(payload.to_vec());
                }
            }
            assert_eq!(payloads, [b"abc".to_vec(), vec![], b"d".to_vec()]);
        }
    }
}

#[test]
fn buffer_is_small_where_little_comes_and_grows_where_much_does() {
    let frame = [0; 4];
    let mut reader = FrameReader::new();
    for _ in 0..1000 {
        let room = reader.buffer();
        assert_eq!(room.len(), 2 * 1024);
        room[..4].copy_from_slice(&frame);
        reader.advance(4);
        while reader.next_frame().unwrap().is_some() {}
    }
    let mut sizes = Vec::new();
    for _ in 0..8 {
        // All of it is full: whole frames, or the beginning of one.
        let room = reader.buffer();
        sizes.push(room.len());
        room.fill(0);
        let len = room.len();
        reader.advance(len);
        while reader.next_frame().unwrap().is_some() {}
    }
    let expected = [2, 4, 8, 16, 32, 32, 32, 32];
    assert_eq!(sizes, expected.map(|size| size * 1024));
}

#[test]
fn advance_beyond_the_buffer_counts_as_all_of_it() {
    let mut reader = FrameReader::new();
    let room = reader.buffer().len();
    reader.advance(usize::MAX);
    assert_eq!(reader.next_frame(), Ok(Some(&[][..])));
    assert!(room > 4);
}

#[test]
fn stream_of_an_event_that_was_confirmed_once_waits_for_nothing() {
    let mut session = Session::new();
    let whole = ["register item", "request list", "unregister item"];
    let stream = session.stream("list", "item", &[]).unwrap();
    assert!(session.is_held(stream));
    assert_eq!(sent(&mut session), whole[..1]);
    receive(&mut session, &[Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    assert!(!session.is_held(stream));
    assert_eq!(sent(&mut session), whole[1..]);
    session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), whole);

    // Nor does one of an event that the caller knows to be there.
    let mut session = Session::new();
    session.trust_event("item");
    session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), whole);
    receive(
        &mut session,
        &[
            Packet::EventConfirm,
            event("item"),
            ONE,
            Packet::EventConfirm,
        ],
    );
    assert_eq!(polled(&mut session), ["Item([7])", "Response([1])"]);

    // What another daemon knows is not known.
    session.restart();
    session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), whole[..1]);
}

#[test]
fn trusted_event_that_is_unknown_ends_the_stream_though_it_was_sent() {
    let mut session = Session::new();
    session.trust_event("item");
    session.stream("list", "item", &[]).unwrap();
    session.stream("list", "item", &[]).unwrap();
    sent(&mut session);
    let unknown = Packet::EventUnknown;
    receive(
        &mut session,
        &[unknown, ONE, unknown, unknown, TWO, unknown],
    );
    assert_eq!(polled(&mut session), ["UnknownEvent", "UnknownEvent"]);
    assert!(session.is_idle());
    // From now on it is waited for.
    session.stream("list", "item", &[]).unwrap();
    assert_eq!(sent(&mut session), ["register item"]);
}

#[test]
fn fence_tells_of_a_dropped_response_though_nothing_follows() {
    let mut session = Session::new();
    session.request("get", &[]).unwrap();
    session.fence().unwrap();
    // Once is enough, also between two commands.
    session.fence().unwrap();
    session.request("next", &[]).unwrap();
    assert_eq!(sent(&mut session), ["request get", FENCE, "request next"]);
    receive(&mut session, &[Packet::EventUnknown, TWO]);
    assert_eq!(polled(&mut session), ["Dropped", "Response([2])"]);
}

#[test]
fn whatever_was_not_sent_is_taken_back() {
    type Begin = fn(&mut Session) -> vici_client::proto::RequestId;
    let begin: [(Begin, &[&str]); 4] = [
        (
            |session| session.request("call", &[]).unwrap(),
            &["request call"],
        ),
        (
            |session| {
                let id = session.request("get", &[]).unwrap();
                session.fence().unwrap();
                id
            },
            &["request get", FENCE],
        ),
        (
            |session| {
                session.trust_event("item");
                session.stream("list", "item", &[]).unwrap()
            },
            &["register item", "request list", "unregister item"],
        ),
        (
            |session| session.register("log").unwrap(),
            &["register log"],
        ),
    ];
    for (begin, alone) in begin {
        // By itself, in front of another, behind one, and between two.
        let mut session = Session::new();
        let id = begin(&mut session);
        assert_eq!(session.open_requests().collect::<Vec<_>>(), [id]);
        session.abandon(id);
        assert!(session.transmit().is_empty() && session.is_idle());
        assert_eq!(session.registrations().count(), 0);
        assert_eq!(session.unanswered(), 0);

        let id = begin(&mut session);
        session.request("next", &[]).unwrap();
        session.abandon(id);
        assert_eq!(sent(&mut session), ["request next"]);

        let id = begin(&mut session);
        session.abandon(id);
        assert!(session.transmit().is_empty(), "{alone:?}");

        let id = begin(&mut session);
        session.request("last", &[]).unwrap();
        session.abandon(id);
        // Two commands are kept apart, by whatever is there.
        let rest = sent(&mut session);
        assert!(!rest[0].starts_with("request"), "{rest:?}");
        assert_eq!(rest[1], "request last");
        if rest[0] == "register log" {
            assert_eq!(rest[2..], ["unregister log"]);
        } else {
            assert_eq!(rest.len(), 2, "{rest:?}");
        }

        // What has been sent in part stays.
        let mut session = Session::new();
        let id = begin(&mut session);
        let bytes = session.transmit().to_vec();
        session.sent(1);
        session.abandon(id);
        let rest = session.transmit().to_vec();
        assert!(
            !rest.is_empty() && bytes[1..].starts_with(&rest[..1]),
            "{alone:?}"
        );
    }
}

#[test]
fn abandoned_registration_that_others_build_on_is_ended_behind_them() {
    let mut session = Session::new();
    let id = session.register("item").unwrap();
    session.stream("list", "item", &[]).unwrap();
    session.abandon(id);
    assert_eq!(session.registrations().count(), 0);
    assert_eq!(sent(&mut session), ["register item"]);
    receive(&mut session, &[Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    assert_eq!(sent(&mut session), ["request list", "unregister item"]);
    receive(&mut session, &[event("item"), ONE, Packet::EventConfirm]);
    assert_eq!(polled(&mut session), ["Item([7])", "Response([1])"]);
    assert!(session.is_idle());
}

#[test]
fn abandoned_request_leaves_nothing_to_poll() {
    let mut session = Session::new();
    session.trust_event("item");
    let stream = session.stream("list", "item", &[]).unwrap();
    session.request("next", &[]).unwrap();
    sent(&mut session);
    receive(
        &mut session,
        &[
            Packet::EventConfirm,
            event("item"),
            event("item"),
            ONE,
            Packet::EventConfirm,
            TWO,
        ],
    );
    // The response is taken out of the buffer with the second item, if that is asked for.
    let reply = session.poll().unwrap().unwrap();
    assert_eq!((reply.id, reply.outcome), (stream, Outcome::Item));
    session.abandon(stream);
    assert_eq!(polled(&mut session), ["Response([2])"]);
    assert!(session.is_idle());
}

#[test]
fn registration_that_is_abandoned_before_its_confirmation_is_polled_is_ended() {
    let mut session = Session::new();
    let first = session.register("log").unwrap();
    sent(&mut session);
    receive(&mut session, &[Packet::EventConfirm]);
    let reply = session.poll().unwrap().unwrap();
    assert_eq!((reply.id, reply.outcome), (first, Outcome::Confirmed));
    // It is answered without a byte.
    let second = session.register("log").unwrap();
    session.abandon(second);
    // The first was heard of, and stays.
    session.abandon(first);
    assert!(session.is_idle());
    session.release("log");
    assert_eq!(sent(&mut session), ["unregister log"]);
    assert_eq!(session.registrations().count(), 0);
}

#[test]
fn registration_is_given_back_without_a_reply() {
    let mut session = Session::new();
    session.register("log").unwrap();
    session.register("log").unwrap();
    sent(&mut session);
    receive(&mut session, &[Packet::EventConfirm]);
    assert_eq!(polled(&mut session).len(), 2);
    session.release("log");
    session.release("never");
    assert!(session.transmit().is_empty());
    session.release("log");
    assert_eq!(sent(&mut session), ["unregister log"]);
    receive(&mut session, &[event("log"), Packet::EventConfirm]);
    assert!(polled(&mut session).is_empty());
    // It was still wanted when it was raised.
    assert!(session.next_event().is_some());
    assert!(session.is_idle());

    // On a closed session it does not come back.
    session.register("log").unwrap();
    session.close();
    session.release("log");
    assert!(session.restart().is_empty());
}

#[test]
fn requests_that_are_open_at_the_end_are_named() {
    let mut session = Session::new();
    session.trust_event("item");
    let first = session.request("first", &[]).unwrap();
    let stream = session.stream("list", "item", &[]).unwrap();
    let log = session.register("log").unwrap();
    let again = session.register("log").unwrap();
    let abandoned = session.request("abandoned", &[]).unwrap();
    sent(&mut session);
    session.abandon(abandoned);
    receive(&mut session, &[ONE, Packet::EventConfirm, event("item")]);
    assert_eq!(polled(&mut session), ["Response([1])", "Item([7])"]);
    let open: Vec<_> = session.open_requests().collect();
    assert_eq!(open, [stream, log, again]);
    assert!(!open.contains(&first));

    session.close();
    session.close();
    let mut ends = Vec::new();
    while let Some(reply) = session.poll().unwrap() {
        ends.push((reply.id, reply.outcome));
        assert!(session.message(&reply).is_empty());
    }
    let closed = [stream, log, again].map(|id| (id, Outcome::Closed));
    assert_eq!(ends, closed);
    assert!(session.is_idle());
}

#[test]
fn daemon_that_answers_nothing_any_more_is_left() {
    let mut session = Session::new();
    let waiting = session.request("waiting", &[]).unwrap();
    let mut given_up = 0;
    while !session.is_closed() {
        let id = match given_up % 3 {
            0 => session.request("call", &[]).unwrap(),
            1 => session.stream("list", "item", &[]).unwrap(),
            _ => session.register("log").unwrap(),
        };
        sent(&mut session);
        session.abandon(id);
        given_up += 1;
        assert!(session.unanswered() <= 3 * given_up + 1);
        assert!(given_up <= MAX_GIVEN_UP + 1);
    }
    assert_eq!(given_up, MAX_GIVEN_UP + 1);
    assert_eq!(session.unanswered(), 0);
    let error = session.poll().unwrap_err();
    assert_eq!(error, ProtocolError::Unresponsive { given_up });
    let end = session.poll().unwrap().unwrap();
    assert_eq!((end.id, end.outcome), (waiting, Outcome::Closed));
    assert_eq!(session.poll(), Ok(None));
    assert_eq!(session.request("x", &[]), Err(ProtocolError::Closed));

    // As long as it answers, as many may be given up as there are.
    let mut session = Session::new();
    for _ in 0..2 * MAX_GIVEN_UP {
        let id = session.request("call", &[]).unwrap();
        sent(&mut session);
        session.abandon(id);
        let fence = session.unanswered() > 1;
        receive(
            &mut session,
            if fence {
                &[Packet::EventUnknown, ONE]
            } else {
                &[ONE]
            },
        );
        assert!(polled(&mut session).is_empty());
    }
    // What was not sent does not count.
    for _ in 0..2 * MAX_GIVEN_UP {
        let id = session.request("call", &[]).unwrap();
        session.abandon(id);
    }
    assert!(!session.is_closed() && session.is_idle());
}

#[test]
fn so_many_are_on_their_way_at_a_time() {
    let mut session = Session::new();
    session.set_max_in_flight(Some(0));
    let first = session.request("first", &[]).unwrap();
    let second = session.request("second", &[]).unwrap();
    session.request("third", &[]).unwrap();
    // What may prove that a response was dropped goes with it.
    assert_eq!(sent(&mut session), ["request first", FENCE]);
    session.abandon(second);
    session.abandon(first);
    receive(&mut session, &[ONE]);
    assert!(polled(&mut session).is_empty());
    assert!(session.transmit().is_empty());
    receive(&mut session, &[Packet::EventUnknown]);
    assert!(polled(&mut session).is_empty());
    assert_eq!(sent(&mut session), ["request third"]);
    session.register("log").unwrap();
    session.register("alert").unwrap();
    assert_eq!(sent(&mut session), ["register log"]);
    session.set_max_in_flight(None);
    assert_eq!(sent(&mut session), ["register alert"]);
}

#[test]
#[should_panic(expected = "after the buffer was given out")]
#[cfg(debug_assertions)]
fn message_that_is_gone_is_a_mistake_of_the_driver() {
    let mut session = Session::new();
    session.request("first", &[]).unwrap();
    sent(&mut session);
    receive(&mut session, &[ONE]);
    let reply = session.poll().unwrap().unwrap();
    session.buffer();
    session.message(&reply);
}
