//! Deadlines, and how a connection comes back in step after one.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod support;

use std::collections::VecDeque;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use support::{
    CONFIRM, EMPTY, Gather, ListItems, Note, Peer, Ping, REFUSE, Replay, converse, frame, frames,
    item, note, notes, pong,
};
use vici_client::proto::Packet;
use vici_client::{Client, Error};

const SHORT: Duration = Duration::from_millis(40);

fn assert_timeout<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(!error.is_closed());
}

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

/// Writes as much as the client takes, until it hangs up.
fn flood(daemon: &mut Peer, packet: Packet<'_>) {
    daemon.stream.set_nonblocking(true).unwrap();
    let bytes = frame(packet);
    let mut rest: &[u8] = &bytes;
    loop {
        match io::Write::write(&mut daemon.stream, rest) {
            Ok(count) if count < rest.len() => rest = &rest[count..],
            Ok(_) => rest = &bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
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
            support::Sent::Request(..) => return daemon.send(answer),
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
                Some(support::Sent::Unregister(_)) => daemon.send(REFUSE),
                Some(support::Sent::Request(name, _)) if name == "ping" => {
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

#[test]
fn no_timeout_is_left_on_the_socket() {
    converse(
        |daemon| {
            daemon.expect_request("ping");
            daemon.send(pong(1));
            daemon.expect_request("ping");
            std::thread::sleep(2 * SHORT);
            daemon.send(pong(2));
        },
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            client.call(&Ping::default()).unwrap();
            assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
            client.set_timeout(None).unwrap();
            assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        },
    );
}

#[test]
fn stream_without_timeouts_refuses_them() {
    fn assert_unsupported<T: std::fmt::Debug>(result: Result<T, Error>) {
        match result.unwrap_err() {
            Error::Io(error) => assert_eq!(error.kind(), io::ErrorKind::Unsupported),
            other => panic!("{other:?}"),
        }
    }
    let mut client = Client::new(Replay::new([frame(pong(1))]));
    assert_unsupported(client.set_timeout(Some(SHORT)));
    assert_unsupported(client.set_stream_timeout(Some(SHORT)));
    assert_unsupported(client.next_event(Some(SHORT)));
    client.set_timeout(None).unwrap();
    assert_eq!(client.call(&Ping::default()).unwrap().number, 1);
}

#[test]
fn timeout_of_zero_is_refused() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let mut client = Client::new(ours);
    let error = client.set_timeout(Some(Duration::ZERO)).unwrap_err();
    assert!(matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::InvalidInput));
}

#[test]
fn stream_of_ones_own_may_have_timeouts() {
    struct Own(UnixStream);
    impl io::Read for Own {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl io::Write for Own {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }
    impl vici_client::Transport for Own {
        fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
            self.0.set_read_timeout(limit)?;
            io::Read::read(self, buffer)
        }
        fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
            self.0.set_write_timeout(limit)?;
            io::Write::write(self, bytes)
        }
    }

    let (ours, _theirs) = UnixStream::pair().unwrap();
    let mut client = Client::with_transport(Own(ours));
    client.set_timeout(Some(SHORT)).unwrap();
    assert_timeout(client.call(&Ping::default()));
    assert!(client.shutdown_handle().is_err());
}

#[test]
fn timeout_of_the_stream_itself_is_told() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    ours.set_read_timeout(Some(SHORT)).unwrap();
    let mut client = Client::new(ours);
    assert_timeout(client.call(&Ping::default()));
}

/// What a stream does when it is read, one step after the other; it never writes less than all.
#[derive(Default)]
struct Steps {
    reads: VecDeque<io::ErrorKind>,
    /// What it does when there is no step left.
    last: Option<io::ErrorKind>,
    /// How often it was read with a limit, or without, and how often just looked at.
    waited: usize,
    looked: usize,
}

impl io::Read for Steps {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.waited += 1;
        let step = self.reads.pop_front().or(self.last);
        Err(step.expect("it is not read any more").into())
    }
}

