//! Scripted daemons, and commands to send to them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use serde_derive::{Deserialize, Serialize};
use vici_client::Client;
use vici_client::proto::{FrameReader, Packet};
use vici_client::vici_types::{Command, Event, InvalidRequest, Request, StreamingCommand};

/// What a client has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Request(String, Vec<u8>),
    Register(String),
    Unregister(String),
}

impl Sent {
    pub(crate) fn decode(frame: &[u8]) -> Self {
        match Packet::decode(frame).expect("a client sends packets") {
            Some(Packet::CommandRequest { name, message }) => {
                Self::Request(name.to_owned(), message.to_owned())
            }
            Some(Packet::EventRegister { name }) => Self::Register(name.to_owned()),
            Some(Packet::EventUnregister { name }) => Self::Unregister(name.to_owned()),
            other => panic!("a client does not send {other:?}"),
        }
    }

    pub(crate) fn all(bytes: &[u8]) -> Vec<Self> {
        let mut reader = FrameReader::new();
        let mut sent = Vec::new();
        for byte in bytes {
            reader.buffer()[0] = *byte;
            reader.advance(1);
            if let Some(frame) = reader.next_frame().expect("frames within the limit") {
                sent.push(Self::decode(frame));
            }
        }
        sent
    }
}

/// The daemon's end of a connection.
pub(crate) struct Peer {
    pub(crate) stream: UnixStream,
    reader: FrameReader,
}

impl Peer {
    pub(crate) fn new(stream: UnixStream) -> Self {
        // No test waits longer for a client.
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a socket has timeouts");
        Self {
            stream,
            reader: FrameReader::new(),
        }
    }

    /// The next packet, `None` at the end.
    pub(crate) fn read(&mut self) -> Option<Sent> {
        loop {
            if let Some(frame) = self.reader.next_frame().expect("frames within the limit") {
                return Some(Sent::decode(frame));
            }
            match self.stream.read(self.reader.buffer()) {
                Ok(0) => return None,
                Ok(count) => self.reader.advance(count),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("the client sends nothing: {error}"),
            }
        }
    }

    pub(crate) fn expect_request(&mut self, command: &str) {
        match self.read() {
            Some(Sent::Request(name, _)) if name == command => {}
            other => panic!("expected the request {command}, got {other:?}"),
        }
    }

    pub(crate) fn expect_register(&mut self, event: &str) {
        assert_eq!(self.read(), Some(Sent::Register(event.to_owned())));
    }

    pub(crate) fn expect_unregister(&mut self, event: &str) {
        assert_eq!(self.read(), Some(Sent::Unregister(event.to_owned())));
    }

    /// The event that no daemon has.
    pub(crate) fn expect_fence(&mut self) {
        self.expect_unregister("vici-client-fence");
    }

    pub(crate) fn expect_end(&mut self) {
        assert_eq!(self.read(), None);
    }

    pub(crate) fn send(&mut self, packet: Packet<'_>) {
        self.send_bytes(&frame(packet));
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        // A client that has left is a matter of the test, not of the peer.
        let _ = self.stream.write_all(bytes);
    }
}

/// Runs `daemon` and `test` on the two ends of a connection.
pub(crate) fn converse(
    daemon: impl FnOnce(&mut Peer) + Send,
    test: impl FnOnce(Client<UnixStream>),
) {
    let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    thread::scope(|scope| {
        scope.spawn(move || daemon(&mut Peer::new(theirs)));
        test(Client::new(ours));
    });
}

/// A stream that answers each write with the next of its replies and ends when they are used up.
pub(crate) struct Replay {
    replies: VecDeque<Vec<u8>>,
    pending: VecDeque<u8>,
    /// The most bytes that one read returns.
    pub(crate) chunk: usize,
    /// How many bytes are left before the end.
    pub(crate) left: usize,
    pub(crate) writes: Vec<Vec<u8>>,
    /// Whether every other system call is interrupted.
    pub(crate) interrupted: Option<bool>,
    /// How often the end was read.
    pub(crate) ends: usize,
}

impl Replay {
    pub(crate) fn new(replies: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self {
            replies: replies.into_iter().collect(),
            pending: VecDeque::new(),
            chunk: usize::MAX,
            left: usize::MAX,
            writes: Vec::new(),
            interrupted: None,
            ends: 0,
        }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        Sent::all(&self.writes.concat())
    }

    fn interrupt(&mut self) -> io::Result<()> {
        if let Some(now) = &mut self.interrupted {
            *now = !*now;
            if !*now {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    }
}

impl Read for Replay {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt()?;
        let count = self
            .pending
            .len()
            .min(self.chunk)
            .min(self.left)
            .min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.pending.drain(..count)) {
            *to = from;
        }
        self.left -= count;
        self.ends += usize::from(count == 0);
        Ok(count)
    }
}

