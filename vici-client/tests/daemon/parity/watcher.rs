//! A connection that writes down what comes, in its order.

use std::fs;
use std::time::{Duration, Instant};

use vici_client::proto::{FrameReader, Packet};
use vici_client::vici_serde::{Section, Value, from_slice, to_vec};
use vici_client::{Client, Message, Socket, Transport};
use vici_types::{Command, Terminate};

use crate::charon::{Daemon, PATIENCE};

/// A connection with registered events.
pub(super) struct Watcher {
    stream: Socket,
    reader: FrameReader,
    told: Told,
    /// How many responses are to come.
    open: usize,
    marks: usize,
    /// How much of the file was looked at.
    filed: usize,
}

/// What came. A daemon has no order between the log, the other events, and responses, nor one of the
/// events of its log: each is raised by whichever thread is free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) log: Vec<String>,
    /// The messages of the log with their groups alone, as a file has them.
    pub(super) order: Vec<String>,
    pub(super) events: Vec<String>,
    pub(super) responses: Vec<String>,
    /// How many events had come before each response.
    pub(super) early: Vec<usize>,
}

impl Told {
    fn add_logged(&mut self, message: &Message) {
        let get = |name: &str| message.get::<String>(name).unwrap_or_default();
        let (group, level) = (get("group"), get("level"));
        let Some(msg) = normal(&group, &get("msg")) else {
            return;
        };
        let (name, id) = (get("ikesa-name"), get("ikesa-uniqueid"));
        self.log.push(format!("{group} {level} {name} {id}: {msg}"));
        self.order.push(format!("{group}: {msg}"));
    }
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
            filed: 0,
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
        told.order.retain(|line| !is_mark(line));
        told.log.sort();
        told.responses.pop();
        told.early.pop();
        told
    }

    /// What has come to the file of the daemon's log since the last time, in the order in which it was
    /// logged, once there is as much of it: it comes later than the events of it.
    pub(super) fn file(&mut self, daemon: &Daemon, as_much_as: &Told) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(daemon.dir().join("charon.log")).unwrap();
            // All since this has registered.
            let lines = text.lines().skip_while(|line| !line.ends_with("'mark-1'"));
            let lines = lines.filter(|line| !line.contains("'mark-"));
            // Such as `12[IKE] peer supports MOBIKE`.
            let lines = lines.filter_map(|line| {
                let (group, msg) = line.split_once('[')?.1.split_once("] ")?;
                Some(format!("{group}: {}", normal(group, msg)?))
            });
            let order: Vec<String> = lines.skip(self.filed).collect();
            if order.len() >= as_much_as.order.len() || Instant::now() > deadline {
                self.filed += order.len();
                return order;
            }
        }
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
                        self.told.add_logged(&tree(message));
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
fn normal(group: &str, msg: &str) -> Option<String> {
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
    Some(words.collect::<Vec<_>>().join(" "))
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
                | "rekey-time" | "life-time" | "install-time" | "invalid-spi" | "reqid",
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
