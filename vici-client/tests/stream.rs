//! Streams, in every way they can end.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use support::{
    CONFIRM, Done, EMPTY, Gather, Item, ListItems, Note, OK, Peer, Ping, REFUSE, Replay, Sent,
    converse, frame, frames, item, note, notes, pong,
};
use vici_client::proto::Packet;
use vici_client::{Client, Error, Message};

fn numbers(items: impl Iterator<Item = vici_client::Result<Item>>) -> Vec<u32> {
    items.map(|item| item.unwrap().number).collect()
}

/// The daemon's part of a whole stream.
fn serve_items(daemon: &mut Peer, items: &[u8]) {
    daemon.expect_register("item");
    daemon.send(CONFIRM);
    daemon.expect_request("list-items");
    for number in items {
        daemon.send(item(*number));
    }
    daemon.send(EMPTY);
    daemon.expect_unregister("item");
    daemon.send(CONFIRM);
}

fn serve_ping(daemon: &mut Peer, number: u8) {
    daemon.expect_request("ping");
    daemon.send(pong(number));
}

#[test]
fn stream_yields_each_item_and_the_response() {
    converse(
        |daemon| {
            serve_items(daemon, &[1, 2, 3]);
            serve_items(daemon, &[4]);
            serve_ping(daemon, 5);
            daemon.expect_end();
        },
        |mut client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(numbers(&mut items), [1, 2, 3]);
            assert!(items.next().is_none());
            assert_eq!(items.finish().unwrap(), Done {});
            assert_eq!(numbers(client.stream(&ListItems::default()).unwrap()), [4]);
            assert_eq!(client.call(&Ping::default()).unwrap().number, 5);
        },
    );
}

#[test]
fn command_is_sent_before_the_first_item_is_taken() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            daemon.expect_unregister("item");
            daemon.expect_end();
        },
        |mut client| drop(client.stream(&ListItems::default()).unwrap()),
    );
}

#[test]
fn stream_dropped_at_any_point_leaves_the_connection_in_step() {
    for taken in 0..=4 {
        converse(
            |daemon| {
                serve_items(daemon, &[1, 2, 3]);
                serve_ping(daemon, 7);
                serve_items(daemon, &[4, 5]);
            },
            |mut client| {
                let mut items = client.stream(&ListItems::default()).unwrap();
                let _ = items.by_ref().take(taken).count();
                drop(items);
                assert_eq!(client.call(&Ping::default()).unwrap().number, 7);
                assert_eq!(
                    numbers(client.stream(&ListItems::default()).unwrap()),
                    [4, 5]
                );
                // No item of a dropped stream turns up as an event.
                client.set_timeout(None).unwrap();
                assert!(client.next_event(None).unwrap_err().is_closed());
            },
        );
    }
}

#[test]
fn streams_dropped_one_after_the_other_are_registered_once_each() {
    converse(
        |daemon| {
            for _ in 0..20 {
                serve_items(daemon, &[1, 2, 3]);
            }
            serve_items(daemon, &[4, 5]);
        },
        |mut client| {
            for _ in 0..20 {
                drop(client.stream(&ListItems::default()).unwrap());
            }
            assert_eq!(
                numbers(client.stream(&ListItems::default()).unwrap()),
                [4, 5]
            );
        },
    );
}

#[test]
fn dropping_a_stream_never_blocks() {
    // The daemon answers nothing before the stream is gone.
    let (dropped, go_on) = std::sync::mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            go_on.recv().unwrap();
            daemon.expect_request("list-items");
            daemon.send(item(1));
            daemon.send(EMPTY);
            daemon.expect_unregister("item");
            daemon.send(CONFIRM);
            serve_ping(daemon, 3);
        },
        |mut client| {
            drop(client.stream(&ListItems::default()).unwrap());
            dropped.send(()).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn forgotten_stream_does_no_harm() {
    converse(
        |daemon| {
            serve_items(daemon, &[1, 2]);
            serve_ping(daemon, 3);
        },
        |mut client| {
            std::mem::forget(client.stream(&ListItems::default()).unwrap());
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn unknown_event_is_an_error_and_the_command_is_not_sent() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(REFUSE);
            serve_ping(daemon, 3);
        },
        |mut client| {
            let error = client.stream(&Gather::default()).unwrap_err();
            assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "item"));
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn unknown_event_of_a_command_that_only_lists_is_told_by_the_stream() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.expect_request("list-items");
            daemon.expect_unregister("item");
            daemon.send_bytes(&frames(&[REFUSE, OK, REFUSE]));
            serve_ping(daemon, 3);
            // The next one is known to wait for nothing either.
            serve_items(daemon, &[4]);
        },
        |mut client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            let error = items.next().unwrap().unwrap_err();
            assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "item"));
            assert!(items.next().is_none());
            let error = items.finish().unwrap_err();
            assert!(matches!(error, Error::UnknownEvent { name, .. } if name == "item"));
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
            assert_eq!(numbers(client.stream(&ListItems::default()).unwrap()), [4]);
        },
    );
}

