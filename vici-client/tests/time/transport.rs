//! What is asked of sockets and other streams, and what is left on them.

use std::collections::VecDeque;
use std::io;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::support::{Note, Peer, Ping, Replay, converse, frame, frames, note, notes, pong};
use vici_client::{Client, Error};

use crate::{SHORT, assert_timeout, flood};

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
