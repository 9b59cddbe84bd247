//! Which answer belongs to whom, and what is sent when.

use vici_client::proto::{MAX_FRAME_LEN, Outcome, Packet, ProtocolError, Session};

use crate::wire::{FENCE, ONE, TWO, event, polled, receive, sent};

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
