//! One packet and its bytes.

use core::fmt;

use byteorder::{ByteOrder, NetworkEndian};

use super::error::ProtocolError;
use super::frame::MAX_FRAME_LEN;

/// The longest name of a command or event, in bytes.
pub const MAX_NAME_LEN: usize = 255;

/// One packet of the protocol; messages are opaque bytes, of which `Debug` tells only the length.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// The client sends a command.
    #[doc(alias = "CMD_REQUEST")]
    CommandRequest {
        /// The command.
        name: &'a str,
        /// Its encoded message, empty for a command without keys.
        message: &'a [u8],
    },
    /// The daemon answers a command.
    #[doc(alias = "CMD_RESPONSE")]
    CommandResponse {
        /// The encoded message.
        message: &'a [u8],
    },
    /// The daemon does not know the command.
    #[doc(alias = "CMD_UNKNOWN")]
    CommandUnknown,
    /// The client asks for the events of a name.
    #[doc(alias = "EVENT_REGISTER")]
    EventRegister {
        /// The event.
        name: &'a str,
    },
    /// The client asks for no more events of a name.
    #[doc(alias = "EVENT_UNREGISTER")]
    EventUnregister {
        /// The event.
        name: &'a str,
    },
    /// The daemon has registered or unregistered an event.
    #[doc(alias = "EVENT_CONFIRM")]
    EventConfirm,
    /// The daemon does not know the event, or it was not registered.
    #[doc(alias = "EVENT_UNKNOWN")]
    EventUnknown,
    /// The daemon raises an event.
    #[doc(alias = "EVENT")]
    Event {
        /// The event.
        name: &'a str,
        /// The encoded message.
        message: &'a [u8],
    },
}

impl<'a> Packet<'a> {
    /// Reads a packet from the payload of a frame, that is without the frame's length.
    ///
    /// `None` stands for what is to be skipped: an empty frame, or a packet of an unknown type. Bytes
    /// behind a packet that has no message are ignored.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::NameTruncated`] and [`ProtocolError::NameNotText`].
    pub fn decode(payload: &'a [u8]) -> Result<Option<Self>, ProtocolError> {
        let Some((&kind, rest)) = payload.split_first() else {
            return Ok(None);
        };

        Ok(Some(match kind {
            COMMAND_REQUEST => {
                let (name, message) = split_name(rest)?;
                Self::CommandRequest { name, message }
            }
            COMMAND_RESPONSE => Self::CommandResponse { message: rest },
            COMMAND_UNKNOWN => Self::CommandUnknown,
            EVENT_REGISTER => Self::EventRegister {
                name: split_name(rest)?.0,
            },
            EVENT_UNREGISTER => Self::EventUnregister {
                name: split_name(rest)?.0,
            },
            EVENT_CONFIRM => Self::EventConfirm,
            EVENT_UNKNOWN => Self::EventUnknown,
            EVENT => {
                let (name, message) = split_name(rest)?;
                Self::Event { name, message }
            }
            _ => return Ok(None),
        }))
    }

    /// Appends the packet as a frame, with its length, to `frames`.
    ///
    /// # Errors
    ///
    /// [`ProtocolError::NameTooLong`], [`ProtocolError::NameNotPrintable`] and
    /// [`ProtocolError::FrameTooLong`]; nothing is appended then.
    pub fn encode(&self, frames: &mut Vec<u8>) -> Result<(), ProtocolError> {
        let (kind, name, message) = self.parts();
        let name = match name {
            Some(name) => Some((name_len(name)?, name)),
            None => None,
        };
        let len = 1 + name.map_or(0, |(_, name)| 1 + name.len()) + message.len();
        let header = frame_header(len)?;

        frames.reserve(header.len() + len);
        frames.extend_from_slice(&header);
        frames.push(kind);
        if let Some((len, name)) = name {
            frames.push(len);
            frames.extend_from_slice(name.as_bytes());
        }
        frames.extend_from_slice(message);
        Ok(())
    }

    fn parts(&self) -> (u8, Option<&'a str>, &'a [u8]) {
        match *self {
            Self::CommandRequest { name, message } => (COMMAND_REQUEST, Some(name), message),
            Self::CommandResponse { message } => (COMMAND_RESPONSE, None, message),
            Self::CommandUnknown => (COMMAND_UNKNOWN, None, &[]),
            Self::EventRegister { name } => (EVENT_REGISTER, Some(name), &[]),
            Self::EventUnregister { name } => (EVENT_UNREGISTER, Some(name), &[]),
            Self::EventConfirm => (EVENT_CONFIRM, None, &[]),
            Self::EventUnknown => (EVENT_UNKNOWN, None, &[]),
            Self::Event { name, message } => (EVENT, Some(name), message),
        }
    }
}

/// The length of a frame as it stands before it.
pub(super) fn frame_header(len: usize) -> Result<[u8; 4], ProtocolError> {
    if len > MAX_FRAME_LEN {
        return Err(ProtocolError::FrameTooLong { len });
    }
    let mut header = [0; 4];
    NetworkEndian::write_u32(
        &mut header,
        u32::try_from(len).map_err(|_| ProtocolError::FrameTooLong { len })?,
    );
    Ok(header)
}

/// The length byte of a name that the daemon can read.
fn name_len(name: &str) -> Result<u8, ProtocolError> {
    if !name.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return Err(ProtocolError::NameNotPrintable {
            name: name.to_owned(),
        });
    }
    u8::try_from(name.len()).map_err(|_| ProtocolError::NameTooLong { len: name.len() })
}

fn split_name(rest: &[u8]) -> Result<(&str, &[u8]), ProtocolError> {
    let (&len, rest) = rest.split_first().ok_or(ProtocolError::NameTruncated)?;
    let (name, message) = rest
        .split_at_checked(usize::from(len))
        .ok_or(ProtocolError::NameTruncated)?;
    let name = core::str::from_utf8(name).map_err(|_| ProtocolError::NameNotText)?;
    Ok((name, message))
}

const COMMAND_REQUEST: u8 = 0x00;
const COMMAND_RESPONSE: u8 = 0x01;
const COMMAND_UNKNOWN: u8 = 0x02;
const EVENT_REGISTER: u8 = 0x03;
const EVENT_UNREGISTER: u8 = 0x04;
const EVENT_CONFIRM: u8 = 0x05;
const EVENT_UNKNOWN: u8 = 0x06;
const EVENT: u8 = 0x07;

impl fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name, message) = match self {
            Self::CommandRequest { name, message } => ("CommandRequest", Some(name), Some(message)),
            Self::CommandResponse { message } => ("CommandResponse", None, Some(message)),
            Self::CommandUnknown => ("CommandUnknown", None, None),
            Self::EventRegister { name } => ("EventRegister", Some(name), None),
            Self::EventUnregister { name } => ("EventUnregister", Some(name), None),
            Self::EventConfirm => ("EventConfirm", None, None),
            Self::EventUnknown => ("EventUnknown", None, None),
            Self::Event { name, message } => ("Event", Some(name), Some(message)),
        };
        let mut packet = f.debug_struct(kind);
        if let Some(name) = name {
            packet.field("name", name);
        }
        if let Some(message) = message {
            packet.field("message", &Hidden(message));
        }
        packet.finish()
    }
}

/// Stands for a message where something is printed for debugging: messages carry keys, passwords
/// and PINs, so that only the length is told.
pub(crate) struct Hidden<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}
