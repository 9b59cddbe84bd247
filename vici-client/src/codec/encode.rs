//! Requests on their way out: checked and encoded before a byte is written.

use serde::Serialize;
use vici_serde::{
    Element, Elements, ErrorKind, MAX_MESSAGE_LEN, Message, Path, Segment, Serializer,
    is_printable, names_are_printable,
};
use vici_types::{Command, Event, InvalidRequest, Request, StreamingCommand};

use crate::error::{Error, Result};
use crate::proto::{MAX_FRAME_LEN, ProtocolError, RequestId, Session};
use crate::raw::RawMessage;

/// Checks a request, encodes it and puts it among what a session sends.
///
/// Behind a command whose response grows with the configuration (`get-*`) goes a
/// [fence](Session::fence): the daemon drops a response over 512 KiB, and then the request ends with
/// [`Error::Dropped`] instead of never.
///
/// # Errors
///
/// [`Error::InvalidRequest`] and [`Error::Encode`], and [`Error::Closed`] for a closed session. Nothing
/// is sent then.
pub fn send<R: Command>(session: &mut Session, request: &R) -> Result<RequestId> {
    check(request)?;
    send_message(session, R::NAME, request)
}

/// [`send`] by the name of the command, with a message.
///
/// # Errors
///
/// As [`send`].
pub fn send_raw(session: &mut Session, command: &str, message: &Message) -> Result<RequestId> {
    send_message(session, command, message)
}

/// [`send`] of what [`encode`] or [`encode_raw`] has returned for `command`.
///
/// # Errors
///
/// As [`send`].
pub fn send_encoded(session: &mut Session, command: &str, message: &[u8]) -> Result<RequestId> {
    let id = session.request(command, message);
    fenced(
        session,
        command,
        id.map_err(|error| refused(command, error)),
    )
}

/// Checks a request that streams events, encodes it and puts it among what a session sends.
///
/// Commands that only list (`list-*`) are sent along with the registration of their event, as
/// [`Session::trust_event`] says.
///
/// # Errors
///
/// As [`send`].
pub fn send_stream<R: StreamingCommand>(session: &mut Session, request: &R) -> Result<RequestId> {
    check(request)?;
    stream_message(session, R::NAME, R::Event::NAME, request)
}

/// [`send_stream`] by the names of command and event, with a message.
///
/// # Errors
///
/// As [`send`].
pub fn send_stream_raw(
    session: &mut Session,
    command: &str,
    event: &str,
    message: &Message,
) -> Result<RequestId> {
    stream_message(session, command, event, message)
}

/// [`send_stream`] of what [`encode`] or [`encode_raw`] has returned for `command`.
///
/// # Errors
///
/// As [`send`].
pub fn send_stream_encoded(
    session: &mut Session,
    command: &str,
    event: &str,
    message: &[u8],
) -> Result<RequestId> {
    trust(session, command, event);
    let id = session.stream(command, event, message);
    id.map_err(|error| refused(command, error))
}

/// Checks a request and encodes its message, for [`send_encoded`] or [`send_stream_encoded`].
///
/// The result is wiped when it is dropped, as requests carry secrets. [`send`] and [`send_stream`]
/// save the copy.
///
/// # Errors
///
/// [`Error::InvalidRequest`] and [`Error::Encode`].
pub fn encode<R: Request>(request: &R) -> Result<RawMessage> {
    check(request)?;
    encode_message(R::NAME, request)
}

/// [`encode`] of a message, with the name of its command.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_raw(command: &str, message: &Message) -> Result<RawMessage> {
    encode_message(command, message)
}

fn send_message<T: Serialize>(
    session: &mut Session,
    command: &str,
    message: &T,
) -> Result<RequestId> {
    let id = with_room(command, ROOM_IN_PLACE, |room| {
        session.request_with(command, room, |frames| {
            write(command, message, frames, room)
        })
    });
    fenced(session, command, id)
}

fn stream_message<T: Serialize>(
    session: &mut Session,
    command: &str,
    event: &str,
    message: &T,
) -> Result<RequestId> {
    trust(session, command, event);
    with_room(command, ROOM_IN_PLACE, |room| {
        session.stream_with(command, event, room, |frames| {
            write(command, message, frames, room)
        })
    })
}

fn encode_message<T: Serialize>(command: &str, message: &T) -> Result<RawMessage> {
    with_room(command, ROOM_OF_ITS_OWN, |room| {
        let mut encoded = RawMessage::new(Vec::with_capacity(room));
        write(command, message, encoded.as_mut_vec(), room)?;
        Ok(encoded)
    })
}

