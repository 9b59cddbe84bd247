//! The bytes to send, wiped as they go.

use core::ops::Range;

use zeroize::Zeroize;

use super::packet::frame_header;
use super::{MAX_FRAME_LEN, Packet, ProtocolError};

/// Frames that wait to be sent, in one buffer.
///
/// Requests carry secrets. What has been sent is overwritten with zeros at once, and the buffer is
/// replaced, never reallocated, when it must grow: a copy that the allocator leaves behind could not
/// be wiped. Frames are found by their position in all bytes ever sent, so that a position stays
/// good when the buffer is emptied.
#[derive(Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    /// How many of `bytes` have been sent.
    head: usize,
    /// The position of the first of `bytes`.
    base: u64,
}

impl Output {
    /// Appends a packet and returns its place.
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> Result<Range<u64>, ProtocolError> {
        let message = match packet {
            Packet::CommandRequest { message, .. } => message.len(),
            _ => 0,
        };
        self.push_with(packet, message, |_| Ok(()))
    }

    /// Appends a packet and behind it what `message` appends to the buffer, at most `room` bytes.
    ///
    /// On an error the buffer is as before.
    pub(super) fn push_with<E: From<ProtocolError>>(
        &mut self,
        packet: &Packet<'_>,
        room: usize,
        message: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Range<u64>, E> {
        // The longest header is that of a frame with a name of 255 bytes.
        self.reserve(room.min(MAX_FRAME_LEN) + MAX_HEADER_LEN);
        let start = self.bytes.len();
        packet.encode(&mut self.bytes)?;

        let written = message(&mut self.bytes).and_then(|()| {
            let len = self.bytes.len() - start - 4;
            let header = frame_header(len)?;
            if let Some(place) = self.bytes.get_mut(start..start + 4) {
                place.copy_from_slice(&header);
            }
            Ok(())
        });
        match written {
            Ok(()) => Ok(self.base + to_u64(start)..self.end()),
            Err(error) => {
                self.truncate(start);
                Err(error)
            }
        }
    }

    /// Takes back a frame of which nothing has been sent.
    pub(super) fn remove(&mut self, place: Range<u64>) {
        let Range { start, end } = self.indices(place);
        let len = self.bytes.len();
        self.bytes.copy_within(end..len, start);
        self.truncate(len - (end - start));
    }

    /// What is to be sent, up to the position `limit`.
    pub(super) fn unsent(&self, limit: Option<u64>) -> &[u8] {
        let end = match limit {
            Some(limit) => self.indices(limit..limit).end,
            None => self.bytes.len(),
        };
        self.bytes.get(self.head..end).unwrap_or_default()
    }

    pub(super) fn sent(&mut self, count: usize) {
        let head = self.head.saturating_add(count).min(self.bytes.len());
        if let Some(sent) = self.bytes.get_mut(self.head..head) {
            sent.zeroize();
        }
        self.head = head;
        if self.head == self.bytes.len() {
            self.base += to_u64(self.head);
            self.head = 0;
            self.bytes.clear();
        }
    }

    /// The position up to which everything has been sent.
    pub(super) fn sent_to(&self) -> u64 {
        self.base + to_u64(self.head)
    }

    /// The position behind the next `count` bytes to send.
    pub(super) fn position(&self, count: usize) -> u64 {
        self.sent_to() + to_u64(count)
    }

    /// Forgets and wipes everything.
    pub(super) fn clear(&mut self) {
        self.sent(usize::MAX);
    }

    fn end(&self) -> u64 {
        self.base + to_u64(self.bytes.len())
    }

    fn truncate(&mut self, len: usize) {
        if let Some(rest) = self.bytes.get_mut(len..) {
            rest.zeroize();
        }
        self.bytes.truncate(len);
    }

    fn reserve(&mut self, room: usize) {
        if self.bytes.capacity() - self.bytes.len() >= room {
            return;
        }
        let unsent = self.unsent(None);
        let mut bytes = Vec::with_capacity(unsent.len() + room);
        bytes.extend_from_slice(unsent);
        self.bytes.as_mut_slice().zeroize();
        self.bytes = bytes;
        self.base += to_u64(self.head);
        self.head = 0;
    }

    fn indices(&self, place: Range<u64>) -> Range<usize> {
        let index = |position: u64| {
            let index = usize::try_from(position.saturating_sub(self.base));
            index.unwrap_or(usize::MAX).min(self.bytes.len())
        };
        index(place.start)..index(place.end)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.bytes.as_mut_slice().zeroize();
    }
}

fn to_u64(len: usize) -> u64 {
    // No platform of Rust has wider addresses.
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// The length of a frame, the type of the packet, the length of its name, the name.
const MAX_HEADER_LEN: usize = 4 + 1 + 1 + 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(message: &'static [u8]) -> Packet<'static> {
        Packet::CommandRequest { name: "x", message }
    }

    #[test]
    fn what_was_sent_is_wiped_at_once() {
        let mut output = Output::default();
        output.push(&request(b"secret")).unwrap();
        let len = output.bytes.len();
        output.sent(len - 1);
        assert_eq!(output.bytes[..len - 1], vec![0; len - 1]);
        assert_eq!(output.unsent(None), b"t");
    }

    #[test]
    fn buffer_stays_where_it_is_while_a_message_is_written() {
        let mut output = Output::default();
        let packet = request(&[]);
        let mut places = Vec::new();
        for _ in 0..2 {
            let written = output.push_with::<ProtocolError>(&packet, MAX_FRAME_LEN, |bytes| {
                for _ in 0..MAX_FRAME_LEN - 3 {
                    let before = bytes.as_ptr();
                    bytes.push(b's');
                    assert_eq!(bytes.as_ptr(), before);
                }
                Ok(())
            });
            let len = usize::try_from(written.unwrap().end - output.base).unwrap();
            assert_eq!(len, 4 + MAX_FRAME_LEN);
            places.push(output.bytes.as_ptr());
            output.sent(len);
            assert!(output.unsent(None).is_empty());
        }
        // It is the same for the next request.
        assert_eq!(places[0], places[1]);
    }

    #[test]
    fn larger_buffer_takes_over_what_is_not_sent() {
        let mut output = Output::default();
        let first = output.push(&request(b"one")).unwrap();
        output.sent(3);
        let message = vec![b'2'; 10_000];
        let second = output.push(&Packet::CommandRequest {
            name: "x",
            message: &message,
        });
        let second = second.unwrap();
        assert_eq!(first.end, second.start);
        assert_eq!(output.sent_to(), 3);
        assert_eq!(output.unsent(Some(first.end)), b"\x06\x00\x01xone");
        assert!(output.unsent(None).ends_with(b"222"));
        assert_eq!(output.unsent(None).len(), 7 + 4 + 3 + 10_000);
    }

    #[test]
    fn frame_is_taken_back_from_between_others() {
        let mut output = Output::default();
        output.push(&request(b"1")).unwrap();
        let second = output.push(&request(b"secret")).unwrap();
        output.push(&request(b"3")).unwrap();
        output.sent(2);
        output.remove(second);
        assert_eq!(
            output.unsent(None),
            b"\x00\x04\x00\x01x1\x00\x00\x00\x04\x00\x01x3"
        );
    }

    #[test]
    fn failed_message_leaves_nothing() {
        let mut output = Output::default();
        output.push(&request(b"1")).unwrap();
        let before = output.unsent(None).to_vec();
        let failed = output.push_with(&request(&[]), 10, |bytes| {
            bytes.extend_from_slice(b"secret");
            Err(ProtocolError::Closed)
        });
        assert!(failed.is_err());
        assert_eq!(output.unsent(None), before);
    }
}
