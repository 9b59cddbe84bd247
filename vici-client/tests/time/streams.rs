//! The deadlines of streams and subscriptions.

use std::time::{Duration, Instant};

use crate::support::{
    CONFIRM, EMPTY, Gather, ListItems, Note, Ping, converse, frames, item, note, notes, pong,
};

use crate::{SHORT, assert_timeout, flood};

#[test]
fn stream_has_a_deadline_for_each_item() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            daemon.send(item(1));
            daemon.expect_unregister("item");
            // The rest comes after the timeout.
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[item(2), EMPTY, CONFIRM, pong(3)]));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            let mut items = client.stream(&ListItems::default()).unwrap();
            assert_eq!(items.next().unwrap().unwrap().number, 1);
            // The time that the caller takes does not count.
            std::thread::sleep(2 * SHORT);
            let begin = Instant::now();
            assert_timeout(items.next().unwrap());
            assert!(begin.elapsed() >= SHORT);
            assert!(items.next().is_none());
            assert_timeout(items.finish());
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn stream_has_a_deadline_in_total() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            flood(daemon, item(1));
        },
        |mut client| {
            client.set_timeout(Some(Duration::from_secs(20))).unwrap();
            client.set_stream_timeout(Some(SHORT)).unwrap();
            let begin = Instant::now();
            assert_timeout(client.stream(&ListItems::default()).unwrap().finish());
            assert!(begin.elapsed() >= SHORT);
        },
    );
}

#[test]
fn stream_may_wait_for_what_its_request_asks() {
    let request = ListItems {
        wait: Duration::from_secs(20),
    };
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.send(CONFIRM);
            daemon.expect_request("list-items");
            std::thread::sleep(3 * SHORT);
            daemon.send_bytes(&frames(&[item(1), EMPTY]));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            client.set_stream_timeout(Some(SHORT)).unwrap();
            let mut items = client.stream(&request).unwrap();
            assert_eq!(items.next().unwrap().unwrap().number, 1);
            items.finish().unwrap();
        },
    );
}

#[test]
fn stream_whose_registration_times_out_is_not_run() {
    converse(
        |daemon| {
            daemon.expect_register("item");
            daemon.expect_unregister("item");
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[CONFIRM, CONFIRM, pong(3)]));
            daemon.expect_end();
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.stream(&Gather {}));
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn subscription_that_times_out_is_ended_again() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.expect_unregister("note");
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[CONFIRM, note(1), CONFIRM, pong(3)]));
            daemon.expect_register("note");
            daemon.send_bytes(&frames(&[CONFIRM, note(2)]));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.subscribe::<Note>());
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
            client.subscribe::<Note>().unwrap();
            assert_eq!(notes(&mut client, 1), [2]);
        },
    );
}
