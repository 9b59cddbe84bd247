//! How a simulated daemon tells what happens.

use vici_serde::Message;

use crate::server::{Call, Reply, Server};

/// Why a command was refused, in the words of the daemon.
pub(super) type Refused = String;

/// Where events go: to all that registered them, and those of a stream to the one that asked.
#[derive(Clone, Copy)]
pub(super) struct Output<'a> {
    to: To<'a>,
    /// The highest level of messages to stream.
    control: Option<i64>,
    /// Whether what concludes an attempt is told behind the answer.
    concludes_late: bool,
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
            concludes_late: false,
        }
    }

    pub(super) fn of_server(server: &'a Server) -> Self {
        Self {
            to: To::Server(server),
            control: None,
            concludes_late: false,
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

    /// With the event that concludes an attempt behind the answer.
    pub(super) fn concluding_late(self) -> Self {
        Self {
            concludes_late: true,
            ..self
        }
    }

    /// Raises the event that concludes an attempt.
    pub(super) fn conclude(&self, event: &str, message: &Message) {
        match self.to {
            To::Call(call) if self.concludes_late => {
                call.raise_encoded_afterwards(event, encode(message));
            }
            _ => self.raise(event, message),
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
