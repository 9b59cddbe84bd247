//! Answers on their way in: failures told apart, the rest decoded.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use vici_serde::{Element, Elements, Message};
use vici_types::{Command, Event, Request, StreamingCommand};

use crate::error::{Error, Result};
use crate::proto::Outcome;
use crate::raw::RawMessage;

/// The response to a command, from how it ended and its message.
///
/// # Errors
///
/// [`Error::CommandFailed`] for `success = no`, [`Error::UnknownCommand`], [`Error::Dropped`],
/// [`Error::Closed`], and [`Error::Decode`] if the response does not fit its type.
pub fn response<R: Command>(outcome: Outcome, message: &[u8]) -> Result<R::Response> {
    response_of(R::NAME, None, outcome, message)
}

/// [`response`] of a command by its name, as a message.
///
/// # Errors
///
/// As [`response`].
pub fn response_raw(command: &str, outcome: Outcome, message: &[u8]) -> Result<Message> {
    response_of(command, None, outcome, message)
}

/// The response behind a stream, from how it ended and its message.
///
/// # Errors
///
/// As [`response`], and [`Error::UnknownEvent`].
pub fn stream_response<R: StreamingCommand>(
    outcome: Outcome,
    message: &[u8],
) -> Result<<R as Request>::Response> {
    response_of(R::NAME, Some(R::Event::NAME), outcome, message)
}

/// [`stream_response`] by the names of command and event, as a message.
///
/// # Errors
///
/// As [`stream_response`].
pub fn stream_response_raw(
    command: &str,
    event: &str,
    outcome: Outcome,
    message: &[u8],
) -> Result<Message> {
    response_of(command, Some(event), outcome, message)
}

/// An item of a stream.
///
/// # Errors
///
/// [`Error::Decode`] if it does not fit its type; the stream goes on.
pub fn item<R: StreamingCommand>(message: &[u8]) -> Result<R::Event> {
    event(message)
}

/// [`item`] of a stream of the event of a name, as a message.
///
/// # Errors
///
/// As [`item`].
pub fn item_raw(event: &str, message: &[u8]) -> Result<Message> {
    decode(event, message)
}

/// An event.
///
/// # Errors
///
/// [`Error::Decode`] if it does not fit its type.
pub fn event<E: Event>(message: &[u8]) -> Result<E> {
    decode(E::NAME, message)
}

/// Any message, into a type of your own that may borrow from it; `name` is the command or event that it
/// belongs to.
///
/// # Errors
///
/// [`Error::Decode`] if it does not fit its type.
pub fn decode<'de, T: Deserialize<'de>>(name: &str, message: &'de [u8]) -> Result<T> {
    vici_serde::from_slice(message).map_err(|error| undecodable(name, error, message))
}

fn response_of<T: DeserializeOwned>(
    command: &str,
    event: Option<&str>,
    outcome: Outcome,
    message: &[u8],
) -> Result<T> {
    match outcome {
        Outcome::Response => decode_response(command, message),
        outcome => Err(failure(command, event, outcome)),
    }
}

/// The error of a request that ended in another way than with a response.
pub(crate) fn failure(command: &str, event: Option<&str>, outcome: Outcome) -> Error {
    let name = command.to_owned();
    match outcome {
        Outcome::UnknownCommand => Error::UnknownCommand { name },
        Outcome::UnknownEvent => Error::UnknownEvent {
            name: event.map_or(name, str::to_owned),
        },
        Outcome::Closed => Error::Closed,
        // The other two are no ends of a command.
        Outcome::Dropped | Outcome::Response | Outcome::Item | Outcome::Confirmed => {
            Error::Dropped { name }
        }
    }
}

/// Decodes the response to a command, unless it says `success = no`.
fn decode_response<T: DeserializeOwned>(command: &str, response: &[u8]) -> Result<T> {
    if let Some(errmsg) = find_failure(response) {
        return Err(Error::CommandFailed {
            name: command.to_owned(),
            errmsg,
            response: decode::<Message>(command, response)?,
        });
    }
    decode(command, response)
}

/// The error of a message that does not fit its type.
pub(crate) fn undecodable(name: &str, error: vici_serde::Error, message: &[u8]) -> Error {
    Error::Decode {
        name: name.to_owned(),
        error,
        raw: RawMessage::new(message),
    }
}

/// The `errmsg`, if any, of a response with `success = no`. Only keys at the root count. Whatever
/// is malformed is left to the decoder, which says where.
fn find_failure(response: &[u8]) -> Option<Option<String>> {
    let mut depth = 0_usize;
    let mut success = None;
    let mut errmsg = None;
    for element in Elements::new(response) {
        match element.ok()? {
            Element::SectionStart { .. } => depth += 1,
            Element::SectionEnd => depth = depth.saturating_sub(1),
            Element::KeyValue { name, value } if depth == 0 => match name {
                b"success" => success = success.or(Some(value)),
                b"errmsg" => errmsg = errmsg.or(Some(value)),
                _ => {}
            },
            _ => {}
        }
    }
    if !success?.eq_ignore_ascii_case(b"no") {
        return None;
    }
    Some(errmsg.map(|text| String::from_utf8_lossy(text).into_owned()))
}