impl io::Write for Steps {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl vici_client::Transport for Steps {
    fn read_within(&mut self, buffer: &mut [u8], limit: Option<Duration>) -> io::Result<usize> {
        assert_ne!(limit, Some(Duration::ZERO));
        io::Read::read(self, buffer)
    }
    fn write_within(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<usize> {
        assert_ne!(limit, Some(Duration::ZERO));
        io::Write::write(self, bytes)
    }
    fn read_now(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.looked += 1;
        Err(io::ErrorKind::WouldBlock.into())
    }
}

#[test]
fn signals_do_not_outrun_a_deadline() {
    let mut client = Client::with_transport(Steps {
        last: Some(io::ErrorKind::Interrupted),
        ..Steps::default()
    });
    client.set_timeout(Some(SHORT)).unwrap();
    let begin = Instant::now();
    assert_timeout(client.call(&Ping::default()));
    assert!(begin.elapsed() >= SHORT);
    assert_eq!(client.next_event(Some(SHORT)).unwrap(), None);
}

#[test]
fn timeout_of_zero_is_a_look_at_what_has_come() {
    // Reading it would be a panic.
    let mut client = Client::with_transport(Steps::default());
    assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
    assert_eq!(client.get_ref().looked, 1);

    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut daemon = Peer::new(theirs);
    let mut client = Client::new(ours);
    daemon.send_bytes(&frames(&[note(1), note(2)]));
    for number in 1..=2 {
        let event = client.next_event(Some(Duration::ZERO)).unwrap().unwrap();
        assert_eq!(event.decode::<Note>().unwrap().number, number);
    }
    assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
}

#[test]
fn deadline_that_is_over_still_looks_once() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut daemon = Peer::new(theirs);
    daemon.send_bytes(&frames(&[note(1)]));
    let mut client = Client::new(ours);
    client.set_timeout(Some(Duration::from_nanos(1))).unwrap();
    assert_timeout(client.call(&Ping::default()));
    daemon.expect_request("ping");
    assert_eq!(notes(&mut client, 1), [1]);
}

/// As TCP does it where nobody acknowledges any more.
#[test]
fn timeout_of_the_kernel_is_the_end_of_the_connection() {
    for timeout in [None, Some(Duration::from_secs(20))] {
        let mut client = Client::with_transport(Steps {
            last: Some(io::ErrorKind::TimedOut),
            ..Steps::default()
        });
        client.set_timeout(timeout).unwrap();
        let error = client.call(&Ping::default()).unwrap_err();
        assert!(!error.is_timeout());
        assert!(
            matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::TimedOut),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "connection to the daemon: timed out");
        assert!(client.is_closed());
        assert!(matches!(client.call(&Ping::default()), Err(Error::Closed)));
    }
}

#[test]
fn socket_stays_as_others_have_it() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let other = ours.try_clone().unwrap();
    other.set_nonblocking(true).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut daemon = Peer::new(theirs);
            for number in 1..=3 {
                daemon.expect_request("ping");
                // The client waits for it.
                std::thread::sleep(SHORT);
                daemon.send(pong(number));
            }
            daemon.expect_end();
        });
        let mut client = Client::new(ours);
        assert_eq!(client.call(&Ping::default()).unwrap().number, 1);
        client.set_timeout(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(client.call(&Ping::default()).unwrap().number, 2);
        assert_eq!(client.next_event(Some(Duration::ZERO)).unwrap(), None);
        client.set_timeout(None).unwrap();
        assert_eq!(client.call(&Ping::default()).unwrap().number, 3);

        // It does not block, still.
        let error = io::Read::read(&mut &other, &mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(other.read_timeout().unwrap(), None);
        assert_eq!(other.write_timeout().unwrap(), None);
        other.shutdown(std::net::Shutdown::Both).unwrap();
    });
}

#[test]
fn large_request_waits_for_room_on_a_socket_that_does_not_block() {
    for timeout in [None, Some(Duration::from_secs(20))] {
        converse(
            |daemon| {
                std::thread::sleep(SHORT);
                daemon.expect_request("ping");
                daemon.send(pong(1));
                daemon.expect_end();
            },
            |mut client| {
                client.get_ref().set_nonblocking(true).unwrap();
                client.set_timeout(timeout).unwrap();
                let request = Ping {
                    padding: vec!["x".repeat(60_000); 8],
                    ..Ping::default()
                };
                assert_eq!(client.call(&request).unwrap().number, 1);
            },
        );
    }
}

#[test]
fn peer_that_only_writes_holds_a_large_request_up_until_its_deadline() {
    converse(
        |daemon| flood(daemon, note(1)),
        |mut client| {
            client.set_timeout(Some(SHORT)).unwrap();
            let request = Ping {
                padding: vec!["x".repeat(60_000); 8],
                ..Ping::default()
            };
            assert_timeout(client.call(&request));
            assert!(!client.is_closed());
        },
    );
}