#[test]
fn unknown_command_ends_the_stream_and_the_registration() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            daemon.send(Packet::CommandUnknown);
            daemon.expect_unregister("item");
            daemon.send(CONFIRM);
            serve_items(daemon, &[1]);
        },
        |mut client| {
            let mut items = client.stream(&ListItems::default()).unwrap();
            let error = items.next().unwrap().unwrap_err();
            assert!(matches!(error, Error::UnknownCommand { name, .. } if name == "list-items"));
            assert!(items.next().is_none());
            assert!(matches!(
                items.finish().unwrap_err(),
                Error::UnknownCommand { .. }
            ));
            assert_eq!(numbers(client.stream(&ListItems::default()).unwrap()), [1]);
        },
    );
}

#[test]
fn success_no_is_told_by_finish() {
    let failed = Packet::CommandResponse {
        message: b"\x03\x07success\x00\x02no\x03\x06errmsg\x00\x04busy",
    };
    let replies = [frames(&[CONFIRM, item(1), failed, CONFIRM])];
    let mut client = Client::new(Replay::new(replies.clone()));
    let mut items = client.stream(&ListItems::default()).unwrap();
    assert_eq!(numbers(&mut items), [1]);
    let error = items.finish().unwrap_err();
    assert_eq!(error.to_string(), "`list-items` failed: busy");

    let mut client = Client::new(Replay::new(replies));
    let items = client
        .stream_raw("list-items", "item", &Message::new())
        .unwrap();
    assert!(matches!(
        items.finish().unwrap_err(),
        Error::CommandFailed { errmsg: Some(text), .. } if text == "busy"
    ));
}

#[test]
fn undecodable_item_is_an_error_with_its_bytes_and_the_stream_goes_on() {
    let bad = b"\x03\x06number\x00\x01x";
    let event = Packet::Event {
        name: "item",
        message: bad,
    };
    let reply = frames(&[CONFIRM, item(1), event, item(2), EMPTY, CONFIRM]);
    let mut client = Client::new(Replay::new([reply]));
    let mut items = client.stream(&ListItems::default()).unwrap();
    assert_eq!(items.next().unwrap().unwrap().number, 1);
    match items.next().unwrap().unwrap_err() {
        Error::Decode { name, raw, .. } => {
            assert_eq!(name, "item");
            assert_eq!(*raw, *bad);
            let message: Message = vici_serde::from_slice(&raw).unwrap();
            assert_eq!(message.get::<String>("number").unwrap(), "x");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(numbers(&mut items), [2]);
    items.finish().unwrap();
}

#[test]
fn items_are_read_where_they_lie() {
    #[derive(serde_derive::Deserialize)]
    struct Borrowed<'a> {
        number: &'a str,
    }

    let bad = Packet::Event {
        name: "item",
        message: b"\x03\x05digit\x00\x01x",
    };
    let reply = frames(&[CONFIRM, item(1), bad, item(2), item(3), EMPTY, CONFIRM]);
    let mut client = Client::new(Replay::new([reply]));
    let mut items = client.stream(&ListItems::default()).unwrap();
    let first = items.next_as::<Borrowed<'_>>().unwrap().unwrap();
    assert_eq!(first.number, "1");
    let error = items.next_as::<Borrowed<'_>>().unwrap().err().unwrap();
    assert!(matches!(error, Error::Decode { name, .. } if name == "item"));
    // It can be mixed with what the command streams.
    assert_eq!(items.next().unwrap().unwrap().number, 2);
    assert_eq!(
        items.next_as::<Borrowed<'_>>().unwrap().unwrap().number,
        "3"
    );
    assert!(items.next_as::<Borrowed<'_>>().is_none());
    items.finish().unwrap();
}

#[test]
fn unrelated_events_in_the_middle_of_a_stream_are_kept() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send_bytes(&frames(&[note(0), CONFIRM, note(1)]));
            daemon.expect_register("item");
            daemon.send_bytes(&frames(&[note(2), CONFIRM, note(3)]));
            daemon.expect_request("list-items");
            daemon.send_bytes(&frames(&[
                note(4),
                item(1),
                note(5),
                item(2),
                note(6),
                EMPTY,
            ]));
            daemon.expect_unregister("item");
            daemon.send_bytes(&frames(&[note(7), CONFIRM, note(8)]));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(numbers(&mut items), [1, 2]);
            items.finish().unwrap();
            assert_eq!(notes(&mut client, 9), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        },
    );
}

