//! The bytes to send, wiped as they go.

use core::ops::Range;
use std::collections::VecDeque;

use zeroize::Zeroize;

use super::error::ProtocolError;
use super::frame::{MAX_FRAME_LEN, to_u64};
use super::packet::{Packet, frame_header};

/// Frames that wait to be sent, in one buffer.
///
/// Requests carry secrets. What has been sent is overwritten with zeros at once, and the buffer is
/// replaced, never reallocated, when it must grow: a copy that the allocator leaves behind could not
/// be wiped. Frames are found by their position in all bytes ever queued, so that a position stays
/// good when the buffer is emptied.
///
/// A frame that is taken back from between others leaves a hole, which sending skips; when the holes
/// take more room than the frames, these move together.
#[derive(Default)]
pub(super) struct OutBuffer {
    bytes: Vec<u8>,
    /// How many of `bytes` have been sent.
    head: usize,
    /// The position of the first of `bytes`.
    base: u64,
    /// What was taken back behind `head`, in order; no two adjacent to each other, none at `head` or
    /// at the end.
    holes: VecDeque<Range<u64>>,
    /// The length of all holes.
    hollow: u64,
}

impl OutBuffer {
    /// Appends a packet and returns its place.
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> Result<Range<u64>, ProtocolError> {
        self.push_with(packet, 0, |_| Ok(()))
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
        let indices = self.indices(place.clone());
        if let Some(frame) = self.bytes.get_mut(indices) {
            frame.zeroize();
        }
        let index = self.holes.partition_point(|hole| hole.start < place.start);
        self.hollow += place.end - place.start;
        self.holes.insert(index, place);
        self.close_ends();
    }

    /// What is to be sent, up to the position `limit`, in one piece: what lies behind a hole is
    /// offered when all before it has been sent.
    pub(super) fn unsent(&self, limit: Option<u64>) -> &[u8] {
        let mut end = self.end();
        if let Some(limit) = limit {
            end = end.min(limit);
        }
        if let Some(hole) = self.holes.front() {
            end = end.min(hole.start);
        }
        let end = self.indices(end..end).end;
        self.bytes.get(self.head..end).unwrap_or_default()
    }

    pub(super) fn sent(&mut self, count: usize) {
        let head = self.head.saturating_add(count).min(self.bytes.len());
        if let Some(sent) = self.bytes.get_mut(self.head..head) {
            sent.zeroize();
        }
        self.head = head;
        self.close_ends();
    }

    /// The position up to which everything has been sent.
    pub(super) fn sent_to(&self) -> u64 {
        self.base + to_u64(self.head)
    }

    /// Moves the frames together, if the holes are the larger part, and returns the holes that are
    /// gone.
    pub(super) fn compact(&mut self) -> Option<VecDeque<Range<u64>>> {
        let waiting = to_u64(self.bytes.len() - self.head);
        if self.hollow <= KEPT_HOLLOW || self.hollow * 2 < waiting {
            return None;
        }
        let holes = core::mem::take(&mut self.holes);
        self.hollow = 0;
        let mut to = None;
        for (index, hole) in holes.iter().enumerate() {
            let next = holes.get(index + 1).map_or(self.end(), |next| next.start);
            let frames = self.indices(hole.end..next);
            let len = frames.len();
            let start = to.unwrap_or(self.indices(hole.clone()).start);
            self.bytes.copy_within(frames, start);
            to = Some(start + len);
        }
        if let Some(len) = to {
            self.truncate(len);
        }
        Some(holes)
    }

    /// Forgets and wipes everything.
    pub(super) fn clear(&mut self) {
        self.holes.clear();
        self.hollow = 0;
        self.sent(usize::MAX);
    }

    fn end(&self) -> u64 {
        self.base + to_u64(self.bytes.len())
    }

