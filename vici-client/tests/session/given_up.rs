//! What is abandoned, given back, or never answered.

use vici_client::proto::{MAX_GIVEN_UP, Outcome, Packet, ProtocolError, Session};

use crate::wire::{FENCE, ONE, TWO, event, polled, receive, sent};

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
