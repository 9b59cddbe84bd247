//! Requests on their way out: checked and encoded before a byte is written.

use core::time::Duration;

use serde::Serialize;
use vici_serde::{Element, Elements, MAX_MESSAGE_LEN, Serializer};
use vici_types::{InvalidRequest, Request};

use crate::client::{Client, invalid};
use crate::error::{Error, Result};
use crate::proto::{MAX_FRAME_LEN, ProtocolError, RequestId};

/// A message with the name of its command.
pub(crate) struct Outgoing<'a, T> {
    pub(crate) command: &'a str,
    pub(crate) message: &'a T,
    /// The time that the daemon is asked to work.
    pub(crate) wait: Duration,
}

impl<'a, R: Request> Outgoing<'a, R> {
    /// A request that says of itself that it is valid.
    pub(crate) fn checked(request: &'a R) -> Result<Self> {
        let command = R::NAME;
        request.check().map_err(|error| Error::InvalidRequest {
            name: command.to_owned(),
            error,
        })?;
        Ok(Self {
            command,
            message: request,
            wait: request.wait(),
        })
    }
}

impl<T: Serialize> Outgoing<'_, T> {
    /// Puts the command among what is to be sent, as a stream of `event` if there is one.
    pub(crate) fn enqueue<S>(
        &self,
        client: &mut Client<S>,
        event: Option<&str>,
    ) -> Result<RequestId> {
        let command = self.command;
        // The frame also holds the type of the packet, the name and its length.
        let limit = MAX_MESSAGE_LEN.min(MAX_FRAME_LEN.saturating_sub(2 + command.len()));
        let encode = |frames: &mut Vec<u8>| self.encode(frames, limit).map_err(Failure::Message);
        let session = &mut client.session;
        let sent = match event {
            None => session.request_with(command, limit, encode),
            Some(event) => session.stream_with(command, event, limit, encode),
        };
        sent.map_err(|failure| match failure {
            Failure::Message(error) => error,
            Failure::Packet(error) => invalid(command, error),
        })
    }

    fn encode(&self, frames: &mut Vec<u8>, limit: usize) -> Result<()> {
        let error = |error| Error::Encode {
            name: self.command.to_owned(),
            error,
        };
        let start = frames.len();
        self.message
            .serialize(&mut Serializer::with_limit(frames, limit))
            .map_err(error)?;
        let message = frames.get(start..).unwrap_or_default();
        match find_unreadable_name(message).map_err(error)? {
            None => Ok(()),
            Some(path) => Err(Error::InvalidRequest {
                name: self.command.to_owned(),
                error: InvalidRequest::new(
                    path,
                    "the daemon can't read a name that is not printable ASCII",
                ),
            }),
        }
    }
}

/// The path of the first name in a message that the daemon can't read. It takes 0x20 to 0x7e; with
/// any other byte it would ignore the rest of the message, in many commands without an error.
fn find_unreadable_name(message: &[u8]) -> core::result::Result<Option<String>, vici_serde::Error> {
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
        if !name.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
            sections.push(name);
            let mut path = String::new();
            for name in sections {
                if !path.is_empty() {
                    path.push('.');
                }
                path += &String::from_utf8_lossy(name).escape_debug().to_string();
            }
            return Ok(Some(path));
        }
        if is_section {
            sections.push(name);
        }
    }
    Ok(None)
}

/// Why a command could not be put among what is to be sent.
enum Failure {
    Message(Error),
    Packet(ProtocolError),
}

impl From<ProtocolError> for Failure {
    fn from(error: ProtocolError) -> Self {
        Self::Packet(error)
    }
}
