//! What a scripted daemon does with a command.

use core::fmt;
use core::marker::PhantomData;

use serde::Serialize;
use vici_serde::Message;
use vici_types::{Event, Request, StreamingCommand};

use super::gate::Gate;
use crate::server::{Call, Reply};

/// What a [`ScriptedDaemon`](super::ScriptedDaemon) does with the command `R`: steps, in their order,
/// and an end, which is `success = yes` unless another one is given.
///
/// ```
/// use vici_testing::{Answer, Gate};
/// use vici_client::vici_types::{ControlLog, Initiate};
///
/// let gate = Gate::new();
/// let answer = Answer::<Initiate>::new()
///     .stream([ControlLog::default()])
///     .hold(&gate)
///     .fail("establishing CHILD_SA 'net' failed");
/// # let _ = answer;
/// ```
///
/// # Panics
///
/// What has no encoding, such as a name that is too long, is a panic where it is given.
#[must_use]
pub struct Answer<R> {
    steps: Vec<Step>,
    end: Reply,
    request: PhantomData<fn(R)>,
}

#[derive(Clone)]
enum Step {
    Stream(String, Vec<u8>),
    Raise(String, Vec<u8>),
    Bytes(Vec<u8>),
    Hold(Gate),
}

impl<R> Answer<R> {
    /// The response `success = yes`.
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            end: Reply::success(),
            request: PhantomData,
        }
    }

    /// The events to stream before what follows, to the connection that asked.
    #[track_caller]
    pub fn stream(mut self, events: impl IntoIterator<Item = R::Event>) -> Self
    where
        R: StreamingCommand,
        R::Event: Serialize,
    {
        for event in events {
            let message = encode(&event);
            let name = R::Event::NAME.to_owned();
            self.steps.push(Step::Stream(name, message));
        }
        self
    }

    /// An event to stream, by name.
    #[track_caller]
    pub fn stream_raw(self, event: &str, message: &Message) -> Self {
        let step = Step::Stream(event.to_owned(), encode(message));
        self.step(step)
    }

    /// An event to send to every connection that has registered it.
    #[track_caller]
    pub fn raise<E: Event + Serialize>(self, event: &E) -> Self {
        let step = Step::Raise(E::NAME.to_owned(), encode(event));
        self.step(step)
    }

    /// Bytes to send as they are: garbage, or a part of a frame.
    pub fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Bytes(bytes.into()))
    }

    /// Waits here until the gate is open. Other connections are served meanwhile.
    pub fn hold(self, gate: &Gate) -> Self {
        self.step(Step::Hold(gate.clone()))
    }

    /// Ends with a response.
    #[track_caller]
    pub fn respond(self, response: &R::Response) -> Self
    where
        R: Request,
        R::Response: Serialize,
    {
        let message = encode(response);
        self.end(Reply::Response(message))
    }

    /// Ends with a response that is a message.
    #[track_caller]
    pub fn respond_raw(self, response: &Message) -> Self {
        let message = encode(response);
        self.end(Reply::Response(message))
    }

    /// Ends with `success = no` and the daemon's reason.
    pub fn fail(self, errmsg: &str) -> Self {
        self.end(Reply::failure(errmsg))
    }

    /// Ends with telling that there is no such command.
    pub fn unknown(self) -> Self {
        self.end(Reply::Unknown)
    }

    /// Ends without a response, as the daemon does where the response is over 512 KiB.
    pub fn silence(self) -> Self {
        self.end(Reply::Silence)
    }

    /// Ends with closing the connection.
    pub fn close(self) -> Self {
        self.end(Reply::Close)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn end(mut self, end: Reply) -> Self {
        self.end = end;
        self
    }

    /// The gates that it waits at.
    pub(super) fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.steps.iter().filter_map(|step| match step {
            Step::Hold(gate) => Some(gate),
            _ => None,
        })
    }

    pub(super) fn perform(self, call: &Call<'_>) -> Reply {
        for step in self.steps {
            match step {
                Step::Stream(event, message) => call.stream_encoded(&event, &message),
                Step::Raise(event, message) => call.raise_encoded(&event, &message),
                Step::Bytes(bytes) => call.send_bytes(&bytes),
                Step::Hold(gate) => gate.pass(),
            }
        }
        self.end
    }
}

impl<R> Clone for Answer<R> {
    fn clone(&self) -> Self {
        Self {
            steps: self.steps.clone(),
            end: self.end.clone(),
            request: PhantomData,
        }
    }
}

impl<R> Default for Answer<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Answer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("steps", &self.steps.len())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

#[track_caller]
fn encode<T: ?Sized + Serialize>(value: &T) -> Vec<u8> {
    match vici_serde::to_vec(value) {
        Ok(message) => message,
        Err(error) => panic!("an answer has no encoding: {error}"),
    }
}
