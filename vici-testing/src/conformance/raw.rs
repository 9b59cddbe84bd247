//! A connection whose bytes are written by hand.

use std::io::ErrorKind;

use vici_client::proto::{FrameReader, Packet};
use vici_client::{Socket, Transport};
use vici_serde::Message;

use super::{PATIENCE, Place};

pub(super) struct Raw {
    stream: Socket,
    reader: FrameReader,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    Response(Message),
    Unknown,
    Confirm,
    EventUnknown,
    Event(String),
    /// Something that a server does not send, or nothing that makes sense.
    Nonsense(String),
    End,
}

impl Raw {
    pub(super) fn connect(place: &Place<'_>) -> Result<Self, String> {
        Ok(Self {
            stream: place.socket()?,
            reader: FrameReader::new(),
        })
    }

    /// Writes bytes. That the server has closed the connection is for the next read to tell.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.write_within(rest, Some(PATIENCE)) {
                Ok(count) if count > 0 => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    }

    /// Sends a frame with this in it.
    pub(super) fn send_payload(&mut self, payload: &[u8]) {
        let len = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        self.write(&[&len.to_be_bytes()[..], payload].concat());
    }

    pub(super) fn send(&mut self, packet: Packet<'_>) -> Result<(), String> {
        let frame = frame(packet)?;
        self.write(&frame);
        Ok(())
    }

    /// The next packet.
    pub(super) fn read(&mut self) -> Result<Came, String> {
        loop {
            match self.reader.next_frame() {
                Ok(Some(frame)) => return Ok(came(frame)),
                Ok(None) => {}
                Err(error) => return Err(error.to_string()),
            }
            match self
                .stream
                .read_within(self.reader.buffer(), Some(PATIENCE))
            {
                Ok(0) => return Ok(Came::End),
                Ok(count) => self.reader.advance(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
                    ) =>
                {
                    return Ok(Came::End);
                }
                Err(error) => return Err(format!("nothing comes: {error}")),
            }
        }
    }

    /// Reads what has to come.
    pub(super) fn expect(&mut self, expected: &Came) -> Result<(), String> {
        let came = self.read()?;
        if came == *expected {
            return Ok(());
        }
        Err(format!("{expected:?} was expected, {came:?} came"))
    }

    pub(super) fn ask(&mut self, packet: Packet<'_>, expected: &Came) -> Result<(), String> {
        self.send(packet)?;
        self.expect(expected)
    }

    /// Asks for the version, whose response tells that all is well.
    pub(super) fn expect_version(&mut self) -> Result<(), String> {
        match self.read()? {
            Came::Response(message) if message.get::<String>("version").is_ok() => Ok(()),
            came => Err(format!("a version was expected, {came:?} came")),
        }
    }

    pub(super) fn is_alive(&mut self) -> Result<(), String> {
        self.send(VERSION)?;
        self.expect_version()
    }
}

pub(super) const VERSION: Packet<'_> = Packet::CommandRequest {
    name: "version",
    message: &[],
};

pub(super) fn frame(packet: Packet<'_>) -> Result<Vec<u8>, String> {
    let mut frame = Vec::new();
    packet
        .encode(&mut frame)
        .map_err(|error| error.to_string())?;
    Ok(frame)
}

fn came(frame: &[u8]) -> Came {
    match Packet::decode(frame) {
        Ok(Some(Packet::CommandResponse { message })) => match vici_serde::from_slice(message) {
            Ok(message) => Came::Response(message),
            Err(error) => Came::Nonsense(error.to_string()),
        },
        Ok(Some(Packet::CommandUnknown)) => Came::Unknown,
        Ok(Some(Packet::EventConfirm)) => Came::Confirm,
        Ok(Some(Packet::EventUnknown)) => Came::EventUnknown,
        Ok(Some(Packet::Event { name, .. })) => Came::Event(name.to_owned()),
        Ok(_) => Came::Nonsense("a packet that only clients send, or of no known type".to_owned()),
        Err(error) => Came::Nonsense(error.to_string()),
    }
}
