//! Events: their order, their registration, the queue.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::time::{Duration, Instant};

use support::{
    CONFIRM, Item, Note, Ping, REFUSE, Replay, Sent, converse, frame, frames, item, note, notes,
    pong,
};
use vici_client::proto::{EventLimits, Packet, WhenFull};
use vici_client::{Client, Error};

#[test]
fn events_before_between_and_after_a_request_and_its_response() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send_bytes(&frames(&[CONFIRM, note(0)]));
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[note(1), note(2), pong(7), note(3)]));
            daemon.expect_request("ping");
            daemon.send(pong(8));
            daemon.send(note(4));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
            assert_eq!(client.call(&Ping::default()).unwrap().number, 8);
            assert_eq!(notes(&mut client, 5), [0, 1, 2, 3, 4]);
        },
    );
}

#[test]
fn event_before_the_confirm_of_its_own_registration_is_kept() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send_bytes(&frames(&[note(1), CONFIRM, note(2)]));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            assert_eq!(notes(&mut client, 2), [1, 2]);
        },
    );
}

#[test]
fn events_on_the_way_while_unsubscribing_are_kept() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send(CONFIRM);
            daemon.expect_unregister("note");
            daemon.send_bytes(&frames(&[note(1), note(2), CONFIRM]));
            daemon.expect_request("ping");
            daemon.send(pong(3));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            client.unsubscribe::<Note>().unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
            assert_eq!(notes(&mut client, 2), [1, 2]);
        },
    );
}

#[test]
fn subscriptions_are_registered_once_and_counted() {
    let mut client = Client::new(Replay::new([frame(CONFIRM), frame(CONFIRM)]));
    client.subscribe::<Note>().unwrap();
    client.subscribe::<Note>().unwrap();
    client.unsubscribe::<Note>().unwrap();
    assert_eq!(client.get_ref().writes.len(), 1);
    client.unsubscribe_raw("note").unwrap();
    assert_eq!(
        client.get_ref().sent(),
        [
            Sent::Register("note".into()),
            Sent::Unregister("note".into())
        ]
    );
    let error = client.unsubscribe::<Note>().unwrap_err();
    assert!(matches!(error, Error::NotSubscribed { name, .. } if name == "note"));
    assert_eq!(client.get_ref().writes.len(), 2);
}

#[test]
fn unknown_event_is_an_error_with_its_name() {
    let replies = [frame(REFUSE), frame(pong(1)), frame(CONFIRM)];
    let mut client = Client::new(Replay::new(replies));
    let error = client.subscribe_raw("nothing").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the daemon does not know the event `nothing`"
    );
    assert_eq!(client.call(&Ping::default()).unwrap().number, 1);
    // It was not registered, so that it can be tried again.
    client.subscribe_raw("nothing").unwrap();
}

#[test]
fn undecodable_event_is_given_raw_and_the_next_one_works() {
    let bad = Packet::Event {
        name: "note",
        message: b"\x03\x06number\x00\x01x",
    };
    let broken = Packet::Event {
        name: "note",
        message: b"\x03",
    };
    let replies = [frames(&[CONFIRM, bad, broken, note(2)])];
    let mut client = Client::new(Replay::new(replies));
    client.subscribe::<Note>().unwrap();

    let event = client.next_event(None).unwrap().unwrap();
    let error = event.decode::<Note>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "note: number: invalid number: invalid digit found in string (at byte 10)"
    );
    assert_eq!(event.name(), "note");
    assert_eq!(event.bytes(), b"\x03\x06number\x00\x01x");
    assert_eq!(
        event.message().unwrap().get::<String>("number").unwrap(),
        "x"
    );

    let event = client.next_event(None).unwrap().unwrap();
    assert!(matches!(event.message().unwrap_err(), Error::Decode { .. }));
    assert_eq!(notes(&mut client, 1), [2]);
}

#[test]
fn event_is_not_decoded_as_another_one() {
    let mut client = Client::new(Replay::new([frames(&[CONFIRM, note(2)])]));
    client.subscribe::<Note>().unwrap();
    let event = client.next_event(None).unwrap().unwrap();
    assert!(event.is::<Note>());
    let error = event.decode::<Item>().unwrap_err();
    assert_eq!(error.to_string(), "the event is `note`, not `item`");
}

#[test]
fn event_without_a_message_is_an_event() {
    let empty = Packet::Event {
        name: "note",
        message: &[],
    };
    let mut client = Client::new(Replay::new([frames(&[CONFIRM, empty])]));
    client.subscribe::<Note>().unwrap();
    let event = client.next_event(None).unwrap().unwrap();
    assert!(event.message().unwrap().is_empty());
}

