//! A connection that writes down what comes, in its order.

use std::time::{Duration, Instant};

use vici_client::proto::{FrameReader, Packet};
use vici_client::vici_serde::{Section, Value, from_slice, to_vec};
use vici_client::{Client, Message, Socket, Transport};
use vici_types::{Command, Terminate};

use crate::charon::PATIENCE;

/// A connection with registered events.
pub(super) struct Watcher {
    stream: Socket,
    reader: FrameReader,
    told: Told,
    /// How many responses are to come.
    open: usize,
    marks: usize,
}

/// What came. A daemon has no order between the log, the other events, and responses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) log: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) responses: Vec<String>,
    /// How many events had come before each response.
    pub(super) early: Vec<usize>,
}

impl Watcher {
    /// Registers these events, or those of them that the daemon has.
    pub(super) fn new(client: Client, events: &[&str]) -> Self {
        let mut watcher = Self {
            stream: client.into_inner(),
            reader: FrameReader::new(),
            told: Told::default(),
            open: 0,
            marks: 0,
        };
        for name in events {
            watcher.send(Packet::EventRegister { name });
            watcher.open += 1;
        }
        while watcher.open > 0 {
            assert!(watcher.read(PATIENCE));
        }
        if events.contains(&"log") {
            // What is logged about it comes later.
            watcher.told(&Told::default());
        }
        watcher
    }

    pub(super) fn ask<C: Command>(&mut self, request: &C) {
        self.ask_raw(C::NAME, &to_vec(request).unwrap());
    }

    fn ask_raw(&mut self, name: &str, message: &[u8]) {
        self.send(Packet::CommandRequest { name, message });
        self.open += 1;
    }

    /// The response to a message that may make no sense.
    pub(super) fn answer(&mut self, name: &str, message: &[u8]) -> String {
        self.ask_raw(name, message);
        while self.open > 0 {
            assert!(self.read(PATIENCE), "no answer to {name} {message:?}");
        }
        self.told.responses.pop().unwrap()
    }

    /// What has come since the last time, until all is answered and there is as much of it as that.
    pub(super) fn told(&mut self, as_much_as: &Told) -> Told {
        let lens = |told: &Told| [&told.log, &told.events, &told.responses].map(Vec::len);
        let enough = lens(as_much_as);
        let deadline = Instant::now() + PATIENCE;
        let reaches = |told: &Told| {
            lens(told)
                .iter()
                .zip(enough)
                .all(|(has, wanted)| *has >= wanted)
        };
        while self.open > 0 || !reaches(&self.told) {
            let rest = deadline.saturating_duration_since(Instant::now());
            // What is missing is for the caller to see.
            if !self.read(rest) {
                break;
            }
        }

        // What was logged before this has come when this has.
        self.marks += 1;
        let mark = format!("mark-{}", self.marks);
        self.ask(&Terminate::new().ike(mark.as_str()));
        let mark = format!("'{mark}'");
        let is_mark = |line: &String| line.ends_with(&mark);
        while self.open > 0 || !self.told.log.iter().any(is_mark) {
            assert!(self.read(PATIENCE), "no mark after {:#?}", self.told);
        }
        let mut told = std::mem::take(&mut self.told);
        told.log.retain(|line| !is_mark(line));
        told.responses.pop();
        told.early.pop();
        told
    }

    fn send(&mut self, packet: Packet<'_>) {
        let mut frame = Vec::new();
        packet.encode(&mut frame).unwrap();
        let mut rest = &frame[..];
        while !rest.is_empty() {
            let count = self.stream.write_within(rest, Some(PATIENCE)).unwrap();
            rest = &rest[count..];
        }
    }

    /// Takes down the next packet; `false` if there is none in time.
    fn read(&mut self, patience: Duration) -> bool {
        loop {
            if let Some(frame) = self.reader.next_frame().unwrap() {
                match Packet::decode(frame).unwrap().unwrap() {
                    Packet::Event {
                        name: "log",
                        message,
                    } => {
                        self.told.log.extend(log_line(&tree(message)));
                    }
                    // The peer answers what is forgotten already, or not yet.
                    Packet::Event {
                        name: "alert",
                        message,
                    } if tree(message).get::<String>("type").unwrap() == "invalid-ike-spi" => {}
                    Packet::Event { name, message } => {
                        let event = format!("{name}{}", shown(&tree(message)));
                        self.told.events.push(event);
                    }
                    Packet::CommandResponse { message } => {
                        self.told.responses.push(shown(&tree(message)));
                        self.told.early.push(self.told.events.len());
                        self.open -= 1;
                    }
                    Packet::EventConfirm | Packet::EventUnknown => self.open -= 1,
                    other => panic!("{other:?}"),
                }
                return true;
            }
            let buffer = self.reader.buffer();
            match self.stream.read_within(buffer, Some(patience)) {
                Ok(0) => panic!("the daemon has closed the connection"),
                Ok(count) => self.reader.advance(count),
                Err(_) => return false,
            }
        }
    }
}

fn tree(message: &[u8]) -> Message {
    from_slice(message).unwrap()
}

/// A message of the log without what is of the moment: SPIs, lengths of packets, times. None of those
/// that the lab alone has, whose kernel does no ESP: it is as if there were a NAT.
fn log_line(message: &Message) -> Option<String> {
    let get = |name: &str| message.get::<String>(name).unwrap_or_default();
    let (group, msg) = (get("group"), get("msg"));
    if group == "KNL" || msg == "remote host is behind NAT" {
        return None;
    }
    let is_packet = msg.contains(" packet: from ");
    let mut after = None;
    let words = msg.split(' ').map(|word| {
        let word = match word {
            _ if after.is_some() => "..".to_owned(),
            word if word.len() == 10 && word.ends_with("_i") => ".._i".to_owned(),
            word if word.len() == 10 && word.ends_with("_o") => ".._o".to_owned(),
            word if is_packet && word.starts_with('(') => "(..".to_owned(),
            word if is_seconds(word) => "..s".to_owned(),
            word => word.to_owned(),
        };
        after = ["SPI", "client"].into_iter().find(|before| word == *before);
        word
    });
    let msg = words.collect::<Vec<_>>().join(" ");
    let (level, name, id) = (get("level"), get("ikesa-name"), get("ikesa-uniqueid"));
    Some(format!("{group} {level} {name} {id}: {msg}"))
}

fn is_seconds(word: &str) -> bool {
    let number = word.strip_suffix('s');
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// In one line, without what is of the moment, and without NAT.
fn shown(section: &Section) -> String {
    let entries = section.iter().filter_map(|(name, value)| {
        let name = String::from_utf8_lossy(name).into_owned();
        let value = match (name.as_str(), value) {
            ("nat-remote" | "nat-any" | "encap", _) => return None,
            (
                "initiator-spi" | "responder-spi" | "spi-in" | "spi-out" | "established"
                | "rekey-time" | "life-time" | "install-time" | "invalid-spi",
                _,
            ) => "..".to_owned(),
            (_, Value::Scalar(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            (_, Value::List(items)) => format!("{items:?}"),
            (_, Value::Section(section)) => shown(section),
        };
        Some(format!("{name}={value}"))
    });
    format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
}