    /// Goes over the holes at either end, and begins anew when nothing is left.
    fn close_ends(&mut self) {
        while let Some(hole) = self.holes.front() {
            if hole.start > self.sent_to() {
                break;
            }
            self.head = self.indices(hole.clone()).end;
            self.hollow -= hole.end - hole.start;
            self.holes.pop_front();
        }
        while let Some(hole) = self.holes.back() {
            if hole.end < self.end() {
                break;
            }
            let len = self.indices(hole.clone()).start;
            self.hollow -= hole.end - hole.start;
            self.truncate(len);
            self.holes.pop_back();
        }
        if self.head == self.bytes.len() {
            self.base += to_u64(self.head);
            self.head = 0;
            self.bytes.clear();
            if self.bytes.capacity() > KEPT_CAPACITY {
                self.bytes = Vec::new();
            }
        }
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
        let waiting = self.bytes.get(self.head..).unwrap_or_default();
        // By the factor two, so that many requests behind each other are copied but a few times.
        let capacity = (waiting.len() + room).max(2 * waiting.len());
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend_from_slice(waiting);
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

impl Drop for OutBuffer {
    fn drop(&mut self) {
        self.bytes.as_mut_slice().zeroize();
    }
}

/// The length of a frame, the type of the packet, the length of its name, the name.
const MAX_HEADER_LEN: usize = 4 + 1 + 1 + 255;

/// A larger buffer is given back when all of it has been sent.
const KEPT_CAPACITY: usize = 8 * 1024;

/// So much of holes does no harm.
const KEPT_HOLLOW: u64 = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(message: &'static [u8]) -> Packet<'static> {
        Packet::CommandRequest { name: "x", message }
    }

    #[test]
    fn what_was_sent_is_wiped_at_once() {
        let mut output = OutBuffer::default();
        output.push(&request(b"secret")).unwrap();
        let len = output.bytes.len();
        output.sent(len - 1);
        assert_eq!(output.bytes[..len - 1], vec![0; len - 1]);
        assert_eq!(output.unsent(None), b"t");
    }

    #[test]
    fn buffer_stays_where_it_is_while_a_message_is_written() {
        let mut output = OutBuffer::default();
        let packet = request(&[]);
        for room in [100, 100, MAX_FRAME_LEN] {
            let reused = output.bytes.capacity() > room;
            let place = output.bytes.as_ptr();
            let written = output.push_with::<ProtocolError>(&packet, room, |bytes| {
                for _ in 0..room - 3 {
                    let before = bytes.as_ptr();
                    bytes.push(b's');
                    assert_eq!(bytes.as_ptr(), before);
                }
                Ok(())
            });
            let len = usize::try_from(written.unwrap().end - output.base).unwrap();
            assert_eq!(len, 4 + room);
            // It is the same for the next request, unless that is larger.
            assert_eq!(output.bytes.as_ptr() == place, reused);
            output.sent(len);
            assert!(output.unsent(None).is_empty());
        }
        // What was large is not kept.
        assert_eq!(output.bytes.capacity(), 0);
    }

    #[test]
    fn larger_buffer_takes_over_what_is_not_sent() {
        let mut output = OutBuffer::default();
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
        let mut output = OutBuffer::default();
        output.push(&request(b"1")).unwrap();
        let second = output.push(&request(b"secret")).unwrap();
        output.push(&request(b"3")).unwrap();
        output.sent(2);
        output.remove(second);
        assert!(!output.bytes.windows(6).any(|bytes| bytes == b"secret"));
        assert_eq!(output.unsent(None), b"\x00\x04\x00\x01x1");
        output.sent(6);
        assert_eq!(output.unsent(None), b"\x00\x00\x00\x04\x00\x01x3");
        // The last one goes at once, and a hole at the end with it.
        let fourth = output.push(&request(b"4")).unwrap();
        let fifth = output.push(&request(b"5")).unwrap();
        output.remove(fourth.clone());
        output.remove(fifth);
        assert_eq!(output.end(), fourth.start);
        output.sent(8);
        assert_eq!((output.bytes.len(), output.hollow), (0, 0));
    }

    #[test]
    fn holes_do_not_outgrow_the_frames() {
        let mut output = OutBuffer::default();
        let message = [7; 1000];
        let packet = Packet::CommandRequest {
            name: "x",
            message: &message,
        };
        output.push(&packet).unwrap();
        let mut last = output.push(&packet).unwrap();
        for _ in 0..1000 {
            let next = output.push(&packet).unwrap();
            output.remove(last);
            last = next;
            if let Some(holes) = output.compact() {
                let moved: u64 = holes.iter().map(|hole| hole.end - hole.start).sum();
                last = last.start - moved..last.end - moved;
            }
            assert!(output.bytes.len() < 40_000, "{}", output.bytes.len());
        }
        // The first is offered up to the hole, and what is behind the hole when that is sent.
        let first = output.unsent(None).to_vec();
        assert_eq!(first.len(), 4 + 3 + 1000);
        output.sent(first.len());
        assert_eq!(output.unsent(None), first);
    }

    #[test]
    fn failed_message_leaves_nothing() {
        let mut output = OutBuffer::default();
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