#[test]
fn next_event_returns_none_when_the_time_is_over() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send(CONFIRM);
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[note(1), pong(3)]));
            daemon.expect_end();
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            let begin = Instant::now();
            assert_eq!(
                client.next_event(Some(Duration::from_millis(30))).unwrap(),
                None
            );
            assert!(begin.elapsed() >= Duration::from_millis(30));
            assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
            client.call(&Ping::default()).unwrap();
            let event = client.next_event(Some(Duration::ZERO)).unwrap().unwrap();
            assert_eq!(event.decode::<Note>().unwrap().number, 1);
            assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
        },
    );
}

#[test]
fn next_event_of_zero_takes_what_is_there() {
    let (sent, go_on) = std::sync::mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_register("note");
            daemon.send(CONFIRM);
            daemon.send(note(4));
            sent.send(()).unwrap();
            daemon.expect_end();
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            go_on.recv().unwrap();
            let event = client.next_event(Some(Duration::ZERO)).unwrap().unwrap();
            assert_eq!(event.decode::<Note>().unwrap().number, 4);
        },
    );
}

/// A client whose queue holds 10 notes before a call, and what is left of them after it.
fn overfilled(limits: Option<EventLimits>) -> (Vec<u32>, u64) {
    let mut replies: Vec<_> = (0..10).map(note).collect();
    replies.push(pong(7));
    let mut client = Client::new(Replay::new([frame(CONFIRM), frames(&replies)]));
    if let Some(limits) = limits {
        client.set_event_limits(limits);
    }
    client.subscribe::<Note>().unwrap();
    // A full queue never fails a call.
    assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
    let dropped = client.dropped_events();
    let left = notes(&mut client, 10 - usize::try_from(dropped).unwrap());
    (left, dropped)
}

#[test]
fn full_queue_drops_the_oldest_and_counts_them() {
    assert_eq!(overfilled(None), ((0..10).collect(), 0));
    let limits = EventLimits::new(3, usize::MAX, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![7, 8, 9], 7));
    // A note has 4 bytes of name and 11 of message.
    let limits = EventLimits::new(usize::MAX, 31, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![8, 9], 8));
}

#[test]
fn full_queue_drops_the_newest_if_the_caller_wants() {
    let limits = EventLimits::new(3, usize::MAX, WhenFull::DropNewest);
    assert_eq!(overfilled(Some(limits)), (vec![0, 1, 2], 7));
    let limits = EventLimits::new(usize::MAX, 31, WhenFull::DropNewest);
    assert_eq!(overfilled(Some(limits)), (vec![0, 1], 8));
}

#[test]
fn queue_without_room_drops_everything() {
    let limits = EventLimits::new(0, usize::MAX, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![], 10));
    let limits = EventLimits::new(usize::MAX, 14, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![], 10));
}

#[test]
fn lower_limits_drop_what_is_beyond_them() {
    let events: Vec<_> = (0..5).map(note).collect();
    let replies = [frame(CONFIRM), [frames(&events), frame(pong(1))].concat()];
    let mut client = Client::new(Replay::new(replies));
    client.subscribe::<Note>().unwrap();
    client.call(&Ping::default()).unwrap();
    client.set_event_limits(EventLimits::new(2, usize::MAX, WhenFull::DropOldest));
    assert_eq!(client.dropped_events(), 3);
    assert_eq!(notes(&mut client, 2), [3, 4]);
}

#[test]
fn default_limits_are_65536_events_and_16_mib() {
    let limits = EventLimits::default();
    assert_eq!(limits.max_events, 65_536);
    assert_eq!(limits.max_bytes, 16 * 1024 * 1024);
    assert_eq!(limits.when_full, WhenFull::DropOldest);
}

#[test]
fn caller_that_reads_no_events_never_blocks_a_command() {
    // Far more than the buffers of the socket hold.
    const EVENTS: usize = 200_000;
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send(CONFIRM);
            let some = frames(&[note(1); 1000]);
            for _ in 0..EVENTS / 1000 {
                daemon.send_bytes(&some);
            }
            daemon.expect_request("ping");
            daemon.send(pong(3));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
            assert_eq!(client.dropped_events(), (EVENTS - 65_536) as u64);
        },
    );
}

#[test]
fn events_that_came_before_the_end_are_given_before_the_error() {
    let mut client = Client::new(Replay::new([frames(&[CONFIRM, note(1), note(2)])]));
    client.subscribe::<Note>().unwrap();
    assert!(client.call(&Ping::default()).unwrap_err().is_closed());
    assert_eq!(notes(&mut client, 2), [1, 2]);
    assert!(client.next_event(None).unwrap_err().is_closed());
}

#[test]
fn event_that_nobody_asked_for_does_no_harm() {
    let replies = [frames(&[item(1), pong(3)])];
    let mut client = Client::new(Replay::new(replies));
    assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
    assert_eq!(client.next_event(None).unwrap().unwrap().name(), "item");
}
