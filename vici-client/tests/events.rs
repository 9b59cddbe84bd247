//! Events: their order, their registration, the queue.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use support::{
    CONFIRM, Item, Note, Peer, Ping, REFUSE, Replay, Sent, converse, frame, frames, item, note,
    notes, pong,
};
use vici_client::proto::{EventLimits, Packet, QueuedEvent, Session, WhenFull};
use vici_client::{Client, Error, RawEvent};

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

/// What a note takes: two places in a buffer and two blocks, on a machine of 64 bits.
const NOTE: usize = 2 * 48 + 16 + 32;

#[test]
fn full_queue_drops_the_oldest_and_counts_them() {
    assert_eq!(overfilled(None), ((0..10).collect(), 0));
    let limits = EventLimits::new(3, usize::MAX, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![7, 8, 9], 7));
    // A note has 4 bytes of name and 11 of message, and takes ten times that.
    let limits = EventLimits::new(usize::MAX, 2 * NOTE + 1, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![8, 9], 8));
}

#[test]
fn full_queue_drops_the_newest_if_the_caller_wants() {
    let limits = EventLimits::new(3, usize::MAX, WhenFull::DropNewest);
    assert_eq!(overfilled(Some(limits)), (vec![0, 1, 2], 7));
    let limits = EventLimits::new(usize::MAX, 2 * NOTE + 1, WhenFull::DropNewest);
    assert_eq!(overfilled(Some(limits)), (vec![0, 1], 8));
}

#[test]
fn queue_without_room_drops_everything() {
    let limits = EventLimits::new(0, usize::MAX, WhenFull::DropOldest);
    assert_eq!(overfilled(Some(limits)), (vec![], 10));
    let limits = EventLimits::new(usize::MAX, NOTE - 1, WhenFull::DropOldest);
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

#[test]
fn limit_in_bytes_is_for_all_that_events_take() {
    let mut session = Session::new();
    let limit = 1 << 20;
    session.set_event_limits(EventLimits::new(usize::MAX, limit, WhenFull::DropOldest));
    let tiny = frame(Packet::Event {
        name: "e",
        message: &[],
    });
    for _ in 0..limit / tiny.len() {
        session.buffer()[..tiny.len()].copy_from_slice(&tiny);
        session.advance(tiny.len());
        assert_eq!(session.poll(), Ok(None));
    }
    let least = size_of::<QueuedEvent>() + 1;
    assert!(session.queued_events() * least <= limit);
    assert!(session.dropped_events() > 0);
}

#[test]
fn events_of_one_kind_are_taken_and_others_stay() {
    let (asked, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            for event in ["note", "item"] {
                daemon.expect_register(event);
                daemon.send(CONFIRM);
            }
            daemon.expect_request("ping");
            let queued = [note(1), item(2), note(3), item(4), pong(7)];
            daemon.send_bytes(&frames(&queued));
            go_on.recv().unwrap();
            daemon.send_bytes(&frames(&[note(5), item(6)]));
            daemon.expect_end();
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            client.subscribe::<Item>().unwrap();
            client.call(&Ping::default()).unwrap();

            let look = Some(Duration::ZERO);
            let mut items = Vec::new();
            while let Some(item) = client.next_event_of::<Item>(look).unwrap() {
                items.push(item.number);
            }
            assert_eq!(items, [2, 4]);
            asked.send(()).unwrap();
            // It waits for what is not there yet, past a note.
            assert_eq!(
                client.next_event_of::<Item>(None).unwrap().unwrap().number,
                6
            );
            let raw = client.next_event_named("note", None).unwrap().unwrap();
            assert_eq!(raw.decode::<Note>().unwrap().number, 1);
            assert_eq!(notes(&mut client, 2), [3, 5]);
            assert_eq!(client.next_event_named("other", look).unwrap(), None);
            drop(client);
        },
    );
}

#[test]
fn event_of_one_kind_that_does_not_decode_is_an_error_with_its_bytes() {
    let bad = Packet::Event {
        name: "note",
        message: b"\x03\x06number\x00\x01x",
    };
    let replies = [frames(&[CONFIRM, bad, note(2)])];
    let mut client = Client::new(Replay::new(replies));
    client.subscribe::<Note>().unwrap();
    let error = client.next_event_of::<Note>(None).unwrap_err();
    assert!(matches!(error, Error::Decode { raw, .. } if raw.len() == 11));
    assert_eq!(
        client.next_event_of::<Note>(None).unwrap().unwrap().number,
        2
    );
}

#[test]
fn events_can_be_iterated() {
    let replies = [frames(&[CONFIRM, note(1), note(2), note(3)])];
    let mut client = Client::new(Replay::new(replies));
    client.subscribe::<Note>().unwrap();
    let number = |event: Result<RawEvent, Error>| event.unwrap().decode::<Note>().unwrap().number;
    let first: Vec<u32> = client.events(None).take(2).map(number).collect();
    assert_eq!(first, [1, 2]);
    // The end of the connection is the last item.
    let mut events = client.events(None);
    assert_eq!(events.next().map(number), Some(3));
    assert!(events.next().unwrap().unwrap_err().is_closed());
    assert!(events.next().is_none());

    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut daemon = Peer::new(theirs);
    let mut client = Client::new(ours);
    daemon.send_bytes(&frames(&[note(1), note(2)]));
    let all: Vec<u32> = client.events(Some(Duration::ZERO)).map(number).collect();
    assert_eq!(all, [1, 2]);
}