/// A command whose response may be over the limit, as it lists what is loaded.
fn fenced(session: &mut Session, command: &str, id: Result<RequestId>) -> Result<RequestId> {
    if id.is_ok() && command.starts_with("get-") {
        session.fence().map_err(|error| refused(command, error))?;
    }
    id
}

/// A command that changes nothing may be carried out for an event that the daemon turns out not to
/// know.
fn trust(session: &mut Session, command: &str, event: &str) {
    if command.starts_with("list-") {
        session.trust_event(event);
    }
}

/// Tries with little room first, since most requests are short: what is written to is reserved
/// before, so that no copy of a secret is left behind by growing.
fn with_room<T>(
    command: &str,
    first: usize,
    mut send: impl FnMut(usize) -> core::result::Result<T, Failure>,
) -> Result<T> {
    // The frame also holds the type of the packet, the name and its length.
    let limit = MAX_MESSAGE_LEN.min(MAX_FRAME_LEN.saturating_sub(2 + command.len()));
    let mut room = first.min(limit);
    loop {
        match send(room) {
            Ok(sent) => return Ok(sent),
            Err(Failure::TooLong(_)) if room < limit => room = room.saturating_mul(16).min(limit),
            Err(Failure::TooLong(error)) => {
                return Err(Error::Encode {
                    name: command.to_owned(),
                    error,
                });
            }
            Err(Failure::Message(error)) => return Err(error),
            Err(Failure::Packet(error)) => return Err(refused(command, error)),
        }
    }
}

/// Appends the message to `frames`, at most `room` bytes.
fn write<T: Serialize>(
    command: &str,
    message: &T,
    frames: &mut Vec<u8>,
    room: usize,
) -> core::result::Result<(), Failure> {
    let start = frames.len();
    let error = |error: vici_serde::Error| match error.kind() {
        ErrorKind::MessageTooLong(_) => Failure::TooLong(error),
        _ => Failure::Message(Error::Encode {
            name: command.to_owned(),
            error,
        }),
    };
    message
        .serialize(&mut Serializer::with_limit(frames, room))
        .map_err(error)?;
    let message = frames.get(start..).unwrap_or_default();
    match find_unreadable_name(message).map_err(error)? {
        None => Ok(()),
        Some(path) => Err(Failure::Message(Error::InvalidRequest {
            name: command.to_owned(),
            error: InvalidRequest::new(
                path,
                "the daemon can't read a name that is not printable ASCII",
            ),
        })),
    }
}

fn check<R: Request>(request: &R) -> Result<()> {
    request.check().map_err(|error| Error::InvalidRequest {
        name: R::NAME.to_owned(),
        error,
    })
}

/// A request that the protocol has no packet for.
pub(crate) fn refused(name: &str, error: ProtocolError) -> Error {
    match error {
        ProtocolError::Closed => Error::Closed,
        error => Error::InvalidRequest {
            name: name.to_owned(),
            error: InvalidRequest::new("", error.to_string()),
        },
    }
}

/// The path of the first name in a message that the daemon can't read. It takes 0x20 to 0x7e; with
/// any other byte it would ignore the rest of the message, in many commands without an error.
fn find_unreadable_name(message: &[u8]) -> core::result::Result<Option<Path>, vici_serde::Error> {
    if names_are_printable(message) {
        return Ok(None);
    }
    let mut sections: Vec<&[u8]> = Vec::new();
    for element in Elements::new(message) {
        let (name, is_section) = match element? {
            Element::SectionStart { name } => (name, true),
            Element::KeyValue { name, .. } | Element::ListStart { name } => (name, false),
            Element::SectionEnd => {
                sections.pop();
                continue;
            }
            _ => continue,
        };
        if !is_printable(name) {
            sections.push(name);
            return Ok(Some(sections.into_iter().map(Segment::from).collect()));
        }
        if is_section {
            sections.push(name);
        }
    }
    Ok(None)
}

/// Why a command could not be put among what is to be sent.
enum Failure {
    /// There is not enough room.
    TooLong(vici_serde::Error),
    Message(Error),
    Packet(ProtocolError),
}

impl From<ProtocolError> for Failure {
    fn from(error: ProtocolError) -> Self {
        Self::Packet(error)
    }
}

/// Room for most requests, in a buffer that is kept.
const ROOM_IN_PLACE: usize = 4 * 1024;

/// Room for many requests, in a buffer that is wiped as a whole.
const ROOM_OF_ITS_OWN: usize = 1024;
