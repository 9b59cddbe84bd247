//! What a simulated daemon has, and how it tells.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use vici_serde::Message;

use super::Peer;
use super::authority::Authority;
use super::conn::Conn;
use super::counters::Counters;
use super::credential::Credentials;
use super::policy::Policy;
use super::pool::Pool;
use super::sa::IkeSa;
use crate::{Call, Reply, Server};

/// Why a command was refused, in the words of the daemon.
pub(super) type Refused = String;

/// All that a simulated daemon has.
#[derive(Debug)]
pub(super) struct State {
    pub(super) version: String,
    pub(super) started: Instant,
    pub(super) since: SystemTime,
    pub(super) conns: Vec<Conn>,
    pub(super) authorities: Vec<Authority>,
    pub(super) pools: Vec<Pool>,
    pub(super) credentials: Credentials,
    pub(super) policies: Vec<Policy>,
    pub(super) sas: Vec<IkeSa>,
    pub(super) peers: BTreeMap<String, Peer>,
    pub(super) counters: Counters,
    /// The numbers that were given last.
    pub(super) ike_id: u32,
    pub(super) child_id: u32,
    pub(super) random: Random,
    /// How often it was started anew.
    pub(super) restarts: u32,
    /// Whether nothing is worth waiting for any more.
    pub(super) over: bool,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            version: "5.9.8".to_owned(),
            started: Instant::now(),
            since: SystemTime::now(),
            conns: Vec::new(),
            authorities: Vec::new(),
            pools: Vec::new(),
            credentials: Credentials::default(),
            policies: Vec::new(),
            sas: Vec::new(),
            peers: BTreeMap::new(),
            counters: Counters::default(),
            ike_id: 0,
            child_id: 0,
            random: Random(0),
            restarts: 0,
            over: false,
        }
    }

    /// Forgets all but what it is and what its peers are like.
    pub(super) fn restart(&mut self) {
        *self = Self {
            version: core::mem::take(&mut self.version),
            peers: core::mem::take(&mut self.peers),
            restarts: self.restarts + 1,
            ..Self::new()
        };
    }
}

/// Numbers that look random, and are the same in every run.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn long(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An SPI of a CHILD_SA; the first 256 numbers are reserved.
    pub(super) fn spi(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.long().to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) | 0x100
    }

    /// A time at which to rekey, up to a tenth before the given one.
    pub(super) fn before(&mut self, time: u64) -> u64 {
        time - self.long() % (time / 10 + 1)
    }
}

/// Where events go: to all that registered them, and those of a stream to the one that asked.
#[derive(Clone, Copy)]
pub(super) struct Output<'a> {
    to: To<'a>,
    /// The highest level of messages to stream.
    control: Option<i64>,
}

#[derive(Clone, Copy)]
enum To<'a> {
    Call(&'a Call<'a>),
    Server(&'a Server),
}

/// An IKE_SA that a message of the log is about.
pub(super) type About<'a> = Option<(&'a str, u32)>;

impl<'a> Output<'a> {
    pub(super) fn of_call(call: &'a Call<'a>) -> Self {
        Self {
            to: To::Call(call),
            control: None,
        }
    }

    pub(super) fn of_server(server: &'a Server) -> Self {
        Self {
            to: To::Server(server),
            control: None,
        }
    }

    /// Whether nobody hears of it any more.
    pub(super) fn is_closed(&self) -> bool {
        match self.to {
            To::Call(call) => call.is_closed(),
            To::Server(_) => false,
        }
    }

    /// With messages of the log up to this level streamed.
    pub(super) fn with_control_log(self, level: i64) -> Self {
        Self {
            control: Some(level),
            ..self
        }
    }

    pub(super) fn raise(&self, event: &str, message: &Message) {
        let message = encode(message);
        match self.to {
            To::Call(call) => call.raise_encoded(event, &message),
            To::Server(server) => {
                server.raise_encoded(event, &message);
            }
        }
    }

    pub(super) fn stream(&self, event: &str, message: &Message) {
        if let To::Call(call) = self.to {
            call.stream_encoded(event, &encode(message));
        }
    }

    pub(super) fn log(&self, group: &str, level: u8, about: About<'_>, msg: &str) {
        let head = Message::new().key("group", group).key("level", level);
        let tail = |message: Message| {
            let message = match about {
                Some((name, id)) => message.key("ikesa-name", name).key("ikesa-uniqueid", id),
                None => message,
            };
            message.key("msg", msg)
        };
        self.raise("log", &tail(head.clone().key("thread", THREAD)));
        if about.is_some() && self.control.is_some_and(|limit| i64::from(level) <= limit) {
            self.stream("control-log", &tail(head));
        }
    }

    pub(super) fn config(&self, msg: &str) {
        self.log("CFG", 1, None, msg);
    }
}

/// `success` and, where there is one, the reason.
pub(super) fn done(result: Result<(), Refused>) -> Reply {
    match result {
        Ok(()) => Reply::success(),
        Err(errmsg) => Reply::failure(&errmsg),
    }
}

/// A message within the limits; one beyond them the daemon would not send.
fn encode(message: &Message) -> Vec<u8> {
    vici_serde::to_vec(message).unwrap_or_default()
}

/// The thread that all is logged by.
const THREAD: u32 = 7;