impl Write for Replay {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt()?;
        self.writes.push(bytes.to_vec());
        self.pending
            .extend(self.replies.pop_front().into_iter().flatten());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn frame(packet: Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet
        .encode(&mut bytes)
        .expect("a packet within the limits");
    bytes
}

pub(crate) fn frames(packets: &[Packet<'_>]) -> Vec<u8> {
    packets.iter().flat_map(|packet| frame(*packet)).collect()
}

pub(crate) const CONFIRM: Packet<'static> = Packet::EventConfirm;
pub(crate) const REFUSE: Packet<'static> = Packet::EventUnknown;
pub(crate) const EMPTY: Packet<'static> = Packet::CommandResponse { message: &[] };
pub(crate) const OK: Packet<'static> = Packet::CommandResponse {
    message: b"\x03\x07success\x00\x03yes",
};

/// A `pong` with a number of one digit.
pub(crate) fn pong(number: u8) -> Packet<'static> {
    Packet::CommandResponse {
        message: NUMBERS[usize::from(number)],
    }
}

/// An `item` with a number of one digit.
pub(crate) fn item(number: u8) -> Packet<'static> {
    Packet::Event {
        name: "item",
        message: NUMBERS[usize::from(number)],
    }
}

/// A `note` with a number of one digit.
pub(crate) fn note(number: u8) -> Packet<'static> {
    Packet::Event {
        name: "note",
        message: NUMBERS[usize::from(number)],
    }
}

const NUMBERS: [&[u8]; 10] = [
    b"\x03\x06number\x00\x010",
    b"\x03\x06number\x00\x011",
    b"\x03\x06number\x00\x012",
    b"\x03\x06number\x00\x013",
    b"\x03\x06number\x00\x014",
    b"\x03\x06number\x00\x015",
    b"\x03\x06number\x00\x016",
    b"\x03\x06number\x00\x017",
    b"\x03\x06number\x00\x018",
    b"\x03\x06number\x00\x019",
];

/// A command that is answered by a number.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Ping {
    #[serde(skip)]
    pub(crate) wait: Duration,
    #[serde(skip)]
    pub(crate) wrong: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) padding: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) number: u32,
}

impl Request for Ping {
    const NAME: &'static str = "ping";
    type Response = Number;

    fn check(&self) -> Result<(), InvalidRequest> {
        if self.wrong {
            return Err(InvalidRequest::new("wrong", "is set"));
        }
        Ok(())
    }

    fn wait(&self) -> Duration {
        self.wait
    }
}

impl Command for Ping {}

/// A command that streams numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ListItems {
    #[serde(skip)]
    pub(crate) wait: Duration,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(crate) struct Done {}

impl Request for ListItems {
    const NAME: &'static str = "list-items";
    type Response = Done;

    fn wait(&self) -> Duration {
        self.wait
    }
}

impl StreamingCommand for ListItems {
    type Event = Item;
}

/// A command that streams numbers and does something: it waits for the registration of its event.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Gather {}

impl Request for Gather {
    const NAME: &'static str = "gather";
    type Response = Done;
}

impl StreamingCommand for Gather {
    type Event = Item;
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) number: u32,
}

impl Event for Item {
    const NAME: &'static str = "item";
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) number: u32,
}

impl Event for Note {
    const NAME: &'static str = "note";
}

/// The numbers of the notes that have come by now.
pub(crate) fn notes<S: Read + Write>(client: &mut Client<S>, count: usize) -> Vec<u32> {
    (0..count)
        .map(|_| {
            let event = client.next_event(None).expect("an event");
            event
                .expect("no limit")
                .decode::<Note>()
                .expect("a note")
                .number
        })
        .collect()
}

/// A host that takes no notice of who connects, as one behind a firewall.
#[cfg(target_os = "linux")]
pub(crate) struct Deaf {
    listener: std::net::TcpListener,
    /// What has taken the place of those that come later.
    waiting: Vec<std::net::TcpStream>,
}

#[cfg(target_os = "linux")]
impl Deaf {
    /// It has room for one connection to begin with.
    pub(crate) fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        // The kernel has one more than it is told.
        rustix::net::listen(&listener, 0).expect("it listens already");
        Self {
            listener,
            waiting: Vec::new(),
        }
    }

    /// Accepts the connection that there is, and then no more.
    pub(crate) fn drop_all(mut self) -> Self {
        let accepted = self.listener.accept().expect("a connection").0;
        self.waiting.push(accepted);
        self.fill()
    }

    /// Fills the room that there is.
    pub(crate) fn fill(mut self) -> Self {
        let address = self.listener.local_addr().expect("an address");
        loop {
            let limit = Duration::from_millis(50);
            match std::net::TcpStream::connect_timeout(&address, limit) {
                Ok(stream) => self.waiting.push(stream),
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                    return self;
                }
            }
        }
    }

    pub(crate) fn uri(&self) -> String {
        format!("tcp://{}", self.listener.local_addr().expect("an address"))
    }

    /// Waits until somebody tries to connect.
    pub(crate) fn wait_for_attempt(&self) {
        while !self.is_tried() {
            thread::yield_now();
        }
    }

    /// Whether somebody tries to connect at the moment.
    pub(crate) fn is_tried(&self) -> bool {
        const SYN_SENT: &str = "02";
        let port = self.listener.local_addr().expect("an address").port();
        let remote = format!("0100007F:{port:04X}");
        let sockets = std::fs::read_to_string("/proc/self/net/tcp").expect("a list");
        let mut lines = sockets.lines().map(|line| line.split_whitespace());
        lines.any(|mut line| line.nth(2) == Some(&*remote) && line.next() == Some(SYN_SENT))
    }
}