#[test]
fn item_before_the_confirm_of_its_registration_is_not_lost() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(item(1));
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            daemon.send_bytes(&frames(&[item(2), EMPTY]));
            daemon.expect_unregister("item");
            daemon.send(CONFIRM);
            serve_ping(daemon, 3);
        },
        |mut client| {
            assert_eq!(
                numbers(client.stream(&ListItems::default()).unwrap()),
                [1, 2]
            );
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn stream_of_a_subscribed_event_is_not_registered_again() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.send(item(1));
            daemon.expect_request("list-items");
            daemon.send_bytes(&frames(&[item(2), item(3), EMPTY]));
            serve_ping(daemon, 4);
            daemon.send(item(5));
        },
        |mut client| {
            client.subscribe::<Item>().unwrap();
            let event = client.next_event(None).unwrap().unwrap();
            assert_eq!(event.decode::<Item>().unwrap().number, 1);
            // Items of the stream are the stream's, what comes before and after is the queue's.
            assert_eq!(
                numbers(client.stream(&ListItems::default()).unwrap()),
                [2, 3]
            );
            assert_eq!(client.call(&Ping::default()).unwrap().number, 4);
            let event = client.next_event(None).unwrap().unwrap();
            assert_eq!(event.decode::<Item>().unwrap().number, 5);
        },
    );
}

#[test]
fn items_are_never_dropped_for_a_full_queue() {
    let mut stream = vec![CONFIRM, note(1)];
    stream.extend((0..1000).map(|n| item((n % 10) as u8)));
    stream.extend([OK, CONFIRM]);
    let mut client = Client::new(Replay::new([frames(&stream)]));
    client.set_event_limits(vici_client::proto::EventLimits::new(
        0,
        0,
        vici_client::proto::WhenFull::DropOldest,
    ));
    assert_eq!(client.stream(&ListItems::default()).unwrap().count(), 1000);
    assert_eq!(client.dropped_events(), 1);
}

#[test]
fn response_that_was_dropped_is_told_when_the_next_answer_comes() {
    // The daemon drops the response over 512 KiB and confirms what follows.
    let replies = [frames(&[CONFIRM, item(1), CONFIRM]), frame(pong(3))];
    let mut client = Client::new(Replay::new(replies));
    let mut items = client.stream(&ListItems::default()).unwrap();
    assert_eq!(items.next().unwrap().unwrap().number, 1);
    let error = items.next().unwrap().unwrap_err();
    assert!(matches!(&error, Error::Dropped { name, .. } if name == "list-items"));
    assert!(error.to_string().contains("over 512 KiB"), "{error}");
    assert!(matches!(items.finish().unwrap_err(), Error::Dropped { .. }));
    assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
}

#[test]
fn stream_waits_for_a_registration_at_most_once_for_an_event() {
    let sent = |command: &str| {
        [
            Sent::Register("item".into()),
            Sent::Request(command.into(), vec![]),
            Sent::Unregister("item".into()),
        ]
    };
    let whole = || frames(&[CONFIRM, item(1), EMPTY, CONFIRM]);
    let replies = [frame(CONFIRM), frames(&[EMPTY, CONFIRM]), whole(), whole()];
    let mut client = Client::new(Replay::new(replies));
    client.stream(&Gather {}).unwrap().finish().unwrap();
    assert_eq!(client.get_ref().writes.len(), 2);
    assert_eq!(numbers(client.stream(&Gather {}).unwrap()), [1]);
    assert_eq!(client.get_ref().writes.len(), 3);
    assert_eq!(numbers(client.stream(&ListItems::default()).unwrap()), [1]);
    assert_eq!(client.get_ref().writes.len(), 4);
    let all = [sent("gather"), sent("gather"), sent("list-items")].concat();
    assert_eq!(client.get_ref().sent(), all);

    // A command that only lists does not wait the first time either.
    let mut client = Client::new(Replay::new([whole()]));
    assert_eq!(numbers(client.stream(&ListItems::default()).unwrap()), [1]);
    assert_eq!(client.get_ref().writes.len(), 1);
    assert_eq!(client.get_ref().sent(), sent("list-items"));
}

#[test]
fn response_to_get_that_is_dropped_is_told_at_once() {
    converse(
        |daemon| {
            daemon.expect_request("get-numbers");
            daemon.expect_fence();
            // Over 512 KiB, so that only what follows is answered.
            daemon.send(REFUSE);
            daemon.expect_request("get-numbers");
            daemon.expect_fence();
            daemon.send_bytes(&frames(&[OK, REFUSE]));
            serve_ping(daemon, 5);
            daemon.expect_end();
        },
        |mut client| {
            let error = client.call_raw("get-numbers", &Message::new()).unwrap_err();
            assert!(matches!(error, Error::Dropped { name, .. } if name == "get-numbers"));
            client.call_raw("get-numbers", &Message::new()).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 5);
        },
    );
}
