//! The deadline of a call, and how the connection comes back in step.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::support::{
    CONFIRM, Note, Peer, Ping, REFUSE, Sent, converse, frames, note, notes, pong,
};
use vici_client::Error;
use vici_client::proto::Packet;

use crate::{SHORT, assert_timeout, flood};

#[test]
fn deadline_is_for_a_whole_call() {
    // Bytes come all the time, the answer does not.
    converse(
        |daemon| {
            daemon.expect_request("ping");
            flood(daemon, note(1));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            let begin = Instant::now();
            assert_timeout(client.call(&Ping::default()));
            assert!(begin.elapsed() >= SHORT);
            assert!(begin.elapsed() < 50 * SHORT);
        },
    );
}

#[test]
fn timeout_text_names_the_dropped_response() {
    assert_eq!(
        Error::Timeout.to_string(),
        "no answer in time; it may come late or never: the daemon is busy, as a few commands that wait \
         at once make it, or has dropped a response over 512 KiB without a word"
    );
}

#[test]
fn wait_of_a_request_is_added_to_its_deadline() {
    let (late, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_request("ping");
            go_on.recv().unwrap();
            daemon.send(pong(1));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(move || {
                    // Later than the timeout, and far earlier than the wait.
                    std::thread::sleep(3 * SHORT);
                    late.send(()).unwrap();
                });
                let request = Ping {
                    wait: Duration::from_secs(20),
                    ..Ping::default()
                };
                assert_eq!(client.call(&request).unwrap().number, 1);
            });
        },
    );
}

#[test]
fn answer_that_comes_late_is_skipped() {
    let (gone, go_on) = mpsc::channel();
    let (sent, late) = mpsc::channel();
    converse(
        move |daemon| {
            daemon.expect_request("ping");
            go_on.recv().unwrap();
            daemon.send(pong(1));
            sent.send(()).unwrap();
            // It has come before the next call, which needs no fence.
            daemon.expect_request("ping");
            daemon.send(pong(2));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.call(&Ping::default()));
            gone.send(()).unwrap();
            late.recv().unwrap();
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        },
    );
}

#[test]
fn answer_that_comes_after_the_next_call_is_skipped() {
    converse(
        |daemon| {
            daemon.expect_request("ping");
            daemon.expect_fence();
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[pong(1), REFUSE, pong(2)]));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.call(&Ping::default()));
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        },
    );
}

#[test]
fn answer_that_never_comes_shifts_nothing() {
    converse(
        |daemon| {
            daemon.expect_request("ping");
            // A response over 512 KiB is dropped without a word.
            daemon.expect_fence();
            daemon.expect_request("ping");
            daemon.send_bytes(&frames(&[REFUSE, pong(2)]));
            daemon.expect_request("ping");
            daemon.send(pong(3));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.call(&Ping::default()));
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
            assert_eq!(client.call(&Ping::default()).unwrap().number, 3);
        },
    );
}

#[test]
fn several_timeouts_in_a_row_shift_nothing() {
    converse(
        |daemon| {
            daemon.expect_request("ping");
            for _ in 0..3 {
                daemon.expect_fence();
                daemon.expect_request("ping");
            }
            // The second answer is the one that was dropped.
            daemon.send_bytes(&frames(&[
                pong(1),
                REFUSE,
                REFUSE,
                pong(3),
                REFUSE,
                pong(4),
            ]));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            for _ in 0..3 {
                assert_timeout(client.call(&Ping::default()));
            }
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 4);
        },
    );
}

#[test]
fn events_are_read_after_a_timeout() {
    converse(
        |daemon| {
            daemon.expect_register("note");
            daemon.send(CONFIRM);
            daemon.expect_request("ping");
            daemon.expect_unregister("note");
            daemon.send_bytes(&frames(&[note(1), pong(1), note(2), CONFIRM]));
        },
        |mut client| {
            client.subscribe::<Note>().unwrap();
            client.set_timeout(Some(SHORT)).unwrap();
            assert_timeout(client.call(&Ping::default()));
            client.set_timeout(None).unwrap();
            // No fence: the answer to this is none of a command.
            client.unsubscribe::<Note>().unwrap();
            assert_eq!(notes(&mut client, 2), [1, 2]);
        },
    );
}

#[test]
fn timeout_in_the_middle_of_a_frame_goes_on_there() {
    let bytes = frames(&[note(1), pong(1), note(2)]);
    for split in 1..bytes.len() {
        let (first, rest) = bytes.split_at(split);
        let (gone, go_on) = mpsc::channel();
        converse(
            move |daemon| {
                daemon.expect_request("ping");
                daemon.send_bytes(first);
                go_on.recv().unwrap();
                daemon.send_bytes(rest);
                answer_in_order(daemon, pong(2));
            },
            |mut client| {
                client.set_timeout(Some(Duration::from_millis(2))).unwrap();
                let first = client.call(&Ping::default());
                gone.send(()).unwrap();
                match first {
                    Ok(pong) => assert_eq!(pong.number, 1),
                    Err(error) => assert!(error.is_timeout()),
                }
                client.set_timeout(None).unwrap();
                assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
                assert_eq!(notes(&mut client, 2), [1, 2]);
            },
        );
    }
}

/// Answers the next request, and a fence before it if there is one.
fn answer_in_order(daemon: &mut Peer, answer: Packet<'_>) {
    while let Some(sent) = daemon.read() {
        match sent {
            Sent::Request(..) => return daemon.send(answer),
            _ => daemon.send(REFUSE),
        }
    }
}

#[test]
fn request_that_was_sent_in_part_is_sent_to_its_end() {
    // Until the daemon reads, the socket holds a part of the request.
    let (gone, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            go_on.recv().unwrap();
            daemon.expect_request("ping");
            daemon.send(pong(1));
            answer_in_order(daemon, pong(2));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            let large = Ping {
                padding: vec!["x".repeat(65_000); 8],
                ..Ping::default()
            };
            assert_timeout(client.call(&large));
            gone.send(()).unwrap();
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        },
    );
}

#[test]
fn request_of_which_nothing_was_sent_is_taken_back() {
    let (gone, go_on) = mpsc::channel();
    converse(
        move |daemon| {
            go_on.recv().unwrap();
            daemon.expect_request("ping");
            daemon.send(pong(1));
            // The second request was never sent.
            match daemon.read() {
                Some(Sent::Unregister(_)) => daemon.send(REFUSE),
                Some(Sent::Request(name, _)) if name == "ping" => {
                    return daemon.send(pong(2));
                }
                other => panic!("{other:?}"),
            }
            daemon.expect_request("ping");
            daemon.send(pong(2));
            daemon.expect_end();
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            let large = Ping {
                padding: vec!["x".repeat(65_000); 8],
                ..Ping::default()
            };
            assert_timeout(client.call(&large));
            assert_timeout(client.call_raw("delete-everything", &vici_client::Message::new()));
            gone.send(()).unwrap();
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        },
    );
}
